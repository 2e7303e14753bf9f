"""The second check: each step equals a complex step of the ops' numeric implementations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from symback.core.op import Kind
from symback.derivation.steps import Step, StepKind
from symback.evaluation import scalars
from symback.verification.occurrence import Occurrence, downstream, occurrence
from symback.verification.report import Finding, Status
from symback.verification.smooth import smooth_op

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symback.core.node import Node
    from symback.derivation.backward import Backward
    from symback.verification.sampling import Sample

TOLERANCE: Final = 1e-9
"""Relative to max(1, |value|): the rounding of some tens of float operations, with room to spare."""

_STEP: Final = 1e-30
_DIGITS: Final = 30
_MOST_TERMS: Final = 8


class NumbersCheck:
    """Compares steps with the numeric forward pass at random points, and that with the forward expressions.

    Args:
        backward: The derivation.
        samples: The points.
    """

    def __init__(self, backward: Backward, samples: Sequence[Sample]) -> None:
        self._backward = backward
        self._samples = samples
        self._compared: dict[tuple[Any, ...], str] = {}

    def check(self, step: Step) -> Finding:
        """Compare the value of a step with a complex step of what it is the derivative of."""
        if not self._samples:
            return Finding(Status.OPEN, "no point inside all domains and off every kink was found")
        for node, _ in step.path:
            wrong = self._forward_value(node)
            if wrong:
                return Finding(Status.FAILED, wrong)
        worst = 0.0
        for sample in self._samples:
            derived = float(sample.values[step.node])
            truth = self._truth(step, sample)
            error = abs(derived - truth) / max(1.0, abs(truth))
            # Written so that a nan is an error, too.
            if not error <= TOLERANCE:
                at = ", ".join(f"{name} = {value:.6g}" for name, value in list(sample.inputs.items())[:6])
                how = f"is {derived:.12g}, the complex step gives {truth:.12g} at {at}"
                return Finding(Status.FAILED, how, error)
            worst = max(worst, error)
        return Finding(Status.PASSED, f"complex step at {len(self._samples)} points", worst)

    def _forward_value(self, node: Node) -> str:
        """Compare an op's numeric value with its forward expression; what is wrong, in words."""
        op = node.op
        key = (op, node.parameters)
        if op is None or op.kind is Kind.MULTILINEAR or len(node.inputs) > _MOST_TERMS:
            return ""
        if key not in self._compared:
            self._compared[key] = ""
            for sample in self._samples:
                arguments = [sample.values[source] for source in node.inputs]
                stated = self._stated(node, sample, arguments)
                error = abs(float(sample.values[node]) - stated) / max(1.0, abs(stated))
                if not error <= TOLERANCE:
                    at = ", ".join(f"{float(value):.6g}" for value in arguments)
                    found = f"{float(sample.values[node]):.12g}, its forward expression {stated:.12g}"
                    self._compared[key] = f"the numeric value of {op.name} at {at} is {found}"
                    break
        return self._compared[key]

    def _stated(self, node: Node, sample: Sample, arguments: list[Any]) -> float:
        import sympy

        made = [sympy.Float(float(value), _DIGITS) for value in arguments]
        return float(sympy.N(smooth_op(sympy, node, sample.values, made, None), _DIGITS))

    def _truth(self, step: Step, sample: Sample) -> float:
        upstream = sample.inputs[self._backward.seed.name]
        if step.kind is StepKind.SEED:
            return upstream
        if step.kind is StepKind.LOCAL and step.consumer is not None:
            chain = [node for node, _ in reversed(step.path)]
            return complex_slope(sample.values, chain, occurrence(step), step.consumer)
        moved = occurrence(step)
        nodes = downstream(self._backward.graph.nodes, moved)
        return upstream * complex_slope(sample.values, nodes, moved, self._backward.output)


def complex_slope(values: dict[Node, Any], nodes: Sequence[Node], moved: Occurrence, top: Node) -> float:
    """Im f(v + ih) / h, where only one occurrence of a quantity moves.

    Args:
        values: The numbers of all nodes where nothing moves.
        nodes: The nodes that move with it, in order.
        moved: What moves.
        top: The node that is differentiated.
    """
    shifted = complex(float(values[moved.of]), _STEP)
    changed: dict[Node, Any] = {} if moved.edge else {moved.of: shifted}
    for node in nodes:
        arguments = [changed.get(source, values[source]) for source in node.inputs]
        if moved.edge and node is moved.edge[0]:
            arguments[moved.edge[1]] = shifted
        if node.op is not None:
            changed[node] = node.op.numeric(scalars, *arguments, *node.parameters)
    return complex(changed.get(top, 0.0)).imag / _STEP
