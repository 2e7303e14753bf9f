"""Expressions: a node with Python's operators on it."""

from __future__ import annotations

import numbers
from typing import Any

from symback.core.errors import InputError
from symback.core.names import checked_name
from symback.core.node import Node, Role
from symback.core.op import VARIADIC, Op
from symback.ops import arithmetic, comparisons, elementary


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
        return Expression(Node(node.op, node.inputs, node.parameters, checked_name(name)))

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

    def __bool__(self) -> bool:
        raise InputError(
            f"{self!r} has no truth value before numbers come in; use symback.where(condition, a, b)"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return Expression, (self.node,)


Operand = Expression | int | float | numbers.Rational


def checked_constant(value: object) -> Any:
    """Return a number that can stand in an expression: an integer, a fraction or a finite float.

    Raises:
        InputError: It is something else.

    >>> checked_constant(2)
    2
    """
    if isinstance(value, bool) or not isinstance(value, int | float | numbers.Rational):
        raise InputError(
            f"{value!r} cannot stand in an expression: expected an expression, an integer, a fraction "
            f"or a float, got {type(value).__name__}"
        )
    if isinstance(value, float) and value - value != 0:
        raise InputError(f"{value!r} cannot stand in an expression: only finite numbers can")
    # A NumPy float is a float, but prints its type.
    return float(value) if isinstance(value, float) else value


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
    nodes = tuple((a if isinstance(a, Expression) else constant(a)).node for a in arguments)
    return Expression(Node(op, nodes, op.bind(tuple(map(checked_constant, parameters)))))


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
    try:
        role = Role(role)
    except ValueError:
        raise InputError(f"role {role!r} is unknown; it is 'input', 'parameter' or 'target'") from None
    made = tuple(Expression(Node(None, name=checked_name(name), role=role)) for name in listed)
    return (
        made[0] if len(made) == 1 and not (isinstance(names, str) and names.strip().endswith(",")) else made
    )
