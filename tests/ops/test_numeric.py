"""Every op in numbers: exact values, every array library, the complex step, arguments far out."""

from __future__ import annotations

import sys
import warnings

import mpmath
import numpy as np
import pytest
import sympy

from symback.evaluation import scalars
from symback.evaluation.arrays import ArrayNamespace

STEP = 1e-30


def thirty_digits(case, expr, point):
    return float(sympy.sympify(case.on_branch(expr, point)).subs(case.at(point)).evalf(30))


def columns(points):
    return [np.array(column) for column in zip(*points, strict=True)]


def test_scalars_agree_with_sympy_to_thirty_digits(any_case):
    for point in any_case.points():
        expected = thirty_digits(any_case, any_case.forward, point)
        assert any_case.value(scalars, point) == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_numpy_agrees_with_scalars(case):
    points = case.points(6)
    arrays = columns(points)
    found = case.value(ArrayNamespace(arrays[0]), arrays)
    assert found == pytest.approx([case.value(scalars, point) for point in points], rel=1e-12, abs=1e-15)


def test_torch_agrees_with_scalars(case):
    torch = pytest.importorskip("torch")
    points = case.points(6)
    arrays = [torch.from_numpy(column) for column in columns(points)]
    found = case.value(ArrayNamespace(arrays[0]), arrays)
    assert found.dtype is torch.float64
    assert found.tolist() == pytest.approx(
        [case.value(scalars, point) for point in points], rel=1e-12, abs=1e-15
    )


def test_jax_agrees_with_scalars(case, jax64):
    points = case.points(6)
    arrays = [jax64.numpy.asarray(column) for column in columns(points)]
    found = case.value(ArrayNamespace(arrays[0]), arrays)
    assert found.dtype == np.float64
    assert found.tolist() == pytest.approx(
        [case.value(scalars, point) for point in points], rel=1e-12, abs=1e-14
    )


@pytest.mark.parametrize("library", ["numpy", "torch", "jax.numpy"])
def test_single_precision_stays(any_case, library):
    xp = pytest.importorskip(library)
    points = any_case.points(6)
    like = xp.asarray([0.0], dtype=xp.float32)
    arrays = [xp.asarray(column, dtype=xp.float32) for column in columns(points)] if any_case.arity else []
    found = any_case.value(ArrayNamespace(like), arrays)
    assert found.dtype == xp.float32
    expected = [any_case.value(scalars, point) for point in points]
    assert np.broadcast_to(np.asarray(found), len(points)) == pytest.approx(expected, rel=2e-4, abs=1e-5)


def test_complex_step_of_the_value_is_the_derivative(case):
    for point in case.points():
        for position, symbol in enumerate(case.symbols):
            expected = thirty_digits(case, sympy.diff(case.on_branch(case.forward, point), symbol), point)
            moved = list(point)
            moved[position] = complex(point[position], STEP)
            assert complex(case.value(scalars, moved)).imag / STEP == pytest.approx(
                expected, rel=1e-10, abs=1e-13
            )
            assert case.slope(position, point) == pytest.approx(expected, rel=1e-10, abs=1e-13)


def test_complex_step_over_arrays(case):
    points = case.points()
    for position in range(case.arity):
        arrays = [column.astype(complex) for column in columns(points)]
        arrays[position] = arrays[position] + STEP * 1j
        found = case.value(ArrayNamespace(arrays[position]), arrays)
        slopes = [case.slope(position, point) for point in points]
        assert np.imag(found) / STEP == pytest.approx(slopes, rel=1e-10, abs=1e-13)


@pytest.mark.parametrize("z", [sign * size for size in (40.0, 800.0, 1e4) for sign in (1, -1)])
def test_far_out_nothing_overflows(activation, z):
    branch = activation.on_branch(activation.forward, (z,))
    with mpmath.workdps(50):
        value, slope = (
            mpmath.mpmathify(sympy.lambdify(activation.symbols, expr, "mpmath")(mpmath.mpf(z)))
            for expr in (branch, sympy.diff(branch, activation.symbols[0]))
        )
    if value.imag or slope.imag or max(abs(value), abs(slope)) > sys.float_info.max:
        return  # outside the domain, or larger than any double
    assert activation.value(scalars, (z,)) == pytest.approx(float(value), rel=1e-12, abs=1e-12)
    assert activation.slope(0, (z,)) == pytest.approx(float(slope), rel=1e-12, abs=1e-12)
    array = np.array([z])
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise", divide="raise"):
        warnings.simplefilter("error")
        assert activation.value(ArrayNamespace(array), (array,)) == pytest.approx(
            [float(value)], rel=1e-12, abs=1e-12
        )
        # A branch that is not chosen may overflow: ELU's eᶻ for large z.
        with np.errstate(over="ignore"):
            found = np.broadcast_to(activation.slope(0, (array,), ArrayNamespace(array)), (1,))
    assert found == pytest.approx([float(slope)], rel=1e-12, abs=1e-12)


def test_far_out_with_every_kink_policy(bent, kink_or_none):
    for point in [(z, *bent.points(1)[0][1:]) for z in (-1e4, 1e4)]:
        for position, symbol in enumerate(bent.symbols):
            slope = sympy.diff(bent.on_branch(bent.forward, point), symbol)
            expected = thirty_digits(bent, slope, point)
            assert bent.slope(position, point, kink=kink_or_none) == pytest.approx(expected, abs=1e-12)
