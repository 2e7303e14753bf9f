"""The steps of a derivation; each uses only what stands above it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from symback.core.node import postorder
from symback.ops.sympy_numbers import symbol_for
from symback.ops.to_sympy import to_sympy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symback.core.node import Node


class StepKind(str, Enum):
    """The four kinds of step; the set is closed."""

    SEED = "seed"
    LOCAL = "local"
    CHAIN = "chain"
    ACCUMULATE = "accumulate"


class Equation:
    """A named quantity and what it equals in terms of other named ones.

    Attributes:
        node: The quantity; its op and inputs are the right-hand side.
    """

    __slots__ = ("node",)

    node: Node

    def __init__(self, node: Node) -> None:
        self.node = node

    @property
    def name(self) -> str:
        """The name of the quantity."""
        return str(self.node.name)

    @property
    def uses(self) -> tuple[str, ...]:
        """The names on the right-hand side, in the order in which they first occur."""
        return tuple(str(node.name) for node in named_inputs(self.node))

    @property
    def expr(self) -> Any:
        """The right-hand side in names, as a SymPy expression over plain symbols."""
        import sympy

        used = named_inputs(self.node)
        return to_sympy(self.node, {n: symbol_for(sympy, str(n.name), n.shape) for n in used})

    def __repr__(self) -> str:
        return f"<{self.name} from {', '.join(self.uses[:8]) or 'constants'}>"


class Step(Equation):
    """One step of the backward pass.

    Attributes:
        kind: Seed, local, chain or accumulate.
        of: The forward quantity whose adjoint this is a part of.
        consumer: For a local factor or a chain, the forward quantity that is differentiated.
        path: For a local factor, the ops from the consumer to `of`: each with the position of the
            argument that the path takes.
        parts: The steps that are multiplied (upstream, local) or added up.
        ordinal: Which of several equal arguments of the consumer it is about, from 1; 0 if the
            argument occurs once.
        contributes: Whether it is a chain that gives only one of several contributions.
    """

    __slots__ = ("consumer", "contributes", "kind", "of", "ordinal", "parts", "path")

    kind: StepKind
    of: Node
    consumer: Node | None
    path: tuple[tuple[Node, int], ...]
    parts: tuple[Step, ...]
    ordinal: int
    contributes: bool

    def __init__(  # noqa: PLR0913 - one argument for each attribute
        self,
        kind: StepKind,
        node: Node,
        of: Node,
        consumer: Node | None = None,
        path: tuple[tuple[Node, int], ...] = (),
        parts: tuple[Step, ...] = (),
        ordinal: int = 0,
        *,
        contributes: bool = False,
    ) -> None:
        self.kind = kind
        self.node = node
        self.of = of
        self.consumer = consumer
        self.path = path
        self.parts = parts
        self.ordinal = ordinal
        self.contributes = contributes

    @property
    def rule(self) -> str:
        """What is done in this step, in words."""
        of = self.of.name
        if self.kind is StepKind.SEED:
            return f"the gradient with respect to {of} arrives from what follows"
        if self.kind is StepKind.CHAIN:
            return f"chain rule: the gradient of {self.consumer_name} times the local factor"
        if self.kind is StepKind.ACCUMULATE and not self.parts:
            return f"no path leads from {of} to the output: its gradient is 0"
        if self.kind is StepKind.ACCUMULATE:
            return f"{len(self.parts)} paths from {of} meet: their contributions add up"
        words = [str(node.op.prose) for node, _ in self.path if node.op is not None]
        return f"how {self.consumer_name} changes with {of}: " + " ".join(dict.fromkeys(words))

    @property
    def consumer_name(self) -> str:
        """The name of the quantity that is differentiated; empty where there is none."""
        return "" if self.consumer is None else str(self.consumer.name)


def named_inputs(node: Node) -> list[Node]:
    """Return the named nodes that the definition of a node uses, in the order of first use.

    >>> from symback.ops.expression import symbols
    >>> x, w = symbols("x w")
    >>> named_inputs((x * w + x).node)
    [<input x>, <input w>]
    """
    if all(source.name is not None for source in node.inputs):
        return list(dict.fromkeys(node.inputs))
    return named_among(node.inputs)


def named_among(nodes: Iterable[Node]) -> list[Node]:
    """Return the named nodes among some nodes and, behind unnamed ones, those that they are made from.

    >>> from symback.ops.expression import symbols
    >>> x, w = symbols("x w")
    >>> named_among([(x * w).node, x.node])
    [<input x>, <input w>]
    """
    return [part for part in postorder(nodes, _Named()) if part.name is not None]


class _Named:
    """The set of all named nodes."""

    def __contains__(self, node: object) -> bool:
        return getattr(node, "name", None) is not None


def equations(nodes: Iterable[Node]) -> list[Equation]:
    """Return the forward equations: one for each named result of an op.

    >>> from symback.ops.expression import symbols
    >>> x, = symbols("x,")
    >>> equations([x.node, (2 * x).named("y").node])
    [<y from x>]
    """
    return [Equation(node) for node in nodes if node.op is not None and node.name is not None]
