"""Sums of products of indexed factors.

A term is a number times factors, summed over some indices; a factor is a base with indices and an
integer power. Division, means, broadcasts and transposes are no operations here: they are a power
−1, a coefficient, an index that no factor carries, an order of indices. Axes of size 1 have none.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import count, permutations
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symback.core.node import Node
    from symback.core.op import Op
    from symback.core.shapes import Size


class Index(NamedTuple):
    """An index: a number that tells it apart, and how many values it takes."""

    number: int
    size: Size


class Quantity(NamedTuple):
    """A base: a quantity that stands under its name, or an array that is written as a call."""

    node: Node


class Count(NamedTuple):
    """A base: the size that a symbol stands for."""

    size: str


class Delta(NamedTuple):
    """A base with two indices: 1 where they are equal, 0 elsewhere."""


class Moves(NamedTuple):
    """A base with the indices of a structural op and of an argument: 1 where an entry moves."""

    node: Node
    position: int


class Applied(NamedTuple):
    """A base: an op that works entry by entry, over sums with the indices 0, 1, …."""

    op: Op
    parameters: tuple[Any, ...]
    arguments: tuple[Sum, ...]


class Bracket(NamedTuple):
    """A base: a sum of several terms, with the indices 0, 1, …."""

    body: Sum


Base: TypeAlias = "Quantity | Count | Delta | Moves | Applied | Bracket"


class Factor(NamedTuple):
    """A base at some indices, to an integer power."""

    base: Base
    indices: tuple[Index, ...] = ()
    power: int = 1


class Term(NamedTuple):
    """A number times factors, summed over some indices."""

    coefficient: Any
    factors: tuple[Factor, ...] = ()
    summed: tuple[Index, ...] = ()


Sum: TypeAlias = "tuple[Term, ...]"

ONE: Final[Sum] = (Term(1),)

_numbers = count(1_000)


def fresh(size: Size) -> Index:
    """Return an index that occurs nowhere else."""
    return Index(next(_numbers), size)


def free_indices(total: Sum) -> tuple[Index, ...]:
    """Return the indices of a sum that are not summed over, in the order in which they first occur."""
    found: dict[Index, None] = {}
    for term in total:
        for factor in term.factors:
            for index in factor.indices:
                if index not in term.summed:
                    found[index] = None
    return tuple(found)


def renamed(total: Sum, names: Mapping[Index, Index]) -> Sum:
    """Put other indices in; indices that are summed over get new numbers, so that none is caught."""
    result = []
    for term in total:
        table = {**names, **{index: fresh(index.size) for index in term.summed}} if term.summed else names
        factors = tuple(
            [
                f._replace(indices=tuple([table.get(index, index) for index in f.indices]))
                for f in term.factors
            ]
        )
        result.append(Term(term.coefficient, factors, tuple([table[index] for index in term.summed])))
    return tuple(result)


def closed(total: Sum) -> tuple[Sum, tuple[Index, ...]]:
    """Return a sum over the indices 0, 1, …, and the indices that these stand for."""
    indices = free_indices(total)
    slots = {index: Index(n, index.size) for n, index in enumerate(indices)}
    return canonical(renamed(total, slots)), indices


def opened(body: Sum, indices: tuple[Index, ...]) -> Sum:
    """Put indices in for 0, 1, … of a closed sum."""
    return renamed(body, {Index(n, index.size): index for n, index in enumerate(indices)})


def bracketed(total: Sum, power: int = 1) -> Factor:
    """Return a sum as one factor."""
    body, indices = closed(total)
    return Factor(Bracket(body), indices, power)


def canonical(total: Sum) -> Sum:
    """Number the indices that are summed over −1, −2, …, in the order of their occurrence."""
    result = []
    for term in total:
        table: dict[Index, Index] = {}
        for factor in term.factors:
            for index in factor.indices:
                if index in term.summed and index not in table:
                    table[index] = Index(-1 - len(table), index.size)
        for index in term.summed:
            if index not in table:
                table[index] = Index(-1 - len(table), index.size)
        factors = tuple(
            [
                f._replace(indices=tuple([table.get(index, index) for index in f.indices]))
                for f in term.factors
            ]
        )
        result.append(Term(term.coefficient, factors, tuple(sorted(table.values(), reverse=True))))
    return tuple(result)


_MOST_PERMUTED: Final = 4


def key(term: Term) -> object:
    """Return what two terms share that differ only in coefficients and names of summed indices."""
    if not term.summed:
        return frozenset(_counted(term.factors))
    bound = term.summed
    if len(bound) > _MOST_PERMUTED:
        return frozenset(_counted(canonical((term,))[0].factors)), len(bound)
    names = [Index(-1 - n, "") for n in range(len(bound))]
    options = []
    for order in permutations(names):
        table = {index: name._replace(size=index.size) for index, name in zip(bound, order, strict=True)}
        options.append(
            frozenset(
                _counted(
                    f._replace(indices=tuple([table.get(index, index) for index in f.indices]))
                    for f in term.factors
                )
            )
        )
    return frozenset(options)


def _counted(factors: Iterable[Factor]) -> dict[tuple[Any, ...], int]:
    """Return the factors with their powers added up."""
    powers: dict[tuple[Any, ...], int] = {}
    for factor in factors:
        place = (factor.base, factor.indices)
        powers[place] = powers.get(place, 0) + factor.power
    return {(*place, power): power for place, power in powers.items() if power}


def number_product(left: Any, right: Any) -> Any:
    """Multiply two coefficients, and keep a number as it was typed where the other is 1."""
    if left == 1:
        return right
    if right == 1:
        return left
    if isinstance(left, int | Fraction) and isinstance(right, int | Fraction):
        product = Fraction(left) * Fraction(right)
        return int(product) if product.denominator == 1 else product
    return left * right


def inverse(number: Any) -> Any:
    """Return 1 over a coefficient."""
    return 1 / (Fraction(number) if isinstance(number, int) else number)


def times(left: Term, right: Term) -> Term:
    """Multiply two terms; what either sums over must not occur in the other."""
    return tidy(
        Term(
            number_product(left.coefficient, right.coefficient),
            (*left.factors, *right.factors),
            (*left.summed, *right.summed),
        )
    )


def tidy(term: Term) -> Term:
    """Add the powers of equal factors up, and drop those that become 0."""
    factors = term.factors
    if len({(f.base, f.indices) for f in factors}) == len(factors):
        return term
    powers: dict[tuple[Base, tuple[Index, ...]], int] = {}
    for factor in factors:
        place = (factor.base, factor.indices)
        powers[place] = powers.get(place, 0) + factor.power
    left = tuple([Factor(*place, power) for place, power in powers.items() if power])
    return term._replace(factors=left)


def product(left: Sum, right: Sum) -> Sum:
    """Multiply two sums; one of several terms becomes a bracket."""
    if not left or not right:
        return ()
    one = [total[0] if len(total) == 1 else Term(1, (bracketed(total),)) for total in (left, right)]
    return (times(one[0], one[1]),)


def power(total: Sum, exponent: int) -> Sum:
    """Raise a sum to an integer power; one of several terms, or over an index, becomes a bracket."""
    if exponent == 1:
        return total
    if len(total) == 1 and not total[0].summed and (exponent > 0 or total[0].coefficient != 0):
        term = total[0]
        number = term.coefficient if exponent > 0 else inverse(term.coefficient)
        coefficient: Any = 1
        for _ in range(abs(exponent)):
            coefficient = number_product(coefficient, number)
        return (Term(coefficient, tuple(f._replace(power=f.power * exponent) for f in term.factors)),)
    return (Term(1, (bracketed(total, exponent),)),)


def scaled(total: Sum, number: Any) -> Sum:
    """Multiply a sum by a number."""
    return tuple([t._replace(coefficient=number_product(number, t.coefficient)) for t in total])


def added(*sums: Sum) -> Sum:
    """Add sums up; terms that differ only in their coefficient become one."""
    groups: dict[object, Term] = {}
    for total in sums:
        for term in total:
            place = key(term)
            before = groups.get(place)
            groups[place] = (
                term if before is None else before._replace(coefficient=before.coefficient + term.coefficient)
            )
    return tuple([term for term in groups.values() if term.coefficient != 0])


def summed(total: Sum, indices: Iterable[Index]) -> Sum:
    """Sum over indices; a term without one of them is multiplied by its size."""
    wanted = tuple(indices)
    if not wanted:
        return total
    result = []
    for term in total:
        carried = {index for factor in term.factors for index in factor.indices}
        own = tuple([index for index in wanted if index in carried])
        new = term._replace(summed=(*term.summed, *own))
        for index in wanted:
            if index not in carried:
                new = times_size(new, index.size)
        result.append(without_deltas(new))
    return tuple(result)


def times_size(term: Term, size: Size) -> Term:
    """Multiply a term by a size."""
    if isinstance(size, int):
        return term._replace(coefficient=number_product(term.coefficient, size))
    return tidy(term._replace(factors=(*term.factors, Factor(Count(size)))))


def without_deltas(term: Term) -> Term:
    """Use up every δ one of whose indices is summed over: Σ_i x_i δ_ik = x_k."""
    while True:
        found = next(
            (
                f
                for f in term.factors
                if isinstance(f.base, Delta)
                and (not term.summed or set(f.indices) & set(term.summed) or f.indices[0] == f.indices[1])
            ),
            None,
        )
        if found is None:
            return term
        left, right = found.indices
        rest = list(term.factors)
        rest.remove(found)
        if left == right:
            carried = any(left in f.indices for f in rest)
            if left in term.summed and not carried:
                gone = tuple(index for index in term.summed if index != left)
                term = times_size(Term(term.coefficient, tuple(rest), gone), left.size)
            else:
                term = term._replace(factors=tuple(rest))
            continue
        if not set(found.indices) & set(term.summed):
            return term
        gone_index, kept = (left, right) if left in term.summed else (right, left)
        factors = tuple(
            f._replace(indices=tuple(kept if index == gone_index else index for index in f.indices))
            for f in rest
        )
        term = tidy(Term(term.coefficient, factors, tuple(i for i in term.summed if i != gone_index)))
