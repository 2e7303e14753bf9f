"""The value of a printed formula with indices, for all values of its indices at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symback.verification import matrix_syntax as s
from symback.verification.matrix_functions import EXTREMES, applied, entrywise_op, is_closed
from symback.verification.matrix_grids import grid
from symback.verification.matrix_indices import indices_of, is_sign, letters_in, plain_letters
from symback.verification.matrix_names import DELTA
from symback.verification.matrix_reader import COMPARED
from symback.verification.matrix_syntax import nonsense, refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symback.core.node import Node
    from symback.verification.matrix_indices import Indices
    from symback.verification.matrix_reader import Reader


def _indexed_axes(array: Any, indices: Indices) -> Any:
    """Return an array with an axis for each index; axes of size 1 have none."""
    if len(indices) != array.ndim:
        array = np.squeeze(array)
    if len(indices) != array.ndim:
        raise nonsense(f"{len(indices)} indices at an array of the shape {array.shape}")
    return array


def _takes_part(rest: Sequence[tuple[str, ...]]) -> bool:
    return any(len(piece) == 1 and ":" in piece[0] for piece in rest)


class EntryReader:
    """Gives the value of one formula: an array with an axis for each letter.

    Args:
        reader: What gives the values of whole arrays.
        formula: The formula.
        letters: The letters that stay free, in the order of axes.
        known: How many values letters take that the formula may not tell, such as those of a δ.
    """

    def __init__(
        self,
        reader: Reader,
        formula: s.Formula,
        letters: Sequence[str],
        known: Mapping[str, int] | None = None,
    ) -> None:
        self._reader = reader
        self._formula = formula
        self._free = tuple(letters)
        self._sizes = dict(known or {})
        self._parts: dict[s.Part, Any] = {}
        for part in s.within(formula, is_closed):
            self._measure(part)
        self._share_sizes()
        self._order = list(dict.fromkeys([*self._free, *self._sizes]))

    def value(self) -> Any:
        """Return the value, with the axes of the free letters.

        Raises:
            ReadingError: The formula means nothing, or has other indices than the free letters.
        """
        result = np.asarray(self._value(self._formula))
        result = result.reshape((1,) * (len(self._order) - result.ndim) + result.shape)
        for letter, size in zip(self._order, result.shape, strict=True):
            if size > 1 and letter not in self._free:
                raise nonsense(f"the index {letter} is neither summed over nor on the other side")
        missing = [letter for letter in self._free if letter not in self._sizes]
        if missing:
            raise refused(f"the size of the index {missing[0]}")
        shape = [self._sizes[letter] for letter in self._free]
        return np.broadcast_to(result.reshape(result.shape[: len(self._free)]), shape)

    def _measure(self, part: s.Formula) -> None:
        """Note how many values the letters at a quantity take."""
        names = self._reader.names
        if isinstance(part, s.Part):
            if _takes_part(s.pieces(part.sub)):
                return
            array = self._parts[part] = self._reader.argument(part.body).array
            self._note(array, indices_of(s.pieces(part.sub), names, entry=True))
        elif isinstance(part, s.Symbol | s.Derivative) and not is_sign(part, names):
            meant = names.meant(part)
            if not _takes_part(meant.rest):  # else it is a number, looked at where it is read
                array = np.asarray(self._reader.values[meant.node])
                self._note(array, indices_of(meant.rest, names, entry=True))

    def _share_sizes(self) -> None:
        """Give both indices of a δ the size that one of them has."""
        pairs = [
            plain_letters(s.pieces(part.sub)) or ()
            for part in s.within(self._formula, is_closed)
            if isinstance(part, s.Symbol) and part.base == DELTA
        ]
        for _ in pairs:
            for pair in pairs:
                sizes = [self._sizes[letter] for letter in pair if letter in self._sizes]
                if sizes:
                    self._sizes.update({letter: sizes[0] for letter in pair if letter not in self._sizes})

    def _note(self, array: Any, indices: Indices | None) -> None:
        if indices is None:
            raise nonsense("a part of a whole array among indices")
        array = _indexed_axes(array, indices)
        for index, size in zip(indices, array.shape, strict=True):
            if not isinstance(index, str):
                for part in s.within(index, is_closed):
                    self._measure(part)
            elif self._sizes.setdefault(index, size) != size:
                raise nonsense(f"the index {index} runs over {size} and over {self._sizes[index]} values")

    def _looked_up(self, array: Any, indices: Indices | None) -> Any:
        """Return the entries of an array at some indices, which may be looked up themselves."""
        indices = indices or ()
        array = _indexed_axes(np.asarray(array, dtype=float), indices)
        if not indices:
            return array
        if all(isinstance(index, str) for index in indices):
            return self._spread(array, [str(index) for index in indices])
        places = []
        for index in indices:
            if isinstance(index, str):
                places.append(self._spread(np.arange(self._sizes[index]), [index]))
            else:
                places.append(np.rint(self._value(index)).astype(int))
        return array[tuple(places)]

    def _spread(self, array: Any, letters: Sequence[str]) -> Any:
        """Give an array with an axis for each of some letters an axis for each letter of all."""
        own = [letter for letter in self._order if letter in letters]
        numbered = [self._order.index(letter) for letter in letters]
        array = np.einsum(array, numbered, [self._order.index(letter) for letter in own])
        return array.reshape([self._sizes[letter] if letter in own else 1 for letter in self._order])

    def _value(self, formula: s.Formula) -> Any:  # noqa: C901, PLR0911, PLR0912 - one branch for each class
        match formula:
            case s.Numeral(value):
                return np.float64(value)
            case s.Symbol():
                return self._symbol(formula)
            case s.Derivative():
                return self._quantity(formula)
            case s.Part(_, sub) if _takes_part(s.pieces(sub)):
                return self._number(formula)
            case s.Part():
                return self._looked_up(
                    self._parts[formula], indices_of(s.pieces(formula.sub), self._reader.names, entry=True)
                )
            case s.Product(factors):
                first, *rest = map(self._value, factors)
                for factor in rest:
                    first = first * factor
                return first
            case s.Terms(terms, minus):
                values = [self._value(term) for term in terms]
                total = -values[0] if minus[0] else values[0]
                for value, less in zip(values[1:], minus[1:], strict=True):
                    total = total - value if less else total + value
                return total
            case s.Quotient(over, under):
                return np.divide(self._value(over), self._value(under))
            case s.Power(base, exponent, False):
                return self._raised(base, exponent)
            case s.Bars(body, False):
                return np.abs(self._value(body))
            case s.Root(body):
                return np.sqrt(self._value(body))
            case s.Condition(relation, left, right):
                if relation not in COMPARED:
                    return self._moves(left, right)
                return COMPARED[relation](self._value(left), self._value(right)).astype(float)
            case s.Choices(values, conditions):
                return self._choices(values, conditions)
            case s.Applied(head, sub, arguments):
                return self._applied(formula, head, sub, arguments)
            case s.Total(letters, body):
                return self._over(letters, body, np.sum)
            case _:
                raise nonsense(f"{type(formula).__name__} of whole arrays among indices")

    def _symbol(self, symbol: s.Symbol) -> Any:
        size = self._reader.names.size(symbol)
        if size is not None:
            return np.float64(self._reader.sizes[size])
        if symbol == s.Symbol(r"\pi"):
            return np.float64(np.pi)
        if self._reader.names.is_letter(symbol):
            if symbol.base not in self._sizes:
                raise nonsense(f"{symbol.base} is neither an index nor a quantity")
            return self._spread(np.arange(self._sizes[symbol.base]), [symbol.base])
        if symbol.base == DELTA and is_sign(symbol, self._reader.names):
            return self._delta(plain_letters(s.pieces(symbol.sub)))
        return self._quantity(symbol)

    def _delta(self, letters: tuple[str, ...] | None) -> Any:
        if letters is None or len(letters) != 2:  # noqa: PLR2004 - a δ has two
            raise nonsense("a δ without two indices")
        sizes = {self._sizes[letter] for letter in letters if letter in self._sizes}
        if not sizes:
            raise refused(f"the size of the indices {letters}")
        if len(sizes) > 1 or any(letter not in self._sizes for letter in letters):
            raise nonsense(f"a δ of indices {letters} of different sizes")
        return self._spread(np.eye(sizes.pop()), letters)

    def _quantity(self, symbol: s.Symbol | s.Derivative) -> Any:
        meant = self._reader.names.meant(symbol)
        if _takes_part(meant.rest):
            return self._number(symbol)
        return self._looked_up(
            self._reader.values[meant.node], indices_of(meant.rest, self._reader.names, entry=True)
        )

    def _moves(self, left: s.Formula, right: s.Formula) -> Any:
        """Return 1 where an entry on the right is one on the left: how the right changes with each."""
        reader = self._reader
        letters = letters_in(right, reader.names, is_closed)
        known = {letter: self._sizes[letter] for letter in letters if letter in self._sizes}
        marked, node, own, whole = self._moved(left)
        if marked is left and not isinstance(right, s.Symbol):
            raise refused("a move of looked-up entries to what has no name")
        found = []
        for place in range(-1, whole.size):
            unit = np.zeros(whole.size)
            if place >= 0:
                unit[place] = 1.0
            unit = unit.reshape(whole.shape)
            values = dict(reader.values) if node is None else {**reader.values, node: unit}
            if isinstance(right, s.Symbol):
                target = reader.names.plain(right).node
                if target is not node and target.op is not None and reader.redefined is not None:
                    part = None if marked is None else (whole, unit)
                    values[target] = reader.redefined(target, values, part)
            other = reader.at(values, {} if marked is None else {marked: grid(unit)})
            found.append(EntryReader(other, right, letters, known).value())
        moves = np.stack([one - found[0] for one in found[1:]], axis=-1)
        shape = [size for size in whole.shape if size != 1]
        return self._spread(moves.reshape(*moves.shape[:-1], *shape), [*letters, *own])

    def _moved(self, left: s.Formula) -> tuple[s.Formula | None, Node | None, tuple[str, ...], Any]:
        """Return what moves, a formula or a quantity, with its letters and its value."""
        names = self._reader.names
        if isinstance(left, s.Part):
            own = plain_letters(s.pieces(left.sub))
            if own is not None:
                return left.body, None, own, self._parts[left]
        elif isinstance(left, s.Symbol | s.Derivative):
            meant = names.meant(left)
            own = plain_letters(meant.rest)
            if own is not None:
                return None, meant.node, own, np.asarray(self._reader.values[meant.node])
        # Entries that are looked up or selected: those of a part of the definition that has no name.
        own = letters_in(left, names, is_closed)
        return left, None, own, EntryReader(self._reader, left, own).value()

    def _raised(self, base: s.Formula, exponent: s.Formula) -> Any:
        power = self._value(exponent)
        if np.ndim(power) == 0 and power == int(power):
            power = int(power)
        return self._value(base) ** power

    def _choices(self, values: Sequence[s.Formula], conditions: Sequence[s.Condition | None]) -> Any:
        if conditions[-1] is not None:
            raise refused("cases without a last one")
        chosen = self._value(values[-1])
        for value, condition in zip(reversed(values[:-1]), reversed(conditions[:-1]), strict=True):
            assert condition is not None  # noqa: S101 - the parser takes no case after the last
            chosen = np.where(self._value(condition) != 0, self._value(value), chosen)
        return chosen

    def _applied(
        self, formula: s.Formula, head: str, sub: tuple[str, ...], arguments: Sequence[s.Formula]
    ) -> Any:
        op = entrywise_op(head, len(arguments))
        if op is None or (sub and head in EXTREMES):
            if sub and head in EXTREMES and len(arguments) == 1:
                return self._over(plain_letters(s.pieces(sub)), arguments[0], EXTREMES[head])
            return self._number(formula)
        parameters = self._reader.parameters(sub)
        return np.asarray(applied(op, [self._value(argument) for argument in arguments], parameters))[...]

    def _number(self, formula: s.Formula) -> Any:
        """Return the value of a formula of whole arrays: without indices it can only be a number."""
        found = self._reader.whole(formula)
        if not found.scalar:
            raise nonsense("an array without indices")
        return found.array[()]

    def _over(self, letters: Sequence[str] | None, body: s.Formula, reduce: Any) -> Any:
        """Return a sum, or an extreme, over all values of some letters."""
        value = self._value(body)
        for letter in letters or ():
            axis = self._order.index(letter) if letter in self._order else -1
            if axis < 0 or np.ndim(value) == 0 or value.shape[axis] == 1:
                raise nonsense(f"a sum over {letter}, which nothing in it has")
            value = reduce(value, axis=axis, keepdims=True)
        return value
