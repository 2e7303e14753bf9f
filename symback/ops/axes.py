"""Axes as NumPy counts them: from the end if negative, all if none is named."""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any

from symback.core.errors import InputError
from symback.core.shapes import Shape, spelled
from symback.ops.expression import Expression, broadcast, constant, described, make
from symback.ops.multilinear import EINSUM, LETTERS

if TYPE_CHECKING:
    from collections.abc import Sequence


def expression(value: Any) -> Expression:
    """Return an expression of a number, an expression, or nested lists of these.

    Raises:
        InputError: It is something else, or rows of a list differ in shape.

    >>> expression([1, 2])
    <array((1, 2))>
    """
    if isinstance(value, Expression):
        return value
    if isinstance(value, list | tuple):
        from symback.ops.rearranging import stack

        return stack(value)
    return constant(value)


def axis_of(z: Expression, axis: Any, what: str = "axis") -> int:
    """Return an axis counted from the start.

    Raises:
        InputError: The array has no such axis.

    >>> from symback.ops.expression import array
    >>> axis_of(array("X", "N 4"), -1)
    1
    """
    if isinstance(axis, numbers.Integral) and not isinstance(axis, bool):
        axis = int(axis)
    if isinstance(axis, bool) or not isinstance(axis, int) or not -z.ndim <= axis < z.ndim:
        raise InputError(
            f"{what} = {axis!r}: {described(z.node)} has the shape {spelled(z.shape)}; "
            + (f"its axes are 0 … {z.ndim - 1}" if z.ndim else "a scalar has no axis")
        )
    return axis % z.ndim


def axes_of(z: Expression, axis: Any, what: str = "axis") -> tuple[int, ...]:
    """Return several axes in order: those of a number, of a tuple, or all for None.

    Raises:
        InputError: The array has no such axis, or one is named twice.
    """
    if axis is None:
        return tuple(range(z.ndim))
    listed = axis if isinstance(axis, tuple | list) else (axis,)
    axes = [axis_of(z, one, what) for one in listed]
    if len(set(axes)) < len(axes):
        raise InputError(f"{what} = {axis!r}: an axis is named twice")
    return tuple(sorted(axes))


def size_along(z: Expression, axis: int, what: str) -> int:
    """Return the size of an axis, where it must be a number.

    Raises:
        InputError: It is a symbol.
    """
    size = z.shape[axis]
    if isinstance(size, str):
        raise InputError(
            f"{what}: {described(z.node)} has the shape {spelled(z.shape)}; give a number for {size}"
        )
    return size


def moved(z: Expression, pattern: str, shape: Shape) -> Expression:
    """Sum, transpose or broadcast one array by an index pattern.

    >>> from symback.ops.expression import array
    >>> moved(array("X", "N 4"), "ij->ji", (4, "N"))
    <einsum(X, ij->ji, (4, 'N'))>
    """
    source, _, output = pattern.partition("->")
    return z if source == output and z.shape == shape else make(EINSUM, [z.node], (pattern, shape))


def letters(count: int, start: int = 0) -> str:
    """Return as many index letters.

    >>> letters(3)
    'ijk'
    """
    return LETTERS[start : start + count]


def spread(z: Expression, shape: Shape, axes: Sequence[int], keepdims: bool) -> Expression:  # noqa: FBT001 - NumPy's parameter
    """Repeat what was reduced along some axes along them again.

    >>> from symback.ops.expression import array
    >>> spread(array("s", "N"), ("N", 4), (1,), False)
    <einsum(s, i->ij, ('N', 4))>
    """
    if keepdims:
        return Expression(broadcast(z.node, shape))
    output = letters(len(shape))
    own = "".join(letter for n, letter in enumerate(output) if n not in axes)
    return moved(z, f"{own}->{output}", shape)
