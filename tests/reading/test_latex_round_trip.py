"""Random expressions, printed in the style of the steps, come back as they were."""

from __future__ import annotations

import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Symbol

from symback.core.errors import ReadingError
from symback.reading import LatexReader, split_equation

NAMES = {
    "x_{0}": "x0",
    "w_{10}": "w10",
    "w_{1}": "w1",
    "e": "e",
    "d": "d",
    "I": "I",
    r"\lambda": "lambda",
    r"\mathit{xw}_{0}": "xw0",
    r"\frac{\partial L}{\partial x_{0}}": "dL_dx0",
    r"\hat{y}": "yhat",
}
CALLS = {r"\exp": sympy.exp, r"\tanh": sympy.tanh, r"\sigma": sympy.Function("sigma")}
READER = LatexReader(NAMES, CALLS)

# A tree is printed by one hand and built by another; each node carries both.
names = st.sampled_from(sorted(NAMES)).map(lambda printed: ("atom", printed, Symbol(NAMES[printed])))
integers = st.integers(0, 999).map(lambda n: ("number", str(n), sympy.Integer(n)))
decimals = st.integers(1, 999).map(lambda n: ("number", f"{n / 1000:.3f}", sympy.Rational(n, 1000)))


def wrapped(tree, kinds):
    kind, text, _ = tree
    return text if kind in kinds else rf"\left({text}\right)"


def add(trees):
    terms = [wrapped(tree, {"atom", "number", "mul"}) for tree in trees]
    return "sum", " + ".join(terms), sympy.Add(*(tree[2] for tree in trees))


def subtract(pair):
    left, right = (wrapped(tree, {"atom", "number", "mul"}) for tree in pair)
    return "sum", f"{left} - {right}", pair[0][2] - pair[1][2]


def multiply(trees):
    factors = [wrapped(tree, {"atom", "number"}) for tree in trees]
    return "mul", r" \cdot ".join(factors), sympy.Mul(*(tree[2] for tree in trees))


def beside(pair):
    left, right = wrapped(pair[0], {"atom", "number"}), wrapped(pair[1], {"atom"})
    return "mul", f"{left} {right}", pair[0][2] * pair[1][2]


def negate(tree):
    return "sum", "-" + wrapped(tree, {"atom", "number"}), -tree[2]


def divide(pair):
    above, below = pair[0], add([pair[1], names_one])
    return "mul", rf"\frac{{{above[1]}}}{{{below[1]}}}", above[2] / below[2]


names_one = ("atom", r"\lambda", Symbol("lambda"))


def power(pair):
    base, exponent = pair
    if not base[2].free_symbols:
        exponent = abs(exponent) + 1  # so as not to divide by zero
    return "mul", rf"{wrapped(base, set())}^{{{exponent}}}", base[2] ** exponent


def call(pair):
    head, tree = pair
    return "atom", rf"{head}\left({tree[1]}\right)", CALLS[head](tree[2])


def coloured(tree):
    return tree[0], rf"\gradcolor{{{tree[1]}}}", tree[2]


def indicator(pair):
    tree, relation = pair
    kinds = {">": sympy.Gt, r"\le": sympy.Le}
    condition = kinds[relation](tree[2], Symbol("e"))
    value = sympy.Piecewise((1, condition), (0, True))
    return "atom", rf"\mathbf{{1}}\left({tree[1]} {relation} e\right)", value


def deeper(trees):
    pairs = st.tuples(trees, trees)
    return st.one_of(
        st.lists(trees, min_size=2, max_size=4).map(add),
        st.lists(trees, min_size=2, max_size=3).map(multiply),
        pairs.map(subtract),
        pairs.map(beside),
        pairs.map(divide),
        trees.map(negate),
        trees.map(coloured),
        st.tuples(trees, st.integers(-3, 4)).map(power),
        st.tuples(st.sampled_from(sorted(CALLS)), trees).map(call),
        st.tuples(names, st.sampled_from([">", r"\le"])).map(indicator),
    )


trees = st.recursive(st.one_of(names, integers, decimals), deeper, max_leaves=8)


def agree(left, right):
    """Compare by form, and where forms differ (calls are not evaluated), at a point."""
    if left == right:
        return True
    point = {Symbol(code): sympy.Rational(7 + 3 * k, 11) for k, code in enumerate(sorted(NAMES.values()))}
    sigma = sympy.Function("sigma")
    # SymPy's numbers, since exp(1024) is beyond every double.
    first, second = (
        expr.replace(sigma, lambda u: 1 / (1 + sympy.exp(-u))).subs(point).evalf(30) for expr in (left, right)
    )
    return abs(first - second) <= abs(second) / 10**9 or abs(first - second) <= sympy.Rational(1, 10**9)


def read_or_complaint(read, text):
    """Return what was read, and else the complaint as a str; anything else that is raised is a mistake."""
    try:
        return read(text)
    except ReadingError as error:
        return str(error)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_round_trip(data):
    _, text, expected = data.draw(trees)
    assume(not expected.has(sympy.zoo, sympy.nan, sympy.oo))
    found = read_or_complaint(READER.read, text)
    # Only the limits on numbers, and a divisor that happens to vanish, may make it refuse what was printed.
    assert (
        "bits" in found or "division by zero" in found if isinstance(found, str) else agree(found, expected)
    )


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_an_equation_is_cut_where_it_was_joined(data):
    left, right = data.draw(trees)[1], data.draw(trees)[1]
    assert split_equation(rf"{left} &= {right} \\") == [left, "=", right]


signs = [
    *"xed012.,+-^_=(){}[]|&!'/",
    " ",
    "\\",
    "\\\\",
    "\x00",
    "x_{0}",
    r"\frac",
    r"\left(",
    r"\right)",
    r"\cdot ",
]
signs += [
    r"\exp",
    r"\sqrt",
    r"\pi ",
    r"\mathbf{1}",
    r"\begin{cases}",
    r"\end{cases}",
    r"\gradcolor{",
    r"\left|",
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(signs), max_size=12).map("".join))
def test_any_text_is_read_or_refused(text):
    for read in (READER.read, split_equation):
        found = read_or_complaint(read, text)
        assert not isinstance(found, str) or "column" in found
