"""Every function on arrays against its namesake in NumPy or SciPy, for shapes and axes of all sorts."""

# The functions of a table share one signature.
# ruff: noqa: ARG005

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st

from symback.core.errors import InputError, SymbackError, UnknownNameError
from symback.core.node import postorder
from symback.evaluation.values import run
from symback.ops import expression, functions
from symback.ops.expression import Expression, array, symbols
from symback.ops.functions import FUNCTION_TABLE, FUNCTIONS, function_named
from symback.ops.table import ACTIVATIONS, OPS

MOST_AXES = 3


class Draw:
    """Draws what a case needs: shapes, arrays, axes, choices."""

    def __init__(self, draw):
        self._draw = draw
        self._rng = np.random.default_rng(draw(st.integers(0, 2**16)))

    def shape(self, least=0, most=MOST_AXES):
        return tuple(self._draw(st.lists(st.integers(1, 3), min_size=least, max_size=most)))

    def array(self, shape, low=-2.0, high=2.0):
        # Tenths: entries that tie occur, and are the same in every library.
        return np.round(self._rng.uniform(low, high, shape), 1)

    def whole(self, shape, below):
        return self._rng.integers(0, below, shape)

    def integer(self, low, high):
        return self._draw(st.integers(low, high))

    def pick(self, *options):
        return self._draw(st.sampled_from(options))

    def either(self):
        return self._draw(st.booleans())

    def axis(self, ndim):
        return self.integer(-ndim, ndim - 1)

    def axes(self, ndim):
        """Return None, one axis, or several."""
        if not ndim:
            return None
        several = self._draw(st.lists(st.integers(0, ndim - 1), unique=True))
        return self.pick(None, self.axis(ndim), tuple(n - self.pick(0, ndim) for n in several))

    def broadcasting(self, shape):
        """Return a shape that broadcasts to another."""
        kept = shape[self.integer(0, len(shape)) :]
        return tuple(self.pick(1, size) for size in kept)


def evaluated(result, inputs):
    """Return the value of an expression, computed as those of a derivation are."""
    node = result.node
    return run(list(postorder([node])), {"unused": np.zeros(1), **inputs})[node]


def compared(call, values):
    """Hold a call with expressions against the same call with NumPy's arrays."""
    names = [f"x{n}" for n in range(len(values))]
    leaves = [array(name, np.shape(value)) for name, value in zip(names, values, strict=True)]
    result = call(Named(), *leaves)
    expected = np.asarray(call(Numpy(), *values))
    assert result.shape == expected.shape
    found = np.asarray(evaluated(result, dict(zip(names, map(np.asarray, values), strict=True))))
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected.astype(float), rtol=1e-12, atol=1e-12)


class Named:
    """The functions of symback, by name."""

    def __getattr__(self, name):
        return function_named(name)


class Numpy:
    """The namesakes, from NumPy or SciPy; torch's names are put down to NumPy's."""

    def __getattr__(self, name):
        if name in ELSEWHERE:
            return ELSEWHERE[name]
        return getattr(np, name) if hasattr(np, name) else getattr(scipy.special, name)


def _permuted(z, *axes):
    return np.transpose(z, axes or None)


ELSEWHERE = {
    "norm": np.linalg.norm,
    "log_softmax": scipy.special.log_softmax,
    "sigmoid": scipy.special.expit,
    "logistic": scipy.special.expit,
    "logsigmoid": scipy.special.log_expit,
    "log_sigmoid": scipy.special.log_expit,
    "normal_cdf": scipy.special.ndtr,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "gt": np.greater,
    "ge": np.greater_equal,
    "lt": np.less,
    "le": np.less_equal,
    "eq": np.equal,
    "clamp": np.clip,
    "pi": lambda: np.pi,
    "constant": lambda number: number,
    "rsqrt": lambda z: 1 / np.sqrt(z),
    "cube": lambda z: z**3,
    "relu": lambda z: np.maximum(z, 0),
    "item": lambda z, key: z[key],
    "take_slices": lambda z, slices: z[tuple(slice(*part) for part in slices)],
    "stop_gradient": lambda z: z,
    "detach": lambda z: z,
    # torch's names.
    "cat": np.concatenate,
    "view": np.reshape,
    "flatten": np.ravel,
    "row_stack": np.vstack,
    "unsqueeze": np.expand_dims,
    "permute": _permuted,
    "transpose": _permuted,
    "permute_dims": _permuted,
    "t": np.transpose,
    "matrix_transpose": np.transpose,
    "mm": np.matmul,
    "bmm": np.matmul,
    "mv": np.matmul,
    "broadcast": np.broadcast_to,
}


# The cases: each draws some values, and says how the function is called on them.


def entrywise(name, d):
    op = OPS.get(functions._ALIASES.get(name, name))  # noqa: SLF001 - the names to be tested
    low, high = (0.2, 0.9) if op is None else op.sample
    return [d.array(d.shape(), low, high)], lambda f, z: getattr(f, name)(z)


