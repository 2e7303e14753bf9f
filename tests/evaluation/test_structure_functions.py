"""Slices, gathers, extremes, softmax and the like, against plain NumPy, for arrays of every library."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symback.core.errors import InputError
from symback.evaluation.arrays import ArrayNamespace

LIBRARIES = ("numpy", "torch", "jax.numpy", "dask.array")


@pytest.fixture(params=LIBRARIES)
def asarray(request):
    """Return the function that makes an array of a library, in float32, which all of them have."""
    library = pytest.importorskip(request.param)

    def make(values, dtype=np.float32):
        array = np.array(values, dtype=dtype)  # a copy: PyTorch takes no views that run backwards
        return (
            library.from_array(array, chunks=2) if request.param == "dask.array" else library.asarray(array)
        )

    return make


def agree(value, wanted):
    array = np.asarray(value)
    assert array.dtype == np.float32
    assert array.shape == np.shape(wanted)
    np.testing.assert_allclose(array, wanted, rtol=2e-6, atol=1e-6)


@st.composite
def slices_of(draw, size):
    """Return any slice of an axis with at least one entry, in the form of an op's parameter."""
    ends = st.none() | st.integers(-size - 1, size + 1)
    chosen = slice(draw(ends), draw(ends), draw(st.sampled_from([1, 1, 2, 3, -1, -2])))
    start, stop, step = chosen.indices(size)
    return start, None if stop < 0 else stop, step


@st.composite
def sliced(draw):
    shape = tuple(draw(st.lists(st.integers(1, 5), max_size=3)))
    return shape, tuple(draw(slices_of(size)) for size in shape)


def ramp(shape):
    return np.arange(1.0, 1 + np.prod(shape, dtype=int), dtype=np.float32).reshape(shape)


def test_slices_and_their_transpose(asarray):
    @settings(max_examples=30, deadline=None)
    @given(sliced())
    def check(case):
        shape, slices = case
        z = ramp(shape)
        key = tuple(slice(*ends) for ends in slices)
        xp = ArrayNamespace(asarray(z))
        agree(xp.take_slices(asarray(z), slices), z[key])
        wanted = np.zeros(shape, dtype=np.float32)
        wanted[key] = z[key]
        agree(xp.place(asarray(z[key]), slices, shape), wanted)

    check()


def test_placing_leaves_its_argument_alone(asarray):
    z = asarray([1.0, 2.0])
    placed = ArrayNamespace(z).place(z, ((0, 2, 1),), (2,))
    agree(placed, [1, 2])
    assert placed is not z


def test_reshape_and_concatenate(asarray):
    z = asarray(ramp((2, 3)))
    xp = ArrayNamespace(z)
    agree(xp.reshape(z, (3, 2)), ramp((3, 2)))
    agree(xp.concatenate([z, z, z], 1), np.concatenate([ramp((2, 3))] * 3, axis=1))
    agree(xp.concatenate([z, z], -2), np.concatenate([ramp((2, 3))] * 2, axis=0))


@st.composite
def gathered(draw):
    """Return a shape, indices of several shapes that broadcast, and the leading axes' number."""
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    count = draw(st.integers(1, len(shape)))
    full = tuple(draw(st.lists(st.integers(1, 4), max_size=2)))
    own = [
        tuple(1 if draw(st.booleans()) else size for size in full)[draw(st.integers(0, len(full))) :]
        for _ in range(count)
    ]
    own[0] = full
    generator = np.random.default_rng(draw(st.integers(0, 100)))
    return shape, tuple(generator.integers(0, size, one) for size, one in zip(shape, own, strict=False))


def test_gathers_and_their_transpose(asarray):
    @settings(max_examples=30, deadline=None)
    @given(gathered())
    def check(case):
        shape, indices = case
        z = ramp(shape)
        xp = ArrayNamespace(asarray(z))
        own = tuple(asarray(index, np.int32) for index in indices)
        agree(xp.gather(asarray(z), own), z[indices])
        wanted = np.zeros(shape, dtype=np.float32)
        np.add.at(wanted, indices, z[indices])
        agree(xp.scatter_add(asarray(z[indices]), own, shape), wanted)

    check()


def test_indices_may_be_small_and_without_sign(asarray):
    z = asarray([1.0, 2.0, 4.0])
    agree(ArrayNamespace(z).gather(z, [asarray([0, 1, 1], np.uint8)]), [1, 2, 2])


