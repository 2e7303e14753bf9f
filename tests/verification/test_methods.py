"""Each numeric method by itself, against derivatives known in closed form."""

import math

import pytest

import symback as sb
from symback.evaluation.values import Values
from symback.verification.autodiff import jax_gradients, torch_gradients
from symback.verification.differences import central_differences, complex_steps, one_sided
from symback.verification.point import Point
from symback.verification.sympy_diff import sympy_derivatives

x, y = sb.symbols("x y")

KNOWN = [
    pytest.param(x**3, {"x": 2}, {"x": 12}, id="cube"),
    pytest.param(1 / x, {"x": -4}, {"x": -1 / 16}, id="reciprocal"),
    pytest.param(sb.log(x) * y, {"x": 0.25, "y": 3}, {"x": 12, "y": math.log(0.25)}, id="log"),
    pytest.param(
        sb.sin(x * y), {"x": 2, "y": 0.5}, {"x": 0.5 * math.cos(1), "y": 2 * math.cos(1)}, id="sine"
    ),
    pytest.param(sb.exp(-(x**2)), {"x": 0.3}, {"x": -0.6 * math.exp(-0.09)}, id="bell"),
    pytest.param(sb.maximum(x, y) + abs(x), {"x": -1, "y": -2}, {"x": 0, "y": 0}, id="branches"),
    pytest.param(sb.erf(x), {"x": 0.7}, {"x": 2 / math.sqrt(math.pi) * math.exp(-0.49)}, id="erf"),
    pytest.param(x * x + x, {"x": 1}, {"x": 3}, id="twice"),
]


def point(expression, values, upstream=1):
    return Point(Values(sb.derive(expression), values, upstream))


def near(known, upstream, tolerance):
    wanted = {name: upstream * value for name, value in known.items()}
    return pytest.approx(wanted, rel=tolerance, abs=tolerance)


@pytest.mark.parametrize(("expression", "values", "known"), KNOWN)
@pytest.mark.parametrize("upstream", [1, -2.5])
@pytest.mark.parametrize(
    ("method", "tolerance"),
    [(sympy_derivatives, 1e-15), (central_differences, 1e-8), (complex_steps, 1e-15)],
    ids=["sympy", "central", "complex"],
)
def test_known_derivatives(method, tolerance, expression, values, known, upstream):  # noqa: PLR0913
    found = method(point(expression, values, upstream), list(values))
    assert {name: float(value) for name, value in found.items()} == near(known, upstream, tolerance)


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize(("expression", "values", "known"), KNOWN)
def test_torch(expression, values, known):
    assert torch_gradients(point(expression, values, -2.5), list(values)) == near(known, -2.5, 1e-15)


@pytest.mark.parametrize(("expression", "values", "known"), KNOWN)
def test_jax_computes_in_double_precision_and_leaves_its_setting_alone(jax, expression, values, known):
    before = jax.numpy.asarray(0.1).dtype
    assert jax_gradients(point(expression, values, -2.5), list(values)) == near(known, -2.5, 1e-14)
    assert jax.numpy.asarray(0.1).dtype == before


def test_only_the_names_asked_for():
    here = point(x * y, {"x": 2, "y": 3})
    for method in (sympy_derivatives, central_differences, complex_steps):
        assert list(method(here, ["y"])) == ["y"]


@pytest.mark.usefixtures("torch", "jax")
def test_what_the_output_does_not_depend_on_has_gradient_0():
    here = Point(Values(sb.derive(2 * x, wrt=[x, y]), {"x": 1, "y": 1}))
    for method in (sympy_derivatives, central_differences, complex_steps, torch_gradients, jax_gradients):
        assert method(here, ["x", "y"]) == pytest.approx({"x": 2, "y": 0})


def test_sympys_rational_derivatives_are_exact():
    from fractions import Fraction

    here = point(x**2 / y, {"x": Fraction(1, 3), "y": Fraction(1, 7)})
    assert sympy_derivatives(here, ["x", "y"]) == {"x": Fraction(14, 3), "y": Fraction(-49, 9)}


@pytest.mark.parametrize(
    ("expression", "at", "low", "high"),
    [(abs(x), 0, -1, 1), (sb.relu(x), 0, 0, 1), (sb.relu(-x), 0, -1, 0), (x**2, 3, 6, 6)],
)
def test_one_sided_differences(expression, at, low, high):
    assert one_sided(point(expression, {"x": at}), "x") == pytest.approx((low, high), abs=1e-6)
    assert one_sided(point(expression, {"x": at}, -2), "x") == pytest.approx((-2 * high, -2 * low), abs=1e-6)


def test_central_differences_shrink_their_step_near_a_kink_or_give_up():
    assert central_differences(point(sb.relu(x), {"x": 1e-6}), ["x"])["x"] == pytest.approx(1, abs=1e-4)
    assert central_differences(point(sb.relu(x), {"x": 1e-12}), ["x"]) == {"x": None}


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
def test_complex_steps_are_exact_at_any_size(size):
    assert complex_steps(point(x**3, {"x": size}), ["x"])["x"] == pytest.approx(3 * size**2, rel=1e-15)
