"""Gradients from the forward pass alone: central differences, one-sided differences, complex steps."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from symback.verification.branches import branches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symback.verification.point import Point

# The step that balances truncation and rounding for a central difference: ∛ε.
_CENTRAL: Final = sys.float_info.epsilon ** (1 / 3)
_ONE_SIDED: Final = sys.float_info.epsilon ** (1 / 2)
_COMPLEX: Final = 1e-30
_SHRINKS: Final = 4


class Interval(NamedTuple):
    """The derivatives from the left and from the right, the smaller first."""

    low: float
    high: float


def central_differences(point: Point, names: Sequence[str]) -> dict[str, float | None]:
    """(f(x + h) − f(x − h)) / 2h with h = ∛ε · max(1, |x|), smaller where a kink is near.

    None where even a much smaller step would cross a kink.
    """
    here = branches(point.run({}), point.order)
    return {name: _central(point, name, here) for name in names}


def _central(point: Point, name: str, here: tuple[int, ...]) -> float | None:
    x: float = point.inputs[name]
    h = _CENTRAL * max(1.0, abs(x))
    for _ in range(_SHRINKS):
        above, below = point.run({name: x + h}), point.run({name: x - h})
        if branches(above, point.order) == here == branches(below, point.order):
            rise = float(above[point.backward.output] - below[point.backward.output])
            # What was really added differs from h in its last bits.
            slope: float = point.upstream * rise / ((x + h) - (x - h))
            return slope
        h /= 8
    return None


def complex_steps(point: Point, names: Sequence[str]) -> dict[str, float | None]:
    """Im f(x + ih) / h with h = 10⁻³⁰: no subtraction, so exact to the last bits.

    Source: Squire & Trapp, Using Complex Variables to Estimate Derivatives (1998).
    """
    found: dict[str, float | None] = {}
    for name in names:
        value = point.output_at({name: complex(point.inputs[name], _COMPLEX)})
        found[name] = point.upstream * complex(value).imag / _COMPLEX
    return found


def one_sided(point: Point, name: str) -> Interval:
    """Return the interval between the left and the right derivative, by differences to each side."""
    x = point.inputs[name]
    h = _ONE_SIDED * max(1.0, abs(x))
    here = float(point.output_at({}))
    right = (float(point.output_at({name: x + h})) - here) / ((x + h) - x)
    left = (here - float(point.output_at({name: x - h}))) / (x - (x - h))
    slopes = (point.upstream * left, point.upstream * right)
    return Interval(min(slopes), max(slopes))
