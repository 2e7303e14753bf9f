"""SymPy's own derivative of the whole expression, on the branch that the point lies on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symback.core.op import VARIADIC, Kind
from symback.ops.sympy_numbers import exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symback.core.node import Node
    from symback.verification.point import Point

NODE_LIMIT = 5000
"""A graph of more nodes than this is not turned into one expression."""

_DIGITS = 30


def sympy_derivatives(point: Point, names: Sequence[str]) -> dict[str, Any]:
    """Differentiate the whole forward expression by SymPy and put the numbers in.

    At a kink there is no derivative, and off it every op is smooth: the branch that holds at the
    point stands for it. SymPy then differentiates one smooth expression; no rule of ours is used.
    """
    import sympy

    if len(point.order) > NODE_LIMIT:
        return dict.fromkeys(names)
    numbers = {name: exact(sympy, point.values[name]) for name in point.inputs}
    upstream = exact(sympy, point.values[point.backward.seed.name])
    found: dict[str, Any] = {}
    for name in names:
        # Only one quantity varies; the others are numbers, so that expressions stay small.
        variable = sympy.Symbol(name, real=True)
        expression = smooth_expression(sympy, point, {**numbers, name: variable})
        slope = sympy.diff(expression, variable).subs(variable, numbers[name])
        found[name] = _number(sympy, upstream * slope)
    return found


def smooth_expression(sp: Any, point: Point, inputs: dict[str, Any]) -> Any:
    """Return the output as one SymPy expression, each op by the branch that holds at the point."""
    at = point.run({})
    made: dict[Node, Any] = {}
    for node in point.order:
        op = node.op
        if op is None:
            made[node] = inputs[str(node.name)]
            continue
        sources = [made[source] for source in node.inputs]
        if op.kind is Kind.SELECTING and op.arity == VARIADIC:
            made[node] = next(made[source] for source in node.inputs if at[source] == at[node])
        else:
            made[node] = _on_branch(sp, node, at, op.forward, sources)
    return made[point.backward.output]


def _on_branch(sp: Any, node: Node, at: dict[Node, Any], forward: Any, sources: list[Any]) -> Any:
    """Apply a forward function; of several cases take the one that holds at the point."""
    if node.op is None or not sources:
        return forward(sp, *sources, *node.parameters)
    places = [sp.Symbol(f"z{number}", real=True) for number in range(len(sources))]
    if len(sources) > 8:  # noqa: PLR2004 - a long sum has no cases
        return forward(sp, *sources, *node.parameters)
    shape = forward(sp, *places, *node.parameters)
    if isinstance(shape, sp.Piecewise):
        here = {place: sp.Float(float(at[source])) for place, source in zip(places, node.inputs, strict=True)}
        shape = next(piece for piece, condition in shape.args if condition.subs(here) == True)  # noqa: E712
    return sp.sympify(shape).subs(dict(zip(places, sources, strict=True)), simultaneous=True)


def _number(sp: Any, value: Any) -> Any:
    """Return an exact Python number for a rational, else a float of thirty digits rounded once."""
    from symback.ops.sympy_numbers import plain

    value = sp.sympify(value)
    return plain(value) if value.is_Rational else float(value.evalf(_DIGITS))
