"""The gradient-descent step as lines: each parameter, then the new forward pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from symback.notation.forms import Level, Minus, Times, Written
from symback.notation.tree import Letters, Name
from symback.rendering.line import Line, Side
from symback.rendering.lines import forward_line
from symback.rendering.looks import Looks, amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symback.derivation.backward import Backward

RATE = Written(Name("learning_rate", Letters("η")), Level.ATOM)
"""How the learning rate is written."""


class Update(Protocol):
    """What is known of a gradient-descent step."""

    @property
    def learning_rate(self) -> Any:
        """The learning rate η."""

    @property
    def old(self) -> Mapping[str, Any]:
        """The parameters before."""

    @property
    def gradients(self) -> Mapping[str, Any]:
        """The gradient of each."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters after."""

    @property
    def output(self) -> str:
        """The name of the output."""

    @property
    def before(self) -> Any:
        """The output before."""

    @property
    def after(self) -> Any:
        """The output after."""

    @property
    def forward(self) -> Mapping[str, Any]:
        """Every forward quantity in the pass with the new parameters."""


def update_lines(update: Update, backward: Backward, looks: Looks) -> list[Line]:
    """Write p ← p − η · dp for each parameter, and the forward pass with the new ones."""
    again = Looks(backward, update.forward)
    forward = [forward_line(equation.node, again) for equation in backward.forward]
    return [*parameter_lines(update, backward, looks), *forward]


def parameter_lines(update: Update, backward: Backward, looks: Looks) -> list[Line]:
    """Write the learning rate and p ← p − η · dp for each parameter."""
    rate = Line("learning_rate", RATE.tree, _number_side(update.learning_rate))
    return [rate, *(_parameter(update, name, backward, looks) for name in update.parameters)]


def _parameter(update: Update, name: str, backward: Backward, looks: Looks) -> Line:
    old = looks.name(backward.graph.names[name])
    gradient = looks.name(backward.gradients[name].node)
    sides = [Side("←", _step(old, RATE, gradient))]
    amounts = [amount(v) for v in (update.old[name], update.learning_rate, update.gradients[name])]
    known = [found for found in amounts if found is not None]
    if len(known) == len(amounts):
        exact = all(found.exact for found in known)
        sides.append(Side("=" if exact else "≈", _step(*(found.written for found in known))))
    return Line(name, old.tree, (*sides, *_number_side(update.parameters[name])))


def _step(old: Written, rate: Written, gradient: Written) -> Any:
    return Minus().write([old, Times().write([rate, gradient])]).tree


def _number_side(value: Any) -> tuple[Side, ...]:
    found = amount(value)
    return () if found is None else (Side("=" if found.exact else "≈", found.written.tree),)
