"""Every construct that is read, and what it is read as."""

from __future__ import annotations

import pytest
import sympy
from sympy import Abs, Eq, Integer, Max, Min, Ne, Piecewise, Pow, Rational, Symbol

from symback.core.errors import ReadingError
from symback.reading import LatexReader, read_latex

NAMES = {
    r"x_{0}": "x0",
    r"w_{0}": "w0",
    r"w_{1}": "w1",
    r"w_{10}": "w10",
    "w": "w",
    "b": "b",
    "z": "z",
    r"\mathit{xw}_{0}": "xw0",
    r"\mathit{dvalue}": "dvalue",
    r"\mathit{tan}\_\mathit{h}": "tan_h",
    r"\hat{y}": "yhat",
    r"\lambda": "lambda",
    r"\frac{\partial L}{\partial x_{0}}": "drelu_dx0",
    r"\frac{\partial z}{\partial \mathit{xw}_{0}}": "dsum_dxw0",
    r"w_{0,h}": "w0h",
    r"w^{(1)}_{0,1}": "w1_0_1",
}
X0, W0, W1, W10, W, B, Z, XW0 = map(Symbol, ["x0", "w0", "w1", "w10", "w", "b", "z", "xw0"])
DVALUE, YHAT, LAMBDA = map(Symbol, ["dvalue", "yhat", "lambda"])


def relu(argument):
    return Piecewise((argument, argument > 0), (0, True))


FUNCTIONS = {
    r"\operatorname{ReLU}": relu,
    r"\sigma": sympy.Function("sigma"),
    r"\Phi": sympy.Function("Phi"),
}
READER = LatexReader(NAMES, FUNCTIONS)

