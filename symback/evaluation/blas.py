"""Matrix products and sums in the form that the fast routines of a library take."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

_SHORT_ROW: Final = 32


def matrix_product(xp: Any, a: Any, b: Any) -> Any:
    """Return a @ b.

    >>> matrix_product(np, np.eye(2), np.asarray([1.0, 2.0]))
    array([1., 2.])
    """
    if a.dtype != b.dtype:
        # PyTorch multiplies only matrices of one type; in a complex step some are still real.
        common = xp.result_type(a, b)
        a, b = xp.astype(a, common, copy=False), xp.astype(b, common, copy=False)
    return xp.matmul(_dense(a), _dense(b))


def _dense(z: Any) -> Any:
    """Copy a NumPy array that the fast matrix product cannot take: it would go through a slow loop."""
    flags = getattr(z, "flags", None)
    if flags is None or flags.c_contiguous or flags.f_contiguous:
        return z
    item = z.dtype.itemsize
    if z.ndim == 1:
        return z if z.strides[0] > 0 else z.copy()
    (rows, columns), (row, column) = z.shape[-2:], z.strides[-2:]
    fits = (column == item and row >= columns * item) or (row == item and column >= rows * item)
    return z if fits else z.copy()


def is_fast(z: Any) -> bool:
    """Say whether NumPy hands an array of this type to BLAS.

    >>> is_fast(np.ones(2)), is_fast(np.ones(2, dtype=np.float16))
    (True, False)
    """
    return type(z) is np.ndarray and z.dtype.char in "fdFD"


def sum_over(xp: Any, z: Any, axes: tuple[int, ...]) -> Any:
    """Sum over axes; in NumPy as a product with ones where that is quicker, up to four times.

    >>> sum_over(np, np.asarray([[1.0, 2.0], [3.0, 4.0]]), (0,))
    array([4., 6.])
    """
    count, kept = len(axes), z.ndim - len(axes)
    if kept and is_fast(z) and z.flags.c_contiguous:
        if axes[-1] == count - 1:
            rows, rest = math.prod(z.shape[:count]), z.shape[count:]
            return (np.ones(rows, z.dtype) @ z.reshape(rows, math.prod(rest))).reshape(rest)
        if axes[0] == kept:
            rest, columns = z.shape[:kept], math.prod(z.shape[kept:])
            return (z.reshape(math.prod(rest), columns) @ np.ones(columns, z.dtype)).reshape(rest)
    return xp.sum(z, axis=axes)


def sum_along(xp: Any, z: Any, axis: int) -> Any:
    """Sum over one axis, which stays as one of length 1.

    >>> sum_along(np, np.asarray([[1.0, 2.0], [3.0, 4.0]]), 1)
    array([[3.],
           [7.]])
    """
    axis %= z.ndim
    if is_fast(z) and z.ndim > 1:
        return np.expand_dims(sum_over(xp, z, (axis,)), axis)
    return xp.sum(z, axis=axis, keepdims=True)


def max_along(xp: Any, z: Any, axis: int) -> Any:
    """Return the largest along one axis, which stays as one of length 1.

    NumPy looks at a short row entry by entry, but at many rows at once if they are columns.

    >>> max_along(np, np.asarray([[1.0, 2.0], [4.0, 3.0]]), 1)
    array([[2.],
           [4.]])
    """
    axis %= z.ndim
    if is_fast(z) and z.ndim > 1 and axis == z.ndim - 1 and z.shape[axis] <= _SHORT_ROW:
        columns = np.ascontiguousarray(z.reshape(-1, z.shape[axis]).T)
        return np.maximum.reduce(columns, axis=0).reshape(*z.shape[:-1], 1)
    return xp.max(z, axis=axis, keepdims=True)


def diagonal(xp: Any, z: Any, first: int, second: int) -> Any:
    """Return the diagonal of two axes of one length as the last axis.

    >>> diagonal(np, np.asarray([[1.0, 2.0], [3.0, 4.0]]), 0, 1)
    array([1., 4.])
    """
    others = [axis for axis in range(z.ndim) if axis not in (first, second)]
    size = z.shape[second]
    # In rows of n entries laid end to end, diagonal entries are n + 1 apart.
    flat = xp.reshape(
        xp.permute_dims(z, (*others, first, second)), (*(z.shape[axis] for axis in others), size * size)
    )
    return flat[..., :: size + 1]
