"""Entries of arrays as scalar nodes: products, sums and functions of named scalars, nothing more."""

from __future__ import annotations

import itertools
import math
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from symback.core.node import Node
from symback.evaluation import scalars
from symback.evaluation.boxes import boxed
from symback.evaluation.contraction import terms_of
from symback.evaluation.objects import ObjectNamespace
from symback.ops.arithmetic import ADD, CONSTANT, DIV, MUL, NEG, SUB
from symback.ops.comparisons import EQ, GE, GT, LE, LT, WHERE
from symback.ops.selecting import MAXIMUM, MINIMUM
from symback.ops.table import OPS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symback.core.op import Op


class ScalarEntries:
    """Entries are nodes of scalars; an op on arrays becomes ops on numbers.

    What constants make of an entry is left out: a term 0, a factor 1, a choice that is made.

    >>> from symback.ops.expression import symbols
    >>> entry = boxed([symbols("x").node], (1,))
    >>> ScalarEntries().elementwise(NEG, [entry], ())[0]
    <neg(x)>
    """

    def __init__(self) -> None:
        self.namespace: ObjectNamespace = _Namespace(_Scalars())

    def elementwise(self, op: Op, arguments: Sequence[Any], parameters: tuple[Any, ...]) -> Any:
        """Apply an op to each entry."""
        shape = np.broadcast_shapes(*(argument.shape for argument in arguments)) if arguments else ()
        columns = [_column(argument, shape) for argument in arguments]
        rows = list(zip(*columns, strict=True)) if columns else [()]
        # A number that the author wrote stays: only entries of arrays of constants are left out.
        if any(argument.shape and _has_literal(argument) for argument in arguments):
            return boxed([_simplified(op, row, parameters) for row in rows], shape)
        if op is ADD:
            return boxed(map(total, rows), shape)
        return boxed([Node(op, row, parameters) for row in rows], shape)


def total(terms: Sequence[Node]) -> Node:
    """Add terms up as one sum: those of a sum without a name become terms of their own.

    >>> from symback.ops.expression import symbols
    >>> x, y, b = (symbol.node for symbol in symbols("x y b"))
    >>> total([total([x, y]), b])
    <add(x, y, b)>
    """
    if any(term.op is ADD and term.name is None for term in terms):
        nested = [term.inputs if term.op is ADD and term.name is None else (term,) for term in terms]
        terms = list(itertools.chain.from_iterable(nested))
    return Node(ADD, tuple(terms))


def literal(node: Node) -> Any:
    """Return the number that an unnamed node is; None if it is no number.

    >>> literal(Node(CONSTANT, (), (3,))), literal(Node(CONSTANT, (), (3,), "three"))
    (3, None)
    """
    return node.parameters[0] if node.op is CONSTANT and node.name is None else None


def _constant(value: Any) -> Node:
    return Node(CONSTANT, (), (value,))


def _column(argument: Any, shape: tuple[int, ...]) -> list[Node]:
    wide = argument if argument.shape == shape else np.broadcast_to(argument, shape)
    return list(wide.reshape(-1))


def _has_literal(argument: Any) -> bool:
    return any(literal(entry) is not None for entry in argument.flat)


_COMPARISONS = (GT, GE, LT, LE, EQ)


def _simplified(op: Op, row: tuple[Node, ...], parameters: tuple[Any, ...]) -> Node:  # noqa: PLR0911 - one line for each op
    """Apply an op to arguments of which some may be numbers, as far as numbers alone do not decide."""
    if op is ADD:
        return _sum(row)
    if op is MUL:
        return _product(*row)
    if op is SUB and literal(row[1]) == 0:
        return row[0]
    if op is SUB and literal(row[0]) == 0:
        return Node(NEG, row[1:])
    if op is WHERE and literal(row[0]) is not None:
        return row[1] if literal(row[0]) != 0 else row[2]
    if op in _COMPARISONS and all(literal(argument) is not None for argument in row):
        return _constant(op.numeric(scalars, *map(literal, row), *parameters))
    return Node(op, row, parameters)


def _sum(terms: Sequence[Node]) -> Node:
    kept = [term for term in terms if literal(term) != 0]
    if len(kept) > 1:
        return total(kept)
    return kept[0] if kept else _constant(0)