@pytest.mark.parametrize(
    ("index", "dtype", "message"),
    [
        ([0, 3], np.int32, "the index at position 1 is 3; axis 0 has the indices 0 to 2"),
        ([[0, 0], [-1, 0]], np.int32, "the index at position 1, 0 is -1; axis 0 has the indices 0 to 2"),
        (5, np.int32, "the index is 5; axis 0 has the indices 0 to 2"),
        ([1.0], np.float32, "the index at position 0 is 1.0, of the type float32; an index is an integer"),
        ([True], bool, "the index at position 0 is True, of the type bool; an index is an integer"),
    ],
)
def test_indices_that_cannot_be(asarray, index, dtype, message):
    z = asarray([1.0, 2.0, 3.0])
    xp = ArrayNamespace(z)
    own = asarray(index, dtype)
    with pytest.raises(InputError, match=message):
        xp.gather(z, (own,))
    with pytest.raises(InputError, match=message):
        xp.scatter_add(asarray(np.ones(np.shape(index))), (own,), (3,))


@st.composite
def reduced(draw):
    """Return a small array with many ties, and some of its axes, in any order and counted from any end."""
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    axes = draw(st.lists(st.sampled_from(range(len(shape))), unique=True))
    axes = tuple(axis - len(shape) * draw(st.booleans()) for axis in axes)
    z = np.random.default_rng(draw(st.integers(0, 100))).integers(0, 3, shape)
    return z.astype(np.float32), axes


def shares(z, axes, *, largest, even):
    """Return the shares of an extreme, group by group."""
    if not axes:
        return np.ones_like(z)
    chosen = sorted(axis % z.ndim for axis in axes)
    order = [axis for axis in range(z.ndim) if axis not in chosen] + chosen
    moved = z.transpose(order)
    groups = moved.reshape(-1, int(np.prod([z.shape[axis] for axis in chosen])))
    out = np.zeros_like(groups)
    for group, share in zip(groups, out, strict=True):
        ties = np.flatnonzero(group == (group.max() if largest else group.min()))
        share[ties if even else ties[:1]] = 1 / len(ties) if even else 1
    return out.reshape(moved.shape).transpose(np.argsort(order))


def test_extremes_and_their_shares(asarray):
    @settings(max_examples=30, deadline=None)
    @given(reduced(), st.booleans())
    def check(case, keepdims):
        z, axes = case
        own = asarray(z)
        xp = ArrayNamespace(own)
        agree(xp.amax(own, axes, keepdims), z.max(axis=axes, keepdims=keepdims))
        agree(xp.amin(own, axes, keepdims), z.min(axis=axes, keepdims=keepdims))
        for largest in (True, False):
            for even in (True, False):
                wanted = shares(z, axes, largest=largest, even=even)
                agree(xp.extreme_share(own, axes, largest, even), wanted)

    check()


def test_softmax_and_its_logarithms(asarray):
    @settings(max_examples=20, deadline=None)
    @given(reduced(), st.sampled_from([1, 40, 1000]))
    def check(case, scale):
        z, axes = case
        z = z * np.float32(scale)
        own = asarray(z)
        xp = ArrayNamespace(own)
        shifted = z - z.max(axis=-1, keepdims=True)
        log_total = np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        agree(xp.softmax(own, -1), np.exp(shifted - log_total))
        agree(xp.log_softmax(own, -1), shifted - log_total)
        exact = z.astype(np.longdouble)
        for keepdims in (True, False):
            wanted = np.log(np.exp(exact).sum(axis=axes, keepdims=keepdims)) if axes else z
            agree(xp.logsumexp(own, axes, keepdims), wanted)

    check()


def test_constants_have_the_type_of_the_example(asarray):
    xp = ArrayNamespace(asarray([1.0]))
    agree(xp.constant_array(((1, 2), (0.5, -1))), [[1, 2], [0.5, -1]])
    agree(xp.eye(3), np.eye(3))
    agree(xp.full(2, (2, 3)), np.full((2, 3), 2.0))
    agree(xp.size((4, 3)), 12)
    agree(xp.one_hot(asarray([[2, 0]], np.int64), 3), [[[0, 0, 1], [1, 0, 0]]])


def test_constants_of_an_integer_example_are_floating(asarray):
    assert np.asarray(ArrayNamespace(asarray([1], np.int32)).eye(2)).dtype.kind == "f"


def test_numbers_are_rounded_to_the_even_side(asarray):
    z = asarray([-1.5, -0.5, 0.5, 1.5, 2.5, 2.4])
    xp = ArrayNamespace(z)
    agree(xp.round(z), [-2, 0, 0, 2, 2, 2])
    agree(xp.floor(z), [-2, -1, 0, 1, 2, 2])
    agree(xp.ceil(z), [-1, 0, 1, 2, 3, 3])


