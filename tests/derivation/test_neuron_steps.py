"""The steps of a neuron: their names, kinds, order and formulas."""

from __future__ import annotations

import pytest
from sympy import Symbol, sympify

import symback as sb
from symback.derivation.steps import StepKind
from symback.ops.table import ACTIVATIONS

SEED, LOCAL, CHAIN, ACCUMULATE = (kind.value for kind in StepKind)

STEPS_OF_TWO = [
    ("dvalue", SEED),
    ("dACT", LOCAL),
    ("dACT_dz", CHAIN),
    ("dsum_dxw0", LOCAL),
    ("dACT_dxw0", CHAIN),
    ("dsum_dxw1", LOCAL),
    ("dACT_dxw1", CHAIN),
    ("dsum_db", LOCAL),
    ("dACT_db", CHAIN),
    ("dmul_dx0", LOCAL),
    ("dACT_dx0", CHAIN),
    ("dmul_dw0", LOCAL),
    ("dACT_dw0", CHAIN),
    ("dmul_dx1", LOCAL),
    ("dACT_dx1", CHAIN),
    ("dmul_dw1", LOCAL),
    ("dACT_dw1", CHAIN),
]


@pytest.mark.parametrize("name", sorted({*ACTIVATIONS} - {"sign", "floor", "ceil", "round"}))
def test_names_and_kinds_of_all_steps(name):
    d = sb.derive(sb.Neuron(2, activation=name))
    expected = [(step.replace("ACT", name), kind) for step, kind in STEPS_OF_TWO]
    assert [(step.name, step.kind.value) for step in d.steps] == expected


def test_parameters_do_not_enter_the_names():
    d = sb.derive(sb.Neuron(1, activation="leaky_relu(0.2)"))
    assert "dleaky_relu_dx0" in d


def test_products_keep_their_names_beside_names_of_ones_own():
    d = sb.derive(sb.Neuron(inputs=["a"], weights=["u"], bias="c"))
    assert [step.name for step in d.steps] == [
        *("dvalue", "drelu", "drelu_dz", "dsum_dxw0", "drelu_dxw0", "dsum_dc", "drelu_dc"),
        *("dmul_da", "drelu_da", "dmul_du", "drelu_du"),
    ]


FORMULAS = {
    "drelu_dz": "drelu*dvalue",
    "dsum_dxw0": "1",
    "dsum_db": "1",
    "drelu_dxw0": "drelu_dz*dsum_dxw0",
    "drelu_db": "drelu_dz*dsum_db",
    "dmul_dx0": "w0",
    "dmul_dw0": "x0",
    "drelu_dx0": "dmul_dx0*drelu_dxw0",
    "drelu_dw0": "dmul_dw0*drelu_dxw0",
}


@pytest.mark.parametrize(("name", "formula"), FORMULAS.items(), ids=FORMULAS)
def test_formulas(name, formula):
    d = sb.derive(sb.Neuron(3))
    step = d[name]
    expected = sympify(formula, locals={str(s): s for s in step.expr.free_symbols})
    assert step.expr == expected
    assert {Symbol(used) for used in step.uses} == expected.free_symbols


def test_forward_equations_stand_beside():
    d = sb.derive(sb.Neuron(2))
    assert [equation.name for equation in d.forward] == ["xw0", "xw1", "z", "y"]
    assert d["z"].uses == ("xw0", "xw1", "b")
    assert list(d.gradients) == ["x0", "w0", "x1", "w1", "b"]


@pytest.mark.parametrize("n", [1, 2, 3, 10])
def test_gradients_of_any_number_of_inputs(n):
    d = sb.derive(sb.Neuron(n, activation="identity"))
    dvalue = Symbol("dvalue")
    for i in range(n):
        assert d.gradient(f"x{i}") == dvalue * Symbol(f"w{i}")
        assert d.gradient(f"w{i}") == dvalue * Symbol(f"x{i}")
    assert d.gradient("b") == dvalue


def test_every_step_says_in_words_what_it_does():
    d = sb.derive(sb.Neuron(2))
    assert d["dvalue"].rule == "the gradient with respect to y arrives from what follows"
    assert d["drelu_dz"].rule == "chain rule: the gradient of y times the local factor"
    assert d["dmul_dx0"].rule.startswith("how xw0 changes with x0: The derivative of a product")


def test_only_what_is_asked_for_is_derived():
    d = sb.derive(sb.Neuron(3), wrt=["w1"])
    assert [step.name for step in d.steps] == [
        *("dvalue", "drelu", "drelu_dz", "dsum_dxw1", "drelu_dxw1", "dmul_dw1", "drelu_dw1")
    ]


def test_asking_for_an_intermediate():
    d = sb.derive(sb.Neuron(2), wrt=["z", "w0"])
    assert {name: step.name for name, step in d.gradients.items()} == {"z": "drelu_dz", "w0": "drelu_dw0"}


@pytest.mark.parametrize("detail", ["named", "atomic"])
def test_a_neuron_names_everything_in_either_detail(detail):
    d = sb.derive(sb.Neuron(2), detail=detail)
    assert [step.name for step in d.steps] == [name.replace("ACT", "relu") for name, _ in STEPS_OF_TWO]