def _product(left: Node, right: Node) -> Node:
    for factor, other in ((left, right), (right, left)):
        if factor.op is CONSTANT and factor.name is None:
            if factor.parameters[0] == 0:
                return _constant(0)
            if factor.parameters[0] == 1:
                return other
    return Node(MUL, (left, right))


class _Scalars:
    """Functions of nodes under the names that namespaces use."""

    ordered = False
    shift = None
    multiply = staticmethod(_product)

    def constant(self, value: Any) -> Node:
        """Make a node of a number."""
        if isinstance(value, Node):
            return value
        return _constant(value.item() if isinstance(value, np.generic) else value)

    def add(self, *terms: Node) -> Node:
        """Add all terms that are not 0, in their order."""
        return _sum(terms)

    def divide(self, over: Node, under: Node) -> Node:
        """Divide one by the other."""
        return Node(DIV, (over, under))

    def where(self, condition: Node, left: Node, right: Node) -> Node:
        """Choose the left where the condition holds, else the right; a comparison is worth 1 or 0 itself."""
        if (literal(left), literal(right)) == (1, 0):
            return condition
        return Node(WHERE, (condition, left, right))

    def __getattr__(self, name: str) -> Any:
        if name not in OPS:
            raise AttributeError(name)
        return lambda *arguments: Node(OPS[name], arguments)


class _Namespace(ObjectNamespace):
    """Arrays of nodes."""

    def einsum(self, operands: Sequence[Any], pattern: str, shape: tuple[int, ...]) -> Any:
        """Sum products over the indices of a pattern; each entry is one sum, in the order of the indices."""
        terms, result = terms_of(pattern)
        sizes = dict(zip(result, shape, strict=True))
        for term, array in zip(terms, operands, strict=True):
            sizes.update(zip(term, array.shape, strict=True))
        summed = [letter for letter in dict.fromkeys("".join(terms)) if letter not in result]
        letters = [*result, *summed]
        space = tuple(sizes[letter] for letter in letters)
        products, *others = (
            _column(_along(array, term, letters), space) for term, array in zip(terms, operands, strict=True)
        )
        for factors in others:
            products = list(map(_product, products, factors))
        if not summed:
            return boxed(products, shape)
        count = math.prod(sizes[letter] for letter in summed)
        starts = range(0, len(products), count)
        return boxed([_sum(products[start : start + count]) for start in starts], shape)

    def index_array(self, entries: Any) -> Any:
        """Return integers that only say where."""
        return np.asarray(entries)

    def amax(self, z: Any, axes: tuple[int, ...], keepdims: bool) -> Any:  # noqa: FBT001 - an op's parameter
        """Choose the largest entries along axes."""
        return self._selected(z, axes, GE, keepdims=keepdims)

    def amin(self, z: Any, axes: tuple[int, ...], keepdims: bool) -> Any:  # noqa: FBT001 - an op's parameter
        """Choose the smallest entries along axes."""
        return self._selected(z, axes, LE, keepdims=keepdims)

    def _selected(self, z: Any, axes: tuple[int, ...], beats: Op, *, keepdims: bool) -> Any:
        """Choose one entry of each group along axes.

        Over all axes of a matrix tied entries share the gradient, as those of `maximum` do. Along axes
        the first of them has it all, which a choice between two, one after the other, says.
        """
        if 1 < len(axes) == z.ndim:
            op = MAXIMUM if beats is GE else MINIMUM
            return self._reduced(lambda group: Node(op, tuple(group)), z, axes, keepdims=keepdims)
        return self._reduced(lambda group: reduce(_choice(beats), group), z, axes, keepdims=keepdims)


def _choice(beats: Op) -> Callable[[Node, Node], Node]:
    return lambda first, later: Node(WHERE, (Node(beats, (first, later)), first, later))


def _along(z: Any, term: str, letters: Sequence[str]) -> Any:
    """Return an array whose axes carry some letters with one axis for each of all letters."""
    for letter in dict.fromkeys(term):
        while term.count(letter) > 1:
            first = term.index(letter)
            second = term.index(letter, first + 1)
            z = np.diagonal(z, axis1=first, axis2=second)
            term = term[:first] + term[first + 1 : second] + term[second + 1 :] + letter
    own = [letter for letter in letters if letter in term]
    z = z.transpose([term.index(letter) for letter in own])
    return z.reshape([z.shape[own.index(letter)] if letter in own else 1 for letter in letters])
