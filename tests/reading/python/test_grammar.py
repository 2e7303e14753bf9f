"""Each thing in the grammar means what it means in Python with NumPy."""

import numpy as np
import pytest

from symback.reading.python import read_python

X = [[1.0, -2.0, 0.5], [0.25, 3.0, -1.5]]
W = [[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]]
V = [0.5, -1.5, 2.0]

MEANINGS = {
    "arithmetic": "y = (x + 2 * a - a / 4) ** 2 - -x + +a",
    "precedence": "y = -x ** 2 + 2 ** -1 * a - 8 / 4 / 2",
    "integers": "y = 7 // 2 * x + 7 % 3 - 2 ** 10",
    "long-chain": "y = x - a + x - a - x + a + 1 + 2 - x",
    "folding": "y = 1 + 2 + x * (3 - 1) / (2 * 2)",
    "comparison": "y = (x > a) * x + (x <= a) * a + (x >= 1) + (x < 0)",
    "equal": "y = (x == 1.5) + 2 * (x != 1.5) + 0",
    "where": "y = np.where(X > 0, X, 0.1 * X)",
    "conditional": "y = x if x > a else 2 * a",
    "conditional-nested": "y = x if x > 5 else (a if a > 5 else 7)",
    "conditional-known": "y = x if 2 > 1 else a",
    "matmul": "y = X @ W",
    "matmul-chain": "y = X @ W @ W.T @ V",
    "transpose": "y = X.T",
    "shape": "y = X.sum() / X.shape[0] / X.shape[-1]",
    "shape-unpacked": "N, D = X.shape\ny = X.sum() / N + D",
    "ndim-size": "y = x * X.ndim + X.size",
    "length": "y = x * len(X)",
    "reshape": "y = X.reshape(3, 2)",
    "reshape-shape": "y = X.reshape(X.shape[1], -1)",
    "reshape-function": "y = np.reshape(X, (6,))",
    "index": "y = X[1, 2] * X[0][1] - X[-1, -1]",
    "row": "y = X[0]",
    "slice": "y = X[:, 1:]",
    "slice-step": "y = V[::2]",
    "slice-negative": "y = V[-2:]",
    "newaxis": "y = V[:, None] * V[np.newaxis, :]",
    "ellipsis": "y = X[..., 0]",
    "lookup": "y = X[np.array([1, 0, 1])]",
    "lookup-list": "y = X[[1, 1]]",
    "lookup-pairs": "y = X[np.arange(2), np.array([2, 0])]",
    "tuple": "a2, x2 = a * 2, x * 3\ny = a2 - x2",
    "unpack-array": "p, q, r = V\ny = p * q - r",
    "list": "h = [x * a, x + a]\ny = h[0] * h[-1]",
    "list-slice": "h = [x, a, x * a]\ny = sum(h[1:])",
    "list-joined": "h = [x] + [a] * 2\ny = sum(h)",
    "list-append": "h = []\nfor i in range(3):\n    h.append(V[i] * x)\ny = sum(h)",
    "comprehension": "y = sum([V[i] * V[i] for i in range(3)])",
    "comprehension-nested": "y = sum(X[i][j] * (i + 1) for i in range(2) for j in range(3))",
    "comprehension-filter": "y = sum(V[i] for i in range(3) if i != 1)",
    "comprehension-matrix": "y = np.array([[X[i, j] * 2 for j in range(3)] for i in range(2)])",
    "zip": "y = sum(p * q for p, q in zip(V, X[0]))",
    "enumerate": "y = sum(n * p for n, p in enumerate(V))",
    "reversed": "y = sum(n * p for n, p in zip(range(3), reversed([x, a, 1])))",
    "loop": "h = x\nfor i in range(3):\n    h = np.tanh(h * a)\ny = h",
    "loop-over-array": "h = x\nfor row in X:\n    h = h + row.sum()\ny = h",
    "augmented": "h = x * a\nh += 1\nh *= x\nh -= a\nh /= 2\nh **= 2\ny = h",
    "max": "y = max(x, 0) + min(a, x, 3)",
    "max-of-numbers": "y = max(1, 2) * x + max([x, a])",
    "sum-start": "y = sum([x, a], 1)",
    "sum-of-vectors": "y = sum([V, V * 2])",
    "sum-of-vector": "y = sum(V)",
    "abs-pow": "y = abs(x) + abs(-3) + pow(a, 2) + pow(2, 3)",
    "float-int": "y = float(x) * float(2) + int(7)",
    "sums": "y = np.sum(X, axis=1, keepdims=True) + X.mean(axis=0) + np.sum(X)",
    "sum-axis-position": "y = np.sum(X, 0) + X.sum(-1).sum()",
    "extremes": "y = np.max(X, axis=1) + X.min(axis=1) + np.amax(X)",
    "starred": "h = [x, a]\ny = max(*h, 0.1)",
    "functions": "y = np.exp(x) + np.log(abs(a) + 1) + math.sqrt(2) * np.tanh(x)",
    "constants": "y = np.pi * x + math.e",
    "concatenate": "y = np.concatenate([X, X * 2], axis=1)",
    "stack": "y = np.stack([V, V * x])",
    "stack-tuple": "y = np.vstack((V, V))",
    "array-of-expressions": "y = np.array([x, a, x * a])",
    "array-literal": "y = np.array([1, 2, 3]) * V",
    "list-as-array": "y = V * [1, 2, 3] + [0.5, 0, 1]",
    "einsum": "y = np.einsum('ij,jk->ik', X, W)",
    "outer": "y = np.outer(V, V)",
    "dot-method": "y = V.dot(V)",
    "dot-of-lists": "y = np.dot([x, a], [a, 2])",
    "var-std": "y = X.var(axis=0) + np.std(X)",
    "norm": "y = np.linalg.norm(V)",
    "pad": "y = np.pad(V, 1)",
    "clip": "y = np.clip(V, -1, 1)",
    "zeros-ones": "y = V + np.ones(3) * 2 + np.zeros((3,))",
    "transpose-method": "y = X.transpose(1, 0).reshape(-1)",
    "astype": "y = X.astype(float) * np.float64(2)",
    "broadcast": "y = X + V",
    "is-none": "y = x if None is None else a",
    "assert": "assert X.shape == (2, 3)\ny = X * 2",
    "semicolons": "h = x * 2; y = h + a",
    "continued": "h = (x\n     + a)\ny = h * 2",
    "comments": "h = x * 2  # twice\n# nothing\ny = h",
}


