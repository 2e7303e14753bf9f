"""Whether two expressions are equal: proved, disproved, or found equal at a random point only."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from symback.verification.identity import rationally_zero

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGITS: Final = 30
"""The precision of numbers at random points."""

_NOTHING: Final = 1e-22
_LARGEST_EXPANDED: Final = 400
_LARGEST_RATIONAL: Final = 1000


class Equality(Enum):
    """What was found of two expressions, the weaker the later."""

    PROVED = 0
    AGREES = 1
    DIFFERS = 2


def equality(sp: Any, left: Any, right: Any, at: Mapping[Any, Any]) -> Equality:
    """Compare two expressions: by expanding, as rational functions, or at a point.

    Args:
        sp: The sympy module.
        left: One.
        right: The other.
        at: A number for each symbol, inside all domains.

    >>> import sympy
    >>> x = sympy.Symbol("x", real=True)
    >>> equality(sympy, (x + 1) ** 2, x**2 + 2 * x + 1, {x: sympy.Rational(1, 3)})
    <Equality.PROVED: 0>
    >>> equality(sympy, sympy.exp(x), 1 + x, {x: sympy.Rational(1, 3)})
    <Equality.DIFFERS: 2>
    """
    difference = left - right
    if difference == 0:
        return Equality.PROVED
    size = difference.count_ops()
    if size <= _LARGEST_EXPANDED and sp.expand(difference) == 0:
        return Equality.PROVED
    # The precision of an expression is that of the numbers put in.
    here = {symbol: sp.Float(value, DIGITS + 10) for symbol, value in at.items()}
    gap, scale = (abs(sp.N(part.xreplace(here), DIGITS)) for part in (difference, left))
    if not (gap.is_number and gap.is_finite and gap <= _NOTHING * max(1, scale)):
        return Equality.DIFFERS
    if size <= _LARGEST_RATIONAL and rationally_zero(sp, difference):
        return Equality.PROVED
    return Equality.AGREES
