"""Values of every step: exact where they can be, floats where they must be."""

from __future__ import annotations

import pickle
import threading
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symback as sb
from symback.core.errors import DomainError, InputError, UnknownNameError
from symback.notation.numeral import TypedNumber


@pytest.fixture(scope="module")
def relu3():
    return sb.derive(sb.Neuron(3))


EXAMPLE = {"x": [1, -2, 3], "w": [-3, -1, 2], "b": 1}


def test_the_example_of_the_textbook(relu3):
    e = relu3.evaluate(EXAMPLE, dvalue=1)
    assert (e["z"], e["y"]) == (6, 6)
    assert e.gradients == {"x0": -3, "w0": 1, "x1": -1, "w1": -2, "x2": 2, "w2": 3, "b": 1}
    assert {type(value) for value in e.gradients.values()} == {int}
    assert e["drelu"] == e["dsum_dxw1"] == 1
    assert e["dmul_dx1"] == -1


def test_everything_named_has_a_value(relu3):
    e = relu3.evaluate(EXAMPLE)
    assert set(e) == {*relu3.graph.names, *(step.name for step in relu3.steps)}
    assert len(e) == len(list(e))
    with pytest.raises(UnknownNameError, match="no value named 'q'"):
        e["q"]
    with pytest.raises(UnknownNameError):
        e[["x0"]]


def test_fractions_stay_exact(relu3):
    e = relu3.evaluate(x=[Fraction(1, 3), 1, 1], w=[1, 1, 1], b=Fraction(-1, 7), upstream=Fraction(2, 5))
    assert e["y"] == Fraction(1, 3) + 2 - Fraction(1, 7)
    assert e.gradients["w0"] == Fraction(2, 15)
    assert not any(isinstance(value, float) for value in e.values())


@pytest.mark.parametrize("typed", ["0.1", "-1/3", "1e-7", "0.10"])
def test_typed_numbers_stay_exact_and_print_as_typed(relu3, typed):
    e = relu3.evaluate(x=[TypedNumber.parse(typed)] * 3, w=[1, 1, 1], b=10)
    assert e["y"] == 3 * Fraction(typed) + 10
    assert str(e["x0"]) == typed
    assert str(e["dmul_dw0"]) == typed


def test_decimals_stay_exact(relu3):
    e = relu3.evaluate(x=[Decimal("0.1"), Decimal("0.2"), 0], w=[1, 1, 1], b=0)
    assert e["y"] == Fraction(3, 10)


def test_floats_stay_floats(relu3):
    e = relu3.evaluate(x=[1.0, 2.0, 3.0], w=[0.1, 0.2, 0.3], b=0.0, upstream=1.0)
    assert e["y"] == 0.1 + 0.4 + 0.3 * 3
    assert {type(e.gradients[name]) for name in ("x0", "w0", "b")} == {float}


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "gelu", "softplus", "mish"])
def test_a_transcendental_function_of_an_exact_number_is_a_float(name):
    e = sb.derive(sb.Neuron(1, activation=name)).evaluate(x=[1], w=[1], b=0)
    assert type(e["y"]) is float
    assert type(e["z"]) is int


def test_exact_arithmetic_beyond_what_a_float_holds(relu3):
    big = 2**62
    e = relu3.evaluate(x=[big, 0, 0], w=[4, 0, 0], b=1)
    assert e["z"] == 2**64 + 1


def test_divisions_of_integers_are_exact():
    x, w = sb.symbols("x w")
    e = sb.derive(x / w).evaluate(x=1, w=3)
    assert e["y"] == Fraction(1, 3)
    assert e.gradients == {"x": Fraction(1, 3), "w": Fraction(-1, 9)}
    assert type(sb.derive(x / w).evaluate(x=6, w=3)["y"]) is int


