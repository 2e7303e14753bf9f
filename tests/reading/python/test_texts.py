"""Whole texts: literals, inlined functions, names that are assigned again, what is the output."""

import numpy as np
import pytest

from symback.core.errors import InputError, ReadingError, UnknownNameError
from symback.reading.python import read_python, read_python_file, split_target

BOOK = """
# the neuron of the book
x = [1.0, -2.0, 3.0]
w = [-3.0, -1.0, 2.0]
b = 1.0
xw0 = x[0] * w[0]
xw1 = x[1] * w[1]
xw2 = x[2] * w[2]
print(xw0, xw1, xw2, b)
z = xw0 + xw1 + xw2 + b
y = max(z, 0)
print(f"y = {y}")
"""


def test_the_books_own_text(evaluated):
    model = read_python(BOOK)
    assert model.values == {"x": [1.0, -2.0, 3.0], "w": [-3.0, -1.0, 2.0], "b": 1.0}
    assert model.shapes == {"x": (3,), "w": (3,), "b": ()}
    assert list(model.graph.names) == ["x", "w", "b", "xw0", "xw1", "xw2", "z", "y"]
    assert repr(model.expression) == "<y = relu(z)>"
    assert evaluated(model) == 6


LITERALS = {
    "2": 2,
    "-0.5": -0.5,
    "1 / 4": 0.25,
    "2 ** 3 - 1": 7,
    "[1, 2]": [1, 2],
    "[[1.0, 2], [-3, 4]]": [[1.0, 2], [-3, 4]],
    "np.array([1, 2, 3])": [1, 2, 3],
    "np.array([1, 2], dtype=float)": [1.0, 2.0],
    "jnp.array([[1.5]])": [[1.5]],
    "torch.tensor([1.0, 2.0], requires_grad=True)": [1.0, 2.0],
    "np.zeros(2)": [0.0, 0.0],
    "np.ones((2, 1))": [[1.0], [1.0]],
    "np.full((2,), 0.5)": [0.5, 0.5],
    "np.eye(2)": [[1.0, 0.0], [0.0, 1.0]],
    "np.arange(4).reshape(2, 2)": [[0, 1], [2, 3]],
    "np.linspace(0, 1, 3)": [0.0, 0.5, 1.0],
    "0.5 * np.ones((1, 2)) - 1": [[-0.5, -0.5]],
    "np.array([[1, 2], [3, 4]]).T": [[1, 3], [2, 4]],
    "-np.array([1, 2])": [-1, -2],
    "np.array([1, 2]) / 4": [0.25, 0.5],
    "np.array([1.0, 2.0]).astype(np.float32)": [1.0, 2.0],
}


@pytest.mark.parametrize(("text", "value"), LITERALS.items(), ids=LITERALS)
def test_literals_are_inputs_with_values(text, value):
    model = read_python(f"import numpy as np\na = {text}\ny = relu(a)")
    assert model.values == {"a": value}
    assert model.shapes == {"a": np.shape(value)}


def test_integers_of_a_text_may_be_sizes_axes_and_bounds():
    text = "n = 3\nk = n - 1\nX = np.ones((n, 2))\ny = sum(X.reshape(k, n).sum(axis=0)[i] for i in range(n))"
    model = read_python(text)
    assert list(model.shapes) == ["X"]
    assert list(read_python("n = 3\ny = n * x + sum(x for i in range(n))").shapes) == ["n", "x"]


def test_an_integer_exponent_is_a_constant():
    assert list(read_python("n = 3\ny = x ** n").shapes) == ["x"]
    assert list(read_python("n = 3.0\ny = x ** n").shapes) == ["n", "x"]


def test_plain_lists_are_joined_by_plus(refused):
    assert "+ joins plain lists" in refused("a = [1, 2]\nb = [3, 4]\ny = a + b")
    assert "* repeats a plain list" in refused("a = [1, 2]\ny = a * 2")
    assert read_python("a = np.array([1, 2])\nb = np.array([3, 4])\ny = a + b * 2").expression.shape == (2,)


def test_unused_inputs_stay():
    model = read_python("q = 1.0\nx = 2.0\ny = x * 3")
    assert model.values == {"q": 1.0, "x": 2.0}
    assert {"q", "x"} <= set(model.graph.names)


