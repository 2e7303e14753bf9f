"""A document as text for a terminal: one column of names, one of formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from symback.notation.text import text
from symback.notation.tree import Colour

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

    from symback.rendering.document import Document, Part
    from symback.rendering.lines import Line, Side

WIDTH: Final = 100
_WIDEST_NAME: Final = 20
_FIRST: Final = 24
_LAST: Final = 8

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
    yield document.title, "bold"
    yield "\n", ""
    for part in document.parts:
        if not part.lines and not part.prose:
            continue
        yield f"\n{part.title}", "bold"
        yield "\n", ""
        for sentence in part.prose:
            yield from _wrapped(sentence, width)
        yield from _lines(part, full=full, width=width)


def _wrapped(sentence: str, width: int) -> Iterator[Segment]:
    import textwrap

    for line in textwrap.wrap(sentence, width - 2, break_long_words=False):
        yield f"  {line}\n", ""


def _lines(part: Part, *, full: bool, width: int) -> Iterator[Segment]:
    lines = part.lines
    left_out = len(lines) - _FIRST - _LAST
    cut = part.steps and not full and left_out > _LAST
    shown = [*lines[:_FIRST], *lines[-_LAST:]] if cut else lines
    column = max((len(text(line.left)) for line in shown), default=0)
    column = min(column, _WIDEST_NAME)
    for number, line in enumerate(shown):
        if cut and number == _FIRST:
            yield f"  ⋮ {left_out} more; --full or full=True shows them all\n", "dim"
        yield from _line(line, column, width)


def _line(line: Line, column: int, width: int) -> Iterator[Segment]:
    left = text(line.left)
    yield f"  {left:<{column}}", "red" if isinstance(line.left, Colour) else ""
    indent = 2 + column
    used = max(indent, len(left) + 2)
    for side in _fitting(line.sides):
        if used > indent and used + len(side) > width:
            yield "\n" + " " * indent, ""
            used = indent
        yield side, ""
        used += len(side)
    yield "\n", ""


def _fitting(sides: Sequence[Side]) -> Iterator[str]:
    for relation, tree in sides:
        yield f" {relation} {text(tree)}"
