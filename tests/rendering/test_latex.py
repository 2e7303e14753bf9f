"""What LaTeX says, as text; whether it compiles is tested beside."""

import re

import pytest

import symback as sb
from symback.ops.table import ACTIVATIONS

X0 = r"\operatorname{mul}(x_{0}, w_{0})"
NEURON = rf"\operatorname{{ReLU}}(\operatorname{{sum}}({X0}, "
THREE = NEURON + r"\operatorname{mul}(x_{1}, w_{1}), \operatorname{mul}(x_{2}, w_{2}), b))"


def tag(name):
    """Return the macro that prints a name in code beside its equation."""
    return rf"\symbackname{{\detokenize{{{name}}}}}"


def flat(source):
    """Undo the line breaks within equations."""
    return re.sub(r"( \\symbackname\{.*\})? \\\\\*?\n& (\\q?quad )?", " ", source)


@pytest.fixture(scope="module")
def neuron():
    return sb.derive(sb.Neuron(3)).to_latex()


def test_the_function_as_nested_calls(neuron):
    assert f"y & = {THREE}" in neuron


def test_the_chain_rule_statement(neuron):
    assert (
        rf"\frac{{\partial}}{{\partial x_{{0}}}} [{THREE}] = "
        r"\frac{d \operatorname{ReLU}()}{d \operatorname{sum}()}"
        rf" \cdot \frac{{\partial \operatorname{{sum}}()}}{{\partial {X0}}}"
        rf" \cdot \frac{{\partial {X0}}}{{\partial x_{{0}}}}"
    ) in flat(neuron)


def test_the_rules_of_the_ops(neuron):
    cases = r"\begin{cases} 1 & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases}"
    assert rf"\frac{{d}}{{d z}} \operatorname{{ReLU}}(z) & = {cases} = \mathbf{{1}}(z > 0)" in neuron
    assert r"\frac{\partial}{\partial f} (f + g) & = 1" in neuron
    assert r"\frac{\partial}{\partial f} (f \cdot g) & = g" in neuron
    assert r"\frac{\partial}{\partial g} (f \cdot g) & = f" in neuron


@pytest.mark.parametrize(
    ("activation", "rule"),
    [
        ("sigmoid", r"\sigma(z) \cdot (1 - \sigma(z))"),
        ("tanh", r"= 1 - (\tanh(z))^{2}"),
        ("exp", r"\frac{d}{d z} \exp(z) & = \exp(z)"),
        ("softplus", r"= \sigma(z)"),
    ],
)
def test_rules_in_their_textbook_form(activation, rule):
    assert rule in sb.derive(sb.Neuron(1, activation=activation)).to_latex()


def test_a_chained_value_reaches_its_final_form_in_order(neuron):
    assert (
        r"\symbackgrad{\frac{\partial L}{\partial x_{0}}} & = "
        r"\frac{\partial L}{\partial \mathit{xw}_{0}} \cdot \frac{\partial \mathit{xw}_{0}}{\partial x_{0}}"
        r" = \frac{\partial L}{\partial \mathit{xw}_{0}} \cdot w_{0}"
        r" = \frac{\partial L}{\partial z} \cdot 1 \cdot w_{0}"
        r" = \mathit{dvalue} \cdot \mathbf{1}(z > 0) \cdot w_{0}"
    ) in flat(neuron)


def test_steps_carry_their_names_in_code(neuron):
    for step in sb.derive(sb.Neuron(3)).steps:
        assert tag(step.name) in neuron


def test_gradients_are_red_by_a_macro_that_an_author_can_redefine(neuron):
    assert r"\providecommand{\symbackgrad}" in neuron
    assert r"\color" not in neuron.replace(r"\providecommand{\symbackgrad}[1]{{\color{red}#1}}", "")


def test_the_gradient_vectors(neuron):
    entries = ", ".join(rf"\frac{{\partial L}}{{\partial w_{{{i}}}}}" for i in range(3))
    vector = r"\symbackgrad{\frac{\partial L}{\partial \mathbf{w}}}"
    assert rf"{vector} & = \left[ {entries} \right] {tag('dw')}" in neuron


