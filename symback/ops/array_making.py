"""Arrays of constants: zeros, ones, the identity, ranges, and triangles of an array."""

from __future__ import annotations

from typing import Any

from symback.core.errors import InputError
from symback.core.shapes import shape_of_text, spelled
from symback.ops.axes import axis_of, expression, letters, size_along
from symback.ops.expression import Expression, broadcast, checked_constant, constant, described, make
from symback.ops.multilinear import EYE
from symback.ops.reductions import ARRAY


def full(shape: Any, value: Any) -> Expression:
    """Return an array that holds one value everywhere."""
    z = expression(value)
    sizes = shape_of_text(shape, "shape")
    return Expression(broadcast(z.node, sizes))


def zeros(shape: Any) -> Expression:
    """Return an array of zeros."""
    return full(shape, 0)


def ones(shape: Any) -> Expression:
    """Return an array of ones."""
    return full(shape, 1)


def full_like(z: Any, value: Any) -> Expression:
    """Return an array of the shape of another that holds one value everywhere."""
    return full(expression(z).shape, value)


def zeros_like(z: Any) -> Expression:
    """Return zeros of the shape of another array."""
    return full_like(z, 0)


def ones_like(z: Any) -> Expression:
    """Return ones of the shape of another array."""
    return full_like(z, 1)


def eye(size: Any, columns: Any = None) -> Expression:
    """Return the identity matrix.

    >>> eye(3).shape
    (3, 3)
    """
    if columns not in (None, size):
        raise InputError(f"eye({size}, {columns}): only a square identity matrix is supported")
    sizes = shape_of_text((size, size), "eye")
    return make(EYE, [], (sizes,))


def arange(*bounds: Any) -> Expression:
    """Return the integers of a range, for look-ups and as constants."""
    if not bounds or any(isinstance(bound, bool) or not isinstance(bound, int) for bound in bounds):
        raise InputError(f"arange{bounds}: expected one to three integers")
    if len(bounds) > 3 or bounds[2:] == (0,):  # noqa: PLR2004 - start, stop, step
        raise InputError(f"arange{bounds}: expected a start, a stop and a step other than 0")
    values = tuple(range(*bounds))
    if not values:
        raise InputError(f"arange{bounds} is empty")
    return make(ARRAY, [], (values,))


def linspace(start: Any, stop: Any, num: Any = 50) -> Expression:
    """Return evenly spaced numbers from start to stop."""
    if not isinstance(num, int) or num < 2:  # noqa: PLR2004 - both ends
        raise InputError(f"linspace: num = {num!r}: expected an integer ≥ 2")
    start, stop = checked_constant(start), checked_constant(stop)
    return make(ARRAY, [], (tuple(start + (stop - start) * n / (num - 1) for n in range(num)),))


def tril(z: Any, k: int = 0) -> Expression:
    """Return the entries on and below the k-th diagonal, zeros above."""
    return _triangle(z, k, lower=True)


def triu(z: Any, k: int = 0) -> Expression:
    """Return the entries on and above the k-th diagonal, zeros below."""
    return _triangle(z, k, lower=False)


def _triangle(z: Any, k: int, *, lower: bool) -> Expression:
    z = expression(z)
    if isinstance(k, bool) or not isinstance(k, int):
        raise InputError(f"a triangle: k = {k!r}: expected an integer, which diagonal")
    if z.ndim < 2:  # noqa: PLR2004 - a matrix
        raise InputError(f"{described(z.node)} {spelled(z.shape)}: a triangle needs a matrix")
    rows, columns = (size_along(z, axis, "a triangle") for axis in (z.ndim - 2, z.ndim - 1))
    mask = tuple(tuple(int(j <= i + k if lower else j >= i + k) for j in range(columns)) for i in range(rows))
    triangle: Expression = z * make(ARRAY, [], (mask,))
    return triangle


def cumsum(z: Any, axis: Any = None) -> Expression:
    """Return the sums of the entries up to each one along an axis."""
    from symback.ops.linear_algebra import einsum
    from symback.ops.rearranging import ravel

    z = expression(z)
    if axis is None:
        z, axis = ravel(z), 0
    axis = axis_of(z, axis)
    size = size_along(z, axis, "cumsum")
    own = letters(z.ndim)
    fresh = letters(1, z.ndim)
    triangle = triu(constant(1) * ones((size, size)))
    return einsum(f"{own},{own[axis]}{fresh}->{own.replace(own[axis], fresh)}", z, triangle)
