"""What users give as numbers, checked and spread over the names of a derivation."""

from __future__ import annotations

import math
import numbers
from collections.abc import Container, Iterable, Mapping, Sized
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symback.core.errors import InputError, UnknownNameError
from symback.core.node import Role
from symback.core.shapes import spelled
from symback.notation.numeral import TypedNumber

if TYPE_CHECKING:
    from symback.derivation.backward import Backward


class Block(list[str]):
    """The names of the entries of an array, in row-major order.

    Attributes:
        shape: The shape of the array.

    >>> Block(["X00", "X01"], (1, 2)).nested({"X00"})
    [['X00', None]]
    """

    def __init__(self, names: Iterable[str], shape: tuple[int, ...]) -> None:
        super().__init__(names)
        self.shape = shape

    def __reduce__(self) -> tuple[object, ...]:
        return Block, (list(self), self.shape)

    def nested(self, known: Container[str], before: str = "") -> Any:
        """Return the names as nested lists, with something before each, and None for what is not known."""
        flat: list[Any] = [before + name if before + name in known else None for name in self]
        for size in reversed(self.shape):
            flat = [flat[start : start + size] for start in range(0, len(flat), size)]
        return flat[0]

    def entries(self, value: Any, key: str) -> list[Any]:
        """Return the numbers of nested lists, or of an array, of this shape in row-major order.

        Raises:
            InputError: A list has another length than its axis, or there are too few or too many axes.
        """
        level = [(key, value)]
        for size in self.shape:
            inner = []
            for where, part in level:
                if not _is_row(part) or len(part) != size:
                    has = f"has {len(part)} entries," if _is_row(part) else f"= {_short(part)}:"
                    wanted = f"expected {size}; the shape of {key} is {spelled(self.shape)}"
                    raise InputError(f"{where} {has} {wanted}")
                inner += [(f"{where}[{n}]", part[n]) for n in range(size)]
            level = inner
        return [checked_number(entry, where) for where, entry in level]


def _is_row(value: Any) -> bool:
    return isinstance(value, list | tuple) or bool(getattr(value, "shape", ()))


def spread(backward: Backward, given: Mapping[str, Any], upstream: Any) -> dict[str, Any]:
    """Return a checked number for every input of a derivation and for its upstream gradient.

    A group such as `x` stands for its members in order. The upstream is 1 unless given, as
    `upstream` or under its own name.

    Raises:
        InputError: A value cannot be used, is missing, or there are too many or too few.
        UnknownNameError: A name belongs to nothing in the derivation.
    """
    seed = backward.seed.name
    leaves = [str(node.name) for node in backward.graph.leaves() if node.role is not Role.UPSTREAM]
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key in leaves or key == seed:
            put(values, key, _single(value, key))
        elif key in backward.groups:
            members = backward.groups[key]
            if isinstance(members, str):
                put(values, members, _single(value, key))
                continue
            if isinstance(members, Block):
                for name, entry in zip(members, members.entries(value, key), strict=True):
                    put(values, name, entry)
                continue
            for position, (name, entry) in enumerate(
                zip(members, _entries(value, key, members), strict=True)
            ):
                where = f"{key}[{position}]" if len(members) > 1 else key
                put(values, name, checked_number(entry, where))
        else:
            known = ", ".join(list(dict.fromkeys([*backward.groups, *leaves]))[:20])
            raise UnknownNameError(
                f"{key!r} is no input; the inputs are {known}, and {seed} for the upstream"
            )
    missing = [name for name in leaves if name not in values]
    if missing:
        listed = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")  # noqa: PLR2004 - enough to see
        raise InputError(f"no value for {listed}; give one for every input")
    if upstream is not None:
        put(values, seed, checked_number(upstream, "upstream"))
    values.setdefault(seed, 1)
    _refuse_unequal_shapes(values, seed)
    return values


def _refuse_unequal_shapes(values: Mapping[str, Any], seed: str) -> None:
    shapes = {name: tuple(value.shape) for name, value in values.items() if hasattr(value, "dtype")}
    if len(set(shapes.values())) < 2:  # noqa: PLR2004 - nothing to compare
        if seed in shapes and len(shapes) == 1 and shapes[seed]:
            raise InputError(f"upstream has the shape {shapes[seed]}, but every input is a number")
        return
    import numpy as np

    upstream = shapes.pop(seed, ())
    listed = ", ".join(f"{name} {shape}" for name, shape in list(shapes.items())[:8])
    try:
        common = np.broadcast_shapes(*shapes.values())
        fits = np.broadcast_shapes(common, upstream) == common
    except ValueError:
        fits = False
    if not fits:
        raise InputError(
            f"the shapes do not go together: {listed}" + (f", upstream {upstream}" if upstream else "")
        )


