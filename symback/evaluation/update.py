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


def updated(values: Values, learning_rate: Any) -> Update:
    """Take one step of gradient descent.

    Raises:
        InputError: The learning rate is no positive number, or there is no parameter.
    """
    rate = checked_number(learning_rate, "learning_rate")
    if hasattr(rate, "dtype") or rate <= 0 or math.isinf(float(rate)):
        raise InputError(f"learning_rate = {learning_rate}: expected a positive number, such as 0.001")
    backward = values.backward
    names = [str(node.name) for node in backward.graph.leaves() if node.role is Role.PARAMETER]
    names = [name for name in names if name in backward.gradients]
    if not names:
        raise InputError("there is no parameter to update; make symbols with role='parameter'")
    gradients = {name: values.gradients[name] for name in names}
    parameters = {name: values[name] - rate * gradients[name] for name in names}
    again = run(backward.graph.nodes, {**values.inputs, **parameters})
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
