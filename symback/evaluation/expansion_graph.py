"""Graphs of arrays made ready to be written out: sizes are numbers, ops have entries of their own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from symback.core.errors import LimitError
from symback.core.graph import Graph
from symback.core.node import Node
from symback.core.shapes import resolved
from symback.derivation.detail import with_names
from symback.ops.activations import IDENTITY
from symback.ops.expression import Expression
from symback.ops.functions import FUNCTIONS
from symback.ops.multilinear import EINSUM
from symback.ops.reductions import INDICES
from symback.ops.structural import GATHER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MOST_SCALARS: Final = 200_000
"""A derivation is written out to at most so many scalars."""


def index_positions(node: Node) -> list[int]:
    """Return which arguments of a node only say where.

    >>> from symback.ops.expression import array
    >>> index_positions(array("E", "5 2")[array("t", "3")].node)
    [1]
    """
    return [n for n in node.op.index_arguments if n < len(node.inputs)] if node.op is not None else []


def concrete(graph: Graph, sizes: Mapping[str, int], places: Mapping[Node, Any]) -> Graph:
    """Return a graph with numbers for the symbols of sizes, and for all indices.

    >>> from symback.ops.expression import array
    >>> concrete(Graph([array("X", "N 4").T.node]), {"N": 2}, {}).outputs[0].shape
    (4, 2)
    """
    made: dict[Node, Node] = {}
    for node in graph.nodes:
        inputs = [made[source] for source in node.inputs]
        for n in index_positions(node):
            integers = np.asarray(places[node.inputs[n]])
            inputs[n] = Node(INDICES, (), (_nested_tuples(integers.tolist()),), shape=integers.shape)
        made[node] = Node(
            node.op,
            tuple(inputs),
            resolved(node.parameters, sizes),
            node.name,
            node.role,
            resolved(node.shape, sizes),
        )
    leaves = [made[node] for node in graph.leaves() if node not in places]
    return Graph([made[node] for node in graph.outputs], leaves)


def _nested_tuples(entries: Any) -> Any:
    return tuple(map(_nested_tuples, entries)) if isinstance(entries, list) else entries


def written_in_ops(graph: Graph) -> Graph:
    """Return a graph without named functions of arrays, and with a name for all that is used repeatedly.

    >>> from symback.ops.expression import array
    >>> list(written_in_ops(Graph([FUNCTIONS.softmax(array("z", "3")).named("p").node])).names)
    ['z', 't1', 't2', 'p']
    """
    while any(_is_composed(node) for node in graph.nodes):
        made: dict[Node, Node] = {}
        for node in graph.nodes:
            inputs = tuple([made[source] for source in node.inputs])
            if node.op is not None and _is_composed(node):
                arguments = map(Expression, inputs)
                inside = node.op.composition(FUNCTIONS, *arguments, *node.parameters).node  # type: ignore[misc]
                made[node] = inside if node.name is None else under(inside, node.name)
            else:
                made[node] = node.with_inputs(inputs)
        graph = Graph([made[node] for node in graph.outputs], map(made.__getitem__, graph.leaves()))
    return _with_repeated_named(with_names(graph, "named"))


def _is_composed(node: Node) -> bool:
    return node.op is not None and node.op.composition is not None


def under(node: Node, name: str) -> Node:
    """Return what a node is under a name; one that has a name already is referred to.

    >>> from symback.ops.expression import symbols
    >>> under(symbols("x").node, "y")
    <y = identity(x)>
    """
    if node.name is not None or node.op is None:
        return Node(IDENTITY, (node,), (), name, shape=node.shape)
    return Node(node.op, node.inputs, node.parameters, name, node.role, node.shape)


def _with_repeated_named(graph: Graph) -> Graph:
    """Name the arrays of which some op uses an entry more than once, so that no entry is written twice."""
    repeated = {source for node in graph.nodes for source in _repeats(node) if _is_formula(source)}
    if not repeated:
        return graph
    taken = {name.replace("_", "") for name in graph.names}
    fresh = (name for n in range(1, len(taken) + len(repeated) + 2) if (name := f"t{n}") not in taken)
    made: dict[Node, Node] = {}
    for node in graph.nodes:
        own = node.with_inputs(tuple([made[source] for source in node.inputs]))
        made[node] = under(own, next(fresh)) if node in repeated else own
    return Graph([made[node] for node in graph.outputs], map(made.__getitem__, graph.leaves()))


def _is_formula(node: Node) -> bool:
    return node.name is None and bool(node.inputs)


def _repeats(node: Node) -> Iterator[Node]:
    """Yield the arguments of which one entry may go into several."""
    if node.op is EINSUM:
        operands, _, result = node.parameters[0].partition("->")
        terms = operands.split(",")
        for term, source in zip(terms, node.inputs, strict=True):
            if set(term) != set("".join(terms) + result):
                yield source
    elif node.op is GATHER or (node.op is not None and node.op.share is not None):
        yield node.inputs[0]


def refuse_too_many(graph: Graph) -> None:
    """Refuse a graph with more entries and products than are written out.

    Raises:
        LimitError: There are too many; the message says how many.

    >>> from symback.ops.expression import array
    >>> refuse_too_many(Graph([array("X", "1000 1000").node]))
    Traceback (most recent call last):
    ...
    symback.core.errors.LimitError: expand: the derivation has 1,000,000 scalars ...
    """
    scalars = sum(_scalars_in(node) for node in graph.nodes)
    if scalars > MOST_SCALARS:
        raise LimitError(
            f"expand: the derivation has {scalars:,} scalars (entries and products); "
            f"at most {MOST_SCALARS:,} are written out; give smaller sizes"
        )


def _scalars_in(node: Node) -> int:
    sizes: Iterable[Any] = node.shape
    if node.op is EINSUM and len(node.inputs) > 1:
        operands = node.parameters[0].partition("->")[0].split(",")
        along = dict(zip(node.parameters[0].partition("->")[2], node.shape, strict=True))
        for term, source in zip(operands, node.inputs, strict=True):
            along.update(zip(term, source.shape, strict=True))
        sizes = along.values()
    return math.prod(sizes)
