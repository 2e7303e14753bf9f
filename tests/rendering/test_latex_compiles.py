"""Every kind of LaTeX output goes through pdflatex: no error, and no line that overflows.

All documents have one preamble, so that a run compiles many bodies; the log tells them apart.
"""

import concurrent.futures
import itertools
import json
import os
import re
import subprocess
from fractions import Fraction

import pytest

import symback as sb
from symback.notation.numeral import TypedNumber
from symback.ops.table import ACTIVATIONS
from symback.rendering.table import table_latex
from symback.verification.agreement import comparison_table

POINT = {"x": [0.7, Fraction(-1, 3)], "w": [0.5, -0.25], "b": 0.4}
START, END = "\\begin{document}\n", "\\end{document}"
TOLERATED = 1.0
"""Points by which a line may be too long."""


def activations():
    """Yield three documents for every activation: symbols, numbers, a kink policy with an update."""
    for name in (*ACTIVATIONS, "leaky_relu(0.2)", "elu(1/3)", "softplus(2.5)", "celu(1e-9)"):
        derivation = sb.derive(sb.Neuron(2, activation=name))
        yield f"{name}", derivation.to_latex(standalone=True)
        numbers = derivation.evaluate(**POINT).to_latex(standalone=True, learning_rate=0.001)
        yield f"{name}, numbers", numbers
        shared = sb.derive(sb.Neuron(2, activation=name), kink=0.25)
        yield f"{name}, kink", shared.evaluate(**POINT).to_latex(standalone=True)


def neurons():
    """Yield neurons of all sizes, with names and numbers that are hard to print."""
    book = {"x": [1, -2, 3], "w": [-3, -1, 2], "b": 1}
    three = sb.derive(sb.Neuron(3)).evaluate(**book)
    yield "book", three.to_latex(standalone=True, learning_rate=0.001)
    for kink in (None, 0.25):
        at_kink = sb.derive(sb.Neuron(3), kink=kink).evaluate(**{**book, "b": -5})
        yield f"kink={kink}", at_kink.to_latex(standalone=True)
    for n in (1, 8, 9):
        yield f"n={n}", sb.derive(sb.Neuron(n)).to_latex(standalone=True)
    many = sb.derive(sb.Neuron(300)).evaluate(
        x=[i / 7 - 20 for i in range(300)], w=[(-1) ** i * Fraction(i, 3) for i in range(300)], b=0.1
    )
    yield "n=300", many.to_latex(standalone=True, learning_rate=0.5)
    for letters in ("aceb", "WMwm"):
        inputs, weights = [c * 30 for c in letters[:2]], [letters[2] * 29 + "1", "d_" + letters[3] * 28]
        names = sb.derive(sb.Neuron(2, inputs=inputs, weights=weights, bias="Omega_" + "q" * 24))
        yield f"names of the longest {letters}", names.to_latex(standalone=True)
        yield (
            f"names of the longest {letters}, numbers",
            names.evaluate(x=[1 / 3, 2], w=[1e300, -1e-300], b=1e-9).to_latex(
                standalone=True, learning_rate=1e-5
            ),
        )
    hard = ["lambda", "hat", "xhat", "ybar", "ztilde", "Gamma", "alpha_beta", "w_hidden_3", "theta12"]
    hard += ["omicron", "Alpha", "pi", "S", "N", "I", "E", "d", "L", "θ2", "epsilon_hat"]
    yield "hard names", sb.derive(sb.Neuron(len(hard), weights=hard)).to_latex(standalone=True)
    huge, tiny = [1.23456e300, -1.5e-300, Fraction(-1234567, 7654321)], [Fraction(1, 3), -123456.789, 1e-9]
    sigmoid = sb.derive(sb.Neuron(3, activation="sigmoid")).evaluate(x=huge, w=tiny, b=-1.5e300)
    yield "huge and small numbers", sigmoid.to_latex(standalone=True)
    decimal, whole = TypedNumber.parse("0." + "123456789" * 10), TypedNumber.parse("9" * 200)
    fraction = TypedNumber.parse("1" * 60 + "/" + "7" * 60)
    digits = sb.derive(sb.Neuron(2)).evaluate(x=[decimal, whole], w=[decimal, fraction], b=1)
    yield "numbers of many digits", digits.to_latex(standalone=True)


def expressions():
    """Yield scalar expressions in which paths meet, and which are long or deep."""
    x, w, b, v = sb.symbols("x w b v")
    product = sb.derive(sb.sigmoid(x * w) * sb.sigmoid(b * w))
    yield "product of sigmoids", product.to_latex(standalone=True)
    numbers = product.evaluate(x=1.5, w=-0.3, b=2)
    yield "product of sigmoids, numbers", numbers.to_latex(standalone=True)
    for name, expression in {
        "square": x * x,
        "deep": sb.exp(sb.sin(sb.cos(sb.tanh(sb.sigmoid(sb.log(sb.sqrt(x * w) + b))))) / v),
        "powers": ((x**w) ** b) ** v,
        "twelve factors": x * w * b * v * x * w * b * v * x * w * b * v,
        "cases": sb.where(x > w, sb.maximum(x, w), sb.minimum(x, b)) * sb.sign(x),
        "cases of many": sb.where(x > w, sb.maximum(x, w, b, v), sb.minimum(x, b)) * sb.sign(x),
        "power of a maximum": 1 / (1 + x**2 + x**3 + x**4 * w - b / v) ** sb.maximum(x, w, b),
    }.items():
        yield name, sb.derive(expression).to_latex(standalone=True)
    atomic = sb.derive(sb.mish(x * w) / (b + v**3) - abs(x) ** 2.5, detail="atomic")
    yield "atomic", atomic.to_latex(standalone=True)
    fraction, nested = x, x
    for _ in range(10):
        fraction, nested = 1 / (1 + fraction), sb.sigmoid(nested * w + b)
    yield "continued fraction", sb.derive(fraction).to_latex(standalone=True)
    yield "ten layers", sb.derive(nested).to_latex(standalone=True)


