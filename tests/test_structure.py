"""Data flows one way: a module imports only from floors below its own, and siblings never each other."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import symback

ROOT = Path(symback.__file__).parent

FLOORS = (
    ("notation",),
    ("core",),
    ("ops",),
    ("models", "reading"),
    ("derivation",),
    ("rendering", "evaluation"),
    ("verification",),
    ("api",),
    ("__init__",),
    ("cli_input", "cli_options"),
    ("cli",),
    ("__main__",),
)
"""Folders and modules of the package, lowest first; those on one floor do not know each other."""

FLOOR = {place: number for number, places in enumerate(FLOORS) for place in places}

HEAVY = ("sympy", "numpy", "scipy", "rich", "torch", "jax", "latex2sympy2")


def place_of(parts):
    """Return the folder or top-level module that a dotted path inside the package belongs to."""
    return parts[0] if parts else "__init__"


def imported(path, root):
    """Yield line and dotted path, inside the package, of everything that a module imports."""
    package = path.relative_to(root).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                head, *rest = alias.name.split(".")
                if head == root.name:
                    yield node.lineno, rest
        elif isinstance(node, ast.ImportFrom):
            parts = node.module.split(".") if node.module else []
            if node.level:
                base = [*package[: len(package) + 1 - node.level], *parts]
            elif parts and parts[0] == root.name:
                base = parts[1:]
            else:
                continue
            # `from symback import core` names the folder only among what is imported.
            modules = [[alias.name] for alias in node.names if not base and alias.name in FLOOR]
            for target in modules or [base]:
                yield node.lineno, target


def violations(root):
    """Return every import of a package that goes up, or to a sibling."""
    found = []
    for path in sorted(root.rglob("*.py")):
        own = place_of([part.removesuffix(".py") for part in path.relative_to(root).parts])
        for line, target in imported(path, root):
            place = place_of(target)
            if place != own and FLOOR[place] >= FLOOR[own]:
                found.append(f"{path.relative_to(root)}:{line} imports {'.'.join(target) or root.name}")
    return found


def test_every_place_has_a_floor():
    places = {
        path.stem if path.is_file() else path.name
        for path in ROOT.iterdir()
        if path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))
    }
    assert places <= set(FLOOR)


def test_modules_import_only_from_below():
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("place", "source"),
    [
        pytest.param("core/a.py", "from symback.ops.table import OPS", id="upwards"),
        pytest.param("core/a.py", "import symback.ops.table", id="plain-import"),
        pytest.param("core/a.py", "def f():\n    from symback.ops.table import OPS", id="in-a-function"),
        pytest.param(
            "core/a.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from symback.ops.table import OPS",
            id="for-types",
        ),
        pytest.param("core/a.py", "from ..ops import table", id="relative"),
        pytest.param("core/a.py", "from symback import ops", id="folder-from-the-root"),
        pytest.param("core/a.py", "from symback import derive", id="root"),
        pytest.param("rendering/a.py", "from symback.evaluation.values import Values", id="sibling"),
        pytest.param("models/a.py", "from symback.reading.latex import read", id="sibling-of-models"),
        pytest.param("api.py", "from symback.cli import main", id="command-line"),
    ],
)
def test_a_planted_violation_is_caught(tmp_path, place, source):
    path = tmp_path / "symback" / place
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    assert len(violations(tmp_path / "symback")) == 1


def test_imports_of_ones_own_folder_and_from_below_are_no_violation(tmp_path):
    path = tmp_path / "symback" / "ops" / "a.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "from . import b\nfrom symback.ops.b import c\nfrom symback.core import node\nimport sympy\n",
        encoding="utf-8",
    )
    assert violations(tmp_path / "symback") == []


def loaded(code):
    """Run code in a fresh interpreter, and return which heavy packages it has loaded."""
    report = f"\nprint(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", "import sys\n" + code + report], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("command", [[], ["neuron"], ["compare"]], ids=["symback", "neuron", "compare"])
def test_help_loads_nothing_heavy(command):
    code = (
        "import symback, symback.cli\n"
        f"sys.argv = ['symback', *{command!r}, '--help']\n"
        "try:\n    symback.cli.main()\nexcept SystemExit as stopped:\n    assert stopped.code == 0"
    )
    assert loaded(code) == set()


def test_a_scalar_neuron_is_evaluated_without_numpy():
    code = (
        "import symback as sb\n"
        "e = sb.derive(sb.Neuron(3, activation='sigmoid')).evaluate(x=[1, -2, 3], w=[-3, -1, 2], b=1)\n"
        "e.to_text(), e.to_latex(), e.to_json()"
    )
    assert "numpy" not in loaded(code)
    assert not loaded(code) & {"scipy", "torch", "jax", "rich"}
