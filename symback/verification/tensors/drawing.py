"""Random values for what comes from outside: numbers inside all domains, integers that say where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from symback.core.node import Node

GRID: Final = 997
"""Numbers are odd multiples of 1/1994: rational, and hardly ever equal or on a kink."""

INTERVALS: Final = ((-1.0, 1.0), (0.1, 1.5), (-3.0, 3.0), (0.5, 4.0), (-0.9, 0.9), (2.0, 9.0))
"""Narrow and wide, of both signs and positive: for logarithms as well as for kinks far from 0."""


def index_bounds(nodes: Sequence[Node], shapes: Mapping[Node, tuple[int, ...]]) -> dict[Node, int]:
    """Return, for each node that only says where to look something up, what its integers are less than.

    Args:
        nodes: Nodes, each after its inputs.
        shapes: Their shapes in numbers.

    >>> from symback.core.node import postorder
    >>> from symback.ops.expression import array
    >>> E, t = array("E", "5 2"), array("t", "3")
    >>> nodes = list(postorder([E[t].node]))
    >>> index_bounds(nodes, {node: node.shape for node in nodes})[t.node]
    5
    """
    bounds: dict[Node, int] = {}
    flows: set[Node] = set()
    for node in reversed(nodes):
        op = node.op
        if op is None:
            continue
        if node not in bounds:
            flows.add(node)
        for position, source in enumerate(node.inputs):
            if position in op.index_arguments:
                looked = shapes[node][-1] if op.name == "one_hot" else _leading(node, position, shapes)
                bounds[source] = min(bounds.get(source, looked), looked)
            elif node in bounds and node not in flows:
                bounds[source] = min(bounds.get(source, bounds[node]), bounds[node])
            else:
                flows.add(source)
    return {node: bound for node, bound in bounds.items() if node not in flows}


def _leading(node: Node, position: int, shapes: Mapping[Node, tuple[int, ...]]) -> int:
    whole = node if node.op and node.op.name == "scatter_add" else node.inputs[0]
    return shapes[whole][position - 1]


def draw(  # noqa: PLR0913 - what is drawn, and from where
    rng: Any,
    leaves: Iterable[Node],
    shapes: Mapping[Node, tuple[int, ...]],
    bounds: Mapping[Node, int],
    trial: int,
    *,
    scaled: bool = False,
    rational: bool = True,
) -> dict[str, Any]:
    """Draw an array for each node that comes from outside.

    The first trials draw all from one interval, the later ones each from its own.

    Args:
        rng: NumPy's generator.
        leaves: The nodes.
        shapes: Their shapes in numbers.
        bounds: What integers are less than.
        trial: The number of the trial, which says from which interval.
        scaled: Whether matrices are divided by √rows, so that products of large ones stay moderate.
        rational: Whether numbers are odd multiples of 1/1994.
    """
    import numpy as np

    drawn: dict[str, Any] = {}
    for node in leaves:
        shape = shapes[node]
        if node in bounds:
            drawn[str(node.name)] = rng.integers(0, bounds[node], shape)
            continue
        own = trial if trial < len(INTERVALS) else int(rng.integers(len(INTERVALS)))
        low, high = INTERVALS[own % len(INTERVALS)]
        if rational:
            values = (2 * rng.integers(int(low * GRID), int(high * GRID), shape) + 1) / (2 * GRID)
        else:
            values = rng.uniform(low, high, shape)
        if scaled and len(shape) > 1:
            values = values / np.sqrt(max(1, shape[-2]))
        drawn[str(node.name)] = np.asarray(values, dtype=float)
    return drawn
