"""Every gradient is enclosed in interval arithmetic, and what cannot be is refused."""

# Matrices are capital letters; the functions of a record share one signature.
# ruff: noqa: ARG001, ARG005

import importlib.util
import json

import numpy as np
import pytest

import symback as sb
from symback.core.errors import DomainError, InputError
from symback.ops.expression import array
from symback.ops.functions import FUNCTIONS as F
from symback.verification.tensors import enclosing
from symback.verification.verify import verify

flint = pytest.importorskip("flint")


def test_networks_are_enclosed(any_network):
    derivation = any_network()
    found = enclosing.enclosed(enclosing.point_of(derivation, None, None, 0))
    assert [one.name for one in found] == list(derivation.gradients)
    assert all(one.holds for one in found)
    # A long decimal such as 1e-5 is known to a double's last bit only.
    assert all(one.relative < 1e-17 for one in found)
    assert all(one.ulps < 64 for one in found)


def test_the_report_says_how_tightly(networks):
    report = verify(networks["dense"](), rigorous=True)
    assert report.summary.endswith("; 3 of 3 gradients enclosed")
    assert report.verified
    assert "dW: enclosed to ±" in report.to_text()
    data = json.loads(report.to_json())["enclosures"]
    assert data[0]["holds"] is True
    assert data[0]["relative"] < 1e-30


def test_data_are_taken():
    x = array("x", "2")
    derivation = sb.derive(F.sum(x * x).named("L"))
    (found,) = verify(derivation, at={"x": [0.1, 3]}, rigorous=True).enclosures
    assert found.radius == 0
    assert found.ulps == 0


def test_constants_of_an_implementation_are_no_points():
    x = array("x", "3")
    (found,) = verify(sb.derive(F.sum(F.gelu(x)).named("L")), rigorous=True).enclosures
    assert 1e-18 < found.relative < 1e-14, "1/√(2π) is known to a double's last bit"
    assert found.holds


def test_a_wrong_number_lies_outside(monkeypatch, networks):
    point = enclosing.point_of(networks["dense"](), None, None, 0)
    node = point.backward.gradients["W"].node
    point.values[node] = point.values[node] * (1 + 1e-9)
    wrong = [one.name for one in enclosing.enclosed(point) if not one.holds]
    assert wrong == ["W"]


def test_matrix_products_are_what_their_patterns_state():
    rng = np.random.default_rng(0)
    for pattern, left, right in (
        ("ij,jk->ik", (2, 3), (3, 4)),
        ("ij,kj->ki", (2, 3), (4, 3)),
        ("bij,bjk->bik", (2, 3, 4), (2, 4, 2)),
        ("ij,ij->", (2, 3), (2, 3)),
        ("i,j->ji", (2,), (3,)),
        ("ij,j->ij", (2, 3), (3,)),
        ("ii,ij->j", (3, 3), (3, 2)),
    ):
        a, b = rng.uniform(-1, 1, left), rng.uniform(-1, 1, right)
        truth = np.einsum(pattern, a, b)
        found = enclosing.BallNamespace(enclosing.Widened()).einsum([a, b], pattern, truth.shape)
        assert found.shape == truth.shape
        assert np.allclose([float(entry.mid()) for entry in found.reshape(-1)], truth.reshape(-1))


def test_python_flint_is_named_where_it_is_missing(monkeypatch, networks):
    monkeypatch.setattr(enclosing, "find_spec", lambda name: None)
    assert importlib.util.find_spec("flint") is not None
    with pytest.raises(InputError, match=r"symback\[rigorous\]"):
        verify(networks["dense"](), rigorous=True)


def test_an_op_without_an_enclosure_is_refused_by_name(change):
    change(
        "tanh",
        "numeric",
        lambda xp, z: xp.tanh(z) if not isinstance(xp, enclosing.Widened) else xp.unheard_of(z),
    )
    x = array("x", "2")
    with pytest.raises(InputError, match="tanh cannot be enclosed"):
        verify(sb.derive(F.sum(F.tanh(x)).named("L")), rigorous=True)


def test_a_jump_is_refused():
    x = array("x", "2")
    derivation = sb.derive(F.sum(F.floor(F.sin(x) ** 2 + F.cos(x) ** 2) * x).named("L"))
    with pytest.raises(DomainError, match="cannot be enclosed"):
        enclosing.enclosed(enclosing.point_of(derivation, {"x": [0.3, 0.4]}, None, 0))


def test_scalars_are_enclosed_too():
    report = verify(sb.derive(sb.Neuron(2, activation="sigmoid")), rigorous=True)
    assert report.verified
    assert report.summary.endswith("5 of 5 gradients enclosed")


def test_scalars_with_data_are_enclosed_too():
    derivation = sb.derive(sb.Neuron(3))
    report = verify(derivation, at={"x": [1, -2, 3], "w": [-3, -1, 2], "b": 1}, rigorous=True)
    assert all(one.radius == one.ulps == 0 for one in report.enclosures)
