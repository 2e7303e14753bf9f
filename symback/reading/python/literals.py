"""Literal assignments: numbers and arrays that stand in a text become inputs with values."""

from __future__ import annotations

import ast
import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from symback.core.errors import InputError, ReadingError
from symback.reading.data import checked_entries
from symback.reading.python.folding import folded, is_number
from symback.reading.python.signatures import NO_MEANING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from symback.reading.python.reader import Reader

_MAKERS: Final = frozenset(["array", "asarray", "tensor", "as_tensor", "from_numpy", "FloatTensor", "Tensor"])
_FILLED: Final = frozenset(["zeros", "ones", "full", "eye", "identity", "arange", "linspace"])
_METHODS: Final = frozenset(["reshape", "astype", "copy", "transpose", "float", "double", "long", "int"])
_OPERATIONS: Final = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_MOST_ENTRIES: Final = 1_000_000
_DEEPEST: Final = 20


class Literal(NamedTuple):
    """A number or an array that stands in the text.

    Attributes:
        value: A number, or nested lists.
        shape: Its shape.
        plain: Whether it is a list of Python's own, and no array.
    """

    value: Any
    shape: tuple[int, ...]
    plain: bool


def literal(reader: Reader, node: ast.expr, before: Mapping[str, Literal] | None = None) -> Literal | None:
    """Return the number or the array that a formula without names stands for; None if it is none.

    Args:
        reader: The state of reading.
        node: The formula.
        before: Numbers that may stand in shapes by name, besides those that the text knows there.

    Raises:
        ReadingError: It is one that cannot be used: ragged, empty, or of texts.
    """
    value = _Literals(reader, before or {}).value(node)
    if value is None:
        return None
    if is_number(value):
        return Literal(value if isinstance(value, int) else float(value), (), plain=False)
    plain = isinstance(value, list)
    entries = value if plain else value.tolist()
    return Literal(entries, _checked_shape(reader, node, entries), plain)


def bind_input(reader: Reader, target: ast.Name, found: Literal) -> None:
    """Make an input with a value; a name that is taken gets a number."""
    word = name = target.id
    if not word.strip("_"):
        reader.scope.values[word] = found.value
        return
    if reader.names.is_given(word):
        name = reader.renamed(word, target)
    made = reader.declare(name, target, found.shape)
    reader.scope.values[word] = made
    if name in reader.data:
        # Data from outside take the place of what the text says.
        return
    reader.values[name] = found.value
    reader.known[made.node] = found.value
    if found.plain:
        reader.lists.add(made.node)


def _checked_shape(reader: Reader, node: ast.expr, entries: Any) -> tuple[int, ...]:
    try:
        return checked_entries(entries, reader.source.at(node))
    except InputError as error:
        raise ReadingError(str(error)) from None


