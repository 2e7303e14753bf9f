"""The table of ops, found by name, and a function for each."""

from __future__ import annotations

from fractions import Fraction

import pytest

import symback as sb
from symback.core.errors import InputError, UnknownNameError
from symback.ops.expression import symbols
from symback.ops.table import ACTIVATIONS, FUNCTIONS, OPS, activation_named, function, op_named


def test_records_stand_under_their_own_names():
    assert all(op.name == name for name, op in OPS.items())
    assert set(ACTIVATIONS) <= OPS.keys()
    assert {"relu", "sigmoid", "tanh", "gelu", "softplus", "identity"} <= set(ACTIVATIONS)


@pytest.mark.parametrize("name", OPS)
def test_every_op_is_a_public_function(name):
    op = op_named(name)
    made = getattr(sb, name) if name != "constant" else FUNCTIONS.constant
    assert callable(made)
    assert name in dir(sb)
    assert made.__doc__
    # These take more than the op of their name: nested sums, numbers as exponents, 0, sizes.
    if name not in {"constant", "add", "power", "maximum", "identity"}:
        assert made.__name__ == name
        assert made.__doc__ == f"{op.prose}\n\nSource: {op.source}."


@pytest.mark.parametrize(("wrong", "near"), [("rleu", "relu"), ("sigmoyd", "sigmoid"), ("maxmum", "maximum")])
def test_an_unknown_op_is_refused_with_the_nearest_ones(wrong, near):
    with pytest.raises(UnknownNameError, match=rf"unknown op '{wrong}'; did you mean .*{near}"):
        op_named(wrong)


@pytest.mark.parametrize("wrong", ["", "qqq", None, 3])
def test_an_op_that_is_like_no_other_is_refused_with_the_known_ones(wrong):
    with pytest.raises(UnknownNameError, match=r"known are .*relu"):
        op_named(wrong)


@pytest.mark.parametrize(
    ("text", "name", "parameters"),
    [
        ("relu", "relu", ()),
        ("relu()", "relu", ()),
        (" tanh ", "tanh", ()),
        ("leaky_relu(0.2)", "leaky_relu", (Fraction(1, 5),)),
        ("leaky_relu( -1/3 )", "leaky_relu", (Fraction(-1, 3),)),
        ("softplus(2)", "softplus", (2,)),
        ("softplus", "softplus", (1,)),
    ],
)
def test_activations_are_read_with_their_parameters(text, name, parameters):
    assert activation_named(text) == (OPS[name], parameters)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("rleu", UnknownNameError, "did you mean relu"),
        ("leaky_relu(0.2", InputError, "the bracket is not closed"),
        ("leaky_relu(x)", InputError, "parameters are numbers"),
        ("leaky_relu(__import__('os'))", InputError, "parameters are numbers"),
        ("leaky_relu(1e9999)", InputError, "parameters are numbers"),
        ("leaky_relu(1/0)", InputError, "parameters are numbers"),
        ("leaky_relu(1, 2)", InputError, "2 parameters given, it takes negative_slope"),
        ("relu(1)", InputError, "1 parameter given, it takes none"),
        ("softplus(-1)", InputError, "beta = -1 cannot be used; it accepts a positive number"),
        ("mul", InputError, "no function of one value; try one of .*relu"),
        ("constant", InputError, "no function of one value"),
        (None, InputError, "expected a name like 'relu', got NoneType"),
        (3, InputError, "expected a name like 'relu', got int"),
    ],
)
def test_activations_that_cannot_be_used_are_refused(text, error, message):
    with pytest.raises(error, match=message):
        activation_named(text)


def test_parameters_of_functions_stand_by_position_or_by_name():
    z = symbols("z")
    leaky = function(OPS["leaky_relu"])
    assert leaky(z, 0.2).node.parameters == leaky(z, negative_slope=0.2).node.parameters == (0.2,)
    assert leaky(z).node.parameters == (0.01,)


def test_functions_take_numbers_for_expressions():
    assert [n.parameters for n in sb.maximum(1, Fraction(1, 2)).node.inputs] == [(1,), (Fraction(1, 2),)]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda z: sb.leaky_relu(z, slope=0.2), "unknown parameter 'slope'; it takes negative_slope"),
        (lambda z: sb.leaky_relu(z, 0.2, negative_slope=0.3), "unknown parameter 'negative_slope'"),
        (lambda z: sb.leaky_relu(z, 0.2, 0.3), "2 parameters given"),
        (lambda z: sb.relu(z, alpha=1), "unknown parameter 'alpha'; it takes none"),
        (lambda _z: sb.relu(), "relu takes 1 argument"),
        (lambda z: sb.relu(z, z), "cannot stand in an expression"),
        (sb.mul, r"mul takes 2 argument\(s\), got 1"),
        (lambda _z: sb.maximum(), "maximum takes at least one argument, got 0"),
        (lambda z: sb.softplus(z, 0), "beta = 0 cannot be used"),
        (lambda z: sb.softplus(z, float("nan")), "only finite numbers"),
        (lambda _z: sb.relu("z"), "'z' cannot stand in an expression"),
        (lambda _z: sb.relu(True), "got bool"),  # noqa: FBT003 - the mistake
        (lambda _z: sb.relu(1j), "got complex"),
    ],
)
def test_wrong_calls_are_refused(call, message):
    with pytest.raises(InputError, match=message):
        call(symbols("z"))


@pytest.mark.parametrize("name", ["no_such_op", "_private"])
def test_there_is_nothing_else(name):
    with pytest.raises(AttributeError, match=name):
        getattr(sb, name)
    with pytest.raises(AttributeError, match=name):
        getattr(FUNCTIONS, name)
