"""Errors planted in ops on arrays and in steps: each is found."""

# Matrices are capital letters; the functions of a record share one signature.
# ruff: noqa: ARG005, N806

import pytest

import symback as sb
from symback.core.node import Node
from symback.derivation import paths
from symback.derivation.sweep import Sweep
from symback.ops import pullback
from symback.ops.expression import Expression, array
from symback.ops.functions import FUNCTIONS as F
from symback.ops.multilinear import EINSUM, pulled_back
from symback.ops.table import op_named
from symback.verification.verify import verify


def failed(report):
    return {step.name: set(step.failed) for step in report.steps if step.failed}


def found(derivation):
    return failed(verify(derivation))


BOTH = {"mathematics", "numbers"}


# The record of an op.


@pytest.mark.parametrize("network", ["softmax_cross_entropy", "attention"])
@pytest.mark.parametrize(
    "wrong",
    [
        lambda f, g, z, y, axis: y * (g - f.sum(g, axis=axis, keepdims=True)),
        lambda f, g, z, y, axis: y * g,
        lambda f, g, z, y, axis: y * (1 - y) * g,
        lambda f, g, z, y, axis: y * (g + f.sum(g * y, axis=axis, keepdims=True)),
        lambda f, g, z, y, axis: (1 + 1e-7) * y * (g - f.sum(g * y, axis=axis, keepdims=True)),
        lambda f, g, z, y, axis: y * (g - f.sum(g * y, axis=0, keepdims=True)),
    ],
    ids=["weight", "no mean", "diagonal", "sign", "a little", "axis"],
)
def test_a_wrong_pullback_of_softmax(networks, change, network, wrong):
    change("softmax", "pullback", wrong)
    step = "dZ" if network == "softmax_cross_entropy" else "dS"
    assert found(networks[network]())[step] >= BOTH


def test_a_wrong_pullback_of_a_logarithm_of_a_sum(networks, change):
    change(
        "logsumexp", "pullback", lambda f, g, z, y, axes, keepdims: f.spread(g, z.shape, axes, keepdims) * z
    )
    assert found(networks["log_sum"]())["dX"] >= BOTH


@pytest.mark.parametrize(
    ("network", "name", "wrong"),
    [
        ("moves", "slices", lambda f, g, n, a, slices: f.place(2 * g, slices, a[0].shape)),
        ("moves", "reshape", lambda f, g, n, a, sizes: f.transpose(f.reshape(g, a[0].shape[::-1]))),
        ("moves", "place", lambda f, g, n, a, slices, sizes: g[1:]),
        ("moves", "concatenate", lambda f, g, n, a, axis: g[:3]),
        ("embedding", "gather", lambda f, g, n, a, sizes: f.scatter_add(g * g, a[1:], a[0].shape)),
    ],
)
def test_a_wrong_transposed_move(networks, change, network, name, wrong):
    change(name, "transposed", wrong)
    assert any(checks >= BOTH for checks in found(networks[network]()).values())


@pytest.mark.parametrize(
    "wrong",
    [
        lambda f, z, kink, axes, keepdims: f.extreme_share(z, axes, 0, 0),
        lambda f, z, kink, axes, keepdims: f.extreme_share(z, (0,), 1, 0),
        lambda f, z, kink, axes, keepdims: 0 * z + 1,
    ],
    ids=["smallest", "axis", "everywhere"],
)
def test_a_wrong_share(networks, change, wrong):
    change("amax", "share", wrong)
    assert any(checks >= BOTH for checks in found(networks["largest"]()).values())


@pytest.mark.parametrize("wrong", ["ij,ik->jk", "ik,ij->kj"])
def test_a_wrong_pattern(monkeypatch, wrong):
    def wrongly(pattern, position, shape):
        back = pulled_back(pattern, position, shape)
        return back._replace(pattern=wrong) if back.pattern == "ik,ij->jk" else back

    monkeypatch.setattr(paths, "pulled_back", wrongly)
    monkeypatch.setattr(pullback, "pulled_back", wrongly)
    X, W = array("X", "N 4"), array("W", "4 4")
    assert "dW" in found(sb.derive((X @ W).named("Y")))


