"""Derivations over arrays written out entry by entry: the same numbers under the names of the entries."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import symback as sb
from symback.core.errors import InputError, LimitError, UnknownNameError


def derived(text, **shapes):
    return sb.derive(sb.model(text, shapes=shapes))


def drawn(shapes, rng):
    return {name: rng.normal(size=shape) if shape else float(rng.normal()) for name, shape in shapes.items()}


def numbers_of(evaluation, names):
    flat = [0.0 if name is None else evaluation[name] for name in np.ravel(np.array(names, dtype=object))]
    return np.array(flat, dtype=float).reshape(np.shape(names))


def assert_same(d, scalars, data, indices=(), upstream=None):
    """Compare every quantity and every gradient of a quantity, entry for entry."""
    arrays = d.evaluate(data, upstream=upstream)
    given_ = {name: value for name, value in data.items() if name not in indices}
    entries = scalars.evaluate(given_ if upstream is None else {**given_, "G": upstream})
    for name in [*d.graph.names, *(step.name for step in d.adjoints.values())]:
        if name not in indices:
            expected = np.asarray(arrays[name], dtype=float)
            found = numbers_of(entries, scalars.entries[name])
            if name not in d.graph.names:
                assert found == pytest.approx(expected, rel=1e-9, abs=1e-12), name
            # An entry that leads nowhere is no part of the scalar derivation.
            live = np.array(scalars.entries[name], dtype=object) != None  # noqa: E711 - entry by entry
            assert found[live] == pytest.approx(expected[live], rel=1e-9, abs=1e-12), name
    assert {name for name in scalars.gradients if name[0] != "G"} == {
        name for asked in d.gradients for name in np.ravel(np.array(scalars.entries[asked], dtype=object))
    }


DENSE = """
z1 = X @ W1 + b1
h1 = {activation}(z1)
z2 = h1 @ W2 + b2
"""

HEADS = {
    "squares": "L = np.mean((z2 - Y) ** 2)",
    "softmax": "P = softmax(z2)\nL = -np.sum(Y * np.log(P)) / 2",
    "log_softmax": "L = -np.mean(np.sum(Y * log_softmax(z2), axis=1))",
    "logsumexp": "L = np.sum(logsumexp(z2, axis=1) - np.sum(Y * z2, axis=1))",
    "an array": "A = z2 * Y",
}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sizes=st.tuples(*[st.integers(1, 3)] * 4),
    activation=st.sampled_from(["relu", "np.tanh", "sigmoid", "gelu"]),
    head=st.sampled_from(list(HEADS)),
    seed=st.integers(0, 2**31),
)
def test_dense_networks(sizes, activation, head, seed):
    n, m, h, k = sizes
    rng = np.random.default_rng(seed)
    d = derived(
        DENSE.format(activation=activation) + HEADS[head],
        X=("N", m), W1=(m, h), b1=(h,), W2=(h, k), b2=(k,), Y=("N", k),
    )  # fmt: skip
    shapes = {"X": (n, m), "W1": (m, h), "b1": (h,), "W2": (h, k), "b2": (k,), "Y": (n, k)}
    upstream = rng.normal(size=(n, k)) if head == "an array" else None
    if upstream is not None and n * k == 1:
        return  # one entry is a scalar, which needs no upstream of its own
    assert_same(d, d.expand(N=n), drawn(shapes, rng), upstream=upstream)


CASES = {
    "layer norm": (
        """
m = np.mean(X, axis=1, keepdims=True)
v = np.var(X, axis=1, keepdims=True)
xhat = (X - m) / np.sqrt(v + 1e-5)
L = np.sum(H * (g * xhat + b))""",
        {"X": (2, 3), "g": (3,), "b": (3,), "H": (2, 3)},
    ),
    "masked attention": (
        """
