"""Gradients of arrays beside those of every other method, with a verdict for each."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from symback.core.errors import InputError
from symback.verification.callables import accepted
from symback.verification.tensors.agreement import ArrayComparison, ArrayRow, Distance
from symback.verification.tensors.methods import (
    Directional,
    central_differences,
    complex_steps,
    jax_gradients,
    sympy_derivatives,
    torch_gradients,
)
from symback.verification.tensors.onesided import Intervals
from symback.verification.tensors.points import Point, given_point

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symback.core.node import Node
    from symback.derivation.backward import Backward


@dataclass(frozen=True)
class ArrayMethod:
    """A way to gradients of arrays that is independent of the derivation.

    Attributes:
        name: What it is called in the table and after `--against`.
        gradients: From a point, quantities and a generator, the gradients: arrays, directions or None.
        tolerance: The error that is due to the method itself, relative to the gradient's scale.
        why: Where that tolerance comes from.
        at_kinks: Whether it gives a number on a kink.
        needs: The module that must be installed.
    """

    name: str
    gradients: Callable[[Point, Sequence[Node], Any], dict[Node, Any]]
    tolerance: float
    why: str
    at_kinks: bool = False
    needs: str = ""

    @property
    def installed(self) -> bool:
        """Whether the module that the method needs is there."""
        return not self.needs or find_spec(self.needs) is not None


ARRAY_METHODS: Final = {
    method.name: method
    for method in (
        ArrayMethod("sympy", sympy_derivatives, 1e-12, "exact, rounded once"),
        ArrayMethod("central", central_differences, 1e-8, "plus its own estimate of truncation and rounding"),
        ArrayMethod("complex", complex_steps, 1e-12, "subtracts nothing: only rounding is left"),
        ArrayMethod(
            "torch", torch_gradients, 1e-10, "rounding, in another order", at_kinks=True, needs="torch"
        ),
        ArrayMethod("jax", jax_gradients, 1e-10, "rounding, in another order", at_kinks=True, needs="jax"),
    )
}
"""Every method by its name."""

OWN_TOLERANCE: Final = 1e-6
"""For a user's own function, which may compute in single precision."""

_NOISE: Final = 16


def compare_arrays(
    backward: Backward,
    given: Mapping[str, Any],
    *,
    against: Sequence[Any] | None = None,
    upstream: Any = None,
    seed: int = 0,
) -> ArrayComparison:
    """Put the gradients of arrays beside those of other methods, at one point, in double precision.

    Args:
        backward: The derivation.
        given: An array or number for every input, by name.
        against: Names of methods ("sympy", "central", "complex", "torch", "jax") and functions of
            the user's own; all that are installed unless given. A function is called with the arrays
            as keywords and returns a dictionary by name, or a tuple in the order of the gradients.
        upstream: The upstream gradient; 1 for a scalar output unless given.
        seed: What directions are drawn with.

    Raises:
        InputError: A method is unknown or not installed, or a value cannot be used.

    >>> from symback.core.graph import Graph
    >>> from symback.derivation.backward import Backward
    >>> from symback.ops.expression import array
    >>> X, W = array("X", "N 2"), array("W", "2 3")
    >>> d = Backward(Graph([((X @ W) ** 2).mean().named("L").node]))
    >>> data = {"X": [[1, 2]], "W": [[1, 2, 3], [4, 5, 6]]}
    >>> compare_arrays(d, data, against=["complex", "central"]).agrees
    True
    """
    methods, functions, notes = _chosen(against)
    point = given_point(backward, given, upstream)
    rng = np.random.default_rng(seed)
    asked = [step.of for step in backward.gradients.values()]
    hits = point.hits
    notes += point.notes
    columns: dict[str, tuple[dict[Node, Any], float]] = {}
    for method in methods:
        if hits and not method.at_kinks:
            # Their numbers mean nothing on a kink; the one-sided slopes take their place.
            notes.append(f"{method.name} gives nothing on a kink, so it was not compared")
            columns[method.name] = {}, method.tolerance
            continue
        columns[method.name] = method.gradients(point, asked, rng), method.tolerance
    for function in functions:
        columns[_label(function, columns)] = _own(function, point, asked), OWN_TOLERANCE
    jumps = any(hit.jump for hit in hits)
    intervals = Intervals(point, rng) if hits and not jumps else None
    noise = _noise(point, asked, rng)
    rows = [_row(point, node, columns, noise[node], intervals) for node in asked]
    named = [m for m in methods if m.name in columns]
    notes.append(
        "tolerances relative to the largest entry of a gradient, or of what is summed to it: "
        + ", ".join(f"{m.name} {m.tolerance:.0e} ({m.why})" for m in named)
        + (f", own functions {OWN_TOLERANCE:.0e}" if functions else "")
        + "; plus what a change in the data's last bits makes"
    )
    return ArrayComparison(list(columns), rows, notes, seed)


