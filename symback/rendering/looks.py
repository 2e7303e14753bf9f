"""How the quantities of a derivation look on paper: x₀ as itself, its gradient as ∂L/∂x₀."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symback.derivation.steps import StepKind
from symback.notation.forms import Level, Written
from symback.notation.identifier import identifier
from symback.notation.tree import Fence, Fraction, Letters, Name, Number, Script, Sign, row

if TYPE_CHECKING:
    from symback.core.node import Node
    from symback.derivation.backward import Backward
    from symback.derivation.steps import Step
    from symback.notation.tree import Tree

PARTIAL = Letters("∂")


def partial_derivative(above: Tree, below: Tree) -> Fraction:
    """Write ∂above/∂below."""
    return Fraction(row(PARTIAL, above), row(PARTIAL, below))


class Looks:
    """The look of every named quantity of a derivation.

    Attributes:
        loss: The look of what the gradients are gradients of.
    """

    def __init__(self, backward: Backward) -> None:
        self._steps = {step.node: step for step in backward.steps}
        self._known: dict[Node, Written] = {}
        names = backward.graph.names
        output = str(backward.output.name)
        if output in {"L", "loss", "J", "C", "cost"}:
            self.loss: Tree = identifier(output)
        else:
            self.loss = identifier(next(n for n in ("L", "J", "L_final") if n not in names))

    def __call__(self, node: Node) -> Written:
        """Write a named node."""
        known = self._known.get(node)
        if known is None:
            step = self._steps.get(node)
            look = identifier(str(node.name)) if step is None else self._of_step(step)
            known = self._known[node] = Written(Name(str(node.name), look), Level.ATOM)
        return known

    def tree(self, node: Node) -> Tree:
        """Return the look of a named node without its level."""
        return self(node).tree

    def gradient(self, of: Node) -> Tree:
        """Write the gradient with respect to a forward quantity: ∂L/∂of."""
        return partial_derivative(self.loss, self.tree(of))

    def _of_step(self, step: Step) -> Tree:
        if step.kind is StepKind.SEED:
            return identifier(step.name)
        of = identifier(str(step.of.name))
        if step.kind is StepKind.LOCAL:
            assert step.consumer is not None  # noqa: S101 - a local factor has a consumer
            fraction = partial_derivative(identifier(str(step.consumer.name)), of)
            ordinal = _ordinal(step)
            return _restricted(fraction, Number(ordinal)) if ordinal else fraction
        fraction = partial_derivative(self.loss, of)
        if step.kind is StepKind.CHAIN and step.consumer is not None and "_via_" in step.name:
            through = identifier(str(step.consumer.name))
            ordinal = _ordinal(step.parts[1])
            label = row(through, Sign(","), Number(ordinal)) if ordinal else through
            return _restricted(fraction, label)
        return fraction


def _restricted(fraction: Tree, label: Tree) -> Script:
    """Write which of several paths a derivative is meant along."""
    return Script(Fence("", fraction, "|"), sub=label)


def _ordinal(step: Step) -> str:
    """Return which of several equal arguments a local factor belongs to; empty if there is one."""
    head, _, tail = step.name.rpartition("_")
    return tail if tail.isdigit() and head.endswith(f"_d{step.of.name}") else ""
