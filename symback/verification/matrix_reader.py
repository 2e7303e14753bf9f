"""The value of a printed formula of arrays: of whole arrays, or of all entries at once."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from symback.core.errors import ReadingError
from symback.verification import matrix_syntax as s
from symback.verification.matrix_functions import applied, built_in, entrywise_op, is_closed
from symback.verification.matrix_grids import (
    EYE,
    FIXED,
    ONES,
    OPEN,
    REPEATS,
    Grid,
    grid,
    number,
    product,
    together,
    transposed,
)
from symback.verification.matrix_indices import is_constant, letters_in
from symback.verification.matrix_names import OTHER_IDENTITY
from symback.verification.matrix_syntax import nonsense, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symback.core.node import Node
    from symback.verification.matrix_functions import Calls
    from symback.verification.matrix_names import Names

COMPARED: Final = {
    ">": np.greater,
    "<": np.less,
    "≥": np.greater_equal,
    "≤": np.less_equal,
    "=": np.equal,
    "≠": np.not_equal,
}


class Reader:
    """Gives the values of formulas.

    Args:
        names: What symbols stand for.
        values: The value of each quantity.
        sizes: What the symbols of sizes stand for.
        calls: What calls of ops on whole arrays give: first those of the quantity's own definition.
        turned: For each part of an array that is a vector by the axes that are left, in the order of
            reading, whether it is turned from the usual: an index of a column gives a column.
        redefined: Gives the value of a quantity by its definition from other values.
    """

    def __init__(  # noqa: PLR0913 - what is read, and what gives values
        self,
        names: Names,
        values: Mapping[Node, Any],
        sizes: Mapping[str, int],
        calls: Sequence[Calls],
        turned: Sequence[bool] = (),
        redefined: Callable[..., Any] | None = None,
    ) -> None:
        self.names = names
        self.values = values
        self.sizes = sizes
        self._calls = calls
        self._turned = turned
        self.flexible = 0
        self.redefined = redefined
        self._marked: dict[s.Formula, Grid] = {}

    def at(self, values: Mapping[Node, Any], marked: Mapping[s.Formula, Grid]) -> Reader:
        """Return a reader with other values, and with values for some formulas as they stand."""
        other = Reader(self.names, values, self.sizes, self._calls, self._turned, self.redefined)
        other._marked = dict(marked)
        return other

    def whole(self, formula: s.Formula) -> Grid:  # noqa: C901, PLR0911, PLR0912 - one branch for each class
        """Return the value of a formula of whole arrays."""
        if self._marked and formula in self._marked:
            return self._marked[formula]
        match formula:
            case s.Numeral(value):
                return number(value)
            case s.Symbol():
                return self._symbol(formula)
            case s.Derivative():
                return self._quantity(formula)
            case s.Ones():
                return ONES
            case s.Part(body, sub):
                return self._part(self.argument(body), s.pieces(sub))
            case s.Transposed(base):
                return transposed(self.whole(base))
            case s.Product(factors):
                first, *rest = map(self.whole, factors)
                for factor in rest:
                    first = product(first, factor)
                return first
            case s.Entrywise(factors, divides):
                first, *rest = map(self.whole, factors)
                for factor, over in zip(rest, divides[1:], strict=True):
                    first = together(np.divide if over else np.multiply, first, factor)
                return first
            case s.Terms(terms, minus):
                return self._terms([self.whole(term) for term in terms], minus)
            case s.Quotient(over, under):
                below = self.whole(under)
                if not below.scalar:
                    raise nonsense("a fraction over an array")
                return product(self.whole(over), number(1 / below.array))
            case s.Power(base, exponent, entrywise):
                return _raised(self.whole(base), self.whole(exponent), entrywise=entrywise)
            case s.Bars(body, double):
                return _norm(self.whole(body)) if double else together(np.abs, self.whole(body))
            case s.Root(body):
                return together(np.sqrt, self.whole(body))
            case s.Condition(relation, left, right):
                return together(_comparison(relation), self.whole(left), self.whole(right))
            case s.Choices(values, conditions):
                return self._choices(values, conditions)
            case s.Applied(head, sub, arguments):
                return self._applied(head, sub, arguments)
            case s.Total():
                return number(self.entries(formula, ()))
            case s.Listed(rows):
                return grid([[float(self.whole(entry).array) for entry in line] for line in rows])

    @staticmethod
    def _terms(terms: Sequence[Grid], minus: Sequence[bool]) -> Grid:
        total = together(np.negative, terms[0]) if minus[0] and not terms[0].identity else terms[0]
        if minus[0] and terms[0].identity:
            total = Grid(-terms[0].array, identity=True)
        for term, less in zip(terms[1:], minus[1:], strict=True):
            if total.identity and term.identity:
                total = Grid(total.array - term.array if less else total.array + term.array, identity=True)
            else:
                total = together(np.subtract if less else np.add, total, term)
        return total

    def _symbol(self, symbol: s.Symbol) -> Grid:
        size = self.names.size(symbol)
        if size is not None:
            return number(self.sizes[size])
        if symbol.base == OTHER_IDENTITY or is_constant(symbol, self.names):
            return EYE
        if symbol == s.Symbol(r"\pi"):
            return number(np.pi)
        if symbol.base.startswith(r"\mathrm{") and ":" in symbol.base:
            found = _slice(symbol.base)
            return Grid(np.arange(found.start, found.stop, found.step)[:, None])
        return self._quantity(symbol)

    def _quantity(self, symbol: s.Symbol | s.Derivative) -> Grid:
        meant = self.names.meant(symbol)
        value = np.asarray(self.values[meant.node])
        return self._taken(value, meant.rest) if meant.rest else grid(value)

    def _part(self, whole: Grid, parts: Sequence[tuple[str, ...]]) -> Grid:
        array = whole.array
        if OPEN in whole.axes or whole.identity:
            raise refused("a part of what has an open size")
        if array.ndim == 2 and array.shape[1] == 1 and len(parts) == 1:  # noqa: PLR2004 - a column
            array = array[:, 0]
        return self._taken(array, parts)

    def _taken(self, array: Any, parts: Sequence[tuple[str, ...]]) -> Grid:
        """Take a part: slices and integers for every axis, or arrays of integers for the first ones."""
        if len(parts) > array.ndim:
            raise nonsense(f"{len(parts)} indices for {array.ndim} axes")
        keys: list[Any] = []
        for part in parts:
            if len(part) == 1 and ":" in part[0]:
                keys.append(_slice(part[0]))
            elif len(part) == 1 and part[0].isdigit():
                keys.append(int(part[0]))
            else:
                from symback.verification.matrix_grammar import Parser

                found = self.argument(Parser(part).whole()).array
                found = found[:, 0] if found.ndim == 2 and found.shape[1] == 1 else found  # noqa: PLR2004
                keys.append(np.rint(found).astype(int))
        result = array[tuple(keys)]
        dropped = any(isinstance(key, int) for key in keys)
        if not dropped or result.ndim != 1 or result.size == 1:
            return grid(result)
        return self._either(result[None, :] if isinstance(keys[0], int) else result[:, None])

    def _either(self, array: Any) -> Grid:
        """Return what may be meant as a column or as a row, a column or row as it is unless turned."""
        self.flexible += 1
        if self.flexible <= len(self._turned) and self._turned[self.flexible - 1]:
            array = array.T
        return Grid(array, (REPEATS, FIXED) if array.shape[0] == 1 else (FIXED, REPEATS))

    def _choices(self, values: Sequence[s.Formula], conditions: Sequence[s.Condition | None]) -> Grid:
        if conditions[-1] is not None:
            raise refused("cases without a last one")
        chosen = self.whole(values[-1])
        for value, condition in zip(reversed(values[:-1]), reversed(conditions[:-1]), strict=True):
            assert condition is not None  # noqa: S101 - the parser takes no case after the last
            chosen = together(np.where, self.whole(condition), self.whole(value), chosen)
        return chosen

    def _applied(self, head: str, sub: tuple[str, ...], arguments: Sequence[s.Formula]) -> Grid:
        op = entrywise_op(head, len(arguments))
        if op is not None:
            parameters = self.parameters(sub)
            given = [self.whole(argument) for argument in arguments]
            return together(lambda *arrays: applied(op, arrays, parameters), *given)
        found = [self.argument(argument) for argument in arguments]
        if len(found) == 1:
            own = built_in(head, found[0])
            if own is not None:
                turns = head.endswith(("max}", "min}")) and not own.scalar
                return self._either(own.array) if turns else own
            if head in (r"\max", r"\min") and found[0].array.ndim <= 2:  # noqa: PLR2004 - matrices
                return number((np.max if head == r"\max" else np.min)(found[0].array))
        return self._called(head, sub, found)

    def _called(self, head: str, sub: tuple[str, ...], arguments: Sequence[Grid]) -> Grid:
        """Return what a call gives, by the quantity's own definition if that has such a call."""
        for calls in self._calls[:-1]:
            with suppress(ReadingError):
                return calls.value(head, sub, arguments)
        return self._calls[-1].value(head, sub, arguments)

    def parameters(self, sub: tuple[str, ...]) -> list[float]:
        """Return the numbers in the subscript of a function."""
        from symback.verification.matrix_grammar import Parser

        return [float(self.whole(Parser(part).whole()).array) for part in s.pieces(sub)]

    def argument(self, formula: s.Formula) -> Grid:
        """Return the argument of a call: a whole array, or one that is written by its entries."""
        if formula in self._marked:
            return self._marked[formula]
        letters = () if is_closed(formula) else letters_in(formula, self.names, is_closed)
        if not letters:
            return self.whole(formula)
        return Grid(self.entries(formula, letters))

    def entries(self, formula: s.Formula, letters: Sequence[str]) -> Any:
        """Return the value of a formula with indices, with an axis for each letter that stays free."""
        from symback.verification.matrix_entries import EntryReader

        return EntryReader(self, formula, letters).value()


