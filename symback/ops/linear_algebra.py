"""Products of arrays: every one is a sum of products over indices."""

from __future__ import annotations

from typing import Any

from symback.core.errors import InputError
from symback.core.shapes import Shape, Size, broadcast_shape, spelled
from symback.ops.arithmetic import MUL
from symback.ops.axes import axes_of, axis_of, expression, letters, moved
from symback.ops.expression import Expression, apply, broadcast, described, make
from symback.ops.multilinear import EINSUM, LETTERS


def einsum(pattern: str, *operands: Any) -> Expression:
    """Return the sum of products that an index pattern states, like "ij,jk->ik".

    Without an arrow, the letters that occur once are those of the result, in alphabetical order.

    Raises:
        InputError: The pattern does not suit the operands, or one letter has two sizes.

    Source: numpy.einsum; Laue, Mitterreiter & Giesen (2020) for its derivative.

    >>> from symback.ops.expression import array
    >>> einsum("ij,jk->ik", array("X", "N 4"), array("W", "4 3")).shape
    ('N', 3)
    """
    if not isinstance(pattern, str):
        raise InputError(f"einsum: the first argument is a pattern like 'ij,jk->ik', got {pattern!r}")
    arrays = [expression(operand) for operand in operands]
    pattern = _completed(pattern.replace(" ", ""), arrays)
    left, _, output = pattern.partition("->")
    sizes: dict[str, Size] = {}
    first: dict[str, Expression] = {}
    parts = left.split(",")
    if len(parts) != len(arrays):
        raise InputError(
            f"einsum {pattern!r}: the pattern has {len(parts)} operands, {len(arrays)} are given"
        )
    for part, array in zip(parts, arrays, strict=True):
        if len(part) != array.ndim:
            raise InputError(
                f"einsum {pattern!r}: {part!r} names {len(part)} axes, "
                f"but {described(array.node)} has the shape {spelled(array.shape)}"
            )
        for letter, size in zip(part, array.shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise InputError(
                    f"einsum {pattern!r}: the index {letter} has the size {sizes[letter]} in "
                    f"{_named(first[letter])} and {size} in {_named(array)}"
                )
            first.setdefault(letter, array)
    for letter in output:
        if letter not in sizes or output.count(letter) > 1:
            raise InputError(
                f"einsum {pattern!r}: the result's index {letter} must occur once, and in an operand"
            )
    return make(EINSUM, [a.node for a in arrays], (pattern, tuple(sizes[letter] for letter in output)))


def _completed(pattern: str, arrays: list[Expression]) -> str:
    if "..." in pattern:
        pattern = _without_ellipsis(pattern, arrays)
    if any(not (c.isascii() and c.isalpha()) for c in pattern.replace("->", "").replace(",", "")):
        raise InputError(f"einsum {pattern!r}: indices are letters, operands are separated by commas")
    if "->" not in pattern:
        used = pattern.replace(",", "")
        pattern += "->" + "".join(sorted(letter for letter in set(used) if used.count(letter) == 1))
    return pattern


def _without_ellipsis(pattern: str, arrays: list[Expression]) -> str:
    left, arrow, output = pattern.partition("->")
    parts = left.split(",")
    counts = {
        array.ndim - len(part.replace("...", ""))
        for part, array in zip(parts, arrays, strict=False)
        if "..." in part
    }
    if not arrow or len(counts) != 1 or min(counts) < 0:
        raise InputError(f"einsum {pattern!r}: '...' must stand for as many axes everywhere, and with '->'")
    fresh = "".join([c for c in LETTERS if c not in pattern][: counts.pop()])
    return left.replace("...", fresh) + "->" + output.replace("...", fresh)


def matmul(left: Any, right: Any) -> Expression:
    """Return the matrix product, Z_ik = Σ_j X_ij W_jk; vectors and batches as in NumPy.

    Raises:
        InputError: The inner sizes differ, or an operand is a scalar.

    >>> from symback.ops.expression import array
    >>> matmul(array("X", "N 4"), array("W", "4 3")).shape
    ('N', 3)
    """
    left, right = expression(left), expression(right)
    if not (left.ndim and right.ndim):
        raise InputError(f"@ multiplies arrays, got {_named(left)} and {_named(right)}; use * for numbers")
    inner = left.shape[-1], right.shape[-2 if right.ndim > 1 else 0]
    if inner[0] != inner[1]:
        raise InputError(
            f"{_named(left)} @ {_named(right)}: the inner sizes {inner[0]} and {inner[1]} differ"
        )
    batch = broadcast_shape([left.shape[:-2], right.shape[:-2]])
    if batch is None:
        raise InputError(f"{_named(left)} @ {_named(right)}: the batch axes do not go together")
    outer = letters(len(batch), 3)
    own = [outer[len(batch) - max(z.ndim - 2, 0) :] for z in (left, right)]
    if max(left.ndim, right.ndim) > 2:  # noqa: PLR2004 - batches of matrices
        left, right = (
            Expression(broadcast(z.node, (*batch[len(batch) - max(z.ndim - 2, 0) :], *z.shape[-2:])))
            for z in (left, right)
        )
    rows, columns = "i" * (left.ndim > 1), "k" * (right.ndim > 1)
    return einsum(f"{own[0]}{rows}j,{own[1]}j{columns}->{outer}{rows}{columns}", left, right)


def _named(z: Expression) -> str:
    return f"{described(z.node)} {spelled(z.shape)}"


def dot(left: Any, right: Any) -> Expression:
    """Return NumPy's dot: the product of numbers, or the sum over the last and the last but one axis."""
    left, right = expression(left), expression(right)
    if not (left.ndim and right.ndim):
        return apply(MUL, left, right)
    if left.ndim <= 2 and right.ndim <= 2:  # noqa: PLR2004 - as matmul
        return matmul(left, right)
    return tensordot(left, right, ((-1,), (-2 if right.ndim > 1 else -1,)))


def inner(left: Any, right: Any) -> Expression:
    """Return the sum of products over the last axes."""
    left, right = expression(left), expression(right)
    return tensordot(left, right, ((-1,), (-1,))) if left.ndim and right.ndim else apply(MUL, left, right)


def outer(left: Any, right: Any) -> Expression:
    """Return all products of an entry of one vector and an entry of another: x_i y_j."""
    from symback.ops.rearranging import ravel

    return einsum("i,j->ij", ravel(left), ravel(right))


def vdot(left: Any, right: Any) -> Expression:
    """Return the sum of all products of entries."""
    from symback.ops.rearranging import ravel

    return einsum("i,i->", ravel(left), ravel(right))


def tensordot(left: Any, right: Any, axes: Any = 2) -> Expression:
    """Return the sum of products over pairs of axes: the last and the first ones, or named ones."""
    left, right = expression(left), expression(right)
    if not _pairs_of_axes(axes, min(left.ndim, right.ndim)):
        raise InputError(
            f"tensordot: axes = {axes!r}: expected how many axes of {_named(left)} and {_named(right)} "
            "to sum over, or a pair of lists of equally many"
        )
    if isinstance(axes, int):
        pairs = tuple(range(left.ndim - axes, left.ndim)), tuple(range(axes))
    else:
        pairs = tuple((part,) if isinstance(part, int) else tuple(part) for part in axes)  # type: ignore[assignment]
    first = letters(left.ndim)
    second = list(letters(right.ndim, left.ndim))
    for mine, other in zip(*pairs, strict=True):
        second[axis_of(right, other, "axes")] = first[axis_of(left, mine, "axes")]
    used = first + "".join(second)
    return einsum(f"{first},{''.join(second)}->{''.join(c for c in used if used.count(c) == 1)}", left, right)


def _pairs_of_axes(axes: Any, most: int) -> bool:
    if isinstance(axes, int):
        return not isinstance(axes, bool) and 0 <= axes <= most
    if not isinstance(axes, tuple | list) or len(axes) != 2:  # noqa: PLR2004 - left and right
        return False
    return len({len(part) if isinstance(part, tuple | list) else 1 for part in axes}) == 1


def trace(z: Any) -> Expression:
    """Return the sum of the diagonal, Σ_i A_ii."""
    return einsum("ii->", z)


def diagonal(z: Any) -> Expression:
    """Return the diagonal of a matrix."""
    return einsum("ii->i", z)


def diag(z: Any) -> Expression:
    """Return the diagonal of a matrix, or the matrix with a vector on its diagonal."""
    from symback.ops.array_making import eye

    z = expression(z)
    if z.ndim not in (1, 2):
        raise InputError(f"diag: {_named(z)} is neither a vector nor a matrix")
    return einsum("i,ij->ij", z, eye(z.shape[0])) if z.ndim == 1 else diagonal(z)


def transpose(z: Any, *axes: Any) -> Expression:
    """Return the array with its axes in the opposite order, or in that of `axes`."""
    z = expression(z)
    if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], tuple | list)):
        axes = tuple(axes[0] or ())
    order = [axis_of(z, axis, "axes") for axis in axes] if axes else list(range(z.ndim))[::-1]
    if sorted(order) != list(range(z.ndim)):
        raise InputError(f"transpose: axes = {axes}: each of the {z.ndim} axes must be named once")
    own = letters(z.ndim)
    return moved(z, f"{own}->{''.join(own[n] for n in order)}", tuple(z.shape[n] for n in order))


def sum_along(z: Any, axis: Any = None, *, keepdims: bool = False) -> Expression:
    """Return the sum along some axes, all unless named."""
    z = expression(z)
    axes = axes_of(z, axis)
    own = letters(z.ndim)
    kept = list(letters(z.ndim, z.ndim))
    output, shape = "", []
    for n, letter in enumerate(own):
        if n not in axes:
            output += letter
            shape.append(z.shape[n])
        elif keepdims:
            output += kept[n]
            shape.append(1)
    result: Shape = tuple(shape)
    return moved(z, f"{own}->{output}", result)
