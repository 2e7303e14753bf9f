"""What the tests of the reader of Python share."""

import math

import numpy as np
import pytest

from symback.core.errors import SymbackError
from symback.evaluation.values import run
from symback.reading.python import read_python


def value_of(model, **given):
    """Return the output of a model in numbers."""
    inputs = {**model.values, **given}
    sizes = {
        size: number
        for name, shape in model.shapes.items()
        for size, number in zip(shape, np.shape(inputs[name]), strict=True)
        if isinstance(size, str)
    }
    values = run(model.graph.nodes, {name: np.asarray(inputs[name]) for name in model.shapes}, sizes)
    return values[model.graph.outputs[0]]


def of_numpy(text, **given):
    """Return what Python and NumPy make of a text that a test wrote."""
    known = {"np": np, "math": math, **{k: np.asarray(v) if np.shape(v) else v for k, v in given.items()}}
    exec(text, known)  # noqa: S102 - the tests' own text
    return known["y"]


@pytest.fixture
def evaluated():
    """Return the function that evaluates a model."""
    return value_of


@pytest.fixture
def meant():
    """Return the function that asks Python and NumPy."""
    return of_numpy


@pytest.fixture
def agrees():
    """Return a function that checks that a text means what Python and NumPy mean by it."""

    def check(text, **given):
        shapes = {name: np.shape(value) for name, value in given.items()}
        ours = value_of(read_python(text, shapes=shapes), **given)
        np.testing.assert_allclose(ours, of_numpy(text, **given), rtol=1e-12, atol=1e-12)
        assert np.shape(ours) == np.shape(of_numpy(text, **given))

    return check


@pytest.fixture
def refused():
    """Return a function that checks that a text is refused, and returns the message."""

    def check(text, **options):
        with pytest.raises(SymbackError) as caught:
            read_python(text, **options)
        message = str(caught.value)
        assert "\n" not in message
        assert message.startswith("<text>")
        return message

    return check
