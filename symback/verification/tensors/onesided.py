"""At a kink: whether a gradient lies between the slopes to both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from symback.verification.tensors.methods import PER_ENTRY, forward, loss

if TYPE_CHECKING:
    from symback.core.node import Node
    from symback.verification.tensors.points import Point

_STEP: Final = 1.5e-8
_TOLERANCE: Final = 1e-6


class Intervals:
    """One-sided slopes around a point on a kink, by differences.

    Args:
        point: The point.
        rng: NumPy's generator.
    """

    def __init__(self, point: Point, rng: Any) -> None:
        self._point = point
        self._rng = rng
        self._found: dict[Node, tuple[Any, Any] | None] = {}

    def between(self, node: Node, gradient: Any) -> bool | None:
        """Say whether each entry lies between the one-sided slopes; None if there are too many to look at."""
        if node not in self._found:
            small = np.size(gradient) <= PER_ENTRY
            self._found[node] = self._slopes(node, np.shape(gradient)) if small else None
        found = self._found[node]
        if found is None:
            return None
        low, high = found
        slack = _TOLERANCE * np.maximum(1, np.maximum(np.abs(low), np.abs(high)))
        return bool(np.all((gradient >= low - slack) & (gradient <= high + slack)))

    def _slopes(self, node: Node, shape: tuple[int, ...]) -> tuple[Any, Any]:
        low, high = np.zeros(shape), np.zeros(shape)
        base = np.asarray(self._point.values[node], dtype=float)
        here = float(loss(self._point, self._point.values))
        for place in np.ndindex(*shape):
            h = _STEP * max(1.0, abs(float(base[place])))
            unit = np.zeros(shape)
            unit[place] = h
            right = (float(loss(self._point, forward(self._point, {node: unit}))) - here) / h
            left = (here - float(loss(self._point, forward(self._point, {node: -unit})))) / h
            low[place], high[place] = min(left, right), max(left, right)
        return low, high
