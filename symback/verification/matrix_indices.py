"""What stands in a printed subscript: letters that count, numbers, and look-ups of either."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from symback.verification.matrix_functions import EXTREMES
from symback.verification.matrix_grammar import Parser
from symback.verification.matrix_names import DELTA, IDENTITY, OTHER_IDENTITY
from symback.verification.matrix_syntax import Applied, Derivative, Part, Symbol, Total, pieces, within

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symback.verification.matrix_names import Names
    from symback.verification.matrix_syntax import Formula

Indices: TypeAlias = "tuple[str | Formula, ...]"
"""A letter, or a formula with an integer value, for each axis."""


def indices_of(rest: Sequence[tuple[str, ...]], names: Names, *, entry: bool = False) -> Indices | None:
    """Return the indices that a subscript lists; None if it takes a part of a whole array instead.

    Args:
        rest: The tokens of the subscript, split at commas.
        names: What symbols stand for.
        entry: Whether an entry is meant, even if no letter counts.
    """
    found: list[str | Formula] = []
    counts = entry or not rest
    for piece in rest:
        if len(piece) == 1 and ":" in piece[0]:
            return None
        if all(len(token) == 1 and token.isalpha() for token in piece):
            if len(piece) > 1 or not names.is_index(piece[0]):
                found += piece
                counts = True
                continue
        elif piece[0].isalpha() and "".join(piece).isalnum():
            # A letter with a number: there are more indices than letters.
            found.append("".join(piece))
            counts = True
            continue
        formula = Parser(piece).whole()
        counts = counts or bool(letters_in(formula, names))
        found.append(formula)
    return tuple(found) if counts else None


def plain_letters(rest: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    """Return the letters that a subscript lists; None if it lists anything else.

    >>> plain_letters((("i", "j"),)), plain_letters((("1",),))
    (('i', 'j'), None)
    """
    found: list[str] = []
    for piece in rest:
        if all(len(token) == 1 and token.isalpha() for token in piece):
            found += piece
        elif piece[0].isalpha() and "".join(piece).isalnum():
            found.append("".join(piece))
        else:
            return None
    return tuple(found)


def is_sign(part: Symbol | Derivative, names: Names) -> bool:
    """Say whether a symbol is no quantity: a size, π, an identity matrix, a δ, or a range."""
    if isinstance(part, Derivative):
        return False
    return (
        part in names.sizes
        or part.base == r"\pi"
        or ":" in part.base
        or (part == Symbol(IDENTITY) and names.is_free(IDENTITY))
        or part.base == OTHER_IDENTITY
        or names.is_letter(part)
        or (part.base == DELTA and names.is_free(DELTA))
    )


def is_constant(part: Symbol, names: Names) -> bool:
    """Say whether a symbol is an identity matrix: a letter that counts nothing."""
    return part == Symbol(IDENTITY) and names.is_free(IDENTITY)


def letters_in(
    formula: Formula, names: Names, closed: Callable[[Formula], bool] = lambda one: isinstance(one, Part)
) -> tuple[str, ...]:
    """Return the letters in a formula that no sum binds, in the order in which letters are given out.

    Args:
        formula: The formula.
        names: What symbols stand for.
        closed: What has letters of its own inside.
    """
    found: set[str] = set()
    bound: set[str] = set()
    for part in within(formula, closed):
        if isinstance(part, Total):
            bound.update(part.letters)
        elif isinstance(part, Applied) and part.head in EXTREMES:
            bound.update("".join(piece) for piece in pieces(part.sub))
        for index in _indices_at(part, names) or ():
            found.update((index,) if isinstance(index, str) else letters_in(index, names, closed))
    return tuple(sorted(found - bound))


def _indices_at(part: Formula, names: Names) -> Indices | None:
    if isinstance(part, Part):
        return indices_of(pieces(part.sub), names)
    if isinstance(part, Symbol) and part.base == DELTA and names.is_free(DELTA):
        return indices_of(pieces(part.sub), names)
    if isinstance(part, Symbol) and names.is_letter(part) and not is_constant(part, names):
        return (part.base,)
    if isinstance(part, Symbol | Derivative) and not is_sign(part, names):
        return indices_of(names.meant(part).rest, names)
    return None
