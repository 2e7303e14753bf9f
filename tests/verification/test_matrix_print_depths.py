"""Three depths of one derivation give the same numbers: arrays, sums over indices, and scalars."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symback.core.errors import SymbackError
from symback.core.graph import Graph
from symback.core.node import postorder
from symback.core.shapes import resolved
from symback.derivation.backward import Backward
from symback.derivation.indexed import lowering as lowering_rules
from symback.derivation.indexed.lowering import Lowering, places_of
from symback.derivation.indexed.terms import Applied, Bracket, Count, Delta, Quantity, opened
from symback.derivation.steps import StepKind
from symback.evaluation import scalars
from symback.evaluation.boxes import boxed
from symback.evaluation.entries import ExpressionEntries, SympyEntries, compute_entries
from symback.evaluation.values import compute
from symback.ops.arithmetic import ADD, SUB
from symback.ops.expression import Expression, array, symbols
from symback.ops.functions import FUNCTION_TABLE
from symback.ops.table import ARRAY_OPS, OPS, function
from symback.verification.matrix_functions import NAMESPACE
from symback.verification.matrix_print import judge_print
from symback.verification.matrix_values import Sample

EXACT = 1e-12
"""Relative; the depths differ in the order of additions only."""


class ByIndex:
    """Gives the values of sums over indices, one entry after the other, in Python's numbers."""

    def __init__(self, sample):
        self.sample = sample
        self.calls = {}

    def entries(self, total, places, shape):
        own = [place for place in places if place is not None]
        found = [
            self.value(total, dict(zip(own, index, strict=True)))
            for index in itertools.product(*(range(self.size(place)) for place in own))
        ]
        return np.reshape(found, shape)

    def size(self, index):
        return self.sample.sizes.get(index.size, index.size)

    def value(self, total, at):
        return sum((self.term(term, at) for term in total), 0.0)

    def term(self, term, at):
        result = 0.0
        for values in itertools.product(*(range(self.size(index)) for index in term.summed)):
            inner = {**at, **dict(zip(term.summed, values, strict=True))}
            product = float(term.coefficient)
            for factor in term.factors:
                product *= self.base(factor, inner) ** factor.power
            result += product
        return result

    def base(self, factor, at):
        places = tuple(at[index] for index in factor.indices)
        match factor.base:
            case Quantity(node):
                return float(np.asarray(self.whole(node)).squeeze()[places])
            case Count(size):
                return float(self.sample.sizes[size])
            case Delta():
                return float(places[0] == places[1])
            case Bracket(body):
                return self.value(opened(body, factor.indices), at)
            case Applied(op, parameters, arguments):
                given_ = [self.value(opened(argument, factor.indices), at) for argument in arguments]
                return float(op.numeric(scalars, *given_, *parameters))
        raise AssertionError(factor)

    def whole(self, node):
        """Return a quantity, or what an unnamed call of whole arrays gives."""
        if node in self.sample.values:
            return self.sample.values[node]
        if node not in self.calls:
            arguments = [self.whole(source) for source in node.inputs]
            self.calls[node] = node.op.numeric(
                NAMESPACE, *arguments, *resolved(node.parameters, self.sample.sizes)
            )
        return self.calls[node]


def by_scalars(backward, sample, nodes):
    """Return values from the scalar expressions of all entries."""
    inputs, numbers = {}, {}
    for node in backward.order:
        if node.op is None:
            value = np.asarray(sample.values[node])
            if np.issubdtype(value.dtype, np.integer):
                inputs[node.name] = value
                continue
            names = [f"{node.name}_{n}" for n in range(value.size)]
            numbers.update(zip(names, map(float, value.ravel()), strict=True))
            inputs[node.name] = boxed([symbols(name) for name in names], value.shape)
    order = list(postorder(nodes))
    entries = compute_entries(order, inputs, ExpressionEntries(), sample.sizes)
    flat = [entry.node for node in nodes for entry in entries[node].ravel() if isinstance(entry, Expression)]
    values = compute(postorder(flat), numbers, scalars)
    return {
        node: np.reshape(
            [
                float(values[entry.node]) if isinstance(entry, Expression) else float(entry)
                for entry in entries[node].ravel()
            ],
            entries[node].shape,
        )
        for node in nodes
    }


