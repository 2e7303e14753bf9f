"""How the quantities of a derivation look on paper: x₀ as itself, its gradient as ∂L/∂x₀."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symback.derivation.steps import StepKind
from symback.notation.forms import Level, Written, written_numeral
from symback.notation.identifier import identifier, indexed
from symback.notation.numeral import spell
from symback.notation.tree import Fence, Fraction, Letters, Name, Number, Script, Sign, row
from symback.rendering.line import Amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symback.core.node import Node
    from symback.derivation.backward import Backward
    from symback.derivation.steps import Step
    from symback.notation.tree import Tree

PARTIAL = Letters("∂")

ENTRY = "k"
"""The index of the entry that stands for all of a quantity."""


def partial_derivative(above: Tree, below: Tree) -> Fraction:
    """Write ∂above/∂below."""
    return Fraction(row(PARTIAL, above), row(PARTIAL, below))


class Looks:
    """Writes the quantities of a derivation by their looks and their numbers; a pen for lines.

    Attributes:
        loss: The look of what the gradients are gradients of.
        has_entries: Whether some quantities stand for several numbers.
        steps: The step that each backward node belongs to.
    """

    def __init__(self, backward: Backward, values: Mapping[str, Any] | None = None) -> None:
        self._values = values
        self.has_entries = any(node.shape for node in backward.graph.nodes)
        self.steps: dict[Node, Step] = {step.node: step for step in backward.steps}
        names = backward.graph.names
        # Not the output itself, even if it is a loss: ∂L/∂x is then its own factor, without an upstream.
        self.loss: Tree = identifier(next(n for n in ("L", "J", "L_final") if n not in names))

    @property
    def has_numbers(self) -> bool:
        """Whether there are numbers to put in."""
        return self._values is not None

    def tree(self, node: Node) -> Tree:
        """Return the look of a named quantity."""
        return self.name(node).tree

    def name(self, node: Node) -> Written:
        """Write a named quantity."""
        step = self.steps.get(node)
        if step is None:
            look = _own_look(node)
        else:
            consumer = None if step.consumer is None else _own_look(step.consumer)
            look = step_look(step, self.loss, _own_look(step.of), consumer)
        return Written(Name(str(node.name), look, ENTRY if node.shape else ""), Level.ATOM)

    def number(self, node: Node) -> Amount | None:
        """Write the number of a quantity to six digits; None where there is none, or an array."""
        return None if self._values is None else amount(self._values.get(str(node.name)))

    def gradient(self, node: Node) -> Tree:
        """Write the gradient with respect to a forward quantity: ∂L/∂of."""
        return partial_derivative(self.loss, self.name(node).tree)


def _own_look(node: Node) -> Tree:
    """Write a forward quantity; one that stands for several numbers by an entry: x_k."""
    name = str(node.name)
    return indexed(name, ENTRY) if node.shape else identifier(name)


def step_look(step: Step, loss: Tree, of: Tree, consumer: Tree | None) -> Tree:
    """Write what a step gives, from the looks of the quantities that it is about."""
    if step.kind is StepKind.SEED:
        return identifier(step.name)
    if step.kind is StepKind.LOCAL and consumer is not None:
        fraction = partial_derivative(consumer, of)
        return _restricted(fraction, Number(str(step.ordinal))) if step.ordinal else fraction
    fraction = partial_derivative(loss, of)
    if step.contributes and consumer is not None:
        label = row(consumer, Sign(","), Number(str(step.ordinal))) if step.ordinal else consumer
        return _restricted(fraction, label)
    return fraction


def _restricted(fraction: Tree, label: Tree) -> Script:
    """Write which of several paths a derivative is meant along."""
    return Script(Fence("", fraction, "|"), sub=label)


def amount(value: Any) -> Amount | None:
    """Write a number to six digits, and say whether that is exact; None for none or an array.

    >>> amount(2).exact
    True
    """
    if value is None or (hasattr(value, "shape") and value.shape != ()):
        return None
    text, exact = spell(value)
    return Amount(written_numeral(text), exact)
