"""Multilinear ops: sums of products over indices, each stated by its index pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from symback.core.errors import DerivationError
from symback.core.op import Kind, Op, Parameter
from symback.notation.forms import SumOver
from symback.ops.index_calculus import differential
from symback.ops.sympy_numbers import entry_index

if TYPE_CHECKING:
    from symback.core.node import Node


def _inner(sp: Any, left: Any, right: Any, size: Any) -> Any:
    i = sp.Symbol("i", integer=True)
    last = (sp.Symbol(size, integer=True, positive=True) if isinstance(size, str) else size) - 1
    return sp.Sum((left * right).subs(entry_index(sp), i), (i, 0, last))


INNER = Op(
    name="inner",
    kind=Kind.MULTILINEAR,
    arity=2,
    parameters=(Parameter("size", "n"),),
    forward=_inner,
    numeric=lambda xp, left, right, size: xp.sum(xp.multiply(left, right)),
    form=SumOver("i"),
    pattern="i,i->",
    prose="A sum of products: each factor's derivative is the factor beside it.",
    source="Laue, Mitterreiter & Giesen, A Simple and Efficient Tensor Calculus (2020)",
)

RECORDS: Final = (INNER,)


def multilinear_factor(node: Node, position: int) -> Node:
    """Return the derivative of a sum of products with respect to one operand, its δs collapsed.

    Raises:
        DerivationError: The result is more than one of the other operands.

    >>> from symback.core.node import Node
    >>> x, w = Node(None, name="x", shape=("n",)), Node(None, name="w", shape=("n",))
    >>> multilinear_factor(Node(INNER, (x, w), ("n",)), 1).name
    'x'
    """
    assert node.op is not None  # noqa: S101 - only ops have patterns
    result = differential(node.op.pattern, position).collapsed()
    own = node.op.pattern.partition("->")[0].split(",")[position]
    if result.deltas or result.summed or len(result.factors) != 1 or len(result.factors[0][1]) != len(own):
        raise DerivationError(f"the derivative of {node.op.name} is no single factor")
    return node.inputs[result.factors[0][0]]
