"""Equations and steps of arrays as lines: in matrix form, and in index form beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symback.derivation.indexed.jacobian import local_form
from symback.derivation.indexed.lowering import places_of
from symback.derivation.indexed.simplify import ShortForms
from symback.derivation.steps import StepKind
from symback.notation.identifier import identifier
from symback.notation.tree import Colour, Fence, Indicator, Name, Number, Script, Sign, Tree, row
from symback.rendering.array_looks import ArrayLooks, entry_look
from symback.rendering.entries import entry_form
from symback.rendering.letters import IndexLetters
from symback.rendering.line import Line, Side
from symback.rendering.looks import partial_derivative
from symback.rendering.matrix_form import matrix_form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symback.core.node import Node
    from symback.derivation.backward import Backward
    from symback.derivation.indexed.lowering import Place
    from symback.derivation.indexed.terms import Sum
    from symback.derivation.steps import Step


class ArrayLines:
    """Writes the lines of one derivation of arrays.

    Attributes:
        forms: The right-hand sides as sums of indexed products.
        looks: How quantities are written.
    """

    def __init__(self, backward: Backward, values: Mapping[str, Any] | None = None) -> None:
        seed = backward.seed
        given = None if values is None else values.get(seed.name)
        unit = not seed.of.shape and (given is None or bool(given == 1))
        self.forms = ShortForms(backward, unit_seed=unit, distributions=backward.distributions)
        self.looks = ArrayLooks(backward, self.forms, values)
        self._backward = backward

    def forward(self, node: Node) -> list[Line]:
        """Write a forward equation."""
        places = places_of(node)
        total = self.forms.lowering.definition(node, places)
        return self._both(node, str(node.name), self.looks.name(node).tree, [total], places)

    def step(self, step: Step) -> list[Line]:
        """Write a step: its matrix form, and its index form where there is more to see."""
        if step.kind is StepKind.SEED:
            return [self._seed(step)]
        if step.kind is StepKind.LOCAL:
            return [self._local(step)]
        left = Colour("gradient", self.looks.name(step.node).tree)
        return self._both(step.node, step.name, left, self.forms.forms(step), places_of(step.node))

    def final(self, step: Step) -> Line:
        """Write a gradient in its shortest form, and its numbers."""
        if step.kind is StepKind.SEED:
            return self._seed(step)
        left = Colour("gradient", self.looks.name(step.node).tree)
        return self._both(step.node, step.name, left, [self.forms.short(step)], places_of(step.node))[0]

    def _seed(self, step: Step) -> Line:
        """Write the upstream gradient: it is given; of a loss by itself it is 1."""
        meaning = self.looks.gradient(step.of)
        if self.forms.lowering.unit_seed:
            return Line(step.name, meaning, (Side("=", Number("1")),))
        found = self.looks.numbers(step.node)
        given = () if found is None else (Side(*found),)
        return Line(step.name, identifier(step.name), (Side("=", meaning.look), *given))

    def _local(self, step: Step) -> Line:
        letters = IndexLetters()
        consumer, of = step.consumer, step.of
        assert consumer is not None  # noqa: S101 - a local factor has one
        outs = places_of(consumer)
        ins = places_of(of, start=len(outs))
        over = [letters[place] for place in outs if place is not None]
        under = [letters[place] for place in ins if place is not None]
        above = entry_look(str(consumer.name), over)
        fraction: Tree = partial_derivative(above, entry_look(str(of.name), under))
        if step.ordinal:
            fraction = Script(Fence("", fraction, "|"), sub=Number(str(step.ordinal)))
        form = local_form(self.forms.lowering, self._backward, step, outs, ins)
        if form is None:
            moves = row(entry_look(str(of.name), under), Sign("↦"), above)
            return Line(step.name, Name(step.name, fraction), (Side("=", Indicator(moves)),))
        return Line(
            step.name, Name(step.name, fraction), (Side("=", entry_form(form, letters, self.looks).tree),)
        )

    def _both(
        self, node: Node, name: str, left: Tree, totals: Sequence[Sum], places: Sequence[Place]
    ) -> list[Line]:
        """Write sums in matrix form, and the first of them in index form as a line of its own."""
        own = [place for place in places if place is not None]
        sides: list[Side] = []
        for total in totals:
            written = matrix_form(total, own, self.looks)
            if written is not None and (not sides or written.tree != sides[-1].tree):
                sides.append(Side("=", written.tree))
        numbers = self.looks.numbers(node)
        tail = [] if numbers is None else [Side(*numbers)]
        entries = self._entries(node, left, totals, own)
        if not sides:
            return [Line(name, entries.left, (*entries.sides, *tail))]
        lines = [Line(name, left, (*sides, *tail))]
        if own:
            lines.append(entries)
        return lines

    def _entries(self, node: Node, left: Tree, totals: Sequence[Sum], own: Sequence[Any]) -> Line:
        letters = IndexLetters()
        look = self.looks.entry(node, [letters[place] for place in own]).tree
        tree = Colour("gradient", look) if isinstance(left, Colour) else look
        return Line("", tree, (Side("=", entry_form(totals[0], letters, self.looks).tree),))
