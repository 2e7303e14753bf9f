"""Equations and steps as lines: a quantity and the chain of expressions that it equals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from symback.derivation.steps import StepKind
from symback.notation.forms import Level, Times, Written
from symback.notation.tree import Colour, Letters, Name, Tree
from symback.ops.arithmetic import CONSTANT
from symback.ops.comparisons import WHERE
from symback.rendering.index_form import by_indices
from symback.rendering.line import Line, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symback.core.node import Node
    from symback.derivation.steps import Step
    from symback.rendering.line import Pen

MOST_FACTORS: Final = 4
"""A chained value is written out back to the upstream if that takes no more factors than this."""

MOST_OPS: Final = 10
"""A local factor that shows more ops than this keeps its name where it is chained."""

MOST_TERMS: Final = 8
"""Of a sum or a call with more terms than this only the first and the last are written."""

_CASES: Final = 11

FIRST_TERMS: Final = 3
LAST_TERMS: Final = 2

ELIDED: Final = Written(Letters("⋯"), Level.ATOM)
"""What stands for the terms that are left out."""


def definition(node: Node, leaf: Callable[[Node], Written]) -> Written:
    """Write the right-hand side of a node: its op around its arguments, down to named ones."""
    if node.op is None:
        return leaf(node)
    arguments = elided(node.inputs, lambda n: leaf(n) if n.name is not None else definition(n, leaf))
    return node.op.write(arguments, node.parameters)


def elided(nodes: Sequence[Node], write: Callable[[Node], Written]) -> list[Written]:
    """Write all of a list, or the first and last of a long one with dots between."""
    if len(nodes) <= MOST_TERMS:
        return [write(node) for node in nodes]
    return [*map(write, nodes[:FIRST_TERMS]), ELIDED, *map(write, nodes[-LAST_TERMS:])]


def forward_line(node: Node, pen: Pen) -> Line:
    """Write a forward equation: formula = numbers put in = result."""
    return Line(str(node.name), pen.name(node).tree, _defined(node, pen))


def step_line(step: Step, pen: Pen) -> Line:
    """Write a step of the backward pass."""
    node = step.node
    look = pen.name(node).tree
    if step.kind is StepKind.SEED:
        # The upstream is given: it is the adjoint of the output by its very meaning.
        return Line(step.name, look, (Side("=", pen.gradient(step.of)), *_result(node, pen)))
    if step.kind is StepKind.LOCAL:
        sides = (*by_indices(step, pen), *_defined(node, pen))
        return Line(step.name, look, _without_repeats(sides))
    left = Colour("gradient", look)
    if step.kind is StepKind.ACCUMULATE:
        return Line(step.name, left, _defined(node, pen))
    forms = expansions(step)
    chained = [Side("=", _product(form, pen.name)) for form in forms]
    chained += _numbers(node, pen, lambda leaf: _product(forms[-1], leaf))
    return Line(step.name, left, _without_repeats(chained))


def final_line(step: Step, pen: Pen) -> Line:
    """Write a gradient in its last symbolic form, and its number."""
    if step.kind is StepKind.CHAIN:
        tree = _product(expansions(step)[-1], pen.name)
    elif step.kind is StepKind.SEED:
        tree = pen.name(step.node).tree
    else:
        tree = definition(step.node, pen.name).tree
    left = Colour("gradient", Name(step.name, pen.gradient(step.of)))
    return Line(step.name, left, _without_repeats([Side("=", tree), *_result(step.node, pen)]))


def _defined(node: Node, pen: Pen) -> tuple[Side, ...]:
    sides = [Side("=", definition(node, pen.name).tree)]
    sides += _numbers(node, pen, lambda leaf: definition(node, leaf).tree)
    return _without_repeats(sides)


def _result(node: Node, pen: Pen) -> list[Side]:
    number = pen.number(node)
    return [] if number is None else [Side("=" if number.exact else "≈", number.written.tree)]


def _numbers(node: Node, pen: Pen, write: Callable[[Callable[[Node], Written]], Tree]) -> list[Side]:
    """Write the formula with numbers put in, and the result."""
    if pen.number(node) is None:
        return []
    rounded = False

    def put_in(leaf: Node) -> Written:
        nonlocal rounded
        number = pen.number(leaf)
        if number is None:
            return pen.name(leaf)
        rounded = rounded or not number.exact
        return number.written

    tree = write(put_in)
    return [Side("≈" if rounded else "=", tree), *_result(node, pen)]


def _without_repeats(sides: Sequence[Side]) -> tuple[Side, ...]:
    """Leave out what only repeats the side before: 1 = 1 = 1."""
    kept: list[Side] = []
    for side in sides:
        if not kept or side.tree != kept[-1].tree:
            kept.append(side)
    return tuple(kept)


class Factor(NamedTuple):
    """A factor of a chained value: a step by its name, or opened to what it equals."""

    node: Node
    opened: bool


def _product(form: Sequence[Factor], leaf: Callable[[Node], Written]) -> Tree:
    factors = [definition(factor.node, leaf) if factor.opened else leaf(factor.node) for factor in form]
    return Times().write(factors).tree


def expansions(step: Step) -> list[tuple[Factor, ...]]:
    """Return the forms of a chained value, from upstream · local to the last one.

    First the local factor is opened; then the upstream, step by step back to the seed or to where
    paths meet, if that takes few factors. Factors 1 disappear one form after they came up. A local
    factor that is long, or a list of cases, keeps its name: it stands opened in its own step.
    """
    upstream, local = step.parts
    tail = [_opened(local)]
    forms: list[tuple[Factor, ...]] = [
        (Factor(upstream.node, opened=False), Factor(local.node, opened=False)),
        (Factor(upstream.node, opened=False), *tail),
    ]
    for before, factor in chain_behind(upstream) or ():
        tail.insert(0, _opened(factor))
        forms.append((Factor(before.node, opened=False), *tail))
        tail = [f for f in tail if not _is_one(f.node)]
    forms.append((forms[-1][0], *(f for f in forms[-1][1:] if not _is_one(f.node))))
    return [form for n, form in enumerate(forms) if n == 0 or form != forms[n - 1]]


def _opened(local: Step) -> Factor:
    return Factor(local.node, opened=_ops_in(local.node) <= MOST_OPS)


def chain_behind(step: Step) -> list[tuple[Step, Step]] | None:
    """Return the upstream and local steps behind a step; None if they are too many to write out."""
    found: list[tuple[Step, Step]] = []
    while step.kind is StepKind.CHAIN:
        upstream, local = step.parts
        found.append((upstream, local))
        if len(found) + 2 > MOST_FACTORS:
            return None
        step = upstream
    return found


def _ops_in(node: Node) -> int:
    """Count the ops that the definition of a node shows; a list of cases takes the room of several."""
    return (_CASES if node.op is WHERE else 1) + sum(
        _ops_in(source) for source in node.inputs[:MOST_TERMS] if source.name is None
    )


def _is_one(node: Node) -> bool:
    return node.op is CONSTANT and node.parameters[0] == 1
