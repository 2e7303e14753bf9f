"""Every step of a right derivation over arrays is proved and agrees in numbers."""

# Matrices are capital letters; the functions of a record share one signature.
# ruff: noqa: N806

import json

import numpy as np
import pytest

import symback as sb
from symback.ops.expression import array
from symback.ops.functions import FUNCTIONS as F
from symback.ops.table import ACTIVATIONS
from symback.verification.matrix_check import with_letters
from symback.verification.report import Finding, Status
from symback.verification.tensors import judging
from symback.verification.tensors.proofs import ProofCheck
from symback.verification.verify import verify


def unproved(report):
    return {
        (step.name, check): finding.how
        for step in report.steps
        for check, finding in step.findings.items()
        if finding.status not in (Status.PASSED, Status.UNJUDGED)
    }


def test_networks(any_network):
    derivation = any_network()
    report = verify(derivation)
    assert unproved(report) == {}
    n = len(derivation.steps)
    assert report.summary == f"{n} steps: {n} proved, {n} numeric, {n} read back"
    assert report.verified
    assert [step.name for step in report.steps] == [step.name for step in derivation.steps]


def positive(name):
    return name in ("log", "sqrt", "rsqrt", "log1p", "reciprocal")


SLOW_TO_PROVE = frozenset(["mish", "gelu_tanh"])


@pytest.mark.slow
@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "power"])
def test_activations(activation):
    X, W = array("X", "N 3"), array("W", "3 2")
    z = F.exp(X @ W) if positive(activation) else X @ W
    report = verify(sb.derive(F.sum(getattr(F, activation)(z.named("Z")).named("H") ** 2).named("L")))
    assert unproved(report) == {}


@pytest.mark.parametrize("kink", [0, 0.25, 1])
def test_with_a_kink_policy(kink):
    X, W = array("X", "N 4"), array("W", "4 3")
    y = F.sum(F.relu(X @ W) * F.abs(X[:, :3]) * F.max(X, axis=1, keepdims=True)).named("L")
    assert unproved(verify(sb.derive(y, kink=kink))) == {}


def test_in_atomic_detail():
    X, W, b = array("X", "N 4"), array("W", "4 3"), array("b", "3")
    y = (-F.mean(F.log(F.softmax(F.tanh(X @ W + b))))).named("L")
    assert unproved(verify(sb.derive(y, detail="atomic"))) == {}


def test_many_layers_cost_little():
    h = array("X", "8 6")
    for n in range(40):
        h = (h + F.gelu((h @ array(f"W{n}", "6 6")).named(f"Z{n}"))).named(f"H{n}")
    derivation = sb.derive(F.mean(h**2).named("L"))
    checks = ProofCheck(derivation, 0)
    assert all(checks.check(step).status is Status.PASSED for step in derivation.steps)
    assert len(checks.proofs) < 30, "steps that differ in names only are proved once"


def test_large_sizes_are_shrunk_and_free_axes_differ(networks):
    report = verify(networks["classifier"]())
    hows = {step.name: step.findings["mathematics"].how for step in report.steps}
    assert (
        "written out for 2 × 2 and 3 × 2" in hows["dW1"] or "written out for 2 × 3 and 2 × 3" in hows["dW1"]
    )


def test_what_is_too_large_is_judged_by_numbers_and_says_so():
    X = array("X", "60 70")
    report = verify(sb.derive(F.sum(F.reshape(X, 70, 60) ** 2).named("L")))
    steps = {step.name: step.findings for step in report.steps}
    assert steps["dX"]["mathematics"].status is Status.OPEN
    assert "judged by numbers only" in steps["dX"]["mathematics"].how
    assert steps["dX"]["numbers"].status is Status.PASSED
    assert not report.verified
    assert report.wrong == []


def test_what_cannot_be_sampled_is_open():
    X = array("X", "3")
    report = verify(sb.derive(F.sum(F.log(-F.exp(X))).named("L")))
    assert not report.verified
    assert report.count("numbers") == 0
    assert report.wrong == []


def test_data_are_taken(networks, drawn):
    derivation = networks["dense"]()
    data, upstream = drawn(derivation)
    report = verify(derivation, at=data, upstream=upstream)
    assert report.verified
    assert report.points[0]["X"] == data["X"].tolist()


def test_single_precision_data_are_judged_in_double(networks, drawn):
    derivation = networks["layer_norm"]()
    data, upstream = drawn(derivation)
    single = {name: value.astype(np.float32) for name, value in data.items()}
    assert verify(derivation, at=single, upstream=upstream.astype(np.float32)).verified


def test_rounding_that_cancels_is_no_error():
    X = array("X", "N 2")
    mu = F.mean(X, axis=1, keepdims=True).named("mu")
    y = ((X - mu) / F.sqrt(F.mean((X - mu) ** 2, axis=1, keepdims=True) + 1e-9)).named("y")
    for seed in range(5):
        assert verify(sb.derive(y), seed=seed).verified


def test_the_certificate_is_json(networks):
    data = json.loads(verify(networks["embedding"]()).to_json())
    assert data["verified"] is True
    assert {step["print"]["status"] for step in data["steps"]} == {"passed"}
    assert any("random direction" in note for note in data["notes"])
    assert any("1e-13" in note for note in data["notes"])


def test_a_misprint_is_told(networks, monkeypatch):
    wrong = Finding(Status.FAILED, "misprinted")
    right = Finding(Status.PASSED, "read back")

    def check(backward, seed):  # noqa: ARG001 - as the real one
        return lambda step: wrong if step is backward.steps[-1] else right

    monkeypatch.setattr(judging, "print_check", check)
    report = verify(networks["dense"]())
    assert report.summary == "11 steps: 11 proved, 11 numeric, 10 read back; wrong: db (print)"
    assert not report.verified


def test_large_sizes_become_letters_where_they_go_together():
    d = sb.derive(sb.model("L = np.mean((X @ W) ** 2)", shapes={"X": "700 50", "W": "50 3"}))
    assert with_letters(d).graph.names["X"].shape == ("n700", "n50")
    d = sb.derive(sb.model("L = np.mean(X.reshape(-1, 10) ** 2)", shapes={"X": "700 50"}))
    assert with_letters(d) is None
    assert {step.findings["print"].status for step in d.verify().steps} == {Status.UNJUDGED}


def test_equal_seeds_give_equal_reports(networks):
    derivation = networks["attention"]()
    assert verify(derivation, seed=3).to_json() == verify(derivation, seed=3).to_json()
