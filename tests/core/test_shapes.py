"""Shapes: what they are read from, what goes together, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symback.core.errors import InputError
from symback.core.op import common_shape
from symback.core.shapes import broadcast_shape, count, numbers, resolved, shape_of_text, spelled

SIZE = st.integers(1, 4) | st.sampled_from(["N", "D", "batch_size"])
SHAPE = st.lists(SIZE, max_size=5).map(tuple)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("N 4", ("N", 4)),
        ("N,4", ("N", 4)),
        (" N ,  4 ", ("N", 4)),
        ("(N, 4)", ("N", 4)),
        ("[2, 3]", (2, 3)),
        ("(n,)", ("n",)),
        ("", ()),
        ("()", ()),
        ("7", (7,)),
        ("d_k", ("d_k",)),
        (3, (3,)),
        ((2, "K"), (2, "K")),
        (["N", 1], ("N", 1)),
        (("3", "N"), (3, "N")),
        ((), ()),
        ((np.int64(2), np.int32(3)), (2, 3)),
    ],
)
def test_reading(text, shape):
    found = shape_of_text(text)
    assert found == shape
    assert all(type(size) in (int, str) for size in found)


@given(SHAPE)
def test_what_is_spelled_reads_back(shape):
    assert shape_of_text(spelled(shape)) == shape
    assert shape_of_text(" ".join(map(str, shape))) == shape
    known = tuple(4 if isinstance(size, str) else size for size in shape)
    assert spelled(known) == str(known)


@pytest.mark.parametrize(
    ("text", "culprit"),
    [
        ("N 0", "0"),
        ("N -1", "'-1'"),
        ("2.5", "'2.5'"),
        ("N*2", r"'N\*2'"),
        ("²", "'²'"),
        ("_N", "'_N'"),
        ("N 4)x", r"'4\)x'"),
        ("2N", "'2N'"),
        ("N=3", "'N=3'"),
        ("ν", "'ν'"),
        ((2, None), "None"),
        ((2, 3.0), "3.0"),
        ((True, 2), "True"),
        (((2,), 3), r"\(2,\)"),
        ((0,), "0"),
        ((-1, 2), "-1"),
        (0, "0"),
    ],
)
def test_what_is_no_size_is_refused(text, culprit):
    with pytest.raises(
        InputError, match=f"{culprit} is no size.*; expected positive integers or symbols"
    ) as caught:
        shape_of_text(text, "the shape of X:")
    assert str(caught.value).startswith(f"the shape of X: {text!r}: ")


def test_an_empty_axis_says_why():
    with pytest.raises(InputError, match="an empty axis has nothing to differentiate"):
        shape_of_text("0 4")


@pytest.mark.parametrize("given_", [None, 2.5, True, {2, 3}, {"N": 2}, b"N 4", object])
def test_what_is_no_shape_is_refused_with_its_type(given_):
    with pytest.raises(InputError, match="expected sizes like 'N 4', got "):
        shape_of_text(given_)


def test_the_number_of_axes_is_limited():
    assert len(shape_of_text("1 " * 8)) == 8
    with pytest.raises(InputError, match="has 9 axes; at most 8"):
        shape_of_text("1 " * 9)


BROADCAST = [
    ([("N",), (1,)], ("N",)),
    ([("N",), ("N",)], ("N",)),
    ([("N",), (4,)], None),
    ([("N",), ("M",)], None),
    ([("N",), ()], ("N",)),
    ([("N", 4), (4,)], ("N", 4)),
    ([("N", 4), ("N",)], None),
    ([("N", 1), (1, "M")], ("N", "M")),
    ([("N", 1), ("M",)], ("N", "M")),
    ([(1, 1), ("N",)], (1, "N")),
    ([(1,), ("N", 3, 1)], ("N", 3, 1)),
    ([("N", 4), (1, 4), ("N", 1)], ("N", 4)),
    ([("N", 4), (2, 4)], None),
    ([(2, 1), (1, 3), (4, 1, 1)], (4, 2, 3)),
    ([(1,), (1,)], (1,)),
    ([(), ()], ()),
    ([], ()),
]


@pytest.mark.parametrize(("shapes", "common"), BROADCAST)
def test_broadcasting_with_symbols(shapes, common):
    assert broadcast_shape(shapes) == common
    assert broadcast_shape(shapes[::-1]) == common
    if common is None:
        with pytest.raises(InputError) as caught:
            common_shape(shapes)
        assert all(spelled(shape) in str(caught.value) for shape in shapes)
    else:
        assert common_shape(shapes) == common


@given(st.lists(st.lists(st.integers(1, 3), max_size=3).map(tuple), max_size=4))
def test_broadcasting_is_numpys(shapes):
    try:
        expected = np.broadcast_shapes(*shapes)
    except ValueError:
        expected = None
    assert broadcast_shape(shapes) == expected


@given(st.lists(SHAPE, max_size=3))
def test_what_broadcasts_with_symbols_does_with_any_numbers(shapes):
    common = broadcast_shape(shapes)
    sizes = {"N": 5, "D": 6, "batch_size": 7}
    known = [tuple(sizes.get(size, size) for size in shape) for shape in shapes]
    # Sizes that occur nowhere else: what is refused is refused with these, too.
    assert broadcast_shape(known) == (None if common is None else resolved(common, sizes))


def test_symbols_are_resolved_inside_parameters_only():
    sizes = {"N": 2, "M": 3, "ij->ji": 9}
    assert resolved(("N", 4, ((0, "N", 1), (0, "M", None))), sizes) == (2, 4, ((0, 2, 1), (0, 3, None)))
    assert resolved("N", sizes) == "N"
    assert resolved(("K", 1.5), sizes) == ("K", 1.5)


@given(SHAPE)
def test_numbers_are_all_or_nothing(shape):
    known = numbers(shape)
    assert (known is None) == any(isinstance(size, str) for size in shape)
    if known is not None:
        assert known == shape
        assert count(known) == np.prod(shape, dtype=int)
