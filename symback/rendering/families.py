"""Lines that differ only in names and numbers are written once and filled in many times.

The lines of ten thousand products have one form. A sketch knows the form of a line (its key) and
the quantities that stand in it, without writing it; a speller writes the first line of each form
with slots in place of names and numbers, spells it, and fills the others in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from symback.derivation.steps import Step, StepKind
from symback.notation.forms import Level, Written
from symback.notation.identifier import identifier, in_ascii
from symback.notation.latex import is_tall
from symback.notation.pattern import Pattern, spell_slot
from symback.notation.tree import Number, Row, Script, Sign, Slot, Tree, row
from symback.notation.width import width
from symback.ops.activations import IDENTITY
from symback.ops.arithmetic import CONSTANT
from symback.rendering.line import Amount, Line
from symback.rendering.lines import (
    FIRST_TERMS,
    LAST_TERMS,
    MOST_TERMS,
    chain_behind,
    final_line,
    forward_line,
    step_line,
)
from symback.rendering.looks import partial_derivative, step_look

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symback.core.node import Node
    from symback.rendering.line import Pen
    from symback.rendering.looks import Looks

NUMBERED: Final = re.compile(r"([A-Za-z]+|[A-Za-z]\w*_)(\d+)\Z", re.ASCII)
"""Names that end in a number, apart from it: W1, W1_00."""


class Sketch(NamedTuple):
    """A line that is not written yet.

    Attributes:
        build: Writes it with a pen.
        key: Its form: lines with equal keys differ only in the quantities.
        nodes: The quantities, in an order that the form determines.
        name: The name of what it defines.
    """

    build: Callable[[Any, Pen], Line]
    subject: Any
    key: tuple[Any, ...]
    nodes: list[Node]
    name: str


class Sketcher:
    """Makes sketches of equations and steps."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        self._definitions: dict[Step, tuple[int, list[Node]]] = {}
        self._upstreams: dict[Step, tuple[int, list[Node]]] = {}

    def forward(self, node: Node) -> Sketch:
        """Sketch a forward equation."""
        key, leaves = _definition(node)
        return Sketch(forward_line, node, ("forward", self._number(key)), [node, *leaves], str(node.name))

    def step(self, step: Step) -> Sketch:
        """Sketch a step."""
        key, nodes = self._form(step)
        return Sketch(step_line, step, key, nodes, step.name)

    def final(self, step: Step) -> Sketch:
        """Sketch a gradient in its last symbolic form."""
        key, nodes = self._form(step)
        return Sketch(final_line, step, ("final", *key), [*nodes, step.of], step.name)

    def _form(self, step: Step) -> tuple[tuple[Any, ...], list[Node]]:
        kind = step.kind
        if kind is StepKind.CHAIN:
            upstream, local = step.parts
            own, leaves = self._opened(local)
            behind, nodes = self._behind(upstream)
            return ("chain", own, behind), [step.node, upstream.node, local.node, *leaves, *nodes]
        if kind is StepKind.SEED:
            return ("seed",), [step.node, step.of]
        own, leaves = self._opened(step)
        return ("local" if kind is StepKind.LOCAL else "sum", own), [step.node, *leaves]

    def _number(self, form: Any) -> int:
        """Number a form: a number is hashed faster than what it stands for."""
        return self._numbers.setdefault(form, len(self._numbers))

    def _behind(self, upstream: Step) -> tuple[int, list[Node]]:
        """Return the form of what an upstream may be opened to; many steps share one upstream."""
        known = self._upstreams.get(upstream)
        if known is None:
            keys: list[Any] = []
            nodes: list[Node] = []
            for before, factor in chain_behind(upstream) or ():
                key, leaves = self._opened(factor)
                keys.append(key)
                nodes += (factor.node, before.node, *leaves)
            known = self._upstreams[upstream] = self._number(tuple(keys)), nodes
        return known

    def _opened(self, step: Step) -> tuple[int, list[Node]]:
        known = self._definitions.get(step)
        if known is None:
            key, leaves = _definition(step.node)
            known = self._definitions[step] = self._number(key), leaves
        return known


def _definition(node: Node) -> tuple[tuple[Any, ...], list[Node]]:
    """Return the form of a definition, with None for each named quantity, and the quantities."""
    inputs = node.inputs
    if len(inputs) == 1 and inputs[0].name is not None:
        return (node.op, node.parameters), [inputs[0]]
    if len(inputs) > MOST_TERMS:
        inputs = (*inputs[:FIRST_TERMS], *inputs[-LAST_TERMS:])
    leaves: list[Node] = []
    parts: list[Any] = [node.op, node.parameters, len(node.inputs) > MOST_TERMS]
    for source in inputs:
        if source.name is not None:
            leaves.append(source)
            parts.append(None)
        else:
            key, inner = _definition(source)
            parts.append(key)
            leaves += inner
    return tuple(parts), leaves


