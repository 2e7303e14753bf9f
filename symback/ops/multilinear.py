"""Multilinear ops: sums of products over indices, each stated by its index pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from symback.core.errors import DerivationError
from symback.core.op import VARIADIC, Kind, Op, Parameter
from symback.notation.forms import SumOver, word
from symback.ops.index_calculus import differential
from symback.ops.sympy_numbers import entry_index

if TYPE_CHECKING:
    from symback.core.node import Node
    from symback.core.shapes import Shape


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

EINSUM = Op(
    name="einsum",
    kind=Kind.MULTILINEAR,
    arity=VARIADIC,
    parameters=(Parameter("pattern", ""), Parameter("sizes", ())),
    numeric=lambda xp, *given: xp.einsum(given[:-2], *given[-2:]),
    form=word("einsum"),
    shape=lambda shapes, pattern, sizes: sizes,
    prose="A sum of products over indices: each factor's derivative is what stands beside it.",
    source="Laue, Mitterreiter & Giesen, A Simple and Efficient Tensor Calculus (2020)",
)
"""Products, sums, transposes and broadcasts: the parameters are the index pattern and the shape."""

EYE = Op(
    name="eye",
    kind=Kind.PIECEWISE_CONSTANT,
    arity=0,
    parameters=(Parameter("sizes", (1, 1)),),
    numeric=lambda xp, sizes: xp.eye(sizes[0]),
    form=word("I"),
    shape=lambda shapes, sizes: sizes,
    prose="1 where two indices are equal, 0 elsewhere.",
    source="Kronecker's δ",
)

JACOBIAN = Op(
    name="jacobian",
    kind=Kind.MULTILINEAR,
    arity=VARIADIC,
    parameters=(Parameter("sizes", ()),),
    numeric=lambda xp, *given: None,
    form=word("jacobian"),
    shape=lambda shapes, sizes: sizes,
    prose="All derivatives of all entries; they are written in index form and never stored.",
    source="Griewank & Walther, Evaluating Derivatives (2008), ch. 3",
)

RECORDS: Final = (INNER, EINSUM, EYE, JACOBIAN)

LETTERS: Final = "ijklmnopqrstuvwxyzabcdefgh"
"""The letters of index patterns, in the order in which they are taken."""


def pulled_back(pattern: str, position: int, own_shape: Shape) -> Transposed:
    """Return the pattern that turns an upstream gradient into an operand's gradient.

    For Z_ik = Σ_j X_ij W_jk: dW_jk = Σ_i dZ_ik X_ij. A letter that the operand repeats needs a δ:
    for the trace t = Σ_i A_ii, dA_ij = dt δ_ij.

    Args:
        pattern: The pattern of the product.
        position: Which operand.
        own_shape: The operand's shape.

    Source: the chain rule with ∂Z/∂operand from `index_calculus.differential`, its δs used up.

    >>> pulled_back("ij,jk->ik", 1, (2, 3)).pattern
    'ik,ij->jk'
    >>> pulled_back("ii->", 0, (3, 3))
    Transposed(others=(), deltas=((3, 3),), pattern=',ij->ij')
    """
    left, _, output = pattern.partition("->")
    operands = left.split(",")
    free = iter([letter for letter in LETTERS if letter not in pattern])
    own, deltas, letters = "", [], []
    for letter, size in zip(operands[position], own_shape, strict=True):
        if letter not in own:
            own += letter
            continue
        fresh = next(free)
        own += fresh
        deltas.append((size, size))
        letters.append(letter + fresh)
    others = tuple(n for n in range(len(operands)) if n != position)
    parts = [output, *(operands[n] for n in others), *letters]
    return Transposed(others, tuple(deltas), ",".join(parts) + "->" + own)


class Transposed(NamedTuple):
    """A product whose first operand is an upstream gradient.

    Attributes:
        others: The positions of the operands that stand beside it.
        deltas: The shapes of the δs after these.
        pattern: The index pattern.
    """

    others: tuple[int, ...]
    deltas: tuple[Shape, ...]
    pattern: str


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
