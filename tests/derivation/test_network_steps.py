"""The steps of any expression: names, paths that meet, repeated arguments, what is asked for."""

from __future__ import annotations

import copy
import pickle

import pytest
from sympy import Symbol, simplify

import symback as sb
from symback.core.errors import (
    DerivationError,
    InputError,
    LimitError,
    NameClashError,
    SymbackError,
    UnknownNameError,
)
from symback.core.node import Role
from symback.derivation.steps import StepKind


@pytest.fixture
def xwb():
    return sb.symbols("x w b")


def names(derivation):
    return [step.name for step in derivation.steps]


def test_names_of_a_simple_chain(xwb):
    x, w, b = xwb
    d = sb.derive(sb.relu((x * w + b).named("z")).named("a"))
    assert names(d) == ["da", "da_dz", "dz", "dz_dx", "dx", "dz_dw", "dw", "dz_db", "db"]


def test_paths_that_meet_are_accumulated(xwb):
    x, w, _ = xwb
    h = (x * w).named("h")
    d = sb.derive((sb.tanh(h).named("p") + sb.exp(h).named("q")).named("L"))
    assert d["dh"].kind is StepKind.ACCUMULATE
    assert [part.name for part in d["dh"].parts] == ["dh_via_p", "dh_via_q"]
    assert d["dh"].uses == ("dh_via_p", "dh_via_q")
    assert d["dh"].rule == "2 paths from h meet: their contributions add up"
    assert names(d).index("dh") < names(d).index("dx")


def test_each_of_several_equal_arguments_contributes(xwb):
    t = sb.tanh(xwb[0]).named("t")
    d = sb.derive((t * t).named("y"))
    assert names(d) == ["dy", "dy_dt_1", "dt_via_y_1", "dy_dt_2", "dt_via_y_2", "dt", "dt_dx", "dx"]
    assert simplify(d.gradient("x") - 2 * Symbol("dy") * d["t"].expr * (1 - d["t"].expr ** 2)) == 0


def test_tied_weights_add_up(xwb):
    x, w, _ = xwb
    h = (x * w).named("h")
    d = sb.derive((h * w).named("y"))
    assert [part.name for part in d["dw"].parts] == ["dw_via_y", "dw_via_h"]
    assert simplify(d.gradient("w") - 2 * Symbol("dy") * Symbol("x") * Symbol("w")) == 0


def test_three_equal_arguments_of_a_sum(xwb):
    x = xwb[0]
    d = sb.derive(sb.add(x, x, x))
    assert [part.name for part in d["dx"].parts] == ["dx_via_y_1", "dx_via_y_2", "dx_via_y_3"]
    assert d.gradient("x") == 3 * Symbol("dy")


def test_unnamed_results_get_names_that_are_free():
    t1, y = sb.symbols("t1 y")
    s = sb.sigmoid(t1 * y)
    d = sb.derive(s * s)
    assert d.output.name == "out"
    assert "t2" in d.graph.names


def test_atomic_detail_names_every_op(xwb):
    x, w, b = xwb
    d = sb.derive(sb.relu(x * w + b), detail="atomic")
    assert [equation.name for equation in d.forward] == ["t1", "t2", "y"]
    assert names(d) == [
        "dy",
        "dy_dt2",
        "dt2",
        "dt2_dt1",
        "dt1",
        "dt2_db",
        "db",
        "dt1_dx",
        "dx",
        "dt1_dw",
        "dw",
    ]


def test_named_detail_composes_the_factors_between_names(xwb):
    x, w, b = xwb
    d = sb.derive(sb.tanh(x * w + b))
    assert names(d) == ["dy", "dy_dx", "dx", "dy_dw", "dw", "dy_db", "db"]


def test_both_details_give_the_same_gradients(xwb):
    x, w, b = xwb
    y = sb.silu(x * w + sb.exp(b)) * x
    one, other = (
        sb.derive(y, detail=detail).evaluate(x=2, w=-1, b=1).gradients for detail in ("named", "atomic")
    )
    assert one == pytest.approx(other)


def test_what_is_asked_for_comes_in_that_order(xwb):
    x, w, b = xwb
    d = sb.derive(x * w + b, wrt=["b", x, "b"])
    assert list(d.gradients) == ["b", "x"]


def test_what_does_not_occur_has_gradient_zero(xwb):
    x, w, b = xwb
    d = sb.derive(x * w, wrt=[x, b])
    assert d.gradient("b") == 0
    assert d["db"].rule == "no path leads from b to the output: its gradient is 0"
    assert d.evaluate(x=1, w=2, b=3).gradients == {"x": 2, "b": 0}


def test_the_output_itself_has_the_upstream_for_gradient(xwb):
    d = sb.derive((xwb[0] * 2).named("y"), wrt=["y"])
    assert d.gradients["y"] is d.seed


