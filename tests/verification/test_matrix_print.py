"""Printed equations of arrays, read back and evaluated: whole networks, and mistakes that must be found."""

import re
from collections.abc import Sequence
from textwrap import dedent
from typing import NamedTuple

import pytest

import symback as sb
from symback.core.graph import Graph
from symback.derivation.backward import Backward
from symback.notation import latex
from symback.ops.expression import array
from symback.ops.functions import FUNCTION_TABLE
from symback.rendering import blocks, matrix_products
from symback.rendering.json import as_data
from symback.verification.matrix_document import document_equations, judge_document
from symback.verification.matrix_print import UNDEFINED, judge_equations, judge_print
from symback.verification.matrix_syntax import parsed


class Network(NamedTuple):
    """A forward pass, the shapes of what comes from outside, and what is declared a distribution."""

    text: str
    shapes: dict[str, str]
    distributions: Sequence[str] = ()


NETWORKS = {
    "dense": Network(
        """
        Z1 = X @ W1 + b1
        A = maximum(Z1, 0)
        O = A @ W2 + b2
        L = np.mean((O - Y) ** 2)
        """,
        {"X": "N 4", "W1": "4 3", "b1": "3", "W2": "3 2", "b2": "2", "Y": "N 2"},
    ),
    "softmax_ce": Network(
        """
        Z = X @ W + b
        P = softmax(Z)
        L = -np.mean(np.sum(Y * log(P), axis=1))
        """,
        {"X": "N 4", "W": "4 3", "b": "3", "Y": "N 3"},
    ),
    "softmax_ce_declared": Network(
        """
        Z = X @ W + b
        P = softmax(Z)
        L = -np.mean(np.sum(Y * log(P), axis=1))
        """,
        {"X": "N 4", "W": "4 3", "b": "3", "Y": "N 3"},
        ["Y"],
    ),
    "log_softmax": Network(
        """
        Z = X @ W + b
        L = -np.sum(Y * log_softmax(Z, axis=1)) / 5
        """,
        {"X": "N 4", "W": "4 3", "b": "3", "Y": "N 3"},
        ["Y"],
    ),
    "attention": Network(
        """
        S = Q @ K.T / sqrt(8)
        A = softmax(S)
        O = A @ V
        L = np.sum(O * G)
        """,
        {"Q": "T D", "K": "M D", "V": "M E", "G": "T E"},
    ),
    "attention_self": Network(
        """
        Q = X @ Wq
        K = X @ Wk
        V = X @ Wv
        S = Q @ K.T
        A = softmax(S)
        O = A @ V
        L = np.sum(O ** 2)
        """,
        {"X": "T D", "Wq": "D H", "Wk": "D H", "Wv": "D H"},
    ),
    "layer_norm": Network(
        """
        mu = np.mean(X, axis=1, keepdims=True)
        xc = X - mu
        v = np.mean(xc ** 2, axis=1, keepdims=True)
        s = sqrt(v + 0.001)
        xhat = xc / s
        Y = g * xhat + b
        L = np.sum(Y * T)
        """,
        {"X": "N 4", "g": "4", "b": "4", "T": "N 4"},
    ),
    "batch_norm": Network(
        """
        mu = np.mean(X, axis=0)
        xc = X - mu
        v = np.mean(xc ** 2, axis=0)
        s = sqrt(v + 0.001)
        xhat = xc / s
        Y = g * xhat + b
        L = np.sum(Y * T)
        """,
        {"X": "N 4", "g": "4", "b": "4", "T": "N 4"},
    ),
    "rms_norm": Network(
        """
        r = sqrt(np.mean(x ** 2) + 0.001)
        y = g * x / r
        L = np.sum(y * t)
        """,
        {"x": "D", "g": "D", "t": "D"},
    ),
    "slices": Network(
        """
        a = X[0:2]
        b = X[:, 1]
        c = X[1]
        L = np.sum(a ** 2) + np.sum(b * v) + np.sum(exp(c))
        """,
        {"X": "3 4", "v": "3"},
    ),
    "concat": Network(
        """
        H = concatenate([A, B], axis=1)
        Z = H @ W
        L = np.sum(tanh(Z))
        """,
        {"A": "3 2", "B": "3 4", "W": "6 2"},
    ),
    "gather": Network(
        """
        E1 = E[t]
        Z = E1 @ W
        L = np.sum(Z ** 2)
        """,
        {"E": "7 3", "t": "4", "W": "3 2"},
    ),
    "max": Network(
        """
        m = np.max(X, axis=1, keepdims=True)
        Y = X - m
        L = np.sum(exp(Y) * G)
        """,
        {"X": "3 4", "G": "3 4"},
    ),
    "max0": Network(
        """
        m = np.max(X, axis=0)
        L = np.sum(m * v)
        """,
        {"X": "3 4", "v": "4"},
    ),
    "broadcast": Network(
        """
        Z = X * r + c
        L = np.sum(Z * Z / 2)
        """,
        {"X": "3 4", "r": "1 4", "c": "3 1"},
    ),
    "einsum_batched": Network(
        """
        S = einsum('bij,bkj->bik', Q, K)
        A = softmax(S, axis=2)
        O = einsum('bik,bkd->bid', A, V)
        L = np.sum(O ** 2)
        """,
        {"Q": "2 3 4", "K": "2 5 4", "V": "2 5 2"},
    ),
    "bilinear": Network(
        """
        y = einsum('i,ij,j->', x, A, z)
        L = y ** 2
        """,
        {"x": "3", "A": "3 4", "z": "4"},
    ),
    "rnn": Network(
        """
        h1 = tanh(x1 @ W + h0 @ U + b)
        h2 = tanh(x2 @ W + h1 @ U + b)
        L = np.sum((h2 - y) ** 2)
        """,
        {"x1": "3", "x2": "3", "W": "3 4", "U": "4 4", "b": "4", "h0": "4", "y": "4"},
    ),
    "residual": Network(
        """
        H = X + tanh(X @ W1) @ W2
        O = H + sigmoid(H)
        L = np.mean(O ** 2)
        """,
        {"X": "N 4", "W1": "4 3", "W2": "3 4"},
    ),
    "outer": Network(
        """
        M = outer(u, v)
        L = np.sum(M * G)
        """,
        {"u": "3", "v": "4", "G": "3 4"},
    ),
    "trace": Network(
        """
        B = A @ A.T
        L = trace(B @ C)
        """,
        {"A": "3 3", "C": "3 3"},
    ),
    "norm": Network(
        """
        r = X @ w - y
        L = sqrt(np.sum(r ** 2))
        """,
        {"X": "N 3", "w": "3", "y": "N"},
    ),
    "ridge": Network(
        """
        L = np.sum((X @ w - y) ** 2) / 2 + c * np.sum(w ** 2)
        """,
        {"X": "N 3", "w": "3", "y": "N"},
    ),
    "logreg": Network(
        """
        z = X @ w + b
        p = sigmoid(z)
        L = -np.mean(y * log(p) + (1 - y) * log(1 - p))
        """,
        {"X": "N 3", "w": "3", "y": "N"},
    ),
    "where": Network(
        """
        Z = X @ W
        Y = where(Z > 0, Z, 0.1 * Z)
        L = np.sum(Y * G)
        """,
        {"X": "3 4", "W": "4 2", "G": "3 2"},
    ),
    "cases_two": Network(
        """
        Y = where(X > T, X * T, X - T)
        L = np.mean(Y)
        """,
        {"X": "3 4", "T": "3 4"},
    ),
    "reshape": Network(
        """
        H = reshape(X, (2, 6))
        Z = H @ W
        L = np.sum(Z ** 3)
        """,
        {"X": "3 4", "W": "6 2"},
    ),
    "gate": Network(
        """
        g = sigmoid(X @ Wg)
        u = X @ Wu
        Y = g * u
        Z = Y @ Wo
        L = np.mean((Z - T) ** 2)
        """,
        {"X": "N 4", "Wg": "4 3", "Wu": "4 3", "Wo": "3 2", "T": "N 2"},
    ),
    "swiglu": Network(
        """
        g = X @ Wg
        u = X @ Wu
        Y = silu(g) * u
        Z = Y @ Wo
        L = np.sum(Z * T)
        """,
        {"X": "N 4", "Wg": "4 3", "Wu": "4 3", "Wo": "3 2", "T": "N 2"},
    ),
    "cosine": Network(
        """
        a = sqrt(np.sum(x ** 2))
        b = sqrt(np.sum(y ** 2))
        c = dot(x, y) / (a * b)
        L = 1 - c
        """,
        {"x": "D", "y": "D"},
    ),
    "no_loss": Network(
        """
        Z = X @ W + b
        Y = tanh(Z)
        """,
        {"X": "N 4", "W": "4 3", "b": "3"},
    ),
    "no_loss_vector": Network(
        """
        z = W @ x + b
        y = relu(z)
        """,
        {"x": "4", "W": "3 4", "b": "3"},
    ),
    "logsumexp": Network(
        """
        s = logsumexp(Z, axis=1)
        L = np.mean(s) - np.sum(Z * Y)
        """,
        {"Z": "N 3", "Y": "N 3"},
    ),
    "mlp_many_axes": Network(
        """
        Y = X @ W + b
        L = np.sum(Y ** 2)
        """,
        {"X": "2 3 4", "W": "4 5", "b": "5"},
    ),
    "std": Network(
        """
        s = std(X, axis=0)
        m = np.mean(X, axis=0)
        Z = (X - m) / s
        L = np.sum(Z * G)
        """,
        {"X": "N 3", "G": "N 3"},
    ),
    "stop": Network(
        """
        t = stop_gradient(X @ W)
        L = np.sum((X - t) ** 2)
        """,
        {"X": "N 3", "W": "3 3"},
    ),
    "quadratic": Network(
        """
        L = x @ A @ x
        """,
        {"x": "3", "A": "3 3"},
    ),
    "huber": Network(
        """
        e = X @ w - y
        a = abs(e)
        L = np.mean(where(a < 0.5, 0.5 * e ** 2, 0.5 * a - 0.125))
        """,
        {"X": "N 3", "w": "3", "y": "N"},
    ),
    "conv1d": Network(
        """
        y = x[0:4] * k[0] + x[1:5] * k[1] + x[2:6] * k[2]
        L = np.sum(y ** 2)
        """,
        {"x": "6", "k": "3"},
    ),
    "stack": Network(
        """
        M = stack([a, b, c])
        L = np.sum(M @ w)
        """,
        {"a": "4", "b": "4", "c": "4", "w": "4"},
    ),
    "one_hot": Network(
        """
        Y = one_hot(t, 4)
        P = softmax(X @ W)
        L = -np.mean(np.sum(Y * log(P), axis=1))
        """,
        {"t": "5", "X": "5 3", "W": "3 4"},
    ),
    "var": Network(
        """
        L = var(x)
        """,
        {"x": "5"},
    ),
    "lossless_matrix_scalar": Network(
        """
        Y = c * X
        L = np.sum(Y @ Y.T)
        """,
        {"X": "3 4"},
    ),
    "kl": Network(
        """
        P = softmax(Z)
        L = np.sum(Q * (log(Q) - log(P)))
        """,
        {"Z": "N 3", "Q": "N 3"},
        ["Q"],
    ),
    "lstm": Network(
        """
        i = sigmoid(x @ Wi + h @ Ui)
        f = sigmoid(x @ Wf + h @ Uf)
        o = sigmoid(x @ Wo + h @ Uo)
        u = tanh(x @ Wu + h @ Uu)
        c1 = f * c + i * u
        h1 = o * tanh(c1)
        L = np.sum(h1 * t)
        """,
        {
            "Wi": "3 4",
            "Wf": "3 4",
            "Wo": "3 4",
            "Wu": "3 4",
            "Ui": "4 4",
            "Uf": "4 4",
            "Uo": "4 4",
            "Uu": "4 4",
            "x": "3",
            "h": "4",
            "c": "4",
            "t": "4",
        },
    ),
}


