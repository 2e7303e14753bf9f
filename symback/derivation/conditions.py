"""Side conditions: where a derivative is a convention, and where it vanishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from symback.core.op import VARIADIC, Kind
from symback.notation.numeral import in_words
from symback.ops.comparisons import RECORDS as COMPARISONS
from symback.ops.reductions import shares_evenly

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symback.core.graph import Graph
    from symback.core.node import Node
    from symback.core.op import Kink
    from symback.derivation.paths import Edge

LARGEST: Final = {"amax": "largest", "amin": "smallest"}
"""Which entries the ops that select along axes take."""

LAYOUT: Final = "Gradients have the shape of the quantity they belong to; Jacobians are in numerator layout."


def conditions(graph: Graph, vanishing: Iterable[Edge], kink: Any) -> list[str]:
    """Return the side conditions of a derivation, in words."""
    found: dict[str, None] = {}
    for node in graph.nodes:
        op = node.op
        if op is None:
            continue
        for point in op.kinks(*node.parameters):
            found[_at_a_kink(node, point, kink)] = None
        if op.kind is Kind.SELECTING and op.arity == VARIADIC and len(node.inputs) > 1:
            found[_in_a_tie(node, kink)] = None
        if op.share is not None:
            found[_among_entries(node, kink)] = None
    for edge in vanishing:
        ops = [node.op for node, _ in edge.path if node.op is not None]
        jumping = next((op for op in ops if op.kind is not Kind.ELEMENTWISE), None)
        if jumping is None:
            found[f"{edge.consumer.name} does not change with {edge.of.name}: the local factor is 0."] = None
            continue
        what = "a comparison" if jumping in COMPARISONS else jumping.label
        way = f"{edge.of.name} acts on {edge.consumer.name} through {what}"
        found[f"{way}, which is constant wherever it does not jump: that path contributes 0."] = None
    return [*found, LAYOUT]


def _at_a_kink(node: Node, point: Kink, kink: Any) -> str:
    assert node.op is not None  # noqa: S101 - only ops have kinks
    argument = "argument" if len(node.inputs) == 1 else "first argument"
    where = f"{node.op.label} has no derivative where its {argument} is {in_words(point.at)}"
    if kink == "error":
        return f"{where}; such a point is refused."
    share = point.convention if kink is None else kink
    side = {0: "the derivative from the left", 1: "the derivative from the right"}.get(
        share, f"(1 − s) · left + s · right with s = {in_words(share)}"
    )
    return f"{where}; there {side} is taken."


def _in_a_tie(node: Node, kink: Any) -> str:
    assert node.op is not None  # noqa: S101 - only ops select
    where = f"{node.op.label} has no derivative where its largest arguments are equal"
    if node.op.name == "minimum":
        where = where.replace("largest", "smallest")
    if kink == "error":
        return f"{where}; such a point is refused."
    if kink is None:
        return f"{where}; there they share the gradient evenly."
    return f"{where}; there the earlier of two gets the share {in_words(kink)}, the later the rest."


def _among_entries(node: Node, kink: Any) -> str:
    assert node.op is not None  # noqa: S101 - only ops select
    where = f"{node.op.label} has no derivative where several entries are equally {LARGEST[node.op.name]}"
    return f"{where}; {'such a point is refused' if kink == 'error' else f'there {tied_entries(node)}'}."


def tied_entries(node: Node) -> str:
    """Say what tied entries do where an op selects one along axes; no kink policy changes it.

    >>> from symback.ops.expression import array
    >>> tied_entries(array("X", "2 3").max(axis=1).node)
    'the first of the tied entries takes all'
    """
    if shares_evenly(node.inputs[0].shape, node.parameters[0]):
        return "the tied entries share the gradient evenly"
    return "the first of the tied entries takes all"
