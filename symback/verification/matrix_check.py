"""The third judgement of a step over arrays: its print, read back from LaTeX and evaluated.

What is printed does not depend on the sizes, but what it costs to evaluate does: large sizes become
letters, which stand for small ones when the lines are evaluated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from symback.core.errors import SymbackError
from symback.core.graph import Graph
from symback.core.node import Node
from symback.core.shapes import count
from symback.derivation.backward import Backward
from symback.ops.multilinear import EINSUM, EYE
from symback.ops.reductions import SIZE
from symback.ops.structural import GATHER, PLACE, RESHAPE, SCATTER_ADD, SLICES
from symback.rendering.document import document
from symback.rendering.latex import to_latex
from symback.verification.matrix_document import judge_document
from symback.verification.report import Finding, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from symback.derivation.steps import Step

LARGEST: Final = 4
"""A size above this becomes a letter."""

MOST_ENTRIES: Final = 500
"""Lines over arrays of more entries than this are evaluated only where their sizes may shrink."""

_WITH_SIZES: Final = frozenset((EINSUM, EYE, SIZE, RESHAPE, SLICES, PLACE, GATHER, SCATTER_ADD))
"""Ops whose parameters hold sizes."""


def print_check(backward: Backward, seed: int) -> Callable[[Step], Finding]:
    """Return what judges the print of one step: the whole document is read back once.

    Args:
        backward: The derivation.
        seed: What values are drawn with.
    """
    small = with_letters(backward)
    if small is None and all(_entries(node) <= MOST_ENTRIES for node in backward.graph.nodes):
        small = backward
    if small is None:
        why = "its sizes go together only as they are, and are too large to be evaluated line by line"
        return lambda step: Finding(Status.UNJUDGED, why)  # noqa: ARG005 - the same for every step
    try:
        # What is undefined is reported by name; NumPy's own warnings name nothing.
        with np.errstate(all="ignore"):
            judged = judge_document(small, to_latex(document(small)), seed)
    except (SymbackError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        found = Finding(Status.UNJUDGED, f"the document could not be read: {error}")
        return lambda step: found  # noqa: ARG005 - the same for every step

    def check(step: Step) -> Finding:
        found = judged.get(step.name)
        if found is None:
            return Finding(Status.UNJUDGED, "no line of its own is printed")
        return Finding(_STATUS[found.verdict], found.why)

    return check


_STATUS: Final = {"right": Status.PASSED, "wrong": Status.FAILED, "not judged": Status.UNJUDGED}


def with_letters(backward: Backward) -> Backward | None:
    """Return the same derivation with letters for large sizes; None where these do not go together.

    >>> from symback.core.graph import Graph
    >>> from symback.ops.expression import array
    >>> d = Backward(Graph([(array("X", "784 3") @ array("w", "3")).named("z").node]))
    >>> with_letters(d).graph.names["X"].shape
    ('n784', 3)
    """
    made: dict[Node, Node] = {}
    for node in backward.graph.nodes:
        inputs = tuple([made[source] for source in node.inputs])
        parameters = node.parameters
        if node.op in _WITH_SIZES:
            parameters = tuple([_lettered(parameter) for parameter in parameters])
        own = Node(node.op, inputs, parameters, node.name, node.role, _lettered(node.shape))
        if node.op is not None and not _goes_together(own):
            return None
        made[node] = own
    graph = Graph([made[node] for node in backward.graph.outputs], [made[n] for n in backward.graph.leaves()])
    asked = list(backward.gradients)
    return Backward(graph, asked, "named", backward.kink, distributions=backward.distributions)


def _entries(node: Node) -> int:
    return count(size for size in node.shape if isinstance(size, int))


def _lettered(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple([_lettered(part) for part in value])
    return f"n{value}" if type(value) is int and value > LARGEST else value


def _goes_together(node: Node) -> bool:
    """Say whether an op gives the shape that it had, with letters for its sizes."""
    assert node.op is not None  # noqa: S101 - asked before
    try:
        shape = node.op.shape([source.shape for source in node.inputs], *node.parameters)
    except (SymbackError, TypeError, ValueError):
        return False
    if node.op is RESHAPE:
        sizes = [sorted(map(str, part)) for part in (node.inputs[0].shape, node.shape)]
        return sizes[0] == sizes[1] or not any(isinstance(size, str) for part in sizes for size in part)
    return shape == node.shape
