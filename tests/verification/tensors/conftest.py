"""Small networks over arrays, right ones and ones with an error planted."""

# Matrices are capital letters; the functions of a record share one signature.
# ruff: noqa: N806

import numpy as np
import pytest

import symback as sb
from symback.ops.expression import array, symbols
from symback.ops.functions import FUNCTIONS as F
from symback.ops.partials import partial_rule
from symback.ops.table import op_named


def dense():
    X, W, b = array("X", "N 4"), array("W", "4 3"), array("b", "3")
    return sb.derive(F.sum(F.relu((X @ W + b).named("Z")).named("H") ** 2).named("L"))


def classifier():
    X, W1, b1 = array("X", "8 40"), array("W1", "40 20"), array("b1", "20")
    W2, Y = array("W2", "20 10"), array("Y", "8 10")
    hidden = F.relu((X @ W1 + b1).named("Z1")).named("H1")
    return sb.derive((-F.mean(F.sum(Y * F.log_softmax((hidden @ W2).named("Z2")), axis=1))).named("L"))


def softmax_cross_entropy():
    X, W, Y = array("X", "N D"), array("W", "D K"), array("Y", "N K")
    P = F.softmax((X @ W).named("Z")).named("P")
    return sb.derive((-F.sum(Y * F.log(P)) / 64).named("L"))


def layer_norm():
    x, g, b = array("x", "N D"), array("g", "D"), array("b", "D")
    mu = F.mean(x, axis=-1, keepdims=True).named("mu")
    v = F.var(x, axis=-1, keepdims=True).named("v")
    return sb.derive(((x - mu) / F.sqrt(v + 1e-5) * g + b).named("y"))


def attention():
    Q, K, V = array("Q", "T 4"), array("K", "S 4"), array("V", "S 4")
    A = F.softmax((Q @ K.T / 2).named("S")).named("A")
    return sb.derive((A @ V).named("O"))


def moves():
    a, b = array("a", "2 6"), array("b", "3 4")
    joined = F.concatenate([F.reshape(a, 3, 4), b[::-1, :]], 0)
    return sb.derive(F.sum(joined[1:5] * F.pad(b, ((0, 1), (0, 0)))).named("L"))


def embedding():
    E, t, W = array("E", "12 D"), array("t", "T"), array("W", "D 12")
    return sb.derive(F.sum(F.log_softmax((E[t] @ W).named("Z")) * F.one_hot(t, 12)).named("L"))


def largest():
    X = array("X", "N 5 3")
    return sb.derive(F.sum(F.tanh(F.max(X, axis=1)).named("m") * F.min(X)).named("L"))


def batched():
    A, B = array("A", "B 3 4"), array("B", "B 4 5")
    return sb.derive(F.sum(F.einsum("bij,bjk->bik", A, B) ** 2).named("L"))


def log_sum():
    X, w = array("X", "N D"), array("w", "D")
    return sb.derive(F.mean(F.logsumexp(X * w, axis=1)).named("L"))


def broadcasting():
    a, b, c, s = array("a", "N 1"), array("b", "1 M"), array("c", "M"), symbols("s")
    return sb.derive(F.sum(((a + b) * c / (F.exp(a) + 2) - s * b).named("z") ** 2).named("L"))


def scalars_times_arrays():
    s, t, X = *symbols("s t"), array("X", "3 4")
    return sb.derive((s * X + t * F.sin(X)).named("Y"))


def no_scalar():
    X, W = array("X", "N 4"), array("W", "4 4")
    return sb.derive(F.sigmoid(X @ W).named("Y"))


def trace_and_diagonal():
    A, B = array("A", "5 5"), array("B", "5 5")
    return sb.derive((F.trace(A @ B) + F.sum(F.diagonal(A) ** 2)).named("L"))


def choices():
    X, m = array("X", "N 4"), array("m", "N 4")
    return sb.derive(F.sum(F.where(m > 0, X * X, F.exp(X)) * F.maximum(X, m)).named("L"))


def stopped():
    a, b = array("a", "N 3"), array("b", "3")
    return sb.derive(F.sum(F.stop_gradient(a * b) * b + F.floor(a) * a).named("L"))


def one_row():
    X = array("X", "N 4")
    return sb.derive(F.sum(X[0] * X[0] * F.mean(X, axis=0)).named("L"))


def by_a_hidden_one():
    X, W, unused = array("X", "N 4"), array("W", "4 3"), array("U", "2")
    h = F.tanh(X @ W).named("h")
    return sb.derive(F.sum(h * h * h).named("L"), wrt=["h", "W", unused])


def heads():
    X = array("X", "5 8")
    q, k, v = (
        F.transpose(F.reshape(X @ array(f"W{name}", "8 8"), 5, 2, 4), (1, 0, 2)).named(name) for name in "qkv"
    )
    A = F.softmax((q @ F.swapaxes(k, -1, -2) / 2).named("S")).named("A")
    return sb.derive((F.reshape(F.transpose(A @ v, (1, 0, 2)), 5, 8) @ array("Wo", "8 8")).named("O"))


NETWORKS = {
    make.__name__: make
    for make in (
        dense, classifier, softmax_cross_entropy, layer_norm, attention, moves, embedding, largest, batched,
        log_sum, broadcasting, scalars_times_arrays, no_scalar, trace_and_diagonal, choices, stopped, one_row,
        by_a_hidden_one, heads,
    )
}  # fmt: skip


def pytest_generate_tests(metafunc):
    if "any_network" in metafunc.fixturenames:
        metafunc.parametrize("any_network", NETWORKS.values(), ids=NETWORKS)


@pytest.fixture
def networks():
    """Return the networks by name."""
    return NETWORKS


@pytest.fixture
def change():
    """Return a function that changes an attribute of an op's record for the length of a test."""
    originals = []

    def changed(name, attribute, value):
        op = op_named(name)
        originals.append((op, attribute, getattr(op, attribute)))
        object.__setattr__(op, attribute, value)
        partial_rule.cache_clear()

    yield changed
    for op, attribute, value in reversed(originals):
        object.__setattr__(op, attribute, value)
    partial_rule.cache_clear()


@pytest.fixture
def drawn():
    """Return a function that draws data for a derivation: the values, and the upstream gradient."""
    from symback.verification.tensors.points import drawn_points

    def draw(derivation, seed=1):
        inputs = dict(drawn_points(derivation, seed)[0].inputs)
        upstream = inputs.pop(derivation.seed.name)
        return {name: np.asarray(value) for name, value in inputs.items()}, upstream

    return draw