def pairwise(name, d):
    low, high = (0.2, 3.0) if name in ("pow", "power", "float_power") else (-2.0, 2.0)
    shape = d.shape()
    shapes = [d.broadcasting(shape), shape]
    left, right = (d.array(shape, low, high) for shape in (shapes if d.either() else shapes[::-1]))
    # A divisor is not 0.
    right = np.where(right == 0, 0.5, right)
    number = d.pick(-2, 3, 0.5)
    if d.either():
        return [left, right], lambda f, a, b: getattr(f, name)(a, b)
    return [left], lambda f, a: getattr(f, name)(a, number)


def chosen(name, d):
    shape = d.shape()
    values = [d.array(d.broadcasting(shape)), d.array(shape), d.array(d.broadcasting(shape))]
    return values, lambda f, c, a, b: getattr(f, name)(c > 0, a, b)


def clipped(name, d):
    shape = d.shape()
    if d.either() and name == "clip":
        values = [d.array(shape), d.array(d.broadcasting(shape), -2, 0), d.array(d.broadcasting(shape), 0, 2)]
        return values, lambda f, z, low, high: getattr(f, name)(z, low, high)
    low, high = d.pick((-1.0, 0.5), (0, 1)) if name == "clamp" else d.pick((-1.0, 0.5), (None, 1), (0, None))
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, low, high)


def reduced(name, d):
    # Of a number, SciPy's logsumexp makes an axis.
    shape = d.shape(int(name == "logsumexp"))
    axes, keep = d.axes(len(shape)), d.either()
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, axis=axes, keepdims=keep)


def spread_out(name, d):
    shape = d.shape()
    axes, keep = d.axes(len(shape)), d.either()
    listed = range(len(shape)) if axes is None else np.atleast_1d(np.array(axes, dtype=int))
    most = int(np.prod([shape[n] for n in listed]))
    ddof = d.integer(0, min(most - 1, 2))
    low = 3 * np.arange(np.prod(shape, dtype=int)).reshape(shape)  # no spread of 0, whose root has no slope
    return [low + d.array(shape)], lambda f, z: getattr(f, name)(z, axis=axes, ddof=ddof, keepdims=keep)


def multiplied(name, d):
    shape = d.shape()
    axis, keep = d.pick(None, d.axis(len(shape))) if shape else None, d.either()
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, axis=axis, keepdims=keep)


def weighed(name, d):
    shape = d.shape(1)
    axis = d.pick(None, d.axis(len(shape)))
    values = [d.array(shape)]
    if d.either():
        return values, lambda f, z: getattr(f, name)(z, axis=axis)
    own = shape if axis is None or d.either() else (shape[axis],)
    values.append(d.array(own, 0.5, 2))
    return values, lambda f, z, w: getattr(f, name)(z, axis=axis, weights=w)


def lengths(name, d):
    shape = d.shape(1)
    axes, keep = d.axes(len(shape)), d.either()
    vectors = isinstance(axes, int) or (isinstance(axes, tuple) and len(axes) == 1) or len(shape) == 1
    order = d.pick(None, 1, 2) if vectors and axes != () else None
    matrices = isinstance(axes, tuple) and len(axes) == 2
    if axes == () or (isinstance(axes, tuple) and len(axes) > 2):
        axes = None
    order = d.pick(None, "fro") if matrices else order
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, order, axis=axes, keepdims=keep)


def normalised(name, d):
    shape = d.shape(1)
    axis = d.axis(len(shape))
    return [d.array(shape, -5, 5)], lambda f, z: getattr(f, name)(z, axis=axis)


def accumulated(name, d):
    shape = d.shape(1)
    axis = d.pick(None, d.axis(len(shape))) if name == "cumsum" or len(shape) == 1 else d.axis(len(shape))
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, axis=axis)


def product_of_matrices(name, d):
    i, j, k = (d.integer(1, 3) for _ in "ijk")
    if name in ("mm", "mv", "bmm"):
        shapes = {"mm": [(i, j), (j, k)], "mv": [(i, j), (j,)], "bmm": [(2, i, j), (2, j, k)]}[name]
    else:
        batch = d.shape(0, 2)
        shapes = [(*d.broadcasting(batch), i, j), (*batch, j, k)]
        left = d.pick(shapes[0], (j,))
        shapes = [left, d.pick(shapes[1], (j,))]
        shapes = shapes if d.either() or len(shapes[1]) < 3 else [(*batch, i, j), shapes[1]]
    return list(map(d.array, shapes)), lambda f, a, b: getattr(f, name)(a, b)


def dotted(name, d):
    j = d.integer(1, 3)
    left, right = (*d.shape(0, 2), j), d.pick((j,), (*d.shape(0, 1), j, d.integer(1, 3)))
    if name == "inner":
        right = (*d.shape(0, 2), j)
    left, right = d.pick((left, right), ((), right), (left, ()))
    return [d.array(left), d.array(right)], lambda f, a, b: getattr(f, name)(a, b)


