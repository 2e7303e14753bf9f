"""NumPy arrays of Python objects, which stay arrays and whose entries NumPy never looks into.

A value is always an array, that of a number one without axes: `value[index]` is an entry, and
`value[()]` the one entry of a number. NumPy's own functions would return the bare entry instead,
and take entries that have a length apart.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def boxed(entries: Iterable[Any], shape: tuple[int, ...]) -> Any:
    """Return an array of entries, in row-major order, none of which NumPy looks into.

    >>> boxed([[1, 2]], ())
    array(list([1, 2]), dtype=object)
    """
    listed = list(entries)
    return np.fromiter(listed, dtype=object, count=len(listed)).reshape(shape)


def as_objects(value: Any) -> Any:
    """Return an array of Python's objects: of NumPy's numbers, Python's own; anything else has no axes.

    >>> as_objects(np.asarray([0.5])), as_objects("x")
    (array([0.5], dtype=object), array('x', dtype=object))
    """
    if isinstance(value, np.ndarray | np.generic):
        return (
            value.astype(object, copy=False) if isinstance(value, np.ndarray) else boxed([value.item()], ())
        )
    return boxed([value], ())


def each(function: Callable[..., Any], *values: Any) -> Any:
    """Apply a function of entries to arrays that broadcast together.

    >>> each(max, as_objects(np.asarray([1, 5])), 3)
    array([3, 5], dtype=object)
    """
    arrays = [as_objects(value) for value in values]
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    if not arrays:
        return boxed([function()], ())
    flat = [np.broadcast_to(array, shape).reshape(-1) for array in arrays]
    return boxed(map(function, *flat), shape)


def groups_along(z: Any, axes: tuple[int, ...]) -> tuple[list[list[Any]], tuple[int, ...], tuple[int, ...]]:
    """Return the entries along the axes, group by group, and the way back to where they stood.

    Returns:
        The groups, each in row-major order over the axes; the shape of an array of all of them, one
        after the other; and the order of axes that brings that array back into the shape of z.

    >>> groups_along(np.asarray([[1, 2], [3, 4]], dtype=object), (0,))
    ([[1, 3], [2, 4]], (2, 2), (1, 0))
    """
    chosen = sorted(axis % z.ndim for axis in axes)
    order = [axis for axis in range(z.ndim) if axis not in chosen] + chosen
    moved = z.transpose(order)
    rows = moved.reshape(-1, math.prod(z.shape[axis] for axis in chosen))
    return [list(row) for row in rows], moved.shape, tuple(order.index(axis) for axis in range(z.ndim))
