"""A derivation of arrays as the parts of a document, and the text of its equations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from symback.core.node import Node
from symback.ops.expression import make
from symback.rendering.op_rules import op_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symback.core.op import Op
    from symback.derivation.backward import Backward
    from symback.rendering.array_families import ArraySketch
    from symback.rendering.array_lines import ArrayLines
    from symback.rendering.line import Line

_CONVENTIONS: Final = {
    "⊙": "A ⊙ B and A ⊘ B multiply and divide entry by entry, as a raised ⊙ does.",
    "bold 1": "A bold 1 is a vector of ones: b added to every row of a matrix is 1bᵀ.",
    "rowsum": "rowsum(A) is the sum of each row, repeated along it; colsum(A) that of each column.",
    "sum": "sum(A) adds all entries of A up; ‖A‖² adds their squares up.",
    "diag": "diag(v) is the diagonal matrix with v on its diagonal.",
    "one": "A quantity of one column or one row is repeated along the other axis beside a matrix.",
    "δ": "δᵢⱼ is 1 where i = j and 0 elsewhere; indices under a Σ run over their whole axis.",
}
"""What the notation of matrices means, by a sign that gives its use away."""


def array_parts(
    backward: Backward, lines: ArrayLines
) -> Iterator[tuple[str, Sequence[Line | ArraySketch], Sequence[str], bool]]:
    """Yield the parts of a document: title, lines, sentences, whether the lines are steps."""
    forward = [line for equation in backward.forward for line in lines.forward(equation.node)]
    yield "Forward pass", forward, [shapes_in_words(backward)], True
    yield "The rules of the ops", [*op_rules(backward), *_compositions(backward, lines)], (), False
    steps = [line for step in backward.steps for line in lines.step(step)]
    yield "Backward pass", steps, (), True
    yield "Gradients", [lines.final(step) for step in backward.gradients.values()], (), False


def _compositions(backward: Backward, lines: ArrayLines) -> list[Line]:
    """State what each named function of a whole vector is made of."""
    found: dict[Op, Line] = {}
    for node in backward.graph.nodes:
        op = node.op
        if op is not None and op.composition is not None and op not in found:
            vector = Node(None, name="z", shape=("n",))
            axis = (0,) if isinstance(node.parameters[0], tuple) else 0
            parameters = (axis, *node.parameters[1:-1], *(False,) * (len(node.parameters) > 1))
            found[op] = lines.rule(make(op, [vector], parameters).node)
    return list(found.values())


def shapes_in_words(backward: Backward) -> str:
    """Say which shapes the quantities from outside have.

    >>> from symback.core.graph import Graph
    >>> from symback.derivation.backward import Backward
    >>> from symback.ops.expression import array
    >>> shapes_in_words(Backward(Graph([(array("X", "N 4") @ array("W", "4 3")).node])))
    'Shapes: X is N × 4, W is 4 × 3.'
    """
    told = [
        f"{node.name} is {' × '.join(map(str, node.shape)) + (' (a vector)' if len(node.shape) == 1 else '')}"
        for node in backward.graph.leaves()
        if node.shape
    ]
    return f"Shapes: {', '.join(told)}."


def notation_in_words(backward: Backward, lines: Sequence[Line]) -> list[str]:
    """Explain the signs of matrix notation that occur in some lines of a derivation."""
    spelled = " ".join(repr(side.tree) for line in lines for side in line.sides)
    signs = {
        "⊙": "'⊙'" in spelled or "'⊘'" in spelled,
        "bold 1": "text='1', style='bold'" in spelled,
        "rowsum": "'rowsum'" in spelled or "'colsum'" in spelled,
        "sum": "text='sum'" in spelled or "‖" in spelled,
        "diag": "'diag'" in spelled,
        "one": any(len(node.shape) == 2 and 1 in node.shape for node in backward.graph.nodes if node.name),  # noqa: PLR2004 - a matrix
        "δ": "'δ'" in spelled,
    }
    return [_CONVENTIONS[sign] for sign, occurs in signs.items() if occurs]
