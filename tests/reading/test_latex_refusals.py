"""What latex2sympy2 alone reads wrongly, refuses or hangs on: here it is read right, or refused at once."""

from __future__ import annotations

import time

import pytest
import sympy
from sympy import Function, Max, Symbol, symbols

from symback.core.errors import ReadingError
from symback.reading import LatexReader, read_latex

NAMES = {letter: letter for letter in "LTWabcefdgmnoptwxyzihE"} | {
    "x_{0,1}": "x01",
    "w_{0}": "w0",
    "x_{0}": "x0",
}
READER = LatexReader(NAMES, {r"\sigma": Function("sigma")})
x, y, w, b, a, e, z, f, T, W = symbols("x y w b a e z f T W")


def refused(text, reader=READER):
    start = time.perf_counter()
    with pytest.raises(ReadingError) as caught:
        reader.read(text)
    assert time.perf_counter() - start < 1
    assert "column " in str(caught.value)
    assert "; " in str(caught.value), "says what would do"
    return str(caught.value)


MISREAD = {
    # indices and transposes
    r"W^{T}x": W**T * x,  # T is declared, so it is an exponent like any other
    r"W^{\top}": None,
    "2^T": sympy.Pow(2, T),
    "e^{T}": e**T,
    r"w^{(1)}_{0,1}": None,
    r"x^{(1)}": None,
    r"z^{[1]}": None,
    r"z^{\left(1\right)}": None,
    r"\delta^{(2)}": None,
    "x'": None,
    "f'(x)": None,
    # functions
    r"\log x": None,
    r"\log\left(x\right)": None,
    r"\sigma\left(z\right)": Function("sigma")(z),
    r"\sigma(wx+b)": Function("sigma")(w * x + b),
    r"f(2x)": f * 2 * x,  # f is declared as a name and as nothing else
    r"\theta\left(z\right)": None,
    r"x(y)": x * y,
    r"w_0(x_0)": Symbol("w0") * Symbol("x0"),
    r"\tanh{\left(z\right)} y": None,
    r"\tanh\left(z\right) y": sympy.tanh(z) * y,
    r"\ln{\left(x\right)}^{2}": None,
    r"\ln\left(x\right)^{2}": None,
    r"\sum_i x_i w_i": None,
    r"\sum_{i=1}^{n} x_i w_i": None,
    # equations
    "y = wx+b": None,
    "a=b=c": None,
    "2x=4": None,
    # numbers
    "1e-3": None,
    "1_{z>0}": None,
    "2e": 2 * e,
    "2E": 2 * Symbol("E"),
    # letters
    "d x": Symbol("d") * x,
    "e": e,
    # trailing junk
    "{x}_{1}+y": None,
    "x_{1}_{2}+y": None,
    "e_{1}x+y": None,
    "3.x+y": None,
    "x+y)": None,
    "x+y]": None,
    "x+y&": None,
    r"x+y\\": None,
    # shorter commands
    r"x\cdots y": None,
    r"x\gets y": None,
    r"\lnot x": None,
    r"x \triangleq y": None,
    r"x\text{if}": None,
    # derivatives
    r"\frac{\partial L}{\partial y}\cdot\frac{\partial y}{\partial w}": None,
    r"\frac{dy}{dx}": None,
    r"\frac{d}{d x} y": None,
    r"\frac{d^{2} y}{d x^{2}}": None,
    r"\frac{d}{d + x}": Symbol("d") / (Symbol("d") + x),
    r"\frac{d \cdot y}{d \cdot x}": y / x,
}


@pytest.mark.parametrize(("text", "expected"), MISREAD.items())
def test_read_wrongly_without_a_word(text, expected):
    if expected is None:
        refused(text)
    else:
        assert READER.read(text) == expected


@pytest.mark.parametrize("text", ["e", "I", "E", "i", "x + e^{z}", "W^{T}", "2E", "1e3"])
def test_an_undeclared_letter_is_no_constant(text):
    refused(text, LatexReader({"x": "x", "z": "z", "W": "W"}))


