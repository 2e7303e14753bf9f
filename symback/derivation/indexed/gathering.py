"""Taking out of several terms what is summed over in all of them: XᵀP − XᵀY is Xᵀ(P − Y)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symback.derivation.indexed.cost import factored
from symback.derivation.indexed.terms import (
    Factor,
    Index,
    Sum,
    Term,
    added,
    bracketed,
    product,
    renamed,
    without_deltas,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def gathered(total: Sum) -> Iterator[Sum]:
    """Yield the sums in which terms share a factor over an index that is summed over, or its Σ alone.

    >>> list(gathered(()))
    []
    """
    if len(total) < 2:  # noqa: PLR2004 - there are no two terms to share anything
        return
    shared, rest = factored(total)
    for found in _gathered(rest):
        yield product((shared,), found)


def _gathered(total: Sum) -> Iterator[Sum]:
    first = total[0]
    for factor in first.factors:
        if set(factor.indices) & set(first.summed):
            yield from _around(total, factor)
    if first.summed and all([index.size for index in t.summed] == [first.summed[0].size] for t in total):
        (bound,) = first.summed
        inside = [_renamed(t._replace(summed=()), {t.summed[0]: bound}) for t in total]
        yield _nested(inside, (), (bound,), [])


def _around(total: Sum, factor: Factor) -> Iterator[Sum]:
    """Yield the sum with a factor of its first term taken out of all terms that have it."""
    first = total[0]
    bound = tuple([index for index in factor.indices if index in first.summed])
    inside: list[Term] = []
    outside: list[Term] = []
    for term in total:
        rest = _without(term, factor, bound)
        (outside if rest is None else inside).append(term if rest is None else rest)
    if len(inside) > 1:
        yield _nested(inside, (factor,), bound, outside)


def _without(term: Term, factor: Factor, bound: tuple[Index, ...]) -> Term | None:
    """Return a term without a factor, its summed indices named as in the factor; None if it has none."""
    for own in term.factors:
        if own.base != factor.base or own.power != factor.power:
            continue
        table: dict[Index, Index] = {}
        for mine, other in zip(own.indices, factor.indices, strict=True):
            if (mine in term.summed) != (other in bound) or (mine not in term.summed and mine != other):
                break
            if mine in term.summed and table.setdefault(mine, other) != other:
                break
        else:
            if len(set(table.values())) == len(table):
                rest = list(term.factors)
                rest.remove(own)
                left = tuple([index for index in term.summed if index not in table])
                return _renamed(Term(term.coefficient, tuple(rest), left), table)
    return None


def _renamed(term: Term, names: dict[Index, Index]) -> Term:
    return renamed((term,), names)[0]


def _nested(
    inside: list[Term], factors: tuple[Factor, ...], bound: tuple[Index, ...], outside: list[Term]
) -> Sum:
    bracket = bracketed(added(tuple(inside)))
    return added((without_deltas(Term(1, (*factors, bracket), bound)),), tuple(outside))
