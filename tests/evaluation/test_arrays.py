"""Arrays in place of numbers: every entry is a point of its own."""

from __future__ import annotations

import numpy as np
import pytest

import symback as sb
from symback.ops.table import ACTIVATIONS

POINTS = [(0.5, -1.5, 0.25), (1.0, 2.0, -0.5), (-0.75, 0.5, 1.0)]


@pytest.fixture
def columns():
    return [np.array(column) for column in zip(*POINTS, strict=True)]


def scalar_gradients(d, point):
    return d.evaluate(dict(zip("xwb", point, strict=True))).gradients


@pytest.fixture
def model():
    x, w, b = sb.symbols("x w b")
    h = sb.tanh(x * w + b).named("h")
    return sb.derive(sb.maximum(h * x, sb.gelu(h)) + h * h)


def test_every_entry_is_a_point_of_its_own(model, columns):
    e = model.evaluate(dict(zip("xwb", columns, strict=True)))
    for place, point in enumerate(POINTS):
        for name, value in scalar_gradients(model, point).items():
            assert e.gradients[name][place] == pytest.approx(value, rel=1e-13)


def test_numbers_go_with_arrays(model, columns):
    e = model.evaluate(x=columns[0], w=2, b=0.5)
    expected = [scalar_gradients(model, (x, 2, 0.5))["w"] for x in columns[0]]
    assert e.gradients["w"] == pytest.approx(expected, rel=1e-13)


def test_axes_go_together_as_in_numpy(model):
    e = model.evaluate(x=np.ones((2, 1)), w=np.ones((1, 3)), b=0.0)
    assert e["y"].shape == (2, 3)


# JAX computes in float32 unless told otherwise.
@pytest.mark.parametrize(
    ("library", "dtype"), [("torch", "float32"), ("torch", "float64"), ("jax.numpy", "float32")]
)
def test_arrays_of_other_libraries_stay_theirs(model, columns, library, dtype):
    xp = pytest.importorskip(library)
    given = {
        name: xp.asarray(column, dtype=getattr(xp, dtype))
        for name, column in zip("xwb", columns, strict=True)
    }
    e = model.evaluate(given)
    expected = model.evaluate(dict(zip("xwb", columns, strict=True)))
    for step in model.steps:
        if step is not model.seed:
            assert type(e[step.name]) is type(given["x"])
        assert str(e[step.name].dtype).endswith(dtype)
    for name, value in expected.gradients.items():
        assert np.asarray(e.gradients[name]) == pytest.approx(
            value, rel=1e-4 if dtype == "float32" else 1e-12
        )


def test_arrays_are_copied(model, columns):
    x, w, b = columns
    kept = x.copy()
    e = model.evaluate(x=x, w=w, b=b)
    x[:] = 100
    assert e["x"].tolist() == kept.tolist()
    assert e.gradients["w"] == pytest.approx(model.evaluate(x=kept, w=w, b=b).gradients["w"])


def test_tensors_are_copied(model):
    torch = pytest.importorskip("torch")
    x = torch.tensor([1.0, 2.0])
    e = model.evaluate(x=x, w=2, b=0)
    x[:] = 100
    assert e["x"].tolist() == [1, 2]


def test_tensors_that_want_gradients_are_taken_as_numbers(model):
    torch = pytest.importorskip("torch")
    e = model.evaluate(x=torch.tensor([1.0, 2.0], requires_grad=True), w=2, b=0)
    assert not e.gradients["w"].requires_grad


def test_an_upstream_for_every_entry(model, columns):
    upstream = np.array([1.0, 10.0, -1.0])
    given = dict(zip("xwb", columns, strict=True))
    one, other = model.evaluate(given), model.evaluate(given, upstream=upstream)
    assert other.gradients["x"] == pytest.approx(one.gradients["x"] * upstream)


def test_integer_arrays_become_float64(model):
    e = model.evaluate(x=np.array([1, 2]), w=3, b=0)
    assert e["x"].dtype == np.float64


@pytest.mark.parametrize(
    "activation", sorted({*ACTIVATIONS} - {"log", "log1p", "sqrt", "rsqrt", "reciprocal"})
)
def test_every_activation_takes_arrays(activation):
    d = sb.derive(sb.Neuron(1, activation=activation))
    numbers = [-1.5, 0.0, 0.5, 2.0]
    e = d.evaluate(x=[np.array(numbers)], w=[1], b=0)
    expected = [d.evaluate(x=[number], w=[1], b=0).gradients["b"] for number in numbers]
    assert np.broadcast_to(e.gradients["b"], 4) == pytest.approx(
        list(map(float, expected)), rel=1e-12, abs=1e-15
    )
