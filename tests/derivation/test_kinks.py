"""The kink policy in symbols: conventions, shares, refusal, ties, and what is said of them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import symback as sb
from symback.core.errors import InputError, KinkError
from symback.derivation.backward import checked_kink
from symback.ops.partials import partial_rule

SHARES = [0, Fraction(1, 4), 0.5, 1]


@pytest.mark.parametrize("share", SHARES, ids=str)
def test_a_neuron_on_its_kink_passes_the_share_on(share):
    e = sb.derive(sb.Neuron(3), kink=share).evaluate(x=[1, -2, 3], w=[-3, -1, 2], b=-5)
    assert e["z"] == 0
    assert [e.gradients[f"x{i}"] for i in range(3)] == [share * w for w in (-3, -1, 2)]
    assert [e.gradients[f"w{i}"] for i in range(3)] == [share * x for x in (1, -2, 3)]
    assert e.gradients["b"] == share


@pytest.mark.parametrize("share", [None, *SHARES], ids=str)
@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("op", [sb.maximum, sb.minimum], ids=["maximum", "minimum"])
def test_a_tie_passes_on_one_in_all(op, count, share):
    entries = sb.symbols(" ".join(f"u{n}" for n in range(count)))
    e = sb.derive(op(*entries), kink=share).evaluate({f"u{n}": 2 for n in range(count)})
    assert sum(e.gradients.values()) == 1
    assert all(0 <= part <= 1 for part in e.gradients.values())


def test_a_tie_below_the_largest_is_no_tie():
    u, v, w = sb.symbols("u v w")
    e = sb.derive(sb.maximum(u, v, w)).evaluate(u=1, v=1, w=2)
    assert e.gradients == {"u": 0, "v": 0, "w": 1}
    assert e.notes == []


@pytest.mark.parametrize("share", SHARES, ids=str)
def test_maximum_with_a_number_is_relu(share):
    u = sb.symbols("u")
    one, other = (sb.derive(y, kink=share).evaluate(u=0) for y in (sb.maximum(u, 0), sb.relu(u)))
    assert one.gradients == other.gradients == {"u": share}


@pytest.mark.parametrize("inputs", [{"x": [1, 1], "w": [1, -1], "b": 0}, {"x": [0, 0], "w": [1, 1], "b": 0}])
def test_a_point_on_a_kink_can_be_refused(inputs):
    d = sb.derive(sb.Neuron(2), kink="error")
    with pytest.raises(KinkError, match="z = 0: the derivative of ReLU does not exist there"):
        d.evaluate(inputs)
    assert d.evaluate(x=[1, 1], w=[1, 1], b=1).gradients["b"] == 1


def test_a_tie_can_be_refused():
    u, v = sb.symbols("u v")
    d = sb.derive(sb.maximum(u, v), kink="error")
    with pytest.raises(KinkError, match="equal arguments of max: u, v"):
        d.evaluate(u=1, v=1)


@pytest.mark.parametrize("kink", [-0.1, 1.1, "0.5", "left", True, float("nan"), [0.5], 1j], ids=repr)
def test_what_is_no_policy_is_refused(kink):
    with pytest.raises(InputError, match="expected a number from 0 to 1, 'error', or None"):
        checked_kink(kink)


@pytest.mark.parametrize(
    "make",
    [np.float64, np.float32, np.array],
    ids=["float64", "float32", "array"],
)
def test_numbers_of_numpy_are_policies(make):
    partial_rule.cache_clear()  # equal numbers of another type must not be found there
    d = sb.derive(sb.Neuron(1), kink=make(0.5))
    assert d.evaluate(x=[1], w=[0], b=0).gradients["b"] == 0.5


@pytest.mark.parametrize(
    ("kink", "words"),
    [
        (
            None,
            "ReLU has no derivative where its argument is 0; there the derivative from the left is taken.",
        ),
        (1, "ReLU has no derivative where its argument is 0; there the derivative from the right is taken."),
        (
            0.25,
            "there (1 − s) · left + s · right with s = 0.25 is taken.",
        ),
        ("error", "ReLU has no derivative where its argument is 0; such a point is refused."),
    ],
    ids=str,
)
def test_the_choice_is_a_condition_of_the_derivation(kink, words):
    stated, _layout = sb.derive(sb.Neuron(2), kink=kink).conditions
    assert stated.startswith("ReLU has no derivative where its argument is 0; ")
    assert stated.endswith(words)


@pytest.mark.parametrize(
    ("kink", "words"),
    [
        (
            None,
            "its largest arguments are equal; there they share the gradient evenly.",
        ),
        (0, "there the earlier of two gets the share 0, the later the rest."),
        ("error", "such a point is refused."),
    ],
    ids=str,
)
def test_ties_are_a_condition_too(kink, words):
    found = sb.derive(sb.maximum(*sb.symbols("u v")), kink=kink).conditions
    assert any(words in line for line in found)
    assert any("smallest arguments" in line for line in sb.derive(sb.minimum(*sb.symbols("u v"))).conditions)


def test_smooth_models_have_no_conditions_but_the_layout():
    (layout,) = sb.derive(sb.Neuron(2, activation="tanh")).conditions
    assert layout == (
        "Gradients have the shape of the quantity they belong to; Jacobians are in numerator layout."
    )


def test_a_path_through_a_jump_contributes_nothing_and_says_so():
    x, w = sb.symbols("x w")
    d = sb.derive(sb.sign(x) * w + x)
    assert d.evaluate(x=2, w=5).gradients == {"x": 1, "w": 1}
    assert any("x acts on y through sign" in line for line in d.conditions)
