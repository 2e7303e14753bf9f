"""The text script: spells a notation tree in one line of Unicode, names as they are in code."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from symback.notation import tree as t
from symback.notation.pattern import spell_slot

_SUPERSCRIPTS: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_BESIDE: Final = "\u2062\u2063"
_MARKS: Final = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}


@lru_cache(maxsize=4096)
def text(tree: t.Tree) -> str:
    """Spell a tree as one line of text.

    >>> text(t.Fraction(t.Number("1"), t.Row((t.Number("2"), t.Sign("+"), t.Letters("x")))))
    '1/(2 + x)'
    """
    return _spell(tree)


def _spell(tree: t.Tree) -> str:  # noqa: C901, PLR0911, PLR0912 - one branch per class of tree
    match tree:
        case t.Letters(letters, _) | t.Number(letters) | t.Words(letters) | t.Index(letters):
            return letters
        case t.Name(code, _, index):
            return f"{code}[{index}]" if index else code
        case t.Sign(sign):
            return sign
        case t.Row(items):
            return _row(items)
        case t.Fraction(numerator, t.Row((t.Letters("∂" | "d"), *_)) as denominator):
            return f"{_spell(numerator)}/{_spell(denominator)}"
        case t.Fraction(numerator, denominator):
            below = _spell(denominator)
            atomic = below.isalnum() or isinstance(denominator, t.Name | t.Call | t.Fence | t.Root)
            return f"{_operand(numerator)}/{below if atomic else f'({below})'}"
        case t.Script(base, sub, sup):
            lowered = "" if sub is None else f"_{_spell(sub).replace(' ', '')}"
            return _spell(base) + lowered + ("" if sup is None else _superscript(_spell(sup)))
        case t.Accent(base, mark):
            return _spell(base) + _MARKS[mark]
        case t.Fence(left, body, right):
            return f"{left}{_spell(body)}{right}"
        case t.Root(body):
            return f"√({_spell(body)})"
        case t.Call(head, arguments):
            return f"{_spell(head)}({', '.join(map(_spell, arguments))})"
        case t.Indicator(condition):
            return f"1[{_spell(condition)}]"
        case t.Cases(rows):
            lines = [
                _spell(value) + (" otherwise" if condition is None else f" if {_spell(condition)}")
                for value, condition in rows
            ]
            return "{" + "; ".join(lines) + "}"
        case t.Matrix(rows):
            return "[" + "; ".join(", ".join(map(_spell, entries)) for entries in rows) + "]"
        case t.Sum(lower, upper, body):
            limit = "" if upper is None else f"..{_spell(upper)}"
            return f"Σ[{_spell(lower)}{limit}] {_spell(body)}"
        case t.Brace(body, _) | t.Colour(_, body):
            return _spell(body)
        case t.Slot(number):
            return spell_slot(number)
        case _:
            return t.never(tree)


def _row(items: tuple[t.Tree, ...]) -> str:
    parts: list[str] = []
    for position, item in enumerate(items):
        spelled = _spell(item)
        if not isinstance(item, t.Sign) or (position == 0 and spelled == "−"):
            if isinstance(item, t.Fraction) and _is_factor(items, position):
                spelled = f"({spelled})"
            apart = position and isinstance(items[position - 1], t.Fraction)
            parts.append(f" {spelled}" if apart else spelled)
        elif spelled == ",":
            parts.append(", ")
        elif spelled in _BESIDE:
            parts.append(" @ " if _are_matrices(items[position - 1], spelled, items[position + 1]) else " ")
        else:
            parts.append(f" {spelled} ")
    return "".join(parts)


def _is_factor(items: tuple[t.Tree, ...], position: int) -> bool:
    """Say whether a factor follows side by side, which would seem to stand below the bar, too."""
    return position + 1 < len(items) and items[position + 1] in (t.Sign(_BESIDE[0]), t.Sign(_BESIDE[1]))


def _are_matrices(left: t.Tree, sign: str, right: t.Tree) -> bool:
    """Say whether things side by side are a matrix product, which gets the sign of code."""
    whole = t.Name | t.Script | t.Fence | t.Call | t.Slot
    return sign == _BESIDE[0] and isinstance(left, whole) and isinstance(right, whole)


def _operand(tree: t.Tree) -> str:
    """Spell a numerator, in brackets where a sum, a product or another fraction needs them."""
    spelled = _spell(tree)
    compound = isinstance(tree, t.Row | t.Fraction | t.Cases | t.Sum)
    return f"({spelled})" if compound else spelled


def _superscript(spelled: str) -> str:
    if spelled.isdigit():
        return spelled.translate(_SUPERSCRIPTS)
    if spelled == "⊤":
        return "ᵀ"
    if spelled.startswith(" ⊙ "):
        return f"^⊙{spelled[3:]}"
    if spelled.startswith("−") and spelled[1:].isdigit():
        return "⁻" + spelled[1:].translate(_SUPERSCRIPTS)
    return f"^({spelled})"