def paired(name, d):
    shape = d.shape()
    other = shape if name == "vdot" else d.shape()
    return [d.array(shape), d.array(other)], lambda f, a, b: getattr(f, name)(a, b)


def contracted(name, d):
    shared = d.shape(0, 2)
    left, right = (*d.shape(0, 1), *shared), (*shared, *d.shape(0, 1))
    values = [d.array(left), d.array(right)]
    if d.either():
        return values, lambda f, a, b: getattr(f, name)(a, b, len(shared))
    order = d.pick(*permutations(range(len(shared))))
    pairs = [len(left) - len(shared) + n for n in order], [n - d.pick(0, len(right)) for n in order]
    return values, lambda f, a, b: getattr(f, name)(a, b, axes=pairs)


PATTERNS = (
    "ij,jk->ik", "ij,jk", "i,i", "ij->ji", "ji", "ij->", "ij->i", "ii", "ii->i", "iij->j", "iji->j",
    "i,j->ij", "aij,ajk->aik", "ij,j,i->", "i,ij,j", "ij,ij,ij->ij", "...ij->...ji", "...i,ij->...j",
    " i j , j -> i ", "ij,kj->", "i,j,k->k", "ijk,ijk->k", "ij,ij->ji", "iik,k->i", "ba", "ijj->i", "a,b->",
)  # fmt: skip


def by_pattern(name, d):
    pattern = d.pick(*PATTERNS)
    sizes = {letter: d.integer(1, 3) for letter in sorted(set(pattern))}
    batch = d.shape(0, 2) if "..." in pattern else ()
    parts = pattern.replace(" ", "").partition("->")[0].split(",")
    shapes = [
        (*(batch if "..." in part else ()), *(sizes[c] for c in part.replace("...", ""))) for part in parts
    ]
    return list(map(d.array, shapes)), lambda f, *arrays: getattr(f, name)(pattern, *arrays)


def of_a_square(name, d):
    size = d.integer(1, 3)
    return [d.array((size, size))], lambda f, z: getattr(f, name)(z)


def on_a_diagonal(name, d):
    shape = d.pick((3, 3), (d.integer(1, 3),))
    return [d.array(shape)], lambda f, z: getattr(f, name)(z)


def transposed(name, d):
    shape = d.shape(*((2, 2) if name in ("t", "matrix_transpose") else (0, MOST_AXES)))
    order = d.pick(*permutations(range(len(shape))))
    if name in ("t", "matrix_transpose") or not shape or d.either():
        return [d.array(shape)], lambda f, z: getattr(f, name)(z)
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, *order)


def reshaped(name, d):
    shape = d.pick((2, 6), (12,), (3, 1, 4), (2, 2, 3), (1, 12))
    wanted = d.pick((3, 4), (12,), (2, -1), (-1,), (4, 3, 1), (-1, 2, 2), (1, 1, 12), 12, -1)
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, wanted)


def with_axes(name, d):
    shape = d.shape()
    axis = d.axis(len(shape) + 1) if d.either() else (0, len(shape) + 1)
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, axis)


def without_axes(name, d):
    shape = tuple(d.pick(1, 2) for _ in range(d.integer(0, 3)))
    ones = [n for n, size in enumerate(shape) if size == 1]
    if ones and d.either():
        axis = d.pick(*ones, tuple(ones))
        return [d.array(shape)], lambda f, z: getattr(f, name)(z, axis)
    return [d.array(shape)], lambda f, z: getattr(f, name)(z)


def broadcasted(name, d):
    shape = d.shape()
    return [d.array(d.broadcasting(shape))], lambda f, z: getattr(f, name)(z, shape)


def two_axes(name, d):
    shape = d.shape(1)
    first, second = d.axis(len(shape)), d.axis(len(shape))
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, first, second)


def joined(name, d):
    shape = d.shape(1)
    axis = d.axis(len(shape))
    shapes = [
        tuple(d.integer(1, 3) if n == axis % len(shape) else s for n, s in enumerate(shape)) for _ in "ab"
    ]
    return list(map(d.array, shapes)), lambda f, *arrays: getattr(f, name)(arrays, axis=axis)


def stacked(name, d):
    shape = d.shape(0, 2)
    axis = d.axis(len(shape) + 1)
    return [d.array(shape) for _ in "abc"], lambda f, *arrays: getattr(f, name)(list(arrays), axis=axis)


def put_together(name, d):
    shape = d.shape(0, 3)
    return [d.array(shape) for _ in "ab"], lambda f, *arrays: getattr(f, name)(arrays)


def padded(name, d):
    shape = d.shape(1)
    pairs = tuple((d.integer(0, 2), d.integer(0, 2)) for _ in shape)
    width = d.pick(d.integer(0, 2), pairs[0], pairs, [list(pair) for pair in pairs], (pairs[0],))
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, width)


def flipped(name, d):
    shape = d.shape(1)
    axes = d.axes(len(shape))
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, axis=axes)


