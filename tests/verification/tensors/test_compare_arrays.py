"""Gradients of arrays agree with those of every other method, or the one that differs is named."""

# Matrices are capital letters; the functions of a record share one signature.
# ruff: noqa: ARG005, N803, N806

import json

import numpy as np
import pytest

import symback as sb
from symback.core.errors import InputError
from symback.ops.expression import array
from symback.ops.functions import FUNCTIONS as F
from symback.verification.agreement import comparison_json, comparison_table
from symback.verification.comparison import compare

OWN = ["sympy", "central", "complex"]


def test_networks_agree(any_network, drawn):
    derivation = any_network()
    data, upstream = drawn(derivation)
    comparison = compare(derivation, data, upstream=upstream, against=["complex", "central"])
    assert comparison.agrees, comparison.to_text()
    assert [row.name for row in comparison.rows] == list(derivation.gradients)
    assert all(row.verdict == "agrees" for row in comparison.rows)


@pytest.mark.slow
@pytest.mark.parametrize("library", ["torch", "jax"])
def test_networks_agree_with_libraries(any_network, drawn, request, library):
    request.getfixturevalue(library)
    derivation = any_network()
    data, upstream = drawn(derivation)
    comparison = compare(derivation, data, upstream=upstream, against=[library])
    assert comparison.agrees, comparison.to_text()
    assert all(row.absolute is not None for row in comparison.rows)


@pytest.mark.parametrize(
    "network", ["scalars_times_arrays", "stopped", "log_sum", "one_row", "by_a_hidden_one"]
)
def test_sympy_for_tiny_arrays(networks, drawn, network):
    derivation = networks[network]()
    data, upstream = drawn(derivation)
    comparison = compare(derivation, data, upstream=upstream, against="sympy")
    assert comparison.agrees, comparison.to_text()
    assert any(row.absolute is not None for row in comparison.rows)


def test_sympy_gives_nothing_for_large_arrays(networks, drawn):
    derivation = networks["classifier"]()
    data, upstream = drawn(derivation)
    comparison = compare(derivation, data, upstream=upstream, against="sympy")
    assert comparison.summary.startswith("nothing was compared")


def test_large_gradients_are_compared_along_directions(networks, drawn):
    derivation = networks["classifier"]()
    data, upstream = drawn(derivation)
    rows = {row.name: row for row in compare(derivation, data, upstream=upstream, against="complex").rows}
    assert rows["W1"].others["complex"].how == "along 3 random directions"
    assert rows["b1"].others["complex"].how == "entry by entry"


@pytest.mark.parametrize("method", [*OWN, "torch"])
def test_each_method_alone_reports_a_wrong_derivative(change, request, method):
    if method == "torch":
        request.getfixturevalue("torch")
    change(
        "softmax",
        "pullback",
        lambda f, g, z, y, axis: y * (g - 0.999999 * f.sum(g * y, axis=axis, keepdims=True)),
    )
    z = array("z", "2 3")
    derivation = sb.derive(F.sum(F.softmax(z) * F.exp(z)).named("L"))
    comparison = compare(derivation, z=[[1, 2, 0.5], [0.1, -1, 2]], against=[method])
    assert not comparison.agrees
    assert comparison.rows[0].disagreeing == (method,)
    assert comparison.rows[0].verdict.startswith(f"disagrees: {method}")


X, W = array("X", "N 2"), array("W", "2 3")
LINEAR = {"X": [[1.0, 2.0]], "W": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]}


def right(X, W):
    Z = X @ W
    return {"X": 2 * Z @ W.T, "dW": 2 * X.T @ Z}


def wrong(X, W):
    return X @ W @ W.T, X.T @ (X @ W)


def test_functions_of_ones_own():
    derivation = sb.derive(F.sum((X @ W).named("Z") ** 2).named("L"))
    comparison = compare(derivation, LINEAR, against=[right, wrong])
    assert comparison.columns == ["right", "wrong"]
    assert {row.disagreeing for row in comparison.rows} == {("wrong",)}
    assert "[0, 1] is" in comparison.rows[0].verdict
    assert "2 of 2 compared gradients disagree: X, W" in comparison.summary


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda X, W: X, "returned 1 arrays for 2 gradients"),
        (lambda X, W: {"Q": X}, "the gradients are of X, W"),
        (lambda X, W: (X.T, W), r"dX has the shape \(2, 1\), expected \(1, 2\)"),
        (lambda X, W: ("a", W), "no array of numbers"),
    ],
)
def test_what_a_function_returns_is_checked(function, message):
    derivation = sb.derive(F.sum((X @ W).named("Z") ** 2).named("L"))
    with pytest.raises(InputError, match=message):
        compare(derivation, LINEAR, against=function)


