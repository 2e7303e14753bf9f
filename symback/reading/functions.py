"""The functions that are read when the caller declares none, built without evaluating them.

SymPy evaluates a nested call such as ``tanh(tanh(e + 1))`` at a cost that grows exponentially,
so a call stays as it was written; whoever compares two expressions decides how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import sympy

_ONE_ARGUMENT = {
    r"\exp": "exp",
    r"\ln": "log",
    r"\sin": "sin",
    r"\cos": "cos",
    r"\tan": "tan",
    r"\sinh": "sinh",
    r"\cosh": "cosh",
    r"\tanh": "tanh",
    r"\arcsin": "asin",
    r"\arccos": "acos",
    r"\arctan": "atan",
}
_SEVERAL_ARGUMENTS = {r"\max": "Max", r"\min": "Min"}


def default_functions() -> dict[str, Callable[..., sympy.Expr]]:
    r"""Return the heads that are known without being declared.

    >>> import sympy
    >>> default_functions()[r"\ln"](sympy.Integer(1))
    log(1)
    """
    table: dict[str, Callable[..., sympy.Expr]] = {}
    table.update((head, _unary(name)) for head, name in _ONE_ARGUMENT.items())
    table.update((head, _variadic(name)) for head, name in _SEVERAL_ARGUMENTS.items())
    return table


def _unary(name: str) -> Callable[[sympy.Expr], sympy.Expr]:
    def build(argument: sympy.Expr) -> sympy.Expr:
        import sympy

        return getattr(sympy, name)(argument, evaluate=False)

    return build


def _variadic(name: str) -> Callable[..., sympy.Expr]:
    def build(first: sympy.Expr, second: sympy.Expr, *others: sympy.Expr) -> sympy.Expr:
        import sympy

        return getattr(sympy, name)(first, second, *others, evaluate=False)

    return build
