"""Whether a point lies on a kink, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from symback.core.op import VARIADIC, Kind
from symback.derivation.conditions import LARGEST, tied_entries
from symback.notation.numeral import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symback.core.node import Node


class AtKink(NamedTuple):
    """A node whose argument lies on one of its kinks.

    Attributes:
        node: The node.
        where: Where it is, in words: "z = 0".
        points: At how many points of an array that is so; 1 for a number.
        share: The op's own choice between left (0) and right (1); None in a tie.
        jump: Whether the value itself jumps there.
        ties: What tied entries along axes do, whatever the kink policy; empty for everything else.
    """

    node: Node
    where: str
    points: int
    share: Any
    jump: bool = False
    ties: str = ""


def kinks_hit(nodes: Iterable[Node], values: Mapping[Node, Any]) -> list[AtKink]:  # noqa: C901 - one branch for each kind of op
    """Find the nodes whose arguments lie on a kink, or are tied."""
    hits: list[AtKink] = []
    for node in nodes:
        op = node.op
        if op is None:
            continue
        constant = op.kind is Kind.PIECEWISE_CONSTANT
        if constant and len(node.inputs) == 2:  # noqa: PLR2004 - a comparison
            left, right = node.inputs
            points = _count(values[left] == values[right])
            if points:
                hits.append(AtKink(node, f"{_name(left)} = {_name(right)}", points, 0, jump=True))
        for kink in op.kinks(*node.parameters):
            points = _count(values[node.inputs[0]] == kink.at)
            if points:
                where = f"{_name(node.inputs[0])} = {in_words(kink.at)}"
                hits.append(AtKink(node, where, points, kink.convention, constant))
        if op.kind is Kind.SELECTING and op.arity == VARIADIC:
            # `+` counts, entry by entry, how many arguments share the selected value.
            tied = sum((values[source] == values[node]) + 0 for source in node.inputs)
            points = _count(tied > 1)
            if points:
                where = f"equal arguments of {op.label}: " + ", ".join(map(_name, node.inputs))
                hits.append(AtKink(node, where, points, None))
        if op.share is not None:
            points = _ties_along(values[node.inputs[0]], values[node], *node.parameters)
            if points:
                where = f"equal {LARGEST[op.name]} entries of {_name(node.inputs[0])}"
                hits.append(AtKink(node, where, points, None, ties=tied_entries(node)))
    return hits


def _ties_along(value: Any, best: Any, axes: tuple[int, ...], keepdims: bool) -> int:  # noqa: FBT001 - an op's parameters
    """Count the places at which several entries along some axes are the extreme one."""
    if not keepdims:
        shape = tuple(1 if axis in axes else size for axis, size in enumerate(value.shape))
        best = best.reshape(shape)
    # `+` turns truth values into numbers.
    return _count(((value == best) + 0).sum(axes) > 1)


def _name(node: Node) -> str:
    if node.name is not None:
        return node.name
    return in_words(node.parameters[0]) if node.op and node.op.name == "constant" else "its argument"


def _count(holds: Any) -> int:
    return int(holds.sum()) if hasattr(holds, "sum") else int(holds)
