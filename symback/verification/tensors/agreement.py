"""How gradients of arrays agree: a row a gradient, as a table and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from symback.core.shapes import spelled
from symback.rendering.table import Table
from symback.verification.agreement import Agreement, error, finite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symback.verification.report import Report


@dataclass(frozen=True)
class Distance:
    """How far another method's gradient is from the derived one.

    Attributes:
        absolute: The largest absolute error of an entry, or along a direction.
        relative: The largest error relative to the largest entry, or to the sum of absolute products.
        agrees: Whether that is within the tolerance.
        how: How the two were compared, or where they differ most.
    """

    absolute: float
    relative: float
    agrees: bool
    how: str

    def data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "absolute_error": finite(self.absolute),
            "relative_error": finite(self.relative),
            "agrees": self.agrees,
            "how": self.how,
        }


@dataclass(frozen=True)
class ArrayRow:
    """One gradient in all columns.

    Attributes:
        name: What the gradient belongs to.
        symbolic: Its value from the derivation.
        others: The distance of each method; None where it gives nothing.
        between: On a kink, whether each entry lies between the one-sided slopes; None elsewhere.
    """

    name: str
    symbolic: Any
    others: Mapping[str, Distance | None]
    between: bool | None = None

    @property
    def compared(self) -> bool:
        """Whether any method gives numbers, or the one-sided slopes bounds."""
        return self.absolute is not None or self.between is not None

    @property
    def disagreeing(self) -> tuple[str, ...]:
        """The methods that disagree."""
        wrong = [name for name, one in self.others.items() if one is not None and not one.agrees]
        return (*wrong, *(["one-sided differences"] if self.between is False else []))

    @property
    def absolute(self) -> float | None:
        """The largest absolute error of all methods."""
        return max((one.absolute for one in self.others.values() if one), default=None)

    @property
    def relative(self) -> float | None:
        """The largest relative error of all methods."""
        return max((one.relative for one in self.others.values() if one), default=None)

    @property
    def verdict(self) -> str:
        """Agrees, disagrees with whom, within the interval at a kink, or not compared."""
        if self.disagreeing:
            places = [
                f"{name} {one.how}"
                for name, one in self.others.items()
                if one and not one.agrees and " and not " in one.how
            ]
            return "disagrees: " + ", ".join(self.disagreeing) + (f" ({places[0]})" if places else "")
        if self.between:
            return "in interval"
        return "agrees" if self.absolute is not None else "not compared"


class ArrayComparison(Agreement[ArrayRow]):
    """A table of gradients that are arrays: the columns hold how far each method is from them."""

    _nothing = "no method gives numbers"

    @property
    def _worst(self) -> str:
        errors = [row.relative for row in self.rows if row.relative is not None]
        return f"; largest relative error {max(errors):.1e}" if errors else ""

    def table(self, report: Report | None = None, *, full: bool = False) -> Table:  # noqa: ARG002 - all rows are shown
        """Arrange a row for each gradient: the largest absolute error of each method, the verdict."""
        columns = [
            "gradient",
            "shape",
            "largest entry",
            *self.columns,
            "abs. error",
            "rel. error",
            "verdict",
        ]
        rows = [
            [
                f"d{row.name}",
                spelled(np.shape(row.symbolic)),
                f"{float(np.max(np.abs(row.symbolic), initial=0.0)):.6g}",
                *(
                    "–" if (one := row.others.get(name)) is None else error(one.absolute)
                    for name in self.columns
                ),
                error(row.absolute),
                error(row.relative),
                row.verdict,
            ]
            for row in self.rows
        ]
        bad = frozenset(number for number, row in enumerate(self.rows) if row.disagreeing)
        footer = self.footer(report)
        return Table("Symbolic and numeric gradients: largest errors", columns, rows, bad, footer)

    def row_data(self, row: ArrayRow) -> dict[str, Any]:
        """Return a row as plain data."""
        return {
            "value": np.asarray(row.symbolic).tolist(),
            "shape": list(np.shape(row.symbolic)),
            "others": {name: None if one is None else one.data() for name, one in row.others.items()},
            "absolute_error": finite(row.absolute),
            "relative_error": finite(row.relative),
            "verdict": row.verdict,
        }
