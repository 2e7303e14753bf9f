"""The reverse sweep: from the output back to what was asked for, one step after the other."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, TypeAlias

from symback.core.errors import NameClashError
from symback.core.node import Node, Role
from symback.derivation.paths import Edge, Factor, edges_from, local_factor, pulled_along
from symback.derivation.steps import Step, StepKind, named_among
from symback.ops.activations import IDENTITY
from symback.ops.arithmetic import ADD, CONSTANT, MUL
from symback.ops.expression import broadcast
from symback.ops.multilinear import EINSUM, INNER, JACOBIAN

if TYPE_CHECKING:
    from symback.core.graph import Graph
    from symback.derivation.naming import Naming

Edges: TypeAlias = "dict[Node, list[tuple[Edge, Factor]]]"
"""For each named result, the edges down to what it depends on, with their local factors."""


class Sweep:
    """One reverse sweep over a graph, shared by all quantities that are asked for.

    A quantity is dealt with as soon as all its consumers are, in the order of reading, so that
    each step uses only what stands above it.

    Attributes:
        steps: The steps in order.
        adjoints: For each quantity that was reached, the step that gives its gradient.
        vanishing: The edges whose local factor is 0, along which nothing flows.
    """

    def __init__(self, graph: Graph, wrt: list[Node], naming: Naming, kink: Any) -> None:
        self._graph = graph
        self._naming = naming
        self._kink = kink
        self.steps: list[Step] = []
        self.adjoints: dict[Node, Step] = {}
        self.vanishing: list[Edge] = []
        self._run(self._edges(wrt, kink))
        for node in wrt:
            if node not in self.adjoints:
                zero = Node(CONSTANT, (), (0,), naming.adjoint(node))
                if node.shape:
                    spread = broadcast(Node(CONSTANT, (), (0,)), node.shape)
                    zero = Node(spread.op, spread.inputs, spread.parameters, zero.name, shape=node.shape)
                self._finish(node, Step(StepKind.ACCUMULATE, zero, node))
        _refuse_clashes(graph, self.steps)

    def _edges(self, wrt: list[Node], kink: Any) -> Edges:
        """Return the edges out of each named node that lead to what is asked for, with their factors."""
        relevant = set(wrt)
        edges: Edges = {}
        for node in self._graph.nodes:
            if relevant.isdisjoint(node.inputs):
                continue
            relevant.add(node)
            if node.name is None:
                continue
            edges[node] = own = []
            for edge in edges_from(node, relevant):
                factor = local_factor(edge, kink)
                if factor is None:
                    self.vanishing.append(edge)
                else:
                    own.append((edge, factor))
        return edges

    def _run(self, edges: Edges) -> None:
        output = self._graph.outputs[0]
        awaited = _awaited(output, edges)
        contributions: dict[Node, list[Step]] = {}
        seed = Node(None, name=self._naming.seed(output), role=Role.UPSTREAM, shape=output.shape)
        self._finish(output, Step(StepKind.SEED, seed, output))
        ready = deque([output])
        while ready:
            consumer = ready.popleft()
            if consumer in contributions:
                self._accumulate(consumer, contributions[consumer])
            own = edges.get(consumer, ())
            ordinals = _ordinals([edge.of for edge, _ in own])
            for (edge, factor), ordinal in zip(own, ordinals, strict=True):
                of = edge.of
                local = self._local(edge, factor, ordinal)
                if awaited[of] == 1 and of not in contributions:
                    self._finish(of, self._chain(edge, factor, local, ordinal, contributes=False))
                else:
                    chain = self._chain(edge, factor, local, ordinal, contributes=True)
                    self.steps.append(chain)
                    contributions.setdefault(of, []).append(chain)
                awaited[of] -= 1
                if not awaited[of]:
                    ready.append(of)

    def _local(self, edge: Edge, factor: Factor, ordinal: int) -> Step:
        name = self._naming.local(edge.consumer, edge.of)
        node = _local_node(edge, factor, f"{name}_{ordinal}" if ordinal else name)
        step = Step(StepKind.LOCAL, node, edge.of, edge.consumer, edge.path, (), ordinal)
        self.steps.append(step)
        return step

    def _chain(self, edge: Edge, factor: Factor, local: Step, ordinal: int, *, contributes: bool) -> Step:
        upstream = self.adjoints[edge.consumer]
        if contributes:
            name = self._naming.contribution(edge.consumer, edge.of)
            name = f"{name}_{ordinal}" if ordinal else name
        else:
            name = self._naming.adjoint(edge.of)
        node = self._chained(edge, factor, upstream.node, local.node, name)
        parts = (upstream, local)
        return Step(StepKind.CHAIN, node, edge.of, edge.consumer, (), parts, ordinal, contributes=contributes)

    def _chained(self, edge: Edge, factor: Factor, upstream: Node, local: Node, name: str) -> Node:
        """Return the upstream times the local factor, summed over the entries of the consumer."""
        shape = edge.of.shape
        if factor.node is None:
            gradient = pulled_along(edge, upstream, self._kink)
            assert gradient is not None  # noqa: S101 - an edge with a factor lets something through
            if gradient is upstream or gradient.name is not None:
                return Node(IDENTITY, (gradient,), (), name, shape=shape)
            return Node(gradient.op, gradient.inputs, gradient.parameters, name, shape=shape)
        if factor.pattern:
            operands = (upstream,) if local.op is CONSTANT else (upstream, local)
            return Node(EINSUM, operands, (factor.pattern, shape), name, shape=shape)
        if shape != upstream.shape and not _is_symbolic_sum(edge):
            upstream = broadcast(upstream, shape)
        return Node(MUL, (upstream, local), (), name, shape=shape)

    def _accumulate(self, of: Node, parts: list[Step]) -> None:
        node = Node(ADD, tuple([part.node for part in parts]), (), self._naming.adjoint(of), shape=of.shape)
        self._finish(of, Step(StepKind.ACCUMULATE, node, of, parts=tuple(parts)))

    def _finish(self, of: Node, step: Step) -> None:
        """Append the step that gives the whole gradient of a quantity."""
        self.steps.append(step)
        self.adjoints[of] = step


def _local_node(edge: Edge, factor: Factor, name: str) -> Node:
    """Return a local factor under its name; one that exists is referred to, not made again."""
    node = factor.node
    if node is None:
        behind = [source for part, _ in edge.path for source in part.inputs]
        uses = dict.fromkeys(source for source in named_among(behind))
        return Node(JACOBIAN, tuple(uses), ((),), name, shape=(*edge.consumer.shape, *edge.of.shape))
    if factor.made:
        return Node(node.op, node.inputs, node.parameters, name, shape=node.shape)
    return Node(IDENTITY, (node,), (), name, shape=node.shape)


def _is_symbolic_sum(edge: Edge) -> bool:
    return any(node.op is INNER for node, _ in edge.path)


def _awaited(output: Node, edges: Edges) -> dict[Node, int]:
    """Count, for each quantity, the edges into it that start at something the output depends on."""
    awaited: dict[Node, int] = {}
    stack = [output]
    while stack:
        for edge, _ in edges.get(stack.pop(), ()):
            of = edge.of
            if of in awaited:
                awaited[of] += 1
            else:
                awaited[of] = 1
                stack.append(of)
    return awaited


def _ordinals(targets: list[Node]) -> list[int]:
    """Number the occurrences of each target that occurs more than once, from 1; others get 0."""
    if len(set(targets)) == len(targets):
        return [0] * len(targets)
    repeated = Counter(targets)
    turn: Counter[Node] = Counter()
    ordinals = []
    for target in targets:
        turn[target] += 1
        ordinals.append(turn[target] if repeated[target] > 1 else 0)
    return ordinals


def _refuse_clashes(graph: Graph, steps: list[Step]) -> None:
    """Refuse a step name that is taken.

    Raises:
        NameClashError: A step would be called like a quantity of the user's, or like another step.
    """
    names = {step.node.name for step in steps}
    if len(names) == len(steps) and names.isdisjoint(graph.names):
        return
    taken: dict[str, Step] = {}
    for step in steps:
        name = step.name
        if name in graph.names or name in taken:
            other = taken.get(name)
            by = (
                f"the quantity {name!r}"
                if other is None
                else f"the {other.kind.value} step for {other.of.name!r}"
            )
            raise NameClashError(
                f"the {step.kind.value} step for {step.of.name!r} would be named {name!r}, as is {by}; "
                f"rename {step.of.name if other else name!r}"
            )
        taken[name] = step
