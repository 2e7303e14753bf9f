"""The activation table to twelve digits: values and derivatives against mpmath, kinks against PyTorch.

The reference formulas are written here a second time, from the definitions; mpmath differentiates
them with 60 digits. Nothing of the records enters them.
"""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from fractions import Fraction
from functools import cache, reduce
from typing import NamedTuple

import mpmath as mp
import numpy as np
import pytest

from symback.core.node import Node
from symback.core.op import Kind
from symback.evaluation import scalars
from symback.evaluation.arrays import ArrayNamespace
from symback.ops.expression import Expression
from symback.ops.partials import partial
from symback.ops.table import OPS

LIMIT = 1e-12
"""The largest error of a value v, in units of max(1, |v|)."""

DIGITS = 60

# λ and λα of self-normalising networks, to double precision, as the paper's authors publish them.
SELU_SCALE, SELU_PRODUCT = mp.mpf("1.0507009873554805"), mp.mpf("1.7580993408473766")


def sigmoid(z):
    return 1 / (1 + mp.exp(-z))


def softplus(z):
    return mp.log1p(mp.exp(z)) if z < 0 else z + mp.log1p(mp.exp(-z))


def clipped(z, low, high):
    return min(max(z, low), high)


def soft_shrunk(z, margin):
    return z - clipped(z, -margin, margin)


REFERENCES = {
    "identity": lambda z: z,
    "relu": lambda z: max(z, 0),
    "leaky_relu": lambda z, slope: z if z > 0 else slope * z,
    "prelu": lambda z, slope: z if z > 0 else slope * z,
    "relu6": lambda z: clipped(z, 0, 6),
    "elu": lambda z, alpha: z if z > 0 else alpha * mp.expm1(z),
    "selu": lambda z: SELU_SCALE * z if z > 0 else SELU_PRODUCT * mp.expm1(z),
    "celu": lambda z, alpha: z if z > 0 else alpha * mp.expm1(z / alpha),
    "gelu": lambda z: z * mp.erfc(-z / mp.sqrt(2)) / 2,
    "gelu_tanh": lambda z: z * sigmoid(2 * mp.sqrt(2 / mp.pi) * (z + mp.mpf("0.044715") * z**3)),
    "silu": lambda z: z * sigmoid(z),
    "quick_gelu": lambda z: z * sigmoid(mp.mpf("1.702") * z),
    "mish": lambda z: z * mp.tanh(softplus(z)),
    "softplus": lambda z, beta: softplus(beta * z) / beta,
    "softsign": lambda z: z / (1 + abs(z)),
    "sigmoid": sigmoid,
    "hardsigmoid": lambda z: clipped(z + 3, 0, 6) / 6,
    "hardswish": lambda z: z * clipped(z + 3, 0, 6) / 6,
    "tanh": mp.tanh,
    "hardtanh": clipped,
    "clamp": clipped,
    "logsigmoid": lambda z: -softplus(-z),
    "softshrink": soft_shrunk,
    "hardshrink": lambda z, margin: z if abs(z) > margin else 0,
    "tanhshrink": lambda z: z - mp.tanh(z),
    "threshold": lambda z, threshold, value: z if z > threshold else value,
    "exp": mp.exp,
    "expm1": mp.expm1,
    "log": mp.log,
    "log1p": mp.log1p,
    "sqrt": mp.sqrt,
    "rsqrt": lambda z: 1 / mp.sqrt(z),
    "erf": mp.erf,
    "normal_cdf": lambda z: mp.erfc(-z / mp.sqrt(2)) / 2,
    "normal_pdf": lambda z: mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi),
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "abs": abs,
    "sign": mp.sign,
    "floor": mp.floor,
    "ceil": mp.ceil,
    "round": mp.nint,
    "square": lambda z: z * z,
    "cube": lambda z: z * z * z,
    "power": lambda z, exponent: z**exponent,
    "reciprocal": lambda z: 1 / z,
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "atan": mp.atan,
    "asinh": mp.asinh,
}

