"""Nodes at small shapes, written out entry by entry in SymPy, on the branch that a point lies on."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from symback.core.node import postorder
from symback.core.op import VARIADIC, Kind
from symback.evaluation.arrays import ArrayNamespace
from symback.evaluation.boxes import as_objects, boxed
from symback.evaluation.entries import SympyScalars
from symback.evaluation.objects import ObjectNamespace
from symback.ops.pullback import composed
from symback.ops.sympy_numbers import exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from symback.core.node import Node
    from symback.core.op import Op


class Expansion:
    """Writes ops out entry by entry.

    A composition is written as what it is made of, an op that works entry by entry as its forward
    function; of several cases the one is taken that holds at the point.

    Attributes:
        branches: Which case was taken, for each entry that had several.
    """

    def __init__(self, sp: Any, at: Mapping[Node, Any]) -> None:
        """Take the sympy module, and the numbers of all nodes at a point."""
        self._sp = sp
        self._at = dict(at)
        self._objects = ObjectNamespace(SympyScalars(sp))
        self.branches: list[int] = []

    def write(self, nodes: Iterable[Node], made: dict[Node, Any]) -> None:
        """Write each node, after its inputs, as far as it is not made yet."""
        for node in nodes:
            if node not in made:
                made[node] = self.apply(node, [made[source] for source in node.inputs])

    def apply(self, node: Node, arguments: Sequence[Any]) -> Any:
        """Apply the op of a node to arrays of expressions."""
        op = node.op
        assert op is not None  # noqa: S101 - what comes from outside is made already
        if op.composition is not None:
            return self._composed(node, arguments)
        if op.kind is Kind.SELECTING and op.share is not None:
            return self._selected_along(node, arguments[0])
        if op.entrywise and op.kind is not Kind.STRUCTURAL and _has_forward(op, node):
            return self._by_entries(node, arguments)
        if op.kind is Kind.PIECEWISE_CONSTANT:
            known = np.asarray(self._at[node])
            if known.dtype.kind in "iu":
                return known.astype(object)  # it says where, and stays integers
            values = known.astype(float)
            return boxed([exact(self._sp, float(v)) for v in values.reshape(-1)], values.shape)
        return as_objects(op.numeric(self._objects, *arguments, *node.parameters))

    def _composed(self, node: Node, arguments: Sequence[Any]) -> Any:
        inside = composed(node)
        order = list(postorder([inside], set(node.inputs)))
        self._complete(order)
        made = dict(zip(node.inputs, arguments, strict=True))
        self.write(order, made)
        return made[inside]

    def _complete(self, order: Iterable[Node]) -> None:
        """Compute the nodes of an order that have no numbers yet."""
        namespace = ArrayNamespace(np.zeros(()))
        with np.errstate(all="ignore"):
            for node in order:
                if node not in self._at:
                    assert node.op is not None  # noqa: S101 - what comes from outside has a number
                    arguments = [self._at[source] for source in node.inputs]
                    self._at[node] = node.op.numeric(namespace, *arguments, *node.parameters)

    def _selected_along(self, node: Node, z: Any) -> Any:
        axes, keepdims = node.parameters
        at = np.asarray(self._at[node.inputs[0]], dtype=float)
        wanted = np.max(at, axis=axes, keepdims=True) if node.op and node.op.name == "amax" else None
        best = np.min(at, axis=axes, keepdims=True) if wanted is None else wanted
        mask = at == best
        self.branches.extend(np.flatnonzero(mask).tolist())
        chosen = np.where(mask, z, self._sp.Integer(0))
        return as_objects(np.sum(chosen, axis=axes, keepdims=keepdims))

    def _by_entries(self, node: Node, arguments: Sequence[Any]) -> Any:
        assert node.op is not None  # noqa: S101 - asked before
        shape = np.broadcast_shapes(*(argument.shape for argument in arguments)) if arguments else ()
        numbers = [np.broadcast_to(np.asarray(self._at[source]), shape) for source in node.inputs]
        flat = [np.broadcast_to(argument, shape).reshape(-1) for argument in arguments]
        at = [number.reshape(-1) for number in numbers]
        count = flat[0].size if flat else 1
        entries = [
            self.entry(node.op, node.parameters, [part[k] for part in flat], [part[k] for part in at])
            for k in range(count)
        ]
        return boxed(entries, shape)

    def entry(self, op: Op, parameters: tuple[Any, ...], arguments: list[Any], at: list[Any]) -> Any:
        """Apply an op to the expressions of one entry, by the case that holds at its numbers."""
        sp = self._sp
        if op.kind is Kind.SELECTING and op.arity == VARIADIC:
            pick = (max if op.name == "maximum" else min)(range(len(at)), key=lambda k: float(at[k]))
            self.branches.append(pick)
            return arguments[pick]
        if op.arity == VARIADIC:
            return op.forward(sp, *arguments, *parameters)
        cases = _cases(op, parameters, len(arguments))
        if cases is None:
            return sp.sympify(0) + op.forward(sp, *arguments, *parameters)
        places, pieces = cases
        here = {place: sp.Float(float(number)) for place, number in zip(places, at, strict=True)}
        for number, (piece, condition) in enumerate(pieces):
            if condition.subs(here) == True:  # noqa: E712 - SymPy's own true
                self.branches.append(number)
                return (sp.Integer(0) + piece).xreplace(dict(zip(places, arguments, strict=True)))
        raise ArithmeticError(f"no case of {op.name} holds")


@lru_cache(maxsize=1024)
def _cases(op: Op, parameters: tuple[Any, ...], arity: int) -> tuple[Any, Any] | None:
    """Return an op's forward function as cases over placeholders; None if it has no cases."""
    import sympy

    places = [sympy.Symbol(f"z{number}", real=True) for number in range(arity)]
    shape = op.forward(sympy, *places, *parameters)
    return (places, shape.args) if isinstance(shape, sympy.Piecewise) else None


def _has_forward(op: Op, node: Node) -> bool:
    if op.arity == VARIADIC or op.kind is not Kind.PIECEWISE_CONSTANT:
        return op.kind is not Kind.MULTILINEAR
    return len(node.inputs) != 1 or op.name == "stop_gradient" or op.arity == 0
