"""From the names in code to what a reader sees."""

import pytest

import symback as sb


def forward(name):
    """Return the forward equation of x · name, in LaTeX and as text."""
    derivation = sb.derive(sb.Neuron(1, inputs=["x"], weights=[name], activation="identity"))
    latex = next(line for line in derivation.to_latex().splitlines() if "xw0" in line)
    text = next(line for line in derivation.to_text().splitlines() if line.strip().startswith("xw0"))
    return latex, text


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("w10", "w_{10}"),
        ("w_10", "w_{10}"),
        ("lambda", r"\lambda"),
        ("θ", r"\theta"),
        ("gamma2", r"\gamma_{2}"),
        ("Gamma", r"\Gamma"),
        ("yhat", r"\hat{y}"),
        ("wbar", r"\bar{w}"),
        ("etatilde", r"\tilde{\eta}"),
        ("omicron", "o"),
        ("epsilon", r"\varepsilon"),
        ("pi", r"\mathit{pi}"),
        ("loss", r"\mathit{loss}"),
        ("w_hidden", r"w_{\mathrm{hidden}}"),
        ("w_hidden_3", r"w_{\mathrm{hidden},3}"),
        ("vprime", r"\mathit{vprime}"),
        ("vdot", r"\mathit{vdot}"),
        ("vnorm", r"\mathit{vnorm}"),
        ("vabs", r"\mathit{vabs}"),
        ("wbold", r"\mathit{wbold}"),
        *((name, name) for name in ("S", "N", "I", "E", "O", "Q")),
        *((name, rf"\{name}") for name in ("beta", "zeta")),
    ],
)
def test_a_name_on_paper_and_in_text(name, look):
    latex, text = forward(name)
    assert rf"= x \cdot {look} \symbackname{{\detokenize{{xw0}}}}" in latex
    # Text prints names as they are in code.
    assert text.split("= ")[1] == f"x · {name}"


def test_names_of_ones_own_run_through_all_steps():
    neuron = sb.Neuron(inputs=["alpha", "xhat"], weights=["lambda", "S"], bias="beta", activation="tanh")
    derivation = sb.derive(neuron)
    latex = derivation.to_latex()
    for look in (r"\alpha", r"\hat{x}", r"\lambda", "S", r"\beta"):
        assert rf"\symbackgrad{{\frac{{\partial L}}{{\partial {look}}}}}" in latex
    assert {"dtanh_dalpha", "dtanh_dxhat", "dmul_dlambda", "dsum_dbeta"} <= {
        step.name for step in derivation.steps
    }
    assert "mul(alpha, lambda)" in derivation.to_json()


def test_the_loss_gets_another_letter_if_a_quantity_is_called_l():
    latex = sb.derive(sb.Neuron(1, inputs=["L"])).to_latex()
    assert r"\frac{\partial J}{\partial L}" in latex
    assert r"\frac{\partial L}{\partial" not in latex


def test_the_constant_pi_and_a_quantity_called_pi_look_different():
    derivation = sb.derive(sb.Neuron(1, inputs=["pi"], activation="gelu_tanh"))
    latex = derivation.to_latex()
    assert r"\mathit{pi}" in latex
    assert r"{\pi}" in latex
