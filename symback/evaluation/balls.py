"""The functions that ops compute with, for balls: numbers with a radius that is proved to be large enough.

Every function encloses the true value for every point of its arguments. Where a comparison holds at
some points of a ball and not at others, both branches are enclosed if they meet there; if they do
not, the result would enclose a jump, and is refused.

The package python-flint is needed:

    >>> import pytest
    >>> flint = pytest.importorskip("flint")
    >>> exp(constant(1)).overlaps(flint.arb.const_e())
    True
"""

from __future__ import annotations

import importlib
from fractions import Fraction
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any, TypeAlias

from symback.core.errors import DomainError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

Ball: TypeAlias = Any


class UndecidedError(DomainError):
    """A comparison holds at some points of a ball and not at others."""


class Undecided:
    """What a comparison gives that holds at some points of a ball only; it has no truth value."""

    def __init__(self, left: Ball, sign: str, right: Ball) -> None:
        self._parts = left, sign, right

    def __bool__(self) -> bool:
        left, sign, right = self._parts
        raise UndecidedError(f"{left} {sign} {right}: holds at some points of the balls and not at others")


def constant(value: Any) -> Ball:
    """Return the ball of a number: a point for an integer and for a float, which is what it is exactly.

    Raises:
        InputError: python-flint is not installed.
    """
    flint = library()
    if isinstance(value, flint.arb):
        return value
    if isinstance(value, Fraction):
        return flint.arb(flint.fmpq(value.numerator, value.denominator))
    return flint.arb(value)


@lru_cache(maxsize=1)
def library() -> Any:
    """Return the package python-flint; looking for it takes longer than an addition.

    Raises:
        InputError: It is not installed.
    """
    try:
        return importlib.import_module("flint")
    except ImportError:
        raise InputError("balls need the package python-flint: pip install python-flint") from None


def add(*terms: Ball) -> Ball:
    """Add all terms, in their order."""
    total = constant(terms[0])
    for term in terms[1:]:
        total = total + constant(term)
    return total


def subtract(left: Ball, right: Ball) -> Ball:
    """Subtract the right from the left."""
    return constant(left) - constant(right)


def negative(z: Ball) -> Ball:
    """Change the sign."""
    return -constant(z)


def multiply(left: Ball, right: Ball) -> Ball:
    """Multiply two balls."""
    return constant(left) * constant(right)


def divide(over: Ball, under: Ball) -> Ball:
    """Divide; by a ball around 0, the result is not a number."""
    return constant(over) / constant(under)


def power(base: Ball, exponent: Any) -> Ball:
    """Raise to a power; a whole one by products, so that the base may be negative."""
    if isinstance(exponent, int | float | Fraction) and exponent == int(exponent):
        return constant(base) ** int(exponent)
    return constant(base) ** constant(exponent)


def gt(left: Ball, right: Ball) -> bool | Undecided:
    """Say whether the left is greater than the right."""
    a, b = constant(left), constant(right)
    return _decided(bool(a > b), bool(a <= b), (a, ">", b))


def ge(left: Ball, right: Ball) -> bool | Undecided:
    """Say whether the left is at least the right."""
    a, b = constant(left), constant(right)
    return _decided(bool(a >= b), bool(a < b), (a, "≥", b))


def lt(left: Ball, right: Ball) -> bool | Undecided:
    """Say whether the left is less than the right."""
    return gt(right, left)


def le(left: Ball, right: Ball) -> bool | Undecided:
    """Say whether the left is at most the right."""
    return ge(right, left)


def eq(left: Ball, right: Ball) -> bool | Undecided:
    """Say whether the two are equal."""
    a, b = constant(left), constant(right)
    return _decided(bool(a == b), not a.overlaps(b), (a, "=", b))


def truth(value: Ball) -> bool | Undecided:
    """Say whether a value is not 0."""
    z = constant(value)
    return _decided(not z.contains(0), bool(z == 0), (z, "≠", 0))


def where(condition: bool | Undecided, left: Ball, right: Ball) -> Ball:  # noqa: FBT001 - as in NumPy
    """Choose the left where the condition holds, else the right; both where that is open and they meet.

    Raises:
        UndecidedError: The condition is open, and the two do not meet.
    """
    a, b = constant(left), constant(right)
    if isinstance(condition, Undecided) and a.overlaps(b):
        return a.union(b)
    return a if condition else b


def maximum(*values: Ball) -> Ball:
    """Return a ball around the largest value."""
    return reduce(library().arb.max, map(constant, values))


def minimum(*values: Ball) -> Ball:
    """Return a ball around the smallest value."""
    return reduce(library().arb.min, map(constant, values))


def shift(*values: Ball) -> Ball:
    """Return a point near the largest value: subtracting a ball would widen what it cancels from."""
    return max((constant(value).mid() for value in values), key=float)


def abs(z: Ball) -> Ball:  # noqa: A001 - named as in the array-API standard
    """Return a ball around the absolute value."""
    return constant(z).__abs__()


def floor(z: Ball) -> Ball:
    """Return the largest whole number that is not larger.

    Raises:
        UndecidedError: It is not the same for all points of the ball.
    """
    return _whole(constant(z).floor(), f"floor of {z}")


def ceil(z: Ball) -> Ball:
    """Return the smallest whole number that is not smaller.

    Raises:
        UndecidedError: It is not the same for all points of the ball.
    """
    return _whole(constant(z).ceil(), f"ceil of {z}")


def round(z: Ball) -> Ball:  # noqa: A001 - named as in the array-API standard
    """Return the nearest whole number, of two the even one.

    Raises:
        UndecidedError: It is not the same for all points of the ball.
    """
    moved = constant(z) + 0.5
    above = _whole(moved.floor(), f"round of {z}")
    if not moved.overlaps(above):
        return above
    # Exactly between two numbers, or perhaps.
    return above - int(above.unique_fmpz()) % 2 if moved.is_exact() else _whole(moved, f"round of {z}")


def _decided(
    holds: bool,  # noqa: FBT001 - both at once
    fails: bool,  # noqa: FBT001 - both at once
    compared: tuple[Ball, str, Ball],
) -> bool | Undecided:
    return holds if holds or fails else Undecided(*compared)


def _whole(value: Ball, text: str) -> Ball:
    if not value.is_exact():
        raise UndecidedError(f"{text}: is not the same for all points of the ball")
    return value


def _method(name: str) -> Callable[[Ball], Ball]:
    def applied(z: Ball) -> Ball:
        return getattr(constant(z), name)()

    applied.__doc__ = f"Return a ball around {name}(z)."
    return applied


exp = _method("exp")
expm1 = _method("expm1")
log = _method("log")
log1p = _method("log1p")
sqrt = _method("sqrt")
sin = _method("sin")
cos = _method("cos")
tan = _method("tan")
sinh = _method("sinh")
cosh = _method("cosh")
tanh = _method("tanh")
atan = _method("atan")
asinh = _method("asinh")
erf = _method("erf")
