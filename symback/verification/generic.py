"""Verification of a derivation whose number of inputs is a symbol: by expansion, and by numbers."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

from symback.derivation.steps import Step, StepKind
from symback.evaluation.values import run
from symback.ops.sympy_numbers import entry_index
from symback.ops.to_sympy import to_sympy
from symback.rendering.document import document
from symback.rendering.latex import to_latex
from symback.verification.identity import vanishes
from symback.verification.readback import ReadbackCheck
from symback.verification.report import Finding, Report, Status, StepReport, versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from symback.core.node import Node
    from symback.derivation.backward import Backward

EXPANDED: Final = (1, 2, 3, 4, 5)
"""The numbers of inputs for which every entry is compared as an expression."""

LARGE: Final = (20, 200)
"""The numbers of inputs for which every entry is compared as a number."""

_TOLERANCE: Final = 1e-12


def verify_generic(backward: Backward, at: Callable[[int], Backward], *, seed: int = 0) -> Report:
    """Judge every step of a derivation in index form.

    Mathematics: for 1 to 5 inputs, each entry equals what the derivation written out gives, as an
    expression. Numbers: the same for larger numbers of inputs, at random points. Print: as for any
    derivation; the sum over the index is read by its summand.

    Args:
        backward: The derivation in index form.
        at: Gives the derivation for a number of inputs.
        seed: What the points are drawn with.
    """
    rng = random.Random(seed)  # noqa: S311 - points, no secrets
    concrete = {n: at(n) for n in (*EXPANDED, *LARGE)}
    points = {n: _point(concrete[n], rng) for n in LARGE}
    readback = ReadbackCheck(backward, to_latex(document(backward)))
    steps = [
        StepReport(
            step.name,
            step.kind.value,
            {
                "mathematics": _expanded(backward, step, concrete),
                "numbers": _numeric(backward, step, concrete, points),
                "print": readback.check(step),
            },
        )
        for step in backward.steps
    ]
    larger = " and ".join(map(str, LARGE))
    note = f"proved for 1 to {EXPANDED[-1]} inputs by expansion, compared in numbers for {larger}"
    return Report(steps, list(points.values()), seed, [note], versions())


def _point(backward: Backward, rng: random.Random) -> dict[str, float]:
    return {str(node.name): rng.uniform(-1, 1) for node in backward.order if node.op is None}


def _members(backward: Backward, step: Step, concrete: Backward) -> list[tuple[int | None, list[Node]]]:
    """Return, for each entry of a step, the factors of the written-out derivation that make it up."""
    if not step.of.shape:
        return [(None, [concrete.step_table[step.name].node])]
    letter = next(letter for letter, name in backward.groups.items() if name == step.of.name)
    found: list[tuple[int | None, list[Node]]] = []
    for number, member in enumerate(concrete.groups[letter]):
        chain = concrete.gradients[member]
        if step.kind is StepKind.LOCAL:
            # Σ_i x_i δ_ik: through the sum, then through the product.
            through_product, through_sum = chain.parts[1], chain.parts[0].parts[1]
            found.append((number, [through_sum.node, through_product.node]))
        else:
            found.append((number, [chain.node]))
    return found


def _expanded(backward: Backward, step: Step, concrete: dict[int, Backward]) -> Finding:
    import sympy

    entries = 0
    general = to_sympy(step.node, {})
    for n in EXPANDED:
        for number, factors in _members(backward, step, concrete[n]):
            truth = sympy.Mul(*(to_sympy(factor, {}) for factor in factors))
            difference = _at(sympy, backward, general, n, number, concrete[n]) - truth
            if vanishes(sympy, difference) is not True:
                return Finding(Status.FAILED, f"differs from the written-out step for n = {n}, k = {number}")
            entries += 1
    return Finding(Status.PASSED, f"equal to {entries} written-out steps for n = 1 … {EXPANDED[-1]}")


def _at(  # noqa: PLR0913 - what is put in, and where
    sp: Any, backward: Backward, general: Any, n: int, number: int | None, concrete: Backward
) -> Any:
    """Put numbers in for the size and the index, write the sums out, and name the entries."""
    sizes = {node.shape[0] for node in backward.graph.leaves() if node.shape}
    sized = general.subs({sp.Symbol(size, integer=True, positive=True): n for size in sizes}).doit()
    if number is not None:
        sized = sized.subs(entry_index(sp), number)
    names = {
        sp.IndexedBase(name)[position]: sp.Symbol(member)
        for letter, name in backward.groups.items()
        if isinstance(name, str) and isinstance(concrete.groups[letter], list)
        for position, member in enumerate(concrete.groups[letter])
    }
    return sized.xreplace(names)


def _numeric(
    backward: Backward, step: Step, concrete: dict[int, Backward], points: dict[int, dict[str, float]]
) -> Finding:
    import numpy as np

    worst = 0.0
    for n, point in points.items():
        together: dict[str, Any] = {}
        for node in backward.order:
            name = str(node.name)
            if node.op is None:
                letter = next((key for key, group in backward.groups.items() if group == name), "")
                group = concrete[n].groups.get(letter)
                together[name] = (
                    np.asarray([point[member] for member in group])
                    if isinstance(group, list)
                    else np.asarray(point[name])
                )
        general = run(backward.order, together)[step.node]
        values = run(concrete[n].order, point)
        for number, factors in _members(backward, step, concrete[n]):
            entry = float(general if number is None or general.ndim == 0 else general[number])
            truth = float(np.prod([float(values[factor]) for factor in factors]))
            error = abs(entry - truth) / max(1.0, abs(truth))
            if not error <= _TOLERANCE:
                return Finding(Status.FAILED, f"is {entry:.12g} and not {truth:.12g} for n = {n}", error)
            worst = max(worst, error)
    return Finding(Status.PASSED, f"equal in every entry for n = {' and '.join(map(str, points))}", worst)
