r"""The syntax of printed equations of arrays: from LaTeX to a small tree of what stands there.

Nothing is looked up here: names are left as they are spelled. Juxtaposition by `\,` is a product,
of matrices or of numbers; which one is for the reader of the tree to say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from symback.core.errors import ReadingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Numeral(NamedTuple):
    """A number as it is printed."""

    value: float


class Symbol(NamedTuple):
    """A letter or word, and the tokens of its subscript."""

    base: str
    sub: tuple[str, ...] = ()


class Derivative(NamedTuple):
    """∂above/∂below, along one path if it has a label."""

    above: Symbol
    below: Symbol
    label: str = ""


class Part(NamedTuple):
    """A bracket with a subscript: an entry of it, or a part."""

    body: Formula
    sub: tuple[str, ...]


class Quotient(NamedTuple):
    """One thing over another."""

    over: Formula
    under: Formula


class Power(NamedTuple):
    """A base with an exponent; `entrywise` if a ⊙ says so."""

    base: Formula
    exponent: Formula
    entrywise: bool = False


class Transposed(NamedTuple):
    """A base with a raised ⊤."""

    base: Formula


class Product(NamedTuple):
    """Things side by side, or with dots between."""

    factors: tuple[Formula, ...]


class Entrywise(NamedTuple):
    """Factors multiplied entry by entry; those marked divide."""

    factors: tuple[Formula, ...]
    divides: tuple[bool, ...]


class Terms(NamedTuple):
    """Terms with their signs."""

    terms: tuple[Formula, ...]
    minus: tuple[bool, ...]


class Applied(NamedTuple):
    """A function with what stands in its subscript, and its arguments."""

    head: str
    sub: tuple[str, ...]
    arguments: tuple[Formula, ...]


class Condition(NamedTuple):
    """1 where a relation holds, 0 elsewhere."""

    relation: str
    left: Formula
    right: Formula


class Choices(NamedTuple):
    """Values with their conditions; the last condition may be missing."""

    values: tuple[Formula, ...]
    conditions: tuple[Condition | None, ...]


class Bars(NamedTuple):
    """A body between bars: an absolute value, or a norm between double ones."""

    body: Formula
    double: bool


class Root(NamedTuple):
    """A square root."""

    body: Formula


class Ones(NamedTuple):
    """A bold 1."""


class Total(NamedTuple):
    """A big sigma over some letters."""

    letters: tuple[str, ...]
    body: Formula


class Listed(NamedTuple):
    """Entries in rows between square brackets."""

    rows: tuple[tuple[Formula, ...], ...]


Formula: TypeAlias = (
    "Numeral | Symbol | Derivative | Part | Quotient | Power | Transposed | Product | Entrywise | Terms"
    " | Applied | Condition | Choices | Bars | Root | Ones | Total | Listed"
)


class Equation(NamedTuple):
    """A left-hand side, and the right-hand sides with the relations before them."""

    left: Formula
    sides: tuple[tuple[str, Formula], ...]


_TOKEN: Final = re.compile(
    r"""(?P<skip>\s+|\\q?quad(?![a-zA-Z])|\\[Bb]ig[lr]?(?![a-zA-Z])|\\symbackgrad(?![a-zA-Z])
        |\\symbackname\{\\detokenize\{[^{}]*\}\}|\\[;:!])
      |(?P<token>\\left\.|\\right\.|\\right\||\\left\\\{|\\text\{[^{}]*\}|\\(?:begin|end)\{[a-z*]+\}
        |\\operatorname\{[^{}]*\}|\\(?:mathit|mathrm|mathtt|mathbf)\{(?:[^{}]|\{[^{}]*\})*\}
        |\\(?:hat|bar|tilde)\{(?:[^{}]|\{[^{}]*\})*\}
        |\\[a-zA-Z]+|\\.|\d+\.?\d*|\.\d+|.)""",
    re.VERBOSE | re.DOTALL,
)
_SIZES: Final = frozenset([r"\left", r"\right"])


def tokens(text: str) -> tuple[str, ...]:
    r"""Split LaTeX into tokens; space, colour, tags and the sizes of brackets are left out.

    >>> tokens(r"W_{1,ij} \, \left( x \right)")
    ('W', '_', '{', '1', ',', 'i', 'j', '}', '\\,', '(', 'x', ')')
    """
    found = [match["token"] for match in _TOKEN.finditer(text) if match["token"]]
    return tuple([token.replace(" ", "") for token in found if token not in _SIZES])


def parsed(text: str) -> Equation:
    r"""Read an equation.

    Raises:
        ReadingError: The text is outside the notation.

    >>> parsed(r"Z = X \, W").sides[0][1].factors
    (Symbol(base='X', sub=()), Symbol(base='W', sub=()))
    """
    from symback.verification.matrix_grammar import Parser

    return Parser(tokens(text)).equation()


def pieces(sub: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Split the tokens of a subscript at its commas.

    >>> pieces(("1", ",", "i", "j"))
    (('1',), ('i', 'j'))
    """
    found: list[tuple[str, ...]] = []
    current: list[str] = []
    depth = 0
    for part in sub:
        depth += (part in "{([") - (part in "})]")
        if part == "," and not depth:
            found.append(tuple(current))
            current = []
        else:
            current.append(part)
    return (*found, tuple(current)) if sub else ()


def within(formula: Formula, closed: Callable[[Formula], bool]) -> Iterator[Formula]:
    """Yield a formula and all formulas in it, but nothing inside what is closed.

    >>> [type(one).__name__ for one in within(Root(Bars(Ones(), False)), lambda one: isinstance(one, Bars))]
    ['Root', 'Bars']
    """
    waiting: list[Formula] = [formula]
    while waiting:
        here = waiting.pop()
        yield here
        if not closed(here):
            waiting += reversed(list(_inside(here)))


def _inside(formula: object) -> Iterator[Formula]:
    if not isinstance(formula, tuple) or isinstance(formula, Symbol | Derivative):
        return
    for item in formula:
        if hasattr(item, "_fields"):
            yield item
        else:
            yield from _inside(item)


class NonsenseError(ReadingError):
    """What is printed has a syntax but no meaning, such as a product of matrices that do not fit."""


def nonsense(what: str) -> NonsenseError:
    """Return the error for what has no meaning."""
    return NonsenseError(f"means nothing: {what}")


def refused(what: str) -> ReadingError:
    """Return the error for what cannot be read."""
    return ReadingError(f"cannot be read back: {what}")
