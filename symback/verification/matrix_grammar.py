"""The grammar of printed equations of arrays: what may follow what, tightest last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from symback.verification.matrix_syntax import (
    Applied,
    Bars,
    Choices,
    Condition,
    Derivative,
    Entrywise,
    Equation,
    Listed,
    Numeral,
    Ones,
    Part,
    Power,
    Product,
    Quotient,
    Root,
    Symbol,
    Terms,
    Total,
    Transposed,
    nonsense,
    pieces,
    refused,
)

if TYPE_CHECKING:
    from symback.verification.matrix_syntax import Formula

_DEEPEST: Final = 60
"""Brackets nested deeper than this are not read; Python's own limit is never met."""

_RELATIONS: Final = {"=": "=", r"\approx": "≈", r"\gets": "←"}
_CONDITIONS: Final = {
    ">": ">",
    "<": "<",
    r"\ge": "≥",
    r"\le": "≤",
    "=": "=",
    r"\ne": "≠",
    r"\mapsto": "↦",
}
_NO_NAMES: Final = frozenset(
    [
        *(r"\,", r"\cdot", r"\odot", r"\oslash", r"\top", r"\right|", r"\right.", r"\left.", r"\\"),
        *(r"\{", r"\}", r"\cdots", r"\dots", *_RELATIONS, *_CONDITIONS),
    ]
)