def put(values: dict[str, Any], name: str, value: Any) -> None:
    """Add a value, unless its name has one already.

    Raises:
        InputError: The name has a value.
    """
    if name in values:
        raise InputError(f"{name} is given twice; give it once")
    values[name] = value


def _single(value: Any, name: str) -> Any:
    """Take a number, or a list of one number."""
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    return checked_number(value, name)


def _entries(value: Any, key: str, members: list[str]) -> list[Any]:
    if isinstance(value, str) or not isinstance(value, Iterable) or _has_no_axis(value):
        if len(members) == 1 and not isinstance(value, str):
            return [value]
        raise InputError(f"{key} = {value!r}: expected a sequence of {len(members)} numbers")
    if isinstance(value, Mapping | set | frozenset):
        raise InputError(f"{key}: expected a sequence of numbers in order, got {type(value).__name__}")
    if not isinstance(value, Sized):
        raise InputError(f"{key}: expected a list of numbers, got {type(value).__name__}")
    if len(members) == 1 and len(value) != 1 and hasattr(value, "dtype"):
        return [value]
    if len(value) != len(members):
        span = members[0] if len(members) == 1 else f"{members[0]} … {members[-1]}"
        raise InputError(f"{key} has {len(value)} values, expected {len(members)} ({span})")
    return list(value)


def _has_no_axis(value: Any) -> bool:
    return getattr(value, "shape", None) == ()


def checked_number(value: Any, where: str) -> Any:  # noqa: C901, PLR0911 - one line for each type
    """Return a number that can be computed with, or an array of such numbers.

    Integers, fractions and decimals stay exact. Truth values are refused: they are mostly a
    mistake where a number is expected.

    Raises:
        InputError: It is no finite real number.

    >>> checked_number(Decimal("0.10"), "x")
    TypedNumber(1, 10)
    >>> checked_number("1", "x[0]")
    Traceback (most recent call last):
    ...
    symback.core.errors.InputError: x[0] = '1': expected a number, got str
    """
    if type(value) is int or type(value) is Fraction or type(value) is TypedNumber:
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InputError(f"{where} = {value}: only finite numbers can be used")
        return float(value)
    if _has_no_axis(value) and hasattr(value, "item"):
        plain = value.item()
        # NumPy's long double is its own item.
        return checked_number(float(plain) if type(plain) is type(value) else plain, where)
    if isinstance(value, Decimal) and value.is_finite():
        return TypedNumber.parse(str(value))
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return _checked_array(value, where)
    if isinstance(value, bool):
        raise InputError(f"{where} = {value}: expected a number, got a truth value; write 1 or 0")
    if isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real):
        raise InputError(f"{where} = {value}: complex numbers are not supported; give a real one")
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    raise InputError(f"{where} = {_short(value)}: expected a number, got {type(value).__name__}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "…"  # noqa: PLR2004 - one line of a message


def _checked_array(value: Any, where: str) -> Any:
    """Return a copy of an array of finite real numbers; integers become float64."""
    from array_api_compat import array_namespace, is_array_api_obj

    if not is_array_api_obj(value):
        import numpy as np

        value = np.asarray(value)
    if str(value.dtype) == "object":
        raise InputError(f"{where}: an array of Python objects cannot be used; expected an array of numbers")
    if hasattr(value, "detach"):
        value = value.detach()  # a tensor is taken for its numbers
    xp = array_namespace(value)
    if xp.isdtype(value.dtype, "complex floating"):
        raise InputError(f"{where}: an array of complex numbers is not supported; give real ones")
    if not xp.isdtype(value.dtype, ("real floating", "integral")):
        raise InputError(f"{where}: an array of {value.dtype} cannot be used; expected numbers")
    if 0 in value.shape:
        raise InputError(f"{where}: the array is empty; expected at least one number")
    array = (
        xp.astype(value, xp.float64) if xp.isdtype(value.dtype, "integral") else xp.asarray(value, copy=True)
    )
    if not bool(xp.all(xp.isfinite(array))):
        raise InputError(f"{where}: the array holds nan or an infinity; only finite numbers can be used")
    return array
