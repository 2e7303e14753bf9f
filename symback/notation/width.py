"""How wide a tree will be on paper, roughly: enough to know where to break a line."""

from __future__ import annotations

from symback.notation import tree as t

_DIGIT = 5.0
_LETTER = 5.8
_SIGN = 12.5
_COMMA = 5.5
_BRACKET = 4.6
_SMALL = 0.75


def _letter(letter: str) -> float:
    if letter in "ijlt.,;:'() ":
        return 4.0
    if letter in "mwMW":
        return 10.5
    return 7.8 if letter.isupper() else _LETTER


def width(tree: t.Tree) -> float:  # noqa: C901, PLR0911, PLR0912 - one branch per class of tree
    """Estimate the width in points at 10-point size, rather too wide than too narrow.

    >>> width(t.Number("100"))
    15.0
    """
    match tree:
        case t.Letters(text, _) | t.Words(text):
            return sum(map(_letter, text))
        case t.Index():
            return _LETTER
        case t.Number(text):
            return _DIGIT * len(text)
        case t.Sign(text):
            return _COMMA if text in ",\u2062\u2063" else _SIGN
        case t.Row(items):
            return sum(map(width, items))
        case t.Fraction(numerator, denominator):
            return max(width(numerator), width(denominator)) + 3
        case t.Script(base, sub, sup):
            return width(base) + _SMALL * max(width(sub) if sub else 0, width(sup) if sup else 0)
        case t.Fence(_, body, _) | t.Root(body) | t.Indicator(body):
            return width(body) + 2 * _BRACKET + (_LETTER if isinstance(tree, t.Indicator) else 0)
        case t.Call(head, arguments):
            return width(head) + 2 * _BRACKET + sum(width(a) + _COMMA for a in arguments)
        case t.Cases(rows):
            values = max(width(value) for value, _ in rows)
            return values + 45 + max(width(condition) if condition else 40 for _, condition in rows)
        case t.Matrix(rows):
            return sum(max(width(entry) for entry in column) + 10 for column in zip(*rows, strict=True))
        case t.Sum(lower, upper, body):
            return max(15, _SMALL * width(lower), _SMALL * width(upper) if upper else 0) + width(body)
        case t.Accent(body, _) | t.Brace(body, _) | t.Colour(_, body) | t.Name(_, body, _):
            return width(body)
        case t.Slot(_, wide):
            return wide
        case _:
            return t.never(tree)
