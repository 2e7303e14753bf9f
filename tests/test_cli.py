"""The command line: exit codes, one line for bad input, no traceback ever."""

import json
import os
import subprocess
import sys

import pytest

BOOK = ("--x", "1,-2,3", "--w", "-3,-1,2", "--b", "1")
ONE = ("--x", "1", "--w", "1", "--b", "1")


def data_of(outcome):
    assert outcome.code == 0, outcome.err
    assert outcome.err == ""
    return json.loads(outcome.out)


def refused(outcome):
    """Check that bad input got one line on standard error and nothing else; return the line."""
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("symback: ")
    assert outcome.err.count("\n") == 1
    assert outcome.err.endswith("\n")
    assert "Traceback" not in outcome.err
    return outcome.err


def test_the_known_numbers_of_the_book(symback):
    data = data_of(symback("neuron", *BOOK, "--learning-rate", "0.001", "--format", "json"))
    assert data["gradients"] == {"x0": -3, "w0": 1, "x1": -1, "w1": -2, "x2": 2, "w2": 3, "b": 1}
    assert data["update"]["output"] == {"before": 6.0, "after": pytest.approx(5.985, abs=1e-15)}
    assert data["update"]["parameters"] == {"w0": -3.001, "w1": -0.998, "w2": 1.997, "b": 0.999}


@pytest.mark.parametrize(("kink", "share"), [(None, 0), ("0", 0), ("1/4", 0.25), ("0.5", 0.5), ("1", 1)])
def test_the_kink_policy(symback, kink, share):
    point = ("--x", "1,-2,3", "--w", "-3,-1,2", "--b", "-5")
    data = data_of(symback("neuron", *point, *(("--kink", kink) if kink else ()), "--format", "json"))
    names = ("x0", "w0", "x1", "w1", "x2", "w2", "b")
    slopes = (-3, 1, -1, -2, 2, 3, 1)
    assert data["gradients"] == {name: share * slope for name, slope in zip(names, slopes, strict=True)}
    assert "z = 0" in data["conditions"][0]


@pytest.mark.parametrize("upstream", ["2", "-1/3", "1e-3", "0"])
def test_the_upstream(symback, upstream):
    data = data_of(symback("neuron", *BOOK, "--upstream", upstream, "--format", "json"))
    factor = {"-1/3": -1 / 3}.get(upstream) or float(upstream)
    assert data["gradients"]["w2"] == pytest.approx(3 * factor, rel=1e-15)
    assert data["steps"][0]["value"] == pytest.approx(factor)


@pytest.mark.parametrize(
    ("text", "value"),
    [("-1/3", -1 / 3), ("1e-3", 0.001), ("1E3", 1000), (".5", 0.5), ("5.", 5), ("+2", 2), ("-.25e1", -2.5)],
)
@pytest.mark.parametrize("spelling", [("--w", "{}"), ("--w={}",)], ids=["apart", "together"])
def test_numbers_as_people_type_them(symback, spelling, text, value):
    option = [part.format(text) for part in spelling]
    data = data_of(symback("neuron", "--x", "1", *option, "--b", "9000", "--format", "json"))
    assert data["forward"][0]["value"] == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("x", [("--x", "-3,1"), ("--x=-3,1",), ("--x", "-3, 1"), ("--x", " -3,+1 ")])
def test_a_list_may_start_with_a_minus(symback, x):
    data = data_of(symback("neuron", *x, "--w", "-1,-1", "--b", "-0.5", "--format", "json"))
    assert [entry["value"] for entry in data["forward"]] == [3, -1, 1.5, 1.5]


def test_activations_take_parameters(symback):
    options = ("--x", "1", "--w", "-1", "--b", "0", "--format", "json")
    data = data_of(symback("neuron", *options, "--activation", "leaky_relu(0.2)"))
    assert data["gradients"]["b"] == 0.2
    assert data["expression"] == "LeakyReLU_0.2(sum(mul(x0, w0), b))"


def test_without_numbers_the_derivation_is_symbolic(symback):
    data = data_of(symback("neuron", "-n", "2", "--format", "json"))
    assert set(data["gradients"].values()) == {None}


@pytest.mark.parametrize(
    ("format_", "start"),
    [
        ("text", "Backpropagation through one neuron"),
        ("latex", r"\providecommand"),
        ("markdown", "# Backpropagation"),
        ("json", "{"),
    ],
)
def test_formats(symback, tmp_path, format_, start):
    outcome = symback("neuron", *BOOK, "--format", format_)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(start)
    path = tmp_path / "output"
    written = symback("neuron", *BOOK, "--format", format_, "-o", path)
    assert written == (0, "", "")
    assert path.read_text(encoding="utf-8") == outcome.out


