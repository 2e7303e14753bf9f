"""Expressions over arrays: leaves, operators, Python's protocols, and errors that name both operands."""

# Matrices are capital letters; the functions of a table share one signature.
# ruff: noqa: ARG005, N803, N806

from __future__ import annotations

import copy
import operator
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symback as sb
from symback.core.errors import InputError, NamingError, SymbackError
from symback.core.node import Node, Role, postorder
from symback.evaluation.values import run
from symback.ops.expression import Expression, array, broadcast, constant, described, symbols
from symback.ops.functions import FUNCTIONS as F


def value(made, given_):
    node = made.node
    return np.asarray(run(list(postorder([node])), {"unused": np.zeros(1), **given_}, {"N": 3})[node])


# Leaves.


@pytest.mark.parametrize("role", ["input", "parameter", "target", Role.PARAMETER])
def test_a_leaf_has_a_name_a_shape_and_a_role(role):
    X = array("x₀", "N 4", role)
    assert (X.node.name, X.shape, X.ndim, X.node.role) == ("x0", ("N", 4), 2, Role(role))
    assert X.node.op is None
    assert repr(X) == f"<{Role(role).value} x0>"


@pytest.mark.parametrize("role", ["weight", "hidden", "upstream", None, Role.HIDDEN, 1])
def test_other_roles_are_refused(role):
    for make in (lambda: array("x", "2", role), lambda: symbols("x", role)):
        with pytest.raises(InputError, match="is unknown; it is 'input', 'parameter' or 'target'"):
            make()


@pytest.mark.parametrize("name", ["", "2x", "x y", "x%", "Т", None, "a" * 31])
def test_names_are_checked(name):
    with pytest.raises(NamingError):
        array(name, "2")


@pytest.mark.parametrize("shape", ["N 0", "-1", None, 2.5, (2, None), "N N N N N N N N N"])
def test_shapes_are_checked_under_the_name(shape):
    with pytest.raises(InputError, match="the shape of W: ") as caught:
        array("W", shape)
    assert repr(shape) in str(caught.value)


def test_a_shape_that_is_missing_means_a_scalar():
    assert array("x", "").shape == array("x", ()).shape == symbols("x").shape == ()


# Operators.

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
COMPARISONS = [operator.gt, operator.ge, operator.lt, operator.le]
SHAPES = st.sampled_from([(), (3,), (1,), (2, 3), (2, 1), (1, 3), (4, 2, 3), (4, 1, 1)])


@pytest.mark.parametrize("operation", [*OPERATORS, *COMPARISONS, operator.matmul], ids=lambda f: f.__name__)
@settings(max_examples=15)
@given(st.data())
def test_operators_are_numpys(operation, data):
    if operation is operator.matmul:
        shapes = data.draw(
            st.sampled_from([((2, 3), (3, 4)), ((3,), (3,)), ((3,), (3, 2)), ((4, 2, 3), (3,))])
        )
    else:
        shapes = data.draw(SHAPES), data.draw(SHAPES)
    rng = np.random.default_rng(1)
    left, right = (np.round(rng.uniform(0.2, 2, shape), 1) for shape in shapes)
    made = operation(array("a", shapes[0]), array("b", shapes[1]))
    expected = operation(left, right)
    assert made.shape == np.shape(expected)
    np.testing.assert_allclose(value(made, {"a": left, "b": right}), expected.astype(float), rtol=1e-13)


@pytest.mark.parametrize("operation", [*OPERATORS, *COMPARISONS], ids=lambda f: f.__name__)
@pytest.mark.parametrize("number", [2, 0.5, Fraction(3, 4), np.float64(1.5), np.float32(0.5), np.int64(3)])
def test_numbers_stand_on_either_side(operation, number):
    drawn = np.array([[0.5, 1.0], [1.5, 3.0]])
    X = array("X", "2 2")
    for made, expected in (
        (operation(X, number), operation(drawn, float(number))),
        (operation(number, X), operation(float(number), drawn)),
    ):
        assert isinstance(made, Expression)
        assert made.shape == (2, 2)
        np.testing.assert_allclose(value(made, {"X": drawn}), expected.astype(float), rtol=1e-13)
        constants = [n.parameters for n in postorder([made.node]) if n.op is not None and not n.inputs]
        powers = made.node.parameters
        assert all(type(n[0]) in (int, float, Fraction) for n in (*constants, *([powers] if powers else [])))


def test_numbers_have_the_array_beside_them_broadcast_but_stay_numbers():
    made = 2 * array("X", "N 4") + 1
    kinds = [(node.op.name, node.shape) for node in postorder([made.node]) if node.op is not None]
    assert kinds == [("constant", ()), ("mul", ("N", 4)), ("constant", ()), ("add", ("N", 4))]


