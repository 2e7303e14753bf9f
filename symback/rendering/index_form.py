"""The derivative of a sum of products in index form, with the δ that collapses: Σ_i x_i δ_ik = x_k."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symback.core.op import Kind
from symback.notation.forms import Level, SumOver, Times, Written
from symback.notation.tree import Index, Letters, Script, reindex, row
from symback.ops.index_calculus import differential
from symback.rendering.line import Side

if TYPE_CHECKING:
    from symback.derivation.steps import Step
    from symback.rendering.line import Pen


def by_indices(step: Step, pen: Pen) -> list[Side]:
    """Write a local factor as the sum that it is before its δs collapse; nothing for other ops."""
    node, position = step.path[-1]
    op = node.op
    if op is None or op.kind is not Kind.MULTILINEAR or not isinstance(op.form, SumOver):
        return []
    parts = differential(op.pattern, position)
    factors = [
        Written(reindex(pen.name(node.inputs[operand]).tree, "k", indices), Level.ATOM)
        for operand, indices in parts.factors
    ]
    deltas = [
        Written(Script(Letters("δ"), sub=row(Index(one), Index(other))), Level.ATOM)
        for one, other in parts.deltas
    ]
    return [Side("=", op.form.over(Times().write([*factors, *deltas]).tree, node.parameters[0]))]
