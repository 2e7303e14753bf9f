"""The functions that ops compute with, for arrays of any library that follows the array-API standard."""

from __future__ import annotations

import importlib
import math
from functools import reduce
from typing import TYPE_CHECKING, Any

from symback.evaluation import selection, structure
from symback.evaluation.contraction import contract

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
        self._dtype = like.dtype if self._is_inexact(like.dtype) else self._xp.asarray(0.0).dtype
        self._device = structure.on_device(like)
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
        if type(left) is int and type(right) is int and (left, right) == (1, 0):
            return self._xp.astype(condition, self._dtype)  # a mask, at half the cost
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
        z = self._array(z)
        library = structure.library(z)
        if library == "torch":
            import torch

            return torch.special.erf(z)
        place = "jax.scipy.special" if library == "jax" else "scipy.special"
        return importlib.import_module(place).erf(z)

    def floor(self, z: Any) -> Any:
        """Return the largest whole numbers that are not larger."""
        return self._xp.floor(self._real(z))

    def ceil(self, z: Any) -> Any:
        """Return the smallest whole numbers that are not smaller."""
        return self._xp.ceil(self._real(z))

    def round(self, z: Any) -> Any:
        """Return the nearest whole numbers, of two the even one."""
        return self._xp.round(self._real(z))

    def einsum(self, operands: Sequence[Any], pattern: str, shape: tuple[int, ...]) -> Any:
        """Sum products over the indices of a pattern (see `contraction.contract`)."""
        return contract(self._xp, list(map(self._array, operands)), pattern, shape)

    def reshape(self, z: Any, shape: tuple[int, ...]) -> Any:
        """Return the same entries in the same order under another shape."""
        return structure.reshape(self._xp, self._array(z), shape)

    def take_slices(self, z: Any, slices: Sequence[structure.Slice]) -> Any:
        """Return z[start:stop:step, …], with one (start, stop, step) for each axis."""
        return structure.take_slices(self._xp, self._array(z), slices)

    def place(self, z: Any, slices: Sequence[structure.Slice], shape: tuple[int, ...]) -> Any:
        """Return zeros with `out[slices] = z`."""
        return structure.place(self._xp, self._array(z), slices, shape)

    def concatenate(self, arrays: Sequence[Any], axis: int) -> Any:
        """Join arrays along an axis."""
        return self._xp.concat(list(map(self._array, arrays)), axis=axis)

    def gather(self, z: Any, indices: Sequence[Any]) -> Any:
        """Return z[indices] along the leading axes.

        Raises:
            InputError: An index is no integer, or outside its axis.
        """
        return structure.gather(self._array(z), indices)

    def scatter_add(self, z: Any, indices: Sequence[Any], shape: tuple[int, ...]) -> Any:
        """Return zeros to which z is added at the indices, as often as each occurs.

        Raises:
            InputError: An index is no integer, or outside its axis.
        """
        return structure.scatter_add(self._xp, self._array(z), indices, shape)

    def amax(self, z: Any, axes: tuple[int, ...], keepdims: bool) -> Any:  # noqa: FBT001 - an op's parameter
        """Return the largest entries along axes."""
        return selection.extreme(self._xp, self._array(z), axes, largest=True, keepdims=keepdims)

    def amin(self, z: Any, axes: tuple[int, ...], keepdims: bool) -> Any:  # noqa: FBT001 - an op's parameter
        """Return the smallest entries along axes."""
        return selection.extreme(self._xp, self._array(z), axes, largest=False, keepdims=keepdims)

    def extreme_share(self, z: Any, axes: tuple[int, ...], largest: bool, even: bool) -> Any:  # noqa: FBT001
        """Return 1 at the first extreme entry along axes, or, evenly, shares of 1 at all tied ones."""
        return selection.extreme_share(self._xp, self._array(z), axes, largest=largest, even=even)

    def softmax(self, z: Any, axis: int) -> Any:
        """Return eᶻ / Σ eᶻ along an axis."""
        return selection.softmax(self._xp, self._array(z), axis)

    def log_softmax(self, z: Any, axis: int) -> Any:
        """Return z − log Σ eᶻ along an axis."""
        return selection.log_softmax(self._xp, self._array(z), axis)

    def logsumexp(self, z: Any, axes: tuple[int, ...], keepdims: bool) -> Any:  # noqa: FBT001 - an op's parameter
        """Return log Σ eᶻ over axes."""
        return selection.logsumexp(self._xp, self._array(z), axes, keepdims=keepdims)

    def constant_array(self, entries: Any) -> Any:
        """Return numbers in nested sequences as an array of the example's type."""
        import numpy as np

        return self._xp.asarray(np.asarray(entries, dtype=float), dtype=self._dtype, **self._device)

    def index_array(self, entries: Any) -> Any:
        """Return integers in nested sequences as an array of integers."""
        import numpy as np

        return self._xp.asarray(np.asarray(entries, dtype=np.int64), **self._device)

    def eye(self, size: int) -> Any:
        """Return the identity matrix."""
        return self._xp.eye(size, dtype=self._dtype, **self._device)

    def full(self, value: Any, shape: tuple[int, ...]) -> Any:
        """Return an array of one number everywhere, as a view of that number."""
        return self._xp.broadcast_to(self._array(value), shape)

    def size(self, sizes: tuple[int, ...]) -> Any:
        """Return the number of entries of a shape."""
        return self._array(math.prod(sizes))

    def one_hot(self, labels: Any, classes: int) -> Any:
        """Return a row for each label: 1 at the label, 0 elsewhere.

        Raises:
            InputError: A label is no integer, or outside its range.
        """
        return structure.one_hot(self._xp, labels, classes, self._like, self._dtype)

    def _array(self, value: Any) -> Any:
        if hasattr(value, "dtype"):
            return value
        if isinstance(value, complex):
            # Wide enough for both, as NumPy has it.
            return self._xp.asarray(value, **self._device) + self._xp.zeros((), dtype=self._dtype)
        return self._xp.asarray(float(value), dtype=self._dtype, **self._device)

    def _is_inexact(self, dtype: Any) -> bool:
        return bool(self._xp.isdtype(dtype, ("real floating", "complex floating")))

    def _is_complex(self, z: Any) -> bool:
        return selection.is_complex(self._xp, z)

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
