"""The steps of derivations over arrays: names and kinds, paths that meet or vanish, how many there are."""

# Matrices are capital letters.
# ruff: noqa: N806

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import symback as sb
from symback.core.errors import DerivationError, InputError, NameClashError, UnknownNameError
from symback.core.node import Role, postorder
from symback.derivation.steps import StepKind
from symback.ops.expression import array, symbols
from symback.ops.functions import FUNCTIONS as F

TWO_LAYERS = """
Z1 = X @ W1 + b1
A = relu(Z1)
O = A @ W2 + b2
L = np.mean((O - Y)**2)
"""
SHAPES = {"X": "N 4", "W1": "4 5", "b1": "5", "W2": "5 3", "b2": "3", "Y": "N 3"}


@pytest.fixture
def net():
    return sb.derive(sb.model(TWO_LAYERS, shapes=SHAPES), wrt=["W1", "b1", "W2", "b2", "X"])


def data(seed=0, **shapes):
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def two_layers(seed=0):
    return data(seed, X=(6, 4), W1=(4, 5), b1=(5,), W2=(5, 3), b2=(3,), Y=(6, 3))


def names(derivation):
    return [step.name for step in derivation.steps]


def slopes(derivation, given_, upstream=1.0, step=1e-6):
    """Return the gradients by central differences of the output weighed by the upstream."""
    output = derivation.output.name

    def total(values):
        return np.sum(derivation.evaluate(values, upstream=upstream)[output] * upstream)

    found = {}
    for name in derivation.gradients:
        found[name] = np.zeros(np.shape(given_[name]))
        for place in np.ndindex(found[name].shape):
            ends = []
            for side in (step, -step):
                moved = np.array(given_[name], float)
                moved[place] += side
                ends.append(total({**given_, name: moved}))
            found[name][place] = (ends[0] - ends[1]) / (2 * step)
    return found


def right(derivation, given_, upstream=1.0):
    """Hold the gradients against differences, and their shapes against those of the quantities."""
    e = derivation.evaluate(given_, upstream=upstream)
    for name, expected in slopes(derivation, given_, upstream).items():
        assert e.gradients[name].shape == np.shape(given_[name])
        np.testing.assert_allclose(e.gradients[name], expected, rtol=1e-5, atol=1e-7)


# Two layers.


def test_names_and_kinds_of_a_network(net):
    assert [(step.name, step.kind.value) for step in net.steps] == [
        ("dL", "seed"),
        ("dL_dO", "local"),
        ("dO", "chain"),
        ("dO_dA", "local"),
        ("dA", "chain"),
        ("dO_dW2", "local"),
        ("dW2", "chain"),
        ("dO_db2", "local"),
        ("db2", "chain"),
        ("dA_dZ1", "local"),
        ("dZ1", "chain"),
        ("dZ1_dX", "local"),
        ("dX", "chain"),
        ("dZ1_dW1", "local"),
        ("dW1", "chain"),
        ("dZ1_db1", "local"),
        ("db1", "chain"),
    ]
    right(net, two_layers())


def test_a_gradient_has_the_shape_of_its_quantity(net):
    shapes = {step.name: step.node.shape for step in net.steps if step.kind is not StepKind.LOCAL}
    assert shapes == {f"d{name}": net.graph.names[name].shape for name in net.graph.names if name != "Y"}
    # A factor between entries in the same place is an array; another has the indices of both, and is never
    # stored.
    factors = {
        step.name: (step.node.op.name, step.node.shape) for step in net.steps if step.kind is StepKind.LOCAL
    }
    assert factors["dA_dZ1"] == ("gt", ("N", 5))
    assert factors["dL_dO"][1] == ("N", 3)
    assert factors["dO_dW2"] == ("jacobian", ("N", 3, 5, 3))
    assert factors["dZ1_db1"] == ("jacobian", ("N", 5, 5))


def test_each_step_uses_only_what_stands_above_it(net):
    known = {name for name, node in net.graph.names.items() if node.op is None}
    for equation in (*net.forward, *net.steps):
        assert set(equation.uses) <= known | {"dL"}
        known.add(equation.name)


def test_a_chain_is_an_upstream_and_a_local_factor(net):
    for step in net.steps:
        if step.kind is StepKind.CHAIN:
            upstream, local = step.parts
            assert upstream is net.adjoints[step.consumer]
            assert (local.kind, local.consumer, local.of) == (StepKind.LOCAL, step.consumer, step.of)


def test_rules_say_what_is_done(net):
    assert net["dZ1"].rule == "chain rule: the gradient of A times the local factor"
    assert net["dO_dW2"].rule.startswith("how O changes with W2: ")
    assert net["dL"].rule == "the gradient with respect to L arrives from what follows"


