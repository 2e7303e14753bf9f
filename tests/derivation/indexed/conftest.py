"""What the tests of index forms share: random networks, and a reader that computes what a form says."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import strategies as st

import symback as sb
from symback.core.node import postorder
from symback.core.shapes import resolved
from symback.derivation.indexed.terms import Applied, Bracket, Count, Delta, Index, Moves, Quantity
from symback.evaluation import scalars
from symback.evaluation.arrays import ArrayNamespace
from symback.evaluation.values import run
from symback.ops.comparisons import EQ
from symback.ops.expression import array, symbols
from symback.ops.functions import FUNCTIONS as F

SIZES = {"N": 2, "D": 3, "H": 2}


class Reader:
    """Computes what a sum over indices says, entry by entry, with no rule but that of sums and products."""

    def __init__(self, values, sizes):
        self._inputs, self._sizes = values, sizes
        self._arrays = {}

    def size(self, index):
        return index.size if isinstance(index.size, int) else self._sizes[index.size]

    def array(self, node):
        """Return the value of a node, computed from the inputs."""
        if node not in self._arrays:
            order = list(postorder([node]))
            self._arrays[node] = np.asarray(run(order, self._inputs, self._sizes)[node])
        return self._arrays[node]

    def sum(self, total, at):
        return sum(self.term(term, at) for term in total)

    def term(self, term, at):
        ranges = [range(self.size(index)) for index in term.summed]
        return term.coefficient * sum(
            math.prod(
                self.factor(factor, at | dict(zip(term.summed, point, strict=True)))
                for factor in term.factors
            )
            for point in itertools.product(*ranges)
        )

    def factor(self, factor, at):
        place = [at[index] for index in factor.indices]
        return self.base(factor.base, place, factor.indices) ** factor.power

    def base(self, base, place, indices):
        inner = {Index(n, i.size): at for n, (i, at) in enumerate(zip(indices, place, strict=True))}
        read = {
            Quantity: lambda: self.array(base.node)[_key(base.node.shape, place)],
            Count: lambda: self._sizes[base.size],
            Delta: lambda: float(place[0] == place[1]),
            Bracket: lambda: self.sum(base.body, inner),
            Applied: lambda: _applied(base, [self.sum(argument, inner) for argument in base.arguments]),
            Moves: lambda: self.moves(base.node, base.position, place),
        }
        return read[type(base)]()

    def moves(self, node, position, place):
        """Return 1 where an entry of an argument moves to an entry of a structural op's value."""
        key = _key((*node.shape, *node.inputs[position].shape), place)
        arguments = [np.zeros_like(self.array(source)) for source in node.inputs]
        for n in node.op.index_arguments:
            if n < len(arguments):
                arguments[n] = self.array(node.inputs[n])
        arguments[position][key[len(node.shape) :]] = 1.0
        parameters = resolved(node.parameters, self._sizes)
        value = node.op.numeric(ArrayNamespace(np.zeros(1)), *arguments, *parameters)
        return np.asarray(value)[key[: len(node.shape)]]


def _key(shape, place):
    """Return where an entry is in an array; axes of size 1 have no index."""
    rest = iter(place)
    key = tuple(0 if size == 1 else next(rest) for size in shape)
    assert not list(rest)
    return key


def _applied(base, arguments):
    if base.op is EQ:
        return float(math.isclose(*arguments, rel_tol=1e-12))  # another library's exp may round otherwise
    return base.op.numeric(scalars, *arguments, *base.parameters)


class Network:
    """A derivation with data."""

    def __init__(self, derivation, values, sizes):
        self.derivation, self.values, self.sizes = derivation, values, sizes

    def reader(self, upstream=None):
        """Return what reads forms, and the upstream gradient that it reads them with."""
        shape = resolved(self.derivation.output.shape, self.sizes)
        given = np.asarray(np.random.default_rng(9).normal(size=shape) if upstream is None else upstream)
        return Reader({**self.values, self.derivation.seed.name: given}, self.sizes)


