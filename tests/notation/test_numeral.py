"""Numbers as they are printed: six digits, what was typed, and whether anything was rounded."""

from __future__ import annotations

import copy
import pickle
import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symback.notation.latex import latex
from symback.notation.numeral import TypedNumber, numeral, numeral_of_text, spell, spell_whole
from symback.notation.text import text

TYPED = ["0", "1", "-3", "0.1", "0.10", "-1/3", "2/4", ".5", "5.", "1e-7", "-2.5e3", "100000000"]


@pytest.mark.parametrize("typed", TYPED)
def test_a_typed_number_prints_as_it_was_typed(typed):
    number = TypedNumber.parse(typed)
    assert str(number) == number.text == typed
    assert spell(number) == (typed, True)
    assert spell_whole(number) == typed


@pytest.mark.parametrize(("typed", "spelled"), [("+3", "3"), ("1E5", "1e5"), ("1e+5", "1e5")])
def test_a_typed_number_is_printed_in_one_way(typed, spelled):
    assert spell(TypedNumber.parse(typed)) == (spelled, True)


@pytest.mark.parametrize("typed", ["0.1", "-1/3", "1e-7", "2/4"])
def test_a_typed_number_is_exact(typed):
    number = TypedNumber.parse(typed)
    assert number == Fraction(typed)
    assert number * 3 == Fraction(typed) * 3
    assert type(number * 3) is Fraction


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "x",
        "1,5",
        "1_000",
        "0x10",
        "١",
        "1e",
        "--1",
        "1/2/3",
        "1/-2",
        " 1",
        "inf",
        "nan",
        "1+1",
        "e5",
        "1/2.5",
    ],
)
def test_what_is_no_numeral_is_refused(wrong):
    with pytest.raises(ValueError, match=f"^{re.escape(wrong)}$"):
        TypedNumber.parse(wrong)


def test_numbers_out_of_all_reason_are_refused():
    with pytest.raises(OverflowError):
        TypedNumber.parse("1e999999")
    with pytest.raises(ZeroDivisionError):
        TypedNumber.parse("1/0")
    with pytest.raises(ValueError, match="9"):
        TypedNumber.parse("9" * 5000)


@pytest.mark.parametrize(
    "copied",
    [
        lambda number: pickle.loads(pickle.dumps(number)),  # noqa: S301 - our own
        copy.copy,
        copy.deepcopy,
    ],
    ids=["pickle", "copy", "deepcopy"],
)
def test_a_copy_prints_alike(copied):
    twin = copied(TypedNumber.parse("0.10"))
    assert (twin, str(twin)) == (Fraction(1, 10), "0.10")


@pytest.mark.parametrize(
    ("value", "spelled", "exact"),
    [
        (0, "0", True),
        (-3, "-3", True),
        (10**14, "100000000000000", True),
        (123456789 * 10**10, "1.23457e18", False),
        (5.985, "5.985", True),
        (0.0, "0", True),
        (-0.0, "0", True),
        (0.1 + 0.2, "0.3", True),
        (2 / 3, "0.666667", False),
        (1e-7, "1e-7", True),
        (123456.7, "123457", False),
        (1234567.0, "1.23457e6", False),
        (Fraction(1, 3), "1/3", True),
        (Fraction(-1, 8), "-0.125", True),
        (Fraction(1, 7**9), "2.47809e-8", False),
    ],
    ids=str,
)
def test_six_significant_digits(value, spelled, exact):
    assert spell(value) == (spelled, exact)


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (0.044715, "0.044715"),
        (Fraction(44715, 10**6), "0.044715"),
        (1.0507009873554805, "1.0507009873554805"),
        (2.0, "2"),
        (1e-7, "1e-7"),
        (1e22, "1e22"),
        (Fraction(1, 3), "1/3"),
        (10**20, "100000000000000000000"),
    ],
    ids=str,
)
def test_formulas_state_all_digits(value, spelled):
    assert spell_whole(value) == spelled


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_whole_float_reads_back(value):
    assert float(spell_whole(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False) | st.fractions() | st.integers())
def test_a_spelled_number_is_right_to_six_digits_and_says_so(value):
    spelled, exact = spell(value)
    read = Fraction(spelled) if "/" in spelled else Fraction(Decimal(spelled))
    error = abs(read - Fraction(value))
    assert error <= abs(Fraction(value)) * Fraction(51, 10**7)
    if exact:
        assert error <= abs(Fraction(value)) * Fraction(1, 10**14)


@pytest.mark.parametrize(
    ("typed", "in_text", "in_latex"),
    [
        ("-3", "−3", "-3"),
        ("1/3", "1/3", r"\frac{1}{3}"),
        ("-1/3", "−1/3", r"-\frac{1}{3}"),
        ("1e-7", "1 · 10⁻⁷", r"1 \cdot 10^{-7}"),
        ("-2.5e3", "−2.5 · 10³", r"-2.5 \cdot 10^{3}"),
    ],
)
def test_scripts_of_a_numeral(typed, in_text, in_latex):
    assert text(numeral_of_text(typed)) == in_text
    assert latex(numeral_of_text(typed)) == in_latex
    assert numeral(TypedNumber.parse(typed)) == numeral_of_text(typed)
