"""The table of all ops, and a function for each.

Adding an op is one record in one of the modules named here; everything else finds it in the table.
"""

from __future__ import annotations

import copyreg
import difflib
from typing import TYPE_CHECKING, Any, Final

from symback.core.errors import InputError, UnknownNameError
from symback.core.op import Op
from symback.notation.numeral import TypedNumber
from symback.ops import (
    activations,
    arithmetic,
    comparisons,
    compositions,
    elementary,
    multilinear,
    piecewise,
    reductions,
    selecting,
    structural,
)
from symback.ops.expression import Expression, apply, constant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OPS: Final[Mapping[str, Op]] = {
    op.name: op
    for module in (arithmetic, comparisons, elementary, activations, piecewise, selecting)
    for op in module.RECORDS
}
"""Every op by its name."""

ARRAY_OPS: Final[Mapping[str, Op]] = {
    op.name: op for module in (multilinear, structural, reductions, compositions) for op in module.RECORDS
}
"""Ops on whole arrays; their functions, with NumPy's signatures, are in `functions`."""

ACTIVATIONS: Final = tuple(
    op.name
    for op in (*piecewise.RECORDS, *activations.RECORDS, *elementary.RECORDS, arithmetic.POWER)
    if op.arity == 1
)
"""The ops of one argument that a neuron can end in."""


def op_named(name: str) -> Op:
    """Return the op of a name.

    Raises:
        UnknownNameError: There is none; the message offers the nearest ones.

    >>> op_named("relu")
    <op relu>
    """
    try:
        return ARRAY_OPS[name] if name in ARRAY_OPS else OPS[name]
    except (KeyError, TypeError):
        near = difflib.get_close_matches(str(name), OPS, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(sorted(OPS))}"
        raise UnknownNameError(f"unknown op {name!r}; {hint}") from None


def activation_named(text: str) -> tuple[Op, tuple[Any, ...]]:
    """Read an activation with its parameters, like "relu" or "leaky_relu(0.2)".

    Raises:
        UnknownNameError: No such op takes one argument.
        InputError: The parameters cannot be read or used.

    >>> activation_named("leaky_relu(0.2)")
    (<op leaky_relu>, (TypedNumber(1, 5),))
    """
    if not isinstance(text, str):
        raise InputError(f"activation {text!r}: expected a name like 'relu', got {type(text).__name__}")
    name, bracket, rest = text.strip().partition("(")
    op = op_named(name)
    if op.name not in ACTIVATIONS:
        raise InputError(
            f"activation {text!r} is no function of one value; try one of {', '.join(ACTIVATIONS)}"
        )
    if bracket and not rest.endswith(")"):
        raise InputError(f"activation {text!r}: the bracket is not closed; write it like 'leaky_relu(0.2)'")
    given = [part.strip() for part in rest[:-1].split(",")] if rest[:-1].strip() else []
    try:
        numbers = tuple(TypedNumber.parse(part) for part in given)
        _ = [float(number) for number in numbers]
    except (ValueError, ArithmeticError):
        raise InputError(
            f"activation {text!r}: parameters are numbers that fit a double, like 'leaky_relu(0.2)'"
        ) from None
    return op, op.bind(numbers)


class _Functions:
    """The functions of all ops, as attributes."""

    constant: Callable[[object], Expression] = staticmethod(constant)

    def __getattr__(self, name: str) -> Callable[..., Expression]:
        if name not in OPS:
            raise AttributeError(f"there is no op {name!r}")
        return function(OPS[name])


FUNCTIONS: Final = _Functions()
"""Every op as a function on expressions: `FUNCTIONS.relu(x)`."""


def function(op: Op) -> Callable[..., Expression]:
    """Make the function on expressions that applies an op.

    Its arguments are expressions or numbers; the op's parameters follow by position or by name.

    >>> from symback.ops.expression import symbols
    >>> function(OPS["leaky_relu"])(symbols("z"), 0.2)
    <leaky_relu(z, 0.2)>
    """
    names = [parameter.name for parameter in op.parameters]

    def apply_op(*arguments: Any, **named: Any) -> Expression:
        count = len(arguments) if op.arity < 0 else op.arity
        positional = arguments[count:]
        for key in named:
            if key not in names[len(positional) :]:
                raise InputError(
                    f"{op.name}: unknown parameter {key!r}; it takes {', '.join(names) or 'none'}"
                )
        defaults = op.parameters[len(positional) :]
        rest = tuple(named.get(parameter.name, parameter.default) for parameter in defaults)
        return apply(op, *arguments[:count], parameters=(*positional, *rest))

    apply_op.__name__ = apply_op.__qualname__ = op.name
    apply_op.__doc__ = f"{op.prose}\n\nSource: {op.source}."
    return apply_op


# Records hold functions, which do not pickle; the name finds the record again.
copyreg.pickle(Op, lambda op: (op_named, (op.name,)))
