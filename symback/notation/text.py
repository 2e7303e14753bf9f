"""The text script: spells a notation tree in one line of Unicode, names as they are in code."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, assert_never

from symback.notation.pattern import spell_slot
from symback.notation.tree import (
    Accent,
    Brace,
    Call,
    Cases,
    Colour,
    Fence,
    Fraction,
    Index,
    Indicator,
    Letters,
    Matrix,
    Name,
    Number,
    Root,
    Row,
    Script,
    Sign,
    Slot,
    Sum,
    Words,
)

if TYPE_CHECKING:
    from symback.notation.tree import Tree

_SUPERSCRIPTS: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MARKS: Final = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}


@lru_cache(maxsize=4096)
def text(tree: Tree) -> str:
    """Spell a tree as one line of text.

    >>> text(Fraction(Number("1"), Row((Number("2"), Sign("+"), Letters("x")))))
    '1/(2 + x)'
    """
    return _spell(tree)


def _spell(tree: Tree) -> str:  # noqa: C901, PLR0911, PLR0912 - one branch per class of tree
    match tree:
        case Letters(letters, _) | Number(letters) | Words(letters) | Index(letters):
            return letters
        case Name(code, _, index):
            return f"{code}[{index}]" if index else code
        case Sign(sign):
            return sign
        case Row(items):
            return _row(items)
        case Fraction(numerator, Row((Letters("∂" | "d"), *_)) as denominator):
            return f"{_spell(numerator)}/{_spell(denominator)}"
        case Fraction(numerator, denominator):
            below = _spell(denominator)
            atomic = below.isalnum() or isinstance(denominator, Name | Call | Fence)
            return f"{_operand(numerator)}/{below if atomic else f'({below})'}"
        case Script(base, sub, sup):
            lowered = "" if sub is None else f"_{_spell(sub).replace(' ', '')}"
            return _spell(base) + lowered + ("" if sup is None else _superscript(_spell(sup)))
        case Accent(base, mark):
            return _spell(base) + _MARKS[mark]
        case Fence(left, body, right):
            return f"{left}{_spell(body)}{right}"
        case Root(body):
            return f"√({_spell(body)})"
        case Call(head, arguments):
            return f"{_spell(head)}({', '.join(map(_spell, arguments))})"
        case Indicator(condition):
            return f"1[{_spell(condition)}]"
        case Cases(rows):
            lines = [
                _spell(value) + (" otherwise" if condition is None else f" if {_spell(condition)}")
                for value, condition in rows
            ]
            return "{" + "; ".join(lines) + "}"
        case Matrix(rows):
            return "[" + "; ".join(", ".join(map(_spell, entries)) for entries in rows) + "]"
        case Sum(lower, upper, body):
            limit = "" if upper is None else f"..{_spell(upper)}"
            return f"Σ[{_spell(lower)}{limit}] {_spell(body)}"
        case Brace(body, _) | Colour(_, body):
            return _spell(body)
        case Slot(number, _, _):
            return spell_slot(number)
        case _:
            assert_never(tree)


def _row(items: tuple[Tree, ...]) -> str:
    parts: list[str] = []
    for position, item in enumerate(items):
        spelled = _spell(item)
        if not isinstance(item, Sign) or (position == 0 and spelled == "−"):
            apart = position and isinstance(items[position - 1], Fraction)
            parts.append(f" {spelled}" if apart else spelled)
        elif spelled == ",":
            parts.append(", ")
        else:
            parts.append(f" {spelled} ")
    return "".join(parts)


def _operand(tree: Tree) -> str:
    """Spell a numerator, in brackets where a sum, a product or another fraction needs them."""
    spelled = _spell(tree)
    compound = isinstance(tree, Row | Fraction | Cases | Sum)
    return f"({spelled})" if compound else spelled


def _superscript(spelled: str) -> str:
    if spelled.isdigit():
        return spelled.translate(_SUPERSCRIPTS)
    if spelled.startswith("−") and spelled[1:].isdigit():
        return "⁻" + spelled[1:].translate(_SUPERSCRIPTS)
    return f"^({spelled})"
