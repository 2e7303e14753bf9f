"""Steps whose right-hand sides differ only in the quantities form a family, simplified and written once.

The layers of a network have one form. A family is known by its key, which is found without
simplifying: the structure of the definition, and that of the short forms of the gradients in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from symback.derivation.indexed.terms import Applied, Base, Bracket, Quantity, Sum, canonical
from symback.derivation.steps import StepKind, named_among

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from symback.core.node import Node
    from symback.derivation.indexed.lowering import Lowering
    from symback.derivation.steps import Step


class Member(NamedTuple):
    """A member of a family.

    Attributes:
        key: What all members share.
        nodes: The quantities of this one, in the order of the family.
    """

    key: tuple[Any, ...]
    nodes: tuple[Node, ...]


class Short(NamedTuple):
    """The short form of the first member of a family.

    Attributes:
        form: The form.
        number: What equal structures share.
        used: The quantities in it.
        places: Where these stand among those of the member; None if some are in no other member.
    """

    form: Sum
    number: int
    used: list[Node]
    places: tuple[int, ...] | None


class Families:
    """The families of one derivation.

    Steps are to be asked for in their order: each rests on those that stand above it.

    Args:
        lowering: What writes nodes as sums.
        steps: The steps that give gradients, by their nodes.
        simplified: Finds the short form of a step.
    """

    def __init__(
        self, lowering: Lowering, steps: Mapping[Node, Step], simplified: Callable[[Step], Sum]
    ) -> None:
        self._lowering = lowering
        self._steps = steps
        self._simplified = simplified
        self._numbers: dict[Any, int] = {}
        self._short: dict[tuple[Any, ...], Short] = {}
        self._members: dict[Node, Member] = {}

    def forward(self, node: Node) -> Member:
        """Return the family of a forward equation."""
        key, leaves = self._definition(node)
        return Member(("forward", self._number(key), node.shape), (node, *leaves))

    def step(self, step: Step) -> Member:
        """Return the family of a step."""
        known = self._members.get(step.node)
        if known is None:
            known = self._members[step.node] = self._found(step)
        return known

    def short(self, step: Step) -> Sum:
        """Return the short form of a step: that of its family with its own quantities."""
        member, short = self._template(step)
        if short.places is None:
            return short.form
        own = [member.nodes[place] for place in short.places]
        if own == short.used:
            return short.form
        return with_quantities(short.form, dict(zip(short.used, own, strict=True)))

    def _found(self, step: Step) -> Member:
        if step.kind is StepKind.SEED:
            return Member(("seed", step.node.shape), (step.node, step.of))
        if step.kind is StepKind.LOCAL:
            return self._local(step)
        key, leaves = self._definition(step.node)
        nodes = [step.node, step.of, *leaves]
        behind: list[int] = []
        frontier = leaves
        # Where paths meet, what they contribute is inlined before the gradients in it are.
        for _ in range(2 if step.kind is StepKind.ACCUMULATE else 1):
            frontier = self._behind(frontier, behind)
            nodes += frontier
        if step.contributes and step.consumer is not None:
            nodes.append(step.consumer)
        shape = step.of.shape
        kind = (step.kind.value, step.contributes, step.ordinal)
        return Member((*kind, self._number(key), tuple(behind), shape), tuple(nodes))

    def _behind(self, leaves: list[Node], numbers: list[int]) -> list[Node]:
        """Collect the quantities in the short forms of some gradients, and the numbers of these forms."""
        found: list[Node] = []
        for leaf in leaves:
            upstream = self._steps.get(leaf)
            if upstream is not None and upstream.kind is not StepKind.SEED:
                member, short = self._template(upstream)
                numbers.append(short.number)
                found += short.used if short.places is None else [member.nodes[n] for n in short.places]
        return found

    def _local(self, step: Step) -> Member:
        assert step.consumer is not None  # noqa: S101 - a local factor has one
        key, leaves = self._definition(step.consumer)
        places = tuple([position for _, position in step.path])
        shapes = step.of.shape, step.consumer.shape
        own = ("local", self._number(key), places, step.ordinal, shapes)
        return Member(own, (step.node, step.consumer, step.of, *leaves))

    def _template(self, step: Step) -> tuple[Member, Short]:
        """Return the short form of a family; only that of its first member is looked for."""
        member = self.step(step)
        nodes = member.nodes
        # Where one quantity stands in several places, another member must have it there too.
        key = (member.key, tuple([nodes.index(node) for node in nodes]))
        known = self._short.get(key)
        if known is None:
            form = canonical(self._simplified(step))
            used = list(dict.fromkeys(quantities(form)))
            if all(node in nodes for node in used):
                number = self._number(structure(form, used))
                known = Short(form, number, used, tuple([nodes.index(node) for node in used]))
                self._short[key] = known
            else:
                known = Short(form, self._number(step), used, None)
                self._short[(*key, step)] = known
        return member, known

    def _number(self, form: Any) -> int:
        return self._numbers.setdefault(form, len(self._numbers))

    def _definition(self, node: Node) -> tuple[Any, list[Node]]:
        """Return the structure of a definition, and its named quantities in order."""
        leaves: dict[Node, int] = {}
        return self._structure(node, leaves, defined=True), list(leaves)

    def _structure(self, node: Node, leaves: dict[Node, int], *, defined: bool = False) -> Any:
        node = node if defined else self._lowering.resolved(node)
        if node.op is None or (node.name is not None and not defined and not self._lowering.opens(node)):
            return leaves.setdefault(node, len(leaves)), node.shape
        return (
            node.op,
            tuple([(type(p), p) for p in node.parameters]),
            node.shape,
            *[self._structure(source, leaves) for source in node.inputs],
        )


def quantities(total: Sum) -> list[Node]:
    """Return the quantities in a sum, those inside functions, brackets and calls too."""
    found: list[Node] = []
    for term in total:
        for factor in term.factors:
            base = factor.base
            if isinstance(base, Quantity):
                found += [base.node] if base.node.name is not None else named_among([base.node])
            elif isinstance(base, Bracket):
                found += quantities(base.body)
            elif isinstance(base, Applied):
                for argument in base.arguments:
                    found += quantities(argument)
    return found


def with_quantities(total: Sum, names: Mapping[Node, Node]) -> Sum:
    """Put other quantities in."""
    return tuple(
        [
            term._replace(
                factors=tuple([f._replace(base=_with_quantities(f.base, names)) for f in term.factors])
            )
            for term in total
        ]
    )


def _with_quantities(base: Base, names: Mapping[Node, Node]) -> Base:
    if isinstance(base, Quantity):
        return Quantity(_with_names(base.node, names))
    if isinstance(base, Bracket):
        return Bracket(with_quantities(base.body, names))
    if isinstance(base, Applied):
        return base._replace(arguments=tuple([with_quantities(a, names) for a in base.arguments]))
    return base


def _with_names(node: Node, names: Mapping[Node, Node]) -> Node:
    """Put other quantities into a call."""
    if node.name is not None or node.op is None:
        return names.get(node, node)
    return node.with_inputs(tuple([_with_names(source, names) for source in node.inputs]))


def structure(total: Sum, order: list[Node]) -> Any:
    """Return a sum with numbers in place of its quantities."""
    places = {node: place for place, node in enumerate(order)}

    def of(part: Sum) -> Any:
        return tuple(
            (
                term.coefficient,
                tuple([(base_of(f.base), f.indices, f.power) for f in term.factors]),
                term.summed,
            )
            for term in part
        )

    def base_of(base: Any) -> Any:
        if isinstance(base, Quantity):
            return of_node(base.node)
        if isinstance(base, Bracket):
            return "bracket", of(base.body)
        if isinstance(base, Applied):
            return base.op, base.parameters, tuple(map(of, base.arguments))
        return base

    def of_node(node: Node) -> Any:
        if node in places:
            return places[node]
        parameters = tuple([(type(p), p) for p in node.parameters])
        return node.op, parameters, node.shape, *[of_node(source) for source in node.inputs]

    return of(total)