def assert_three_depths(backward, seed=0):
    sample = Sample(backward, seed)
    lowering = Lowering(backward, unit_seed=not backward.output.shape)
    nodes = [equation.node for equation in backward.forward]
    nodes += [step.node for step in backward.steps if step.kind in (StepKind.CHAIN, StepKind.ACCUMULATE)]
    written_out = by_scalars(backward, sample, nodes)
    by_index = ByIndex(sample)
    for node in nodes:
        value = np.asarray(sample.values[node], dtype=float)
        scale = max(1.0, np.max(np.abs(value)))
        places = places_of(node)
        indexed = by_index.entries(lowering.definition(node, places), places, value.shape)
        np.testing.assert_allclose(
            indexed, value, rtol=0, atol=EXACT * scale, err_msg=f"{node.name} by index"
        )
        np.testing.assert_allclose(
            written_out[node], value, rtol=0, atol=EXACT * scale, err_msg=f"{node.name} by scalars"
        )


def loss_of(z):
    """Return a loss in which every entry of a quantity has a weight of its own."""
    z = z.named("Z")
    weights = array("G", z.shape)
    return Backward(Graph([(z * weights).sum().named("L").node]))


SCALAR_OPS = [name for name, op in OPS.items() if op.arity]


@pytest.mark.parametrize("name", SCALAR_OPS)
def test_an_op_on_numbers(name):
    op = OPS[name]
    count = op.arity if op.arity > 0 else 3
    arguments = [array(letter, "2 3") for letter in "ABC"[:count]]
    if op.sample[0] > 0:  # a logarithm or a root: keep inside its domain
        arguments = [argument * argument + 0.3 for argument in arguments]
    assert_three_depths(loss_of(function(op)(*arguments)))


def assert_reads_back(backward, seed=0):
    judged = judge_print(backward, seed)
    assert {name: tuple(one) for name, one in judged.items() if one.verdict != "right"} == {}


@pytest.mark.parametrize("shape", ["2 3", "3"])
@pytest.mark.parametrize("name", SCALAR_OPS)
def test_the_print_of_an_op_on_numbers(name, shape):
    op = OPS[name]
    arguments = [array(letter, shape) for letter in "ABC"[: op.arity if op.arity > 0 else 3]]
    assert_reads_back(loss_of(function(op)(*arguments)))


F = FUNCTION_TABLE
X, Y, W, V, T = array("X", "2 3"), array("Y", "2 3"), array("W", "3 4"), array("V", "3"), array("T", "2 3 2")
ARRAY_EXAMPLES = {
    "einsum": [
        lambda: X @ W,
        lambda: F["einsum"]("ij,ij->i", X, Y),
        lambda: F["einsum"]("ijk,ij->ik", T, X),
        lambda: F["outer"](V, V),
        lambda: X + V,
        lambda: X.mean(axis=0),
    ],
    "inner": [lambda: F["inner"](V, V) * V, lambda: F["dot"](X, V)],
    "eye": [lambda: F["trace"](X @ X.T) * V, lambda: F["diagonal"](X.T @ X) * V],
    "reshape": [lambda: X.reshape(3, 2), lambda: T.reshape(4, 3) @ V],
    "slices": [lambda: X[:, 1], lambda: X[0:1] * Y, lambda: T[:, 0:3:2], lambda: X[::-1]],
    "place": [lambda: F["pad"](X, 1)],
    "concatenate": [lambda: F["concatenate"]([X, Y], axis=1), lambda: F["stack"]([V, V])],
    "gather": [lambda: X[[1, 0, 1]], lambda: X[array("t", "4")], lambda: X[[0, 1], [2, 0]]],
    "scatter_add": [lambda: X[[1, 0, 1]] * X[[1, 1, 0]]],
    "amax": [lambda: X.max(axis=1), lambda: X - X.max(axis=0, keepdims=True), lambda: X * X.max()],
    "amin": [lambda: X.min(axis=1), lambda: T.min(axis=1)],
    "extreme_share": [lambda: X * X.max(axis=1, keepdims=True)],
    "size": [lambda: array("S", "N 3").mean(axis=0)],
    "array": [lambda: X * F["stack"]([1, 2, 3])],
    "indices": [lambda: V[[2, 0]]],
    "one_hot": [lambda: F["one_hot"](array("t", "4"), 3) * V],
    "stop_gradient": [lambda: X * F["stop_gradient"](X @ X.T @ X)],
    "softmax": [lambda: F["softmax"](X), lambda: F["softmax"](X, axis=0)],
    "log_softmax": [lambda: F["log_softmax"](X)],
    "logsumexp": [lambda: F["logsumexp"](X, axis=1), lambda: F["logsumexp"](X) * V],
}
UNWRITTEN = {"jacobian"}
"""Stands for all derivatives at once, and is never stored."""


