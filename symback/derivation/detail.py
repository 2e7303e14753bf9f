"""Which quantities of a graph stand in the derivation under a name."""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from symback.core.errors import InputError
from symback.core.graph import Graph
from symback.core.node import Node, postorder
from symback.core.op import VARIADIC, Kind, Op
from symback.ops import comparisons
from symback.ops.comparisons import WHERE
from symback.ops.multilinear import EINSUM
from symback.ops.partials import occurrences
from symback.ops.pullback import pullback

_PRINTED_AS_CONDITIONS: Final = frozenset(comparisons.RECORDS)

if TYPE_CHECKING:
    from collections.abc import Iterator

Detail: TypeAlias = Literal["named", "atomic"]

_MATRIX: Final = 2

LARGEST_UNNAMED: Final = 8
"""An unnamed expression of more ops than this is broken up, so that cost stays linear."""


def with_names(graph: Graph, detail: Detail) -> Graph:
    """Return the graph with a name for everything that the derivation will show.

    In "atomic" detail every result gets a name, `t1`, `t2` …; in "named" detail only the output,
    what is used more than once, and what would make an expression too long.

    Raises:
        InputError: The detail is unknown.

    >>> from symback.ops.expression import symbols
    >>> x, w, b = symbols("x w b")
    >>> with_names(Graph([(x * w + b).node]), "named").outputs
    (<y = add(mul(…), b)>,)
    """
    if detail not in ("named", "atomic"):
        raise InputError(f"detail {detail!r} is unknown; it is 'named' or 'atomic'")
    chosen = _chosen(graph, detail)
    if not chosen:
        return graph
    fresh = _fresh_names(graph)
    names = {
        node: _output_name(graph) if node in graph.outputs else next(fresh)
        for node in graph.nodes
        if node in chosen
    }
    renamed: dict[Node, Node] = {}
    for node in graph.nodes:
        inputs = tuple([renamed[source] for source in node.inputs])
        if node in names or any(new is not old for new, old in zip(inputs, node.inputs, strict=True)):
            renamed[node] = Node(
                node.op, inputs, node.parameters, names.get(node, node.name), node.role, node.shape
            )
        else:
            renamed[node] = node
    return Graph([renamed[node] for node in graph.outputs], graph.leaves())


def _chosen(graph: Graph, detail: Detail) -> set[Node]:
    """Return the unnamed nodes that are to get a name."""
    if all(node.name is not None or _is_constant(node) for node in graph.nodes):
        return set()
    uses = graph.consumers()
    sizes: dict[Node, int] = {}
    chosen: set[Node] = set()
    for node in graph.nodes:
        around_calls = _around_calls(node)
        chosen |= around_calls
        sizes.update(dict.fromkeys(around_calls, 0))
        if node in chosen:
            continue
        if node.name is not None or _is_constant(node) or _only_moves(node):
            sizes[node] = (
                max((sizes[source] for source in node.inputs), default=0) if node.name is None else 0
            )
            if node in graph.outputs and node.name is None:
                chosen.add(node)
            continue
        for source in node.inputs:
            if source.op in _PRINTED_AS_CONDITIONS and source.name is None and _compares(node):
                chosen.add(source)
                sizes[source] = 0
            # An argument that its consumer's derivative repeats would be printed again and again.
            if sizes[source] * occurrences(node) > LARGEST_UNNAMED:
                chosen.add(source)
                sizes[source] = 0
        size = 1 + sum(sizes[source] for source in set(node.inputs))
        wanted = detail == "atomic" or node in graph.outputs or _repeats_itself(node)
        if wanted or len(uses[node]) > 1 or size > LARGEST_UNNAMED:
            chosen.add(node)
            size = 0
        sizes[node] = size
    return chosen


def _around_calls(node: Node) -> set[Node]:
    """Return what must have a name because a call is written around it, or is the call itself.

    A call is written around whole arrays, and one of more than two axes has no look but its name.
    What is moved is an entry of a quantity, not a sum over an index.
    """
    op = node.op
    if op is None or op.entrywise or op is EINSUM:
        return set()
    found = {part for part in (node, *node.inputs) if _has_no_look(part)}
    if op.transposed is not None:
        found |= {part for part in node.inputs if part.op is EINSUM and not _only_moves(part)}
    return {part for part in found if part.name is None}


def _has_no_look(node: Node) -> bool:
    """Say whether an array is no matrix: its entries can be written, but not the whole."""
    return sum(size != 1 for size in node.shape) > _MATRIX and not _is_constant(node)


def _is_constant(node: Node) -> bool:
    return node.op is not None and node.op.arity == 0


def _only_moves(node: Node) -> bool:
    """Say whether a node is a named one, or a constant, with its axes transposed or repeated."""
    if node.op is not EINSUM or len(node.inputs) > 1:
        return False
    source, _, output = str(node.parameters[0]).partition("->")
    summed = [size for letter, size in zip(source, node.inputs[0].shape, strict=True) if letter not in output]
    plain = node.inputs[0].name is not None or _is_constant(node.inputs[0])
    return plain and all(size == 1 for size in summed) and len(set(source)) == len(source)


def _compares(node: Node) -> bool:
    """Say whether a node, or its derivative, has its arguments in a condition."""
    op = node.op
    if op is None or op is WHERE:
        return False
    ties = op.kind is Kind.SELECTING and op.arity == VARIADIC
    return op in _PRINTED_AS_CONDITIONS or ties or bool(op.kinks(*node.parameters))


def _repeats_itself(node: Node) -> bool:
    """Say whether a node's derivatives mention its value once for every argument."""
    op = node.op
    if op is None:
        return False
    if op.composition is not None:
        return _mentions_value(op, node)
    return op.kind is Kind.SELECTING and op.arity == VARIADIC and len(node.inputs) > 1


def _mentions_value(op: Op, node: Node) -> bool:
    """Say whether the gradient of a composition is stated by means of its own value."""
    upstream = Node(None, name="G", shape=node.shape)
    back = pullback(node, 0, upstream)
    return op.pullback is not None and back is not None and node in set(postorder([back]))


def _output_name(graph: Graph) -> str:
    return next(name for name in chain(("y", "out"), map("y{}".format, count(1))) if name not in graph.names)


def _fresh_names(graph: Graph) -> Iterator[str]:
    numbers = (n for n in count(1) if f"t{n}" not in graph.names and f"t_{n}" not in graph.names)
    return map("t{}".format, numbers)
