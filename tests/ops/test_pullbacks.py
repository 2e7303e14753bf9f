"""What ops on arrays do to a gradient, against the complex step, and the same once more for its own."""

# The functions of a table share one signature.
# ruff: noqa: ARG005

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from symback.core.errors import DerivationError
from symback.core.node import Node, Role, postorder
from symback.core.op import Kind
from symback.core.shapes import resolved
from symback.evaluation.objects import ObjectNamespace
from symback.evaluation.values import compute, run
from symback.ops import pullback as pullbacks
from symback.ops.arithmetic import ADD
from symback.ops.expression import Expression, array, make
from symback.ops.functions import FUNCTIONS as F
from symback.ops.index_calculus import differential
from symback.ops.multilinear import EINSUM, INNER, LETTERS, pulled_back
from symback.ops.pullback import derived_pullback, pullback
from symback.ops.table import ARRAY_OPS, OPS

SIZES = {"N": 3, "M": 2}
STEP = 1e-40


def at(node, values):
    """Return the value of a node."""
    return np.asarray(run(list(postorder([node])), values, SIZES)[node])


def gradient(root, leaf, upstream):
    """Pull a gradient back from a node to a leaf, op by op."""
    order = list(postorder([root]))
    depends = {leaf}
    depends.update(node for node in order if depends & set(node.inputs) and not depends.add(node))
    gradients = {root: upstream}
    for node in reversed(order):
        if node not in gradients or node.op is None:
            continue
        for position, source in enumerate(node.inputs):
            back = pullback(node, position, gradients[node]) if source in depends else None
            if back is not None:
                terms = [gradients[source], back] if source in gradients else [back]
                gradients[source] = make(ADD, terms).node if len(terms) > 1 else back
    return gradients.get(leaf)


class Case:
    """A call of an op on arrays, with data."""

    def __init__(self, op, call, shapes, indices=()):
        rng = np.random.default_rng(7)
        self.leaves = [array(f"x{n}", shape).node for n, shape in enumerate(shapes)]
        made = call(F, *map(Expression, self.leaves))
        self.node = next(n for n in postorder([made.node]) if n.op is ARRAY_OPS[op])
        self.moving = [n for n in range(len(self.node.inputs)) if n not in indices]
        self.values = {}
        for n, leaf in enumerate(self.leaves):
            shape = resolved(leaf.shape, SIZES)
            drawn = rng.normal(size=shape)
            self.values[leaf.name] = rng.integers(0, 2, shape) if n in indices else drawn
        self.upstream = self.drawn("G", self.node)
        self.rng = rng

    def drawn(self, name, like):
        leaf = array(name, like.shape, role=Role.INPUT).node
        self.values[name] = np.random.default_rng(len(name)).normal(size=resolved(like.shape, SIZES))
        return leaf

    def slope(self, node, leaf, weights):
        """Return ⟨weights, d node/d leaf · v⟩ by the complex step, and v."""
        v = np.random.default_rng(3).normal(size=self.values[leaf.name].shape)
        moved = {**self.values, leaf.name: self.values[leaf.name] + 1j * STEP * v}
        return np.sum(weights * np.imag(at(node, moved)) / STEP), v

    def first(self, position):
        """Return the two sides for the gradient of an argument."""
        leaf = self.node.inputs[position]
        back = gradient(self.node, leaf, self.upstream)
        assert back.shape == leaf.shape
        expected, v = self.slope(self.node, leaf, self.values["G"])
        found = at(back, self.values)
        assert found.shape == v.shape
        return np.sum(found * v), expected

    def second(self, position, other):
        """Return the two sides for the gradient of ⟨gradient of an argument, u⟩ by another quantity."""
        back = gradient(self.node, self.node.inputs[position], self.upstream)
        u = self.drawn("UU", back)
        again = gradient(back, other, u) if other in set(postorder([back])) else None
        expected, v = self.slope(back, other, self.values["UU"])
        return (0.0 if again is None else np.sum(at(again, self.values) * v)), expected


