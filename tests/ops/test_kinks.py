"""Kinks: where they are, what is taken there, and what PyTorch and JAX say."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
import sympy

from symback.core.op import Kind
from symback.ops.sympy_numbers import exact, plain

BESIDE = sympy.Rational(1, 10**6)

# PyTorch's conventions, stated a second time: op, kink, the derivative there.
CONVENTIONS = [
    ("relu", (), 0, 0),
    ("relu6", (), 0, 0),
    ("relu6", (), 6, 0),
    ("hardtanh", (), -1, 0),
    ("hardtanh", (), 1, 0),
    ("leaky_relu", (0.01,), 0, 0.01),
    ("leaky_relu", (3,), 0, 3),
    ("elu", (Fraction(1, 4),), 0, 0.25),
    ("selu", (), 0, 1.7580993408473766),
    ("abs", (), 0, 0),
    ("sign", (), 0, 0),
]


def beside(point, side):
    return (plain(exact(sympy, point[0]) + side * BESIDE), *point[1:])


def one_sided(case, point, side, position=0):
    """The derivative from one side, from the forward expression alone."""
    branch = case.on_branch(case.forward, beside(point, side))
    return sympy.diff(branch, case.symbols[position]).subs(case.at(point))


def test_kinks_are_the_places_where_the_derivative_jumps(unary_or_kinked):
    case = unary_or_kinked
    forward, (z, *_) = case.forward, case.symbols
    rest = case.points()[0][1:]
    conditions = forward.atoms(sympy.core.relational.Relational)
    places = {root for relation in conditions for root in sympy.solve(relation.lhs - relation.rhs, z)}
    jumping = set()
    for place in places:
        left, right = (case.on_branch(forward, beside((plain(place), *rest), side)) for side in (-1, 1))
        gaps = [left - right, sympy.diff(left - right, z)]
        if any(sympy.simplify(gap.subs(z, place)) != 0 for gap in gaps):
            jumping.add(place)
    assert {exact(sympy, at) for at in case.kinks} == jumping


@pytest.mark.parametrize("share", [0, Fraction(1, 4), 0.5, 1], ids=str)
def test_a_share_mixes_the_one_sided_derivatives(kinked, share):
    s = exact(sympy, share)
    for point, position in product(kinked.kink_points, range(kinked.arity)):
        left, right = (one_sided(kinked, point, side, position) for side in (-1, 1))
        expected = float((1 - s) * left + s * right)
        assert kinked.slope(position, point, kink=share) == pytest.approx(expected, rel=1e-14, abs=1e-15)


def test_convention_of_the_record_is_what_is_taken(kinked):
    kinks = kinked.op.kinks(*kinked.parameters)
    for kink, point in zip(kinks, kinked.kink_points, strict=True):
        if kinked.op.kind is Kind.PIECEWISE_CONSTANT:
            assert kinked.slope(0, point) == 0
            continue
        s = exact(sympy, kink.convention)
        for position in range(kinked.arity):
            left, right = (one_sided(kinked, point, side, position) for side in (-1, 1))
            expected = float((1 - s) * left + s * right)
            assert kinked.slope(position, point) == pytest.approx(expected, rel=1e-14, abs=1e-15)


def test_conventions_are_those_of_pytorch(kinked):
    stated = {
        at: value
        for name, parameters, at, value in CONVENTIONS
        if name == kinked.op.name and parameters == kinked.parameters
    }
    for at, value in stated.items():
        assert kinked.slope(0, (at,)) == pytest.approx(value, rel=1e-15)


def test_torch_at_the_kinks(torch_case):
    function = torch_case.peer("torch")
    torch = pytest.importorskip("torch")
    for point in torch_case.kink_points:
        numbers = tuple(map(float, point))
        tensors = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in numbers]
        slopes = torch.autograd.grad(function(*tensors), tensors)
        for position, slope in enumerate(slopes):
            assert torch_case.slope(position, numbers) == pytest.approx(float(slope), rel=1e-14)


def test_torch_autograd_off_the_kinks(torch_case):
    function = torch_case.peer("torch")
    torch = pytest.importorskip("torch")
    for point in torch_case.points():
        tensors = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in point]
        value = function(*tensors)
        assert torch_case.value_here(point) == pytest.approx(value.detach().item(), rel=1e-12, abs=1e-15)
        slopes = torch.autograd.grad(value, tensors)
        for position, slope in enumerate(slopes):
            assert torch_case.slope(position, point) == pytest.approx(float(slope), rel=1e-12, abs=1e-14)


def test_jax_autodiff_off_the_kinks(jax_case, jax64):
    function = jax_case.peer("jax")
    for point in jax_case.points(2):
        value, slopes = jax64.value_and_grad(function, argnums=tuple(range(jax_case.arity)))(*point)
        assert jax_case.value_here(point) == pytest.approx(float(value), rel=1e-12, abs=1e-14)
        for position, slope in enumerate(slopes):
            assert jax_case.slope(position, point) == pytest.approx(float(slope), rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("point", [*product((1.0, 2.0), repeat=3)], ids=str)
def test_ties_share_as_in_torch(selecting, point):
    function = selecting.peer("torch")
    torch = pytest.importorskip("torch")
    tensors = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in point]
    slopes = torch.autograd.grad(function(*tensors), tensors)
    assert [selecting.slope(n, point) for n in range(3)] == pytest.approx([float(s) for s in slopes])
