"""The function as nested calls, and the chain rule spelled out along one path."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final

from symback.core.op import Kind
from symback.derivation.steps import Step, StepKind
from symback.notation.forms import Level, Written
from symback.notation.tree import Call, Fence, Fraction, Letters, Script, Tree, reindex, row, separated
from symback.notation.width import width
from symback.ops.arithmetic import CONSTANT, PI
from symback.rendering.line import Line, Side
from symback.rendering.lines import ELIDED, elided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symback.core.node import Node
    from symback.derivation.backward import Backward
    from symback.rendering.looks import Looks

DEEPEST: Final = 8
"""Calls nested deeper than this are left out."""

MOST_CALLS: Final = 40
"""Of more calls than this, the later ones are left out."""

WIDEST_CALL: Final = 150
"""A call wider than this, in points, has empty brackets in a factor of the chain rule."""

LONGEST_PATH: Final = 6
"""The chain rule is spelled out along a path of at most this many ops."""


def call_head(node: Node) -> Tree:
    """Write the word for a node's op, its parameters in the subscript.

    >>> from symback.ops.expression import symbols
    >>> call_head((-symbols("x")).node)
    Letters(text='neg', style='upright')
    """
    assert node.op is not None  # noqa: S101 - only ops are called
    head: Tree = Letters(node.op.label, "upright")
    if not node.parameters:
        return head
    from symback.notation.forms import written_number

    return Script(head, sub=separated([written_number(value).tree for value in node.parameters], ","))


def nested_calls(node: Node, looks: Looks) -> Written:
    """Write what a node computes as calls within calls down to the inputs: sum(mul(x, w), b).

    Calls that are nested too deep, and all after a fair number, are left out.
    """
    return _calls(node, looks, DEEPEST, count(1))


def _calls(node: Node, looks: Looks, depth: int, written: Iterator[int]) -> Written:
    if node.op is None:
        return looks.name(node)
    if node.op in (CONSTANT, PI):
        return node.op.write([], node.parameters)
    if depth == 0 or next(written) > MOST_CALLS:
        return ELIDED
    arguments = elided(node.inputs, lambda source: _calls(source, looks, depth - 1, written))
    if node.op.kind is Kind.MULTILINEAR:
        return Written(_sum_of_products([argument.tree for argument in arguments]), Level.CALL)
    return Written(Call(call_head(node), tuple(a.tree for a in arguments)), Level.CALL)


def _sum_of_products(entries: list[Tree]) -> Tree:
    """Write sum(mul(x_i, w_i))."""
    product = Call(Letters("mul", "upright"), tuple(reindex(entry, "k", "i") for entry in entries))
    return Call(Letters("sum", "upright"), (product,))


def chain_rule(backward: Backward, name: str, looks: Looks) -> Line | None:
    """State the chain rule for a gradient as the product of one factor for each op on its path.

    None if several paths lead to the quantity, or the path is too long to write out.
    """
    path = path_to(backward.gradients[name])
    if path is None:
        return None
    of = backward.gradients[name].of
    factors = [Written(_factor(node, position, looks), Level.PRODUCT) for node, position in path]
    left = row(
        Fraction(Letters("∂"), row(Letters("∂"), looks.tree(of))),
        Fence("[", nested_calls(backward.output, looks).tree, "]"),
    )
    product = separated([factor.tree for factor in factors], "·")
    return Line("", left, (Side("=", product),))


def path_to(step: Step) -> list[tuple[Node, int]] | None:
    """Return the ops from the output to a quantity, each with the position that the path takes."""
    path: list[tuple[Node, int]] = []
    while step.kind is StepKind.CHAIN:
        upstream, local = step.parts
        path[:0] = local.path
        if len(path) > LONGEST_PATH:
            return None
        step = upstream
    return path if path and step.kind is StepKind.SEED else None


def _factor(node: Node, position: int, looks: Looks) -> Tree:
    """Write ∂node/∂argument; with one argument it is an ordinary derivative."""
    sign = Letters("d" if len(node.inputs) == 1 else "∂")
    return Fraction(row(sign, _short_call(node, looks)), row(sign, _short_call(node.inputs[position], looks)))


def _short_call(node: Node, looks: Looks) -> Tree:
    """Write a call with its arguments if these are plain quantities, else with empty brackets."""
    if node.op is None:
        return looks.tree(node)
    if node.op.kind is Kind.MULTILINEAR:
        return _sum_of_products([looks.tree(source) for source in node.inputs])
    plain = all(source.op is None for source in node.inputs)
    call = Call(call_head(node), tuple(looks.tree(source) for source in node.inputs) if plain else ())
    return call if width(call) <= WIDEST_CALL else Call(call_head(node), ())
