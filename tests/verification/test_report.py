"""What a verification found: as a line, a table and a certificate, and on the command line."""

import json

import pytest

import symback as sb
from symback.verification.report import SCHEMA, Finding, Report, Status, StepReport, report_table

SUMMARY = "11 steps: 11 proved, 11 numeric, 11 read back"
NUMBERS = ("--x", "0.5", "--w", "2", "--b", "-1")


def report_of(activation="sigmoid", n=1, **options):
    return sb.derive(sb.Neuron(n, activation=activation)).verify(**options)


def wrong_sigmoid(f, z, y):
    del f, z
    return y * (1 + y)


def test_one_line():
    report = report_of()
    assert report.summary == SUMMARY
    assert repr(report) == f"<Report: {SUMMARY}>"


def test_the_line_names_what_is_wrong_and_by_which_check(plant):
    plant("sigmoid", wrong_sigmoid)
    report = report_of()
    assert not report.verified
    assert report.summary.startswith("11 steps: 5 proved, 5 numeric, 11 read back; wrong: ")
    assert "dsigmoid (mathematics, numbers)" in report.summary
    assert report.summary.endswith(", …"), "of many only the first are named"


def test_what_is_open_is_neither_right_nor_wrong():
    passed, open_ = Finding(Status.PASSED, "done"), Finding(Status.OPEN, "cannot be read back: no")
    steps = [
        StepReport("dx", "chain", {"mathematics": passed, "numbers": passed, "print": passed}),
        StepReport("dw", "chain", {"mathematics": passed, "numbers": passed, "print": open_}),
    ]
    report = Report(steps, [], 0, [], {})
    assert report.summary == "2 steps: 2 proved, 2 numeric, 1 read back"
    assert not report.verified
    assert report.wrong == []
    assert report_table(report).rows[1] == ["dw", "chain", "✓", "✓", "open", "print: cannot be read back: no"]
    assert report_table(report).bad == {1}


def test_the_table():
    report = report_of()
    lines = report.to_text().splitlines()
    assert [line.split() for line in lines if "dsigmoid_dx0" in line] == [
        ["dsigmoid_dx0", "chain", "✓", "✓", "✓"]
    ]
    for word in ("step", "kind", "mathematics", "numbers", "print", SUMMARY):
        assert word in report.to_text()
    assert all(step.name in report.to_text() for step in report.steps)


def test_a_long_table_leaves_out_what_passed_but_nothing_that_is_wrong(plant):
    plant("sigmoid", wrong_sigmoid)
    report = report_of(n=30)
    short, full = report_table(report), report_table(report, full=True)
    assert [row[0] for row in full.rows] == [step.name for step in report.steps]
    assert any("steps that passed are left out; --full shows them all" in line for line in short.footer)
    assert {short.rows[number][0] for number in short.bad} == set(report.wrong)
    assert len(short.rows) < len(full.rows)
    assert "WRONG" in report.to_text()


def test_the_certificate():
    derivation = sb.derive(sb.Neuron(1, activation="relu"))
    data = json.loads(derivation.verify(seed=7).to_json())
    assert list(data) == ["schema", "verified", "summary", "seed", "versions", "notes", "points", "steps"]
    assert data["schema"] == SCHEMA == "symback.certificate/1"
    assert (data["verified"], data["summary"], data["seed"]) == (True, SUMMARY, 7)
    assert set(data["versions"]) == {"python", "symback", "sympy", "latex2sympy2"}
    assert data["versions"]["symback"] == sb.__version__
    assert len(data["points"]) >= 4
    assert all(set(point) == {"x0", "w0", "b", "dvalue"} for point in data["points"])
    signs = {point["x0"] * point["w0"] + point["b"] > 0 for point in data["points"]}
    assert signs == {True, False}, "both sides of the kink are visited"
    assert [step["name"] for step in data["steps"]] == [step.name for step in derivation.steps]
    local = data["steps"][1]
    assert local["name"] == "drelu"
    assert local["kind"] == "local"
    assert local["mathematics"] == {
        "status": "passed",
        "how": "equals SymPy's derivative of its consumer, on 2 branch(es)",
    }
    assert local["numbers"]["status"] == "passed"
    assert local["numbers"]["error"] <= 1e-9
    assert local["print"] == {"status": "passed", "how": "1 side(s) read back"}


