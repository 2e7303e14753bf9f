"""Equations and steps of arrays as lines: in matrix form, and in index form beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symback.derivation.indexed.jacobian import has_deltas, local_form
from symback.derivation.indexed.lowering import places_of
from symback.derivation.indexed.multiply_out import multiplied_out
from symback.derivation.indexed.simplify import ShortForms
from symback.derivation.steps import StepKind
from symback.notation.identifier import identifier
from symback.notation.tree import Colour, Fence, Number, Script, Tree
from symback.ops.pullback import composed
from symback.rendering.array_families import ArraySketch, ForeignQuantityError, SlotLooks, Template
from symback.rendering.array_looks import ArrayLooks
from symback.rendering.blocks import is_row, transposed
from symback.rendering.entries import entry_form
from symback.rendering.letters import IndexLetters, letters_of
from symback.rendering.line import Line, Side
from symback.rendering.looks import partial_derivative
from symback.rendering.matrix_form import matrix_form

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symback.core.node import Node
    from symback.derivation.backward import Backward
    from symback.derivation.indexed.families import Member
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
        given = None if values is None else values.get(seed.name, 1)
        unit = not seed.of.shape and (given is None or bool(given == 1))
        self.forms = ShortForms(backward, unit_seed=unit, distributions=backward.distributions)
        self.looks = ArrayLooks(backward, self.forms, values)
        self._backward = backward
        # Numbers differ from line to line: with them there is nothing to fill in.
        self._families = self.forms.families if values is None else None
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._templates: list[list[Template] | None] = []
        self._taken = letters_of(backward.graph)

    def _letters(self) -> IndexLetters:
        return IndexLetters(self._taken)

    def forward(self, node: Node) -> Sequence[Line | ArraySketch]:
        """Write or sketch a forward equation."""
        member = None if self._families is None else self._families.forward(node)
        return self._family(member, str(node.name), lambda looks: self._forward(node, looks))

    def first(self, node: Node) -> Line:
        """Write a forward equation in matrix form, or in index form where it has none."""
        return self._forward(node, self.looks)[0]

    def step(self, step: Step) -> Sequence[Line | ArraySketch]:
        """Write or sketch a step: its matrix form, and its index form where there is more to see."""
        if step.kind is StepKind.SEED:
            return [self._seed(step)]
        member = None if self._families is None else self._families.step(step)
        if step.kind is StepKind.LOCAL:
            return self._family(member, step.name, lambda looks: self._local(step, looks))
        return self._family(member, step.name, lambda looks: self._chain(step, self.forms.forms(step), looks))

    def shortest(self, step: Step) -> Line:
        """Write a gradient in its shortest form, by itself."""
        return self._chain(step, [self.forms.short(step)], self.looks)[0]

    def final(self, step: Step) -> Line | ArraySketch:
        """Write or sketch a gradient in its shortest form, and its numbers."""
        if step.kind is StepKind.SEED:
            return self._seed(step)
        member = None if self._families is None else self._families.step(step)
        if member is not None:
            member = member._replace(key=("final", *member.key))
        return self._family(
            member, step.name, lambda looks: self._chain(step, [self.forms.short(step)], looks)[:1]
        )[0]

    def _family(
        self, member: Member | None, name: str, write: Callable[[ArrayLooks], list[Line]]
    ) -> Sequence[Line | ArraySketch]:
        """Sketch the lines of a member of a family, which are written once; with numbers, write them."""
        if member is None:
            return write(self.looks)
        nodes = member.nodes
        # Where one quantity stands in several places, another line must have it there too.
        distinct = len(set(nodes)) == len(nodes) or tuple([nodes.index(node) for node in nodes])
        # A number is hashed faster than what it stands for.
        number = self._numbers.setdefault((member.key, distinct), len(self._numbers))
        if number == len(self._templates):
            self._templates.append(self._made(nodes, write))
        templates = self._templates[number]
        if templates is None:
            return write(self.looks)
        return [
            ArraySketch(lambda n=n: self._again(nodes, write)[n], (number, n), nodes, name, template)  # type: ignore[misc]
            for n, template in enumerate(templates)
        ]

    def _made(
        self, nodes: Sequence[Node], write: Callable[[ArrayLooks], list[Line]]
    ) -> list[Template] | None:
        """Write the lines of a family with slots; None if they hold more than its quantities."""
        try:
            return self._again(nodes, write)
        except ForeignQuantityError:
            return None

    def _again(self, nodes: Sequence[Node], write: Callable[[ArrayLooks], list[Line]]) -> list[Template]:
        pen = SlotLooks(self.looks, nodes)
        return [pen.template(line) for line in write(pen)]

    def rule(self, node: Node) -> Line:
        """Write what an op that is a composition is made of, entry by entry."""
        letters = self._letters()
        places = places_of(node)
        left = self.looks.entry(node, [letters[place] for place in places if place is not None]).tree
        inside = self.forms.lowering.value(composed(node), places)
        return Line("", left, (Side("=", entry_form(inside, letters, self.looks).tree),))

    def _forward(self, node: Node, looks: ArrayLooks) -> list[Line]:
        places = places_of(node)
        total = self.forms.lowering.definition(node, places)
        return self._both(node, looks.name(node).tree, [total], looks)

    def _chain(self, step: Step, totals: Sequence[Sum], looks: ArrayLooks) -> list[Line]:
        return self._both(step.node, Colour("gradient", looks.name(step.node).tree), totals, looks)

    def _seed(self, step: Step) -> Line:
        """Write the upstream gradient: it is given; of a loss by itself it is 1."""
        meaning = self.looks.gradient(step.of)
        if self.forms.lowering.unit_seed:
            return Line(step.name, meaning, (Side("=", Number("1")),))
        found = self.looks.numbers(step.node)
        given = () if found is None else (Side(*found),)
        return Line(step.name, identifier(step.name), (Side("=", meaning.look), *given))

    def _local(self, step: Step, looks: ArrayLooks) -> list[Line]:
        """Write a local factor in index form, and between two vectors as a matrix, too."""
        letters = self._letters()
        consumer, of = step.consumer, step.of
        assert consumer is not None  # noqa: S101 - a local factor has one
        outs = places_of(consumer)
        ins = places_of(of, start=len(outs))
        above = looks.entry(consumer, [letters[place] for place in outs if place is not None]).tree
        below = looks.entry(of, [letters[place] for place in ins if place is not None]).tree
        form = local_form(self.forms.lowering, self._backward, step, outs, ins)
        entry = looks.local(step, _numbered(partial_derivative(above, below), step))
        lines = [Line(step.name, entry, (Side("=", entry_form(form, letters, looks).tree),))]
        if len(consumer.shape) == len(of.shape) == 1 and None not in (*outs, *ins):
            whole = multiplied_out(form, lambda piece: piece, only=has_deltas)
            written = matrix_form(whole, [p for p in (*outs, *ins) if p is not None], looks)
            if written is not None:
                fraction = partial_derivative(looks.name(consumer).tree, looks.name(of).tree)
                whole_look = looks.local(step, _numbered(fraction, step))
                lines.append(Line("", whole_look, (Side("=", written.tree),)))
        return lines

    def _both(self, node: Node, left: Tree, totals: Sequence[Sum], looks: ArrayLooks) -> list[Line]:
        """Write sums in matrix form, and the first of them in index form as a line of its own."""
        own = [place for place in places_of(node) if place is not None]
        sides: list[Side] = []
        for total in totals:
            written = matrix_form(total, own, looks)
            if written is None and not own:
                written = entry_form(total, self._letters(), looks)
            if written is not None and is_row(node.shape):
                written = transposed(written)
            if written is not None and (not sides or written.tree != sides[-1].tree):
                sides.append(Side("=", written.tree))
        numbers = looks.numbers(node)
        tail = [] if numbers is None else [Side(*numbers)]
        name = str(node.name)
        if sides and not own:
            return [Line(name, left, (*sides, *tail))]
        letters = self._letters()
        look = looks.entry(node, [letters[place] for place in own]).tree
        entry = Colour("gradient", look) if isinstance(left, Colour) else look
        by_entries = Side("=", entry_form(totals[0], letters, looks).tree)
        if not sides:
            return [Line(name, entry, (by_entries, *tail))]
        return [Line(name, left, (*sides, *tail)), Line("", entry, (by_entries,))]


def _numbered(fraction: Tree, step: Step) -> Tree:
    """Write which of several equal arguments a derivative is about."""
    if not step.ordinal:
        return fraction
    return Script(Fence("", fraction, "|"), sub=Number(str(step.ordinal)))
