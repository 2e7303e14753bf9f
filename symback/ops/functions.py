"""Every function by its name: each op of the table, and NumPy's functions on arrays."""

from __future__ import annotations

import difflib
import operator
from functools import reduce, wraps
from typing import TYPE_CHECKING, Any, Final

from symback.core.errors import InputError, UnknownNameError
from symback.ops import array_making, cutting, indexing, linear_algebra, rearranging, reducing
from symback.ops.arithmetic import CONSTANT
from symback.ops.axes import expression, spread
from symback.ops.comparisons import RECORDS as _COMPARISONS
from symback.ops.expression import Expression, constant
from symback.ops.table import OPS, function

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _is_zero(value: Any) -> bool:
    node = value.node if isinstance(value, Expression) else None
    number = value if node is None else node.parameters[0] if node.op is CONSTANT else None
    return not isinstance(number, bool) and isinstance(number, int | float) and number == 0


def maximum(*values: Any) -> Expression:
    """Return the larger values, entry by entry; against 0 it is ReLU, with its choice at 0.

    >>> from symback.ops.expression import symbols
    >>> maximum(symbols("z"), 0), maximum(symbols("a"), symbols("b"))
    (<relu(z)>, <maximum(a, b)>)
    """
    if len(values) == 2 and sum(map(_is_zero, values)) == 1:  # noqa: PLR2004 - a value and 0
        return _OP_FUNCTIONS["relu"](next(value for value in values if not _is_zero(value)))
    return _OP_FUNCTIONS["maximum"](*map(expression, values))


def power(base: Any, exponent: Any) -> Expression:
    """Return the base to the power of an exponent, a number or an expression."""
    return expression(base) ** exponent  # type: ignore[no-any-return]


def clip(z: Any, min: Any = None, max: Any = None) -> Expression:  # noqa: A002 - NumPy's names
    """Return the value, not below `min` and not above `max`."""
    numbers = isinstance(min, int | float) and isinstance(max, int | float)
    if numbers:
        return _OP_FUNCTIONS["clamp"](expression(z), min, max)
    z = expression(z)
    z = z if min is None else maximum(z, min)
    return z if max is None else _OP_FUNCTIONS["minimum"](z, expression(max))


def identity(z: Any) -> Expression:
    """Return the value itself; of a plain integer the identity matrix of that size, as NumPy does.

    >>> from symback.ops.expression import symbols
    >>> identity(symbols("z")), identity(2)
    (<identity(z)>, <eye((2, 2))>)
    """
    return array_making.eye(z) if isinstance(z, int) else _OP_FUNCTIONS["identity"](z)


def atanh(z: Any) -> Expression:
    """Return the inverse of tanh, (log(1 + z) − log(1 − z))/2."""
    z = expression(z)
    return (_OP_FUNCTIONS["log1p"](z) - _OP_FUNCTIONS["log1p"](-z)) / 2


def log2(z: Any) -> Expression:
    """Return the logarithm to base 2."""
    return _OP_FUNCTIONS["log"](z) / _OP_FUNCTIONS["log"](constant(2))


def log10(z: Any) -> Expression:
    """Return the logarithm to base 10."""
    return _OP_FUNCTIONS["log"](z) / _OP_FUNCTIONS["log"](constant(10))


def add(first: Any, *terms: Any) -> Expression:
    """Return the sum of all terms, entry by entry."""
    return reduce(operator.add, map(expression, terms), expression(first))


def not_equal(left: Any, right: Any) -> Expression:
    """Return 1 where two values differ, 0 elsewhere."""
    return 1 - _OP_FUNCTIONS["eq"](expression(left), expression(right))


def _truth(value: Any) -> Expression:
    """Return 1 where a value is not 0; a comparison is that already."""
    z = expression(value)
    return z if z.node.op in _COMPARISONS else not_equal(z, 0)


def logical_and(left: Any, right: Any) -> Expression:
    """Return 1 where both hold, 0 elsewhere.

    >>> from symback.ops.expression import symbols
    >>> z = symbols("z")
    >>> logical_and(z > 0, z < 1)
    <mul(gt(…), lt(…))>
    """
    return _truth(left) * _truth(right)


def logical_or(left: Any, right: Any) -> Expression:
    """Return 1 where one of two holds, 0 elsewhere."""
    return _OP_FUNCTIONS["maximum"](_truth(left), _truth(right))


def logical_not(z: Any) -> Expression:
    """Return 1 where something does not hold, 0 elsewhere."""
    return 1 - _truth(z)


def hypot(a: Any, b: Any) -> Expression:
    """Return the length of the hypotenuse, √(a² + b²)."""
    return _OP_FUNCTIONS["sqrt"](expression(a) ** 2 + expression(b) ** 2)


def _of_expressions(call: Callable[..., Expression], arity: int) -> Callable[..., Expression]:
    """Let a list stand for an array among the arguments of an op."""

    @wraps(call)
    def applied(*arguments: Any, **named: Any) -> Expression:
        count = len(arguments) if arity < 0 else arity
        return call(*map(expression, arguments[:count]), *arguments[count:], **named)

    return applied


_OP_FUNCTIONS: Final[Mapping[str, Callable[..., Expression]]] = {
    name: _of_expressions(function(op), op.arity) for name, op in OPS.items() if op.arity
}

