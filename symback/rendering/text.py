"""A document as text for a terminal: one column of names, one of formulas."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from symback.notation.text import text
from symback.notation.tree import Colour
from symback.rendering.array_families import speller

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

    from symback.rendering.document import Document, Part
    from symback.rendering.families import Speller
    from symback.rendering.line import Line

WIDTH: Final = 100
_WIDEST_NAME: Final = 20
_FIRST: Final = 24
_LAST: Final = 8
_APART: Final = "\x02"

Segment = tuple[str, str]
"""A piece of text and the style it has in a terminal."""


def to_text(document: Document, *, full: bool = False, width: int = WIDTH) -> str:
    """Lay a document out in plain text.

    Args:
        document: The document.
        full: Whether to print all steps; otherwise the middle of many is left out.
        width: How many characters a line may have.
    """
    return "".join(piece for piece, _ in _segments(document, full=full, width=width))


def to_rich(document: Document, *, full: bool = False, width: int = WIDTH) -> Text:
    """Lay a document out with colours: gradients red, headings bold."""
    from rich.text import Text

    return Text.assemble(*_segments(document, full=full, width=width))


def _segments(document: Document, *, full: bool, width: int) -> Iterator[Segment]:
    spell = speller(document.looks, text, _joined, names_in_code=True)
    yield document.title, "bold"
    yield "\n", ""
    for part in document.parts:
        yield f"\n{part.title}", "bold"
        yield "\n", ""
        for sentence in part.prose:
            for line in textwrap.wrap(sentence, width - 2, break_long_words=False):
                yield f"  {line}\n", ""
        yield from _lines(part, spell, full=full, width=width)


def _joined(line: Line) -> str:
    """Spell a line with its parts set apart, so that it can be laid out when it is filled in."""
    style = "red" if isinstance(line.left, Colour) else ""
    sides = (f" {relation} {text(tree)}" for relation, tree in line.sides)
    return _APART.join([style, text(line.left), *sides])


def _lines(part: Part, spell: Speller, *, full: bool, width: int) -> Iterator[Segment]:
    left_out = len(part.lines) - _FIRST - _LAST
    cut = part.steps and not full and left_out > _LAST
    shown = [*part.lines[:_FIRST], *part.lines[-_LAST:]] if cut else part.lines
    rows = [spell(line).split(_APART) for line in shown]
    column = min(max((len(left) for _, left, *_ in rows), default=0), _WIDEST_NAME)
    for number, (style, left, *sides) in enumerate(rows):
        if cut and number == _FIRST:
            yield f"  ⋮ {left_out} more; --full or full=True shows them all\n", "dim"
        yield f"  {left:<{column}}", style
        yield from _wrapped(sides, 2 + column, max(2 + column, len(left) + 2), width)


def _wrapped(sides: Sequence[str], indent: int, used: int, width: int) -> Iterator[Segment]:
    """Lay the sides of a line out, going on below the first where the width is used up."""
    for side in sides:
        if used > indent and used + len(side) > width:
            yield "\n" + " " * indent, ""
            used = indent
        yield side, ""
        used += len(side)
    yield "\n", ""
