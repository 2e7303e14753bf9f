"""The backward pass of a graph: forward equations, ordered steps, gradients, side conditions."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from symback.core.collection import collection_paused
from symback.core.errors import DerivationError, InputError, UnknownNameError
from symback.core.graph import Graph
from symback.core.node import Node, Role, postorder
from symback.derivation.conditions import conditions
from symback.derivation.detail import Detail, with_names
from symback.derivation.naming import NetworkNames
from symback.derivation.steps import Equation, Step, equations
from symback.derivation.sweep import Sweep
from symback.ops.expression import Expression
from symback.ops.multilinear import INNER
from symback.ops.to_sympy import to_sympy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symback.derivation.naming import Naming


class Backward:
    """The backward pass, derived.

    Attributes:
        graph: The forward graph; everything that is shown has a name.
        forward: The forward equations, in order.
        steps: The steps, in order; each uses only what stands above it.
        adjoints: For each forward quantity that was reached, the step that gives its gradient.
        gradients: For each quantity asked for, the step that gives its gradient.
        groups: Letters that stand for several names in order (x: x0, x1, …) or for one (b: bias).
        conditions: What holds only under a condition, in words.
        kink: The kink policy.
        title: What a document about it is called.
        distributions: The quantities that were declared to sum to 1 along their last axis.
        asked_for: What was asked for, as it was given; None for everything.
        has_arrays: Whether there are quantities with axes, apart from the vectors of a symbolic neuron.
    """

    graph: Graph
    forward: list[Equation]
    steps: list[Step]
    gradients: dict[str, Step]
    groups: dict[str, list[str] | str]
    conditions: list[str]
    kink: Any
    title: str
    distributions: tuple[str, ...]
    asked_for: Sequence[str | Expression] | None
    has_arrays: bool

    def __init__(  # noqa: PLR0913 - all but the first have an obvious default
        self,
        graph: Graph,
        wrt: Sequence[str | Expression] | None = None,
        detail: Detail = "named",
        kink: Any = None,
        naming: Naming | None = None,
        groups: dict[str, list[str] | str] | None = None,
        title: str | None = None,
        distributions: Sequence[str] = (),
        notes: Sequence[str] = (),
    ) -> None:
        self._arguments = (graph, wrt, detail, kink, naming, groups, title, distributions, notes)
        self.kink = checked_kink(kink)
        self.asked_for = wrt
        declared = [w.node for w in wrt or () if isinstance(w, Expression) and w.node.op is None]
        if declared:
            graph = Graph(graph.outputs, [*graph.leaves(), *declared])
        with collection_paused():
            self.graph = with_names(graph, detail)
            asked = _asked_for(self.graph, wrt)
            share = None if self.kink == "error" else self.kink
            sweep = Sweep(self.graph, asked, naming or NetworkNames(), share)
            self.steps = sweep.steps
            self.adjoints = sweep.adjoints
            self.gradients = {str(node.name): sweep.adjoints[node] for node in asked}
            self.forward = equations(self.graph.nodes)
        self.groups = {letter: group for letter, group in (groups or {}).items() if group}
        self.title = title or f"Backpropagation: the gradients of {self.graph.outputs[0].name}"
        nodes = self.graph.nodes
        self.has_arrays = any(node.shape for node in nodes) and all(node.op is not INNER for node in nodes)
        self.distributions = _checked_distributions(self.graph, distributions)
        self.conditions = [
            *notes,
            *(
                f"{name} is declared a distribution: it sums to 1 along its last axis."
                for name in self.distributions
            ),
            *conditions(self.graph, sweep.vanishing, self.kink),
        ]

    @cached_property
    def _by_name(self) -> dict[str, Equation]:
        return {equation.name: equation for equation in (*self.forward, *self.steps)}

    @property
    def output(self) -> Node:
        """The output of the forward pass."""
        return self.graph.outputs[0]

    @property
    def seed(self) -> Step:
        """The first step: the upstream gradient."""
        return self.steps[0]

    @cached_property
    def step_table(self) -> dict[str, Step]:
        """The steps by name."""
        return {step.name: step for step in self.steps}

    @cached_property
    def order(self) -> list[Node]:
        """Every node, forward and backward, each after what it is made from."""
        return list(postorder([*self.graph.nodes, *(step.node for step in self.steps)]))

    def __getitem__(self, name: str) -> Equation:
        """Return the step or forward equation of a name.

        Raises:
            UnknownNameError: There is none.
        """
        try:
            return self._by_name[name]
        except (KeyError, TypeError):
            raise UnknownNameError(_unknown("step", name, list(self._by_name))) from None

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def gradient(self, name: str) -> Any:
        """Return a gradient's final form in inputs, as a SymPy expression over plain symbols.

        Raises:
            UnknownNameError: No gradient was derived for the name.
            LimitError: The expression would be too large.
        """
        if name not in self.gradients:
            raise UnknownNameError(_unknown("gradient for", name, list(self.gradients)))
        return to_sympy(self.gradients[name].node, {})

    def __reduce__(self) -> tuple[object, ...]:
        # Deriving again is as fast as unpickling every step, and never recurses.
        return type(self), self._arguments

    def __repr__(self) -> str:
        names = list(self.gradients)
        shown = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")  # noqa: PLR2004 - enough to see
        return f"<{type(self).__name__} of {self.output.name}: {len(self.steps)} steps, gradients of {shown}>"


def checked_kink(kink: Any) -> Any:
    """Return a kink policy.

    Raises:
        InputError: It is neither None, "error", nor a number in [0, 1].

    >>> checked_kink(0.5)
    0.5
    """
    if kink is None or kink == "error":
        return kink
    if getattr(kink, "shape", None) == ():
        kink = kink.item()  # NumPy's numbers print their types
    if isinstance(kink, bool | str) or not _is_share(kink):
        raise InputError(f"kink = {kink}: expected a number from 0 to 1, 'error', or None for each op's own")
    return kink


def _is_share(kink: Any) -> bool:
    try:
        return bool(0 <= kink <= 1)
    except (TypeError, ValueError):
        return False


def _asked_for(graph: Graph, wrt: Sequence[str | Expression] | None) -> list[Node]:
    if wrt is None:
        places = places_among(graph)
        nodes = [node for node in graph.leaves() if node.role is not Role.UPSTREAM and node not in places]
        if not nodes:
            raise DerivationError("the expression has no symbol to differentiate by")
        return nodes
    if isinstance(wrt, str | Expression):
        raise InputError(f"wrt = {wrt!r}: expected a list of names, like wrt=['x', 'w']")
    asked: list[Node] = []
    for wanted in wrt:
        name = wanted.node.name if isinstance(wanted, Expression) else wanted
        if not isinstance(name, str):
            raise DerivationError(
                f"wrt: {wanted!r} is not the name of a quantity; only a named one can be differentiated by"
            )
        if name not in graph.names:
            leaves = [str(node.name) for node in graph.leaves()]
            raise UnknownNameError(_unknown("variable", name, list(dict.fromkeys([*leaves, *graph.names]))))
        asked.append(graph.names[name])
    if not asked:
        raise InputError("wrt is empty; name at least one quantity, or leave it out for all")
    return list(dict.fromkeys(asked))


def _checked_distributions(graph: Graph, names: Sequence[str]) -> tuple[str, ...]:
    if isinstance(names, str):
        raise InputError(f"distributions = {names!r}: expected a list of names, like distributions=['Y']")
    for name in names:
        if name not in graph.names:
            raise UnknownNameError(_unknown("quantity", name, list(graph.names)))
        if not graph.names[name].shape:
            raise InputError(f"distributions: {name} is a scalar; only an array can sum to 1 along an axis")
    return tuple(dict.fromkeys(names))


def places_among(graph: Graph) -> set[Node]:
    """Return the quantities that only say where to look something up: integers, without a gradient.

    >>> from symback.ops.expression import array
    >>> E, t = array("E", "5 2"), array("t", "3")
    >>> places_among(Graph([E[t].node]))
    {<input t>}
    """
    flows = set(graph.outputs)
    looked_at: set[Node] = set()
    for node in reversed(graph.nodes):
        for position, source in enumerate(node.inputs):
            only_place = node.op is not None and position in node.op.index_arguments
            (flows if node in flows and not only_place else looked_at).add(source)
    return looked_at - flows


def _unknown(what: str, name: object, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(str(name), known, n=3)
    hint = "did you mean " + " or ".join(near) if near else "known are " + ", ".join(known[:20])
    return f"no {what} {name!r}; {hint}"
