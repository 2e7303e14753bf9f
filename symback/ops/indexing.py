"""Entries, rows and slices of arrays, as NumPy's square brackets take them."""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any, Final

from symback.core.errors import InputError
from symback.core.shapes import Shape, Size, broadcast_shape, spelled
from symback.ops.arithmetic import CONSTANT
from symback.ops.axes import axis_of, expression, letters, moved, size_along
from symback.ops.comparisons import EQ, GE, GT, LE, LT
from symback.ops.cutting import take_slices
from symback.ops.expression import Expression, broadcast, described, make
from symback.ops.linear_algebra import transpose
from symback.ops.multilinear import EINSUM
from symback.ops.reductions import ARRAY, INDICES
from symback.ops.structural import GATHER, RESHAPE, SCATTER_ADD, SLICES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symback.core.node import Node


COMPARISONS: Final = frozenset((GT, GE, LT, LE, EQ))


def item(z: Expression, key: Any) -> Expression:
    """Return z[key]: numbers, slices, None, an ellipsis; arrays of integers look rows up.

    Raises:
        InputError: There are too many indices, one is out of range, or of a kind that cannot be used.

    >>> from symback.ops.expression import array
    >>> item(array("X", "3 4"), (0, slice(1, None))).shape
    (3,)
    """
    given = key if isinstance(key, tuple) else (key,)
    # NumPy's integers count as Python's.
    whole = [
        int(part) if isinstance(part, numbers.Integral) and not isinstance(part, bool) else part
        for part in given
    ]
    keys = _spread_out(z, whole)
    if any(isinstance(part, Expression | list) for part in keys):
        return _looked_up(z, keys)
    output = ""
    slices: list[tuple[Any, Any, int]] = []
    shape: list[Size] = []
    own = letters(z.ndim)
    fresh = iter(letters(len(keys), z.ndim))
    axis = 0
    for part in keys:
        if part is None:
            output += next(fresh)
            shape.append(1)
            continue
        size = z.shape[axis]
        if isinstance(part, slice):
            slices.append(_slice(z, part, size))
            output += own[axis]
            shape.append(size if isinstance(size, str) else len(range(size)[part]))
        else:
            start = _checked_index(z, part, axis)
            slices.append((start, start + 1, 1))
        axis += 1
    taken = take_slices(z, tuple(slices))
    return moved(taken, f"{own}->{output}", tuple(shape))


def _spread_out(z: Expression, keys: Sequence[Any]) -> list[Any]:
    """Put full slices where an ellipsis stands, or at the end."""
    taken = sum(part is not None and part is not Ellipsis for part in keys)
    if taken > z.ndim:
        raise InputError(f"{taken} indices for {described(z.node)}, which has the shape {spelled(z.shape)}")
    dots = [n for n, part in enumerate(keys) if part is Ellipsis]
    if len(dots) > 1:
        raise InputError("an index has at most one ellipsis")
    at = dots[0] if dots else len(keys)
    return [*keys[:at], *[slice(None)] * (z.ndim - taken), *keys[at + 1 :]]


def _checked_index(z: Expression, index: Any, axis: int) -> int:
    size = z.shape[axis]
    name = f"{described(z.node)} {spelled(z.shape)}"
    if isinstance(index, bool) or not isinstance(index, int):
        raise InputError(
            f"the index {index!r} of {name}: expected an integer, a slice, or an array of integers"
        )
    if isinstance(size, str):
        if index < 0:
            raise InputError(
                f"the index {index} of {name}: axis {axis} has no known size; give a number for {size}"
            )
        return index
    if not -size <= index < size:
        raise InputError(f"the index {index} is out of range: axis {axis} of {name} has the size {size}")
    return index % size


def _slice(z: Expression, part: slice, size: Any) -> tuple[Any, Any, int]:
    for bound in (part.start, part.stop, part.step):
        if bound is not None and (isinstance(bound, bool) or not isinstance(bound, int)):
            raise InputError(f"a slice of {described(z.node)} has the bound {bound!r}; expected an integer")
    if isinstance(size, str):
        if part.start in (None, 0) and part.stop in (None, size) and part.step in (None, 1):
            return (0, size, 1)
        raise InputError(
            f"a part of {described(z.node)} {spelled(z.shape)} along the axis of size {size}: "
            f"give a number for {size}"
        )
    if part.step == 0:
        raise InputError("a slice cannot have the step 0")
    start, stop, step = part.indices(size)
    if not range(start, stop, step):
        raise InputError(
            f"the slice {part.start}:{part.stop} of {described(z.node)} {spelled(z.shape)} is empty"
        )
    return (start, None if stop < 0 else stop, step)


