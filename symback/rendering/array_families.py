"""Lines of arrays that differ only in names are written once and filled in many times.

As for scalars (`families`), but a quantity may stand in a line as a whole and entry by entry: what
is filled in is a quantity with its index letters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from symback.notation.forms import Level, Written
from symback.notation.identifier import in_ascii
from symback.notation.latex import is_tall
from symback.notation.pattern import Pattern, spell_slot
from symback.notation.tree import Name, Script, Slot
from symback.notation.width import width
from symback.rendering.array_looks import ArrayLooks, entry_look, gradient_look, with_indices
from symback.rendering.families import NUMBERED, Sketch, Speller, without_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symback.core.node import Node
    from symback.derivation.steps import Step
    from symback.notation.tree import Tree
    from symback.rendering.line import Line
    from symback.rendering.looks import Looks


class Template(NamedTuple):
    """A line with slots in place of its quantities; it serves every script.

    Attributes:
        line: The line.
        slots: What stands in the slots: which quantity of its family, with which index letters.
        roomy: Whether there is room for longer names.
        lengths: How long the names are that it was made with.
    """

    line: Line
    slots: list[tuple[int, tuple[str, ...] | None]]
    roomy: bool
    lengths: tuple[int, ...]


class ArraySketch(NamedTuple):
    """A line of a family.

    Attributes:
        build: Makes it anew as a template, for names of other lengths.
        key: Its form: lines with equal keys differ only in the quantities.
        nodes: The quantities, in an order that the form determines.
        name: The name of what it defines.
        template: The first line of the family.
    """

    build: Callable[[], Template]
    key: tuple[Any, ...]
    nodes: tuple[Node, ...]
    name: str
    template: Template


_ROOMY: Final = 130.0
"""A line of fewer points has room for longer names: it need not be broken."""


class ForeignQuantityError(Exception):
    """A line holds a quantity that its family does not know of."""


class SlotLooks(ArrayLooks):
    """Writes slots in place of quantities, and keeps a list of them."""

    def __init__(self, looks: ArrayLooks, nodes: Sequence[Node]) -> None:
        self.__dict__.update(looks.__dict__)
        self._plain = looks
        self._nodes = nodes
        self.slots: list[tuple[int, tuple[str, ...] | None]] = []

    def name(self, node: Node) -> Written:
        """Write a slot for a quantity as a whole."""
        return self._slot(node, None, self._plain.name(node).tree)

    def entry(self, node: Node, letters: Sequence[str]) -> Written:
        """Write a slot for one entry of a quantity."""
        if node.name is None:
            return super().entry(node, letters)
        return self._slot(node, tuple(letters), self._plain.entry(node, letters).tree)

    def local(self, step: Step, fraction: Tree) -> Tree:
        """Write a local factor, whose name in code is a slot."""
        return Name(spell_slot(self._place(step.node, None)), fraction)

    def template(self, line: Line) -> Template:
        """Keep a line with the slots that it has."""
        wide = width(line.left) + sum(width(side.tree) for side in line.sides)
        lengths = tuple([len(str(node.name)) for node in self._nodes])
        return Template(line, self.slots, wide < _ROOMY, lengths)

    def _place(self, node: Node, letters: tuple[str, ...] | None) -> int:
        if node not in self._nodes:
            raise ForeignQuantityError
        place = (self._nodes.index(node), letters)
        if place not in self.slots:
            self.slots.append(place)
        return self.slots.index(place)

    def _slot(self, node: Node, letters: tuple[str, ...] | None, tree: Tree) -> Written:
        look = tree.look if isinstance(tree, Name) else tree
        slot = Slot(
            self._place(node, letters),
            width(tree),
            is_tall(tree),
            fraction=self._plain.is_fraction(node),
            scripted=isinstance(look, Script),
        )
        return Written(slot, Level.ATOM)


class _Form(NamedTuple):
    """A template, spelled."""

    pattern: Pattern
    slots: list[tuple[int, tuple[str, ...] | None]]


class ArraySpeller(Speller):
    """Spells lines of arrays in one script."""

    def __init__(self, looks: Looks, *arguments: Any, **options: Any) -> None:
        super().__init__(looks, *arguments, **options)
        self._numbered: dict[tuple[str, tuple[str, ...]], Pattern] = {}
        self._gradients: dict[tuple[bool, int], Pattern] = {}
        self._forms: dict[Any, _Form] = {}
        self._spelled: dict[tuple[Node, tuple[str, ...] | None], str] = {}

    def __call__(self, line: Line | Sketch | ArraySketch) -> str:
        """Spell a line."""
        if not isinstance(line, ArraySketch):
            return super().__call__(line)
        nodes = line.nodes
        form = self._form(line)
        spelled = self._spelled
        texts = []
        for place, letters in form.slots:
            wanted = (nodes[place], letters)
            text = spelled.get(wanted)
            if text is None:
                text = spelled[wanted] = self._spell_entry(*wanted)
            texts.append(text)
        texts.append(in_ascii(line.name) if self._ascii else line.name)
        return form.pattern.fill(texts)

    def _form(self, line: ArraySketch) -> _Form:
        """Return the spelled template of a line."""
        template = line.template
        key: tuple[Any, ...] = line.key
        if not template.roomy:
            # A line that may have to be broken is filled in only with names of the same lengths.
            lengths = tuple([len(str(node.name)) for node in line.nodes])
            key = (*key, lengths)
        form = self._forms.get(key)
        if form is None:
            if not template.roomy and lengths != template.lengths:
                template = line.build()
            written = template.line
            place = spell_slot(len(template.slots)) if written.name else ""
            pattern = Pattern(self._spell_line(written._replace(name=place)))
            form = self._forms[key] = _Form(pattern, template.slots)
        return form

    def _spell_entry(self, node: Node, letters: tuple[str, ...] | None) -> str:
        """Spell a quantity; gradients and numbered names are forms of their own, filled in."""
        name = str(node.name)
        if self._names_in_code:
            return name if letters is None else f"{name}[{','.join(letters)}]"
        looks = self._looks
        step = looks.steps.get(node)
        if step is None:
            return self._spell_own(name, letters or ())
        kind = (step.contributes, step.ordinal)
        pattern = self._gradients.get(kind)
        if pattern is None:
            tree = gradient_look(step, looks.loss, Slot(0), Slot(1))
            pattern = self._gradients[kind] = Pattern(self._spell_tree(tree))
        consumer = "" if step.consumer is None else self._spell_own(str(step.consumer.name), ())
        return pattern.fill((self._spell_own(str(step.of.name), letters or ()), consumer))

    def _spell_own(self, name: str, letters: tuple[str, ...]) -> str:
        """Spell a name with index letters; those that differ only in their number are one form."""
        match = NUMBERED.match(name)
        if match is None:
            return self._spell_tree(entry_look(name, letters))
        stem, digits = match.groups()
        key = (stem, letters)
        pattern = self._numbered.get(key)
        if pattern is None:
            look = with_indices(without_number(stem), letters)
            pattern = self._numbered[key] = Pattern(self._spell_tree(look))
        return pattern.fill((digits,))


def speller(
    looks: Looks,
    spell_tree: Callable[[Tree], str],
    spell_line: Callable[[Line], str],
    *,
    names_in_code: bool = False,
    ascii_only: bool = False,
) -> Speller:
    """Return what spells the lines of a document; the arguments are those of `Speller`."""
    made = ArraySpeller if isinstance(looks, ArrayLooks) else Speller
    return made(looks, spell_tree, spell_line, names_in_code=names_in_code, ascii_only=ascii_only)