@pytest.mark.parametrize("against", [[], ["newton"], [3]])
def test_unknown_methods_are_refused(against):
    with pytest.raises(InputError, match="against"):
        compare(sb.derive(F.sum(X @ W).named("L")), LINEAR, against=against)


def test_missing_data_are_refused():
    with pytest.raises(InputError, match="W"):
        compare(sb.derive(F.sum(X @ W).named("L")), {"X": LINEAR["X"]}, against=["complex"])


def test_an_upstream_is_needed_for_what_is_no_scalar():
    with pytest.raises(InputError, match="upstream"):
        compare(sb.derive((X @ W).named("Z")), LINEAR, against=["complex"])


@pytest.mark.parametrize(
    ("kink", "verdict"), [(None, "in interval"), (0.5, "in interval"), (1, "in interval")]
)
def test_on_a_kink(kink, verdict):
    z = array("z", "3")
    derivation = sb.derive(F.sum(F.relu(z)).named("L"), kink=kink)
    comparison = compare(derivation, z=[-1, 0, 2], against=["complex", "central"])
    assert comparison.agrees
    assert comparison.rows[0].verdict == verdict
    assert any("on a kink" in note for note in comparison.notes)
    assert any("z = 0" in note for note in comparison.notes)


def test_conventions_of_a_library_on_a_kink(torch):
    del torch
    z = array("z", "3")
    comparison = compare(sb.derive(F.sum(F.relu(z)).named("L"), kink=1), z=[-1, 0, 2], against=["torch"])
    assert comparison.agrees
    assert comparison.rows[0].others["torch"].absolute == 1
    assert comparison.rows[0].others["torch"].how == "in the interval at a kink"


def test_outside_of_the_interval_on_a_kink(change):
    change("relu", "textbook", (lambda f, z, y: f.where(z > 0, 1, 2),))
    z = array("z", "3")
    comparison = compare(sb.derive(F.sum(F.relu(z)).named("L")), z=[1, 0, 2], against=["complex"])
    assert comparison.rows[0].disagreeing == ("one-sided differences",)


def test_what_cancels_is_judged_by_what_is_summed():
    u, v = array("u", "n"), array("v", "m")
    derivation = sb.derive(F.sum(F.outer(u, v) ** 2).named("S") / F.dot(u, u))
    comparison = compare(derivation, u=[0.3, 0.7, 1.1], v=[1.3, 0.2], against=["complex", "central"])
    assert comparison.agrees, comparison.to_text()


def test_outputs():
    derivation = sb.derive(F.sum((X @ W).named("Z") ** 2).named("L"))
    comparison = compare(derivation, LINEAR, against=["complex", "central", wrong])
    data = json.loads(comparison.to_json())
    assert data["schema"] == "symback.comparison/1"
    assert data["agrees"] is False
    assert data["gradients"]["W"]["shape"] == [2, 3]
    assert data["gradients"]["X"]["others"]["complex"]["agrees"] is True
    assert data["gradients"]["X"]["verdict"].startswith("disagrees: wrong")
    table = comparison_table(comparison, derivation.verify())
    assert table.bad == {0, 1}
    assert any("tolerances" in line for line in table.footer)
    assert "steps" in table.footer[1]
    assert json.loads(comparison_json(comparison, derivation.verify()))["certificate"]["verified"] is True
    assert "dW" in comparison.to_text()
    assert "disagree" in repr(comparison)


def test_single_precision_data_are_compared_in_double():
    derivation = sb.derive(F.sum((X @ W).named("Z") ** 2).named("L"))
    data = {name: np.asarray(value, dtype=np.float32) for name, value in LINEAR.items()}
    comparison = compare(derivation, data, against=["complex"])
    assert comparison.agrees
    assert comparison.rows[0].symbolic.dtype == float
