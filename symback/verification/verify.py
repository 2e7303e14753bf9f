"""Every step of a derivation, judged in three independent ways."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from symback.derivation.steps import Step, StepKind, named_inputs
from symback.rendering.document import document
from symback.rendering.families import Sketcher
from symback.rendering.latex import to_latex
from symback.verification.mathematics import MathematicsCheck
from symback.verification.numbers import NumbersCheck
from symback.verification.readback import ReadbackCheck
from symback.verification.report import Finding, Report, Status, StepReport, versions
from symback.verification.sampling import Sample, sampled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from symback.derivation.backward import Backward

EVERY_STEP: Final = 360
"""Up to so many steps (a neuron of 50 inputs has 352) each is judged by itself."""

_MORE_OF_A_FAMILY: Final = 3
_LONG: Final = 50


def verify(
    backward: Backward,
    *,
    seed: int = 0,
    at: Mapping[str, Any] | None = None,
    upstream: Any = None,
    rigorous: bool = False,
) -> Report:
    """Judge every step of a derivation.

    Mathematics: it equals SymPy's derivative of the forward expression, as an identity. Numbers:
    it equals a complex step of the ops' numeric implementations at random points, on both sides of
    each kink. Print: as `to_latex()` prints it and latex2sympy2 reads it, it is the same expression.

    Of more than a few hundred steps, those that differ only in names form a family: one of each
    is judged, and some more at random; of the others it is checked that they multiply and add up
    what the chain rule says, and that their lines are the same but for the names.

    Steps over arrays are written out entry by entry at small sizes for the first check, and compared
    at full size in the second.

    Args:
        backward: The derivation.
        seed: What points and samples are drawn with.
        at: For a derivation over arrays, data at which numbers are compared; drawn unless given.
        upstream: The upstream gradient that belongs to the data.
        rigorous: Whether every gradient is enclosed in interval arithmetic, too, at that data.

    Raises:
        InputError: The data cannot be used, or python-flint is missing.

    >>> import symback as sb
    >>> verify(sb.derive(sb.Neuron(1))).summary
    '11 steps: 11 proved, 11 numeric, 11 read back'
    """
    if backward.has_arrays:
        from symback.verification.tensors.judging import verify_arrays

        return verify_arrays(backward, seed=seed, at=at, upstream=upstream, rigorous=rigorous)
    if rigorous:
        from symback.verification.tensors.enclosing import enclosed, point_of

        report = verify(backward, seed=seed)
        return replace(report, enclosures=enclosed(point_of(backward, at, upstream, seed)))
    samples = sampled(backward, seed)
    notes = _branch_notes(backward, samples)
    judge = _Judge(backward, samples)
    if len(backward.steps) <= EVERY_STEP:
        steps = [judge.each(step) for step in backward.steps]
    else:
        steps, families, judged = judge.by_families(seed)
        notes.append(
            f"{len(backward.steps)} steps in {families} families of equal form: of each family one "
            f"step and up to {_MORE_OF_A_FAMILY} at random were judged ({judged} in all)"
        )
    return Report(steps, [sample.inputs for sample in samples], seed, notes, versions())


class _Judge:
    """Applies the three checks to steps."""

    def __init__(self, backward: Backward, samples: list[Sample]) -> None:
        self._steps = backward.steps
        self._mathematics = MathematicsCheck(backward, samples)
        self._print = ReadbackCheck(backward, to_latex(document(backward)))
        self._checks: dict[str, Callable[[Step], Finding]] = {
            "mathematics": self._mathematics.check,
            "numbers": NumbersCheck(backward, samples).check,
            "print": self._print.check,
        }

    def each(self, step: Step) -> StepReport:
        """Judge one step by itself."""
        findings = {name: check(step) for name, check in self._checks.items()}
        return StepReport(step.name, step.kind.value, findings)

    def by_families(self, seed: int) -> tuple[list[StepReport], int, int]:
        """Judge a generic member and a random sample of each family; the others follow them."""
        rng = random.Random(seed)  # noqa: S311 - a sample, no secret
        sketcher = Sketcher()
        sketches = {step: sketcher.step(step) for step in self._steps}
        families: dict[Any, list[Step]] = {}
        for step in self._steps:
            families.setdefault((sketches[step].key, _derived_from(step)), []).append(step)
        reports: dict[Step, StepReport] = {}
        judged = 0
        for first, *rest in families.values():
            sample = [first, *rng.sample(rest, min(_MORE_OF_A_FAMILY, len(rest)))]
            found = [self.each(step) for step in sample]
            judged += len(sample)
            reports.update(zip(sample, found, strict=True))
            together = _together(found, 1 + len(rest))
            for step in rest:
                if step not in reports:
                    alike = self._print.alike(first, step, sketches[first].nodes, sketches[step].nodes)
                    reports[step] = self._following(step, together, alike=alike)
        return [reports[step] for step in self._steps], len(families), judged

    def _following(self, step: Step, together: dict[str, Finding], *, alike: bool) -> StepReport:
        """Let a step follow its family, if it is made of the right parts and printed alike."""
        if not alike:
            together = {**together, "print": self._print.check(step)}
        if step.kind in (StepKind.CHAIN, StepKind.ACCUMULATE):
            made = self._mathematics.by_induction(step)
            if made.status is Status.FAILED:
                together = {**together, "mathematics": made}
        return StepReport(step.name, step.kind.value, together)


def _derived_from(step: Step) -> object:
    """Return how a step comes about: which arguments its factor differentiates by, and consists of."""
    local = step.parts[1] if step.kind is StepKind.CHAIN else step
    if local.kind is not StepKind.LOCAL or local.consumer is None:
        return None
    path = tuple((node.op, node.parameters, position) for node, position in local.path)
    if len(local.consumer.inputs) > _LONG:
        return path[1:]
    around = {node: number for number, node in enumerate([*named_inputs(local.consumer), local.consumer])}
    return path, tuple(around.get(node) for node in named_inputs(local.node))


def _together(reports: list[StepReport], members: int) -> dict[str, Finding]:
    """Return what follows for the other members of a family."""
    findings: dict[str, Finding] = {}
    for check, first in reports[0].findings.items():
        names = ", ".join(report.name for report in reports)
        if all(report.findings[check].status is Status.PASSED for report in reports):
            findings[check] = Finding(Status.PASSED, f"as {names} of its family of {members}: {first.how}")
        else:
            findings[check] = Finding(Status.OPEN, f"of its family of {members}, one of {names} did not pass")
    return findings


def _branch_notes(backward: Backward, samples: list[Sample]) -> list[str]:
    """Say which branches the points lie on, and which kinks were seen from one side only."""
    sides = list(zip(*(sample.branch for sample in samples), strict=True))
    if not sides:
        return []
    notes = [f"{len({sample.branch for sample in samples})} branches between kinks were visited"]
    one_sided = sum(len(set(side)) == 1 for side in sides)
    if one_sided and len(backward.steps) <= EVERY_STEP:
        notes.append(f"of {len(sides)} kinks, {one_sided} were visited on one side only")
    return notes