PATTERNS = (
    "ij,jk->ik", "ij->ji", "ij->", "ij->i", "i,j->ij", "aij,ajk->aik", "i,ij,j->", "ii->", "ii->i", "iij->j",
    "iji->ij", "ii,i->", "ij,ij,ij->ij", "i->ij", "->ij", "ij,k->ijkl", "ijk,k->ji", "iii->i", "ii,jj->ij",
)  # fmt: skip
LETTER_SIZES = {"i": "N", "j": 4, "k": "M", "a": 2, "l": 2}


def by_pattern(pattern):
    operands, _, output = pattern.partition("->")
    shapes = [tuple(LETTER_SIZES[letter] for letter in part) for part in operands.split(",")]
    sizes = tuple(LETTER_SIZES[letter] for letter in output)
    return lambda f, *z: make(EINSUM, [part.node for part in z], (pattern, sizes)), shapes


CASES = {
    "einsum": [by_pattern(pattern) for pattern in PATTERNS],
    "reshape": [
        (lambda f, z: f.reshape(z, 3, 4), ["2 6"]),
        (lambda f, z: f.reshape(z, 4, 1, -1), ["2 6"]),
        (lambda f, z: f.reshape(z, -1, 2, 2), ["N 4"]),
        (lambda f, z: f.ravel(z), ["2 3 2"]),
    ],
    "slices": [
        (lambda f, z: z[1:3], ["4 2"]),
        (lambda f, z: z[::-1, 1], ["4 2"]),
        (lambda f, z: z[::2, ::-3], ["5 7"]),
        (lambda f, z: z[:, 1:3], ["N 4"]),
        (lambda f, z: z[0], ["N 4"]),
        (lambda f, z: z[-1, ..., None], ["2 N 3"]),
    ],
    "place": [
        (lambda f, z: f.pad(z, ((1, 2), (0, 1))), ["2 3"]),
        (lambda f, z: f.pad(z, ((0, 0), (2, 0))), ["N 3"]),
        (lambda f, z: f.place(z, ((4, None, -2),), (5,)), ["3"]),
    ],
    "concatenate": [
        (lambda f, a, b: f.concatenate([a, b]), ["2 3", "4 3"]),
        (lambda f, a, b, c: f.concatenate([a, b, c], 1), ["N 3", "N 1", "N 2"]),
        (lambda f, a: f.concatenate([a, a], 0), ["2 3"]),
    ],
    "gather": [
        (lambda f, z, i: z[i], ["4 2", "5"], {1}),
        (lambda f, z, i: z[i], ["4 N", "M 3"], {1}),
        (lambda f, z, i, j: z[i, j], ["2 3 2", "4", "4"], {1, 2}),
        (lambda f, z: z[[0, 2, 2, -1]], ["4 2"], {1}),
    ],
    "scatter_add": [
        (lambda f, z, i: f.scatter_add(z, [i], (4, 2)), ["5 2", "5"], {1}),
        (lambda f, z, i, j: f.scatter_add(z, [i, j], (3, 2)), ["6", "6", "6"], {1, 2}),
    ],
    "amax": [
        (lambda f, z: f.amax(z), ["3 4"]),
        (lambda f, z: f.amax(z, axis=1), ["N 4"]),
        (lambda f, z: f.amax(z, axis=(0, 2), keepdims=True), ["N 2 M"]),
    ],
    "amin": [
        (lambda f, z: f.amin(z, keepdims=True), ["3 4"]),
        (lambda f, z: f.amin(z, axis=0), ["N 4"]),
        (lambda f, z: f.amin(z, axis=(0, 1)), ["N 2 M"]),
    ],
    "softmax": [
        (lambda f, z: f.softmax(z), ["4"]),
        (lambda f, z: f.softmax(z, axis=0), ["N 4"]),
        (lambda f, z: f.softmax(z, axis=1), ["2 N M"]),
    ],
    "log_softmax": [
        (lambda f, z: f.log_softmax(z), ["4"]),
        (lambda f, z: f.log_softmax(z, axis=0), ["N 4"]),
    ],
    "logsumexp": [
        (lambda f, z: f.logsumexp(z), ["4"]),
        (lambda f, z: f.logsumexp(z, axis=1), ["N 4"]),
        (lambda f, z: f.logsumexp(z, axis=(0, 2), keepdims=True), ["N 2 M"]),
        (lambda f, z: f.logsumexp(z, axis=(0, 1)), ["N 4"]),
    ],
    "inner": [(lambda f, a, b: Expression(Node(INNER, (a.node, b.node), ("N",))), ["N", "N"])],
}  # fmt: skip

