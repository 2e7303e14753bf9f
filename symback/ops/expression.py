"""Expressions: a node with Python's operators on it."""

from __future__ import annotations

import math
import numbers
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from symback.core.errors import InputError
from symback.core.names import checked_name
from symback.core.node import Node, Role
from symback.core.op import VARIADIC, Op
from symback.core.shapes import Shape, broadcast_shape, shape_of_text, spelled
from symback.ops import arithmetic, comparisons, elementary, multilinear, reductions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Expression:
    """A quantity that can be computed with.

    >>> x, w = symbols("x w")
    >>> (x * w).named("p")
    <p = mul(x, w)>
    """

    __slots__ = ("node",)

    # NumPy's numbers leave arithmetic with an expression to the expression.
    __array_ufunc__ = None

    node: Node

    def __init__(self, node: Node) -> None:
        self.node = node

    def named(self, name: str) -> Expression:
        """Return the same quantity under a name, which the derivation keeps.

        Raises:
            NamingError: The name cannot be used.
            InputError: The quantity is a symbol or has a name already.
        """
        node = self.node
        if node.name is not None:
            raise InputError(f"{node.name!r} has a name already; only an unnamed result can be named")
        return Expression(Node(node.op, node.inputs, node.parameters, checked_name(name), shape=node.shape))

    @property
    def shape(self) -> Shape:
        """The sizes of the axes; () for a scalar."""
        return self.node.shape

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.node.shape)

    def __repr__(self) -> str:
        return repr(self.node)

    def __add__(self, other: Operand) -> Expression:
        return apply(arithmetic.ADD, self, other)

    def __radd__(self, other: Operand) -> Expression:
        return apply(arithmetic.ADD, other, self)

    def __sub__(self, other: Operand) -> Expression:
        return apply(arithmetic.SUB, self, other)

    def __rsub__(self, other: Operand) -> Expression:
        return apply(arithmetic.SUB, other, self)

    def __mul__(self, other: Operand) -> Expression:
        return apply(arithmetic.MUL, self, other)

    def __rmul__(self, other: Operand) -> Expression:
        return apply(arithmetic.MUL, other, self)

    def __truediv__(self, other: Operand) -> Expression:
        return apply(arithmetic.DIV, self, other)

    def __rtruediv__(self, other: Operand) -> Expression:
        return apply(arithmetic.DIV, other, self)

    def __neg__(self) -> Expression:
        return apply(arithmetic.NEG, self)

    def __pos__(self) -> Expression:
        return self

    def __abs__(self) -> Expression:
        return apply(elementary.ABS, self)

    def __pow__(self, exponent: Operand) -> Expression:
        if isinstance(exponent, Expression):
            return apply(arithmetic.POW, self, exponent)
        number = checked_constant(exponent)
        return self if number == 1 else apply(arithmetic.POWER, self, parameters=(number,))

    def __rpow__(self, base: Operand) -> Expression:
        return apply(arithmetic.POW, base, self)

    def __gt__(self, other: Operand) -> Expression:
        return apply(comparisons.GT, self, other)

    def __ge__(self, other: Operand) -> Expression:
        return apply(comparisons.GE, self, other)

    def __lt__(self, other: Operand) -> Expression:
        return apply(comparisons.LT, self, other)

    def __le__(self, other: Operand) -> Expression:
        return apply(comparisons.LE, self, other)

    def __matmul__(self, other: Expression) -> Expression:
        return _functions().matmul(self, other)  # type: ignore[no-any-return]

    def __rmatmul__(self, other: Expression) -> Expression:
        return _functions().matmul(other, self)  # type: ignore[no-any-return]

    def __getitem__(self, key: Any) -> Expression:
        return _functions().item(self, key)  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[Expression]:
        size = self.shape[0] if self.shape else None
        if not isinstance(size, int):
            raise InputError(
                f"{described(self.node)} {spelled(self.shape)} cannot be gone through: the size of its first "
                "axis is not known"
            )
        return iter([self[n] for n in range(size)])

    def __len__(self) -> int:
        return len(list(iter(self)))

    @property
    def T(self) -> Expression:  # noqa: N802 - NumPy's name
        """The transpose: the axes in the opposite order."""
        return _functions().transpose(self)  # type: ignore[no-any-return]

    def __getattr__(self, name: str) -> Any:
        # NumPy's methods are its functions with the array first.
        if name in _METHODS:
            return partial(getattr(_functions(), name), self)
        raise AttributeError(f"an expression has no {name!r}; its methods are {', '.join(sorted(_METHODS))}")

    def __bool__(self) -> bool:
        raise InputError(
            f"{self!r} has no truth value before numbers come in; use symback.where(condition, a, b)"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return Expression, (self.node,)


_METHODS: Final = frozenset(
    {
        "sum", "mean", "max", "min", "prod", "var", "std", "norm", "logsumexp", "cumsum", "trace", "diagonal",
        "reshape", "view", "ravel", "flatten", "squeeze", "unsqueeze", "transpose", "permute", "t",
        "swapaxes", "dot", "matmul", "mm", "take", "clip", "detach", "pow", "exp", "log", "sqrt", "abs",
        "square", "tanh", "sigmoid", "relu", "softmax", "log_softmax",
    }
)  # fmt: skip
"""The functions that are methods, too: those of NumPy's arrays and of torch's tensors."""


def _functions() -> Any:
    """Return the functions on arrays, which are made from expressions themselves."""
    from symback.ops.functions import FUNCTIONS

    return FUNCTIONS


Array = Expression
"""What an annotation says of an array: `X: Annotated[sb.Array, "N 4"]`."""

Operand = Expression | int | float | numbers.Rational


def checked_constant(value: object) -> Any:
    """Return a number that can stand in an expression: an integer, a fraction or a finite float.

    Raises:
        InputError: It is something else.

    >>> checked_constant(2)
    2
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InputError(
            f"{value!r} cannot stand in an expression: expected an expression, an integer, a fraction "
            f"or a float, got {type(value).__name__}"
        )
    # A NumPy number prints its type, and its products wrap around.
    if isinstance(value, numbers.Integral):
        return value if isinstance(value, int) else int(value)
    if isinstance(value, numbers.Rational):
        return value
    if not math.isfinite(value):
        raise InputError(f"{value!r} cannot stand in an expression: only finite numbers can")
    return float(value)


def constant(value: object) -> Expression:
    """Make an expression of a number.

    >>> constant(3)
    <constant(3)>
    """
    return Expression(Node(arithmetic.CONSTANT, (), (checked_constant(value),)))


def apply(op: Op, *arguments: Operand, parameters: tuple[Any, ...] = ()) -> Expression:
    """Apply an op to expressions and numbers.

    Raises:
        InputError: The number of arguments or a parameter does not suit the op.

    >>> x = symbols("x")
    >>> apply(arithmetic.NEG, x)
    <neg(x)>
    """
    if op.arity not in (VARIADIC, len(arguments)) or (op.arity == VARIADIC and not arguments):
        wanted = "at least one argument" if op.arity == VARIADIC else f"{op.arity} argument(s)"
        raise InputError(f"{op.name} takes {wanted}, got {len(arguments)}")
    nodes = tuple([(a if isinstance(a, Expression) else constant(a)).node for a in arguments])
    bound = op.bind(tuple(map(checked_constant, parameters)))
    if not any(node.shape for node in nodes):
        return Expression(Node(op, nodes, bound))
    return make(op, _broadcast_all(op, nodes), bound)


def make(op: Op, nodes: Sequence[Node], parameters: tuple[Any, ...] = ()) -> Expression:
    """Apply an op to nodes that go together as they are.

    >>> x, = symbols("x,")
    >>> make(arithmetic.NEG, [x.node])
    <neg(x)>
    """
    shape = op.shape([node.shape for node in nodes], *parameters)
    return Expression(Node(op, tuple(nodes), parameters, shape=shape))


def _broadcast_all(op: Op, nodes: Sequence[Node]) -> list[Node]:
    """Bring arrays to one shape, so that each op works entry by entry; constants stay numbers."""
    shape = broadcast_shape([node.shape for node in nodes])
    if shape is None:
        named = " and ".join(f"{described(node)} {spelled(node.shape)}" for node in nodes if node.shape)
        raise InputError(f"{op.name}: the shapes do not go together: {named}")
    return [node if node.op in _NUMBERS else broadcast(node, shape) for node in nodes]


def described(node: Node) -> str:
    """Name a node in a message: its name, or its op over the names of its arguments.

    >>> x, = symbols("x,")
    >>> described(x.node), described((-x).node)
    ('x', 'neg(x)')
    """
    if node.name is not None or node.op is None:
        return str(node.name)
    if node.op is arithmetic.CONSTANT:
        return str(node.parameters[0])
    parts = [source.name or "…" for source in node.inputs]
    return f"{node.op.name}({', '.join(parts)})"


def broadcast(node: Node, shape: Shape) -> Node:
    """Repeat an array along new axes and along axes of size 1, by NumPy's rule.

    >>> broadcast(array("b", "3").node, ("N", 3))
    <einsum(b, j->ij, ('N', 3))>
    """
    if node.shape == shape:
        return node
    letters = iter(multilinear.LETTERS)
    output = "".join(next(letters) for _ in shape)
    missing = len(shape) - len(node.shape)
    own = "".join(
        letter if mine == size else next(letters)
        for mine, size, letter in zip(node.shape, shape[missing:], output[missing:], strict=True)
    )
    return make(multilinear.EINSUM, [node], (f"{own}->{output}", shape)).node


_NUMBERS: Final = frozenset((arithmetic.CONSTANT, arithmetic.PI, reductions.SIZE))
"""Ops that give plain numbers, which go with any shape."""


def array(name: str, shape: str | Shape | int, role: Role | str = Role.INPUT) -> Expression:
    """Make an array that comes from outside.

    Args:
        name: Its name.
        shape: Its sizes: "N 4", ("N", 4) or 3; a letter stands for any number of entries.
        role: "input", "parameter" or "target".

    Raises:
        NamingError: The name cannot be used.
        InputError: A size is neither a positive integer nor a symbol, or the role is unknown.

    >>> array("X", "N 4").shape
    ('N', 4)
    """
    sizes = shape_of_text(shape, f"the shape of {name}:")
    return Expression(Node(None, (), (), checked_name(name), _role(role), sizes))


def symbols(names: str, role: Role | str = Role.INPUT) -> Any:
    """Make symbols: scalar quantities that come from outside.

    Args:
        names: Names separated by spaces or commas.
        role: "input", "parameter" (what a gradient step updates) or "target".

    Returns:
        One expression for one name, otherwise a tuple; a trailing comma always gives a tuple.

    Raises:
        NamingError: A name cannot be used.
        InputError: There is no name, or the role is unknown.

    >>> symbols("x y")
    (<input x>, <input y>)
    """
    listed = names.replace(",", " ").split() if isinstance(names, str) else names
    if not listed:
        raise InputError("symbols: no name given; expected names separated by spaces, like 'x w b'")
    role = _role(role)
    made = tuple(Expression(Node(None, name=checked_name(name), role=role)) for name in listed)
    return (
        made[0] if len(made) == 1 and not (isinstance(names, str) and names.strip().endswith(",")) else made
    )


def _role(role: Role | str) -> Role:
    try:
        known = Role(role)
    except ValueError:
        known = None
    if known not in (Role.INPUT, Role.PARAMETER, Role.TARGET):
        raise InputError(f"role {role!r} is unknown; it is 'input', 'parameter' or 'target'")
    return known