PARAMETERS = {
    "leaky_relu": [(0.01,), (-0.5,), (3,)],
    "elu": [(1,), (0.25,), (2.5,), (-1,), (1000.0,)],
    "celu": [(1,), (0.25,), (2.5,), (0.001,)],
    "softplus": [(1,), (0.25,), (3,), (100,)],
    "hardtanh": [(-1, 1), (-2.5, 0.1)],
    "clamp": [(-1, 1), (0.1, 6), (2, -2)],
    "softshrink": [(0.5,), (2,)],
    "hardshrink": [(0.5,), (2,)],
    "threshold": [(0, 0), (0.1, 20.0), (-1, 5)],
    "power": [(2,), (3,), (5,), (10,), (0,), (1,), (-1,), (-2,), (0.5,), (2.5,), (-0.5,)],
}
SECOND_ARGUMENTS = {"prelu": (0.25, -2.0, 1.0)}
SIZES = (1e-8, 1e-5, 1e-3, 0.02, 0.3, 0.7, 1.5, 3.2, 8.0, 20.0, 22.0, 37.0, 40.0, 100.0, 700.0, 709.0, 1000.0)
OFFSETS = (1e-8, 1e-3)

# Above which z a function is defined; 0 itself is left out.
POSITIVE = {"log": 0, "sqrt": 0, "rsqrt": 0, "log1p": -1}
NOT_AT_ZERO = {"reciprocal", "log", "sqrt", "rsqrt"}
# Points this far from a whole number are jumps.
JUMPS = {"floor": 0, "ceil": 0, "round": 0.5}

# The last section of the conventions that PyTorch 2.13 has: op, parameters, kink, derivative there.
CONVENTIONS = [
    ("relu", (), 0, 0),
    ("relu6", (), 0, 0),
    ("relu6", (), 6, 0),
    ("hardtanh", (-1, 1), -1, 0),
    ("hardtanh", (-1, 1), 1, 0),
    ("hardtanh", (-2.5, 0.5), -2.5, 0),
    ("hardtanh", (-2.5, 0.5), 0.5, 0),
    ("clamp", (-1, 1), -1, 1),
    ("clamp", (-1, 1), 1, 1),
    ("clamp", (0.5, 6), 0.5, 1),
    ("leaky_relu", (0.01,), 0, 0.01),
    ("leaky_relu", (-0.5,), 0, -0.5),
    ("elu", (1,), 0, 1),
    ("elu", (0.25,), 0, 0.25),
    ("elu", (2.5,), 0, 2.5),
    ("selu", (), 0, 1.7580993408473766),
    ("celu", (1,), 0, 1),
    ("celu", (2.5,), 0, 1),
    ("hardsigmoid", (), -3, 0),
    ("hardsigmoid", (), 3, 0),
    ("hardswish", (), -3, 0),
    ("hardswish", (), 3, 1),
    ("softshrink", (0.5,), -0.5, 0),
    ("softshrink", (0.5,), 0.5, 0),
    ("hardshrink", (0.5,), -0.5, 0),
    ("hardshrink", (2,), 2, 0),
    ("threshold", (0, 0), 0, 0),
    ("threshold", (-1, 5), -1, 0),
    ("abs", (), 0, 0),
    ("sign", (), 0, 0),
    ("floor", (), 2, 0),
    ("ceil", (), -1, 0),
    ("round", (), 0.5, 0),
]

A_BIT = Fraction(1, 10**7)


class Deviation(NamedTuple):
    """A function of PyTorch's own that is farther off than the limit, by how much at most, and why."""

    function: str
    name: str
    parameters: tuple
    bound: float
    why: str


# The records' peers go round these; elsewhere PyTorch and JAX are within the limit.
DEVIATIONS = [
    Deviation("nn.functional.celu", "celu", (0.001,), 1e-7, "1/α is rounded to float32"),
    Deviation("nn.functional.hardsigmoid", "hardsigmoid", (), 1e-8, "1/6 is rounded to float32"),
    Deviation("nn.functional.softplus", "softplus", (1,), 1e-8, "linear from βz = 20 on"),
]
# Where all of them, symback too, give 0 for the derivative of a sigmoid that has become 1.
SATURATED = 40.0