def rolled(name, d):
    shape = d.shape(1)
    shift, axis = d.integer(-4, 4), d.pick(None, d.axis(len(shape)))
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, shift, axis=axis)


def repeated(name, d):
    shape = d.shape(1)
    times, axis = d.integer(1, 3), d.pick(None, d.axis(len(shape)))
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, times, axis=axis)


def tiled(name, d):
    reps = d.pick(2, (2,), (1, 2), (2, 1, 2), (1,))
    return [d.array(d.shape())], lambda f, z: getattr(f, name)(z, reps)


def taken(name, d):
    shape = d.shape(1)
    axis = d.pick(None, d.axis(len(shape)))
    below = int(np.prod(shape)) if axis is None else shape[axis]
    where = d.pick(d.integer(-below, below - 1), [[0, 0], [below - 1, 0]], [below - 1, 0, 0])
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, where, axis=axis)


def taken_along(name, d):
    shape = d.shape(1)
    axis = d.axis(len(shape))
    along = axis % len(shape)
    where = d.whole((*shape[:along], d.integer(1, 3), *shape[along + 1 :]), shape[axis])
    return [d.array(shape), where], lambda f, z, i: getattr(f, name)(z, i, axis)


def key_of(d, shape):
    """Return a key of numbers, slices, None and an ellipsis."""
    parts = []
    for size in shape[: d.integer(0, len(shape))]:
        start, stop = sorted((d.integer(0, size - 1), d.integer(0, size - 1)))
        parts.append(
            d.pick(
                d.integer(-size, size - 1),
                slice(None),
                slice(start, stop + 1),
                slice(start - size, None, 2),
                slice(None, None, -1),
                slice(stop, start - 1 if start else None, -2),
            )
        )
    key = list(parts)
    for extra in (None, Ellipsis):
        if d.either():
            key.insert(len(key) if extra is Ellipsis else d.integer(0, len(key)), extra)
    return tuple(key)


def indexed(name, d):
    shape = d.shape()
    key = key_of(d, shape)
    return [d.array(shape)], lambda f, z: getattr(f, name)(z, key)


def sliced(name, d):
    size = d.integer(1, 4)
    part = d.pick((0, size, 1), (size - 1, None, -1), (0, size, 2), (size - 1, size, 1))
    return [d.array((size, 2))], lambda f, z: getattr(f, name)(z, (part, (0, 2, 1)))


def made_of_sizes(name, d):
    shape = d.pick(d.shape(1), d.integer(1, 3))
    value = (d.pick(2, -0.5),) if name == "full" else ()
    return [], lambda f: getattr(f, name)(shape, *value)


def made_alike(name, d):
    value = (d.pick(2, -0.5),) if name == "full_like" else ()
    return [d.array(d.shape())], lambda f, z: getattr(f, name)(z, *value)


def unit(name, d):
    size = d.integer(1, 4)
    return [], lambda f: getattr(f, name)(size)


def ranged(name, d):
    bounds = d.pick((3,), (1, 4), (5, 0, -2), (0, 7, 3))
    return [], lambda f: getattr(f, name)(*bounds)


def spaced(name, d):
    bounds = d.pick((0, 1, 5), (2, -1, 4), (-0.5, 0.5, 2))
    return [], lambda f: getattr(f, name)(*bounds)


def fixed(name, d):
    number = d.integer(-3, 3)
    return [], lambda f: getattr(f, name)(number)


def triangular(name, d):
    k = d.integer(-2, 2)
    return [d.array(d.shape(2))], lambda f, z: getattr(f, name)(z, k)


CASES = {
    **dict.fromkeys(
        (
            "abs", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "cube", "erf", "exp", "expm1", "floor",
            "log", "log10", "log1p", "log2", "logical_not", "logsigmoid", "neg", "normal_cdf", "reciprocal",
            "relu", "round", "rsqrt", "sigmoid", "sign", "sin", "sinh", "sqrt", "square", "stop_gradient",
            "tan", "tanh",
        ),
        entrywise,
    ),
    **dict.fromkeys(
        (
            "add", "div", "eq", "ge", "gt", "hypot", "le", "logaddexp", "logical_and", "logical_or", "lt",
            "maximum", "minimum", "mul", "not_equal", "pow", "power", "sub",
        ),
        pairwise,
    ),
    "where": chosen,
    **dict.fromkeys(("clamp", "clip"), clipped),
    **dict.fromkeys(("sum", "mean", "amax", "amin", "logsumexp"), reduced),

    **dict.fromkeys(("var", "std"), spread_out),
    "prod": multiplied,
    "average": weighed,
    "norm": lengths,
    **dict.fromkeys(("softmax", "log_softmax"), normalised),
    "cumsum": accumulated,
    "matmul": product_of_matrices,
    **dict.fromkeys(("dot", "inner"), dotted),
    **dict.fromkeys(("outer", "vdot"), paired),
    "tensordot": contracted,
    "einsum": by_pattern,
    **dict.fromkeys(("trace", "diagonal"), of_a_square),
    "diag": on_a_diagonal,
    "transpose": transposed,
    "reshape": reshaped,
    "ravel": lambda name, d: ([d.array(d.shape())], lambda f, z: getattr(f, name)(z)),
    "expand_dims": with_axes,
    "squeeze": without_axes,
    "broadcast_to": broadcasted,
    **dict.fromkeys(("swapaxes", "moveaxis"), two_axes),
    "concatenate": joined,
    "stack": stacked,
    **dict.fromkeys(("vstack", "hstack"), put_together),
    "pad": padded,
    "flip": flipped,
    "roll": rolled,
    "repeat": repeated,
    "tile": tiled,
    "take": taken,
    "take_along_axis": taken_along,
    "item": indexed,
    "take_slices": sliced,
    **dict.fromkeys(("full", "zeros", "ones"), made_of_sizes),
    **dict.fromkeys(("full_like", "zeros_like", "ones_like"), made_alike),
    **dict.fromkeys(("eye", "identity"), unit),
    "arange": ranged,
    "linspace": spaced,
    "pi": lambda name, d: ([], lambda f: getattr(f, name)()),
    "constant": fixed,
    **dict.fromkeys(("tril", "triu"), triangular),
}  # fmt: skip
"""For each function with a namesake, what draws a call of it."""

