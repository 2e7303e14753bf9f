"""Lines cut at their equality signs."""

from __future__ import annotations

import time

import pytest

from symback.core.errors import ReadingError
from symback.reading import split_equation

CASES = r"\begin{cases} z & \text{if } z = 0 \\ 0 & \text{otherwise} \end{cases}"

SPLIT = {
    "a = b": ["a", "=", "b"],
    "a=b=c": ["a", "=", "b", "=", "c"],
    r"a = \frac{1}{3} \approx 0.333": ["a", "=", r"\frac{1}{3}", r"\approx", "0.333"],
    "a + 1": ["a + 1"],
    r"a &= b \\": ["a", "=", "b"],
    r"a &= b \\[4pt]": ["a", "=", "b"],
    r"a & = & b": ["a", "=", "b"],
    r"&= b \\": None,
    r"a = b \tag*{(chain rule)}": ["a", "=", "b"],
    r"a = b \tag{3} \\": ["a", "=", "b"],
    r"a = b \label{eq:one} \nonumber": ["a", "=", "b"],
    r"a = b \quad \text{(by the chain rule, $x = 1$)}": ["a", "=", "b"],
    r"a &= b && \text{seed} \\": ["a", "=", "b"],
    r"a = b \text{seed}": ["a", "=", r"b \text{seed}"],
    r"\mathbf{1}\left(z = 0\right) = 1": [r"\mathbf{1}\left(z = 0\right)", "=", "1"],
    f"a = {CASES}": ["a", "=", CASES],
    f"a &= {CASES} \\\\": ["a", "=", CASES],
    r"a = \left\{ z \text{if } z = 0,\quad 1 \text{otherwise} \right. \approx 1": (
        ["a", "=", r"\left\{ z \text{if } z = 0,\quad 1 \text{otherwise} \right.", r"\approx", "1"]
    ),
    r"x_{i=1} = 2": ["x_{i=1}", "=", "2"],
    r"\gradcolor{a = b} = c": [r"\gradcolor{a = b}", "=", "c"],
    "a =": None,
    "= b": None,
    "a == b": None,
    "": None,
    r"\\": None,
    "a & b = c": None,
    r"a \\ b = c": None,
    "(a = b": None,
    "a) = b": None,
    r"\left(a = b)": None,
    "{a = b": None,
    r"\begin{cases} a = b": None,
    r"a = b \end{cases}": None,
}


@pytest.mark.parametrize(
    "text",
    [
        "a = b" + r"\quad\text{a}" * 11_000,
        "a = b" + r"\\" * 59_000,
        "a" + "&" * 59_000 + "= b",
        "a = " * 15_000 + "b",
    ],
)
def test_long_lines_are_cut_at_once(text):
    start = time.perf_counter()
    assert split_equation(text)[-1] == "b"
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(("text", "expected"), SPLIT.items())
def test_split(text, expected):
    if expected is None:
        with pytest.raises(ReadingError, match=r"column \d+: .*; "):
            split_equation(text)
    else:
        assert split_equation(text) == expected
