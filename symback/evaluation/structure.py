"""Moves of entries between arrays of any library: slices, gathers, their transposes, one-hot rows."""

from __future__ import annotations

import importlib
import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from symback.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

Slice: TypeAlias = "tuple[int | None, int | None, int | None]"


def library(z: Any) -> str:
    """Return the name of the library that an array is of.

    >>> library(np.ones(2))
    'numpy'
    """
    return type(z).__module__.partition(".")[0].replace("jaxlib", "jax")


def reshape(xp: Any, z: Any, shape: tuple[int, ...]) -> Any:
    """Return the same entries, in the same order, under another shape.

    >>> reshape(np, np.asarray([1.0, 2.0]), (2, 1))
    array([[1.],
           [2.]])
    """
    # Dask merges axes and splits axes, but does not do both at once.
    return xp.reshape(xp.reshape(z, (-1,)) if library(z) == "dask" else z, shape)


def take_slices(xp: Any, z: Any, slices: Sequence[Slice]) -> Any:
    """Return z[start:stop:step, …], with one (start, stop, step) for each axis.

    >>> take_slices(np, np.arange(5.0), [(3, None, -1)])
    array([3., 2., 1., 0.])
    """
    if not slices:
        return z
    if library(z) != "torch" or all(step is None or step > 0 for _, _, step in slices):
        return z[tuple(slice(*ends) for ends in slices)]
    key, turned = _forward(slices, z.shape)
    return xp.flip(z[key], axis=turned)


def place(xp: Any, z: Any, slices: Sequence[Slice], shape: tuple[int, ...]) -> Any:
    """Return zeros with `out[slices] = z`: the transpose of taking the slices.

    >>> place(np, np.asarray([1.0, 2.0]), [(0, 4, 2)], (4,))
    array([1., 0., 2., 0.])
    """
    out = _zeros(xp, z, shape)
    if 0 in z.shape:
        return out
    if library(z) == "jax":
        return out.at[tuple(slice(*ends) for ends in slices)].set(z)
    key, turned = _forward(slices, shape)
    out[key] = xp.flip(z, axis=turned) if turned else z
    return out


def _forward(slices: Sequence[Slice], shape: Sequence[int]) -> tuple[tuple[slice, ...], tuple[int, ...]]:
    """Return slices with positive steps, and the axes along which they run backwards."""
    key, turned = [], []
    for axis, (ends, size) in enumerate(zip(slices, shape, strict=True)):
        chosen = range(size)[slice(*ends)]
        if chosen.step < 0 and len(chosen) > 0:
            turned.append(axis)
            chosen = chosen[::-1]
        key.append(slice(chosen.start, chosen.stop, chosen.step) if len(chosen) else slice(0, 0))
    return tuple(key), tuple(turned)


def gather(z: Any, indices: Sequence[Any]) -> Any:
    """Return z[indices]: integer arrays, broadcast together, choose entries along the leading axes.

    Raises:
        InputError: An index is no integer, or outside its axis.

    >>> gather(np.asarray([[1.0, 2.0], [3.0, 4.0]]), [np.asarray([0, 1]), np.asarray([1, 0])])
    array([2., 3.])
    """
    key = checked_indices(z, indices, z.shape)
    if library(z) != "dask":
        return z[key]
    # Dask takes only indices of one axis, and only those of NumPy.
    common = np.broadcast_arrays(*key)
    points = z.vindex[tuple(index.reshape(-1) for index in common)]
    return points.reshape((*common[0].shape, *z.shape[len(key) :]))


