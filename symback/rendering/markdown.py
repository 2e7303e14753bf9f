"""A document as Markdown with formulas that GitHub renders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symback.core.collection import collection_paused
from symback.notation.latex import latex
from symback.notation.tree import Sign
from symback.rendering.array_families import speller

if TYPE_CHECKING:
    from symback.rendering.document import Document, Part
    from symback.rendering.families import Speller
    from symback.rendering.line import Line


@collection_paused()
def to_markdown(document: Document) -> str:
    """Lay a document out in Markdown; every formula is a block of its own between `$$`."""
    spell = speller(document.looks, lambda tree: latex(tree, "github"), _line)
    return f"# {document.title}\n\n" + "\n\n".join(_part(part, spell) for part in document.parts) + "\n"


def _part(part: Part, spell: Speller) -> str:
    blocks = [f"## {part.title}", *(f"- {sentence}" for sentence in part.prose)]
    return "\n\n".join([*blocks, *map(spell, part.lines)])


def _line(line: Line) -> str:
    sides = " ".join(f"{latex(Sign(relation))} {latex(tree, 'github')}" for relation, tree in line.sides)
    label = f"`{line.name}`\n\n" if line.name else ""
    return f"{label}$$\n{latex(line.left, 'github')} {sides}\n$$"
