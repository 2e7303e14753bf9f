"""Symbolic gradients beside one-sided differences along a line of points, across kinks."""

import numpy as np
import pytest

import symback as sb
from symback.ops.partials import partial_rule
from symback.ops.table import OPS

LINE = np.linspace(-3, 3, 61)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu(0.2)", "gelu", "hardtanh", "abs", "selu"])
@pytest.mark.parametrize("kink", [None, 0.25])
def test_across_the_kink(activation, kink):
    derivation = sb.derive(sb.Neuron(2, activation=activation), kink=kink)
    found = sb.sweep(derivation, over="b", points=LINE, x=[1, 2], w=[0.5, -0.5], upstream=2)
    assert found.agrees, found.to_text()
    assert found.summary == "61 points, 5 gradients: all 305 agree"


def test_a_point_on_the_kink_is_shown_and_noted():
    found = sb.sweep(sb.derive(sb.Neuron(1)), over="b", points=LINE, x=[1], w=[0.5], of=["b"])
    text = found.to_text()
    assert " -0.5  0   0     1" in text
    assert "z = 0: the derivative of ReLU does not exist there" in text


def test_only_the_gradients_asked_for():
    found = sb.sweep(
        sb.derive(sb.Neuron(2)), over="x1", points=LINE, x0=1, w=[0.5, -0.5], b=0.1, of=["w1", "x0"]
    )
    assert [curve.name for curve in found.curves] == ["w1", "x0"]


def test_a_wrong_derivative_is_found(monkeypatch):
    partial_rule.cache_clear()
    monkeypatch.setitem(OPS["sigmoid"].__dict__, "textbook", (lambda *arguments: arguments[-1],))
    found = sb.sweep(sb.derive(sb.Neuron(1, activation="sigmoid")), over="b", points=LINE, x=[1], w=[0.5])
    partial_rule.cache_clear()
    assert not found.agrees
    assert "lie outside the one-sided differences" in found.summary


@pytest.mark.parametrize("points", [[], [[1, 2]], 3])
def test_what_is_no_line_is_refused(points):
    with pytest.raises(sb.InputError, match="expected a line of numbers"):
        sb.sweep(sb.derive(sb.Neuron(1)), over="b", points=points, x=[1], w=[0.5])


def test_an_unknown_gradient_is_refused():
    with pytest.raises(sb.UnknownNameError, match="no gradient for 'q'"):
        sb.sweep(sb.derive(sb.Neuron(1)), over="b", points=LINE, x=[1], w=[0.5], of=["q"])


def test_a_plot_has_a_line_and_two_rows_of_dots_for_each_gradient(tmp_path):
    pytest.importorskip("matplotlib")
    found = sb.sweep(sb.derive(sb.Neuron(1)), over="b", points=LINE, x=[1], w=[0.5])
    figure = found.plot(tmp_path / "sweep.png")
    assert len(figure.axes[0].lines) == 3 * 3
    assert (tmp_path / "sweep.png").stat().st_size > 1000
