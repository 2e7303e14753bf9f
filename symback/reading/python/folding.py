"""Arithmetic of plain numbers, exact where it can be and bounded in size."""

from __future__ import annotations

import ast
import math
import operator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST_BITS: Final = 1024
"""Integers of more bits than this do not fit a double."""

_OPERATIONS: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}

_RELATIONS: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def is_number(value: object) -> bool:
    """Say whether a value is a plain number; truth values are not.

    >>> is_number(2), is_number(Fraction(1, 2)), is_number(True)
    (True, True, False)
    """
    return isinstance(value, int | float | Fraction) and not isinstance(value, bool)


def folded(operation: ast.operator, left: Any, right: Any) -> Any:
    """Compute with two plain numbers; a quotient of integers stays a fraction.

    Raises:
        ValueError: The result is no number, or too large for a double; the message says which.

    >>> folded(ast.Div(), 1, 3), folded(ast.Pow(), 2, 10)
    (Fraction(1, 3), 1024)
    """
    kind = type(operation)
    try:
        if kind is ast.Pow:
            result = _power(left, right)
        elif kind is ast.Div:
            exact = not (isinstance(left, float) or isinstance(right, float))
            result = Fraction(left) / Fraction(right) if exact else left / right
        elif kind in _OPERATIONS:
            result = _OPERATIONS[kind](left, right)
        else:
            raise ValueError("this is no operation on numbers")
    except ZeroDivisionError:
        raise ValueError("division by zero") from None
    except OverflowError:
        raise ValueError("the result is too large for a double") from None
    return checked(result)


def checked(number: Any) -> Any:
    """Return a number that is real, finite, and fits a double.

    Raises:
        ValueError: It is not; the message says why.

    >>> checked(Fraction(4, 2))
    Fraction(2, 1)
    """
    if isinstance(number, complex):
        raise ValueError("the result is a complex number")  # noqa: TRY004 - a value that is not read
    if isinstance(number, float):
        fits = math.isfinite(number)
    else:
        fits = max(int(part).bit_length() for part in number.as_integer_ratio()) <= LARGEST_BITS
    if not fits:
        raise ValueError("the number is too large for a double")
    return number


def compared(relation: ast.cmpop, left: Any, right: Any) -> bool | None:
    """Compare two plain numbers; None if the relation is none between numbers.

    >>> compared(ast.Gt(), 2, 1)
    True
    """
    relate = _RELATIONS.get(type(relation))
    return None if relate is None else relate(left, right)


def _power(base: Any, exponent: Any) -> Any:
    exact = not (isinstance(base, float) or isinstance(exponent, float))
    if exact and Fraction(exponent).denominator == 1:
        base, exponent = Fraction(base), int(exponent)
        # The size is bounded before the power is taken: 9**9**9 would fill the memory.
        bits = max(abs(base.numerator), base.denominator).bit_length() - 1
        if bits * abs(exponent) > LARGEST_BITS:
            raise OverflowError
        result = base**exponent
        return int(result) if result.denominator == 1 and exponent >= 0 else result
    return float(base) ** float(exponent)