@pytest.mark.parametrize(
    ("wrt", "error", "message"),
    [
        (["q"], UnknownNameError, "no variable 'q'; known are x, w"),
        (["xx"], UnknownNameError, "did you mean x"),
        ([3], DerivationError, "3 is not the name of a quantity"),
        ([None], DerivationError, "None is not the name"),
        ("x", InputError, r"expected a list of names, like wrt=\['x', 'w'\]"),
        ([], InputError, "wrt is empty"),
    ],
    ids=str,
)
def test_what_cannot_be_differentiated_by_is_refused(xwb, wrt, error, message):
    with pytest.raises(error, match=message):
        sb.derive(xwb[0] * xwb[1], wrt=wrt)


def test_an_unnamed_expression_cannot_be_differentiated_by(xwb):
    x = xwb[0]
    with pytest.raises(DerivationError, match="only a named one"):
        sb.derive(x**2, wrt=[x**2])


@pytest.mark.parametrize("model", [3, "x", None, lambda x: x], ids=["number", "text", "none", "function"])
def test_only_models_are_derived(model):
    with pytest.raises(InputError, match="expected a Neuron, an expression or a Model"):
        sb.derive(model)


def test_a_number_has_nothing_to_differentiate_by():
    with pytest.raises(DerivationError, match="no symbol"):
        sb.derive(sb.sqrt(2))


@pytest.mark.parametrize("detail", ["full", None, 1])
def test_unknown_details_are_refused(xwb, detail):
    with pytest.raises(InputError, match="it is 'named' or 'atomic'"):
        sb.derive(xwb[0] * 2, detail=detail)


@pytest.mark.parametrize("clash", ["dx", "dy", "dy_dx"])
def test_a_step_called_like_a_quantity_is_refused_with_both_named(clash):
    x, other = sb.symbols(f"x {clash}")
    with pytest.raises(NameClashError, match=clash) as caught:
        sb.derive((x * other).named("y"))
    assert "rename" in str(caught.value)


def test_unknown_steps_are_refused_with_the_nearest_ones(xwb):
    d = sb.derive(xwb[0] * xwb[1])
    assert "dx" in d
    assert "dq" not in d
    with pytest.raises(UnknownNameError, match="no step 'dy_dq'; did you mean dy_d"):
        d["dy_dq"]
    with pytest.raises(UnknownNameError):
        d[["x"]]
    with pytest.raises(UnknownNameError, match="no gradient for 'b'"):
        d.gradient("b")


def test_gradients_of_huge_expressions_are_refused_but_steps_are_not():
    h, w = sb.symbols("x w")
    for _ in range(1500):
        h = sb.sin(h * w)
    d = sb.derive(h)
    with pytest.raises(LimitError, match="use the named steps"):
        d.gradient("x")
    assert all(len(step.uses) < 10 for step in d.steps if step.kind is StepKind.LOCAL)


@pytest.mark.parametrize(
    ("make", "gradient"),
    [(lambda x: x + 0 * x, 1), (lambda x: x**0 + x, 1), (lambda x: x + sb.leaky_relu(x, 0) * 0, 1)],
    ids=["zero times", "power zero", "zero factor"],
)
def test_a_factor_zero_is_no_accident(make, gradient):
    d = sb.derive(make(sb.symbols("x")))
    assert d.evaluate(x=3).gradients == {"x": gradient}


def test_the_second_derivative_of_relu_is_zero_with_a_note():
    slope = sb.derive(sb.relu(sb.symbols("x")))["dy_dx"]
    again = sb.derive(sb.Expression(slope.node))
    assert again.gradient("x") == 0
    assert any("constant wherever it does not jump" in line for line in again.conditions)


def test_the_upstream_gradient_is_no_input(xwb):
    x, w, _ = xwb
    d = sb.derive((x * w).named("y"))
    assert d.seed.node.role is Role.UPSTREAM
    assert "dy" not in d.gradients


COPIES = {"pickle": lambda thing: pickle.loads(pickle.dumps(thing)), "deepcopy": copy.deepcopy}  # noqa: S301 - ours


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copied_derivation_is_the_same(xwb, copied):
    x, w, b = xwb
    d = sb.derive(sb.tanh(x * w + b), wrt=["w"], detail="atomic", kink=0.5)
    twin = copied(d)
    assert [(s.name, s.uses) for s in twin.steps] == [(s.name, s.uses) for s in d.steps]
    assert (twin.kink, twin.conditions, list(twin.gradients)) == (d.kink, d.conditions, ["w"])
    assert repr(twin) == repr(d) == "<Derivation of y: 7 steps, gradients of w>"


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copied_derivation_of_a_neuron_is_the_same(copied):
    d = sb.derive(sb.Neuron(2))
    assert names(copied(d)) == names(d)


def test_all_errors_are_of_one_family():
    for error in (DerivationError, InputError, LimitError, NameClashError, UnknownNameError):
        assert issubclass(error, SymbackError)
