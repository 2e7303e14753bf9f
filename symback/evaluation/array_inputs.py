"""What users give as arrays, checked against the shapes of a derivation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from symback.core.errors import InputError, UnknownNameError
from symback.core.node import Role
from symback.core.shapes import Shape, spelled
from symback.derivation.backward import places_among
from symback.evaluation.inputs import checked_number, put

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symback.core.node import Node
    from symback.derivation.backward import Backward


def spread_arrays(
    backward: Backward, given: Mapping[str, Any], upstream: Any
) -> tuple[dict[str, Any], dict[str, int]]:
    """Return a checked value for every input and the upstream, and what the symbols of sizes stand for.

    Raises:
        InputError: A value cannot be used, is missing, or has another shape than was declared.
        UnknownNameError: A name belongs to nothing in the derivation.
    """
    leaves = {str(node.name): node for node in backward.graph.leaves() if node.role is not Role.UPSTREAM}
    seed = backward.seed.node
    places = places_among(backward.graph)
    values: dict[str, Any] = {}
    sizes: dict[str, int] = {}
    for name, value in given.items():
        if name == seed.name:
            put(values, name, value)
        elif name in leaves:
            node = leaves[name]
            put(values, name, checked_array(value, node, as_index=node in places))
            _bind_sizes(node, tuple(values[name].shape), sizes)
        else:
            known = ", ".join([*leaves][:20])
            raise UnknownNameError(
                f"{name!r} is no input; the inputs are {known}, and {seed.name} for the upstream"
            )
    missing = [name for name in leaves if name not in values]
    if missing:
        raise InputError(f"no value for {', '.join(missing[:5])}; give one for every input")
    if upstream is not None:
        put(values, str(seed.name), upstream)
    if str(seed.name) not in values:
        if seed.shape:
            raise InputError(
                f"{backward.output.name} has the shape {spelled(seed.shape)}: numbers need an upstream "
                "gradient of that shape, upstream=[[…]] or --upstream; or end in a scalar such as a loss"
            )
        values[str(seed.name)] = 1
    for name in backward.distributions:
        _refuse_no_distribution(name, values.get(name))
    up = checked_array(values[str(seed.name)], seed, as_index=False)
    _bind_sizes(seed, tuple(up.shape), sizes, "the upstream gradient ")
    values[str(seed.name)] = up
    arrays = {name for name, value in (*given.items(), (seed.name, upstream)) if hasattr(value, "dtype")}
    _leave_to_arrays(values, [n for n in values if n not in arrays and leaves.get(n) not in places])
    return values, sizes


def _leave_to_arrays(values: dict[str, Any], numbers: list[str]) -> None:
    """Let numbers take the precision of the arrays beside them, as NumPy has it."""
    if any(value.shape for value in values.values()):
        values.update({name: float(values[name]) for name in numbers if not values[name].shape})


def checked_array(value: Any, node: Node, *, as_index: bool) -> Any:
    """Return a checked copy of an array; lists become arrays of doubles, or of integers as an index.

    Raises:
        InputError: It holds something that is no finite real number, or its rows differ in length.
    """
    import numpy as np

    name = str(node.name)
    if isinstance(value, list | tuple):
        value = _array_of_lists(value, name, as_index=as_index)
    elif not (hasattr(value, "shape") and hasattr(value, "dtype")):
        number = checked_number(value, name)
        value = np.asarray(int(number) if as_index and isinstance(number, int) else float(number))
    if as_index:
        if not np.issubdtype(np.asarray(value).dtype, np.integer):
            raise InputError(f"{name} says where to look something up: expected integers, got {value.dtype}")
        return np.asarray(value).copy()
    return checked_number(value, name) if value.shape else _without_axes(value, name)


_SUM_TOLERANCE: Final = 1e-6
"""Rows of float32 numbers sum to 1 within this."""


def _refuse_no_distribution(name: str, value: Any) -> None:
    """Refuse rows that do not sum to 1 where a distribution was declared."""
    if value is None:
        return  # computed, not given
    import numpy as np

    rows = np.asarray(value, dtype=float).sum(axis=-1)
    wrong = np.argwhere(np.abs(rows - 1) > _SUM_TOLERANCE)
    if len(wrong):
        place = tuple(int(n) for n in wrong[0])
        where = f"row {', '.join(map(str, place))} of {name}" if place else name
        raise InputError(
            f"{where} sums to {rows[place]:.6g}, but {name} is declared a distribution, which sums to 1"
        )


def _without_axes(value: Any, name: str) -> Any:
    """Check a number that is an array without axes, and keep its type."""
    checked_number(value, name)
    from array_api_compat import array_namespace, is_array_api_obj

    if not is_array_api_obj(value):
        import numpy as np

        return np.asarray(float(value))
    xp = array_namespace(value)
    return xp.astype(value, xp.float64) if xp.isdtype(value.dtype, "integral") else value


def _array_of_lists(value: Any, name: str, *, as_index: bool) -> Any:
    import numpy as np

    shape = _list_shape(value, name)
    flat = _flat(value, name)
    integers = as_index and all(type(entry) is int for entry in flat)
    array = np.asarray(flat if integers else [float(entry) for entry in flat])
    return array.reshape(shape)


def _list_shape(value: Any, where: str) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        return ()
    if not value:
        raise InputError(f"{where} is empty; expected at least one number")
    shapes = [_list_shape(entry, f"{where}[{n}]") for n, entry in enumerate(value)]
    for n, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise InputError(
                f"{where}: row {n} has the shape {spelled(shape)}, but row 0 has {spelled(shapes[0])}"
            )
    return (len(value), *shapes[0])


def _flat(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        return [checked_number(value, where)]
    return [number for n, entry in enumerate(value) for number in _flat(entry, f"{where}[{n}]")]


def _bind_sizes(node: Node, shape: tuple[int, ...], sizes: dict[str, int], what: str = "") -> None:
    """Compare a shape with the declared one, and note what its symbols stand for."""
    declared: Shape = node.shape
    known = tuple(sizes.get(size, size) if isinstance(size, str) else size for size in declared)
    fits = len(shape) == len(declared) and all(
        isinstance(size, str) or size == actual for size, actual in zip(known, shape, strict=True)
    )
    if not fits:
        wanted = spelled(declared) + (f" = {spelled(known)}" if known != declared else "")
        raise InputError(f"{what}{node.name} has the shape {spelled(shape)}, expected {wanted}")
    sizes.update({size: n for size, n in zip(declared, shape, strict=True) if isinstance(size, str)})
