"""The rules of the ops that occur in a derivation: what each computes, and its derivative."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from symback.core.errors import DerivationError
from symback.core.op import VARIADIC, Kind, Op
from symback.notation.forms import Choice, Level, Written, written_number
from symback.notation.identifier import identifier
from symback.notation.tree import Fraction, Indicator, Letters, Tree, parentheses, row
from symback.notation.width import width
from symback.ops import arithmetic
from symback.ops.arithmetic import CONSTANT, PI
from symback.ops.expression import Expression
from symback.ops.from_sympy import from_sympy
from symback.ops.partials import Partial, derived, partial_rule, spelled_key
from symback.rendering.line import Line, Side
from symback.rendering.lines import definition

if TYPE_CHECKING:
    from symback.core.node import Node
    from symback.derivation.backward import Backward


def op_rules(backward: Backward) -> list[Line]:
    """State, for each op in the order of the backward pass, its definition and its derivatives."""
    seen: dict[tuple[Any, ...], Node] = {}
    for node in reversed(backward.graph.nodes):
        if node.op is not None and _has_rule(node.op, among_arrays=backward.has_arrays):
            arity = 2 if node.op.arity == VARIADIC and node.op.kind is Kind.ELEMENTWISE else len(node.inputs)
            seen.setdefault((node.op, node.parameters, arity), node)
    share = None if backward.kink == "error" else backward.kink
    lines: list[Line] = []
    for op, parameters, arity in seen:
        if arity <= _MOST_ARGUMENTS:
            rule = partial_rule(op, parameters, arity, 0, share, spelled_key(parameters, share))
            lines += _rules(op, parameters, arity, share, rule)
    return lines


def _has_rule(op: Op, *, among_arrays: bool) -> bool:
    """Say whether an op's rule is stated; among arrays, sums and products go without saying."""
    if among_arrays and (op in arithmetic.RECORDS or not op.entrywise):
        return False
    return op not in (CONSTANT, PI) and op.kind not in _WITHOUT_RULES


_MOST_ARGUMENTS = 3
# The derivative of a sum of products is shown where it is used, with its indices.
_WITHOUT_RULES = (Kind.PIECEWISE_CONSTANT, Kind.MULTILINEAR)
# SymPy's own form of a derivative says nothing to a reader if it is too wide, in points.
_WIDEST_RAW_FORM = 200


@lru_cache(maxsize=256)
def _rules(
    op: Op,
    parameters: tuple[Any, ...],
    arity: int,
    kink: Any,
    rule: Partial,
) -> tuple[Line, ...]:
    """Write the rules of one op; they are the same in every derivation."""
    call = op.write([_letter(node) for node in rule.arguments], parameters)
    subject = call
    lines: list[Line] = []
    if op.kind is Kind.SELECTING and op.arity == VARIADIC:
        # Its derivatives mention the selected value again and again: it gets a letter.
        subject = Written(Letters("y"), Level.ATOM)
        lines.append(Line("", subject.tree, (Side("=", call.tree),)))
    else:
        defined = _definition(op, parameters, rule.arguments)
        if defined is not None and defined != call.tree:
            lines.append(Line("", call.tree, (Side("=", defined),)))
    # Every term of a sum has the same derivative.
    positions = range(1 if op.arity == VARIADIC and op.kind is Kind.ELEMENTWISE else arity)
    for position in positions:
        sides = _derivatives(op, parameters, arity, position, kink, subject)
        by = _letter(partial_rule(op, parameters, arity, position, kink).arguments[position]).tree
        sign = Letters("d" if arity == 1 else "∂")
        body = subject.tree if subject.level >= Level.POWER else parentheses(subject.tree)
        lines.append(Line("", row(Fraction(sign, row(sign, by)), body), tuple(sides)))
    return tuple(lines)


def _letter(node: Node) -> Written:
    return Written(identifier(str(node.name)), Level.ATOM)


def _definition(op: Op, parameters: tuple[Any, ...], arguments: tuple[Node, ...]) -> Tree | None:
    """Write the forward expression, where it says more than the op's own notation does."""
    if len(arguments) != 1:
        return None
    import sympy

    symbol = sympy.Symbol("z", real=True)
    try:
        made = from_sympy(op.forward(sympy, symbol, *parameters), {symbol: Expression(arguments[0])})
    except DerivationError:
        return None
    return definition(made.node, _letter).tree if made.node.op is not None else _letter(made.node).tree


def _derivatives(  # noqa: PLR0913 - the key of a rule, spelled out
    op: Op,
    parameters: tuple[Any, ...],
    arity: int,
    position: int,
    kink: Any,
    call: Written,
) -> list[Side]:
    """Write the derivative as SymPy gives it and as textbooks do, if that is another form."""
    rule = partial_rule(op, parameters, arity, position, kink)

    def leaf(node: Node) -> Written:
        return call if node is rule.value else _letter(node)

    trees: list[Tree] = []
    if op.textbook and op.kind is Kind.ELEMENTWISE and op.arity != VARIADIC:
        try:
            places = tuple(Expression(node) for node in rule.arguments)
            plain = definition(derived(op, parameters, arity, position, kink, places).node, leaf).tree
            if width(plain) <= _WIDEST_RAW_FORM:
                trees.append(plain)
        except DerivationError:
            # SymPy's form has a function without an op; the textbook form stands alone.
            trees = []
    shown = definition(rule.result, leaf).tree
    if isinstance(shown, Indicator):
        one, zero = written_number(1), written_number(0)
        trees.append(Choice().write([Written(shown, Level.CALL), one, zero]).tree)
    if shown not in trees:
        trees.append(shown)
    return [Side("=", tree) for tree in trees]