READ = {
    # names
    r"x_{0}": X0,
    r"x_0": X0,
    r" x _ { 0 } ": X0,
    r"w_{10}": W10,
    r"\mathit{dvalue}": DVALUE,
    r"\mathit{tan}\_\mathit{h}": Symbol("tan_h"),
    r"\hat{y}": YHAT,
    r"\lambda": LAMBDA,
    r"w_{0,h}": Symbol("w0h"),
    r"w_{0, h}": Symbol("w0h"),
    r"w^{(1)}_{0,1}": Symbol("w1_0_1"),
    r"\frac{\partial L}{\partial x_{0}}": Symbol("drelu_dx0"),
    r"\frac{\partial L}{\partial x_0}": Symbol("drelu_dx0"),
    r"\tfrac{\partial  L}{\partial x_0}": Symbol("drelu_dx0"),
    r"\frac{\partial z}{\partial \mathit{xw}_{0}}": Symbol("dsum_dxw0"),
    r"\pi": sympy.pi,
    # numbers
    "0": Integer(0),
    "42": Integer(42),
    "0.1": Rational(1, 10),
    "3.250": Rational(13, 4),
    r"1.5 \cdot 10^{-3}": Rational(3, 2000),
    r"-\frac{1}{3}": Rational(-1, 3),
    # arithmetic
    r"x_{0} w_{0}+b": X0 * W0 + B,
    r"x_{0}w_{0} + b": X0 * W0 + B,
    r"x_{0} \cdot w_{0} - b": X0 * W0 - B,
    r"x_{0} \times w_{0}": X0 * W0,
    r"-x_{0} + b": B - X0,
    r"2 x_{0}": 2 * X0,
    r"2x_{0}^{2}": 2 * X0**2,
    r"-x_{0}^{2}": -(X0**2),
    r"\left(-x_{0}\right)^{2}": X0**2,
    r"-2^{2}": Integer(-4),
    r"\left(-2\right) \cdot \left(-3\right)": Integer(6),
    r"2 \left(x_{0} + b\right)": 2 * X0 + 2 * B,
    r"\left(x_{0} + b\right) \left(x_{0} - b\right)": (X0 + B) * (X0 - B),
    r"\left[x_{0} + b\right] (x_{0} - b)": (X0 + B) * (X0 - B),
    r"z \left(1 - z\right)": Z * (1 - Z),
    r"\frac{x_{0}}{w_{0}}": X0 / W0,
    r"\frac{x_{0}}{w_{0} b}": X0 / (W0 * B),
    r"\frac{x_{0} - b}{w_{0} + b} z": (X0 - B) / (W0 + B) * Z,
    r"x_{0} - \frac{b}{2} - z": X0 - B / 2 - Z,
    r"x_{0} - \left(b - z\right)": X0 - B + Z,
    r"x_{0}^2": X0**2,
    r"x_{0}^{-1}": 1 / X0,
    r"x_{0}^{w_{0}^{b}}": X0 ** (W0**B),
    r"2^{z}": Pow(2, Z),
    r"\left(\frac{x_{0}}{b}\right)^{2}": (X0 / B) ** 2,
    r"z^{\frac{1}{2}}": sympy.sqrt(Z),
    r"\sqrt{z}": sympy.sqrt(Z),
    r"\sqrt{z}^{2}": Z,
    r"\frac{1}{\sqrt{z}}": 1 / sympy.sqrt(Z),
    r"\left|z - b\right|": Abs(Z - B, evaluate=False),
    r"\left|z\right|^{2}": Abs(Z) ** 2,
    r"\left|-3\right|": Integer(3),
    r"1 + |z|^{2}": 1 + Abs(Z) ** 2,
    r"|z| \cdot |b|": Abs(Z) * Abs(B),
    r"||z| + |b||": Abs(Abs(Z) + Abs(B), evaluate=False),
    # spaces and colours
    r"x_{0}\;\cdot\,w_{0}\quad+\!b": X0 * W0 + B,
    r"\gradcolor{\frac{\partial L}{\partial x_{0}}} \cdot w_{0}": Symbol("drelu_dx0") * W0,
    r"\textcolor{red}{x_{0}} + \symbackgrad{b}": X0 + B,
    r"\gradcolor{\textcolor{blue}{x_{0}} + b} w_{0}": X0 + B * W0,
    # calls
    r"\operatorname{ReLU}\left(z\right)": relu(Z),
    r"\operatorname{ReLU} (z)": relu(Z),
    r"\sigma\left(x_{0} w_{0}+b\right)": sympy.Function("sigma")(X0 * W0 + B),
    r"\sigma\left(z\right) \left(1 - \sigma\left(z\right)\right)": (
        sympy.Function("sigma")(Z) * (1 - sympy.Function("sigma")(Z))
    ),
    r"\tanh\left(z\right) b": sympy.tanh(Z) * B,
    r"\frac{1}{1 + \exp\left(-z\right)}": 1 / (1 + sympy.exp(-Z)),
    r"\left(\ln\left(z\right)\right)^{2}": sympy.log(Z) ** 2,
    r"1 - \left(\tanh\left(z\right)\right)^{2}": 1 - sympy.tanh(Z) ** 2,
    r"\arctan\left(z\right)": sympy.atan(Z),
    r"\sin\left(z\right) + \cos\left(z\right) + \tan\left(z\right)": sympy.sin(Z)
    + sympy.cos(Z)
    + sympy.tan(Z),
    r"\sinh\left(z\right) + \cosh\left(z\right)": sympy.sinh(Z) + sympy.cosh(Z),
    r"\max\left(0, z\right)": Max(0, Z),
    r"\max\left(0, \min\left(z, b\right)\right)": Max(0, Min(Z, B)),
    r"\max\left(0, \max\left(z, b\right)\right)": Max(0, Max(Z, B), evaluate=False),
    r"\max\left(x_{0}, w_{0}, b\right)": Max(X0, W0, B),
    # conditions
    r"\mathbf{1}\left(z > 0\right)": Piecewise((1, Z > 0), (0, True)),
    r"\mathbf{1}\left[z \ge 0\right]": Piecewise((1, Z >= 0), (0, True)),
    r"\mathbb{1}\left(z < b\right)": Piecewise((1, Z < B), (0, True), evaluate=False),
    r"\mathbf{1}\left(z = 0\right)": Piecewise((1, Eq(Z, 0)), (0, True)),
    r"\mathbf{1}\left(z \ne 0\right)": Piecewise((1, Ne(Z, 0)), (0, True)),
    r"\mathbf{1}\left(0 < z \le 6\right)": Piecewise((1, (Z > 0) & (Z <= 6)), (0, True)),
    r"\mathbf{1}\left(6 \ge z > 0\right)": Piecewise((1, (Z > 0) & (Z <= 6)), (0, True)),
    r"\mathbf{1}\left(-3 > 0\right)": Integer(0),
    r"\mathbf{1}\left(0.5 \leq 1\right)": Integer(1),
    r"\mathit{dvalue} \cdot \mathbf{1}\left(z > 0\right)": DVALUE * Piecewise((1, Z > 0), (0, True)),
    r"\begin{cases} z & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases}": relu(Z),
    r"\begin{cases} z & z > 0 \\[2pt] 0.01 z & z \le 0 \\ \end{cases}": (
        Piecewise((Z, Z > 0), (Z / 100, Z <= 0), evaluate=False)
    ),
    r"\begin{cases} z & \text{if } z > 0 \cr 0 & \text{otherwise} \end{cases}": relu(Z),
    r"\left\{ z \text{if } z > 0,\quad 0 \text{otherwise} \right.": relu(Z),
    r"b \cdot ( \left\{ 0 \text{if } z \le 0,\quad 1 \text{if } z < 6,\quad 0 \text{otherwise} \right. )": (
        B * Piecewise((0, Z <= 0), (1, Z < 6), (0, True))
    ),
    r"\left\{ 1 \text{if } 6 > 0,\quad 6 + 1 \text{otherwise} \right.": Integer(1),
    r"b \cdot \begin{cases} 1 & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases} + 1": (
        B * Piecewise((1, Z > 0), (0, True)) + 1
    ),
    r"\begin{cases} 5 & \text{if } -1 > 0 \\ 7 & \text{otherwise} \end{cases}": Integer(7),
}


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_reads(text, expected):
    assert READER.read(text) == expected