@settings(max_examples=50, deadline=None)
@given(st.lists(st.fractions(max_denominator=50), min_size=7, max_size=7), st.fractions(max_denominator=9))
def test_a_neuron_of_fractions_is_exact(relu3, numbers, upstream):
    x, w, b = numbers[:3], numbers[3:6], numbers[6]
    e = relu3.evaluate(x=x, w=w, b=b, upstream=upstream)
    z = sum(p * q for p, q in zip(x, w, strict=True)) + b
    share = upstream * (z > 0)
    assert e["y"] == max(z, 0)
    assert [e.gradients[f"x{i}"] for i in range(3)] == [share * weight for weight in w]
    assert [e.gradients[f"w{i}"] for i in range(3)] == [share * value for value in x]


def test_the_upstream_comes_in_under_either_name(relu3):
    one, other = relu3.evaluate(EXAMPLE, upstream=5), relu3.evaluate(EXAMPLE, dvalue=5)
    assert one.gradients == other.gradients
    assert one["dvalue"] == 5
    assert relu3.evaluate(EXAMPLE)["dvalue"] == 1
    with pytest.raises(InputError, match="dvalue is given twice"):
        relu3.evaluate(EXAMPLE, upstream=1, dvalue=1)


def test_gradients_are_linear_in_the_upstream(relu3):
    one, seven = (relu3.evaluate(EXAMPLE, upstream=factor).gradients for factor in (1, Fraction(7, 3)))
    assert seven == {name: Fraction(7, 3) * value for name, value in one.items()}


def test_the_upstream_of_an_expression_has_its_own_name():
    x, w = sb.symbols("x w")
    d = sb.derive((x * w).named("L"))
    assert d.evaluate(x=2, w=3, dL=10).gradients == {"x": 30, "w": 20}


def test_inputs_are_copied_and_order_does_not_matter(relu3):
    x = [1, -2, 3]
    before = relu3.evaluate(x=x, w=[-3, -1, 2], b=1)
    x[0] = 100
    after = relu3.evaluate(x=x, w=[-3, -1, 2], b=1)
    assert before["x0"] == 1
    assert before.gradients["w0"] == 1
    assert after["x0"] == 100
    assert relu3.evaluate(EXAMPLE).gradients == before.gradients


def test_names_and_groups_may_be_mixed(relu3):
    e = relu3.evaluate({"x0": 1, "x1": -2, "x2": 3}, w=[-3, -1, 2], b=1)
    assert e["y"] == 6
    with pytest.raises(InputError, match="x0 is given twice"):
        relu3.evaluate({"x0": 1}, **EXAMPLE)
    with pytest.raises(InputError, match="b is given twice"):
        relu3.evaluate(EXAMPLE, b=1)


def test_names_of_ones_own_stand_in_their_groups():
    d = sb.derive(sb.Neuron(inputs=["age", "height"], weights=["u", "v"], bias="c"))
    one = d.evaluate(x=[1, 2], w=[3, 4], b=5)
    other = d.evaluate(age=1, height=2, u=3, v=4, c=5)
    assert one.gradients == other.gradients


@pytest.mark.parametrize(
    "call", [lambda d: d.evaluate(q=1, **EXAMPLE), lambda d: d.evaluate({"xs": [1, 2, 3]})]
)
def test_unknown_names_are_refused(relu3, call):
    with pytest.raises(UnknownNameError, match="is no input; the inputs are x, w, b"):
        call(relu3)


def test_missing_values_are_named(relu3):
    with pytest.raises(InputError, match="no value for w0, w1, w2, b; give one for every input"):
        relu3.evaluate(x=[1, 2, 3])


def test_an_evaluation_is_pickled_with_its_values():
    x, w = sb.symbols("x w")
    e = sb.derive(sb.tanh(x * w)).evaluate(x=1, w=TypedNumber.parse("0.50"), upstream=3)
    twin = pickle.loads(pickle.dumps(e))  # noqa: S301 - our own
    assert dict(twin) == dict(e)
    assert str(twin["w"]) == "0.50"