def test_a_standalone_document(symback):
    assert symback("neuron", *BOOK, "--format", "latex", "--standalone").out.startswith(r"\documentclass")


def test_full_prints_the_middle(symback):
    short, full = symback("neuron", "-n", "20").out, symback("neuron", "-n", "20", "--full").out
    assert "--full" in short
    assert "drelu_dw10 " in full
    assert "drelu_dw10 " not in short


X = "--x {} --w 1 --b 0"
OPTIONS = (
    *("neuron -n 1 --format xml", "neuron -n 1 --format", "neuron -n 1 --nonsense", "neuron -n 1 more"),
    *("nosuch", "--nosuch", "compare -n 3", "neuron -n 1 -o /nonexistent/f", "neuron -n 1 -o /"),
)
AGAINST = (
    *("--against foo", "--against=", "--against sympy,", "--against no.py:f", "--against /:f"),
    *("--against :", "--seed x", "--kink 3", "--upstream one", "--format html"),
)
BAD = {
    "A1": ("neuron --x 1,-2,3 --w -3,-1 --b 1", "3 inputs but 2 weights"),
    "A2": ("neuron --x= --w= --b 1", "--x"),
    "A2-zero": ("neuron -n 0", "at least one input"),
    "A5": ("neuron --x 1,2 --w 1,2 --b 1,2", "--b 1,2: expected one number"),
    "A5-missing": ("neuron --x 1,2 --w 1,2", "--b missing"),
    "A9": ("neuron -n 1000000", "at most 100000 inputs"),
    "A-negative": ("neuron -n -3", "expected an integer ≥ 1"),
    "A-fractional": ("neuron -n 2.5", "expected an integer ≥ 1"),
    "A-word": ("neuron -n three", "expected an integer ≥ 1"),
    "A-both": ("neuron -n 3 --x 1 --w 1 --b 1", "-n 3 but 1 inputs"),
    "A-nothing": ("neuron", "nothing to derive"),
    "A-gap": ("neuron --x 1,,2 --w 1,2,3 --b 0", "'' is no number"),
    "A12": (f"neuron {X.format(1)} --upstream 1,2", "expected one number, got 2"),
    **{
        f"B{row}-{text}": (f"neuron {X.format(text)}", "is no number")
        for row, text in (
            *((13, "nan"), (13, "NaN,1"), (14, "inf"), (14, "-inf"), (14, "Infinity")),
            *((15, "one"), (15, "1_000"), (15, "0x10"), (15, "١"), (15, "1;2"), (15, "9**9"), (15, "1e")),
            *((16, "True"), (17, "3+4j"), (17, "1j"), (23, "1/0"), (44, "__import__('os').getcwd()")),
        )
    },
    "B21": (f"neuron {X.format('1e400')}", "too large for a double"),
    "B21-overflow": ("neuron --x 1e308 --w 1e308 --b 0", "too large for a double"),
    "B21-exponent": (f"neuron {X.format('1e999999999')}", "--x"),
    "B22": (f"neuron {X.format(1000)} --activation exp", "z = 1000"),
    "B23": (f"neuron {X.format(0)} --activation reciprocal", "z = 0"),
    "B24": (f"neuron {X.format(-1)} --activation log", "outside the domain of log"),
    "B25": (f"neuron {X.format(0)} --activation log", "outside the domain of log"),
    "B26": (f"neuron {X.format(0)} --activation sqrt", "dsqrt"),
    **{
        f"B27-{rate}": (f"neuron {X.format(1)} --learning-rate {rate}", "learning")
        for rate in ("0", "-1", "1e309", "nan", "1,2", "fast")
    },
    "B27-overflow": (f"neuron {X.format(1)} --learning-rate 1e308", "too large for a double"),
    "B27-symbolic": ("neuron -n 3 --learning-rate 0.1", "--learning-rate needs numbers"),
    "B-upstream": ("neuron -n 3 --upstream 1", "--upstream needs numbers"),
    "C29-error": ("neuron --x 1,-2,3 --w -3,-1,2 --b -5 --kink error", "z = 0"),
    **{f"C30-{kink}": (f"neuron -n 1 --kink {kink}", "kink") for kink in ("2", "-0.5", "left", "nan", "0,1")},
    "F59": ("neuron -n 1 --activation rleu", "did you mean relu"),
    **{
        f"F59-{text}": (f"neuron -n 1 --activation {text}", "")
        for text in (
            "add",
            "where",
            "relu(",
            "relu(1)",
            "leaky_relu(a)",
            "leaky_relu(1,2)",
            "softplus(0)",
            "()",
        )
    },
    **{f"options-{line.replace(' ', '')}": (line, "") for line in OPTIONS},
    **{f"compare-{text}": (f"compare {X.format(1)} {text}", "") for text in AGAINST},
}
"""Command lines that cannot be used, by the kind of mistake, and what the message must say."""