CASES = [(name, parameters) for name in REFERENCES for parameters in PARAMETERS.get(name, [()])]


def label(value):
    return str(value) if isinstance(value, tuple) else None


def precise(number):
    """The number that was meant: 0.1 is one tenth."""
    return mp.mpf(str(number))


@cache
def reference(name, parameters, point, position=None):
    """The value of a function, or its derivative with respect to one argument."""
    with mp.workdps(DIGITS):
        arguments, rest = list(map(mp.mpf, point)), list(map(precise, parameters))

        def along(moved):
            changed = [moved if n == position else z for n, z in enumerate(arguments)]
            return mp.mpf(REFERENCES[name](*changed, *rest))

        return along(None) if position is None else mp.diff(along, arguments[position])


def grid(name, parameters):
    """Points far out, near 0, and close to every kink, from both sides."""
    kinks = [float(kink.at) for kink in OPS[name].kinks(*parameters)]
    numbers = {sign * size for size in SIZES for sign in (1, -1)} | {0.0}
    numbers |= {at + sign * offset for at in kinks for offset in OFFSETS for sign in (1, -1)}
    fractional = name == "power" and parameters[0] != int(parameters[0])
    lowest = 0 if fractional else POSITIVE.get(name, -math.inf)
    if name in NOT_AT_ZERO or (name == "power" and parameters[0] < 0):
        numbers.discard(0.0)
    jumps = {z for z in numbers if abs(z) % 1 == JUMPS.get(name)}
    numbers = {z for z in numbers - jumps - {*kinks} if z > lowest}
    return sorted((z, *rest) for z in numbers for rest in others(name))


def others(name):
    return [(second,) for second in SECOND_ARGUMENTS[name]] if name in SECOND_ARGUMENTS else [()]


def errors(found, name, parameters, points, position=None):
    """The error at each point, in units of max(1, |v|), where the true value fits a double."""
    for number, point in zip(found, points, strict=True):
        true = reference(name, parameters, point, position)
        if abs(true) <= sys.float_info.max:
            with mp.workdps(DIGITS):
                away = abs(mp.mpf(float(number)) - true) / max(1, abs(true))
            yield (float(away) if math.isfinite(number) else math.inf), point


def over_arrays(function, points):
    columns = [np.array(column) for column in zip(*points, strict=True)]
    with np.errstate(all="ignore"):
        found = function(columns, ArrayNamespace(columns[0]))
    return np.broadcast_to(found, len(points)).tolist()


def worst(case, points, name):
    """The largest error of an op, and where: its values and derivatives, by both namespaces."""
    parameters = case.parameters
    found = list(errors([case.value(scalars, point) for point in points], name, parameters, points))
    by_arrays = over_arrays(lambda columns, xp: case.value(xp, columns), points)
    found += errors(by_arrays, name, parameters, points)
    for position in range(case.arity):
        slopes = [case.slope(position, point) for point in points]
        found += errors(slopes, name, parameters, points, position)
        slopes = over_arrays(lambda columns, xp, n=position: case.slope(n, columns, xp), points)
        found += errors(slopes, name, parameters, points, position)
    return max(found)


def test_the_whole_table_is_compared():
    table = """
    relu leaky_relu prelu relu6 elu selu celu gelu gelu_tanh silu quick_gelu mish softplus softsign
    sigmoid hardsigmoid hardswish tanh hardtanh clamp logsigmoid softshrink hardshrink tanhshrink threshold
    exp expm1 log log1p sqrt rsqrt erf sin cos tan abs sign square cube power reciprocal sinh cosh atan asinh
    floor ceil round
    """.split()  # noqa: SIM905 - the table as it is stated
    assert {*table} <= REFERENCES.keys() & OPS.keys()


