"""Points at full size: random numbers inside all domains and off every kink, with a value for every node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from symback.core.errors import SymbackError
from symback.core.node import Node, Role
from symback.core.shapes import resolved
from symback.evaluation.kinks import kinks_hit
from symback.evaluation.values import Values, run
from symback.verification.tensors.drawing import INTERVALS, draw, index_bounds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symback.derivation.backward import Backward

MORE_UP_TO: Final = 4000
"""Derivations of no more entries than this are looked at at several points."""

_POINTS: Final = 3
_TRIALS: Final = 40
_FREE_SIZES: Final = (5, 4, 6, 7, 3, 8)


class Point:
    """Numbers for every input and the upstream gradient, and what follows from them.

    Attributes:
        inputs: The numbers that come in, by name.
        sizes: What the symbols of sizes stand for.
        values: A value for every node, forward and backward; None for what is never stored.
        hits: The ops that are on a kink.
        notes: Of data, what must be known of them: kinks that they are on.
    """

    notes: Sequence[str] = ()

    def __init__(self, backward: Backward, inputs: dict[str, Any], sizes: dict[str, int]) -> None:
        self.backward = backward
        self.inputs = inputs
        self.sizes = sizes
        self.values: dict[Node, Any] = run(backward.order, inputs, sizes)
        self.hits = kinks_hit(backward.graph.nodes, self.values)

    @property
    def kinks(self) -> int:
        """How many ops are on a kink."""
        return len(self.hits)

    @property
    def defined(self) -> bool:
        """Whether every value is finite."""
        return all(value is None or bool(np.all(np.isfinite(value))) for value in self.values.values())

    def parameters(self, node: Node) -> tuple[Any, ...]:
        """Return the parameters of a node with numbers for sizes."""
        return resolved(node.parameters, self.sizes)  # type: ignore[no-any-return]

    def resolved(self) -> dict[Node, Node]:
        """Return the forward nodes with numbers for sizes."""
        made: dict[Node, Node] = {}
        for node in self.backward.graph.nodes:
            inputs = tuple([made[source] for source in node.inputs])
            shape = np.shape(self.values[node])
            made[node] = Node(node.op, inputs, self.parameters(node), node.name, node.role, shape)
        return made

    def summary(self) -> dict[str, Any]:
        """Return small inputs as lists, of large ones the shape: for a certificate."""
        return {name: _listed(value) for name, value in self.inputs.items()}


def _listed(value: Any) -> Any:
    array = np.asarray(value)
    return array.tolist() if array.size <= 64 else f"drawn with the seed, shape {array.shape}"  # noqa: PLR2004


def given_point(backward: Backward, given: Mapping[str, Any], upstream: Any = None) -> Point:
    """Return the point of some data.

    Raises:
        InputError: A value is missing or cannot be used.
        DomainError: A step is undefined there.
    """
    values = Values(backward, given, upstream)
    inputs = {
        name: _double(value) if backward.has_arrays else np.asarray(float(value))
        for name, value in values.inputs.items()
    }
    point = Point(backward, inputs, values.sizes)
    point.notes = list(values.notes)
    return point


def _double(value: Any) -> Any:
    """Return an array of NumPy's doubles, or of integers: the precision of data is not what is checked."""
    array = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
    return array if array.dtype.kind in "iu" else array.astype(float)


def drawn_points(backward: Backward, seed: int) -> list[Point]:
    """Draw points: one for a large derivation, some for a small one; none where none is found."""
    rng = np.random.default_rng(seed)
    sizes = _free_sizes(backward)
    shapes = {node: resolved(node.shape, sizes) for node in backward.order}
    bounds = index_bounds(backward.graph.nodes, shapes)
    leaves = [node for node in backward.graph.leaves() if node.role is not Role.UPSTREAM]
    leaves.append(backward.seed.node)
    small = sum(int(np.prod(shape)) for shape in shapes.values()) <= MORE_UP_TO
    wanted = _POINTS if small else 1
    found: list[Point] = []
    bent: Point | None = None
    for trial in range(_TRIALS):
        inputs = draw(rng, leaves, shapes, bounds, trial, scaled=True, rational=False)
        for name in backward.distributions:
            # Declared to sum to 1 along the last axis.
            share = np.abs(inputs[name]) + 0.1
            inputs[name] = share / share.sum(axis=-1, keepdims=True)
        if not backward.output.shape:
            inputs[backward.seed.name] = np.asarray(rng.uniform(0.5, 2.0))
        try:
            point = Point(backward, inputs, sizes)
        except (SymbackError, ArithmeticError, LookupError, ValueError, TypeError):
            continue
        if not point.defined:
            continue
        if point.kinks:
            bent = bent or point
            continue
        found.append(point)
        if len(found) >= wanted or trial > len(INTERVALS) + wanted:
            break
    return found or ([bent] if bent else [])


def _free_sizes(backward: Backward) -> dict[str, int]:
    symbols = dict.fromkeys(size for node in backward.order for size in node.shape if isinstance(size, str))
    return {symbol: _FREE_SIZES[n % len(_FREE_SIZES)] for n, symbol in enumerate(symbols)}
