"""Names of the entries of arrays: those of X are X00, X01, …, and print as they do with indices."""

from __future__ import annotations

from itertools import chain, count, product
from typing import TYPE_CHECKING, Final

from symback.notation.identifier import coarse_spelling, identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_DIGITS: Final = 10
"""Indices below this have one digit, and need nothing between them."""


class EntryNames:
    """Names for entries that are free, and that print like no other name.

    Args:
        names: The names that are taken.

    >>> names = EntryNames(["X", "W1"])
    >>> names.of_entries("X", (1, 2)), names.of_entries("W1", (2,)), names.of_entries("b", (11, 1))[-1]
    (['X00', 'X01'], ['W1_0', 'W1_1'], 'b_10_0')
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._looks: dict[str, list[str]] = {}
        self._reserved: set[str] = set()
        given = list(names)
        self._take(given, map(coarse_spelling, given))

    def of_entries(self, name: str, shape: tuple[int, ...]) -> list[str]:
        """Return a name for each entry of an array, in row-major order; for a number its own name.

        The indices follow the name as digits; after a name with digits of its own an underscore comes
        first, and between indices of several digits. If that is taken, letters come in between.
        """
        if not shape:
            return [name]
        indices = list(product(*(map(str, range(size)) for size in shape)))
        for start, between in _ways(name, shape):
            names = [start + between.join(index) for index in indices]
            # What indices add to a spelling is digits: the name needs to be spelled once.
            begin = coarse_spelling(start)
            spellings = [begin + "".join(index) for index in indices]
            if not any(map(self._is_taken, names, spellings)):
                self._take(names, spellings)
                break
        return names

    def fresh(self, *wishes: str) -> str:
        """Return a name for one more quantity: the first wish that is free, or the last one numbered.

        >>> EntryNames(["G"]).fresh("G", "U")
        'U'
        """
        numbered = map(f"{wishes[-1]}{{}}".format, count(1))
        names = ((name, coarse_spelling(name)) for name in chain(wishes, numbered))
        name, spelling = next(pair for pair in names if not self._is_taken(*pair))
        self._take([name], [spelling])
        return name

    def _take(self, names: Sequence[str], spellings: Iterable[str]) -> None:
        for name, spelling in zip(names, spellings, strict=True):
            self._looks.setdefault(spelling, []).append(name)
        self._reserved.update(names)
        self._reserved.update([f"d{name}" for name in names])

    def _is_taken(self, name: str, spelling: str) -> bool:
        # A gradient is called like its quantity with a d in front.
        if name in self._reserved or f"d{name}" in self._reserved:
            return True
        alike = self._looks.get(spelling)
        return alike is not None and identifier(name) in map(identifier, alike)


def _ways(name: str, shape: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    """Yield what may stand before the indices of an entry, and between them."""
    if len(shape) == 1 or max(shape) <= _DIGITS:
        plain = "_" not in name and not name[-1].isdigit()
        yield (name if plain else f"{name}_"), ""
    for letters in count():
        yield name + "_e" * letters + "_", "_"