_ARRAY_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    call.__name__: call
    for call in (
        linear_algebra.einsum, linear_algebra.matmul, linear_algebra.dot, linear_algebra.inner,
        linear_algebra.outer, linear_algebra.vdot, linear_algebra.tensordot, linear_algebra.trace,
        linear_algebra.diagonal, linear_algebra.diag, linear_algebra.transpose,
        rearranging.reshape, rearranging.ravel, rearranging.expand_dims, rearranging.squeeze,
        rearranging.broadcast_to, rearranging.swapaxes, rearranging.moveaxis, rearranging.concatenate,
        rearranging.stack, cutting.split, rearranging.vstack, rearranging.hstack, cutting.pad,
        cutting.flip,
        cutting.roll, cutting.repeat, cutting.tile, cutting.place, cutting.take_slices,
        indexing.item, indexing.gather, indexing.scatter_add, indexing.take, indexing.take_along_axis,
        array_making.full, array_making.zeros, array_making.ones, array_making.full_like,
        array_making.zeros_like, array_making.ones_like, array_making.eye, array_making.arange,
        array_making.linspace, array_making.tril, array_making.triu, array_making.cumsum,
        reducing.mean, reducing.var, reducing.std, reducing.average, reducing.prod, reducing.amax,
        reducing.amin, reducing.extreme_share, reducing.norm, reducing.softmax, reducing.log_softmax,
        reducing.logsumexp, reducing.logaddexp, reducing.one_hot, reducing.stop_gradient,
        maximum, power, clip, log2, log10, atanh, identity, add, not_equal,
        logical_and, logical_or, logical_not, hypot, spread,
    )
}  # fmt: skip

_ALIASES: Final[Mapping[str, str]] = {
    "subtract": "sub", "multiply": "mul", "divide": "div", "true_divide": "div", "negative": "neg",
    "absolute": "abs", "fabs": "abs", "max": "amax", "min": "amin", "concat": "concatenate",
    "cat": "concatenate", "row_stack": "vstack", "flatten": "ravel", "view": "reshape",
    "unsqueeze": "expand_dims", "permute": "transpose", "permute_dims": "transpose", "t": "transpose",
    "matrix_transpose": "transpose", "mm": "matmul", "bmm": "matmul", "mv": "matmul",
    "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le", "equal": "eq",
    "arctan": "atan", "arcsinh": "asinh", "arctanh": "atanh", "expit": "sigmoid", "swish": "silu",
    "logistic": "sigmoid", "log_sigmoid": "logsigmoid", "detach": "stop_gradient",
    "fmax": "maximum", "fmin": "minimum", "hard_sigmoid": "hardsigmoid", "hard_swish": "hardswish",
    "hard_tanh": "hardtanh", "soft_sign": "softsign", "float_power": "power", "pow": "power",
    "broadcast": "broadcast_to", "hard_shrink": "hardshrink",
    "soft_shrink": "softshrink", "tanh_shrink": "tanhshrink", "rint": "round", "cumulative_sum": "cumsum",
}  # fmt: skip

_RENAMED: Final = {"dim": "axis", "keepdim": "keepdims", "correction": "ddof", "a_min": "min", "a_max": "max"}
"""torch's and NumPy's other names of the same arguments."""


def _with_renamed(name: str, call: Callable[..., Expression]) -> Callable[..., Expression]:
    @wraps(call)
    def applied(*arguments: Any, **named: Any) -> Expression:
        try:
            return call(*arguments, **{_RENAMED.get(key, key): value for key, value in named.items()})
        except TypeError as error:
            if "argument" not in str(error):
                raise
            raise InputError(str(error).replace(f"{call.__name__}()", name, 1)) from None

    applied.__name__ = name
    return applied


FUNCTION_TABLE: Final[Mapping[str, Callable[..., Expression]]] = {
    "constant": constant,
    "pi": function(OPS["pi"]),
    **{
        name: _with_renamed(name, call)
        for name, call in {**_OP_FUNCTIONS, **_ARRAY_FUNCTIONS, "sum": linear_algebra.sum_along}.items()
    },
}
"""Every function by its name."""


def function_named(name: str) -> Callable[..., Expression]:
    """Return the function of a name, or of another library's name for it.

    Raises:
        UnknownNameError: There is none; the message offers the nearest ones.

    >>> function_named("relu").__name__
    'relu'
    """
    found = FUNCTION_TABLE.get(name) or FUNCTION_TABLE.get(_ALIASES.get(name, ""))
    if found is None:
        near = difflib.get_close_matches(name, [*FUNCTION_TABLE, *_ALIASES], n=3)
        hint = (
            f"did you mean {' or '.join(near)}?" if near else "see symback.ops.functions for those there are"
        )
        raise UnknownNameError(f"unknown function {name!r}; {hint}")
    return found


class _Functions:
    """The functions as attributes."""

    constant: Callable[[object], Expression] = staticmethod(constant)

    def __getattr__(self, name: str) -> Callable[..., Expression]:
        try:
            return function_named(name)
        except UnknownNameError as error:
            raise AttributeError(str(error)) from None


FUNCTIONS: Final = _Functions()
"""Every function as an attribute: `FUNCTIONS.softmax(z)`."""
