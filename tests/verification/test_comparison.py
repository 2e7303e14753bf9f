"""The comparison as a whole: what is chosen, sampled, refused, and printed."""

import json

import pytest

import symback as sb
from symback.rendering.table import table_latex, table_markdown, table_text
from symback.verification import comparison as module
from symback.verification.agreement import comparison_json, comparison_table

WIDE = sb.derive(sb.Neuron(30))
POINT = {"x": [i / 10 for i in range(30)], "w": [1 - i / 20 for i in range(30)], "b": 0.5}
EXACT = ["sympy", "central", "complex"]


def sampled(column="central", **options):
    comparison = sb.compare(WIDE, **POINT, against=[column], **options)
    return [row.name for row in comparison.rows if row.others[column] is not None], comparison


def test_past_fifty_gradients_a_sample_is_taken_and_said_so():
    names, comparison = sampled()
    assert len(names) == 50
    assert len(comparison.rows) == 61
    assert any("61 gradients" in note and "50" in note for note in comparison.notes)
    assert comparison.agrees
    assert comparison.summary.startswith("50 of 61 gradients compared, all agree")


def test_the_sample_is_reproducible_by_its_seed():
    first, again, other = (sampled(seed=seed) for seed in (7, 7, 8))
    assert first[0] == again[0] != other[0]
    assert (first[1].seed, other[1].seed) == (7, 8)


def test_all_methods_of_a_comparison_take_the_same_sample():
    comparison = sb.compare(WIDE, **POINT, against=["central", "complex"])
    assert all((row.others["central"] is None) == (row.others["complex"] is None) for row in comparison.rows)


@pytest.mark.usefixtures("torch")
def test_methods_whose_cost_does_not_grow_take_no_sample():
    names, _ = sampled("torch")
    assert len(names) == 61


def test_up_to_fifty_gradients_there_is_no_sample():
    derivation = sb.derive(sb.Neuron(24))
    comparison = sb.compare(derivation, x=[1] * 24, w=[1] * 24, b=1, against=["complex"])
    assert not comparison.notes
    assert comparison.summary.startswith("49 of 49 ")


@pytest.mark.parametrize("wrong", ["tensorflow", "", "Sympy", None, 3])
def test_an_unknown_method_is_refused(book, wrong):
    with pytest.raises(sb.InputError, match="known are sympy, central, complex, torch, jax"):
        sb.compare(sb.derive(sb.Neuron(3)), **book, against=[wrong])


def test_what_is_no_method_at_all_is_refused(book):
    with pytest.raises(sb.InputError):
        sb.compare(sb.derive(sb.Neuron(3)), **book, against=[{}])


def test_a_method_that_is_not_installed_is_refused_if_asked_for_and_noted_if_not(book, monkeypatch):
    monkeypatch.setattr(module, "find_spec", {"torch": None, "jax": None}.get)
    derivation = sb.derive(sb.Neuron(3))
    with pytest.raises(sb.InputError, match="not installed; pip install torch"):
        sb.compare(derivation, **book, against=["torch"])
    comparison = sb.compare(derivation, **book)
    assert list(comparison.columns) == EXACT
    assert "not installed, so not compared: torch, jax" in comparison.notes


def test_one_method_may_be_given_without_a_list(book):
    assert list(sb.compare(sb.derive(sb.Neuron(3)), **book, against="sympy").columns) == ["sympy"]


def test_arrays_are_refused():
    import numpy as np

    with pytest.raises(sb.InputError, match="one point"):
        sb.compare(sb.derive(sb.Neuron(1)), x=[np.array([1.0, 2.0])], w=[1.0], b=0.0)