AGAIN = {
    "h = x * w\nh = h + b\nh = relu(h)": (
        ["h", "h_2", "h_3"],
        "lines 2, 3: from there it is called h_2, h_3.",
    ),
    "x = x + 1\ny = x * 2": (["x", "x_2", "y"], "x is assigned again in line 1"),
    "h = x * 2\nh_2 = h + 1\nh = h_2 * h": (["h", "h_2", "h_3"], "called h_3."),
    "h = x * 2\nh2 = h + 1\nh = h2 * h": (["h", "h2", "h_3"], "called h_3."),
    "h = x * 2\nh += 1": (["h", "h_2"], "called h_2."),
    "h = x\nfor i in range(9):\n    h = tanh(h)": (
        ["h", "h_9"],
        "line 3: from there it is called h_2, h_3, …, h_9",
    ),
}


@pytest.mark.parametrize(("text", "expected"), AGAIN.items(), ids=range(len(AGAIN)))
def test_a_name_that_is_assigned_again_gets_a_number(text, expected):
    names, note = expected
    model = read_python(text)
    assert set(names) <= set(model.graph.names)
    assert len(model.notes) == 1
    assert note in model.notes[0]


def test_an_alias_is_no_further_quantity():
    model = read_python("h = x * 2\ng = h\ny = g + 1")
    assert list(model.graph.names) == ["x", "h", "y"]


@pytest.mark.parametrize("text", ["y = x", "x = 3.0\ny = x", "h = x * 2\ny = h"])
def test_an_alias_that_is_the_output_is_a_quantity(text, evaluated):
    model = read_python(text)
    assert model.expression.node.name == "y"
    assert evaluated(model, x=3.0) in (3.0, 6.0)


OUTPUTS = {
    "z = x * 2\ny = z + 1": "y",
    "z = x * 2\nlr = 0.1": "z",
    "z = x * 2\nprint(z)\n": "z",
    "z = x * 2\ny = z + 1\nz": "z",
    "z = x * 2\nz + 1": None,
    "x * 2": None,
    "x": None,
    "a, y = x, x * 2": "y",
    "def f(x):\n    z = x * 2\n    return z": "z",
    "def f(x):\n    z = x * 2\n    return z + 1": None,
    "def f(x):\n    return x": None,
}


@pytest.mark.parametrize(("text", "name"), OUTPUTS.items(), ids=OUTPUTS)
def test_the_output(text, name):
    model = read_python(text)
    assert model.expression.node.name == name
    assert model.expression.node.op is not None
    assert model.outputs == (model.expression,)
    assert model.graph.outputs[0] is model.expression.node


FILE = """
'''A network.'''
import numpy as np
import matplotlib.pyplot as plt

EPS = 1e-3
X = np.array([[1.0, 2.0], [3.0, 4.0]])

def relu(z):
    return np.maximum(z, 0)

def mlp(X, W: "2 3", b=0.5, *, scale=2, flag=None):
    h = relu(X @ W + b)
    return np.sum(h) * scale + EPS

class Unused:
    pass

if __name__ == "__main__":
    plt.plot(mlp(X, 1))
"""


def test_a_file_with_functions(evaluated):
    model = read_python(FILE)
    assert model.shapes == {"X": (2, 2), "W": (2, 3), "b": (), "scale": ()}
    assert model.values == {"X": [[1.0, 2.0], [3.0, 4.0]], "b": 0.5, "scale": 2}
    assert model.title == "Backpropagation through mlp"
    weights = np.array([[1.0, -1.0, 0.5], [0.0, 0.25, -2.0]])
    z = np.array([[1.0, 2.0], [3.0, 4.0]]) @ weights + 0.5
    assert evaluated(model, W=weights) == pytest.approx(np.maximum(z, 0).sum() * 2 + 1e-3)


def test_a_function_of_several(tmp_path):
    text = "def f(x):\n    return x * 2\n\ndef g(x):\n    return x + 1\n"
    path = tmp_path / "net.py"
    path.write_text(text)
    with pytest.raises(ReadingError, match=r"net.py, line 4.*2 functions.*net.py:f, .*net.py:g"):
        read_python_file(path)
    assert repr(read_python_file(path, function="g").expression) == "<add(x, constant(…))>"
    with pytest.raises(UnknownNameError, match="no function 'ff'; did you mean f"):
        read_python(text, function="ff")
    with pytest.raises(UnknownNameError, match="there are: none"):
        read_python("y = x", function="f")


