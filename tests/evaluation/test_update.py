"""The step of gradient descent."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import symback as sb
from symback.core.errors import DomainError, InputError
from symback.notation.numeral import TypedNumber


def example(**options):
    return sb.derive(sb.Neuron(3), **options).evaluate(x=[1, -2, 3], w=[-3, -1, 2], b=1)


@pytest.mark.parametrize(
    "rate", [0.001, TypedNumber.parse("0.001"), Fraction(1, 1000)], ids=["float", "typed", "exact"]
)
def test_the_example_of_the_textbook(rate):
    update = example().update(rate)
    assert (update.output, update.before) == ("y", 6)
    assert float(update.after) == pytest.approx(5.985, rel=1e-15)
    assert list(map(float, update.parameters.values())) == pytest.approx([-3.001, -0.998, 1.997, 0.999])
    assert list(update.parameters) == ["w0", "w1", "w2", "b"]
    assert update.old == {"w0": -3, "w1": -1, "w2": 2, "b": 1}
    assert update.gradients == {"w0": 1, "w1": -2, "w2": 3, "b": 1}
    assert update.forward["y"] == update.after


def test_an_exact_rate_gives_exact_parameters():
    update = example().update(TypedNumber.parse("0.001"))
    assert update.after == Fraction("5.985")
    assert update.parameters["w0"] == Fraction("-3.001")


def test_only_parameters_that_were_derived_are_updated():
    d = sb.derive(sb.Neuron(2), wrt=["w1", "x0"])
    assert list(d.evaluate(x0=1, x1=2, w0=3, w1=4, b=0).update(1).parameters) == ["w1"]


def test_groups_of_numbers_go_in_whatever_is_derived():
    assert list(example(wrt=["w1", "x0"]).update(1).parameters) == ["w1"]


def test_without_parameters_there_is_nothing_to_update():
    x, w = sb.symbols("x w")
    with pytest.raises(InputError, match="role='parameter'"):
        sb.derive(x * w).evaluate(x=1, w=2).update(0.1)


def test_a_small_step_lowers_the_output_by_the_square_of_the_gradient():
    x = sb.symbols("x")
    v, c = sb.symbols("v c", "parameter")
    e = sb.derive((sb.sigmoid(v * x + c) ** 2).named("L")).evaluate(x=1.5, v=0.5, c=-0.25)
    update = e.update(1e-6)
    expected = sum(value**2 for value in update.gradients.values())
    assert (update.before - update.after) / 1e-6 == pytest.approx(expected, rel=1e-5)


def test_arrays_are_updated_entry_by_entry():
    e = sb.derive(sb.Neuron(1, activation="identity")).evaluate(x=[np.array([1.0, 2.0])], w=[3], b=0)
    assert e.update(0.5).parameters["w0"].tolist() == [2.5, 2]


def test_a_step_out_of_the_domain_is_refused():
    x, v = sb.symbols("x"), sb.symbols("v", "parameter")
    e = sb.derive(sb.log(v * x).named("L")).evaluate(x=1, v=0.1)
    with pytest.raises(DomainError, match="L is undefined"):
        e.update(10)