def _looked_up(z: Expression, keys: list[Any]) -> Expression:
    """Look rows up by arrays of integers; the indexed axes come first, as where NumPy's are adjacent."""
    positions = [n for n, part in enumerate(keys) if isinstance(part, Expression | list)]
    wanted = [n for n, part in enumerate(keys) if isinstance(part, Expression | list | int)]
    if any(part is None for part in keys) or wanted != list(range(wanted[0], wanted[-1] + 1)):
        raise InputError(
            f"an index of {described(z.node)} mixes arrays of integers with other kinds; take one at a time"
        )
    if any(isinstance(part, slice) and part != slice(None) for part in keys):
        sliced = item(z, tuple(part if isinstance(part, slice) else slice(None) for part in keys))
        return _looked_up(sliced, [slice(None) if isinstance(part, slice) else part for part in keys])
    del positions
    first = wanted[0]
    if first:
        order = [*wanted, *(n for n in range(z.ndim) if n not in wanted)]
        moved_z = transpose(z, order)
    else:
        moved_z = z
    result = gather(moved_z, [expression(keys[n]) for n in wanted])
    if first:
        count = result.ndim - (z.ndim - len(wanted))
        front = list(range(count, count + first))
        result = transpose(result, [*front, *range(count), *range(count + first, result.ndim)])
    return result


def gather(z: Expression, indices: Any) -> Expression:
    """Return the rows of z at arrays of integers, one array for each of the leading axes."""
    arrays = [_as_index(expression(index), z, axis) for axis, index in enumerate(indices)]
    common = broadcast_shape([index.shape for index in arrays])
    if common is None:
        raise InputError(
            "the arrays of an index do not go together: "
            + " and ".join(f"{described(index.node)} {spelled(index.shape)}" for index in arrays)
        )
    shape = (*common, *z.shape[len(arrays) :])
    spread = [broadcast(index.node, common) for index in arrays]
    return make(GATHER, [z.node, *spread], (shape,))


def _as_index(index: Expression, z: Expression, axis: int) -> Expression:
    """Return constants as integers, those with other axes too; what is no constant stays."""
    if index.node.op in COMPARISONS:
        raise InputError(
            f"an index of {described(z.node)} is a condition; how many entries it picks is not known: "
            "choose with where(condition, a, b)"
        )
    moves: list[Node] = []
    node = index.node
    while node.op in (EINSUM, RESHAPE, SLICES) and len(node.inputs) == 1:
        moves.append(node)
        node = node.inputs[0]
    if node.op not in (ARRAY, CONSTANT):
        return index
    whole = make(INDICES, [], (_integers(node.parameters[0], z, axis),))
    for move in reversed(moves):
        whole = make(move.op, [whole.node], move.parameters)  # type: ignore[arg-type]
    return whole


def _integers(entries: Any, z: Expression, axis: int) -> Any:
    if isinstance(entries, tuple):
        return tuple([_integers(entry, z, axis) for entry in entries])
    if isinstance(entries, bool) or not isinstance(entries, int):
        raise InputError(f"an index holds {entries!r}; expected integers")
    return _checked_index(z, entries, axis)


def scatter_add(z: Expression, indices: Any, shape: Shape) -> Expression:
    """Add rows up at arrays of integers: the transpose of looking them up."""
    return make(SCATTER_ADD, [z.node, *(index.node for index in indices)], (shape,))


def take(z: Any, indices: Any, axis: Any = None) -> Expression:
    """Return entries along an axis at integers."""
    from symback.ops.rearranging import ravel

    z = expression(z)
    if axis is None:
        z, axis = ravel(z), 0
    axis = axis_of(z, axis)
    return item(z, (*[slice(None)] * axis, indices if isinstance(indices, int) else expression(indices)))


def take_along_axis(z: Any, indices: Any, axis: int = -1) -> Expression:
    """Return, for each row along an axis, the entries at that row's own integers.

    Raises:
        InputError: The other axes differ, or one of them has no known size.

    >>> from symback.ops.expression import array
    >>> take_along_axis(array("p", "5 3"), array("t", "5 1"), 1).shape
    (5, 1)
    """
    from symback.ops.array_making import arange
    from symback.ops.rearranging import reshape

    z, indices = expression(z), expression(indices)
    axis = axis_of(z, axis)
    fits = indices.ndim == z.ndim and all(
        n == axis or mine == other for n, (mine, other) in enumerate(zip(z.shape, indices.shape, strict=True))
    )
    if not fits:
        raise InputError(
            f"take_along_axis: {described(indices.node)} {spelled(indices.shape)} needs the shape of "
            f"{described(z.node)} {spelled(z.shape)}, apart from axis {axis}"
        )
    places = [
        indices
        if n == axis
        else reshape(
            arange(size_along(z, n, "take_along_axis")), tuple(-1 if m == n else 1 for m in range(z.ndim))
        )
        for n in range(z.ndim)
    ]
    return gather(z, places)