def derived(name):
    text, shapes, distributions = NETWORKS[name]
    return sb.derive(sb.model(dedent(text).strip(), shapes=shapes), distributions=distributions)


def not_right(judged):
    return {name: tuple(one) for name, one in judged.items() if one.verdict != "right"}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_line_of_a_network(name):
    backward = derived(name)
    judged = judge_print(backward)
    assert not_right(judged) == {}
    assert [name for name, one in judged.items() if UNDEFINED in one.why] == []
    assert set(judged) == {equation.name for equation in (*backward.forward, *backward.steps)}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_line_of_a_document(name):
    backward = derived(name)
    assert not_right(judge_document(backward, backward.to_latex(), seed=1)) == {}


def texts(backward):
    data = as_data(backward)
    return {
        item["name"]: [item[key] for key in ("latex", "index_latex") if key in item]
        for item in (*data["forward"], *data["steps"])
    }


MISPRINTS = {
    "a dropped transpose": (r"\^\{\\top\}", ""),
    "a dropped sign": (r"(?<== )-(?=\\)|(?<= )- ", ""),
    "another sign": (r"(?<= )\+(?= )", "-"),
    "another product": (r"(?<=\\top\} )\\,|(?<=[A-Z] )\\,(?= [A-Z]\b)", r"\\odot"),
    "a matrix product for an entrywise one": (r"\\odot(?! ?\d)", r"\\,"),
    "a column sum": (r"rowsum", "colsum"),
    "a dropped square": (r"\^\{\\odot 2\}|\^\{2\}", ""),
    "exchanged indices": (r"(?<!delta_\{)(?<=_\{)([ij])([jk])(?=\})", r"\2\1"),
    "another index": (r"(?<=_\{k)j(?=\})", "i"),
    "a dropped number": (r"(?<== )2 \\, ", ""),
    "another number": (r"(?<=\{)1 -|(?<=\()1 -", "2 -"),
    "another relation": (r">", "<"),
    "another name": (r"(?<=W_\{)1(?=\})", "2"),
    "a dropped sum": (r"\\sum_\{k\} ", ""),
}
"""What is looked for in printed LaTeX, and what is put in its place: one occurrence at a time."""


