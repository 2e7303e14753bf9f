"""Symbolic gradients beside those of every other method, with a verdict for each."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from symback.core.errors import InputError
from symback.evaluation.values import Values
from symback.verification.agreement import Comparison, Row
from symback.verification.autodiff import jax_gradients, torch_gradients
from symback.verification.callables import own_gradients
from symback.verification.differences import Estimate, Interval, central_differences, complex_steps, one_sided
from symback.verification.point import Point
from symback.verification.sympy_diff import sympy_derivatives

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symback.derivation.backward import Backward
    from symback.verification.tensors.agreement import ArrayComparison

SAMPLE: Final = 50
"""Of more gradients than this, methods whose cost grows with their number take a random sample."""

_KINK_TOLERANCE: Final = 1e-6
_OWN_TOLERANCE: Final = 1e-6


@dataclass(frozen=True)
class Method:
    """A way to gradients that is independent of the derivation.

    Attributes:
        name: What it is called in the table and after `--against`.
        gradients: From a point and names, the gradients; None where it has none to give.
        tolerance: The error that is due to the method itself, relative to max(1, |value|).
        each: Whether its cost grows with the number of gradients.
        at_kinks: Whether it gives a number on a kink.
        needs: The module that must be installed.
    """

    name: str
    gradients: Callable[[Point, Sequence[str]], dict[str, Any]]
    tolerance: float
    each: bool
    at_kinks: bool = False
    needs: str = ""

    @property
    def installed(self) -> bool:
        """Whether the module that the method needs is there."""
        return not self.needs or find_spec(self.needs) is not None


METHODS: Final = {
    method.name: method
    for method in (
        # An exact derivative, rounded once; the symbolic value comes from a few float operations.
        Method("sympy", sympy_derivatives, 1e-12, each=True),
        # Comes with an estimate of its own error; this is for what the estimate misses.
        Method("central", central_differences, 1e-8, each=True),
        Method("complex", complex_steps, 1e-12, each=True),
        Method("torch", torch_gradients, 1e-10, each=False, at_kinks=True, needs="torch"),
        Method("jax", jax_gradients, 1e-10, each=False, at_kinks=True, needs="jax"),
    )
}
"""Every method by its name."""


def compare(
    derivation: Backward,
    given: Mapping[str, Any] | None = None,
    *,
    against: Sequence[Any] | None = None,
    upstream: Any = None,
    seed: int = 0,
    **named: Any,
) -> Comparison | ArrayComparison:
    """Put symbolic gradients beside those of other methods, at one point.

    Args:
        derivation: The derivation.
        given: Values by name; names and groups may also be given as keywords.
        against: Names of methods ("sympy", "central", "complex", "torch", "jax") and functions of
            the user's own; all that are installed unless given. A function is called with the
            values as keywords and returns a dictionary, a tuple or an array of gradients.
        upstream: The upstream gradient, 1 unless given.
        seed: Which gradients a sample takes.
        named: Values by name.

    Raises:
        InputError: A method is unknown or not installed, or a value cannot be used.

    >>> import symback as sb
    >>> d = sb.derive(sb.Neuron(3))
    >>> compare(d, x=[1, -2, 3], w=[-3, -1, 2], b=1, against=["sympy", "central"]).agrees
    True
    """
    inputs = {**(given or {}), **named}
    if derivation.has_arrays:
        from symback.verification.tensors.comparing import compare_arrays

        return compare_arrays(derivation, inputs, against=against, upstream=upstream, seed=seed)
    values = Values(derivation, inputs, upstream)
    if any(hasattr(value, "dtype") for value in values.values()):
        raise InputError("compare takes one point: a single number for every input")
    point = Point(values)
    methods, functions, notes = _chosen(against)
    names = [name for name in values.gradients if name in point.inputs]
    sample = _sample(names, seed)
    if len(sample) < len(names):
        notes.append(
            f"{len(names)} gradients: the columns that cost one pass each take {SAMPLE} of them at random"
        )
    kinked = bool(values.at_kinks)
    notes += values.notes
    table: dict[str, dict[str, Any]] = {}
    for method in methods:
        if kinked and not method.at_kinks:
            # Their numbers mean nothing on a kink; the one-sided differences take their place.
            table[method.name] = {}
            continue
        table[method.name] = method.gradients(point, sample if method.each else names)
    everything = {**inputs, **({} if upstream is None else {"upstream": upstream})}
    for function in functions:
        table[_label(function, table)] = own_gradients(function, derivation, everything)
    jumps = any(hit.jump for hit in values.at_kinks)
    intervals = {name: one_sided(point, name) for name in sample} if kinked and not jumps else {}
    tolerances = {method.name: method.tolerance for method in methods}
    rows = [
        _row(name, value, table, tolerances, intervals.get(name), abs(point.upstream))
        for name, value in values.gradients.items()
    ]
    return Comparison(list(table), rows, notes, seed)


def _chosen(against: Sequence[Any] | None) -> tuple[list[Method], list[Callable[..., Any]], list[str]]:
    if against is None:
        found = [method for method in METHODS.values() if method.installed]
        missing = [method.name for method in METHODS.values() if not method.installed]
        return found, [], [f"not installed, so not compared: {', '.join(missing)}"] if missing else []
    if isinstance(against, str) or callable(against):
        against = [against]
    if not against:
        raise InputError(f"against is empty: name some of {', '.join(METHODS)}, or leave it out for all")
    methods: list[Method] = []
    functions: list[Callable[..., Any]] = []
    for wanted in against:
        if callable(wanted):
            functions.append(wanted)
        elif not isinstance(wanted, str) or wanted not in METHODS:
            raise InputError(
                f"against = {wanted!r}: known are {', '.join(METHODS)}, or a function of your own"
            )
        elif not METHODS[wanted].installed:
            raise InputError(
                f"against = {wanted!r}: it is not installed; pip install {METHODS[wanted].needs}"
            )
        else:
            methods.append(METHODS[wanted])
    return methods, functions, []


def _label(function: Callable[..., Any], taken: Mapping[str, Any]) -> str:
    """Name the column of a user's function; functions of one name are numbered."""
    name = getattr(function, "__name__", "function")
    return next(label for label in (name, *(f"{name}_{n}" for n in range(2, 100))) if label not in taken)


