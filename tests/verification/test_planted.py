"""A wrong derivative is found: by each method alone, and by name."""

import json

import pytest

import symback as sb
from symback.verification.agreement import comparison_json, comparison_table

POINT = {"x": [0.7, -0.3], "w": [0.5, 0.25], "b": 0.4}


def wrong_sigmoid(f, z, y):
    del f, z
    return y * (1 + y)


def off_by_a_little(f, z, y):
    del f, z
    return y * (1 - y) * (1 + 2e-5)


def wrong_tanh(f, z, y):
    del f, z
    return 1 - y


def flat(f, z, y):
    del z
    return f.constant(0) * y


def too_steep(f, z, y):
    del y
    return f.where(z > 0, 1, 2)


@pytest.mark.parametrize("method", ["sympy", "central", "complex", "torch", "jax"])
@pytest.mark.parametrize("wrong", [wrong_sigmoid, off_by_a_little])
def test_each_method_alone_reports_a_wrong_derivative(plant, request, method, wrong):
    if method in ("torch", "jax"):
        request.getfixturevalue(method)
    plant("sigmoid", wrong)
    comparison = sb.compare(sb.derive(sb.Neuron(2, activation="sigmoid")), **POINT, against=[method])
    assert not comparison.agrees
    assert {row.disagreeing for row in comparison.rows} == {(method,)}
    assert comparison.summary.startswith("5 of 5 compared gradients disagree: x0, w0, x1, w1, b")


def test_a_wrong_derivative_inside_of_an_expression(plant):
    plant("tanh", wrong_tanh)
    x, w = sb.symbols("x w")
    derivation = sb.derive(sb.exp(sb.tanh(x)) * w)
    comparison = sb.compare(derivation, x=0.5, w=2, against=["sympy", "central", "complex"])
    verdicts = {row.name: row.verdict for row in comparison.rows}
    assert verdicts == {"x": "disagrees: sympy, central, complex", "w": "agrees"}


@pytest.mark.parametrize("at", [-1.0, 2.0])
def test_a_wrong_derivative_beside_a_kink(plant, at):
    plant("abs", flat)
    derivation = sb.derive(sb.Neuron(1, activation="abs"))
    comparison = sb.compare(derivation, x=[1], w=[1], b=at - 1, against=["central"])
    assert not comparison.agrees


def test_a_value_outside_of_the_interval_at_a_kink_is_wrong(plant):
    plant("relu", too_steep)
    comparison = sb.compare(sb.derive(sb.Neuron(1)), x=[1], w=[1], b=-1, against=["sympy"])
    assert not comparison.agrees
    assert {row.disagreeing for row in comparison.rows} == {("one-sided differences",)}


def test_the_outputs_name_the_wrong_gradient(plant):
    plant("tanh", wrong_tanh)
    derivation = sb.derive(sb.Neuron(1, activation="tanh"))
    comparison = sb.compare(derivation, x=[0.5], w=[2], b=-0.25, against=["sympy"])
    data = json.loads(comparison_json(comparison))
    assert data["agrees"] is False
    assert data["gradients"]["x0"]["verdict"] == "disagrees: sympy"
    table = comparison_table(comparison)
    assert table.bad == {0, 1, 2}
    assert table.footer[0].startswith("3 of 3 compared gradients disagree")


def test_the_plant_is_removed(plant):
    plant("sigmoid", wrong_sigmoid)
    sb.derive(sb.Neuron(1, activation="sigmoid"))


def test_nothing_is_left_of_a_plant():
    comparison = sb.compare(sb.derive(sb.Neuron(2, activation="sigmoid")), **POINT, against=["sympy"])
    assert comparison.agrees