ELSEWHERE_TESTED = {
    **dict.fromkeys(
        {name for name in ACTIVATIONS if name not in CASES} | {"prelu", "normal_pdf"},
        "an activation: test_numeric and test_activation_digits hold it against SymPy, mpmath and torch",
    ),
    "one_hot": "no namesake: test_one_hot",
    "gather": "no namesake: test_rows_are_looked_up",
    "split": "gives several arrays: test_split",
    "scatter_add": "the transpose of a look-up: test_pullbacks",
    "place": "the transpose of a slice: test_pullbacks",
    "spread": "inside pullbacks: test_pullbacks",
    "extreme_share": "inside pullbacks: test_pullbacks",
}

ALIASES = functions._ALIASES  # noqa: SLF001 - the names to be tested
NAMES = [*CASES, *(alias for alias, target in ALIASES.items() if target not in ELSEWHERE_TESTED)]


def test_every_function_is_compared_or_tested_elsewhere():
    assert sorted([*CASES, *ELSEWHERE_TESTED]) == sorted(FUNCTION_TABLE)
    assert set(ALIASES.values()) <= set(FUNCTION_TABLE)


@pytest.mark.parametrize("name", NAMES)
def test_against_its_namesake(name):
    case = CASES[name if name in CASES else ALIASES[name]]

    @settings(max_examples=15)
    @given(st.data())
    def check(data):
        values, call = case(name, Draw(data.draw))
        compared(call, values)

    check()


@pytest.mark.parametrize("alias", [name for name, target in ALIASES.items() if target in ELSEWHERE_TESTED])
def test_an_alias_is_the_function_it_stands_for(alias):
    assert function_named(alias) is FUNCTION_TABLE[ALIASES[alias]]


@settings(max_examples=30)
@given(st.data())
def test_brackets_are_numpys(data):
    d = Draw(data.draw)
    shape = d.shape()
    key = key_of(d, shape)
    compared(lambda _f, z: z[key[0] if len(key) == 1 else key], [d.array(shape)])


INDICES = (
    lambda z, i, j: z[i],
    lambda z, i, j: z[i, j],
    lambda z, i, j: z[:, j],
    lambda z, i, j: z[i, j, 0],
    lambda z, i, j: z[..., j, 0],
    lambda z, i, j: z[1, j],
    lambda z, i, j: z[::2, j],
    lambda z, i, j: z[i, j, ::-1],
    lambda z, i, j: z[[0, -1], [1, 2]],
    lambda z, i, j: z[[[0, 2], [1, 1]]],
    lambda z, i, j: z[:, [0, 0, 2]],
)


@pytest.mark.parametrize("look", INDICES)
@settings(max_examples=10)
@given(st.data())
def test_rows_are_looked_up(look, data):
    d = Draw(data.draw)
    shape = d.broadcasting((2, 3)), d.broadcasting((2, 3))
    values = [d.array((3, 4, 2)), d.whole(shape[0], 3), d.whole(shape[1], 4)]
    leaves = [array(name, np.shape(value)) for name, value in zip("zij", values, strict=True)]
    result, expected = look(*leaves), look(*values)
    assert result.shape == expected.shape
    np.testing.assert_array_equal(evaluated(result, dict(zip("zij", values, strict=True))), expected)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("parts", [1, 2, [1], [1, 3], (2, 3), []])
def test_split(parts, axis):
    drawn = np.arange(16.0).reshape(4, 4)
    made, expected = FUNCTIONS.split(array("z", "4 4"), parts, axis=axis), np.split(drawn, parts, axis=axis)
    assert [part.shape for part in made] == [part.shape for part in expected]
    for part, wanted in zip(made, expected, strict=True):
        np.testing.assert_array_equal(evaluated(part, {"z": drawn}), wanted)


