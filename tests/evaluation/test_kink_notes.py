"""A result at a kink says so, and which choice was taken."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import symback as sb
from symback.core.errors import KinkError


def at_zero(activation="relu", kink=None):
    d = sb.derive(sb.Neuron(3, activation=activation), kink=kink)
    return d.evaluate(x=[1, -2, 3], w=[-3, -1, 2], b=-5)


@pytest.mark.parametrize(
    ("kink", "factor", "words"),
    [
        (None, 0, "the one from the left is used"),
        (0, 0, "the one from the left is used"),
        (1, 1, "the one from the right is used"),
        (Fraction(1, 2), Fraction(1, 2), "(1 − s) · left + s · right with s = 0.5 is used"),
    ],
    ids=str,
)
def test_29_relu_on_its_kink(kink, factor, words):
    e = at_zero(kink=kink)
    assert e["drelu"] == factor
    assert e.notes == [f"z = 0: the derivative of ReLU does not exist there; {words}"]
    assert [(hit.where, hit.points) for hit in e.at_kinks] == [("z = 0", 1)]


def test_29_kinks_can_be_refused():
    with pytest.raises(KinkError, match="z = 0"):
        at_zero(kink="error")


def test_off_the_kink_there_is_no_note():
    assert sb.derive(sb.Neuron(1)).evaluate(x=[1], w=[1], b=0).notes == []


@pytest.mark.parametrize("activation", ["sigmoid", "softsign", "celu", "elu", "elu(1.0)"])
def test_where_the_derivative_exists_there_is_no_note(activation):
    assert at_zero(activation).notes == []


@pytest.mark.parametrize(
    ("activation", "bias", "factor"),
    [
        ("relu6", 0, 0),
        ("relu6", 6, 0),
        ("hardtanh", 1, 0),
        ("hardtanh", -1, 0),
        ("leaky_relu(1/8)", 0, Fraction(1, 8)),
        ("elu(3)", 0, 3),
        ("abs", 0, 0),
    ],
)
def test_30_each_function_has_its_convention(activation, bias, factor):
    e = sb.derive(sb.Neuron(1, activation=activation)).evaluate(x=[0], w=[1], b=bias)
    assert e.gradients["b"] == factor
    assert len(e.notes) == 1
    assert e.notes[0].startswith(f"z = {bias}: the derivative of".replace("-", "−"))


def test_30_ties_say_so():
    u, v = sb.symbols("u v")
    e = sb.derive(sb.maximum(u, v)).evaluate(u=2, v=2)
    assert e.gradients == {"u": Fraction(1, 2), "v": Fraction(1, 2)}
    (note,) = e.notes
    assert note.startswith("equal arguments of max: u, v: the derivative of max does not exist there")
    assert note.endswith("; tied arguments share the gradient evenly")


@pytest.mark.parametrize("kink", [None, 0, 1, 0.5])
def test_32_jumps_have_derivative_zero_and_say_so(kink):
    e = at_zero("sign", kink)
    assert set(e.gradients.values()) == {0}
    assert e.notes == ["z = 0: sign jumps there; its derivative is taken as 0"]


def test_32_comparisons_jump_where_both_sides_are_equal():
    x, w = sb.symbols("x w")
    e = sb.derive((x > 2) * w + x).evaluate(x=2, w=3)
    assert e.gradients == {"x": 1, "w": 0}
    assert e.notes == ["x = 2: the comparison jumps there; its derivative is taken as 0"]


def test_points_of_an_array_are_counted():
    u = sb.symbols("u")
    e = sb.derive(sb.relu(u)).evaluate(u=np.array([0.0, 1.0, 0.0]))
    assert e.gradients["u"].tolist() == [0, 1, 0]
    assert e.notes == [
        "u = 0 at 2 points: the derivative of ReLU does not exist there; the one from the left is used"
    ]


def test_ties_of_arrays_are_counted():
    u, v = sb.symbols("u v")
    e = sb.derive(sb.maximum(u, v)).evaluate(u=np.array([1.0, 2.0]), v=np.array([1.0, 1.0]))
    assert e.gradients["u"].tolist() == [0.5, 1]
    assert "at 1 points" not in e.notes[0]


def test_kinks_of_unnamed_arguments_are_found():
    x, w = sb.symbols("x w")
    e = sb.derive(sb.relu(x * w) + x).evaluate(x=0, w=3)
    assert e.notes == [
        "its argument = 0: the derivative of ReLU does not exist there; the one from the left is used"
    ]
