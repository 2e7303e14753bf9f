"""A node: one quantity of a computation, and the op that makes it from others."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from symback.core.errors import GraphError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from symback.core.op import Op


class Role(Enum):
    """What part a quantity plays."""

    INPUT = "input"
    PARAMETER = "parameter"
    TARGET = "target"
    UPSTREAM = "upstream"
    HIDDEN = "hidden"


class Node:
    """One quantity. Immutable, and compared by identity.

    Attributes:
        op: The op that makes it; None for an input, a parameter, a target or an upstream.
        inputs: The arguments of the op, in order; the same node may occur twice.
        parameters: The op's parameters.
        name: Its name, or None for an intermediate that nobody named.
        shape: Its shape; () is a scalar.
        role: What part it plays.
    """

    __slots__ = ("inputs", "name", "op", "parameters", "role", "shape")

    op: Op | None
    inputs: tuple[Node, ...]
    parameters: tuple[Any, ...]
    name: str | None
    shape: tuple[int | str, ...]
    role: Role

    def __init__(  # noqa: PLR0913 - one argument for each attribute
        self,
        op: Op | None,
        inputs: tuple[Node, ...] = (),
        parameters: tuple[Any, ...] = (),
        name: str | None = None,
        role: Role = Role.HIDDEN,
        shape: tuple[int | str, ...] = (),
    ) -> None:
        self.op = op
        self.inputs = inputs
        self.parameters = parameters
        self.name = name
        self.shape = shape
        self.role = role

    def with_inputs(self, inputs: tuple[Node, ...]) -> Node:
        """Return the same node over other inputs."""
        return Node(self.op, inputs, self.parameters, self.name, self.role, self.shape)

    def __repr__(self) -> str:
        """Show the node and the names of its arguments, but not what these are made of."""
        label = f"{self.name} = " if self.name else ""
        if self.op is None:
            return f"<{self.role.value} {self.name}>"
        parts = [node.name or (node.op.name + "(…)" if node.op else "?") for node in self.inputs[:8]]
        parts += ["…"] * (len(self.inputs) > len(parts)) + [str(value) for value in self.parameters]
        return f"<{label}{self.op.name}({', '.join(parts)})>"

    def __reduce__(self) -> tuple[object, ...]:
        return _last, (flatten(postorder([self])),)


def flatten(nodes: Iterable[Node]) -> list[tuple[Any, ...]]:
    """Turn nodes in topological order into rows that refer to each other by number.

    Pickling nodes as they are would recurse once for each level of the graph.

    >>> flatten([Node(None, name="x", role=Role.INPUT)])
    [(None, (), (), 'x', <Role.INPUT: 'input'>, ())]
    """
    index: dict[Node, int] = {}
    rows: list[tuple[Any, ...]] = []
    for node in nodes:
        inputs = tuple(index[source] for source in node.inputs)
        rows.append((node.op, inputs, node.parameters, node.name, node.role, node.shape))
        index[node] = len(index)
    return rows


def unflatten(rows: list[tuple[Any, ...]]) -> list[Node]:
    """Rebuild nodes from the rows of `flatten`.

    >>> unflatten(flatten([Node(None, name="x", role=Role.INPUT)]))
    [<input x>]
    """
    nodes: list[Node] = []
    for op, inputs, *rest in rows:
        nodes.append(Node(op, tuple(nodes[source] for source in inputs), *rest))
    return nodes


def postorder(outputs: Iterable[Node], stops: Container[Node] = ()) -> Iterator[Node]:
    """Walk all nodes behind the outputs, inputs first, without recursion.

    The walk does not go behind the stops.

    Raises:
        GraphError: A node is made from itself.

    >>> x = Node(None, name="x", role=Role.INPUT)
    >>> list(postorder([x, x]))
    [<input x>]
    """
    done: set[Node] = set()
    open_: dict[Node, Iterator[Node]] = {}
    for output in outputs:
        if output in done:
            continue
        stack = [output]
        open_[output] = iter(() if output in stops else output.inputs)
        while stack:
            node = stack[-1]
            for source in open_[node]:
                if source in open_:
                    cycle = [*stack[stack.index(source) :], source]
                    raise GraphError(f"a cycle: {' → '.join(n.name or 'an unnamed node' for n in cycle)}")
                if source not in done:
                    stack.append(source)
                    open_[source] = iter(() if source in stops else source.inputs)
                    break
            else:
                del open_[stack.pop()]
                done.add(node)
                yield node


def _last(rows: list[tuple[Any, ...]]) -> Node:
    return unflatten(rows)[-1]
