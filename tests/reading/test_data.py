"""Data from files: what is read exactly, and what is refused by name."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from symback.core.errors import InputError
from symback.reading.data import load_data, shape_option, shapes_of


@pytest.fixture
def written(tmp_path):
    def write(content, name="data.json"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_json(written):
    data = load_data(written('\ufeff{"X": [[1.5, 2], [3, 4]], "y": [0, 2],\r\n "b": -0.1, "n": 3}'))
    assert list(data) == ["X", "y", "b", "n"]
    assert data["X"].dtype == float
    assert data["y"].dtype.kind == "i"
    assert data["b"] == -0.1
    assert type(data["n"]) is int
    assert shapes_of(data) == {"X": (2, 2), "y": (2,), "b": (), "n": ()}


REFUSED = {
    '{"W": [[1, 2], [3]]}': "W, row [1] has 1 entries, and the rows before it have 2",
    '{"W": [[[1], [2]], [[3], 4]]}': "W, row [1][1] is a number",
    '{"W": [1, [2]]}': "W, row [1] is a list",
    '{"W": [[1], 2]}': "W, row [1] is a number",
    '{"W": []}': "W is empty",
    '{"W": [[], []]}': "W, row [0] is empty",
    '{"x": NaN}': "NaN is no finite number",
    '{"x": [1, Infinity]}': "Infinity is no finite number",
    '{"x": 1e400}': "x: inf is not finite",
    '{"x": ' + "9" * 400 + "}": "x: ",
    '{"x": ' + "9" * 5000 + "}": "x: inf is not finite",
    '{"x": [1, "2"]}': "x, entry [1]: '2' is a text",
    '{"x": [[1, true]]}': "x, entry [0][1]: 'True' is a truth value",
    '{"x": null}': "x: is null",
    '{"x": {"y": 1}}': "is an object",
    '{"x": 1, "x": 2}': "the name 'x' occurs twice",
    "[1, 2]": "expected a JSON object",
    "3": "expected a JSON object",
    "": "line 1, column 1",
    '{"x": 1,\n "y" 2}': "line 2, column 6",
    '{"x": ' + "[" * 100_000 + "}": "",
    '{"x": ' + "[" * 20 + "1" + "]" * 20 + "}": "nested more than 8 deep",
    b'{"x": 1,\n "\xff": 2}': "line 2: byte 0xff is no UTF-8",
}


@pytest.mark.parametrize(("content", "message"), REFUSED.items(), ids=range(len(REFUSED)))
def test_json_that_cannot_be_used(written, content, message):
    path = written(content)
    with pytest.raises(InputError) as caught:
        load_data(path)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_npz(tmp_path):
    path = tmp_path / "data.npz"
    np.savez(path, X=np.ones((2, 3), dtype=np.float32), y=np.array([1, 0]), b=np.float64(2.5))
    data = load_data(path)
    assert data["X"].dtype == np.float32
    assert data["y"].dtype.kind == "i"
    assert data["b"] == 2.5
    assert shapes_of(data) == {"X": (2, 3), "y": (2,), "b": ()}


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([1, None], dtype=object), "Python objects"),
        (np.array([1j]), "complex numbers"),
        (np.array([True]), "truth values"),
        (np.array(["a"]), "texts"),
        (np.array([[1.0, np.nan]]), "entry [0][1]: nan is not finite"),
        (np.array([np.inf]), "entry [0]: inf is not finite"),
        (np.zeros((0, 2)), "is empty"),
    ],
)
def test_npz_that_cannot_be_used(tmp_path, array, message):
    path = tmp_path / "data.npz"
    np.savez(path, X=array)
    with pytest.raises(InputError) as caught:
        load_data(path)
    assert str(caught.value).startswith(f"{path}: X")
    assert message in str(caught.value)


def test_files_that_cannot_be_used(written, tmp_path):
    np.save(tmp_path / "single.npy", np.ones(3))
    (tmp_path / "single.npy").rename(tmp_path / "single.npz")
    (tmp_path / "folder.json").mkdir()
    for path, message in {
        tmp_path / "missing.json": "No such file",
        tmp_path / "missing.npz": "No such file",
        tmp_path / "folder.json": "is no file",
        tmp_path / "single.npz": "single array",
        written(b"PK\x03\x04broken", "broken.npz"): "no .npz file",
        written(b"", "empty.npz"): "no .npz file",
        written("{}", "data.csv"): "of a .json or .npz file",
    }.items():
        with pytest.raises(InputError, match=message) as caught:
            load_data(path)
        assert str(caught.value).startswith(str(path))


def test_shapes_of_anything_with_a_shape(torch):
    assert shapes_of({"a": torch.ones(2, 3), "b": np.float32(1), "c": ((1,), (2,))}) == {
        "a": (2, 3),
        "b": (),
        "c": (2, 1),
    }
    for value, message in (
        ([], "empty"),
        ("1", "a text"),
        ([1, float("nan")], "not finite"),
        (1j, "complex"),
    ):
        with pytest.raises(InputError, match=message):
            shapes_of({"x": value})
    with pytest.raises(InputError, match="the shape of x"):
        shapes_of({"x": np.zeros((0, 3))})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X=N 4", ("X", ("N", 4))),
        ("X=N,4", ("X", ("N", 4))),
        ('X="N 4"', ("X", ("N", 4))),
        (" X = (3, 2)", ("X", (3, 2))),
        ("b=", ("b", ())),
    ],
)
def test_shape_option(text, expected):
    assert shape_option(text) == expected


@pytest.mark.parametrize("text", ["X", "=3", "X=-1", "X=3.5", "X=0", "X=4 y-z", "X=1 1 1 1 1 1 1 1 1"])
def test_shape_options_that_cannot_be_used(text):
    with pytest.raises(InputError, match="shape"):
        shape_option(text)


finite = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70)
nested = arrays.arrays(float, arrays.array_shapes(max_dims=4, max_side=4), elements=st.floats(-1e300, 1e300))


@given(number=finite, array=nested)
def test_json_is_read_exactly(tmp_path_factory, number, array):
    path = tmp_path_factory.mktemp("data") / "data.json"
    path.write_text(json.dumps({"n": number, "a": array.tolist()}))
    data = load_data(path)
    assert data["n"] == number
    assert type(data["n"]) is type(number)
    assert np.array_equal(data["a"], array)
    assert shapes_of(data) == {"n": (), "a": array.shape}
