"""The state of reading one text, and the table of readers, one for each thing in the grammar."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NoReturn

from symback.core.errors import SymbackError
from symback.core.shapes import Shape, Size, spelled
from symback.ops.expression import Expression, array
from symback.reading.python.folding import is_number
from symback.reading.python.hints import hint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from symback.core.node import Node
    from symback.reading.python.libraries import Libraries
    from symback.reading.python.names import Names
    from symback.reading.python.source import Source

MOST_NESTED: Final = 100
"""Formulas may be nested this deep."""

MOST_READ: Final = 200_000
"""So many parts are read of a text, those of loops and called functions each time."""

_ON_SHAPES: Final = re.compile(r"shape|scalar|axis|axes|indices|multiplies arrays")

_MISUSES: Final = (TypeError, ValueError, AttributeError, IndexError, ArithmeticError)

READERS: Final[dict[type[ast.AST], Callable[[Reader, Any], Any]]] = {}
"""What reads each kind of node of Python's syntax tree; what is not here is refused."""


def reads(*kinds: type[ast.AST]) -> Callable[[Callable[[Reader, Any], Any]], Callable[[Reader, Any], Any]]:
    """Enter a function into the table of readers."""

    def enter(function: Callable[[Reader, Any], Any]) -> Callable[[Reader, Any], Any]:
        for kind in kinds:
            READERS[kind] = function
        return function

    return enter


class SymbolicSize(str):
    """The size of an axis that is a symbol, like N."""

    __slots__ = ()


class Scope:
    """The names that are known at a place, and whether a name that is not may be an input.

    Args:
        where: What messages call it: None for a text, the name of a function.
        outer: Names that are known, too.
    """

    def __init__(self, where: str | None, outer: Mapping[str, Any]) -> None:
        self.where = where
        self.values: dict[str, Any] = dict(outer)


