"""Facts about sums along an axis: that rows of softmax sum to 1, derived or declared.

A fact belongs to one derivation. It is found by summing the definition of a quantity over the axis
and simplifying; only where a constant comes out it is kept. What a user declares is a condition,
which is tested when numbers come in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symback.derivation.indexed.multiply_out import multiplied_out
from symback.derivation.indexed.terms import (
    ONE,
    Count,
    Index,
    Quantity,
    Sum,
    Term,
    added,
    product,
    summed,
    tidy,
)
from symback.ops.compositions import SOFTMAX
from symback.ops.reductions import ONE_HOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symback.core.node import Node
    from symback.derivation.indexed.lowering import Lowering


class Facts:
    """What is known of sums along the axes of the quantities of one derivation.

    Attributes:
        used: The names of the declared distributions that were made use of.
    """

    def __init__(self, lowering: Lowering, distributions: Iterable[str]) -> None:
        self._lowering = lowering
        self._declared = frozenset(distributions)
        self._known: dict[tuple[Node, int], Sum | None] = {}
        self.used: set[str] = set()

    def along(self, node: Node, axis: int) -> Sum | None:
        """Return the sum of a quantity along an axis if it is a constant; None if it is not known to be."""
        if node.name in self._declared and axis == len(node.shape) - 1:
            self.used.add(str(node.name))
            return ONE
        place = (node, axis)
        if place not in self._known:
            self._known[place] = None
            self._known[place] = self._found(node, axis)
        return self._known[place]

    def _found(self, node: Node, axis: int) -> Sum | None:
        op = node.op
        if op is None:
            return None
        if (op is SOFTMAX and node.parameters[0] == axis) or (op is ONE_HOT and axis == len(node.shape) - 1):
            return ONE
        places = tuple(None if size == 1 else Index(-100 - n, size) for n, size in enumerate(node.shape))
        bound = places[axis]
        if bound is None:
            return None
        definition = multiplied_out(self._lowering.definition(node, places), self.applied)
        total = self.applied(summed(definition, [bound]))
        return total if all(isinstance(f.base, Count) for term in total for f in term.factors) else None

    def applied(self, total: Sum) -> Sum:
        """Put known sums in: Σ_j P_ij = 1 where j occurs in nothing else."""
        return added(*(self._term(term) for term in total))

    def _term(self, term: Term) -> Sum:
        for index in term.summed:
            holders = [f for f in term.factors if index in f.indices]
            if len(holders) != 1 or holders[0].power != 1 or not isinstance(holders[0].base, Quantity):
                continue
            node = holders[0].base.node
            axis = _axis_at(node, holders[0].indices.index(index))
            known = self.along(node, axis)
            if known is None or holders[0].indices.count(index) > 1:
                continue
            rest = tuple(f for f in term.factors if f is not holders[0])
            pieces = [product((Term(term.coefficient, rest),), (piece,)) for piece in known]
            left = [i for i in term.summed if i != index]
            return self.applied(added(*(summed(piece, left) for piece in pieces)))
        return (tidy(term),)


def _axis_at(node: Node, position: int) -> int:
    """Return the axis of the index at a position; axes of size 1 have no index."""
    return [n for n, size in enumerate(node.shape) if size != 1][position]
