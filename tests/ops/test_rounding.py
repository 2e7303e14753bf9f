"""Rounding is constant between its jumps; and Python's numbers at the ends of what a double holds."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
import sympy

import symback as sb
from symback.evaluation import scalars
from symback.evaluation.arrays import ArrayNamespace
from symback.ops.table import OPS

QUARTERS = [Fraction(n, 4) for n in range(-14, 15)]
EXPECTED = {"floor": math.floor, "ceil": math.ceil, "round": round}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_form_of_a_record_rounds_alike(name):
    op = OPS[name]
    z = sympy.Symbol("z", real=True)
    expected = list(map(EXPECTED[name], QUARTERS))
    assert [op.numeric(scalars, number) for number in QUARTERS] == expected
    assert [op.numeric(scalars, float(number)) for number in QUARTERS] == expected
    assert [op.forward(sympy, z).subs(z, sympy.Rational(number)) for number in QUARTERS] == expected
    array = np.array(list(map(float, QUARTERS)))
    assert op.numeric(ArrayNamespace(array), array).tolist() == expected
    assert op.numeric(ArrayNamespace(array + 0j), array + 1e-30j).tolist() == expected


@pytest.mark.parametrize("name", EXPECTED)
def test_exact_numbers_stay_exact_and_floats_stay_floats(name):
    numeric = OPS[name].numeric
    assert type(numeric(scalars, Fraction(7, 3))) is int
    assert type(numeric(scalars, 2.3)) is float
    assert numeric(scalars, 10**400) == 10**400
    assert numeric(scalars, math.inf) == math.inf
    assert math.isnan(numeric(scalars, math.nan))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_rounded_value_passes_no_gradient_on_and_the_derivation_says_so(name):
    x, w, v = sb.symbols("x w v")
    d = sb.derive(getattr(sb, name)(x * w) * v)
    e = d.evaluate(x=1.7, w=2, v=5)
    assert e.gradients == {"x": 0, "w": 0, "v": EXPECTED[name](3.4)}
    assert any(
        f"through {name}, which is constant wherever it does not jump" in line for line in d.conditions
    )
    assert d.verify().verified


@pytest.mark.parametrize("name", EXPECTED)
def test_sympys_expression_has_the_derivative_0_and_pickles(name):
    z = sympy.Symbol("z", real=True)
    expression = OPS[name].forward(sympy, 2 * z + sympy.Rational(1, 3))
    assert sympy.diff(expression, z) == 0
    again = pickle.loads(pickle.dumps(expression))  # noqa: S301 - our own
    assert [again.subs(z, number) for number in (-1, 0, 2)] == [expression.subs(z, n) for n in (-1, 0, 2)]


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        ("exp", (-(10**400),), 0),
        ("exp", (10**400,), math.inf),
        ("tanh", (10**400,), 1),
        ("erf", (-(10**400),), -1),
        ("sinh", (-1000,), -math.inf),
        ("expm1", (-(10**400),), -1),
        ("log1p", (-1,), -math.inf),
        ("log", (0.0,), -math.inf),
        ("power", (-1e200, 2), math.inf),
        ("power", (-1e200, 3), -math.inf),
        ("power", (1e200, 2.5), math.inf),
    ],
)
def test_beyond_all_doubles_the_limit_is_taken(function, arguments, expected):
    assert getattr(scalars, function)(*arguments) == expected


def test_a_sigmoid_of_a_huge_exact_number_is_1():
    assert OPS["sigmoid"].numeric(scalars, 10**400) == 1
    assert OPS["sigmoid"].numeric(scalars, -(10**400)) == 0


@pytest.mark.parametrize("z", [1e-12, -1e-9, 0.3, -0.7, 5.0])
@pytest.mark.parametrize("name", ["expm1", "log1p"])
def test_complex_numbers_keep_their_digits_near_0(name, z):
    found = getattr(scalars, name)(complex(z, 1e-30))
    assert found.real == pytest.approx(getattr(math, name)(z), rel=1e-14)
    slope = math.exp(z) if name == "expm1" else 1 / (1 + z)
    assert found.imag == pytest.approx(slope * 1e-30, rel=1e-14)
