"""Errors planted in rules, sums, chains and numbers: each is found by the check meant for it."""

import pytest

import symback as sb
from symback.core.node import Node
from symback.derivation.sweep import Sweep
from symback.ops.table import OPS
from symback.verification.verify import EVERY_STEP

x, w = sb.symbols("x w")
LARGE = 100
"""So many inputs have 605 steps, which are judged by families."""


@pytest.fixture
def implement():
    """Return a function that gives an op another numeric implementation, for one test."""
    originals = []

    def changed(name, numeric):
        originals.append((OPS[name], OPS[name].numeric))
        object.__setattr__(OPS[name], "numeric", numeric)

    yield changed
    for op, numeric in reversed(originals):
        object.__setattr__(op, "numeric", numeric)


def failed(report):
    """Return, for each step that is wrong, the checks that say so."""
    return {step.name: set(step.failed) for step in report.steps if step.failed}


def verified(expression, **options):
    return sb.derive(expression, **options).verify()


def chain_of_sums(levels):
    """h ← h·w + h: every level is used in two places."""
    h = x
    for number in range(levels):
        h = (h * w + h).named(f"h{number}")
    return h


# A wrong rule: mathematics and numbers.

SLOPES = ("dtanh", "dtanh_dz", "dtanh_dxw0", "dtanh_db", "dtanh_dx0", "dtanh_dw0")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda _f, _z, y: 1 - y,
        lambda _f, _z, y: 1 + y**2,
        lambda _f, z, _y: 1 - z**2,
        lambda _f, _z, y: (1 - y**2) * (1 + 1e-6),
        lambda f, _z, _y: f.constant(1),
    ],
    ids=["power", "sign", "argument", "a little", "constant"],
)
def test_a_wrong_rule(plant, wrong):
    plant("tanh", wrong)
    report = verified(sb.Neuron(1, activation="tanh"))
    assert failed(report) == {name: {"mathematics", "numbers"} for name in SLOPES}
    assert report.count("print") == len(report.steps), "it is printed as it was derived"


@pytest.mark.parametrize("wrong", [(1.05, 1.7580993408473766), (1.0507009873554805, 1.76)])
def test_a_rule_that_is_wrong_on_one_side_of_a_kink(plant, wrong):
    right, left = wrong
    plant("selu", lambda f, z, y: f.where(z > 0, right, y + left))
    found = failed(verified(sb.Neuron(1, activation="selu")))
    assert found["dselu"] == {"mathematics", "numbers"}


def test_a_rule_that_is_wrong_on_one_side_of_a_smooth_seam(plant):
    plant("elu", lambda f, z, y, alpha: f.where(z > 0, 1, y + 2 * alpha))
    assert failed(verified(sb.Neuron(1, activation="elu")))["delu"] == {"mathematics", "numbers"}


def test_a_wrong_rule_for_one_of_two_arguments(plant):
    plant("mul", *[lambda _f, _a, c, _y: c] * 2)
    found = failed(verified((x * w).named("y")))
    assert found == {"dy_dw": {"mathematics", "numbers"}, "dw": {"mathematics", "numbers"}}


def test_a_wrong_rule_within_a_large_graph(plant):
    plant("tanh", lambda _f, _z, y: 1 - y)
    report = verified(sb.Neuron(LARGE, activation="tanh"))
    found = failed(report)
    assert found["dtanh"] == found["dtanh_dx0"] == {"mathematics", "numbers"}
    wrong = [step.name for step in report.steps if step.name.startswith("dtanh")]
    assert not any(step.verified for step in report.steps if step.name in wrong), "none is passed over"
    assert report.count("numbers") == len(report.steps) - len(wrong)


def test_a_wrong_rule_for_one_of_two_arguments_within_a_large_graph(plant):
    plant("mul", *[lambda _f, _a, c, _y: c] * 2)
    derivation = sb.derive(sb.Neuron(LARGE))
    for seed in range(12):
        report = derivation.verify(seed=seed)
        assert "dmul_dw0" in failed(report), report.summary


# A contribution is dropped: mathematics.


def without_the_last(monkeypatch, of):
    accumulate = Sweep._accumulate  # noqa: SLF001 - where the error is planted

    def dropping(self, node, parts):
        accumulate(self, node, parts[:-1] if node.name == of else parts)

    monkeypatch.setattr(Sweep, "_accumulate", dropping)


def test_a_dropped_contribution(monkeypatch):
    without_the_last(monkeypatch, "x")
    found = failed(verified((sb.sin(x * w) * x + sb.exp(x)).named("y")))
    assert found == {"dx": {"mathematics", "numbers"}}


@pytest.mark.parametrize("of", ["h0", "h33", "h78", "x", "w"])
def test_a_dropped_contribution_within_a_large_graph(monkeypatch, of):
    without_the_last(monkeypatch, of)
    derivation = sb.derive(chain_of_sums(80))
    assert len(derivation.steps) > EVERY_STEP
    assert "mathematics" in failed(derivation.verify())[f"d{of}"]


def test_a_dropped_contribution_everywhere_within_a_large_graph(monkeypatch):
    accumulate = Sweep._accumulate  # noqa: SLF001 - where the error is planted
    monkeypatch.setattr(Sweep, "_accumulate", lambda self, of, parts: accumulate(self, of, parts[1:]))
    found = failed(verified(chain_of_sums(80)))
    assert all("mathematics" in found[f"d{of}"] for of in ("x", "w", *(f"h{n}" for n in range(79))))