def test_the_points_of_a_certificate_give_the_errors_that_it_states():
    derivation = sb.derive(sb.Neuron(2, activation="tanh"))
    data = json.loads(derivation.verify(seed=3).to_json())
    for point in data["points"]:
        values = derivation.evaluate(point)
        slope = 1 - values["y"] ** 2
        assert values["dtanh_dw1"] == pytest.approx(point["dvalue"] * slope * point["x1"])


@pytest.mark.parametrize("n", [2, 70])
def test_the_same_seed_gives_the_same_certificate_and_another_seed_other_points(n):
    first, again, other = (report_of("relu", n, seed=seed) for seed in (5, 5, 6))
    assert first.to_json() == again.to_json()
    assert first.points != other.points
    assert first.summary == other.summary


def test_a_large_certificate_says_which_steps_follow_from_which():
    data = json.loads(report_of("relu", 70).to_json())
    assert any("families of equal form" in note for note in data["notes"])
    following = [step for step in data["steps"] if "of its family of" in step["print"]["how"]]
    assert len(following) > 300
    assert "side(s) read back" in following[0]["print"]["how"]


@pytest.mark.parametrize("numbers", [NUMBERS, ("-n", "1")], ids=["numbers", "symbols"])
@pytest.mark.parametrize("format_", ["text", "latex", "markdown", "json"])
def test_the_command_line_verifies(symback, format_, numbers):
    code, out, err = symback("neuron", *numbers, "--verify", "--format", format_)
    assert (code, err) == (0, "")
    assert SUMMARY in out
    if format_ == "json":
        data = json.loads(out)
        assert data["certificate"]["schema"] == SCHEMA
        assert len(data["certificate"]["steps"]) == len(data["steps"])


@pytest.mark.parametrize("format_", ["text", "latex", "markdown", "json"])
def test_without_being_asked_nothing_is_verified(symback, format_):
    assert "read back" not in symback("neuron", *NUMBERS, "--format", format_).out


@pytest.mark.parametrize("format_", ["text", "latex", "markdown", "json"])
def test_a_wrong_step_gives_exit_code_1(symback, plant, format_):
    plant("sigmoid", wrong_sigmoid)
    options = ("--activation", "sigmoid", "--verify", "--format", format_)
    code, out, err = symback("neuron", *NUMBERS, *options)
    assert (code, err) == (1, "")
    assert "wrong: dsigmoid" in out.replace("\\_", "_")


def test_a_wrong_step_is_marked_in_the_table(symback, plant):
    plant("sigmoid", wrong_sigmoid)
    out = symback("neuron", *NUMBERS, "--activation", "sigmoid", "--verify").out
    row = next(line.split() for line in out.splitlines() if line.split()[:2] == ["dsigmoid", "local"])
    assert row[2:5] == ["WRONG", "WRONG", "✓"]


@pytest.mark.parametrize("format_", ["text", "latex", "markdown", "json"])
def test_compare_shows_the_line_too(symback, format_):
    code, out, err = symback("compare", *NUMBERS, "--against", "sympy", "--format", format_)
    assert (code, err) == (0, "")
    assert SUMMARY in out


def test_compare_fails_where_only_the_verification_finds_something(symback, plant):
    plant("sigmoid", wrong_sigmoid)
    options = ("--activation", "sigmoid", "--against", "sympy")
    code, out, _ = symback("compare", "--x", "0", "--w", "0", "--b", "-800", *options)
    assert code == 1
    assert "wrong: dsigmoid" in out