class Parser:
    """Reads the tokens of one equation from left to right."""

    def __init__(self, tokens: tuple[str, ...]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def equation(self) -> Equation:
        """Read all of it as an equation of one or more sides."""
        left = self.sum()
        sides = []
        while self._next in _RELATIONS:
            relation = _RELATIONS[self._take()]
            sides.append((relation, self.sum()))
        if self._next or not sides:
            raise refused(f"{self._next or 'an end'} where an equation goes on")
        return Equation(left, tuple(sides))

    def whole(self) -> Formula:
        """Read all of it as one formula."""
        formula = self.sum()
        if self._next:
            raise refused(f"{self._next} after a formula")
        return formula

    @property
    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, wanted: str = "") -> str:
        mark = self._next
        if not mark or (wanted and mark != wanted):
            raise refused(f"{mark or 'the end'} where {wanted or 'more'} was expected")
        self._at += 1
        return mark

    def _taken(self, mark: str) -> bool:
        if self._next != mark:
            return False
        self._at += 1
        return True

    def sum(self) -> Formula:
        """Read terms with signs between them."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise refused(f"brackets nested deeper than {_DEEPEST}")
        minus = [self._taken("-")]
        terms = [self._term()]
        while self._next in ("+", "-"):
            minus.append(self._take() == "-")
            terms.append(self._term())
        self._depth -= 1
        return terms[0] if len(terms) == 1 and not minus[0] else Terms(tuple(terms), tuple(minus))

    def _term(self) -> Formula:
        factors, divides = [self._product()], [False]
        while self._next in (r"\odot", r"\oslash"):
            divides.append(self._take() == r"\oslash")
            factors.append(self._product())
        return factors[0] if len(factors) == 1 else Entrywise(tuple(factors), tuple(divides))

    def _product(self) -> Formula:
        factors = [self._factor()]
        while self._next in (r"\,", r"\cdot", "/"):
            if self._take() == "/":
                factors[-1] = Quotient(factors[-1], self._factor())
            else:
                factors.append(self._factor())
        return factors[0] if len(factors) == 1 else Product(tuple(factors))

    def _factor(self) -> Formula:
        bracketed = self._next in ("(", "[", "{")
        formula = self._atom()
        while self._next in ("^", "_"):
            if self._take() == "_":
                if isinstance(formula, Symbol) and formula.sub and not bracketed:
                    raise nonsense(f"{formula.base} has two subscripts")
                formula = Part(formula, self._group())
                continue
            formula = self._raised(formula)
        return formula

    def _raised(self, base: Formula) -> Formula:
        raised = self._group()
        if raised == (r"\top",):
            return Transposed(base)
        if raised[:1] == (r"\odot",):
            return Power(base, self._inner(raised[1:]), entrywise=True)
        return Power(base, self._inner(raised))

    def _inner(self, tokens: tuple[str, ...]) -> Formula:
        """Read some tokens as a formula of their own."""
        inner = Parser(tokens)
        inner._depth = self._depth + 1
        return inner.whole()

    def _group(self) -> tuple[str, ...]:
        """Take what stands between braces."""
        self._take("{")
        start, depth = self._at, 1
        while depth:
            mark = self._take()
            depth += (mark == "{") - (mark == "}")
        return self._tokens[start : self._at - 1]

    def _atom(self) -> Formula:  # noqa: C901, PLR0911 - one branch for each beginning
        mark = self._take()
        if mark[0].isdigit() or mark[0] == ".":
            return Numeral(float(mark))
        if mark == r"\frac":
            return self._fraction()
        if mark == r"\left.":
            return self._restricted()
        if mark == r"\sum":
            self._take("_")
            letters = tuple("".join(piece) for piece in pieces(self._group()))
            return Total(letters, self._product())
        if mark == r"\sqrt":
            return Root(self._inner(self._group()))
        if mark == r"\mathbf{1}":
            return self._indicator() if self._next == "(" else Ones()
        if mark in ("(", "["):
            return self._bracketed(mark)
        if mark in ("|", r"\Vert"):
            body = self.sum()
            if self._next not in (mark, r"\right|"):
                raise refused(f"{self._next} where {mark} was expected")
            self._take()
            return Bars(body, double=mark == r"\Vert")
        if mark in (r"\left\{", r"\begin{cases}"):
            return self._cases(r"\right." if mark == r"\left\{" else r"\end{cases}")
        if mark == r"\begin{bmatrix}":
            return self._listed("&", r"\\", r"\end{bmatrix}", self.sum())
        if mark == "{":
            self._at -= 1
            return self._inner(self._group())
        return self._named(mark)

    def _bracketed(self, mark: str) -> Formula:
        """Read what stands in brackets: a formula, or in square ones an array of numbers."""
        body = self.sum()
        if mark == "[" and self._next in (",", ";"):
            return self._listed(",", ";", "]", body)
        self._take(")" if mark == "(" else "]")
        return body

    def _named(self, mark: str) -> Formula:
        """Read a symbol, or a function if a bracket follows at once."""
        if not (mark.isalpha() or (mark[0] == "\\" and mark not in _NO_NAMES)):
            raise refused(f"{mark} where a quantity was expected")
        sub = self._group() if self._taken("_") else ()
        if self._taken("("):
            arguments = [self.sum()]
            while self._taken(","):
                arguments.append(self.sum())
            self._take(")")
            return Applied(mark, sub, tuple(arguments))
        return Symbol(mark, sub)

    def _fraction(self) -> Formula:
        over, under = self._group(), self._group()
        if over[:1] == (r"\partial",) and under[:1] == (r"\partial",):
            above, below = self._inner(over[1:]), self._inner(under[1:])
            if not (isinstance(above, Symbol) and isinstance(below, Symbol)):
                raise refused("a derivative of or by something that has no name")
            return Derivative(above, below)
        return Quotient(self._inner(over), self._inner(under))

    def _restricted(self) -> Formula:
        formula = self._atom()
        self._take(r"\right|")
        self._take("_")
        if not isinstance(formula, Derivative):
            raise refused("a bar that restricts something else than a derivative")
        return formula._replace(label="".join(self._group()))

    def _indicator(self) -> Condition:
        self._take("(")
        condition = self._condition()
        self._take(")")
        return condition

    def _condition(self) -> Condition:
        if self._next == "{":
            inner = Parser(self._group())
            return inner._condition()
        left = self.sum()
        relation = _CONDITIONS.get(self._take())
        if relation is None:
            raise refused("an indicator without a relation")
        return Condition(relation, left, self.sum())

    def _cases(self, end: str) -> Choices:
        values: list[Formula] = []
        conditions: list[Condition | None] = []
        while True:
            values.append(self.sum())
            self._taken("&")
            word = self._take()
            if word not in (r"\text{if}", r"\text{otherwise}"):
                raise refused(f"{word} where a condition was expected")
            conditions.append(self._condition() if word == r"\text{if}" else None)
            if not (self._taken(",") or self._taken(r"\\")):
                break
        self._take(end)
        return Choices(tuple(values), tuple(conditions))

    def _listed(self, apart: str, below: str, end: str, first: Formula) -> Listed:
        """Read an array of numbers: its columns are apart by one sign, its rows by another."""
        rows = [[first]]
        while self._next in (apart, below):
            if self._take() == apart:
                rows[-1].append(self.sum())
            else:
                rows.append([self.sum()])
        self._take(end)
        return Listed(tuple(map(tuple, rows)))
