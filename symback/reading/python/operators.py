"""Operators: arithmetic, comparisons, and the choice between two values."""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING, Any, Final

from symback.ops import comparisons
from symback.ops.arithmetic import ADD, CONSTANT, MUL, SUB
from symback.ops.expression import Expression, apply
from symback.ops.functions import function_named
from symback.ops.selecting import MAXIMUM
from symback.reading.python.folding import compared, folded, is_number
from symback.reading.python.hints import OPERATORS
from symback.reading.python.reader import reads, scalars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symback.reading.python.reader import Reader

MOST_ITEMS: Final = 10_000
"""A list, or a range, may have this many items."""

_ARITHMETIC: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
}
_OF_CONDITIONS: Final[dict[type[ast.operator], str]] = {
    ast.BitAnd: "logical_and",
    ast.BitOr: "logical_or",
}
_SHAPES: Final = "write * for scalars, or give the shapes"
_COMPARISONS: Final[dict[type[ast.cmpop], str]] = {
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Eq: "eq",
    ast.NotEq: "not_equal",
}


@reads(ast.BinOp)
def binary(reader: Reader, node: ast.BinOp) -> Any:
    """Read a chain of operations from the left; a long one is walked, not descended."""
    chain: list[ast.BinOp] = []
    first: ast.expr = node
    while isinstance(first, ast.BinOp):
        chain.append(first)
        first = first.left
    rest = [(part.op, part.right, part) for part in reversed(chain)]
    return _chain(reader, first, iter(rest))


def long_sum(reader: Reader, node: ast.List, signs: str) -> Any:
    """Read a sum of very many terms, which the parser was given as a list."""
    operations = [ast.Add() if sign == "+" else ast.Sub() for sign in signs]
    rest = ((op, term, term) for op, term in zip(operations, node.elts[1:], strict=True))
    return _chain(reader, node.elts[0], rest)


def _chain(reader: Reader, first: ast.expr, rest: Iterator[tuple[ast.operator, ast.expr, ast.expr]]) -> Any:
    """Compute from the left; scalars that are added one after the other make one sum."""
    total = reader.read(first)
    terms: list[Any] = []
    node = first
    for operation, right, node in rest:
        value = reader.read(right)
        if isinstance(operation, ast.Add) and scalars(total, value):
            terms.append(value)
            continue
        total = sum_of(reader, node, [total, *terms])
        terms = []
        total = combined(reader, node, operation, total, value)
    return sum_of(reader, node, [total, *terms]) if terms else total


def sum_of(reader: Reader, node: ast.AST, terms: list[Any]) -> Any:
    """Add scalars from the left, in one node."""
    while len(terms) > 1 and is_number(terms[0]) and is_number(terms[1]):
        terms[:2] = [combined(reader, node, ast.Add(), *terms[:2])]
    if len(terms) <= 2:  # noqa: PLR2004 - one operation
        return terms[0] if len(terms) == 1 else combined(reader, node, ast.Add(), *terms)
    return reader.applied(node, apply, ADD, *terms)


def combined(reader: Reader, node: ast.AST, operation: ast.operator, left: Any, right: Any) -> Any:
    """Apply an operation to two values.

    Raises:
        ReadingError: They are no operands of it.
        InputError: Their shapes do not go together.
    """
    kind = type(operation)
    joined = _of_lists(reader, node, operation, left, right)
    if joined is not None:
        return joined
    if kind in _OF_CONDITIONS and is_condition(left) and is_condition(right):
        return reader.applied(node, function_named(_OF_CONDITIONS[kind]), left, right)
    if kind in OPERATORS:
        known = reader.literal(left), reader.literal(right)
        if kind not in (ast.FloorDiv, ast.Mod) or not all(map(is_number, known)):
            raise reader.source.fault(node, *OPERATORS[kind])
        return _folded(reader, node, operation, *known)
    left, right = reader.operand(node, left), reader.operand(node, right)
    if is_number(left) and is_number(right):
        return _folded(reader, node, operation, left, right)
    if kind is ast.Pow and isinstance(right, Expression) and not right.shape:
        exponent = reader.known.get(right.node)
        if isinstance(exponent, int):
            # An integer that stands in the text is a constant exponent: x**n has no slope in n to ask for.
            right = reader.literal(right)
    if kind is ast.MatMult and scalars(left, right):
        raise reader.source.fault(node, "@ multiplies arrays, and these are scalars", _SHAPES)
    made: Expression = reader.applied(node, _ARITHMETIC[kind], left, right)
    _keep_known(reader, operation, left, right, made)
    return made


def is_condition(value: Any) -> bool:
    """Say whether a value is a comparison, or is made of comparisons by and, or and not."""
    if not isinstance(value, Expression):
        return False
    parts = [value.node]
    while parts:
        node = parts.pop()
        if node.op in (MUL, MAXIMUM, SUB):
            parts += [source for source in node.inputs if source.op is not CONSTANT]
        elif node.op not in comparisons.RECORDS or node.op is comparisons.WHERE:
            return False
    return True


