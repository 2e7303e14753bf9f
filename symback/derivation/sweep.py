"""The reverse sweep: from the output back to what was asked for, one step after the other."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, TypeAlias

from symback.core.errors import NameClashError
from symback.core.node import Node, Role
from symback.derivation.paths import Edge, Factor, edges_from, is_zero, local_factor
from symback.derivation.steps import Step, StepKind
from symback.ops.arithmetic import ADD, CONSTANT, MUL

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
        self.steps: list[Step] = []
        self.adjoints: dict[Node, Step] = {}
        self.vanishing: list[Edge] = []
        self._run(self._edges(wrt, kink))
        for node in wrt:
            if node not in self.adjoints:
                zero = Node(CONSTANT, (), (0,), naming.adjoint(node))
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
                if is_zero(factor.node):
                    self.vanishing.append(edge)
                else:
                    own.append((edge, factor))
        return edges

    def _run(self, edges: Edges) -> None:
        output = self._graph.outputs[0]
        awaited = _awaited(output, edges)
        contributions: dict[Node, list[Step]] = {}
        seed = Node(None, name=self._naming.seed(output), role=Role.UPSTREAM)
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
                    self._finish(of, self._chain(edge, local, ordinal, contributes=False))
                else:
                    chain = self._chain(edge, local, ordinal, contributes=True)
                    self.steps.append(chain)
                    contributions.setdefault(of, []).append(chain)
                awaited[of] -= 1
                if not awaited[of]:
                    ready.append(of)

    def _local(self, edge: Edge, factor: Factor, ordinal: int) -> Step:
        name = self._naming.local(edge.consumer, edge.of)
        node = factor.under_name(f"{name}_{ordinal}" if ordinal else name, edge.of.shape)
        step = Step(StepKind.LOCAL, node, edge.of, edge.consumer, edge.path, (), ordinal)
        self.steps.append(step)
        return step

    def _chain(self, edge: Edge, local: Step, ordinal: int, *, contributes: bool) -> Step:
        upstream = self.adjoints[edge.consumer]
        if contributes:
            name = self._naming.contribution(edge.consumer, edge.of)
            name = f"{name}_{ordinal}" if ordinal else name
        else:
            name = self._naming.adjoint(edge.of)
        node = Node(MUL, (upstream.node, local.node), (), name, shape=edge.of.shape)
        parts = (upstream, local)
        return Step(StepKind.CHAIN, node, edge.of, edge.consumer, (), parts, ordinal, contributes=contributes)

    def _accumulate(self, of: Node, parts: list[Step]) -> None:
        node = Node(ADD, tuple([part.node for part in parts]), (), self._naming.adjoint(of), shape=of.shape)
        self._finish(of, Step(StepKind.ACCUMULATE, node, of, parts=tuple(parts)))

    def _finish(self, of: Node, step: Step) -> None:
        """Append the step that gives the whole gradient of a quantity."""
        self.steps.append(step)
        self.adjoints[of] = step


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
