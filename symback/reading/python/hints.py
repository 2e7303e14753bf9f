"""What is outside the grammar, in words, and what would do in its place."""

from __future__ import annotations

import ast
from typing import Final

_UNROLL: Final = "write the formula for whole arrays, or a loop over a literal range"
_CHOICE: Final = "write where(condition, a, b), or a if condition else b for scalars"

_HINTS: Final[dict[str, tuple[str, str]]] = {
    "Lambda": ("lambda is not read", "write the formula itself, or a def of its own"),
    "FunctionDef": ("a function inside another is not read", "define it at the top of the file"),
    "AsyncFunctionDef": ("async is not read", "write a plain def"),
    "ClassDef": ("classes are not read", "write the forward pass as a function of its inputs"),
    "NamedExpr": (":= is not read", "assign on a line of its own"),
    "JoinedStr": ("f-strings are not read", "leave it out: it computes nothing"),
    "TemplateStr": ("t-strings are not read", "leave it out: it computes nothing"),
    "Dict": ("dictionaries are not read", "give each array a name of its own"),
    "Set": ("sets are not read", "write a list"),
    "DictComp": ("dictionaries are not read", "give each array a name of its own"),
    "SetComp": ("sets are not read", "write a list comprehension"),
    "BoolOp": (
        "and/or have no derivative here",
        "write (a > 0) * (b > 0) for and, maximum(a > 0, b > 0) for or",
    ),
    "Starred": ("* is read only before a list in a call", "write the parts out"),
    "Await": ("await is not read", "write the formula itself"),
    "Yield": ("yield is not read", "return the output"),
    "YieldFrom": ("yield is not read", "return the output"),
    "If": ("if statements are not read", _CHOICE),
    "Match": ("match is not read", _CHOICE),
    "While": ("while loops are not read", _UNROLL),
    "AsyncFor": ("async is not read", _UNROLL),
    "Break": ("break is not read", _UNROLL),
    "Continue": ("continue is not read", _UNROLL),
    "With": ("with blocks are not read", "write the formulas without it"),
    "AsyncWith": ("async is not read", "write the formulas without it"),
    "Try": ("try is not read", "write the formulas without it"),
    "TryStar": ("try is not read", "write the formulas without it"),
    "Raise": ("raise is not read", "leave it out"),
    "Delete": ("del is not read", "leave it out"),
    "Global": ("global is not read", "pass it as an argument"),
    "Nonlocal": ("nonlocal is not read", "pass it as an argument"),
    "TypeAlias": ("type is not read", "leave it out"),
    "Slice": ("a slice stands only in square brackets after an array", "write x[a:b]"),
}

OPERATORS: Final[dict[type[ast.operator], tuple[str, str]]] = {
    ast.BitXor: ("^ is exclusive or in Python, no power", "write ** for powers"),
    ast.BitAnd: ("& is read only between comparisons", "write (a > 0) & (b > 0), with brackets"),
    ast.BitOr: ("| is read only between comparisons", "write (a > 0) | (b > 0), with brackets"),
    ast.LShift: ("<< is not read", "multiply by a power of 2"),
    ast.RShift: (">> is not read", "divide by a power of 2"),
    ast.FloorDiv: ("// is read only between integers of the text", "write floor(a / b)"),
    ast.Mod: ("% is read only between integers of the text", "write a - b * floor(a / b)"),
}
"""The operators that are not read, or not of arrays."""


def hint(node: ast.AST) -> tuple[str, str]:
    """Return the problem with a part of a text, and what would do.

    >>> hint(ast.parse("lambda: 0").body[0].value)
    ('lambda is not read', 'write the formula itself, or a def of its own')
    """
    kind = type(node).__name__
    return _HINTS.get(kind, (f"{kind} is not read", "write it with assignments, operators and functions"))