def test_an_upstream_of_an_output_with_axes():
    d = sb.derive(sb.model("Z = X @ W", shapes={"X": "N 4", "W": "4 3"}))
    given_ = data(X=(2, 4), W=(4, 3))
    assert (d.seed.node.shape, d.seed.node.role) == (("N", 3), Role.UPSTREAM)
    right(d, given_, np.random.default_rng(3).normal(size=(2, 3)))
    with pytest.raises(InputError, match="upstream"):
        d.evaluate(given_)


# Repeated arguments.


def test_a_product_with_itself_transposed():
    x = array("x", "N 3")
    d = sb.derive((x @ x.T).named("y"))
    assert names(d) == ["dy", "dy_dx_1", "dx_via_y_1", "dy_dx_2", "dx_via_y_2", "dx"]
    assert [part.ordinal for part in d["dx"].parts] == [1, 2]
    given_, upstream = data(x=(4, 3)), np.random.default_rng(1).normal(size=(4, 4))
    right(d, given_, upstream)
    e = d.evaluate(given_, upstream=upstream)
    np.testing.assert_allclose(e["dx_via_y_1"], upstream @ given_["x"])
    np.testing.assert_allclose(e["dx_via_y_2"], upstream.T @ given_["x"])


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (lambda x: x * x, 2),
        (lambda x: x * x * x, 3),
        (lambda x: F.add(x, x, x), 3),
        (lambda x: F.einsum("i,i,i->i", x, x, x), 3),
        (lambda x: F.concatenate([x, 2 * x, x]), 3),
        (lambda x: F.maximum(x, -x), 2),
        (lambda x: F.where(x > 0, x, -x), 2),
        (lambda x: F.outer(x, x) @ x, 3),
    ],
)
def test_every_occurrence_contributes(make, count):
    d = sb.derive(make(array("x", "3")).named("y"))
    locals_ = [step for step in d.steps if step.kind is StepKind.LOCAL]
    assert [step.name for step in locals_] == [f"dy_dx_{n + 1}" for n in range(count)]
    assert d["dx"].kind is StepKind.ACCUMULATE
    assert d["dx"].rule == f"{count} paths from x meet: their contributions add up"
    shape = d.output.shape
    right(d, {"x": np.array([0.4, -1.3, 2.1])}, np.random.default_rng(0).normal(size=shape))


def test_only_what_is_repeated_is_numbered():
    x, w = array("x", "3"), array("w", "3")
    d = sb.derive((x * x * w).named("y"))
    assert names(d) == ["dy", "dy_dx_1", "dx_via_y_1", "dy_dx_2", "dx_via_y_2", "dy_dw", "dw", "dx"]


def test_what_is_used_twice_gets_a_name():
    x = array("x", "3")
    s = F.sigmoid(x)
    d = sb.derive((s * s).named("y"))
    assert [equation.name for equation in d.forward] == ["t1", "y"]
    assert [part.name for part in d["dt1"].parts] == ["dt1_via_y_1", "dt1_via_y_2"]


def test_paths_that_meet_are_accumulated_in_the_shape_of_the_quantity():
    X, W = array("X", "N 4"), array("W", "4 4")
    h = F.tanh(X @ W).named("h")
    d = sb.derive((F.sum(h @ W).named("p") + F.mean(h).named("q")).named("L"))
    assert [part.name for part in d["dh"].parts] == ["dh_via_p", "dh_via_q"]
    assert [part.name for part in d["dW"].parts] == ["dW_via_p", "dW_via_h"]
    assert d["dh"].node.shape == ("N", 4)
    right(d, data(X=(3, 4), W=(4, 4)))


def test_what_was_broadcast_is_summed_again():
    s, b, c, X = *symbols("s,"), array("b", "3"), array("c", "N 1"), array("X", "N 3")
    d = sb.derive(((X + b) * c - s * b).named("Y"))
    right(d, {**data(X=(2, 3), b=(3,), c=(2, 1)), "s": np.float64(0.7)}, np.ones((2, 3)))
    assert {name: step.node.shape for name, step in d.gradients.items()} == {
        "X": ("N", 3),
        "b": (3,),
        "c": ("N", 1),
        "s": (),
    }


# What nothing flows to.


@pytest.mark.parametrize("shape", ["N 3", "2", "N", ""])
def test_an_unused_input_gets_zeros_of_its_shape(shape):
    X, unused = array("X", "N 3"), array("U", shape)
    d = sb.derive(F.sum(X).named("L"), wrt=[X, unused])
    assert d["dU"].kind is StepKind.ACCUMULATE
    assert d["dU"].rule == "no path leads from U to the output: its gradient is 0"
    size = {"N": 4}
    given_ = {"X": np.ones((4, 3)), "U": np.ones([size.get(n, n) for n in unused.shape])}
    found = np.asarray(d.evaluate(given_).gradients["U"])
    assert found.shape == given_["U"].shape
    assert not found.any()


