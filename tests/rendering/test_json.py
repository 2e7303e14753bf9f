"""JSON of the schema symback.derivation/1: scripts rely on every key."""

import json
import math
from fractions import Fraction

import pytest

import symback as sb
from symback.notation.numeral import TypedNumber
from symback.ops.table import ACTIVATIONS

KINDS = {"seed", "local", "chain", "accumulate"}


def strict(text):
    """Read JSON that has neither NaN nor infinities."""

    def refuse(name):
        raise AssertionError(name)

    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def data(book):
    return strict(sb.derive(sb.Neuron(3)).evaluate(**book).to_json(learning_rate=0.001))


def test_the_known_numbers_of_the_book(data):
    assert data["schema"] == "symback.derivation/1"
    assert data["expression"] == "ReLU(sum(mul(x0, w0), mul(x1, w1), mul(x2, w2), b))"
    assert [(entry["name"], entry["value"]) for entry in data["forward"]] == [
        ("xw0", -3.0),
        ("xw1", 2.0),
        ("xw2", 6.0),
        ("z", 6.0),
        ("y", 6.0),
    ]
    assert data["gradients"] == {"x0": -3, "w0": 1, "x1": -1, "w1": -2, "x2": 2, "w2": 3, "b": 1}
    assert data["update"] == {
        "learning_rate": 0.001,
        "parameters": {"w0": -3.001, "w1": -0.998, "w2": 1.997, "b": 0.999},
        "output": {"before": 6.0, "after": pytest.approx(5.985, abs=1e-15)},
    }


def test_keys_and_kinds(data):
    assert set(data) == {"schema", "expression", "forward", "steps", "gradients", "conditions", "update"}
    for entry in data["forward"]:
        assert set(entry) == {"name", "latex", "value"}
    for step in data["steps"]:
        assert set(step) == {"name", "kind", "rule", "latex", "uses", "shape", "value"}
        assert step["kind"] in KINDS
        assert step["shape"] == []
        assert step["rule"]
        assert isinstance(step["value"], float)
    assert data["conditions"]
    assert all(isinstance(condition, str) for condition in data["conditions"])


def test_the_names_and_kinds_of_a_neurons_steps(data):
    kinds = [(step["name"], step["kind"]) for step in data["steps"]]
    assert kinds[:3] == [("dvalue", "seed"), ("drelu", "local"), ("drelu_dz", "chain")]
    expected = {"dvalue": "seed", "drelu": "local", "drelu_dz": "chain"}
    for i in range(3):
        expected |= {f"dsum_dxw{i}": "local", f"drelu_dxw{i}": "chain"}
        expected |= {f"dmul_dx{i}": "local", f"drelu_dx{i}": "chain"}
        expected |= {f"dmul_dw{i}": "local", f"drelu_dw{i}": "chain"}
    expected |= {"dsum_db": "local", "drelu_db": "chain"}
    assert dict(kinds) == expected
    assert len(kinds) == len(expected)


@pytest.mark.parametrize("activation", [*ACTIVATIONS, "leaky_relu(0.2)", "elu(1/3)"])
@pytest.mark.parametrize("kink", [None, 0.25])
def test_every_step_is_one_whole_equation_of_what_stands_above(activation, kink):
    derivation = sb.derive(sb.Neuron(2, activation=activation), kink=kink)
    evaluation = derivation.evaluate(x=[0.5, 1], w=[0.25, 0.5], b=0.125)
    for source in (derivation, evaluation):
        data = strict(source.to_json())
        known = {"x0", "w0", "x1", "w1", "b"} | {entry["name"] for entry in data["forward"]}
        for entry in (*data["forward"], *data["steps"]):
            assert "&" not in entry["latex"]
            assert r"\\" not in entry["latex"]
            assert " = " in entry["latex"]
            bare = entry["latex"].replace(r"\{", "")
            assert bare.count("{") == bare.count("}")
            assert entry["latex"].count(r"\left") == entry["latex"].count(r"\right")
            assert "symback" not in entry["latex"]
        for step in data["steps"]:
            assert set(step["uses"]) <= known
            known.add(step["name"])
        assert set(data["gradients"]) == {"x0", "w0", "x1", "w1", "b"}


