"""The first check: each step equals SymPy's derivative, as an identity between expressions."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from symback.core.node import postorder
from symback.derivation.steps import Step, StepKind
from symback.ops.arithmetic import MUL
from symback.ops.partials import vanishes_at
from symback.verification.identity import vanishes
from symback.verification.occurrence import Occurrence, downstream, occurrence
from symback.verification.report import Finding, Status
from symback.verification.smooth import smooth_op, smooth_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symback.core.node import Node
    from symback.derivation.backward import Backward
    from symback.verification.sampling import Sample

LARGEST_CONE: Final = 10
"""With more ops than this between a quantity and the output, the whole expression is not built.

SymPy needs exponential time for deeply nested functions: tanh(tanh(…)) ten levels deep takes seconds.
"""


class MathematicsCheck:
    """Proves steps of a derivation, on every branch that was visited.

    Args:
        backward: The derivation.
        samples: Points; one for each branch is used.
    """

    def __init__(self, backward: Backward, samples: Sequence[Sample]) -> None:
        import sympy

        self._sp = sympy
        self._backward = backward
        self._samples = list({sample.branch: sample for sample in samples}.values())

    def check(self, step: Step) -> Finding:  # noqa: PLR0911 - one line for each way to end
        """Compare what a step gives with SymPy's derivative of the forward expression."""
        if step.kind is StepKind.SEED:
            return Finding(Status.PASSED, "by definition: it is the gradient of the output")
        if not self._samples:
            return Finding(Status.OPEN, "no point inside all domains and off every kink was found")
        if step.kind is StepKind.LOCAL:
            top, how = step.consumer, "equals SymPy's derivative of its consumer"
        else:
            top, how = self._backward.output, "equals SymPy's derivative of the whole forward expression"
            if not step.contributes and step.kind is StepKind.ACCUMULATE and not step.parts:
                how = "SymPy's derivative of the whole forward expression is 0"
        assert top is not None  # noqa: S101 - a local factor has a consumer
        if step.parts and step.node.inputs != tuple(part.node for part in step.parts):
            return Finding(Status.FAILED, "is not made of the steps that it names")
        nodes = self._between(step)
        if nodes is None:
            return self.by_induction(step)
        for sample in self._samples:
            difference = self._difference(step, top, nodes, sample)
            zero = vanishes(self._sp, difference)
            if zero is False:
                return Finding(Status.FAILED, f"differs from SymPy's derivative by {_short(difference)}")
            if zero is None:
                return Finding(Status.OPEN, "SymPy could not decide whether the two are equal")
        return Finding(Status.PASSED, f"{how}, on {len(self._samples)} branch(es)")

    def _between(self, step: Step) -> list[Node] | None:
        """Return the forward nodes that move with the step's quantity; None if they are too many."""
        if step.kind is StepKind.LOCAL:
            return [node for node, _ in reversed(step.path)]
        cone = downstream(self._backward.graph.nodes, occurrence(step))
        return cone if len(cone) <= LARGEST_CONE else None

    def _difference(self, step: Step, top: Node, moving: list[Node], sample: Sample) -> Any:
        """Return SymPy's derivative less what the step gives, as one expression."""
        sp = self._sp
        variable = sp.Dummy("moving", real=True)
        moved = occurrence(step)
        made: dict[Node, Any] = {}
        self._fixed(moving, moved, made)
        made[moved.of] = sp.Symbol(moved.of.name, real=True) if moved.edge else variable
        for node in moving:
            sources = [made[source] for source in node.inputs]
            if moved.edge and node is moved.edge[0]:
                sources[moved.edge[1]] = variable
            made[node] = smooth_op(sp, node, sample.values, sources, variable)
        seed = sp.Symbol(self._backward.seed.name, real=True)
        slope = sp.diff(made[top], variable)
        truth = slope if step.kind is StepKind.LOCAL else seed * slope
        # What was derived is built over the same expressions.
        made[self._backward.seed.node] = seed
        behind = postorder([step.node], made)
        smooth_values(sp, behind, sample.values, made, variable)
        return (truth - made[step.node]).subs(variable, made[moved.of])

    def _fixed(self, moving: list[Node], moved: Occurrence, made: dict[Node, Any]) -> None:
        """Give a symbol to everything that does not move."""
        inside = {*moving, moved.of}
        for node in moving:
            for source in node.inputs:
                if source not in inside and source not in made:
                    made[source] = self._symbol(source)

    def _symbol(self, node: Node) -> Any:
        if node.op is not None and node.op.arity == 0:
            return node.op.forward(self._sp, *node.parameters)
        return self._sp.Symbol(node.name or f"unnamed {id(node)}", real=True)

    def by_induction(self, step: Step) -> Finding:
        """Check that a step is what the chain rule makes of steps that are checked themselves."""
        if step.kind is StepKind.ACCUMULATE:
            return self._accumulated(step)
        if step.kind is not StepKind.CHAIN:
            return Finding(Status.OPEN, "only chains and sums follow from other steps")
        upstream, local = step.parts
        right = (
            step.node.op is MUL
            and step.node.inputs == (upstream.node, local.node)
            and step.consumer is not None
            and self._backward.adjoints.get(step.consumer) is upstream
            and local.consumer is step.consumer
            and local.of is step.of
        )
        if right:
            return Finding(
                Status.PASSED, "by the chain rule: upstream and local factor are checked themselves"
            )
        return Finding(Status.FAILED, "is not the upstream of its consumer times its local factor")

    @cached_property
    def _live(self) -> set[Node]:
        """The nodes through which the output moves, found without the steps."""
        live = {self._backward.output}
        for node in reversed(self._backward.graph.nodes):
            if node in live:
                live.update(
                    s for n, s in enumerate(node.inputs) if s not in live and not vanishes_at(node, n)
                )
        return live

    @cached_property
    def _uses(self) -> dict[Node, list[tuple[Node, int]]]:
        return self._backward.graph.consumers()

    def _accumulated(self, step: Step) -> Finding:
        """Check that a sum has one contribution for every way in which its quantity is used."""
        entered = {part.parts[1].path[-1] for part in step.parts if part.kind is StepKind.CHAIN}
        needed = {
            (node, n) for node, n in self._uses[step.of] if node in self._live and not vanishes_at(node, n)
        }
        missing = needed - entered
        if missing:
            uses = len(self._uses[step.of])
            how = f"{len(missing)} of {uses} uses of {step.of.name} are missing in the sum"
            return Finding(Status.FAILED, how)
        return Finding(Status.PASSED, "by the chain rule: the sum over all uses, each checked itself")


def _short(expression: Any) -> str:
    text = str(expression)
    return text if len(text) <= 80 else text[:77] + "…"  # noqa: PLR2004 - one line of a report
