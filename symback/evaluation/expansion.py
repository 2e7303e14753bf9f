"""A derivation over arrays written out: the scalar derivation of all entries, each under its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from symback.core.collection import collection_paused
from symback.core.errors import InputError, UnknownNameError
from symback.core.graph import Graph
from symback.core.node import Node, postorder
from symback.core.shapes import resolved, spelled
from symback.evaluation.array_inputs import checked_array
from symback.evaluation.arrays import ArrayNamespace
from symback.evaluation.boxes import boxed
from symback.evaluation.entries import compute_entries
from symback.evaluation.entry_names import EntryNames
from symback.evaluation.expansion_entries import ScalarEntries, total
from symback.evaluation.expansion_graph import (
    concrete,
    index_positions,
    refuse_too_many,
    under,
    written_in_ops,
)
from symback.evaluation.inputs import Block
from symback.evaluation.values import compute
from symback.ops.arithmetic import ADD, MUL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symback.derivation.backward import Backward

AnyBackward = TypeVar("AnyBackward", bound="Backward")


def expanded(
    backward: AnyBackward,
    sizes: Mapping[str, int],
    indices: Mapping[str, Any] | None = None,
    known: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
) -> tuple[AnyBackward, dict[str, Any]]:
    """Derive every entry of every named quantity as a scalar: Z_ik = Σ_j X_ij·W_jk is Z01 = X00·W01 + ….

    Named functions are written as what they are made of (softmax as exponentials over their sum), sums
    of sums as one sum, the largest entry along an axis as choices between two. On an output with axes
    a weighted sum is put, whose weights are the upstream.

    Args:
        backward: The derivation over arrays.
        sizes: What the symbols in shapes stand for.
        indices: Integers for inputs that say where to look something up.
        known: Values that the forward pass itself gives; those of such inputs are used.
        notes: Sentences that are to stand among the conditions.

    Returns:
        The derivation of all entries; and for each array and each gradient of the given one, by its
        name, the names of its entries as nested lists. A scalar's is its name; an entry that the
        output does not depend on has None.

    Raises:
        InputError: A size or an index is missing or cannot be used.
        UnknownNameError: A size or an index is given that there is not.
        LimitError: There would be too many scalars.

    >>> import symback as sb
    >>> d = sb.derive(sb.model("L = np.sum(X * X)", shapes={"X": "N 2"}))
    >>> scalars, entries = expanded(d, {"N": 1})
    >>> scalars.forward, entries["dX"]
    ([<L from X00, X01>], [['dX00', 'dX01']])
    """
    with collection_paused():
        numbers = _Sizes(backward, sizes)
        places = _places(backward, indices or {}, known or {}, numbers)
        graph = written_in_ops(concrete(backward.graph, numbers.checked(), places))
        refuse_too_many(graph)
        writer = _Writer(graph)
        flat = writer.written()
        put_in = "".join(f", {symbol} = {size}" for symbol, size in numbers.known.items())
        wrt = [name for asked in backward.gradients for name in writer.blocks[asked] if name in flat.names]
        groups: dict[str, list[str] | str] = {
            str(node.name): writer.blocks[str(node.name)] for node in graph.leaves() if node.shape
        }
        made = type(backward)(
            flat,
            wrt,
            kink=backward.kink,
            groups=groups | writer.weights,
            title=f"{backward.title}, entry by entry{put_in}",
            notes=[*notes, *writer.notes],
        )
        entries = {name: block.nested(flat.names) for name, block in writer.blocks.items()}
        for node, step in backward.adjoints.items():
            entries[step.name] = writer.blocks[str(node.name)].nested(made.step_table, "d")
        return made, entries


class _Sizes:
    """What the symbols in shapes stand for."""

    def __init__(self, backward: Backward, given: Mapping[str, Any]) -> None:
        sizes = (size for node in backward.graph.nodes for size in node.shape)
        self.symbols = list(dict.fromkeys(size for size in sizes if isinstance(size, str)))
        self.known: dict[str, int] = {}
        for symbol, size in given.items():
            if symbol not in self.symbols:
                listed = ", ".join(self.symbols)
                there = f"its sizes are {listed}" if listed else "it has only numbers"
                raise UnknownNameError(f"expand: {symbol!r} is no size of this derivation; {there}")
            if isinstance(size, bool) or not isinstance(size, int) or size < 1:
                raise InputError(f"expand: {symbol} = {size!r}: expected an integer ≥ 1")
            self.known[symbol] = size

    def bind(self, node: Node, shape: tuple[int, ...]) -> None:
        """Compare the shape of a value with the declared one, and note what its symbols stand for."""
        expected = resolved(node.shape, self.known)
        fits = len(shape) == len(expected) and all(
            isinstance(size, str) or size == actual for size, actual in zip(expected, shape, strict=True)
        )
        if not fits:
            raise InputError(f"{node.name} has the shape {spelled(shape)}, expected {spelled(expected)}")
        self.known.update({s: n for s, n in zip(expected, shape, strict=True) if isinstance(s, str)})

    def checked(self) -> dict[str, int]:
        """Return all of them; refuse if one is missing."""
        missing = [symbol for symbol in self.symbols if symbol not in self.known]
        if missing:
            like = ", ".join(f"{symbol}=2" for symbol in missing)
            raise InputError(f"expand: no size for {', '.join(missing)}; give small numbers: expand({like})")
        return self.known


def _places(
    backward: Backward, given: Mapping[str, Any], known: Mapping[str, Any], sizes: _Sizes
) -> dict[Node, Any]:
    """Return the integers of every array that only says where."""
    wanted = [node.inputs[n] for node in backward.graph.nodes for n in index_positions(node)]
    order = list(postorder(wanted))
    leaves = {str(node.name): node for node in order if node.op is None}
    for name in given:
        if name not in leaves:
            is_input = any(node.name == name for node in backward.graph.leaves())
            hint = f"has numbers, which come in later: evaluate({name}=…)" if is_input else "is no input"
            raise UnknownNameError(f"expand: values are for what says where to look up; {name!r} {hint}")
    missing = [name for name in leaves if name not in given and name not in known]
    if missing:
        raise InputError(
            f"expand: {', '.join(missing)} says which entries are looked up: give the integers, like "
            f"expand(values={{{missing[0]!r}: [0, 1]}})"
        )
    inputs: dict[str, Any] = {}
    for name, node in leaves.items():
        if name in backward.gradients:
            raise InputError(f"expand: {name} is an index and a number at once; give it a name for each")
        inputs[name] = checked_array(given.get(name, known.get(name)), node, as_index=True)
        sizes.bind(node, inputs[name].shape)
    if not order:
        return {}
    return compute(order, inputs, ArrayNamespace(np.zeros(())), sizes.checked())


class _Writer:
    """Writes the entries of a graph whose shapes are numbers.

    Attributes:
        blocks: The names of the entries of every named quantity.
        weights: Those of the upstream that an output with axes gets.
        notes: What was done besides.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._names = EntryNames(graph.names)
        self.blocks: dict[str, Block] = {}
        self.weights: dict[str, Block] = {}
        self.notes: list[str] = []

    def written(self) -> Graph:
        """Return the graph of all entries."""
        graph = self._graph
        output = graph.outputs[0]
        leaves = {str(node.name): self._leaf(str(node.name), node) for node in graph.leaves()}
        values = compute_entries(graph.nodes, leaves, ScalarEntries(), finish=self._named)
        inputs = [entry for entries in leaves.values() for entry in entries.flat]
        ends = values[output].reshape(-1).tolist()
        if len(ends) == 1:
            return Graph(ends, inputs)
        upstream, sum_name = self._names.fresh("G", "U"), self._names.fresh("s", "S")
        weights = self._leaf(upstream, output).reshape(-1).tolist()
        self.weights[upstream] = self.blocks.pop(upstream)
        weighed = total([Node(MUL, pair) for pair in zip(weights, ends, strict=True)])
        self.notes.append(
            f"{output.name} has axes: {sum_name} is the sum of its entries, each times an entry of "
            f"{upstream}, its upstream gradient."
        )
        return Graph([Node(ADD, weighed.inputs, (), sum_name)], [*inputs, *weights])

    def _leaf(self, name: str, node: Node) -> Any:
        block = self._block(name, node)
        return boxed([Node(None, (), (), entry, node.role) for entry in block], block.shape)

    def _block(self, name: str, node: Node) -> Block:
        shape = tuple([size for size in node.shape if isinstance(size, int)])
        block = self.blocks[name] = Block(self._names.of_entries(name, shape), shape)
        return block

    def _named(self, node: Node, value: Any) -> Any:
        """Give the entries of a named quantity their names."""
        if node.name is None:
            return value
        # An entry that has a name already is referred to: what reads one array is no use of another.
        pairs = zip(value.reshape(-1).tolist(), self._block(node.name, node), strict=True)
        return boxed([under(entry, name) for entry, name in pairs], value.shape)
