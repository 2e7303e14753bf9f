"""Gradients of arrays come out in the form that textbooks print.

The forms are facts of the textbooks; each was derived by hand for this table: the linear layer and
squared error (Bishop 2006, ch. 5), softmax with cross-entropy (Goodfellow et al. 2016, 6.2.2.3),
label smoothing (Szegedy et al. 2016), backpropagation through time (Werbos 1990), SwiGLU (Shazeer
2020), attention (Vaswani et al. 2017).
"""

import json

import pytest

import symback as sb
from symback.notation.text import text
from symback.rendering.array_lines import ArrayLines


def final_forms(source, shapes, distributions=()):
    """Return the last form of every gradient, by name, in text."""
    d = sb.derive(sb.model(source, shapes=shapes), distributions=distributions)
    lines = ArrayLines(d)
    return {step.name: text(lines.shortest(step).sides[0].tree) for step in d.steps if step.parts}


FORMS = {
    "dense": (
        "Z = X @ W + b",
        {"X": "N 4", "W": "4 3", "b": "3"},
        (),
        {"dX": "dZ @ Wᵀ", "dW": "Xᵀ @ dZ", "db": "dZᵀ 1"},
    ),
    "mean squared error": (
        "L = mean((X @ W + b - Y)**2)",
        {"X": "N D", "W": "D M", "b": "M", "Y": "N M"},
        (),
        {"dW": "(2/(N M)) Xᵀ @ (X @ W + 1 bᵀ − Y)", "db": "(2/(N M)) (X @ W + 1 bᵀ − Y)ᵀ 1"},
    ),
    "ridge": (
        "E = X @ W - Y\nL = np.sum(E**2)/(2*X.shape[0]) + lam/2*np.sum(W**2)",
        {"X": "N D", "W": "D M", "Y": "N M"},
        (),
        {"dE": "E/N", "dW": "lam W + Xᵀ @ dE"},
    ),
    "softmax": ("p = softmax(z)", {"z": "C"}, (), {"dz": "p ⊙ (dp − sum(dp ⊙ p))"}),
    "cross-entropy": (
        "p = softmax(z)\nL = -np.sum(y*log(p))",
        {"z": "C", "y": "C"},
        (),
        {"dz": "sum(y) p − y"},
    ),
    "cross-entropy of a distribution": (
        "p = softmax(z)\nL = -np.sum(y*log(p))",
        {"z": "C", "y": "C"},
        ("y",),
        {"dz": "p − y"},
    ),
    "batched cross-entropy": (
        "P = softmax(Z)\nL = -mean(sum(Y*log(P), axis=1))",
        {"Z": "N C", "Y": "N C"},
        (),
        {"dZ": "(P ⊙ rowsum(Y) − Y)/N"},
    ),
    "batched cross-entropy of distributions": (
        "P = softmax(Z)\nL = -mean(sum(Y*log(P), axis=1))",
        {"Z": "N C", "Y": "N C"},
        ("Y",),
        {"dZ": "(P − Y)/N"},
    ),
    "log-softmax": (
        "L = -mean(sum(Y*log_softmax(Z), axis=1))",
        {"Z": "N C", "Y": "N C"},
        ("Y",),
        {"dZ": "(softmax(Z) − Y)/N"},
    ),
    "one-hot labels": (
        "Y = one_hot(t, 5)\nP = softmax(Z)\nL = -mean(sum(Y*log(P), axis=1))",
        {"Z": "N 5", "t": "N"},
        (),
        {"dZ": "(P − Y)/N"},
    ),
    "label smoothing and temperature": (
        "q = (1-a)*Y + a/Z.shape[1]\nP = softmax(Z/T)\nL = -mean(sum(q*log(P), axis=1))",
        {"Z": "N C", "Y": "N C"},
        ("Y",),
        {"dZ": "(P − q)/(T N)"},
    ),
    "two layers": (
        "Z1 = X @ W1 + b1\nA = relu(Z1)\nO = A @ W2 + b2\nL = np.sum((O-Y)**2)/(2*X.shape[0])",
        {"X": "N D", "W1": "D H", "b1": "H", "W2": "H M", "b2": "M", "Y": "N M"},
        (),
        {
            "dO": "(O − Y)/N",
            "dW2": "Aᵀ @ dO",
            "db2": "dOᵀ 1",
            "dA": "dO @ W2ᵀ",
            "dZ1": "dA ⊙ 1[Z1 > 0]",
            "dW1": "Xᵀ @ dZ1",
            "db1": "dZ1ᵀ 1",
        },
    ),
    "residual": (
        "Y = x + relu(x @ W)",
        {"x": "N D", "W": "D D"},
        (),
        {"dx": "dY + (dY ⊙ 1[x @ W > 0]) @ Wᵀ", "dW": "xᵀ @ (dY ⊙ 1[x @ W > 0])"},
    ),
    "recurrence": (
        "h1 = tanh(x1 @ Wx + h0 @ Wh)\nh2 = tanh(x2 @ Wx + h1 @ Wh)\nL = np.sum(h1*g1) + np.sum(h2*g2)",
        dict.fromkeys(("x1", "x2"), "N D")
        | dict.fromkeys(("h0", "g1", "g2"), "N H")
        | {"Wx": "D H", "Wh": "H H"},
        (),
        {
            "dh1": "g1 + (g2 ⊙ (1 − h2^⊙2)) @ Whᵀ",
            "dWh": "h1ᵀ @ (g2 ⊙ (1 − h2^⊙2)) + h0ᵀ @ (dh1 ⊙ (1 − h1^⊙2))",
            "dWx": "x2ᵀ @ (g2 ⊙ (1 − h2^⊙2)) + x1ᵀ @ (dh1 ⊙ (1 − h1^⊙2))",
        },
    ),
    "attention": (
        "S = Q @ K.T / sqrt(k)\nA = softmax(S)\nO = A @ V",
        {"Q": "T k", "K": "T k", "V": "T d"},
        (),
        {
            "dV": "Aᵀ @ dO",
            "dA": "dO @ Vᵀ",
            "dS": "A ⊙ (dA − rowsum(dA ⊙ A))",
            "dQ": "(1/√(k)) dS @ K",
            "dK": "(1/√(k)) dSᵀ @ Q",
        },
    ),
    "SwiGLU": (
        "a = x @ Wg\nu = x @ Wu\nH = a*sigmoid(a)*u\nO = H @ Wd",
        {"x": "N D", "Wg": "D H", "Wu": "D H", "Wd": "H D"},
        (),
        {
            "dWd": "Hᵀ @ dO",
            "du": "dH ⊙ a ⊙ σ(a)",
            "da": "dH ⊙ u ⊙ σ(a) ⊙ (1 + a ⊙ (1 − σ(a)))",
            "dWg": "xᵀ @ da",
            "dWu": "xᵀ @ du",
        },
    ),
}


