"""Written factors with rows and columns: products of matrices, products entry by entry, transposes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from symback.notation.forms import Level, Written, word
from symback.notation.tree import (
    Call,
    Fence,
    Fraction,
    Letters,
    Name,
    Number,
    Row,
    Script,
    Sign,
    Slot,
    Tree,
    parentheses,
    row,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symback.core.shapes import Size
    from symback.derivation.indexed.terms import Index

ENTRYWISE: Final = Level.NEGATIVE
"""How tightly a product entry by entry holds together: less than a matrix product."""

ONES: Final = Written(Letters("1", "bold"), Level.ATOM)
BESIDE: Final = Sign("\u2062")
"""The invisible sign of a matrix product."""

APART: Final = Sign("\u2063")
"""The invisible sign between factors that are numbers."""

_TRANSPOSED: Final = Letters("⊤")


class NoMatrixFormError(Exception):
    """What is to be written has indices that no product of matrices has."""


class Block(NamedTuple):
    """A written factor.

    Attributes:
        written: The factor.
        indices: None, one (a vector), or two (rows and columns).
        across: For a vector, the factor as it stands beside matrices whose rows or columns it is
            repeated along; None where a product with ones must say so.
        divides: Whether it is a divisor.
        rank: Its place in a product entry by entry: gradients, quantities, functions, brackets.
        axis: For a vector with `across`, which axis of a matrix it runs along.
    """

    written: Written
    indices: tuple[Index, ...] = ()
    across: Written | None = None
    divides: bool = False
    rank: int = 0
    axis: int = 0

    def stands_beside(self, indices: tuple[Index, ...]) -> bool:
        """Say whether the vector can stand beside a matrix as it is, repeated along the other axis."""
        return self.across is not None and indices[self.axis] == self.indices[0]


def atom(written: Written) -> Tree:
    """Return a tree that a raised sign can stand at; a gradient is a fraction and gets brackets."""
    tree = written.tree
    if isinstance(tree, Name) and isinstance(tree.look, Fraction):
        return Name(tree.code, Fence("(", tree.look, ")"), tree.index)
    if isinstance(tree, Slot) and tree.fraction:
        return replace(tree, bracketed=True)
    return written.within(Level.ATOM)


def subscriptable(written: Written) -> Tree:
    """Return a tree that a subscript can be put to; one that has a subscript gets brackets."""
    tree = written.tree
    look = tree.look if isinstance(tree, Name) else tree
    scripted = tree.scripted if isinstance(tree, Slot) else isinstance(look, Script) and bool(look.sub)
    return parentheses(tree) if scripted else atom(written)


def transposed(written: Written) -> Written:
    """Write the transpose.

    >>> transposed(transposed(ONES)) == ONES
    True
    """
    tree = written.tree
    if isinstance(tree, Script) and tree.sup == _TRANSPOSED and tree.sub is None:
        return Written(tree.base, Level.ATOM)
    if isinstance(tree, Fraction):
        # What stands below is a number.
        above = Written(tree.numerator, Level.SUM if isinstance(tree.numerator, Row) else Level.ATOM)
        return Written(Fraction(transposed(above).tree, tree.denominator), Level.PRODUCT)
    if isinstance(tree, Row) and APART in tree.items:
        # What stands before is a number.
        last = len(tree.items) - tree.items[::-1].index(APART)
        rest = row(*tree.items[last:])
        behind = transposed(Written(rest, Level.SUM if isinstance(rest, Row) else Level.ATOM)).tree
        return Written(Row((*tree.items[:last], behind)), Level.PRODUCT)
    if isinstance(tree, Row) and len(tree.items) > 1 and set(tree.items[1::2]) == {BESIDE}:
        # (A B)ᵀ = Bᵀ Aᵀ
        turned: list[Tree] = []
        for item in reversed(tree.items[::2]):
            if turned:
                turned.append(BESIDE)
            turned.append(transposed(Written(item, Level.ATOM)).tree)
        return Written(Row(tuple(turned)), Level.PRODUCT)
    return Written(Script(atom(written), sup=_TRANSPOSED), Level.POWER)


def is_row(shape: Sequence[Size]) -> bool:
    """Say whether a matrix is a single row; what is written of it by one index is a column.

    >>> is_row((1, 4)), is_row((4, 1)), is_row((1, 1))
    (True, False, False)
    """
    return len(shape) == 2 and shape[0] == 1 and shape[1] != 1  # noqa: PLR2004 - rows and columns


def oriented(block: Block, first: Index) -> Written:
    """Write a matrix with an index as its rows."""
    own = plain(block)
    return own if block.indices[0] == first else transposed(own)


def plain(block: Block) -> Written:
    """Write a factor that stands alone: a divisor as 1 over it, entry by entry."""
    if not block.divides:
        return block.written
    return Written(row(Number("1"), Sign("⊘"), block.written.within(Level.POWER)), ENTRYWISE)


def matrix_product(left: Written, right: Written) -> Written:
    """Write two matrices side by side."""
    items: list[Tree] = []
    for factor in (left, right):
        if items:
            items.append(BESIDE)
        tree = factor.within(Level.PRODUCT)
        parts = getattr(tree, "items", None)
        items += parts if parts and factor.level == Level.PRODUCT else [tree]
    return Written(row(*items), Level.PRODUCT)


def entrywise(blocks: Sequence[tuple[Written, bool, int]]) -> Written:
    """Write a product entry by entry: gradients, quantities, functions, brackets, then the divisors."""
    ordered = sorted(blocks, key=lambda block: (block[1], block[2]))
    if len(ordered) == 1 and not ordered[0][1]:
        return ordered[0][0]
    items: list[Tree] = [] if not ordered[0][1] else [Number("1")]
    for written, divides, _ in ordered:
        if items:
            items.append(Sign("⊘" if divides else "⊙"))
        items.append(written.tree if isinstance(written.tree, Fraction) else written.within(Level.POWER))
    return Written(row(*items), ENTRYWISE)


def called(name: str, argument: Written) -> Written:
    """Write a function of a matrix, such as its row sums."""
    return Written(Call(word(name).head, (argument.tree,)), Level.CALL)


def grouped(blocks: Sequence[Block]) -> list[Block]:
    """Put factors with the same indices together into products entry by entry."""
    groups: dict[frozenset[Index], list[Block]] = {}
    for block in blocks:
        if len(set(block.indices)) != len(block.indices):
            raise NoMatrixFormError
        groups.setdefault(frozenset(block.indices), []).append(block)
    result = []
    for indices, group in groups.items():
        if len(group) == 1 or not indices:
            result += group
            continue
        first = _majority(group)
        parts = [(_turned(block, first), block.divides, block.rank) for block in group]
        across = None
        if all(block.across and block.axis == group[0].axis for block in group):
            across = entrywise(
                [(block.across or block.written, block.divides, block.rank) for block in group]
            )
        rank = min(block.rank for block in group)
        result.append(Block(entrywise(parts), first, across, rank=rank, axis=group[0].axis))
    return result


def _majority(group: Sequence[Block]) -> tuple[Index, ...]:
    counts: dict[tuple[Index, ...], int] = {}
    for block in group:
        counts[block.indices] = counts.get(block.indices, 0) + 1
    return max(counts, key=lambda indices: counts[indices])


def _turned(block: Block, indices: tuple[Index, ...]) -> Written:
    return block.written if block.indices == indices else transposed(block.written)