def test_two_lines_of_derivatives_do_not_prove_equal():
    names = {
        rf"\frac{{\partial {above}}}{{\partial {below}}}": f"d{above}_d{below}"
        for above, below in ("Ly", "yw", "Lw", "yb")
    }
    reader = LatexReader(names)
    right = reader.read(r"\frac{\partial L}{\partial y} \cdot \frac{\partial y}{\partial w}")
    wrong = reader.read(r"\frac{\partial L}{\partial y} \cdot \frac{\partial y}{\partial b}")
    assert right == Symbol("dL_dy") * Symbol("dy_dw")
    assert sympy.simplify((right - wrong).doit()) != 0


REFUSED_BY_LATEX2SYMPY2 = {
    r"\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}": sympy.Piecewise((x, x > 0), (0, True)),
    r"\mathbf{1}_{z>0}": None,
    r"x \odot y": None,
    r"x \circ y": None,
    r"\operatorname{foo}\left(x\right)": None,
    r"\max\{x, y\}": None,
    r"\max(0,x_{0,1})": Max(0, Symbol("x01")),
    r"\max\left(0, \max\left(x, y\right)\right)": Max(0, Max(x, y), evaluate=False),
    r"\frac{\partial y}{\partial w_0}": None,
    r"\frac{\partial y}{\partial\theta}": None,
    r"\hat y": None,
    "E": Symbol("E"),
    "L_{CE}": None,
    "|x|": sympy.Abs(x),
    r"\begin{aligned} x \end{aligned}": None,
    r"\bigl(x\bigr)": None,
    r"x\;y": x * y,
    r"x\!y": x * y,
    r"-\begin{pmatrix} x \end{pmatrix}": None,
    "": None,
    r"\input{/etc/passwd}": None,
    r"\def\x{1}": None,
    r"\left\|x\right\|": None,
}


@pytest.mark.parametrize(("text", "expected"), REFUSED_BY_LATEX2SYMPY2.items())
def test_refused_by_latex2sympy2(text, expected):
    if expected is None:
        refused(text)
    else:
        assert READER.read(text) == expected


HANGS = {
    "huge exponent of ten": "1E99999999",
    "root of a tower": r"\sqrt[9^{9^{9}}]{x}",
    "binomial": r"\binom{100000000}{50000000}",
    "gcd of a tower": r"\gcd(9^{9^9},3)",
    "tower in an equation": "x+9^{9^9}=3",
    "determinant": r"\begin{vmatrix}" + r"\\".join("&".join("x" * 8) for _ in range(8)) + r"\end{vmatrix}",
    "nested tanh": r"\tanh\left(" * 40 + "x" + r"\right)" * 40,
    "nested powers": "x^{" * 60 + "x" + "}" * 60,
    "tower": "9^{9^{9^{9}}}",
    "tower of brackets": r"\left(\left(\left(9^{999}\right)^{999}\right)^{999}\right)^{999}",
    "tower of a product": r"\left(\left(\left(9^{99} x\right)^{999}\right)^{999}\right)^{999}",
    "long exponent": "x^{99999}",
    "product of powers": r" \cdot ".join(["9^{999}"] * 2000),
    "sum of fractions of powers": "+".join(rf"\frac{{1}}{{{k}^{{600}}}}" for k in range(2, 90)),
    "product of roots": r" \cdot ".join(rf"\sqrt{{{k}}}" for k in range(10**59, 10**59 + 90)),
    "many letters": "x" * 59_000,
    "many digits": "9" * 61,
    "parentheses": "(" * 1000 + "x" + ")" * 1000,
    "fractions": r"\frac{1}{" * 60 + "x" + "}" * 60,
    "nested calls": r"\sin\left(" * 11 + "x" + r"\right)" * 11,
    "indicators in an indicator": (
        r"\mathbf{1}\left("
        + "+".join([rf"\mathbf{{1}}\left(x > {k}\right)" for k in range(30)])
        + r" > 0\right)"
    ),
    "a long product": " x" * 2000,
    "a long text": "x+" * 100_001 + "x",
    "many tokens": "+".join("x" * 40_000),
    "open brackets in exponents": "x^{(" * 5000,
    "factorial": "x!",
}


