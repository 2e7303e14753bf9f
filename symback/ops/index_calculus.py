"""Index calculus: the derivative of any product of indexed factors, summed over some of the indices.

For Z = Σ … with an index pattern such as `ij,jk->ik`, the derivative with respect to one operand is
the product of the others with a δ for each index of that operand; a δ with a summed index collapses.
"""

from __future__ import annotations

from typing import NamedTuple

from symback.core.errors import DerivationError

FRESH = "klmnpq"
"""Letters for the indices of what is differentiated by."""


class Differential(NamedTuple):
    """A derivative as a sum of products.

    Attributes:
        factors: The operands that are left: their position and their indices.
        deltas: Pairs of indices that must be equal.
        summed: The indices that are summed over.
    """

    factors: tuple[tuple[int, str], ...]
    deltas: tuple[tuple[str, str], ...]
    summed: str

    def collapsed(self) -> Differential:
        """Use up every δ that has a summed index: Σ_i x_i δ_ik = x_k.

        >>> Differential(((0, "i"),), (("i", "k"),), "i").collapsed()
        Differential(factors=((0, 'k'),), deltas=(), summed='')
        """
        factors, summed = self.factors, self.summed
        left: list[tuple[str, str]] = []
        # What an index that was used up is now called: of δ_ik δ_il summed over i, δ_kl is left.
        called: dict[str, str] = {}
        for index, fresh in self.deltas:
            if index in summed:
                factors = tuple((position, indices.replace(index, fresh)) for position, indices in factors)
                summed = summed.replace(index, "")
                called[index] = fresh
            else:
                left.append((called.get(index, index), fresh))
        return Differential(factors, tuple(left), summed)


def differential(pattern: str, position: int) -> Differential:
    """Differentiate an index pattern with respect to one operand.

    For Z_ik = Σ_j X_ij W_jk: ∂Z_ik/∂W_lm = Σ_j X_ij δ_jl δ_km, which collapses to X_il δ_km.

    Args:
        pattern: The indices of the operands and of the result: "ij,jk->ik".
        position: Which operand.

    Raises:
        DerivationError: The pattern cannot be read, or has no such operand.

    Source: Laue, Mitterreiter & Giesen, A Simple and Efficient Tensor Calculus (2020).

    >>> differential("ij,jk->ik", 1).deltas
    (('j', 'l'), ('k', 'm'))
    """
    left, arrow, output = pattern.partition("->")
    operands = left.split(",")
    if not arrow or not 0 <= position < len(operands):
        raise DerivationError(f"the index pattern {pattern!r} has no operand {position}")
    used = set(pattern)
    fresh = [letter for letter in FRESH if letter not in used]
    own = operands[position]
    if len(fresh) < len(own):
        raise DerivationError(f"the index pattern {pattern!r} leaves no letters for a derivative")
    factors = tuple((n, indices) for n, indices in enumerate(operands) if n != position)
    summed = "".join(dict.fromkeys(index for index in "".join(operands) if index not in output))
    return Differential(factors, tuple(zip(own, fresh, strict=False)), summed)
