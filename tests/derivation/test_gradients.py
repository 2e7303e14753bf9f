"""Gradients of random expressions against SymPy and the complex step; planted mistakes are caught."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import symback as sb
from symback.core.op import VARIADIC, Kind
from symback.derivation import paths
from symback.derivation.steps import StepKind
from symback.derivation.sweep import Sweep
from symback.evaluation import scalars
from symback.evaluation.values import compute
from symback.ops.expression import Expression, apply, constant
from symback.ops.partials import partial, partial_rule
from symback.ops.sympy_numbers import exact
from symback.ops.table import OPS

STEP = 1e-30
NAMES = ("u", "v", "w")
FAR = 0.01  # random points keep this far from every kink
LARGE = 20
PARAMETERS = (Fraction(1, 2), 3, 1.5, -1)


@st.composite
def programs(draw, length=6):
    """A random expression, its symbols and a point at which all of it is smooth.

    Values are computed on the way: an op that would leave its domain, or come near a kink, is
    left out.
    """
    pool = {sb.symbols(name): draw(st.integers(-30, 30)) / 10 + 0.037 for name in NAMES}
    point = dict(zip(NAMES, pool.values(), strict=True))
    for number in range(length):
        op = OPS[draw(st.sampled_from(sorted(OPS)))]
        count = draw(st.integers(1, 3)) if op.arity == VARIADIC else op.arity
        sources = draw(st.lists(st.sampled_from(list(pool)), min_size=count, max_size=count))
        # A factor of 0 has a test of its own.
        usual = (p.default or 1 for p in op.parameters)
        other = (filter(p.test, PARAMETERS) for p in op.parameters)
        chosen = tuple(
            draw(st.sampled_from([first, *rest])) for first, rest in zip(usual, other, strict=True)
        )
        values = [pool[source] for source in sources]
        if smooth(op, values, chosen):
            made = apply(op, *sources, parameters=chosen)
            if draw(st.booleans()):
                made = made.named(f"h{number}")
            pool[made] = op.numeric(scalars, *values, *chosen)
    last = list(pool)[-1]
    return last + next(iter(pool)), point


def smooth(op, values, parameters):
    lowest = op.sample[0]
    if lowest > 0 and min(values, default=1) < lowest:
        return False
    if any(abs(values[0] - float(kink.at)) < FAR for kink in op.kinks(*parameters)):
        return False
    compared = op.kind in {Kind.SELECTING, Kind.PIECEWISE_CONSTANT} and len(values) > 1
    if compared and min(abs(a - b) for n, a in enumerate(values) for b in values[:n]) < FAR:
        return False
    return abs(float(op.numeric(scalars, *values, *parameters))) < LARGE


def differences(derivation, point):
    """Return what is wrong with a derivation at a point: in the gradients or in any step."""
    e = derivation.evaluate(point)
    size = max(1.0, *(abs(float(value)) for value in e.values()))
    wrong = []

    def compare(what, found, expected):
        if not math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-11 * size):
            wrong.append(f"{what}: {found} instead of {expected}")

    for name in derivation.gradients:
        compare(f"d{name} by SymPy", e.gradients[name], by_sympy(derivation.graph, point, name))
        compare(
            f"d{name} by a complex step", e.gradients[name], by_complex_step(derivation.graph, point, name)
        )
    known = {name: e[name] for name in derivation.graph.names}
    for step in derivation.steps:
        if step.name in known:
            wrong.append(f"{step.name} is assigned twice")
        known[step.name] = e[step.name]
        if not known.keys() - {step.name} >= set(step.uses):
            wrong.append(f"{step.name} uses what does not stand above it")
        elif step.kind is not StepKind.SEED:
            here = {sympy.Symbol(name): exact(sympy, known[name]) for name in step.uses}
            assert step.expr.free_symbols <= here.keys()
            # Numbers that were rounded are never exactly equal to what they are compared with.
            expr = step.expr.replace(sympy.Eq, lambda left, right: abs(left - right) < FAR)
            compare(step.name, e[step.name], float(expr.subs(here, simultaneous=True).evalf(30)))
    return wrong


def by_sympy(graph, point, name):
    """Differentiate the whole forward expression, each choice replaced by the branch that is taken."""
    variable = sympy.Symbol(name, real=True)
    at = compute(graph.nodes, point, scalars)
    made = {}
    for node in graph.nodes:
        if node.op is None:
            made[node] = variable if node.name == name else exact(sympy, at[node])
            continue
        places = sympy.symbols(f"z:{len(node.inputs)}", real=True)
        shape = sympy.sympify(node.op.forward(sympy, *places, *node.parameters))
        here = {place: exact(sympy, at[source]) for place, source in zip(places, node.inputs, strict=True)}
        if isinstance(shape, sympy.Piecewise):
            shape = next(piece for piece, condition in shape.args if condition.subs(here) == True)  # noqa: E712
        elif isinstance(shape, sympy.Max | sympy.Min):
            shape = (max if isinstance(shape, sympy.Max) else min)(places, key=here.get)
        arguments = [made[source] for source in node.inputs]
        made[node] = shape.subs(dict(zip(places, arguments, strict=True)), simultaneous=True)
    slope = sympy.diff(made[graph.outputs[0]], variable)
    return float(slope.subs(variable, exact(sympy, point[name])).evalf(30))


def by_complex_step(graph, point, name):
    moved = {**point, name: complex(point[name], STEP)}
    return complex(compute(graph.nodes, moved, scalars)[graph.outputs[0]]).imag / STEP


@pytest.mark.parametrize("detail", ["named", "atomic"])
@settings(max_examples=60, deadline=None)
@given(program=programs())
def test_gradients_of_random_expressions(detail, program):
    expression, point = program
    derivation = sb.derive(expression, wrt=sb.symbols(" ".join(NAMES)), detail=detail)
    assert differences(derivation, point) == []


@pytest.mark.slow
@pytest.mark.parametrize("detail", ["named", "atomic"])
@settings(max_examples=300, deadline=None)
@given(program=programs(length=8))
def test_gradients_of_larger_random_expressions(detail, program):
    expression, point = program
    derivation = sb.derive(expression, wrt=sb.symbols(" ".join(NAMES)), detail=detail)
    assert differences(derivation, point) == []


@pytest.mark.parametrize("name", OPS)
def test_gradients_of_each_op_below_and_above_others(name):
    op = OPS[name]
    count = 3 if op.arity == VARIADIC else op.arity
    point = {"u": 0.7, "v": 1.3, "w": 2.1}
    u, v, w = sb.symbols("u v w")
    made = apply(op, *[u * v, sb.sqrt(w), v + 0.5][:count])
    derivation = sb.derive((made * u + made + w + v).named("L"), wrt=["u"])
    assert differences(derivation, point) == []


def model():
    u, v, w = sb.symbols("u v w")
    h = sb.tanh(u * v).named("h")
    return sb.derive((h * u + h * h + sb.sigmoid(w * h)).named("L"))


POINT = {"u": 0.7, "v": -1.3, "w": 2.1}


def test_the_model_of_the_planted_mistakes_is_right():
    assert differences(model(), POINT) == []


@pytest.fixture
def no_rules_kept():
    partial_rule.cache_clear()
    yield
    partial_rule.cache_clear()


@pytest.mark.usefixtures("no_rules_kept")
@pytest.mark.parametrize(
    ("name", "textbook"),
    [
        ("mul", (lambda _f, _left, right, _y: right, lambda _f, _left, right, _y: right)),
        ("mul", (lambda _f, left, _right, _y: left, lambda _f, _left, right, _y: right)),
        ("tanh", (lambda _f, _z, y: 1 - y,)),
        ("tanh", (lambda _f, _z, y: 1 + y**2,)),
        ("sigmoid", (lambda _f, z, y: y * (1 - z),)),
        ("sigmoid", (lambda _f, _z, y: y * (1 - y) + constant(1e-6),)),
    ],
)
def test_a_wrong_record_is_caught(name, textbook):
    record = OPS[name]
    kept = record.textbook
    object.__setattr__(record, "textbook", textbook)
    try:
        assert differences(model(), POINT)
    finally:
        object.__setattr__(record, "textbook", kept)


def test_a_wrong_partial_is_caught(monkeypatch):
    def swapped(node, position, kink=None):
        return partial(node, len(node.inputs) - 1 - position, kink)

    monkeypatch.setattr(paths, "partial", swapped)
    assert differences(model(), POINT)


@pytest.mark.parametrize("dropped", [0, -1])
def test_a_dropped_contribution_is_caught(monkeypatch, dropped):
    whole = Sweep._accumulate  # noqa: SLF001 - the mistake is planted there

    def accumulate(self, of, parts):
        kept = [part for part in parts if part is not parts[dropped]]
        whole(self, of, kept)

    monkeypatch.setattr(Sweep, "_accumulate", accumulate)
    assert differences(model(), POINT)


def test_a_step_out_of_order_is_caught():
    derivation = model()
    derivation.steps.insert(1, derivation.steps.pop())
    assert any("does not stand above" in line for line in differences(derivation, POINT))


def test_a_branch_that_is_taken_for_smooth_is_caught():
    u = sb.symbols("u")
    derivation = sb.derive(sb.relu(u) + Expression((u * u).node), kink=1)
    assert differences(derivation, {"u": 0.0})