@pytest.mark.parametrize(
    ("labels", "dtype", "message"),
    [
        ([0, 3], np.int64, r"sample 1 has the label 3; labels are from 0 to 2 \(3 classes\)"),
        ([[0, 1], [-1, 7]], np.int64, "sample 1, 0 has the label -1; labels are from 0 to 2"),
        (4, np.int64, "the label is 4; labels are from 0 to 2"),
        ([2.0, 1.0], np.float32, "the label at position 0 is 2.0, of the type float32; labels are integers"),
    ],
)
def test_labels_that_cannot_be(asarray, labels, dtype, message):
    with pytest.raises(InputError, match=message):
        ArrayNamespace(asarray([1.0])).one_hot(asarray(labels, dtype), 3)


SMOOTH = {
    "softmax": lambda xp, z: xp.softmax(z, 1),
    "log_softmax": lambda xp, z: xp.log_softmax(z, 0),
    "logsumexp": lambda xp, z: xp.logsumexp(z, (0, 1), keepdims=False),
    "amax": lambda xp, z: xp.amax(z, (1,), keepdims=False),
    "amin": lambda xp, z: xp.amin(z, (0, 1), keepdims=True),
    "share": lambda xp, z: xp.multiply(z, xp.extreme_share(z, (1,), largest=True, even=False)),
    "einsum": lambda xp, z: xp.einsum([z, z, 2], "ij,kj,->ik", (2, 2)),
    "dot": lambda xp, z: xp.einsum([z, z], "ij,ij->i", (2,)),
    "sum": lambda xp, z: xp.einsum([z], "ij->j", (3,)),
    "slices": lambda xp, z: xp.take_slices(z, ((1, None, -1), (0, 3, 2))),
    "place": lambda xp, z: xp.place(z, ((0, 4, 2), (0, 3, 1)), (4, 3)),
    "gather": lambda xp, z: xp.gather(z, (np.asarray([1, 0, 1]),)),
    "scatter": lambda xp, z: xp.scatter_add(z, (np.asarray([1, 1]),), (3, 3)),
    "join": lambda xp, z: xp.concatenate([z, z], 0),
    "hot": lambda xp, z: xp.multiply(z, xp.one_hot(np.asarray([0, 2]), 3)),
    "eye": lambda xp, z: xp.einsum([z, xp.eye(3)], "ij,jk->ik", (2, 3)),
    "relu": lambda xp, z: xp.maximum(z, 0),
    "abs": lambda xp, z: xp.abs(z),
    "where": lambda xp, z: xp.where(xp.gt(z, 0), z, xp.exp(z)),
    "power": lambda xp, z: xp.power(xp.abs(z), 2.5),
    "erf": lambda xp, z: xp.erf(z),
    "expm1": lambda xp, z: xp.expm1(z),
    "log1p": lambda xp, z: xp.log1p(xp.abs(z)),
    "atan": lambda xp, z: xp.atan(z),
    "asinh": lambda xp, z: xp.asinh(z),
    "tanh": lambda xp, z: xp.tanh(z),
    "floor": lambda xp, z: xp.multiply(z, xp.floor(z)),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_a_complex_step_is_a_derivative(name):
    generator = np.random.default_rng(3)
    z, direction = generator.standard_normal((2, 2, 3))
    function, xp = SMOOTH[name], ArrayNamespace(z)
    step = 1e-30
    stepped = ArrayNamespace(z + 1j * step)
    value = function(stepped, z + 1j * step * direction)
    h = 1e-6
    central = (function(xp, z + h * direction) - function(xp, z - h * direction)) / (2 * h)
    np.testing.assert_allclose(value.real, function(xp, z), rtol=1e-14)
    np.testing.assert_allclose(value.imag / step, central, rtol=1e-7, atol=1e-8)


def test_a_complex_step_may_start_from_real_arrays():
    """Only the direction of the step is complex; the rest of the inputs, and the example, stay real."""
    z = np.asarray([[1.0, 2.0]])
    xp = ArrayNamespace(z)
    value = xp.softmax(xp.einsum([z, 1j * z.T + z.T], "ij,jk->ik", (1, 1)), 1)
    assert value.dtype == np.complex128
    assert xp.constant(1 + 2j) == 1 + 2j


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_thousand_twenty_four_equal_logits(dtype):
    z = np.full((1, 1024), 300, dtype=dtype)
    with warnings.catch_warnings(), np.errstate(all="raise"):
        assert ArrayNamespace(z).softmax(z, 1).tolist() == np.full((1, 1024), 1 / 1024).tolist()
