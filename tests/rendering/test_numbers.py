"""Numbers in print: as typed, in brackets where they are negative, with ≈ exactly where rounded."""

import json
import re
from fractions import Fraction

import pytest

import symback as sb
from symback.notation.numeral import TypedNumber
from symback.ops.table import ACTIVATIONS

NUMBER = re.compile(
    r"(?P<sign>-?)(?:\\frac\{(?P<over>\d+)\}\{(?P<under>\d+)\}"
    r"|(?P<plain>[\d.]+)(?: \\cdot 10\^\{(?P<power>-?\d+)\})?)\Z"
)


def typed(*texts):
    return [TypedNumber.parse(text) for text in texts]


def read(spelled):
    """Read a printed number back, exactly."""
    match = NUMBER.match(spelled)
    assert match, spelled
    if match["over"]:
        size = Fraction(int(match["over"]), int(match["under"]))
    else:
        size = Fraction(match["plain"]) * Fraction(10) ** int(match["power"] or 0)
    return -size if match["sign"] else size


def results(evaluation):
    """Yield name, relation, printed number and value of every equation that ends in a number."""
    data = json.loads(evaluation.to_json())
    for entry in (*data["forward"], *data["steps"]):
        *_, relation, number = re.split(r" (=|\\approx) ", entry["latex"])
        yield entry["name"], relation, read(number), evaluation[entry["name"]]


POINTS = [
    {"x": typed("0.1", "-1/3"), "w": typed("1/7", "2"), "b": typed("1.25")},
    {"x": [0.3, 1e-7], "w": [-2.5, 3], "b": 4},
    {"x": [Fraction(22, 7), 2], "w": [1, Fraction(-1, 3)], "b": 0.1},
]


@pytest.mark.parametrize("point", POINTS, ids=["typed", "floats", "mixed"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_approximately_stands_exactly_where_a_result_is_rounded(activation, point):
    evaluation = sb.derive(sb.Neuron(2, activation=activation)).evaluate(**point, upstream=1.5)
    for name, relation, printed, value in results(evaluation):
        exact = abs(Fraction(value) - printed) <= Fraction(1, 10**14) * abs(Fraction(value))
        assert (relation == "=") == exact, name
        assert float(printed) == pytest.approx(float(value), rel=5.1e-6, abs=1e-300)


def forward_line(evaluation, name):
    return next(line.strip() for line in evaluation.to_text().splitlines() if line.startswith(f"  {name} "))


def one_product(x, w):
    evaluation = sb.derive(sb.Neuron(1, activation="identity")).evaluate(x=x, w=w, b=0)
    return forward_line(evaluation, "xw0").partition("= x0 · w0 ")[2]


@pytest.mark.parametrize(
    ("x", "w", "line"),
    [
        ("0.1", "3", "= 0.1 · 3 = 0.3"),
        ("0.10", "1", "= 0.10 · 1 = 0.1"),
        ("-1/3", "3", "= (−1/3) · 3 = −1"),
        ("1/3", "1/3", "= 1/3 · 1/3 = 1/9"),
        ("-2", "-1", "= (−2) · (−1) = 2"),
        ("1e-3", "5", "= 1 · 10⁻³ · 5 = 0.005"),
        (".5", "2", "= .5 · 2 = 1"),
        ("1/7", "1/1000", "= 1/7 · 1/1000 = 1/7000"),
        ("1/999983", "1", "= 1/999983 · 1 ≈ 1.00002 · 10⁻⁶"),
        ("123456789", "1", "= 123456789 · 1 ≈ 1.23457 · 10⁸"),
    ],
)
def test_typed_numbers_print_as_typed(x, w, line):
    assert one_product(typed(x), typed(w)) == line


@pytest.mark.parametrize(
    ("x", "w", "line"),
    [
        (0.1, 3, "= 0.1 · 3 = 0.3"),
        (1 / 3, 1, "≈ 0.333333 · 1 ≈ 0.333333"),
        (-1e-9, 1, "= (−1 · 10⁻⁹) · 1 = −1 · 10⁻⁹"),
        (2**62, 4, "≈ 4.61169 · 10¹⁸ · 4 ≈ 1.84467 · 10¹⁹"),
    ],
)
def test_numbers_of_python_print_to_six_digits(x, w, line):
    assert one_product([x], [w]) == line


def test_fractions_are_fractions_in_latex():
    evaluation = sb.derive(sb.Neuron(1)).evaluate(x=typed("-1/3"), w=[3], b=2)
    assert r"= \left( -\frac{1}{3} \right) \cdot 3 = -1" in evaluation.to_latex()


@pytest.mark.parametrize("activation", [*ACTIVATIONS, "leaky_relu(-0.2)", "elu(-1/3)"])
def test_negative_numbers_in_products_and_sums_stand_in_brackets(activation):
    evaluation = sb.derive(sb.Neuron(2, activation=activation)).evaluate(
        x=[-2, Fraction(-1, 3)], w=typed("-3", "0.5"), b=-0.25, upstream=-1.5
    )
    latex, text = evaluation.to_latex(learning_rate=0.1), evaluation.to_text(learning_rate=0.1)
    assert not re.search(r"(\\cdot|[+-]) -", latex)
    assert not re.search(r"[·+−] −", text)


def test_an_input_of_a_hundred_digits_is_exact_and_its_results_have_six():
    long = "0." + "123456789" * 11 + "1"
    evaluation = sb.derive(sb.Neuron(1, activation="identity")).evaluate(x=typed(long), w=[1], b=0)
    assert f"xw0 = x0 · w0 = {long} · 1 ≈ 0.123457" in " ".join(evaluation.to_text().split())
    assert evaluation["y"] == Fraction(long)


@pytest.mark.parametrize("writer", ["to_latex", "to_text", "to_markdown", "to_json"])
@pytest.mark.parametrize(
    ("kink", "words"),
    [(None, "the one from the left is used"), (1, "the one from the right is used"), (0.25, "s = 0.25")],
)
def test_a_point_on_a_kink_is_noted(writer, kink, words):
    evaluation = sb.derive(sb.Neuron(3), kink=kink).evaluate(x=[1, -2, 3], w=[-3, -1, 2], b=-5)
    flat = " ".join(getattr(evaluation, writer)().split())
    assert "z = 0: the derivative of ReLU does not exist there" in flat
    assert words in flat


def test_off_the_kink_there_is_no_note(book):
    assert "does not exist there" not in sb.derive(sb.Neuron(3)).evaluate(**book).to_text()


def test_the_fall_of_the_output_is_stated(book):
    evaluation = sb.derive(sb.Neuron(3)).evaluate(**book)
    text = evaluation.to_text(learning_rate=0.001)
    assert "takes y from 6 to 5.985" in text
    assert "b             ← b − learning_rate · drelu_db = 1 − 0.001 · 1 = 0.999" in text
    latex = evaluation.to_latex(learning_rate=0.001)
    assert (
        r"w_{1} & \gets w_{1} - \eta \cdot \frac{\partial L}{\partial w_{1}} = -1 - 0.001 \cdot (-2) = -0.998"
        in latex
    )
