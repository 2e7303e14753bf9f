"""Documents of arrays: what each script needs of its formulas."""

import json
import re
import subprocess

import pytest


def test_json_equations_stand_in_one_line(array_document):
    for printed in array_document:
        data = json.loads(printed.to_json())
        for entry in (*data["forward"], *data["steps"]):
            for key in ("latex", "index_latex", "matrix_latex"):
                assert "&" not in entry.get(key, "")
                assert "\\\\" not in entry.get(key, "")


def test_every_step_has_an_equation_and_its_shape(array_document):
    derivation, evaluation = array_document
    data = json.loads(evaluation.to_json())
    for entry, step in zip(data["steps"], derivation.steps, strict=True):
        assert entry["name"] == step.name
        assert "=" in entry["latex"]
        assert entry["shape"] == list(step.node.shape)
    assert data["gradients"].keys() == derivation.gradients.keys()


def test_markdown_holds_what_github_knows(array_document):
    for printed in array_document:
        for block in re.findall(r"(?ms)^\$\$\n(.*?)\n\$\$$", printed.to_markdown()):
            assert not re.search(r"\\[^A-Za-z]|operatorname|symback", block)
            assert block.count("{") == block.count("}")


def test_text_fits_a_terminal(array_document):
    for printed in array_document:
        for line in printed.to_text(full=True).splitlines():
            assert len(line) <= 160


@pytest.mark.parametrize("which", [0, 1], ids=["symbols", "numbers"])
def test_latex_compiles(array_document, which, pdflatex, tmp_path):
    source = array_document[which].to_latex(standalone=True)
    (tmp_path / "a.tex").write_text(source, encoding="utf-8")
    command = [pdflatex, "-interaction=nonstopmode", "-no-shell-escape", "a.tex"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)  # noqa: S603 - pdflatex itself
    log = (tmp_path / "a.log").read_text(encoding="utf-8", errors="replace")
    assert re.findall(r"(?m)^!.*|Missing character.*", log) == []
    assert [points for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log) if float(points) > 1] == []
