"""The notation tree: how a formula looks, before any script (LaTeX, text, …) spells it.

A tree is small, immutable and hashable; it is made when something is printed and not kept.
Characters are Unicode; each script knows how to spell them. A new script is one new module that
walks these classes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Literal, NoReturn, TypeAlias

Style: TypeAlias = Literal["italic", "upright", "bold", "code"]
AccentMark: TypeAlias = Literal["hat", "bar", "tilde"]


@dataclass(frozen=True, slots=True)
class Letters:
    """One or more letters that form a single symbol: x, dvalue, ReLU."""

    text: str
    style: Style = "italic"


@dataclass(frozen=True, slots=True)
class Number:
    """A non-negative numeral as it is printed: 3, 0.1."""

    text: str


@dataclass(frozen=True, slots=True)
class Sign:
    """An operator or relation sign, with the space around it that its class has."""

    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """Things side by side."""

    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Fraction:
    """A numerator over a denominator."""

    numerator: Tree
    denominator: Tree


@dataclass(frozen=True, slots=True)
class Script:
    """A base with a subscript, a superscript, or both."""

    base: Tree
    sub: Tree | None = None
    sup: Tree | None = None


@dataclass(frozen=True, slots=True)
class Accent:
    """A mark over a base."""

    base: Tree
    mark: AccentMark


@dataclass(frozen=True, slots=True)
class Fence:
    """A body between two delimiters; an empty string is an invisible one."""

    left: str
    body: Tree
    right: str


@dataclass(frozen=True, slots=True)
class Root:
    """A square root."""

    body: Tree


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to arguments: ReLU(z)."""

    head: Tree
    arguments: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """1 where the condition holds, 0 elsewhere."""

    condition: Tree


@dataclass(frozen=True, slots=True)
class Cases:
    """Values with their conditions, tried from the top; the last condition may be None."""

    rows: tuple[tuple[Tree, Tree | None], ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """A bracketed array of entries."""

    rows: tuple[tuple[Tree, ...], ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """A big sigma with its limits and the summand."""

    lower: Tree
    upper: Tree | None
    body: Tree


@dataclass(frozen=True, slots=True)
class Brace:
    """A body with a brace and a label beneath it."""

    body: Tree
    label: Tree


@dataclass(frozen=True, slots=True)
class Colour:
    """A body in the colour of a role; gradients are red."""

    role: Literal["gradient"]
    body: Tree


@dataclass(frozen=True, slots=True)
class Words:
    """Running text inside a formula."""

    text: str


@dataclass(frozen=True, slots=True)
class Index:
    """A letter that counts: the i of a sum, the k of x_k."""

    letter: str


@dataclass(frozen=True, slots=True)
class Name:
    """A thing with a name in code and a look on paper; plain text prints the name in code.

    Attributes:
        code: The name in code.
        look: The look on paper, its index included.
        index: The letter of the entry that is meant, if the name stands for several numbers.
    """

    code: str
    look: Tree
    index: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that is filled with spelled-out text later; see `notation.pattern`.

    Attributes:
        number: Which text is put in.
        width: How wide that will be on paper.
        tall: Whether it will rise above one line.
        fraction: Whether it will be a fraction, which needs brackets under a raised sign.
        scripted: Whether it will have a subscript, so that another one needs brackets.
        bracketed: Whether brackets stand around it where names are typeset; names in code need none.
    """

    number: int
    width: float = 0.0
    tall: bool = False
    fraction: bool = False
    scripted: bool = False
    bracketed: bool = False


Tree: TypeAlias = (
    Letters
    | Number
    | Sign
    | Row
    | Fraction
    | Script
    | Accent
    | Fence
    | Root
    | Call
    | Indicator
    | Cases
    | Matrix
    | Sum
    | Brace
    | Colour
    | Words
    | Index
    | Name
    | Slot
)


def row(*items: Tree) -> Tree:
    """Put trees side by side; a single one stays itself.

    >>> row(Number("3"))
    Number(text='3')
    """
    return items[0] if len(items) == 1 else Row(items)


def parentheses(body: Tree) -> Fence:
    """Put round brackets around a tree.

    >>> parentheses(Number("3")).left
    '('
    """
    return Fence("(", body, ")")


def separated(items: list[Tree], sign: str) -> Tree:
    """Put a sign between neighbouring trees.

    >>> len(separated([Number("1"), Number("2")], "+").items)
    3
    """
    parts: list[Tree] = [items[0]]
    for item in items[1:]:
        parts += (Sign(sign), item)
    return row(*parts)


def reindex(tree: Tree, old: str, new: str) -> Tree:
    """Put one index letter in place of another.

    >>> reindex(Index("k"), "k", "i")
    Index(letter='i')
    """
    if isinstance(tree, Index):
        return Index(new) if tree.letter == old else tree
    changed = {}
    for part in fields(tree):
        value = getattr(tree, part.name)
        if part.name == "index":
            changed[part.name] = new if value == old else value
        elif isinstance(value, tuple):
            changed[part.name] = tuple(reindex(item, old, new) for item in value)
        elif is_dataclass(value):
            changed[part.name] = reindex(value, old, new)  # type: ignore[arg-type]
    return replace(tree, **changed)  # type: ignore[arg-type]


def never(tree: NoReturn) -> NoReturn:
    """Mark the end of a list of cases that covers every class of tree; type checkers see whether it does."""
    raise AssertionError(tree)
