"""Text for a terminal: aligned, within the line, the middle of a long derivation left out."""

import re

import pytest

import symback as sb
from symback.ops.table import ACTIVATIONS
from symback.rendering.text import to_rich, to_text


def part(text, title):
    """Return the lines under a heading."""
    lines = text.splitlines()
    start = lines.index(title) + 1
    end = next((n for n in range(start, len(lines)) if not lines[n]), len(lines))
    # Sentences stand before the formulas.
    return [line for line in lines[start:end] if not line.endswith(".")]


def test_the_forms_of_a_chained_value_in_order(book):
    text = sb.derive(sb.Neuron(3)).to_text()
    line = "drelu_dx0  = drelu_dxw0 · dmul_dx0 = drelu_dxw0 · w0 = drelu_dz · 1 · w0 = dvalue · 1[z > 0] · w0"
    assert line in text
    numbers = sb.derive(sb.Neuron(3)).evaluate(**book).to_text()
    assert f"{line}\n             = 1 · 1[6 > 0] · (−3) = −3\n" in numbers


def test_the_function_the_chain_rule_and_the_rules():
    text = sb.derive(sb.Neuron(2)).to_text()
    nested = "ReLU(sum(mul(x0, w0), mul(x1, w1), b))"
    assert part(text, "The function") == [f"  y = {nested}"]
    flat = " ".join(text.split())
    assert f"∂/∂x0 [{nested}] = dReLU()/dsum() · ∂sum()/∂mul(x0, w0) · ∂mul(x0, w0)/∂x0" in flat
    rules = [" ".join(line.split()) for line in part(text, "The rules of the ops")]
    assert rules == [
        "ReLU(z) = {z if z > 0; 0 otherwise}",
        "d/dz ReLU(z) = {1 if z > 0; 0 otherwise} = 1[z > 0]",
        "∂/∂f (f + g) = 1",
        "∂/∂f (f · g) = g",
        "∂/∂g (f · g) = f",
    ]


@pytest.mark.parametrize("title", ["Forward pass", "Backward pass", "Gradients"])
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "gelu_tanh", "leaky_relu(0.2)"])
def test_signs_stand_beneath_each_other(title, activation, book):
    evaluation = sb.derive(sb.Neuron(3, activation=activation)).evaluate(**book)
    lines = part(evaluation.to_text(), title)
    assert len({re.search(" [=≈] ", line).start() for line in lines}) == 1


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_lines_are_at_most_a_hundred_wide(activation):
    evaluation = sb.derive(sb.Neuron(2, activation=activation)).evaluate(x=[0.5, -1], w=[0.75, -0.25], b=1)
    for line in evaluation.to_text(full=True, learning_rate=0.001).splitlines():
        # A single expression is never broken; alone on its line it may be longer.
        assert len(line) <= 100 or line.count(" = ") + line.count(" ≈ ") == 1
        assert line == line.rstrip()


def test_a_narrower_width_is_kept():
    document = sb.derive(sb.Neuron(2)).document()
    for line in to_text(document, width=60).splitlines():
        assert len(line) <= 60 or line.count(" = ") <= 1


@pytest.mark.parametrize("n", [9, 50])
def test_the_middle_of_a_long_derivation_is_left_out_unless_full(n):
    derivation = sb.derive(sb.Neuron(n))
    short, full = derivation.to_text(), derivation.to_text(full=True)
    assert "more; --full or full=True shows them all" in short
    assert "more;" not in full
    shown = sum(f"  {step.name} " in full for step in derivation.steps)
    assert shown == len(derivation.steps)
    assert f"drelu_dw{n - 1}" in short, "the last steps are shown"
    assert len(short.splitlines()) < 120
    assert short.count("mul(x1, w1)") == full.count("mul(x1, w1)"), "the calls are elided in both"


def test_a_short_derivation_is_whole():
    derivation = sb.derive(sb.Neuron(3))
    assert derivation.to_text() == derivation.to_text(full=True)


def test_colours_are_an_addition_to_the_same_text(book):
    document = sb.derive(sb.Neuron(3)).evaluate(**book).document(0.001)
    rich = to_rich(document)
    assert rich.plain == to_text(document)
    assert {str(span.style) for span in rich.spans} >= {"bold", "red"}


def test_where_paths_meet_the_sum_of_contributions_is_a_step():
    x, w = sb.symbols("x w")
    lines = part(sb.derive(sb.sigmoid(x * w) * sb.sigmoid(w)).to_text(), "Backward pass")
    assert "  dw         = dw_via_y_1 + dw_via_y_2" in lines


@pytest.mark.parametrize("n", [1, 3])
def test_the_collected_gradients_are_called_dx_dw_db(n):
    names = [line.split()[0] for line in part(sb.derive(sb.Neuron(n)).to_text(), "Gradients")]
    assert names == ["dx", "dw", "db"]
