"""Shapes: the sizes of a quantity's axes, each a positive integer or a symbol that stands for one."""

from __future__ import annotations

import math
import numbers as numeric
import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from symback.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Size: TypeAlias = "int | str"
"""How many entries an axis has: a number, or a symbol such as "N"."""

Shape: TypeAlias = "tuple[Size, ...]"
"""One size for each axis; () is a scalar."""

_SYMBOL: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_MOST_AXES: Final = 8


def shape_of_text(text: object, what: str = "shape") -> Shape:
    """Read a shape: sizes separated by spaces or commas; integers, or symbols that stand for any.

    A tuple or list of sizes is taken as it is, a lone integer as one axis.

    Raises:
        InputError: A size is neither a positive integer nor a symbol.

    >>> shape_of_text("N 4"), shape_of_text(""), shape_of_text((2, "K"))
    (('N', 4), (), (2, 'K'))
    """
    if isinstance(text, str):
        parts: Sequence[Any] = text.strip().strip("()[]").replace(",", " ").split()
    elif isinstance(text, int) and not isinstance(text, bool):
        parts = [text]
    elif isinstance(text, tuple | list):
        parts = text
    else:
        raise InputError(f"{what} {text!r}: expected sizes like 'N 4', got {type(text).__name__}")
    if len(parts) > _MOST_AXES:
        raise InputError(f"{what} {text!r} has {len(parts)} axes; at most {_MOST_AXES} are accepted")
    return tuple(_checked_size(part, text, what) for part in parts)


def _checked_size(part: Any, text: object, what: str) -> Size:
    if isinstance(part, str) and part.isdecimal():
        part = int(part)
    elif isinstance(part, numeric.Integral) and not isinstance(part, bool):
        part = int(part)  # a NumPy integer prints its type
    if isinstance(part, bool) or not (
        (isinstance(part, int) and part > 0) or (isinstance(part, str) and _SYMBOL.match(part))
    ):
        empty = " (an empty axis has nothing to differentiate)" if part == 0 else ""
        raise InputError(
            f"{what} {text!r}: {part!r} is no size{empty}; expected positive integers or symbols, like 'N 4'"
        )
    return part


def spelled(shape: Iterable[Size]) -> str:
    """Spell a shape as Python spells a tuple, symbols without quotes.

    >>> spelled(("N", 4)), spelled(("n",)), spelled(())
    ('(N, 4)', '(n,)', '()')
    """
    parts = [str(size) for size in shape]
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"


def broadcast_shape(shapes: Iterable[Shape]) -> Shape | None:
    """Return the shape to which all broadcast, by NumPy's rule; None if they do not go together.

    Axes are matched from the last one; an axis of size 1 goes with any.

    >>> broadcast_shape([("N", 4), (4,)]), broadcast_shape([("N", 4), ("M", 4)])
    (('N', 4), None)
    """
    common: list[Size] = []
    for shape in shapes:
        missing = len(shape) - len(common)
        common[:0] = [1] * missing
        for axis, size in enumerate(reversed(shape), 1):
            if common[-axis] == 1:
                common[-axis] = size
            elif size not in (1, common[-axis]):
                return None
    return tuple(common)


def resolved(value: Any, sizes: Mapping[str, int]) -> Any:
    """Put numbers in for the symbols of sizes in an op's parameter: those inside tuples.

    >>> resolved(("N", 4, (0, "M")), {"N": 2, "M": 3}), resolved("N", {"N": 2})
    ((2, 4, (0, 3)), 'N')
    """
    if not isinstance(value, tuple):
        return value
    return tuple(
        [sizes.get(part, part) if isinstance(part, str) else resolved(part, sizes) for part in value]
    )


def numbers(shape: Shape) -> tuple[int, ...] | None:
    """Return a shape whose sizes are all numbers; None if one is a symbol.

    >>> numbers((2, 3)), numbers(("N", 3))
    ((2, 3), None)
    """
    found = tuple([size for size in shape if isinstance(size, int)])
    return found if len(found) == len(shape) else None


def count(sizes: Iterable[int]) -> int:
    """Return how many entries there are: the product of the sizes.

    >>> count((2, 3))
    6
    """
    return math.prod(sizes)
