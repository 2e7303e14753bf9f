"""What a verification found, for each step and each check; as a table and as a certificate."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from symback.rendering.table import Table, table_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


SCHEMA: Final = "symback.certificate/1"
"""The name and version of the certificate's layout."""

_MOST_ROWS: Final = 60


class Status(str, Enum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"
    UNJUDGED = "not judged"


@dataclass(frozen=True)
class Finding:
    """How one check of one step ended.

    Attributes:
        status: Passed, failed, or open: neither shown right nor wrong; or not judged at all.
        how: What was done, or what went wrong.
        error: The largest relative error, where numbers were compared.
    """

    status: Status
    how: str
    error: float | None = None


_MARKS: Final = {Status.PASSED: "✓", Status.FAILED: "WRONG", Status.OPEN: "open", Status.UNJUDGED: "–"}

CHECKS: Final = {"mathematics": "proved", "numbers": "numeric", "print": "read back"}
"""The three checks, and what a step that passes one is called."""


@dataclass(frozen=True)
class StepReport:
    """What was found about one step.

    Attributes:
        name: The step.
        kind: Its kind.
        findings: For each check, how it ended.
    """

    name: str
    kind: str
    findings: Mapping[str, Finding]

    @property
    def verified(self) -> bool:
        """Whether every check that was made passed, and the first was made."""
        made = [finding for finding in self.findings.values() if finding.status is not Status.UNJUDGED]
        return bool(made) and all(finding.status is Status.PASSED for finding in made)

    @property
    def failed(self) -> list[str]:
        """The checks that found the step wrong."""
        return [check for check, finding in self.findings.items() if finding.status is Status.FAILED]


@dataclass(frozen=True)
class Enclosed:
    """What interval arithmetic proves about the numbers of one gradient.

    Attributes:
        name: What the gradient belongs to.
        radius: The largest radius of an entry's enclosure.
        relative: That radius relative to the largest entry.
        ulps: How far the doubles lie from the enclosures, in last bits of the largest entry.
        holds: Whether that is no more than rounding explains.
        how: The same in words.
    """

    name: str
    radius: float
    relative: float
    ulps: float
    holds: bool
    how: str


@dataclass(frozen=True)
class Report:
    """What was found about a derivation.

    Attributes:
        steps: What was found about each step, in order.
        points: The inputs at which numbers were compared, upstream gradient included.
        seed: The seed that the points and samples were drawn with.
        notes: What the reader must know: branches, families, what was not reached.
        versions: The versions of what took part.
        enclosures: Where asked for, what interval arithmetic proves about each gradient's numbers.
    """

    steps: Sequence[StepReport]
    points: Sequence[Mapping[str, Any]]
    seed: int
    notes: Sequence[str]
    versions: Mapping[str, str]
    enclosures: Sequence[Enclosed] = ()

    @property
    def verified(self) -> bool:
        """Whether every step passed every check, and every gradient lies where it must."""
        return all(step.verified for step in self.steps) and all(one.holds for one in self.enclosures)

    @property
    def wrong(self) -> list[str]:
        """The steps that some check found wrong."""
        return [step.name for step in self.steps if step.failed]

    def count(self, check: str) -> int:
        """Count the steps that passed a check."""
        return sum(step.findings[check].status is Status.PASSED for step in self.steps)

    @property
    def summary(self) -> str:
        """The verdict in one line: `30 steps: 30 proved, 30 numeric, 30 read back`."""
        counts = ", ".join(
            f"{check} not judged" if self._skipped(check) else f"{self.count(check)} {word}"
            for check, word in CHECKS.items()
        )
        line = f"{len(self.steps)} steps: {counts}"
        if self.wrong:
            found = [f"{step.name} ({', '.join(step.failed)})" for step in self.steps if step.failed]
            line += f"; wrong: {', '.join(found[:5])}{', …' if len(found) > 5 else ''}"  # noqa: PLR2004 - enough
        if self.enclosures:
            inside = sum(one.holds for one in self.enclosures)
            line += f"; {inside} of {len(self.enclosures)} gradients enclosed"
        return line

    def _skipped(self, check: str) -> bool:
        return bool(self.steps) and all(step.findings[check].status is Status.UNJUDGED for step in self.steps)

    def to_text(self, *, full: bool = False) -> str:
        """Write the report as a table for a terminal."""
        return table_text(report_table(self, full=full))

    def to_data(self) -> dict[str, Any]:
        """Return the report as plain data, with all that is needed to repeat it."""
        return certificate(self)

    def to_json(self) -> str:
        """Write the report as JSON, with all that is needed to repeat it."""
        return json.dumps(certificate(self), ensure_ascii=False, indent=1)

    def __repr__(self) -> str:
        return f"<Report: {self.summary}>"


def report_table(report: Report, *, full: bool = False) -> Table:
    """Arrange a report: a row a step, a column a check, and what did not pass in words.

    Args:
        report: The report.
        full: Whether to show every step; otherwise the middle of many is left out, but nothing
            that did not pass.
    """
    steps = list(report.steps)
    footer = [report.summary, *(one.how for one in report.enclosures), *report.notes]
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
    fine = (Status.PASSED, Status.UNJUDGED)
    open_ = [f"{check}: {f.how}" for check, f in step.findings.items() if f.status not in fine]
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
        **({"enclosures": [vars(one) for one in report.enclosures]} if report.enclosures else {}),
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


def versions() -> dict[str, str]:
    """Return the versions of what takes part in a verification."""
    from importlib.metadata import version

    packages = ("symback", "sympy", "latex2sympy2")
    return {"python": sys.version.split()[0], **{name: version(name) for name in packages}}
