"""A sum of products computed in two ways, and how far apart the two are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNDERFLOW: Final = 1e-250
"""Below this a complex step of 1e-20 leaves the range of doubles."""


class Product:
    """A sum of products computed in two ways.

    Attributes:
        error: How far the two are apart.
        scale: The sum of absolute products.
    """

    def __init__(self, left: Sequence[tuple[Any, Any]], right: Sequence[tuple[Any, Any]]) -> None:
        self.left, self.right = (sum(dot(a, b) for a, b in pairs) for pairs in (left, right))
        self.scale = sum(dot(np.abs(a), np.abs(b)) for a, b in (*left, *right))

    @property
    def error(self) -> float:
        """The distance relative to the scale."""
        return abs(self.left - self.right) / max(self.scale, _UNDERFLOW)


def dot(a: Any, b: Any) -> float:
    """Return the sum of the products of entries.

    >>> dot([1, 2], [3, 4])
    11.0
    """
    return float(np.vdot(np.asarray(a, dtype=float), np.asarray(b, dtype=float)))
