"""The forms in which an op is written, as data: calls, infix signs, fractions, powers, cases.

A form turns the written arguments of an op into the written op. What is written carries a level,
how tightly it holds together; an argument that holds less tightly than its place needs gets
round brackets.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from symback.notation.identifier import identifier
from symback.notation.numeral import numeral_of_text, spell_whole
from symback.notation.tree import (
    Call,
    Cases,
    Fence,
    Fraction,
    Index,
    Indicator,
    Letters,
    Number,
    Root,
    Row,
    Script,
    Sign,
    Sum,
    Tree,
    parentheses,
    reindex,
    row,
    separated,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


class Level(IntEnum):
    """How tightly a written thing holds together, loosest first."""

    OPEN = 0
    SUM = 1
    NEGATIVE = 2
    PRODUCT = 3
    POWER = 4
    CALL = 5
    ATOM = 6


class Written(NamedTuple):
    """A tree and how tightly it holds together."""

    tree: Tree
    level: Level

    def within(self, level: Level) -> Tree:
        """Return the tree, in brackets if it holds less tightly than `level`."""
        return self.tree if self.level >= level else parentheses(self.tree)


class Form(Protocol):
    """How an op is written, given how its arguments are written."""

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write the op around its written arguments; parameters are plain numbers."""
        ...


@dataclass(frozen=True, slots=True)
class Function:
    """A function in front of its arguments: ReLU(z); an upright word unless a style is given."""

    head: Tree

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write head(a, b, …); parameters stand in the subscript."""
        head = self.head
        if parameters:
            looks = [written_number(value).tree for value in parameters]
            head = Script(head, sub=separated(looks, ","))
        return Written(Call(head, tuple(a.tree for a in arguments)), Level.CALL)


@dataclass(frozen=True, slots=True)
class Plus:
    """Terms with plus signs; a term that starts with a minus is in brackets unless it is first."""

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write a + b + …."""
        items: list[Tree] = []
        for argument in arguments:
            if items:
                items.append(Sign("+"))
                items.append(argument.within(Level.PRODUCT))
            else:
                items.append(argument.within(Level.SUM))
        return Written(row(*items), Level.SUM)


@dataclass(frozen=True, slots=True)
class Minus:
    """One term less another."""

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write a − b."""
        left, right = arguments
        return Written(
            row(left.within(Level.SUM), Sign("−"), right.within(Level.PRODUCT)),
            Level.SUM,
        )


@dataclass(frozen=True, slots=True)
class Negative:
    """A leading minus."""

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write −a."""
        return Written(row(Sign("−"), arguments[0].within(Level.PRODUCT)), Level.NEGATIVE)


@dataclass(frozen=True, slots=True)
class Times:
    """Factors in their order, with dots between them."""

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write a · b · …."""
        items: list[Tree] = []
        for argument in arguments:
            factor = argument.within(Level.PRODUCT)
            if items:
                items.append(Sign("·"))
            items += factor.items if isinstance(factor, Row) else (factor,)
        return Written(row(*items), Level.PRODUCT)


@dataclass(frozen=True, slots=True)
class Over:
    """One thing over another."""

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write a / b as a fraction."""
        numerator, denominator = arguments
        return Written(Fraction(numerator.tree, denominator.tree), Level.PRODUCT)


@dataclass(frozen=True, slots=True)
class Reciprocal:
    """One over a thing."""

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write 1 / a as a fraction."""
        return Written(Fraction(Number("1"), arguments[0].tree), Level.PRODUCT)


@dataclass(frozen=True, slots=True)
class Power:
    """A base raised to an exponent: the second argument, the op's parameter, or a fixed number."""

    exponent: int | None = None

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write a to the power of b."""
        if self.exponent is not None:
            exponent: Tree = Number(str(self.exponent))
        else:
            exponent = written_number(parameters[0]).tree if parameters else arguments[1].tree
        return Written(Script(arguments[0].within(Level.ATOM), sup=exponent), Level.POWER)


@dataclass(frozen=True, slots=True)
class SquareRoot:
    """A square root."""

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write √a."""
        return Written(Root(arguments[0].tree), Level.CALL)


