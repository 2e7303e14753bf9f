"""Sums over indices, against numpy.einsum, for arrays of every library that is installed."""

import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symback.evaluation.arrays import ArrayNamespace

LIBRARIES = ("numpy", "torch", "jax.numpy", "dask.array")
LETTERS = "abcde"


def made(library, array):
    """Return an array of a library; JAX computes in float32 unless told otherwise."""
    if library == "dask.array":
        return importlib.import_module(library).from_array(array, chunks=2)
    array = array.astype(np.float32) if library == "jax.numpy" and array.dtype == np.float64 else array
    return importlib.import_module(library).asarray(array)


def tolerance(library):
    return {"rtol": 1e-4, "atol": 1e-4} if library == "jax.numpy" else {"rtol": 1e-11, "atol": 1e-11}


@st.composite
def contractions(draw):
    """Return operands, a pattern with diagonals, sums and broadcast axes, and the shape of the result."""
    sizes = {letter: draw(st.integers(1, 4), label=f"size of {letter}") for letter in LETTERS}
    terms = draw(st.lists(st.text(LETTERS, max_size=3), min_size=1, max_size=4))
    result = "".join(draw(st.lists(st.sampled_from(LETTERS), unique=True, max_size=3)))
    generator = np.random.default_rng(draw(st.integers(0, 100)))
    operands = [generator.standard_normal([sizes[letter] for letter in term]) for term in terms]
    return operands, f"{','.join(terms)}->{result}", tuple(sizes[letter] for letter in result)


def expected(operands, pattern, shape):
    """Return what numpy.einsum gives, broadcast along axes that it does not know."""
    terms, _, result = pattern.partition("->")
    known = "".join(letter for letter in result if letter in terms)
    value = np.einsum(f"{terms}->{known}", *operands)
    widened = value[tuple(slice(None) if letter in terms else None for letter in result)]
    return np.broadcast_to(widened, shape)


def checked(library, case):
    operands, pattern, shape = case
    arrays = [made(library, operand) for operand in operands]
    value = ArrayNamespace(arrays[0]).einsum(arrays, pattern, shape)
    assert tuple(value.shape) == shape
    assert value.dtype == arrays[0].dtype
    np.testing.assert_allclose(np.asarray(value), expected(*case), **tolerance(library))


@settings(max_examples=500, deadline=None)
@given(contractions())
def test_any_pattern_in_numpy(case):
    checked("numpy", case)


@pytest.mark.parametrize("library", LIBRARIES[1:])
def test_any_pattern_in_other_libraries(library):
    pytest.importorskip(library)
    settings(max_examples=200 if library == "torch" else 25, deadline=None)(
        given(contractions())(lambda case: checked(library, case))
    )()


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("ij,jk->ik", id="product"),
        pytest.param("ij,ik->jk", id="left-transposed"),
        pytest.param("ij,kj->ik", id="right-transposed"),
        pytest.param("ij,jk->ki", id="result-transposed"),
        pytest.param("ij,j->i", id="matrix-vector"),
        pytest.param("i,ij->j", id="vector-matrix"),
        pytest.param("i,i->", id="dot"),
        pytest.param("i,j->ij", id="outer"),
        pytest.param("ij,ij->", id="frobenius"),
        pytest.param("ij,ij->i", id="dot-of-rows"),
        pytest.param("bij,bjk->bik", id="batch"),
        pytest.param("bhqd,bhkd->bhqk", id="attention"),
        pytest.param("bij,bj->bi", id="batch-of-vectors"),
        pytest.param("bij,jk->bik", id="batch-and-matrix"),
        pytest.param("bij,bik->jk", id="summed-over-the-batch"),
        pytest.param("bij,bij->b", id="batch-of-dots"),
        pytest.param("i,ij,j->", id="quadratic-form"),
        pytest.param(",ij,jk,->ik", id="numbers"),
        pytest.param(",->", id="numbers-only"),
        pytest.param("ij->ji", id="transpose"),
        pytest.param("ij->j", id="sum-of-rows"),
        pytest.param("ij->", id="sum"),
        pytest.param("ii->i", id="diagonal"),
        pytest.param("ii->", id="trace"),
        pytest.param("iji->j", id="diagonal-of-outer-axes"),
        pytest.param("iii->i", id="diagonal-of-three"),
        pytest.param("i->ki", id="broadcast"),
        pytest.param("->ij", id="broadcast-number"),
        pytest.param("abcd,cdef->abef", id="several-summed"),
        pytest.param("cdab,cdef->fabe", id="several-summed-turned"),
    ],
)
def test_patterns_of_textbooks(library, pattern):
    pytest.importorskip(library)
    terms, _, result = pattern.partition("->")
    size = {letter: 2 + number % 3 for number, letter in enumerate(sorted({*terms, *result} - {","}))}
    generator = np.random.default_rng(5)
    operands = [generator.standard_normal([size[i] for i in term]) for term in terms.split(",")]
    checked(library, (operands, pattern, tuple(size[i] for i in result)))