def entries(places, sizes):
    """Yield, for each entry, the value of each index."""
    known = [place for place in places if place is not None]
    ranges = [range(p.size if isinstance(p.size, int) else sizes[p.size]) for p in known]
    for point in itertools.product(*ranges):
        yield dict(zip(known, point, strict=True))


def agree(reader, form, places, value, sizes):
    """Hold a form against an array, entry by entry."""
    value = np.asarray(value)
    flat = value.reshape([n for n, place in zip(value.shape, places, strict=True) if place is not None])
    scale = max(1.0, float(np.max(np.abs(value))))
    for at in entries(places, sizes):
        found = reader.sum(form, at)
        expected = flat[tuple(at.values())]
        assert abs(found - expected) <= 1e-8 * scale, (form, at, found, expected)


ENTRYWISE = (
    F.tanh, F.sigmoid, F.relu, F.square, F.softplus, F.sin, abs, lambda z: -z, lambda z: 2 * z - 1,
    lambda z: z**3, lambda z: 1 / (1 + z**2), lambda z: F.exp(F.tanh(z)), lambda z: F.sqrt(1 + z**2),
    lambda z: (1 + z * z) ** -1, F.floor, F.stop_gradient, lambda z: z > 0.1,
    lambda z: F.rsqrt(2 + F.sin(z)), lambda z: F.reciprocal(3 + F.cos(z)), lambda z: F.log(1 + z**2) / 3,
)  # fmt: skip
PAIRED = (
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (1 + b**2), F.maximum,
    lambda a, b: F.where(a > 0, a, b), lambda a, b: (a + 1) * (b - a), lambda a, b: a * (a + b),
)  # fmt: skip
ALONG = (
    lambda z, n: F.sum(z, axis=n), lambda z, n: F.mean(z, axis=n, keepdims=True), F.softmax, F.log_softmax,
    lambda z, n: F.logsumexp(z, axis=n), lambda z, n: F.amax(z, axis=n),
    lambda z, n: z - F.mean(z, axis=n, keepdims=True), lambda z, n: F.var(z, axis=n, keepdims=True),
    lambda z, n: (z - F.mean(z, axis=n, keepdims=True)) / F.sqrt(F.var(z, axis=n, keepdims=True) + 0.1),
    lambda z, n: z / F.sqrt(F.sum(z**2, axis=n, keepdims=True) + 0.1),
    lambda z, n: F.sum(z * F.softmax(z, axis=n), axis=n, keepdims=True),
)  # fmt: skip
MOVED = (
    lambda z: z[::-1], lambda z: z[1:], lambda z: z[0], F.ravel, lambda z: F.pad(z, 1),
    lambda z: F.roll(z, 1, 0),
    lambda z: F.concatenate([z, 2 * z]), lambda z: z[[0, 1, 0]], lambda z: F.reshape(z, -1, z.shape[0]),
)  # fmt: skip


def fits(a, b):
    """Say whether two expressions broadcast."""
    return all(m == n or 1 in (m, n) for m, n in zip(a.shape[::-1], b.shape[::-1], strict=False))


