"""A user's own gradients, in whatever form they come."""

import json

import numpy as np
import pytest

import symback as sb
from symback.verification.agreement import comparison_json

POINT = {"x": [1.5, -2.0], "w": [-0.5, 0.75], "b": 3.0}
DX, DW, DB = [-0.5, 0.75], [1.5, -2.0], 1.0
FLAT = [DX[0], DW[0], DX[1], DW[1], DB]


def against(result, **options):
    def mine(**values):
        assert values["x"] == POINT["x"]
        return result

    return sb.compare(sb.derive(sb.Neuron(2)), **POINT, against=[mine], **options)


@pytest.mark.parametrize(
    "result",
    [
        pytest.param({"x0": DX[0], "x1": DX[1], "w0": DW[0], "w1": DW[1], "b": DB}, id="by-name"),
        pytest.param({"dx0": DX[0], "dw1": DW[1]}, id="some-by-name"),
        pytest.param({"drelu_dx0": DX[0], "drelu_dw1": DW[1], "drelu_db": DB}, id="by-step"),
        pytest.param({"x": DX, "w": DW, "b": DB}, id="by-group"),
        pytest.param({"dx": tuple(DX), "dw": np.array(DW), "db": np.float64(DB)}, id="by-group-of-arrays"),
        pytest.param((DX, DW, DB), id="groups"),
        pytest.param((np.array(DX), np.array(DW), np.array([DB])), id="groups-of-arrays"),
        pytest.param([DX, DW, [DB]], id="groups-in-a-list"),
        pytest.param(FLAT, id="flat-list"),
        pytest.param(tuple(FLAT), id="flat-tuple"),
        pytest.param(np.array(FLAT), id="flat-array"),
        pytest.param(np.array(FLAT, dtype=np.float32), id="single-precision"),
    ],
)
def test_forms_of_results(result):
    comparison = against(result)
    assert comparison.agrees, comparison.rows
    assert any(row.others["mine"] is not None for row in comparison.rows)


def test_a_torch_tensor(torch):
    assert against(torch.tensor(FLAT, dtype=torch.float64)).agrees


@pytest.mark.parametrize("name", ["x0", "w0", "x1", "w1", "b"])
def test_a_wrong_gradient_is_named(name):
    right = dict(zip(("x0", "w0", "x1", "w1", "b"), FLAT, strict=True))
    comparison = against({**right, name: right[name] + 0.01})
    assert not comparison.agrees
    assert [row.name for row in comparison.rows if row.disagreeing] == [name]
    assert comparison.summary == f"1 of 5 compared gradients disagree: {name}"


def test_what_is_left_out_is_not_compared():
    verdicts = {row.name: row.verdict for row in against({"x0": DX[0]}).rows}
    assert verdicts == {"x0": "agrees", **dict.fromkeys(("w0", "x1", "w1", "b"), "not compared")}


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (FLAT[:4], "mine returned 4 values for 5 gradients"),
        ({"q": 1}, "mine returned 'q', which is no gradient"),
        ({"x": [1, 2, 3]}, "mine returned 3 values for x, which has 2"),
        (None, "expected|returned"),
        ({"b": "much"}, "'much' was returned; expected a number"),
        ({"b": 1 + 2j}, "expected a number"),
        ([], "mine returned 0 values"),
    ],
)
def test_what_cannot_be_matched_is_refused(result, message):
    with pytest.raises(sb.InputError, match=message):
        against(result)


@pytest.mark.parametrize(
    "bad",
    [
        float("nan"),
        float("inf"),
    ],
)
def test_nan_and_infinity_disagree(bad):
    comparison = against({"x0": bad, "b": DB})
    assert [row.name for row in comparison.rows if row.disagreeing] == ["x0"]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_nan_and_infinity_are_valid_json(bad):
    def refuse(name):
        raise AssertionError(name)

    json.loads(comparison_json(against({"x0": bad})), parse_constant=refuse)


def test_a_function_gets_the_values_that_it_names():
    def only(w, b):
        return {"b": 1.0 if b and w else 0.0}

    assert sb.compare(sb.derive(sb.Neuron(2)), **POINT, against=[only]).agrees


def test_a_function_gets_the_upstream_if_there_is_one():
    def scaled(x, w, b, upstream=1):
        del b
        return {"w": [upstream * v for v in x], "x": [upstream * v for v in w]}

    for upstream in (None, 2.5):
        assert sb.compare(sb.derive(sb.Neuron(2)), **POINT, upstream=upstream, against=[scaled]).agrees


def test_methods_and_functions_stand_side_by_side():
    def mine(**values):
        del values
        return FLAT

    comparison = sb.compare(sb.derive(sb.Neuron(2)), **POINT, against=["sympy", mine, "central"])
    assert set(comparison.columns) == {"sympy", "central", "mine"}
    assert comparison.agrees


def test_two_functions_of_one_name_are_both_compared():
    def made(result):
        return lambda **values: result if values else None

    comparison = sb.compare(sb.derive(sb.Neuron(2)), **POINT, against=[made([9] * 5), made(FLAT)])
    assert not comparison.agrees
