"""The derivative of each op with respect to each argument, found once and used many times.

SymPy differentiates the op's forward expression. At a kink the two one-sided derivatives are mixed
as the kink policy says. The result is translated into ops and kept as a template over the op's
arguments; the derivative at some place of a graph is the template with that place's nodes put in.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from symback.core.errors import DerivationError
from symback.core.node import Node, Role, postorder
from symback.core.op import VARIADIC, Kind, Op
from symback.ops.expression import Expression, constant
from symback.ops.from_sympy import from_sympy
from symback.ops.multilinear import multilinear_factor
from symback.ops.sympy_numbers import exact
from symback.ops.table import FUNCTIONS as F

if TYPE_CHECKING:
    from symback.core.op import Kink


class Partial:
    """The derivative of an op with respect to one argument, as a template.

    Attributes:
        arguments: Placeholders for the op's arguments.
        value: Placeholder for the op's own value.
        result: The derivative in terms of these.
        mentions: How often it refers to one of them.
    """

    __slots__ = ("_place", "_rows", "arguments", "mentions", "result", "value")

    def __init__(self, arguments: tuple[Node, ...], value: Node, result: Node) -> None:
        self.arguments = arguments
        self.value = value
        self.result = result
        places = {node: number for number, node in enumerate((*arguments, value))}
        self._place = places.get(result, -1)
        self._rows: list[tuple[Node, tuple[int, ...]]] = []
        for node in postorder([result]):
            if node.op is not None:
                self._rows.append((node, tuple(places[source] for source in node.inputs)))
                places[node] = len(places)
        given = len(arguments) + 1
        self.mentions = sum(source < given for _, inputs in self._rows for source in inputs)

    def at(self, arguments: tuple[Node, ...], value: Node) -> tuple[Node, bool]:
        """Put nodes in for the placeholders; say whether the result is new, or one of them."""
        if not self._rows:
            return (value if self.result is self.value else arguments[self._place]), False
        filled: list[Node] = [*arguments, value]
        for node, inputs in self._rows:
            if not inputs:
                filled.append(node)
                continue
            own = tuple([filled[n] for n in inputs])
            # The arguments of an op that works entry by entry have one shape, or are numbers.
            shape = value.shape if value.shape and any(source.shape for source in own) else ()
            filled.append(Node(node.op, own, node.parameters, shape=shape))
        return filled[-1], True


def partial(node: Node, position: int, kink: Any = None) -> tuple[Node, bool]:
    """Return ∂node/∂(its argument at `position`), and whether that is a new node.

    Args:
        node: The result of an op.
        position: Which argument.
        kink: The kink policy: None for each op's own convention, or s in [0, 1].

    Raises:
        DerivationError: The op has no derivative that can be written in ops.

    >>> from symback.ops.expression import symbols
    >>> x, w = symbols("x w")
    >>> partial((x * w).node, 0)
    (<input w>, False)
    """
    op = node.op
    if op is None:
        raise DerivationError(f"{node.name!r} comes from outside; it has no derivative of its own")
    if op.kind is Kind.MULTILINEAR:
        return multilinear_factor(node, position), False
    if op.arity == VARIADIC and op.kind is Kind.ELEMENTWISE:
        # Every term of a long sum has the derivative of the first of two.
        rule = partial_rule(op, node.parameters, 2, 0, kink, spelled_key(node.parameters, kink))
        return rule.at(node.inputs[:2] if len(node.inputs) > 1 else node.inputs * 2, node)
    return partial_rule(
        op, node.parameters, len(node.inputs), position, kink, spelled_key(node.parameters, kink)
    ).at(node.inputs, node)


def occurrences(node: Node) -> int:
    """Return how often the derivatives of a node refer to its arguments or its value, at most.

    >>> from symback.ops.expression import symbols
    >>> occurrences((symbols("x") * symbols("w")).node)
    0
    """
    op = node.op
    if op is None or op.kind not in (Kind.ELEMENTWISE, Kind.SELECTING) or op.arity == VARIADIC or op.share:
        return 0
    arity = len(node.inputs)
    rules = (
        partial_rule(op, node.parameters, arity, position, None, spelled_key(node.parameters, None))
        for position in range(arity)
    )
    return max(rule.mentions for rule in rules)


def spelled_key(parameters: tuple[Any, ...], kink: Any) -> object:
    """Tell numbers apart that are equal but not the same on paper: 2 and 2.0, 0.1 and 0.10."""
    if not parameters and kink is None:
        return ()
    return tuple([(type(value), str(value)) for value in (*parameters, kink)])


def vanishes_at(node: Node, position: int) -> bool:
    """Say whether a node's derivative with respect to an argument is 0 everywhere.

    >>> from symback.ops.expression import symbols
    >>> vanishes_at((symbols("x") > 0).node, 0)
    True
    """
    factor, _ = partial(node, position)
    return factor.op is not None and factor.op.name == "constant" and factor.parameters[0] == 0


@lru_cache(maxsize=1024)
def partial_rule(  # noqa: PLR0913 - the key of the cache
    op: Op,
    parameters: tuple[Any, ...],
    arity: int,
    position: int,
    kink: Any,
    spelled: object = (),  # noqa: ARG001
) -> Partial:
    """Return the derivative of an op as a template, over placeholders for its arguments.

    >>> from symback.ops.table import OPS
    >>> partial_rule(OPS["tanh"], (), 1, 0, None).result
    <sub(constant(…), power(…))>
    """
    places, value = _placeholders(op, arity)
    if op.kind is Kind.SELECTING and op.arity == VARIADIC:
        result = _selected(op, places, value, position, kink)
    elif op.textbook and (kink is None or not op.kinks(*parameters)):
        result = op.textbook[position](F, *places, value, *parameters)
    else:
        result = derived(op, parameters, arity, position, kink, places)
    return Partial(tuple(place.node for place in places), value.node, result.node)


def derived(  # noqa: PLR0913 - the key of the cache, spelled out
    op: Op,
    parameters: tuple[Any, ...],
    arity: int,
    position: int,
    kink: Any,
    places: tuple[Expression, ...],
) -> Expression:
    """Differentiate the forward expression by SymPy and translate the result into ops.

    Raises:
        DerivationError: There is no op for something in the result.
    """
    import sympy

    if op.kind is Kind.PIECEWISE_CONSTANT:
        return constant(0)
    symbols = [sympy.Symbol(f"z{number}", real=True) for number in range(arity)]
    expr = differentiated(sympy, op, parameters, symbols, position, kink)
    return from_sympy(expr, dict(zip(symbols, places, strict=True)))


def differentiated(  # noqa: PLR0913 - the key of the cache, spelled out
    sp: Any,
    op: Op,
    parameters: tuple[Any, ...],
    symbols: list[Any],
    position: int,
    kink: Any,
) -> Any:
    """Return SymPy's derivative of the forward expression, with the stated values at its kinks."""
    forward = op.forward(sp, *symbols, *parameters)
    kinks = op.kinks(*parameters)
    if not kinks:
        return sp.diff(forward, symbols[position])
    slopes = [sp.diff(piece, symbols[position]) for piece in _pieces(sp, forward, symbols[0], kinks)]
    return _assembled(sp, symbols[0], kinks, slopes, kink)


