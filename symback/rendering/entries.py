"""Sums of indexed products in index form: Σ_i X_ij ∂L/∂Z_ik."""

from __future__ import annotations

from fractions import Fraction as Rational
from typing import TYPE_CHECKING, Any, Protocol

from symback.derivation.indexed.cost import factored
from symback.derivation.indexed.terms import (
    Applied,
    Bracket,
    Count,
    Delta,
    Factor,
    Index,
    Moves,
    Quantity,
    Sum,
    Term,
    opened,
)
from symback.notation.forms import Level, Written, written_number
from symback.notation.identifier import identifier
from symback.notation.latex import is_tall
from symback.notation.tree import Fraction, Number, Row, Script, Sign, Tree, row
from symback.notation.tree import Index as IndexLetter
from symback.notation.tree import Sum as SumTree
from symback.rendering.blocks import APART

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symback.core.node import Node
    from symback.rendering.letters import IndexLetters


class EntryPen(Protocol):
    """How the entries of quantities are written."""

    def entry(self, node: Node, letters: Sequence[str]) -> Written:
        """Write an entry of a quantity."""
        ...

    def move(self, node: Node, position: int, letters: Sequence[str]) -> Written:
        """Write 1 where an entry of an argument moves to an entry of a structural op."""
        ...

    def delta(self, letters: Sequence[str]) -> Written:
        """Write 1 where two indices are equal, 0 elsewhere."""
        ...


def entry_form(total: Sum, letters: IndexLetters, pen: EntryPen) -> Written:
    """Write a sum with all its indices."""
    shared, rest = factored(total, beside_deltas=True)
    if shared != Term(1):
        body = entry_form(rest, letters, pen)
        return _term(shared, letters, pen, body)
    return joined([(term.coefficient, lambda t=term: _term(t, letters, pen)) for term in rest])  # type: ignore[misc]


def joined(terms: Sequence[tuple[Any, Callable[[], Written]]], loosest: Level = Level.PRODUCT) -> Written:
    """Write terms one after the other, with the signs of their coefficients between them.

    Args:
        terms: For each its coefficient, and what writes it without its sign.
        loosest: How tightly a term must hold together to stand without brackets.
    """
    if not terms:
        return written_number(0)
    (number, write), *rest = sorted(terms, key=lambda term: term[0] < 0)
    first = write()
    if not rest:
        if number > 0:
            return first
        return Written(row(Sign("−"), first.within(Level.PRODUCT)), Level.NEGATIVE)
    items: list[Tree] = (
        [Sign("−"), first.within(Level.PRODUCT)] if number < 0 else [first.within(Level.NEGATIVE)]
    )
    for coefficient, later in rest:
        items += (Sign("−" if coefficient < 0 else "+"), later().within(loosest))
    return Written(row(*items), Level.SUM)


def _term(term: Term, letters: IndexLetters, pen: EntryPen, bracket: Written | None = None) -> Written:
    above: list[Written] = []
    below: list[Written] = []
    for index in term.summed:
        letters[index]
    for factor in sorted(term.factors, key=lambda f: _place(f, term, letters)):
        (above if factor.power > 0 else below).append(_factor(factor, letters, pen))
    if bracket is not None:
        above.append(bracket)
    body = with_coefficient(abs(term.coefficient), above, below)
    if not term.summed:
        return body
    lower = [IndexLetter(letters[index]) for index in term.summed]
    under: list[Tree] = []
    for letter in lower:
        under += (letter, Sign(","))
    return Written(SumTree(row(*under[:-1]), None, body.within(Level.PRODUCT)), Level.PRODUCT)


def _place(factor: Factor, term: Term, letters: IndexLetters) -> tuple[bool, str]:
    """Order factors by the indices of the result, those that are δs last."""
    free = [letters[index] for index in factor.indices if index not in term.summed] if term.summed else []
    return isinstance(factor.base, Delta), min(free, default="~" if term.summed else "")


def with_coefficient(number: Any, above: Sequence[Written], below: Sequence[Written]) -> Written:
    """Write a number times factors over other factors; the number is not negative."""
    top, bottom = list(above), list(below)
    if isinstance(number, Rational) and number.denominator != 1:
        top = [written_number(number.numerator), *top] if number.numerator != 1 else top
        bottom = [written_number(number.denominator), *bottom]
    elif number != 1:
        top = [written_number(number), *top]
    if not bottom:
        return side_by_side(top) if top else written_number(1)
    if any(is_tall(factor.tree) for factor in above):
        # A gradient is a fraction: it stands beside another one, not on top of it.
        return side_by_side([with_coefficient(number, [], below), *above])
    numerator = side_by_side(top).tree if top else Number("1")
    return Written(Fraction(numerator, side_by_side(bottom).tree), Level.PRODUCT)


def side_by_side(factors: Sequence[Written]) -> Written:
    """Write factors side by side, numbers and brackets set apart by a dot."""
    if len(factors) == 1:
        return factors[0]
    items: list[Tree] = []
    for factor in factors:
        tree = factor.within(Level.PRODUCT)
        if items:
            items.append(APART)
        items += tree.items if isinstance(tree, Row) and factor.level >= Level.PRODUCT else [tree]
    return Written(row(*items), Level.PRODUCT)


def _factor(factor: Factor, letters: IndexLetters, pen: EntryPen) -> Written:
    base = factor.base
    places = [letters[index] for index in factor.indices]
    if isinstance(base, Quantity):
        written = pen.entry(base.node, places)
    elif isinstance(base, Count):
        written = Written(identifier(base.size), Level.ATOM)
    elif isinstance(base, Delta):
        written = pen.delta(places)
    elif isinstance(base, Moves):
        written = pen.move(base.node, base.position, places)
    elif isinstance(base, Bracket):
        written = entry_form(opened(base.body, factor.indices), letters, pen)
    else:
        written = _applied(base, factor.indices, letters, pen)
    return raised(written, abs(factor.power))


def raised(written: Written, power: int, mark: Tree | None = None) -> Written:
    """Write a power; the first one is the base itself."""
    if power == 1:
        return written
    exponent: Tree = Number(str(power)) if mark is None else row(mark, Number(str(power)))
    return Written(Script(written.within(Level.ATOM), sup=exponent), Level.POWER)


def _applied(base: Applied, indices: tuple[Index, ...], letters: IndexLetters, pen: EntryPen) -> Written:
    arguments = [entry_form(opened(argument, indices), letters, pen) for argument in base.arguments]
    return base.op.write(arguments, base.parameters)