def test_calls_of_the_texts_own_functions_are_read_in_place():
    text = (
        "def relu(z):\n    return np.maximum(0, z)\n"
        "def layer(x, W, b):\n    z = x @ W + b\n    return relu(z)\n"
        "h = layer(x, W1, b1)\ny = layer(h, W=W2, b=b2)"
    )
    shapes = {"x": "N 4", "W1": "4 5", "b1": "5", "W2": "5 2", "b2": "2"}
    model = read_python(text, shapes=shapes)
    assert list(model.graph.names) == ["x", "W1", "b1", "W2", "b2", "z", "h", "z_2", "y"]


CALLS = {
    "g()": "g needs a",
    "g(x, x, x)": "g takes 2 arguments, got 3",
    "g(x, a=x)": "a is given twice",
    "g(x, c=x)": "g has no argument 'c'",
}


@pytest.mark.parametrize(("formula", "message"), CALLS.items(), ids=CALLS)
def test_calls_that_do_not_suit(refused, formula, message):
    assert message in refused(f"def g(a, b=2):\n    return a * b\ny = {formula}")


ANNOTATIONS = {
    '"N 4"': ("N", 4),
    'Annotated[sb.Array, "N 4"]': ("N", 4),
    'Float[Array, "N 4"]': ("N", 4),
    "np.ndarray": (),
    '"np.ndarray"': (),
    "float": (),
    '"Tensor"': (),
    "list[float]": (),
}


@pytest.mark.parametrize(("annotation", "shape"), ANNOTATIONS.items(), ids=ANNOTATIONS)
def test_annotations(annotation, shape):
    assert read_python(f"def f(X: {annotation}):\n    return X * 2").shapes == {"X": shape}
    assert read_python(f"X: {annotation}\ny = X * 2").shapes == {"X": shape}


def test_an_annotation_that_is_no_shape(refused):
    assert "line 1, column 10: \"'4 -1'\"" in refused('def f(X: "4 -1"):\n    return X'.replace('"', "'"))


def test_decorators_state_shapes():
    text = '@sb.model(X="N 4", w="4")\ndef f(X, w):\n    return X @ w'
    assert read_python(text).shapes == {"X": ("N", 4), "w": (4,)}


def test_data_give_shapes_and_values():
    data = {"X": np.ones((5, 4)), "w": [1, 2, 3, 4], "b": 2.0, "q": 1}
    model = read_python("b = 1.0\ny = X @ w + b", values=data, shapes={"X": "N 4"})
    assert model.shapes == {"b": (), "X": (5, 4), "w": (4,)}
    assert model.values["b"] == 2.0
    assert model.values["w"] == [1, 2, 3, 4]
    assert model.notes == ["A value is given for q, but nothing uses it; it is ignored."]
    with pytest.raises(InputError, match=r"X has the shape \(5, 4\) in the data, but \(3, 4\) was stated"):
        read_python("y = X", values=data, shapes={"X": "3 4"})


def test_data_for_what_the_text_computes_are_ignored():
    model = read_python("z = x * 2\ny = z + 1", values={"x": 1.0, "z": 5.0}, shapes={"k": "3"})
    assert model.values == {"x": 1.0}
    assert model.notes == [
        "A value is given for z, but the text computes it itself; it is ignored.",
        "A shape is given for k, which is no input; it is ignored.",
    ]


def test_data_of_another_shape_than_the_texts_literal():
    model = read_python("x = [1.0, 2.0]\ny = sum(x)", values={"x": [1.0, 2.0, 3.0]})
    assert model.shapes == {"x": (3,)}
    assert model.values == {"x": [1.0, 2.0, 3.0]}


def test_reading_runs_nothing(tmp_path):
    path = tmp_path / "touched"
    text = f"import os\nprint(os.system('touch {path}'))\nassert os.system('touch {path}')\ny = x * 2"
    read_python(text)
    assert not path.exists()


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        ("net.py", ("net.py", None)),
        ("net.py:mlp", ("net.py", "mlp")),
        ("a/b:c/net.py", ("a/b:c/net.py", None)),
        ("C:net.py", ("C:net.py", None)),
        ("C:\\net.py:mlp", ("C:\\net.py", "mlp")),
        (":mlp", (":mlp", None)),
    ],
)
def test_a_file_and_a_function(target, parts):
    assert split_target(target) == parts


def test_conditions_that_are_known_choose_a_branch():
    text = (
        "def f(x, bias=None, flag=True):\n    y = x * 2\n    if bias is not None:\n        y = y + bias\n{}"
    )
    assert (
        read_python(text.format("    if flag:\n        return y + 1\n    return y")).expression.node.op.name
        == "add"
    )
    assert read_python(text.format("    return y")).expression.node.name == "y"
