"""Values at which printed equations of arrays are compared: consistent ones, and independent ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from symback.core.errors import DomainError, ReadingError
from symback.core.node import Role, postorder
from symback.core.op import Kind
from symback.core.shapes import resolved
from symback.derivation.steps import StepKind
from symback.evaluation.array_inputs import spread_arrays
from symback.evaluation.kinks import kinks_hit
from symback.evaluation.values import refuse_undefined, run
from symback.verification.matrix_functions import NAMESPACE
from symback.verification.matrix_names import concrete

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symback.core.node import Node
    from symback.derivation.backward import Backward
    from symback.derivation.steps import Step

_INTERVALS: Final = ((-1.2, 1.2), (0.3, 1.7), (0.2, 0.8), (1.1, 1.9))
"""Of both signs, so that masks are mixed; else where logarithms and roots exist."""

_STEP: Final = 1e-30
_SMALLEST: Final = 3


class Sample:
    """One consistent evaluation of a derivation, and independent values for all its quantities.

    Attributes:
        sizes: What the symbols of sizes stand for: different numbers.
        values: The value of every node.
        on_a_kink: Whether no point was found that is on no kink: what is printed need not hold there.
    """

    def __init__(self, backward: Backward, seed: int) -> None:
        self.backward = backward
        self._rng = np.random.default_rng(seed)
        self.sizes = _sizes(backward)
        self._bounds = self._index_bounds()
        self.on_a_kink = False
        self.values = self._consistent()
        self._locals = {step.node for step in backward.steps if step.kind is StepKind.LOCAL}
        self._folded: dict[tuple[Any, ...], Node] = {}
        for node in backward.graph.nodes:
            if node.op is not None and node.name is not None:
                self._folded.setdefault((node.op, node.inputs, node.parameters), node)

    def _consistent(self) -> dict[Node, Any]:
        backward = self.backward
        leaves = [node for node in backward.graph.leaves() if node.role is not Role.UPSTREAM]
        on_a_kink: dict[Node, Any] | None = None
        for interval in _INTERVALS:
            given = {str(node.name): self._drawn(node, interval) for node in leaves}
            seed = backward.seed.node
            upstream = self._drawn(seed, _INTERVALS[0]) if seed.shape else 1.0
            inputs, sizes = spread_arrays(backward, given, upstream)
            try:
                values = run(backward.order, inputs, sizes)
                named = {
                    str(node.name): value
                    for node, value in values.items()
                    if node.name is not None and value is not None
                }
                refuse_undefined(named, backward.order)
            except DomainError:
                continue
            if not kinks_hit(backward.graph.nodes, values):
                return values
            on_a_kink = values
        if on_a_kink is not None:
            self.on_a_kink = True
            return on_a_kink
        raise ReadingError("no point was found at which everything is defined")

    def _drawn(self, node: Node, interval: tuple[float, float]) -> Any:
        shape = concrete(node.shape, self.sizes)
        if node in self._bounds:
            return self._rng.integers(0, self._bounds[node], shape)
        value = self._rng.uniform(*interval, shape)
        if node.name in self.backward.distributions:
            value = np.abs(value) + 0.1
            value = value / value.sum(axis=-1, keepdims=True)
        return value

    def _index_bounds(self) -> dict[Node, int]:
        """Return what integers that say where to look something up are less than."""
        bounds: dict[Node, int] = {}
        for node in self.backward.graph.nodes:
            if node.op is None:
                continue
            for position in node.op.index_arguments:
                if position < len(node.inputs):
                    looked = (node if node.op.name == "scatter_add" else node.inputs[0]).shape
                    size = node.shape[-1] if node.op.name == "one_hot" else looked[position - 1]
                    for source in postorder([node.inputs[position]]):
                        bounds[source] = concrete((size,), self.sizes)[0]
        return bounds

    def independent(self, node: Node) -> tuple[dict[Node, Any], Any] | None:
        """Return unrelated values for all quantities, and that of a node's own definition from these.

        Returns:
            None if the definition has no value at any of several points.
        """
        for interval in _INTERVALS:
            values = {
                other: value
                if other in self._bounds or other.role is Role.UPSTREAM
                else self._rng.uniform(*interval, np.shape(value))
                for other, value in self.values.items()
                if other.name is not None and value is not None
            }
            with np.errstate(all="ignore"):
                value = self.redefined(node, values)
            if np.all(np.isfinite(value)):
                return values, value
        return None

    def redefined(self, node: Node, values: Mapping[Node, Any], part: tuple[Any, Any] | None = None) -> Any:
        """Return the value of a quantity by its own definition, from given values of all others.

        Args:
            node: The quantity.
            values: The values of all quantities.
            part: A value that some part of the definition has in the consistent evaluation, and
                what that part is to be instead.

        Raises:
            ReadingError: No part of the definition has the value.
        """
        known = dict(values)
        known.pop(node, None)
        found = part is None
        for inner in self.inside(node):
            own = self.values[inner]
            if part is not None and inner is not node and _equal(own, part[0]):
                known[inner] = np.reshape(part[1], np.shape(own))
                found = True
            else:
                known[inner] = self._defined(inner, known)
        if not found:
            raise ReadingError(f"cannot be read back: what moves is not found in {node.name}")
        return known[node]

    def inside(self, node: Node) -> list[Node]:
        """Return the nodes of a definition down to the quantities that are printed by their names."""
        stops = {
            other
            for other in self.values
            if other.name is not None and other is not node and other not in self._locals
        }
        return [part for part in postorder([node], stops) if part not in stops and part.op is not None]

    def _defined(self, node: Node, known: Mapping[Node, Any]) -> Any:
        if node.name is None:
            named = self._folded.get((node.op, node.inputs, node.parameters))
            if named is not None and named in known:
                return known[named]
        assert node.op is not None  # noqa: S101 - those without one are stops
        arguments = [known[source] for source in node.inputs]
        return node.op.numeric(NAMESPACE, *arguments, *resolved(node.parameters, self.sizes))

    def jacobian(self, step: Step) -> Any:
        """Return all derivatives of a local factor's consumer along the factor's path, by complex steps."""
        assert step.consumer is not None  # noqa: S101 - a local factor has one
        value = np.asarray(self.values[step.of], dtype=float)
        shape = np.shape(self.values[step.consumer])
        columns = []
        for place in range(value.size):
            moved = value.astype(complex).ravel()
            moved[place] += 1j * _STEP
            columns.append(self._along(step, moved.reshape(value.shape)))
        return np.stack(columns, axis=-1).reshape(shape + value.shape)

    def _along(self, step: Step, moved: Any) -> Any:
        for node, position in reversed(step.path):
            assert node.op is not None  # noqa: S101 - a path runs through ops
            if node.op.kind is Kind.PIECEWISE_CONSTANT:
                return np.zeros(np.shape(self.values[step.path[0][0]]))
            arguments = [self.values[source] for source in node.inputs]
            arguments[position] = moved
            moved = node.op.numeric(NAMESPACE, *arguments, *resolved(node.parameters, self.sizes))
        return np.imag(moved) / _STEP


def _equal(left: Any, right: Any) -> bool:
    left, right = np.squeeze(left), np.squeeze(right)
    return left.shape == right.shape and bool(np.allclose(left, right))


def _sizes(backward: Backward) -> dict[str, int]:
    """Give each symbol of a size a number that no other axis has."""
    taken = {size for node in backward.graph.nodes for size in node.shape}
    sizes: dict[str, int] = {}
    free = iter(number for number in range(_SMALLEST, 1000) if number not in taken)
    for node in backward.order:
        for size in node.shape:
            if isinstance(size, str) and size not in sizes:
                sizes[size] = next(free)
    return sizes
