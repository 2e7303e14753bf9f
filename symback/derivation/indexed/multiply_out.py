"""Putting definitions in place of names, and multiplying brackets out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from symback.derivation.indexed.terms import (
    Bracket,
    Factor,
    Quantity,
    Sum,
    Term,
    added,
    bracketed,
    opened,
    power,
    product,
    summed,
    times,
    without_deltas,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from symback.core.node import Node

MOST_TERMS: Final = 12
"""Multiplying out stops where there would be more terms than this."""


def inlined(total: Sum, definition: Callable[[Node], Sum | None]) -> Sum:
    """Put definitions in place of names, also inside brackets.

    Args:
        total: The sum.
        definition: The definition of a quantity over the indices 0, 1, … of its axes; None for one
            that keeps its name.
    """
    return added(*[_inlined_term(term, definition) for term in total])


def _inlined_term(term: Term, definition: Callable[[Node], Sum | None]) -> Sum:
    result: Sum = (Term(term.coefficient),)
    for factor in term.factors:
        base = factor.base
        piece: Sum = (Term(1, (factor,)),)
        if isinstance(base, Quantity) and factor.power == 1:
            found = definition(base.node)
            if found is not None:
                piece = opened(found, factor.indices)
        elif isinstance(base, Bracket):
            body = opened(inlined(base.body, definition), factor.indices)
            piece = (
                body if factor.power == 1 and len(body) == 1 else (Term(1, (bracketed(body, factor.power),)),)
            )
            if len(body) == 1:
                piece = power(body, factor.power)
        result = product(result, piece)
        if not result:
            return ()
    return summed(result, term.summed)


def multiplied_out(
    total: Sum, simplified: Callable[[Sum], Sum], only: Callable[[Factor], bool] | None = None
) -> Sum:
    """Multiply brackets out by the distributive law, and simplify what comes up.

    Where there would be too many terms, the sum is returned as it is.

    Args:
        total: The sum.
        simplified: What is done to each term.
        only: Which brackets are multiplied out; all unless given.
    """
    done: list[Sum] = []
    open_terms = list(total)
    while open_terms:
        term = open_terms.pop(0)
        place = next(
            (
                n
                for n, f in enumerate(term.factors)
                if isinstance(f.base, Bracket) and f.power == 1 and (only is None or only(f))
            ),
            None,
        )
        if place is None:
            done.append(simplified((without_deltas(term),)))
            continue
        factor = term.factors[place]
        assert isinstance(factor.base, Bracket)  # noqa: S101 - just found
        rest = Term(term.coefficient, (*term.factors[:place], *term.factors[place + 1 :]))
        body = opened(factor.base.body, factor.indices)
        pieces = [summed((times(rest, piece),), term.summed) for piece in body]
        open_terms = [piece for several in pieces for piece in several] + open_terms
        if len(open_terms) + len(done) > MOST_TERMS:
            return total
    return added(*done)
