"""Arrays with other axes: reshaped, transposed, joined."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symback.core.errors import InputError
from symback.core.shapes import Shape, broadcast_shape, shape_of_text, spelled
from symback.ops.arithmetic import CONSTANT
from symback.ops.axes import axes_of, axis_of, expression, letters, moved
from symback.ops.expression import Expression, broadcast, described, make
from symback.ops.linear_algebra import transpose
from symback.ops.reductions import ARRAY
from symback.ops.structural import CONCATENATE, RESHAPE

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