@dataclass(frozen=True, slots=True)
class ReciprocalRoot:
    """One over a square root."""

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write 1 / √a."""
        return Written(Fraction(Number("1"), Root(arguments[0].tree)), Level.PRODUCT)


@dataclass(frozen=True, slots=True)
class Bars:
    """An absolute value."""

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write |a|."""
        return Written(Fence("|", arguments[0].tree, "|"), Level.CALL)


@dataclass(frozen=True, slots=True)
class Compared:
    """1 where a relation holds, 0 elsewhere."""

    relation: str

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write 1(a < b)."""
        left, right = arguments
        return Written(Indicator(row(left.tree, Sign(self.relation), right.tree)), Level.CALL)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value where a condition holds, another elsewhere; nested ones become one list."""

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write the cases of (condition, value, other value)."""
        condition, value, other = (a.tree for a in arguments)
        test = (
            condition.condition
            if isinstance(condition, Indicator)
            else row(condition, Sign("≠"), Number("0"))
        )
        rest = other.rows if isinstance(other, Cases) else ((other, None),)
        return Written(Cases(((value, test), *rest)), Level.OPEN)


@dataclass(frozen=True, slots=True)
class Selected:
    """1 where an entry is the largest or the smallest along some axes, 0 elsewhere."""

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write 1(a = max(a)); the second parameter says whether the largest is meant."""
        body = arguments[0].tree
        name = "max" if len(parameters) < 2 or parameters[1] else "min"  # noqa: PLR2004 - the second one
        extreme = Call(Letters(name, "upright"), (body,))
        return Written(Indicator(row(body, Sign("="), extreme)), Level.CALL)


@dataclass(frozen=True, slots=True)
class Transparent:
    """Nothing of its own: only the argument shows."""

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write a."""
        return arguments[0]


@dataclass(frozen=True, slots=True)
class Constant:
    """A fixed symbol that takes no arguments."""

    look: Tree

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write the symbol."""
        return Written(self.look, Level.ATOM)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number: the op's parameter."""

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write the number."""
        return written_number(parameters[0])


@dataclass(frozen=True, slots=True)
class SumOver:
    """A sum of products over an index from 0; the arguments are entries with the index k.

    Attributes:
        index: The letter of the index.
    """

    index: str

    def write(self, arguments: Sequence[Written], parameters: Sequence[object] = ()) -> Written:
        """Write Σ_i a_i · b_i; the parameter is the number of terms, or its name."""
        entries = [Written(reindex(a.tree, "k", self.index), a.level) for a in arguments]
        return Written(self.over(Times().write(entries).tree, parameters[0]), Level.PRODUCT)

    def over(self, body: Tree, size: object) -> Tree:
        """Write the sum of a body over the index, which runs below a size."""
        if isinstance(size, int):
            last: Tree = Number(str(size - 1))
        else:
            last = row(identifier(str(size)), Sign("−"), Number("1"))
        return Sum(row(Index(self.index), Sign("="), Number("0")), last, body)


def written_number(value: object) -> Written:
    """Write a number with all its digits, so that a negative one gets brackets inside a product.

    >>> written_number(-3).level.name
    'NEGATIVE'
    """
    return written_numeral(spell_whole(value))


def written_numeral(text: str) -> Written:
    """Write a number that is already spelled in ASCII.

    >>> written_numeral("1e-7").level.name
    'PRODUCT'
    """
    if text.startswith("-"):
        level = Level.NEGATIVE
    else:
        level = Level.PRODUCT if "e" in text or "/" in text else Level.ATOM
    return Written(numeral_of_text(text), level)


def word(text: str) -> Function:
    """Name a function by an upright word: tanh(z).

    >>> word("tanh").head
    Letters(text='tanh', style='upright')
    """
    return Function(Letters(text, "upright"))