class _Literals:
    """Numbers, nested lists and NumPy arrays that formulas without names stand for; None for others."""

    def __init__(self, reader: Reader, before: Mapping[str, Literal]) -> None:
        self._reader = reader
        self._before = before
        self._depth = 0

    def value(self, node: ast.expr) -> Any:
        # A literal is never deep; what is deep is left to the reader of formulas, which has a limit.
        if self._depth > _DEEPEST:
            return None
        self._depth += 1
        try:
            return self._value(node)
        finally:
            self._depth -= 1

    def _value(self, node: ast.expr) -> Any:
        reads: dict[type[ast.expr], Callable[[Any], Any]] = {
            ast.Constant: self._constant,
            ast.UnaryOp: self._signed,
            ast.List: self._list,
            ast.BinOp: self._binary,
            ast.Call: self._call,
            ast.Attribute: self._transposed,
        }
        read = reads.get(type(node))
        return None if read is None else read(node)

    def _constant(self, node: ast.Constant) -> Any:
        return self._reader.read(node) if is_number(node.value) else None

    def _signed(self, node: ast.UnaryOp) -> Any:
        if not isinstance(node.op, ast.USub | ast.UAdd):
            return None
        value = self._no_list(self.value(node.operand))
        return value if value is None or isinstance(node.op, ast.UAdd) else -value

    def _transposed(self, node: ast.Attribute) -> Any:
        value = self._array(self.value(node.value)) if node.attr == "T" else None
        return None if value is None else value.T

    @staticmethod
    def _no_list(value: Any) -> Any:
        return None if isinstance(value, list) else value

    @staticmethod
    def _array(value: Any) -> Any:
        return None if isinstance(value, list) or is_number(value) else value

    def _list(self, node: ast.List) -> list[Any] | None:
        if not node.elts or self._reader.source.signs_of_sum(node) is not None:
            return None
        values = [part.value if isinstance(part, ast.Constant) else self.value(part) for part in node.elts]
        usable = all(is_number(value) or isinstance(value, list | bool | str) for value in values)
        return values if usable and not all(isinstance(value, str) for value in values) else None

    def _binary(self, node: ast.BinOp) -> Any:
        known = isinstance(node.op, _OPERATIONS)
        left = self._no_list(self.value(node.left)) if known else None
        right = None if left is None else self._no_list(self.value(node.right))
        if left is None or right is None:
            return None
        try:
            if is_number(left) and is_number(right):
                return folded(node.op, left, right)
            return _computed(node.op, left, right)
        except ValueError as error:
            raise self._reader.source.fault(node, str(error), "write the numbers themselves") from None

    def _call(self, node: ast.Call) -> Any:
        """Return the array of np.array([...]), np.zeros((2, 3)), or a method of one."""
        function = node.func
        if isinstance(function, ast.Name):
            imported = self._reader.libraries.function(function.id)
            return self._made(node, imported[1]) if imported else None
        if not isinstance(function, ast.Attribute):
            return None
        if self._reader.module(function.value) is not None:
            return self._made(node, function.attr)
        value = self._array(self.value(function.value)) if function.attr in _METHODS else None
        return None if value is None else self._method(node, function.attr, value)

    def _method(self, node: ast.Call, name: str, value: Any) -> Any:
        if name in ("copy", "float", "double"):
            return value
        if name in ("astype", "long", "int"):
            return value.astype(int if "int" in self._reader.source.piece(node) else float)
        numbers = self._numbers(node.args)
        if numbers is None or node.keywords:
            return None
        return self._tried(node, getattr(value, name), numbers)

    def _made(self, node: ast.Call, name: str) -> Any:
        import numpy as np

        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        if set(keywords) - NO_MEANING:
            return None
        if name in _MAKERS and len(node.args) == 1:
            value = self.value(node.args[0])
            if value is None:
                return None
            if isinstance(value, list):
                _checked_shape(self._reader, node.args[0], value)
            made = np.asarray(value)
        else:
            numbers = self._numbers(node.args) if name in _FILLED else None
            if not numbers:
                return None
            if _entries(name, numbers) > _MOST_ENTRIES:
                raise self._reader.source.fault(
                    node, f"more than {_MOST_ENTRIES} entries", "give the data as a .json or .npz file"
                )
            made = self._tried(node, np.eye if name == "identity" else getattr(np, name), numbers)
        if "dtype" in keywords:
            kind = self._reader.source.piece(keywords["dtype"])
            made = made.astype(int) if "int" in kind else made.astype(float) if "float" in kind else made
        return made

    def _tried(self, node: ast.Call, function: Any, numbers: list[Any]) -> Any:
        try:
            return function(*numbers)
        except (ValueError, TypeError) as error:
            raise self._reader.source.fault(node, str(error), "correct the numbers") from None

    def _numbers(self, nodes: list[ast.expr]) -> list[Any] | None:
        """Return arguments that are numbers, tuples of numbers, or numbers that were assigned before."""
        values: list[Any] = []
        for node in nodes:
            value: Any
            if isinstance(node, ast.Tuple | ast.List):
                parts = self._numbers(node.elts)
                value = None if parts is None else tuple(parts)
            elif isinstance(node, ast.Name):
                value = self._reader.literal(self._reader.scope.values.get(node.id))
                value = self._before[node.id].value if node.id in self._before else value
                value = value if is_number(value) else None
            else:
                value = self.value(node)
                value = value if is_number(value) else None
            if value is None:
                return None
            values.append(float(value) if isinstance(value, Fraction) else value)
        return values


def _computed(operation: ast.operator, left: Any, right: Any) -> Any:
    """Compute with arrays of the text; integers of arrays could wrap around, so floats are made of them."""
    import numpy as np

    operations = {
        ast.Add: np.add,
        ast.Sub: np.subtract,
        ast.Mult: np.multiply,
        ast.Div: np.divide,
        ast.Pow: np.power,
    }
    left, right = (np.asarray(float(value) if is_number(value) else value) for value in (left, right))
    with np.errstate(all="ignore"):
        made = operations[type(operation)](left.astype(float), right.astype(float))
    whole = left.dtype.kind == right.dtype.kind == "i"
    return made.astype(int) if whole and not isinstance(operation, ast.Div | ast.Pow) else made


def _entries(name: str, numbers: list[Any]) -> float:
    """Return how many entries np.zeros(...) and the like would make."""
    first = numbers[0] if isinstance(numbers[0], tuple) else (numbers[0],)
    if name == "arange":
        start, stop, step = [(0, *numbers, 1), (*numbers, 1), numbers][min(len(numbers), 3) - 1][:3]
        return abs((stop - start) / step) if step else 0
    if name == "linspace":
        return float(numbers[2]) if len(numbers) > 2 else 50  # noqa: PLR2004 - start, stop, and how many
    sizes = [float(size) for size in first]
    return math.prod(sizes) ** (2 if name in ("eye", "identity") else 1)