def test_integers_that_look_up_get_no_gradient():
    E, t, W = array("E", "6 3"), array("t", "N"), array("W", "3 6")
    d = sb.derive((-F.mean(F.sum(F.one_hot(t, 6) * F.log_softmax(E[t] @ W), axis=1))).named("L"))
    assert set(d.gradients) == {"E", "W"}
    right(d, {**data(E=(6, 3), W=(3, 6)), "t": np.array([0, 5, 5, 2])})
    assert all(step.of.name != "t" for step in d.steps)


@pytest.mark.parametrize(
    ("make", "way"),
    [
        (F.stop_gradient, "a acts on y through stop"),
        (F.floor, "a acts on y through floor"),
        (F.sign, "a acts on y through sign"),
        (lambda a: a > 0, "a acts on y through a comparison"),
        (lambda a: F.where(a > 0, 2, 3), "a acts on y through a comparison"),
    ],
)
def test_what_jumps_contributes_nothing_and_says_so(make, way):
    a, b = array("a", "3"), array("b", "3")
    d = sb.derive((make(a) * b).named("y"))
    said = [condition for condition in d.conditions if condition.startswith(way)]
    assert len(said) == 1
    assert said[0].endswith("that path contributes 0.")
    found = d.evaluate(a=[0.5, -1.5, 2.5], b=[1, 2, 3], upstream=np.ones(3)).gradients["a"]
    assert np.asarray(found).shape == (3,)
    assert not np.any(found)


def test_a_stopped_path_leaves_the_other():
    a = array("a", "3")
    d = sb.derive((F.stop_gradient(a) * a).named("y"))
    found = d.evaluate(a=[1.0, 2, 3], upstream=np.ones(3)).gradients["a"]
    np.testing.assert_array_equal(found, [1, 2, 3])


def test_layout_is_always_stated(net):
    assert net.conditions[-1].startswith("Gradients have the shape of the quantity they belong to")


# Detail, and what is asked for.

SOURCES = {
    "two layers": (TWO_LAYERS, SHAPES, two_layers()),
    "layer norm": (
        "y = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 0.1) * g + b",
        {"x": "N 4", "g": "4", "b": "4"},
        data(x=(3, 4), g=(4,), b=(4,)),
    ),
    "attention": (
        "A = softmax(Q @ K.T / sqrt(k))\nO = A @ V",
        {"Q": "T k", "K": "T k", "V": "T d"},
        data(Q=(3, 2), K=(3, 2), V=(3, 4)),
    ),
    "moves": (
        "r = np.reshape(a, (3, 4))[1:] * np.pad(b, ((0, 1), (0, 0)))\nL = np.sum(np.max(r, axis=1))",
        {"a": "2 6", "b": "1 4"},
        data(a=(2, 6), b=(1, 4)),
    ),
    "shared": (
        "h = tanh(x @ W)\ng = tanh(h @ W) + h\nL = np.mean(logsumexp(g * h, axis=1))",
        {"x": "N 3", "W": "3 3"},
        data(x=(2, 3), W=(3, 3)),
    ),
}


@pytest.mark.parametrize(("source", "shapes", "given_"), SOURCES.values(), ids=SOURCES)
def test_atomic_detail_gives_the_same_gradients(source, shapes, given_):
    model = sb.model(source, shapes=shapes)
    named, atomic = sb.derive(model), sb.derive(model, detail="atomic")
    assert len(atomic.steps) >= len(named.steps)
    for node in atomic.graph.nodes:
        assert node.name is not None or node.op.arity == 0 or node.op.name == "einsum"
    upstream = 1.0
    if named.output.shape:
        sizes = {"N": len(given_["x"]) if "x" in given_ else 0, "T": 3, "d": 4}
        upstream = np.random.default_rng(5).normal(size=[sizes.get(n, n) for n in named.output.shape])
    one, other = (d.evaluate(given_, upstream=upstream).gradients for d in (named, atomic))
    assert one.keys() == other.keys()
    for name, gradient in one.items():
        np.testing.assert_allclose(other[name], gradient, rtol=1e-11, atol=1e-12)
    right(named, given_, upstream)


def test_with_respect_to_an_intermediate_quantity(net):
    model = sb.model(TWO_LAYERS, shapes=SHAPES)
    d = sb.derive(model, wrt=["A", "W1", "L"])
    assert list(d.gradients) == ["A", "W1", "L"]
    assert names(d)[-1] == "dW1"
    assert {"dX", "dW2", "db2"}.isdisjoint(names(d))
    given_ = two_layers()
    one, other = d.evaluate(given_), net.evaluate(given_)
    np.testing.assert_array_equal(one.gradients["A"], other["dA"])
    np.testing.assert_array_equal(one.gradients["W1"], other.gradients["W1"])
    assert one.gradients["L"] == 1