@settings(max_examples=30)
@given(st.data())
def test_one_hot(data):
    d = Draw(data.draw)
    labels = d.whole(d.shape(0, 2), 4)
    result = FUNCTIONS.one_hot(array("t", labels.shape), 5)
    assert result.shape == (*labels.shape, 5)
    np.testing.assert_array_equal(evaluated(result, {"t": np.asarray(labels)}), np.eye(5)[labels])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("sum", {"dim": 1, "keepdim": True}),
        ("mean", {"dim": (0, 1)}),
        ("amax", {"dim": -1}),
        ("var", {"dim": 0, "correction": 1}),
        ("std", {"axis": 0, "correction": 0}),
        ("softmax", {"dim": 0}),
        ("norm", {"dim": 1, "keepdim": True}),
        ("clip", {"a_min": 0, "a_max": 1}),
    ],
)
def test_torchs_names_of_arguments(name, arguments):
    z = array("z", "3 4")
    ours = {"dim": "axis", "keepdim": "keepdims", "correction": "ddof", "a_min": "min", "a_max": "max"}
    again = {ours.get(key, key): value for key, value in arguments.items()}
    made, wanted = (function_named(name)(z, **given_) for given_ in (arguments, again))
    assert (made.node.op, made.node.parameters, made.shape) == (
        wanted.node.op,
        wanted.node.parameters,
        wanted.shape,
    )


def test_torchs_unbiased_variance_is_that_over_one_less():
    value = np.array([1.0, 2.0, 4.0])
    made = FUNCTIONS.var(array("z", "3"), correction=True)
    assert evaluated(made, {"z": value}) == pytest.approx(np.var(value, ddof=1))


METHODS = {
    "sum": [{"axis": 0}], "mean": [{}], "max": [{"axis": 1}], "min": [{}], "prod": [{"axis": 0}], "var": [{}],
    "std": [{"axis": 0, "ddof": 1}], "cumsum": [{"axis": 1}], "trace": [{}], "diagonal": [{}], "ravel": [{}],
    "flatten": [{}], "squeeze": [{}], "transpose": [{}, (1, 0)], "reshape": [(9,), (1, -1)],
    "swapaxes": [(0, 1)], "take": [(0,)], "clip": [(-1, 1)],
}  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_numpys(name):
    value = np.arange(9.0).reshape(3, 3) ** 1.5 - 4
    for given_ in METHODS[name]:
        call = (
            (lambda z, g=given_: getattr(z, name)(**g))
            if isinstance(given_, dict)
            else (lambda z, g=given_: getattr(z, name)(*g))
        )
        made, expected = call(array("z", "3 3")), call(value)
        assert made.shape == expected.shape
        np.testing.assert_allclose(evaluated(made, {"z": value}), expected, rtol=1e-13)


def test_every_method_is_the_function_of_that_name():
    z = array("z", "3 3")
    arguments = {"dot": (z,), "matmul": (z,), "mm": (z,), "pow": (2,), "reshape": (9,), "view": (9,)}
    arguments |= {"swapaxes": (0, 1), "unsqueeze": (0,), "take": (0,), "permute": (1, 0)}
    methods = sorted(expression._METHODS)  # noqa: SLF001 - the names to be tested
    for name in methods:
        given_ = arguments.get(name, ())
        made, wanted = getattr(z, name)(*given_), function_named(name)(z, *given_)
        assert (made.node.op, made.node.parameters, made.shape) == (
            wanted.node.op,
            wanted.node.parameters,
            wanted.shape,
        )


@pytest.mark.parametrize(("name", "near"), [("sotfmax", "softmax"), ("conv2d", "?"), ("reshpae", "reshape")])
def test_an_unknown_function_is_refused_with_the_nearest(name, near):
    with pytest.raises(UnknownNameError, match=name) as caught:
        function_named(name)
    if near != "?":
        assert f"did you mean {near}" in str(caught.value)
    with pytest.raises(AttributeError, match=name):
        getattr(FUNCTIONS, name)


