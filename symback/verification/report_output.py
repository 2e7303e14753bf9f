"""A verification report as a table for people, and as a certificate for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from symback.rendering.table import Table
from symback.verification.report import CHECKS, Finding, Report, Status

if TYPE_CHECKING:
    from symback.verification.report import StepReport

SCHEMA: Final = "symback.certificate/1"
"""The name and version of the certificate's layout."""

_MOST_ROWS: Final = 60
_MARKS: Final = {Status.PASSED: "✓", Status.FAILED: "WRONG", Status.OPEN: "open"}


def report_table(report: Report, *, full: bool = False) -> Table:
    """Arrange a report: a row a step, a column a check, and what did not pass in words.

    Args:
        report: The report.
        full: Whether to show every step; otherwise the middle of many is left out, but nothing
            that did not pass.
    """
    steps = list(report.steps)
    footer = [report.summary, *report.notes]
    if not full and len(steps) > _MOST_ROWS:
        kept = [
            step
            for number, step in enumerate(steps)
            if number < _MOST_ROWS // 2 or number >= len(steps) - 5 or not step.verified
        ]
        footer.append(f"{len(steps) - len(kept)} steps that passed are left out; --full shows them all")
        steps = kept
    return Table(
        "Verification",
        ["step", "kind", *CHECKS, "what was found"],
        [_cells(step) for step in steps],
        frozenset(number for number, step in enumerate(steps) if not step.verified),
        footer,
    )


def _cells(step: StepReport) -> list[str]:
    marks = [_MARKS[finding.status] for finding in step.findings.values()]
    open_ = [f"{check}: {f.how}" for check, f in step.findings.items() if f.status is not Status.PASSED]
    return [step.name, step.kind, *marks, "; ".join(open_)]


def certificate(report: Report) -> dict[str, Any]:
    """Return a report as plain data, with all that is needed to repeat it."""
    return {
        "schema": SCHEMA,
        "verified": report.verified,
        "summary": report.summary,
        "seed": report.seed,
        "versions": dict(report.versions),
        "notes": list(report.notes),
        "points": [dict(point) for point in report.points],
        "steps": [
            {
                "name": step.name,
                "kind": step.kind,
                **{check: _finding(finding) for check, finding in step.findings.items()},
            }
            for step in report.steps
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    data: dict[str, Any] = {"status": finding.status.value, "how": finding.how}
    return data if finding.error is None else {**data, "error": finding.error}


def report_json(report: Report) -> str:
    """Write a report as JSON of the schema symback.certificate/1."""
    return json.dumps(certificate(report), ensure_ascii=False, indent=1)
