"""Every step of a derivation over arrays, judged in independent ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symback.verification.matrix_check import print_check
from symback.verification.report import Report, StepReport, versions
from symback.verification.tensors.enclosing import enclosed, point_of
from symback.verification.tensors.points import drawn_points, given_point
from symback.verification.tensors.proofs import ProofCheck
from symback.verification.tensors.slopes import JUSTIFIED, SlopesCheck

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symback.derivation.backward import Backward


def verify_arrays(
    backward: Backward,
    *,
    seed: int = 0,
    at: Mapping[str, Any] | None = None,
    upstream: Any = None,
    rigorous: bool = False,
) -> Report:
    """Judge every step of a derivation over arrays.

    Mathematics: written out entry by entry at small sizes, with the quantities that a step uses as
    independent symbols, it is Σ upstream · ∂consumer/∂quantity as SymPy differentiates the forward
    functions; sums have one contribution for every way to the output. Numbers: complex steps at full
    size, of each step and of the whole forward pass at once, and each op's numbers against its record.

    Args:
        backward: The derivation.
        seed: What points and directions are drawn with.
        at: Data for the second check; drawn unless given.
        upstream: The upstream gradient that belongs to the data.
        rigorous: Whether every gradient is enclosed in interval arithmetic, too.

    Raises:
        InputError: The data cannot be used, or python-flint is missing.

    >>> from symback.core.graph import Graph
    >>> from symback.derivation.backward import Backward
    >>> from symback.ops.expression import array
    >>> X, W = array("X", "N 4"), array("W", "4 3")
    >>> verify_arrays(Backward(Graph([(X @ W).named("Z").node]))).summary
    '5 steps: 5 proved, 5 numeric, 5 read back'
    """
    points = drawn_points(backward, seed) if at is None else [given_point(backward, at, upstream)]
    proofs, slopes = ProofCheck(backward, seed), SlopesCheck(backward, points, seed)
    printed = print_check(backward, seed)
    steps = [
        StepReport(
            step.name,
            step.kind.value,
            {
                "mathematics": proofs.check(step),
                "numbers": slopes.check(step),
                "print": printed(step),
            },
        )
        for step in backward.steps
    ]
    enclosures = enclosed(points[0] if points else point_of(backward, at, upstream, seed)) if rigorous else ()
    return Report(
        steps, [p.summary() for p in points], seed, _notes(points, slopes, seed), versions(), enclosures
    )


def _notes(points: Sequence[Any], slopes: SlopesCheck, seed: int) -> list[str]:
    if not points:
        return ["no point inside all domains was found, so no numbers were compared"]
    worst = max(error for error, _ in slopes.together)
    sizes = ", ".join(f"{name} = {size}" for name, size in points[0].sizes.items())
    where = f"{len(points)} point(s){f' with {sizes}' if sizes else ''}, seed {seed}"
    whole = "one complex step of the whole forward pass in a random direction of all inputs"
    return [
        f"{whole}: relative difference {worst:.1e}, at {where}",
        JUSTIFIED,
        *points[0].notes,
    ]
