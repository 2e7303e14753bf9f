"""Between Python's numbers and SymPy's, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any


def exact(sp: Any, value: Any) -> Any:
    """Return the SymPy number for an integer, a fraction, or a float as it is printed (0.1 is 1/10).

    >>> import sympy
    >>> exact(sympy, 0.1)
    1/10
    """
    ratio = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    return sp.Rational(ratio.numerator, ratio.denominator)


def entry_index(sp: Any) -> Any:
    """Return the index of an entry of a quantity that stands for several numbers: the k of x[k].

    >>> import sympy
    >>> entry_index(sympy)
    k
    """
    return sp.Symbol("k", integer=True)


def symbol_for(sp: Any, name: str, shape: tuple[Any, ...]) -> Any:
    """Return the plain symbol of a quantity, or its entry with the index k.

    >>> import sympy
    >>> symbol_for(sympy, "x", ("n",))
    x[k]
    """
    return sp.IndexedBase(name)[entry_index(sp)] if shape else sp.Symbol(name)


def plain(number: Any) -> int | Fraction:
    """Return the Python number for a SymPy integer or rational.

    >>> import sympy
    >>> plain(sympy.Rational(1, 2))
    Fraction(1, 2)
    """
    ratio = Fraction(int(number.p), int(number.q))
    return ratio.numerator if ratio.denominator == 1 else ratio
