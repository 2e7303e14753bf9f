"""Markdown that GitHub renders: every formula a block of its own, and only what its MathJax knows."""

import re

import pytest

import symback as sb
from symback.ops.table import ACTIVATIONS


def documents():
    x, w = sb.symbols("x w")
    yield "product", sb.derive(sb.sigmoid(x * w) * sb.tanh(x)).to_markdown()
    yield "square", sb.derive(x * x).to_markdown()
    yield "nine", sb.derive(sb.Neuron(9)).to_markdown()
    names = sb.Neuron(2, inputs=["xhat", "x_long_1"], weights=["lambda", "loss"])
    yield "names", sb.derive(names).to_markdown()
    for kink in (None, 0.25):
        for activation in (*ACTIVATIONS, "leaky_relu(0.2)"):
            derivation = sb.derive(sb.Neuron(2, activation=activation), kink=kink)
            yield f"{activation}-{kink}", derivation.to_markdown()
            evaluation = derivation.evaluate(x=[0.5, -0.25], w=[1, 2], b=1)
            yield f"{activation}-{kink}-numbers", evaluation.to_markdown(learning_rate=0.1)


def cases():
    for name, text in documents():
        yield pytest.param(text, id=name)


@pytest.mark.parametrize("source", list(cases()))
def test_formulas_are_blocks_of_what_github_knows(source):
    assert source.startswith("# ")
    blocks = re.split(r"(?m)^\$\$$", source)
    assert len(blocks) % 2 == 1
    for number, block in enumerate(blocks):
        if number % 2 == 0:
            assert "$" not in block
            assert "\\" not in block, "no formula outside of a block"
            continue
        assert block.strip().count("\n") == 0
        for unknown in (r"\operatorname", r"\phantom", r"\symback", r"\tag", "&&"):
            assert unknown not in block
        # Markdown takes a backslash before punctuation for itself.
        assert not re.search(r"\\[^A-Za-z]", block)
        assert block.count("{") == block.count("}")
        assert block.count(r"\left") == block.count(r"\right")
        assert block.count(r"\begin") == block.count(r"\end")


def test_steps_stand_under_their_names_and_parts_under_headings(book):
    derivation = sb.derive(sb.Neuron(3))
    source = derivation.evaluate(**book).to_markdown(learning_rate=0.001)
    for step in derivation.steps:
        assert f"\n`{step.name}`\n\n$$\n" in source
    headings = re.findall(r"(?m)^## (.*)$", source)
    assert headings[0] == "The function"
    assert headings[-2:] == ["Update", "Conditions"]
    assert {"Forward pass", "The chain rule", "Backward pass", "Gradients"} <= set(headings)
    assert "takes y from 6 to 5.985" in source


def test_cases_and_gradients(book):
    source = sb.derive(sb.Neuron(3)).evaluate(**book).to_markdown()
    assert r"\begin{cases} 1 & \text{if } z > 0 \cr 0 & \text{otherwise} \end{cases}" in source
    assert r"{\color{red}{\frac{\partial L}{\partial \mathbf{w}}}} = " in source
    assert r"\right] = [1, -2, 3]" in source
