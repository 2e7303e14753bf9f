"""The second check: complex steps of the numeric forward pass, at full size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from symback.core.errors import SymbackError
from symback.core.node import postorder
from symback.core.op import Kind
from symback.derivation.steps import Step, StepKind
from symback.evaluation.arrays import ArrayNamespace
from symback.ops.multilinear import EINSUM, JACOBIAN
from symback.verification.report import Finding, Status
from symback.verification.tensors.implementations import Implementations
from symback.verification.tensors.local import Around
from symback.verification.tensors.points import Point
from symback.verification.tensors.products import Product, dot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from symback.core.node import Node
    from symback.derivation.backward import Backward

TOLERANCE: Final = 1e-13
"""Relative to the sum of absolute products: some hundred last bits of each, which never all err one way."""

STEP: Final = 1e-20
"""The complex step: its square is far below the last bit of anything, and nothing is subtracted."""

_NOISE: Final = 16
_TIMES: Final = 3

JUSTIFIED: Final = (
    "numbers agree to 1e-13 of the sum of absolute products (a complex step subtracts nothing, so only "
    "rounding is left, which is proportional to that sum), or to what a change in the last bits of the "
    "inputs explains"
)


class SlopesCheck:
    """Compares steps with complex steps.

    Args:
        backward: The derivation.
        points: Values of all nodes at some points.
        seed: What directions are drawn with.
    """

    def __init__(self, backward: Backward, points: Sequence[Point], seed: int) -> None:
        self._backward = backward
        self._points = points
        self._rng = np.random.default_rng(seed + 1)
        self._implementations = Implementations(points, self._rng)
        self._namespace = ArrayNamespace(np.zeros(()))
        self._chains = {
            step.parts[1]: step
            for step in backward.steps
            if step.kind is StepKind.CHAIN and len(step.parts) > 1
        }
        self._found: dict[Step, Finding] = {}
        self._ends = {step: name for name, step in backward.gradients.items()}
        self.together = [self.whole_pass(point) for point in points]

    def check(self, step: Step) -> Finding:
        """Compare the value of a step with a complex step of what it is the derivative of."""
        if step not in self._found:
            try:
                self._found[step] = self._checked(step)
            except (SymbackError, ArithmeticError, LookupError, ValueError, TypeError) as error:
                how = f"its numbers cannot be computed again: {error}"
                self._found[step] = Finding(Status.FAILED, how)
        return self._found[step]

    def _checked(self, step: Step) -> Finding:  # noqa: PLR0911 - one line for each way to end
        if not self._points:
            return Finding(Status.OPEN, "no point inside all domains was found")
        for node in (*(node for node, _ in step.path), *self._own(step)):
            wrong = self._implementations.wrong(node)
            if wrong:
                return Finding(Status.FAILED, wrong)
        if step.kind is StepKind.LOCAL and step.node.op is JACOBIAN:
            chain = self._chains.get(step)
            if chain is None:
                return Finding(Status.OPEN, "no step multiplies by it")
            found = self._step_alone(chain)
            return Finding(found.status, f"never stored, judged by {chain.name}: {found.how}", found.error)
        found = self._step_alone(step)
        if found.status is not Status.PASSED or step not in self._ends:
            return found
        for point, (error, names) in zip(self._points, self.together, strict=True):
            if self._ends[step] in names:
                return _failed(point, "the complex step of the whole forward pass disagrees", error)
        return found

    def _step_alone(self, step: Step) -> Finding:
        """Compare a step with a complex step of its consumer alone."""
        worst = 0.0
        for point in self._points:
            product = self._compared(step, point)
            if product is None:
                return Finding(Status.FAILED, "its shape is not that of what it belongs to")
            if not product.error <= TOLERANCE and not self._is_noise(step, point, product):
                return _failed(
                    point,
                    f"is {product.left:.12g} along a random direction, and not {product.right:.12g}",
                    product.error,
                )
            worst = max(worst, product.error if product.error <= TOLERANCE else 0.0)
        return Finding(Status.PASSED, f"complex step at {len(self._points)} point(s) of full size", worst)

    def _own(self, step: Step) -> list[Node]:
        stops = Around([step.node])
        return [node for node in postorder([step.node], stops) if node not in stops]

    def _compared(  # noqa: PLR0911 - one line for each kind of step
        self, step: Step, point: Point, values: Mapping[Node, Any] | None = None
    ) -> Product | None:
        """Return the same sum of products from a step and from the forward pass."""
        values = point.values if values is None else values
        own = np.asarray(values[step.node], dtype=float)
        if step.kind is StepKind.SEED:
            return Product([(own, 1 + 0 * own)], [(point.inputs[step.name], 1 + 0 * own)])
        if step.kind is StepKind.ACCUMULATE:
            weights = self._direction(own.shape)
            if not step.parts:
                return Product([(own, weights)], [(0 * own, weights)])
            if any(np.shape(values[part.node]) != own.shape for part in step.parts):
                return None
            return Product([(own, weights)], [(values[part.node], weights) for part in step.parts])
        of, consumer = step.of, step.consumer
        assert consumer is not None  # noqa: S101 - chains and local factors have one
        if step.kind is StepKind.CHAIN:
            if own.shape != np.shape(values[of]):
                return None
            direction = self._direction(own.shape)
            moved = self._moved(step.parts[1].path, values, point, direction)
            return Product([(own, direction)], [(values[step.parts[0].node], moved)])
        return self._local(step, own, point, values)

    def _local(self, step: Step, own: Any, point: Point, values: Mapping[Node, Any]) -> Product | None:
        assert step.consumer is not None  # noqa: S101 - asked before
        shape, wide = np.shape(values[step.of]), np.shape(values[step.consumer])
        node, position = step.path[0]
        if all(part.op is not None and part.op.entrywise for part, _ in step.path):
            direction = self._direction(shape)
            moved = self._moved(step.path, values, point, direction)
            weights = self._direction(wide)
            return Product([(weights * direction, np.broadcast_to(own, wide))], [(weights, moved)])
        if not wide and own.shape == shape:
            direction = self._direction(shape)
            return Product([(own, direction)], [(1.0, self._moved(step.path, values, point, direction))])
        others = [values[source] for n, source in enumerate(node.inputs) if n != position]
        beside = np.asarray(others[0] if others else 1.0, dtype=float)
        if beside.shape != own.shape:
            return None
        weights = self._direction(own.shape)
        return Product([(own, weights)], [(beside, weights)])

    def _direction(self, shape: tuple[int, ...]) -> Any:
        drawn = self._rng.uniform(-1.0, 1.0, shape)
        return drawn + np.copysign(0.5, drawn)

    def _moved(
        self, path: Iterable[tuple[Node, int]], values: Mapping[Node, Any], point: Point, below: Any
    ) -> Any:
        """Return how the consumer changes where one occurrence of a quantity moves."""
        for node, position in reversed(list(path)):
            assert node.op is not None  # noqa: S101 - a path leads through ops
            arguments = [values[source] for source in node.inputs]
            parameters = point.parameters(node)
            with np.errstate(all="ignore"):
                if node.op is EINSUM:
                    # Exactly linear, and products of complex matrices take four times as long.
                    arguments[position] = below
                    below = node.op.numeric(self._namespace, *arguments, *parameters)
                    continue
                arguments[position] = arguments[position] + 1j * (STEP * below)
                below = np.imag(node.op.numeric(self._namespace, *arguments, *parameters)) / STEP
        return below

    def _is_noise(self, step: Step, point: Point, product: Product) -> bool:
        """Say whether a change in the last bits of all that a step uses explains the difference."""
        inside = [step.node, *([step.consumer] if step.consumer else [])]
        stops = Around(inside)
        order = list(postorder([step.node, *([step.consumer] if step.consumer else [])], stops))
        largest = 0.0
        state = self._rng.bit_generator.state
        for _ in range(_TIMES):
            values = dict(point.values)
            for node in order:
                if node in stops or node.op is None:
                    values[node] = self._nudged(values[node])
                elif node.op is not JACOBIAN:
                    values[node] = self._computed(node, values, point)
            self._rng.bit_generator.state = state
            base = self._compared(step, point)
            self._rng.bit_generator.state = state
            nudged = self._compared(step, point, values)
            if base is None or nudged is None:
                return False
            largest = max(largest, abs(nudged.left - base.left), abs(nudged.right - base.right))
            state = self._rng.bit_generator.state
        return abs(product.left - product.right) <= _NOISE * largest

    def _computed(self, node: Node, values: Mapping[Node, Any], point: Point) -> Any:
        assert node.op is not None  # noqa: S101 - asked before
        with np.errstate(all="ignore"):
            arguments = [values[source] for source in node.inputs]
            return node.op.numeric(self._namespace, *arguments, *point.parameters(node))

    def _nudged(self, value: Any) -> Any:
        array = np.asarray(value)
        if array.dtype.kind != "f":
            return value
        return array * (1 + np.finfo(array.dtype).eps * self._rng.choice((-1.0, 1.0), array.shape))

    def whole_pass(self, point: Point) -> tuple[float, frozenset[str]]:
        """Compare all gradients at once with one complex step; if they disagree, say which do."""
        asked = [step.of for step in self._backward.gradients.values()]
        directions = {node: self._direction(np.shape(point.values[node])) for node in asked}
        product = self._whole(point, directions)
        if product.error <= TOLERANCE:
            return product.error, frozenset()
        if self._is_whole_noise(point, directions, product):
            return TOLERANCE, frozenset()
        alone = {node: self._whole(point, {node: directions[node]}) for node in asked}
        wrong = frozenset(str(node.name) for node, one in alone.items() if not one.error <= TOLERANCE)
        return product.error, wrong or frozenset(str(node.name) for node in asked)

    def _whole(
        self, point: Point, directions: Mapping[Node, Any], values: Mapping[Node, Any] | None = None
    ) -> Product:
        values = point.values if values is None else values
        slopes = self._tangents(point, directions, values)
        output = self._backward.output
        upstream = values[self._backward.seed.node]
        left = [
            (values[self._backward.adjoints[node].node], direction) for node, direction in directions.items()
        ]
        product = Product(left, [(upstream, slopes.get(output, 0 * np.asarray(upstream)))])
        # What cancels on the way counts, too: rounding is proportional to what is added up.
        counted = {self._backward.adjoints[node].node for node in directions if node.op is None}
        for step in self._backward.steps:
            if step.kind is StepKind.CHAIN and step.of in slopes and step.node not in counted:
                flow = dot(np.abs(values[step.node]), np.abs(slopes[step.of]))
                product.scale = max(product.scale, flow)
        return product

    def _tangents(
        self, point: Point, directions: Mapping[Node, Any], values: Mapping[Node, Any]
    ) -> dict[Node, Any]:
        """Run the forward pass with every quantity in question moved by i·h along its direction."""
        slopes: dict[Node, Any] = {}
        with np.errstate(all="ignore"):
            for node in self._backward.graph.nodes:
                op = node.op
                if op is not None and not slopes.keys().isdisjoint(node.inputs):
                    if op.kind is Kind.PIECEWISE_CONSTANT:
                        continue
                    if op is EINSUM:
                        slopes[node] = self._slope_of_product(node, point, values, slopes)
                    else:
                        arguments = [
                            values[source] + 1j * (STEP * slopes[source])
                            if source in slopes
                            else values[source]
                            for source in node.inputs
                        ]
                        made = op.numeric(self._namespace, *arguments, *point.parameters(node))
                        slopes[node] = np.imag(made) / STEP
                if node in directions:
                    slopes[node] = slopes[node] + directions[node] if node in slopes else directions[node]
        return slopes

    def _slope_of_product(
        self, node: Node, point: Point, values: Mapping[Node, Any], slopes: Mapping[Node, Any]
    ) -> Any:
        """Return the imaginary part of a sum of products, exactly linear in each factor.

        Of the real products that complex matrices take, these are the ones that matter: the others
        are known, or have the square of the step.
        """
        assert node.op is not None  # noqa: S101 - asked before
        plain = [values[source] for source in node.inputs]
        total: Any = 0.0
        for place, source in enumerate(node.inputs):
            if source in slopes:
                arguments = [*plain[:place], slopes[source], *plain[place + 1 :]]
                total = total + node.op.numeric(self._namespace, *arguments, *point.parameters(node))
        return total

    def _is_whole_noise(self, point: Point, directions: Mapping[Node, Any], product: Product) -> bool:
        largest = 0.0
        for _ in range(_TIMES):
            inputs = {name: self._nudged(value) for name, value in point.inputs.items()}
            nudged = Point(self._backward, inputs, point.sizes)
            other = self._whole(nudged, directions)
            largest = max(largest, abs(other.left - product.left), abs(other.right - product.right))
        return abs(product.left - product.right) <= _NOISE * largest


def _failed(point: Point, how: str, error: float) -> Finding:
    if point.kinks:
        return Finding(Status.OPEN, f"every point that was found lies on a kink, and there it {how}", error)
    return Finding(Status.FAILED, how, error)
