"""The reverse sweep: from the output back to what was asked for, one step after the other."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any

from symback.core.errors import NameClashError
from symback.core.node import Node, Role
from symback.derivation.paths import Edge, Factor, edges_from, is_zero, local_factor
from symback.derivation.steps import Step, StepKind
from symback.ops.arithmetic import ADD, CONSTANT, MUL

if TYPE_CHECKING:
    from symback.core.graph import Graph
    from symback.derivation.naming import Naming


class Sweep:
    """One reverse sweep over a graph, shared by all quantities that are asked for.

    A quantity is dealt with as soon as all its consumers are, in the order of reading, so that
    each step uses only what stands above it.
    """

    def __init__(self, graph: Graph, wrt: list[Node], naming: Naming, kink: Any) -> None:
        self._graph = graph
        self._naming = naming
        self._taken: dict[str, str] = dict.fromkeys(graph.names, "a name of the forward pass")
        self.steps: list[Step] = []
        self.adjoints: dict[Node, Step] = {}
        self.vanishing: list[Edge] = []
        edges = self._edges(wrt, kink)
        self._run(edges, wrt)

    def _edges(self, wrt: list[Node], kink: Any) -> dict[Node, list[tuple[Edge, Factor]]]:
        """Return the edges out of each named node that lead to what is asked for, with their factors."""
        relevant = set(wrt)
        for node in self._graph.nodes:
            if any(source in relevant for source in node.inputs):
                relevant.add(node)
        edges: dict[Node, list[tuple[Edge, Factor]]] = {}
        for node in self._graph.nodes:
            if node.name is None or node.op is None or node not in relevant:
                continue
            edges[node] = own = []
            for edge in edges_from(node, relevant):
                factor = local_factor(edge, kink)
                if is_zero(factor.node):
                    self.vanishing.append(edge)
                else:
                    own.append((edge, factor))
        return edges

    def _run(self, edges: dict[Node, list[tuple[Edge, Factor]]], wrt: list[Node]) -> None:
        output = self._graph.outputs[0]
        awaited = _awaited(output, edges)
        contributions: dict[Node, list[Step]] = {}
        self.adjoints[output] = self._add(
            StepKind.SEED, Node(None, name=self._naming.seed(output), role=Role.UPSTREAM), output
        )
        ready = deque([output])
        while ready:
            consumer = ready.popleft()
            if consumer in contributions:
                self._accumulate(consumer, contributions[consumer])
            own = edges.get(consumer, ())
            repeated = Counter(edge.of for edge, _ in own)
            turn: Counter[Node] = Counter()
            for edge, factor in own:
                of = edge.of
                turn[of] += 1
                ordinal = f"_{turn[of]}" if repeated[of] > 1 else ""
                local = self._local(edge, factor, ordinal)
                single = awaited[of] == 1 and of not in contributions
                chain = self._chain(edge, local, ordinal, single=single)
                if single:
                    self.adjoints[of] = chain
                else:
                    contributions.setdefault(of, []).append(chain)
                awaited[of] -= 1
                if not awaited[of]:
                    ready.append(of)
        for node in wrt:
            if node not in self.adjoints:
                zero = Node(CONSTANT, (), (0,), self._naming.adjoint(node))
                self.adjoints[node] = self._add(StepKind.ACCUMULATE, zero, node)

    def _local(self, edge: Edge, factor: Factor, ordinal: str) -> Step:
        name = self._naming.local(edge.consumer, edge.of) + ordinal
        node = factor.under_name(name)
        return self._add(StepKind.LOCAL, node, edge.of, edge.consumer, edge.path)

    def _chain(self, edge: Edge, local: Step, ordinal: str, *, single: bool) -> Step:
        upstream = self.adjoints[edge.consumer]
        if single:
            name = self._naming.adjoint(edge.of)
        else:
            name = self._naming.contribution(edge.consumer, edge.of) + ordinal
        node = Node(MUL, (upstream.node, local.node), (), name)
        return self._add(StepKind.CHAIN, node, edge.of, edge.consumer, (), (upstream, local))

    def _accumulate(self, of: Node, parts: list[Step]) -> None:
        node = Node(ADD, tuple(part.node for part in parts), (), self._naming.adjoint(of))
        self.adjoints[of] = self._add(StepKind.ACCUMULATE, node, of, parts=tuple(parts))

    def _add(  # noqa: PLR0913 - passes a step's attributes on
        self,
        kind: StepKind,
        node: Node,
        of: Node,
        consumer: Node | None = None,
        path: tuple[tuple[Node, int], ...] = (),
        parts: tuple[Step, ...] = (),
    ) -> Step:
        name = str(node.name)
        if name in self._taken:
            raise NameClashError(
                f"the {kind.value} step for {of.name!r} would be named {name!r}, which is "
                f"{self._taken[name]} already; rename {self._graph.names.get(name, of).name!r}"
            )
        self._taken[name] = f"the name of the {kind.value} step for {of.name!r}"
        step = Step(kind, node, of, consumer, path, parts)
        self.steps.append(step)
        return step


def _awaited(output: Node, edges: dict[Node, list[tuple[Edge, Factor]]]) -> Counter[Node]:
    """Count, for each quantity, the edges into it that start at something the output depends on."""
    awaited: Counter[Node] = Counter()
    reached = {output}
    stack = [output]
    while stack:
        for edge, _ in edges.get(stack.pop(), ()):
            awaited[edge.of] += 1
            if edge.of not in reached:
                reached.add(edge.of)
                stack.append(edge.of)
    return awaited
