"""The same ops over fractions, complex numbers, balls and formulas, against arrays of floats."""

# ruff: noqa: ARG005 - functions in a table share one signature

import copy
import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import symback as sb
from symback.core.errors import InputError
from symback.core.node import postorder
from symback.evaluation import balls, scalars
from symback.evaluation.arrays import ArrayNamespace
from symback.evaluation.boxes import as_objects, boxed, each
from symback.evaluation.entries import (
    ExpressionEntries,
    ExpressionScalars,
    NumberEntries,
    SympyEntries,
    SympyScalars,
    compute_entries,
)
from symback.evaluation.objects import ObjectNamespace
from symback.evaluation.values import compute
from symback.ops.arithmetic import CONSTANT
from symback.ops.expression import apply, array, make
from symback.ops.multilinear import EINSUM, EYE
from symback.ops.reductions import AMAX, EXTREME_SHARE
from symback.ops.structural import SLICES

NUMBERS = ObjectNamespace(scalars)


@pytest.fixture
def flint():
    return pytest.importorskip("flint")


def fractions(values):
    return each(Fraction, np.asarray(values, dtype=float))


def floats(value):
    assert isinstance(value, np.ndarray)
    assert value.dtype == object
    return each(float, value).astype(float)


# Boxes


def test_entries_with_a_length_are_not_taken_apart():
    value = boxed([[1, 2], (3,)], (2,))
    assert value.shape == (2,)
    assert value[0] == [1, 2]
    assert as_objects(sympy.Matrix([1, 2]))[()] == sympy.Matrix([1, 2])
    assert as_objects(sb.symbols("x")).shape == ()


def test_numbers_of_numpy_become_pythons():
    assert type(as_objects(np.float32(0.5))[()]) is float
    assert type(as_objects(np.asarray([1 + 2j]))[0]) is complex
    assert as_objects(np.asarray(3)).shape == ()


def test_a_namespace_can_be_copied():
    assert copy.copy(NUMBERS).exp(fractions([0])).tolist() == [1]


# Values without axes


@pytest.mark.parametrize("namespace", [NUMBERS, ArrayNamespace(np.ones(1) * 1j)], ids=["objects", "complex"])
def test_what_has_no_axes_goes_on_as_an_operand(namespace):
    """NumPy gives the bare entry of an array without axes; what follows must take either."""
    xp = namespace
    z = xp.constant_array((1, 2, 3)) if xp is NUMBERS else np.asarray([1, 2, 3 + 0j])
    dot = xp.einsum([z, z], "i,i->", ())
    assert dot.shape == ()
    for number in (
        xp.einsum([dot, dot], ",->", ()),
        xp.multiply(xp.amax(z, (0,), False), xp.constant(2)),  # noqa: FBT003 - an op's parameters
        xp.add(dot, 1, xp.reshape(xp.take_slices(z, ((0, 1, 1),)), ())),
        xp.logsumexp(z, (0,), False),  # noqa: FBT003
        xp.maximum(xp.negative(dot), 0),
        xp.gather(z, (np.asarray(1),)),
        xp.gather(z, (1,)),
        xp.where(xp.gt(dot, 0), dot, 1),
    ):
        assert number.shape == ()
        wide = xp.einsum([number], "->ij", (2, 3))
        assert wide.shape == (2, 3)
        assert xp.place(xp.reshape(number, (1,)), ((1, 2, 1),), (3,)).shape == (3,)
        assert xp.scatter_add(number, (np.asarray(1),), (3,)).shape == (3,)
        assert xp.take_slices(number, ()).shape == ()
        assert xp.place(number, (), ()).shape == ()
        assert complex(xp.multiply(number, 0)) == 0


# Against arrays of floats


def shaped(*shape):
    """Return small fractions, many of them equal."""
    return st.lists(st.integers(-4, 4), min_size=math.prod(shape), max_size=math.prod(shape)).map(
        lambda listed: np.asarray(listed, dtype=float).reshape(shape) / 2
    )


