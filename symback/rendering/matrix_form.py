"""Sums of indexed products in matrix form: Xᵀ ∂L/∂Z, (P − Y)/N, G ⊙ 1[Z > 0].

One summed index after the other is taken away: two factors that share it make a matrix product, a
single one a row or column sum. The indices of the result say which factors are transposed. What
has no matrix form (three factors at one index, more than two axes) is left to the index form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from symback.derivation.indexed.cost import factored
from symback.derivation.indexed.terms import (
    Applied,
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
from symback.notation.forms import Level, Written
from symback.notation.identifier import identifier
from symback.notation.tree import Fence, Letters, Sign
from symback.rendering.blocks import (
    ENTRYWISE,
    ONES,
    Block,
    NoMatrixFormError,
    called,
    entrywise,
    grouped,
    matrix_product,
    oriented,
    plain,
    transposed,
)
from symback.rendering.entries import joined, raised, side_by_side, with_coefficient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symback.core.node import Node

_MATRIX = 2


class WholePen(Protocol):
    """How whole quantities are written."""

    def whole(self, node: Node) -> Written:
        """Write a quantity, or an unnamed array as a call."""
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


def _sum(total: Sum, places: tuple[Index, ...], pen: WholePen) -> Written:
    if len(places) > _MATRIX:
        raise NoMatrixFormError
    shared, rest = factored(total)
    if shared != Term(1):
        inner = tuple(place for place in places if any(place in f.indices for t in rest for f in t.factors))
        return _term(shared, places, pen, Block(_sum(rest, inner, pen), inner, rank=3))
    several = len(rest) > 1
    return joined(
        [(t.coefficient, lambda t=t: _term(t, places, pen, several=several)) for t in rest],  # type: ignore[misc]
        ENTRYWISE,
    )


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
        block = _block(factor, pen, term)
        if block.indices:
            blocks.append(block)
        else:
            (below if block.divides else above).append(block.written)
    left = _contracted(blocks, term.summed, places)
    above += [block.written for block in left if not block.indices]
    core = _assembled([block for block in left if block.indices], places, several=several)
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
    core = Written(Letters("I"), Level.ATOM)
    if vector or term.summed:
        core = called("diag", _sum((Term(1, vector, term.summed),), (first,), pen))
    above = [_block(f, pen, term).written for f in scalars if f.power > 0]
    below = [_block(f, pen, term).written for f in scalars if f.power < 0]
    return _scaled(abs(term.coefficient), above, below, core)


def _block(factor: Factor, pen: WholePen, term: Term) -> Block:
    """Write one factor; a square that is summed over everything is a squared norm."""
    base, indices = factor.base, factor.indices
    if len(indices) > _MATRIX:
        raise NoMatrixFormError
    power = abs(factor.power)
    divides = factor.power < 0
    if isinstance(base, Count):
        return Block(raised(Written(identifier(base.size), Level.ATOM), power), (), divides=divides)
    if isinstance(base, Quantity):
        written = pen.whole(base.node)
        rank = 0 if pen.is_gradient(base.node) else 1
    elif isinstance(base, Bracket):
        written, rank = _sum(opened(base.body, indices), indices, pen), 3
    elif isinstance(base, Applied):
        arguments = [_sum(opened(argument, indices), indices, pen) for argument in base.arguments]
        written, rank = base.op.write(arguments, base.parameters), 2
    else:
        raise NoMatrixFormError
    if factor.power == _MATRIX and indices and _alone(factor, term):
        norm = Written(Fence("‖", written.tree, "‖"), Level.ATOM)
        return Block(raised(norm, 2), ())
    if power > 1:
        written = raised(written, power, Sign("⊙") if indices else None)
    axes = _axes((Term(1, (factor,)),)) if len(indices) == 1 else set()
    across = written if len(axes) == 1 and None not in axes else None
    return Block(
        written, indices, across, divides, rank, axis=next((axis for axis in axes if axis is not None), 0)
    )


def _alone(factor: Factor, term: Term) -> bool:
    """Say whether all indices of a factor are summed over and stand in no other factor."""
    others = {index for f in term.factors if f is not factor for index in f.indices}
    return set(factor.indices) <= set(term.summed) and not set(factor.indices) & others


def _axes(body: Sum) -> set[int | None]:
    """Return along which axis of a matrix the vectors in a sum run; None for plain vectors.

    What has the shape (N, 1) or (1, N) repeats along the other axis by itself.
    """
    found: set[int | None] = set()
    for term in body:
        for factor in term.factors:
            base = factor.base
            if not factor.indices:
                continue
            if isinstance(base, Bracket):
                found |= _axes(base.body)
            elif isinstance(base, Applied):
                found |= {axis for argument in base.arguments for axis in _axes(argument)}
            elif isinstance(base, Quantity) and len(base.node.shape) == _MATRIX and len(factor.indices) == 1:
                found.add(0 if base.node.shape[1] == 1 else 1)
            else:
                found.add(None)
    return found


def _contracted(blocks: list[Block], bound: tuple[Index, ...], places: tuple[Index, ...]) -> list[Block]:
    """Take the summed indices away, one after the other."""
    blocks = grouped(blocks)
    carried = {index for block in blocks for index in block.indices}
    open_indices = [index for index in bound if index in carried]
    while open_indices:
        index = min(open_indices, key=lambda i: _holders(blocks, i))
        holding = [block for block in blocks if index in block.indices]
        rest = [block for block in blocks if index not in block.indices]
        vectors = [block for block in holding if len(block.indices) == 1]
        if len(holding) == 3 and len(vectors) == 1:  # noqa: PLR2004 - a vector between two matrices
            first, second = (block for block in holding if block is not vectors[0])
            holding = [_along(first, vectors[0]), second]
        if len(holding) == 1:
            elsewhere = {i for block in rest for i in block.indices}
            new = _summed(holding[0], index, set(open_indices) - elsewhere, places)
        elif len(holding) == _MATRIX:
            new = _multiplied(holding[0], holding[1], index, places)
        else:
            raise NoMatrixFormError
        gone = {i for block in holding for i in block.indices} - set(new.indices)
        open_indices = [i for i in open_indices if i not in gone]
        blocks = grouped([new, *rest])
    return blocks


def _holders(blocks: Sequence[Block], index: Index) -> int:
    """Prefer indices that two factors share; sums along an axis come last."""
    count = sum(index in block.indices for block in blocks)
    return 0 if count == _MATRIX else 1 if count > _MATRIX else 2


def _summed(block: Block, index: Index, bound: set[Index], places: tuple[Index, ...]) -> Block:
    """Sum a single factor along an axis."""
    if len(block.indices) == 1:
        return Block(called("sum", plain(block)))
    other = next(i for i in block.indices if i != index)
    if other in bound:
        return Block(called("sum", plain(block)))
    if len(places) == _MATRIX and other == places[1]:
        across, axis = called("colsum", oriented(block, index)), 1
    else:
        across, axis = called("rowsum", oriented(block, other)), 0
    return Block(matrix_product(oriented(block, other), ONES), (other,), across, rank=2, axis=axis)


def _multiplied(left: Block, right: Block, index: Index, places: tuple[Index, ...]) -> Block:
    """Multiply two factors that share a summed index."""
    a, b = (next((i for i in block.indices if i != index), None) for block in (left, right))
    if a is not None and a == b:
        raise NoMatrixFormError
    if a is None or (b is not None and _rank(b, places) < _rank(a, places)):
        left, right, a, b = right, left, b, a
    if a is None:
        return Block(matrix_product(transposed(plain(left)), plain(right)))
    rows = oriented(left, a)
    if b is None:
        return Block(matrix_product(rows, plain(right)), (a,))
    return Block(matrix_product(rows, oriented(right, index)), (a, b))


def _rank(index: Index, places: tuple[Index, ...]) -> int:
    """Say where an index wants to stand: rows first, columns last."""
    if places and index == places[0]:
        return 0
    return 2 if index in places else 1


def _along(matrix: Block, vector: Block) -> Block:
    """Multiply the rows or columns of a matrix by the entries of a vector."""
    index = vector.indices[0]
    if vector.across is not None and vector.stands_beside(matrix.indices):
        parts = [
            (matrix.written, matrix.divides, matrix.rank),
            (vector.across, vector.divides, max(vector.rank, 2)),
        ]
        return Block(entrywise(parts), matrix.indices, rank=matrix.rank)
    diagonal = called("diag", plain(vector))
    if matrix.indices[0] == index:
        return Block(matrix_product(diagonal, plain(matrix)), matrix.indices)
    return Block(matrix_product(plain(matrix), diagonal), matrix.indices)


def _assembled(blocks: list[Block], places: tuple[Index, ...], *, several: bool) -> Written | None:
    """Put what is left together: matrices, and vectors along their rows and columns."""
    if not blocks:
        return None
    if len(places) < _MATRIX:
        return plain(grouped(blocks)[0])
    matrices = [block for block in blocks if len(block.indices) == _MATRIX]
    vectors = [block for block in blocks if len(block.indices) == 1]
    if matrices:
        (matrix,) = grouped(matrices)
        if matrix.indices != places:
            matrix = matrix._replace(written=transposed(matrix.written), indices=places)
        for vector in sorted(vectors, key=lambda block: not block.stands_beside(places)):
            matrix = _along(matrix, vector)
        return plain(matrix)
    return _vectors(grouped(vectors), places, several=several)


def _vectors(blocks: list[Block], places: tuple[Index, ...], *, several: bool) -> Written:
    """Write a matrix of vectors alone: v wᵀ, v 1ᵀ or 1 vᵀ."""
    by_place = {block.indices[0]: plain(block) for block in blocks}
    rows, columns = by_place.get(places[0], ONES), by_place.get(places[1], ONES)
    first = blocks[0]
    if len(blocks) == 1 and first.across is not None and several and first.stands_beside(places):
        return plain(first._replace(written=first.across))
    return matrix_product(rows, transposed(columns))
