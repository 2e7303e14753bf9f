"""Index forms say what the numbers say: every form of every step, for random networks and deep ones."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import symback as sb
from symback.core.shapes import resolved
from symback.derivation.indexed.cost import cost
from symback.derivation.indexed.jacobian import local_form
from symback.derivation.indexed.lowering import places_of
from symback.derivation.indexed.simplify import ShortForms, bases
from symback.derivation.indexed.terms import Index, Quantity, canonical
from symback.derivation.steps import StepKind
from symback.evaluation.arrays import ArrayNamespace
from symback.ops.expression import array
from symback.ops.functions import FUNCTIONS as F
from symback.ops.table import OPS, function

RANDOM = settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
STEP = 1e-40


def mentioned(source, shapes):
    return {name: shape for name, shape in shapes.items() if re.search(rf"\b{name}\b", source)}


def gradients(derivation):
    return [step for step in derivation.steps if step.kind is not StepKind.LOCAL]


def every_form_holds(network, holds, *, unit):
    d = network.derivation
    reader = network.reader(1.0 if unit else None)
    forms = ShortForms(d, unit_seed=unit, distributions=d.distributions)
    for step in gradients(d):
        places, value = places_of(step.node), reader.array(step.node)
        listed = forms.forms(step)
        for form in (forms.own(step), *listed, forms.short(step)):
            holds(reader, form, places, value, network.sizes)
        assert cost(listed[0]) == cost(forms.own(step))
        assert cost(forms.short(step)) <= cost(forms.own(step)) or step.kind is StepKind.ACCUMULATE
        assert len(set(map(canonical, listed))) == len(listed)
    return forms


@RANDOM
@given(st.data())
def test_every_form_of_every_step(random_network, holds, data):
    network = random_network(data.draw)
    assume(network is not None)
    every_form_holds(network, holds, unit=network.derivation.output.shape == () and data.draw(st.booleans()))


@RANDOM
@given(st.data())
def test_every_forward_equation(random_network, holds, data):
    network = random_network(data.draw)
    assume(network is not None)
    d = network.derivation
    lowering = ShortForms(d, unit_seed=False).lowering
    reader = network.reader()
    for equation in d.forward:
        places = places_of(equation.node)
        for form in (lowering.definition(equation.node, places), lowering.value(equation.node, places)):
            holds(reader, form, places, reader.array(equation.node), network.sizes)


# Local factors.


def jacobian(reader, step, sizes):
    """Return ∂consumer/∂of along the path of a step, by the complex step."""
    outs, ins = (resolved(node.shape, sizes) for node in (step.consumer, step.of))
    result = np.zeros((*outs, *ins))
    namespace = ArrayNamespace(np.zeros(1, complex))
    for place in np.ndindex(*ins):
        moved = reader.array(step.of).astype(complex)
        moved[place] += 1j * STEP
        for node, position in reversed(step.path):
            arguments = [reader.array(source) for source in node.inputs]
            arguments[position] = moved
            moved = node.op.numeric(namespace, *arguments, *resolved(node.parameters, sizes))
        result[(..., *place)] = np.imag(moved) / STEP
    return result


def every_local_factor_holds(network, holds):
    d = network.derivation
    reader = network.reader()
    lowering = ShortForms(d, unit_seed=False).lowering
    count = 0
    for step in d.steps:
        if step.kind is not StepKind.LOCAL:
            continue
        outs = places_of(step.consumer)
        ins = places_of(step.of, len([place for place in outs if place is not None]))
        form = local_form(lowering, d, step, outs, ins)
        holds(reader, form, (*outs, *ins), jacobian(reader, step, network.sizes), network.sizes)
        count += 1
    return count


@RANDOM
@given(st.data())
def test_every_local_factor(random_network, holds, data):
    network = random_network(data.draw)
    assume(network is not None)
    every_local_factor_holds(network, holds)


@pytest.mark.parametrize(
    "source",
    [
        "Z = X @ W", "Z = X @ X.T", "Z = np.einsum('ij,ik->ijk', X, X)", "z = np.trace(X @ X.T)",
        "Z = softmax(X)", "Z = log_softmax(X, axis=0)", "Z = logsumexp(X, axis=1)",
        "Z = (X - X.mean(axis=1, keepdims=True))**2", "Z = X / np.sqrt((X**2).sum(axis=1, keepdims=True))",
        "Z = X.sum(axis=0) * X", "Z = np.max(X, axis=1)", "Z = np.diagonal(X @ X.T)", "Z = X * c + b2",
        "Z = X.T @ (X @ W)", "Z = tanh(X @ W) @ W.T", "Z = np.outer(c[:, 0], b2)",
        "Z = np.where(X > 0, X, -X) * X",
    ],
)  # fmt: skip
def test_local_factors_of_layers(with_data, holds, source):
    shapes = mentioned(source, {"X": "N D", "W": "D H", "c": "N 1", "b2": "D"})
    network = with_data(sb.derive(sb.model(source, shapes=shapes)))
    assert every_local_factor_holds(network, holds) > 0
    every_form_holds(network, holds, unit=False)


@pytest.mark.parametrize(
    "source", ["Z = np.diagonal(A)", "z = np.trace(A) * A[0, 0]", "Z = A * A.T", "Z = A @ A"]
)
def test_local_factors_of_square_matrices(with_data, holds, source):
    network = with_data(sb.derive(sb.model(source, shapes={"A": "3 3"})))
    assert every_local_factor_holds(network, holds) > 0
    every_form_holds(network, holds, unit=False)


UNARY = [
    op.name for op in OPS.values() if op.arity == 1 and not op.kinks(*(p.default for p in op.parameters))
]


@pytest.mark.parametrize("name", UNARY)
def test_forms_of_every_op_that_works_entry_by_entry(with_data, holds, name):
    call = function(OPS[name])
    x, w = array("X", "N D"), array("W", "D")
    y = call(x * w).named("y")
    network = with_data(sb.derive(F.sum(y * y / 2 + call(x)).named("L"), wrt=["X", "W"]))
    low, high = OPS[name].sample
    for leaf, value in network.values.items():
        # The product of two such numbers lies in the domain, too.
        network.values[leaf] = low + (high - low) * (0.3 + 0.2 * np.tanh(value)) if low > 0 else value
    every_form_holds(network, holds, unit=True)
    every_local_factor_holds(network, holds)


MOVES = (
    "Z = A[1:, ::-1]", "Z = A[0] * A[1]", "Z = A.reshape(3, 2) @ A", "Z = np.concatenate([A, 2*A], axis=1)",
    "Z = np.pad(A, 1)", "Z = A[[1, 0, 1]]", "Z = tanh(A)[1] + A[:, 0].sum()", "Z = np.stack([A, A*A])",
    "Z = np.roll(tanh(A), 1, axis=1)",
)  # fmt: skip


@pytest.mark.parametrize("source", MOVES)
def test_local_factors_of_moves(with_data, holds, source):
    network = with_data(sb.derive(sb.model(source, shapes={"A": "2 3"})))
    assert every_local_factor_holds(network, holds) > 0
    every_form_holds(network, holds, unit=False)


# Facts: what is known of sums along an axis.


def cross_entropy(source, distributions=("Y",), **shapes):
    model = sb.model(source, shapes={"X": "N D", "W": "D H", "Y": "N H", **shapes})
    return sb.derive(model, distributions=distributions)


KNOWN = {
    "softmax": ("P = softmax(X)\nL = np.sum(P*P)", "P", 1, 1),
    "softmax along the other axis": ("P = softmax(X, axis=0)\nL = np.sum(P*P)", "P", 0, 1),
    "one-hot": ("Q = one_hot(t, 4)\nL = np.sum(Q * log_softmax(E))", "Q", 1, 1),
    "label smoothing": ("Q = 0.9*P0 + 0.1/3\nL = np.sum(Q * log_softmax(C))", "Q", 1, 1),
    "two distributions": ("Q = (P0 + softmax(C))/2\nL = np.sum(Q**2)", "Q", 1, 1),
    "less a distribution": ("Q = P0 - softmax(C)\nL = np.sum(Q**2)", "Q", 1, 0),
    "less the mean": ("Q = X - X.mean(axis=1, keepdims=True)\nL = np.sum(Q**3)", "Q", 1, 0),
    "standardised": (
        "c = X - X.mean(axis=0)\nQ = c / np.sqrt((c**2).mean(axis=0) + 0.1)\nL = np.sum(Q**3)", "Q", 0, 0
    ),
}  # fmt: skip
UNKNOWN = {
    "the other axis": ("P = softmax(X)\nL = np.sum(P*P)", "P", 0),
    "no distribution": ("Q = 0.9*X + 0.1\nL = np.sum(Q**2)", "Q", 1),
    "an input": ("L = np.sum(X**2)", "X", 1),
    "twice": ("P = softmax(X)\nQ = P*P\nL = np.sum(Q)", "Q", 1),
    "the square": ("Q = X - X.mean(axis=1, keepdims=True)\nR = Q**2\nL = np.sum(R)", "R", 1),
}
SHAPES = {"X": "N D", "t": "N", "E": "N 4", "P0": "N 3", "C": "N 3"}


def found(source, name, axis):
    used = mentioned(source, SHAPES)
    d = sb.derive(sb.model(source, shapes=used), distributions=[leaf for leaf in used if leaf == "P0"])
    forms = ShortForms(d, unit_seed=True, distributions=d.distributions)
    return d, forms, forms.facts.along(d.graph.names[name], axis)


@pytest.mark.parametrize(("source", "name", "axis", "value"), KNOWN.values(), ids=KNOWN)
def test_known_sums(with_data, source, name, axis, value):
    d, forms, fact = found(source, name, axis)
    reader = with_data(d).reader(1.0)
    assert fact is not None
    assert reader.sum(fact, {}) == pytest.approx(value, abs=1e-12)
    np.testing.assert_allclose(reader.array(d.graph.names[name]).sum(axis=axis), value, atol=1e-12)
    assert forms.facts.used == set(d.distributions)


@pytest.mark.parametrize(("source", "name", "axis"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known(source, name, axis):
    assert found(source, name, axis)[2] is None


def test_a_declared_distribution_is_one_along_its_last_axis_only():
    d = cross_entropy("L = -np.sum(Y * log_softmax(X @ W))")
    facts = ShortForms(d, unit_seed=True, distributions=["Y"]).facts
    assert facts.along(d.graph.names["Y"], 0) is None
    assert facts.used == set()
    assert facts.along(d.graph.names["Y"], 1) is not None
    assert facts.used == {"Y"}


LOSSES = (
    "P = softmax(X @ W)\nL = -np.mean(np.sum(Y * np.log(P), axis=1))",
    "L = -np.sum(Y * log_softmax(X @ W)) / X.shape[0]",
    "Z = X @ W\nL = np.mean(logsumexp(Z, axis=1) - np.sum(Z * Y, axis=1))",
    "q = (1 - a) * Y + a / 2\nZ = X @ W\nL = -np.mean(np.sum(q * log_softmax(Z / T), axis=1))",
    "Z = X @ W\nP = softmax(Z)\nL = -np.mean(np.sum(Y * np.log(P), axis=1)) + lam / 2 * np.sum(W**2)",
    "Z = X @ W\nP = softmax(Z)\nL = np.sum(Y * (np.log(Y) - np.log(P)))",
)


@pytest.mark.parametrize("source", LOSSES)
@pytest.mark.parametrize("declared", [(), ("Y",)])
def test_losses_hold_with_and_without_the_declaration(with_data, holds, source, declared):
    network = with_data(cross_entropy(source, declared))
    network.values |= {"a": np.float64(0.2), "Y": abs(network.values["Y"])}
    every_form_holds(network, holds, unit=True)
    # What rests on the declaration is wrong without it, and is not shown then.
    wild = with_data(cross_entropy(source, ()))
    wild.values["Y"] = wild.values["Y"] * wild.values["Y"] + 0.1
    every_form_holds(wild, holds, unit=True)


def test_a_declaration_that_the_data_breaks_is_what_makes_a_form_wrong(with_data, holds):
    network = with_data(cross_entropy(LOSSES[0]))
    network.values["Y"] = 2 * network.values["Y"]
    with pytest.raises(AssertionError):
        every_form_holds(network, holds, unit=True)


# Families.

LAYERS = (
    lambda h, w: F.tanh(h @ w),
    lambda h, w: F.relu(h @ w),
    lambda h, w: h + F.tanh(h @ w),
    lambda h, w: F.softmax(h @ w) * h,
    lambda h, w: (h - F.mean(h, axis=1, keepdims=True)) @ w,
    lambda h, w: F.sigmoid(h @ w) * (h @ w),
    lambda h, w: h * F.exp(-(h**2)) @ w.T,
)


@st.composite
def deep(draw):
    """Return a network of like layers, some of which may share weights, or differ."""
    usual = draw(st.sampled_from(LAYERS))
    h = array("X", "N D")
    weights, hidden = [], []
    for number in range(1, draw(st.integers(2, 6)) + 1):
        shared = weights and draw(st.integers(0, 3)) == 0
        w = draw(st.sampled_from(weights)) if shared else array(f"W{number}", "D D")
        weights.append(w)
        layer = draw(st.sampled_from(LAYERS)) if draw(st.integers(0, 3)) == 0 else usual
        h = layer(h, w)
        h = h.named(f"h{number}") if draw(st.integers(0, 5)) else h
        if hidden and draw(st.integers(0, 3)) == 0:
            h = h + draw(st.sampled_from(hidden))
        hidden.append(h)
    loss = draw(st.sampled_from([lambda z: F.sum(z**2) / 2, F.mean, lambda z: z + 0]))(h)
    return sb.derive(loss if loss.node.name else loss.named("L"))


@settings(max_examples=40)
@given(deep())
def test_a_form_of_a_family_is_that_of_the_member(with_data, holds, derivation):
    network = with_data(derivation)
    unit = derivation.output.shape == ()
    reader = network.reader(1.0 if unit else None)
    forms = ShortForms(derivation, unit_seed=unit)
    for step in gradients(derivation):
        short, own = forms.short(step), canonical(forms._simplified(step))  # noqa: SLF001 - the other way
        assert cost(short) == cost(own)
        assert {base.node.name for base in bases(short) if isinstance(base, Quantity)} == {
            base.node.name for base in bases(own) if isinstance(base, Quantity)
        }
        holds(reader, short, places_of(step.node), reader.array(step.node), network.sizes)


def test_layers_are_simplified_once(monkeypatch):
    calls = []
    simplified = ShortForms._simplified  # noqa: SLF001 - what is counted
    monkeypatch.setattr(
        ShortForms, "_simplified", lambda self, step: calls.append(step.name) or simplified(self, step)
    )

    def count(layers):
        h = array("X", "N D")
        for number in range(layers):
            h = F.tanh((h @ array(f"W{number}", "D D") + array(f"b{number}", "D")).named(f"z{number}")).named(
                f"h{number}"
            )
        d = sb.derive(F.sum(h**2).named("L"))
        calls.clear()
        forms = ShortForms(d, unit_seed=True)
        for step in gradients(d):
            forms.short(step)
        return len(calls)

    assert count(4) == count(12)


def test_families_keep_a_repeated_quantity_apart():
    # The second layer uses one quantity twice where the first has two.
    a, b = array("a", "N"), array("b", "N")
    p = (a * b).named("p")
    q = (p * p).named("q")
    d = sb.derive(F.sum(q).named("L"))
    forms = ShortForms(d, unit_seed=True)
    form = canonical(forms.short(d["da"]))
    names = sorted(base.node.name for base in bases(form) if isinstance(base, Quantity))
    assert names in (["b", "p"], ["b", "dp"])
    assert {index.size for term in form for factor in term.factors for index in factor.indices} == {"N"}
    assert Index(0, "N") in {index for term in form for factor in term.factors for index in factor.indices}


def test_families_tell_apart_what_is_inlined(with_data, holds):
    # Both gradients are sums of two contributions; only what these are made of differs.
    x, y = array("x", "N"), array("y", "N")
    p, q = F.tanh(x).named("p"), F.exp(x).named("q")
    r, s = F.sigmoid(y).named("r"), F.exp(y).named("s")
    d = sb.derive(F.sum(p * q + r * s).named("L"))
    forms = every_form_holds(with_data(d), holds, unit=True)
    assert canonical(forms.short(d["dx"])) != canonical(forms.short(d["dy"]))
