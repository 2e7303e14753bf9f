r"""Conditions, and the two notations that hold them: the indicator and cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symback.reading import hints
from symback.reading.tokens import BRACKETS, RELATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sympy

    from symback.reading.assembly import Piece, Value
    from symback.reading.grammar import Parser

_ASCENDING = frozenset(["<", r"\le"])
_DESCENDING = frozenset([">", r"\ge"])
_IF = (r"\text", "{", "i", "f", "}")
_NAME_OF_CASES = ("{", *"cases", "}")
_OTHERWISE = (r"\text", "{", *"otherwise", "}")


def read_indicator(parser: Parser) -> list[Piece]:
    r"""Read an indicator: ``\mathbf{1}`` and a condition in brackets."""
    import sympy

    start = parser.at
    if not parser.follows(parser.sign, "{", "1", "}"):
        raise parser.error(*hints.unexpected(parser.sign))
    closing = BRACKETS.get(parser.sign)
    if closing is None or closing == r"\right|":
        raise parser.error("an indicator without brackets", r"write it as \mathbf{1}\left(z > 0\right)")
    parser.at += 1
    condition, values = _read_condition(parser)
    parser.expect(closing)
    return [parser.call(values, _piecewise([(sympy.S.One, condition), (sympy.S.Zero, sympy.true)]), start)]


def read_cases(parser: Parser) -> list[Piece]:
    r"""Read cases: ``\begin{cases}`` and rows of a value, ``&`` and a condition."""
    if not parser.follows(r"\begin", *_NAME_OF_CASES):
        raise parser.error(*hints.unexpected(parser.sign))
    return _read_rows(parser, between="&", after="\\\\", closing=(r"\end", *_NAME_OF_CASES))


def read_cases_in_line(parser: Parser) -> list[Piece]:
    r"""Read cases in one line: ``\left\{``, and with commas between them values and their conditions."""
    parser.at += 1
    return _read_rows(parser, between="", after=",", closing=(r"\right.",))


def _read_rows(parser: Parser, between: str, after: str, closing: tuple[str, ...]) -> list[Piece]:
    """Read cases with one sign between value and condition, and another one after each case."""
    import sympy

    start = parser.at
    rows: list[tuple[sympy.Expr, sympy.Basic]] = []
    values: list[Value] = []
    complete = False
    while not parser.follows(*closing):
        if complete:
            raise parser.error("a case after the last one", r"put \text{otherwise} into the last row")
        value = parser.value()
        if between:
            parser.expect(between)
        complete = parser.follows(*_OTHERWISE)
        if complete:
            condition = sympy.true
        else:
            if not parser.follows(*_IF) and not between:
                raise parser.error("a case without a condition", r"write \text{if } z > 0")
            condition, sides = _read_condition(parser)
            values += sides
        rows.append((value.expr, condition))
        values.append(value)
        if not parser.follows(after) and parser.sign != closing[0]:
            raise parser.error(f"{parser.sign!r} after a case", f"separate cases with {after}")
    if all(condition is sympy.false for _, condition in rows):
        raise parser.error("no case ever applies", r"write a case like z & \text{if } z > 0 \\", start)
    return [parser.call(values, _piecewise(rows), start)]


def _read_condition(parser: Parser) -> tuple[sympy.Basic, list[Value]]:
    """Read a comparison or a chain of them; return it with the values it compares."""
    import sympy

    start = parser.at
    sides = [parser.value()]
    relations = []
    while parser.sign in RELATIONS:
        relations.append(parser.sign)
        parser.at += 1
        sides.append(parser.value())
    if not relations:
        raise parser.error("a condition without a relation", "write it like z > 0")
    if len(relations) > 1 and not (_ASCENDING.issuperset(relations) or _DESCENDING.issuperset(relations)):
        raise parser.error(
            "a chain of relations in different directions", r"write it like 0 < z \le 6", start
        )
    if any(side.expr.has(sympy.Piecewise) for side in sides):
        # SymPy would multiply the cases out and solve for where they apply, at any cost.
        raise parser.error("cases or an indicator inside a condition", "name them", start)
    parts = [
        _comparison(relation, sides[index].expr, sides[index + 1].expr)
        for index, relation in enumerate(relations)
    ]
    parts = [part for part in parts if part is not sympy.true]
    if sympy.false in parts:
        return sympy.false, sides
    if not parts:
        return sympy.true, sides
    return parts[0] if len(parts) == 1 else sympy.And(*parts, evaluate=False), sides


def _comparison(relation: str, left: sympy.Expr, right: sympy.Expr) -> sympy.Basic:
    """Build one comparison; only numbers are compared at once."""
    import sympy

    kind = {
        "<": sympy.Lt,
        r"\le": sympy.Le,
        ">": sympy.Gt,
        r"\ge": sympy.Ge,
        "=": sympy.Eq,
        r"\ne": sympy.Ne,
    }[relation]
    if left.is_Rational and not right.is_Rational:
        return kind(left, right, evaluate=False).reversed  # the way SymPy writes it: z > 0
    return kind(left, right, evaluate=bool(left.is_Rational and right.is_Rational))


def _piecewise(rows: Sequence[tuple[sympy.Expr, sympy.Basic]]) -> sympy.Expr:
    """Build cases without those that never apply, and without what comes after one that always does."""
    import sympy

    kept = []
    for value, condition in rows:
        if condition is not sympy.false:
            kept.append((value, condition))
        if condition is sympy.true:
            break
    if kept and kept[0][1] is sympy.true:
        return kept[0][0]
    return sympy.Piecewise(*kept, evaluate=False)
