"""Factors with indices put together: summed indices taken away, matrices and vectors side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from symback.rendering.blocks import (
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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symback.derivation.indexed.terms import Index
    from symback.notation.forms import Written

_MATRIX: Final = 2
"""How many indices a matrix has."""


def contracted(blocks: list[Block], bound: tuple[Index, ...], places: tuple[Index, ...]) -> list[Block]:
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


def assembled(blocks: list[Block], places: tuple[Index, ...], *, several: bool) -> Written | None:
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
