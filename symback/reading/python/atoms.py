"""Names, numbers, lists, attributes and square brackets."""

from __future__ import annotations

import ast
import math
from typing import TYPE_CHECKING, Any, Final

from symback.ops.expression import Expression
from symback.reading.python.folding import checked, is_number
from symback.reading.python.reader import SymbolicSize, reads

if TYPE_CHECKING:
    from symback.reading.python.reader import Reader

_CONSTANTS: Final = {"pi": math.pi, "e": math.e, "euler_gamma": 0.5772156649015329, "newaxis": None}
_COMPARISONS: Final = frozenset(["gt", "ge", "lt", "le", "eq"])


@reads(ast.Constant)
def constant(reader: Reader, node: ast.Constant) -> Any:
    """Read a number, a text, None, a truth value, or an ellipsis."""
    value = node.value
    if isinstance(value, bytes | complex):
        kind = "complex numbers" if isinstance(value, complex) else "bytes"
        raise reader.source.fault(node, f"{kind} are not read", "write real numbers")
    if is_number(value):
        try:
            return checked(value)
        except ValueError as error:
            raise reader.source.fault(node, str(error), "numbers go up to about 1.8e308") from None
    return value


@reads(ast.Name)
def name(reader: Reader, node: ast.Name) -> Any:
    """Read a name: what was assigned to it, or an input."""
    word = node.id
    values = reader.scope.values
    if word in values:
        return values[word]
    refuse_inside(reader, node, word)
    if reader.scope.where is not None:
        raise reader.source.fault(
            node,
            f"the name {word!r} is not known in {reader.scope.where}",
            "assign it before, or make it an argument: global and outer names are not read",
        )
    if reader.free == "error":
        raise reader.source.fault(node, f"the name {word!r} is not known", "assign it before")
    if word in reader.functions or word in reader.libraries.imported:
        raise reader.source.fault(
            node, f"{word!r} is a function or a library", "call it, or rename the input"
        )
    if word in reader.sizes and word not in reader.shapes:
        # The letter of a shape is a number of entries, in formulas too.
        size = reader.sizes[word]
        return SymbolicSize(size) if isinstance(size, str) else size
    values[word] = made = reader.declare(word, node)
    return made


def refuse_inside(reader: Reader, node: ast.AST, word: str) -> None:
    """Refuse what reaches into Python itself."""
    if word.startswith("__"):
        raise reader.source.fault(
            node, f"{word!r} reaches into Python", "only formulas are read; nothing is run"
        )


@reads(ast.Tuple)
def tuple_(reader: Reader, node: ast.Tuple) -> tuple[Any, ...]:
    """Read a tuple."""
    return tuple(parts(reader, node.elts))


@reads(ast.List)
def list_(reader: Reader, node: ast.List) -> Any:
    """Read a list, or a long sum that the parser was given as one."""
    signs = reader.source.signs_of_sum(node)
    if signs is not None:
        from symback.reading.python.operators import long_sum

        return long_sum(reader, node, signs)
    return parts(reader, node.elts)


def parts(reader: Reader, nodes: list[ast.expr]) -> list[Any]:
    """Read the parts of a list, a tuple or a call; a starred list stands for its parts."""
    values: list[Any] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            values += reader.items(node.value, reader.read(node.value))
        else:
            values.append(reader.read(node))
    return values


@reads(ast.Attribute)
def attribute(reader: Reader, node: ast.Attribute) -> Any:
    """Read an attribute: a constant of a library, a transpose, a shape."""
    refuse_inside(reader, node, node.attr)
    module = reader.module(node.value)
    if module is not None:
        if node.attr in _CONSTANTS:
            return _CONSTANTS[node.attr]
        if node.attr in ("inf", "nan", "NINF", "Inf"):
            raise reader.source.fault(node, "only finite numbers are read", "write a large one, like 1e9")
        raise reader.source.fault(
            node, f"{node.attr!r} of {module} is no number that is read", "write the number itself"
        )
    value = reader.read(node.value)
    if isinstance(value, Expression):
        if node.attr in ("T", "mT"):
            return reader.applied(node, _transposed, value, node.attr)
        if node.attr == "shape":
            return tuple(SymbolicSize(size) if isinstance(size, str) else size for size in value.shape)
        if node.attr == "ndim":
            return value.ndim
        if node.attr == "size":
            from symback.ops.reducing import size_of

            return math.prod(known) if (known := _integers(value)) is not None else size_of(value.shape)
        if node.attr == "data":
            return value
    raise reader.source.fault(
        node, f"the attribute {node.attr!r} is not read", "there are .T, .shape, .ndim, .size, and methods"
    )


def _integers(value: Expression) -> list[int] | None:
    sizes = [size for size in value.shape if isinstance(size, int)]
    return sizes if len(sizes) == len(value.shape) else None


def _transposed(value: Expression, attribute: str) -> Expression:
    # mT exchanges the last two axes, T turns all of them round.
    if attribute == "mT":
        from symback.ops.functions import function_named

        return function_named("swapaxes")(value, -1, -2)
    return value.T


@reads(ast.Subscript)
def subscript(reader: Reader, node: ast.Subscript) -> Any:
    """Read square brackets: an entry, a slice, a row that is looked up."""
    value = reader.read(node.value)
    if isinstance(value, list | tuple):
        return _of_list(reader, node, value)
    if not isinstance(value, Expression):
        raise reader.source.fault(node, "square brackets stand only after arrays and lists", "leave them out")
    index = node.slice
    many = isinstance(index, ast.Tuple)
    keys = [_key(reader, part) for part in (index.elts if isinstance(index, ast.Tuple) else [index])]
    return reader.item(node, value, tuple(keys) if many else keys[0])


def _of_list(reader: Reader, node: ast.Subscript, value: Any) -> Any:
    if isinstance(node.slice, ast.Slice):
        return value[_slice(reader, node.slice)]
    key = reader.number(node.slice, reader.read(node.slice), "the index of a list")
    if not -len(value) <= key < len(value):
        raise reader.source.fault(
            node, f"the index {key} is out of range", f"there are {len(value)} entries, counted from 0"
        )
    return value[key]


def _key(reader: Reader, node: ast.expr) -> Any:
    """Read one index of an array."""
    if isinstance(node, ast.Slice):
        return _slice(reader, node)
    value = reader.read(node)
    if value is None or value is Ellipsis:
        return value
    value = reader.literal(value) if not isinstance(value, Expression) or not value.shape else value
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, list | tuple):
        return reader.stacked(node, value)
    if isinstance(value, Expression):
        if value.node.op is not None and value.node.op.name in _COMPARISONS:
            raise reader.source.fault(
                node,
                "a condition as an index selects a number of entries that is not known",
                "write where(condition, x, 0), or multiply by the condition",
            )
        return value
    if isinstance(value, SymbolicSize):
        raise reader.source.fault(node, f"the index {value} has no known value", "count from the end: -1")
    if isinstance(value, str):
        name = value if value.isidentifier() else "W"
        raise reader.source.fault(
            node, "dictionaries are not read", f"give the array a name of its own, such as {name}"
        )
    raise reader.source.fault(
        node, "this is no index", "write an integer, a slice, None, ..., or an array of integers"
    )


def _slice(reader: Reader, node: ast.Slice) -> slice:
    bounds: list[int | None] = []
    for bound in (node.lower, node.upper, node.step):
        value = None if bound is None else reader.read(bound)
        bounds.append(None if value is None or bound is None else reader.number(bound, value, "a bound"))
    if bounds[2] == 0:
        raise reader.source.fault(node, "the step of a slice is 0", "write a step of 1 or more")
    return slice(*bounds)
