"""A pass over the nodes of a derivation with arrays, prepared once for a type of array and sizes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from symback.core.errors import DomainError
from symback.core.shapes import resolved
from symback.evaluation.arrays import ArrayNamespace
from symback.evaluation.structure import on_device
from symback.evaluation.values import beyond
from symback.ops.multilinear import EINSUM, JACOBIAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from symback.core.node import Node
    from symback.core.op import Op
    from symback.derivation.backward import Backward


class Plan:
    """What to compute, in order: parameters have numbers for sizes, and what no input changes is there.

    An unnamed broadcast that the function which uses it would do itself has the value of what it is of.

    Args:
        order: Nodes, each after its inputs.
        like: An array of the type that is computed with.
        sizes: What the symbols in shapes stand for.

    >>> from symback.ops.expression import array
    >>> x = array("x", "2")
    >>> y = x * 3
    >>> plan = Plan([*y.node.inputs, y.node], np.ones(2), {})
    >>> plan({"x": np.asarray([1.0, 2.0])})[y.node]
    array([3., 6.])
    """

    def __init__(self, order: Iterable[Node], like: Any, sizes: Mapping[str, int]) -> None:
        # An example that keeps no data alive.
        self._namespace = ArrayNamespace(like[:0] if like.shape else like)
        self._values: dict[Node, Any] = {}
        self._inputs: list[tuple[Node, str]] = []
        self._steps: list[tuple[Node, Op, tuple[Node, ...], tuple[Any, ...]]] = []
        changing: set[Node] = set()
        order = list(order)
        spared = _spared(order)
        self._spared: dict[Node, Node] = {}
        for node in order:
            op = node.op
            self._values[node] = None
            if op is None:
                self._inputs.append((node, str(node.name)))
                changing.add(node)
                continue
            if op is JACOBIAN:
                continue
            parameters = resolved(node.parameters, sizes)
            if changing.isdisjoint(node.inputs):
                self._values[node] = self._constant(node, op, parameters)
            else:
                changing.add(node)
                if node in spared:
                    self._spared[node] = spared[node]
                    continue
                sources = tuple([self._spared.get(source, source) for source in node.inputs])
                self._steps.append((node, op, sources, parameters))

    def _constant(self, node: Node, op: Op, parameters: tuple[Any, ...]) -> Any:
        arguments = [self._values[source] for source in node.inputs]
        try:
            with np.errstate(all="ignore"):
                return op.numeric(self._namespace, *arguments, *parameters)
        except OverflowError:
            raise DomainError(beyond(node)) from None

    def __call__(self, inputs: Mapping[str, Any]) -> dict[Node, Any]:
        """Compute every node from a value for each node that comes from outside, by name.

        Raises:
            DomainError: A parameter is too large for a double.
        """
        namespace = self._namespace
        values = self._values.copy()
        for node, name in self._inputs:
            values[node] = namespace.constant(inputs[name])
        try:
            # What is undefined is reported by name afterwards; NumPy's own warnings name nothing.
            with np.errstate(all="ignore"):
                for node, op, sources, parameters in self._steps:
                    values[node] = op.numeric(namespace, *[values[n] for n in sources], *parameters)
        except OverflowError:
            raise DomainError(beyond(node)) from None
        for node, source in self._spared.items():
            values[node] = values[source]
        return values


def _spared(order: Sequence[Node]) -> dict[Node, Node]:
    """Return the unnamed broadcasts that all functions of them do themselves, each with its argument."""
    found = {node: node.inputs[0] for node in order if _is_broadcast(node)}
    for node in order:
        if node.op is None or found.keys().isdisjoint(node.inputs):
            continue
        whole = any(source.shape == node.shape and source not in found for source in node.inputs)
        if not (node.op.entrywise and whole):
            for source in node.inputs:
                found.pop(source, None)
    return found


def _is_broadcast(node: Node) -> bool:
    if node.op is not EINSUM or node.name is not None or len(node.inputs) != 1:
        return False
    term, _, result = node.parameters[0].partition("->")
    return (
        len(set(result)) == len(result) and result.endswith(term) and len(node.inputs[0].shape) == len(term)
    )


_PLANS: WeakKeyDictionary[Backward, tuple[object, Plan]] = WeakKeyDictionary()


def planned(backward: Backward, inputs: Mapping[str, Any], sizes: Mapping[str, int]) -> dict[Node, Any]:
    """Compute every node of a derivation with arrays; the plan of the last time is used again if it fits.

    Args:
        backward: The derivation.
        inputs: An array for each node that comes from outside, by name.
        sizes: What the symbols in shapes stand for.

    >>> from symback.core.graph import Graph
    >>> from symback.derivation.backward import Backward
    >>> from symback.ops.expression import array
    >>> x = array("x", "N")
    >>> d = Backward(Graph([(x * x).sum().named("L").node]))
    >>> planned(d, {"x": np.asarray([1.0, 2.0]), "dL": np.asarray(1.0)}, {"N": 2})[d["dx"].node]
    array([2., 4.])
    """
    like = example([value for value in inputs.values() if hasattr(value, "dtype")])
    key = type(like), like.dtype, tuple(on_device(like).values()), tuple(sizes.items())
    kept = _PLANS.get(backward)
    if kept is None or kept[0] != key:
        kept = _PLANS[backward] = key, Plan(backward.order, like, sizes)
    return kept[1](inputs)


def example(arrays: Iterable[Any]) -> Any:
    """Return the array whose precision numbers take: one that has axes and is no index, if there is one.

    >>> example([np.asarray(1.0), np.asarray([1, 2]), np.ones(2, np.float32)]).dtype
    dtype('float32')
    """
    return min(arrays, key=lambda array: (_is_integer(array.dtype), not array.shape))


@lru_cache(maxsize=256)
def _is_integer(dtype: Any) -> bool:
    return str(dtype).startswith("int")