class Maker:
    """Makes random networks of a few steps over a few inputs."""

    def __init__(self, draw, *, known):
        self._draw = draw
        n, d, h = (SIZES[size] if known else size for size in "NDH")
        self.pool = [
            array("X", (n, d)),
            array("W", (d, h)),
            array("b", (h,)),
            array("c", (n, 1)),
            symbols("s"),
        ]
        logits = self.pool[0] @ self.pool[1]
        self.pool.append(logits.named("Z") if draw(st.booleans()) else logits)
        self.target, self.labels, self.table = array("Y", (n, h)), array("t", (n,)), array("E", (4, d))
        self.n, self.h = n, h
        self.distributions = []

    def pick(self, options):
        return options[self._draw(st.integers(0, len(options) - 1))]

    def step(self):
        """Return a new quantity made from some of the pool."""
        a = self.pick(self.pool)
        others = [b for b in self.pool if fits(a, b)]
        arrays = [z for z in self.pool if z.ndim]
        choices = [lambda: self.pick(ENTRYWISE)(a), lambda: self.pick(PAIRED)(a, self.pick(others))]
        if a.ndim:
            choices.append(lambda: self.pick(ALONG)(a, self._draw(st.integers(-a.ndim, a.ndim - 1))))
            seconds = [b for b in arrays if b.shape[-2 if b.ndim > 1 else 0] == a.shape[-1] and b.ndim < 3]
            if seconds:
                choices += [lambda: a @ self.pick(seconds)] * 2
            choices.append(lambda: a @ a.T if a.ndim == 2 else F.outer(a, a) if a.ndim == 1 else a)
            if all(isinstance(size, int) for size in a.shape) and a.shape[0] > 1:
                choices.append(lambda: self.pick(MOVED)(a))
        logits = [z for z in self.pool if z.shape == self.target.shape]
        if logits:
            choices += [lambda: self.cross_entropy(self.pick(logits))] * 2
        if self._draw(st.integers(0, 5)) == 0:
            return self.table[self.labels]
        return self.pick(choices)()

    def cross_entropy(self, z):
        self.distributions = self.distributions or [["Y"], []][self._draw(st.integers(0, 1))]
        p = F.softmax(z)
        return self.pick(
            (
                lambda: -F.sum(self.target * F.log_softmax(z), axis=1),
                lambda: -F.mean(F.sum(self.target * F.log(p), axis=1)),
                lambda: F.sum(F.square(p - self.target)) / 4,
                lambda: F.mean(F.logsumexp(z, axis=1) - F.sum(z * self.target, axis=1)),
                lambda: F.mean(F.sum((0.9 * self.target + 0.1 / 2) * F.log_softmax(z), axis=1)),
            )
        )()

    def network(self):
        for number in range(self._draw(st.integers(2, 6))):
            new = self.step()
            if new.node.name is None and new.node.op is not None and self._draw(st.booleans()):
                new = new.named(f"h{number}")
            self.pool.append(new)
        last = self.pool[-1]
        if last.node.op is None:
            last = F.tanh(last)
        if self._draw(st.booleans()):
            second = self.pick(self.pool)
            last = F.sum(last) + (F.mean(second * second) if self._draw(st.booleans()) else F.sum(second))
        output = last if last.node.name is not None else last.named("L")
        named = {node.name for node in postorder([output.node])}
        asked = [name for name in ("X", "W", "b", "c", "s", "Y", "E") if name in named]
        declared = [name for name in self.distributions if name in named]
        return sb.derive(output, wrt=asked, distributions=declared) if asked else None


def data_for(derivation, seed):
    rng = np.random.default_rng(seed)
    values = {}
    for node in derivation.graph.leaves():
        shape = resolved(node.shape, SIZES)
        values[node.name] = rng.integers(0, 2, shape) if node.name == "t" else rng.normal(size=shape)
        if node.name in derivation.distributions:
            drawn = np.exp(values[node.name])
            values[node.name] = drawn / drawn.sum(axis=-1, keepdims=True)
    return values


def draw_network(draw):
    """Return a random network with data, or None if it came out without inputs or numbers."""
    derivation = Maker(draw, known=draw(st.booleans())).network()
    if derivation is None:
        return None
    values = data_for(derivation, draw(st.integers(0, 99)))
    network = Network(derivation, values, SIZES)
    reader = network.reader()
    largest = max(float(np.max(np.abs(reader.array(step.node)))) for step in derivation.gradients.values())
    return network if largest < 1e6 else None


@pytest.fixture(scope="session")
def random_network():
    """Return the function that draws a network."""
    return draw_network


@pytest.fixture(scope="session")
def with_data():
    """Return the function that gives data to a derivation: of sizes N = 2, D = 3, H = 2."""
    return lambda derivation, seed=1: Network(derivation, data_for(derivation, seed), SIZES)


@pytest.fixture(scope="session")
def holds():
    """Return the function that holds a form against an array, entry by entry."""
    return agree


@pytest.fixture(scope="session")
def make_reader():
    """Return the class that computes what a form says."""
    return Reader