class Speller:
    """Spells lines in one script.

    Args:
        looks: The pen that writes names and numbers as they are.
        spell_tree: Spells a name or a number.
        spell_line: Spells a whole line; what it gives is filled in for the other lines of the form.
        names_in_code: Whether the script writes names as they are in code.
        ascii_only: Whether names in code are to be spelled in ASCII.
    """

    def __init__(
        self,
        looks: Looks,
        spell_tree: Callable[[Tree], str],
        spell_line: Callable[[Line], str],
        *,
        names_in_code: bool = False,
        ascii_only: bool = False,
    ) -> None:
        self._looks = looks
        self._spell_tree = spell_tree
        self._spell_line = spell_line
        self._ascii = ascii_only
        self._names_in_code = names_in_code
        self._patterns: dict[Any, Pattern] = {}
        self._has_numbers = looks.has_numbers
        # A dictionary that spells what it does not hold yet.
        self._name = _Spelled(_name_in_code if names_in_code else self._look).__getitem__
        self._amounts: dict[Node, tuple[str, Any]] = {}

    def __call__(self, line: Any) -> str:
        """Spell a line."""
        if isinstance(line, Line):
            return self._spell_line(line)
        nodes = line.nodes
        if self._looks.has_entries:
            # An index letter inside a name may change within the line: nothing to fill in.
            return self._spell_line(line.build(line.subject, self._looks))
        names = list(map(self._name, nodes))
        numbers = [self._number(node) for node in nodes] if self._has_numbers else ()
        key = (
            line.key,
            # What is equally long takes about the same room.
            tuple(map(len, names)),
            tuple([kind for _, kind in numbers]) if numbers else (),
            # Where one quantity stands in several places, another line must have it there too.
            len(set(nodes)) == len(nodes) or tuple([nodes.index(node) for node in nodes]),
        )
        pattern = self._patterns.get(key)
        if pattern is None:
            pen = _SlotPen(
                self._looks, line, {node: kind for node, (_, kind) in zip(nodes, numbers, strict=False)}
            )
            written = line.build(line.subject, pen)
            place = spell_slot(len(names) + len(numbers))
            pattern = self._patterns[key] = Pattern(self._spell_line(written._replace(name=place)))
        if numbers:
            names += [text for text, _ in numbers]
        names.append(in_ascii(line.name) if self._ascii else line.name)
        return pattern.fill(names)

    def _look(self, node: Node) -> str:
        step = self._looks.steps.get(node)
        if step is None:
            return self._identifier(str(node.name))
        if step.kind is StepKind.SEED:
            return self._spell_tree(self._looks.name(node).tree)
        key = (step.kind is StepKind.LOCAL, step.contributes, step.ordinal)
        pattern = self._patterns.get(key)
        if pattern is None:
            tree = step_look(step, self._looks.loss, Slot(0), Slot(1))
            pattern = self._patterns[key] = Pattern(self._spell_tree(tree))
        consumer = "" if step.consumer is None else self._name(step.consumer)
        return pattern.fill((self._name(step.of), consumer))

    def _identifier(self, name: str) -> str:
        """Spell a name; those that differ only in their number are one form."""
        match = NUMBERED.match(name)
        if match is None:
            return self._spell_tree(identifier(name))
        letters, digits = match.groups()
        pattern = self._patterns.get(letters)
        if pattern is None:
            pattern = self._patterns[letters] = Pattern(self._spell_tree(without_number(letters)))
        return pattern.fill((digits,))

    def _number(self, node: Node) -> tuple[str, Any]:
        known = self._amounts.get(node)
        if known is None:
            found = self._looks.number(node)
            if found is None:
                known = "", None
            else:
                tree = found.written.tree
                wide = width(tree)
                negative = found.written.level is Level.NEGATIVE
                # The minus of a number stands outside its slot, where the scripts see it.
                spelled = self._spell_tree(tree)[negative:]
                # A number so wide that a line may have to be broken inside it is no slot.
                literal = spelled if wide > _WIDEST_SLOT else None
                known = spelled, (found.written.level, found.exact, wide, is_tall(tree), literal)
            self._amounts[node] = known
        return known


def without_number(stem: str) -> Tree:
    """Give the look of a name with a slot for the number at its end.

    >>> without_number("w")
    Script(base=Letters(text='w', style='italic'), sub=Slot(number=0, ...), sup=None)
    """
    look = identifier(stem + "0")
    if not isinstance(look, Script) or look.sub is None:
        return Number(stem)
    sub = look.sub
    return Script(look.base, sub=Row((*sub.items[:-1], Slot(0))) if isinstance(sub, Row) else Slot(0))


class _Spelled(dict["Node", str]):
    """What names are spelled like; each is spelled when it is first asked for."""

    def __init__(self, spell: Callable[[Node], str]) -> None:
        super().__init__()
        self._spell = spell

    def __missing__(self, node: Node) -> str:
        spelled = self[node] = self._spell(node)
        return spelled


def _name_in_code(node: Node) -> str:
    return str(node.name)


_WIDEST_SLOT: Final = 120.0


class _SlotPen:
    """Writes slots in place of names and numbers."""

    def __init__(self, looks: Looks, sketch: Sketch, kinds: dict[Node, Any]) -> None:
        self._looks = looks
        self._nodes: Sequence[Node] = sketch.nodes
        self._kinds = kinds

    def name(self, node: Node) -> Written:
        tree = self._looks.name(node).tree
        return Written(Slot(self._nodes.index(node), width(tree), is_tall(tree)), Level.ATOM)

    def number(self, node: Node) -> Amount | None:
        # What only stands for another quantity shows that one's number, so that repeats are seen.
        while node.op is IDENTITY and node.inputs[0] in self._kinds:
            node = node.inputs[0]
        kind = self._kinds.get(node)
        if kind is None:
            return None
        level, exact, wide, tall, literal = kind
        if node.op is CONSTANT or literal is not None:
            return self._looks.number(node)
        slot: Tree = Slot(len(self._nodes) + self._nodes.index(node), wide, tall)
        return Amount(Written(row(Sign("−"), slot) if level is Level.NEGATIVE else slot, level), exact)

    def gradient(self, node: Node) -> Tree:
        return partial_derivative(self._looks.loss, self.name(node).tree)
