"""A comparison as a table for people, and as JSON for programs."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

from symback.notation.numeral import spell
from symback.rendering.json import valued
from symback.rendering.table import Table
from symback.verification.report_output import certificate

if TYPE_CHECKING:
    from symback.verification.comparison import Comparison, Row
    from symback.verification.report import Report

SCHEMA: Final = "symback.comparison/1"
"""The name and version of the JSON layout."""

_MOST_ROWS: Final = 40


def comparison_table(comparison: Comparison, report: Report | None = None, *, full: bool = False) -> Table:
    """Arrange a comparison: a row a gradient, the exact value, each method, errors, the verdict.

    Args:
        comparison: The comparison.
        report: What a verification of the derivation found, to be summed up beneath.
        full: Whether to show every row; otherwise the middle of many is left out, but no
            disagreement.
    """
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


def comparison_json(comparison: Comparison, report: Report | None = None) -> str:
    """Write a comparison as JSON of the schema symback.comparison/1."""
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
        data["certificate"] = certificate(report)
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)
