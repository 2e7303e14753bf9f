"""Whether all ways to the output are counted once: what a sum adds up, and what a chain multiplies."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from symback.core.op import Kind
from symback.derivation.steps import Step, StepKind
from symback.ops.arithmetic import ADD, CONSTANT
from symback.ops.partials import vanishes_at
from symback.verification.report import Finding, Status

if TYPE_CHECKING:
    from symback.core.node import Node
    from symback.derivation.backward import Backward

Way: TypeAlias = "tuple[tuple[Node, int], ...]"
"""From a named result down to a named quantity: the ops between, each with the position of its argument."""


class Paths:
    """The ways along which gradients flow, found from the forward graph alone.

    Args:
        backward: The derivation.
    """

    def __init__(self, backward: Backward) -> None:
        self._backward = backward

    @cached_property
    def _ways(self) -> dict[Node, Counter[Way]]:
        """For each named quantity, the ways from results that the output depends on."""
        ways: dict[Node, Counter[Way]] = {}
        live = {self._backward.output}
        for consumer in reversed(self._backward.graph.nodes):
            if consumer not in live or consumer.op is None:
                continue
            stack: list[tuple[Node, Way]] = [(consumer, ())]
            while stack:
                node, way = stack.pop()
                if way and node.name is not None:
                    ways.setdefault(node, Counter())[way] += 1
                    live.add(node)
                    continue
                for position, source in enumerate(node.inputs):
                    if not stops_at(node, position):
                        stack.append((source, (*way, (node, position))))
        return ways

    def accumulated(self, step: Step) -> Finding:
        """Check that a sum has one contribution for each way, and adds them up."""
        ways = self._ways.get(step.of, Counter())
        if not step.parts:
            if ways:
                return Finding(Status.FAILED, f"{_ways(len(ways))} to the output, but the gradient is 0")
            zero = _is_zero(step.node)
            return Finding(
                Status.PASSED if zero else Status.FAILED,
                "no way leads to the output, so it is 0"
                if zero
                else "no way leads to the output, but it is not 0",
            )
        entered = Counter(
            part.parts[1].path for part in step.parts if part.kind is StepKind.CHAIN and part.parts
        )
        if any(part.of is not step.of for part in step.parts):
            return Finding(Status.FAILED, "adds up what belongs to another quantity")
        missing, extra = ways - entered, entered - ways
        if missing or extra:
            what = f"{missing.total()} missing" if missing else f"{extra.total()} too many"
            return Finding(Status.FAILED, f"{_ways(ways.total())} to the output; in the sum there are {what}")
        if step.node.op is not ADD or Counter(step.node.inputs) != Counter(part.node for part in step.parts):
            return Finding(Status.FAILED, "is not the sum of the steps that it names")
        return Finding(
            Status.PASSED, f"by the chain rule: the sum over all {ways.total()} ways, each checked itself"
        )

    def misplaced(self, step: Step) -> Finding | None:
        """Say what is wrong with where a chain stands: it is made of other steps, or is not all there is."""
        if len(step.parts) != 2:  # noqa: PLR2004 - upstream and local factor
            return Finding(Status.FAILED, "is not made of an upstream gradient and a local factor")
        upstream, local = step.parts
        if step.consumer is None or self._backward.adjoints.get(step.consumer) is not upstream:
            return Finding(Status.FAILED, f"{upstream.name} is not the gradient of {step.consumer_name}")
        if local.consumer is not step.consumer or local.of is not step.of:
            return Finding(Status.FAILED, f"{local.name} is not its local factor")
        ways = self._ways.get(step.of, Counter())
        if local.path not in ways:
            return Finding(Status.FAILED, "the output does not depend on it in this way")
        if not step.contributes and ways.total() > 1:
            return Finding(Status.FAILED, f"{_ways(ways.total())} to the output, but only one is counted")
        return None


def stops_at(node: Node, position: int) -> bool:
    """Say whether no gradient flows from a node to one of its arguments.

    >>> from symback.ops.expression import symbols
    >>> stops_at((symbols("x") > 0).node, 0)
    True
    """
    op = node.op
    if op is None or op.kind is Kind.PIECEWISE_CONSTANT or position in op.index_arguments:
        return True
    return op.entrywise and op.kind is not Kind.MULTILINEAR and vanishes_at(node, position)


def _is_zero(node: Node) -> bool:
    while node.op is not None and node.op is not CONSTANT and len(node.inputs) == 1:
        node = node.inputs[0]
    return node.op is CONSTANT and node.parameters[0] == 0


def _ways(count: int) -> str:
    return f"{count} ways lead" if count != 1 else "1 way leads"
