"""Right derivatives agree with every method: all activations, random points, any upstream."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symback as sb
from symback.ops.table import ACTIVATIONS, OPS

WITH_PARAMETERS = ("leaky_relu(0.2)", "leaky_relu(-1/3)", "elu(0.5)", "celu(2)", "softplus(3)")
ALL = (*ACTIVATIONS, *WITH_PARAMETERS)
SOME = ("relu", "leaky_relu(0.2)", "sigmoid", "tanh", "softplus(3)", "gelu", "gelu_tanh", "silu", "elu(0.5)")

numbers = st.floats(-3, 3, allow_subnormal=False)
derivations = {name: sb.derive(sb.Neuron(2, activation=name)) for name in ALL}


@st.composite
def points(draw, activation):
    """Draw a point at which the pre-activation lies in the domain of the activation."""
    low, high = OPS[activation.partition("(")[0]].sample
    x, w = draw(st.tuples(numbers, numbers)), draw(st.tuples(numbers, numbers))
    # Kinks, and points where only the second derivative jumps, have tests of their own.
    z = draw(st.floats(low, high, allow_subnormal=False).filter(lambda z: abs(z) > 1e-4))
    return {"x": list(x), "w": list(w), "b": z - x[0] * w[0] - x[1] * w[1]}


upstreams = st.one_of(st.sampled_from([0, 1, -1]), st.floats(-10, 10, allow_subnormal=False))


def agrees(activation, data, against=None):
    point, upstream = data.draw(points(activation)), data.draw(upstreams)
    comparison = sb.compare(derivations[activation], **point, upstream=upstream, against=against)
    assert comparison.agrees, comparison.rows
    assert [row.name for row in comparison.rows] == ["x0", "w0", "x1", "w1", "b"]


@pytest.mark.parametrize("activation", ALL)
@settings(max_examples=6, deadline=None, derandomize=True)
@given(data=st.data())
def test_sympy_differences_and_complex_steps_agree(activation, data):
    agrees(activation, data, ["sympy", "central", "complex"])


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize("activation", ALL)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data())
def test_torch_agrees(activation, data):
    agrees(activation, data, ["torch"])


@pytest.mark.usefixtures("jax")
@pytest.mark.parametrize("activation", SOME)
@settings(max_examples=3, deadline=None, derandomize=True)
@given(data=st.data())
def test_jax_agrees(activation, data):
    agrees(activation, data, ["jax"])


@pytest.mark.slow
@pytest.mark.usefixtures("torch", "jax")
@pytest.mark.parametrize("activation", ALL)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_all_agree_at_many_points(activation, data):
    agrees(activation, data)


def test_the_book(book):
    comparison = sb.compare(sb.derive(sb.Neuron(3)), **book)
    assert comparison.agrees
    assert {row.name: row.symbolic for row in comparison.rows} == {
        "x0": -3,
        "w0": 1,
        "x1": -1,
        "w1": -2,
        "x2": 2,
        "w2": 3,
        "b": 1,
    }
    assert comparison.summary.startswith("7 of 7 gradients compared, all agree")


x, w, b, v = sb.symbols("x w b v")


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param(sb.sigmoid(x * w) * sb.sigmoid(b * w), id="product"),
        pytest.param(x * x * w / (1 + v**2) - x**3, id="rational"),
        pytest.param(sb.exp(sb.sin(x)) ** w + abs(v) * x, id="power"),
        pytest.param(sb.maximum(x, w, b) * sb.minimum(x, v), id="selecting"),
        pytest.param(sb.where(x > w, x * b, sb.tanh(b)), id="cases"),
        pytest.param(sb.log(1 + sb.exp(x * w)) + sb.sqrt(2 + sb.cos(b)), id="functions"),
        pytest.param(sum((x * k for k in range(1, 40)), start=w), id="long-sum"),
    ],
)
@pytest.mark.parametrize("kink", [None, 0.25])
def test_scalar_expressions_agree(expression, kink):
    derivation = sb.derive(expression, kink=kink)
    values = dict(zip(("x", "w", "b", "v"), (0.7, -1.3, 0.4, 2.1), strict=True))
    point = {name: value for name, value in values.items() if name in derivation.gradients}
    comparison = sb.compare(derivation, point, upstream=-0.5, against=["sympy", "central", "complex"])
    assert comparison.agrees, comparison.rows
    assert all(value is not None for row in comparison.rows for value in row.others.values())


@pytest.mark.parametrize(
    ("activation", "n"),
    [
        *((activation, n) for activation in ("relu", "sigmoid", "gelu") for n in (1, 7, 8, 12)),
    ],
)
def test_neurons_of_any_size_agree(activation, n):
    derivation = sb.derive(sb.Neuron(n, activation=activation))
    x, w = [0.1 * i - 0.4 for i in range(n)], [0.3 - 0.05 * i for i in range(n)]
    comparison = sb.compare(derivation, x=x, w=w, b=0.75, against=["sympy", "central", "complex"])
    assert comparison.agrees, comparison.rows
    assert all(value is not None for row in comparison.rows for value in row.others.values())


def test_chained_neurons_agree():
    hidden = [sb.Neuron(2, activation="tanh", name=f"h{i}") for i in (1, 2)]
    derivation = sb.derive(sb.Neuron(inputs=hidden, activation="sigmoid", name="out"))
    leaves = [node.name for node in derivation.graph.leaves()]
    point = dict(zip(leaves, itertools.cycle([0.3, -0.8, 1.1, 0.5]), strict=False))
    comparison = sb.compare(derivation, point, against=["sympy", "central", "complex"])
    assert comparison.agrees
    assert len(comparison.rows) == len(leaves)


@pytest.mark.parametrize("upstream", [1e6, -1e9])
def test_the_size_of_the_upstream_is_no_disagreement(upstream):
    derivation = sb.derive(sb.Neuron(2, activation="tanh"))
    point = {"x": [1e-9, 0.5], "w": [0.8, -2.7], "b": 2.3}
    comparison = sb.compare(derivation, **point, upstream=upstream, against=["sympy", "central", "complex"])
    assert comparison.agrees, comparison.rows


@pytest.mark.parametrize(("activation", "x0"), [("sin", -806), ("cos", 1234), ("square", 1e6), ("exp", 300)])
def test_large_inputs_are_no_disagreement(activation, x0):
    derivation = sb.derive(sb.Neuron(1, activation=activation))
    comparison = sb.compare(derivation, x=[x0], w=[2.2], b=0.4, against=["central"])
    assert comparison.agrees, comparison.rows


@pytest.mark.parametrize("activation", ["elu", "celu", "softsign"])
def test_where_only_the_second_derivative_jumps_is_no_disagreement(activation):
    derivation = sb.derive(sb.Neuron(1, activation=activation))
    comparison = sb.compare(derivation, x=[1], w=[1], b=-1, against=["central"])
    assert comparison.agrees, comparison.rows
