"""The point at which gradients are compared, and the forward pass around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
