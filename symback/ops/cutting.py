"""Arrays cut, padded, turned round and repeated: entries taken by slices, or placed among zeros."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from symback.core.errors import InputError
from symback.core.shapes import Shape, Size, spelled
from symback.ops.axes import axes_of, axis_of, expression, size_along
from symback.ops.expression import Expression, described, make
from symback.ops.rearranging import broadcast_to, concatenate, expand_dims, ravel, reshape
from symback.ops.reductions import ARRAY
from symback.ops.structural import PLACE, SLICES


def take_slices(z: Expression, slices: Any) -> Expression:
    """Take a slice along each axis."""
    if all(part == (0, size, 1) for part, size in zip(slices, z.shape, strict=True)):
        return z
    return make(SLICES, [z.node], (tuple(slices),))


def place(z: Expression, slices: Any, shape: Shape) -> Expression:
    """Put an array among zeros."""
    whole = all(part == (0, size, 1) for part, size in zip(slices, shape, strict=True))
    return z if whole and z.shape == shape else make(PLACE, [z.node], (slices, shape))


def split(z: Any, parts: Any, axis: Any = 0) -> tuple[Expression, ...]:
    """Cut an array along an axis: into equal parts, or at the places of a list.

    Raises:
        InputError: It cannot be cut so, or the size along the axis is a symbol.

    >>> from symback.ops.expression import array
    >>> [part.shape for part in split(array("X", "2 6"), 3, axis=1)]
    [(2, 2), (2, 2), (2, 2)]
    """
    z = expression(z)
    axis = axis_of(z, axis)
    size = size_along(z, axis, "split")
    if isinstance(parts, Expression) and parts.node.op is ARRAY:
        parts = parts.node.parameters[0]
    if isinstance(parts, int) and not isinstance(parts, bool):
        if parts < 1 or size % parts:
            raise InputError(
                f"split: {described(z.node)} {spelled(z.shape)} has no {parts} equal parts along axis {axis}"
            )
        cuts = list(range(0, size + 1, size // parts))
    elif _places_in_order(parts, size):
        cuts = [0, *parts, size]
    else:
        raise InputError(f"split: {parts!r}: expected a number of parts, or where to cut, in order")
    whole = [(0, other, 1) for other in z.shape]
    return tuple(
        take_slices(z, (*whole[:axis], (start, stop, 1), *whole[axis + 1 :]))
        for start, stop in pairwise(cuts)
    )


def _places_in_order(parts: Any, size: int) -> bool:
    if not isinstance(parts, list | tuple) or not all(map(_is_integer, parts)):
        return False
    return all(before < after for before, after in pairwise([0, *parts, size]))


def pad(z: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Expression:
    """Put zeros around an array: a number, (before, after), or one pair for each axis.

    Raises:
        InputError: Anything but zeros is asked for, or a padded size is a symbol.
    """
    z = expression(z)
    if mode != "constant" or constant_values != 0:
        raise InputError(
            f"pad: only zeros can be put around an array, not mode = {mode!r}, {constant_values!r}"
        )
    widths = _pad_widths(pad_width, z.ndim)
    if len(widths) != z.ndim or any(len(pair) != 2 or min(pair) < 0 for pair in widths):  # noqa: PLR2004 - before and after
        raise InputError(f"pad: pad_width = {pad_width!r} does not suit the shape {spelled(z.shape)}")
    slices: list[tuple[Size, Size, int]] = []
    shape: list[Size] = []
    for axis, (before, after) in enumerate(widths):
        if before or after:
            size = size_along(z, axis, "pad")
            slices.append((before, before + size, 1))
            shape.append(before + size + after)
        else:
            slices.append((0, z.shape[axis], 1))
            shape.append(z.shape[axis])
    return place(z, tuple(slices), tuple(shape))


def _pad_widths(given: Any, ndim: int) -> list[tuple[int, ...]]:
    """Return the widths for each axis, given as a number, a pair, or one pair for each axis."""
    parts = [given] if isinstance(given, int) else given
    if isinstance(parts, tuple | list) and parts:
        if all(map(_is_integer, parts)):
            return [tuple(parts) * (1 if len(parts) > 1 else 2)] * ndim
        if all(isinstance(pair, tuple | list) and pair and all(map(_is_integer, pair)) for pair in parts):
            return [tuple(pair) for pair in parts] * (ndim if len(parts) == 1 else 1)
    raise InputError(f"pad: pad_width = {given!r}: expected a number of zeros, (before, after), or pairs")


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def flip(z: Any, axis: Any = None) -> Expression:
    """Return the entries along some axes in the opposite order."""
    z = expression(z)
    axes = axes_of(z, axis)
    slices = tuple(
        (size_along(z, n, "flip") - 1, None, -1) if n in axes else (0, size, 1)
        for n, size in enumerate(z.shape)
    )
    return make(SLICES, [z.node], (slices,))


def roll(z: Any, shift: int, axis: Any = None) -> Expression:
    """Move the entries along an axis; those that leave come in at the other end."""
    z = expression(z)
    if not _is_integer(shift):
        raise InputError(f"roll: shift = {shift!r}: expected an integer")
    if axis is None:
        return reshape(roll(ravel(z), shift, 0), z.shape)
    axis = axis_of(z, axis)
    size = size_along(z, axis, "roll")
    cut = -shift % size
    if not cut:
        return expression(z)
    whole = [(0, other, 1) for other in z.shape]
    first, second = list(whole), list(whole)
    first[axis], second[axis] = (cut, size, 1), (0, cut, 1)
    return concatenate([take_slices(z, tuple(first)), take_slices(z, tuple(second))], axis)


def repeat(z: Any, repeats: int, axis: Any = None) -> Expression:
    """Repeat each entry along an axis."""
    z = expression(z)
    if not _is_integer(repeats) or repeats < 1:
        raise InputError(f"repeat: repeats = {repeats!r}: expected an integer ≥ 1")
    if axis is None:
        z, axis = ravel(z), 0
    axis = axis_of(z, axis)
    size = size_along(z, axis, "repeat")
    before, after = z.shape[:axis], z.shape[axis + 1 :]
    spread = broadcast_to(expand_dims(z, axis + 1), (*before, size, repeats, *after))
    return reshape(spread, (*before, size * repeats, *after))


def tile(z: Any, reps: Any) -> Expression:
    """Repeat a whole array along its axes."""
    z = expression(z)
    times = tuple(reps) if isinstance(reps, tuple | list) else (reps,)
    if any(not _is_integer(count) or count < 1 for count in times):
        raise InputError(f"tile: reps = {reps!r}: expected integers ≥ 1")
    axes = max(len(times), z.ndim)
    z = reshape(z, (1,) * (axes - z.ndim) + z.shape)
    for axis, count in enumerate((1,) * (axes - len(times)) + times):
        z = concatenate([z] * count, axis)
    return expression(z)