@pytest.mark.parametrize("text", MEANINGS.values(), ids=MEANINGS)
def test_the_meaning_is_numpys(agrees, text):
    given = {"x": 1.5, "a": -0.75, "X": X, "W": W, "V": V}
    agrees(text, **{name: value for name, value in given.items() if _uses(text, name)})


def _uses(text, name):
    return name in read_python(text, shapes={"X": "2 3", "W": "3 2", "V": "3"}).shapes


PREFIXES = [
    *("np.exp(x)", "numpy.exp(x)", "sb.exp(x)", "symback.exp(x)", "jnp.exp(x)", "jax.numpy.exp(x)"),
    *("torch.exp(x)", "math.exp(x)", "exp(x)"),
]


@pytest.mark.parametrize("formula", PREFIXES)
def test_prefixes(formula):
    assert repr(read_python(formula).expression) == "<exp(x)>"


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        ("F.relu(x)", "relu"),
        ("nn.functional.relu(x)", "relu"),
        ("torch.nn.functional.silu(x)", "silu"),
        ("jax.nn.relu(x)", "relu"),
        ("jax.nn.gelu(x)", "gelu_tanh"),
        ("jax.nn.gelu(x, approximate=False)", "gelu"),
        ("F.gelu(x)", "gelu"),
        ("F.gelu(x, approximate='tanh')", "gelu_tanh"),
        ("scipy.special.expit(x)", "sigmoid"),
        ("special.erf(x)", "erf"),
        ("scipy.special.erf(x)", "erf"),
        ("leaky_relu(x, negative_slope=0.2)", "leaky_relu"),
        ("x.sigmoid()", "sigmoid"),
        ("np.maximum(x, 0)", "relu"),
        ("max(0, x)", "relu"),
    ],
)
def test_functions_of_other_libraries(formula, name):
    assert read_python(formula).expression.node.op.name == name


