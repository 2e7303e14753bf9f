"""The functions that ops compute with, for Python's own numbers: exact, floating, or complex.

Integers and fractions stay exact under arithmetic; transcendental functions give floats. A value
outside a function's domain is nan or an infinity, which the evaluation reports. Complex numbers
occur only inside the complex step: they are compared, and their absolute value taken, by their
real part, so that every function stays analytic off its kinks.
"""

from __future__ import annotations

import builtins
import cmath
import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Scalar: TypeAlias = Any

_LARGEST_EXACT_BITS: Final = 20_000
_INF: Final = math.inf
_NAN: Final = math.nan


def constant(value: Scalar) -> Scalar:
    """Return a constant as it is."""
    return value


def add(*terms: Scalar) -> Scalar:
    """Add all terms, in their order."""
    first, *rest = terms
    for term in rest:
        first = first + term
    return first


def subtract(left: Scalar, right: Scalar) -> Scalar:
    """Subtract the right from the left."""
    return left - right


def negative(z: Scalar) -> Scalar:
    """Change the sign."""
    return -z


def multiply(left: Scalar, right: Scalar) -> Scalar:
    """Multiply two numbers."""
    return left * right


def divide(over: Scalar, under: Scalar) -> Scalar:
    """Divide; integers and fractions exactly, and by zero as IEEE 754 does."""
    if under == 0:
        return _NAN if over == 0 or over != over else math.copysign(_INF, over.real)  # noqa: PLR0124
    if _is_exact(over) and _is_exact(under):
        return _integral(Fraction(over) / Fraction(under))
    return over / under


def power(base: Scalar, exponent: Scalar) -> Scalar:
    """Raise to a power; exactly for exact bases and integer exponents of reasonable size."""
    if isinstance(base, complex) or isinstance(exponent, complex):
        return base**exponent if base != 0 else 0j**exponent.real
    if base == 0 and exponent < 0:
        return _INF
    if _is_exact(base) and _is_exact(exponent) and Fraction(exponent).denominator == 1:
        size = max(abs(Fraction(base).numerator), Fraction(base).denominator).bit_length()
        if size * abs(exponent) <= _LARGEST_EXACT_BITS:
            return _integral(Fraction(base) ** int(exponent))
    if base < 0 and exponent != int(exponent):
        return _NAN
    try:
        return float(base) ** float(exponent)
    except OverflowError:
        odd = exponent == int(exponent) and int(exponent) % 2
        return -_INF if base < 0 and odd else _INF


def gt(left: Scalar, right: Scalar) -> bool:
    """Say whether the left is greater than the right."""
    return bool(left.real > right.real)


def ge(left: Scalar, right: Scalar) -> bool:
    """Say whether the left is at least the right."""
    return bool(left.real >= right.real)


def lt(left: Scalar, right: Scalar) -> bool:
    """Say whether the left is less than the right."""
    return bool(left.real < right.real)


def le(left: Scalar, right: Scalar) -> bool:
    """Say whether the left is at most the right."""
    return bool(left.real <= right.real)


def eq(left: Scalar, right: Scalar) -> bool:
    """Say whether the two are equal."""
    return bool(left.real == right.real)


def truth(value: Scalar) -> bool:
    """Say whether a value is not 0."""
    return bool(value != 0)


def where(condition: bool, left: Scalar, right: Scalar) -> Scalar:  # noqa: FBT001 - as in NumPy
    """Choose the left where the condition holds, else the right."""
    return left if condition else right


def maximum(*values: Scalar) -> Scalar:
    """Return the largest value, the first of equal ones."""
    return max(values, key=lambda value: value.real)


def minimum(*values: Scalar) -> Scalar:
    """Return the smallest value, the first of equal ones."""
    return min(values, key=lambda value: value.real)


def abs(z: Scalar) -> Scalar:  # noqa: A001 - named as in the array-API standard
    """Return z or −z, whichever has a real part that is not negative."""
    return -z if z.real < 0 else z


def floor(z: Scalar) -> Scalar:
    """Return the largest whole number that is not above z."""
    return _whole(math.floor, z)


def ceil(z: Scalar) -> Scalar:
    """Return the smallest whole number that is not below z."""
    return _whole(math.ceil, z)


def round(z: Scalar) -> Scalar:  # noqa: A001 - named as in the array-API standard
    """Return the whole number nearest to z, of two the even one."""
    return _whole(builtins.round, z)


def _whole(function: Callable[[Any], int], z: Scalar) -> Scalar:
    """Round by the real part; floats stay floats, and what is infinite or undefined stays that."""
    real = z.real
    if not isinstance(real, float):
        return function(real)
    return float(function(real)) if math.isfinite(real) else real


def _is_exact(value: Scalar) -> bool:
    return isinstance(value, int | Fraction)


def _integral(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value


def _floating(function: Callable[[float], float], z: Scalar) -> float:
    """Apply a real function; nan outside its domain, an infinity where it overflows."""
    try:
        number = float(z)
    except OverflowError:  # an exact number beyond all doubles
        number = _INF if z > 0 else -_INF
    try:
        return function(number)
    except OverflowError:
        return _INF if z > 0 else -_INF
    except ValueError:
        return _NAN


def _pair(
    real: Callable[[float], float], complex_: Callable[[complex], complex]
) -> Callable[[Scalar], Scalar]:
    def applied(z: Scalar) -> Scalar:
        return complex_(z) if isinstance(z, complex) else _floating(real, z)

    applied.__doc__ = f"Return {real.__name__}(z)."
    return applied


def _complex_erf(z: complex) -> complex:
    from scipy.special import erf as complex_erf

    return complex(complex_erf(z))


def _cosh(z: float) -> float:
    try:
        return math.cosh(z)
    except OverflowError:
        return _INF


def _exp(z: float) -> float:
    try:
        return math.exp(z)
    except OverflowError:
        return _INF


def _log(z: float) -> float:
    return -_INF if z == 0 else math.log(z)


def _log1p(z: float) -> float:
    return -_INF if z == -1 else math.log1p(z)


def _complex_expm1(z: complex) -> complex:
    e = math.expm1(z.real)
    return complex(e * math.cos(z.imag) - 2 * math.sin(z.imag / 2) ** 2, (e + 1) * math.sin(z.imag))


def _complex_log1p(z: complex) -> complex:
    # |1 + z|² − 1, without the 1 that would cancel.
    beyond = z.real * (2 + z.real) + z.imag * z.imag
    return complex(_floating(_log1p, beyond) / 2, math.atan2(z.imag, 1 + z.real))


exp = _pair(_exp, cmath.exp)
expm1 = _pair(math.expm1, _complex_expm1)
log = _pair(_log, cmath.log)
log1p = _pair(_log1p, _complex_log1p)
sqrt = _pair(math.sqrt, cmath.sqrt)
sin = _pair(math.sin, cmath.sin)
cos = _pair(math.cos, cmath.cos)
sinh = _pair(math.sinh, cmath.sinh)
cosh = _pair(_cosh, cmath.cosh)
tanh = _pair(math.tanh, cmath.tanh)
tan = _pair(math.tan, cmath.tan)
atan = _pair(math.atan, cmath.atan)
asinh = _pair(math.asinh, cmath.asinh)
erf = _pair(math.erf, _complex_erf)