def test_what_is_asked_for_must_be_there(net):
    model = sb.model(TWO_LAYERS, shapes=SHAPES)
    with pytest.raises(UnknownNameError, match="no variable 'W3'; known are X, W1, b1"):
        sb.derive(model, wrt=["W3"])
    with pytest.raises(InputError, match="wrt is empty"):
        sb.derive(model, wrt=[])
    with pytest.raises(DerivationError, match="is not the name of a quantity"):
        sb.derive(model, wrt=[array("X", "N 4") + 1])
    with pytest.raises(UnknownNameError, match="no step 'dW3'"):
        net["dW3"]


def test_names_that_a_step_would_take():
    dW, W, X = array("dW", "4 3"), array("W", "4 3"), array("X", "N 4")
    with pytest.raises(NameClashError, match="'dW'"):
        sb.derive((X @ W + F.sum(dW)).named("Z"))


def test_one_name_with_two_shapes_is_refused():
    with pytest.raises(NameClashError, match=r"the name 'X' is used"):
        sb.derive((F.sum(array("X", "2")) + F.sum(array("X", "3"))).named("L"))


@pytest.mark.parametrize("names_", ["Y", ["Q"], ["L"]])
def test_declared_distributions_are_checked(names_):
    model = sb.model("L = -np.sum(Y * log_softmax(X))", shapes={"X": "N 3", "Y": "N 3"})
    with pytest.raises((InputError, UnknownNameError), match=r"distributions|no quantity"):
        sb.derive(model, distributions=names_)


def test_a_declared_distribution_is_a_condition():
    model = sb.model("L = -np.sum(Y * log_softmax(X))", shapes={"X": "N 3", "Y": "N 3"})
    d = sb.derive(model, distributions=["Y", "Y"])
    assert d.distributions == ("Y",)
    assert d.conditions[0] == "Y is declared a distribution: it sums to 1 along its last axis."


# Ties and kinks.


@pytest.mark.parametrize("kink", [None, 0, Fraction(1, 4), 1])
def test_kinks_of_arrays_follow_the_policy(kink):
    z = array("z", "3")
    d = sb.derive(F.sum(F.relu(z)).named("L"), kink=kink)
    found = d.evaluate(z=[0.0, -1.0, 2.0]).gradients["z"]
    np.testing.assert_array_equal(found, [float(kink or 0), 0, 1])


@pytest.mark.parametrize(
    ("axis", "expected"),
    [(None, [[1 / 3, 1 / 3], [1 / 3, 0]]), (0, [[1, 1], [0, 0]]), (1, [[1, 0], [1, 0]])],
)
def test_ties_of_a_largest_entry(axis, expected):
    z = array("z", "2 2")
    d = sb.derive(F.sum(F.max(z, axis=axis)).named("L"))
    np.testing.assert_allclose(d.evaluate(z=[[2.0, 2.0], [2.0, 1.0]]).gradients["z"], expected)


# Cost.


def chain(layers, detail="named"):
    h = array("X", "N D")
    for n in range(layers):
        h = F.tanh((h @ array(f"W{n}", "D D") + array(f"b{n}", "D")).named(f"z{n}")).named(f"h{n}")
    return sb.derive(F.mean(h**2).named("L"), detail=detail)


@pytest.mark.parametrize("detail", ["named", "atomic"])
def test_steps_grow_linearly_with_layers(detail):
    counts = [len(chain(layers, detail).steps) for layers in (2, 4, 8, 16)]
    assert (counts[1] - counts[0]) * 4 == (counts[2] - counts[1]) * 2 == counts[3] - counts[2]


def test_nodes_grow_linearly_with_layers():
    counts = [len(chain(layers).order) for layers in (2, 4, 8, 16)]
    assert (counts[1] - counts[0]) * 4 == (counts[2] - counts[1]) * 2 == counts[3] - counts[2]


def test_steps_do_not_grow_with_widths():
    def count(width):
        shapes = {"X": f"64 {width}", "W": f"{width} {width}"}
        d = sb.derive(sb.model("h = tanh(X @ W)\nL = np.sum(softmax(h) * h)", shapes=shapes))
        return len(d.steps), len(d.order)

    assert count(2) == count(4000)


def test_a_deep_network_is_derived_without_recursion():
    h = array("x", "3")
    for _ in range(2500):
        h = F.tanh(h)
    d = sb.derive(F.sum(h).named("L"), wrt=["x"])
    assert d["dx"].node.shape == (3,)
    assert len(list(postorder([d["dx"].node]))) < 2500 * 10
