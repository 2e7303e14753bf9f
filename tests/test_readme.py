"""The README tells the truth: its Python runs, and its outputs are what the commands print."""

import doctest
import re
import shlex
import sys
from pathlib import Path

import pytest

from symback import cli

README = Path(__file__).parent.parent / "README.md"
OUTPUTS = re.findall(
    r"<!-- the output of: (.*?) -->\n```text\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL
)


def test_python():
    failed, tried = doctest.testfile(str(README), module_relative=False, encoding="utf-8")
    assert tried > 5
    assert failed == 0


def test_there_are_outputs():
    assert len(OUTPUTS) >= 2


@pytest.mark.parametrize(("command", "output"), OUTPUTS, ids=[command for command, _ in OUTPUTS])
def test_output(command, output, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    assert exit_.value.code == 0
    assert capsys.readouterr().out.rstrip() == output.rstrip()
