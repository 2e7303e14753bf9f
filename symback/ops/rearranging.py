"""Arrays with other axes: reshaped, joined, padded, flipped."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from symback.core.errors import InputError
from symback.core.shapes import Shape, Size, broadcast_shape, shape_of_text, spelled
from symback.ops.arithmetic import CONSTANT
from symback.ops.axes import axes_of, axis_of, expression, letters, moved, size_along
from symback.ops.expression import Expression, broadcast, described, make
from symback.ops.linear_algebra import transpose
from symback.ops.reductions import ARRAY
from symback.ops.structural import CONCATENATE, PLACE, RESHAPE, SLICES

if TYPE_CHECKING:
    from collections.abc import Sequence


def reshape(z: Any, *shape: Any) -> Expression:
    """Return the entries in row-major order under another shape; −1 stands for what is left.

    Raises:
        InputError: The numbers of entries differ, or cannot be known.

    >>> from symback.ops.expression import array
    >>> reshape(array("X", "2 6"), 3, -1).shape
    (3, 4)
    """
    z = expression(z)
    wanted = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
    sizes: Shape = _completed(z, tuple(wanted))
    if sizes == z.shape:
        return expression(z)
    if not _fits(sizes, z.shape):
        symbols = any(isinstance(size, str) for size in (*sizes, *z.shape))
        raise InputError(
            f"reshape: {described(z.node)} {spelled(z.shape)} does not fit {spelled(sizes)}"
            + ("; give numbers for the sizes" if symbols else "")
        )
    if _without_ones(sizes) == _without_ones(z.shape):
        return _with_ones(z, sizes)
    return make(RESHAPE, [z.node], (sizes,))


def _fits(wanted: Shape, shape: Shape) -> bool:
    """Say whether two shapes have as many entries: the same symbols, and equal products of numbers."""
    symbols = [sorted(size for size in sizes if isinstance(size, str)) for sizes in (wanted, shape)]
    products = [math.prod(size for size in sizes if isinstance(size, int)) for sizes in (wanted, shape)]
    return symbols[0] == symbols[1] and products[0] == products[1]


def _completed(z: Expression, wanted: Shape) -> Shape:
    if wanted.count(-1) > 1:
        raise InputError(f"reshape to {spelled(wanted)}: only one size can be left open with -1")
    if -1 not in wanted:
        return shape_of_text(wanted, "reshape to")
    rest = list(z.shape)
    named = [size for size in wanted if isinstance(size, str)]
    for size in named:
        if size not in rest:
            raise InputError(
                f"reshape: {described(z.node)} {spelled(z.shape)} does not fit {spelled(wanted)}"
            )
        rest.remove(size)
    number = math.prod(size for size in wanted if isinstance(size, int) and size != -1)
    symbols = [size for size in rest if isinstance(size, str)]
    total = math.prod(size for size in rest if isinstance(size, int))
    if not number or total % number or len(symbols) > 1 or (symbols and total != number):
        hint = f"; give a number for {' and '.join(symbols)}" if symbols else ""
        raise InputError(
            f"reshape: {described(z.node)} {spelled(z.shape)} does not fit {spelled(wanted)}{hint}"
        )
    open_size = symbols[0] if symbols else total // number
    return shape_of_text(tuple(open_size if size == -1 else size for size in wanted), "reshape to")


def _without_ones(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)


def _with_ones(z: Expression, shape: Shape) -> Expression:
    """Add or drop axes of size 1, which moves nothing."""
    own = letters(z.ndim)
    rest = iter([letter for letter, size in zip(own, z.shape, strict=True) if size != 1])
    fresh = iter(letters(len(shape), z.ndim))
    return moved(z, own + "->" + "".join(next(fresh if size == 1 else rest) for size in shape), shape)


def ravel(z: Any) -> Expression:
    """Return the entries along one axis."""
    z = expression(z)
    return z if z.ndim == 1 else reshape(z, -1)


def expand_dims(z: Any, axis: Any) -> Expression:
    """Add an axis of size 1."""
    z = expression(z)
    listed = axis if isinstance(axis, tuple | list) else (axis,)
    total = z.ndim + len(listed)
    if any(isinstance(n, bool) or not isinstance(n, int) or not -total <= n < total for n in listed):
        raise InputError(f"expand_dims: axis = {axis!r}: the result has {total} axes")
    new = {n % total for n in listed}
    if len(new) < len(listed):
        raise InputError(f"expand_dims: axis = {axis!r}: an axis is named twice")
    sizes = iter(z.shape)
    return _with_ones(z, tuple(1 if n in new else next(sizes) for n in range(total)))


def squeeze(z: Any, axis: Any = None) -> Expression:
    """Drop axes of size 1."""
    z = expression(z)
    axes = [n for n, size in enumerate(z.shape) if size == 1] if axis is None else list(axes_of(z, axis))
    for n in axes:
        if z.shape[n] != 1:
            raise InputError(f"squeeze: axis {n} of {described(z.node)} {spelled(z.shape)} has no size 1")
    return _with_ones(z, tuple(size for n, size in enumerate(z.shape) if n not in axes))


def broadcast_to(z: Any, shape: Any) -> Expression:
    """Repeat an array so that it has a shape."""
    z = expression(z)
    sizes = shape_of_text(shape, "broadcast_to")
    if broadcast_shape([z.shape, sizes]) != sizes:
        raise InputError(
            f"broadcast_to: {described(z.node)} {spelled(z.shape)} does not go to {spelled(sizes)}"
        )
    return Expression(broadcast(z.node, sizes))


def swapaxes(z: Any, first: Any, second: Any) -> Expression:
    """Exchange two axes."""
    z = expression(z)
    a, b = axis_of(z, first), axis_of(z, second)
    order = list(range(z.ndim))
    order[a], order[b] = b, a
    return transpose(z, order)


def moveaxis(z: Any, source: Any, destination: Any) -> Expression:
    """Move an axis to another place."""
    z = expression(z)
    order = list(range(z.ndim))
    order.insert(axis_of(z, destination), order.pop(axis_of(z, source)))
    return transpose(z, order)


def concatenate(arrays: Any, axis: Any = 0) -> Expression:
    """Join arrays along an axis that they have.

    Raises:
        InputError: The other axes differ, or a size along the axis is a symbol.

    >>> from symback.ops.expression import array
    >>> concatenate([array("a", "2 3"), array("b", "4 3")]).shape
    (6, 3)
    """
    parts = _listed(arrays, "concatenate")
    if not parts or not all(part.ndim for part in parts):
        raise InputError("concatenate joins arrays of at least one axis; stack joins numbers")
    if len(parts) == 1:
        return parts[0]
    axis = axis_of(parts[0], axis)
    for part in parts:
        rest = [
            (shape[:axis], shape[axis + 1 :]) for shape in (parts[0].shape, part.shape) if len(shape) > axis
        ]
        if len(rest) < 2 or rest[0] != rest[1]:  # noqa: PLR2004 - both are compared
            raise InputError(
                f"concatenate along axis {axis}: {described(parts[0].node)} {spelled(parts[0].shape)} and "
                f"{described(part.node)} {spelled(part.shape)} differ in another axis"
            )
        if isinstance(part.shape[axis], str):
            raise InputError(
                f"concatenate along axis {axis}: {described(part.node)} {spelled(part.shape)} has no known "
                "size there; give a number for it"
            )
    return make(CONCATENATE, [part.node for part in parts], (axis,))


def _places_in_order(parts: Any, size: int) -> bool:
    if not isinstance(parts, list | tuple) or not all(map(_is_integer, parts)):
        return False
    return all(before < after for before, after in pairwise([0, *parts, size]))


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


def stack(arrays: Any, axis: Any = 0) -> Expression:
    """Join arrays of one shape along a new axis; a list of plain numbers is a constant array."""
    parts = _listed(arrays, "stack")
    if not parts:
        raise InputError("an empty list has nothing to stack")
    entries = [_entries(part) for part in parts]
    if axis == 0 and all(entry is not None for entry in entries):
        return make(ARRAY, [], (tuple(entries),)) if _one_shape(parts) else _ragged(parts)
    if not _one_shape(parts):
        _ragged(parts)
    joined = [expand_dims(part, axis) for part in parts]
    return concatenate(joined, axis if isinstance(axis, int) and axis >= 0 else axis % joined[0].ndim)


def _listed(arrays: Any, what: str) -> list[Expression]:
    try:
        return [expression(part) for part in arrays]
    except TypeError:
        raise InputError(f"{what}: expected a list of arrays, got {arrays!r}") from None


def _one_shape(parts: Sequence[Expression]) -> bool:
    return all(part.shape == parts[0].shape for part in parts)


def _ragged(parts: Sequence[Expression]) -> Expression:
    n, odd = next((n, part) for n, part in enumerate(parts) if part.shape != parts[0].shape)
    raise InputError(
        f"stack: part {n} has the shape {spelled(odd.shape)}, but part 0 has {spelled(parts[0].shape)}"
    )


def _entries(z: Expression) -> Any:
    return z.node.parameters[0] if z.node.op in (CONSTANT, ARRAY) and z.node.name is None else None


def at_least_2d(z: Any) -> Expression:
    """Return an array of at least two axes; a vector becomes a row."""
    z = expression(z)
    return reshape(z, (1,) * (2 - z.ndim) + z.shape) if z.ndim < 2 else z  # noqa: PLR2004 - two axes


def vstack(arrays: Any) -> Expression:
    """Put arrays one below the other; a vector is a row."""
    return concatenate([at_least_2d(part) for part in _listed(arrays, "vstack")], 0)


def hstack(arrays: Any) -> Expression:
    """Put arrays side by side; vectors one after the other."""
    parts = _listed(arrays, "hstack")
    parts = [reshape(part, 1) if part.ndim == 0 else part for part in parts]
    return concatenate(parts, 0 if parts and parts[0].ndim == 1 else 1)


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


def place(z: Expression, slices: Any, shape: Shape) -> Expression:
    """Put an array among zeros."""
    whole = all(part == (0, size, 1) for part, size in zip(slices, shape, strict=True))
    return z if whole and z.shape == shape else make(PLACE, [z.node], (slices, shape))


def take_slices(z: Expression, slices: Any) -> Expression:
    """Take a slice along each axis."""
    if all(part == (0, size, 1) for part, size in zip(slices, z.shape, strict=True)):
        return z
    return make(SLICES, [z.node], (tuple(slices),))


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
