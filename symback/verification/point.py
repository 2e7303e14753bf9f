"""The point at which gradients are compared, and the forward pass around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symback.core.op import VARIADIC, Kind
from symback.evaluation import scalars
from symback.evaluation.values import compute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symback.core.node import Node
    from symback.evaluation.values import Values


class Point:
    """The inputs of an evaluation in floats, with the forward pass as a function.

    Attributes:
        values: The evaluation.
        inputs: Its inputs as floats.
        upstream: Its upstream gradient as a float.
    """

    def __init__(self, values: Values) -> None:
        self.values = values
        self.backward = values.backward
        self.order = self.backward.graph.nodes
        seed = self.backward.seed.name
        self.inputs: dict[str, float] = {name: float(v) for name, v in values.inputs.items() if name != seed}
        self.upstream: float = float(values[seed])

    def output_at(self, changed: Mapping[str, Any]) -> Any:
        """Return the output of the forward pass with some inputs changed."""
        return self.run(changed)[self.backward.output]

    def run(self, changed: Mapping[str, Any]) -> dict[Node, Any]:
        """Return every forward value with some inputs changed."""
        return compute(self.order, {**self.inputs, **changed}, scalars)


def branches(values: Mapping[Node, Any]) -> tuple[int, ...]:
    """Say on which side of every kink a forward pass runs: −1, 0 (on it) or 1 for each.

    Between two passes with the same branches every op is smooth.
    """
    sides: list[int] = []
    for node, value in values.items():
        op = node.op
        if op is None:
            continue
        if op.kind is Kind.SELECTING and op.arity == VARIADIC:
            sides += [_side(values[source], value) for source in node.inputs]
        elif op.kind is Kind.PIECEWISE_CONSTANT and len(node.inputs) == 2:  # noqa: PLR2004 - a comparison
            sides.append(_side(values[node.inputs[0]], values[node.inputs[1]]))
        else:
            sides += [_side(values[node.inputs[0]], kink.at) for kink in op.kinks(*node.parameters)]
    return tuple(sides)


def _side(value: Any, mark: Any) -> int:
    return int(value.real > mark.real) - int(value.real < mark.real)
