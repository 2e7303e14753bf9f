"""Declared names and function heads, found in a list of tokens: the longest match wins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from symback.core.errors import ReadingError
from symback.reading.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")

# A name that held one of these, or began like an operator, could swallow a part of a formula.
_NEVER_IN_A_NAME = frozenset(["&", "\\\\", "%", "#", "$", "=", r"\cdot", r"\times"])
# A derivative along one of several ways: \left. \frac{…}{…} \right|_{y}.
_RESTRICTED = r"\left."
_NEVER_A_NAME = frozenset([r"\left", r"\right", r"\begin", r"\end", r"\sqrt"])


class Phrases(Generic[T]):
    r"""A table from printed LaTeX to whatever it stands for, asked at a position in a list of tokens.

    >>> table = Phrases({"w": "w", "w_1": "w1"})
    >>> table.match(list("2w_{1}0"), 1)
    (5, 'w1')
    >>> table.match(list("2w_{1}0"), 0)
    (0, None)
    """

    def __init__(self, meanings: Mapping[str, T]) -> None:
        self._meanings: dict[tuple[str, ...], T] = {}
        lengths: dict[str, set[int]] = {}
        for printed, meaning in meanings.items():
            key = _key(printed)
            if self._meanings.setdefault(key, meaning) != meaning:
                first = self._meanings[key]
                raise ReadingError(
                    f"{first!r} and {meaning!r} both print as {printed!r}; give one of them another name"
                )
            lengths.setdefault(key[0], set()).add(len(key))
        # Only lengths that occur after the same first token are tried: a miss costs one look-up.
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def match(self, tokens: Sequence[str], start: int) -> tuple[int, T | None]:
        """Return how many tokens the longest entry at ``start`` takes, and its meaning (or 0, None)."""
        for length in self._lengths.get(tokens[start], ()):
            key = tuple(tokens[start : start + length])
            if key in self._meanings:
                return length, self._meanings[key]
        return 0, None


def _key(printed: str) -> tuple[str, ...]:
    """Return the normal form of a printed name, refusing what could not be one."""
    key = tuple(tokenize(printed).texts)
    if not key:
        raise ReadingError(f"the name {printed!r} prints nothing; give it a sign")
    first = key[0]
    begins = first.isalpha() or first == _RESTRICTED or (first[0] == "\\" and first[1:].isalpha())
    if not begins or first in _NEVER_A_NAME:
        raise ReadingError(
            f"the name {printed!r} does not begin with a letter or a command; spell it like x_{{0}}"
        )
    if not _NEVER_IN_A_NAME.isdisjoint(key):
        raise ReadingError(
            f"the name {printed!r} holds a sign that separates formulas; escape it or rename it"
        )
    if not _balanced(key):
        raise ReadingError(f"the braces of the name {printed!r} do not match; close each one")
    return key


def _balanced(key: tuple[str, ...]) -> bool:
    depth = 0
    for sign in key:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0
