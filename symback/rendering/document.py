"""A derivation as a document: parts, each of them a few sentences and lines of formulas.

The document is the same for every script; a writer only lays it out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symback.notation.forms import Level, Times, Written
from symback.notation.tree import Colour, Fence, Letters, Name, Tree, separated
from symback.rendering.calls import chain_rule, nested_calls
from symback.rendering.lines import Line, LineWriter, Side, elided, written_value
from symback.rendering.looks import Looks
from symback.rendering.op_rules import op_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from symback.derivation.backward import Backward
    from symback.evaluation.update import Update


@dataclass(frozen=True)
class Part:
    """One part of a document: a title, sentences, lines.

    Attributes:
        title: Its heading.
        prose: Sentences that stand before the lines.
        lines: Its formulas.
        steps: Whether the lines are steps, which may be many.
    """

    title: str
    lines: Sequence[Line] = ()
    prose: Sequence[str] = ()
    steps: bool = field(default=False)


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
    """

    title: str
    parts: Sequence[Part]


def document(backward: Backward, numbers: Numbers | None = None) -> Document:
    """Arrange a derivation, with numbers put in if there are any."""
    return Document(backward.title, list(_parts(backward, numbers)))


def _parts(backward: Backward, numbers: Numbers | None) -> Iterator[Part]:
    looks = Looks(backward)
    writer = LineWriter(looks, numbers.values if numbers else None)
    output = looks.tree(backward.output)
    yield Part("The function", [Line("", output, (Side("=", nested_calls(backward.output, looks).tree),))])
    yield Part("Forward pass", [writer.forward(equation) for equation in backward.forward], steps=True)
    statements = [line for name in _examples(backward) if (line := chain_rule(backward, name, looks))]
    if statements:
        yield Part("The chain rule", statements)
    yield Part("The rules of the ops", op_rules(backward))
    yield Part(
        "Backward pass",
        [writer.step(step) for step in backward.steps],
        steps=True,
    )
    yield Part("Gradients", list(_gradients(backward, looks, writer)))
    if numbers and numbers.update:
        yield _update(numbers.update, backward, looks)
    yield Part("Conditions", prose=[*(numbers.notes if numbers else ()), *backward.conditions])


def _examples(backward: Backward) -> list[str]:
    """Choose the gradients for which the chain rule is spelled out: the first of each group."""
    grouped = {member for members in backward.groups.values() for member in members}
    firsts = [members[0] for members in backward.groups.values() if members]
    alone = [name for name in backward.gradients if name not in grouped]
    return [*firsts, *alone][:3]


def _gradients(backward: Backward, looks: Looks, writer: LineWriter) -> Iterator[Line]:
    grouped: set[str] = set()
    for group, members in backward.groups.items():
        grouped.update(members)
        steps = [backward.gradients[member] for member in members]
        if len(steps) == 1:
            line = writer.final(steps[0])
            yield line._replace(name=f"d{group}")
            continue
        look = looks.loss
        left = Name(f"d{group}", _vector_derivative(look, group))
        nodes = [step.node for step in steps]
        sides = [Side("=", _list([a.tree for a in elided(nodes, looks)]))]
        numbers = [writer.number(node) for node in nodes]
        if all(number is not None for number in numbers):
            exact = all(number[1] for number in numbers if number)
            by_node = {node: number[0] for node, number in zip(nodes, numbers, strict=True) if number}
            sides.append(
                Side("=" if exact else "≈", _list([a.tree for a in elided(nodes, by_node.__getitem__)]))
            )
        yield Line(f"d{group}", Colour("gradient", left), tuple(sides))
    for name, step in backward.gradients.items():
        if name not in grouped:
            yield writer.final(step)


def _vector_derivative(loss: Tree, group: str) -> Tree:
    from symback.rendering.looks import partial_derivative

    return partial_derivative(loss, Letters(group, "bold"))


def _list(entries: list[Tree]) -> Tree:
    return Fence("[", separated(entries, ","), "]")


def _update(update: Update, backward: Backward, looks: Looks) -> Part:
    """Write p ← p − η · dp for each parameter, the new forward pass, and the output's change."""
    rate = Name("learning_rate", Letters("η"))
    lines: list[Line] = [Line("learning_rate", rate, _valued(update.learning_rate, ()))]
    for name, new in update.parameters.items():
        look = looks.tree(backward.graph.names[name])
        step = backward.gradients[name]
        product = Times().write([Written(rate, Level.ATOM), looks(step.node)])
        symbols = _difference(Written(look, Level.ATOM), product)
        put_in = [written_value(v) for v in (update.old[name], update.learning_rate, update.gradients[name])]
        sides = [Side("=", symbols)]
        if all(put_in):
            old, eta, gradient = (value[0] for value in put_in if value)
            exact = all(value[1] for value in put_in if value)
            sides.append(Side("=" if exact else "≈", _difference(old, Times().write([eta, gradient]))))
        lines.append(Line(name, look, (Side("←", symbols), *_valued(new, tuple(sides[1:])))))
    again = LineWriter(looks, update.forward)
    lines += [again.forward(equation) for equation in backward.forward]
    change = _change(update)
    return Part("Update", lines, [change], steps=True)


def _difference(left: Written, right: Written) -> Tree:
    from symback.notation.forms import Minus

    return Minus().write([left, right]).tree


def _valued(value: Any, before: tuple[Side, ...]) -> tuple[Side, ...]:
    written = written_value(value)
    if written is None:
        return before
    return (*before, Side("=" if written[1] else "≈", written[0].tree))


def _change(update: Update) -> str:
    from symback.notation.numeral import spell

    if hasattr(update.before, "dtype"):
        return f"One step of gradient descent changes {update.output}."
    return (
        f"One step of gradient descent takes {update.output} from {spell(update.before)[0]} "
        f"to {spell(update.after)[0]}."
    )