@pytest.mark.parametrize("name", ARRAY_OPS)
def test_an_op_on_arrays(name):
    if name in UNWRITTEN:
        assert name not in ARRAY_EXAMPLES
        return
    for example in ARRAY_EXAMPLES[name]:
        backward = loss_of(example())
        # A product of two vectors alone is the pattern of a symbolic neuron.
        if name != "inner":
            assert name in {node.op.name for node in backward.order if node.op is not None}
        assert_three_depths(backward)


ONE_OF_TWO = ("concatenate", 1)
"""Where one array stands twice, what moves from which is not told."""


@pytest.mark.parametrize("name", ARRAY_EXAMPLES)
def test_the_print_of_an_op_on_arrays(name):
    for number, example in enumerate(ARRAY_EXAMPLES[name]):
        if (name, number) != ONE_OF_TWO:
            assert_reads_back(loss_of(example()))


@pytest.mark.parametrize("name", SCALAR_OPS)
def test_an_op_in_symbols(name):
    import sympy as sp

    op = OPS[name]
    count = op.arity if op.arity > 0 else 2
    z = function(op)(*(array(letter, "2 1") for letter in "ABC"[:count])).named("Z")
    rng = np.random.default_rng(3)
    points = {letter: rng.uniform(max(op.sample[0], -2), 2, (2, 1)) for letter in "ABC"[:count]}
    named = {
        letter: boxed([sp.Symbol(f"{letter}{n}", real=True) for n in range(2)], (2, 1)) for letter in points
    }
    order = list(postorder([z.node]))
    found = compute_entries(order, named, SympyEntries(sp))[z.node]
    numbers = {f"{letter}{n}": points[letter][n, 0] for letter in points for n in range(2)}
    tensor = compute(order, points, NAMESPACE)[z.node]
    for n in range(2):
        entry = sp.sympify(found[n, 0])
        exact = entry.subs({symbol: sp.Float(numbers[symbol.name], 30) for symbol in entry.free_symbols})
        value = 1.0 if exact == sp.true else 0.0 if exact == sp.false else float(sp.N(exact, 30))
        assert abs(value - float(tensor[n, 0])) <= EXACT * max(1, abs(value))


UNARY = ("tanh", "relu", "sigmoid", "exp", "sin", "square")


@st.composite
def graphs(draw):
    """Draw a graph of a few ops over arrays of two or three rows and columns."""
    shape = st.sampled_from([(), (2,), (3,), (2, 3), (3, 2), (3, 3), (1, 3), (2, 1)])
    pool = [array(letter, draw(shape)) for letter in "ABC"]
    for number in range(draw(st.integers(2, 5))):
        kinds = draw(st.permutations(["+", "-", "*", "/", "@", "T", "sum", "mean", "f", "scale"]))
        left, right = draw(st.sampled_from(pool)), draw(st.sampled_from(pool))
        keep, axis = draw(st.booleans()), draw(st.integers(0, 1))
        for kind in kinds:
            made = applied(kind, left, right, axis=axis, keep=keep, unary=draw(st.sampled_from(UNARY)))
            if made is not None and made.node.op is not None and made.node.name is None:
                pool.append(made.named(f"Z{number}") if draw(st.booleans()) else made)
                break
    out = pool[-1]
    if out.shape and draw(st.booleans()):
        out = (out * out).sum() if draw(st.booleans()) else out.sum()
    if out.node.name is None:
        out = out.named("L")
    return Backward(Graph([out.node])) if out.node.op is not None else None


def applied(kind, left, right, *, axis, keep, unary):  # noqa: C901, PLR0911, PLR0913 - one branch for each op
    """Apply an op; return None where the shapes do not fit."""
    try:
        match kind:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return left / (right * right + 1)
            case "@":
                return left @ right
            case "T":
                return left.T
            case "sum":
                return left.sum(axis=axis, keepdims=keep)
            case "mean":
                return left.mean(axis=None if keep else axis)
            case "f":
                return FUNCTION_TABLE[unary](left)
            case _:
                return 2 * left - 1
    except SymbackError:
        return None


@settings(max_examples=60)
@given(graphs(), st.integers(0, 5))
def test_a_random_graph(backward, seed):
    if backward is not None and backward.has_arrays:
        assert_three_depths(backward, seed)


@settings(max_examples=150)
@given(graphs(), st.integers(0, 5))
def test_the_print_of_a_random_graph(backward, seed):
    if backward is not None and backward.has_arrays:
        assert_reads_back(backward, seed)


def test_a_wrong_sum_over_indices_is_found(monkeypatch):
    rules = lowering_rules._RULES  # noqa: SLF001 - to plant a mistake
    monkeypatch.setitem(rules, SUB, rules[ADD])
    with pytest.raises(AssertionError, match="by index"):
        assert_three_depths(loss_of(X - Y))
