"""Every kind of tree in LaTeX, in text, and its width; escaping; patterns."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symback.notation import tree as t
from symback.notation.latex import escape, is_tall, latex
from symback.notation.pattern import Pattern, spell_slot
from symback.notation.text import text
from symback.notation.width import width

A, B = t.Letters("a"), t.Letters("b")
HALF = t.Fraction(t.Number("1"), t.Number("2"))

TREES = {
    "letters": (t.Letters("ab", "upright"), r"\mathrm{ab}", "ab"),
    "code": (t.Letters("a_b", "code"), r"\mathtt{a\_b}", "a_b"),
    "number": (t.Number("10"), "10", "10"),
    "sign": (t.Sign("≈"), r"\approx", "≈"),
    "row": (t.row(A, t.Sign("≤"), B), r"a \le b", "a ≤ b"),
    "minus first": (t.row(t.Sign("−"), A), "-a", "−a"),
    "fraction": (HALF, r"\frac{1}{2}", "1/2"),
    "script": (t.Script(A, sub=B, sup=t.Number("2")), "a_{b}^{2}", "a_b²"),
    "accent": (t.Accent(A, "bar"), r"\bar{a}", "a\u0304"),
    "fence": (t.parentheses(A), "(a)", "(a)"),
    "tall fence": (t.parentheses(HALF), r"\left( \frac{1}{2} \right)", "(1/2)"),
    "half fence": (t.Fence("", A, "|"), r"\left. a \right|", "a|"),
    "root": (t.Root(A), r"\sqrt{a}", "√(a)"),
    "call": (t.Call(t.Letters("tanh", "upright"), (A, B)), r"\tanh(a, b)", "tanh(a, b)"),
    "own call": (t.Call(t.Letters("ReLU", "upright"), (A,)), r"\operatorname{ReLU}(a)", "ReLU(a)"),
    "empty call": (t.Call(A, ()), "a()", "a()"),
    "indicator": (t.Indicator(A), r"\mathbf{1}(a)", "1[a]"),
    "cases": (
        t.Cases(((A, B), (B, None))),
        r"\begin{cases} a & \text{if } b \\ b & \text{otherwise} \end{cases}",
        "{a if b; b otherwise}",
    ),
    "matrix": (t.Matrix(((A, B), (B, A))), r"\begin{bmatrix} a & b \\ b & a \end{bmatrix}", "[a, b; b, a]"),
    "sum": (t.Sum(A, B, A), r"\sum_{a}^{b} a", "Σ[a..b] a"),
    "open sum": (t.Sum(A, None, A), r"\sum_{a} a", "Σ[a] a"),
    "brace": (t.Brace(A, B), r"\underbrace{a}_{b}", "a"),
    "colour": (t.Colour("gradient", A), r"\symbackgrad{a}", "a"),
    "words": (t.Words("50 % of"), r"\text{50 \% of}", "50 % of"),
    "name": (t.Name("w0", A), "a", "w0"),
    "entry": (t.Name("w", A, "k"), "a", "w[k]"),
    "index": (t.Index("k"), "k", "k"),
    "slot": (t.Slot(3), spell_slot(3), spell_slot(3)),
}


@pytest.mark.parametrize(("tree", "in_latex", "in_text"), TREES.values(), ids=TREES.keys())
def test_every_tree_is_spelled(tree, in_latex, in_text):
    assert latex(tree) == in_latex
    assert text(tree) == in_text
    assert width(tree) >= 0


def test_every_class_of_tree_is_among_the_examples():
    assert {type(tree) for tree, _, _ in TREES.values()} == set(t.Tree.__args__)


def test_the_line_dialect_has_neither_ampersands_nor_line_ends():
    cases = t.Cases(((A, B), (t.Colour("gradient", B), None)))
    line = latex(cases, "line")
    assert line == r"\left\{ a \text{if } b,\quad b \text{otherwise} \right."


def test_the_github_dialect_uses_what_github_knows():
    tree = t.Colour("gradient", t.Call(t.Letters("ReLU", "upright"), (A,)))
    assert latex(tree, "github") == r"{\color{red}{\mathrm{ReLU}(a)}}"
    assert r"\cr" in latex(TREES["cases"][0], "github")


HARMLESS = re.compile(
    r"([^\\{}$&#%_^~]"  # prints as it stands
    r"|\\[{}$&#%_]"  # an escaped character
    r"|\\[A-Za-z]+\{\}"  # a command without arguments
    r"|\$(\\[A-Za-z]+|[^\\$])\$)*"  # a single sign in mathematics
)


@given(st.text())
def test_escaped_text_has_no_active_character_left(plain):
    assert HARMLESS.fullmatch(escape(plain))


def test_escape_of_a_hostile_line():
    assert escape(r"\input{a} $x_1$ 50% #&~^") == (
        r"\textbackslash{}input\{a\} \$x\_1\$ 50\% \#\&\textasciitilde{}\textasciicircum{}"
    )


def test_only_what_rises_above_a_line_is_tall():
    assert [
        is_tall(tree) for tree in (A, HALF, t.row(A, HALF), t.Script(A, sup=HALF), t.Call(A, (HALF,)))
    ] == [
        False,
        True,
        True,
        False,
        True,
    ]


@given(st.lists(st.text(st.characters(blacklist_characters="\0")), min_size=1, max_size=5), st.data())
def test_patterns_put_values_in_their_places(values, data):
    order = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=6))
    glue = data.draw(st.text(st.characters(blacklist_characters="\0"), max_size=3))
    spelled = glue + glue.join(spell_slot(number) for number in order)
    assert Pattern(spelled).fill(values) == glue + glue.join(values[number] for number in order)
