"""The edges between named quantities, and the local factor along each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from symback.core.node import Node
from symback.ops.activations import IDENTITY
from symback.ops.arithmetic import CONSTANT, MUL
from symback.ops.partials import partial

if TYPE_CHECKING:
    from collections.abc import Iterable


class Edge(NamedTuple):
    """A way from a named result down to a named quantity that it uses.

    Between the two there may be unnamed ops; they form a tree, so that there is one way only.
    """

    consumer: Node
    of: Node
    path: tuple[tuple[Node, int], ...]


def edges_from(consumer: Node, relevant: set[Node]) -> Iterable[Edge]:
    """Return the edges from a named result to relevant named quantities, in reading order."""
    if all(source.name is not None for source in consumer.inputs):
        for position, source in enumerate(consumer.inputs):
            if source in relevant:
                yield Edge(consumer, source, ((consumer, position),))
        return
    stack: list[tuple[Node, tuple[tuple[Node, int], ...]]] = [(consumer, ())]
    while stack:
        node, path = stack.pop()
        if path and node.name is not None:
            yield Edge(consumer, node, path)
            continue
        for position in range(len(node.inputs) - 1, -1, -1):
            source = node.inputs[position]
            if source in relevant:
                stack.append((source, (*path, (node, position))))


class Factor(NamedTuple):
    """A local factor, and whether it is made here or stands in the graph already."""

    node: Node
    made: bool

    def under_name(self, name: str, shape: tuple[int | str, ...]) -> Node:
        """Return the factor as a named quantity; one that exists is referred to, not made again."""
        node = self.node
        if self.made:
            return Node(node.op, node.inputs, node.parameters, name, shape=shape)
        return Node(IDENTITY, (node,), (), name, shape=shape)


def local_factor(edge: Edge, kink: Any) -> Factor:
    """Return ∂consumer/∂of along an edge: the product of the ops' derivatives, factors 1 left out.

    A factor 0 makes the whole 0.
    """
    if len(edge.path) == 1:
        return Factor(*partial(*edge.path[0], kink))
    product: Factor | None = None
    one: Factor | None = None
    for node, position in edge.path:
        factor = Factor(*partial(node, position, kink))
        value = _number(factor.node)
        if value == 0:
            return factor
        if value == 1:
            one = factor
        elif product is None:
            product = factor
        else:
            product = Factor(Node(MUL, (product.node, factor.node)), made=True)
    return product or one or Factor(Node(CONSTANT, (), (1,)), made=True)


def _number(node: Node) -> object:
    return node.parameters[0] if node.op is CONSTANT else None


def is_zero(node: Node) -> bool:
    """Say whether a factor is the number 0.

    >>> is_zero(Node(CONSTANT, (), (0,)))
    True
    """
    return node.op is CONSTANT and node.parameters[0] == 0
