"""Whole outputs, kept as files; SYMBACK_UPDATE_GOLDEN=1 writes them anew."""

import os
from pathlib import Path

import pytest

import symback as sb

FOLDER = Path(__file__).parents[1] / "golden"


def neuron():
    return sb.derive(sb.Neuron(3)).evaluate(x=[1, -2, 3], w=[-3, -1, 2], b=1)


def sigmoid_product():
    x, w, b = sb.symbols("x w b")
    return sb.derive(sb.sigmoid(x * w) * sb.sigmoid(b * w)).evaluate(x=0.5, w=-2, b=1)


CLASSIFIER = """
Z1 = X @ W1 + b1
A = relu(Z1)
Z2 = A @ W2 + b2
P = softmax(Z2)
L = -mean(sum(Y * log(P), axis=1))
"""


def classifier():
    shapes = {"X": "N D", "W1": "D H", "b1": "H", "W2": "H C", "b2": "C", "Y": "N C"}
    return sb.derive(sb.model(CLASSIFIER, shapes=shapes), distributions=["Y"])


ATTENTION = """
S = Q @ K.T / sqrt(k)
A = softmax(S)
O = A @ V
"""


def attention():
    return sb.derive(sb.model(ATTENTION, shapes={"Q": "T k", "K": "T k", "V": "T d"}), wrt=["Q", "K", "V"])


def layer():
    d = sb.derive(sb.model("Z = X @ W + b", shapes={"X": "N 2", "W": "2 2", "b": "2"}))
    return d.evaluate(X=[[1, -2]], W=[[0.5, 1], [-1, 2]], b=[0, 0.25], upstream=[[1, -1]])


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("neuron.tex", lambda: neuron().to_latex(standalone=True, learning_rate=0.001)),
        ("neuron.txt", lambda: neuron().to_text(learning_rate=0.001)),
        ("neuron.md", lambda: neuron().to_markdown(learning_rate=0.001)),
        ("neuron.json", lambda: neuron().to_json(learning_rate=0.001) + "\n"),
        ("classifier.tex", lambda: classifier().to_latex(standalone=True)),
        ("classifier.txt", lambda: classifier().to_text(full=True)),
        ("attention.md", lambda: attention().to_markdown()),
        ("layer.txt", lambda: layer().to_text()),
        ("sigmoid_product.txt", lambda: sigmoid_product().to_text()),
    ],
)
def test_output_is_what_it_was(name, write):
    path = FOLDER / name
    text = write()
    if os.environ.get("SYMBACK_UPDATE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "SYMBACK_UPDATE_GOLDEN=1 writes it anew"
