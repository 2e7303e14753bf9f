"""The derivation in index form is proved by expansion; a planted mistake is found."""

import pytest

import symback as sb
from symback.rendering import index_form


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "gelu", "leaky_relu(0.2)", "square"])
@pytest.mark.parametrize("kink", [None, 0.25])
def test_every_step_passes(activation, kink):
    report = sb.derive(sb.Neuron("n", activation=activation), kink=kink).verify()
    assert report.verified, report.to_text()
    assert report.summary == "9 steps: 9 proved, 9 numeric, 9 read back"
    assert "proved for 1 to 5 inputs by expansion" in report.notes[0]


def test_a_wrong_factor_is_found(monkeypatch):
    monkeypatch.setattr(
        "symback.ops.partials.multilinear_factor", lambda node, position: node.inputs[position]
    )
    report = sb.derive(sb.Neuron("n")).verify()
    wrong = {step.name: step.failed for step in report.steps if step.failed}
    assert wrong.keys() == {"dsum_dx", "drelu_dx", "dsum_dw", "drelu_dw"}
    assert all({"mathematics", "numbers"} <= set(failed) for failed in wrong.values())


def test_a_wrong_print_is_found(monkeypatch):
    real = index_form.differential
    monkeypatch.setattr(index_form, "differential", lambda pattern, position: real(pattern, 1 - position))
    report = sb.derive(sb.Neuron("n")).verify()
    assert {step.name: step.failed for step in report.steps if step.failed} == {
        "dsum_dx": ["print"],
        "dsum_dw": ["print"],
    }
