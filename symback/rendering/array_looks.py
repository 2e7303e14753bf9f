"""How arrays look: whole (Z₁, ∂L/∂Z₁), and entry by entry (Z₁,ᵢⱼ)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from symback.core.node import Role
from symback.core.shapes import count
from symback.derivation.indexed.lowering import places_of
from symback.notation.forms import Level, Written
from symback.notation.identifier import identifier
from symback.notation.tree import (
    Fence,
    Index,
    Indicator,
    Letters,
    Matrix,
    Name,
    Number,
    Script,
    Sign,
    Tree,
    row,
)
from symback.rendering.array_calls import call_entry, written_call
from symback.rendering.blocks import is_row, transposed
from symback.rendering.entries import entry_form
from symback.rendering.letters import IndexLetters, letters_of
from symback.rendering.looks import Looks, amount, partial_derivative
from symback.rendering.matrix_form import matrix_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from symback.core.node import Node
    from symback.derivation.backward import Backward
    from symback.derivation.indexed.simplify import ShortForms
    from symback.derivation.steps import Step

_MATRIX: Final = 2

MOST_SHOWN: Final = 12
"""An array of more entries than this is not printed number by number."""


class ArrayLooks(Looks):
    """Writes the quantities of a derivation of arrays; a pen for lines."""

    def __init__(
        self, backward: Backward, forms: ShortForms, values: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(backward, values)
        self.has_entries = False
        self.forms = forms
        if forms.lowering.unit_seed:
            self.loss = identifier(str(backward.output.name))
        names = backward.graph.names
        self._kronecker = not {"delta", "δ"} & names.keys()
        self.identity = Written(Letters("I", "bold" if "I" in names else "italic"), Level.ATOM)
        self._taken = letters_of(backward.graph)

    def name(self, node: Node) -> Written:
        """Write a quantity as a whole."""
        step = self.steps.get(node)
        look = identifier(str(node.name)) if step is None else self._step_look(step, None)
        return Written(Name(str(node.name), look), Level.ATOM)

    def whole(self, node: Node) -> Written:
        """Write a quantity as a whole, an unnamed array as a call."""
        return self.name(node) if node.name is not None else written_call(node, self.of)

    def delta(self, letters: Sequence[str]) -> Written:
        """Write Kronecker's δ; where a quantity is called so, 1 where two indices are equal."""
        first, second = sorted(letters)
        if self._kronecker:
            return Written(Script(Letters("δ"), sub=_listed([first, second])), Level.ATOM)
        return Written(Indicator(row(Index(first), Sign("="), Index(second))), Level.CALL)

    def is_gradient(self, node: Node) -> bool:
        """Say whether a quantity is a gradient."""
        return node in self.steps or node.role is Role.UPSTREAM

    def entry(self, node: Node, letters: Sequence[str]) -> Written:
        """Write one entry of a quantity."""
        listed = ",".join(letters)
        if node.name is None:
            return call_entry(node, letters, self.of, self.entry_of)
        step = self.steps.get(node)
        look = entry_look(str(node.name), letters) if step is None else self._step_look(step, letters)
        return Written(Name(str(node.name), look, listed), Level.ATOM)

    def _step_look(self, step: Step, letters: Sequence[str] | None) -> Tree:
        consumer = None if step.consumer is None else identifier(str(step.consumer.name))
        return gradient_look(step, self.loss, entry_look(str(step.of.name), letters or ()), consumer)

    def is_fraction(self, node: Node) -> bool:
        """Say whether a quantity is written as a fraction: a gradient is."""
        return node in self.steps

    def local(self, step: Step, fraction: Tree) -> Tree:
        """Write a local factor: ∂consumer/∂of, with its indices."""
        return Name(step.name, fraction)

    def gradient(self, node: Node) -> Name:
        """Write the gradient with respect to a forward quantity."""
        return Name(f"d{node.name}", partial_derivative(self.loss, identifier(str(node.name))))

    def move(self, node: Node, position: int, letters: Sequence[str]) -> Written:
        """Write 1 where an entry of an argument moves to an entry of a structural op."""
        after = sum(size != 1 for size in node.shape)
        entry = self.entry(node, letters[:after]).tree
        source = node.inputs[position]
        below = self.entry_of(source, letters[after:])
        return Written(Indicator(row(below, Sign("↦"), entry)), Level.CALL)

    def entry_of(self, node: Node, letters: Sequence[str]) -> Tree:
        """Write one entry of any node, in index form; what is summed over gets letters of its own."""
        places = places_of(node)
        given = dict(zip([place for place in places if place is not None], letters, strict=True))
        inner = IndexLetters({*self._taken, *letters, *_OUTER}, given)
        return entry_form(self.forms.lowering.value(node, places), inner, self).tree

    def of(self, node: Node) -> Written:
        """Write any node as a whole, or by its entries where it has no matrix form."""
        named = self.forms.lowering.resolved(node)
        if named.name is not None and not self.forms.lowering.opens(named):
            return self.name(named)
        places = places_of(node)
        total = self.forms.lowering.value(node, places)
        found = matrix_form(total, [place for place in places if place is not None], self)
        if found is not None and is_row(node.shape):
            found = transposed(found)
        return found or entry_form(total, IndexLetters(self._taken), self)

    def leaves_numbers_out(self, nodes: Iterable[Node]) -> bool:
        """Say whether there are quantities whose numbers are not written."""
        values = self._values or {}
        shapes = (getattr(values.get(str(node.name)), "shape", ()) for node in nodes if node.name is not None)
        return any(count(shape) > MOST_SHOWN or len(shape) > _MATRIX for shape in shapes)

    def numbers(self, node: Node) -> tuple[str, Tree] | None:
        """Write the numbers of a quantity that is small enough, with = or ≈ before them."""
        if self._values is None:
            return None
        value = self._values.get(str(node.name))
        if value is None:
            return None
        shape = tuple(getattr(value, "shape", ()))
        if not shape:
            found = amount(value)
            if found is None and hasattr(value, "item"):
                found = amount(value.item())
            return None if found is None else ("=" if found.exact else "≈", found.written.tree)
        if len(shape) > _MATRIX or count(shape) > MOST_SHOWN:
            return None
        rows = value.tolist() if len(shape) > 1 else [[entry] for entry in value.tolist()]
        amounts = [[amount(entry) for entry in line] for line in rows]
        exact = all(found is not None and found.exact for line in amounts for found in line)
        tree = Matrix(tuple(tuple(found.written.tree for found in line if found) for line in amounts))
        return "=" if exact else "≈", tree


_OUTER = "ijklmnpq"
"""Letters that the formula around an entry may use."""


def gradient_look(step: Step, loss: Tree, of: Tree, consumer: Tree | None) -> Tree:
    """Give the look of a gradient, or of what one consumer contributes to it."""
    fraction = partial_derivative(loss, of)
    if not step.contributes or consumer is None:
        return fraction
    label = row(consumer, Sign(","), Number(str(step.ordinal))) if step.ordinal else consumer
    return Script(Fence("", fraction, "|"), sub=label)


def entry_look(name: str, letters: Sequence[str]) -> Tree:
    """Give the look of one entry: Z₁ at i, j is Z with the subscript 1, ij."""
    return with_indices(identifier(name), letters)


def with_indices(look: Tree, letters: Sequence[str]) -> Tree:
    """Put index letters to a look, after the subscript it has."""
    if not letters:
        return look
    listed = _listed(letters)
    if isinstance(look, Script) and look.sub is not None:
        return Script(look.base, sub=row(look.sub, Sign(","), listed))
    return Script(look, sub=listed)


def _listed(letters: Sequence[str]) -> Tree:
    """Write indices one after the other."""
    return Index("".join(letters) if all(len(letter) == 1 for letter in letters) else ",".join(letters))