@pytest.mark.parametrize(
    ("pattern", "sizes", "written"),
    [
        ("ij,jk->ik", ((64, 78), (78, 12)), lambda x, w: x @ w),
        ("ij,ik->jk", ((64, 78), (64, 12)), lambda x, dz: x.T @ dz),
        ("ik,jk->ij", ((64, 12), (78, 12)), lambda dz, w: dz @ w.T),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_matrix_products_are_those_of_the_library_to_the_last_bit(pattern, sizes, written, dtype):
    generator = np.random.default_rng(1)
    operands = [generator.standard_normal(shape).astype(dtype) for shape in sizes]
    wanted = written(*operands)
    value = ArrayNamespace(operands[0]).einsum(operands, pattern, wanted.shape)
    assert value.dtype == dtype
    assert value.flags.c_contiguous
    assert np.array_equal(value, wanted)


def test_broadcast_axes_cost_no_memory():
    row = np.ones(3)
    value = ArrayNamespace(row).einsum([row], "j->ij", (1_000_000, 3))
    assert value.shape == (1_000_000, 3)
    assert np.shares_memory(value, row)


@pytest.mark.parametrize("library", LIBRARIES)
def test_operands_of_two_types_meet_in_the_wider_one(library):
    pytest.importorskip(library)
    x = made(library, np.asarray([[1.0, 2.0]], dtype=np.float32))
    w = made(library, np.asarray([[1.0 + 1j], [2.0]], dtype=np.complex64))
    value = np.asarray(ArrayNamespace(x).einsum([x, w], "ij,jk->ik", (1, 1)))
    assert value.dtype == np.complex64
    assert value.tolist() == [[5 + 1j]]


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(lambda z: z[::2, ::2], id="every-second"),
        pytest.param(lambda z: z[::-1], id="rows-backwards"),
        pytest.param(lambda z: z[:, ::-1], id="columns-backwards"),
        pytest.param(lambda z: np.broadcast_to(z[:1], z.shape), id="one-row"),
        pytest.param(lambda z: np.broadcast_to(z[:, :1], z.shape), id="one-column"),
        pytest.param(lambda z: z.T[1:], id="part-of-a-transpose"),
    ],
)
def test_views_with_any_strides_multiply(view):
    z = view(np.arange(64.0).reshape(8, 8))
    xp = ArrayNamespace(z)
    other = np.arange(1.0, z.shape[1] + 1)
    assert xp.einsum([z, z], "ij,kj->ik", (len(z), len(z))).tolist() == (z @ z.T).tolist()
    assert xp.einsum([z, other], "ij,j->i", (len(z),)).tolist() == (z @ other).tolist()
    assert xp.einsum([z], "ij->i", (len(z),)).tolist() == z.sum(axis=1).tolist()


def test_numbers_stand_for_operands_without_axes():
    x = np.asarray([1.0, 2.0])
    assert ArrayNamespace(x).einsum([x, 3], "i,->i", (2,)).tolist() == [3, 6]


def test_a_sum_over_nothing_is_zero():
    z = np.ones((0, 3))
    xp = ArrayNamespace(z)
    assert xp.einsum([z], "ij->j", (3,)).tolist() == [0, 0, 0]
    assert xp.einsum([z, z], "ij,ik->jk", (3, 3)).tolist() == np.zeros((3, 3)).tolist()