def _comparison(relation: str) -> Any:
    if relation not in COMPARED:
        raise nonsense("a move of entries among whole arrays")
    return lambda left, right: COMPARED[relation](left, right).astype(float)


def _raised(base: Grid, exponent: Grid, *, entrywise: bool) -> Grid:
    if entrywise and not exponent.scalar:
        return together(lambda left, right: left**right, base, exponent)
    if not exponent.scalar:
        raise nonsense("an array as an exponent")
    power = float(exponent.array)
    whole = int(power) if power == int(power) else power
    if base.scalar or entrywise:
        return together(lambda array: array**whole, base)
    array = base.array
    if array.ndim != 2 or array.shape[0] != array.shape[1] or isinstance(whole, float):  # noqa: PLR2004
        raise nonsense("a power of what is no square matrix; an entrywise one has a ⊙")
    return Grid(np.linalg.matrix_power(array, whole))


def _norm(body: Grid) -> Grid:
    if OPEN in body.axes or body.identity:
        raise refused("a norm of what has an open size")
    return number(np.sqrt((body.array**2).sum()))


def _slice(text: str) -> slice:
    r"""Read a slice as code writes it.

    >>> _slice(r"\mathrm{0:2}")
    slice(0, 2, None)
    """
    inner = text.removeprefix(r"\mathrm{").removesuffix("}")
    return slice(*(int(part) if part else None for part in inner.split(":")))
