"""Conditions joined by & and |, and arrays cut into parts."""

import numpy as np
import pytest

import symback as sb

X = np.array([[1.0, -2.0, 0.3, 0.5], [2.0, 1.0, 1.5, -1.0]])


def value(text):
    """Return the output of a text of X at the numbers above."""
    d = sb.derive(sb.model(text, shapes={"X": "2 4"}))
    return d.evaluate(X=X, upstream=np.zeros(d.output.shape))[d.output.name]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("(X > 0) & (X < 1)", (X > 0) & (X < 1)),
        ("(X > 1) | (X < 0)", (X > 1) | (X < 0)),
        ("~(X > 0)", ~(X > 0)),
        ("(X > 0) & ((X < 0.4) | (X > 1)) & (X != 2)", (X > 0) & ((X < 0.4) | (X > 1)) & (X != 2)),
    ],
)
def test_conditions(condition, expected):
    assert np.array_equal(value(f"y = np.where({condition}, X, -10 * X)"), np.where(expected, X, -10 * X))


@pytest.mark.parametrize(
    ("call", "parts"),
    [
        ("np.split(X, 2, axis=1)", np.split(X, 2, axis=1)),
        ("np.split(X, [1], axis=1)", np.split(X, [1], axis=1)),
    ],
)
def test_parts(call, parts):
    assert np.array_equal(value(f"a, b = {call}\ny = a * 2"), parts[0] * 2)
    assert np.array_equal(value(f"a, b = {call}\ny = b * 2"), parts[1] * 2)
