"""What an op does to a gradient on its way back: the one rule of each kind of op.

With an upstream gradient G of an op's value, the gradient of one argument is Σ G · ∂value/∂argument.
No such derivative is ever stored: an op that works entry by entry multiplies G by its own derivative, a
multilinear op by its other operands, a structural op moves G back, one that selects masks it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symback.core.errors import DerivationError
from symback.core.node import Node, postorder
from symback.core.op import Kind
from symback.ops.arithmetic import ADD, CONSTANT, MUL
from symback.ops.axes import spread
from symback.ops.expression import Expression, make
from symback.ops.functions import FUNCTIONS
from symback.ops.multilinear import EINSUM, EYE, pulled_back
from symback.ops.partials import partial

if TYPE_CHECKING:
    from symback.core.op import Op


def pullback(node: Node, position: int, upstream: Node, kink: Any = None) -> Node | None:
    """Return the gradient of an argument, given that of the node; None where nothing flows.

    Args:
        node: The result of an op.
        position: Which argument.
        upstream: The gradient with respect to the node, of the node's shape.
        kink: The kink policy: None for each op's own convention, or s in [0, 1].

    Raises:
        DerivationError: The op has no derivative that can be written in ops.

    >>> from symback.ops.expression import array
    >>> X, W, G = array("X", "N 4"), array("W", "4 3"), array("G", "N 3")
    >>> pullback((X @ W).node, 1, G.node)
    <einsum(G, X, ik,ij->jk, (4, 3))>
    """
    op = node.op
    if op is None:
        raise DerivationError(f"{node.name!r} comes from outside; it has no derivative of its own")
    if position in op.index_arguments or op.kind is Kind.PIECEWISE_CONSTANT:
        return None
    if op is EINSUM:
        return _through_product(node, position, upstream)
    if op.transposed is not None:
        arguments = [Expression(source) for source in node.inputs]
        moved = op.transposed(FUNCTIONS, Expression(upstream), position, arguments, *node.parameters)
        return moved.node  # type: ignore[no-any-return]
    if op.share is not None:
        return _through_selection(op, node, upstream, kink)
    if op.composition is not None:
        return _through_composition(op, node, position, upstream, kink)
    factor, _ = partial(node, position, kink)
    return times(upstream, factor)


def times(upstream: Node, factor: Node) -> Node | None:
    """Multiply a gradient by a factor, entry by entry; by 1 it stays, by 0 nothing is left."""
    value = factor.parameters[0] if factor.op is CONSTANT else None
    if value == 0:
        return None
    if upstream.op is CONSTANT and upstream.parameters[0] == 1 and factor.shape == upstream.shape:
        return factor
    return upstream if value == 1 else make(MUL, [upstream, factor]).node


def _through_product(node: Node, position: int, upstream: Node) -> Node:
    own = node.inputs[position]
    back = pulled_back(node.parameters[0], position, own.shape)
    others = [node.inputs[n] for n in back.others]
    deltas = [make(EYE, [], (sizes,)).node for sizes in back.deltas]
    return make(EINSUM, [upstream, *others, *deltas], (back.pattern, own.shape)).node


def _through_selection(op: Op, node: Node, upstream: Node, kink: Any) -> Node:
    assert op.share is not None  # noqa: S101 - asked before
    argument = Expression(node.inputs[0])
    share = op.share(FUNCTIONS, argument, kink, *node.parameters)
    axes, keepdims = node.parameters
    wide = spread(Expression(upstream), argument.shape, axes, keepdims)
    return (wide * share).node  # type: ignore[no-any-return]


def _through_composition(op: Op, node: Node, position: int, upstream: Node, kink: Any) -> Node | None:
    arguments = [Expression(source) for source in node.inputs]
    if op.pullback is not None:
        back = op.pullback(FUNCTIONS, Expression(upstream), *arguments, Expression(node), *node.parameters)
        return back.node  # type: ignore[no-any-return]
    return derived_pullback(node, position, upstream, kink)


def composed(node: Node) -> Node:
    """Return what a composition is made of, over the same arguments.

    >>> from symback.ops.expression import array
    >>> composed(FUNCTIONS.softmax(array("z", "3")).node)
    <div(exp(…), einsum(…))>
    """
    op = node.op
    assert op is not None and op.composition is not None  # noqa: S101, PT018 - asked before
    arguments = [Expression(source) for source in node.inputs]
    return op.composition(FUNCTIONS, *arguments, *node.parameters).node  # type: ignore[no-any-return]


def derived_pullback(node: Node, position: int, upstream: Node, kink: Any = None) -> Node | None:
    """Return the gradient of a composition's argument as its inner ops give it.

    >>> from symback.ops.expression import array
    >>> z = array("z", "3")
    >>> derived_pullback(FUNCTIONS.softmax(z).node, 0, array("G", "3").node).shape
    (3,)
    """
    inside = composed(node)
    own = node.inputs[position]
    order = list(postorder([inside], set(node.inputs)))
    depends = {own}
    for part in order:
        if not depends.isdisjoint(part.inputs) and part is not own:
            depends.add(part)
    gradients: dict[Node, Node] = {inside: upstream}
    for part in reversed(order):
        gradient = gradients.get(part)
        if gradient is None or part is own or part in node.inputs:
            continue
        for n, source in enumerate(part.inputs):
            back = pullback(part, n, gradient, kink) if source in depends else None
            if back is not None:
                before = gradients.get(source)
                gradients[source] = back if before is None else make(ADD, [before, back]).node
    return gradients.get(own)
