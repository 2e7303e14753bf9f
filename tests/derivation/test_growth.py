"""Cost grows linearly: counts of steps, nodes and characters, not seconds."""

from __future__ import annotations

import pytest

import symback as sb


def neuron(n):
    return sb.derive(sb.Neuron(n))


def chain(n):
    x, w = sb.symbols("x w")
    h = x
    for number in range(n):
        h = sb.tanh(h * w + x).named(f"h{number}")
    return sb.derive(h)


def unnamed_chain(n):
    x, w = sb.symbols("x w")
    h = x
    for _ in range(n):
        h = sb.silu(h * w) + x
    return sb.derive(h)


def doubling(n):
    h = sb.symbols("x")
    for _ in range(n):
        h = h * h + h
    return sb.derive(h)


def counts(derivation):
    return {
        "steps": len(derivation.steps),
        "nodes": len(derivation.order),
        "names used": sum(len(step.uses) for step in derivation.steps),
        "characters": len(derivation.to_text(full=True)),
    }


@pytest.mark.parametrize("family", [neuron, chain, unnamed_chain, doubling], ids=lambda f: f.__name__)
def test_growth_is_linear(family):
    small, middle, large = (counts(family(n)) for n in (40, 80, 160))
    for what in small:
        first, second = middle[what] - small[what], large[what] - middle[what]
        # Numbers in names get longer; nothing else does.
        assert second == pytest.approx(2 * first, rel=0.2 if what == "characters" else 0.02), what


def test_a_neuron_has_six_steps_for_each_input_and_five_besides():
    for n in (1, 5, 100):
        assert len(neuron(n).steps) == 6 * n + 5


def test_a_thousand_inputs_are_no_trouble():
    d = neuron(1000)
    e = d.evaluate(x=[1] * 1000, w=[2] * 1000, b=0)
    assert (e["y"], e.gradients["x999"]) == (2000, 2)