@pytest.mark.parametrize("text", HANGS.values(), ids=HANGS.keys())
def test_hangs_and_exhaustion(text):
    READER.read("x + y")  # the first formula pays for an import
    refused(text)


def test_ten_nested_calls_are_cheap():
    start = time.perf_counter()
    READER.read(r"\tanh\left(1 + " * 10 + "1" + r"\right)" * 10)
    assert time.perf_counter() - start < 1


STRICT = [
    # neighbours
    "x 2",
    "2 3",
    r"\left(x\right) 2",
    "x^10",
    r"2 \frac{1}{3}",
    "x_0 1",
    r"1\,000",
    "007",
    "1,5",
    "1.",
    ".5",
    "1.2.3",
    # signs
    "+x",
    "x + + y",
    "x - - y",
    r"x \cdot -y",
    r"x \cdot",
    "x +",
    "-",
    "x^{-}",
    "x^-1",
    r"x \cdot \cdot y",
    "x / y",
    "x * y",
    "x : y",
    "x!",
    "x %",
    "$x$",
    "x # y",
    "x \x00",
    "x²",
    "½",
    "\\",
    "x, y",
    "x;",
    # brackets
    r"\left(x",
    "(x",
    r"\left(x)",
    r"\left(x\right]",
    r"(x\right)",
    "[x)",
    "()",
    r"\left(\right)",
    r"\left\{x\right\}",
    r"\left.x\right|",
    "{x}",
    "x}",
    "{x",
    r"\left",
    r"\left(x\right",
    r"\left|x",
    # arguments
    r"\frac12",
    r"\frac{1}",
    r"\frac{1}2",
    r"\frac{}{x}",
    r"\frac{1}{}",
    r"\sqrt x",
    r"\sqrt{}",
    r"\sqrt[3]{x}",
    r"\frac{x}{y}^{2}",
    r"x^{2}^{3}",
    "x^{}",
    "x^",
    "x_",
    "_0",
    "^2",
    "x^{2}_{0}",
    "x^{2}'",
    "x''",
    # functions
    r"\tanh z",
    r"\tanh",
    r"\sin^{-1}\left(x\right)",
    r"\sin^{2}\left(x\right)",
    r"\sin\left(x\right)^{2}",
    r"\sin\left(x, y\right)",
    r"\max\left(x\right)",
    r"\max\left(\right)",
    r"\max\left(x,\right)",
    r"\ln\left[x\right]",
    r"\sin_0\left(x\right)",
    "exp(x)",
    "2 min(x)",
    "tan x",
    # conditions
    r"x > 0",
    r"\mathbf{1}",
    r"\mathbf{1}\left(x\right)",
    r"\mathbf{1}\left(0 < x > y\right)",
    r"\mathbf{2}\left(x > 0\right)",
    r"\mathbf{1}\left(x > 0\right)^{2}",
    r"\mathbf{1}\left|x > 0\right|",
    r"\mathbf{1}\left(x > 0",
    r"\mathbf{1} x",
    r"\begin{cases} \end{cases}",
    r"\begin{cases} x \end{cases}",
    r"\begin{cases} x & \text{when } x > 0 \end{cases}",
    r"\begin{cases} x & \text{otherwise} \\ 0 & x > 0 \end{cases}",
    r"\begin{cases} x & x > 0",
    r"\end{cases}",
    r"\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases} y",
    r"y \begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}",
    r"\begin{cases} x & x > 0 \end{cases}^{2}",
    r"\begin{cases} x & 0 > 1 \end{cases}",
    r"\begin{cases} x & x > 0 & y \end{cases}",
    r"\left\{ x \text{if } x > 0",
    r"\left\{ x, y \right.",
    r"\left\{ x > 0, y \right.",
    r"\left\{ \right.",
    r"\left\{ x \text{if } x > 0 \right\}",
    r"\left\{ x \text{otherwise},\quad y \text{if } x > 0 \right.",
    r"\text{otherwise}",
    # bars
    "|x",
    "x|",
    "||",
    "2|x|",
    "|x| y",
    "|x|y|z|",
    "|(x|)",
    # colour
    r"\gradcolor",
    r"\gradcolor x",
    r"\gradcolor{x",
    r"\textcolor{x}",
    r"\textcolor",
    r"x^\gradcolor{2y}",
    r"\gradcolor{}",
    r"\color{red} x",
    # no real numbers
    r"\frac{1}{0}",
    r"\frac{x}{x - x}",
    r"0^{-1}",
    r"\sqrt{-1}",
    r"\left(-1\right)^{\frac{1}{2}} \cdot y",
    r"\infty",
    # foreign names
    "q",
    r"\alpha",
    "x_1",
    "x_{0}_{1}",
    r"\mathit{x}",
    "xq",
    r"\variable{v0}",
    r"\mathrm{d}x",
    "x_{0,}",
    # code
    "__import__('os').system('true')",
    "().__class__",
    r"\write18{ls}",
    r"\catcode`\%=12",
]


