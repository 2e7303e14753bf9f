"""The only place that meets latex2sympy2: the arithmetic skeleton of a formula goes in, a plan comes out.

A skeleton holds nothing but signs, fractions, brackets, powers and numbered holes. What latex2sympy2
makes of it is checked hole by hole and turned into a plan, which is kept: formulas that differ only in
what fills the holes are parsed once.
"""

from __future__ import annotations

import re
import sys
import warnings
from functools import lru_cache
from threading import RLock
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TextIO

from symback.core.errors import ReadingError

if TYPE_CHECKING:
    from collections.abc import Callable

    import sympy

Plan = int | tuple[Literal["add", "mul", "pow"], tuple["Plan", ...]]
"""What to do with the holes: the number of a hole, -1 for the number minus one, or an operation on plans."""

_MINUS_ONE: Plan = -1
_HOLE = re.compile(r"v(\d+)[0-9a-f]{32}")  # latex2sympy2 appends a digest of 32 digits to a variable's name
_LOCK = RLock()
_STATE: dict[str, Callable[[], object]] = {
    "var": dict,
    "variances": dict,
    "VARIABLE_VALUES": dict,
    "is_real": lambda: None,
}
"""The module's globals that change what a text means, and the values under which it means what it says."""


def hole(number: int) -> str:
    r"""Return the token that stands for a hole.

    >>> hole(3)
    '\\variable{v3}'
    """
    return rf"\variable{{v{number}}}"


@lru_cache(maxsize=4096)
def plan(skeleton: str, holes: int) -> Plan:
    r"""Parse a skeleton with the holes 0, 1, … holes - 1, each of which occurs once.

    >>> plan(rf"{hole(0)}+{hole(1)}\cdot{hole(2)}", 3)
    ('add', (0, ('mul', (1, 2))))
    """
    # The brackets are an end marker: without them, whatever follows a complete formula is ignored.
    tree = _parse(rf"\lgroup {skeleton}\rgroup")
    found: list[int] = []
    result = _plan(tree, found)
    if sorted(found) != list(range(holes)):
        raise ReadingError("latex2sympy2 lost or doubled a part of the formula; write it in another way")
    return result


def _plan(tree: sympy.Basic, found: list[int]) -> Plan:
    """Translate a parsed tree, noting each hole; anything that the skeleton did not hold is refused."""
    import sympy

    if isinstance(tree, sympy.Symbol):
        match = _HOLE.fullmatch(tree.name)
        if match is None:
            raise ReadingError(f"latex2sympy2 found a foreign symbol {tree.name!r}; write the formula anew")
        found.append(int(match[1]))
        return found[-1]
    if tree == sympy.S.NegativeOne:
        return _MINUS_ONE
    operations: dict[Any, Literal["add", "mul", "pow"]] = {
        sympy.Add: "add",
        sympy.Mul: "mul",
        sympy.Pow: "pow",
    }
    kind = operations.get(type(tree))
    if kind is None:
        raise ReadingError(f"latex2sympy2 made a {type(tree).__name__} of plain arithmetic; write it anew")
    return kind, tuple(_plan(part, found) for part in tree.args)


def _parse(text: str) -> sympy.Basic:
    """Call latex2sympy2 with a clean state, and leave the state as it was."""
    with _LOCK:
        module = _module()
        before = {name: getattr(module, name) for name in (*_STATE, "frac_type")}
        try:
            for name, fresh in _STATE.items():
                setattr(module, name, fresh())
            return module.latex2sympy(text)
        except RecursionError as error:
            raise ReadingError("the formula is nested too deeply; name its parts") from error
        except Exception as error:  # latex2sympy2 itself raises bare Exceptions
            reason = str(error).partition("\n")[0]
            raise ReadingError(
                f"the arithmetic cannot be read ({reason}); write it in another way"
            ) from error
        finally:
            for name, value in before.items():
                setattr(module, name, value)


def _module() -> Any:
    """Import latex2sympy2, which takes its time and, on Python 3.13, a little help."""
    if "latex2sympy2" in sys.modules:
        import latex2sympy2  # waits if another thread is still importing it

        return latex2sympy2
    # Its runtime imports typing.io, deprecated in Python 3.11 and gone in 3.13.
    stub = ModuleType("typing.io")
    stub.TextIO = TextIO  # type: ignore[attr-defined]
    present = sys.modules.get("typing.io")
    sys.modules["typing.io"] = stub
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import latex2sympy2
    except Exception as error:
        raise ReadingError(
            f"latex2sympy2 cannot be imported ({error}); install latex2sympy2==1.9.1, "
            "and leave no gen.py in the current folder"
        ) from error
    finally:
        if present is None:
            del sys.modules["typing.io"]
        else:
            sys.modules["typing.io"] = present
    return latex2sympy2