def changed(line, old, new):
    """Yield a line with one occurrence changed on a right-hand side."""
    start = line.index("=")
    for match in re.finditer(old, line):
        if match.start() > start:
            yield line[: match.start()] + match.expand(new) + line[match.end() :]


@pytest.mark.parametrize(
    "network", ["dense", "softmax_ce", "attention", "layer_norm", "rnn", "where", "broadcast"]
)
def test_a_planted_mistake(network):
    backward = derived(network)
    found = dict.fromkeys(MISPRINTS, 0)
    for name, lines in texts(backward).items():
        for kind, (old, new) in MISPRINTS.items():
            for line in lines:
                for wrong in changed(line, old, new):
                    (judged,) = judge_equations(backward, {name: [wrong]}).values()
                    assert judged.verdict != "right", (kind, line, wrong)
                    found[kind] += judged.verdict == "wrong"
    assert sum(found.values()) > 10


@pytest.mark.parametrize(
    ("network", "step", "old", "new"),
    [
        ("dense", "dW1", r"X^{\top} \,", r"X \,"),
        ("dense", "dW2", r"A^{\top}", r"A"),
        ("dense", "dZ1", r"\odot", r"\,"),
        ("dense", "dA", r"W_{2}^{\top}", r"W_{1}^{\top}"),
        ("dense", "dZ1", r"\frac{\partial L}{\partial A}", r"\frac{\partial L}{\partial O}"),
        ("softmax_ce", "dZ", "rowsum", "colsum"),
        ("softmax_ce_declared", "dZ", "P - Y", "P + Y"),
        ("softmax_ce", "dL_dP", "-", ""),
        ("attention", "dS_dQ", r"\delta_{ik}", r"\delta_{ij}"),
        ("attention", "S", r"K^{\top}", "K"),
        ("residual", "dX_via_H_1", r"|_{H,1}", r"|_{H,2}"),
    ],
)
def test_one_mistake_is_found(network, step, old, new):
    backward = derived(network)
    lines = texts(backward)[step]
    wrong = [line.replace(old, new) for line in lines]
    assert wrong != lines
    assert judge_equations(backward, {step: wrong})[step].verdict == "wrong"


