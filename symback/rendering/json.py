"""A derivation as JSON, schema symback.derivation/1."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from symback.core.collection import collection_paused
from symback.derivation.steps import StepKind
from symback.notation.latex import latex
from symback.notation.text import text
from symback.notation.tree import Sign
from symback.rendering.array_families import speller
from symback.rendering.array_lines import ArrayLines
from symback.rendering.calls import nested_calls
from symback.rendering.families import Sketcher, Speller
from symback.rendering.looks import Looks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symback.core.node import Node
    from symback.derivation.backward import Backward
    from symback.derivation.steps import Step
    from symback.rendering.array_families import ArraySketch
    from symback.rendering.document import Numbers
    from symback.rendering.line import Line
    from symback.rendering.update import Update

SCHEMA: Final = "symback.derivation/1"
"""The name and version of the layout."""


def to_json(
    backward: Backward, numbers: Numbers | None = None, certificate: dict[str, Any] | None = None
) -> str:
    """Write a derivation as JSON text; without numbers, values are null.

    Args:
        backward: The derivation.
        numbers: Its numbers.
        certificate: What a verification found, as plain data.
    """
    data = as_data(backward, numbers)
    if certificate is not None:
        data["certificate"] = certificate
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)


@collection_paused()
def as_data(backward: Backward, numbers: Numbers | None = None) -> dict[str, Any]:
    """Return a derivation as plain data: dictionaries, lists, text and doubles."""
    values = numbers.values if numbers else None
    spelled = _spelled_arrays(backward, values) if backward.has_arrays else _spelled(backward, values)

    def value(name: str) -> dict[str, Any]:
        return valued(values.get(name) if values is not None else None)

    data: dict[str, Any] = {
        "schema": SCHEMA,
        "expression": spelled.expression,
        "forward": [
            {"name": equation.name, **spelled.forward(equation.node), **value(equation.name)}
            for equation in backward.forward
        ],
        "steps": [
            {
                "name": step.name,
                "kind": step.kind.value,
                "rule": step.rule,
                **spelled.step(step),
                "uses": list(step.uses),
                "shape": list(step.node.shape),
                **value(step.name),
            }
            for step in backward.steps
        ],
        "gradients": {name: value(step.name)["value"] for name, step in backward.gradients.items()},
        "conditions": [*(numbers.notes if numbers else ()), *backward.conditions],
    }
    if numbers and numbers.update:
        data["update"] = _update(numbers.update)
    return data


class _Spelled(NamedTuple):
    """The LaTeX of one derivation.

    Attributes:
        expression: The output in one line of text.
        forward: The keys that say how a forward equation is written.
        step: The keys that say how a step is written.
    """

    expression: str
    forward: Callable[[Node], dict[str, str]]
    step: Callable[[Step], dict[str, str]]


def _spelled(backward: Backward, values: Mapping[str, Any] | None) -> _Spelled:
    looks = Looks(backward, values)
    sketcher = Sketcher()
    spell = Speller(looks, lambda tree: latex(tree, "line"), whole_equation)
    return _Spelled(
        text(nested_calls(backward.output, looks).tree),
        lambda node: {"latex": spell(sketcher.forward(node))},
        lambda step: {"latex": spell(sketcher.step(step))},
    )


def _spelled_arrays(backward: Backward, values: Mapping[str, Any] | None) -> _Spelled:
    lines = ArrayLines(backward, values)
    spell = speller(lines.looks, lambda tree: latex(tree, "line"), whole_equation)

    def keys(written: Sequence[Line | ArraySketch], second: str = "index_latex") -> dict[str, str]:
        return {key: spell(line) for key, line in zip(("latex", second), written, strict=False)}

    def step_keys(step: Step) -> dict[str, str]:
        # A local factor is stated entry by entry.
        return keys(lines.step(step), "matrix_latex" if step.kind is StepKind.LOCAL else "index_latex")

    sides = lines.first(backward.output).sides
    return _Spelled(text(sides[0].tree), lambda node: keys(lines.forward(node)), step_keys)


def valued(value: Any) -> dict[str, Any]:
    """Return a value as a double, and its exact form where it is a fraction.

    >>> valued(Fraction(-1, 4))
    {'value': -0.25, 'exact': '-1/4'}
    """
    if value is None:
        return {"value": None}
    if hasattr(value, "dtype"):
        return {"value": value.tolist()}
    if isinstance(value, Fraction) and value.denominator != 1:
        return {"value": float(value), "exact": f"{value.numerator}/{value.denominator}"}
    return {"value": float(value)}


def whole_equation(line: Line) -> str:
    """Spell a line as one LaTeX equation without alignment or line ends."""
    sides = (f"{latex(Sign(side.relation), 'line')} {latex(side.tree, 'line')}" for side in line.sides)
    return f"{latex(line.left, 'line')} {' '.join(sides)}"


def _update(update: Update) -> dict[str, Any]:
    return {
        "learning_rate": valued(update.learning_rate)["value"],
        "parameters": {name: valued(value)["value"] for name, value in update.parameters.items()},
        "output": {"before": valued(update.before)["value"], "after": valued(update.after)["value"]},
    }
