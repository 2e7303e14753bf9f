"""Symbolic beside numeric gradients along a line of points, across kinks, in one call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from symback.core.errors import InputError, UnknownNameError
from symback.evaluation.values import Values, run
from symback.notation.numeral import spell
from symback.rendering.table import Table, table_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from symback.derivation.backward import Backward

_STEP: Final = 1.5e-8  # √ε: truncation and rounding balance in a one-sided difference
_TOLERANCE: Final = 1e-6
_ROWS: Final = 21


@dataclass(frozen=True)
class Curve:
    """One gradient along the line.

    Attributes:
        name: What the gradient belongs to.
        symbolic: Its values from the derivation.
        left: Differences from the left.
        right: Differences from the right; at a kink the two differ.
        agrees: Where the symbolic value lies between the two.
    """

    name: str
    symbolic: Any
    left: Any
    right: Any
    agrees: Any


@dataclass(frozen=True)
class Sweep:
    """Gradients along a line of points.

    Attributes:
        over: The quantity that varies.
        points: Its values.
        curves: The gradients.
        notes: Points on kinks.
    """

    over: str
    points: Any
    curves: Sequence[Curve]
    notes: Sequence[str] = field(default=())

    @property
    def agrees(self) -> bool:
        """Whether every symbolic value lies between the one-sided differences."""
        return all(bool(curve.agrees.all()) for curve in self.curves)

    @property
    def summary(self) -> str:
        """The verdict in one line."""
        wrong = sum(int((~curve.agrees).sum()) for curve in self.curves)
        total = len(self.points) * len(self.curves)
        if wrong:
            return f"{wrong} of {total} symbolic values lie outside the one-sided differences"
        return f"{len(self.points)} points, {len(self.curves)} gradients: all {total} agree"

    def to_text(self, *, full: bool = False) -> str:
        """Write a table: a row a point, for each gradient the symbolic value and both differences."""
        chosen = self._rows(full=full)
        columns = [self.over]
        for curve in self.curves:
            columns += [f"d{curve.name}", "left", "right"]
        rows = [
            [
                _six(self.points[n]),
                *(_six(v[n]) for c in self.curves for v in (c.symbolic, c.left, c.right)),
            ]
            for n in chosen
        ]
        bad = frozenset(r for r, n in enumerate(chosen) if not all(curve.agrees[n] for curve in self.curves))
        title = f"Symbolic gradients and one-sided differences along {self.over}"
        return table_text(Table(title, columns, rows, bad, [self.summary, *self.notes]))

    def _rows(self, *, full: bool) -> list[int]:
        """Choose points to show: some evenly, and every one that is on a kink or wrong."""
        import numpy as np

        count = len(self.points)
        if full or count <= _ROWS:
            return list(range(count))
        chosen = set(np.linspace(0, count - 1, _ROWS).astype(int).tolist())
        for curve in self.curves:
            jumps = np.abs(curve.right - curve.left) > 1e-3 * np.maximum(1, np.abs(curve.left))
            chosen.update(np.flatnonzero(jumps | ~curve.agrees).tolist()[:_ROWS])
        return sorted(chosen)

    def plot(self, path: str | PathLike[str] | None = None) -> Any:
        """Draw the symbolic gradients as lines and the differences as dots; needs matplotlib.

        Args:
            path: Where to save the picture, if anywhere.

        Returns:
            The matplotlib figure.

        Raises:
            InputError: matplotlib is not installed.
        """
        try:
            from matplotlib.figure import Figure
        except ModuleNotFoundError:
            raise InputError("a plot needs matplotlib: pip install 'symback[plot]'") from None
        figure = Figure(figsize=(7, 4), layout="constrained")
        axes = figure.subplots()
        for curve in self.curves:
            (line,) = axes.plot(self.points, curve.symbolic, label=f"d{curve.name}")
            axes.plot(self.points, curve.left, ".", color=line.get_color(), markersize=4)
            axes.plot(self.points, curve.right, ".", color=line.get_color(), markersize=4, fillstyle="none")
        axes.set_xlabel(self.over)
        axes.set_ylabel("gradient (line: symbolic, dots: differences)")
        axes.legend()
        if path is not None:
            figure.savefig(path)
        return figure

    def __repr__(self) -> str:
        return f"<Sweep over {self.over}: {self.summary}>"


def sweep(  # noqa: PLR0913 - the line, what is compared, and the other numbers
    derivation: Backward,
    given: Mapping[str, Any] | None = None,
    *,
    over: str,
    points: Any,
    of: Sequence[str] | None = None,
    upstream: Any = None,
    **named: Any,
) -> Sweep:
    """Compare symbolic gradients with differences of the forward pass along a line of points.

    Args:
        derivation: The derivation.
        given: Values of the other inputs by name; they may also be given as keywords.
        over: The input that varies.
        points: Its values.
        of: The gradients to compare; all unless given.
        upstream: The upstream gradient, 1 unless given.
        named: Values by name.

    Raises:
        InputError: The points are not a line of numbers, or a value cannot be used.
        UnknownNameError: A gradient was not derived.

    >>> import symback as sb
    >>> d = sb.derive(sb.Neuron(1))
    >>> sweep(d, over="b", points=[-1, 0, 1], x=[1], w=[0])
    <Sweep over b: 3 points, 3 gradients: all 9 agree>
    """
    import numpy as np

    line = np.asarray(points, dtype=float)
    if line.ndim != 1 or not line.size:
        raise InputError(f"points: expected a line of numbers, got the shape {line.shape}")
    values = Values(derivation, {**(given or {}), **named, over: line}, upstream)
    names = list(values.gradients) if of is None else list(of)
    unknown = [name for name in names if name not in values.gradients]
    if unknown:
        raise UnknownNameError(f"no gradient for {unknown[0]!r}; there are {', '.join(values.gradients)}")
    curves = [_curve(values, name, line.shape) for name in names if name in values.inputs]
    return Sweep(over, line, curves, values.notes)


def _curve(values: Values, name: str, shape: tuple[int, ...]) -> Curve:
    import numpy as np

    backward = values.backward
    inputs = {key: np.asarray(value, dtype=float) for key, value in values.inputs.items()}
    here = run(backward.graph.nodes, inputs)[backward.output]
    x, upstream = inputs[name], inputs[backward.seed.name]
    h = _STEP * np.maximum(1, np.abs(x))
    above = run(backward.graph.nodes, {**inputs, name: x + h})[backward.output]
    below = run(backward.graph.nodes, {**inputs, name: x - h})[backward.output]
    right = np.broadcast_to(upstream * (above - here) / ((x + h) - x), shape)
    left = np.broadcast_to(upstream * (here - below) / (x - (x - h)), shape)
    symbolic = np.broadcast_to(np.asarray(values.gradients[name], dtype=float), shape)
    slack = _TOLERANCE * np.maximum(1, np.maximum(np.abs(left), np.abs(right)))
    agrees = (symbolic >= np.minimum(left, right) - slack) & (symbolic <= np.maximum(left, right) + slack)
    return Curve(name, symbolic, left, right, agrees)


def _six(value: Any) -> str:
    return spell(float(value))[0]
