"""On a kink: the interval between the one-sided derivatives, never a false alarm."""

import pytest

import symback as sb

AT_KINKS = [
    ("relu", 0, 0, 1),
    ("leaky_relu(0.2)", 0, 0.2, 1),
    ("leaky_relu(-1/2)", 0, -0.5, 1),
    ("relu6", 0, 0, 1),
    ("relu6", 6, 0, 1),
    ("hardtanh", -1, 0, 1),
    ("hardtanh", 1, 0, 1),
    ("abs", 0, -1, 1),
    ("elu(0.5)", 0, 0.5, 1),
    ("selu", 0, 1.0507009873554805, 1.7580993408473766),
]
"""Activation, pre-activation, and the two one-sided slopes there, the smaller first."""


def at(activation, z, kink=None, **options):
    derivation = sb.derive(sb.Neuron(2, activation=activation), kink=kink)
    return sb.compare(derivation, x=[1, 0], w=[2, 3], b=z - 2, **options)


@pytest.mark.parametrize(("activation", "z", "low", "high"), AT_KINKS)
@pytest.mark.parametrize("kink", [None, 0, 0.25, 1])
def test_an_interval_instead_of_a_false_alarm(activation, z, low, high, kink):
    comparison = at(activation, z, kink, against=["sympy", "central", "complex"])
    assert comparison.agrees, comparison.rows
    rows = {row.name: row for row in comparison.rows}
    assert rows["b"].interval == pytest.approx((low, high), abs=1e-6)
    assert rows["x1"].interval == pytest.approx((3 * low, 3 * high), abs=1e-6)
    assert rows["b"].verdict == "in interval"
    assert set(rows["b"].others.values()) == {None}, "two-sided methods mean nothing here"
    assert rows["w1"].interval is None, "x1 is 0: there is nothing to disagree about"
    assert rows["w1"].verdict == "agrees"
    assert any(f"z = {z}".replace("-", "−") in note for note in comparison.notes)


@pytest.mark.usefixtures("torch", "jax")
@pytest.mark.parametrize(("activation", "z", "low", "high"), AT_KINKS)
def test_other_conventions_are_no_disagreement(activation, z, low, high):
    comparison = at(activation, z, against=["torch", "jax"])
    assert comparison.agrees, comparison.rows
    for value in next(row for row in comparison.rows if row.name == "b").others.values():
        assert low - 1e-9 <= value <= high + 1e-9


def test_the_policy_moves_the_value_within_the_interval():
    slopes = [at("relu", 0, kink).rows[0].symbolic for kink in (0, 0.25, 1)]
    assert slopes == [0, 0.5, 2]


@pytest.mark.parametrize("z", [1e-7, -1e-7])
def test_near_a_kink_differences_stay_on_one_side(z):
    comparison = at("relu", z, against=["central", "complex"])
    assert comparison.agrees, comparison.rows
    assert all(row.interval is None for row in comparison.rows)


def test_where_even_a_small_step_would_cross_the_kink_nothing_is_claimed():
    comparison = at("relu", 1e-13, against=["central"])
    row = next(row for row in comparison.rows if row.name == "b")
    assert row.others["central"] is None
    assert row.verdict == "not compared"


def test_tied_arguments_of_max():
    x, y, v = sb.symbols("x y v")
    comparison = sb.compare(sb.derive(sb.maximum(x, y, v)), x=1, y=1, v=1)
    assert comparison.agrees
    assert [row.interval for row in comparison.rows] == [pytest.approx((0, 1), abs=1e-6)] * 3
    assert sum(float(row.symbolic) for row in comparison.rows) == pytest.approx(1)


@pytest.mark.parametrize("against", [["sympy"], ["central", "complex"]])
def test_jumps_are_not_compared(against):
    x, y = sb.symbols("x y")
    comparison = sb.compare(sb.derive(sb.where(x > y, x, y - 1)), x=1, y=1, against=against)
    assert comparison.agrees
    assert {row.verdict for row in comparison.rows} == {"not compared"}
    assert any("jumps there" in note for note in comparison.notes)


def test_that_nothing_was_compared_is_no_agreement():
    x, y = sb.symbols("x y")
    comparison = sb.compare(sb.derive(sb.where(x > y, x, y - 1)), x=1, y=1, against=["sympy"])
    assert "agree" not in comparison.summary


def test_with_kink_error_the_point_is_refused():
    with pytest.raises(sb.KinkError, match="z = 0"):
        at("relu", 0, "error")