def test_names_are_plain_symbols():
    assert READER.read("z").assumptions0 == Symbol("z").assumptions0


def test_an_accent_is_matched_as_it_was_declared():
    with pytest.raises(ReadingError, match="column 1"):
        READER.read(r"\hat y")


@pytest.mark.parametrize(
    "name", ["e", "d", "E", "I", "S", "N", "i", "j", "O", "Q", r"\pi", r"\beta", "dx", "v0"]
)
def test_a_declared_name_wins_over_every_constant(name):
    code = name.removeprefix("\\")
    assert read_latex(rf"2 {name} + {name}^{{2}}", {name: code}) == 2 * Symbol(code) + Symbol(code) ** 2


def test_declared_letters_side_by_side_are_products_of_names():
    names = {letter: letter for letter in ("e", "d", "E", "I", "S", "N")}
    assert read_latex("2e + d E - I S N", names) == (
        2 * Symbol("e") + Symbol("d") * Symbol("E") - Symbol("I") * Symbol("S") * Symbol("N")
    )


def test_a_function_declared_by_the_caller_overrides_the_known_one():
    assert read_latex(r"\ln\left(z\right)", {"z": "z"}, {r"\ln": lambda a: a + 1}) == Z + 1


def test_a_name_that_is_also_a_function():
    names, functions = {"z": "z", r"\sigma": "sigma"}, {r"\sigma": sympy.Function("s")}
    with pytest.raises(ReadingError, match=r"column 5: a name that is also a function.*\\cdot"):
        read_latex(r"1 + \sigma\left(z\right)", names, functions)
    assert read_latex(r"\sigma \cdot \left(z + 1\right)", names, functions) == Symbol("sigma") * (Z + 1)


def test_a_longer_head_wins_over_a_shorter_name():
    names, functions = {"f": "f", "z": "z"}, {"f_{1}": sympy.Function("g")}
    assert read_latex(r"f \cdot f_1\left(z\right)", names, functions) == Symbol("f") * sympy.Function("g")(Z)


def test_a_sum_of_three_thousand_terms():
    text = "+".join(f"x_{{{k}}} w_{{{k}}}" for k in range(3000))
    names = {f"{letter}_{{{k}}}": f"{letter}{k}" for letter in "xw" for k in range(3000)}
    expected = sympy.Add(*(Symbol(f"x{k}") * Symbol(f"w{k}") for k in range(3000)))
    reader = LatexReader(names)
    assert reader.read(text) == expected
    assert reader.read(rf"\frac{{1}}{{1 + \exp\left(-\left({text}\right)\right)}}") == 1 / (
        1 + sympy.exp(-expected)
    )


def test_signs_in_a_long_sum():
    names = {f"x_{{{k}}}": f"x{k}" for k in range(200)}
    text = "-x_{0}" + "".join(f"{'-+'[k % 2]}x_{{{k}}}" for k in range(1, 200))
    assert LatexReader(names).read(text) == sum((-1) ** (k + 1) * Symbol(f"x{k}") for k in range(200))


PLANTED = [
    (r"\mathit{dvalue} \cdot x_{0}", DVALUE * W0),
    (r"x_{0} w_{0} - b", X0 * W0 + B),
    (r"z \left(1 + z\right)", Z * (1 - Z)),
    (r"\mathbf{1}\left(z \ge 0\right)", Piecewise((1, Z > 0), (0, True))),
    (r"w_{1}", W10),
    (r"-\left(x_{0}\right)^{2}", X0**2),
    (r"\frac{x_{0}}{2 b}", X0 / 2 * B),
]


@pytest.mark.parametrize(("text", "claimed"), PLANTED)
def test_a_planted_mistake_reads_as_something_else(text, claimed):
    assert sympy.simplify(READER.read(text) - claimed) != 0
