"""What a quantity may be called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symback.core.errors import NameClashError, NamingError
from symback.core.names import LONGEST_NAME, checked_name
from symback.notation.identifier import identifier
from symback.notation.latex import latex
from symback.ops.expression import symbols

KEYWORDS = ["lambda", "as", "is", "in", "del", "class", "None", "True"]
CONSTANTS = ["I", "E", "e", "pi", "oo", "zoo", "nan", "inf"]
SYMPY_NAMES = [
    *("S", "N", "O", "Q", "C", "beta", "gamma", "zeta", "re", "im", "sign", "Lambda", "Chi", "Ci", "Si"),
    *("li", "E1", "ff", "rf", "ZZ", "QQ", "RR", "test", "var", "diff", "print"),
]
DECORATED = ["xhat", "xprime", "xdot", "wbold", "xnorm", "xabs", "xbar", "xtilde"]


@pytest.mark.parametrize("name", [*KEYWORDS, *CONSTANTS, *SYMPY_NAMES, *DECORATED, "w0", "z_hidden", "w_0_1"])
def test_any_word_may_be_a_name(name):
    import symback as sb

    assert checked_name(name) == name
    x, other = symbols(f"{name} other_quantity")
    d = sb.derive(x * other)
    assert d.evaluate({name: 3, "other_quantity": 5}).gradients == {name: 5, "other_quantity": 3}
    assert {symbol.name for symbol in d.gradient("other_quantity").free_symbols} == {"dy", name}


@pytest.mark.parametrize(
    "name",
    [
        "x%",
        "w#1",
        "a&b",
        "{",
        "x^2",
        "b[0]",
        "x y",
        "a$",
        "a\\b",
        "<script>",
        "a-b",
        "a.b",
        "~",
        "a\n",
        "a\x00",
    ],
)
def test_characters_that_mean_something_elsewhere_are_refused(name):
    with pytest.raises(NamingError) as caught:
        checked_name(name)
    assert repr(name) in str(caught.value)
    assert "a name is a letter" in str(caught.value)


@pytest.mark.parametrize("name", ["0x", "_x", "x__y", "1", "_"])
def test_names_start_with_a_letter_and_have_single_underscores(name):
    with pytest.raises(NamingError, match="must start with a letter"):
        checked_name(name)


def test_an_underscore_at_the_end_keeps_a_name_apart_from_a_word_of_python():
    assert checked_name("lambda_") == "lambda_"


@pytest.mark.parametrize(("name", "normal"), [("θ", "θ"), ("x₀", "x0"), ("µ", "μ"), ("ｘ", "x"), ("𝛼", "α")])
def test_names_are_brought_into_a_normal_form(name, normal):
    assert checked_name(name) == normal


@pytest.mark.parametrize("name", ["été", "х", "аlpha", "ı", "ß", "中", "x\u0302"])
def test_letters_that_cannot_be_told_apart_are_refused(name):
    with pytest.raises(NamingError):
        checked_name(name)


@pytest.mark.parametrize("name", ["x²", "xⁿ", "z³"])
def test_superscripts_are_refused(name):
    with pytest.raises(NamingError, match="would look like a power"):
        checked_name(name)


@pytest.mark.parametrize("name", [3, None, 1.5, ["x"], b"x"])
def test_what_is_no_text_is_no_name(name):
    with pytest.raises(NamingError, match="expected text"):
        checked_name(name)


def test_empty_and_endless_names_are_refused():
    with pytest.raises(NamingError, match="the weight is empty"):
        checked_name("", "the weight")
    with pytest.raises(NamingError, match="100000 characters") as caught:
        checked_name("x" * 100_000)
    assert len(str(caught.value)) < 200
    assert checked_name("x" * LONGEST_NAME)


def test_every_name_that_is_accepted_can_be_typeset():
    accepted = [letter for letter in map(chr, range(0x370, 0x400)) if is_name(letter)]
    assert [letter for letter in accepted if not latex(identifier(letter)).isascii()] == []


@given(st.text(max_size=60))
def test_any_text_is_a_name_or_is_refused_with_a_reason(text):
    try:
        normal = checked_name(text)
    except NamingError as error:
        reason = str(error)
    else:
        reason = ""
    if reason:
        assert "accepted" in reason or "a name is a letter" in reason
    else:
        assert checked_name(normal) == normal


def test_two_symbols_of_one_name_are_one_and_print_alikes_are_refused():
    import symback as sb

    with pytest.raises(NameClashError, match="'w0' and 'w_0' print alike"):
        sb.derive(symbols("w0") * symbols("w_0"))
    with pytest.raises(NameClashError, match="'z'"):
        sb.derive(symbols("z") * symbols("x") + (symbols("x") ** 2).named("z"))


def is_name(text):
    try:
        return checked_name(text) == text
    except NamingError:
        return False
