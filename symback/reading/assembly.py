"""Formulas put together: pieces with holes become a skeleton, and its plan becomes an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from symback.core.errors import ReadingError
from symback.reading.bridge import hole, plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import sympy

    from symback.reading.bridge import Plan

MAX_EXPONENT = 1000
MAX_BITS = 4096  # of one power of numbers: 10^{-1000} fits, 9^{9^{9}} does not
MAX_BITS_TOGETHER = 8 * MAX_BITS  # of all numbers that are added or multiplied at once
MAX_BITS_OF_ROOTS = 1024  # of all roots of numbers in one sum or product: SymPy factors them
MAX_PIECES = 1000  # of one skeleton


class Value(NamedTuple):
    """What fills a hole: an expression, and how deeply calls are nested in it."""

    expr: sympy.Expr
    calls: int = 0


Piece = str | Value
"""A part of a formula: an arithmetic sign, or a value that latex2sympy2 shall not look into."""


def assemble(pieces: Sequence[Piece]) -> Value:
    r"""Turn the pieces of a formula into its value.

    >>> import sympy
    >>> x = Value(sympy.Symbol("x"))
    >>> assemble(["-", x, "^{", Value(sympy.Integer(2)), "}"]).expr
    -x**2
    """
    if len(pieces) == 1 and isinstance(pieces[0], Value):
        return pieces[0]
    if len(pieces) > MAX_PIECES:
        raise ReadingError(f"one formula has more than {MAX_PIECES} parts that belong together; name some")
    values: list[Value] = []
    signs = []
    for piece in pieces:
        if isinstance(piece, Value):
            signs.append(hole(len(values)))
            values.append(piece)
        else:
            signs.append(piece)
    instructions = plan("".join(signs), len(values))
    expr = _build(instructions, [value.expr for value in values])
    check_real(expr)
    return Value(expr, deepest(values))


def deepest(values: Iterable[Value]) -> int:
    """Return the deepest nesting of calls among values."""
    return max((value.calls for value in values), default=0)


def _build(instructions: Plan, fillings: Sequence[sympy.Expr]) -> sympy.Expr:
    import sympy

    if isinstance(instructions, int):
        return fillings[instructions] if instructions >= 0 else sympy.S.NegativeOne
    operation, parts = instructions
    arguments = [_build(part, fillings) for part in parts]
    if operation == "pow":
        return _power(*arguments)
    _check_numbers(arguments)
    return sympy.Add(*arguments) if operation == "add" else sympy.Mul(*arguments)


def _power(base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
    """Build a power, evaluated only where that is cheap and changes nothing."""
    import sympy

    if not exponent.is_Rational:
        return sympy.Pow(base, exponent, evaluate=bool(base.is_Symbol))
    if abs(exponent.p) > MAX_EXPONENT * exponent.q:
        raise ReadingError(
            f"an exponent is larger than {MAX_EXPONENT}; write the number as a \\cdot 10^{{-k}}"
        )
    if base is sympy.S.Zero and exponent.p < 0:
        raise ReadingError("a division by zero; leave it out")
    if _bits(base) * abs(exponent.p) > MAX_BITS * exponent.q:
        raise ReadingError(f"a power of numbers has more than {MAX_BITS} bits; name it")
    # A root of a number may be factored at length, a root of a power asks for assumptions.
    return sympy.Pow(base, exponent, evaluate=bool(exponent.is_Integer or base.is_Symbol))


def _check_numbers(arguments: Sequence[sympy.Expr]) -> None:
    """Refuse numbers that SymPy would take too long to combine."""
    import sympy

    if sum(_bits(argument) for argument in arguments) > MAX_BITS_TOGETHER:
        raise ReadingError(
            f"the numbers of a sum or product have more than {MAX_BITS_TOGETHER} bits; name some"
        )
    roots = [
        factor.base
        for argument in arguments
        for factor in sympy.Mul.make_args(argument)
        if factor.is_Pow and factor.base.is_Rational
    ]
    if sum(map(_bits, roots)) > MAX_BITS_OF_ROOTS:
        raise ReadingError(f"the roots of numbers have more than {MAX_BITS_OF_ROOTS} bits; name some")


def check_real(expr: sympy.Expr) -> None:
    """Refuse what comes of a division by zero or a root of a negative number."""
    import sympy

    foreign = {sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I}
    for part in sympy.preorder_traversal(expr):
        if part in foreign:
            raise ReadingError(f"the formula holds {part}, which is no real number; correct it")


def _bits(expr: sympy.Expr) -> int:
    """Return the length of the number that an expression is or has as its factor."""
    number, _ = expr.as_coeff_Mul(rational=True)
    return max(int(number.p).bit_length(), int(number.q).bit_length())
