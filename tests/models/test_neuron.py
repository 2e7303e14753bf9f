"""The neuron: its graph, its names, and what it refuses."""

from __future__ import annotations

import copy
import pickle

import pytest

import symback as sb
from symback.core.errors import InputError, LimitError, NameClashError, NamingError, UnknownNameError
from symback.core.node import Role
from symback.models.neuron import LARGEST, Neuron
from symback.ops.table import ACTIVATIONS


@pytest.mark.parametrize("n", [1, 2, 3, 50])
def test_the_graph_has_n_products_one_sum_and_one_activation(n):
    neuron = Neuron(n)
    made = [node for node in neuron.graph.nodes if node.op]
    assert [node.name for node in made] == [*(f"xw{i}" for i in range(n)), "z", "y"]
    assert [node.op.name for node in made] == [*["mul"] * n, "add", "relu"]
    assert len(neuron.pre_activation.inputs) == n + 1
    assert [node.role for node in neuron.weights] == [Role.PARAMETER] * n
    assert [node.role for node in neuron.inputs] == [Role.INPUT] * n
    assert neuron.bias.role is Role.PARAMETER
    assert neuron.groups == {
        "x": [f"x{i}" for i in range(n)],
        "w": [f"w{i}" for i in range(n)],
        "b": "b",
    }


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_any_op_of_one_argument_may_end_a_neuron(name):
    neuron = Neuron(2, activation=name)
    assert neuron.output.op.name == name
    assert neuron.op.label in repr(neuron)


def test_activations_take_parameters():
    assert str(Neuron(1, activation="leaky_relu(0.20)").output.parameters[0]) == "0.20"


def test_names_of_ones_own():
    neuron = Neuron(inputs=["age", "height"], weights=["u", "v"], bias="c")
    assert repr(neuron) == "ReLU(sum(mul(age, u), mul(height, v), c))"
    assert neuron.n == 2
    assert list(neuron.graph.names) == ["age", "u", "xw0", "height", "v", "xw1", "c", "z", "y"]


def test_a_named_neuron_ends_all_its_names_in_its_own():
    neuron = Neuron(1, name="h")
    assert list(neuron.graph.names) == ["x0_h", "w0_h", "xw0_h", "b_h", "z_h", "h"]


def test_neurons_feed_each_other():
    first, second = Neuron(2, name="p"), Neuron(2, name="q")
    top = Neuron(inputs=[first, second.expression], name="r", activation="identity")
    assert top.groups["x"] == []
    d = sb.derive(top)
    given = {name: 1 for name in d.graph.names if d.graph.names[name].op is None}
    assert d.evaluate(given).gradients["w0_p"] == 1
    assert top.labels is None


def test_long_neurons_are_shown_in_one_line():
    assert repr(Neuron(9)) == "ReLU(sum(mul(x0, w0), mul(x1, w1), mul(x2, w2), …, mul(x8, w8), b))"
    assert Neuron(1).title == "Backpropagation through one neuron: ReLU, 1 input"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, InputError, "needs its number of inputs"),
        ({"n": 0}, InputError, "n = 0: a neuron has at least one input"),
        ({"n": -3}, InputError, "n = -3"),
        ({"n": 2.0}, InputError, r"n = 2\.0: .* integer"),
        ({"n": True}, InputError, "n = True"),
        ({"n": "3"}, InputError, "n = '3'"),
        ({"n": LARGEST + 1}, LimitError, f"at most {LARGEST} inputs"),
        ({"inputs": [], "weights": []}, InputError, "inputs = 0: a neuron has at least one input"),
        ({"inputs": ["a", "b", "c"], "weights": ["u", "v"]}, InputError, "3 inputs, 2 weights"),
        ({"n": 3, "weights": ["u", "v"]}, InputError, "n = 3, 2 weights"),
        ({"inputs": "ab"}, InputError, "expected a list of names, got one text"),
        ({"weights": "ab"}, InputError, "expected a list of names, got one text"),
        ({"n": 2, "activation": "rleu"}, UnknownNameError, "did you mean relu"),
        ({"inputs": ["a", "a"]}, NameClashError, "two inputs are named 'a'"),
        ({"weights": ["v", "v"]}, NameClashError, "two weights are named 'v'"),
        ({"inputs": ["a"], "weights": ["a"]}, NameClashError, "'a'"),
        ({"inputs": ["w_0"]}, NameClashError, "'w_0' and 'w0' print alike"),
        ({"n": 1, "bias": "z"}, NameClashError, "'z'"),
        ({"n": 1, "bias": "xw0"}, NameClashError, "'xw0'"),
        ({"inputs": ["x y"]}, NamingError, "'x y'"),
        ({"inputs": [3]}, NamingError, "expected text, got int"),
        ({"n": 1, "bias": ""}, NamingError, "bias is empty"),
        ({"n": 1, "name": 7}, NamingError, "expected text, got int"),
    ],
    ids=str,
)
def test_what_cannot_be_a_neuron_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Neuron(**arguments)


def test_a_bias_named_like_a_weight_is_refused():
    with pytest.raises(NameClashError, match="'b'"):
        Neuron(weights=["a", "b"])


def test_a_bias_that_is_no_name_is_refused():
    with pytest.raises(NamingError, match="bias None"):
        Neuron(2, bias=None)


@pytest.mark.parametrize("key", ["inputs", "weights"])
def test_a_number_for_a_list_of_names_is_refused(key):
    with pytest.raises(InputError, match=f"{key} = 5: expected a list of names"):
        Neuron(**{key: 5})


@pytest.mark.parametrize(
    "copied",
    [lambda neuron: pickle.loads(pickle.dumps(neuron)), copy.deepcopy],  # noqa: S301 - our own
    ids=["pickle", "deepcopy"],
)
def test_a_copied_neuron_is_derived_alike(copied):
    neuron = copied(Neuron(2))
    assert [step.name for step in sb.derive(neuron).steps] == [
        step.name for step in sb.derive(Neuron(2)).steps
    ]