CONSTANT = {
    "extreme_share": (lambda f, z: f.extreme_share(z, (1,), 1, 0), ["2 3"]),
    "stop_gradient": (lambda f, z: f.stop_gradient(z), ["2 3"]),
    "one_hot": (lambda f, z: f.one_hot(z, 4), ["3"]),
}
"""Ops that let nothing through."""

WITHOUT_ARGUMENTS = {"eye", "size", "array", "indices"}

NEVER_STORED = {"jacobian": "it only stands for the derivatives in a step, and has no value"}

ALL = [(op, n) for op, cases in CASES.items() for n in range(len(cases))]


def made(op, n):
    return Case(op, *CASES[op][n])


def test_every_op_on_arrays_has_a_case():
    named = Counter([*CASES, *CONSTANT, *WITHOUT_ARGUMENTS, *NEVER_STORED])
    assert named == Counter(list(ARRAY_OPS))
    assert all(ARRAY_OPS[name].arity == 0 for name in WITHOUT_ARGUMENTS)
    kinds = {ARRAY_OPS[name].kind for name in (*CONSTANT, *WITHOUT_ARGUMENTS)}
    assert kinds == {Kind.PIECEWISE_CONSTANT}


@pytest.mark.parametrize(("op", "n"), ALL)
def test_a_gradient_is_the_transposed_derivative(op, n):
    case = made(op, n)
    for position in case.moving:
        found, expected = case.first(position)
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-13)


@pytest.mark.parametrize(("op", "n"), ALL)
def test_the_gradient_of_a_gradient(op, n):
    case = made(op, n)
    slopes = []
    for position in case.moving:
        for other in dict.fromkeys([case.upstream, *(case.node.inputs[m] for m in case.moving)]):
            found, expected = case.second(position, other)
            assert found == pytest.approx(expected, rel=1e-11, abs=1e-12)
            slopes.append(expected)
    # A gradient changes with its upstream, at least.
    assert any(slopes)


SMOOTH_TWICE = [
    (op, parameters)
    for op in OPS.values()
    if op.arity == 1 and op.kind is not Kind.PIECEWISE_CONSTANT
    for parameters in [tuple(parameter.default for parameter in op.parameters)]
]


