"""Random formulas, read and evaluated, against NumPy's own evaluation of the same text."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symback.reading.python import read_python

GIVEN = {
    "x": 0.75,
    "w": -1.25,
    "X": [[0.5, -1.0, 2.0], [1.5, 0.25, -0.5]],
    "Y": [[1.0, 2.0, -1.0], [0.5, -0.25, 3.0]],
    "v": [0.5, 1.0, -2.0],
}

leaves = st.sampled_from(["x", "w", "X", "Y", "v", "X.T.T", "X[0]", "Y[:, 1:2]", "v[::-1]", "2", "0.5", "3"])


def compound(parts):
    pairs = st.tuples(parts, parts)
    return st.one_of(
        pairs.flatmap(lambda p: st.sampled_from([f"({p[0]} {s} {p[1]})" for s in "+-*"])),
        pairs.map(lambda p: f"({p[0]} + {p[1]} - {p[0]} + {p[1]})"),
        pairs.map(lambda p: f"np.maximum({p[0]}, {p[1]})"),
        pairs.map(lambda p: f"np.where({p[0]} > 0.1, {p[1]}, {p[0]})"),
        parts.map("np.tanh({})".format),
        parts.map("(-{})".format),
        parts.map("np.exp(-np.abs({}))".format),
        parts.map("({} ** 2)".format),
        parts.map("np.sum({})".format),
        parts.map("np.mean({})".format),
    )


formulas = st.recursive(leaves, compound, max_leaves=8)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(formula=formulas)
def test_formulas_mean_what_numpy_means(formula, evaluated, meant):
    text = f"y = {formula} * x"
    model = read_python(text, shapes={name: np.shape(value) for name, value in GIVEN.items()})
    ours, expected = evaluated(model, **GIVEN), meant(text, **GIVEN)
    assert np.shape(ours) == np.shape(expected)
    np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("formula", ["X @ v", "X @ Y.T @ X", "(X * Y).sum(axis=0) @ v"])
@pytest.mark.parametrize("mistake", [" * 1.001", " + 1e-6", " - x * 0 - 1e-9"])
def test_a_planted_mistake_is_seen(formula, mistake, evaluated, meant):
    shapes = {name: np.shape(value) for name, value in GIVEN.items()}
    expected = meant(f"y = {formula}", **GIVEN)
    right, wrong = (
        evaluated(read_python(f"y = {formula}{change}", shapes=shapes), **GIVEN) for change in ("", mistake)
    )
    np.testing.assert_allclose(right, expected, rtol=1e-12)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(wrong, expected, rtol=1e-12)
