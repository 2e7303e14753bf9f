"""One step of a derivation by itself: the part of the graph that it is about, at small sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symback.core.errors import SymbackError
from symback.core.node import Node, postorder
from symback.core.shapes import count
from symback.derivation.steps import Step, StepKind
from symback.evaluation.arrays import ArrayNamespace
from symback.evaluation.kinks import kinks_hit
from symback.evaluation.values import compute
from symback.verification.tensors.drawing import draw, index_bounds
from symback.verification.tensors.sizes import Sizes, small_nodes

if TYPE_CHECKING:
    from collections.abc import Sequence

_TRIALS = 60


class Around:
    """The quantities behind which a step does not look: those with a name, but not those it is about."""

    def __init__(self, inside: Sequence[Node]) -> None:
        self._inside = set(inside)

    def __contains__(self, node: object) -> bool:
        return getattr(node, "name", None) is not None and node not in self._inside


class Local:
    """A step's surroundings at small sizes.

    Attributes:
        nodes: All nodes, each after its inputs; named ones at the border come from outside.
        border: Those that come from outside.
        step: The step's own node.
        consumer: The quantity that is differentiated.
        of: The quantity by which.
        upstream: The gradient of the consumer; None for a local factor.
        forward: The nodes behind the consumer.
        path: The ops from the consumer down, each with the position of the argument that leads on.
        key: What two steps have in common that differ only in names.
    """

    def __init__(self, step: Step) -> None:
        assert step.consumer is not None  # noqa: S101 - seeds and sums are not judged here
        local = step.parts[1] if step.kind is StepKind.CHAIN else step
        upstream = step.parts[0].node if step.kind is StepKind.CHAIN else None
        inside = [step.node, local.node, step.consumer]
        roots = [step.consumer, step.node, step.of, *([upstream] if upstream else [])]
        stops = Around(inside)
        order = list(postorder(roots, stops))
        equal = [(step.node, like) for like in _like(step)]
        if upstream is not None:
            equal.append((upstream, step.consumer))
        border = {node for node in order if node in stops}
        small = small_nodes(order, border, Sizes(order, border, equal))
        self.nodes = [small[node] for node in order]
        self.border = [node for node in self.nodes if node.op is None]
        self.step, self.consumer, self.of = small[step.node], small[step.consumer], small[step.of]
        self.upstream = None if upstream is None else small[upstream]
        self.forward = list(postorder([self.consumer]))
        self.path = [(small[node], position) for node, position in local.path]
        self.key = self._key(step)

    @property
    def shapes(self) -> dict[Node, tuple[int, ...]]:
        """The small shape of each node."""
        return {node: shape_of(node) for node in self.nodes}

    @property
    def largest(self) -> int:
        """The number of pairs of an entry of the consumer and one of the quantity."""
        return count(shape_of(self.consumer)) * count(shape_of(self.of))

    def _key(self, step: Step) -> object:
        number = {node: n for n, node in enumerate(self.nodes)}
        rows = tuple(
            (node.op, tuple(number[source] for source in node.inputs), repr(node.parameters), node.shape)
            for node in self.nodes
        )
        path = tuple((number[node], position) for node, position in self.path)
        upstream = -1 if self.upstream is None else number[self.upstream]
        return step.kind, rows, path, number[self.step], number[self.consumer], number[self.of], upstream

    def point(self, rng: Any) -> dict[Node, Any] | None:
        """Draw a point: a number for each entry of each node; None if none is found inside all domains."""
        shapes = self.shapes
        bounds = index_bounds(self.nodes, shapes)
        for trial in range(_TRIALS):
            inputs = draw(rng, self.border, shapes, bounds, trial)
            try:
                values = evaluated(self.nodes, inputs)
            except (SymbackError, ArithmeticError, LookupError, ValueError, TypeError):
                continue
            finite = all(value is None or np.all(np.isfinite(value)) for value in values.values())
            if finite and not kinks_hit(self.forward, values) and not has_ties(self.forward, values):
                return values
        return None


def shape_of(node: Node) -> tuple[int, ...]:
    """Return the shape of a node at small sizes, in which there are no symbols.

    >>> from symback.ops.expression import array
    >>> shape_of(array("X", "2 3").node)
    (2, 3)
    """
    return node.shape  # type: ignore[return-value]


def _like(step: Step) -> list[Node]:
    """Return what a step's own node has the shape of."""
    assert step.consumer is not None  # noqa: S101 - seeds and sums are not judged here
    if step.kind is StepKind.CHAIN or not step.consumer.shape:
        return [step.of] if len(step.node.shape) == len(step.of.shape) else []
    entrywise = all(node.op is not None and node.op.entrywise for node, _ in step.path)
    return [step.consumer] if entrywise and step.node.shape == step.consumer.shape else []


def has_ties(nodes: Sequence[Node], values: dict[Node, Any]) -> bool:
    """Say whether an op that selects along axes has several largest, or smallest, entries to choose from.

    >>> from symback.ops.expression import array
    >>> X = array("X", "2").node
    >>> largest = array("X", "2").max().node.with_inputs((X,))
    >>> has_ties([X, largest], {X: np.asarray([1.0, 1.0]), largest: np.asarray(1.0)})
    True
    """
    for node in nodes:
        if node.op is not None and node.op.share is not None:
            chosen = np.isin(values[node.inputs[0]], values[node]).sum()
            if chosen > np.size(values[node]):
                return True
    return False


def evaluated(nodes: Sequence[Node], inputs: dict[str, Any]) -> dict[Node, Any]:
    """Compute nodes over NumPy's doubles.

    >>> from symback.ops.expression import symbols
    >>> x, = symbols("x,")
    >>> evaluated([x.node, (y := -x).node], {"x": np.asarray(2.0)})[y.node]
    np.float64(-2.0)
    """
    with np.errstate(all="ignore"):
        return compute(nodes, inputs, ArrayNamespace(np.zeros(())))
