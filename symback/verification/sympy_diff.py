"""SymPy's own derivative of the whole expression, on the branch that the point lies on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symback.ops.sympy_numbers import exact, plain
from symback.verification.smooth import smooth_values

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
    at = point.run({})
    found: dict[str, Any] = {}
    for name in names:
        # Only one quantity varies; the others are numbers, so that expressions stay small.
        variable = sympy.Symbol(name, real=True)
        made: dict[Node, Any] = {
            node: variable if node.name == name else numbers[str(node.name)]
            for node in point.order
            if node.op is None
        }
        smooth_values(sympy, point.order, at, made, variable)
        slope = sympy.diff(made[point.backward.output], variable).subs(variable, numbers[name])
        value = upstream * slope
        found[name] = plain(value) if value.is_Rational else float(value.evalf(_DIGITS))
    return found
