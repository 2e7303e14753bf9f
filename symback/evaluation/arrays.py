"""The functions that ops compute with, for arrays of any library that follows the array-API standard."""

from __future__ import annotations

import importlib
from functools import reduce
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Functions that the standard has under the name that ops use.
_STANDARD = (
    "exp",
    "expm1",
    "log",
    "log1p",
    "sqrt",
    "sin",
    "cos",
    "sinh",
    "cosh",
    "tanh",
    "tan",
    "atan",
    "asinh",
)

_COMPARISONS = {"gt": "greater", "ge": "greater_equal", "lt": "less", "le": "less_equal", "eq": "equal"}


class ArrayNamespace:
    """The functions of `evaluation.scalars` over arrays of the library that one example is from.

    Numbers become arrays of the example's type, so that its precision stays.

    >>> import numpy
    >>> ArrayNamespace(numpy.asarray([1.0])).maximum(numpy.asarray([-1.0, 2.0]), 0)
    array([0., 2.])
    """

    def __init__(self, like: Any) -> None:
        from array_api_compat import array_namespace

        self._xp = array_namespace(like)
        self._like = like
        for name in _STANDARD:
            setattr(self, name, self._unary(getattr(self._xp, name)))
        for name, standard in _COMPARISONS.items():
            setattr(self, name, self._comparison(getattr(self._xp, standard)))

    def constant(self, value: Any) -> Any:
        """Return a number as an array without axes."""
        return self._array(value)

    def add(self, *terms: Any) -> Any:
        """Add all terms, in their order."""
        return reduce(lambda left, right: self._array(left) + self._array(right), terms)

    def sum(self, z: Any) -> Any:
        """Add up all entries."""
        return self._xp.sum(self._array(z))

    def subtract(self, left: Any, right: Any) -> Any:
        """Subtract the right from the left."""
        return self._array(left) - self._array(right)

    def negative(self, z: Any) -> Any:
        """Change the sign."""
        return -self._array(z)

    def multiply(self, left: Any, right: Any) -> Any:
        """Multiply entry by entry."""
        return self._array(left) * self._array(right)

    def divide(self, over: Any, under: Any) -> Any:
        """Divide entry by entry."""
        return self._array(over) / self._array(under)

    def power(self, base: Any, exponent: Any) -> Any:
        """Raise to a power, entry by entry; a small integer power by products, as is exact for any type."""
        if isinstance(exponent, int) and 0 < exponent <= 4:  # noqa: PLR2004 - longer products lose to pow
            return reduce(lambda left, right: left * right, [self._array(base)] * exponent)
        return self._array(base) ** self._array(exponent)

    def truth(self, value: Any) -> Any:
        """Say where a value is not 0."""
        return self._real(value) != 0

    def where(self, condition: Any, left: Any, right: Any) -> Any:
        """Choose the left where the condition holds, else the right."""
        return self._xp.where(condition, self._array(left), self._array(right))

    def maximum(self, *values: Any) -> Any:
        """Return the largest values."""
        return self._extreme(self._xp.maximum, self._xp.greater_equal, values)

    def minimum(self, *values: Any) -> Any:
        """Return the smallest values."""
        return self._extreme(self._xp.minimum, self._xp.less_equal, values)

    def abs(self, z: Any) -> Any:
        """Return z or −z, whichever has a real part that is not negative."""
        z = self._array(z)
        return self._xp.where(self._real(z) < 0, -z, z) if self._is_complex(z) else self._xp.abs(z)

    def erf(self, z: Any) -> Any:
        """Return the error function, which the standard lacks, from the library's own place for it."""
        from array_api_compat import is_jax_array, is_torch_array

        z = self._array(z)
        if is_torch_array(z):
            import torch

            return torch.special.erf(z)
        library = "jax.scipy.special" if is_jax_array(z) else "scipy.special"
        return importlib.import_module(library).erf(z)

    def _array(self, value: Any) -> Any:
        if isinstance(value, int | float) or not hasattr(value, "dtype"):
            device = getattr(self._like, "device", None)
            return self._xp.asarray(float(value), dtype=self._like.dtype, device=device)
        return value

    def _is_complex(self, z: Any) -> bool:
        return bool(self._xp.isdtype(z.dtype, "complex floating"))

    def _real(self, value: Any) -> Any:
        value = self._array(value)
        return self._xp.real(value) if self._is_complex(value) else value

    def _extreme(self, function: Any, wins: Any, values: tuple[Any, ...]) -> Any:
        arrays = [self._array(value) for value in values]
        if any(map(self._is_complex, arrays)):
            return reduce(lambda a, b: self._xp.where(wins(self._real(a), self._real(b)), a, b), arrays)
        return reduce(function, arrays)

    def _unary(self, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda z: function(self._array(z))

    def _comparison(self, function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        return lambda left, right: function(self._real(left), self._real(right))

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Callable[..., Any]: ...
