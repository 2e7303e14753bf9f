r"""The printed equations of arrays in a LaTeX document: its aligned rows, put together and judged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from symback.verification.matrix_print import judge_equations

if TYPE_CHECKING:
    from symback.derivation.backward import Backward
    from symback.verification.matrix_print import Judged

_PARTS: Final = ("Forward pass", "Backward pass", "Gradients")
_TAG: Final = re.compile(r"\\symbackname\{\\detokenize\{(\w+)\}\}")
_SECTION: Final = re.compile(r"\\subsection\*\{([^{}]*)\}")
_ALIGN: Final = re.compile(r"\\begin\{align\*\}\n(.*?)\n\\end\{align\*\}", re.DOTALL)


def document_equations(printed: str) -> dict[str, list[str]]:
    r"""Return the equations of each name in a LaTeX document, each in one line.

    An equation without a name is the index form of the one above.

    >>> document_equations(r"\subsection*{Gradients}" + "\n" + r"\begin{align*}" + "\n"
    ...     + r"x & = 1 \symbackname{\detokenize{dx}} \\" + "\n" + r"x_{i} & = 1" + "\n" + r"\end{align*}")
    {'dx': ['x  = 1', 'x_{i}  = 1']}
    """
    found: dict[str, list[str]] = {}
    _, *rest = _SECTION.split(printed)
    for title, body in zip(rest[::2], rest[1::2], strict=True):
        if title not in _PARTS:
            continue
        name = ""
        for block in _ALIGN.findall(body):
            for line in re.split(r" \\\\\n", block):
                tag = _TAG.search(line)
                name = tag.group(1) if tag else name
                # The first & of a row aligns it; others belong to cases and matrices.
                rows = [row.replace("&", "", 1) for row in re.split(r" \\\\\*\n", line)]
                found.setdefault(name, []).append(_TAG.sub("", " ".join(rows)).strip())
    return found


def judge_document(backward: Backward, printed: str, seed: int = 0) -> dict[str, Judged]:
    """Judge every equation of a LaTeX document: forward equations, steps, and gradients.

    Args:
        backward: The derivation.
        printed: What `to_latex()` printed of it.
        seed: What values are drawn with.
    """
    names = {equation.name: equation.name for equation in (*backward.forward, *backward.steps)}
    texts = {
        names.get(name, _unspelled(name, backward)): lines
        for name, lines in document_equations(printed).items()
    }
    judged = judge_equations(backward, texts, seed)
    missing = [name for name in names if name not in judged]
    return {**judged, **judge_equations(backward, dict.fromkeys(missing, ()), seed)}


def _unspelled(name: str, backward: Backward) -> str:
    """Return the name that a tag spells in ASCII."""
    from symback.notation.identifier import in_ascii

    spelled = {in_ascii(equation.name): equation.name for equation in (*backward.forward, *backward.steps)}
    return spelled[name]
