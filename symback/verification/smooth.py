"""Nodes as SymPy expressions on the branch that a point lies on, where every op is smooth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from symback.core.op import VARIADIC, Kind
from symback.ops.arithmetic import ADD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symback.core.node import Node

_LONG_SUM: Final = 8


def smooth_values(
    sp: Any, nodes: Iterable[Node], at: Mapping[Node, Any], made: dict[Node, Any], moving: Any
) -> None:
    """Write each node as an expression, as far as it is not made yet.

    Of several cases the one is taken that holds at the point. Expressions that come in already
    are kept; the bare symbols among the terms of a long sum, other than the one that moves, become
    one symbol for the rest.

    Args:
        sp: The sympy module.
        nodes: Nodes, each after its inputs.
        at: A number for each node at the point.
        made: The expressions; they are added to.
        moving: The symbol that derivatives are taken by.
    """
    for node in nodes:
        if node not in made:
            made[node] = smooth_op(sp, node, at, [made[source] for source in node.inputs], moving)


def smooth_op(sp: Any, node: Node, at: Mapping[Node, Any], sources: list[Any], moving: Any) -> Any:
    """Apply a node's op to expressions, by the case that holds at the point."""
    op = node.op
    if op is None:
        return sp.Symbol(node.name, real=True)
    if op.kind is Kind.SELECTING and op.arity == VARIADIC:
        winner = next(n for n, source in enumerate(node.inputs) if at[source] == at[node])
        return sources[winner]
    if op is ADD and len(sources) > _LONG_SUM:
        others = [source for source in sources if not source.is_Symbol or source == moving]
        rest = [sp.Symbol(f"rest of {node.name}", real=True)] * (len(others) < len(sources))
        return sp.Add(*others, *rest)
    places = [sp.Symbol(f"z{number}", real=True) for number in range(len(sources))]
    shape = op.forward(sp, *places, *node.parameters)
    if isinstance(shape, sp.Piecewise):
        here = {place: sp.Float(float(at[source])) for place, source in zip(places, node.inputs, strict=True)}
        shape = next(piece for piece, condition in shape.args if condition.subs(here) == True)  # noqa: E712
    # A piece may be one of Python's own numbers.
    return (sp.Integer(0) + shape).subs(dict(zip(places, sources, strict=True)), simultaneous=True)