@pytest.mark.parametrize(("name", "parameters"), CASES, ids=label)
def test_values_and_derivatives_have_twelve_digits(make_case, name, parameters):
    error, where = worst(make_case(OPS[name], parameters), grid(name, parameters), name)
    assert error <= LIMIT, where


def a_billionth_off(op):
    """The op with a derivative that is too large by 1e-9."""

    def wrong(position):
        def textbook(_f, *arguments):
            leaves = tuple(argument.node for argument in arguments[: op.arity])
            right, _ = partial(Node(op, leaves, arguments[op.arity + 1 :]), position)
            return Expression(right) + 1e-9

        return textbook

    return replace(op, textbook=tuple(map(wrong, range(op.arity))))


# The derivative of a piecewise constant function is 0 by its kind, whatever a record states.
@pytest.mark.parametrize(
    ("name", "parameters"),
    [case for case in CASES if OPS[case[0]].kind is not Kind.PIECEWISE_CONSTANT],
    ids=label,
)
def test_a_derivative_that_is_off_by_a_billionth_is_seen(make_case, name, parameters):
    wrong = make_case(a_billionth_off(OPS[name]), parameters)
    assert worst(wrong, grid(name, parameters), name)[0] > LIMIT


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("tanh", {"textbook": (lambda _f, _z, y: 1 - (1 + 1e-9) * y**2,)}),
        ("sigmoid", {"numeric": lambda xp, z: xp.divide(xp.exp(z), xp.add(1, xp.exp(z)))}),
        (
            "softplus",
            {"numeric": lambda xp, z, beta: xp.divide(xp.log1p(xp.exp(xp.multiply(beta, z))), beta)},
        ),
        ("elu", {"numeric": lambda xp, z, _alpha: xp.where(xp.gt(z, 1e-3), z, xp.expm1(z))}),
        (
            "leaky_relu",
            {"forward": lambda sp, z, _slope: sp.Piecewise((z, z > 0), (z / (100 + A_BIT), True))},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_wrong_record_is_seen(make_case, name, changes):
    parameters = OPS[name].bind(())
    wrong = make_case(replace(OPS[name], **changes), parameters)
    assert worst(wrong, grid(name, parameters), name)[0] > LIMIT


KEEP_THEIR_DIGITS = (
    *("expm1", "log1p", "tanhshrink", "softplus", "logsigmoid", "sigmoid", "silu", "quick_gelu", "mish"),
    *("gelu_tanh", "elu", "celu", "selu", "tanh", "erf", "asinh", "atan", "softsign"),
)


@pytest.mark.parametrize("name", KEEP_THEIR_DIGITS)
def test_small_values_keep_their_digits(make_case, name):
    parameters = OPS[name].bind(())
    case = make_case(OPS[name], parameters)
    points = [point for point in grid(name, parameters) if abs(reference(name, parameters, point)) > 1e-290]
    for found in (
        [case.value(scalars, point) for point in points],
        over_arrays(lambda columns, xp: case.value(xp, columns), points),
    ):
        true = [float(reference(name, parameters, point)) for point in points]
        assert found == pytest.approx(true, rel=LIMIT, abs=0)


@pytest.mark.parametrize(("name", "parameters", "at", "slope"), CONVENTIONS, ids=str)
def test_conventions_at_kinks(make_case, name, parameters, at, slope):
    case = make_case(OPS[name], parameters)
    assert case.slope(0, (at,)) == case.slope(0, (float(at),)) == pytest.approx(slope, rel=1e-15)
    assert over_arrays(lambda columns, xp: case.slope(0, columns, xp), [(float(at),)] * 2) == [slope] * 2


def test_every_kink_has_a_stated_convention():
    stated = {name for name, *_ in CONVENTIONS} | {"prelu"}
    assert {name for name, parameters in CASES if OPS[name].kinks(*parameters)} <= stated


@pytest.mark.parametrize("slope", [0.25, -2.0])
def test_prelu_at_its_kink(make_case, slope):
    case = make_case(OPS["prelu"], ())
    for kink, expected in ((None, slope), (0, slope), (0.5, (slope + 1) / 2), (1, 1)):
        point = (0.0, slope)
        assert case.slope(0, point, kink=kink) == expected
        assert case.slope(1, point, kink=kink) == 0
        for position, number in enumerate((expected, 0)):
            found = over_arrays(
                lambda columns, xp, n=position, s=kink: case.slope(n, columns, xp, s), [point]
            )
            assert found == [number]


@pytest.mark.parametrize("share", [0, 0.25, 1])
@pytest.mark.parametrize(("name", "parameters", "at"), [row[:3] for row in CONVENTIONS], ids=str)
def test_a_kink_policy_mixes_the_one_sided_derivatives(make_case, name, parameters, at, share):
    case = make_case(OPS[name], parameters)
    with mp.workdps(DIGITS):
        left, right = (
            reference(name, parameters, (mp.mpf(at) + side * mp.mpf("1e-30"),), 0) for side in (-1, 1)
        )
        expected = float((1 - precise(share)) * left + precise(share) * right)
    found = [case.slope(0, (float(at),), kink=share)]
    found += over_arrays(lambda columns, xp: case.slope(0, columns, xp, share), [(float(at),)])
    assert found == pytest.approx([expected] * 2, rel=LIMIT, abs=LIMIT)


def torch_errors(torch, function, name, parameters, points):
    """Value and derivatives by PyTorch's own function and its autograd."""
    columns = [
        torch.tensor(column, dtype=torch.float64, requires_grad=True) for column in zip(*points, strict=True)
    ]
    # PReLU takes one slope for all of its argument.
    value = (
        torch.stack([function(*at) for at in zip(*columns, strict=True)])
        if columns[1:]
        else function(*columns)
    )
    slopes = torch.autograd.grad(value.sum(), columns)
    found = list(errors(value.tolist(), name, parameters, points))
    for position, slope in enumerate(slopes):
        found += errors(slope.tolist(), name, parameters, points, position)
    return max(found)


@pytest.mark.parametrize(
    ("name", "parameters"), [case for case in CASES if "torch" in OPS[case[0]].peers], ids=label
)
def test_torch_beside(torch, make_case, name, parameters):
    function = make_case(OPS[name], parameters).peer("torch")
    error, where = torch_errors(torch, function, name, parameters, grid(name, parameters))
    assert error <= LIMIT, where


@pytest.mark.parametrize(
    ("name", "parameters"), [case for case in CASES if "jax" in OPS[case[0]].peers], ids=label
)
def test_jax_beside(jax64, make_case, name, parameters):
    function = make_case(OPS[name], parameters).peer("jax")
    points = grid(name, parameters)
    columns = [jax64.numpy.asarray(column) for column in zip(*points, strict=True)]
    places = tuple(range(len(columns)))
    slopes = jax64.grad(lambda *columns: function(*columns).sum(), argnums=places)(*columns)
    found = list(errors(function(*columns).tolist(), name, parameters, points))
    for position, slope in enumerate(slopes):
        found += errors(slope.tolist(), name, parameters, points, position)
    error, where = max(found)
    assert error <= LIMIT, where


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda deviation: f"{deviation.name}: {deviation.why}")
def test_known_deviations_of_torch(torch, deviation):
    own = reduce(getattr, deviation.function.split("."), torch)
    name, parameters = deviation.name, deviation.parameters
    error, _ = torch_errors(torch, lambda z: own(z, *parameters), name, parameters, grid(name, parameters))
    assert LIMIT < error <= deviation.bound


def test_the_derivative_of_a_saturated_sigmoid_is_0(torch, jax64, make_case):
    z = torch.tensor(SATURATED, dtype=torch.float64, requires_grad=True)
    (by_torch,) = torch.autograd.grad(torch.sigmoid(z), z)
    by_jax = jax64.grad(jax64.nn.sigmoid)(SATURATED)
    here = make_case(OPS["sigmoid"], ()).slope(0, (SATURATED,))
    assert float(by_torch) == float(by_jax) == here == 0
    assert 0 < reference("sigmoid", (), (SATURATED,), 0) < 1e-17