REFUSED = {
    "sum of three": (lambda f, z: f.sum(z, 0, 1), "sum takes from 1 to 2 positional arguments"),
    "sum dtype": (lambda f, z: f.sum(z, dtype=float), "sum got an unexpected keyword argument 'dtype'"),
    "sum axis": (lambda f, z: f.sum(z, axis=2), r"axis = 2: z has the shape \(3, 4\); its axes are 0 … 1"),
    "sum axis twice": (lambda f, z: f.sum(z, axis=(0, -2)), "an axis is named twice"),
    "softmax of all": (lambda f, z: f.softmax(z, axis=None), "axis = None"),
    "max of two": (lambda f, z: f.max(z, z), "axis = <input z>"),
    "max of numbers": (lambda f, z: f.maximum(), "at least one argument"),
    "add nothing": (lambda f, z: f.add(), "add missing 1 required positional argument"),
    "var of one": (lambda f, z: f.var(z[0:1], axis=0, ddof=1), "more than 1 entries"),
    "var ddof": (lambda f, z: f.var(z, ddof="a"), "ddof = 'a'"),
    "prod of two": (lambda f, z: f.prod(z, (0, 1)), r"axis = \(0, 1\)"),
    "norm of a matrix": (lambda f, z: f.norm(z, 2), "only the 2-norm and the 1-norm of vectors"),
    "norm along two": (lambda f, z: f.norm(z, 1, axis=(0, 1)), "norm: ord = 1"),
    "spectral norm": (lambda f, z: f.norm(z, 2, axis=(0, 1)), "norm: ord = 2"),
    "average": (lambda f, z: f.average(z, 0, f.ones(4)), r"suit neither z \(3, 4\) nor its axis 0"),
    "expand_dims twice": (lambda f, z: f.expand_dims(z, (0, 0)), "an axis is named twice"),
    "expand_dims": (lambda f, z: f.expand_dims(z, 4), "axis = 4: the result has 3 axes"),
    "squeeze": (lambda f, z: f.squeeze(z, 0), r"axis 0 of z \(3, 4\) has no size 1"),
    "swapaxes": (lambda f, z: f.swapaxes(z, 0, 2), "axis = 2: z"),
    "transpose": (lambda f, z: f.transpose(z, (0, 0)), "each of the 2 axes must be named once"),
    "tile": (lambda f, z: f.tile(z, 1.5), "reps = 1.5: expected integers ≥ 1"),
    "tile none": (lambda f, z: f.tile(z, (2, 0)), r"reps = \(2, 0\)"),
    "repeat": (lambda f, z: f.repeat(z, [1, 2]), r"repeats = \[1, 2\]"),
    "roll": (lambda f, z: f.roll(z, 1.5), "shift = 1.5"),
    "concatenate a number": (lambda f, z: f.concatenate(3), "expected a list of arrays, got 3"),
    "concatenate scalars": (lambda f, z: f.concatenate([1, 2]), "stack joins numbers"),
    "concatenate": (lambda f, z: f.concatenate([z, f.ones(3)]), r"z \(3, 4\) and .*\(3,\) differ"),
    "stack nothing": (lambda f, z: f.stack([]), "an empty list"),
    "stack ragged": (lambda f, z: f.stack([[1, 2], [3]]), r"part 1 has the shape \(1,\), but part 0 has"),
    "pad mode": (lambda f, z: f.pad(z, 1, mode="edge"), "only zeros"),
    "pad a dictionary": (lambda f, z: f.pad(z, {0: 1}), r"pad_width = \{0: 1\}"),
    "pad mixed": (lambda f, z: f.pad(z, (1, (2, 3))), r"pad_width = \(1, \(2, 3\)\)"),
    "pad less": (lambda f, z: f.pad(z, -1), "pad_width = -1 does not suit"),
    "reshape": (lambda f, z: f.reshape(z, (5, -1)), r"z \(3, 4\) does not fit \(5, -1\)"),
    "reshape twice open": (lambda f, z: f.reshape(z, (-1, -1)), "only one size"),
    "reshape order": (lambda f, z: f.reshape(z, 12, order="F"), "unexpected keyword argument 'order'"),
    "broadcast_to": (lambda f, z: f.broadcast_to(z, (3, 3)), r"z \(3, 4\) does not go to \(3, 3\)"),
    "diag": (lambda f, z: f.diag(z[None]), "neither a vector nor a matrix"),
    "trace": (lambda f, z: f.trace(z), "the index i has the size 3 in z"),
    "tensordot": (lambda f, z: f.tensordot(z, z, ((0, 1), (0,))), r"axes = \(\(0, 1\), \(0,\)\)"),
    "tensordot too many": (lambda f, z: f.tensordot(z, z, 3), r"z \(3, 4\) and z \(3, 4\)"),
    "eye": (lambda f, z: f.eye(2, 3), "only a square"),
    "arange": (lambda f, z: f.arange(1.5), "integers"),
    "arange still": (lambda f, z: f.arange(0, 5, 0), "a step other than 0"),
    "arange empty": (lambda f, z: f.arange(0), "is empty"),
    "linspace": (lambda f, z: f.linspace(0, 1, 1), "num = 1"),
    "linspace of arrays": (lambda f, z: f.linspace(z, 1, 3), "<input z> cannot stand"),
    "triangle": (lambda f, z: f.tril(z, 0.5), "k = 0.5"),
    "triangle of a vector": (lambda f, z: f.triu(z[0]), "needs a matrix"),
    "one_hot": (lambda f, z: f.one_hot(z), "num_classes = None"),
    "split unevenly": (lambda f, z: f.split(z, 2), r"split: z \(3, 4\) has no 2 equal parts along axis 0"),
    "split out of order": (lambda f, z: f.split(z, [2, 1], axis=1), "where to cut, in order"),
    "split past the end": (lambda f, z: f.split(z, [3]), "where to cut, in order"),
    "take a fraction": (lambda f, z: f.take(z, [0.5], axis=0), "an index holds 0.5"),
    "take too far": (lambda f, z: f.take(z, [0, 4], axis=1), r"the index 4 is out of range"),
    "where": (lambda f, z: f.where(z > 0), r"where takes 3 argument\(s\), got 1"),
    "full": (lambda f, z: f.full((2, 0), 1), "0 is no size"),
    "a parameter too many": (lambda f, z: f.relu(z, 2), "relu: 1 parameter given"),
    "an array as parameter": (lambda f, z: f.leaky_relu(z, z), "<input z> cannot stand"),
    "a truth value": (lambda f, z: f.stack([z, True]), "True cannot stand"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call(FUNCTIONS, array("z", "3 4"))


SYMBOLIC = {
    "pad": lambda f, z: f.pad(z, 1),
    "flip": lambda f, z: f.flip(z, 0),
    "roll": lambda f, z: f.roll(z, 1, 0),
    "repeat": lambda f, z: f.repeat(z, 2, 0),
    "tile": lambda f, z: f.tile(z, (2, 1)),
    "concatenate": lambda f, z: f.concatenate([z, z]),
    "cumsum": lambda f, z: f.cumsum(z, 0),
    "prod": lambda f, z: f.prod(z, 0),
    "tril": lambda f, z: f.tril(z),
    "from the first": lambda f, z: z[1:],
    "up to the second": lambda f, z: z[:2],
    "backwards": lambda f, z: z[::-1],
    "the last": lambda f, z: z[-1],
    "all in a row": lambda f, z: f.ravel(z),
    "halves": lambda f, z: f.reshape(z, (2, -1)),
}


@pytest.mark.parametrize("call", SYMBOLIC.values(), ids=SYMBOLIC)
def test_what_needs_a_size_asks_for_it(call):
    with pytest.raises(SymbackError, match=r"z .*\(N, 4\).*give a number for (N|it)"):
        call(FUNCTIONS, array("z", "N 4"))
    assert isinstance(call(FUNCTIONS, array("z", "3 4")), Expression)


@settings(max_examples=30)
@given(st.data())
def test_symbols_flow_through_where_no_size_is_needed(data):
    d = Draw(data.draw)
    rows = d.integer(1, 3)
    value, weights, bias = d.array((rows, 4)), d.array((4, 3)), d.array((3,))
    z, w, b = array("z", "N 4"), array("w", "4 3"), array("b", "3")

    def network(f, z, w, b):
        h = f.maximum(z @ w + b, 0)
        s = f.mean(h, axis=0, keepdims=True) * f.sum(z, axis=1, keepdims=True)
        return f.matmul(f.swapaxes(h - s, 0, 1), f.reshape(z, (-1, 2, 2))[:, 0, ::-1]) / f.amax(z) ** 2

    made = network(FUNCTIONS, z, w, b)
    assert made.shape == (3, 2)
    value[0, 0] = 3
    expected = network(np, value, weights, bias)
    order = list(postorder([made.node]))
    found = run(order, {"z": value, "w": weights, "b": bias}, {"N": rows})[made.node]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_an_index_past_the_end_of_an_axis_of_unknown_size_is_refused_with_numbers():
    made = array("z", "N 4")[3]
    order = list(postorder([made.node]))
    assert run(order, {"z": np.ones((4, 4))}, {"N": 4})[made.node].shape == (4,)
    with pytest.raises(InputError, match="the index 3 is out of range: axis 0 has the size 3"):
        run(order, {"z": np.ones((3, 4))}, {"N": 3})


def test_constants_look_up_whatever_axes_they_get():
    value = np.arange(12.0).reshape(3, 4)
    z = array("z", "3 4")
    rows = FUNCTIONS.arange(3)
    for index, expected in (
        (rows[:, None], value[np.arange(3)[:, None]]),
        (FUNCTIONS.reshape(FUNCTIONS.arange(1, 3), (2, 1)), value[np.arange(1, 3).reshape(2, 1)]),
        (rows[::-2], value[np.arange(3)[::-2]]),
        (FUNCTIONS.arange(2).named("i"), value[:2]),
    ):
        np.testing.assert_array_equal(evaluated(z[index], {"z": value}), expected)


def test_a_condition_is_no_index():
    z = array("z", "3 4")
    with pytest.raises(InputError, match="an index of z is a condition"):
        z[z[:, 0] > 0]


def test_numpys_integers_count_as_pythons():
    z = array("z", (np.int64(3), np.int32(4)))
    assert repr(z.shape) == "(3, 4)"
    assert z[np.int64(0), np.int64(-1)].node.inputs[0].parameters == z[0, -1].node.inputs[0].parameters
    assert repr(z.sum(axis=np.int64(1)).shape) == "(3,)"


@pytest.mark.parametrize("number", [np.int64(2**62), np.int32(2**30)])
def test_numpys_integers_do_not_wrap_around(number):
    x = symbols("x")
    made = (x * number) * number * number
    node = made.node
    assert run(list(postorder([node])), {"x": 1})[node] == int(number) ** 3