def test_unary_operators():
    drawn = np.array([-1.5, 0.0, 2.0])
    x = array("x", "3")
    for operation in (operator.neg, operator.pos, abs):
        np.testing.assert_array_equal(value(operation(x), {"x": drawn}), operation(drawn))
    assert (+x).node is x.node
    assert (x**1).node is x.node


@pytest.mark.parametrize(
    "shapes",
    [("", "3"), ("3", "2 3"), ("1 3", "2 3"), ("2 1", "2 3"), ("1", "N"), ("N 1", "N M"), ("1 1", "2 N 4")],
)
def test_broadcasting_repeats_along_new_axes_and_those_of_size_one(shapes):
    a, b = array("a", shapes[0]), array("b", shapes[1])
    wide = broadcast(a.node, b.shape)
    assert wide.shape == b.shape
    assert wide.op.name == "einsum"
    assert (a + b).shape == (b + a).shape == b.shape
    assert broadcast(b.node, b.shape) is b.node


MISMATCHED = {
    "add": (lambda X, w: X + w, "add"),
    "subtract": (lambda X, w: w - X, "sub"),
    "multiply": (lambda X, w: X * w, "mul"),
    "compare": (lambda X, w: w < X, "lt"),
    "power": (lambda X, w: X**w, "pow"),
    "where": (lambda X, w: F.where(X > 0, X, w), "where"),
    "maximum": (F.maximum, "maximum"),
    "logaddexp": (F.logaddexp, "logaddexp"),
    "matmul": (lambda X, w: X @ w, "@"),
    "dot": (lambda X, w: X.dot(w), "@"),
    "einsum": (lambda X, w: F.einsum("ij,j->i", X, w), "einsum"),
    "inner": (F.inner, "einsum"),
    "broadcast_to": (lambda X, w: F.broadcast_to(w, X.shape), "broadcast_to"),
    "reshape": (lambda X, w: w.reshape(X.shape), "reshape"),
    "concatenate": (lambda X, w: F.concatenate([w[None], X], axis=0), "concatenate"),
    "average": (lambda X, w: F.average(X, 1, w), "average"),
    "take_along_axis": (lambda X, w: F.take_along_axis(X, w, 0), "take_along_axis"),
}


@pytest.mark.parametrize("shape", ["2 4", "N 4"])
@pytest.mark.parametrize(("call", "name"), MISMATCHED.values(), ids=MISMATCHED)
def test_what_does_not_go_together_is_refused_with_both_operands_and_shapes(call, name, shape):
    X, w = array("X", shape), array("w", "3")
    with pytest.raises(InputError) as caught:
        call(X, w)
    message = str(caught.value)
    assert name in message
    assert "X" in message or name in ("broadcast_to", "reshape")
    assert f"({shape.replace(' ', ', ')})" in message
    assert "w" in message
    assert "3" in message


@pytest.mark.parametrize(
    ("left", "right"), [("N 4", "M 4"), ("N", "4"), ("N 4", "N"), ("N", "M"), ("N 4", "3 4"), ("2 N", "2 M")]
)
def test_a_symbol_goes_with_itself_and_with_one_only(left, right):
    a, b = array("a", left), array("b", right)
    with pytest.raises(InputError, match=r"add: the shapes do not go together: a .* and b "):
        a + b


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda A, B: A @ B, r"A \(2, 3\) @ B \(2, 3\): the inner sizes 3 and 2 differ"),
        (
            lambda A, B: A.T @ B.T,
            r"einsum\(A\) \(3, 2\) @ einsum\(B\) \(3, 2\): the inner sizes 2 and 3 differ",
        ),
        (lambda A, B: A @ 2, r"@ multiplies arrays, got A \(2, 3\) and 2 \(\); use \* for numbers"),
        (lambda A, B: 0.5 @ B, r"@ multiplies arrays, got 0.5 \(\) and B \(2, 3\)"),
        (lambda A, B: A[None] @ array("C", "4 3 2"), None),
        (
            lambda A, B: F.stack([A, A, A]) @ F.stack([B, B]).swapaxes(1, 2),
            "the batch axes do not go together",
        ),
    ],
)
def test_products_of_matrices_name_the_operands(call, message):
    A, B = array("A", "2 3"), array("B", "2 3")
    if message is None:
        assert call(A, B).shape == (4, 2, 2)
        return
    with pytest.raises(InputError, match=message):
        call(A, B)


