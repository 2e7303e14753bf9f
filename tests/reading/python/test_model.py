"""The model: a decorator, a function, or a text; what it holds, and that it can be copied."""

import copy
import pickle
from typing import Annotated, Any

import numpy as np
import pytest

from symback.core.errors import InputError, ReadingError, UnknownNameError
from symback.reading.model import Model, model

Array = Any


@model(x="N 4", w="4 3", b="3")
def layer(x, w, b):
    """A layer."""
    z = x @ w + b
    return np.maximum(z, 0)


@model
def bare(x: Annotated[Array, "N 4"], w: "4", s=2.0):
    return np.sum(x @ w) * s


OUTER = 3


def test_the_decorator_reads_shapes_from_keywords():
    assert isinstance(layer, Model)
    assert layer.shapes == {"x": ("N", 4), "w": (4, 3), "b": (3,)}
    assert list(layer.graph.names) == ["x", "w", "b", "z"]
    assert repr(layer) == "<model <relu(z)> of x: N 4, w: 4 3, b: 3>"


def test_the_bare_decorator_reads_annotations():
    assert bare.shapes == {"x": ("N", 4), "w": (4,), "s": ()}
    assert bare.values == {"s": 2.0}


def test_a_decorated_function_can_still_be_called():
    assert layer.__name__ == "layer"
    assert layer.__doc__ == "A layer."
    assert layer(np.ones((2, 4)), np.ones((4, 3)), -1).tolist() == [[3, 3, 3]] * 2


def test_a_text():
    made = model("z = X @ W + b\ny = relu(z)", shapes={"X": "N 4", "W": "4 3", "b": "3"})
    assert made.expression.shape == ("N", 3)
    assert model("y = X @ w", X="N 4", w=(4,)).shapes == {"X": ("N", 4), "w": (4,)}
    with pytest.raises(InputError, match="read from a text"):
        made(1)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))])  # noqa: S301
@pytest.mark.parametrize("made", [layer, bare, model("y = x * 2\ny = y + 1")], ids=["layer", "bare", "text"])
def test_copies(made, copied):
    other = copied(made)
    assert repr(other) == repr(made)
    assert (other.values, other.shapes, other.notes, other.title) == (
        made.values,
        made.shapes,
        made.notes,
        made.title,
    )
    assert other.graph.outputs[0] is other.expression.node


def test_outer_names_are_refused_with_their_place():
    with pytest.raises(
        ReadingError, match=r"test_model.py, line \d+, column 24: 'OUTER'.*make it an argument"
    ):

        @model
        def f(x):
            return x * OUTER


def test_closures_are_refused():
    inner = 2
    with pytest.raises(ReadingError, match="'inner' is not known in f"):

        @model
        def f(x):
            return x * inner


def test_lines_are_those_of_the_file():
    def f(x):
        # a comment
        return x ^ 2

    line = f.__code__.co_firstlineno + 2
    with pytest.raises(ReadingError, match=f"test_model.py, line {line}, column 16: 'x \\^ 2'"):
        model(f)


def test_no_source_offers_the_text_form():
    space = {}
    exec("def f(x):\n    return x * 2", space)  # noqa: S102 - a function without source
    for function in (space["f"], len, np.exp):
        with pytest.raises(ReadingError, match='give the text itself: model\\("z = '):
            model(function)
    with pytest.raises(ReadingError, match="lambda"):
        model(lambda x: x)
    with pytest.raises(InputError, match="expected a function or a text, got int"):
        model(3)


def test_shapes_of_what_is_no_input():
    with pytest.raises(UnknownNameError, match="'W1', which is no input; did you mean W"):
        model("y = X @ W", X="N 4", W="4 3", W1="3")
    with pytest.raises(UnknownNameError, match="the inputs are x"):

        @model(quite_other="3")
        def f(x):
            return x * 2


def test_a_shape_that_cannot_be_read():
    with pytest.raises(InputError, match="the shape of X"):
        model("y = X", X="4 x-y")


def test_a_function_that_returns_several():
    with pytest.raises(ReadingError, match="'x, y': 2 outputs; give one output"):
        model("def f(x):\n    y = x * 2\n    return x, y")
