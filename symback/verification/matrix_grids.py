"""Numbers in rows and columns as matrix notation treats them.

A vector is a column. A bold 1, and what is made from it, extends to any size that fits; a row or
column sum, and what has the shape (N, 1) or (1, N), repeats along its axis beside a matrix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from symback.verification.matrix_syntax import nonsense, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FIXED: Final = 0
REPEATS: Final = 1
OPEN: Final = 2
_MATRIX: Final = 2


class Grid(NamedTuple):
    """An array of rows and columns, a number without axes, or an array of more axes as it is.

    Attributes:
        array: The numbers.
        axes: For each of two axes whether its size is fixed, repeats beside a matrix, or is open.
        identity: Whether it is a multiple of an identity matrix whose size is open.
    """

    array: Any
    axes: tuple[int, int] = (FIXED, FIXED)
    identity: bool = False

    @property
    def scalar(self) -> bool:
        """Whether it is a single number."""
        return self.array.ndim == 0 and not self.identity


ONES: Final = Grid(np.ones((1, 1)), (OPEN, FIXED))
EYE: Final = Grid(np.asarray(1.0), identity=True)


def grid(array: Any, *, repeats: bool = True) -> Grid:
    """Make a grid of an array: a vector is a column, a single entry a number."""
    array = np.asarray(array)
    if array.ndim == 1 and array.size > 1:
        return Grid(array[:, None])
    if array.size == 1:
        return Grid(array.reshape(()))
    if array.ndim > _MATRIX and sum(size != 1 for size in array.shape) <= _MATRIX:
        # Two axes besides those of size 1: rows and columns.
        return grid(np.squeeze(array))
    if array.ndim == _MATRIX and repeats:
        rows, columns = array.shape
        return Grid(array, (REPEATS if rows == 1 else FIXED, REPEATS if columns == 1 else FIXED))
    return Grid(array)


def number(value: Any) -> Grid:
    """Make a grid of a number."""
    return Grid(np.asarray(value, dtype=float))


def single(found: Grid) -> Grid:
    """Make a number of what has one entry and no open side."""
    plain = found.array.size == 1 and OPEN not in found.axes and not found.identity
    return Grid(found.array.reshape(())) if plain else found


def together(function: Callable[..., Any], *grids: Grid) -> Grid:
    """Apply a function entry by entry to grids that have a common size."""
    if any(one.identity for one in grids):
        sized = [one.array.shape for one in grids if one.array.ndim == _MATRIX]
        if not sized or len(set(sized[0])) != 1:
            raise refused("an identity matrix of a size that nothing tells")
        grids = tuple(Grid(one.array * np.eye(sized[0][0])) if one.identity else one for one in grids)
    arrays = [one for one in grids if one.array.ndim]
    if not arrays:
        return Grid(function(*(one.array for one in grids)))
    if any(one.array.ndim > _MATRIX for one in arrays):
        if len({one.array.shape for one in arrays}) > 1:
            raise nonsense("arrays of different shapes, entry by entry")
        return Grid(function(*(one.array for one in grids)))
    axes = tuple(_common(arrays, axis) for axis in range(_MATRIX))
    value = np.asarray(function(*(one.array for one in grids)))
    return Grid(value, axes)  # type: ignore[arg-type]


def _common(grids: Sequence[Grid], axis: int) -> int:
    """Return what becomes of an axis; sizes must be the same, or give way."""
    if all(one.axes[axis] == OPEN for one in grids):
        return OPEN
    sized = [one for one in grids if one.axes[axis] != OPEN]
    largest = max(one.array.shape[axis] for one in sized)
    for one in sized:
        size = one.array.shape[axis]
        if size != largest and one.axes[axis] != REPEATS:
            raise nonsense(f"{one.array.shape} beside a matrix with {largest} {('rows', 'columns')[axis]}")
    if largest > 1 or any(one.axes[axis] != REPEATS for one in sized):
        return FIXED
    # Beside a product with ones, which is as wide as it must be, it repeats as often.
    return REPEATS if len(sized) == len(grids) else OPEN


def product(left: Grid, right: Grid) -> Grid:
    """Multiply as matrices; a number multiplies every entry."""
    if left.scalar or right.scalar:
        return Grid(left.array * right.array, *(right if left.scalar else left)[1:])
    if left.identity or right.identity:
        return Grid(left.array * right.array, *(right if left.identity else left)[1:])
    if left.array.ndim > _MATRIX or right.array.ndim > _MATRIX:
        raise nonsense("a product of arrays that are no matrices")
    a, b = left.array, right.array
    inner = left.axes[1], right.axes[0]
    if inner == (OPEN, OPEN):
        raise refused("a sum over an axis whose size nothing tells")
    if OPEN in inner:
        size = b.shape[0] if inner[0] == OPEN else a.shape[1]
        a = np.broadcast_to(a, (a.shape[0], size)) if inner[0] == OPEN else a
        b = np.broadcast_to(b, (size, b.shape[1])) if inner[1] == OPEN else b
    if a.shape[1] != b.shape[0]:
        raise nonsense(f"a product of matrices of the shapes {a.shape} and {b.shape}")
    return single(Grid(a @ b, (left.axes[0], right.axes[1])))


def transposed(one: Grid) -> Grid:
    """Exchange rows and columns."""
    if one.array.ndim > _MATRIX:
        raise nonsense("a transpose of what is no matrix")
    return Grid(one.array.T, (one.axes[1], one.axes[0]), one.identity)


def fitted(found: Grid, shape: tuple[int, ...], *, spread: bool = True) -> Any:
    """Return a grid as an array of a shape; open sides extend, a number may stand for every entry.

    Args:
        found: The grid.
        shape: The shape that the quantity has.
        spread: Whether a single number may stand for an array.

    Raises:
        ReadingError: It has another shape, or stands the other way round.
    """
    array = found.array
    if found.identity:
        if len(shape) != _MATRIX or shape[0] != shape[1]:
            raise nonsense(f"an identity matrix where the shape is {shape}")
        return array * np.eye(shape[0])
    if array.ndim == 0:
        if not spread and np.prod(shape, dtype=int) != 1:
            raise nonsense(f"a number where the shape is {shape}")
        return np.broadcast_to(array, shape)
    if len(shape) > _MATRIX and len(_without_ones(shape)) <= _MATRIX:
        # Two axes besides those of size 1: rows and columns.
        return fitted(found, _without_ones(shape), spread=spread).reshape(shape)
    if array.ndim > _MATRIX or len(shape) > _MATRIX:
        if _without_ones(array.shape) != _without_ones(shape):
            raise nonsense(f"the shape {array.shape} where it is {shape}")
        return array.reshape(shape)
    wanted = (*shape, 1)[:_MATRIX] if len(shape) == 1 else shape or (1, 1)
    for axis in range(_MATRIX):
        if array.shape[axis] != wanted[axis] and found.axes[axis] != OPEN:
            raise nonsense(f"the shape {array.shape} where {wanted} is meant")
    return np.broadcast_to(array, wanted).reshape(shape)


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)
