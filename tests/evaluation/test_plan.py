"""A prepared pass computes what an unprepared one does."""

# Matrices are capital letters.
# ruff: noqa: N806

import gc
import weakref

import numpy as np
import pytest

import symback as sb
from symback.core.errors import DomainError
from symback.evaluation.plan import Plan, planned
from symback.evaluation.values import run
from symback.ops.expression import array
from symback.ops.functions import FUNCTIONS as F


def network():
    X, W, b, s = array("X", "N 4"), array("W", "4 3"), array("b", "3"), array("s", "N 1")
    Z = (X @ W + b).named("Z")
    return sb.derive(F.mean(F.sum(F.relu(Z) * s - F.log_softmax(Z), axis=1) / 7).named("L"))


def drawn(n, dtype=float):
    rng = np.random.default_rng(0)
    shapes = {"X": (n, 4), "W": (4, 3), "b": (3,), "s": (n, 1), "dL": ()}
    return {name: rng.normal(size=shape).astype(dtype) for name, shape in shapes.items()}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_computes_what_an_unprepared_pass_does(dtype):
    derivation = network()
    for n in (5, 5, 6):
        inputs = drawn(n, dtype)
        found, expected = planned(derivation, inputs, {"N": n}), run(derivation.order, inputs, {"N": n})
        assert list(found) == derivation.order
        for node in derivation.order:
            if node.name is not None:
                assert np.array_equal(found[node], expected[node]) or found[node] is expected[node] is None
                assert found[node] is None or found[node].dtype == expected[node].dtype == dtype


def test_other_types_and_sizes_get_a_plan_of_their_own():
    derivation = network()
    for n, dtype in ((3, "float64"), (2, "float64"), (2, "float32"), (3, "float64")):
        evaluation = derivation.evaluate({k: v for k, v in drawn(n, dtype).items() if k != "dL"})
        assert evaluation["Z"].shape == (n, 3)
        assert evaluation["Z"].dtype == dtype


def test_broadcasts_are_left_to_those_who_do_them_anyway():
    X, v = array("X", "3 2"), array("v", "2")
    once, twice = (X + v), F.exp(F.broadcast_to(v, (3, 2)))
    for expression, spared in ((once, 1), (twice, 0), (once * twice, 0)):
        derivation = sb.derive(F.sum(expression).named("L"))
        given = {"X": np.ones((3, 2)), "v": np.asarray([1.0, 2.0]), "dL": np.asarray(1.0)}
        plan = Plan(derivation.graph.nodes, np.ones(1), {})
        broadcasts = [node for node in derivation.graph.nodes if node.shape == (3, 2) and node.op]
        shapes = [np.shape(plan(given)[node]) for node in broadcasts]
        assert shapes.count((2,)) == spared


def test_a_plan_lives_as_long_as_its_derivation():
    derivation = network()
    derivation.evaluate({k: v for k, v in drawn(3).items() if k != "dL"})
    gone = weakref.ref(derivation)
    del derivation
    gc.collect()
    assert gone() is None


def test_a_number_that_no_double_holds_is_refused():
    x = array("x", "2")
    derivation = sb.derive(F.sum(x * 10**400).named("L"))
    with pytest.raises(DomainError, match="beyond"):
        derivation.evaluate(x=[1.0, 2.0])