def _sample(names: list[str], seed: int) -> list[str]:
    if len(names) <= SAMPLE:
        return names
    chosen = set(random.Random(seed).sample(names, SAMPLE))  # noqa: S311 - a sample, no secret
    return [name for name in names if name in chosen]


def _row(  # noqa: PLR0913 - a row, and what it is judged by
    name: str,
    symbolic: Any,
    table: Mapping[str, Mapping[str, Any]],
    tolerances: Mapping[str, float],
    interval: Interval | None,
    upstream: float,
) -> Row:
    others = {column: found.get(name) for column, found in table.items()}
    disagreeing: list[str] = []
    worst: tuple[float, float] | None = None
    on_kink = interval is not None and interval.high - interval.low > _KINK_TOLERANCE * max(
        1, abs(interval.high)
    )
    for column, other in others.items():
        if other is None or (on_kink and interval is not None and _inside(other, interval)):
            continue
        error = abs(float(symbolic - other))
        scale = max(abs(float(symbolic)), abs(float(other)))
        if worst is None or not error <= worst[0]:
            worst = error, error / scale if scale else 0.0
        slack = other.error if isinstance(other, Estimate) else 0.0
        # A small gradient may be the difference of values as large as the upstream.
        allowed = tolerances.get(column, _OWN_TOLERANCE) * max(1.0, scale, upstream) + slack
        if not (math.isfinite(error) and error <= allowed):
            disagreeing.append(column)
    if interval is not None and not _inside(symbolic, interval):
        disagreeing.append("one-sided differences")
    absolute, relative = worst or (None, None)
    if interval is not None and not on_kink and absolute is None:
        absolute = max(abs(float(symbolic) - interval.low), abs(float(symbolic) - interval.high))
    return Row(name, symbolic, others, absolute, relative, interval if on_kink else None, tuple(disagreeing))


def _inside(value: Any, interval: Interval) -> bool:
    slack = _KINK_TOLERANCE * max(1.0, abs(interval.low), abs(interval.high))
    return interval.low - slack <= float(value) <= interval.high + slack