@pytest.mark.parametrize(("line", "message"), BAD.values(), ids=BAD)
def test_bad_input_gets_one_line(symback, line, message):
    assert message in refused(symback(*line.split(" ")))


def test_a_parameter_too_large_for_a_double(symback):
    refused(symback("neuron", *ONE, "--activation", "leaky_relu(1e400)"))


MINE = """
def right(x, w, b, upstream=1):
    total = sum(a * c for a, c in zip(x, w)) + b
    slope = upstream if total > 0 else 0
    return {"x": [slope * v for v in w], "w": [slope * v for v in x], "b": slope}

def flat(x, w):
    return [v for pair in zip(w, x) for v in pair] + [1]

def wrong(x, w):
    return {"w": w}

def raising(x):
    return 1 / 0

SETTINGS = {}
"""


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(MINE, encoding="utf-8")
    return path


def test_compare_agrees(symback):
    outcome = symback("compare", *BOOK, "--against", "sympy,central,complex")
    assert (outcome.code, outcome.err) == (0, "")
    assert "7 of 7 gradients compared, all agree" in outcome.out


def test_compare_with_functions_of_ones_own(symback, mine):
    assert symback("compare", *BOOK, "--against", f"{mine}:flat").code == 0
    outcome = symback("compare", *BOOK, "--against", f"sympy,{mine}:wrong", "--format", "json")
    assert outcome.code == 1
    assert outcome.err == ""
    data = json.loads(outcome.out)
    assert data["agrees"] is False
    assert data["gradients"]["w0"]["verdict"] == "disagrees: wrong"


@pytest.mark.parametrize("format_", ["text", "latex", "markdown", "json"])
def test_compare_prints_disagreements_and_exits_with_1(symback, mine, format_):
    outcome = symback("compare", *BOOK, "--against", f"{mine}:wrong", "--format", format_)
    assert outcome.code == 1
    assert "3 of 3 compared gradients disagree: w0, w1, w2" in outcome.out


def test_a_function_of_ones_own_gets_the_bias_as_a_number(symback, mine):
    assert symback("compare", *BOOK, "--against", f"{mine}:right").code == 0


@pytest.mark.parametrize("name", ["raising", "SETTINGS"])
def test_what_is_wrong_with_a_function_is_said_in_one_line(symback, mine, name):
    refused(symback("compare", *BOOK, "--against", f"{mine}:{name}"))


def test_a_file_that_exits_is_no_agreement(symback, tmp_path):
    path = tmp_path / "exits.py"
    path.write_text("raise SystemExit(0)", encoding="utf-8")
    refused(symback("compare", *BOOK, "--against", f"{path}:gradients"))


@pytest.mark.parametrize("command", [(), ("neuron",), ("compare",)], ids=["symback", "neuron", "compare"])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_has_examples(symback, command, option):
    outcome = symback(*command, option)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("Usage: ")
    assert f"symback {command[0] if command else 'neuron'} --x" in outcome.out


@pytest.mark.parametrize("command", [(), ("neuron",), ("compare",)], ids=["symback", "neuron", "compare"])
def test_examples_in_help_stand_on_lines_of_their_own(symback, command):
    lines = [line.strip() for line in symback(*command, "--help").out.splitlines()]
    assert sum(line.startswith("symback ") for line in lines) >= 2
    assert not any("\\b" in line for line in lines)


def test_no_command_at_all_shows_the_help(symback):
    outcome = symback()
    assert (outcome.out + outcome.err).count("\n") > 5


def test_version(symback):
    import symback as package

    assert symback("--version") == (0, f"symback {package.__version__}\n", "")


def shell(line, **environment):
    """Run a shell line in which `symback` is this package, in a process of its own."""
    return subprocess.run(  # noqa: S602 - the test's own line
        line.replace("symback", f"'{sys.executable}' -m symback"),
        shell=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("options", ["--full", "--format json"])
def test_a_closed_pipe_is_no_error(options):
    done = shell(f"symback neuron -n 500 {options} | head -1")
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("line", "code"), [("symback neuron -n 1", 0), ("symback neuron --help", 0), ("symback neuron -n ١x", 2)]
)
def test_a_terminal_that_knows_only_ascii(line, code):
    done = shell(line, PYTHONIOENCODING="ascii")
    assert "Traceback" not in done.stderr
    assert done.returncode == code
    assert "--help" in line or (done.stdout + done.stderr).isascii()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")  # noqa: PTH110 - a device
def test_a_full_disk_is_said_in_one_line():
    done = shell("symback neuron -n 1 > /dev/full")
    assert "Traceback" not in done.stderr
    assert done.returncode != 0


def test_the_module_runs_too():
    done = shell("symback neuron -n 2 --format json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["schema"] == "symback.derivation/1"
