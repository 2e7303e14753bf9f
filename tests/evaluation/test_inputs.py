"""Bad, hostile and borderline input; each row is refused, or used, as its own case says."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import symback as sb
from symback.core.errors import DomainError, InputError, LimitError, UnknownNameError
from symback.models.neuron import LARGEST

X3, W3 = [1, -2, 3], [-3, -1, 2]


def evaluated(n=3, activation="relu", **given):
    return sb.derive(sb.Neuron(n, activation=activation)).evaluate(**{"x": X3, "w": W3, "b": 1, **given})


REFUSED = {
    "A1 too few weights": ({"w": [-3, -1]}, InputError, r"w has 2 values, expected 3 \(w0 … w2\)"),
    "A1 too many inputs": ({"x": [1, 2, 3, 4]}, InputError, "x has 4 values, expected 3"),
    "A2 no inputs": ({"x": []}, InputError, "x has 0 values, expected 3"),
    "A4 a scalar for a list": ({"x": 2.0}, InputError, r"x = 2\.0: expected a sequence of 3 numbers"),
    "A5 a long bias": ({"b": [1, 2]}, InputError, r"b = \[1, 2\]: expected a number, got list"),
    "A5 no bias": ({"b": None}, InputError, "b = None: expected a number, got NoneType"),
    "A6 a list of lists": (
        {"x": [[1, 2], [3], 4]},
        InputError,
        r"x\[0\] = \[1, 2\]: expected a number, got list",
    ),
    "A10 an empty array": ({"x": [np.zeros(0), 1, 2]}, InputError, r"x\[0\]: the array is empty"),
    "B13 nan": ({"x": [1, float("nan"), 3]}, InputError, r"x\[1\] = nan: only finite numbers"),
    "B13 nan of NumPy": ({"x": np.array([1, np.nan, 3])}, InputError, r"x\[1\] = nan"),
    "B13 nan in an array": ({"x": [np.array([1, np.nan]), 1, 2]}, InputError, r"x\[0\]: the array holds nan"),
    "B13 nan as Decimal": ({"b": Decimal("nan")}, InputError, "b = .*NaN"),
    "B14 infinity": ({"w": [float("-inf"), 1, 2]}, InputError, r"w\[0\] = -inf"),
    "B15 a numeral": ({"x": ["1", 2, 3]}, InputError, r"x\[0\] = '1': expected a number, got str"),
    "B15 one text": ({"x": "123"}, InputError, "x = '123': expected a sequence of 3 numbers"),
    "B15 code": ({"b": "__import__('os')"}, InputError, "expected a number, got str"),
    "B15 a long text": ({"b": "1" * 10**6}, InputError, "…: expected a number, got str"),
    "B16 a truth value": ({"x": [True, 2, 3]}, InputError, r"x\[0\] = True: .* write 1 or 0"),
    "B16 a truth value of NumPy": ({"b": np.bool_(1)}, InputError, "b = True"),
    "B16 truth values": ({"x": [np.array([True]), 2, 3]}, InputError, "an array of bool cannot be used"),
    "B17 complex": ({"b": 3 + 4j}, InputError, r"b = \(3\+4j\): complex numbers are not supported"),
    "B17 complex without imaginary part": ({"b": 3 + 0j}, InputError, "complex"),
    "B17 complex of NumPy": ({"b": np.complex128(3)}, InputError, "complex"),
    "B17 complex array": ({"b": np.array([1j, 2])}, InputError, "array of complex numbers"),
    "B18 objects": ({"b": np.array([Fraction(1), None])}, InputError, "array of Python objects"),
    "B18 a set": ({"x": {1, 2, 3}}, InputError, "in order, got set"),
    "B18 a mapping": ({"x": {"x0": 1}}, InputError, "in order, got dict"),
    "B18 a generator": ({"x": (i for i in X3)}, InputError, "expected a list of numbers, got generator"),
    "B18 an expression": ({"b": sb.symbols("q")}, InputError, "expected a number, got Expression"),
    "B18 a symbol": ({"b": object()}, InputError, "expected a number, got object"),
    "A12 an upstream of text": ({"upstream": "1"}, InputError, "upstream = '1'"),
    "A12 a list for an upstream": ({"upstream": [1, 2]}, InputError, "upstream"),
    "F61 an unknown name": ({"z": 1}, UnknownNameError, "'z' is no input"),
}


@pytest.mark.parametrize(("given", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(given, error, message):
    with pytest.raises(error, match=message):
        evaluated(**given)


ACCEPTED = {
    "A4 a tuple": {"x": (1, -2, 3)},
    "A5 a list of one bias": {"b": [1]},
    "B18 an array": {"x": np.array([1, -2, 3])},
    "B18 an array of float32": {"x": np.array([1, -2, 3], dtype=np.float32)},
    "B18 numbers of NumPy": {"x": [np.int8(1), np.float64(-2), np.float32(3)]},
    "B18 arrays without axes": {"x": [np.array(1), np.array(-2.0), np.array(3)]},
    "B18 Fraction": {"b": Fraction(1)},
    "B18 Decimal": {"b": Decimal("1.0")},
    "B18 a range": {"x": [1, -2, 3], "w": [-3, -1, 2]},
}


@pytest.mark.parametrize("given", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(given):
    e = evaluated(**given)
    assert e["y"] == 6
    assert not hasattr(e["y"], "dtype")


def test_a3_one_input_has_the_same_structure():
    for x in ([2], 2, np.array([2]), (2,)):
        e = evaluated(1, x=x, w=[3], b=[1])
        assert (e["y"], e.gradients) == (7, {"x0": 3, "w0": 2, "b": 1})


def test_a4_one_array_for_one_input_is_its_values():
    e = evaluated(1, x=np.array([1.0, 2.0]), w=[3], b=0)
    assert e["y"].tolist() == [3, 6]


def test_a9_a_million_inputs_are_refused_at_once():
    with pytest.raises(LimitError, match=f"at most {LARGEST} inputs"):
        sb.Neuron(10**6)


def test_b19_integers_do_not_wrap_around():
    e = evaluated(1, x=[np.int64(2**62)], w=[np.int64(4)], b=0)
    assert e["z"] == 2**64
    e = evaluated(1, x=[np.array([2**62])], w=[4], b=0)
    assert e["z"].dtype == np.float64
    assert e["z"].tolist() == [2.0**64]


def test_b20_decimals_print_as_typed():
    assert "0.1" in sb.derive(sb.symbols("x") * 0.1).to_text()


def test_b22_a_function_that_saturates_is_stable():
    e = evaluated(1, "sigmoid", x=[-1000], w=[1], b=0)
    assert (e["y"], e["dsigmoid"]) == (0, 0)


@pytest.mark.parametrize("activation", ["reciprocal", "log", "sqrt"])
def test_b23_to_b26_outside_the_domain(activation):
    with pytest.raises(DomainError, match=r"dsqrt|y is"):
        evaluated(1, activation, x=[0], w=[1], b=0)


@pytest.mark.parametrize(
    "rate", [0, -0.1, float("nan"), float("inf"), "0.1", True, None, 1j, np.ones(2)], ids=repr
)
def test_b27_learning_rates_are_positive_numbers(rate):
    with pytest.raises(InputError, match="learning_rate"):
        evaluated().update(rate)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_b28_the_precision_that_came_in_stays(dtype):
    e = evaluated(x=[np.ones(2, dtype), np.ones(2, dtype), np.ones(2, dtype)], activation="sigmoid")
    assert {str(e[step.name].dtype) for step in e.backward.steps} == {dtype}


def test_b18_long_doubles_are_used():
    assert evaluated(b=np.longdouble(1))["y"] == 6


@pytest.mark.parametrize(
    "given",
    [{"x": [np.ones(3), 1, 1], "w": [np.ones(2), 1, 1]}, {"x": [np.ones(3), 1, 1], "upstream": np.ones(2)}],
    ids=["inputs", "upstream"],
)
def test_a12_shapes_that_do_not_go_together_are_refused_with_both(given):
    with pytest.raises(InputError, match=r"\(3,\).*\(2,\)|\(2,\).*\(3,\)"):
        evaluated(**given)


def test_a12_an_upstream_does_not_spread_the_gradients():
    with pytest.raises(InputError, match="upstream"):
        evaluated(x=[np.ones(3), 1, 1], upstream=np.ones((2, 3)))
