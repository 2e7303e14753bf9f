"""Local factors in index form: ∂Z_ik/∂W_lm = X_il δ_km.

What an op does to an upstream gradient G is linear in G. The coefficient of one entry of G is the
derivative of that entry: put δs for G, and use them up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symback.core.node import Node, Role
from symback.derivation.indexed.multiply_out import multiplied_out
from symback.derivation.indexed.terms import (
    ONE,
    Bracket,
    Delta,
    Factor,
    Index,
    Moves,
    Quantity,
    Sum,
    Term,
    added,
    fresh,
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
) -> Sum:
    """Return the entries of a local factor.

    Args:
        lowering: What writes nodes as sums.
        backward: The derivation.
        step: The local step.
        outs: The indices of the consumer.
        ins: The indices of what it is differentiated by.
    """
    consumer = step.consumer
    assert consumer is not None  # noqa: S101 - a local factor has one
    if not consumer.shape and step.of.shape:
        # The derivatives of a number by all entries are an array themselves.
        return lowering.definition(step.node, ins)
    share = None if backward.kink == "error" else backward.kink
    total: Sum = ONE
    start, places = consumer, outs
    path: list[tuple[Node, int]] = []
    for node, position in step.path:
        if node.op is None or node.op.transposed is None:
            path.append((node, position))
            continue
        # Up to a structural op, then over it: its own factor is 1 where an entry moves.
        between = _fresh_places(node)
        source = node.inputs[position]
        last = node is step.path[-1][0]
        behind = ins if last else _fresh_places(source)
        segment = _segment(lowering, Edge(start, node, tuple(path)), places, between, share)
        moves = Factor(Moves(node, position), _known((*between, *behind)))
        total = summed(product(product(total, segment), (Term(1, (moves,)),)), _bound(between, outs))
        if places is not outs:
            total = summed(total, _bound(places, outs))
        start, places, path = source, behind, []
    if path or start is consumer:
        segment = _segment(lowering, Edge(start, step.of, tuple(path)), places, ins, share)
        total = segment if total == ONE else product(total, segment)
        if places is not outs:
            total = summed(total, _bound(places, outs))
    return added(*((_by_consumer(term, set(_known(outs))),) for term in total))


def _segment(lowering: Lowering, edge: Edge, outs: Sequence[Place], ins: Sequence[Place], kink: Any) -> Sum:
    """Return the factor along a part of a path without structural ops."""
    probe = Node(None, name="upstream", role=Role.HIDDEN, shape=edge.consumer.shape)
    back = pulled_along(edge, probe, kink)
    if back is None:
        return ()
    total = lowering.value(back, ins)
    return multiplied_out(_coefficient(total, probe, _known(outs)), lambda piece: piece, only=has_deltas)


def _fresh_places(node: Node) -> tuple[Place, ...]:
    return tuple(None if size == 1 else fresh(size) for size in node.shape)


def _known(places: Sequence[Place]) -> tuple[Index, ...]:
    return tuple(place for place in places if place is not None)


def _bound(places: Sequence[Place], free: Sequence[Place]) -> tuple[Index, ...]:
    return tuple(place for place in _known(places) if place not in free)


def has_deltas(factor: Factor) -> bool:
    """Say whether a factor is a bracket in which a δ stands."""
    return isinstance(factor.base, Bracket) and any(
        isinstance(f.base, Delta) or has_deltas(f) for term in factor.base.body for f in term.factors
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
