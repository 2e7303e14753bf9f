"""How much there is to read in a sum, after what its terms share is taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symback.derivation.indexed.terms import (
    Applied,
    Bracket,
    Delta,
    Factor,
    Quantity,
    Sum,
    Term,
    inverse,
    number_product,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def factored(total: Sum, *, beside_deltas: bool = False) -> tuple[Term, Sum]:
    """Take out what all terms share: numbers, and factors over indices that are not summed over.

    Nothing is taken out beside a δ unless asked for: p_i δ_ij − p_i p_j is diag(p) − ppᵀ.
    """
    if len(total) <= 1:
        return Term(1), total
    if not beside_deltas and any(isinstance(f.base, Delta) for term in total for f in term.factors):
        return Term(1), total
    shared = list(dict.fromkeys(f for f in total[0].factors if _in_all(f, total)))
    number = _shared_number([term.coefficient for term in total])
    if number == 1 and not shared:
        return Term(1), total
    rest = tuple(_without(term, shared, number) for term in total)
    return Term(number, tuple(shared)), rest


def _in_all(factor: Factor, total: Sum) -> bool:
    return all(factor in term.factors and not set(factor.indices) & set(term.summed) for term in total)


def _shared_number(numbers: list[Any]) -> Any:
    """Return the number that all coefficients have but for their sign; 1 if they differ."""
    first = numbers[0]
    return abs(first) if all(abs(number) == abs(first) for number in numbers) else 1


def _without(term: Term, shared: Iterable[Factor], number: Any) -> Term:
    factors = list(term.factors)
    for factor in shared:
        factors.remove(factor)
    coefficient = number_product(term.coefficient, inverse(number)) if number != 1 else term.coefficient
    return Term(coefficient, tuple(factors), term.summed)


def cost(total: Sum) -> int:
    """Count factors, sums over an index, joining signs, and coefficients other than 1.

    >>> from symback.derivation.indexed.terms import ONE
    >>> cost(ONE)
    1
    """
    shared, rest = factored(total)
    outside = _term_cost(shared) if shared != Term(1) else 0
    return outside + sum(max(_term_cost(term), 1) for term in rest) + max(len(rest) - 1, 0)


def _term_cost(term: Term) -> int:
    number = 0 if abs(term.coefficient) == 1 else 1
    return number + len(term.summed) + sum(map(_factor_cost, term.factors))


def _factor_cost(factor: Factor) -> int:
    base = factor.base
    power = 0 if factor.power in (1, -1) else 1
    if isinstance(base, Bracket):
        return power + cost(base.body)
    if isinstance(base, Applied):
        # A short argument reads as one thing with its function.
        return power + 1 + sum(max(cost(argument) - 1, 0) for argument in base.arguments)
    unnamed = isinstance(base, Quantity) and base.node.name is None
    return power + (_CALL if unnamed else 1)


_CALL = 3
