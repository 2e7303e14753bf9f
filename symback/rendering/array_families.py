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


class ArraySketch(NamedTuple):
    """A line that is not written yet.

    Attributes:
        build: Writes it with some looks.
        key: Its form: lines with equal keys differ only in the quantities.
        nodes: The quantities, in an order that the form determines.
        name: The name of what it defines.
    """

    build: Callable[[ArrayLooks], Line]
    key: tuple[Any, ...]
    nodes: tuple[Node, ...]
    name: str


_ROOMY: Final = 130.0
"""A line of fewer points has room for longer names: it need not be broken."""


class _Form(NamedTuple):
    """A line with slots.

    Attributes:
        pattern: The line, spelled.
        slots: What stands in them: which quantity, with which index letters.
        roomy: Whether there is room for longer names.
    """

    pattern: Pattern
    slots: list[tuple[int, tuple[str, ...] | None]]
    roomy: bool


class _SlotLooks(ArrayLooks):
    """Writes slots in place of quantities, and keeps a list of them."""

    def __init__(self, looks: ArrayLooks, nodes: Sequence[Node], *, names_in_code: bool) -> None:
        self.__dict__.update(looks.__dict__)
        self._plain = looks
        self._nodes = nodes
        self._in_code = names_in_code
        self.slots: list[tuple[int, tuple[str, ...] | None]] = []

    def name(self, node: Node) -> Written:
        return self._slot(node, None, self._plain.name(node).tree)

    def entry(self, node: Node, letters: Sequence[str]) -> Written:
        if node.name is None:
            return super().entry(node, letters)
        return self._slot(node, tuple(letters), self._plain.entry(node, letters).tree)

    def local(self, step: Step, fraction: Tree) -> Tree:
        return self.name(step.node).tree if self._in_code else fraction

    def _slot(self, node: Node, letters: tuple[str, ...] | None, tree: Tree) -> Written:
        place = (self._nodes.index(node), letters)
        if place not in self.slots:
            self.slots.append(place)
        fraction = not self._in_code and self._plain.is_fraction(node)
        look = tree.look if isinstance(tree, Name) else tree
        scripted = not self._in_code and isinstance(look, Script)
        slot = Slot(self.slots.index(place), width(tree), is_tall(tree), fraction, scripted)
        return Written(slot, Level.ATOM)


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
        # Where one quantity stands in several places, another line must have it there too.
        distinct = len(set(nodes)) == len(nodes) or tuple([nodes.index(node) for node in nodes])
        key = (line.key, distinct)
        form = self._forms.get(key)
        if form is None or not form.roomy:
            # A line that may have to be broken is filled in only with names of the same lengths.
            lengths = tuple([len(str(node.name)) for node in nodes])
            form = self._forms.get((*key, lengths))
            if form is None:
                form = self._first(line)
                self._forms[key if form.roomy else (*key, lengths)] = form
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

    def _first(self, line: ArraySketch) -> _Form:
        """Write the first line of a form, with slots."""
        assert isinstance(self._looks, ArrayLooks)  # noqa: S101 - as `speller` chooses
        pen = _SlotLooks(self._looks, line.nodes, names_in_code=self._names_in_code)
        written = line.build(pen)
        wide = width(written.left) + sum(width(side.tree) for side in written.sides)
        place = spell_slot(len(pen.slots)) if written.name else ""
        pattern = Pattern(self._spell_line(written._replace(name=place)))
        return _Form(pattern, pen.slots, roomy=wide < _ROOMY)

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
