"""Brackets stand where they are needed: what is printed, read again, has the same value."""

from __future__ import annotations

import ast
import math
import operator
import re
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symback.core.node import postorder
from symback.evaluation import scalars
from symback.evaluation.values import compute
from symback.notation.forms import Level, Written, written_number
from symback.notation.identifier import identifier
from symback.notation.latex import latex
from symback.notation.text import text
from symback.ops.expression import constant, symbols
from symback.ops.table import FUNCTIONS as F

VALUES = {"u": Fraction(2), "v": Fraction(-3), "w": Fraction(1, 2)}
LARGEST = 10**6

UNARY = [operator.neg, F.square, F.reciprocal, abs, F.identity, F.relu, lambda a: a**3, lambda a: a**-2]
BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, F.maximum, lambda a, b: F.add(a, b, a)]

leaves = st.sampled_from([*symbols("u v w")]) | st.sampled_from(
    [1, 3, -2, Fraction(1, 3), Fraction(-2, 7), 0.5, -1.5, 1e-7]
).map(constant)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(UNARY), inner).map(lambda t: t[0](t[1])),
        st.tuples(st.sampled_from(BINARY), inner, inner).map(lambda t: t[0](t[1], t[2])),
    ),
    max_leaves=12,
)


def written(expression):
    """Write an expression as the renderers do: each op by its form."""
    made = {}
    for node in postorder([expression.node]):
        if node.op is None:
            made[node] = Written(identifier(node.name), Level.ATOM)
        else:
            made[node] = node.op.write([made[source] for source in node.inputs], node.parameters)
    return made[expression.node]


def value_of(expression):
    order = list(postorder([expression.node]))
    with_zero = compute(order, VALUES, scalars)
    assume(all(abs(value) < LARGEST for value in with_zero.values()))
    return float(with_zero[expression.node])


SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def read_text(line):
    """Read plain text by the rules of paper: powers, then products, then sums."""
    line = re.sub(r"([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: f"**({m[1].translate(SUPERSCRIPTS)})", line)
    line = re.sub(r"\|([^|]*)\|", r"abs(\1)", line)
    return evaluated(line.replace("·", "*").replace("−", "-").replace("^", "**"))


def read_latex(line):
    """Read LaTeX: \\frac{a}{b} is (a)/(b), and a superscript binds tightest."""
    line = line.replace(r"\left", "").replace(r"\right", "").replace(r"\cdot", "*").replace("\\max", "max")
    line = line.replace(r"\operatorname{ReLU}", "ReLU")
    while r"\frac" in line:
        line = re.sub(
            r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", re.sub(r"\^\{([^{}]*)\}", r"**(\1)", line)
        )
    line = re.sub(r"\^\{([^{}]*)\}", r"**(\1)", line)
    return evaluated(line)


FUNCTIONS = {"abs": abs, "max": max, "ReLU": lambda z: max(z, 0)}
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def evaluated(line):
    def walk(part):
        match part:
            case ast.BinOp(left, op, right):
                return OPERATORS[type(op)](walk(left), walk(right))
            case ast.UnaryOp(ast.USub(), operand):
                return -walk(operand)
            case ast.Call(ast.Name(name), arguments):
                return FUNCTIONS[name](*map(walk, arguments))
            case ast.Name(name):
                return float(VALUES[name])
            case ast.Constant(number):
                return float(number)
        raise AssertionError(ast.dump(part))

    return walk(ast.parse(line.strip(), mode="eval").body)


@settings(max_examples=300, deadline=None)
@given(trees)
def test_text_has_brackets_where_they_are_needed(expression):
    expected = value_of(expression)
    line = text(written(expression).tree)
    assume(line.count("|") <= 2)  # nested bars open and close alike
    assert math.isclose(read_text(line), expected, rel_tol=1e-9, abs_tol=1e-9), line
    assert not re.search("[+−·] [+−]", line), "two signs in a row"


@settings(max_examples=300, deadline=None)
@given(trees)
def test_latex_has_brackets_where_they_are_needed(expression):
    expected = value_of(expression)
    line = latex(written(expression).tree)
    assume("|" not in line)
    assert math.isclose(read_latex(line), expected, rel_tol=1e-9, abs_tol=1e-9), line


u, v, w = symbols("u v w")

LINES = [
    (u + (v - w), "u + (v − w)"),
    (u - (v + w), "u − (v + w)"),
    (u - v - w, "u − v − w"),
    (u * (v + w), "u · (v + w)"),
    (u * -v, "u · (−v)"),
    (-(u * v), "−u · v"),
    (-(u + v), "−(u + v)"),
    (u + -v, "u + (−v)"),
    (-u + v, "−u + v"),
    ((u * v) ** 2, "(u · v)²"),
    ((-u) ** 2, "(−u)²"),
    ((u**2) ** 3, "(u²)³"),
    (u**-2, "u⁻²"),
    (u / (v * w), "u/(v · w)"),
    (u / v / w, "(u/v)/w"),
    (u**0.5, "u^(0.5)"),
    (u ** (v + w), "u^(v + w)"),
    (3 * u, "3 · u"),
    (-3 * u, "(−3) · u"),
    (u - 3, "u − 3"),
    (u + -3, "u + (−3)"),
    (F.where(u > v, 1, F.where(u > w, 2, 3)), "{1 if u > v; 2 if u > w; 3 otherwise}"),
    (F.where(u, 1, 0), "{1 if u ≠ 0; 0 otherwise}"),
    ((u > v) * w, "1[u > v] · w"),
    (F.sqrt(u) + F.exp(-u), "√(u) + exp(−u)"),
    (abs(u) * F.pi(), "|u| · π"),
    (F.leaky_relu(u, 0.2), "LeakyReLU_0.2(u)"),
]


@pytest.mark.parametrize(("expression", "line"), LINES, ids=[line for _, line in LINES])
def test_lines_of_text(expression, line):
    assert text(written(expression).tree) == line


@pytest.mark.parametrize(
    ("number", "level"),
    [
        (3, Level.ATOM),
        (-3, Level.NEGATIVE),
        (Fraction(1, 3), Level.PRODUCT),
        (1e-9, Level.PRODUCT),
        (0.5, Level.ATOM),
    ],
)
def test_numbers_hold_together_as_they_look(number, level):
    assert written_number(number).level is level