def test_a_weight_the_wrong_way_round_is_refused_with_both_shapes():
    with pytest.raises(InputError, match=r"X \(N, 4\) @ W \(3, 4\): the inner sizes 4 and 3 differ"):
        array("X", "N 4") @ array("W", "3 4")


OUTSIDE = {
    "too many": (lambda X: X[0, 0, 0], r"3 indices for X, which has the shape \(3, 4\)"),
    "past the end": (lambda X: X[3], r"the index 3 is out of range: axis 0 of X \(3, 4\) has the size 3"),
    "before the start": (
        lambda X: X[:, -5],
        r"the index -5 is out of range: axis 1 of X \(3, 4\) has the size 4",
    ),
    "of a list": (lambda X: X[[0, 3]], r"the index 3 is out of range: axis 0 of X \(3, 4\)"),
    "a fraction": (lambda X: X[0.5], r"the index 0.5 of X \(3, 4\): expected an integer, a slice"),
    "a truth value": (lambda X: X[True], "the index True of X"),
    "a word": (lambda X: X["a"], "the index 'a' of X"),
    "an empty slice": (lambda X: X[2:2], r"the slice 2:2 of X \(3, 4\) is empty"),
    "no step": (lambda X: X[::0], "step 0"),
    "half a bound": (lambda X: X[0.5:], "a slice of X has the bound 0.5"),
    "two ellipses": (lambda X: X[..., ...], "at most one ellipsis"),
    "mixed": (lambda X: X[None, [0, 1]], "an index of X mixes"),
    "an empty list": (lambda X: X[[]], "an empty list"),
    "of a number": (lambda X: X[0, 0][0], r"1 indices for einsum.*, which has the shape \(\)"),
}


@pytest.mark.parametrize(("call", "message"), OUTSIDE.values(), ids=OUTSIDE)
def test_indices_that_cannot_be_used(call, message):
    with pytest.raises(InputError, match=message):
        call(array("X", "3 4"))


@pytest.mark.parametrize("other", ["2", None, [1, 2], np.ones(2), {}, True, 1j, float("nan"), float("inf")])
def test_what_is_no_operand_is_refused(other):
    X = array("X", "2")
    for call in (lambda: X + other, lambda: other * X, lambda: other < X, lambda: X**other):
        with pytest.raises(InputError, match="cannot stand in an expression"):
            call()


def test_described_names_what_there_is():
    X, W = array("X", "N 4"), array("W", "4 3")
    assert described(X.node) == "X"
    assert described((X @ W).node) == "einsum(X, W)"
    assert described((X @ W).named("Z").node) == "Z"
    assert described((X @ W + 1).node) == "add(…, …)"
    assert described(constant(3).node) == "3"


# What Python does with expressions.


def test_going_through_rows():
    X = array("X", "3 4")
    rows = list(X)
    assert len(X) == len(rows) == 3
    assert {row.shape for row in rows} == {(4,)}
    first, *rest = X
    assert len(rest) == 2
    drawn = np.arange(12.0).reshape(3, 4)
    np.testing.assert_array_equal(value(sum(rows[1:], rows[0]), {"X": drawn}), drawn.sum(axis=0))
    assert first.shape == (4,)


@pytest.mark.parametrize("shape", ["", "N 4"])
def test_what_cannot_be_gone_through(shape):
    X = array("X", shape)
    for call in (list, len, iter):
        with pytest.raises(InputError, match=r"X \(.*\) cannot be gone through"):
            call(X)


@settings(max_examples=20)
@given(st.lists(st.integers(1, 3), max_size=4).map(tuple))
def test_transposing_twice_is_nothing(shape):
    X = array("X", shape)
    drawn = np.random.default_rng(0).normal(size=shape)
    assert X.T.shape == shape[::-1]
    np.testing.assert_array_equal(value(X.T, {"X": drawn}), drawn.T)
    np.testing.assert_array_equal(value(X.T.T, {"X": drawn}), drawn)


def test_equality_is_identity():
    X, again = array("X", "2"), array("X", "2")
    same = X
    assert same == X
    assert again != X
    assert X in [again, same]
    assert {X: 1, again: 2, same: 3} == {again: 2, X: 3}


def test_truth_values_and_foreign_attributes_are_refused():
    X = array("X", "2")
    with pytest.raises(InputError, match="has no truth value"):
        bool(X > 0)
    with pytest.raises(InputError, match="has no truth value"):
        0 < X < 1  # noqa: B015 - what is to be tested
    with pytest.raises(AttributeError, match="an expression has no 'conv2d'; its methods are abs"):
        X.conv2d()
    for name in ("shape", "T", "nodes"):
        with pytest.raises(AttributeError):
            setattr(X, name, 1)


