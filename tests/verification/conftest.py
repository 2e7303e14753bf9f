"""What the tests of verification share: a wrong derivative, planted and removed again."""

import pytest

from symback.ops.partials import partial_rule
from symback.ops.table import OPS


@pytest.fixture
def plant():
    """Return a function that gives an op a wrong textbook derivative for the length of a test."""
    originals = {}

    def planted(name, *textbook):
        op = OPS[name]
        originals.setdefault(name, op.textbook)
        object.__setattr__(op, "textbook", textbook)
        partial_rule.cache_clear()

    yield planted
    for name, textbook in originals.items():
        object.__setattr__(OPS[name], "textbook", textbook)
    partial_rule.cache_clear()
