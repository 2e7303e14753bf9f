"""Chains of ten thousand nodes are copied, pickled and shown without recursion."""

from __future__ import annotations

import copy
import pickle

import pytest

from symback.core.graph import Graph
from symback.core.node import Node, Role, flatten, postorder, unflatten
from symback.ops.expression import Expression, symbols
from symback.ops.table import FUNCTIONS as F
from symback.ops.table import OPS

DEPTH = 10_000

COPIES = {"pickle": lambda thing: pickle.loads(pickle.dumps(thing)), "deepcopy": copy.deepcopy}  # noqa: S301 - ours


@pytest.fixture(params=COPIES.values(), ids=COPIES.keys())
def copied(request):
    return request.param


@pytest.fixture(scope="module")
def chain():
    node = x = Node(None, name="x", role=Role.INPUT)
    for number in range(DEPTH):
        node = Node(OPS["mul"], (node, x), (), f"h{number}" if number % 2 else None)
    return node


def test_a_deep_node_is_copied_whole(chain, copied):
    twin = copied(chain)
    assert flatten(postorder([twin])) == flatten(postorder([chain]))
    assert twin is not chain


def test_a_deep_expression_is_copied_whole(chain, copied):
    assert len(Graph([copied(Expression(chain)).node]).nodes) == DEPTH + 1


def test_a_deep_graph_is_copied_whole(chain, copied):
    graph = Graph([chain])
    twin = copied(graph)
    assert list(twin.names) == list(graph.names)
    assert twin.outputs == (twin.nodes[-1],)
    assert flatten(twin.nodes) == flatten(graph.nodes)


def test_deep_things_are_shown_in_one_short_line(chain):
    assert repr(chain) == f"<h{DEPTH - 1} = mul(mul(…), x)>"
    assert repr(Expression(chain)) == repr(chain)


def test_many_arguments_are_shown_in_one_short_line():
    total = F.add(*symbols(" ".join(f"x{n}" for n in range(1000))))
    assert repr(total) == "<add(x0, x1, x2, x3, x4, x5, x6, x7, …)>"


def test_rows_and_nodes_are_the_same_thing(chain):
    rows = flatten(postorder([chain]))
    assert flatten(unflatten(rows)) == rows


def test_copies_keep_sharing(copied):
    s = F.sigmoid(symbols("x"))
    twin = copied((s * s).node)
    assert twin.inputs[0] is twin.inputs[1]
    assert twin.op is OPS["mul"]


@pytest.mark.parametrize("name", OPS)
def test_a_record_is_copied_as_itself(name, copied):
    assert copied(OPS[name]) is OPS[name]