def _folded(reader: Reader, node: ast.AST, operation: ast.operator, left: Any, right: Any) -> Any:
    try:
        return folded(operation, left, right)
    except ValueError as error:
        raise reader.source.fault(node, str(error), "write the number itself") from None


def _keep_known(reader: Reader, operation: ast.operator, left: Any, right: Any, made: Expression) -> None:
    """Remember the value of what is made from numbers that stand in the text."""
    numbers = [
        reader.known.get(value.node) if isinstance(value, Expression) else value for value in (left, right)
    ]
    if all(map(is_number, numbers)):
        try:
            reader.known[made.node] = folded(operation, *numbers)
        except ValueError:
            return


def _of_lists(reader: Reader, node: ast.AST, operation: ast.operator, left: Any, right: Any) -> Any:
    """Join or repeat plain lists, as Python does; None if these are none."""
    kind = type(operation)
    plain = [isinstance(value, Expression) and value.node in reader.lists for value in (left, right)]
    if kind is ast.Add and all(plain):
        raise reader.source.fault(
            node, "+ joins plain lists in Python", "write np.array([...]) to add entries, or concatenate"
        )
    if kind is ast.Mult and any(plain):
        known = reader.known.get(right.node) if isinstance(right, Expression) else right
        known = known if plain[0] else (reader.known.get(left.node) if isinstance(left, Expression) else left)
        if isinstance(known, int) and not all(plain):
            raise reader.source.fault(
                node, "* repeats a plain list in Python", "write np.array([...]) to multiply its entries"
            )
    sequences = [isinstance(value, list | tuple) for value in (left, right)]
    if kind is ast.Add and all(sequences) and type(left) is type(right):
        return left + right
    if (
        kind is ast.Mult
        and any(sequences)
        and not any(isinstance(v, Expression) and v.shape for v in (left, right))
    ):
        items, times = (left, right) if sequences[0] else (right, left)
        count = reader.number(node, times, "how often a list is repeated")
        if count > MOST_ITEMS or len(items) * count > MOST_ITEMS:
            raise reader.source.fault(node, f"a list of more than {MOST_ITEMS} items", "use an array")
        return items * max(count, 0)
    return None


@reads(ast.UnaryOp)
def unary(reader: Reader, node: ast.UnaryOp) -> Any:
    """Read a sign."""
    if isinstance(node.op, ast.Not):
        value = reader.read(node.operand)
        if isinstance(value, bool):
            return not value
        raise reader.source.fault(node, "not has no derivative here", "write 1 - condition")
    value = reader.operand(node, reader.read(node.operand))
    if isinstance(node.op, ast.Invert):
        if is_condition(value):
            return 1 - value
        raise reader.source.fault(node, "~ is read only before a comparison", "write ~(a > 0)")
    if isinstance(node.op, ast.UAdd):
        return value
    if is_number(value):
        return -value
    made: Expression = -value
    if is_number(reader.known.get(value.node)):
        reader.known[made.node] = -reader.known[value.node]
    return made


@reads(ast.Compare)
def comparison(reader: Reader, node: ast.Compare) -> Any:
    """Read a comparison: worth 1 where it holds, 0 elsewhere."""
    if len(node.ops) > 1:
        raise reader.source.fault(node, "a chain of comparisons is not read", "write (a < x) * (x < b)")
    relation = node.ops[0]
    left, right = reader.read(node.left), reader.read(node.comparators[0])
    if isinstance(relation, ast.Is | ast.IsNot) and (left is None or right is None):
        return (left is right) == isinstance(relation, ast.Is)
    name = _COMPARISONS.get(type(relation))
    if name is None:
        raise reader.source.fault(node, "is and in compare no numbers", "write ==, <, <=, > or >=")
    if isinstance(left, str | bool) and isinstance(right, str | bool) and name in ("eq", "not_equal"):
        return (left == right) == (name == "eq")
    left, right = reader.operand(node, left), reader.operand(node, right)
    if is_number(left) and is_number(right):
        return compared(relation, left, right)
    from symback.ops.functions import function_named

    return reader.applied(node, function_named(name), left, right)


@reads(ast.IfExp)
def choice(reader: Reader, node: ast.IfExp) -> Any:
    """Read a if c else b: the choice between two scalars."""
    condition = reader.read(node.test)
    if isinstance(condition, bool) or condition is None:
        return reader.read(node.body if condition else node.orelse)
    condition = reader.operand(node.test, condition)
    if is_number(condition):
        return reader.read(node.body if condition else node.orelse)
    chosen = reader.operand(node.body, reader.read(node.body))
    other = reader.operand(node.orelse, reader.read(node.orelse))
    if condition.shape:
        raise reader.source.fault(
            node, "if asks for one truth value, and this array has many", "write where(condition, a, b)"
        )
    from symback.ops.functions import function_named

    return reader.applied(node, function_named("where"), condition, chosen, other)
