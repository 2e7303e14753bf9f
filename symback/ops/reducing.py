"""Sums, means, extremes, norms and softmax along axes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symback.core.errors import InputError
from symback.core.shapes import broadcast_shape, numbers, spelled
from symback.ops.axes import axes_of, axis_of, expression, size_along
from symback.ops.compositions import LOG_SOFTMAX, LOGSUMEXP, SOFTMAX
from symback.ops.elementary import ABS, SQRT
from symback.ops.expression import Expression, apply, constant, described, make
from symback.ops.indexing import item
from symback.ops.linear_algebra import sum_along
from symback.ops.rearranging import stack
from symback.ops.reductions import AMAX, AMIN, EXTREME_SHARE, ONE_HOT, SIZE, STOP_GRADIENT

if TYPE_CHECKING:
    from symback.core.op import Op
    from symback.core.shapes import Shape


def size_of(shape: Shape) -> Expression:
    """Return a number of entries: a constant, or one that symbols of sizes stand for.

    >>> size_of((2, 3)), size_of(("N", 4))
    (<constant(6)>, <size(('N', 4))>)
    """
    known = numbers(shape)
    if known is not None:
        return constant(math.prod(known))
    return make(SIZE, [], (tuple(size for size in shape if size != 1),))


def mean(z: Any, axis: Any = None, *, keepdims: bool = False) -> Expression:
    """Return the sum along some axes over the number of entries along them."""
    z = expression(z)
    count = size_of(tuple(z.shape[n] for n in axes_of(z, axis)))
    total = sum_along(z, axis, keepdims=keepdims)
    return total if count.node.parameters == (1,) else total / count


def var(z: Any, axis: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Expression:
    """Return the mean squared distance from the mean; with ddof = 1 over n − 1 instead of n."""
    z = expression(z)
    if isinstance(ddof, bool):
        ddof = int(ddof)  # torch's correction as a truth value
    if not isinstance(ddof, int):
        raise InputError(f"var: ddof = {ddof!r}: expected an integer, 0 or 1")
    count = size_of(tuple(z.shape[n] for n in axes_of(z, axis)))
    if ddof and count.node.op is not SIZE and count.node.parameters[0] <= ddof:
        raise InputError(f"var: ddof = {ddof} needs more than {ddof} entries along the axis")
    squares = (z - mean(z, axis, keepdims=True)) ** 2
    return sum_along(squares, axis, keepdims=keepdims) / (count - ddof if ddof else count)


def std(z: Any, axis: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Expression:
    """Return the square root of the variance."""
    return apply(SQRT, var(z, axis, ddof=ddof, keepdims=keepdims))


def average(z: Any, axis: Any = None, weights: Any = None, *, keepdims: bool = False) -> Expression:
    """Return the mean, or the mean weighed by numbers that need not sum to 1.

    Raises:
        InputError: The weights have neither the shape of the array nor that of its axis.
    """
    from symback.ops.rearranging import reshape

    if weights is None:
        return mean(z, axis, keepdims=keepdims)
    z, w = expression(z), expression(weights)
    if w.shape != z.shape:
        if axis is None or w.shape != (z.shape[axis_of(z, axis)],):
            raise InputError(
                f"average: the weights {described(w.node)} {spelled(w.shape)} suit neither "
                f"{described(z.node)} {spelled(z.shape)} nor its axis {axis}"
            )
        axis = axis_of(z, axis)
        w = reshape(w, tuple(size if n == axis else 1 for n, size in enumerate(z.shape)))
    return sum_along(z * w, axis, keepdims=keepdims) / sum_along(w, axis, keepdims=keepdims)


def prod(z: Any, axis: Any = None, *, keepdims: bool = False) -> Expression:
    """Return the product along one axis of known size, or of all entries."""
    from symback.ops.rearranging import expand_dims, ravel

    z = expression(z)
    if axis is None:
        shape = (1,) * z.ndim
        flat = ravel(z)
        result = prod(flat, 0) if flat.ndim else z
        return expand_dims(result, tuple(range(len(shape)))) if keepdims and shape else result
    axis = axis_of(z, axis)
    parts = [item(z, (*[slice(None)] * axis, n)) for n in range(size_along(z, axis, "prod"))]
    result = parts[0]
    for part in parts[1:]:
        result = result * part
    return expand_dims(result, axis) if keepdims else result


def amax(z: Any, axis: Any = None, *, keepdims: bool = False) -> Expression:
    """Return the largest entries along some axes; of tied ones along an axis the first counts."""
    return _extreme(AMAX, expression(z), axis, keepdims=keepdims)


def amin(z: Any, axis: Any = None, *, keepdims: bool = False) -> Expression:
    """Return the smallest entries along some axes; of tied ones along an axis the first counts."""
    return _extreme(AMIN, expression(z), axis, keepdims=keepdims)


def _extreme(op: Op, z: Expression, axis: Any, *, keepdims: bool) -> Expression:
    """Select along axes; along one of size 1 there is nothing to select."""
    axes = axes_of(z, axis)
    real = tuple(n for n in axes if z.shape[n] != 1)
    if not real:
        return sum_along(z, axes, keepdims=keepdims) if axes else z
    if real == axes:
        return make(op, [z.node], (axes, keepdims))
    selected = make(op, [z.node], (real, True))
    return selected if keepdims else sum_along(selected, axes)


def extreme_share(z: Any, axes: tuple[int, ...], largest: int, even: int) -> Expression:
    """Return 1 at the selected entry along some axes, 0 elsewhere."""
    return make(EXTREME_SHARE, [expression(z).node], (axes, largest, even))


def norm(z: Any, ord: Any = None, axis: Any = None, *, keepdims: bool = False) -> Expression:  # noqa: A002 - NumPy's name
    """Return the Euclidean norm, √Σx²; with ord = 1 the sum of absolute values."""
    z = expression(z)
    # Along two axes, 1 and 2 are norms of matrices.
    vectors = len(axes_of(z, axis)) == 1
    if ord in (None, "fro") or (ord == 2 and vectors):  # noqa: PLR2004 - the 2-norm
        return apply(SQRT, sum_along(z**2, axis, keepdims=keepdims))
    if ord == 1 and vectors:
        return sum_along(apply(ABS, z), axis, keepdims=keepdims)
    raise InputError(f"norm: ord = {ord!r} with axis = {axis!r}: only the 2-norm and the 1-norm of vectors")


def softmax(z: Any, axis: Any = -1) -> Expression:
    """Return exp(z) over its sum along an axis.

    >>> from symback.ops.expression import array
    >>> softmax(array("z", "3"))
    <softmax(z, 0)>
    """
    z = expression(z)
    return make(SOFTMAX, [z.node], (axis_of(z, axis),))


def log_softmax(z: Any, axis: Any = -1) -> Expression:
    """Return the logarithm of softmax along an axis."""
    z = expression(z)
    return make(LOG_SOFTMAX, [z.node], (axis_of(z, axis),))


def logsumexp(z: Any, axis: Any = None, *, keepdims: bool = False) -> Expression:
    """Return the logarithm of the sum of exponentials along some axes."""
    z = expression(z)
    axes = axes_of(z, axis)
    return make(LOGSUMEXP, [z.node], (axes, keepdims)) if axes else z


def logaddexp(left: Any, right: Any) -> Expression:
    """Return log(eᵃ + eᵇ)."""
    from symback.ops.rearranging import broadcast_to

    left, right = expression(left), expression(right)
    shape = broadcast_shape([left.shape, right.shape])
    if shape is None:
        raise InputError(
            f"logaddexp: the shapes do not go together: {described(left.node)} {spelled(left.shape)} and "
            f"{described(right.node)} {spelled(right.shape)}"
        )
    return logsumexp(stack([broadcast_to(left, shape), broadcast_to(right, shape)]), 0)


def one_hot(labels: Any, num_classes: Any = None) -> Expression:
    """Return a row for each label: 1 at the label, 0 elsewhere.

    Raises:
        InputError: The number of classes is missing.
    """
    if isinstance(num_classes, bool) or not isinstance(num_classes, int) or num_classes < 1:
        raise InputError(f"one_hot: num_classes = {num_classes!r}: expected an integer ≥ 1")
    return make(ONE_HOT, [expression(labels).node], ((num_classes,),))


def stop_gradient(z: Any) -> Expression:
    """Return the value, through which no gradient flows."""
    return make(STOP_GRADIENT, [expression(z).node])
