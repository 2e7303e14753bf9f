"""Python's own functions, with Python's meaning."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final

from symback.core.shapes import spelled
from symback.ops.expression import Expression
from symback.ops.functions import function_named
from symback.reading.python.folding import is_number
from symback.reading.python.operators import MOST_ITEMS, combined, sum_of
from symback.reading.python.reader import SymbolicSize, reads, scalars

if TYPE_CHECKING:
    from collections.abc import Callable

    from symback.reading.python.reader import Reader


def _given(reader: Reader, node: ast.Call, fewest: int, most: int) -> list[Any]:
    """Read the positional arguments of one of Python's functions."""
    from symback.reading.python.calls import arguments

    given, named = arguments(reader, node)
    word = node.func.id if isinstance(node.func, ast.Name) else "it"
    if named or not fewest <= len(given) <= most:
        unknown = f", got {', '.join(named)} by name" if named else f", got {len(given)}"
        counts = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise reader.source.fault(
            node, f"{word} takes {counts} arguments{unknown}", f"call np.{word} for NumPy's function"
        )
    return given


def _sum(reader: Reader, node: ast.Call) -> Any:
    """Add the items of a list one after the other; of an array all entries, as NumPy's sum does."""
    values = _given(reader, node, 1, 2)
    listed = values[0]
    if isinstance(listed, Expression):
        if len(values) > 1:
            raise reader.source.fault(
                node,
                "Python's sum of an array with a start",
                "write np.sum, which adds all entries, or those along axis=",
            )
        return reader.applied(node, function_named("sum"), listed)
    terms = reader.items(node, listed)
    terms = [*values[1:], *terms] if len(values) > 1 or not terms else terms
    if not terms:
        return 0
    if scalars(*terms):
        return sum_of(reader, node, terms)
    total = terms[0]
    for term in terms[1:]:
        total = combined(reader, node, ast.Add(), total, term)
    return total


def _extreme(name: str, array_name: str) -> Callable[[Reader, ast.Call], Any]:
    def read(reader: Reader, node: ast.Call) -> Any:
        values = _given(reader, node, 1, MOST_ITEMS)
        single = len(values) == 1
        if single and isinstance(values[0], list | tuple):
            values = list(values[0])
        values = [reader.operand(node, value) for value in values]
        if not values or not scalars(*values) or (single and len(values) == 1):
            first = next((v for v in values if isinstance(v, Expression) and v.shape), None)
            shape = f" of shape {spelled(first.shape)}" if first is not None else ""
            raise reader.source.fault(
                node,
                f"Python's {name} takes two or more scalars, and this is an array{shape}"
                if first is not None
                else f"Python's {name} takes two or more scalars",
                f"write {array_name}(a, b) entry by entry, or np.{name}(x, axis=...) along an axis",
            )
        if all(map(is_number, values)):
            return (max if name == "max" else min)(values)
        return reader.applied(node, function_named(array_name), *values)

    return read


def _length(reader: Reader, node: ast.Call) -> Any:
    (value,) = _given(reader, node, 1, 1)
    if isinstance(value, list | tuple):
        return len(value)
    if isinstance(value, Expression) and value.shape:
        size = value.shape[0]
        return SymbolicSize(size) if isinstance(size, str) else size
    raise reader.source.fault(node, "a scalar has no length", "give its shape, if it is an array")


def _range(reader: Reader, node: ast.Call) -> list[int]:
    bounds = [
        reader.number(argument, value, "a bound of range")
        for argument, value in zip(node.args, _given(reader, node, 1, 3), strict=False)
    ]
    if len(bounds) > 2 and bounds[2] == 0:  # noqa: PLR2004 - start, stop and step
        raise reader.source.fault(node, "the step of range is 0", "write a step of 1 or more")
    numbers = range(*bounds)
    # The length of a range has to fit an index of Python's before it can be asked for.
    if any(abs(bound) > MOST_ITEMS**2 for bound in bounds) or len(numbers) > MOST_ITEMS:
        raise reader.source.fault(
            node, f"a range of more than {MOST_ITEMS} numbers", "use array operations in place of loops"
        )
    return list(numbers)


