"""A derivation as a document: parts, each of them a few sentences and lines of formulas.

The document is the same for every script; a writer only lays it out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from symback.core.collection import collection_paused
from symback.notation.identifier import identifier
from symback.notation.numeral import spell
from symback.notation.text import text
from symback.notation.tree import Colour, Fence, Letters, Name, Tree, separated
from symback.rendering.array_document import array_parts, notation_in_words
from symback.rendering.array_families import ArraySketch
from symback.rendering.array_lines import ArrayLines
from symback.rendering.calls import chain_rule, nested_calls
from symback.rendering.families import Sketch, Sketcher
from symback.rendering.line import Line, Side
from symback.rendering.lines import elided, final_line
from symback.rendering.looks import ENTRY, Looks, partial_derivative
from symback.rendering.op_rules import op_rules
from symback.rendering.update import parameter_lines, update_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from symback.derivation.backward import Backward
    from symback.rendering.update import Update


_EXAMPLES: Final = 3


@dataclass(frozen=True)
class Part:
    """One part of a document: a title, sentences, lines.

    Attributes:
        title: Its heading.
        lines: Its formulas, written or sketched.
        prose: Sentences that stand before the lines.
        steps: Whether the lines are steps, which may be many.
    """

    title: str
    lines: Sequence[Line | Sketch | ArraySketch] = ()
    prose: Sequence[str] = ()
    steps: bool = False


@dataclass(frozen=True)
class Numbers:
    """The numbers of a document.

    Attributes:
        values: A value for each name.
        notes: What the reader must know of them.
        update: The gradient-descent step, if there is one.
    """

    values: Mapping[str, Any]
    notes: Sequence[str] = ()
    update: Update | None = None


@dataclass(frozen=True)
class Document:
    """A derivation, ready to be laid out.

    Attributes:
        title: What it is about.
        parts: Its parts, in order.
        looks: How its quantities and their numbers are written.
    """

    title: str
    parts: Sequence[Part]
    looks: Looks = field(repr=False)


@collection_paused()
def document(backward: Backward, numbers: Numbers | None = None) -> Document:
    """Arrange a derivation, with numbers put in if there are any."""
    if backward.has_arrays:
        return _of_arrays(backward, numbers)
    looks = Looks(backward, numbers.values if numbers else None)
    parts = [part for part in _parts(backward, numbers, looks) if part.lines or part.prose]
    return Document(backward.title, parts, looks)


_NOT_SHOWN: Final = (
    "Larger arrays are not printed number by number: the values of e[name] and of JSON hold every entry."
)


def _of_arrays(backward: Backward, numbers: Numbers | None) -> Document:
    lines = ArrayLines(backward, numbers.values if numbers else None)
    parts = [
        Part(title, shown, prose, steps)
        for title, shown, prose, steps in array_parts(backward, lines)
        if shown
    ]
    if numbers and numbers.update:
        update = numbers.update
        again = ArrayLines(backward, update.forward)
        forward = [line for equation in backward.forward for line in again.forward(equation.node)[:1]]
        moved = parameter_lines(update, backward, lines.looks)
        parts.append(Part("Update", [*moved, *forward], [_change(update)], steps=True))
    words = notation_in_words(backward, _trees(parts))
    left_out = [_NOT_SHOWN] if numbers and lines.looks.leaves_numbers_out(backward.order) else []
    told = [*(numbers.notes if numbers else ()), *left_out, *backward.conditions, *words]
    return Document(backward.title, [*parts, Part("Conditions", prose=told)], lines.looks)


def _trees(parts: Sequence[Part]) -> list[Line]:
    """Return the lines of some parts as trees; of a family only the one that serves all."""
    lines = [line for part in parts for line in part.lines]
    written = [line.template.line if isinstance(line, ArraySketch) else line for line in lines]
    return list({id(line): line for line in written if isinstance(line, Line)}.values())


def _parts(backward: Backward, numbers: Numbers | None, looks: Looks) -> Iterator[Part]:
    sketcher = Sketcher()
    output = looks.tree(backward.output)
    yield Part("The function", [Line("", output, (Side("=", nested_calls(backward.output, looks).tree),))])
    yield Part("Forward pass", [sketcher.forward(equation.node) for equation in backward.forward], steps=True)
    stated = [chain_rule(backward, name, looks) for name in _examples(backward)]
    yield Part("The chain rule", [line for line in stated if line is not None])
    yield Part("The rules of the ops", op_rules(backward))
    meaning = []
    if looks.loss != identifier(str(backward.output.name)):
        loss, seed = (
            text(looks.loss),
            f"∂{text(looks.loss)}/∂{backward.output.name} arrives as {backward.seed.name}",
        )
        meaning.append(f"{loss} is the quantity whose gradients are sought; {seed}.")
    yield Part("Backward pass", [sketcher.step(step) for step in backward.steps], meaning, steps=True)
    yield Part("Gradients", list(_gradients(backward, looks, sketcher)))
    if numbers and numbers.update:
        update = numbers.update
        yield Part("Update", update_lines(update, backward, looks), [_change(update)], steps=True)
    yield Part("Conditions", prose=[*(numbers.notes if numbers else ()), *backward.conditions])


def _groups(backward: Backward) -> dict[str, list[str] | str]:
    """Return the groups whose gradients were all asked for."""
    known = backward.gradients.keys()
    return {
        letter: group
        for letter, group in backward.groups.items()
        if known >= set([group] if isinstance(group, str) else group)
    }


def _examples(backward: Backward) -> list[str]:
    """Choose the gradients for which the chain rule is spelled out: the first of each group."""
    firsts = [group if isinstance(group, str) else group[0] for group in _groups(backward).values()]
    return [*firsts, *_alone(backward)][:_EXAMPLES]


def _alone(backward: Backward) -> list[str]:
    """Return the names of the gradients that belong to no group."""
    grouped: set[str] = set()
    for group in _groups(backward).values():
        grouped.update([group] if isinstance(group, str) else group)
    return [name for name in backward.gradients if name not in grouped]


def _gradients(backward: Backward, looks: Looks, sketcher: Sketcher) -> Iterator[Line | Sketch]:
    """Collect the gradients: a vector for each group, a line for each that is alone."""
    for letter, group in _groups(backward).items():
        if isinstance(group, str):
            step = backward.gradients[group]
            index = ENTRY if step.of.shape else ""
            left = Colour("gradient", Name(f"d{letter}", looks.gradient(step.of), index))
            yield Line(f"d{letter}", left, final_line(step, looks).sides)
        else:
            yield _vector(letter, [backward.gradients[member].node for member in group], looks)
    for name in _alone(backward):
        yield sketcher.final(backward.gradients[name])


def _vector(group: str, nodes: list[Any], looks: Looks) -> Line:
    left = Name(f"d{group}", partial_derivative(looks.loss, Letters(group, "bold")))
    sides = [Side("=", _list([written.tree for written in elided(nodes, looks.name)]))]
    amounts = {node: found for node in nodes if (found := looks.number(node)) is not None}
    if len(amounts) == len(nodes):
        exact = all(found.exact for found in amounts.values())
        numbers = [written.tree for written in elided(nodes, lambda node: amounts[node].written)]
        sides.append(Side("=" if exact else "≈", _list(numbers)))
    return Line(f"d{group}", Colour("gradient", left), tuple(sides))


def _list(entries: list[Tree]) -> Tree:
    return Fence("[", separated(entries, ","), "]")


def _change(update: Update) -> str:
    if getattr(update.before, "shape", ()):
        return f"One step of gradient descent changes {update.output}."
    before, after = (spell(_number(value))[0] for value in (update.before, update.after))
    return f"One step of gradient descent takes {update.output} from {before} to {after}."


def _number(value: Any) -> Any:
    """Return a number that is an array without axes as a plain one."""
    return value.item() if hasattr(value, "item") else value