@pytest.mark.parametrize(
    ("imports", "formula"),
    [
        ("import numpy", "numpy.tanh(x)"),
        ("import numpy as whatever", "whatever.tanh(x)"),
        ("from numpy import tanh", "tanh(x)"),
        ("from numpy import tanh as squash", "squash(x)"),
        ("import torch.nn.functional as G", "G.tanh(x)"),
        ("from torch.nn import functional as G", "G.tanh(x)"),
        ("from torch.nn import functional", "functional.tanh(x)"),
        ("import jax.numpy", "jax.numpy.tanh(x)"),
        ("from math import *", "tanh(x)"),
    ],
)
def test_imports_name_functions_and_are_not_run(imports, formula):
    assert repr(read_python(f"{imports}\ny = {formula}").expression) == "<y = tanh(x)>"


def test_star_imports_make_builtins_numpys():
    model = read_python("from numpy import *\ny = sum(X)", shapes={"X": "2 3"})
    assert model.expression.shape == ()


def test_torch_divides_variances_by_one_less():
    given = {"shapes": {"x": "4"}}
    biased, unbiased = (read_python(f"y = {p}.var(x)", **given) for p in ("np", "torch"))
    from symback.evaluation.values import run

    x = np.array([1.0, 2.0, 4.0, 7.0])
    for model, ddof in ((biased, 0), (unbiased, 1)):
        got = run(model.graph.nodes, {"x": x})[model.graph.outputs[0]]
        assert got == pytest.approx(np.var(x, ddof=ddof))
    method = read_python("import torch\ny = x.var(unbiased=False)", **given)
    assert run(method.graph.nodes, {"x": x})[method.graph.outputs[0]] == pytest.approx(np.var(x))


def test_torchs_transpose_exchanges_two_axes():
    text = "import torch\ny = x.transpose(0, 1)"
    assert read_python(text, shapes={"x": "2 3"}).expression.shape == (3, 2)
    assert read_python("y = x.transpose(0, 1)", shapes={"x": "2 3"}).expression.shape == (2, 3)


def test_torchs_linear():
    text = "y = F.linear(x, W, b)"
    assert read_python(text, shapes={"x": "N 4", "W": "3 4", "b": "3"}).expression.shape == ("N", 3)


def test_sizes_may_be_symbols():
    text = "N, D = X.shape\nmu = X.sum(axis=0) / N\ny = ((X - mu) ** 2).sum() / (N - 1) / X.shape[1]"
    model = read_python(text, shapes={"X": "N D"})
    from symback.evaluation.values import run

    x = np.array([[1.0, 2.0], [3.0, 5.0], [0.0, 1.0]])
    got = run(model.graph.nodes, {"X": x}, {"N": 3, "D": 2})[model.graph.outputs[0]]
    assert got == pytest.approx(((x - x.mean(0)) ** 2).sum() / 4)


def test_sizes_that_are_symbols_stand_in_reshape():
    text = "y = v.reshape(v.shape[0], 1) * np.ones((len(v), 3))"
    assert read_python(text, shapes={"v": "N"}).expression.shape == ("N", 3)


def test_symbacks_own_style():
    text = "x, w = sb.symbols('x w')\nX = sb.array('X', 'N 4')\ny = sb.relu(x * w) * X"
    model = read_python(text)
    assert model.shapes == {"x": (), "w": (), "X": ("N", 4)}
    assert model.expression.shape == ("N", 4)


def test_scalars_that_are_added_are_one_sum():
    assert len(read_python("y = a + b + c + d").expression.node.inputs) == 4
    assert len(read_python("y = sum([a, b, c, d])").expression.node.inputs) == 4
    assert read_python("y = a + b - c").expression.node.op.name == "sub"