@pytest.fixture
def misprint(monkeypatch):
    """Return a function that changes how things are written or spelled, for one test."""

    def put(place, name, value):
        monkeypatch.setattr(place, name, value)
        latex.latex.cache_clear()

    yield put
    monkeypatch.undo()
    latex.latex.cache_clear()


SIGNS = latex._SIGNS  # noqa: SLF001 - to plant a mistake
PRINTERS = {
    "nothing transposed": (matrix_products, "oriented", lambda block, first: blocks.plain(block)),  # noqa: ARG005
    "products entry by entry": (blocks, "BESIDE", latex.t.Sign("⊙")),
    "minus for plus": (latex, "_SIGNS", {**SIGNS, "−": "+"}),
    "times for divided": (latex, "_SIGNS", {**SIGNS, "⊘": r"\odot"}),
    "a sum for sums of rows": (matrix_products, "called", lambda name, one: blocks.called(name[-3:], one)),
}


@pytest.mark.parametrize(("place", "name", "value"), PRINTERS.values(), ids=PRINTERS)
def test_a_wrong_printer(misprint, place, name, value):
    misprint(place, name, value)
    assert any(one.verdict == "wrong" for one in judge_print(derived("softmax_ce")).values())


def quotient():
    A, b = array("A", "2 3"), array("b", "3")  # noqa: N806 - a matrix
    return Backward(Graph([(A @ b).named("y").node]))


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"y = A \, b", "right"),
        (r"y_{i} = \sum_{k} A_{ik} \, b_{k}", "right"),
        (r"y = A \odot b", "wrong"),
        (r"y = b^{\top} \, A^{\top}", "wrong"),
        (r"y = (b^{\top} \, A^{\top})^{\top}", "right"),
        (r"y = A \, b \, \mathbf{1}^{\top} \, \mathbf{1}", "not judged"),
        (r"y = I \, A \, I \, b", "right"),
        (r"y = \operatorname{unheard}(A) \, b", "not judged"),
        (r"y = A \, c", "wrong"),
        (r"y = A \, b +", "not judged"),
        (r"y_{i} = A_{ik} \, b_{k}", "wrong"),
        (r"y_{i} = \sum_{k} A_{ki} \, b_{k}", "wrong"),
        (r"y_{i} = \sum_{k,l} A_{ik} \, b_{k} \, \delta_{kl}", "right"),
        (r"y_{i} = \sum_{k,l} A_{ik} \, b_{k}", "wrong"),
        (r"y = \operatorname{rowsum}(A) \odot b", "wrong"),
        (r"y = A^{2} \, b", "wrong"),
        (r"A = \mathbf{1} \, b^{\top}", "wrong"),
        (r"y = A \, \operatorname{diag}(b) \, \mathbf{1}", "right"),
        (r"y = A_{\mathrm{:},\mathrm{0:3}} \, b", "right"),
        (r"y = A_{\mathrm{:},0} \, b_{0} + A_{\mathrm{:},1} \, b_{1} + A_{\mathrm{:},2} \, b_{2}", "right"),
        (r"y = A_{\mathrm{:},0} \, b_{0} + A_{\mathrm{:},1} \, b_{1} + A_{\mathrm{:},2} \, b_{1}", "wrong"),
        (r"y = \frac{2 \, A \, b}{2}", "right"),
        (r"y = \left\{ A \, b \text{if } A \, b > 0,\quad A \, b \text{otherwise} \right.", "right"),
        (r"y = \begin{bmatrix} 1 \\ 2 \end{bmatrix}", "wrong"),
        (r"y_{i} = (A \, b)_{i}", "right"),
        ("y = " + "(" * 100 + r"A \, b" + ")" * 100, "not judged"),
    ],
)
def test_a_line(line, verdict):
    judged = judge_equations(quotient(), {"y": [line]})["y"]
    assert judged.verdict == verdict, judged.why


def test_deep_brackets_end_in_no_recursion():
    with pytest.raises(sb.SymbackError):
        parsed("y = " + "(" * 5000)


def test_a_quantity_called_delta_is_no_kronecker_delta():
    X, delta = array("X", "3 2"), array("delta", "2 2")  # noqa: N806 - a matrix
    backward = Backward(Graph([(X @ delta).named("Z").node]))
    judged = judge_equations(
        backward, {"dZ_dX": [r"\frac{\partial Z_{ij}}{\partial X_{kl}} = \delta_{lj} \, \delta_{ik}"]}
    )
    assert judged["dZ_dX"].verdict == "wrong"
    assert not_right(judge_print(backward)) == {}


def test_a_quantity_called_i_is_no_identity():
    I, A = array("I", "3 3"), array("A", "3 3")  # noqa: E741, N806 - matrices
    assert not_right(judge_print(Backward(Graph([FUNCTION_TABLE["trace"](I @ A).named("L").node])))) == {}


def test_a_step_that_is_not_printed_is_wrong():
    backward = derived("dense")
    printed = backward.to_latex().replace(r"\symbackname{\detokenize{dW1}}", "")
    assert judge_document(backward, printed)["dW1"].verdict == "wrong"
    assert document_equations("") == {}
