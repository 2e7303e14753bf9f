"""One line of a document: a quantity and the chain of expressions that it equals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from symback.derivation.steps import StepKind
from symback.notation.forms import Level, Times, Written, written_numeral
from symback.notation.numeral import spell
from symback.notation.tree import Colour, Letters, Name, Tree
from symback.ops.arithmetic import CONSTANT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symback.core.node import Node
    from symback.derivation.steps import Equation, Step
    from symback.rendering.looks import Looks

MOST_FACTORS = 4
"""A chained value is written out back to the upstream if that takes no more factors than this."""

MOST_TERMS = 8
"""Of a sum or a call with more terms than this only the first and the last are written."""

_SHOWN_TERMS = 3

ELIDED = Written(Letters("⋯"), Level.ATOM)
"""What stands for the terms that are left out."""


class Side(NamedTuple):
    """An expression and how it relates to what stands before it: = or ≈."""

    relation: str
    tree: Tree


class Line(NamedTuple):
    """A quantity and what it equals.

    Attributes:
        name: The name in code; empty for a statement that defines none.
        left: The left-hand side.
        sides: The right-hand sides, each equal to the one before.
        rule: The rule in words.
    """

    name: str
    left: Tree
    sides: tuple[Side, ...]
    rule: str = ""


def definition(node: Node, leaf: Callable[[Node], Written]) -> Written:
    """Write the right-hand side of a node: its op around its arguments, down to named ones."""
    if node.op is None:
        return leaf(node)
    inputs = node.inputs
    return node.op.write(elided(inputs, lambda source: _argument(source, leaf)), node.parameters)


def elided(nodes: Sequence[Node], write: Callable[[Node], Written]) -> list[Written]:
    """Write all of a list, or the first and last of a long one with dots between."""
    if len(nodes) <= MOST_TERMS:
        return [write(node) for node in nodes]
    first = [write(node) for node in nodes[:_SHOWN_TERMS]]
    return [*first, ELIDED, *(write(node) for node in nodes[-2:])]


def _argument(node: Node, leaf: Callable[[Node], Written]) -> Written:
    return leaf(node) if node.name is not None else definition(node, leaf)


class LineWriter:
    """Writes equations and steps as lines.

    Args:
        looks: How named quantities look.
        values: Their numbers by name, or None for symbols alone.
    """

    def __init__(self, looks: Looks, values: Mapping[str, Any] | None) -> None:
        self._looks = looks
        self._values = values

    def forward(self, equation: Equation) -> Line:
        """Write a forward equation: formula = numbers put in = result."""
        node = equation.node
        sides = [Side("=", definition(node, self._looks).tree)]
        sides += self._numbers(node, lambda leaf: definition(node, leaf))
        return Line(equation.name, self._looks.tree(node), _without_repeats(sides))

    def step(self, step: Step) -> Line:
        """Write a step of the backward pass."""
        left: Tree = Colour("gradient", self._looks.tree(step.node))
        node = step.node
        if step.kind is StepKind.SEED:
            # The upstream is given: it is the adjoint of the output by its very meaning.
            left = self._looks.tree(node)
            sides = [Side("=", self._looks.gradient(step.of))]
            sides += self._result(node)
        elif step.kind is StepKind.CHAIN:
            forms = expansions(step)
            trees = [Times().write([self._factor(f, self._looks) for f in form]).tree for form in forms]
            sides = [Side("=", tree) for tree in trees]
            last = forms[-1]
            sides += self._numbers(
                node, lambda leaf: Times().write([self._factor(factor, leaf) for factor in last])
            )
        else:
            if step.kind is StepKind.LOCAL:
                left = self._looks.tree(node)
            sides = [Side("=", definition(node, self._looks).tree)]
            sides += self._numbers(node, lambda leaf: definition(node, leaf))
        return Line(step.name, left, _without_repeats(sides), step.rule)

    def final(self, step: Step) -> Line:
        """Write a gradient in its last symbolic form, and its number."""
        if step.kind is StepKind.CHAIN:
            tree = Times().write([self._factor(f, self._looks) for f in expansions(step)[-1]]).tree
        elif step.kind is StepKind.SEED:
            tree = self._looks.tree(step.node)
        else:
            tree = definition(step.node, self._looks).tree
        left = Colour("gradient", Name(step.name, self._looks.gradient(step.of)))
        return Line(step.name, left, _without_repeats([Side("=", tree), *self._result(step.node)]))

    def _factor(self, factor: Factor, leaf: Callable[[Node], Written]) -> Written:
        return definition(factor.node, leaf) if factor.opened else leaf(factor.node)

    def number(self, node: Node) -> tuple[Written, bool] | None:
        """Write the number of a node, and say whether it is exact; None where there is none."""
        return None if self._values is None else written_value(self._values.get(str(node.name)))

    def _result(self, node: Node) -> list[Side]:
        number = self.number(node)
        return [] if number is None else [Side("=" if number[1] else "≈", number[0].tree)]

    def _numbers(self, node: Node, write: Callable[[Callable[[Node], Written]], Written]) -> list[Side]:
        """Write the formula with numbers put in, and the result."""
        if self.number(node) is None:
            return []
        rounded = False

        def put_in(leaf: Node) -> Written:
            nonlocal rounded
            number = self.number(leaf)
            if number is None:
                return self._looks(leaf)
            rounded = rounded or not number[1]
            return number[0]

        tree = write(put_in).tree
        return [Side("≈" if rounded else "=", tree), *self._result(node)]


class Factor(NamedTuple):
    """A factor of a chained value: a step by its name, or opened to what it equals."""

    node: Node
    opened: bool


def expansions(step: Step) -> list[tuple[Factor, ...]]:
    """Return the forms of a chained value, from upstream · local to the last one.

    First the local factor is opened; then the upstream, step by step back to the seed or to where
    paths meet, if that takes few factors. Factors 1 disappear one form after they came up.
    """
    upstream, local = step.parts
    forms: list[tuple[Factor, ...]] = [
        (Factor(upstream.node, opened=False), Factor(local.node, opened=False)),
        (Factor(upstream.node, opened=False), Factor(local.node, opened=True)),
    ]
    behind = _chain_behind(upstream)
    if behind is None:
        return forms
    tail = [Factor(local.node, opened=True)]
    for before, factor in behind:
        tail.insert(0, Factor(factor.node, opened=True))
        forms.append((Factor(before.node, opened=False), *tail))
        tail = [f for f in tail if not _is_one(f.node)]
    last = (forms[-1][0], *(f for f in forms[-1][1:] if not _is_one(f.node)))
    if last != forms[-1]:
        forms.append(last)
    return forms


def _chain_behind(step: Step) -> list[tuple[Step, Step]] | None:
    """Return the upstream and local steps behind a step; None if they are too many to write out."""
    found: list[tuple[Step, Step]] = []
    while step.kind is StepKind.CHAIN:
        upstream, local = step.parts
        found.append((upstream, local))
        if len(found) + 2 > MOST_FACTORS:
            return None
        step = upstream
    return found


def _is_one(node: Node) -> bool:
    return node.op is CONSTANT and node.parameters[0] == 1


def written_value(value: Any) -> tuple[Written, bool] | None:
    """Write a number to six digits, and say whether that is exact; None for an array.

    >>> written_value(2)[1]
    True
    """
    if value is None or (hasattr(value, "shape") and value.shape != ()):
        return None
    text, exact = spell(value)
    return written_numeral(text), exact


def _without_repeats(sides: Sequence[Side]) -> tuple[Side, ...]:
    """Leave out what only repeats the side before: 1 = 1 = 1."""
    kept: list[Side] = []
    for side in sides:
        if not kept or side.tree != kept[-1].tree:
            kept.append(side)
    return tuple(kept)
