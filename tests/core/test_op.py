"""The record of an op: parameters, and how it shows itself."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symback.core.errors import InputError
from symback.core.op import Kind, Op
from symback.notation import forms
from symback.notation.numeral import TypedNumber
from symback.notation.text import text
from symback.notation.tree import Letters
from symback.ops.table import OPS

Z = forms.Written(Letters("z"), forms.Level.ATOM)


@pytest.mark.parametrize("op", OPS.values(), ids=OPS.keys())
def test_defaults_are_accepted_and_every_record_says_what_it_does(op):
    assert op.bind(()) == tuple(parameter.default for parameter in op.parameters)
    assert op.prose.endswith(".")
    assert op.source
    assert op.label
    assert repr(op) == f"<op {op.name}>"


def test_parameters_are_positional_and_completed():
    assert OPS["softplus"].bind((Fraction(1, 2),)) == (Fraction(1, 2),)
    assert OPS["leaky_relu"].bind(()) == (0.01,)


@pytest.mark.parametrize("beta", [0, -1, float("nan")])
def test_parameters_are_checked(beta):
    with pytest.raises(InputError, match=r"softplus: beta = .*; it accepts a positive number") as caught:
        OPS["softplus"].bind((beta,))
    assert str(beta) in str(caught.value)


@pytest.mark.parametrize(("name", "wanted"), [("relu", "none"), ("leaky_relu", "negative_slope")])
def test_too_many_parameters_are_refused(name, wanted):
    with pytest.raises(InputError, match=f"{name}: 2 parameters given, it takes {wanted}"):
        OPS[name].bind((1, 2))


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ((0.01,), "LeakyReLU(z)"),
        ((TypedNumber.parse("0.20"),), "LeakyReLU_0.20(z)"),
        ((-2,), "LeakyReLU_−2(z)"),
    ],
)
def test_parameters_show_unless_they_are_the_usual_ones(parameters, expected):
    assert text(OPS["leaky_relu"].write([Z], parameters).tree) == expected


def test_the_label_is_the_name_unless_given():
    op = Op("f", Kind.ELEMENTWISE, lambda _sp, z: z, lambda _xp, z: z, forms.word("f"), "Nothing.", "Nowhere")
    assert op.label == "f"
    assert op.kinks() == ()
