"""Local factors in index form: ∂Z_ik/∂W_lm = X_il δ_km.

What an op does to an upstream gradient G is linear in G. The coefficient of one entry of G is the
derivative of that entry: put δs for G, and use them up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symback.core.node import Node, Role, postorder
from symback.derivation.indexed.multiply_out import multiplied_out
from symback.derivation.indexed.terms import (
    Bracket,
    Delta,
    Factor,
    Index,
    Quantity,
    Sum,
    Term,
    added,
    opened,
    product,
    summed,
    tidy,
    without_deltas,
)
from symback.derivation.paths import Edge, pulled_along

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symback.derivation.backward import Backward
    from symback.derivation.indexed.lowering import Lowering, Place
    from symback.derivation.steps import Step


def local_form(
    lowering: Lowering, backward: Backward, step: Step, outs: Sequence[Place], ins: Sequence[Place]
) -> Sum | None:
    """Return the entries of a local factor; None if it only moves entries to other places.

    Args:
        lowering: What writes nodes as sums.
        backward: The derivation.
        step: The local step.
        outs: The indices of the consumer.
        ins: The indices of what it is differentiated by.
    """
    assert step.consumer is not None  # noqa: S101 - a local factor has one
    probe = Node(None, name="upstream", role=Role.HIDDEN, shape=step.consumer.shape)
    share = None if backward.kink == "error" else backward.kink
    back = pulled_along(Edge(step.consumer, step.of, step.path), probe, share)
    if back is None:
        return ()
    if back is not probe and _hides(back, probe):
        return None
    total = lowering.value(back, ins)
    targets = tuple(place for place in outs if place is not None)
    entries = multiplied_out(_coefficient(total, probe, targets), lambda piece: piece, only=_has_deltas)
    return added(*((_by_consumer(term, set(targets)),) for term in entries))


def _has_deltas(factor: Factor) -> bool:
    return isinstance(factor.base, Bracket) and any(
        isinstance(f.base, Delta) or _has_deltas(f) for term in factor.base.body for f in term.factors
    )


def _by_consumer(term: Term, targets: set[Index]) -> Term:
    """Write a factor by the indices of the consumer where a δ says that they are the same."""
    same: dict[Index, Index] = {}
    for factor in term.factors:
        if isinstance(factor.base, Delta):
            left, right = factor.indices
            if left in targets and right not in targets:
                same[right] = left
            elif right in targets and left not in targets:
                same[left] = right
    factors = tuple(
        f
        if isinstance(f.base, Delta)
        else f._replace(indices=tuple(same.get(index, index) for index in f.indices))
        for f in term.factors
    )
    return tidy(term._replace(factors=factors))


def _hides(back: Node, probe: Node) -> bool:
    """Say whether the upstream stands inside an op that has no index form."""
    behind: set[Node] = {probe}
    for node in postorder([back], {probe}):
        if node is probe or behind.isdisjoint(node.inputs):
            continue
        behind.add(node)
        if node.op is None or not (node.op.entrywise or node.op.name == "einsum"):
            return True
    return False


def _holds(total: Sum, probe: Node) -> bool:
    return any(
        (isinstance(f.base, Quantity) and f.base.node is probe)
        or (isinstance(f.base, Bracket) and _holds(f.base.body, probe))
        for term in total
        for f in term.factors
    )


def _coefficient(total: Sum, probe: Node, targets: tuple[Index, ...]) -> Sum:
    result = []
    for term in total:
        factors: list[Factor] = []
        number: Sum = (Term(term.coefficient),)
        for factor in term.factors:
            base = factor.base
            if isinstance(base, Quantity) and base.node is probe:
                pairs = zip(factor.indices, targets, strict=True)
                factors += [Factor(Delta(), pair) for pair in pairs]
            elif isinstance(base, Bracket) and factor.power == 1 and _holds(base.body, probe):
                inner = _coefficient(opened(base.body, factor.indices), probe, targets)
                number = product(number, inner)
            else:
                factors.append(factor)
        number = product((Term(1, tuple(factors)),), number)
        result.append(tuple(without_deltas(piece) for piece in summed(number, term.summed)))
    return added(*result)