def _chosen(
    against: Sequence[Any] | None,
) -> tuple[list[ArrayMethod], list[Callable[..., Any]], list[str]]:
    everything = list(ARRAY_METHODS.values())
    if against is None:
        missing = [method.name for method in everything if not method.installed]
        notes = [f"not installed, so not compared: {', '.join(missing)}"] if missing else []
        return [method for method in everything if method.installed], [], notes
    if isinstance(against, str) or callable(against):
        against = [against]
    if not against:
        raise InputError(
            f"against is empty: name some of {', '.join(ARRAY_METHODS)}, or leave it out for all"
        )
    methods: list[ArrayMethod] = []
    functions: list[Callable[..., Any]] = []
    for wanted in against:
        if callable(wanted):
            functions.append(wanted)
        elif not isinstance(wanted, str) or wanted not in ARRAY_METHODS:
            raise InputError(
                f"against = {wanted!r}: known are {', '.join(ARRAY_METHODS)}, or a function of your own"
            )
        elif not ARRAY_METHODS[wanted].installed:
            raise InputError(
                f"against = {wanted!r}: it is not installed; pip install {ARRAY_METHODS[wanted].needs}"
            )
        else:
            methods.append(ARRAY_METHODS[wanted])
    return methods, functions, []


def _label(function: Callable[..., Any], taken: Mapping[str, Any]) -> str:
    name = getattr(function, "__name__", "function")
    return next(label for label in (name, *(f"{name}_{n}" for n in range(2, 100))) if label not in taken)


def _own(function: Callable[..., Any], point: Point, asked: Sequence[Node]) -> dict[Node, Any]:
    """Call a user's function with the arrays, and sort what it returns.

    Raises:
        InputError: What it returns cannot be matched with the gradients.
    """
    label = getattr(function, "__name__", repr(function))
    seed = point.backward.seed.name
    given = {name: value.copy() for name, value in point.inputs.items() if name != seed}
    given["upstream"] = np.array(point.inputs[seed])
    result = function(**accepted(function, given))
    names = [str(node.name) for node in asked]
    if hasattr(result, "items"):
        found = {str(key): value for key, value in result.items()}
        listed = [found.get(name, found.get(f"d{name}")) for name in names]
        if all(value is None for value in listed):
            raise InputError(
                f"{label} returned {', '.join(found) or 'nothing'}; the gradients are of {', '.join(names)}"
            )
    else:
        listed = list(result) if isinstance(result, list | tuple) else [result]
        if len(listed) != len(names):
            raise InputError(
                f"{label} returned {len(listed)} arrays for {len(names)} gradients ({', '.join(names[:6])})"
            )
    return {
        node: None
        if value is None
        else _checked(value, np.shape(point.values[node]), f"{label}: d{node.name}")
        for node, value in zip(asked, listed, strict=True)
    }


def _checked(value: Any, shape: tuple[int, ...], what: str) -> Any:
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"{what} is no array of numbers: {value!r}") from None
    if array.shape != shape:
        raise InputError(f"{what} has the shape {array.shape}, expected {shape}")
    return array


