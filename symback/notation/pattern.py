"""Formulas with places left open: spelled once, filled many times.

Thousands of steps of a derivation differ only in their names. Such a family is written as one
tree with slots, spelled once, and then filled with the spelled names of each member.
"""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SLOT: Final = re.compile("\x00(\\d+)\x00")


def spell_slot(number: int) -> str:
    r"""Mark the place of a slot in spelled text.

    >>> spell_slot(3)
    '\x003\x00'
    """
    return f"\x00{number}\x00"


class Pattern:
    """Spelled text with places left open.

    >>> Pattern("a" + spell_slot(1) + "b" + spell_slot(0)).fill(["x", "y"])
    'aybx'
    """

    __slots__ = ("_pick", "_template")

    def __init__(self, spelled: str) -> None:
        pieces = _SLOT.split(spelled)
        numbers = [int(number) for number in pieces[1::2]]
        self._template = "%s".join(piece.replace("%", "%%") for piece in pieces[::2])
        self._pick: Callable[[Sequence[str]], object]
        # itemgetter of a single place gives the bare item, which % takes as well.
        self._pick = itemgetter(*numbers) if numbers else _nothing

    def fill(self, values: Sequence[str]) -> str:
        """Put spelled values into the places."""
        return self._template % self._pick(values)


def _nothing(values: Sequence[str]) -> object:  # noqa: ARG001 - stands in for an itemgetter
    return ()
