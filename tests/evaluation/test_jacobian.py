"""All derivatives of an output by a quantity."""

import numpy as np
import pytest

import symback as sb


def softmax():
    return sb.derive(sb.model("p = softmax(z)", shapes={"z": "n"}))


def test_of_softmax():
    e = softmax().evaluate(z=[0.1, -2, 3], upstream=[0, 0, 0])
    p = e["p"]
    assert np.allclose(e.jacobian("z"), np.diag(p) - np.outer(p, p), atol=1e-15)


def test_of_a_product_by_both_operands():
    d = sb.derive(sb.model("Z = X @ W", shapes={"X": "N 2", "W": "2 3"}))
    X, W = np.arange(4.0).reshape(2, 2), np.arange(6.0).reshape(2, 3)  # noqa: N806 - matrices
    e = d.evaluate(X=X, W=W, upstream=np.zeros((2, 3)))
    assert np.array_equal(e.jacobian("W"), np.einsum("ik,jl->ijkl", X, np.eye(3)))
    assert np.array_equal(e.jacobian("X"), np.einsum("ik,lj->ijkl", np.eye(2), W))


def test_of_a_scalar_it_is_the_gradient():
    e = sb.derive(sb.model("L = np.sum(x**2)", shapes={"x": "3"})).evaluate(x=[1, 2, 3])
    assert np.array_equal(e.jacobian("x"), e.gradients["x"])


def test_of_scalars():
    x, w = sb.symbols("x w")
    assert sb.derive(x * w).evaluate(x=2, w=3).jacobian("x") == 3


def test_an_unknown_name():
    e = softmax().evaluate(z=[0.1, -2], upstream=[0, 0])
    with pytest.raises(sb.UnknownNameError, match="no gradient for 'q'; there are those of z"):
        e.jacobian("q")


def test_too_many_entries():
    e = softmax().evaluate(z=np.zeros(3000), upstream=np.zeros(3000))
    with pytest.raises(sb.LimitError, match="at most 2000"):
        e.jacobian("z")