def test_the_numbers_may_be_an_array(book):
    import numpy as np

    point = {"x": np.array(book["x"]), "w": np.array(book["w"], dtype=float), "b": np.float64(1)}
    assert sb.compare(sb.derive(sb.Neuron(3)), **point, against=EXACT).agrees


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"x": [1, -2]}, sb.InputError),
        ({"b": float("nan")}, sb.InputError),
        ({"q": 1}, sb.UnknownNameError),
        ({"upstream": "1"}, sb.InputError),
    ],
)
def test_bad_numbers_are_refused(book, change, error):
    with pytest.raises(error):
        sb.compare(sb.derive(sb.Neuron(3)), **{**book, **change}, against=EXACT)


def test_a_part_of_the_gradients(book):
    comparison = sb.compare(sb.derive(sb.Neuron(3), wrt=["w1", "b"]), **book, against=EXACT)
    assert [row.name for row in comparison.rows] == ["w1", "b"]
    assert comparison.agrees


def test_json(book):
    derivation = sb.derive(sb.Neuron(3))
    data = json.loads(comparison_json(sb.compare(derivation, **{**book, "b": -5}, against=EXACT, seed=3)))
    assert set(data) == {"schema", "agrees", "summary", "methods", "seed", "gradients", "notes"}
    assert data["schema"] == "symback.comparison/1"
    assert data["agrees"] is True
    assert data["methods"] == EXACT
    assert data["seed"] == 3
    assert list(data["gradients"]) == ["x0", "w0", "x1", "w1", "x2", "w2", "b"]
    entry = data["gradients"]["b"]
    assert set(entry) == {"value", "others", "absolute_error", "relative_error", "interval", "verdict"}
    assert entry["value"] == 0
    assert entry["interval"] == pytest.approx([0, 1], abs=1e-6)
    assert entry["others"] == dict.fromkeys(EXACT)
    assert "z = 0" in data["notes"][0]


def test_json_says_what_is_exact():
    from fractions import Fraction

    derivation = sb.derive(sb.Neuron(1))
    data = json.loads(comparison_json(sb.compare(derivation, x=[Fraction(1, 3)], w=[2], b=1, against=EXACT)))
    entry = data["gradients"]["w0"]
    assert (entry["exact"], entry["value"], entry["others"]["sympy"]) == ("1/3", 1 / 3, 1 / 3)
    assert entry["absolute_error"] < 1e-9
    assert "exact" not in data["gradients"]["x0"]


def test_the_table_shows_every_column(book):
    table = comparison_table(sb.compare(sb.derive(sb.Neuron(3)), **book, against=EXACT))
    columns = ["gradient", "exact", "symbolic", *EXACT, "abs. error", "rel. error", "verdict"]
    assert list(table.columns) == columns
    assert [row[0] for row in table.rows] == ["dx0", "dw0", "dx1", "dw1", "dx2", "dw2", "db"]
    assert [row[1] for row in table.rows] == ["-3", "1", "-1", "-2", "2", "3", "1"]
    for write in (table_text, table_markdown, table_latex):
        text = write(table)
        assert "7 of 7 gradients compared, all agree" in text
        assert text.count("agrees") == 7


def test_at_a_kink_the_table_has_a_column_of_intervals(book):
    table = comparison_table(sb.compare(sb.derive(sb.Neuron(3)), **{**book, "b": -5}, against=EXACT))
    assert table.columns[-4] == "one-sided"
    assert table.rows[-1][-4] == "0 … 1"


def test_a_long_table_is_cut_unless_full_but_no_disagreement_is():
    def mine(**values):
        return {"x": [1] * 30, "w": values["x"]}

    comparison = sb.compare(WIDE, **POINT, against=[mine])
    short, full = comparison_table(comparison), comparison_table(comparison, full=True)
    assert len(full.rows) == 61
    assert any("rows are left out; --full shows them all" in line for line in short.footer)
    wrong = [f"d{row.name}" for row in comparison.rows if row.disagreeing]
    assert len(wrong) == 29
    assert set(wrong) <= {row[0] for row in short.rows}
    assert [full.rows[n][0] for n in sorted(full.bad)] == wrong
