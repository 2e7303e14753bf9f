"""Ways to the gradients of arrays that are independent of the derivation."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from symback.core.op import VARIADIC, Kind
from symback.evaluation.arrays import ArrayNamespace
from symback.ops.reductions import STOP_GRADIENT
from symback.verification.autodiff import double_precision, own_function
from symback.verification.tensors.expansion import Expansion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symback.core.node import Node
    from symback.verification.tensors.points import Point

PER_ENTRY: Final = 200
"""Gradients of no more entries than this are found entry by entry, those of more along random directions."""

DIRECTIONS: Final = 3
"""How many random directions stand for all entries."""

TINY: Final = 24
"""Of no more entries than this, SymPy differentiates the whole forward pass by each."""

_CENTRAL: Final = sys.float_info.epsilon ** (1 / 3)
_COMPLEX: Final = 1e-20
_SHRINKS: Final = 5
_DIGITS: Final = 30


class Directional(NamedTuple):
    """The change of the output along some directions of one quantity.

    Attributes:
        directions: The directions.
        slopes: The change along each.
        errors: How far off each may be by the method's own account.
    """

    directions: list[Any]
    slopes: list[float]
    errors: list[float]


def stops(node: Node) -> bool:
    """Say whether a node's value passes, but not its change."""
    return node.op is STOP_GRADIENT


def forward(point: Point, moved: Mapping[Node, Any]) -> dict[Node, Any]:
    """Run the forward pass with something added to some quantities."""
    xp = ArrayNamespace(np.zeros(()))
    values: dict[Node, Any] = {}
    changed: set[Node] = set()
    with np.errstate(all="ignore"):
        for node in point.backward.graph.nodes:
            if node.op is None:
                values[node] = point.inputs[str(node.name)]
            elif changed.isdisjoint(node.inputs) or stops(node):
                values[node] = point.values[node]
            else:
                changed.add(node)
                arguments = [values[source] for source in node.inputs]
                values[node] = node.op.numeric(xp, *arguments, *point.parameters(node))
            if node in moved:
                changed.add(node)
                values[node] = values[node] + moved[node]
    return values


def loss(point: Point, values: Mapping[Node, Any]) -> Any:
    """Return Σ upstream · output."""
    upstream = point.values[point.backward.seed.node]
    return np.sum(np.asarray(upstream) * np.asarray(values[point.backward.output]))


def complex_steps(point: Point, asked: Sequence[Node], rng: Any) -> dict[Node, Any]:
    """Im f(x + ihv) / h with h = 10⁻²⁰: no subtraction, so exact to the last bits.

    Source: Squire & Trapp, Using Complex Variables to Estimate Derivatives (1998).
    """
    return {node: _each(point, node, rng, _complex_slope) for node in asked}


def _each(point: Point, node: Node, rng: Any, slope: Callable[[Point, Node, Any], float]) -> Any:
    shape = np.shape(point.values[node])
    size = int(np.prod(shape))
    if size <= PER_ENTRY:
        units = np.eye(size).reshape(size, *shape)
        return np.asarray([slope(point, node, unit) for unit in units]).reshape(shape)
    directions = [_direction(rng, shape) for _ in range(DIRECTIONS)]
    return Directional(directions, [slope(point, node, v) for v in directions], [0.0] * DIRECTIONS)


def _direction(rng: Any, shape: tuple[int, ...]) -> Any:
    return rng.uniform(0.5, 1.5, shape) * rng.choice((-1.0, 1.0), shape)


def _complex_slope(point: Point, node: Node, direction: Any) -> float:
    return float(np.imag(loss(point, forward(point, {node: 1j * (_COMPLEX * direction)})))) / _COMPLEX


def central_differences(point: Point, asked: Sequence[Node], rng: Any) -> dict[Node, Any]:
    """(f(x + hv) − f(x − hv)) / 2h along random directions, improved by a second one with h / 2.

    Near a kink h is smaller; None where even a much smaller step would cross one.

    Source: Richardson, The Deferred Approach to the Limit (1927).
    """
    here = sides(point, point.values)
    return {node: _central(point, node, rng, here) for node in asked}


def _central(point: Point, node: Node, rng: Any, here: list[Any]) -> Directional | None:
    found = Directional([], [], [])
    for _ in range(DIRECTIONS):
        direction = _direction(rng, np.shape(point.values[node]))
        slope = _difference(point, node, direction, here)
        if slope is None:
            return None
        found.directions.append(direction)
        found.slopes.append(slope[0])
        found.errors.append(slope[1])
    return found


def _difference(point: Point, node: Node, direction: Any, here: list[Any]) -> tuple[float, float] | None:
    h = _CENTRAL
    size = float(
        np.sum(
            np.abs(np.asarray(point.values[point.backward.seed.node]) * point.values[point.backward.output])
        )
    )
    for _ in range(_SHRINKS):
        rises = []
        for step in (h, h / 2):
            above, below = (forward(point, {node: sign * step * direction}) for sign in (1, -1))
            if not (_same(sides(point, above), here) and _same(sides(point, below), here)):
                break
            rises.append(float(loss(point, above) - loss(point, below)) / (2 * step))
        else:
            wide, narrow = rises
            error = abs(wide - narrow) + 8 * sys.float_info.epsilon * size / h
            return (4 * narrow - wide) / 3, error
        h /= 8
    return None


