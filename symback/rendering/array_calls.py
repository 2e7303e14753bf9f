"""Arrays without a name, written as calls: slices, look-ups, extremes, softmax."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from symback.notation.forms import Function, Level, Written
from symback.notation.tree import (
    Call,
    Index,
    Indicator,
    Letters,
    Matrix,
    Number,
    Row,
    Script,
    Sign,
    Tree,
    parentheses,
    row,
    separated,
)
from symback.ops.reductions import AMAX, AMIN, ARRAY, EXTREME_SHARE, INDICES
from symback.ops.structural import GATHER, PLACE, SLICES
from symback.rendering.blocks import NoMatrixFormError, called, subscriptable
from symback.rendering.looks import amount

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symback.core.node import Node


def written_call(node: Node, write: Callable[[Node], Written]) -> Written:  # noqa: PLR0911 - one form for each op
    """Write an unnamed array: its op around its arguments, which `write` writes as wholes."""
    op = node.op
    assert op is not None  # noqa: S101 - what comes from outside has a name
    if op is INDICES:
        return Written(_range(node.parameters[0]), Level.ATOM)
    if op is ARRAY:
        return Written(_numbers(node.parameters[0]), Level.ATOM)
    arguments = [write(source) for source in node.inputs]
    if op is SLICES:
        return Written(
            Script(subscriptable(arguments[0]), sub=_slices(node, node.inputs[0].shape)), Level.ATOM
        )
    if op is PLACE:
        head = Script(Letters("place", "upright"), sub=_slices(node, node.shape))
        return Written(Call(head, (arguments[0].tree,)), Level.CALL)
    if op is GATHER:
        if len(arguments) > 2 and node.shape:  # noqa: PLR2004 - several arrays say where
            raise NoMatrixFormError
        places = [written.tree for written in arguments[1:]]
        return Written(Script(subscriptable(arguments[0]), sub=separated(places, ",")), Level.ATOM)
    if op in _EXTREMES and _is_partial(node) and len(node.inputs[0].shape) > _MATRIX:
        raise NoMatrixFormError
    if op in (AMAX, AMIN):
        return called(_along(node) + op.label, arguments[0])
    if op is EXTREME_SHARE:
        name = _along(node) + ("max" if node.parameters[1] else "min")
        extreme = called(name, arguments[0]).tree
        return Written(Indicator(row(arguments[0].tree, Sign("="), extreme)), Level.CALL)
    # What a call is given besides its arrays (axes, shapes) says nothing on paper.
    return op.form.write(arguments, () if isinstance(op.form, Function) else node.parameters)


def call_entry(
    node: Node,
    letters: Sequence[str],
    write: Callable[[Node], Written],
    entry_of: Callable[[Node, Sequence[str]], Tree],
) -> Written:
    """Write one entry of an unnamed array; `entry_of` writes those of its arguments."""
    if not letters:
        return written_call(node, write)
    if node.op in _EXTREMES and _is_partial(node):
        return _extreme_entry(node, letters, entry_of)
    if node.op is GATHER:
        # The axes of the indices come first; those of size 1 have no letters.
        count = sum(size != 1 for size in node.shape[: len(node.inputs[1].shape)])
        places = [_at(source, letters[:count], entry_of) for source in node.inputs[1:]]
        places += [Index(letter) for letter in letters[count:]]
        return Written(Script(subscriptable(write(node.inputs[0])), sub=separated(places, ",")), Level.ATOM)
    call = written_call(node, write)
    body = (
        call.tree
        if call.level is Level.ATOM and not isinstance(call.tree, Script)
        else parentheses(call.tree)
    )
    return Written(Script(body, sub=Index("".join(letters))), Level.ATOM)


_EXTREMES: Final = (AMAX, AMIN, EXTREME_SHARE)
_MATRIX: Final = 2
_RUNNING: Final = "rstuv"
"""Letters for the indices that run under a maximum."""


def _is_partial(node: Node) -> bool:
    """Say whether an extreme is taken along some axes only."""
    return len(node.parameters[0]) < len(node.inputs[0].shape)


def _extreme_entry(
    node: Node, letters: Sequence[str], entry_of: Callable[[Node, Sequence[str]], Tree]
) -> Written:
    """Write max_r x_ir, or 1 where x_ij is that."""
    source = node.inputs[0]
    axes = node.parameters[0]
    free = iter(letters)
    running = iter([letter for letter in _RUNNING if letter not in letters])
    own, under = [], []
    for axis, size in enumerate(source.shape):
        if size == 1:
            continue
        reduced = axis in axes
        letter = next(running) if reduced else next(free)
        if reduced and node.op is EXTREME_SHARE:
            next(free)
        own.append(letter)
        under += [Index(letter)] * reduced
    largest = node.op is AMAX or (node.op is EXTREME_SHARE and bool(node.parameters[1]))
    head = Script(Letters("max" if largest else "min", "upright"), sub=separated(list(under), ","))
    extreme = Call(head, (entry_of(source, own),))
    if node.op is not EXTREME_SHARE:
        return Written(extreme, Level.CALL)
    return Written(Indicator(row(entry_of(source, letters), Sign("="), extreme)), Level.CALL)


def _at(source: Node, letters: Sequence[str], entry_of: Callable[[Node, Sequence[str]], Tree]) -> Tree:
    """Write an index of a look-up at one entry: the letter itself for a range from 0."""
    entries = source.parameters[0] if source.op is INDICES else None
    if len(letters) == 1 and isinstance(entries, tuple) and entries == tuple(range(len(entries))):
        return Index(letters[0])
    return entry_of(source, letters)


def _along(node: Node) -> str:
    """Say along which axis of a matrix an extreme is taken."""
    if len(node.inputs[0].shape) != _MATRIX:
        return ""
    return {(0,): "col", (1,): "row"}.get(node.parameters[0], "")


def _numbers(entries: Any) -> Tree:
    rows = entries if isinstance(entries[0], tuple) else [(entry,) for entry in entries]
    looks = []
    for line in rows:
        found = [amount(entry) for entry in line]
        looks.append(tuple(one.written.tree for one in found if one is not None))
    return Matrix(tuple(looks))


def _range(entries: Any) -> Tree:
    """Write integers that say where: those of a range by its ends."""
    if not isinstance(entries, tuple):
        return Number(str(entries))
    if entries == tuple(range(entries[0], entries[0] + len(entries))):
        return Letters(f"{entries[0]}:{entries[0] + len(entries)}", "upright")
    return _numbers(entries)


def _slices(node: Node, shape: Sequence[Any]) -> Tree:
    """Write which part is taken, as in code: 0, 1:3, :."""
    parts: list[Tree] = []
    for (start, stop, step), size in zip(node.parameters[0], shape, strict=True):
        if (start, stop, step) == (0, size, 1):
            text = ":"
        elif stop is not None and step == 1 and stop == start + 1:
            text = str(start)
        else:
            text = f"{start}:{'' if stop is None else stop}" + (f":{step}" if step != 1 else "")
        parts += (Letters(text, "upright") if not text.isdigit() else Number(text), Sign(","))
    return Row(tuple(parts[:-1])) if len(parts) > 2 else parts[0]  # noqa: PLR2004 - one part and its comma