def _zip(reader: Reader, node: ast.Call) -> list[tuple[Any, ...]]:
    columns = [reader.items(node, value) for value in _given(reader, node, 1, MOST_ITEMS)]
    if len({len(column) for column in columns}) > 1:
        lengths = ", ".join(str(len(column)) for column in columns)
        raise reader.source.fault(
            node, f"zip of different lengths ({lengths}) leaves some out", "give lists of one length"
        )
    return list(zip(*columns, strict=True))


def _enumerate(reader: Reader, node: ast.Call) -> list[tuple[int, Any]]:
    values = _given(reader, node, 1, 2)
    start = reader.number(node, values[1], "the start of enumerate") if len(values) > 1 else 0
    return list(enumerate(reader.items(node, values[0]), start))


def _reversed(reader: Reader, node: ast.Call) -> list[Any]:
    return reader.items(node, _given(reader, node, 1, 1)[0])[::-1]


def _listed(reader: Reader, node: ast.Call) -> list[Any]:
    values = _given(reader, node, 0, 1)
    return reader.items(node, values[0]) if values else []


def _tuple(reader: Reader, node: ast.Call) -> tuple[Any, ...]:
    return tuple(_listed(reader, node))


def _float(reader: Reader, node: ast.Call) -> Any:
    (value,) = _given(reader, node, 1, 1)
    value = reader.operand(node, value)
    if not scalars(value):
        raise reader.source.fault(node, "float takes one number, and this is an array", "leave float out")
    return value


def _int(reader: Reader, node: ast.Call) -> int:
    (value,) = _given(reader, node, 1, 1)
    value = reader.literal(value)
    if not is_number(value):
        raise reader.source.fault(node, "int is read only of numbers of the text", "write floor(x)")
    return int(value)


def _abs(reader: Reader, node: ast.Call) -> Any:
    (value,) = _given(reader, node, 1, 1)
    value = reader.operand(node, value)
    return abs(value) if is_number(value) else reader.applied(node, function_named("abs"), value)


def _pow(reader: Reader, node: ast.Call) -> Any:
    base, exponent = _given(reader, node, 2, 2)
    return combined(reader, node, ast.Pow(), base, exponent)


def _round(reader: Reader, node: ast.Call) -> Any:
    (value,) = _given(reader, node, 1, 1)
    value = reader.operand(node, value)
    return round(value) if is_number(value) else reader.applied(node, function_named("round"), value)


BUILTINS: Final[dict[str, Callable[[Reader, ast.Call], Any]]] = {
    "sum": _sum,
    "max": _extreme("max", "maximum"),
    "min": _extreme("min", "minimum"),
    "len": _length,
    "range": _range,
    "zip": _zip,
    "enumerate": _enumerate,
    "reversed": _reversed,
    "list": _listed,
    "tuple": _tuple,
    "float": _float,
    "int": _int,
    "abs": _abs,
    "pow": _pow,
    "round": _round,
}
"""What reads each of Python's own functions."""


@reads(ast.ListComp, ast.GeneratorExp)
def comprehension(reader: Reader, node: ast.ListComp | ast.GeneratorExp) -> list[Any]:
    """Read a comprehension: the list of what it gives."""
    from symback.reading.python.statements import bound

    outer, inputs = dict(reader.scope.values), set(reader.inputs)
    made: list[Any] = []

    def go_through(generators: list[ast.comprehension]) -> None:
        if not generators:
            made.append(reader.read(node.elt))
            if len(made) > MOST_ITEMS:
                raise reader.source.fault(node, f"more than {MOST_ITEMS} items", "use array operations")
            return
        generator, *rest = generators
        for item in reader.items(generator.iter, reader.read(generator.iter)):
            bound(reader, generator.target, item)
            conditions = [(test, reader.read(test)) for test in generator.ifs]
            for test, value in conditions:
                if not isinstance(value, bool):
                    raise reader.source.fault(
                        test, "the condition is not known while the text is read", "multiply by it instead"
                    )
            if all(value for _, value in conditions):
                go_through(rest)

    go_through(node.generators)
    # The names of a comprehension are its own; inputs that it met first stay.
    met = {name: value for name, value in reader.inputs.items() if name not in inputs}
    reader.scope.values = {**outer, **met}
    return made
