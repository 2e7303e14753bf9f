"""Every example runs, and prints what it promises."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"

PROMISED = {
    "neuron.py": ["output after the step: 5.985", "drelu_dx0"],
    "chained_neurons.py": ["one after the other"],
    "your_own_backward.py": ["1 of 5 compared gradients disagree: b"],
    "classifier.py": ["dZ2      = P ⊙", "(P − Y)/N", "6 of 6 gradients compared, all agree", "21 read back"],
    "kinks.py": ["kink=0.5: db = 1/2", "does not exist there"],
}


def test_every_example_is_known():
    assert sorted(path.name for path in EXAMPLES.glob("*.py")) == sorted(PROMISED)


@pytest.mark.parametrize("name", PROMISED)
def test_example(name, capsys):
    runpy.run_path(str(EXAMPLES / name))
    printed = capsys.readouterr().out
    for promise in PROMISED[name]:
        assert promise in printed


def test_chained_neurons_agree_with_one_graph():
    names = runpy.run_path(str(EXAMPLES / "chained_neurons.py"))
    together, earlier = names["together"].gradients, names["earlier"].gradients
    assert earlier.keys() <= together.keys()
    assert all(together[name] == pytest.approx(value, rel=1e-14) for name, value in earlier.items())
