"""Python's operators on expressions."""

from __future__ import annotations

import operator
from fractions import Fraction

import numpy as np
import pytest
import sympy

from symback.core.errors import InputError, LimitError, NamingError, SymbackError
from symback.core.node import Role, postorder
from symback.evaluation import scalars
from symback.evaluation.values import compute
from symback.ops.expression import Expression, checked_constant, constant, symbols
from symback.ops.from_sympy import from_sympy
from symback.ops.table import FUNCTIONS as F
from symback.ops.to_sympy import to_sympy

NUMBERS = {"x": Fraction(3), "y": Fraction(-2)}

OPERATIONS = [
    *(
        (symbol, getattr(operator, symbol))
        for symbol in ("add", "sub", "mul", "truediv", "gt", "ge", "lt", "le")
    ),
    ("square", lambda a, b: a**2 - b),
    ("cube", lambda _a, b: b**3),
    ("inverse", lambda a, _b: a**-1),
    ("neg", lambda a, _b: -a),
    ("pos", lambda a, b: +a * b),
    ("abs", lambda _a, b: abs(b)),
    ("left number", lambda a, _b: 7 - a),
    ("right number", lambda a, _b: a / 7),
    ("number over", lambda _a, b: 7 / b),
    ("number times", lambda _a, b: 7 * b),
    ("number plus", lambda _a, b: 7 + b),
    ("fraction", lambda a, b: a + Fraction(1, 3) * b),
    ("power of a number", lambda a, _b: 2**a),
    ("power", lambda a, b: b**a),
]


@pytest.mark.parametrize("operation", [f for _, f in OPERATIONS], ids=[name for name, _ in OPERATIONS])
def test_operators_mean_what_they_mean_for_numbers(operation):
    made = operation(*symbols("x y"))
    value = compute(postorder([made.node]), NUMBERS, scalars)[made.node]
    assert value == operation(*NUMBERS.values())
    assert not isinstance(value, float)


def test_numpy_numbers_leave_arithmetic_to_expressions():
    x = symbols("x")
    made = np.float64(2.5) * x
    assert isinstance(made, Expression)
    assert repr(made) == "<mul(constant(…), x)>"
    assert type(made.node.inputs[0].parameters[0]) is float


def test_a_power_of_one_is_the_thing_itself():
    x = symbols("x")
    assert x**1 is x


@pytest.mark.parametrize(
    "value", [True, "2", None, 1j, float("nan"), float("inf"), [1], np.array([1.0])], ids=repr
)
def test_what_is_no_finite_real_number_cannot_stand_in_an_expression(value):
    for attempt in (constant, checked_constant, lambda v: F.add(symbols("x"), v)):
        with pytest.raises(InputError, match="cannot stand in an expression"):
            attempt(value)


def test_an_expression_has_no_truth_value():
    x, y = symbols("x y")
    with pytest.raises(SymbackError, match="where"):
        bool(x > y)
    with pytest.raises(SymbackError):
        max(x, y)


def test_names_are_given_once():
    x = symbols("x")
    h = F.exp(x).named("h")
    assert h.node.name == "h"
    for named in (x, h):
        with pytest.raises(InputError, match="has a name already"):
            named.named("other")
    with pytest.raises(NamingError):
        F.exp(x).named("a b")


def test_naming_makes_a_new_quantity():
    s = F.exp(symbols("x"))
    assert s.named("h").node is not s.node
    assert s.node.name is None


def test_symbols_are_made_in_several_ways():
    x, w, b = symbols("x, w b", "parameter")
    assert [s.node.name for s in (x, w, b)] == ["x", "w", "b"]
    assert w.node.role is Role.PARAMETER
    assert isinstance(symbols("x"), Expression)
    assert [s.node.name for s in symbols("x,")] == ["x"]
    assert [s.node.name for s in symbols(["a", "b"])] == ["a", "b"]


@pytest.mark.parametrize("names", ["", " , ", []])
def test_no_symbols_are_refused(names):
    with pytest.raises(InputError, match="no name given"):
        symbols(names)


def test_unknown_roles_are_refused():
    with pytest.raises(InputError, match="role 'weight' is unknown; it is 'input', 'parameter' or 'target'"):
        symbols("w", "weight")


z = sympy.Symbol("z", real=True)


@pytest.mark.parametrize(
    "expr",
    [
        z,
        sympy.Integer(3),
        sympy.Rational(-2, 7),
        sympy.pi * z,
        z**3 - 2 * z + sympy.Rational(1, 3),
        1 / (1 + sympy.exp(-z)),
        sympy.sqrt(z) / 7,
        1 / sympy.sqrt(1 + z**2),
        2**z,
        -z * sympy.sin(z) * sympy.cosh(z) / (2 * z + 1),
        sympy.Piecewise((z, z > 0), (sympy.exp(z), z > -1), (2, True)),
        sympy.Piecewise((1, z >= 0), (0, True)),
        sympy.Piecewise((z, sympy.Eq(z, 0)), (-z, z < 1), (1, z <= 2), (0, True)),
        sympy.Rational(44715, 1000000) * z**3,
        sympy.erf(z) * sympy.log(z) + abs(z) * sympy.sign(z),
    ],
    ids=str,
)
def test_sympy_expressions_survive_the_way_into_ops_and_back(expr):
    made = from_sympy(expr, {z: symbols("z")})
    back = to_sympy(made.node, {})
    for number in (sympy.Rational(-1, 2), 0, sympy.Rational(1, 3), 2):
        plain = back.subs(sympy.Symbol("z"), number)
        expected = expr.subs(z, number)
        assert plain == expected or sympy.simplify(plain - expected) == 0


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        (sympy.Heaviside(z), "no op for Heaviside"),
        (sympy.gamma(z), "no op for gamma"),
        (sympy.Symbol("q"), "no op for Symbol"),
        (sympy.Piecewise((1, z > 0)), "do not cover everything"),
    ],
    ids=str,
)
def test_what_has_no_op_is_refused(expr, message):
    with pytest.raises(SymbackError, match=message):
        from_sympy(expr, {z: symbols("z")})


def test_long_expressions_are_not_turned_into_one():
    x = h = symbols("x")
    for _ in range(20):
        h = h * x + x
    with pytest.raises(LimitError, match="more than 10 operations"):
        to_sympy(h.node, {}, limit=10)
    assert to_sympy(h.node, {}).free_symbols == {sympy.Symbol("x")}
