"""The edges between named quantities, and the local factor along each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from symback.core.node import Node
from symback.core.op import Kind
from symback.ops.arithmetic import CONSTANT, MUL
from symback.ops.multilinear import EINSUM, INNER, pulled_back
from symback.ops.partials import partial
from symback.ops.pullback import pullback

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
    """A local factor along an edge.

    Attributes:
        node: The factor, as far as it is one array or number; None if it is only written with
            indices and never stored.
        made: Whether the node is made here, or stands in the graph already.
        pattern: How the upstream and the factor are multiplied: entry by entry if empty.
    """

    node: Node | None
    made: bool
    pattern: str = ""


def local_factor(edge: Edge, kink: Any) -> Factor | None:
    """Return ∂consumer/∂of along an edge; None where it is 0 everywhere.

    Between quantities of one shape it is the product of the ops' derivatives. Of a scalar, it is
    the array of the derivatives by all entries. Of a product of two operands, it is the other
    operand. Anything else is written with indices and never stored.
    """
    if all(_by_entries(node) for node, _ in edge.path):
        factor, made = _product_of_partials(edge, kink)
        return None if is_zero(factor) else Factor(factor, made)
    if not edge.consumer.shape:
        whole = pulled_along(edge, Node(CONSTANT, (), (1,)), kink)
        return None if whole is None else Factor(whole, made=True)
    node, position = edge.path[0]
    if len(edge.path) == 1 and node.op is EINSUM:
        back = pulled_back(node.parameters[0], position, edge.of.shape)
        if not back.deltas and len(back.others) < 2:  # noqa: PLR2004 - one stands beside it
            if back.others:
                return Factor(node.inputs[back.others[0]], made=False, pattern=back.pattern)
            return Factor(Node(CONSTANT, (), (1,)), made=True, pattern=back.pattern)
    return None if any(_vanishes(node, n, kink) for node, n in edge.path) else Factor(None, made=True)


def _vanishes(node: Node, position: int, kink: Any) -> bool:
    op = node.op
    if op is not None and (position in op.index_arguments or op.kind is Kind.PIECEWISE_CONSTANT):
        return True
    return _by_entries(node) and is_zero(partial(node, position, kink)[0])


def pulled_along(edge: Edge, upstream: Node, kink: Any) -> Node | None:
    """Return what the gradient of the consumer becomes on its way along an edge."""
    gradient: Node | None = upstream
    for node, position in edge.path:
        if gradient is None:
            return None
        gradient = pullback(node, position, gradient, kink)
    return gradient


def _by_entries(node: Node) -> bool:
    return node.op is not None and (node.op.entrywise or node.op is INNER)


def _product_of_partials(edge: Edge, kink: Any) -> tuple[Node, bool]:
    """Return the product of the ops' derivatives, factors 1 left out, and whether it is made here.

    A factor 0 makes the whole 0.
    """
    if len(edge.path) == 1:
        return partial(*edge.path[0], kink)
    product: tuple[Node, bool] | None = None
    one: tuple[Node, bool] | None = None
    for node, position in edge.path:
        factor = partial(node, position, kink)
        value = _number(factor[0])
        if value == 0:
            return factor
        if value == 1:
            one = factor
        elif product is None:
            product = factor
        else:
            shape = product[0].shape or factor[0].shape
            product = Node(MUL, (product[0], factor[0]), shape=shape), True
    return product or one or (Node(CONSTANT, (), (1,)), True)


def _number(node: Node) -> object:
    return node.parameters[0] if node.op is CONSTANT else None


def is_zero(node: Node) -> bool:
    """Say whether a factor is the number 0.

    >>> is_zero(Node(CONSTANT, (), (0,)))
    True
    """
    return node.op is CONSTANT and node.parameters[0] == 0