@pytest.mark.parametrize("text", STRICT)
def test_strict(text):
    refused(text)


COLUMNS = {
    "x + q": "column 5: the name 'q' is not declared",
    "x + y_{7}": "column 5: the name 'y_{7}' is not declared",
    "x + y'": 'column 5: the name "y\'" is not declared',
    "2 + x 3": "column 7: a number right after another factor",
    "x / y": "column 3: '/' is not read here; write \\frac{a}{b}",
    "x \\cdot\n y / x": "line 2, column 4: '/'",
    "x = y": "column 3: the relation '='",
    r"\left(x + y": r"column 12: the end where '\\right)' has to stand",
    "": "column 1: the formula ends",
    r"x + \frac{1}{0}": "column 1: a division by zero",
    r"x + \frac{\partial y}{\partial x}": "column 10: the derivative is not declared",
    r"\gradcolor{q}": "column 12: the name 'q'",
}


@pytest.mark.parametrize(("text", "message"), COLUMNS.items())
def test_the_message_names_the_column(text, message):
    assert refused(text).startswith(message)


@pytest.mark.parametrize("text", [None, 3, b"x", ["x"]])
def test_what_is_no_text(text):
    with pytest.raises(ReadingError, match="decode"):
        READER.read(text)


@pytest.mark.parametrize(
    "names",
    [
        {"": "x"},
        {" ": "x"},
        {"3": "x"},
        {"{x}": "x"},
        {"x}": "x"},
        {"x_{": "x"},
        {"x&y": "x"},
        {r"x\\y": "x"},
        {"x%": "x"},
        {r"\sqrt{x}": "x"},
        {r"x\cdot y": "x"},
        {"x": ""},
        {"x": None},
        {"x_0": "a", "x_{0}": "b"},
    ],
)
def test_names_that_cannot_be_declared(names):
    with pytest.raises(ReadingError):
        LatexReader(names)


def test_one_name_may_be_declared_in_two_spellings():
    assert read_latex("x_0", {"x_0": "x0", "x_{0}": "x0"}) == Symbol("x0")


def test_a_function_that_fails_is_refused_with_its_column():
    def broken(argument):
        raise ValueError(argument)

    with pytest.raises(ReadingError, match=r"column 5: .*cannot be built"):
        read_latex(r"1 + f\left(2\right)", {}, {"f": broken})
    with pytest.raises(ReadingError, match="a function has to give an expression"):
        read_latex(r"f\left(2\right)", {}, {"f": str})