def _noise(point: Point, asked: Sequence[Node], rng: Any) -> dict[Node, float]:
    """Return how much each gradient moves when the data's last bits change."""
    inputs = {
        name: value * (1 + np.finfo(float).eps * rng.choice((-1.0, 1.0), value.shape))
        if value.dtype.kind == "f" and name not in point.backward.distributions
        else value
        for name, value in point.inputs.items()
    }
    nudged = Point(point.backward, inputs, point.sizes)
    adjoints = point.backward.adjoints
    if point.kinks or nudged.kinks:
        return dict.fromkeys(asked, 0.0)
    return {
        node: float(np.max(np.abs(nudged.values[adjoints[node].node] - point.values[adjoints[node].node])))
        for node in asked
    }


def _row(
    point: Point,
    node: Node,
    columns: Mapping[str, tuple[dict[Node, Any], float]],
    noise: float,
    intervals: Intervals | None,
) -> ArrayRow:
    step = point.backward.adjoints[node]
    symbolic = np.broadcast_to(np.asarray(point.values[step.node], dtype=float), np.shape(point.values[node]))
    scale = max(
        [_largest(symbolic), *(_largest(point.values[part.node]) for part in step.parts if part.contributes)]
    )
    others: dict[str, Distance | None] = {}
    for column, (found, tolerance) in columns.items():
        other = found.get(node)
        if other is None:
            others[column] = None
        elif isinstance(other, Directional):
            others[column] = _along(symbolic, other, tolerance, scale, noise)
        else:
            others[column] = _entries(symbolic, other, tolerance, scale, noise, intervals, node)
    between = None if intervals is None else intervals.between(node, symbolic)
    return ArrayRow(str(node.name), symbolic, others, between)


def _largest(value: Any) -> float:
    return float(np.max(np.abs(np.asarray(value, dtype=float)), initial=0.0))


def _along(symbolic: Any, other: Directional, tolerance: float, scale: float, noise: float) -> Distance:
    absolute = relative = 0.0
    agrees = True
    for direction, slope, error in zip(*other, strict=True):
        own = float(np.vdot(symbolic, direction))
        total = max(float(np.vdot(np.abs(symbolic), np.abs(direction))), scale)
        gap = abs(own - slope)
        count = float(np.sum(np.abs(direction)))
        agrees &= bool(gap <= tolerance * total + error + _NOISE * noise * count)
        absolute = max(absolute, gap)
        relative = max(relative, gap / total if total else gap)
    return Distance(absolute, relative, agrees, f"along {len(other.slopes)} random directions")


def _entries(  # noqa: PLR0913 - two arrays, and what is allowed between them
    symbolic: Any,
    other: Any,
    tolerance: float,
    scale: float,
    noise: float,
    intervals: Intervals | None,
    node: Node,
) -> Distance:
    gaps = np.abs(symbolic - other)
    largest = max(_largest(symbolic), _largest(other))
    largest = max(scale, largest)
    allowed = tolerance * largest + _NOISE * noise
    wrong = ~(gaps <= allowed)
    inside = False
    if wrong.any() and intervals is not None:
        # On a kink, two conventions may differ; both lie between the one-sided slopes.
        inside = intervals.between(node, other) is not False
        wrong = wrong & (not inside)
    absolute = float(np.max(gaps, initial=0.0))
    where = ""
    if wrong.any():
        place = tuple(int(k) for k in np.unravel_index(int(np.argmax(np.where(wrong, gaps, -1))), gaps.shape))
        at = f"[{', '.join(map(str, place))}] is " if place else "is "
        where = f"{at}{float(other[place]):.6g} and not {float(symbolic[place]):.6g}"
    how = where or ("in the interval at a kink" if inside else "entry by entry")
    return Distance(absolute, absolute / largest if largest else absolute, not wrong.any(), how)