def tables(preamble):
    """Yield comparisons as LaTeX tables."""
    methods = ["sympy", "central", "complex"]
    for name, bias in (("comparison", 1), ("comparison at a kink", -5)):
        derivation = sb.derive(sb.Neuron(3))
        comparison = sb.compare(derivation, x=[1, -2, 3], w=[-3, -1, 2], b=bias, against=methods)
        yield name, preamble + START + table_latex(comparison_table(comparison)) + END


def formulas(preamble):
    """Yield the single equations of JSON and Markdown, which need not fit on a line."""
    for name in ACTIVATIONS:
        evaluation = sb.derive(sb.Neuron(2, activation=name), kink=0.25).evaluate(**POINT)
        data = json.loads(evaluation.to_json())
        blocks = [f"$${entry['latex']}$$" for entry in (*data["forward"], *data["steps"])]
        blocks += re.findall(r"(?m)^\$\$\n.*\n\$\$$", evaluation.to_markdown())
        yield f"{name}, formulas", "\n".join([preamble + START + r"\hfuzz=\maxdimen", *blocks, END])


def documents():
    found = dict(itertools.chain(activations(), neurons(), expressions()))
    preambles = {source.partition(START)[0] for source in found.values()}
    assert len(preambles) == 1
    preamble = preambles.pop()
    return {**found, **dict(tables(preamble)), **dict(formulas(preamble))}


class Log:
    """What pdflatex said of one document: errors, and by how many points lines are too long."""

    def __init__(self, text):
        self.errors = re.findall(r"(?m)^!.*|Missing character.*", text)
        points = re.findall(r"Overfull \\hbox \(([\d.]+)pt", text)
        self.overflows = [float(excess) for excess in points if float(excess) > TOLERATED]


def run(pdflatex, folder, name, source):
    (folder / f"{name}.tex").write_text(source, encoding="utf-8")
    command = [pdflatex, "-interaction=nonstopmode", "-no-shell-escape", f"{name}.tex"]
    environment = {**os.environ, "max_print_line": "1000"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)  # noqa: S603
    return done.returncode, (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def compile_together(pdflatex, folder, number, sources):
    """Compile many documents in one run, and return the part of the log that belongs to each."""
    bodies = [next(iter(sources.values())).partition(START)[0] + START]
    for name, source in sources.items():
        body = source.partition(START)[2].removesuffix("\n").removesuffix(END)
        bodies.append(f"\\typeout{{@@@ {name}}}\n{{{body}\n}}\\clearpage\n")
    _, log = run(pdflatex, folder, f"batch{number}", "".join(bodies) + END)
    parts = re.split(r"(?m)^@@@ (.*)$", log)
    logs = dict(zip(parts[1::2], map(Log, parts[2::2]), strict=True))
    assert list(logs) == list(sources), log[-2000:]
    return logs


@pytest.fixture(scope="module")
def logs(pdflatex, tmp_path_factory):
    folder = tmp_path_factory.mktemp("latex")
    items = list(documents().items())
    batches = [dict(items[start::4]) for start in range(4)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda batch: compile_together(pdflatex, folder, *batch), enumerate(batches))
        return {name: log for logs in found for name, log in logs.items()}


def faults(logs, attribute):
    return {name: found for name, log in logs.items() if (found := getattr(log, attribute))}


def test_documents_compile(logs):
    assert faults(logs, "errors") == {}


def test_no_line_overflows(logs):
    assert faults(logs, "overflows") == {}


def test_a_document_compiles_by_itself(pdflatex, tmp_path):
    code, log = run(pdflatex, tmp_path, "book", dict(neurons())["book"])
    assert code == 0
    assert not Log(log).errors
    assert (tmp_path / "book.pdf").exists()


def test_a_fragment_compiles_in_a_paper_of_ones_own(pdflatex, tmp_path, book):
    fragment = sb.derive(sb.Neuron(3, activation="tanh")).evaluate(**book).to_latex()
    macros = (
        r"\newcommand{\symbackgrad}[1]{{\color{blue}\boxed{#1}}}",
        r"\newcommand{\symbackname}[1]{}",
    )
    packages = r"\usepackage{amsmath,xcolor}"
    lines = [r"\documentclass{article}", packages, *macros, START, fragment, END]
    source = "\n".join(lines)
    code, log = run(pdflatex, tmp_path, "paper", source)
    assert code == 0
    assert not Log(log).errors
    assert not Log(log).overflows