def test_a_deep_chain_is_evaluated_without_recursion():
    x, w = sb.symbols("x w")
    h = x
    for number in range(5000):
        h = (h * w).named(f"h{number}")
    assert sb.derive(h).evaluate(x=2, w=1).gradients == {"x": 1, "w": 10000}


def test_derivations_in_threads_do_not_mix():
    found = {}

    def work(number):
        x, w = sb.symbols("x w")
        y = (x * w + number).named("y")
        found[number] = [sb.derive(y * y).evaluate(x=2, w=3).gradients["x"] for _ in range(20)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [6 * (6 + number)] * 20 for number in range(8)}


x, w, b = sb.symbols("x w b")

OUTSIDE = {
    "log of a negative": (
        sb.log(x).named("h") + 1,
        {"x": -1},
        "h is undefined at x = -1: outside the domain of log",
    ),
    "log of zero": (
        sb.log(x).named("h") * w,
        {"x": 0, "w": 1},
        "h is -inf at x = 0: outside the domain of log",
    ),
    "root of a negative": (sb.sqrt(x).named("h") + 1, {"x": -4}, "h is undefined at x = -4"),
    "root of zero": (sb.sqrt(x).named("h"), {"x": 0}, "dh_dx is inf"),
    "one over zero": ((1 / x).named("h"), {"x": 0}, "h is inf at x = 0: outside the domain of div"),
    "zero over zero": ((x / w).named("h"), {"x": 0, "w": 0}, "h is undefined at x = 0, w = 0"),
    "exp too large": (sb.exp(x).named("h"), {"x": 1000}, "h is inf at x = 1000: .* too large for a double"),
    "sinh too small": (sb.sinh(x).named("h"), {"x": -1000}, "h is -inf"),
    "power of a negative": (
        (x**0.5).named("h"),
        {"x": -2},
        "h is undefined at x = -2: outside the domain of power",
    ),
    "inverse power of zero": ((x**-2).named("h"), {"x": 0}, "h is inf at x = 0"),
    "exact but huge": ((x * w).named("h"), {"x": 10**200, "w": 10**200}, r"h is beyond ±1\.8e308"),
    "input too large": ((x * w).named("h"), {"x": 10**400, "w": 1}, r"x is beyond ±1\.8e308"),
    "float overflow": ((x * w).named("h"), {"x": 1e200, "w": 1e200}, "h is inf at x = 1e200, w = 1e200"),
}


@pytest.mark.parametrize(("y", "given", "message"), OUTSIDE.values(), ids=OUTSIDE)
def test_undefined_values_are_refused_with_step_and_value(y, given, message):
    with pytest.raises(DomainError, match=message):
        sb.derive(y).evaluate(given)


@pytest.mark.parametrize(
    ("y", "given"),
    [(x * w, {"x": 10**400, "w": 0.5}), (x + w, {"x": 0.5, "w": 10**400}), (x / w, {"x": 0.5, "w": 10**400})],
    ids=["times", "plus", "over"],
)
def test_huge_exact_numbers_beside_floats_are_refused(y, given):
    with pytest.raises(DomainError, match="beyond"):
        sb.derive(y).evaluate(given)


@pytest.mark.parametrize(
    "name", ["sigmoid", "silu", "gelu", "softplus", "logsigmoid", "mish", "tanh", "elu", "celu"]
)
@pytest.mark.parametrize("z", [-1000, 1000, -(10**6), 10**6])
def test_activations_do_not_overflow(name, z):
    e = sb.derive(sb.Neuron(1, activation=name)).evaluate(x=[z], w=[1], b=0)
    assert abs(e[f"d{name}"]) <= 1


def test_an_evaluation_shows_its_output(relu3):
    assert repr(relu3.evaluate(EXAMPLE)) == "<Evaluation of y = 6>"
    assert relu3.evaluate(EXAMPLE).inputs == {
        "x0": 1,
        "w0": -3,
        "x1": -2,
        "w1": -1,
        "x2": 3,
        "w2": 2,
        "b": 1,
        "dvalue": 1,
    }