def _placeholders(op: Op, arity: int) -> tuple[tuple[Expression, ...], Expression]:
    names = ["z"] if arity == 1 else ["f", "g"] if arity == 2 else [f"a{n}" for n in range(arity)]  # noqa: PLR2004
    if op.name == "where":
        names = ["c", "f", "g"]
    places = tuple(Expression(Node(None, name=name, role=Role.INPUT)) for name in names)
    return places, Expression(Node(None, name="y", role=Role.INPUT))


def _pieces(sp: Any, forward: Any, z: Any, kinks: tuple[Kink, ...]) -> list[Any]:
    """Return the smooth expression that holds between each pair of neighbouring kinks."""
    points = [exact(sp, kink.at) for kink in kinks]
    inside = [points[0] - 1, *((a + b) / 2 for a, b in pairwise(points)), points[-1] + 1]
    return [
        next(piece for piece, condition in forward.args if condition.subs(z, point) == True)  # noqa: E712
        for point in inside
    ]


def _assembled(sp: Any, z: Any, kinks: tuple[Kink, ...], slopes: list[Any], choice: Any) -> Any:
    """Put the derivatives between the kinks together, with the chosen mixture at each kink."""
    shares = [kink.convention if choice is None else choice for kink in kinks]
    if len(kinks) == 1 and shares[0] in (0, 1):
        point = exact(sp, kinks[0].at)
        above = z > point if shares[0] == 0 else z >= point
        return sp.Piecewise((slopes[1], above), (slopes[0], True))
    rows: list[tuple[Any, Any]] = []
    for kink, share, left, right in zip(kinks, shares, slopes, slopes[1:], strict=False):
        point = exact(sp, kink.at)
        if share == 0:
            rows.append((left, z <= point))
            continue
        rows.append((left, z < point))
        if share != 1:
            s = exact(sp, share)
            rows.append((((1 - s) * left + s * right).subs(z, point), sp.Eq(z, point)))
    return sp.Piecewise(*rows, (slopes[-1], True))


def _selected(
    op: Op, places: tuple[Expression, ...], value: Expression, position: int, kink: Any
) -> Expression:
    """Return the share of the upstream that one of several compared values gets.

    By default what is tied with the winner shares evenly. With a kink policy s the values are
    compared one after the other, and in a tie the earlier one gets s, the later one 1 − s.
    """
    if kink is None:
        if len(places) == 1:
            return constant(1)
        ties = [F.eq(place, value) for place in places]
        return ties[position] / F.add(*ties)
    share = constant(1)
    best = F.maximum if op.name == "maximum" else F.minimum
    beats = F.gt if op.name == "maximum" else F.lt
    for number in range(max(position, 1), len(places)):
        before = best(*places[:number]) if number > 1 else places[0]
        later = places[number]
        # The place in question is either among those before, or this later one.
        wins, own = (beats(later, before), 1 - kink) if number == position else (beats(before, later), kink)
        factor = F.where(wins, 1, F.where(F.eq(before, later), own, 0))
        share = factor if number == max(position, 1) else share * factor
    return share