S = Q @ K.T / np.sqrt(4) + M
A = softmax(S * np.tril(np.ones((3, 3))))
O = A @ V
L = np.mean((O - Y) ** 2)""",
        {"Q": (3, 4), "K": (3, 4), "V": (3, 2), "Y": (3, 2), "M": (3, 3)},
    ),
    "slices": ("y = X[0, 1:] * 2\nL = np.sum(y) * np.sum(X[:, ::-2] ** 2)", {"X": (2, 4)}),
    "a part that leads nowhere": ("y = np.exp(X)\nL = y[0, 0] * w", {"X": (2, 2), "w": ()}),
    "the largest along an axis": ("y = np.max(X, axis=1)\nL = np.sum(y ** 3)", {"X": (3, 3)}),
    "the smallest and the largest of all": ("L = np.max(X) * np.min(X) ** 2", {"X": (2, 3)}),
    "max-pooling of sums": (
        "y = np.max((X + Z).reshape(2, 2, 2), axis=(0, 2))\nL = y @ y",
        {"X": (8,), "Z": (8,)},
    ),
    "broadcasting": (
        "L = np.sum((X + u) * (v - X) / (1 + s ** 2))",
        {"X": (2, 3), "u": (3,), "v": (2, 1), "s": ()},
    ),
    "concatenation, a trace, sums so far": (
        """
