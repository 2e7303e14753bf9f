"""Random points for a verification: inside all domains, off every kink, on both sides of each."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from symback.core.errors import DomainError
from symback.evaluation import scalars
from symback.evaluation.values import compute, refuse_undefined
from symback.verification.branches import branches

if TYPE_CHECKING:
    from symback.core.node import Node
    from symback.core.op import Op
    from symback.derivation.backward import Backward

POINTS: Final = 8
"""At least this many points are used, if there are as many."""

MOST_BRANCHES: Final = 8
"""At most this many branches are visited."""

_TRIALS: Final = 200
# Narrow and wide, of both signs and positive: for logarithms as well as for kinks far from 0.
_INTERVALS: Final = ((-1.0, 1.0), (0.1, 1.5), (-3.0, 3.0), (0.5, 4.0), (-8.0, 8.0))


class Sample(NamedTuple):
    """A point, the numbers of all nodes there, and the branch of each piecewise function that it lies on."""

    inputs: dict[str, float]
    values: dict[Node, Any]
    branch: tuple[int, ...]


def sampled(backward: Backward, seed: int) -> list[Sample]:
    """Draw points: one on each branch that is found, and some more to make up the number."""
    rng = random.Random(seed)  # noqa: S311 - points, no secrets
    leaves = [str(node.name) for node in backward.order if node.op is None]
    trials = _TRIALS if len(leaves) <= POINTS * 25 else POINTS * len(_INTERVALS)
    seams = [node for node in backward.graph.nodes if node.op and _has_smooth_seam(node.op, node.parameters)]
    fresh: list[Sample] = []
    others: list[Sample] = []
    seen: set[tuple[int, ...]] = set()
    for trial in range(trials):
        interval = _INTERVALS[trial % len(_INTERVALS)]
        sample = _sample(backward, {name: rng.uniform(*interval) for name in leaves}, seams)
        if sample is None:
            continue
        if sample.branch not in seen and len(seen) < MOST_BRANCHES:
            seen.add(sample.branch)
            fresh.append(sample)
        elif sample.branch in seen and len(others) < POINTS:
            others.append(sample)
        if not sample.branch and len(fresh) + len(others) >= POINTS:
            break
    return [*fresh, *others[: max(0, POINTS - len(fresh))]]


@lru_cache(maxsize=256)
def _has_smooth_seam(op: Op, parameters: tuple[Any, ...]) -> bool:
    """Say whether a function is stated by cases that meet without a kink; all such meet at 0."""
    import sympy

    if op.arity != 1 or op.kinks(*parameters):
        return False
    return isinstance(op.forward(sympy, sympy.Symbol("z", real=True), *parameters), sympy.Piecewise)


def _sample(backward: Backward, inputs: dict[str, float], seams: list[Node]) -> Sample | None:
    """Compute everything at a point; None outside a domain or on a kink."""
    try:
        values = compute(backward.order, inputs, scalars)
        named = {node.name: value for node, value in values.items() if node.name is not None}
        refuse_undefined(named, backward.order)
    except (DomainError, ArithmeticError):
        return None
    sides = tuple(1 if values[node.inputs[0]] > 0 else -1 for node in seams)
    branch = branches(values, backward.graph.nodes) + sides
    return None if 0 in branch else Sample(inputs, values, branch)