def scatter_add(xp: Any, z: Any, indices: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """Return zeros to which z is added at the indices, as often as each occurs: the transpose of gathering.

    Raises:
        InputError: An index is no integer, or outside its axis.

    >>> scatter_add(np, np.asarray([1.0, 2.0, 4.0]), [np.asarray([0, 2, 0])], (3,))
    array([5., 0., 2.])
    """
    key = checked_indices(z, indices, shape)
    kind = library(z)
    if kind == "jax":
        return xp.zeros(shape, dtype=z.dtype).at[key].add(z)
    if kind == "torch":
        return _zeros(xp, z, shape).index_put_(key, z, accumulate=True)
    if kind == "dask":
        later = importlib.import_module("dask").delayed(_add_at)(z, key, shape)
        return importlib.import_module("dask.array").from_delayed(later, shape=shape, dtype=z.dtype)
    return _add_at(z, key, shape)


def _add_at(z: Any, key: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    """Add in NumPy, along one axis, which is its fast way."""
    leading, rest = shape[: len(key)], math.prod(shape[len(key) :])
    rows = np.ravel_multi_index(tuple(np.broadcast_arrays(*key)), leading).reshape(-1)
    positions = rows if rest == 1 else (rows[:, None] * rest + np.arange(rest)).reshape(-1)
    out = np.zeros(math.prod(shape), dtype=z.dtype)
    np.add.at(out, positions, z.reshape(-1))
    return out.reshape(shape)


def checked_indices(z: Any, indices: Sequence[Any], shape: Sequence[int]) -> tuple[Any, ...]:
    """Return indices as arrays that the library of z takes, after a look at each.

    Raises:
        InputError: One is no integer, or outside its axis.

    >>> checked_indices(np.ones(3), [[0, 3]], (3,))
    Traceback (most recent call last):
    ...
    symback.core.errors.InputError: the index at position 1 is 3; axis 0 has the indices 0 to 2
    """
    key = []
    for axis, given in enumerate(indices):
        array = _integers(given, "index", "an index is an integer: give an array of integers")
        size = shape[axis]
        outside = _first((array < 0) | (array >= size))
        if outside is not None:
            raise InputError(
                f"the index{_at(outside)} is {array[outside]}; axis {axis} has the indices 0 to {size - 1}"
            )
        key.append(_like(given, array, z))
    return tuple(key)


def one_hot(xp: Any, labels: Any, classes: int, like: Any, dtype: Any) -> Any:
    """Return a row of `classes` numbers for each label: 1 at the label, 0 elsewhere.

    Args:
        xp: The array library.
        labels: Integers from 0 to `classes` − 1.
        classes: The length of a row.
        like: An array of the library, on the device for the result.
        dtype: The type of the result.

    Raises:
        InputError: A label is no integer, or outside its range.

    >>> one_hot(np, [2, 0], 3, np.ones(1), float)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    array = _integers(labels, "label", "labels are integers: give an array of integers")
    outside = _first((array < 0) | (array >= classes))
    if outside is not None:
        sample = f"sample {', '.join(map(str, outside))} has the label" if outside else "the label is"
        raise InputError(f"{sample} {array[outside]}; labels are from 0 to {classes - 1} ({classes} classes)")
    rows = (array[..., None] == np.arange(classes)).astype(float)
    return xp.asarray(rows, dtype=dtype, **on_device(like))


def on_device(like: Any) -> dict[str, Any]:
    """Return the keyword that puts a new array where another one is.

    >>> on_device(np.ones(1))
    {}
    """
    # NumPy and Dask know one place only, and some of their versions take no such keyword.
    device = None if library(like) in ("numpy", "dask") else getattr(like, "device", None)
    # What JAX traces is on no device yet.
    return {} if device is None else {"device": device}


def _zeros(xp: Any, like: Any, shape: tuple[int, ...]) -> Any:
    return xp.zeros(shape, dtype=like.dtype, **on_device(like))


def _integers(given: Any, word: str, wanted: str) -> Any:
    """Return integers as a NumPy array, for which looking at entries is quick and direct."""
    array = np.asarray(given.cpu() if library(given) == "torch" else given)
    if array.dtype == object and all(type(entry) is int for entry in array.reshape(-1)):
        array = array.astype(np.int64)
    if array.dtype.kind in "iu":
        return array if array.dtype.kind == "i" else array.astype(np.int64)
    first = (0,) * array.ndim
    value = f" is {array[first]}" if array.size else ""
    raise InputError(f"the {word}{_at(first)}{value}, of the type {array.dtype}; {wanted}")


def _first(found: Any) -> tuple[int, ...] | None:
    return tuple(int(place) for place in np.argwhere(found)[0]) if found.any() else None


def _at(position: tuple[int, ...]) -> str:
    return f" at position {', '.join(map(str, position))}" if position else ""


def _like(given: Any, array: Any, z: Any) -> Any:
    """Return checked indices in the form that z takes; PyTorch takes small unsigned ones for a mask."""
    if library(z) != "torch":
        return given if library(given) == library(z) == "jax" else array
    import torch

    return torch.as_tensor(array.astype(np.int64), device=z.device)
