"""Every op's derivative is the one that SymPy finds from its forward expression."""

from __future__ import annotations

import pytest
import sympy

import symback as sb
from symback.core.node import Node, Role, postorder
from symback.core.op import VARIADIC
from symback.evaluation import scalars
from symback.evaluation.values import compute
from symback.ops.expression import Expression, symbols
from symback.ops.partials import partial, partial_rule
from symback.ops.table import FUNCTIONS as F
from symback.ops.table import OPS
from symback.ops.to_sympy import to_sympy

FIFTY_DIGITS = sympy.Rational(1, 10**48)


def same(case, one, other):
    """Prove two expressions without cases equal, or else compare them to fifty digits."""
    if one == other or sympy.simplify((one - other).rewrite(sympy.exp)) == 0:
        return True
    here = [case.at(point) for point in case.points(8)]
    pairs = [(one.subs(values).evalf(50), other.subs(values).evalf(50)) for values in here]
    return all(abs(left - right) < FIFTY_DIGITS * max(1, abs(right)) for left, right in pairs)


def test_derivative_equals_that_of_sympy_on_both_sides_of_every_kink(case):
    leaves = case.leaves
    node = Node(case.op, leaves, case.parameters)
    for position, symbol in enumerate(case.symbols):
        result, _ = partial(node, position)
        slope = to_sympy(result, dict(zip(leaves, case.symbols, strict=True)))
        branches = {
            (case.on_branch(slope, point), case.on_branch(case.forward, point)) for point in case.points()
        }
        for derived, forward in branches:
            assert same(case, derived, sympy.diff(forward, symbol)), f"argument {position} of {node!r}"


def test_textbook_form_is_what_is_shown(textbook):
    op = textbook.op
    # Of an op of any number of arguments it is stated for two; each term has the derivative of the first.
    assert len(op.textbook) == (2 if op.arity == VARIADIC else op.arity)
    node = Node(op, textbook.leaves, textbook.parameters)
    for position, form in enumerate(op.textbook):
        stated = form(F, *map(Expression, textbook.leaves), Expression(node), *textbook.parameters)
        assert repr(partial(node, position)[0]) == repr(stated.node)


def test_a_partial_is_derived_once_and_used_everywhere():
    u, v = symbols("u v")
    partial((u * v).node, 0)
    before = partial_rule.cache_info().misses
    assert partial((v * u).node, 0) == (u.node, False)
    assert partial_rule.cache_info().misses == before


@pytest.mark.parametrize("exponents", [(3, 3.0), (3.0, 3)], ids=str)
def test_a_partial_does_not_depend_on_what_was_derived_before(exponents):
    u = symbols("u")
    partial_rule.cache_clear()
    slopes = [partial((u**exponent).node, 0)[0] for exponent in exponents]
    found = [next(n for n in slope.inputs if n.op is OPS["constant"]).parameters[0] for slope in slopes]
    assert list(map(type, found)) == list(map(type, exponents))


def test_every_term_of_a_long_sum_has_the_same_rule():
    terms = symbols(" ".join(f"u{n}" for n in range(50)))
    total = F.add(*terms).node
    assert {partial(total, position)[0] for position in range(50)} == {partial(total, 0)[0]}
    assert partial(F.add(terms[0]).node, 0)[0].parameters == (1,)


def test_second_derivatives_are_derived_from_the_first(unary):
    """Derivatives are expressions over the same ops: the engine derives them again."""
    z = symbols("z0")
    node = Node(unary.op, (z.node,), unary.parameters)
    slope, _ = partial(node, 0)
    again = sb.derive(Expression(slope) + z, wrt=[z])
    for point in unary.points(2):
        branch = unary.on_branch(unary.forward, point)
        expected = 1 + sympy.diff(branch, unary.symbols[0], 2).subs(unary.at(point)).evalf(30)
        assert again.evaluate(z0=point[0]).gradients["z0"] == pytest.approx(float(expected), abs=1e-9)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_ties_share_one_gradient(name, count, kink_or_none):

    leaves = tuple(Node(None, name=f"z{n}", role=Role.INPUT) for n in range(count))
    node = Node(OPS[name], leaves)
    shares = []
    for position in range(count):
        result, _ = partial(node, position, kink_or_none)
        order = postorder([*leaves, node, result])
        shares.append(compute(order, {f"z{n}": 7 for n in range(count)}, scalars)[result])
    assert sum(shares) == 1
    if kink_or_none is None:
        assert len(set(shares)) == 1
