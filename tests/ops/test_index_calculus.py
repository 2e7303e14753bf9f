"""The derivative of an index pattern, against differences of NumPy's einsum."""

import numpy as np
import pytest

from symback.core.errors import DerivationError
from symback.ops.index_calculus import differential

SIZES = {"i": 2, "j": 3, "k": 4, "a": 2, "b": 3}
PATTERNS = ["i,i->", "ij,jk->ik", "ij->ji", "ij->", "ij->i", "i,j->ij", "ij,ij->", "aij,ajk->aik", "i,ij,j->"]
CASES = [(pattern, n) for pattern in PATTERNS for n in range(pattern.count(",") + 1)]


def jacobian(pattern, operands, position, *, collapsed):
    """Write a differential as one einsum over operands and unit matrices."""
    found = differential(pattern, position)
    found = found.collapsed() if collapsed else found
    output = pattern.partition("->")[2]
    own = pattern.partition("->")[0].split(",")[position]
    fresh = [other for _, other in differential(pattern, position).deltas]
    terms = [indices for _, indices in found.factors] + ["".join(pair) for pair in found.deltas]
    arrays = [operands[n] for n, _ in found.factors]
    arrays += [np.eye(SIZES[old]) for old, _ in found.deltas]
    lost = [letter for letter in output + "".join(fresh) if letter not in "".join(terms)]
    sizes = {**SIZES, **dict(zip(fresh, (SIZES[letter] for letter in own), strict=True))}
    # An index that no factor carries has the same value everywhere.
    terms += lost
    arrays += [np.ones(sizes[letter]) for letter in lost]
    return np.einsum(f"{','.join(terms)}->{output}{''.join(fresh)}", *arrays)


@pytest.mark.parametrize("collapsed", [False, True])
@pytest.mark.parametrize(("pattern", "position"), CASES)
def test_against_differences(pattern, position, collapsed):
    rng = np.random.default_rng(1)
    operands = [rng.normal(size=[SIZES[c] for c in term]) for term in pattern.partition("->")[0].split(",")]
    result = jacobian(pattern, operands, position, collapsed=collapsed)
    operand = operands[position]
    for where in np.ndindex(operand.shape):
        moved = [array.copy() for array in operands]
        moved[position][where] += 1
        # An index pattern is linear in each operand: a difference of any size is exact.
        slope = np.einsum(pattern, *moved) - np.einsum(pattern, *operands)
        assert result[(..., *where)] == pytest.approx(slope)


def test_a_collapse_leaves_no_delta_with_a_summed_index():
    for pattern, position in CASES:
        found = differential(pattern, position).collapsed()
        assert not set(found.summed) & {letter for pair in found.deltas for letter in pair}


@pytest.mark.parametrize(("pattern", "position"), [("ij,jk", 0), ("i,i->", 2), ("i,i->", -1)])
def test_what_is_no_pattern_is_refused(pattern, position):
    with pytest.raises(DerivationError):
        differential(pattern, position)
