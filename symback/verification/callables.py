"""Gradients from a user's own function, whatever form it returns them in."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symback.core.errors import InputError

if TYPE_CHECKING:
    from symback.derivation.backward import Backward


def own_gradients(
    function: Callable[..., Any], backward: Backward, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Call a user's function with the inputs as they were given, and sort what it returns.

    It may return a dictionary by name (`x0`, `dx0`, `drelu_dx0`) or group (`x`, `dx`), a tuple in
    the order of the groups or of the gradients, or one array or list of all gradients.

    Raises:
        InputError: What it returns cannot be matched with the gradients.
    """
    label = getattr(function, "__name__", repr(function))
    result = function(**{name: _floats(value) for name, value in accepted(function, given).items()})
    if isinstance(result, Mapping):
        return _from_mapping(result, backward, label)
    names = list(backward.gradients)
    if hasattr(result, "tolist"):
        result = result.tolist()
    if not isinstance(result, list | tuple):
        result = [result]
    if len(result) == len(backward.groups) > 0 and any(isinstance(_listed(part), list) for part in result):
        return _by_groups(zip(backward.groups, result, strict=True), backward, label)
    if len(result) != len(names):
        raise InputError(
            f"{label} returned {len(result)} values for {len(names)} gradients ({', '.join(names[:6])}"
            f"{', …' if len(names) > 6 else ''})"  # noqa: PLR2004 - enough to see
        )
    return dict(zip(names, map(_float, result), strict=True))


def _floats(value: Any) -> Any:
    """Turn exact numbers into floats, which every function can compute with."""
    if isinstance(value, list | tuple):
        return [_floats(entry) for entry in value]
    return float(value) if isinstance(value, Fraction) else value


def accepted(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what a function has no argument for.

    >>> accepted(lambda x: x, {"x": 1, "upstream": 2})
    {'x': 1}
    """
    parameters = inspect.signature(function).parameters
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
        return dict(given)
    return {name: value for name, value in given.items() if name in parameters}


def _from_mapping(result: Mapping[Any, Any], backward: Backward, label: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    by_step = {step.name: name for name, step in backward.gradients.items()}
    for key, value in result.items():
        bare = str(key)
        stripped = bare.removeprefix("d")
        if bare in by_step:
            found[by_step[bare]] = _float(value)
        elif bare in backward.gradients or stripped in backward.gradients:
            name = bare if bare in backward.gradients else stripped
            found[name] = _float(value)
        elif bare in backward.groups or stripped in backward.groups:
            group = bare if bare in backward.groups else stripped
            found.update(_by_groups([(group, value)], backward, label))
        else:
            raise InputError(f"{label} returned {key!r}, which is no gradient of this derivation")
    return found


def _by_groups(parts: Any, backward: Backward, label: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for group, value in parts:
        letters = backward.groups[group]
        members = [letters] if isinstance(letters, str) else letters
        listed = _listed(value)
        entries = listed if isinstance(listed, list) else [listed]
        if len(entries) != len(members):
            raise InputError(f"{label} returned {len(entries)} values for {group}, which has {len(members)}")
        found.update(zip(members, map(_float, entries), strict=True))
    return found


def _listed(value: Any) -> Any:
    value = value.tolist() if hasattr(value, "tolist") else value
    return list(value) if isinstance(value, tuple) else value


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InputError(f"a gradient of {value!r} was returned; expected a number") from None
