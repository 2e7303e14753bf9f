"""How gradients of several methods agree: a row a gradient, as a table and as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from symback.notation.numeral import spell
from symback.rendering.json import valued
from symback.rendering.table import Table, table_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symback.verification.differences import Interval
    from symback.verification.report import Report
    from symback.verification.tensors.agreement import ArrayComparison

SCHEMA: Final = "symback.comparison/1"
"""The name and version of the JSON layout."""

_MOST_ROWS: Final = 40


@dataclass(frozen=True)
class Row:
    """One gradient in all columns.

    Attributes:
        name: What the gradient belongs to.
        symbolic: Its value from the derivation.
        others: The value of each method; None where it gives none.
        absolute: The largest absolute error.
        relative: That error relative to the larger of the two values.
        interval: At a kink, the interval between the one-sided derivatives.
        disagreeing: The methods that disagree.
    """

    name: str
    symbolic: Any
    others: Mapping[str, Any]
    absolute: float | None
    relative: float | None
    interval: Interval | None
    disagreeing: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """Agrees, disagrees with whom, within the interval at a kink, or not compared."""
        if self.disagreeing:
            return "disagrees: " + ", ".join(self.disagreeing)
        if self.interval is not None:
            return "in interval"
        return "agrees" if self.absolute is not None else "not compared"


@dataclass(frozen=True)
class Comparison:
    """A table of gradients: one row each, one column a method.

    Attributes:
        columns: The names of the methods.
        rows: The gradients.
        notes: What the reader must know: samples, kinks, what is not installed.
        seed: The seed of the sample.
    """

    columns: Sequence[str]
    rows: Sequence[Row]
    notes: Sequence[str] = field(default=())
    seed: int = 0

    @property
    def agrees(self) -> bool:
        """Whether no method disagrees anywhere."""
        return not any(row.disagreeing for row in self.rows)

    @property
    def summary(self) -> str:
        """The verdict in one line."""
        compared = [row for row in self.rows if row.absolute is not None or row.interval is not None]
        wrong = [row.name for row in self.rows if row.disagreeing]
        if not compared:
            return f"nothing was compared: no method gives a number for any of {len(self.rows)} gradients"
        if wrong:
            listed = ", ".join(wrong[:8]) + (", …" if len(wrong) > 8 else "")  # noqa: PLR2004 - enough to see
            return f"{len(wrong)} of {len(compared)} compared gradients disagree: {listed}"
        errors = [row.absolute for row in compared if row.absolute is not None]
        worst = f"; largest absolute error {max(errors):.1e}" if errors else ""
        return f"{len(compared)} of {len(self.rows)} gradients compared, all agree{worst}"

    def to_text(self, *, full: bool = False) -> str:
        """Write the comparison as a table for a terminal."""
        return table_text(comparison_table(self, full=full))

    def to_json(self) -> str:
        """Write the comparison as JSON of the schema symback.comparison/1."""
        return comparison_json(self)

    def __repr__(self) -> str:
        return f"<Comparison: {self.summary}>"


def comparison_table(
    comparison: Comparison | ArrayComparison, report: Report | None = None, *, full: bool = False
) -> Table:
    """Arrange a comparison: a row a gradient, the exact value, each method, errors, the verdict.

    Args:
        comparison: The comparison.
        report: What a verification of the derivation found, to be summed up beneath.
        full: Whether to show every row; otherwise the middle of many is left out, but no
            disagreement.
    """
    if not isinstance(comparison, Comparison):
        from symback.verification.tensors.agreement import array_table

        return array_table(comparison, report, full=full)
    rows = list(comparison.rows)
    footer = [comparison.summary, *([report.summary] if report else []), *comparison.notes]
    if not full and len(rows) > _MOST_ROWS:
        kept = [
            row
            for number, row in enumerate(rows)
            if number < _MOST_ROWS // 2 or number >= len(rows) - 5 or row.disagreeing
        ]
        footer.append(f"{len(rows) - len(kept)} rows are left out; --full shows them all")
        rows = kept
    columns = ["gradient", "exact", "symbolic", *comparison.columns, "abs. error", "rel. error", "verdict"]
    kinked = any(row.interval is not None for row in rows)
    if kinked:
        columns.insert(-3, "one-sided")
    return Table(
        "Symbolic and numeric gradients",
        columns,
        [_cells(row, comparison.columns, kinked=kinked) for row in rows],
        frozenset(number for number, row in enumerate(rows) if row.disagreeing),
        footer,
    )


def _cells(row: Row, columns: Any, *, kinked: bool) -> list[str]:
    exact = valued(row.symbolic).get("exact") or (
        "" if isinstance(row.symbolic, float) else str(row.symbolic)
    )
    interval = "" if row.interval is None else f"{_six(row.interval.low)} … {_six(row.interval.high)}"
    return [
        f"d{row.name}",
        exact if len(exact) <= 14 else "…",  # noqa: PLR2004 - a long fraction says nothing
        _six(row.symbolic),
        *(_six(row.others.get(column)) for column in columns),
        *([interval] if kinked else []),
        _error(row.absolute),
        _error(row.relative),
        row.verdict,
    ]


def _six(value: Any) -> str:
    return "–" if value is None else spell(float(value) if not isinstance(value, float) else value)[0]


def _finite(value: Any) -> float | None:
    """Return a double, or None for what JSON cannot hold."""
    return None if value is None or not math.isfinite(value) else float(value)


def _error(value: float | None) -> str:
    return "–" if value is None else f"{value:.1e}" if value else "0"


def comparison_json(comparison: Comparison | ArrayComparison, report: Report | None = None) -> str:
    """Write a comparison as JSON of the schema symback.comparison/1."""
    if not isinstance(comparison, Comparison):
        from symback.verification.tensors.agreement import array_json

        return array_json(comparison, report)
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "agrees": comparison.agrees,
        "summary": comparison.summary,
        "methods": list(comparison.columns),
        "seed": comparison.seed,
        "gradients": {
            row.name: {
                **valued(row.symbolic),
                "others": {name: _finite(value) for name, value in row.others.items()},
                "absolute_error": _finite(row.absolute),
                "relative_error": _finite(row.relative),
                "interval": None if row.interval is None else list(row.interval),
                "verdict": row.verdict,
            }
            for row in comparison.rows
        },
        "notes": list(comparison.notes),
    }
    if report is not None:
        data["certificate"] = report.to_data()
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)
