"""The grammar of one formula: what may stand where, and where a hole is punched.

This layer reads names, numbers, calls and everything else that has a meaning of its own, and it refuses
whatever two readers could take in two ways. The order of operations among the rest is left to the bridge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from symback.core.errors import ReadingError
from symback.reading import atoms, hints
from symback.reading.assembly import Piece, Value, assemble, check_real, deepest
from symback.reading.tokens import BRACKETS, RELATIONS, fault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import sympy

    from symback.reading.names import Phrases
    from symback.reading.tokens import Tokens

MAX_DEPTH = 30  # of brackets, fractions, exponents and calls within one another
MAX_CALLS = 10  # of calls within calls: SymPy's own cost is exponential in them
BLOCK = 96  # pieces of a longer sum that are assembled at a time

_CLOSING = frozenset(BRACKETS.values())
_ENDS = frozenset(
    ["", *"+-|{}^_,&", "\\\\", r"\end", r"\right.", r"\text", *_CLOSING, *RELATIONS],
)
_NOT_RAISED = {
    "fraction": r"put the fraction in \left( \right)",
    "call": r"write \left(\ln\left(x\right)\right)^{2}: the brackets show what is raised",
    "cases": r"put the cases in \left( \right)",
}


class Factor(NamedTuple):
    """One factor of a product: what kind of thing it is, and its pieces."""

    kind: str
    pieces: list[Piece]


class Parser:
    """A position in the tokens of one formula, and the rules that move it forward."""

    def __init__(
        self,
        tokens: Tokens,
        names: Phrases[str],
        functions: Phrases[Callable[..., sympy.Expr]],
    ) -> None:
        self.source, texts, places = tokens
        # An empty token marks the end, so that looking ahead never runs out.
        self.texts = [*texts, ""]
        self.places = [*places, len(self.source)]
        self.names = names
        self.functions = functions
        self.at = 0
        self.depth = 0

    @property
    def sign(self) -> str:
        """The token at the position, empty at the end."""
        return self.texts[self.at]

    def error(self, problem: str, remedy: str, at: int | None = None) -> ReadingError:
        """Return the error for a token, by default the one at the position."""
        return fault(self.source, self.places[self.at if at is None else at], problem, remedy)

    def expect(self, *wanted: str) -> None:
        """Step over tokens that have to follow."""
        for token in wanted:
            if self.sign != token:
                found = repr(self.sign) if self.sign else "the end"
                raise self.error(f"{found} where {token!r} has to stand", "complete or correct the formula")
            self.at += 1

    def follows(self, *wanted: str) -> bool:
        """Step over tokens if they follow, and tell whether they did."""
        end = self.at + len(wanted)
        if tuple(self.texts[self.at : end]) != wanted:
            return False
        self.at = end
        return True

    def whole(self) -> Value:
        """Read all tokens as one formula."""
        value = self.value()
        if self.sign in RELATIONS:
            raise self.error(
                f"the relation {self.sign!r}", "read each side by itself (split_equation cuts at = and ≈)"
            )
        if self.sign:
            raise self.error(f"{self.sign!r} is not expected here", "complete or correct the formula")
        return value

    def value(self) -> Value:
        """Read a sum and assemble it."""
        start = self.at
        return self.assembled(self.sum(), start)

    def assembled(self, pieces: Sequence[Piece], start: int) -> Value:
        """Assemble pieces; what is wrong with them is told together with where they begin."""
        try:
            return assemble(pieces)
        except ReadingError as error:
            raise self.located(error, start) from error.__cause__

    def located(self, error: ReadingError, start: int) -> ReadingError:
        """Return an error that has no place yet with the place of a token."""
        problem, _, remedy = str(error).rpartition("; ")
        return self.error(problem, remedy, start)

    def sum(self) -> list[Piece]:
        """Read terms up to a token that cannot continue a sum."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(
                f"more than {MAX_DEPTH} brackets, fractions or exponents in one another", "name the parts"
            )
        start = self.at
        terms: list[list[Piece]] = []
        if self.sign == "-":
            self.at += 1
            terms.append(["-", *self.product()])
        else:
            terms.append(self.product())
        while self.sign in ("+", "-"):
            plus_or_minus = self.sign
            self.at += 1
            terms.append([plus_or_minus, *self.product()])
        self.depth -= 1
        return self.folded(terms, start)

    def folded(self, terms: list[list[Piece]], start: int) -> list[Piece]:
        """Join terms; a long sum becomes a sum of blocks, which costs the bridge little and no recursion."""
        while len(terms) > 1 and sum(map(len, terms)) > BLOCK:
            blocks: list[list[Piece]] = []
            block: list[Piece] = []
            for term in terms:
                if block and len(block) + len(term) > BLOCK:
                    blocks.append(["+", self.assembled(_unsigned(block), start)])
                    block = []
                block += term
            blocks.append(["+", self.assembled(_unsigned(block), start)])
            terms = blocks
        return _unsigned([piece for term in terms for piece in term])

    def product(self) -> list[Piece]:
        """Read factors that stand side by side or have a sign of multiplication between them."""
        factor = self.factor()
        pieces = list(factor.pieces)
        while True:
            if self.sign in (r"\cdot", r"\times"):
                self.at += 1
                factor = self.factor()
            elif self.sign in _ENDS:
                if self.sign in ("{", "^", "_"):
                    raise self.error(*hints.unexpected(self.sign))
                return pieces
            else:
                start = self.at
                following = self.factor()
                self.check_side_by_side(factor, following, start)
                factor = following
            pieces += [r"\cdot ", *factor.pieces]

    def check_side_by_side(self, left: Factor, right: Factor, start: int) -> None:
        """Refuse neighbours that could be meant as something other than a product."""
        if right.kind == "number":
            raise self.error("a number right after another factor", r"write \cdot between them", start)
        if left.kind == "number" and right.kind == "fraction" and _only_numbers(right.pieces):
            raise self.error(
                "a number and a fraction of numbers side by side", r"write \cdot or + between them", start
            )
        if "bars" in (left.kind, right.kind):
            raise self.error("bars beside another factor", r"write \cdot between them", start)
        if "cases" in (left.kind, right.kind):
            raise self.error(
                "cases beside another factor",
                r"write \cdot between them, or brackets around the cases",
                start,
            )

    def factor(self) -> Factor:
        """Read one factor with its exponent."""
        kind, pieces = atoms.read(self)
        if self.sign == "^":
            if kind in _NOT_RAISED:
                raise self.error(f"an exponent after a {kind}", _NOT_RAISED[kind])
            pieces = [*pieces, *self.exponent()]
        if self.sign in ("_", "^", "'", "!"):
            raise self.error(*hints.after_factor(self.sign))
        return Factor(kind, pieces)

    def exponent(self) -> list[Piece]:
        """Read an exponent in braces, which the tokens always have around a single sign."""
        self.at += 1
        if self.sign != "{":
            raise self.error("an exponent without braces", "write it like x^{-1}")
        self.expect("{")
        start = self.at
        if self.sign in BRACKETS and self.sign != r"\left|" and self.texts[self.after_bracket(start)] == "}":
            remedy = "drop the brackets if it is a power, declare the name if it is an index"
            raise self.error("an exponent in brackets", remedy)
        pieces = self.sum()
        self.expect("}")
        return ["^{", *pieces, "}"]

    def after_bracket(self, start: int) -> int:
        """Return the index after the bracket that closes the one at ``start`` (the end if none does)."""
        depth = 0
        for index in range(start, len(self.texts) - 1):
            depth += (self.texts[index] in BRACKETS) - (self.texts[index] in _CLOSING)
            if depth == 0:
                return index + 1
        return len(self.texts) - 1

    def bracketed(self) -> list[Piece]:
        """Read a sum in brackets of any kind."""
        closing = BRACKETS[self.sign]
        self.at += 1
        pieces = self.sum()
        self.expect(closing)
        return pieces

    def braced_value(self) -> Value:
        """Read a sum in braces and assemble it."""
        start = self.at
        return self.assembled(self.braced(), start)

    def braced(self) -> list[Piece]:
        """Read a sum in braces."""
        if self.sign != "{":
            raise self.error("an argument without braces", r"write it like \frac{a}{b} or \sqrt{a}")
        self.at += 1
        pieces = self.sum()
        self.expect("}")
        return pieces

    def call(self, values: Sequence[Value], expr: sympy.Expr, start: int) -> Value:
        """Wrap what was built from values, counting how deeply calls are nested."""
        calls = deepest(values) + 1
        if calls > MAX_CALLS:
            raise self.error(f"more than {MAX_CALLS} calls in one another", "name the inner ones", start)
        try:
            check_real(expr)
        except ReadingError as error:
            raise self.located(error, start) from None
        return Value(expr, calls)


def _unsigned(pieces: list[Piece]) -> list[Piece]:
    """Drop a leading plus."""
    return pieces[1:] if pieces and pieces[0] == "+" else pieces


def _only_numbers(pieces: list[Piece]) -> bool:
    """Tell whether all holes are filled with numbers."""
    return all(piece.expr.is_Rational for piece in pieces if isinstance(piece, Value))
