"""From a SymPy expression to an expression over ops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symback.core.errors import DerivationError
from symback.ops.expression import Expression, constant
from symback.ops.sympy_numbers import plain
from symback.ops.table import FUNCTIONS as F

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def from_sympy(expr: Any, symbols: Mapping[Any, Expression]) -> Expression:
    """Write a SymPy expression in ops.

    Args:
        expr: The expression; it is small: a derivative of one op's forward function.
        symbols: What each of its symbols stands for.

    Raises:
        DerivationError: It holds a function for which there is no op.

    >>> import sympy
    >>> from symback.ops.expression import symbols
    >>> z = sympy.Symbol("z")
    >>> from_sympy(sympy.exp(z), {z: symbols("z")})
    <exp(z)>
    """
    if expr in symbols:
        return symbols[expr]
    if expr.is_Rational:
        return constant(plain(expr))
    kind = type(expr).__name__
    if kind not in _TRANSLATIONS:
        raise DerivationError(
            f"no op for {kind} in the derivative {expr}; state a textbook form in the op's record"
        )
    return _TRANSLATIONS[kind](expr, lambda part: from_sympy(part, symbols))


# Beyond a few denominators a coefficient is written as a decimal, as people type it.
_LONG_DENOMINATOR = 4


def _add(expr: Any, translate: Callable[[Any], Expression]) -> Expression:
    first, *rest = expr.as_ordered_terms()
    total = translate(first)
    for term in rest:
        negative = term.could_extract_minus_sign()
        total = total - translate(-term) if negative else total + translate(term)
    return total


def _mul(expr: Any, translate: Callable[[Any], Expression]) -> Expression:
    coefficient, rest = expr.as_coeff_Mul()
    if 1 < coefficient.q <= _LONG_DENOMINATOR:
        return translate(coefficient.p * rest) / int(coefficient.q)
    if coefficient.q > _LONG_DENOMINATOR:
        return constant(plain(coefficient)) * translate(rest)
    if coefficient.could_extract_minus_sign():
        return -translate(-expr)
    factors = [factor for factor in expr.as_ordered_factors() if not _is_divisor(factor)]
    product = translate(factors[0]) if factors else constant(1)
    for factor in factors[1:]:
        product = product * translate(factor)
    divisors = [1 / factor for factor in expr.args if _is_divisor(factor)]
    return product / translate(expr.func(*divisors)) if divisors else product


def _is_divisor(factor: Any) -> bool:
    return bool(factor.is_Pow and factor.exp.could_extract_minus_sign())


def _pow(expr: Any, translate: Callable[[Any], Expression]) -> Expression:
    base, exponent = expr.as_base_exp()
    if exponent.could_extract_minus_sign():
        return 1 / translate(base**-exponent)
    if exponent.is_Rational and exponent.q == 2 and exponent.p == 1:  # noqa: PLR2004 - one half
        return F.sqrt(translate(base))
    if exponent.is_Rational:
        number: Expression = translate(base) ** plain(exponent)
        return number
    return translate(base) ** translate(exponent)


def _piecewise(expr: Any, translate: Callable[[Any], Expression]) -> Expression:
    *rows, (last, otherwise) = expr.args
    if otherwise != True:  # noqa: E712 - SymPy's own true
        raise DerivationError(f"the cases of {expr} do not cover everything; end them with (…, True)")
    if len(rows) == 1 and (rows[0][0], last) == (1, 0):
        return translate(rows[0][1])
    chosen = translate(last)
    for value, condition in reversed(rows):
        chosen = F.where(translate(condition), translate(value), chosen)
    return chosen


def _function(name: str) -> Callable[..., Expression]:
    def translated(expr: Any, translate: Callable[[Any], Expression]) -> Expression:
        return getattr(F, name)(*map(translate, expr.args))  # type: ignore[no-any-return]

    return translated


_TRANSLATIONS: dict[str, Callable[..., Expression]] = {
    "Add": _add,
    "Mul": _mul,
    "Pow": _pow,
    "Piecewise": _piecewise,
    "Pi": lambda _expr, _translate: F.pi(),
    "StrictGreaterThan": _function("gt"),
    "GreaterThan": _function("ge"),
    "StrictLessThan": _function("lt"),
    "LessThan": _function("le"),
    "Equality": _function("eq"),
    **{name: _function(name) for name in ("exp", "log", "sin", "cos", "sinh", "cosh", "tanh", "sign", "erf")},
    "Abs": _function("abs"),
}
