"""Where in the forward pass a step's quantity enters: everywhere, or along one edge only."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from symback.derivation.steps import Step, StepKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symback.core.node import Node


class Occurrence(NamedTuple):
    """What a derivative is taken by.

    Attributes:
        of: The forward quantity.
        edge: The op and the position among its arguments, if only that occurrence moves.
    """

    of: Node
    edge: tuple[Node, int] | None


def occurrence(step: Step) -> Occurrence:
    """Return what a step differentiates by: a contribution and a local factor by one occurrence."""
    if step.kind is StepKind.LOCAL:
        return Occurrence(step.of, step.path[-1])
    if step.contributes:
        return Occurrence(step.of, step.parts[1].path[-1])
    return Occurrence(step.of, None)


def downstream(nodes: Iterable[Node], moved: Occurrence) -> list[Node]:
    """Return the nodes that change when an occurrence moves, in order, without the quantity itself."""
    changed: set[Node] = {moved.of} if moved.edge is None else set()
    found: list[Node] = []
    for node in nodes:
        starts = moved.edge is not None and node is moved.edge[0]
        if starts or not changed.isdisjoint(node.inputs):
            changed.add(node)
            found.append(node)
    return found
