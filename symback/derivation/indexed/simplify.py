"""The short form of a gradient: what is inlined, multiplied out and folded if there is less to read.

Every rewrite is local and provable: a definition put in place of its name, the distributive law, a
δ used up, a known sum along an axis. None is needed for correctness.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from symback.derivation.indexed.cost import cost
from symback.derivation.indexed.facts import Facts
from symback.derivation.indexed.families import Families
from symback.derivation.indexed.gathering import gathered
from symback.derivation.indexed.lowering import Lowering, places_of
from symback.derivation.indexed.multiply_out import inlined, multiplied_out
from symback.derivation.indexed.terms import Base, Bracket, Quantity, Sum, canonical
from symback.derivation.steps import StepKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symback.core.node import Node
    from symback.derivation.backward import Backward
    from symback.derivation.steps import Step

MOST_INLINED: Final = 7
"""A chained value in which the upstream is written out may cost this much to be shown."""


class ShortForms:
    """The right-hand sides of the steps of one derivation, as sums over indices.

    Attributes:
        lowering: What writes nodes as sums.
        facts: What is known of sums along axes.
        steps: The steps that give gradients, by their nodes.
        families: The steps whose forms differ only in the quantities.
    """

    def __init__(self, backward: Backward, *, unit_seed: bool, distributions: Iterable[str] = ()) -> None:
        self.backward = backward
        self.lowering = Lowering(backward, unit_seed=unit_seed)
        self.facts = Facts(self.lowering, distributions)
        self.steps = {step.node: step for step in backward.steps if step.kind is not StepKind.LOCAL}
        self.families = Families(self.lowering, self.steps, self._simplified)
        self._short: dict[Node, Sum] = {}
        for step in backward.steps:
            self.families.step(step)

    def forms(self, step: Step) -> list[Sum]:
        """Return the forms of a step, from its definition to the shortest one, without repeats."""
        own = self.own(step)
        shown = [own]
        inlined = self._inlined(own)
        if step.kind is StepKind.CHAIN and not _sums(own) and cost(inlined) <= MOST_INLINED:
            shown.append(inlined)
        shown.append(self.short(step))
        kept: list[Sum] = []
        for form in shown:
            if canonical(form) not in map(canonical, kept):
                kept.append(form)
        return kept

    def own(self, step: Step) -> Sum:
        """Return what a step is defined as."""
        return self.lowering.definition(step.node, places_of(step.node))

    def short(self, step: Step) -> Sum:
        """Return the shortest form that is found."""
        found = self._short.get(step.node)
        if found is None:
            found = self._short[step.node] = self.families.short(step)
        return found

    def _simplified(self, step: Step) -> Sum:
        own = self.own(step)
        if step.kind is StepKind.ACCUMULATE:
            # What each path contributes is no name of the author's.
            own = self._inlined(own)
        options = [own]
        for start in (own, self._inlined(own)):
            expanded = multiplied_out(start, self.facts.applied)
            options += [start, expanded, *gathered(expanded)]
        return min(options, key=lambda form: (cost(form), self._adjoints_in(form)))

    def _adjoints_in(self, total: Sum) -> int:
        """Count the intermediate gradients in a form: the fewer, the better."""
        return sum(base.node in self.steps for base in bases(total) if isinstance(base, Quantity))

    def _inlined(self, total: Sum) -> Sum:
        """Put the short form of each adjoint in place of its name, also inside brackets."""
        return inlined(total, self._definition)

    def _definition(self, node: Node) -> Sum | None:
        step = self.steps.get(node)
        return None if step is None or step.kind is StepKind.SEED else self.short(step)


def bases(total: Sum) -> Iterator[Base]:
    """Yield the bases of all factors, those inside brackets too."""
    for term in total:
        for factor in term.factors:
            yield factor.base
            if isinstance(factor.base, Bracket):
                yield from bases(factor.base.body)


def _sums(total: Sum) -> bool:
    return any(term.summed for term in total)
