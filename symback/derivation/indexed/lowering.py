"""From nodes to sums of products of indexed factors, down to what has a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symback.core.node import Node, Role
from symback.derivation.indexed.terms import (
    ONE,
    Applied,
    Delta,
    Factor,
    Index,
    Quantity,
    Sum,
    Term,
    added,
    closed,
    free_indices,
    fresh,
    power,
    product,
    scaled,
    summed,
    times_size,
)
from symback.derivation.steps import StepKind
from symback.ops.activations import IDENTITY
from symback.ops.arithmetic import ADD, CONSTANT, DIV, MUL, NEG, POWER, SUB
from symback.ops.elementary import CUBE, RECIPROCAL, RSQRT, SQRT, SQUARE
from symback.ops.multilinear import EINSUM, EYE
from symback.ops.reductions import SIZE
from symback.ops.structural import RESHAPE, SLICES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symback.derivation.backward import Backward

Place = Index | None
"""The index of an axis; None for one of size 1, which has only one entry."""


class Lowering:
    """Writes nodes of one derivation as sums of indexed products.

    Attributes:
        unit_seed: Whether the upstream gradient is 1 and disappears.
    """

    def __init__(self, backward: Backward, *, unit_seed: bool) -> None:
        self.unit_seed = unit_seed
        # A named function folds into its name: tanh(z)² must not appear beside h.
        self._locals = {step.node for step in backward.steps if step.kind is StepKind.LOCAL}
        self._calls: dict[Node, Node] = {}
        self._named: dict[tuple[Any, ...], Node] = {}
        for node in backward.graph.nodes:
            if node.op is not None and node.name is not None:
                self._named.setdefault((node.op, node.inputs, node.parameters), node)

    def definition(self, node: Node, places: Sequence[Place]) -> Sum:
        """Write the right-hand side of a node at some indices of its axes."""
        return self._written(node, tuple(places))

    def value(self, node: Node, places: Sequence[Place]) -> Sum:
        """Write a node at some indices: its name, or what it is made of."""
        places = tuple(places)
        if self.opens(node):
            return self._written(node, places if node.shape else ())
        node = self.resolved(node)
        if node.name is not None or node.op is None:
            return self._quantity(node, places)
        return self._written(node, places)

    def opens(self, node: Node) -> bool:
        """Say whether a named node is written as what it is made of: a local factor where it is chained."""
        return node in self._locals

    def resolved(self, node: Node) -> Node:
        """Return the named quantity that an unnamed node is equal to, or the node itself."""
        if node.name is not None or node.op is None:
            return node
        return self._named.get((node.op, node.inputs, node.parameters), node)

    def _quantity(self, node: Node, places: tuple[Place, ...]) -> Sum:
        if node.role is Role.UPSTREAM and self.unit_seed:
            return ONE
        indices = tuple([place for place in places if place is not None])
        return (Term(1, (Factor(Quantity(node), indices),)),)

    def _written(self, node: Node, places: tuple[Place, ...]) -> Sum:
        op = node.op
        if op is None:
            return self._quantity(node, places)
        if op in _RULES:
            return _RULES[op](self, node, places)
        if op.entrywise and op.arity:
            return self._applied(node, places)
        if not op.arity and not node.shape:
            return (Term(1, (Factor(Applied(op, node.parameters, ())),)),)
        return self._call(node, places)

    def _call(self, node: Node, places: tuple[Place, ...]) -> Sum:
        """Write a node as one array; without its name it is written as a call."""
        call = node
        if node.name is not None:
            # One call for each quantity, so that equal terms are seen to be equal.
            call = self._calls.get(node) or Node(node.op, node.inputs, node.parameters, shape=node.shape)
            self._calls[node] = call
        return (Term(1, (Factor(Quantity(call), tuple([p for p in places if p is not None])),)),)

    def _applied(self, node: Node, places: tuple[Place, ...]) -> Sum:
        """Write an op entry by entry, its arguments closed over the indices that occur in them."""
        assert node.op is not None  # noqa: S101 - asked before
        arguments = [self.argument(source, places) for source in node.inputs]
        # One list of indices for all arguments: a term of several pieces keeps them apart.
        joined = tuple(term for argument in arguments for term in argument)
        _, indices = closed(joined)
        slots = {index: Index(n, index.size) for n, index in enumerate(indices)}
        bodies = tuple(_renamed_canonical(argument, slots) for argument in arguments)
        return (Term(1, (Factor(Applied(node.op, node.parameters, bodies), indices),)),)

    def argument(self, node: Node, places: tuple[Place, ...]) -> Sum:
        """Write the argument of an op that works entry by entry; a plain number has no axes."""
        return self.value(node, places if node.shape else ())


def _renamed_canonical(total: Sum, slots: Mapping[Index, Index]) -> Sum:
    from symback.derivation.indexed.terms import canonical, renamed

    return canonical(renamed(total, slots))


def _add(self: Lowering, node: Node, places: tuple[Place, ...]) -> Sum:
    return added(*[self.argument(source, places) for source in node.inputs])


def _sub(self: Lowering, node: Node, places: tuple[Place, ...]) -> Sum:
    left, right = (self.argument(source, places) for source in node.inputs)
    return added(left, scaled(right, -1))


def _neg(self: Lowering, node: Node, places: tuple[Place, ...]) -> Sum:
    return scaled(self.argument(node.inputs[0], places), -1)


def _mul(self: Lowering, node: Node, places: tuple[Place, ...]) -> Sum:
    left, right = (self.argument(source, places) for source in node.inputs)
    return product(left, right)


def _div(self: Lowering, node: Node, places: tuple[Place, ...]) -> Sum:
    left, right = (self.argument(source, places) for source in node.inputs)
    return product(left, power(right, -1))


def _power(self: Lowering, node: Node, places: tuple[Place, ...]) -> Sum:
    exponent = node.parameters[0]
    if not isinstance(exponent, int):
        return self._applied(node, places)
    return power(self.argument(node.inputs[0], places), exponent)


def _fixed_power(exponent: int) -> Callable[[Lowering, Node, tuple[Place, ...]], Sum]:
    return lambda self, node, places: power(self.argument(node.inputs[0], places), exponent)


def _rsqrt(self: Lowering, node: Node, places: tuple[Place, ...]) -> Sum:
    root = Node(SQRT, node.inputs, shape=node.shape)
    return power(self.value(root, places), -1)


def _constant(self: Lowering, node: Node, places: tuple[Place, ...]) -> Sum:  # noqa: ARG001 - as other rules
    return (Term(node.parameters[0]),) if node.parameters[0] != 0 else ()


def _size(self: Lowering, node: Node, places: tuple[Place, ...]) -> Sum:  # noqa: ARG001 - as other rules
    term = Term(1)
    for size in node.parameters[0]:
        term = times_size(term, size)
    return (term,)


def _eye(self: Lowering, node: Node, places: tuple[Place, ...]) -> Sum:  # noqa: ARG001 - as other rules
    left, right = places
    return ONE if left is None or right is None else (Term(1, (Factor(Delta(), (left, right)),)),)


def _einsum(self: Lowering, node: Node, places: tuple[Place, ...]) -> Sum:
    source, _, output = str(node.parameters[0]).partition("->")
    table: dict[str, Place] = dict(zip(output, places, strict=True))
    bound: list[Index] = []
    parts = source.split(",")
    for part, operand in zip(parts, node.inputs, strict=True):
        for letter, size in zip(part, operand.shape, strict=True):
            if letter not in table:
                table[letter] = None if size == 1 else fresh(size)
                if size != 1:
                    bound.append(table[letter])  # type: ignore[arg-type]
    total: Sum = ONE
    for part, operand in zip(parts, node.inputs, strict=True):
        factor = self.value(operand, [table[letter] for letter in part])
        total = factor if total == ONE else product(total, factor)
    return summed(total, bound)


def _identity(self: Lowering, node: Node, places: tuple[Place, ...]) -> Sum:
    return self.argument(node.inputs[0], places)


def _moved(self: Lowering, node: Node, places: tuple[Place, ...]) -> Sum:
    """Write what is moved: a number that all entries have stays, whatever moves."""
    source = node.inputs[0]
    if source.name is None:
        inside = self.value(source, tuple(None if size == 1 else fresh(size) for size in source.shape))
        if not free_indices(inside):
            return inside
    return self._call(node, places)


_RULES: dict[Any, Callable[[Lowering, Node, tuple[Place, ...]], Sum]] = {
    ADD: _add,
    SUB: _sub,
    NEG: _neg,
    MUL: _mul,
    DIV: _div,
    POWER: _power,
    SQUARE: _fixed_power(2),
    CUBE: _fixed_power(3),
    RECIPROCAL: _fixed_power(-1),
    RSQRT: _rsqrt,
    CONSTANT: _constant,
    SIZE: _size,
    EYE: _eye,
    EINSUM: _einsum,
    IDENTITY: _identity,
    RESHAPE: _moved,
    SLICES: _moved,
}


def places_of(node: Node, start: int = 0) -> tuple[Place, ...]:
    """Return an index for each axis of a node, numbered from `start`; axes of size 1 have none."""
    places: list[Place] = []
    for size in node.shape:
        places.append(None if size == 1 else Index(start, size))
        start += size != 1
    return tuple(places)
