"""Sums of indexed products in matrix form: Xᵀ ∂L/∂Z, (P − Y)/N, G ⊙ 1[Z > 0].

One summed index after the other is taken away: two factors that share it make a matrix product, a
single one a row or column sum. The indices of the result say which factors are transposed. What
has no matrix form (three factors at one index, more than two axes) is left to the index form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from symback.derivation.indexed.cost import factored
from symback.derivation.indexed.terms import (
    Applied,
    Base,
    Bracket,
    Count,
    Delta,
    Factor,
    Index,
    Quantity,
    Sum,
    Term,
    opened,
)
from symback.notation.forms import Level, Power, Written
from symback.notation.identifier import identifier
from symback.notation.tree import Fence, Row, Script, Sign, parentheses, row
from symback.rendering.blocks import (
    ENTRYWISE,
    ONES,
    Block,
    NoMatrixFormError,
    called,
    is_row,
    matrix_product,
    transposed,
)
from symback.rendering.entries import joined, raised, side_by_side, with_coefficient
from symback.rendering.matrix_products import assembled, contracted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symback.core.node import Node

_MATRIX = 2


class WholePen(Protocol):
    """How whole quantities are written."""

    def whole(self, node: Node) -> Written:
        """Write a quantity, or an unnamed array as a call."""
        ...

    @property
    def identity(self) -> Written:
        """The identity matrix."""
        ...

    def is_gradient(self, node: Node) -> bool:
        """Say whether a quantity is a gradient."""
        ...


def matrix_form(total: Sum, places: Sequence[Index], pen: WholePen) -> Written | None:
    """Write a sum without its indices; None if it has no such form.

    Args:
        total: The sum.
        places: Its indices in the order of rows and columns.
        pen: How quantities are written.
    """
    try:
        return _sum(total, tuple(places), pen)
    except NoMatrixFormError:
        return None


def _sum(total: Sum, places: tuple[Index, ...], pen: WholePen, *, beside: bool = False) -> Written:
    if len(places) > _MATRIX:
        raise NoMatrixFormError
    shared, rest = factored(total)
    if shared != Term(1):
        inner = tuple(place for place in places if any(place in f.indices for t in rest for f in t.factors))
        return _term(shared, places, pen, Block(_sum(rest, inner, pen), inner, rank=3))
    alone = None if beside or len(rest) == 1 else _only_place(rest, places)
    if alone is not None:
        # All terms lack one index: a vector along rows or columns, repeated.
        vector = _sum(rest, (alone,), pen)
        ones = transposed(ONES)
        return (
            matrix_product(vector, ones) if alone == places[0] else matrix_product(ONES, transposed(vector))
        )
    several = beside or len(rest) > 1
    return joined(
        [(t.coefficient, lambda t=t: _term(t, places, pen, several=several)) for t in rest],  # type: ignore[misc]
        ENTRYWISE,
    )


def _only_place(total: Sum, places: tuple[Index, ...]) -> Index | None:
    """Return the one of two places that occurs in a sum, if the other does not."""
    if len(places) < _MATRIX:
        return None
    carried = {index for term in total for factor in term.factors for index in factor.indices}
    found = [place for place in places if place in carried]
    return found[0] if len(found) == 1 else None


def _term(
    term: Term,
    places: tuple[Index, ...],
    pen: WholePen,
    bracket: Block | None = None,
    *,
    several: bool = False,
) -> Written:
    delta = next((f for f in term.factors if isinstance(f.base, Delta)), None)
    if delta is not None:
        return _diagonal(term, delta, places, pen)
    above: list[Written] = []
    below: list[Written] = []
    blocks: list[Block] = [] if bracket is None else [bracket]
    for factor in term.factors:
        block = _block(factor, pen, term, places)
        if block.indices:
            blocks.append(block)
        else:
            (below if block.divides else above).append(block.written)
    left = contracted(blocks, term.summed, places)
    above += [block.written for block in left if not block.indices]
    core = assembled([block for block in left if block.indices], places, several=several)
    return _scaled(abs(term.coefficient), above, below, core)


def _scaled(number: Any, above: list[Written], below: list[Written], core: Written | None) -> Written:
    if core is None:
        return with_coefficient(number, above, below)
    if number == 1 and not above and not below:
        return core
    numerator = number.numerator if hasattr(number, "numerator") else number
    if numerator == 1 and not above:
        return with_coefficient(number, [core], below)
    return side_by_side([with_coefficient(number, above, below), core])


def _diagonal(term: Term, delta: Factor, places: tuple[Index, ...], pen: WholePen) -> Written:
    """Write δ_ij v_i as the diagonal matrix of v."""
    if set(delta.indices) != set(places) or len(places) != _MATRIX or delta.power != 1:
        raise NoMatrixFormError
    first, second = places
    rest = tuple(
        f._replace(indices=tuple(first if index == second else index for index in f.indices))
        for f in term.factors
        if f is not delta
    )
    scalars = tuple(f for f in rest if not f.indices)
    vector = tuple(f for f in rest if f.indices)
    core = pen.identity
    if vector or term.summed:
        core = called("diag", _sum((Term(1, vector, term.summed),), (first,), pen))
    above = [_block(f, pen, term, places).written for f in scalars if f.power > 0]
    below = [_block(f, pen, term, places).written for f in scalars if f.power < 0]
    return _scaled(abs(term.coefficient), above, below, core)


def _block(factor: Factor, pen: WholePen, term: Term, places: tuple[Index, ...]) -> Block:
    """Write one factor; a square that is summed over everything is a squared norm."""
    base, indices = factor.base, factor.indices
    if len(indices) > _MATRIX:
        raise NoMatrixFormError
    if isinstance(base, Count):
        size = Written(identifier(base.size), Level.ATOM)
        return Block(raised(size, abs(factor.power)), (), divides=factor.power < 0)
    written = _base(base, indices, pen)
    if factor.power == _MATRIX and indices and _alone(factor, term):
        return Block(raised(Written(Fence("‖", written.tree, "‖"), Level.ATOM), 2), ())
    across, axis = _across(base, indices, places, pen)
    mark = Sign("⊙") if indices else None
    return Block(
        raised(written, abs(factor.power), mark),
        indices,
        None if across is None else raised(across, abs(factor.power), mark),
        factor.power < 0,
        _rank_of(base, pen),
        axis,
    )


def _base(base: Base, places: tuple[Index, ...], pen: WholePen) -> Written:
    """Write a base at the indices of rows and columns."""
    if isinstance(base, Quantity):
        written = pen.whole(base.node)
        return transposed(written) if is_row(base.node.shape) else written
    if isinstance(base, Bracket):
        return _sum(opened(base.body, places), places, pen)
    if isinstance(base, Applied):
        arguments = [_sum(opened(a, places), places, pen) for a in base.arguments]
        written = base.op.write(arguments, base.parameters)
        return _by_entries(written) if places and isinstance(base.op.form, Power) else written
    raise NoMatrixFormError


def _by_entries(written: Written) -> Written:
    """Write a power of each entry, which is no power of a matrix."""
    tree = written.tree
    assert isinstance(tree, Script) and tree.sup is not None  # noqa: S101, PT018 - a power is written so
    exponent = parentheses(tree.sup) if isinstance(tree.sup, Row) else tree.sup
    return Written(Script(tree.base, sup=row(Sign("⊙"), exponent)), written.level)


def _across(
    base: Base, indices: tuple[Index, ...], places: tuple[Index, ...], pen: WholePen
) -> tuple[Written | None, int]:
    """Write a vector as it stands beside matrices, and say which of their axes it runs along."""
    if len(indices) == 1 and isinstance(base, Quantity) and len(base.node.shape) == _MATRIX:
        return pen.whole(base.node), 0 if base.node.shape[1] == 1 else 1
    inside = len(indices) == 1 and len(places) == _MATRIX and indices[0] in places
    if not inside or not isinstance(base, Bracket | Applied):
        return None, 0
    axis = places.index(indices[0])
    dummy = Index(_NOWHERE, 1)
    around = (indices[0], dummy) if axis == 0 else (dummy, indices[0])
    if isinstance(base, Bracket):
        return _sum(opened(base.body, indices), around, pen, beside=True), axis
    arguments = [_sum(opened(a, indices), around, pen, beside=True) for a in base.arguments]
    return base.op.write(arguments, base.parameters), axis


_NOWHERE: Final = -(10**6)
"""The number of an index that nothing carries: the axis along which a vector is repeated."""


def _rank_of(base: Base, pen: WholePen) -> int:
    """Order the factors of a product entry by entry: gradients, quantities, functions, brackets."""
    if isinstance(base, Quantity):
        return 0 if pen.is_gradient(base.node) else 1
    return 3 if isinstance(base, Bracket) else 2


def _alone(factor: Factor, term: Term) -> bool:
    """Say whether all indices of a factor are summed over and stand in no other factor."""
    others = {index for f in term.factors if f is not factor for index in f.indices}
    return set(factor.indices) <= set(term.summed) and not set(factor.indices) & others