def test_a_contribution_that_is_listed_but_not_added(monkeypatch):
    finish = Sweep._finish  # noqa: SLF001 - where the error is planted

    def dropping(self, of, step):
        if of.name == "h40":
            step.node = Node(step.node.op, step.node.inputs[:1], (), step.node.name)
        finish(self, of, step)

    monkeypatch.setattr(Sweep, "_finish", dropping)
    assert "mathematics" in failed(verified(chain_of_sums(80)))["dh40"]


# A wrong chain: mathematics.


def chained_wrongly(monkeypatch, of, factors):
    chain = Sweep._chain  # noqa: SLF001 - where the error is planted

    def wrongly(self, edge, *rest, contributes):
        step = chain(self, edge, *rest, contributes=contributes)
        if edge.of.name == of:
            step.node = Node(step.node.op, factors(self, step), (), step.node.name)
        return step

    monkeypatch.setattr(Sweep, "_chain", wrongly)


WRONG_FACTORS = {
    "the upstream twice": lambda _, step: (step.parts[0].node,) * 2,
    "another local factor": lambda sweep, step: (step.parts[0].node, sweep.steps[1].node),
    "the local factor twice": lambda _, step: (step.parts[1].node,) * 2,
    "another upstream": lambda sweep, step: (sweep.steps[0].node, step.parts[1].node),
}


@pytest.mark.parametrize("factors", WRONG_FACTORS.values(), ids=WRONG_FACTORS)
def test_a_wrong_chain(monkeypatch, factors):
    chained_wrongly(monkeypatch, "w0", factors)
    found = failed(verified(sb.Neuron(2)))
    assert list(found) == ["drelu_dw0"]
    assert {"mathematics", "numbers"} <= found["drelu_dw0"]


@pytest.mark.parametrize("factors", WRONG_FACTORS.values(), ids=WRONG_FACTORS)
@pytest.mark.parametrize("of", ["w0", "x57", "xw99"])
def test_a_wrong_chain_within_a_large_graph(monkeypatch, of, factors):
    chained_wrongly(monkeypatch, of, factors)
    found = failed(verified(sb.Neuron(LARGE)))
    assert "mathematics" in found[f"drelu_d{of}"]


# A wrong local factor of one member of a family: mathematics or numbers.


def localized_wrongly(monkeypatch, of):
    local = Sweep._local  # noqa: SLF001 - where the error is planted

    def wrongly(self, edge, factor, ordinal):
        if edge.of.name == of:
            factor = factor._replace(node=self._graph.names["w1"])
        return local(self, edge, factor, ordinal)

    monkeypatch.setattr(Sweep, "_local", wrongly)


def test_a_wrong_local_factor(monkeypatch):
    localized_wrongly(monkeypatch, "x2")
    found = failed(verified(sb.Neuron(3)))
    assert found == {"dmul_dx2": {"mathematics", "numbers"}, "drelu_dx2": {"mathematics", "numbers"}}


def test_a_wrong_local_factor_within_a_large_graph(monkeypatch):
    localized_wrongly(monkeypatch, "x57")
    assert "dmul_dx57" in failed(verified(sb.Neuron(LARGE)))


# A wrong numeric implementation: numbers alone.


@pytest.mark.parametrize(
    "wrong",
    [
        lambda xp, z: xp.multiply(1.001, xp.tanh(z)),
        lambda xp, z: xp.tanh(xp.multiply(2, z)),
        lambda xp, z: xp.sin(z),
        lambda xp, z: xp.add(xp.tanh(z), xp.multiply(1e-6, z)),
    ],
    ids=["factor", "argument", "function", "a little"],
)
def test_a_wrong_implementation(implement, wrong):
    implement("tanh", wrong)
    report = verified(sb.Neuron(1, activation="tanh"))
    assert failed(report) == {name: {"numbers"} for name in SLOPES}
    assert report.count("mathematics") == report.count("print") == len(report.steps)


def test_a_wrong_implementation_of_the_product(implement):
    implement("mul", lambda xp, a, c: xp.multiply(2, xp.multiply(a, c)))
    report = verified(sb.Neuron(1))
    assert {"dmul_dx0", "drelu_dx0", "drelu_dz"} <= set(failed(report))
    assert set().union(*failed(report).values()) == {"numbers"}


def test_an_implementation_that_is_wrong_on_one_side_of_a_kink(implement):
    implement("relu", lambda xp, z: xp.where(xp.gt(z, 0), z, xp.multiply(0.1, z)))
    found = failed(verified(sb.Neuron(1)))
    assert found["drelu"] == {"numbers"}


def test_an_implementation_that_gives_nan(implement):
    implement("tanh", lambda xp, z: xp.multiply(float("nan"), z))
    report = verified(sb.Neuron(1, activation="tanh"))
    assert report.count("numbers") == 0
    assert not report.verified


def test_a_wrong_implementation_within_a_large_graph(implement):
    implement("mul", lambda xp, a, c: xp.add(xp.multiply(a, c), xp.multiply(1e-3, a)))
    report = verified(sb.Neuron(LARGE, activation="tanh"))
    assert {"dmul_dx0", "dtanh_dx0"} <= set(failed(report))
    assert report.count("mathematics") == report.count("print") == len(report.steps)
    assert report.count("numbers") < len(report.steps) - 2 * LARGE + 8
