"""Gradients from the forward pass alone: central differences, one-sided differences, complex steps."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from symback.verification.branches import branches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

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


class Estimate(float):
    """A derivative from differences, which knows how far off it may be.

    >>> Estimate(1.0, 1e-9).error
    1e-09
    """

    __slots__ = ("error",)

    error: float

    def __new__(cls, value: float, error: float) -> Self:
        """Make the number with its error."""
        made = super().__new__(cls, value)
        made.error = error
        return made


def central_differences(point: Point, names: Sequence[str]) -> dict[str, Estimate | None]:
    """(f(x + h) − f(x − h)) / 2h with h = ∛ε · max(1, |x|), improved by a second one with h / 2.

    The error is estimated from how much the two differ (truncation) and from the rounding of f.
    Near a kink h is smaller; None where even a much smaller step would cross it.

    Source: Richardson, The Deferred Approach to the Limit (1927).
    """
    here = branches(point.run({}), point.order)
    return {name: _central(point, name, here) for name in names}


def _central(point: Point, name: str, here: tuple[int, ...]) -> Estimate | None:
    x: float = point.inputs[name]
    h = _CENTRAL * max(1.0, abs(x))
    for _ in range(_SHRINKS):
        wide, narrow = _difference(point, name, x, h, here), _difference(point, name, x, h / 2, here)
        if wide is not None and narrow is not None:
            size = abs(float(point.output_at({})))
            rounding = sys.float_info.epsilon * max(size, abs(x * narrow)) / h
            error = abs(wide - narrow) + 4 * rounding
            return Estimate(point.upstream * (4 * narrow - wide) / 3, abs(point.upstream) * error)
        h /= 8
    return None


def _difference(point: Point, name: str, x: float, h: float, here: tuple[int, ...]) -> float | None:
    """Return a central difference; None if a kink lies between the two points."""
    above, below = point.run({name: x + h}), point.run({name: x - h})
    if not branches(above, point.order) == here == branches(below, point.order):
        return None
    rise = float(above[point.backward.output] - below[point.backward.output])
    # What was really added differs from h in its last bits.
    return rise / ((x + h) - (x - h))


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
