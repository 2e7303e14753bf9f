"""The algebra of indexed sums: whatever is done to a sum, it says the same."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symback.derivation.indexed.cost import cost, factored
from symback.derivation.indexed.gathering import gathered
from symback.derivation.indexed.multiply_out import MOST_TERMS, inlined, multiplied_out
from symback.derivation.indexed.terms import (
    ONE,
    Applied,
    Bracket,
    Count,
    Delta,
    Factor,
    Index,
    Quantity,
    Term,
    added,
    bracketed,
    canonical,
    closed,
    free_indices,
    fresh,
    inverse,
    key,
    number_product,
    opened,
    power,
    product,
    renamed,
    scaled,
    summed,
    tidy,
    times,
    times_size,
    without_deltas,
)
from symback.ops.expression import array, symbols
from symback.ops.table import OPS

SIZES = {"N": 2}
FREE = (Index(0, "N"), Index(1, 3), Index(2, "N"))
ROW, COLUMN, OTHER = FREE
NODES = {
    ("N",): [array("a", "N").node, array("b", "N").node],
    (3,): [array("c", "3").node],
    ("N", 3): [array("A", "N 3").node],
    ("N", "N"): [array("B", "N N").node],
    (): [symbols("s").node],
}
VALUES = {
    node.name: np.random.default_rng(n).uniform(0.5, 1.5, [SIZES.get(size, size) for size in shape])
    for n, (shape, nodes) in enumerate(NODES.items())
    for node in nodes
}


@pytest.fixture(scope="module")
def says(make_reader):
    """Return the function that computes a sum where its free indices have some values."""
    reader = make_reader(VALUES, SIZES)

    def computed(total, free=FREE):
        return np.array([reader.sum(total, at) for at in points(free)], float)

    return computed


def points(free):
    return [
        dict(zip(free, point, strict=True))
        for point in np.ndindex(*[SIZES.get(index.size, index.size) for index in free])
    ]


@st.composite
def factors(draw, indices, depth):
    """Return a factor over some of the indices; inside a bracket and a function are sums again."""
    kind = draw(st.integers(0, 9))
    whole = draw(st.sampled_from([1, 1, 1, 2, -1]))
    if kind == 0:
        return Factor(Count("N"), (), whole)
    if kind == 1:
        same = [(a, b) for a in indices for b in indices if a.size == b.size]
        return Factor(Delta(), draw(st.sampled_from(same)))
    if kind == 2 and depth:
        return bracketed(draw(sums(indices, depth - 1)), draw(st.sampled_from([1, 1, 2])))
    if kind == 3 and depth:
        argument, slots = closed(draw(sums(indices, depth - 1)))
        return Factor(Applied(OPS["tanh"], (), (argument,)), slots)
    shape = draw(st.sampled_from(list(NODES)))
    node = draw(st.sampled_from(NODES[shape]))
    chosen = tuple(draw(st.sampled_from([i for i in indices if i.size == size])) for size in shape)
    return Factor(Quantity(node), chosen, whole)


@st.composite
def terms(draw, indices, depth):
    bound = tuple(fresh(size) for size in draw(st.lists(st.sampled_from(["N", 3]), max_size=2)))
    made = draw(st.lists(factors((*indices, *bound), depth), max_size=3))
    carried = {index for factor in made for index in factor.indices}
    number = draw(st.sampled_from([1, 1, -1, 2, Fraction(1, 3), 0.5]))
    return tidy(Term(number, tuple(made), tuple(index for index in bound if index in carried)))


@st.composite
def sums(draw, indices=FREE, depth=1):
    return tuple(draw(st.lists(terms(indices, depth), min_size=1, max_size=3)))


def close(left, right):
    np.testing.assert_allclose(
        np.asarray(left, float),
        np.broadcast_to(np.asarray(right, float), np.shape(left)),
        rtol=1e-9,
        atol=1e-9,
    )


EXAMPLES = settings(max_examples=40)


@EXAMPLES
@given(sums(), sums())
def test_sums_and_products(says, left, right):
    one, other = says(left), says(right)
    close(says(added(left, right)), one + other)
    close(says(product(left, right)), one * other)
    close(says((times(left[0], right[0]),)), says(left[:1]) * says(right[:1]))
    close(says(scaled(left, Fraction(-3, 2))), -1.5 * one)
    close(says(added(left, scaled(left, -1))), 0 * one)
    assert product(left, ()) == product((), right) == ()
    close(says(product(ONE, right)), other)


@EXAMPLES
@given(sums(), st.sampled_from([2, 3, 1]))
def test_powers(says, total, exponent):
    close(says(power(total, exponent)), says(total) ** exponent)


@EXAMPLES
@given(sums())
def test_reciprocals(says, total):
    value = says(total)
    if np.all(np.abs(value) > 1e-3):
        close(says(power(total, -1)) * value, 1.0)


@EXAMPLES
@given(sums(), st.sampled_from(["i", "j", "ij", "ik", "ijk", ""]))
def test_sums_over_indices(says, total, letters):
    bound = [FREE["ijk".index(letter)] for letter in letters]
    rest = [index for index in FREE if index not in bound]
    grid = says(total).reshape([SIZES.get(index.size, index.size) for index in FREE])
    expected = grid.sum(axis=tuple(FREE.index(index) for index in bound)) if bound else grid
    over = summed(total, bound)
    assert not set(free_indices(over)) & set(bound)
    close(says(over, rest).reshape(expected.shape), expected)


@EXAMPLES
@given(sums())
def test_other_names_say_the_same(says, total):
    expected = says(total)
    for same in (canonical(total), renamed(total, {}), tuple(map(tidy, total)), total[::-1]):
        close(says(same), expected)
    body, indices = closed(total)
    assert set(indices) == set(free_indices(total))
    assert {index.number for index in free_indices(body)} == set(range(len(indices)))
    close(says(opened(body, indices)), expected)
    close(says((Term(1, (bracketed(total),)),)), expected)
    # Other indices put in: the value where these are.
    swapped = renamed(total, {ROW: OTHER, OTHER: ROW})
    grid = expected.reshape(2, 3, 2)
    close(says(swapped).reshape(2, 3, 2), grid.transpose(2, 1, 0))


@EXAMPLES
@given(sums())
def test_canonical_forms_are_canonical(total):
    once = canonical(total)
    assert canonical(once) == once
    assert canonical(renamed(total, {})) == once
    assert {index.number for term in once for index in term.summed} <= set(range(-9, 0))
    assert cost(once) == cost(total)


@EXAMPLES
@given(sums())
def test_deltas_are_used_up(says, total):
    less = tuple(without_deltas(term) for term in total)
    close(says(less), says(total))
    for term in less:
        for factor in term.factors:
            assert not (isinstance(factor.base, Delta) and set(factor.indices) & set(term.summed))


@EXAMPLES
@given(sums())
def test_multiplying_out(says, total):
    out = multiplied_out(total, lambda piece: piece)
    close(says(out), says(total))
    assert len(out) <= max(MOST_TERMS, len(total))
    left = [f for term in out for f in term.factors if isinstance(f.base, Bracket) and f.power == 1]
    assert not left or out == total


@EXAMPLES
@given(sums())
def test_taking_out_what_is_shared(says, total):
    shared, rest = factored(total)
    expected = says(total)
    close(says((shared,)) * says(rest), expected)
    assert len(rest) == len(total)
    for form in gathered(total):
        close(says(form), expected)


@EXAMPLES
@given(sums())
def test_definitions_in_place_of_names(make_reader, total):
    a, b, s = *NODES["N",], NODES[()][0]
    stated = (Term(2, (Factor(Quantity(b), (Index(0, "N"),)), Factor(Quantity(s)))),)
    written = inlined(total, lambda node: stated if node is a else None)
    reader = make_reader({**VALUES, "a": 2 * VALUES["b"] * VALUES["s"]}, SIZES)
    for at in points(FREE):
        close(reader.sum(written, at), reader.sum(total, at))


@EXAMPLES
@given(terms(FREE, 1), terms(FREE, 1), st.randoms(use_true_random=False))
def test_keys_are_equal_for_equal_terms_only(says, left, right, random):
    again = renamed((left,), {})[0]
    assert key(again) == key(left)
    bound = list(left.summed)
    random.shuffle(bound)
    mixed = list(left.factors)
    random.shuffle(mixed)
    assert key(Term(7, tuple(mixed), tuple(bound))) == key(left)
    if key(left) == key(right):
        close(says((left._replace(coefficient=1),)), says((right._replace(coefficient=1),)))


@given(st.integers(-4, 4), st.integers(-4, 4))
def test_coefficients_stay_exact(left, right):
    assert number_product(Fraction(left, 3), Fraction(right, 2)) == Fraction(left * right, 6)
    assert type(number_product(Fraction(3, 2), Fraction(2, 3))) is int
    if left:
        assert inverse(left) == Fraction(1, left)
    assert number_product(1, 0.5) == 0.5
    assert times_size(Term(2), 3) == Term(6)


def test_a_size_that_is_a_symbol_counts():
    a = Factor(Quantity(NODES["N",][0]), (ROW,))
    assert summed((Term(1, (a,)),), [COLUMN]) == (Term(3, (a,)),)
    assert summed((Term(1),), [ROW]) == (Term(1, (Factor(Count("N")),)),)
    assert times_size(Term(1, (Factor(Count("N"), (), -1),)), "N") == Term(1)


COSTS = [
    (Term(1), 1),
    (Term(2), 1),
    (Term(1, (Factor(Quantity(NODES["N",][0]), (ROW,)),)), 1),
    (Term(-1, (Factor(Quantity(NODES["N",][0]), (ROW,)),)), 1),
    (Term(2, (Factor(Quantity(NODES["N",][0]), (ROW,)),)), 2),
    (Term(1, (Factor(Quantity(NODES["N",][0]), (ROW,), 2),)), 2),
    (Term(1, (Factor(Quantity(NODES["N",][0]), (ROW,)),), (ROW,)), 2),
]


@pytest.mark.parametrize(("term", "expected"), COSTS)
def test_costs(term, expected):
    assert cost((term,)) == expected


def test_what_is_shared_is_counted_once():
    a, b, c = (Factor(Quantity(node), (ROW,)) for node in (*NODES["N",], array("d", "N").node))
    apart = (Term(1, (a, b)), Term(-1, (a, c)))
    assert factored(apart) == (Term(1, (a,)), (Term(1, (b,)), Term(-1, (c,))))
    assert cost(apart) == 4  # a (b − c): three factors and a sign
    assert factored((Term(2, (b,)), Term(-2, (c,)))) == (Term(2), (Term(1, (b,)), Term(-1, (c,))))


def test_nothing_is_taken_out_beside_a_delta_unless_asked_for():
    p = NODES["N",][0]
    left, right = Factor(Quantity(p), (ROW,)), Factor(Quantity(p), (OTHER,))
    total = (Term(1, (left, Factor(Delta(), (ROW, OTHER)))), Term(-1, (left, right)))
    assert factored(total) == (Term(1), total)
    assert factored(total, beside_deltas=True)[0] == Term(1, (left,))