@dataclass
class Reader:
    """What is known while one text is read."""

    source: Source
    names: Names
    libraries: Libraries
    shapes: Mapping[str, Shape]
    free: str
    data: Mapping[str, Any]
    """Values that were given from outside."""
    scope: Scope
    module_scope: Scope
    """The names of the text itself, outside its functions."""
    sizes: Mapping[str, Size] = field(default_factory=dict)
    """What the letters of stated shapes stand for: themselves, or the sizes of the data."""
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    inputs: dict[str, Expression] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    known: dict[Node, Any] = field(default_factory=dict)
    """The numbers that some quantities are known to be: they may be sizes, axes and bounds."""
    as_numbers: set[Node] = field(default_factory=set)
    """The known quantities that were used so."""
    lists: set[Node] = field(default_factory=set)
    """The inputs that are plain lists of Python."""
    again: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    """For each name that is assigned again: the lines, and what it is called from there."""
    active: list[str] = field(default_factory=list)
    """The functions of the text that are being called."""
    depth: int = 0
    count: int = 0

    def read(self, node: ast.AST) -> Any:
        """Return what a part of the text stands for.

        Raises:
            ReadingError: It is outside the grammar, or too deep.
        """
        self.count += 1
        if self.count > MOST_READ:
            raise self.source.fault(
                node, f"more than {MOST_READ} operations", "use array operations in place of loops"
            )
        if self.depth >= MOST_NESTED:
            raise self.source.fault(
                node, f"nested more than {MOST_NESTED} deep", "name the parts on lines of their own"
            )
        reader = READERS.get(type(node))
        if reader is None:
            self.refuse(node)
        self.depth += 1
        try:
            return reader(self, node)
        finally:
            self.depth -= 1

    def module(self, node: ast.AST) -> str | None:
        """Return the library that a dotted name stands for; what was assigned is none."""
        head = node
        while isinstance(head, ast.Attribute):
            head = head.value
        if isinstance(head, ast.Name) and head.id not in self.scope.values:
            return self.libraries.module(node)
        return None

    def refuse(self, node: ast.AST) -> NoReturn:
        """Refuse something that is outside the grammar.

        Raises:
            ReadingError: Always.
        """
        raise self.source.fault(node, *hint(node))

    def declare(self, name: str, node: ast.AST, shape: Shape | None = None) -> Expression:
        """Make an input.

        Raises:
            NamingError: The name cannot be used.
        """
        shape = self.shapes.get(name, () if shape is None else shape)
        made = array(self.names.give(name, node), shape)
        self.inputs[name] = made
        if name in self.data:
            self.values[name] = self.data[name]
            if is_number(self.data[name]):
                self.known[made.node] = self.data[name]
        return made

    def renamed(self, word: str, node: ast.AST) -> str:
        """Return another name for what is assigned to a name that is taken, and remember it."""
        name = self.names.numbered(word)
        self.again.setdefault(word, []).append((self.source.line(node), name))
        return name

    def applied(self, node: ast.AST, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call one of symback's functions; its errors say where in the text they come from."""
        try:
            return function(*arguments, **named)
        except SymbackError as error:
            why = self._shapeless(node) if _ON_SHAPES.search(str(error)) else ""
            raise type(error)(f"{self.source.at(node)}: {error}{why}") from None
        except _MISUSES as error:
            # The functions have NumPy's signatures: what does not suit one of them does not suit NumPy's.
            problem = f"the arguments do not suit ({error})"
            raise self.source.fault(node, problem, "call it as in NumPy") from None

    def _shapeless(self, node: ast.AST) -> str:
        """Say which names in a formula are scalars for want of a shape."""
        names = sorted(
            {
                part.id
                for part in ast.walk(node)
                if isinstance(part, ast.Name)
                and part.id in self.inputs
                and part.id not in self.shapes
                and part.id not in self.values
                and self.scope.values.get(part.id) is self.inputs[part.id]
            }
        )
        if not names:
            return ""
        are = "is a scalar, since no shape was" if len(names) == 1 else "are scalars, since no shapes were"
        return f" ({' and '.join(names)} {are} given)"

    def number(self, node: ast.AST, value: Any, what: str) -> int:
        """Return an integer that has to be known while the text is read.

        Raises:
            ReadingError: It is not known, or none.
        """
        value = self.literal(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, SymbolicSize):
            problem = f"{what} has to be a number, and the size {value} is a symbol"
            raise self.source.fault(node, problem, "use array operations, which take any size")
        raise self.source.fault(
            node, f"{what} has to be an integer that stands in the text", "write a number"
        )

    def literal(self, value: Any) -> Any:
        """Return what a quantity is known to be, in place of the quantity: as a size, an axis, a bound."""
        if isinstance(value, Expression) and value.node in self.known:
            self.as_numbers.add(value.node)
            return self.known[value.node]
        if isinstance(value, tuple | list):
            return type(value)(self.literal(part) for part in value)
        return value

    def operand(self, node: ast.AST, value: Any) -> Any:
        """Return a value that an operation can take: an expression, or a number.

        Raises:
            ReadingError: It is none.
        """
        if isinstance(value, Expression) or is_number(value):
            return value
        if isinstance(value, SymbolicSize):
            from symback.ops.reducing import size_of

            return size_of((str(value),))
        if isinstance(value, list | tuple) and value:
            return self.applied(node, self.stacked, node, value)
        if isinstance(value, bool):
            raise self.source.fault(node, "a truth value is no number", "write 1 or 0")
        raise self.source.fault(
            node, f"{_called(value)} cannot be computed with", "give a number or an array"
        )

    def stacked(self, node: ast.AST, value: Any) -> Any:
        """Return the array that nested lists stand for."""
        from symback.ops.axes import expression

        if isinstance(value, list | tuple):
            return expression([self.stacked(node, part) for part in value])
        return expression(self.operand(node, value))

    def items(self, node: ast.AST, value: Any) -> list[Any]:
        """Return the items that a loop goes through.

        Raises:
            ReadingError: How many there are is not known, or it is no sequence.
        """
        if isinstance(value, list | tuple):
            return list(value)
        if isinstance(value, Expression) and value.shape:
            size = value.shape[0]
            if isinstance(size, str):
                problem = f"how many entries {spelled(value.shape)} has is not known"
                raise self.source.fault(node, problem, "use array operations, which take any size")
            return [self.item(node, value, n) for n in range(size)]
        raise self.source.fault(
            node, f"{_called(value)} cannot be gone through", "give a range, a list, or an array with a shape"
        )

    def item(self, node: ast.AST, value: Expression, key: Any) -> Expression:
        """Return an entry or a part of an array, and what it is known to be."""
        made: Expression = self.applied(node, value.__getitem__, key)
        known = self.known.get(value.node)
        if isinstance(known, list) and isinstance(key, int):
            self.known[made.node] = known[key]
            if value.node in self.lists and isinstance(known[key], list):
                self.lists.add(made.node)
        return made


def scalars(*values: Any) -> bool:
    """Say whether all values are scalar quantities or plain numbers."""
    return all(not value.shape if isinstance(value, Expression) else is_number(value) for value in values)


def _called(value: Any) -> str:
    """Name the kind of a value in a message."""
    if isinstance(value, Expression):
        return "a scalar"
    if value is None:
        return "None"
    kinds = {str: "a text", list: "a list", tuple: "a tuple", bool: "a truth value", Fraction: "a number"}
    return kinds.get(type(value), "a number" if is_number(value) else f"a {type(value).__name__}")