@pytest.mark.parametrize(
    ("name", "network", "textbook"),
    [
        ("relu", "dense", lambda f, z, y: f.where(z > 0, 1, 0.5)),
        ("tanh", "by_a_hidden_one", lambda f, z, y: 1 - y),
        ("sigmoid", "no_scalar", lambda f, z, y: y * (1 - y) * (1 + 1e-6)),
        ("sqrt", "layer_norm", lambda f, z, y: 1 / y),
    ],
)
def test_a_wrong_textbook_form(networks, change, name, network, textbook):
    change(name, "textbook", (textbook,))
    assert any(checks >= BOTH for checks in found(networks[network]()).values())


@pytest.mark.parametrize(
    ("network", "name", "wrong"),
    [
        ("attention", "softmax", lambda xp, z, axis: xp.multiply(1 + 1e-9, xp.softmax(z, axis))),
        ("softmax_cross_entropy", "softmax", lambda xp, z, axis: xp.softmax(z, 0)),
        ("classifier", "log_softmax", lambda xp, z, axis: xp.softmax(z, axis)),
        ("log_sum", "logsumexp", lambda xp, z, axes, keepdims: xp.amax(z, axes, keepdims)),
        ("dense", "relu", lambda xp, z: xp.where(xp.gt(z, 0), z, xp.multiply(0.1, z))),
        ("by_a_hidden_one", "tanh", lambda xp, z: xp.sin(z)),
        ("dense", "einsum", lambda xp, *g: xp.multiply(1 + 1e-9, xp.einsum(g[:-2], *g[-2:]))),
        ("largest", "amax", lambda xp, z, axes, keepdims: xp.amin(z, axes, keepdims)),
        ("moves", "slices", lambda xp, z, slices: xp.multiply(2, xp.take_slices(z, slices))),
        ("moves", "concatenate", lambda xp, *given: xp.concatenate(given[-2::-1], given[-1])),
        ("embedding", "one_hot", lambda xp, labels, classes: xp.one_hot(labels * 0, classes[0])),
        ("broadcasting", "div", lambda xp, a, b: xp.multiply(a, b)),
        ("trace_and_diagonal", "eye", lambda xp, sizes: xp.full(1.0, sizes)),
    ],
)
def test_a_wrong_implementation(networks, change, network, name, wrong):
    derivation = networks[network]()
    change(name, "numeric", wrong)
    wrong_steps = found(derivation)
    assert any("numbers" in checks for checks in wrong_steps.values())


def test_an_implementation_with_another_order_of_entries(networks, change):
    derivation = networks["heads"]()
    reshape = op_named("reshape").numeric
    flipped = lambda xp, z, sizes: reshape(xp, z, sizes[::-1]).T  # noqa: E731 - a record's function
    change("reshape", "numeric", flipped)
    assert any("numbers" in checks for checks in found(derivation).values())


# A step.


def chained(monkeypatch, of, changed):
    chain = Sweep._chain  # noqa: SLF001 - where the error is planted

    def wrongly(self, edge, *rest, contributes):
        step = chain(self, edge, *rest, contributes=contributes)
        if edge.of.name == of:
            step.node = changed(step)
        return step

    monkeypatch.setattr(Sweep, "_chain", wrongly)


def with_pattern(step, pattern):
    node = step.node
    return Node(EINSUM, node.inputs, (pattern, node.parameters[1]), node.name, node.role, node.shape)


