"""Sums of products over indices, for arrays of any library.

Each pattern is planned once, and then run as matrix products.

A pattern such as `ij,jk->ik` names the axes of each operand and of the result. An index that the
result lacks is summed; one that no operand has is a broadcast axis; a repeated one within an
operand takes the diagonal.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache, reduce
from operator import mul
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from symback.evaluation.blas import diagonal, is_fast, matrix_product, sum_over

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Unary: TypeAlias = "Callable[[Any, Any], Any]"
_Binary: TypeAlias = "Callable[[Any, Any, Any], Any]"

_KEPT_PATTERNS: Final = 4096


def contract(xp: Any, operands: Sequence[Any], pattern: str, shape: tuple[int, ...]) -> Any:
    """Sum the products of the operands' entries over every index that the result lacks.

    Operands are taken from left to right, and an index is summed as soon as nothing to the right
    and not the result has it. A result without a sum or a product may be a view of its operand.

    Args:
        xp: The array library.
        operands: At least one array; those of the pattern "" have no axes.
        pattern: The indices of each operand and of the result.
        shape: The shape of the result, which gives broadcast axes their size.

    >>> import numpy as np
    >>> X, W = np.asarray([[1.0, 2.0]]), np.asarray([[3.0], [4.0]])
    >>> contract(np, [X, W], "ij,jk->ik", (1, 1))
    array([[11.]])
    >>> contract(np, [X], "ij->kj", (2, 2))
    array([[1., 2.],
           [1., 2.]])
    """
    return _plan(pattern)(xp, operands, shape)


def terms_of(pattern: str) -> tuple[list[str], str]:
    """Return the indices of each operand, and those of the result.

    >>> terms_of("ij,jk->ik"), terms_of("->ij")
    ((['ij', 'jk'], 'ik'), ([''], 'ij'))
    """
    operands, _, result = pattern.partition("->")
    return operands.split(","), result


class _Plan:
    """What to do for one pattern, whatever the sizes.

    Numbers without axes are set apart: they multiply whatever is smallest.
    """

    __slots__ = ("_arrays", "_last", "_numbers", "_pair")

    def __init__(self, pattern: str) -> None:
        terms, result = terms_of(pattern)
        self._numbers = [place for place, term in enumerate(terms) if not term]
        places = [place for place, term in enumerate(terms) if term]
        occurrences = Counter(letter for term in terms for letter in set(term))
        self._arrays: list[tuple[int, _Unary | None, _Binary | None]] = []
        so_far = ""
        for number, place in enumerate(places):
            kept = {letter for letter in terms[place] if letter in result or occurrences[letter] > 1}
            alone, term = _reduction(terms[place], kept)
            later = {*result}.union(*(terms[other] for other in places[number + 1 :]))
            if number == 0:
                self._arrays.append((place, alone, None))
                so_far = term
                continue
            # The last product can be arranged in the order of the result.
            order = result if number == len(places) - 1 else so_far + term
            pair, so_far = _product(so_far, term, later, order)
            self._arrays.append((place, alone, pair))
        self._last = _arrangement(so_far, result)
        self._pair = self._arrays[1][2] if self._is_plain_product() else None

    def _is_plain_product(self) -> bool:
        plain = all(alone is None for _, alone, _ in self._arrays) and self._last is None
        return plain and len(self._arrays) == 2 and not self._numbers  # noqa: PLR2004 - of two operands

    def __call__(self, xp: Any, operands: Sequence[Any], shape: tuple[int, ...]) -> Any:
        if self._pair is not None:
            # The usual case; a step of a small network has no time for anything more.
            return self._pair(xp, operands[0], operands[1])
        arrays = [operands[place] for place, _, _ in self._arrays]
        number = reduce(mul, [operands[place] for place in self._numbers]) if self._numbers else None
        if number is not None and len(arrays) > 1:
            sizes = [math.prod(array.shape) for array in arrays]
            least = min(range(len(sizes)), key=sizes.__getitem__)
            if sizes[least] < math.prod(shape):
                arrays[least], number = arrays[least] * number, None
        value: Any = None
        for array, (_, alone, pair) in zip(arrays, self._arrays, strict=True):
            prepared = array if alone is None else alone(xp, array)
            value = prepared if pair is None else pair(xp, value, prepared)
        if number is not None:
            value = number if value is None else value * number
        return value if self._last is None else self._last(xp, value, shape)


_plan = lru_cache(_KEPT_PATTERNS)(_Plan)


def _reduction(term: str, kept: set[str]) -> tuple[_Unary | None, str]:
    """Take diagonals, and sum over the indices that nothing else has."""
    diagonals: list[tuple[int, int]] = []
    while len(set(term)) < len(term):
        second = next(place for place, letter in enumerate(term) if letter in term[:place])
        first = term.index(term[second])
        diagonals.append((first, second))
        term = "".join(c for place, c in enumerate(term) if place not in (first, second)) + term[second]
    axes = tuple(place for place, letter in enumerate(term) if letter not in kept)
    if not diagonals and not axes:
        return None, term

    def reduce_(xp: Any, z: Any) -> Any:
        for first, second in diagonals:
            z = diagonal(xp, z, first, second)
        return sum_over(xp, z, axes) if axes else z

    return reduce_, "".join(letter for letter in term if letter in kept)


def _product(left: str, right: str, later: set[str], order: str) -> tuple[_Binary, str]:
    """Multiply two arrays, and sum over what both have and nothing later needs."""
    summed = [letter for letter in left if letter in right and letter not in later]
    if not summed:
        result = "".join(letter for letter in dict.fromkeys(order) if letter in left + right)
        return _broadcast_product(left, right, result), result
    shared = [letter for letter in left if letter in right and letter in later]
    of_left = [letter for letter in left if letter not in right]
    of_right = [letter for letter in right if letter not in left]
    if shared and not of_left and not of_right:
        return _entry_product(left, right, shared, summed), "".join(shared)
    free = [letter for letter in order if letter in of_left or letter in of_right]
    if free and free[0] in of_right:
        # B A with both transposed is the transpose of A B, in the order that is wanted.
        pair, result = _matrix_product(right, left, shared, of_right, summed, of_left)
        return (lambda xp, a, b: pair(xp, b, a)), result
    return _matrix_product(left, right, shared, of_left, summed, of_right)


def _broadcast_product(left: str, right: str, result: str) -> _Binary:
    widen_left, widen_right = _widening(left, result), _widening(right, result)

    def multiply(xp: Any, a: Any, b: Any) -> Any:
        return widen_left(xp, a) * widen_right(xp, b)

    return multiply


def _entry_product(left: str, right: str, shared: list[str], summed: list[str]) -> _Binary:
    """Sum products entry by entry: nothing is used twice, so that a matrix product gains nothing."""
    order = "".join(letter for letter in left if letter in shared or letter in summed)
    widen_left, widen_right = _widening(left, order), _widening(right, order)
    axes = tuple(order.index(letter) for letter in summed)
    pattern = f"{left},{right}->{''.join(shared)}"

    def multiply(xp: Any, a: Any, b: Any) -> Any:
        if is_fast(a) and is_fast(b):
            return np.einsum(pattern, a, b)  # in one pass, without the array of all products
        return xp.sum(widen_left(xp, a) * widen_right(xp, b), axis=axes)

    return multiply


def _matrix_product(  # noqa: PLR0913 - the parts of one product
    left: str, right: str, shared: list[str], of_left: list[str], summed: list[str], of_right: list[str]
) -> tuple[_Binary, str]:
    """Multiply as matrices whose rows, columns and inner axis may each stand for several indices."""
    lay_left = _matrix(left, shared, of_left, summed)
    lay_right = _matrix(right, shared, summed, of_right)
    result = "".join([*shared, *of_left, *of_right])
    grouped = len(of_left) > 1 or len(of_right) > 1
    sizes_left = [left.index(letter) for letter in [*shared, *of_left]]
    sizes_right = [right.index(letter) for letter in of_right]
    single_row, single_column = bool(shared) and not of_left, bool(shared) and not of_right

    def multiply(xp: Any, a: Any, b: Any) -> Any:
        z = matrix_product(
            xp, a if lay_left is None else lay_left(xp, a), b if lay_right is None else lay_right(xp, b)
        )
        if single_row:
            z = z[..., 0, :]
        if single_column:
            z = z[..., 0]
        if grouped:
            z = xp.reshape(
                z, (*(a.shape[axis] for axis in sizes_left), *(b.shape[axis] for axis in sizes_right))
            )
        return z

    return multiply, result


def _matrix(term: str, shared: list[str], rows: list[str], columns: list[str]) -> _Unary | None:
    """Lay an array out as a matrix, or a stack of them; as a vector if it has no rows or no columns."""
    grouped = len(rows) > 1 or len(columns) > 1 or (bool(shared) and not (rows and columns))
    # Several indices become one axis without a copy only if they stand together as they are.
    turned = grouped and bool(rows and columns) and term == "".join([*shared, *columns, *rows])
    first, second = (columns, rows) if turned else (rows, columns)
    axes = tuple(term.index(letter) for letter in [*shared, *first, *second])
    stacked = len(shared)
    back = (*range(stacked), stacked + 1, stacked)
    if not grouped:
        return _permutation(axes)
    permute = _permutation(axes)

    def lay(xp: Any, z: Any) -> Any:
        if permute is not None:
            z = permute(xp, z)
        sizes, middle = z.shape, stacked + len(first)
        groups = [math.prod(sizes[stacked:middle]), math.prod(sizes[middle:])]
        if not shared:
            groups = [size for size, letters in zip(groups, (first, second), strict=True) if letters]
        z = xp.reshape(z, (*sizes[:stacked], *groups))
        return xp.permute_dims(z, back) if turned else z

    return lay


def _permutation(axes: tuple[int, ...]) -> _Unary | None:
    if axes == tuple(range(len(axes))):
        return None
    if axes == (1, 0):
        return lambda xp, z: z.T  # noqa: ARG005 - called like the other
    return lambda xp, z: xp.permute_dims(z, axes)


def _widening(term: str, result: str) -> _Unary:
    """Bring an array's axes into the order of a result, with axes of length 1 for those it lacks."""
    permute = _permutation(tuple(term.index(letter) for letter in result if letter in term))
    index = [slice(None) if letter in term else None for letter in result]
    while index and index[0] is None:
        del index[0]
    key = tuple(index) if None in index else None

    def widen(xp: Any, z: Any) -> Any:
        if permute is not None:
            z = permute(xp, z)
        return z if key is None else z[key]

    return widen


def _arrangement(term: str, result: str) -> Callable[[Any, Any, tuple[int, ...]], Any] | None:
    """Bring the axes into the order of the result, and broadcast over those that are missing."""
    if term == result:
        return None
    widen = _widening(term, result)
    if len(term) == len(result):
        return lambda xp, z, shape: widen(xp, z)  # noqa: ARG005 - called like the other
    return lambda xp, z, shape: xp.broadcast_to(widen(xp, z), shape)
