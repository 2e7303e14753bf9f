"""A document as LaTeX: a fragment for a paper, or a whole file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from symback.core.collection import collection_paused
from symback.notation.identifier import in_ascii
from symback.notation.latex import GRADIENT_MACRO, escape, is_tall, latex
from symback.notation.tree import Call, Fence, Number, Row, Sign, Tree
from symback.notation.width import width
from symback.rendering.array_families import speller

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symback.rendering.document import Document, Part
    from symback.rendering.families import Speller
    from symback.rendering.line import Line

LINE_WIDTH: Final = 330.0
"""Points that a line may take: a little less than the text width of the article class."""

_OUTER: Final = frozenset([Sign("+"), Sign("−")])
_INNER: Final = frozenset(map(Sign, "·⊙⊘\u2062\u2063,=<>≤≥/"))
_TOO_SHORT: Final = 25.0  # a piece as narrow as ∂/∂x does not stand alone
_DIGITS_IN_A_PIECE: Final = 40
_WIDE_LEFT: Final = 120.0
_ROWS_IN_ONE_ALIGN: Final = 120

MACROS: Final = (
    rf"\providecommand{{{GRADIENT_MACRO}}}[1]{{{{\color{{red}}#1}}}}",
    r"\providecommand{\symbackname}[1]{\tag*{\footnotesize\texttt{#1}}}",
)
"""What an author may define anew: the look of gradients, and of the names in code."""

_PREAMBLE: Final = r"""\documentclass[10pt,a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{lmodern}
\usepackage[margin=25mm]{geometry}
\usepackage{amsmath}
\usepackage{xcolor}
\allowdisplaybreaks
\setlength{\jot}{6pt}
\setlength{\parindent}{0pt}"""


@collection_paused()
def to_latex(document: Document, *, standalone: bool = False) -> str:
    """Lay a document out in LaTeX.

    Args:
        document: The document.
        standalone: Whether to make a file that compiles by itself. A fragment needs the packages
            amsmath and xcolor.
    """
    spell = speller(document.looks, latex, _aligned, ascii_only=True)
    body = "\n\n".join(_part(part, spell) for part in document.parts)
    macros = "\n".join(MACROS)
    if not standalone:
        return f"{macros}\n\n{body}\n"
    title = rf"\section*{{{escape(document.title)}}}"
    return f"{_PREAMBLE}\n{macros}\n\\begin{{document}}\n{title}\n\n{body}\n\\end{{document}}\n"


def _part(part: Part, spell: Speller) -> str:
    blocks = [rf"\subsection*{{{escape(part.title)}}}"]
    if part.prose:
        blocks.append("\n\n".join(map(escape, part.prose)))
    rows = [spell(line) for line in part.lines]
    for start in range(0, len(rows), _ROWS_IN_ONE_ALIGN):
        chunk = " \\\\\n".join(rows[start : start + _ROWS_IN_ONE_ALIGN])
        blocks.append(f"\\begin{{align*}}\n{chunk}\n\\end{{align*}}")
    return "\n".join(blocks)


def _aligned(line: Line) -> str:
    """Spell a line as rows of an alignment; no page ends between them."""
    return " \\\\*\n".join(_rows(line))


def _rows(line: Line) -> Iterator[str]:
    """Yield the rows of an aligned line, each within the line width."""
    tag = rf" \symbackname{{\detokenize{{{in_ascii(line.name)}}}}}" if line.name else ""
    left = latex(line.left)
    taken = width(line.left)
    if taken > _WIDE_LEFT:
        opening, *more = _broken(line.left, LINE_WIDTH)
        yield f"& {opening}{tag}"
        yield from (rf"& \qquad {piece}" for piece in more)
        left = ""
        tag = ""
        indent = r"\quad "
        taken = 10.0
    else:
        indent = ""
    row = ""
    used = taken
    for side in line.sides:
        relation = latex(Sign(side.relation))
        needed = width(side.tree) + width(Sign(side.relation))
        if row and used + needed > LINE_WIDTH:
            yield f"{left} & {indent}{row}{tag}".lstrip()
            left, tag, row, used = "", "", "", taken
        if needed > LINE_WIDTH - taken:
            first, *rest = _broken(side.tree, LINE_WIDTH - taken - 15)
            yield f"{left} & {indent}{relation} {first}{tag}".lstrip()
            left, tag = "", ""
            *middle, last = rest or [""]
            yield from (rf"& {indent}\quad {piece}" for piece in middle)
            row, used = (rf"\quad {last}", LINE_WIDTH) if last else ("", taken)
            continue
        row = f"{row} {relation} {latex(side.tree)}".lstrip()
        used += needed
    if row:
        yield f"{left} & {indent}{row}{tag}".lstrip()


def _broken(tree: Tree, room: float) -> list[str]:
    """Spell a tree in pieces of limited width, broken before signs and after commas."""
    pieces: list[str] = []
    current: list[str] = []
    used = 0.0
    for spelled, taken in _breakable(tree, room):
        if current and used + taken > room and used > _TOO_SHORT:
            pieces.append(" ".join(current))
            current, used = [], 0.0
        current.append(spelled)
        used += taken
    return [*pieces, " ".join(current)]


def _breakable(tree: Tree, room: float) -> Iterator[tuple[str, float]]:
    """Yield the units of a tree between which a line may be broken, with their widths.

    What fits into a line stays whole. Brackets whose size is found by TeX cannot be broken; tall
    ones get a fixed size.
    """
    if width(tree) <= room:
        yield latex(tree), width(tree)
        return
    match tree:
        case Row(items):
            yield from _units(items, room)
        case Call(head, arguments):
            big = is_tall(tree)
            opening = latex(Call(head, ())).removesuffix("()") + (r"\Bigl(" if big else "(")
            yield from _bracketed(opening, arguments, r"\Bigr)" if big else ")", width(head), room)
        case Fence("(" | "[" as left, body, right):
            big = is_tall(body)
            opening, closing = (rf"\Bigl{left}", rf"\Bigr{right}") if big else (left, right)
            yield from _bracketed(opening, [body], closing, 0, room)
        case Number(text):
            for start in range(0, len(text), _DIGITS_IN_A_PIECE):
                piece = Number(text[start : start + _DIGITS_IN_A_PIECE])
                yield latex(piece), width(piece)
        case _:
            yield latex(tree), width(tree)


def _units(items: Sequence[Tree], room: float) -> Iterator[tuple[str, float]]:
    """Yield the parts of a row, each sign together with what follows it: terms if there are several."""
    outer = _OUTER if any(item in _OUTER for item in items[1:]) else _INNER
    if not any(item in outer for item in items[1:]):
        # Things that stand side by side, with perhaps a minus before them.
        sign = items[0] if isinstance(items[0], Sign) else None
        for beside in items[1:] if sign else items:
            yield from _signed(sign, [beside], room)
            sign = None
        return
    part: list[Tree] = []
    sign = None
    for item in (*items, None):
        if item is not None and not (part and item in outer):
            part.append(item)
            continue
        yield from _signed(sign, part, room)
        part, sign = [], item if isinstance(item, Sign) else None


def _signed(sign: Sign | None, part: list[Tree], room: float) -> Iterator[tuple[str, float]]:
    opening, taken = ("", 0.0) if sign is None else (f"{latex(sign)} ", width(sign))
    whole = part[0] if len(part) == 1 else Row(tuple(part))
    for spelled, wide in _breakable(whole, room):
        yield opening + spelled, taken + wide
        opening, taken = "", 0.0


def _bracketed(
    opening: str, parts: Sequence[Tree], closing: str, taken: float, room: float
) -> Iterator[tuple[str, float]]:
    units: list[tuple[str, float]] = []
    for number, part in enumerate(parts):
        inner = list(_breakable(part, room))
        if number < len(parts) - 1:
            inner[-1] = (inner[-1][0] + ",", inner[-1][1] + width(Sign(",")))
        units += inner
    units[0] = (opening + units[0][0], units[0][1] + taken)
    units[-1] = (units[-1][0] + closing, units[-1][1])
    yield from units
