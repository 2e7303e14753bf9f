"""What a verification found, for each step and each check."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Status(str, Enum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"


@dataclass(frozen=True)
class Finding:
    """How one check of one step ended.

    Attributes:
        status: Passed, failed, or open: neither shown right nor wrong.
        how: What was done, or what went wrong.
        error: The largest relative error, where numbers were compared.
    """

    status: Status
    how: str
    error: float | None = None


CHECKS = {"mathematics": "proved", "numbers": "numeric", "print": "read back"}
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
        """Whether every check passed."""
        return all(finding.status is Status.PASSED for finding in self.findings.values())

    @property
    def failed(self) -> list[str]:
        """The checks that found the step wrong."""
        return [check for check, finding in self.findings.items() if finding.status is Status.FAILED]


@dataclass(frozen=True)
class Report:
    """What was found about a derivation.

    Attributes:
        steps: What was found about each step, in order.
        points: The inputs at which numbers were compared, upstream gradient included.
        seed: The seed that the points and samples were drawn with.
        notes: What the reader must know: branches, families, what was not reached.
        versions: The versions of what took part.
    """

    steps: Sequence[StepReport]
    points: Sequence[Mapping[str, Any]]
    seed: int
    notes: Sequence[str]
    versions: Mapping[str, str]

    @property
    def verified(self) -> bool:
        """Whether every step passed every check."""
        return all(step.verified for step in self.steps)

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
        counts = ", ".join(f"{self.count(check)} {word}" for check, word in CHECKS.items())
        line = f"{len(self.steps)} steps: {counts}"
        if self.wrong:
            found = [f"{step.name} ({', '.join(step.failed)})" for step in self.steps if step.failed]
            line += f"; wrong: {', '.join(found[:5])}{', …' if len(found) > 5 else ''}"  # noqa: PLR2004 - enough
        return line

    def to_text(self, *, full: bool = False) -> str:
        """Write the report as a table for a terminal."""
        from symback.rendering.table import table_text
        from symback.verification.report_output import report_table

        return table_text(report_table(self, full=full))

    def to_data(self) -> dict[str, Any]:
        """Return the report as plain data, with all that is needed to repeat it."""
        from symback.verification.report_output import certificate

        return certificate(self)

    def to_json(self) -> str:
        """Write the report as JSON, with all that is needed to repeat it."""
        from symback.verification.report_output import report_json

        return report_json(self)

    def __repr__(self) -> str:
        return f"<Report: {self.summary}>"


def versions() -> dict[str, str]:
    """Return the versions of what takes part in a verification."""
    from importlib.metadata import version

    packages = ("symback", "sympy", "latex2sympy2")
    return {"python": sys.version.split()[0], **{name: version(name) for name in packages}}
