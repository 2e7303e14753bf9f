"""A graph: nodes in an order in which each stands after what it is made from, and their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symback.core.errors import NameClashError
from symback.core.node import Node, flatten, postorder, unflatten
from symback.notation.identifier import coarse_spelling, identifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symback.notation.tree import Tree


class Graph:
    """The nodes that lead to some outputs, in topological order.

    Equal unnamed nodes are merged: `sigmoid(x)` written twice is one node. What the author named
    twice stays two. Symbols of the same name are one quantity.

    Attributes:
        nodes: All nodes, each after its inputs.
        outputs: The results.
        names: The named nodes, by name.

    Raises:
        NameClashError: Two quantities have one name, or two names that print alike.
        GraphError: A node is made from itself.
    """

    __slots__ = ("names", "nodes", "outputs")

    nodes: list[Node]
    outputs: tuple[Node, ...]
    names: dict[str, Node]

    def __init__(self, outputs: Iterable[Node], also: Iterable[Node] = ()) -> None:
        """Collect the nodes behind the outputs; `also` are declared quantities that may be unused."""
        wanted = tuple(outputs)
        canonical = _merged([*also, *wanted])
        self.nodes = list(dict.fromkeys(canonical.values()))
        self.outputs = tuple(canonical[node] for node in wanted)
        self.names = _table_of_names(self.nodes)

    def leaves(self) -> list[Node]:
        """Return the quantities that come from outside, in the order in which they are first used."""
        return [node for node in self.nodes if node.op is None]

    def consumers(self) -> dict[Node, list[tuple[Node, int]]]:
        """For each node, where it is used: the consumer and the position among its arguments."""
        uses: dict[Node, list[tuple[Node, int]]] = {node: [] for node in self.nodes}
        for node in self.nodes:
            for position, source in enumerate(node.inputs):
                uses[source].append((node, position))
        return uses

    def __getstate__(self) -> tuple[object, ...]:
        return flatten(self.nodes), [self.nodes.index(node) for node in self.outputs]

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        rows, outputs = state
        self.nodes = unflatten(rows)
        self.outputs = tuple(self.nodes[index] for index in outputs)
        self.names = {node.name: node for node in self.nodes if node.name is not None}


def _merged(outputs: Iterable[Node]) -> dict[Node, Node]:
    """Map each node behind the outputs to the one that stands for it."""
    canonical: dict[Node, Node] = {}
    equal: dict[tuple[Any, ...], Node] = {}
    for node in postorder(outputs):
        inputs = tuple([canonical[source] for source in node.inputs])
        # Nodes are compared by identity.
        own = node if inputs == node.inputs else node.with_inputs(inputs)
        if node.op is not None and node.name is not None:
            canonical[node] = own
            continue
        if node.op is None:
            key: tuple[Any, ...] = (node.name, node.role, node.shape)
        else:
            # 1, 1.0 and True are equal in Python, but not the same number on paper.
            key = (node.op, inputs, *((type(value), value) for value in node.parameters))
        canonical[node] = equal.setdefault(key, own)
    return canonical


def _table_of_names(nodes: Iterable[Node]) -> dict[str, Node]:
    names: dict[str, Node] = {}
    spellings: dict[str, list[str]] = {}
    for node in nodes:
        name = node.name
        if name is None:
            continue
        if name in names:
            raise NameClashError(
                f"the name {name!r} is used for {names[name]!r} and for {node!r}; rename one"
            )
        names[name] = node
        spellings.setdefault(coarse_spelling(name), []).append(name)
    for alike in spellings.values():
        if len(alike) > 1:
            _refuse_equal_looks(alike)
    return names


def _refuse_equal_looks(names: list[str]) -> None:
    looks: dict[Tree, str] = {}
    for name in names:
        other = looks.setdefault(identifier(name), name)
        if other is not name:
            raise NameClashError(f"the names {other!r} and {name!r} print alike; rename one")
