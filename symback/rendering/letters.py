"""Which letters the indices of a formula get."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symback.core.graph import Graph
    from symback.derivation.indexed.terms import Index

_LETTERS = "ijklmnpqrstuvabcdefgh"


def letters_of(graph: Graph) -> frozenset[str]:
    """Return the letters that an index would be mistaken for: those of names and of sizes.

    >>> from symback.core.graph import Graph
    >>> from symback.ops.expression import array
    >>> sorted(letters_of(Graph([array("x_i", "k").node])))
    ['i', 'k', 'x']
    """
    sizes = {size for node in graph.nodes for size in node.shape if isinstance(size, str)}
    return letters_in([*graph.names, *sizes])


def letters_in(names: Iterable[str]) -> frozenset[str]:
    """Return the single letters that are names, or subscripts of names.

    >>> sorted(letters_in(["x_i", "k", "W1"]))
    ['i', 'k', 'x']
    """
    parts = [part for name in names for part in name.split("_")]
    return frozenset(part for part in parts if len(part) == 1)


class IndexLetters:
    """Gives each index of one formula a letter of its own, in the order in which they come up.

    >>> from symback.derivation.indexed.terms import Index
    >>> letters = IndexLetters()
    >>> letters[Index(7, "N")], letters[Index(3, 2)], letters[Index(7, "N")]
    ('i', 'j', 'i')
    """

    def __init__(self, taken: Iterable[str] = (), given: Mapping[Index, str] | None = None) -> None:
        taken = frozenset(taken)
        self._free = iter(
            [letter for letter in _LETTERS if letter not in taken] + [f"i{n}" for n in range(99)]
        )
        self._given: dict[Index, str] = dict(given or {})

    def __getitem__(self, index: Index) -> str:
        if index not in self._given:
            self._given[index] = next(self._free)
        return self._given[index]
