"""Graphs: order, merging, names, cycles."""

from __future__ import annotations

import pytest

from symback.core.errors import GraphError, NameClashError, SymbackError
from symback.core.graph import Graph
from symback.core.node import Node, Role, postorder
from symback.ops.arithmetic import ADD, MUL
from symback.ops.expression import constant, symbols
from symback.ops.table import FUNCTIONS as F


@pytest.fixture
def x():
    return symbols("x")


def test_each_node_stands_after_its_inputs(x):
    y = F.tanh(x * x + 3) * F.exp(x) + x
    graph = Graph([y.node])
    places = {node: place for place, node in enumerate(graph.nodes)}
    assert all(places[source] < places[node] for node in graph.nodes for source in node.inputs)
    assert len(places) == len(graph.nodes)
    assert graph.outputs == (graph.nodes[-1],)
    assert graph.leaves() == [x.node]


def test_equal_unnamed_nodes_are_merged(x):
    graph = Graph([(F.sigmoid(x * 2) + F.sigmoid(x * 2)).node])
    left, right = graph.outputs[0].inputs
    assert left is right
    assert [node.op.name for node in graph.nodes if node.op] == ["constant", "mul", "sigmoid", "add"]


def test_merging_tells_parameters_apart(x):
    graph = Graph([(F.leaky_relu(x, 0.1) + F.leaky_relu(x, 0.2)).node])
    assert len(set(graph.outputs[0].inputs)) == 2


@pytest.mark.parametrize("pair", [(1, 1.0), (2, 2.0)])
def test_merging_tells_an_integer_from_a_float(pair):
    one, other = map(constant, pair)
    assert len(Graph([(one + other).node]).nodes) == 3


def test_what_is_named_twice_stays_two(x):
    graph = Graph([(F.sigmoid(x).named("s") + F.sigmoid(x).named("t")).node])
    assert {"s", "t"} <= graph.names.keys()
    assert graph.names["s"] is not graph.names["t"]


def test_a_named_node_is_not_merged_with_an_unnamed_one(x):
    graph = Graph([(F.sigmoid(x).named("s") + F.sigmoid(x)).node])
    assert len([node for node in graph.nodes if node.op and node.op.name == "sigmoid"]) == 2


def test_symbols_of_one_name_are_one_quantity():
    graph = Graph([(symbols("x") * symbols("x")).node])
    left, right = graph.outputs[0].inputs
    assert left is right
    assert len(graph.nodes) == 2


def test_a_square_has_two_edges(x):
    t = F.tanh(x).named("t")
    graph = Graph([(t * t).node])
    assert graph.consumers()[graph.names["t"]] == [(graph.outputs[0], 0), (graph.outputs[0], 1)]


def test_declared_quantities_may_be_unused(x):
    unused = symbols("q").node
    graph = Graph([F.exp(x).node], [unused])
    assert graph.names["q"] is unused
    assert graph.consumers()[unused] == []


def test_several_outputs_share_a_graph(x):
    s = F.sigmoid(x)
    graph = Graph([s.node, (s * 2).node])
    assert graph.outputs[0] in graph.outputs[1].inputs


@pytest.mark.parametrize("names", [("w0", "w_0"), ("alpha", "α"), ("x1_0", "x_1_0"), ("yhat", "yhat")])
def test_names_that_print_alike_are_refused(names):
    one, other = (F.exp(symbols("u")).named(name) for name in names)
    with pytest.raises(NameClashError) as caught:
        Graph([(one + other).node])
    assert all(repr(name) in str(caught.value) for name in names)


def test_one_name_for_two_quantities_is_refused():
    with pytest.raises(NameClashError, match="'z' is used for"):
        Graph([(symbols("z") + F.exp(symbols("u")).named("z")).node])


def test_one_name_in_two_roles_is_refused():
    with pytest.raises(NameClashError, match="'w'"):
        Graph([(symbols("w") * symbols("w", "parameter")).node])


@pytest.mark.parametrize("names", [("A", "Alpha"), ("o", "omicron"), ("T", "Τ")])
def test_greek_letters_that_look_latin_are_refused_beside_them(names):
    one, other = map(symbols, names)
    with pytest.raises(NameClashError):
        Graph([(one + other).node])


def test_small_and_capital_letters_are_two_names():
    assert Graph([(symbols("x") * symbols("X")).node]).names.keys() >= {"x", "X"}


@pytest.mark.parametrize("length", [1, 2, 5])
def test_cycles_are_refused_and_listed(x, length):
    nodes = [Node(ADD, (x.node, x.node), (), f"h{number}") for number in range(length)]
    for node, source in zip(nodes, [*nodes[1:], nodes[0]], strict=True):
        node.inputs = (x.node, source)
    with pytest.raises(GraphError) as caught:
        Graph([nodes[0]])
    arrows = " → ".join(f"h{number}" for number in [*range(length), 0])
    assert str(caught.value) == f"a cycle: {arrows}"
    assert isinstance(caught.value, SymbackError)


def test_the_walk_stops_where_it_is_told(x):
    h = F.exp(x)
    y = h * 2
    assert x.node not in list(postorder([y.node], {h.node}))


def test_the_walk_yields_each_node_once():
    node = Node(None, name="x", role=Role.INPUT)
    for _ in range(60):  # 2⁶⁰ paths
        node = Node(MUL, (node, node))
    assert len(list(postorder([node, node]))) == 61
