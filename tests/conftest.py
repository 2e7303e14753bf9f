"""What the tests share: the textbook's neuron, the command line, and what may be missing."""

import importlib
import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import settings

# The same examples in every run, so that a failure is never a matter of luck; with
# SYMBACK_EXPLORE=1 other ones each time, to look for new mistakes.
settings.register_profile("repeatable", derandomize=True, deadline=None)
if os.environ.get("SYMBACK_EXPLORE") != "1":
    settings.load_profile("repeatable")

REQUIRE_ALL = os.environ.get("SYMBACK_REQUIRE_ALL") == "1"
"""Whether a test that would skip fails instead, so that nothing goes untested unseen."""


def _failed(report):
    """Turn a skip into a failure; an expected failure is no skip."""
    if REQUIRE_ALL and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"SYMBACK_REQUIRE_ALL=1 lets no test skip; {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    return _failed((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return _failed((yield))


def _module(name):
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    return importlib.import_module(name)


def pytest_generate_tests(metafunc):
    """Give a test that takes `array_document` each derivation of arrays that is printed in all scripts."""
    if "array_document" in metafunc.fixturenames:
        cases = json.loads(_ARRAYS.read_text(encoding="utf-8")).items()
        metafunc.parametrize("array_document", cases, indirect=True, ids=[name for name, _ in cases])


_ARRAYS = Path(__file__).parent / "rendering" / "arrays.json"


@pytest.fixture
def array_document(request):
    """Return a derivation of arrays, and the same with numbers put in."""
    import symback as sb

    _, case = request.param
    derivation = sb.derive(sb.model(case["source"], shapes=case["shapes"]))
    generator = np.random.default_rng(0)
    letters = dict.fromkeys("kNDH", 2)

    def drawn(shape):
        return generator.uniform(0.5, 2, [letters.get(size, size) for size in shape]).round(3)

    data = {node.name: drawn(node.shape) for node in derivation.graph.leaves()}
    upstream = drawn(derivation.output.shape) if derivation.output.shape else None
    return derivation, derivation.evaluate(data, upstream=upstream)


@pytest.fixture(scope="session")
def torch():
    return _module("torch")


@pytest.fixture(scope="session")
def jax():
    return _module("jax")


@pytest.fixture(scope="session")
def pdflatex():
    path = shutil.which("pdflatex")
    if path is None:
        pytest.skip("pdflatex is not installed: no LaTeX document is compiled")
    return path


@pytest.fixture(scope="session")
def book():
    """Return the neuron of Neural Networks from Scratch, ch. 9: ReLU(1·−3 + −2·−1 + 3·2 + 1) = 6."""
    return {"x": [1, -2, 3], "w": [-3, -1, 2], "b": 1}


class Outcome(NamedTuple):
    """What a run of the command line gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def symback(monkeypatch, capsys):
    """Return a function that runs the command line in this process."""

    def run(*arguments):
        from symback.cli import main

        monkeypatch.setattr(sys, "argv", ["symback", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main()
        out, err = capsys.readouterr()
        return Outcome(stopped.value.code, out, err)

    return run