def sides(point: Point, values: Mapping[Node, Any]) -> list[Any]:
    """Say on which side of every kink each entry of the forward pass lies."""
    found: list[Any] = []
    for node in point.backward.graph.nodes:
        op = node.op
        if op is None or not node.inputs:
            continue
        first = np.real(values[node.inputs[0]])
        if op.kind is Kind.SELECTING and op.share is not None:
            found.append(op.share(_SHARES, first, None, *point.parameters(node)))
        elif op.kind is Kind.SELECTING and op.arity == VARIADIC:
            found.append(np.asarray([np.real(values[n]) == np.real(values[node]) for n in node.inputs]))
        elif op.kind is Kind.PIECEWISE_CONSTANT and not stops(node):
            found.append(np.real(values[node]))
        else:
            found += [np.sign(first - float(kink.at)) for kink in op.kinks(*node.parameters)]
    return found


class _Shares:
    """What a record's share is computed with, in numbers."""

    @staticmethod
    def extreme_share(z: Any, axes: tuple[int, ...], largest: int, even: int) -> Any:
        return ArrayNamespace(np.zeros(())).extreme_share(z, axes, bool(largest), bool(even))


_SHARES: Final = _Shares()


def _same(left: Sequence[Any], right: Sequence[Any]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(left, right, strict=True))


def torch_gradients(point: Point, asked: Sequence[Node], rng: Any) -> dict[Node, Any]:  # noqa: ARG001 - as all methods
    """Run the forward pass in PyTorch, in float64, and call its autograd."""
    import torch

    added = {
        node: torch.zeros(np.shape(point.values[node]), dtype=torch.float64, requires_grad=True)
        for node in asked
    }
    output = _in_library(point, "torch", added, lambda value: torch.as_tensor(np.array(value)))
    upstream = torch.as_tensor(np.array(point.values[point.backward.seed.node]))
    if not output.requires_grad:
        return {node: np.zeros(np.shape(point.values[node])) for node in asked}
    total = torch.sum(upstream * output)
    gradients = torch.autograd.grad(total, [added[node] for node in asked], allow_unused=True)
    return {
        node: np.zeros(np.shape(point.values[node])) if gradient is None else gradient.numpy()
        for node, gradient in zip(asked, gradients, strict=True)
    }


def jax_gradients(point: Point, asked: Sequence[Node], rng: Any) -> dict[Node, Any]:  # noqa: ARG001 - as all methods
    """Run the forward pass in JAX, in float64, and call its grad."""
    import jax

    with double_precision(jax):
        upstream = jax.numpy.asarray(point.values[point.backward.seed.node])

        def total(added: list[Any]) -> Any:
            moved = dict(zip(asked, added, strict=True))
            output = _in_library(point, "jax", moved, jax.numpy.asarray)
            return jax.numpy.sum(upstream * output)

        zeros = [jax.numpy.zeros(np.shape(point.values[node])) for node in asked]
        return {node: np.asarray(g) for node, g in zip(asked, jax.grad(total)(zeros), strict=True)}


def _in_library(point: Point, library: str, added: Mapping[Node, Any], convert: Callable[[Any], Any]) -> Any:
    """Compute the output by the library's own functions, and by symback's where it has none."""
    namespace = ArrayNamespace(convert(np.zeros(())))
    root = importlib.import_module(library)
    values: dict[Node, Any] = {}
    for node in point.backward.graph.nodes:
        if node.op is None:
            given = np.asarray(point.inputs[str(node.name)])
            values[node] = given if given.dtype.kind in "iu" else convert(given)
        else:
            arguments = [values[source] for source in node.inputs]
            function = own_function(node.op, library, root)
            if stops(node):
                values[node] = convert(point.values[node])
            elif function is None:
                values[node] = node.op.numeric(namespace, *arguments, *point.parameters(node))
            else:
                values[node] = function(*arguments, *map(float, node.parameters))
        if node in added:
            values[node] = values[node] + added[node]
    return values[point.backward.output]


def sympy_derivatives(
    point: Point,
    asked: Sequence[Node],
    rng: Any,  # noqa: ARG001 - as all methods
) -> dict[Node, Any]:
    """Differentiate the forward pass by SymPy, entry by entry, and put the numbers in, if it is tiny."""
    return {node: _by_sympy(point, node) if np.size(point.values[node]) <= TINY else None for node in asked}


def _by_sympy(point: Point, asked: Node) -> Any:
    import sympy

    same = point.resolved()
    if sum(np.size(point.values[node]) for node in same) > TINY * TINY:
        return None
    expansion = Expansion(sympy, {own: point.values[node] for node, own in same.items()})
    found = np.zeros(np.shape(point.values[asked]))
    upstream = np.asarray(point.values[point.backward.seed.node])
    variable = sympy.Symbol("v", real=True)
    for place in np.ndindex(*found.shape):
        made: dict[Node, Any] = {}
        for node, own in same.items():
            if node.op is None or stops(node):
                value = _floats(sympy, point.values[node])
            else:
                value = expansion.apply(own, [made[source] for source in own.inputs])
            if node is asked:
                value = value.copy()
                value[place] = value[place] + variable
            made[own] = value
        output = made[same[point.backward.output]].reshape(-1)
        slopes = [sympy.diff(entry, variable).subs(variable, 0) for entry in output]
        weights = [sympy.Float(float(weight), _DIGITS) for weight in upstream.reshape(-1)]
        total = sympy.Add(*(slope * weight for slope, weight in zip(slopes, weights, strict=True)))
        found[place] = float(sympy.N(total, _DIGITS))
    return found


def _floats(sp: Any, value: Any) -> Any:
    array = np.asarray(value)
    if array.dtype.kind in "iu":
        return array.astype(object)
    made = np.empty(array.shape, dtype=object)
    for place in np.ndindex(*array.shape):
        made[place] = sp.Float(float(array[place]), _DIGITS)
    return made
