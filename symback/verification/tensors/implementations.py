"""Whether an op's numbers are what its record states: its forward function, its pattern, its composition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from symback.core.node import Node, postorder
from symback.core.op import VARIADIC
from symback.evaluation.arrays import ArrayNamespace
from symback.ops.multilinear import EINSUM, INNER, JACOBIAN
from symback.ops.pullback import composed
from symback.verification.tensors.expansion import Expansion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symback.verification.tensors.points import Point

TOLERANCE: Final = 1e-12
"""Relative to max(1, |value|): a few last bits of each of an implementation's operations."""

_ENTRIES: Final = 3
_LONG: Final = 8
_DIGITS: Final = 30


class Implementations:
    """Compares the numbers of ops with what their records state, each op once.

    Args:
        points: Values of all nodes at some points.
        rng: NumPy's generator, which chooses entries.
    """

    def __init__(self, points: Sequence[Point], rng: Any) -> None:
        self._points = points
        self._rng = rng
        self._found: dict[object, str] = {}

    def wrong(self, node: Node) -> str:
        """Say what is wrong with the numbers of a node's op, in words; empty if nothing is."""
        op = node.op
        if op is None or op is JACOBIAN:
            return ""
        key = (op, repr(node.parameters), len(node.inputs))
        if key not in self._found:
            self._found[key] = next(filter(None, (self._compared(node, point) for point in self._points)), "")
        return self._found[key]

    def _compared(self, node: Node, point: Point) -> str:
        op = node.op
        assert op is not None  # noqa: S101 - asked before
        value = np.asarray(point.values[node])
        arguments = [np.asarray(point.values[source]) for source in node.inputs]
        parameters = point.parameters(node)
        if op is EINSUM or op is INNER:
            pattern = "i,i->" if op is INNER else parameters[0]
            return self._product(op.name, value, arguments, pattern)
        if op.composition is not None:
            return _differences(op.name, value, _composed(node, point), "what it is composed of")
        if op.name in _STATED:
            return _differences(op.name, value, _STATED[op.name](arguments, parameters), "what it is to do")
        if op.entrywise and not (op.arity == VARIADIC and len(arguments) > _LONG):
            return self._by_entries(node, value, arguments)
        return ""

    def _by_entries(self, node: Node, value: Any, arguments: Sequence[Any]) -> str:
        import sympy

        op = node.op
        assert op is not None  # noqa: S101 - asked before
        write = Expansion(sympy, {})
        wide = [np.broadcast_to(argument, value.shape) for argument in arguments]
        for place in self._places(value.shape):
            numbers = [float(argument[place]) for argument in wide]
            made = [sympy.Float(number, _DIGITS) for number in numbers]
            stated = float(sympy.N(write.entry(op, node.parameters, made, numbers), _DIGITS))
            found = float(value[place])
            if not abs(found - stated) <= TOLERANCE * max(1.0, abs(stated)):
                at = ", ".join(f"{number:.6g}" for number in numbers)
                what = f"{found:.12g}, its forward expression {stated:.12g}"
                return f"the numeric value of {op.name} at {at} is {what}"
        return ""

    def _product(self, name: str, value: Any, arguments: Sequence[Any], pattern: str) -> str:
        """Compare some entries of a product with the sum that its index pattern states."""
        operands, _, result = pattern.partition("->")
        for place in self._places(value.shape):
            fixed = dict(zip(result, place, strict=True))
            parts, left = [], []
            for letters, array in zip(operands.split(","), arguments, strict=True):
                parts.append(array[tuple(fixed.get(letter, slice(None)) for letter in letters)])
                left.append("".join(letter for letter in letters if letter not in fixed))
            subscripts = ",".join(left) + "->"
            stated = float(np.einsum(subscripts, *parts))
            size = float(np.einsum(subscripts, *map(np.abs, parts)))
            found = float(value[place])
            if not abs(found - stated) <= TOLERANCE * max(1e-300, size):
                what = f"{found:.12g}, the sum that it states {stated:.12g}"
                return f"the numeric value of {name} {pattern} is {what}"
        return ""

    def _places(self, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
        size = int(np.prod(shape))
        chosen = range(size) if size <= _ENTRIES else self._rng.choice(size, _ENTRIES, replace=False)
        return [tuple(int(k) for k in np.unravel_index(int(n), shape)) for n in chosen]


def _composed(node: Node, point: Point) -> Any:
    sources = tuple(
        Node(None, (), (), source.name, source.role, np.shape(point.values[source])) for source in node.inputs
    )
    inside = composed(Node(node.op, sources, point.parameters(node)))
    values = {own: point.values[source] for own, source in zip(sources, node.inputs, strict=True)}
    namespace = ArrayNamespace(np.zeros(()))
    with np.errstate(all="ignore"):
        for part in postorder([inside], set(sources)):
            if part not in values:
                assert part.op is not None  # noqa: S101 - what comes from outside has a value
                arguments = [values[source] for source in part.inputs]
                values[part] = part.op.numeric(namespace, *arguments, *part.parameters)
    return values[inside]


def _differences(name: str, value: Any, stated: Any, what: str) -> str:
    stated = np.asarray(stated, dtype=float)
    if value.shape != stated.shape:
        return f"the value of {name} has the shape {value.shape}, {what} {stated.shape}"
    known = np.isfinite(stated)
    gap = np.abs(value - stated)[known] / np.maximum(1, np.abs(stated[known]))
    if gap.size and not float(gap.max()) <= TOLERANCE:
        worst = np.unravel_index(int(np.argmax(np.where(known, np.abs(value - stated), -1))), value.shape)
        found, known_value = float(value[worst]), float(stated[worst])
        return f"a numeric value of {name} is {found:.12g}, {what} gives {known_value:.12g}"
    return ""


def _slices(parts: Any) -> tuple[slice, ...]:
    return tuple(slice(*part) for part in parts)


def _placed(arguments: Sequence[Any], parameters: tuple[Any, ...]) -> Any:
    out = np.zeros(parameters[1])
    out[_slices(parameters[0])] = arguments[0]
    return out


def _scattered(arguments: Sequence[Any], parameters: tuple[Any, ...]) -> Any:
    out = np.zeros(parameters[-1])
    np.add.at(out, tuple(arguments[1:]), arguments[0])
    return out


def _reduced(function: Any) -> Callable[[Sequence[Any], tuple[Any, ...]], Any]:
    return lambda z, p: function(z[0], axis=p[0], keepdims=bool(p[1]))


def _share(arguments: Sequence[Any], parameters: tuple[Any, ...]) -> Any:
    axes, largest, even = parameters
    z = arguments[0]
    kept = [axis for axis in range(z.ndim) if axis not in axes]
    out = np.zeros(z.shape)
    for place in np.ndindex(*(z.shape[axis] for axis in kept)):
        where: list[Any] = [slice(None)] * z.ndim
        for axis, index in zip(kept, place, strict=True):
            where[axis] = index
        group = z[tuple(where)]
        tied = group == (group.max() if largest else group.min())
        first = np.zeros(group.shape)
        first[np.unravel_index(int(np.argmax(tied)), group.shape)] = 1
        out[tuple(where)] = tied / tied.sum() if even else first
    return out


_STATED: Final[Mapping[str, Callable[[Sequence[Any], tuple[Any, ...]], Any]]] = {
    "reshape": lambda z, p: np.reshape(z[0].reshape(-1), p[0]),
    "slices": lambda z, p: z[0][_slices(p[0])],
    "place": _placed,
    "concatenate": lambda z, p: np.concatenate(z, axis=p[0]),
    "gather": lambda z, _: z[0][tuple(z[1:])],
    "scatter_add": _scattered,
    "amax": _reduced(np.max),
    "amin": _reduced(np.min),
    "extreme_share": _share,
    "one_hot": lambda z, p: np.eye(p[0][0])[z[0]],
    "eye": lambda _, p: np.eye(p[0][0]),
    "size": lambda _, p: np.asarray(float(np.prod(p[0]))),
    "array": lambda _, p: np.asarray(p[0], dtype=float),
}
"""What ops that move or select entries are to do, in NumPy's words; a record states it in numbers only.

Of the arguments z and the parameters p of an op.
"""
