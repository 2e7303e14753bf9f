"""Which arguments of a function are quantities, and which are numbers that say how: axes, shapes."""

from __future__ import annotations

from typing import Final

from symback.ops.functions import FUNCTION_TABLE
from symback.ops.table import OPS

NO_MEANING: Final = frozenset(
    ["dtype", "device", "requires_grad", "copy", "order", "inplace", "precision", "optimize", "subok"]
)
"""Arguments that do not change what is computed."""

LIST_TAKERS: Final = frozenset(
    ["concatenate", "concat", "cat", "stack", "vstack", "hstack", "row_stack", "zeros", "ones", "full"]
)
"""Functions whose first argument is a list: of arrays, or of sizes."""

_FROM_START: Final = frozenset(["zeros", "ones", "eye", "identity", "arange", "linspace"])
_FROM_SECOND: Final = frozenset([
    "reshape", "view", "broadcast_to", "expand_dims", "unsqueeze", "squeeze", "transpose", "permute",
    "permute_dims", "swapaxes", "moveaxis", "sum", "mean", "max", "min", "amax", "amin", "prod", "var", "std",
    "average", "softmax", "log_softmax", "logsumexp", "norm", "trace", "diagonal", "diag", "cumsum",
    "cumulative_sum", "flip", "roll", "repeat", "tile", "concatenate", "concat", "cat", "stack", "pad",
    "one_hot", "tril", "triu", "clip", "ravel", "flatten",
])  # fmt: skip
_FROM_THIRD: Final = frozenset(["tensordot", "take"])
_MANY: Final = 1_000_000


def first_number(name: str) -> int:
    """Return the position from which the arguments of a function are numbers, not quantities.

    >>> first_number("reshape"), first_number("leaky_relu"), first_number("maximum") > 100
    (1, 1, True)
    """
    if name in _FROM_START:
        return 0
    if name in _FROM_SECOND:
        return 1
    if name in _FROM_THIRD:
        return 2
    op = OPS.get(name)
    return _MANY if op is None or op.arity < 0 else op.arity


_NO_METHODS: Final = frozenset(
    [
        *("where", "einsum", "stack", "vstack", "hstack", "concatenate", "array", "zeros", "ones", "full"),
        *("eye", "arange", "linspace", "item", "place", "take_slices", "gather", "scatter_add", "spread"),
        *("extreme_share", "one_hot", "gt", "ge", "lt", "le", "eq", "constant"),
    ]
)

METHODS: Final = frozenset(FUNCTION_TABLE) - _NO_METHODS | {
    *("max", "min", "flatten", "view", "unsqueeze", "permute", "t", "mm", "bmm", "mv", "detach", "pow"),
    *("absolute", "negative", "multiply"),
}
"""The functions that are also methods of arrays: NumPy's and torch's."""
