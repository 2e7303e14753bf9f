"""The gradient-descent step: new parameters, and the output before and after."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symback.core.errors import InputError
from symback.core.node import Role
from symback.evaluation.inputs import checked_number
from symback.evaluation.values import refuse_undefined, run

if TYPE_CHECKING:
    from symback.derivation.backward import Backward
    from symback.evaluation.values import Values


@dataclass(frozen=True)
class Update:
    """p ← p − η · dp for every parameter.

    Attributes:
        learning_rate: η.
        old: The parameters before.
        gradients: The gradient of each.
        parameters: The parameters after.
        output: The name of the output.
        before: The output before.
        after: The output with the new parameters.
        forward: Every forward quantity in the pass with the new parameters.
    """

    learning_rate: Any
    old: dict[str, Any]
    gradients: dict[str, Any]
    parameters: dict[str, Any]
    output: str
    before: Any
    after: Any
    forward: dict[str, Any]


def _moved(old: Any, rate: Any, gradient: Any) -> Any:
    # An array keeps its type only beside a plain float.
    return old - (float(rate) if hasattr(gradient, "dtype") else rate) * gradient


def _parameters(backward: Backward) -> list[str]:
    """Return what a step changes: the parameters; where nothing has that role, what was asked for."""
    leaves = [node for node in backward.graph.leaves() if node.name in backward.gradients]
    names = [str(node.name) for node in leaves if node.role is Role.PARAMETER]
    if not names and backward.asked_for is not None:
        names = [str(node.name) for node in leaves]
    if not names:
        raise InputError(
            "there is no parameter to update: make symbols with role='parameter', or name what is to be "
            "updated with wrt"
        )
    return names


def updated(values: Values, learning_rate: Any) -> Update:
    """Take one step of gradient descent.

    Raises:
        InputError: The learning rate is no positive number, or there is no parameter.
    """
    rate = checked_number(learning_rate, "learning_rate")
    if hasattr(rate, "dtype") or rate <= 0 or math.isinf(float(rate)):
        raise InputError(f"learning_rate = {learning_rate}: expected a positive number, such as 0.001")
    backward = values.backward
    names = _parameters(backward)
    gradients = {name: values.gradients[name] for name in names}
    parameters = {name: _moved(values[name], rate, gradients[name]) for name in names}
    again = run(backward.graph.nodes, {**values.inputs, **parameters}, values.sizes)
    forward = {str(node.name): value for node, value in again.items() if node.name is not None}
    refuse_undefined(dict(forward), backward.graph.nodes)
    output = str(backward.output.name)
    return Update(
        rate,
        {name: values[name] for name in names},
        gradients,
        parameters,
        output,
        values[output],
        forward[output],
        forward,
    )