@pytest.mark.parametrize(("op", "parameters"), SMOOTH_TWICE, ids=lambda value: getattr(value, "name", ""))
def test_the_second_derivative_of_an_op_that_works_entry_by_entry(op, parameters):
    low, high = op.sample
    values = {"x": np.random.default_rng(5).uniform(low, high, (2, 3)), "G": np.full((2, 3), 0.7)}
    x, upstream = array("x", "2 3").node, array("G", "2 3").node
    node = make(op, [x], parameters).node
    moved = {**values, "x": values["x"] + 1j * STEP}
    first = gradient(node, x, upstream)
    np.testing.assert_allclose(
        at(first, values) * np.ones((2, 3)), 0.7 * np.imag(at(node, moved)) / STEP, rtol=1e-11, atol=1e-12
    )
    again = gradient(first, x, array("H", "2 3").node) if x in set(postorder([first])) else None
    values["H"] = np.full((2, 3), 1.3)
    found = np.zeros((2, 3)) if again is None else at(again, values)
    expected = np.imag(at(first, moved)) / STEP * 1.3
    np.testing.assert_allclose(found, expected * np.ones((2, 3)), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("name", CONSTANT)
def test_what_is_constant_lets_nothing_through(name):
    call, shapes = CONSTANT[name]
    node = call(F, *(array(f"x{n}", shape) for n, shape in enumerate(shapes))).node
    assert pullback(node, 0, array("G", node.shape).node) is None


@pytest.mark.parametrize("op", ["gather", "scatter_add"])
def test_integers_get_no_gradient(op):
    case = made(op, 0)
    assert pullback(case.node, 1, case.upstream) is None


def test_a_leaf_has_no_derivative():
    with pytest.raises(DerivationError, match="'x' comes from outside"):
        pullback(array("x", "2").node, 0, array("G", "2").node)


@pytest.mark.parametrize("name", ["amax", "amin"])
@pytest.mark.parametrize("axes", [None, 0, 1, (0, 1)])
def test_ties_pass_on_one_in_all(name, axes):
    z = array("z", "2 3")
    node = getattr(F, name)(z, axis=axes).node
    back = pullback(node, 0, array("G", node.shape).node)
    found = at(back, {"z": np.zeros((2, 3)), "G": np.ones(node.shape)})
    np.testing.assert_allclose(found.sum(axis=axes), np.ones(node.shape))
    # Over everything they share; along an axis the first gets all.
    assert set(found.ravel()) == ({1 / 6} if axes in (None, (0, 1)) else {0.0, 1.0})


# Compositions: the textbook's gradient, and the one of the ops inside.


class Formulas:
    """SymPy's functions, as those of entries."""

    ordered = False
    shift = None
    exp, log = sympy.exp, sympy.log
    constant = staticmethod(sympy.Rational)

    @staticmethod
    def maximum(*values):
        return sympy.Max(*values)

    @staticmethod
    def add(*terms):
        return sympy.Add(*terms)

    @staticmethod
    def subtract(left, right):
        return left - right

    @staticmethod
    def multiply(left, right):
        return left * right

    @staticmethod
    def divide(left, right):
        return left / right

    @staticmethod
    def negative(value):
        return -value

    @staticmethod
    def power(base, exponent):
        return base**exponent


COMPOSITIONS = [(op, n) for op, n in ALL if ARRAY_OPS[op].kind is Kind.COMPOSITION]


def both_gradients(op, n):
    case = made(op, n)
    return case, pullback(case.node, 0, case.upstream), derived_pullback(case.node, 0, case.upstream)


@pytest.mark.parametrize(("op", "n"), COMPOSITIONS)
def test_a_textbook_gradient_is_that_of_the_ops_inside(op, n):
    case, stated, derived = both_gradients(op, n)
    np.testing.assert_allclose(at(stated, case.values), at(derived, case.values), rtol=1e-12, atol=1e-14)


SMALL = [
    ("softmax", F.softmax, (3,)),
    ("softmax", lambda z: F.softmax(z, axis=0), (2, 2)),
    ("log_softmax", F.log_softmax, (3,)),
    ("log_softmax", lambda z: F.log_softmax(z, axis=0), (2, 2)),
    ("logsumexp", F.logsumexp, (3,)),
    ("logsumexp", lambda z: F.logsumexp(z, axis=1, keepdims=True), (2, 2)),
    ("logsumexp", lambda z: F.logsumexp(z, axis=(0, 1)), (2, 2)),
]


def differences(call, shape):
    """Return what the entries of both gradients differ by, in the exponentials of z."""
    node = call(array("z", shape)).node
    upstream = array("G", node.shape).node
    stated, derived = pullback(node, 0, upstream), derived_pullback(node, 0, upstream)
    positive = {
        "z": np.array(
            [sympy.log(sympy.Symbol(f"e{n}", positive=True)) for n in range(np.prod(shape, dtype=int))],
            dtype=object,
        ).reshape(shape),
        "G": np.array(
            [sympy.Symbol(f"g{n}") for n in range(np.prod(node.shape, dtype=int))], dtype=object
        ).reshape(node.shape),
    }
    values = compute(list(postorder([stated, derived])), positive, ObjectNamespace(Formulas()))
    pairs = zip(np.ravel(values[stated]), np.ravel(values[derived]), strict=True)
    return [sympy.cancel(sympy.together(left - right)) for left, right in pairs]


def test_every_composition_with_a_stated_gradient_is_proved():
    stated = {name for name, op in ARRAY_OPS.items() if op.pullback is not None}
    assert stated == {name for name, _, _ in SMALL}


@pytest.mark.parametrize(("call", "shape"), [case[1:] for case in SMALL])
def test_a_textbook_gradient_is_proved_entry_by_entry(call, shape):
    assert set(differences(call, shape)) == {0}


# Errors that are planted are found by the same means.


@pytest.fixture
def change():
    """Return a function that changes an attribute of an op's record for the length of a test."""
    originals = []

    def changed(name, attribute, value):
        op = ARRAY_OPS[name]
        originals.append((op, attribute, getattr(op, attribute)))
        object.__setattr__(op, attribute, value)

    yield changed
    for op, attribute, value in reversed(originals):
        object.__setattr__(op, attribute, value)


def is_found(op):
    """Say whether the first derivatives show an error in one of the cases of an op."""
    for n in range(len(CASES[op])):
        case = made(op, n)
        for position in case.moving:
            try:
                found, expected = case.first(position)
            except (AssertionError, ValueError):
                return True
            if found != pytest.approx(expected, rel=1e-12, abs=1e-13):
                return True
    return False


@pytest.mark.parametrize(
    ("name", "attribute", "wrong"),
    [
        ("softmax", "pullback", lambda f, g, z, y, axis: y * g),
        ("softmax", "pullback", lambda f, g, z, y, axis: y * (g - f.sum(g, axis=axis, keepdims=True))),
        ("log_softmax", "pullback", lambda f, g, z, y, axis: g - y * f.sum(g, axis=axis, keepdims=True)),
        (
            "logsumexp",
            "pullback",
            lambda f, g, z, y, axes, keepdims: f.spread(g, z.shape, axes, keepdims) * f.softmax(z),
        ),
        ("reshape", "transposed", lambda f, g, n, a, sizes: 2 * f.reshape(g, a[0].shape)),
        ("slices", "transposed", lambda f, g, n, a, slices: -f.place(g, slices, a[0].shape)),
        ("place", "transposed", lambda f, g, n, a, slices, sizes: f.take_slices(g, slices)[::-1]),
        ("concatenate", "transposed", lambda f, g, n, a, axis: f.zeros_like(a[n])),
        ("gather", "transposed", lambda f, g, n, a, sizes: f.scatter_add(g * g, a[1:], a[0].shape)),
        ("scatter_add", "transposed", lambda f, g, n, a, sizes: -f.gather(g, a[1:])),
        ("amax", "share", lambda f, z, kink, axes, keepdims: f.extreme_share(z, axes, 0, 0)),
        ("amin", "share", lambda f, z, kink, axes, keepdims: 0 * z + 1),
    ],
)
def test_a_planted_error_is_found(change, name, attribute, wrong):
    assert not is_found(name)
    change(name, attribute, wrong)
    assert is_found(name)


@pytest.mark.parametrize("wrong", ["ij,ik->jk", "ik,ij->kj", "ik,jk->ij"])
def test_a_planted_pattern_is_found(monkeypatch, wrong):
    def wrongly(pattern, position, shape):
        back = pulled_back(pattern, position, shape)
        return back._replace(pattern=wrong) if back.pattern == "ik,ij->jk" else back

    monkeypatch.setattr(pullbacks, "pulled_back", wrongly)
    assert is_found("einsum")


@pytest.mark.parametrize(
    ("call", "shape"), [(call, shape) for name, call, shape in SMALL if name == "softmax"]
)
def test_a_planted_gradient_is_not_proved(change, call, shape):
    change("softmax", "pullback", lambda f, g, z, y, axis: y * (1 - y) * g)
    assert set(differences(call, shape)) != {0}


# Patterns of any sort: index calculus and the pattern that goes back say the same.


@st.composite
def patterns(draw):
    """Return any index pattern, with letters repeated, summed and broadcast."""
    letters = "ijk"
    operands = draw(st.lists(st.text(letters, max_size=3), min_size=1, max_size=3))
    used = sorted(set("".join(operands)))
    output = draw(st.permutations(used)) if used else []
    kept = output[: draw(st.integers(0, len(output)))]
    extra = draw(st.sampled_from(["", "a"]))
    return f"{','.join(operands)}->{''.join(kept)}{extra}"


NUMBERS = {"i": 2, "j": 3, "k": 2, "a": 2}


def product(factors, deltas, output, sizes):
    """Sum a product of arrays and δs over all indices that the result does not have."""
    terms = [*(indices for _, indices in factors), *("".join(pair) for pair in deltas)]
    arrays = [*(value for value, _ in factors), *(np.eye(sizes[pair[0]]) for pair in deltas)]
    for letter in output:
        if letter not in "".join(terms):
            terms.append(letter)
            arrays.append(np.ones(sizes[letter]))
    return np.einsum(f"{','.join(terms)}->{output}", *arrays)


@settings(max_examples=150)
@given(patterns(), st.data())
def test_index_calculus_and_the_pattern_that_goes_back_agree(pattern, data):
    operands, _, output = pattern.partition("->")
    parts = operands.split(",")
    position = data.draw(st.integers(0, len(parts) - 1))
    rng = np.random.default_rng(len(pattern))
    values = [rng.normal(size=[NUMBERS[c] for c in part]) for part in parts]
    upstream = rng.normal(size=[NUMBERS[c] for c in output])
    own = parts[position]

    # The way back.
    back = pulled_back(pattern, position, tuple(NUMBERS[c] for c in own))
    letters = back.pattern.partition("->")[0].split(",")
    assert len(letters) == 1 + len(back.others) + len(back.deltas)
    arrays = [upstream, *(values[n] for n in back.others), *(np.eye(*shape) for shape in back.deltas)]
    sizes = {
        c: n
        for part, value in zip(letters, arrays, strict=True)
        for c, n in zip(part, value.shape, strict=True)
    }
    result = back.pattern.partition("->")[2]
    sizes |= dict(zip(result, [NUMBERS[c] for c in own], strict=True))
    found = product(list(zip(arrays, letters, strict=True)), [], result, sizes)

    # The upstream times the Jacobian, collapsed and not.
    for calculus in (differential(pattern, position), differential(pattern, position).collapsed()):
        fresh = "".join(other for _, other in differential(pattern, position).deltas)
        sizes = {**NUMBERS, **dict(zip(fresh, [NUMBERS[c] for c in own], strict=True))}
        factors = [(upstream, output), *((values[n], indices) for n, indices in calculus.factors)]
        np.testing.assert_allclose(product(factors, calculus.deltas, fresh, sizes), found, atol=1e-12)


@pytest.mark.parametrize("own", ["ii", "iij", "iii", "ijij", "iijj"])
def test_a_letter_that_an_operand_repeats_gets_a_delta(own):
    back = pulled_back(f"{own}->", 0, (2,) * len(own))
    result = back.pattern.partition("->")[2]
    assert len(set(result)) == len(result) == len(own)
    assert set(result) <= set(LETTERS)
    assert back.deltas == ((2, 2),) * (len(own) - len(set(own)))