@pytest.mark.parametrize(
    ("network", "of", "changed"),
    [
        ("no_scalar", "W", lambda s: Node(op_named("neg"), (s.node,), (), "dW", s.node.role, s.node.shape)),
        ("dense", "W", lambda s: with_pattern(s, "ik,lj->jk")),
        (
            "dense",
            "H",
            lambda s: Node(op_named("identity"), (s.parts[1].node,), (), "dH", shape=s.node.shape),
        ),
        (
            "attention",
            "V",
            lambda s: Node(EINSUM, s.node.inputs[::-1], s.node.parameters, "dV", shape=s.node.shape),
        ),
        ("dense", "Z", lambda s: Node(op_named("mul"), (s.parts[0].node,) * 2, (), "dZ", shape=s.node.shape)),
    ],
    ids=["sign", "sum", "no upstream", "order", "square"],
)
def test_a_wrong_chain(monkeypatch, networks, network, of, changed):
    chained(monkeypatch, of, changed)
    wrong = found(networks[network]())
    assert "mathematics" in wrong[f"d{of}"]
    consumer = {"W": ("dY_dW", "dZ_dW"), "H": ("dL_dH",), "V": ("dO_dV",), "Z": ("dH_dZ",)}[of]
    # A Jacobian is judged by its chain; and a gradient that follows from a wrong one is wrong as a whole.
    others = {name: checks for name, checks in wrong.items() if name not in {f"d{of}", *consumer}}
    assert set(others) <= {"dX", "dW", "db"}
    assert all(checks == {"numbers"} for checks in others.values())


def test_a_wrong_local_factor(monkeypatch):
    local = Sweep._local  # noqa: SLF001 - where the error is planted

    def wrongly(self, edge, factor, ordinal):
        if edge.of.name == "X" and edge.consumer.name == "Z":
            factor = factor._replace(node=F.exp(Expression(factor.node)).node, made=True)
        return local(self, edge, factor, ordinal)

    monkeypatch.setattr(Sweep, "_local", wrongly)
    X, W = array("X", "N 4"), array("W", "4 3")
    wrong = found(sb.derive(F.sum((X @ W).named("Z") ** 2).named("L")))
    assert wrong["dZ_dX"] >= BOTH
    assert wrong["dX"] >= BOTH


@pytest.mark.parametrize(("network", "of"), [("layer_norm", "x"), ("heads", "X"), ("broadcasting", "a")])
def test_a_dropped_contribution(monkeypatch, networks, network, of):
    accumulate = Sweep._accumulate  # noqa: SLF001 - where the error is planted
    monkeypatch.setattr(
        Sweep,
        "_accumulate",
        lambda self, node, parts: accumulate(self, node, parts[:-1] if node.name == of else parts),
    )
    assert found(networks[network]())[f"d{of}"] >= BOTH


def test_a_contribution_that_is_listed_but_not_added(monkeypatch, networks):
    finish = Sweep._finish  # noqa: SLF001 - where the error is planted

    def dropping(self, of, step):
        if of.name == "X" and step.parts:
            step.node = Node(step.node.op, step.node.inputs[:1], (), step.node.name, shape=step.node.shape)
        finish(self, of, step)

    monkeypatch.setattr(Sweep, "_finish", dropping)
    assert found(networks["heads"]())["dX"] >= BOTH


def test_a_gradient_that_is_left_out(monkeypatch):
    X, W = array("X", "N 4"), array("W", "4 3")
    edges = Sweep._edges  # noqa: SLF001 - where the error is planted

    def fewer(self, wrt, kink):
        return {
            node: [(edge, factor) for edge, factor in own if edge.of.name != "W"]
            for node, own in edges(self, wrt, kink).items()
        }

    monkeypatch.setattr(Sweep, "_edges", fewer)
    assert found(sb.derive((X @ W).named("Y"))) == {"dW": BOTH}


def test_a_step_that_cannot_be_computed_is_wrong_and_stops_nothing(monkeypatch, networks):
    chained(monkeypatch, "V", lambda step: with_pattern(step, "ik,kj,jl->il"))
    report = verify(networks["attention"]())
    assert not report.verified
    assert report.count("numbers") == 0