y = np.concatenate([X, Z], axis=0)
L = np.sum(np.exp(y)) + np.trace(X) + np.sum(np.cumsum(Z, axis=1) ** 2)""",
        {"X": (2, 2), "Z": (3, 2)},
    ),
    "padding": (
        "y = np.pad(X, 1) + np.pad(Z, 1)\nL = np.sum(y * y * W)",
        {"X": (2, 2), "Z": (2, 2), "W": (4, 4)},
    ),
    "turned round": (
        "y = X.reshape(4).reshape(2, 2).T\nz = np.where(y > 0, y, -W)\nL = np.sum(z * z)",
        {"X": (2, 2), "W": (2, 2)},
    ),
    "sums of what is multiplied": ("L = np.sum((X + 1) @ (Y * 2))", {"X": (2, 2), "Y": (2, 12)}),
    "a diagonal, a norm": ("L = np.sum(np.einsum('ii->i', X) * np.linalg.norm(X, axis=1))", {"X": (3, 3)}),
    "a batched product": ("L = np.sum(A @ B * C)", {"A": (2, 2, 3), "B": (2, 3, 1), "C": (2, 2, 1)}),
    "no gradient": ("y = stop_gradient(X) * X\nL = np.sum(y)", {"X": (2, 2)}),
}


@pytest.mark.parametrize(("text", "shapes"), CASES.values(), ids=CASES)
def test_the_same_numbers(text, shapes):
    d = derived(text, **shapes)
    for seed in range(3):
        assert_same(d, d.expand(), drawn(shapes, np.random.default_rng(seed)))


@pytest.mark.parametrize(
    "text", ["L = np.sum(np.max(X, axis=1) ** 2)", "L = np.sum(np.min(X, axis=0) ** 2)", "L = np.max(X)"]
)
def test_ties_share_alike(text):
    d = derived(text, X=(3, 3))
    assert_same(d, d.expand(), {"X": np.array([[1.0, 1.0, 0.0], [2.0, 2.0, 2.0], [0.0, 1.0, 1.0]])})


def test_an_output_of_one_entry_is_a_number():
    d = derived("L = x.T @ W @ x", x=(2, 1), W=(2, 2))
    data = {"x": np.array([[1.0], [2.0]]), "W": np.array([[1.0, 2.0], [3.0, 5.0]])}
    found = d.expand().evaluate(data)
    assert found.gradients["x10"] == d.evaluate(data, upstream=np.ones((1, 1))).gradients["x"][1, 0]


LOOK_UPS = {
    "rows": ("h = E[t]\nL = np.sum(h * h * w)", {"E": (4, 2), "t": ("N",), "w": (2,)}, [1, 3, 1]),
    "the right class": (
        "P = softmax(X)\nL = -np.mean(np.log(P[np.arange(3), t]))", {"X": (3, 4), "t": (3,)}, [3, 0, 0]
    ),
    "one-hot rows": ("Y = one_hot(t, 3)\nL = -np.mean(Y * log_softmax(X))", {"X": (2, 3), "t": (2,)}, [1, 2]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "shapes", "t"), LOOK_UPS.values(), ids=LOOK_UPS)
def test_look_ups(text, shapes, t):
    d = derived(text, **shapes)
    data = {name: shape for name, shape in shapes.items() if name != "t"}
    scalars = d.expand(values={"t": t})
    assert_same(d, scalars, {**drawn(data, np.random.default_rng(0)), "t": np.array(t)}, indices=["t"])


def test_indices_of_the_text_are_used():
    d = derived("t = [0, 1, 1]\nL = np.sum(E[t] * 2)", E=(2, 1))
    assert d.expand().evaluate(E=[[1], [2]]).gradients == {"E00": 2, "E10": 4}


def test_values_of_the_text_are_kept():
    d = derived("W = [[1, 2], [3, 4]]\nL = np.sum(x @ W)", x=(2,))
    assert d.expand().evaluate(x=[1, 1]).gradients["x1"] == 7


def test_a_layer_step_for_step():
    d = derived("z = X @ W + b\nY = relu(z)", X=(1, 2), W=(2, 1), b=(1,)).expand()
    assert [(equation.name, str(equation.expr)) for equation in d.forward] == [
        ("z00", "W00*X00 + W10*X01 + b0"),
        ("Y00", "Piecewise((z00, z00 > 0), (0, True))"),
    ]
    assert [step.name for step in d.steps] == [
        "dY00", "dY00_dz00", "dz00", "dz00_dX00", "dX00", "dz00_dW00", "dW00",
        "dz00_dX01", "dX01", "dz00_dW10", "dW10", "dz00_db0", "db0",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("z = X @ W + b\nY = relu(z)", {"X": (2, 2), "W": (2, 2), "b": (2,)}),
        ("L = -np.sum(Y * np.log(softmax(z)))", {"z": (1, 2), "Y": (1, 2)}),
        ("L = np.sum(np.max(X, axis=1) ** 2)", {"X": (2, 3)}),
    ],
)
def test_it_is_proved(text, shapes):
    report = derived(text, **shapes).expand().verify()
    steps = len(report.steps)
    assert report.summary == f"{steps} steps: {steps} proved, {steps} numeric, {steps} read back"


NAMES = {
    "digits follow a letter": ({"X": (1, 2)}, {"X": [["X00", "X01"]]}),
    "and stand apart from digits": ({"W1": (2,)}, {"W1": ["W1_0", "W1_1"]}),
    "and from each other where they are long": ({"X": (1, 11)}, {"X": [[f"X_0_{n}" for n in range(11)]]}),
    "one index needs nothing": ({"x": (11,)}, {"x": [f"x{n}" for n in range(11)]}),
    "a number of that name": ({"X": (1, 2), "X01": ()}, {"X": [["X_0_0", "X_0_1"]], "X01": "X01"}),
    "one that prints like it": ({"X": (1, 2), "X_01": ()}, {"X": [["X_0_0", "X_0_1"]]}),
    "both": ({"x": (2,), "x0": (), "x_1": ()}, {"x": ["x_e_0", "x_e_1"]}),
    "one that its gradient would have": ({"x": (2,), "dx1": ()}, {"x": ["x_0", "x_1"]}),
    "Greek letters": ({"theta": (2,), "θ0": ()}, {"theta": ["theta_e_0", "theta_e_1"]}),
    "a subscript": ({"z_h": (1, 1)}, {"z_h": [["z_h_00"]]}),
}


@pytest.mark.parametrize(("shapes", "names"), NAMES.values(), ids=NAMES)
def test_names(shapes, names):
    text = "L = " + " + ".join(f"np.sum({name} ** 2)" if shape else name for name, shape in shapes.items())
    entries = derived(text, **shapes).expand().entries
    assert {name: entries[name] for name in names} == names


def test_long_indices_print_with_commas():
    assert "X_{0,10}" in derived("L = np.sum(X ** 2)", X=(1, 11)).expand().to_latex()


def test_a_number_for_a_size_shows_in_the_title():
    assert derived("L = np.sum(X ** 2)", X=("N",)).expand(N=2).title.endswith("entry by entry, N = 2")


REFUSED = {
    "no size": ({}, InputError, r"no size for N; give small numbers: expand\(N=2\)"),
    "a size that there is not": ({"M": 2, "N": 2}, UnknownNameError, "'M' is no size .* its sizes are N"),
    "half a row": ({"N": 1.5}, InputError, r"N = 1\.5: expected an integer"),
    "nothing": ({"N": 0}, InputError, "N = 0: expected an integer ≥ 1"),
    "a truth value": ({"N": True}, InputError, "N = True"),
    "too many": ({"N": 200_001}, LimitError, "has 400,020 scalars .* at most 200,000"),
    "no index": ({"N": 2, "values": {}}, InputError, r"t says which .*: .*values={'t': \[0, 1\]}"),
    "no integers": ({"N": 2, "values": {"t": [0.5, 1]}}, InputError, "t says where to look something up"),
    "an index outside": (
        {"N": 2, "values": {"t": [0, 4]}},
        InputError,
        "is 4; axis 0 has the indices 0 to 1",
    ),
    "another number of indices": (
        {"N": 2, "values": {"t": [0]}},
        InputError,
        r"t has the shape \(1,\), expected \(2,\)",
    ),
    "numbers": ({"N": 2, "values": {"E": [[1]]}}, UnknownNameError, r"'E' has numbers.*evaluate\(E=…\)"),
    "an unknown name": ({"N": 2, "values": {"u": [1]}}, UnknownNameError, "'u' is no input"),
}


@pytest.mark.parametrize(("given_", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(given_, error, message):
    sizes = {"values": {"t": [0, 1]}, **given_}
    d = derived("L = np.sum(E[t] * 2) + np.sum(X ** 2)", E=(2, 2), t=(2,), X=("N", 1))
    with pytest.raises(error, match=message):
        d.expand(**sizes)


def test_an_index_that_is_computed_with():
    d = derived("L = np.sum(E[t]) + np.sum(t * w)", E=(2, 2), t=(2,), w=(2,))
    with pytest.raises(InputError, match="an index and a number at once"):
        d.expand(values={"t": [0, 1]})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([[1, 2], [3, 4], [5, 6]], r"X has 3 entries, expected 2; the shape of X is \(2, 3\)"),
        ([1, 2, 3, 4, 5, 6], "X has 6 entries, expected 2"),
        ([1, 2], r"X\[0\] = 1: expected 3"),
        ([[1, 2, 3], [4, 5]], r"X\[1\] has 2 entries, expected 3"),
        ([[1, 2, 3], [4, 5, "6"]], r"X\[1\]\[2\] = '6': expected a number, got str"),
        (np.ones((3, 2)), "X has 3 entries, expected 2"),
        ("123456", "X = '123456': expected 2"),
    ],
)
def test_values_that_do_not_fit(value, message):
    d = derived("L = np.sum(X ** 2)", X=(2, 3)).expand()
    with pytest.raises(InputError, match=message):
        d.evaluate(X=value)


def test_values_come_as_lists_arrays_or_one_by_one():
    d = derived("L = np.sum(X ** 2)", X=(1, 2)).expand()
    wanted = {"X00": 2, "X01": 4}
    assert d.evaluate(X=[[1, 2]]).gradients == wanted
    assert d.evaluate(X=np.array([[1, 2]])).gradients == wanted
    assert d.evaluate(X00=1, X01=2).gradients == wanted


def test_it_pickles():
    d = derived("L = np.sum(X ** 2)", X=(1, 2)).expand()
    again = pickle.loads(pickle.dumps(d))  # noqa: S301 - our own
    assert again.entries == d.entries
    assert again.evaluate(X=[[1, 2]]).gradients == {"X00": 2, "X01": 4}


def test_only_what_is_asked_for():
    d = sb.derive(sb.model("z = X * w\nL = np.sum(z ** 2)", shapes={"X": (2,), "w": (2,)}), wrt=["z", "w"])
    assert list(d.expand().gradients) == ["z0", "z1", "w0", "w1"]


def test_the_kink_policy_stays():
    d = sb.derive(sb.model("L = np.sum(relu(x))", shapes={"x": (1,)}), kink=0.5)
    assert d.expand().evaluate(x=[0]).gradients == {"x0": 0.5}


def test_scalars_are_written_out_already():
    d = sb.derive(sb.Neuron(2))
    assert d.expand() is d
    assert sb.derive(sb.Neuron("n")).expand(n=2).gradients.keys() == {"x0", "x1", "w0", "w1", "b"}
    with pytest.raises(UnknownNameError, match="'n' is no size"):
        d.expand(n=3)