FUNCTIONS = {
    "product": lambda xp, a, b: xp.einsum([a, b], "ij,kj->ik", (2, 2)),
    "numbers": lambda xp, a, b: xp.einsum([a, 3, b], "ij,,ij->j", (3,)),
    "trace": lambda xp, a, b: xp.einsum([xp.einsum([a, b], "ij,kj->ik", (2, 2))], "ii->", ()),
    "wide": lambda xp, a, b: xp.einsum([a], "ij->jki", (3, 2, 2)),
    "add": lambda xp, a, b: xp.add(a, b, 1),
    "arithmetic": lambda xp, a, b: xp.divide(xp.subtract(a, b), xp.add(xp.multiply(b, b), 1)),
    "sum": lambda xp, a, b: xp.sum(a),
    "power": lambda xp, a, b: xp.power(a, 3),
    "where": lambda xp, a, b: xp.where(xp.ge(a, b), a, xp.negative(b)),
    "extremes": lambda xp, a, b: xp.maximum(a, xp.minimum(b, 0), xp.abs(b)),
    "reshape": lambda xp, a, b: xp.reshape(a, (3, 2)),
    "slices": lambda xp, a, b: xp.take_slices(a, ((1, None, -1), (0, 3, 2))),
    "place": lambda xp, a, b: xp.place(a, ((1, None, -1), (0, 6, 2)), (2, 6)),
    "join": lambda xp, a, b: xp.concatenate([a, b], 1),
    "gather": lambda xp, a, b: xp.gather(a, (np.asarray([1, 0, 1]), np.asarray([[2], [0]]))),
    "rows": lambda xp, a, b: xp.gather(a, (np.asarray([1, 1]),)),
    "scatter": lambda xp, a, b: xp.scatter_add(a, (np.asarray([1, 1]),), (3, 3)),
    "amax": lambda xp, a, b: xp.amax(a, (0,), False),  # noqa: FBT003
    "amin": lambda xp, a, b: xp.amin(a, (-1, 0), True),  # noqa: FBT003
    "first": lambda xp, a, b: xp.extreme_share(a, (1,), True, False),  # noqa: FBT003
    "first of all": lambda xp, a, b: xp.extreme_share(a, (0, 1), False, False),  # noqa: FBT003
    "even": lambda xp, a, b: xp.extreme_share(a, (0, 1), True, True),  # noqa: FBT003
    "softmax": lambda xp, a, b: xp.softmax(xp.multiply(a, 500), 1),
    "log softmax": lambda xp, a, b: xp.log_softmax(a, 0),
    "logsumexp": lambda xp, a, b: xp.logsumexp(a, (0, 1), True),  # noqa: FBT003
    "array": lambda xp, a, b: xp.constant_array(((1, 2), (3, 0.5))),
    "number": lambda xp, a, b: xp.constant_array(2),
    "eye": lambda xp, a, b: xp.eye(2),
    "full": lambda xp, a, b: xp.full(0.5, (2, 1)),
    "size": lambda xp, a, b: xp.size((2, 3)),
    "one hot": lambda xp, a, b: xp.one_hot(np.asarray([[1], [0]]), 3),
    "floor": lambda xp, a, b: xp.floor(a),
    "ceil": lambda xp, a, b: xp.ceil(a),
    "round": lambda xp, a, b: xp.round(a),
    "exp": lambda xp, a, b: xp.erf(xp.exp(a)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=15, deadline=None)
@given(shaped(2, 3), shaped(2, 3))
def test_fractions_give_what_floats_give(name, a, b):
    function = FUNCTIONS[name]
    wanted = np.asarray(function(ArrayNamespace(a), a, b))
    value = function(NUMBERS, fractions(a), fractions(b))
    assert value.shape == wanted.shape
    np.testing.assert_allclose(floats(value), wanted, rtol=1e-13, atol=1e-13)


EXACT = sorted({*FUNCTIONS} - {"softmax", "log softmax", "logsumexp", "exp", "array", "full"})


@pytest.mark.parametrize("name", EXACT)
def test_fractions_stay_exact(name):
    a, b = fractions([[1, 2, 3], [0, 0, -1]]) / 3, fractions([[5, -2, 3], [1, 0, 1]]) / 7
    value = FUNCTIONS[name](NUMBERS, a, b)
    assert {type(entry) for entry in value.reshape(-1)} <= {int, Fraction}


@pytest.mark.parametrize("name", sorted({*FUNCTIONS} - {"softmax"}))
def test_a_complex_step_goes_through_entries(name):
    generator = np.random.default_rng(2)
    a, b, direction = generator.standard_normal((3, 2, 3))
    function = FUNCTIONS[name]
    stepped = a + 1e-30j * direction
    wanted = np.asarray(function(ArrayNamespace(stepped), stepped, b + 0j), dtype=complex)
    value = each(complex, function(NUMBERS, as_objects(stepped), as_objects(b))).astype(complex)
    np.testing.assert_allclose(value.real, wanted.real, rtol=1e-13)
    np.testing.assert_allclose(value.imag * 1e30, wanted.imag * 1e30, rtol=1e-12, atol=1e-13)


# Refusals


def test_indices_and_labels_are_checked_as_for_arrays():
    z = fractions([1, 2, 3])
    with pytest.raises(InputError, match="the index at position 1 is -1; axis 0 has the indices 0 to 2"):
        NUMBERS.gather(z, (as_objects(np.asarray([0, -1])),))
    with pytest.raises(InputError, match="sample 0 has the label 3"):
        NUMBERS.one_hot(as_objects(np.asarray([3])), 3)
    with pytest.raises(InputError, match="labels are integers"):
        NUMBERS.one_hot(as_objects(np.asarray([1.0])), 3)


# Balls

BALL_FUNCTIONS = sorted({*FUNCTIONS} - {"number", "array", "eye", "full", "size", "one hot"})


@pytest.mark.parametrize("name", BALL_FUNCTIONS)
def test_balls_enclose_what_fractions_give(flint, name):
    a, b = fractions([[1, 2, 3.5], [0.25, -2, -1]]), fractions([[5, -2, 3], [1, 0, 0.5]])
    function = FUNCTIONS[name]
    value = function(ObjectNamespace(balls), each(balls.constant, a), each(balls.constant, b))
    wanted = function(NUMBERS, a, b)
    for ball, number in zip(value.reshape(-1), floats(wanted).reshape(-1), strict=True):
        assert isinstance(ball, flint.arb)
        assert ball.rad() < 1e-12
        assert ball.overlaps(flint.arb(number, 1e-15 * max(1, abs(number))))


@pytest.mark.parametrize(
    "name",
    [
        "exp",
        "expm1",
        "log",
        "log1p",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "atan",
        "asinh",
        "erf",
        "abs",
        "negative",
    ],
)
def test_balls_know_every_function_of_numbers(flint, name):
    ball = getattr(balls, name)(Fraction(1, 3))
    assert ball.overlaps(flint.arb(getattr(scalars, name)(1 / 3), 1e-15))


def test_a_ball_around_a_jump_is_undecided(flint):
    around = flint.arb(0, 0.1)
    for compared in (balls.gt, balls.ge, balls.lt, balls.le, balls.eq):
        with pytest.raises(balls.UndecidedError, match="holds at some points"):
            bool(compared(around, 0))
    with pytest.raises(balls.UndecidedError):
        balls.where(balls.gt(around, 0), 1, 0)
    with pytest.raises(balls.UndecidedError):
        balls.floor(around)
    with pytest.raises(balls.UndecidedError):
        balls.round(flint.arb(0.5, 0.1))
    with pytest.raises(balls.UndecidedError):
        balls.where(balls.truth(around), 1, 0)


def test_a_ball_around_a_seam_is_enclosed(flint):
    around = flint.arb(0, 0.1)
    value = balls.where(balls.gt(around, 0), around, 0.5 * around)
    assert value.contains(flint.arb(0.1))
    assert value.contains(flint.arb(-0.1))
    sigmoid = sb.sigmoid(sb.symbols("x")).node.op.numeric(balls, around)
    assert sigmoid.contains(1 / (1 + flint.arb(0.1).exp()))
    assert sigmoid.contains(1 / (1 + flint.arb(-0.1).exp()))


def test_balls_compare_what_is_apart(flint):
    one, two = flint.arb(1, 0.1), flint.arb(2, 0.1)
    assert balls.lt(one, two) is True
    assert balls.le(two, one) is False
    assert balls.eq(one, two) is False
    assert balls.eq(3, flint.arb(3)) is True
    assert balls.ge(2, 2) is True
    assert balls.truth(one) is True
    assert balls.truth(0) is False
    assert [int(balls.round(z).unique_fmpz()) for z in (0.5, 1.5, 2.5, -0.5, -1.5, 0.7)] == [
        0,
        2,
        2,
        0,
        -2,
        1,
    ]


def test_balls_raise_to_powers(flint):
    assert balls.power(-2, 3) == -8
    assert balls.power(-2, 2.0) == 4
    assert balls.power(2, Fraction(1, 2)).overlaps(flint.arb(2).sqrt())
    assert balls.power(flint.arb(2), flint.arb(3)) == 8


# Formulas

SYMBOLS = boxed(sympy.symbols("a0:6"), (2, 3)), boxed(sympy.symbols("b0:6"), (2, 3))
SYMBOLIC = sorted(
    {*FUNCTIONS} - {"floor", "ceil", "round", "arithmetic", "exp", "extremes", "power", "where"}
)


@pytest.mark.parametrize("name", [name for name in SYMBOLIC if name not in ("add", "sum")])
def test_formulas_of_sympy_have_the_values_of_numbers(name):
    a, b = np.asarray([[1, 2, 2.5], [0.25, -2, 2.5]]), np.asarray([[5, -2, 3], [1, 0, 0.5]])
    function = FUNCTIONS[name]
    if name == "softmax":
        function = lambda xp, a, b: xp.softmax(a, 1)  # noqa: E731 - without numbers to multiply by
    value = function(ObjectNamespace(SympyScalars(sympy)), *SYMBOLS)
    at = dict(zip(np.ravel(SYMBOLS), map(sympy.Rational, [*a.reshape(-1), *b.reshape(-1)]), strict=True))
    given_ = each(lambda entry: sympy.sympify(entry).subs(at).evalf(), value)
    np.testing.assert_allclose(floats(given_), np.asarray(function(ArrayNamespace(a), a, b)), rtol=1e-12)


def expressions():
    return boxed(sb.symbols("a0 a1 a2 a3 a4 a5"), (2, 3)), boxed(sb.symbols("b0 b1 b2 b3 b4 b5"), (2, 3))


@pytest.mark.parametrize("name", [name for name in SYMBOLIC if name not in ("add", "sum")])
def test_expressions_have_the_values_of_numbers(name):
    """Every expression is computed again from its nodes."""
    a, b = np.asarray([[1, 2, 2.5], [0.25, -2, 2.5]]), np.asarray([[5, -2, 3], [1, 0, 0.5]])
    function = FUNCTIONS[name]
    if name == "softmax":
        function = lambda xp, a, b: xp.softmax(a, 1)  # noqa: E731
    value = function(ObjectNamespace(ExpressionScalars()), *expressions())
    inputs = {
        f"{letter}{n}": float(v) for letter, z in (("a", a), ("b", b)) for n, v in enumerate(z.reshape(-1))
    }

    def number(expression):
        return float(compute(postorder([expression.node]), inputs, scalars)[expression.node])

    wanted = np.asarray(function(ArrayNamespace(a), a, b))
    np.testing.assert_allclose(each(number, value).astype(float), wanted, rtol=1e-12)


def test_a_sum_of_expressions_is_one_sum_in_the_order_of_its_index():
    x, w = (boxed(sb.symbols(names), (3,)) for names in ("x0 x1 x2", "w0 w1 w2"))
    value = ObjectNamespace(ExpressionScalars()).einsum([x, w], "i,i->", ())[()]
    assert value.node.op.name == "add"
    assert [[source.name for source in term.inputs] for term in value.node.inputs] == [
        ["x0", "w0"],
        ["x1", "w1"],
        ["x2", "w2"],
    ]


def test_deltas_leave_no_trace_in_expressions():
    xp = ObjectNamespace(ExpressionScalars())
    x = sb.symbols("x")
    value = xp.einsum([x, xp.eye(2)], ",ij->ij", (2, 2))
    assert value[0, 0].node is x.node
    assert value[0, 1].node.op is CONSTANT
    assert xp.place(boxed([x], (1,)), ((1, 2, 1),), (2,))[1].node is x.node


# Whole derivations


def network():
    """Return the nodes of a small network over arrays, in order, and the last of them."""
    x, w, b = (array(name, shape) for name, shape in (("X", "2 3"), ("W", "3 2"), ("b", "2")))
    product = make(EINSUM, [x.node, w.node, b.node], ("ij,jk,k->ik", (2, 2)))
    hidden = sb.tanh(apply(CONSTANT, parameters=(0.5,)) * product + 1)
    chosen = make(AMAX, [hidden.node], ((1,), False))
    share = make(EXTREME_SHARE, [hidden.node], ((1,), 1, 0))
    part = make(SLICES, [hidden.node], (((0, 2, 1), (1, None, -1)),))
    eye = make(EYE, [], ((2, 2),))
    total = make(EINSUM, [(part * share).node, eye.node, chosen.node], ("ij,jk,i->", ()))
    last = sb.where(total > 0, total, -total) + sb.maximum(total, 2) + sb.leaky_relu(total, 0.1)
    return list(postorder([last.node])), last.node


GIVEN = {
    "X": np.asarray([[1, -2, 0.5], [0.25, 1.5, -1]]),
    "W": np.asarray([[0.5, 1], [-0.25, 0.75], [1, -0.5]]),
    "b": np.asarray([0.5, -1.25]),
}


@pytest.fixture
def wanted():
    order, last = network()
    values = compute(order, GIVEN, ArrayNamespace(GIVEN["X"]))
    return float(values[last])


def test_a_network_of_numbers(wanted):
    order, last = network()
    exact = {name: fractions(array) for name, array in GIVEN.items()}
    value = compute_entries(order, exact, NumberEntries(scalars))[last]
    assert value.shape == ()
    assert float(value[()]) == pytest.approx(wanted, rel=1e-14)


def test_a_network_of_balls(flint, wanted):
    order, last = network()
    value = compute_entries(
        order, {n: each(balls.constant, v) for n, v in GIVEN.items()}, NumberEntries(balls)
    )
    assert value[last][()].overlaps(flint.arb(wanted, 1e-14))
    assert value[last][()].rad() < 1e-12


def named_symbols(make_one):
    return {
        name: boxed(
            [make_one("_".join([name, *map(str, index)])) for index in np.ndindex(*array.shape)], array.shape
        )
        for name, array in GIVEN.items()
    }


def test_a_network_of_sympys_formulas():
    x, w = array("X", "2 3"), array("W", "3 2")
    hidden = sb.tanh(make(EINSUM, [x.node, w.node], ("ij,jk->ik", (2, 2))) + 1)
    part = make(SLICES, [hidden.node], (((0, 2, 1), (1, None, -1)),))
    chosen = make(AMAX, [x.node], ((1,), False))
    share = make(EXTREME_SHARE, [x.node], ((1,), 1, 0))
    last = make(EINSUM, [part.node, chosen.node, share.node], ("ij,i,ik->jk", (2, 3)))
    order = list(postorder([last.node]))
    symbols = named_symbols(sympy.Symbol)
    value = compute_entries(order, symbols, SympyEntries(sympy))[last.node]
    at = {
        symbol: sympy.Rational(number)
        for name in GIVEN
        for symbol, number in zip(symbols[name].reshape(-1), GIVEN[name].reshape(-1), strict=True)
    }
    numbers = each(lambda entry: entry.subs(at).evalf(), value)
    wanted = compute(order, GIVEN, ArrayNamespace(GIVEN["X"]))[last.node]
    np.testing.assert_allclose(floats(numbers), wanted, rtol=1e-12)


def test_a_network_of_expressions(wanted):
    order, last = network()
    value = compute_entries(order, named_symbols(sb.symbols), ExpressionEntries())[last][()]
    inputs = {
        "_".join([name, *map(str, index)]): float(array[index])
        for name, array in GIVEN.items()
        for index in np.ndindex(*array.shape)
    }
    nodes = postorder([value.node])
    assert compute(nodes, inputs, scalars)[value.node] == pytest.approx(wanted, rel=1e-12)


def test_what_is_finished_is_what_others_use():
    x = array("x", "2")
    doubled = (x + x).named("d")
    total = make(EINSUM, [doubled.node], ("i->", ()))

    def finish(node, value):
        if node.name is None:
            return value
        names = iter(range(value.size))
        return each(lambda entry: entry.named(f"{node.name}{next(names)}"), value)

    inputs = {"x": boxed(sb.symbols("x0 x1"), (2,))}
    order = list(postorder([total.node]))
    value = compute_entries(order, inputs, ExpressionEntries(), finish=finish)[total.node][()]
    assert [source.name for source in value.node.inputs] == ["d0", "d1"]


def test_sizes_stand_for_symbols():
    x = array("x", "N")
    wide = make(EINSUM, [x.node], ("i->ji", ("M", "N")))
    order = list(postorder([wide.node]))
    values = compute_entries(order, {"x": fractions([1, 2])}, NumberEntries(scalars), {"N": 2, "M": 3})
    assert values[wide.node].tolist() == [[1, 2]] * 3
