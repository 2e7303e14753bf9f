"""How gradients of arrays agree: a row a gradient, as a table and as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from symback.core.shapes import spelled
from symback.rendering.table import Table, table_text
from symback.verification.agreement import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


@dataclass(frozen=True)
class ArrayComparison:
    """A table of gradients of arrays: one row each, one column a method.

    Attributes:
        columns: The names of the methods.
        rows: The gradients.
        notes: What the reader must know: tolerances, kinks, what is not installed.
        seed: The seed of random directions.
    """

    columns: Sequence[str]
    rows: Sequence[ArrayRow]
    notes: Sequence[str] = field(default=())
    seed: int = 0

    @property
    def agrees(self) -> bool:
        """Whether no method disagrees anywhere."""
        return not any(row.disagreeing for row in self.rows)

    @property
    def summary(self) -> str:
        """The verdict in one line."""
        compared = [row for row in self.rows if row.absolute is not None or row.between is not None]
        wrong = [row.name for row in self.rows if row.disagreeing]
        if not compared:
            return f"nothing was compared: no method gives numbers for any of {len(self.rows)} gradients"
        if wrong:
            listed = ", ".join(wrong[:8]) + (", …" if len(wrong) > 8 else "")  # noqa: PLR2004 - enough to see
            return f"{len(wrong)} of {len(compared)} compared gradients disagree: {listed}"
        errors = [row.relative for row in compared if row.relative is not None]
        worst = f"; largest relative error {max(errors):.1e}" if errors else ""
        return f"{len(compared)} of {len(self.rows)} gradients compared, all agree{worst}"

    def to_text(self, *, full: bool = False) -> str:
        """Write the comparison as a table for a terminal."""
        return table_text(array_table(self, full=full))

    def to_json(self) -> str:
        """Write the comparison as JSON of the schema symback.comparison/1."""
        return array_json(self)

    def __repr__(self) -> str:
        return f"<Comparison: {self.summary}>"


def array_table(comparison: ArrayComparison, report: Report | None = None, *, full: bool = False) -> Table:
    """Arrange a comparison: a row a gradient, the largest absolute error of each method, the verdict.

    Args:
        comparison: The comparison.
        report: What a verification of the derivation found, to be summed up beneath.
        full: Accepted as for scalars; there is one row for each array, and all are shown.
    """
    del full
    columns = [
        "gradient",
        "shape",
        "largest entry",
        *comparison.columns,
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
                "–" if (one := row.others.get(name)) is None else _error(one.absolute)
                for name in comparison.columns
            ),
            _error(row.absolute),
            _error(row.relative),
            row.verdict,
        ]
        for row in comparison.rows
    ]
    bad = frozenset(number for number, row in enumerate(comparison.rows) if row.disagreeing)
    footer = [comparison.summary, *([report.summary] if report else []), *comparison.notes]
    return Table("Symbolic and numeric gradients: largest errors", columns, rows, bad, footer)


def _error(value: float | None) -> str:
    return "–" if value is None else f"{value:.1e}" if value else "0"


def array_json(comparison: ArrayComparison, report: Report | None = None) -> str:
    """Write a comparison of arrays as JSON of the schema symback.comparison/1."""
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "agrees": comparison.agrees,
        "summary": comparison.summary,
        "methods": list(comparison.columns),
        "seed": comparison.seed,
        "gradients": {
            row.name: {
                "value": np.asarray(row.symbolic).tolist(),
                "shape": list(np.shape(row.symbolic)),
                "others": {
                    name: None
                    if one is None
                    else {
                        "absolute_error": _finite(one.absolute),
                        "relative_error": _finite(one.relative),
                        "agrees": one.agrees,
                        "how": one.how,
                    }
                    for name, one in row.others.items()
                },
                "absolute_error": _finite(row.absolute),
                "relative_error": _finite(row.relative),
                "verdict": row.verdict,
            }
            for row in comparison.rows
        },
        "notes": list(comparison.notes),
    }
    if report is not None:
        data["certificate"] = report.to_data()
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