def test_without_data_values_are_null_and_there_is_no_update():
    data = strict(sb.derive(sb.Neuron(2)).to_json())
    assert "update" not in data
    assert all(entry["value"] is None for entry in (*data["forward"], *data["steps"]))
    assert all("exact" not in entry for entry in (*data["forward"], *data["steps"]))
    assert set(data["gradients"].values()) == {None}


def test_without_a_learning_rate_there_is_no_update(book):
    assert "update" not in strict(sb.derive(sb.Neuron(3)).evaluate(**book).to_json())


def test_exact_stands_where_a_value_is_exact_and_no_integer():
    numbers = [TypedNumber.parse("-1/3"), Fraction(1, 4)]
    evaluation = sb.derive(sb.Neuron(2)).evaluate(x=numbers, w=[0.5, 8], b=TypedNumber.parse("0.1"))
    by_name = {entry["name"]: entry for entry in strict(evaluation.to_json())["steps"]}
    assert by_name["dmul_dw0"] == {**by_name["dmul_dw0"], "exact": "-1/3", "value": -1 / 3}
    assert by_name["drelu_dw1"]["exact"] == "1/4"
    assert "exact" not in by_name["dmul_dx0"], "0.5 came as a float"
    assert "exact" not in by_name["dmul_dx1"], "8 is an integer"
    forward = {entry["name"]: entry for entry in strict(evaluation.to_json())["forward"]}
    assert "exact" not in forward["z"], "a float in a sum makes it a float"
    assert "exact" not in forward["xw1"], "8 · 1/4 is an integer"


@pytest.mark.parametrize("text", ["0.1", "-1/3", "1e-3", "123456789.123"])
def test_exact_is_the_value_whatever_the_spelling(text):
    evaluation = sb.derive(sb.Neuron(1)).evaluate(x=[TypedNumber.parse(text)], w=[1], b=1)
    step = next(s for s in strict(evaluation.to_json())["steps"] if s["name"] == "dmul_dw0")
    assert Fraction(step["exact"]) == Fraction(text)
    assert step["value"] == float(Fraction(text))


def test_transcendental_functions_give_doubles():
    evaluation = sb.derive(sb.Neuron(1, activation="sigmoid")).evaluate(x=[1], w=[1], b=0)
    data = strict(evaluation.to_json())
    assert data["forward"][-1]["value"] == pytest.approx(1 / (1 + math.exp(-1)), rel=1e-15)
    assert all("exact" not in step for step in data["steps"])


def test_paths_that_meet_accumulate():
    x, w = sb.symbols("x w")
    data = strict(sb.derive(x * w + sb.tanh(x)).evaluate(x=0.5, w=2).to_json())
    kinds = {step["name"]: step["kind"] for step in data["steps"]}
    assert kinds["dx"] == "accumulate"
    assert data["gradients"]["x"] == pytest.approx(2 + 1 - math.tanh(0.5) ** 2, rel=1e-15)


def test_arrays_are_nested_lists():
    import numpy as np

    evaluation = sb.derive(sb.Neuron(1)).evaluate(x=[np.array([1.0, -1.0])], w=[2.0], b=0.0)
    data = strict(evaluation.to_json())
    assert data["forward"][-1]["value"] == [2.0, 0.0]
    assert data["gradients"]["x0"] == [2.0, 0.0]


def test_the_chain_in_its_four_forms(data):
    latex = next(step["latex"] for step in data["steps"] if step["name"] == "drelu_dx0")
    assert latex == (
        r"\frac{\partial L}{\partial x_{0}}"
        r" = \frac{\partial L}{\partial \mathit{xw}_{0}}"
        r" \cdot \frac{\partial \mathit{xw}_{0}}{\partial x_{0}}"
        r" = \frac{\partial L}{\partial \mathit{xw}_{0}} \cdot w_{0}"
        r" = \frac{\partial L}{\partial z} \cdot 1 \cdot w_{0}"
        r" = \mathit{dvalue} \cdot \mathbf{1}(z > 0) \cdot w_{0}"
        r" = 1 \cdot \mathbf{1}(6 > 0) \cdot (-3) = -3"
    )
