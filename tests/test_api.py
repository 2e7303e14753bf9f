"""The public surface: what scripts rely on."""

import pickle
from fractions import Fraction

import pytest
import sympy

import symback as sb


@pytest.fixture(scope="module")
def derivation():
    return sb.derive(sb.Neuron(3, activation="relu"))


@pytest.fixture(scope="module")
def evaluation(derivation, book):
    return derivation.evaluate(**book)


def test_the_public_names_are_there():
    assert len(sb.__all__) == len(set(sb.__all__))
    for name in sb.__all__:
        assert getattr(sb, name) is not None
        assert name in dir(sb)


def test_every_op_is_a_function():
    x = sb.symbols("x")
    for name in ("relu", "sigmoid", "leaky_relu", "maximum", "exp"):
        assert getattr(sb, name).__name__ == name
        assert isinstance(getattr(sb, name)(x), sb.Expression)
    assert sb.relu.__doc__


@pytest.mark.parametrize("name", ["rleu", "_hidden", "__wrapped__"])
def test_an_unknown_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=name):
        getattr(sb, name)


def test_every_error_is_of_one_family():
    errors = [getattr(sb, name) for name in sb.__all__ if name.endswith("Error")]
    assert len(errors) > 8
    assert all(issubclass(error, sb.SymbackError) for error in errors)


def test_steps_by_name(derivation):
    step = derivation["drelu_dxw0"]
    assert step.expr == sympy.Symbol("drelu_dz") * sympy.Symbol("dsum_dxw0")
    assert derivation["z"].uses == ("xw0", "xw1", "xw2", "b")
    assert "drelu_dz" in derivation
    assert "nothing" not in derivation
    with pytest.raises(sb.UnknownNameError, match="did you mean drelu_dx0"):
        derivation["drelu_x0"]


def test_a_gradient_in_inputs_over_plain_symbols(derivation):
    x0, x1, x2, w0, w1, w2, b, dvalue = sympy.symbols("x0 x1 x2 w0 w1 w2 b dvalue")
    z = x0 * w0 + x1 * w1 + x2 * w2 + b
    expected = dvalue * w0 * sympy.Piecewise((1, z > 0), (0, True))
    assert derivation.gradient("x0").equals(expected) or derivation.gradient("x0") == expected
    with pytest.raises(sb.UnknownNameError):
        derivation.gradient("q")


def test_numbers_by_name(evaluation):
    assert evaluation["drelu_dw0"] == 1
    assert evaluation["dvalue"] == 1
    assert evaluation["z"] == evaluation["y"] == 6
    assert evaluation.gradients == {"x0": -3, "w0": 1, "x1": -1, "w1": -2, "x2": 2, "w2": 3, "b": 1}
    assert set(evaluation.inputs) == {"x0", "x1", "x2", "w0", "w1", "w2", "b", "dvalue"}
    with pytest.raises(sb.UnknownNameError):
        evaluation["nothing"]


@pytest.mark.parametrize(
    "given",
    [
        {"x": [1, -2, 3], "w": (-3, -1, 2), "b": [1]},
        {"x0": 1, "x1": -2, "x2": 3, "w": [-3, -1, 2], "b": Fraction(1)},
    ],
)
def test_numbers_may_be_given_in_several_ways(derivation, given):
    assert derivation.evaluate(given).gradients["x0"] == -3
    assert derivation.evaluate(**given, dvalue=2).gradients["x0"] == -6
    assert derivation.evaluate(given, upstream=2)["dvalue"] == 2


def test_what_is_given_twice_is_refused(derivation, book):
    with pytest.raises(sb.InputError, match="b is given twice"):
        derivation.evaluate(book, b=2)
    with pytest.raises(sb.InputError, match="dvalue is given twice"):
        derivation.evaluate(book, upstream=1, dvalue=1)


def test_the_update(evaluation):
    update = evaluation.update(learning_rate=0.001)
    assert update.parameters == {"w0": -3.001, "w1": -0.998, "w2": 1.997, "b": 0.999}
    assert (update.before, update.after) == (6, pytest.approx(5.985, abs=1e-15))
    for wrong in (0, -1, float("nan"), "fast", True):
        with pytest.raises(sb.InputError):
            evaluation.update(wrong)


def test_writers_give_text(derivation, evaluation):
    for source in (derivation, evaluation):
        for text in (source.to_latex(), source.to_text(), source.to_markdown(), source.to_json()):
            assert isinstance(text, str)
            assert "ReLU" in text
    assert evaluation.to_latex(standalone=True).startswith(r"\documentclass")


def test_results_do_not_depend_on_the_order_of_calls(book):
    first, second = sb.derive(sb.Neuron(3)), sb.derive(sb.Neuron(3))
    early = first.to_latex()
    first.gradient("x0")
    first.evaluate(**book)
    assert early == first.to_latex() == second.to_latex()


def test_numbers_are_copied(derivation):
    x = [1, -2, 3]
    evaluation = derivation.evaluate(x=x, w=[-3, -1, 2], b=1)
    x[0] = 100
    assert evaluation["xw0"] == -3


def test_a_derivation_survives_pickling(derivation):
    again = pickle.loads(pickle.dumps(derivation))  # noqa: S301 - our own bytes
    assert again.to_latex() == derivation.to_latex()


def test_representations_say_what_it_is(derivation, evaluation):
    assert repr(derivation) == "<Derivation of y: 23 steps, gradients of x0, w0, x1, w1, x2, w2, …>"
    assert repr(evaluation) == "<Evaluation of y = 6>"
    assert repr(sb.Neuron(3)) == "ReLU(sum(mul(x0, w0), mul(x1, w1), mul(x2, w2), b))"


def test_a_part_of_the_gradients():
    derivation = sb.derive(sb.Neuron(2), wrt=["w1"])
    assert list(derivation.gradients) == ["w1"]
    assert "drelu_dw1" in derivation
    assert "drelu_dx0" not in derivation
    for writer in (derivation.to_latex, derivation.to_text, derivation.to_markdown, derivation.to_json):
        assert writer()


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        ((3,), {}, sb.InputError),
        ((None,), {}, sb.InputError),
        ((sb.Neuron(1),), {"wrt": ["q"]}, sb.UnknownNameError),
        ((sb.Neuron(1),), {"wrt": []}, sb.InputError),
        ((sb.Neuron(1),), {"wrt": "w0"}, sb.InputError),
        ((sb.Neuron(1),), {"detail": "all"}, sb.InputError),
        ((sb.Neuron(1),), {"kink": 2}, sb.InputError),
        ((sb.Neuron(1),), {"kink": "left"}, sb.InputError),
    ],
)
def test_bad_requests_are_refused(arguments, options, error):
    with pytest.raises(error):
        sb.derive(*arguments, **options)
