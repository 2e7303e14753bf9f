"""On which side of every kink a forward pass runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from symback.core.op import VARIADIC, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symback.core.node import Node


_STAIRS: Final = frozenset(["floor", "ceil", "round"])


def branches(values: Mapping[Node, Any], nodes: Iterable[Node]) -> tuple[int, ...]:
    """Say on which side of every kink the nodes lie: −1, 1, or 0 on it.

    Between two passes with the same branches every op is smooth. Of the arguments of a maximum or
    minimum, the place of the selected one counts; 0 stands for a tie.
    """
    sides: list[int] = []
    for node in nodes:
        op = node.op
        if op is None:
            continue
        if op.kind is Kind.SELECTING and op.arity == VARIADIC:
            winners = [n for n, source in enumerate(node.inputs, 1) if values[source] == values[node]]
            sides.append(winners[0] if len(winners) == 1 else 0)
        elif op.kind is Kind.PIECEWISE_CONSTANT and len(node.inputs) == 2:  # noqa: PLR2004 - a comparison
            sides.append(_side(values[node.inputs[0]], values[node.inputs[1]]))
        elif op.kind is Kind.PIECEWISE_CONSTANT and op.name in _STAIRS:
            # They jump again and again: their value says between which two jumps.
            sides.append(2 * int(values[node].real) + 1)
        else:
            sides += [_side(values[node.inputs[0]], kink.at) for kink in op.kinks(*node.parameters)]
    return tuple(sides)


def _side(value: Any, mark: Any) -> int:
    return int(value.real > mark.real) - int(value.real < mark.real)
