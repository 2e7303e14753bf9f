"""The functions that ops compute with, for arrays whose entries are anything: fractions, balls, formulas."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from symback.evaluation import structure
from symback.evaluation.boxes import as_objects, boxed, each, groups_along
from symback.evaluation.contraction import terms_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class ObjectNamespace:
    """The functions of `arrays.ArrayNamespace`, entry by entry.

    Functions that are not defined here are those of the entries, applied to each.

    Args:
        one: The functions for one entry: the module `scalars`, or anything like it. If its
            `ordered` is False, comparisons of entries are entries, too, not truth values. Its
            `shift` is what softmax subtracts from its exponents: the largest unless it says otherwise.

    >>> from fractions import Fraction
    >>> from symback.evaluation import scalars
    >>> xp = ObjectNamespace(scalars)
    >>> xp.einsum([xp.full(Fraction(1, 2), (2, 2)), xp.eye(2)], "ij,ij->", ())[()]
    Fraction(1, 1)
    """

    def __init__(self, one: Any) -> None:
        self.one = one
        self._ordered: bool = getattr(one, "ordered", True)
        self._shift: Callable[..., Any] | None = getattr(one, "shift", one.maximum)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name == "one":
            raise AttributeError(name)  # a copy that is not filled yet has none to ask
        function = getattr(self.one, name)

        def applied(*values: Any) -> Any:
            return each(function, *values)

        setattr(self, name, applied)
        return applied

    def sum(self, z: Any) -> Any:
        """Add up all entries, in one sum."""
        return boxed([self._total(as_objects(z).reshape(-1))], ())

    def einsum(self, operands: Sequence[Any], pattern: str, shape: tuple[int, ...]) -> Any:
        """Sum products over the indices of a pattern; each entry is one sum, in the order of the indices."""
        arrays = [as_objects(operand) for operand in operands]
        terms, result = terms_of(pattern)
        sizes = dict(zip(result, shape, strict=True))
        for term, array in zip(terms, arrays, strict=True):
            sizes.update(zip(term, array.shape, strict=True))
        summed = [letter for letter in dict.fromkeys("".join(terms)) if letter not in result]

        order = [*result, *summed]
        wide: list[Any] = [
            np.broadcast_to(_aligned(array, term, order), [sizes[letter] for letter in order])
            for term, array in zip(terms, arrays, strict=True)
        ]

        def entry(kept: tuple[int, ...]) -> Any:
            first, *others = [array[(*kept, ...)].reshape(-1).tolist() for array in wide]
            for factors in others:
                first = list(map(self.one.multiply, first, factors))
            return self._total(first)

        return boxed(map(entry, np.ndindex(*shape)), shape)

    def reshape(self, z: Any, shape: tuple[int, ...]) -> Any:
        """Return the same entries in the same order under another shape."""
        return as_objects(z).reshape(shape)

    def take_slices(self, z: Any, slices: Sequence[structure.Slice]) -> Any:
        """Return z[start:stop:step, …], with one (start, stop, step) for each axis."""
        return structure.take_slices(np, as_objects(z), slices)

    def place(self, z: Any, slices: Sequence[structure.Slice], shape: tuple[int, ...]) -> Any:
        """Return zeros with `out[slices] = z`."""
        out = self.full(0, shape)
        out[(*(slice(*ends) for ends in slices), ...)] = as_objects(z)
        return out

    def concatenate(self, arrays: Sequence[Any], axis: int) -> Any:
        """Join arrays along an axis."""
        return np.concatenate(list(map(as_objects, arrays)), axis=axis)

    def gather(self, z: Any, indices: Sequence[Any]) -> Any:
        """Return z[indices] along the leading axes.

        Raises:
            InputError: An index is no integer, or outside its axis.
        """
        z = as_objects(z)
        return z[(*structure.checked_indices(z, indices, z.shape), ...)]

    def scatter_add(self, z: Any, indices: Sequence[Any], shape: tuple[int, ...]) -> Any:
        """Return zeros to which z is added at the indices: each entry is one sum.

        Raises:
            InputError: An index is no integer, or outside its axis.
        """
        positions = np.arange(math.prod(shape)).reshape(shape)
        targets = positions[structure.checked_indices(z, indices, shape)]
        terms: list[list[Any]] = [[] for _ in range(math.prod(shape))]
        for target, entry in zip(np.ravel(targets), as_objects(z).reshape(-1), strict=True):
            terms[target].append(entry)
        return boxed(map(self._total, terms), shape)

    def amax(self, z: Any, axes: tuple[int, ...], keepdims: bool) -> Any:  # noqa: FBT001 - an op's parameter
        """Return the largest entries along axes."""
        return self._reduced(self._largest, z, axes, keepdims=keepdims)

    def amin(self, z: Any, axes: tuple[int, ...], keepdims: bool) -> Any:  # noqa: FBT001 - an op's parameter
        """Return the smallest entries along axes."""
        return self._reduced(self._smallest, z, axes, keepdims=keepdims)

    def extreme_share(self, z: Any, axes: tuple[int, ...], largest: bool, even: bool) -> Any:  # noqa: FBT001
        """Return 1 at the first extreme entry along axes, or, evenly, shares of 1 at all tied ones."""
        share = self._found_share if self._ordered else self._stated_share
        return self._along(lambda group: share(group, largest=largest, even=even), z, axes)

    def softmax(self, z: Any, axis: int) -> Any:
        """Return eᶻ / Σ eᶻ along an axis."""
        return self._along(self._softmax, z, (axis,))

    def log_softmax(self, z: Any, axis: int) -> Any:
        """Return z − log Σ eᶻ along an axis."""
        return self._along(self._log_softmax, z, (axis,))

    def logsumexp(self, z: Any, axes: tuple[int, ...], keepdims: bool) -> Any:  # noqa: FBT001 - an op's parameter
        """Return log Σ eᶻ over axes."""
        return self._reduced(self._logsumexp, z, axes, keepdims=keepdims)

    def index_array(self, entries: Any) -> Any:
        """Return integers in nested sequences as an array of integers, which only say where."""
        return np.asarray(entries, dtype=np.int64)

    def constant_array(self, entries: Any) -> Any:
        """Return an array of numbers that stand in nested sequences."""
        shape, inner = [], entries
        while isinstance(inner, tuple | list):
            shape.append(len(inner))
            inner = inner[0] if inner else 0
        flat = [entries]
        for _ in shape:
            flat = [entry for row in flat for entry in row]
        return boxed(map(self.one.constant, flat), tuple(shape))

    def eye(self, size: int) -> Any:
        """Return the identity matrix."""
        return each(self.one.constant, np.eye(size, dtype=int))

    def full(self, value: Any, shape: tuple[int, ...]) -> Any:
        """Return an array of one number everywhere."""
        entry = self.one.constant(as_objects(value)[()])
        return boxed([entry] * math.prod(shape), shape)

    def size(self, sizes: tuple[int, ...]) -> Any:
        """Return the number of entries of a shape."""
        return boxed([self.one.constant(math.prod(sizes))], ())

    def one_hot(self, labels: Any, classes: int) -> Any:
        """Return a row for each label: 1 at the label, 0 elsewhere.

        Raises:
            InputError: A label is no integer, or outside its range.
        """
        rows = structure.one_hot(np, labels, classes, np.empty(0), int)
        return each(self.one.constant, rows)

    def _total(self, terms: Sequence[Any]) -> Any:
        if not len(terms):
            return self.one.constant(0)
        return terms[0] if len(terms) == 1 else self.one.add(*terms)

    def _largest(self, group: list[Any]) -> Any:
        return self.one.maximum(*group) if len(group) > 1 else group[0]

    def _smallest(self, group: list[Any]) -> Any:
        return self.one.minimum(*group) if len(group) > 1 else group[0]

    def _found_share(self, group: list[Any], *, largest: bool, even: bool) -> list[Any]:
        beats = self.one.gt if largest else self.one.lt
        best = 0
        for place, entry in enumerate(group):
            if place and beats(entry, group[best]):
                best = place
        tied = [
            place for place, entry in enumerate(group) if place == best or self.one.eq(entry, group[best])
        ]
        chosen, share = (tied, self.one.divide(self.one.constant(1), self.one.constant(len(tied))))
        if not even:
            chosen, share = [best], self.one.constant(1)
        return [share if place in chosen else self.one.constant(0) for place in range(len(group))]

    def _stated_share(self, group: list[Any], *, largest: bool, even: bool) -> list[Any]:
        """Write shares as products of comparisons with every other entry."""
        one = self.one
        beats, equals = (one.gt, one.ge) if largest else (one.lt, one.le)
        shares = []
        for place, entry in enumerate(group):
            share = one.constant(1)
            for other_place, other in enumerate(group):
                if other_place != place:
                    holds = (beats if other_place < place and not even else equals)(entry, other)
                    share = one.multiply(share, one.where(holds, one.constant(1), one.constant(0)))
            shares.append(share)
        if even and len(group) > 1:
            count = one.add(*shares)
            return [one.divide(share, count) for share in shares]
        return shares

    def _shifted(self, group: list[Any]) -> tuple[list[Any], Any]:
        """Subtract what keeps exponentials from overflowing, which formulas do not."""
        if self._shift is None:
            return group, None
        shift = self._shift(*group)
        return [self.one.subtract(entry, shift) for entry in group], shift

    def _softmax(self, group: list[Any]) -> list[Any]:
        powers = [self.one.exp(entry) for entry in self._shifted(group)[0]]
        total = self._total(powers)
        return [self.one.divide(power, total) for power in powers]

    def _log_softmax(self, group: list[Any]) -> list[Any]:
        shifted, _ = self._shifted(group)
        log_total = self.one.log(self._total([self.one.exp(entry) for entry in shifted]))
        return [self.one.subtract(entry, log_total) for entry in shifted]

    def _logsumexp(self, group: list[Any]) -> Any:
        shifted, shift = self._shifted(group)
        log_total = self.one.log(self._total([self.one.exp(entry) for entry in shifted]))
        return log_total if self._shift is None else self.one.add(shift, log_total)

    def _along(self, function: Callable[[list[Any]], list[Any]], z: Any, axes: tuple[int, ...]) -> Any:
        """Replace each group of entries along the axes by as many others."""
        z = as_objects(z)
        groups, shape, back = groups_along(z, axes)
        entries = [entry for group in groups for entry in function(group)]
        return boxed(entries, shape).transpose(back)

    def _reduced(
        self, function: Callable[[list[Any]], Any], z: Any, axes: tuple[int, ...], *, keepdims: bool
    ) -> Any:
        """Replace each group of entries along the axes by one."""
        z = as_objects(z)
        groups, _, _ = groups_along(z, axes)
        gone = {axis % z.ndim for axis in axes}
        shape = [1 if axis in gone else size for axis, size in enumerate(z.shape)]
        kept = shape if keepdims else [size for axis, size in enumerate(shape) if axis not in gone]
        return boxed(map(function, groups), tuple(kept))


def _aligned(array: Any, term: str, order: Sequence[str]) -> Any:
    """Bring axes into an order of letters, with axes of length 1 for those that are missing."""
    while len(set(term)) < len(term):
        second = next(place for place, letter in enumerate(term) if letter in term[:place])
        array = array.diagonal(axis1=term.index(term[second]), axis2=second)
        term = "".join(letter for letter in term if letter != term[second]) + term[second]
    array = array.transpose([term.index(letter) for letter in order if letter in term])
    return array[(*(slice(None) if letter in term else None for letter in order), ...)]