def test_a_fragment_is_no_document_and_a_document_has_one_fragment(neuron):
    whole = sb.derive(sb.Neuron(3)).to_latex(standalone=True)
    assert r"\documentclass" not in neuron
    assert r"\begin{document}" not in neuron
    assert whole.startswith(r"\documentclass")
    assert whole.rstrip().endswith(r"\end{document}")
    assert r"\allowdisplaybreaks" in whole
    packages = set(re.findall(r"\\usepackage(?:\[.*\])?\{(.*)\}", whole))
    assert packages <= {"fontenc", "inputenc", "lmodern", "geometry", "amsmath", "xcolor"}
    body = neuron.partition(r"\subsection")[2]
    assert body.strip() in whole


@pytest.mark.parametrize("n", [1, 2, 7])
def test_up_to_eight_terms_stand_in_full(n):
    source = sb.derive(sb.Neuron(n)).to_latex()
    for i in range(n):
        assert rf"\operatorname{{mul}}(x_{{{i}}}, w_{{{i}}})" in source
    assert r"\cdots" not in source


@pytest.mark.parametrize("n", [9, 300])
def test_past_eight_terms_the_middle_is_left_out(n):
    source = sb.derive(sb.Neuron(n)).to_latex()
    nested = next(line for line in flat(source).splitlines() if line.startswith("y & ="))
    last = rf"\operatorname{{mul}}(x_{{{n - 1}}}, w_{{{n - 1}}})"
    assert nested.startswith(f"y & = {NEURON}")
    assert nested.endswith(rf"\cdots, {last}, b))")
    assert nested.count("mul") == 4
    for i in (4, n // 2, n - 1):
        assert tag(f"drelu_dx{i}") in source


def test_length_is_linear_in_the_number_of_inputs():
    lengths = []
    for n in (200, 400, 800):
        derivation = sb.derive(sb.Neuron(n))
        lengths.append([len(derivation.to_latex()), len(derivation.to_text(full=True))])
    for small, middle, large in zip(*lengths, strict=True):
        assert large - middle == pytest.approx(2 * (middle - small), rel=0.02)


def test_the_function_stays_short_where_its_parts_are_shared():
    h = sb.symbols("x")
    for _ in range(6):
        h = sb.add(h, h, h, h, h)
    assert len(sb.derive(h).to_latex()) < 100_000


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("kink", [None, 0.25])
def test_every_environment_and_bracket_is_closed(activation, kink, book):
    source = sb.derive(sb.Neuron(3, activation="softplus"), kink=kink).evaluate(**book).to_latex()
    source += sb.derive(sb.Neuron(3, activation=activation), kink=kink).to_latex(standalone=True)
    for opening, closing in (
        (r"\begin{align*}", r"\end{align*}"),
        (r"\begin{cases}", r"\end{cases}"),
        (r"\left", r"\right"),
        ("{", "}"),
    ):
        assert source.count(opening) == source.count(closing)
    for align in re.findall(r"\\begin\{align\*\}\n(.*?)\n\\end\{align\*\}", source, re.DOTALL):
        for row in re.split(r" \\\\\*?\n", align):
            bare = re.sub(r"\\begin\{cases\}.*?\\end\{cases\}", "", row)
            assert bare.count("&") == 1
            assert not row.rstrip().endswith(("&", "=", r"\\"))


def test_where_paths_meet_their_contributions_add_up():
    x, w = sb.symbols("x w")
    source = sb.derive(sb.sigmoid(x * w) * sb.tanh(x)).to_latex()
    assert r"\left. \frac{\partial L}{\partial x} \right|_{y, 1}" in source.replace(",1}", ", 1}")
    assert tag("dx_via_y_2") in source


def test_a_repeated_argument_has_a_factor_for_each_place():
    x = sb.symbols("x")
    source = sb.derive(x * x).to_latex()
    for name in ("dy_dx_1", "dy_dx_2", "dx_via_y_1", "dx_via_y_2", "dx"):
        assert tag(name) in source


def test_chained_neurons_print():
    hidden = [sb.Neuron(2, activation="tanh", name=f"h{i}") for i in (1, 2)]
    derivation = sb.derive(sb.Neuron(inputs=hidden, activation="sigmoid", name="out"))
    assert r"\frac{\partial L}{\partial h_{1}}" in derivation.to_latex()
