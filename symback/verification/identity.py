"""Whether a SymPy expression is 0 everywhere: proved, disproved, or left open."""

from __future__ import annotations

import random
from math import lcm
from typing import Any, Final

_PRECISION: Final = 30
_NOTHING: Final = 1e-18
_SIMPLIFY_UP_TO: Final = 60


def vanishes(sp: Any, expr: Any) -> bool | None:
    """Say whether an expression is identically 0; None if that was neither proved nor disproved.

    Exponentials of independent terms, logarithms and the like are algebraically independent as
    far as this goes: each becomes a symbol, and what is left is a rational function, which is 0
    exactly if its expanded numerator is.

    >>> import sympy
    >>> z = sympy.Symbol("z", real=True)
    >>> vanishes(sympy, 1 - sympy.tanh(z) ** 2 - 4 / (sympy.exp(z) + sympy.exp(-z)) ** 2)
    True
    >>> vanishes(sympy, sympy.exp(2 * z) - sympy.exp(z))
    False
    """
    if expr == 0:
        return True
    if _differs_somewhere(sp, expr):
        return False
    if rationally_zero(sp, expr):
        return True
    if expr.count_ops() <= _SIMPLIFY_UP_TO and sp.simplify(expr) == 0:
        return True
    return None


def rationally_zero(sp: Any, expr: Any) -> bool:
    """Say whether an expression is 0 by the rules of rational functions and roots.

    >>> import sympy
    >>> z = sympy.Symbol("z", positive=True)
    >>> rationally_zero(sympy, z / sympy.sqrt(z + 1) ** 3 - z / ((z + 1) * sympy.sqrt(z + 1)))
    True
    """
    rational, roots = _rational(sp, expr)
    numerator = sp.expand(sp.fraction(sp.together(rational))[0])
    # The outermost root was met last; its powers are those of what stands under it.
    for root, (base, degree) in reversed(roots.items()):
        if numerator == 0 or not numerator.has(root):
            continue
        powers: dict[int, Any] = {}
        for (power,), coefficient in sp.Poly(numerator, root).terms():
            part = coefficient * base ** (power // degree)
            powers[power % degree] = powers.get(power % degree, 0) + part
        whole = sp.Add(*(part * root**power for power, part in powers.items()))
        numerator = sp.expand(sp.fraction(sp.together(whole))[0])
    return bool(numerator == 0)


def _differs_somewhere(sp: Any, expr: Any) -> bool:
    """Look for a point at which the expression is clearly not 0."""
    rng = random.Random(0)  # noqa: S311 - any point would do
    symbols = sorted(expr.free_symbols, key=str)
    for _ in range(3):
        at = {symbol: sp.Rational(rng.randint(-200, 200), 97) for symbol in symbols}
        value = sp.N(expr.subs(at), _PRECISION)
        if value.is_number and value.is_finite and value.is_real:
            return bool(abs(value) > _NOTHING)
    return False


def _rational(sp: Any, expr: Any) -> tuple[Any, dict[Any, tuple[Any, int]]]:
    """Rewrite hyperbolic functions by exponentials, and replace what is not rational by symbols.

    Returns:
        A rational function, and for each symbol that stands for a root, of what and of which degree.
    """
    expr = expr.rewrite(sp.exp).replace(
        lambda e: e.is_Pow and bool(e.exp.free_symbols) and not isinstance(e, sp.exp),
        lambda e: sp.exp(sp.expand(e.exp * sp.log(e.base)), evaluate=False),
    )
    exponents = [term for e in expr.atoms(sp.exp) for term in sp.Add.make_args(sp.expand(e.args[0]))]
    denominators: dict[Any, int] = {}
    for term in exponents:
        coefficient, base = _split(term)
        denominators[base] = lcm(denominators.get(base, 1), int(coefficient.q))
    atoms: dict[Any, Any] = {}
    roots: dict[Any, tuple[Any, int]] = {}

    def symbol(key: Any) -> Any:
        return atoms.setdefault(key, sp.Dummy())

    def exponential(argument: Any) -> Any:
        product = sp.Integer(1)
        for term in sp.Add.make_args(sp.expand(argument)):
            coefficient, base = _split(term)
            if isinstance(base, sp.log) and coefficient.is_Rational:
                power = base.args[0]
                product *= power ** int(coefficient) if coefficient.q == 1 else root(power, coefficient)
                continue
            scale = denominators.setdefault(base, int(coefficient.q))
            product *= symbol(("exp", base)) ** int(coefficient * scale)
        return product

    def root(base: Any, exponent: Any) -> Any:
        base = sp.expand(base)
        made = symbol(("root", base, int(exponent.q)))
        roots[made] = base, int(exponent.q)
        return made ** int(exponent.p)

    def atom(e: Any) -> Any:
        if e.is_Pow and e.exp.is_Rational and not isinstance(e, sp.exp):
            return root(e.base, e.exp)
        return symbol(e if isinstance(e, sp.Piecewise) else e.func(*map(sp.expand, e.args)))

    expr = expr.replace(lambda e: isinstance(e, sp.exp), lambda e: exponential(e.args[0]))
    expr = expr.replace(
        lambda e: (
            bool(e.free_symbols)
            and (e.is_Function or (e.is_Pow and not e.exp.is_Integer and not isinstance(e, sp.exp)))
        ),
        atom,
    )
    return expr, roots


def _split(term: Any) -> tuple[Any, Any]:
    """Split a term into its rational coefficient and the rest."""
    coefficient, base = term.as_coeff_Mul()
    return (coefficient, base) if coefficient.is_Rational else (coefficient.func(1), term)
