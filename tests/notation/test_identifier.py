"""The look of a name, in LaTeX and in text."""

from __future__ import annotations

from itertools import combinations

import pytest

from symback.notation.identifier import GREEK, coarse_spelling, identifier
from symback.notation.latex import latex
from symback.notation.text import text

LOOKS = {
    "x": "x",
    "w0": "w_{0}",
    "w10": "w_{10}",
    "w_0": "w_{0}",
    "w1_0": "w_{1,0}",
    "w_a": "w_{a}",
    "w_a1": "w_{a 1}",
    "w_out": r"w_{\mathrm{out}}",
    "x0_h": "x_{0,h}",
    "lambda": r"\lambda",
    "Lambda": r"\Lambda",
    "θ": r"\theta",
    "theta_0": r"\theta_{0}",
    "w_alpha": r"w_{\alpha}",
    "epsilon": r"\varepsilon",
    "yhat": r"\hat{y}",
    "x0hat": r"\mathtt{x0hat}",
    "xhat0": r"\hat{x}_{0}",
    "alphabar": r"\bar{\alpha}",
    "ztilde": r"\tilde{z}",
    "hat": r"\mathit{hat}",
    "xxhat": r"\mathit{xxhat}",
    "xprime": r"\mathit{xprime}",
    "xdot": r"\mathit{xdot}",
    "xnorm": r"\mathit{xnorm}",
    "xabs": r"\mathit{xabs}",
    "wbold": r"\mathit{wbold}",
    "pi": r"\mathit{pi}",
    "dvalue": r"\mathit{dvalue}",
    "a0b": r"\mathtt{a0b}",
    "E": "E",
    "I": "I",
}


@pytest.mark.parametrize(("name", "expected"), LOOKS.items(), ids=LOOKS.keys())
def test_look_in_latex(name, expected):
    assert latex(identifier(name)) == expected


def test_looks_are_equal_exactly_where_they_print_alike():
    for one, other in combinations([*LOOKS, "alpha", "α", "w_1_0", "w01", "x_0_h"], 2):
        alike = latex(identifier(one)) == latex(identifier(other))
        assert (identifier(one) == identifier(other)) is alike, (one, other)
        assert not alike or coarse_spelling(one) == coarse_spelling(other)


@pytest.mark.parametrize("greek", ["Alpha", "Beta", "Tau", "omicron", "Α"])
def test_greek_letters_that_print_as_latin_ones_look_like_them(greek):
    latin = latex(identifier(greek))
    assert identifier(latin) == identifier(greek)


@pytest.mark.parametrize("spelled", GREEK)
def test_greek_names_and_letters_look_alike(spelled):
    assert identifier(spelled) == identifier(GREEK[spelled])


@pytest.mark.parametrize(
    ("name", "expected"), [("w10", "w_10"), ("w1_0", "w_1,0"), ("alpha", "α"), ("yhat", "y\u0302")]
)
def test_look_in_text(name, expected):
    assert text(identifier(name)) == expected