@pytest.mark.parametrize(("source", "shapes", "distributions", "expected"), FORMS.values(), ids=FORMS)
def test_final_forms(source, shapes, distributions, expected):
    forms = final_forms(source, shapes, distributions)
    assert {name: forms[name] for name in expected} == expected


LOCALS = {
    "matrix product": ("Z = X @ W", {"X": "N 4", "W": "4 3"}, "dZ_dW", r"X_{ik} \, \delta_{jl}"),
    "softmax": ("p = softmax(z)", {"z": "C"}, "dp_dz", r"p_{i} \, (\delta_{ij} - p_{j})"),
    "rows of softmax": (
        "P = softmax(Z)",
        {"Z": "N C"},
        "dP_dZ",
        r"P_{ij} \, \delta_{ik} \, (\delta_{jl} - P_{il})",
    ),
    "sum": ("s = np.sum(X, axis=1)", {"X": "N 4"}, "ds_dX", r"\delta_{ij}"),
    "trace": ("t = np.trace(A)", {"A": "3 3"}, "dt_dA", r"\delta_{ij}"),
    "ReLU": ("A = relu(Z)", {"Z": "N 4"}, "dA_dZ", r"\mathbf{1}(Z_{ij} > 0) \, \delta_{ik} \, \delta_{jl}"),
}


@pytest.mark.parametrize(("source", "shapes", "name", "expected"), LOCALS.values(), ids=LOCALS)
def test_local_factors_in_index_form(source, shapes, name, expected):
    data = json.loads(sb.derive(sb.model(source, shapes=shapes)).to_json())
    step = next(step for step in data["steps"] if step["name"] == name)
    assert step["latex"].partition(" = ")[2] == expected


def test_a_chained_product_is_given_in_matrix_and_in_index_form():
    data = json.loads(sb.derive(sb.model("Z = X @ W", shapes={"X": "N 4", "W": "4 3"})).to_json())
    step = next(step for step in data["steps"] if step["name"] == "dW")
    assert step["latex"] == (r"\frac{\partial L}{\partial W} = X^{\top} \, \frac{\partial L}{\partial Z}")
    assert step["index_latex"] == (
        r"\frac{\partial L}{\partial W_{ij}} = \sum_{k} X_{ki} \, \frac{\partial L}{\partial Z_{kj}}"
    )


def test_a_condition_that_was_made_use_of_is_printed():
    d = sb.derive(
        sb.model("P = softmax(Z)\nL = -mean(sum(Y*log(P), axis=1))", shapes={"Z": "N C", "Y": "N C"}),
        distributions=["Y"],
    )
    assert "Y is declared a distribution: it sums to 1 along its last axis." in d.to_text()


def test_an_upstream_of_a_loss_that_is_not_1_stays_in_its_gradients():
    d = sb.derive(sb.model("L = np.sum(x**2)", shapes={"x": "2"}))
    assert "dx    = 2 x" in d.to_text()
    assert "dx    = 2 dL x" in d.evaluate(x=[1, 2], upstream=3).to_text()
