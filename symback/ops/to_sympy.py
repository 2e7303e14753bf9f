"""From nodes to a SymPy expression, through the forward function of each op."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symback.core.errors import LimitError
from symback.core.node import postorder
from symback.ops.sympy_numbers import symbol_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from symback.core.node import Node
    from symback.core.op import Op

NODE_LIMIT = 2000
"""An expression of more nodes than this is not turned into one SymPy expression."""


def forward_value(sp: Any, op: Op, arguments: list[Any], parameters: tuple[Any, ...]) -> Any:
    """Apply an op's forward function.

    >>> import sympy
    >>> from symback.ops.arithmetic import MUL
    >>> forward_value(sympy, MUL, [2, 3], ())
    6
    """
    return op.forward(sp, *arguments, *parameters)


def to_sympy(
    node: Node,
    leaves: Mapping[Node, Any],
    limit: int = NODE_LIMIT,
    apply: Callable[..., Any] = forward_value,
) -> Any:
    """Write what a node computes as one SymPy expression.

    Args:
        node: The node.
        leaves: What to put for the nodes where to stop; other sources become plain symbols of
            their own name.
        limit: The largest number of nodes.
        apply: What writes an op: (sympy, op, arguments, parameters).

    Raises:
        LimitError: The expression would be larger than the limit.

    >>> from symback.ops.expression import symbols
    >>> x, w = symbols("x w")
    >>> to_sympy((x * w).node, {})
    w*x
    """
    import sympy

    values: dict[Node, Any] = {}
    for part in postorder([node], leaves):
        if len(values) > limit:
            raise LimitError(
                f"the expression for {node.name or node!r} has more than {limit} operations; "
                "use the named steps, which stay short"
            )
        if part in leaves:
            values[part] = leaves[part]
        elif part.op is None:
            values[part] = symbol_for(sympy, str(part.name), part.shape)
        else:
            values[part] = apply(sympy, part.op, [values[n] for n in part.inputs], part.parameters)
    return values[node]