def test_names_are_given_once():
    X = array("X", "N 4")
    h = F.tanh(X).named("h")
    assert (h.node.name, h.shape) == ("h", ("N", 4))
    for named in (h, X):
        with pytest.raises(InputError, match="has a name already"):
            named.named("g")


def network():
    X, W, b, t = array("X", "N 4"), array("W", "4 3", "parameter"), array("b", "3"), array("t", "N")
    Z = (X @ W + b).named("Z")
    rows = F.concatenate([Z[:, 1:], F.softmax(Z)[:, :1]], axis=1)
    return (F.mean(F.amax(rows, axis=1)) - F.sum(F.one_hot(t, 3) * F.log_softmax(Z)) + F.trace(W[:3])).named(
        "L"
    )


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])  # noqa: S301
def test_copies_keep_everything(copied):
    made = network()
    again = copied(made)
    assert repr(again) == repr(made)
    for old, new in zip(postorder([made.node]), postorder([again.node]), strict=True):
        assert (old.op, old.name, old.role, old.shape) == (new.op, new.name, new.role, new.shape)
        assert old.parameters == new.parameters


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])  # noqa: S301
def test_copies_of_derivations_and_evaluations(copied):
    d = sb.derive(network())
    rng = np.random.default_rng(2)
    data = {"X": rng.normal(size=(5, 4)), "W": rng.normal(size=(4, 3)), "b": rng.normal(size=3)}
    data["t"] = np.array([0, 2, 1, 1, 0])
    e, again = d.evaluate(data), copied(d)
    assert [step.name for step in again.steps] == [step.name for step in d.steps]
    assert again.conditions == d.conditions
    for other in (again.evaluate(data), copied(e)):
        assert other.gradients.keys() == e.gradients.keys() == {"X", "W", "b"}
        for name, gradient in e.gradients.items():
            np.testing.assert_array_equal(other.gradients[name], gradient)


def test_a_deep_expression_is_copied_without_recursion():
    made = array("X", "2 2")
    for _ in range(3000):
        made = F.tanh(made)
    again = pickle.loads(pickle.dumps(made))  # noqa: S301
    assert sum(1 for _ in postorder([again.node])) == 3001


def test_repr_shows_ops_and_names_but_no_more():
    X, W = array("X", "N 4"), array("W", "4 3")
    assert repr((X @ W).named("Z")) == "<Z = einsum(X, W, ij,jk->ik, ('N', 3))>"
    assert repr(F.softmax(X @ W)) == "<softmax(einsum(…), 1)>"
    assert "…" in repr(F.add(*[F.tanh(X) for _ in range(20)]))


# Data that does not suit the shapes.


@pytest.fixture
def dense():
    X, W = array("X", "N 4"), array("W", "4 3")
    return sb.derive((X @ W).named("Z"))


def data(**changes):
    return {"X": np.ones((2, 4)), "W": np.ones((4, 3)), **changes}


@pytest.mark.parametrize(
    ("changes", "upstream", "words"),
    [
        ({"X": np.ones((0, 4))}, 1, ["X", "empty"]),
        ({"X": np.ones((2, 5))}, 1, ["X", "(2, 5)", "(N, 4)"]),
        ({"W": np.ones((3, 4))}, 1, ["W", "(3, 4)", "(4, 3)"]),
        ({"X": [[1, 2, 3, 4], [1, 2]]}, 1, ["X", "row"]),
        ({"X": 2.0}, 1, ["X"]),
        ({}, np.ones((3, 2)), ["(3, 2)", "(2, 3)"]),
        ({}, np.ones(3), ["(3,)", "(2, 3)"]),
        ({}, 1.0, ["(2, 3)"]),
    ],
)
def test_data_of_another_shape_is_refused(dense, changes, upstream, words):
    if np.ndim(upstream) == 0 and changes:
        upstream = np.ones((2, 3))
    with pytest.raises(SymbackError) as caught:
        dense.evaluate(data(**changes), upstream=upstream)
    assert all(word in str(caught.value) for word in words)


def test_sizes_are_bound_once():
    X, Y = array("X", "N 4"), array("Y", "N")
    d = sb.derive(F.sum(X @ F.ones(4) * Y).named("L"))
    with pytest.raises(SymbackError, match="N"):
        d.evaluate(X=np.ones((2, 4)), Y=np.ones(3))
    assert d.evaluate(X=np.ones((2, 4)), Y=np.ones(2))["L"] == 8


def test_nodes_of_other_makers_are_welcome():
    leaf = Expression(Node(None, name="q", role=Role.INPUT, shape=("N", 2)))
    assert (leaf * array("r", "2")).shape == ("N", 2)
