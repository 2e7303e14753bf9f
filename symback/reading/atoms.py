"""Whatever has a meaning of its own: names, numbers, calls, brackets, fractions, roots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symback.reading import hints
from symback.reading.assembly import Piece, Value
from symback.reading.conditions import read_cases, read_cases_in_line, read_indicator
from symback.reading.functions import default_functions
from symback.reading.tokens import BRACKETS

if TYPE_CHECKING:
    from collections.abc import Callable

    import sympy

    from symback.reading.grammar import Parser

MAX_DIGITS = 60  # of one numeral
_DIGITS = frozenset("0123456789")
_WORDS = frozenset([*(head[1:] for head in default_functions()), "log", "sqrt", "erf"])
_APART = frozenset(["}", "+", "-", "^", r"\cdot", r"\times"])
_DERIVATIVE_REMEDY = r"declare it as a whole, like a name; if a product with d is meant, write \cdot"
_ROUND = frozenset(["(", r"\left("])


def read(parser: Parser) -> tuple[str, list[Piece]]:
    """Read what begins at the position; tell what kind of thing it is."""
    declared = _read_declared(parser)
    if declared is not None:
        kind, value = declared
        return kind, [value]
    if parser.sign in _READERS:
        kind, reader = _READERS[parser.sign]
        return kind, reader(parser)
    if not parser.sign:
        raise parser.error("the formula ends where something has to follow", "complete it")
    if parser.sign.isalpha():
        raise parser.error(*hints.undeclared(_described(parser)))
    raise parser.error(*hints.unexpected(parser.sign))


def _read_declared(parser: Parser) -> tuple[str, Value] | None:
    """Read a declared name or the call of a function, whichever is longer; None if there is neither."""
    length, code = parser.names.match(parser.texts, parser.at)
    reach, function = parser.functions.match(parser.texts, parser.at)
    if function is not None and reach > length:
        return "call", _read_call(parser, reach, function)
    if code is None:
        return None
    if reach == length and parser.texts[parser.at + length] in _ROUND:
        raise parser.error(
            "a name that is also a function, before brackets",
            r"write \cdot for the product, or give one of them another name",
        )
    import sympy

    following = parser.texts[parser.at + length]
    if following in ("_", "'"):
        raise parser.error(*hints.undeclared(_described(parser)))
    if length == 1:
        _check_no_word(parser)
    parser.at += length
    return "name", Value(sympy.Symbol(code))


def _check_no_word(parser: Parser) -> None:
    r"""Refuse letters that spell a function: whoever writes exp(x) does not mean a product of e, x and p."""
    end = parser.at + 1
    longest = end + max(map(len, _WORDS))
    while end < longest and parser.texts[end].isalpha() and parser.places[end] == parser.places[end - 1] + 1:
        end += 1
    word = "".join(parser.texts[parser.at : end])
    if word in _WORDS:
        raise parser.error(
            f"{word!r} as letters", rf"write \{word}, or spaces or \cdot if a product is meant"
        )


def _described(parser: Parser) -> str:
    """Return the sign at the position with the index that follows it, as a reader would quote it."""
    end = parser.at + 1
    if parser.texts[end] == "'":
        end += 1
    if parser.texts[end] == "_" and "}" in parser.texts[end:]:
        end = parser.texts.index("}", end) + 1
    return "".join(parser.texts[parser.at : end])


def _read_call(parser: Parser, length: int, function: Callable[..., sympy.Expr]) -> Value:
    """Read a function applied to arguments in round brackets."""
    import sympy

    start = parser.at
    head = "".join(parser.texts[start : start + length])
    parser.at += length
    if parser.sign in ("^", "_"):
        remedy = rf"write the power of a call as \left({head}\left(x\right)\right)^{{2}}"
        raise parser.error(f"{parser.sign!r} between a function and its argument", remedy)
    if parser.sign not in _ROUND:
        raise parser.error(f"{head!r} without round brackets", rf"write {head}\left(x\right)")
    closing = BRACKETS[parser.sign]
    parser.at += 1
    arguments = [parser.value()]
    while parser.follows(","):
        arguments.append(parser.value())
    parser.expect(closing)
    try:
        expr = function(*(argument.expr for argument in arguments))
    except (
        TypeError,
        ValueError,
        ArithmeticError,
        AttributeError,
        RecursionError,
        NotImplementedError,
    ) as error:
        raise parser.error(
            f"{head!r} of {len(arguments)} argument(s) cannot be built ({error})", "correct it", start
        ) from error
    if not isinstance(expr, sympy.Expr):
        raise parser.error(
            f"{head!r} was built as {type(expr).__name__}", "a function has to give an expression", start
        )
    return parser.call(arguments, expr, start)


def _read_number(parser: Parser) -> list[Piece]:
    """Read an integer or a decimal exactly; its digits have to touch each other."""
    import sympy

    start = parser.at
    whole = _digits(parser)
    decimals = ""
    if _touches(parser, ".", _DIGITS):
        parser.at += 1
        decimals = _digits(parser)
    if len(whole) > 1 and whole[0] == "0":
        raise parser.error("a number with a leading zero", "leave the zero out", start)
    if len(whole) + len(decimals) > MAX_DIGITS:
        raise parser.error(
            f"a number of more than {MAX_DIGITS} digits", r"write it as a \cdot 10^{-k}", start
        )
    if parser.sign == "." and parser.places[parser.at] == parser.places[parser.at - 1] + 1:
        raise parser.error(*hints.unexpected("."))
    if _touches(parser, ",", _DIGITS):
        raise parser.error("a comma between digits", "write the number without it, or put a space after it")
    if parser.sign in ("e", "E") and _touches(parser, parser.sign, _DIGITS | {"+", "-"}):
        raise parser.error(
            "a number with an exponent", r"write a \cdot 10^{-3}; if a product is meant, use spaces"
        )
    if parser.sign == "_":
        raise parser.error("an index on a number", r"write the indicator as \mathbf{1}\left(z > 0\right)")
    return [Value(sympy.Rational(int(whole + decimals), 10 ** len(decimals)))]


def _digits(parser: Parser) -> str:
    """Step over digits that touch."""
    start = parser.at
    parser.at += 1
    while parser.sign in _DIGITS and parser.places[parser.at] == parser.places[parser.at - 1] + 1:
        parser.at += 1
    return "".join(parser.texts[start : parser.at])


def _touches(parser: Parser, token: str, following: frozenset[str]) -> bool:
    """Tell whether a token and then one of the following come next, without spaces."""
    at = parser.at
    return (
        parser.sign == token
        and parser.texts[at + 1] in following
        and parser.places[at + 1] - 1 == parser.places[at] == parser.places[at - 1] + 1
    )


def _read_modulus(parser: Parser) -> list[Piece]:
    """Read an absolute value."""
    import sympy

    start = parser.at
    # Where a factor has to begin, a bar opens; after a factor it closes.
    closing = BRACKETS.get(parser.sign, "|")
    parser.at += 1
    inner = parser.value()
    parser.expect(closing)
    if inner.expr.is_Rational:
        return [Value(abs(inner.expr))]
    return [parser.call([inner], sympy.Abs(inner.expr, evaluate=False), start)]


def _read_brackets(parser: Parser) -> list[Piece]:
    """Read a sum in round or square brackets, which mean the same."""
    return [r"\left(", *parser.bracketed(), r"\right)"]


def _read_fraction(parser: Parser) -> list[Piece]:
    """Read a fraction that is a quotient: a derivative is a name, and has to be declared as a whole."""
    start = parser.at
    parser.at += 1
    above = _opens_with_d(parser)
    numerator = parser.braced()
    # dy/dx: in the denominator the d stands right beside what follows, as no factor d would have to.
    if _opens_with_d(parser) and above and parser.texts[parser.at + 2] not in _APART:
        raise parser.error("the derivative is not declared", _DERIVATIVE_REMEDY, start)
    return [r"\frac{", *numerator, "}{", *parser.braced(), "}"]


def _opens_with_d(parser: Parser) -> bool:
    r"""Tell whether the braces at the position open with a bare d; a \partial there is refused at once."""
    first = parser.texts[parser.at + 1] if parser.sign == "{" else ""
    if first == r"\partial":
        raise parser.error("the derivative is not declared", _DERIVATIVE_REMEDY)
    return first == "d" and parser.names.match(parser.texts, parser.at + 1)[0] == 1


def _read_root(parser: Parser) -> list[Piece]:
    """Read a square root, which is left unevaluated."""
    import sympy

    start = parser.at
    parser.at += 1
    if parser.sign == "[":
        raise parser.error("a root with an index", r"write it as a power, x^{\frac{1}{3}}")
    inner = parser.braced_value()
    if inner.expr.is_Rational and inner.expr.p < 0:
        raise parser.error("the root of a negative number", "only real numbers are read", start)
    return [Value(sympy.Pow(inner.expr, sympy.Rational(1, 2), evaluate=False), inner.calls)]


def _read_pi(parser: Parser) -> list[Piece]:
    import sympy

    parser.at += 1
    if parser.sign == "_":
        raise parser.error(*hints.unexpected("_"))
    return [Value(sympy.pi)]


_READERS: dict[str, tuple[str, Callable[[Parser], list[Piece]]]] = {
    **dict.fromkeys(_DIGITS, ("number", _read_number)),
    **dict.fromkeys(BRACKETS, ("brackets", _read_brackets)),
    r"\left|": ("brackets", _read_modulus),
    "|": ("bars", _read_modulus),
    r"\frac": ("fraction", _read_fraction),
    r"\sqrt": ("root", _read_root),
    r"\pi": ("name", _read_pi),
    r"\mathbf": ("call", read_indicator),
    r"\mathbb": ("call", read_indicator),
    r"\begin": ("cases", read_cases),
    r"\left\{": ("cases", read_cases_in_line),
}
"""For the token that begins something: what kind of thing it is, and what reads it."""
