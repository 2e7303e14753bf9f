"""A neuron whose number of inputs is a symbol: the derivation in index form, and at any number."""

import copy
import pickle

import pytest
import sympy

import symback as sb

NAMES = ["dvalue", "drelu", "drelu_dz", "dsum_dx", "drelu_dx", "dsum_dw", "drelu_dw", "dsum_db", "drelu_db"]


def test_steps():
    assert [step.name for step in sb.derive(sb.Neuron("n")).steps] == NAMES


def test_forward_is_a_sum_over_an_index():
    i, n = sympy.Symbol("i", integer=True), sympy.Symbol("n", integer=True, positive=True)
    x, w = sympy.IndexedBase("x"), sympy.IndexedBase("w")
    z = sb.derive(sb.Neuron("n"))["z"].expr
    assert z == sympy.Sum(x[i] * w[i], (i, 0, n - 1)) + sympy.Symbol("b")


def test_the_delta_collapses_as_a_shown_step():
    latex = sb.derive(sb.Neuron("n")).to_latex()
    collapse = r"\frac{\partial z}{\partial w_{k}} & = \sum_{i = 0}^{n - 1} x_{i} \cdot \delta_{i k} = x_{k}"
    assert collapse in latex
    assert r"z & = \sum_{i = 0}^{n - 1} x_{i} \cdot w_{i} + b" in latex


def test_text_shows_entries():
    text = sb.derive(sb.Neuron("n")).to_text()
    assert "drelu_dw[k] = drelu_dz · dsum_dw[k] = drelu_dz · x[k] = dvalue · 1[z > 0] · x[k]" in text


def test_gradient_is_an_entry():
    gradient = sb.derive(sb.Neuron("n", activation="identity")).gradient("w")
    assert gradient == sympy.Symbol("dvalue") * sympy.IndexedBase("x")[sympy.Symbol("k", integer=True)]


@pytest.mark.parametrize("n", [1, 2, 3, 12])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu(0.2)", "gelu"])
def test_at_gives_the_derivation_written_out(n, activation):
    general = sb.derive(sb.Neuron("n", activation=activation), kink=0.25)
    written_out = sb.derive(sb.Neuron(n, activation=activation), kink=0.25)
    assert general.at(n=n).to_latex() == written_out.to_latex()


def test_numbers_say_how_many_inputs_there_are():
    evaluation = sb.derive(sb.Neuron("n")).evaluate(x=[1, -2, 3], w=[-3, -1, 2], b=1)
    assert evaluation.gradients == {"x0": -3, "w0": 1, "x1": -1, "w1": -2, "x2": 2, "w2": 3, "b": 1}


def test_numbers_without_a_list_are_refused():
    with pytest.raises(sb.InputError, match="give x as a list"):
        sb.derive(sb.Neuron("n")).evaluate(x=1, w=2, b=3)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))])  # noqa: S301 - our own
def test_copies_know_their_neuron(copied):
    general = copied(sb.derive(sb.Neuron("m", name="h", activation="tanh")))
    assert general.at(2)["dtanh_dw1_h"].uses == ("dtanh_dxw1_h", "dmul_dw1_h")


@pytest.mark.parametrize("size", ["x", "w", "b", "k", "i", "n%", ""])
def test_letters_that_cannot_be_a_size(size):
    with pytest.raises((sb.InputError, sb.NamingError)):
        sb.Neuron(size)


def test_lists_of_names_have_a_number():
    with pytest.raises(sb.InputError, match="give no lists"):
        sb.Neuron("n", weights=["a"])


def test_at_is_for_symbols_only():
    with pytest.raises(sb.InputError, match=r"Neuron\('n'\)"):
        sb.derive(sb.Neuron(3)).at(2)
    with pytest.raises(sb.InputError, match="3 inputs already"):
        sb.Neuron(3).at(2)
