"""The largest entries along axes, and the smooth functions that lean on them, for arrays of any library.

Of complex numbers, which occur only inside the complex step, the real part decides, so that every
function stays analytic off its ties.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from symback.evaluation.blas import max_along, sum_along
from symback.evaluation.structure import on_device


def extreme(xp: Any, z: Any, axes: tuple[int, ...], *, largest: bool, keepdims: bool) -> Any:
    """Return the largest or smallest entries along the axes.

    >>> import numpy as np
    >>> extreme(np, np.asarray([[1.0, 3.0], [2.0, 0.0]]), (1,), largest=True, keepdims=False)
    array([3., 2.])
    """
    if not axes:
        return z
    if is_complex(xp, z):
        # Exactly one entry of each group has a share.
        share = extreme_share(xp, z, axes, largest=largest, even=False)
        return xp.sum(xp.where(share == 1, z, 0 * z), axis=axes, keepdims=keepdims)
    return (xp.max if largest else xp.min)(z, axis=axes, keepdims=keepdims)


def extreme_share(xp: Any, z: Any, axes: tuple[int, ...], *, largest: bool, even: bool) -> Any:
    """Return how much of an upstream each entry takes: 1 for the extreme one, 0 for the others.

    Of tied entries the first takes all, in row-major order over the axes; or, evenly, each the same.

    >>> import numpy as np
    >>> z = np.asarray([2.0, 3.0, 3.0])
    >>> extreme_share(np, z, (0,), largest=True, even=True)
    array([0. , 0.5, 0.5])
    >>> extreme_share(np, z, (0,), largest=True, even=False)
    array([0., 1., 0.])
    """
    if not axes:
        return xp.ones_like(z)
    order = real(xp, z)
    best = (xp.max if largest else xp.min)(order, axis=axes, keepdims=True)
    share = xp.astype(order == best, order.dtype)
    share = share / xp.sum(share, axis=axes, keepdims=True) if even else _first_only(xp, share, axes)
    return share if share.dtype == z.dtype else xp.astype(share, z.dtype)


def _first_only(xp: Any, mask: Any, axes: tuple[int, ...]) -> Any:
    """Keep the first 1 along the axes."""
    chosen = sorted(axis % mask.ndim for axis in axes)
    others = [axis for axis in range(mask.ndim) if axis not in chosen]
    order = (*others, *chosen)
    moved = xp.permute_dims(mask, order)
    size = math.prod(mask.shape[axis] for axis in chosen)
    flat = xp.reshape(moved, (*(mask.shape[axis] for axis in others), size))
    position = xp.expand_dims(xp.argmax(flat, axis=-1), axis=-1)
    first = xp.arange(size, dtype=position.dtype, **on_device(mask)) == position
    kept = xp.reshape(xp.astype(first, mask.dtype), moved.shape)
    return xp.permute_dims(kept, tuple(order.index(axis) for axis in range(mask.ndim)))


def softmax(xp: Any, z: Any, axis: int) -> Any:
    """Return eᶻ / Σ eᶻ along an axis; nothing overflows, as the largest exponent is 0.

    >>> import numpy as np
    >>> softmax(np, np.asarray([1000.0, 1000.0]), 0)
    array([0.5, 0.5])
    """
    powers = xp.exp(z - max_along(xp, real(xp, z), axis))
    return powers / sum_along(xp, powers, axis)


def log_softmax(xp: Any, z: Any, axis: int) -> Any:
    """Return z − log Σ eᶻ along an axis, without overflow.

    >>> import numpy as np
    >>> log_softmax(np, np.asarray([1000.0, 0.0]), 0)
    array([    0., -1000.])
    """
    shifted = z - max_along(xp, real(xp, z), axis)
    return shifted - xp.log(sum_along(xp, xp.exp(shifted), axis))


def logsumexp(xp: Any, z: Any, axes: tuple[int, ...], *, keepdims: bool) -> Any:
    """Return log Σ eᶻ over axes, without overflow.

    >>> import numpy as np
    >>> float(logsumexp(np, np.asarray([1000.0, 1000.0]), (0,), keepdims=False))
    1000.69...
    """
    if not axes:
        return z
    largest = xp.max(real(xp, z), axis=axes, keepdims=True)
    total = largest + xp.log(xp.sum(xp.exp(z - largest), axis=axes, keepdims=True))
    return total if keepdims else xp.squeeze(total, axis=axes)


def is_complex(xp: Any, z: Any) -> bool:
    """Say whether the entries are complex.

    >>> import numpy as np
    >>> is_complex(np, np.ones(1) * 1j)
    True
    """
    return _is_complex_type(xp, z.dtype)


@lru_cache(maxsize=256)
def _is_complex_type(xp: Any, dtype: Any) -> bool:
    # Libraries take longer to say so than to add small arrays.
    return bool(xp.isdtype(dtype, "complex floating"))


def real(xp: Any, z: Any) -> Any:
    """Return the real part, by which entries are compared.

    >>> import numpy as np
    >>> real(np, np.ones(1) * (2 + 1j))
    array([2.])
    """
    return xp.real(z) if is_complex(xp, z) else z
