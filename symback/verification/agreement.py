"""How gradients of several methods agree: a row a gradient, as a table and as JSON."""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Protocol, TypeVar

from symback.notation.numeral import spell
from symback.rendering.json import valued
from symback.rendering.table import Table, table_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symback.verification.differences import Interval
    from symback.verification.report import Report

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
    def compared(self) -> bool:
        """Whether any method gives a number, or the one-sided derivatives an interval."""
        return self.absolute is not None or self.interval is not None

    @property
    def verdict(self) -> str:
        """Agrees, disagrees with whom, within the interval at a kink, or not compared."""
        if self.disagreeing:
            return "disagrees: " + ", ".join(self.disagreeing)
        if self.interval is not None:
            return "in interval"
        return "agrees" if self.absolute is not None else "not compared"


class Verdict(Protocol):
    """A row of a comparison: one gradient by all methods."""

    @property
    def name(self) -> str:
        """What the gradient belongs to."""

    @property
    def compared(self) -> bool:
        """Whether any method gives something to compare with."""

    @property
    def disagreeing(self) -> tuple[str, ...]:
        """The methods that disagree."""


R = TypeVar("R", bound=Verdict)


@dataclass(frozen=True)
class Agreement(ABC, Generic[R]):
    """A table of gradients: one row each, one column a method.

    Attributes:
        columns: The names of the methods.
        rows: The gradients.
        notes: What the reader must know: samples, tolerances, kinks, what is not installed.
        seed: The seed of what is drawn.
    """

    columns: Sequence[str]
    rows: Sequence[R]
    notes: Sequence[str] = field(default=())
    seed: int = 0

    @property
    def agrees(self) -> bool:
        """Whether no method disagrees anywhere."""
        return not any(row.disagreeing for row in self.rows)

    @property
    def summary(self) -> str:
        """The verdict in one line."""
        compared = [row for row in self.rows if row.compared]
        wrong = [row.name for row in self.rows if row.disagreeing]
        if not compared:
            return f"nothing was compared: {self._nothing} for any of {len(self.rows)} gradients"
        if wrong:
            listed = ", ".join(wrong[:8]) + (", …" if len(wrong) > 8 else "")  # noqa: PLR2004 - enough to see
            return f"{len(wrong)} of {len(compared)} compared gradients disagree: {listed}"
        return f"{len(compared)} of {len(self.rows)} gradients compared, all agree{self._worst}"

    _nothing: ClassVar[str] = "no method gives a number"

    @property
    @abstractmethod
    def _worst(self) -> str:
        """The largest error, as the end of a sentence."""

    @abstractmethod
    def table(self, report: Report | None = None, *, full: bool = False) -> Table:
        """Arrange the comparison; see `comparison_table`."""

    @abstractmethod
    def row_data(self, row: R) -> dict[str, Any]:
        """Return a row as plain data."""

    def to_text(self, *, full: bool = False) -> str:
        """Write the comparison as a table for a terminal."""
        return table_text(self.table(full=full))

    def to_json(self) -> str:
        """Write the comparison as JSON of the schema symback.comparison/1."""
        return comparison_json(self)

    def footer(self, report: Report | None) -> list[str]:
        """Return the sentences beneath the table."""
        return [self.summary, *([report.summary] if report else []), *self.notes]

    def __repr__(self) -> str:
        return f"<Comparison: {self.summary}>"


class Comparison(Agreement[Row]):
    """A table of gradients that are numbers."""

    @property
    def _worst(self) -> str:
        errors = [row.absolute for row in self.rows if row.absolute is not None]
        return f"; largest absolute error {max(errors):.1e}" if errors else ""

    def table(self, report: Report | None = None, *, full: bool = False) -> Table:
        """Arrange a row for each gradient: the exact value, each method, errors, the verdict."""
        rows = list(self.rows)
        footer = self.footer(report)
        if not full and len(rows) > _MOST_ROWS:
            kept = [
                row
                for number, row in enumerate(rows)
                if number < _MOST_ROWS // 2 or number >= len(rows) - 5 or row.disagreeing
            ]
            footer.append(f"{len(rows) - len(kept)} rows are left out; --full shows them all")
            rows = kept
        columns = ["gradient", "exact", "symbolic", *self.columns, "abs. error", "rel. error", "verdict"]
        kinked = any(row.interval is not None for row in rows)
        if kinked:
            columns.insert(-3, "one-sided")
        return Table(
            "Symbolic and numeric gradients",
            columns,
            [_cells(row, self.columns, kinked=kinked) for row in rows],
            frozenset(number for number, row in enumerate(rows) if row.disagreeing),
            footer,
        )

    def row_data(self, row: Row) -> dict[str, Any]:
        """Return a row as plain data."""
        return {
            **valued(row.symbolic),
            "others": {name: finite(value) for name, value in row.others.items()},
            "absolute_error": finite(row.absolute),
            "relative_error": finite(row.relative),
            "interval": None if row.interval is None else list(row.interval),
            "verdict": row.verdict,
        }


def comparison_table(
    comparison: Agreement[Any], report: Report | None = None, *, full: bool = False
) -> Table:
    """Arrange a comparison: a row a gradient, each method, errors, the verdict.

    Args:
        comparison: The comparison.
        report: What a verification of the derivation found, to be summed up beneath.
        full: Whether to show every row; otherwise the middle of many is left out, but no
            disagreement.
    """
    return comparison.table(report, full=full)


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
        error(row.absolute),
        error(row.relative),
        row.verdict,
    ]


def _six(value: Any) -> str:
    return "–" if value is None else spell(float(value) if not isinstance(value, float) else value)[0]


def finite(value: Any) -> float | None:
    """Return a double, or None for what JSON cannot hold."""
    return None if value is None or not math.isfinite(value) else float(value)


def error(value: float | None) -> str:
    """Spell an error to two digits."""
    return "–" if value is None else f"{value:.1e}" if value else "0"


def comparison_json(comparison: Agreement[Any], report: Report | None = None) -> str:
    """Write a comparison as JSON of the schema symback.comparison/1."""
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "agrees": comparison.agrees,
        "summary": comparison.summary,
        "methods": list(comparison.columns),
        "seed": comparison.seed,
        "gradients": {row.name: comparison.row_data(row) for row in comparison.rows},
        "notes": list(comparison.notes),
    }
    if report is not None:
        data["certificate"] = report.to_data()
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)
