"""One case for each op of the table, and for each of several parameters that the op accepts."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import product
from typing import Any

import pytest
import sympy

from symback.core.node import Node, Role
from symback.core.op import VARIADIC, Kind, Op
from symback.evaluation import scalars
from symback.evaluation.values import compute
from symback.ops.partials import partial
from symback.ops.sympy_numbers import exact
from symback.ops.table import ACTIVATIONS, OPS

OTHER_PARAMETERS = (Fraction(1, 4), 2.5, 3, -1)


@dataclass(frozen=True)
class Case:
    """An op with parameters."""

    op: Op
    parameters: tuple[Any, ...]

    @property
    def arity(self) -> int:
        return 3 if self.op.arity == VARIADIC else self.op.arity

    @property
    def symbols(self) -> list[Any]:
        return [sympy.Symbol(f"z{number}", real=True) for number in range(self.arity)]

    @property
    def leaves(self) -> tuple[Node, ...]:
        return tuple(Node(None, name=f"z{number}", role=Role.INPUT) for number in range(self.arity))

    @property
    def kinks(self) -> list[Any]:
        return [kink.at for kink in self.op.kinks(*self.parameters)]

    @property
    def forward(self) -> Any:
        return sympy.sympify(self.op.forward(sympy, *self.symbols, *self.parameters))

    def value(self, namespace: Any, point: tuple[Any, ...]) -> Any:
        """The value in numbers."""
        return self.op.numeric(namespace, *point, *self.parameters)

    def value_here(self, point: tuple[Any, ...]) -> Any:
        """The value in Python's own numbers."""
        return self.value(scalars, point)

    def slope(self, position: int, point: tuple[Any, ...], namespace: Any = scalars, kink: Any = None) -> Any:
        """The engine's derivative, in numbers."""
        leaves = self.leaves
        node = Node(self.op, leaves, self.parameters)
        result, _ = partial(node, position, kink)
        inputs = dict(zip([leaf.name for leaf in leaves], point, strict=True))
        order = [*leaves, node, *_behind(result, {*leaves, node})]
        return compute(order, inputs, namespace)[result]

    def at(self, point: tuple[Any, ...]) -> dict[Any, Any]:
        """The exact value of each symbol at a point."""
        return {symbol: exact(sympy, number) for symbol, number in zip(self.symbols, point, strict=True)}

    def on_branch(self, expr: Any, point: tuple[Any, ...]) -> Any:
        """The expression without cases: of each choice, the branch that is taken at the point."""
        here = self.at(point)

        def chosen(choice: Any) -> Any:
            if isinstance(choice, sympy.Piecewise):
                return next(piece for piece, condition in choice.args if condition.subs(here) == True)  # noqa: E712
            best = max if isinstance(choice, sympy.Max) else min
            return best(choice.args, key=lambda part: part.subs(here))

        choices = (sympy.Piecewise, sympy.Max, sympy.Min)
        return sympy.sympify(expr).replace(lambda part: isinstance(part, choices), chosen)

    def points(self, count: int = 4) -> list[tuple[float, ...]]:
        """Points of the op's domain, some on each side of every kink."""
        draw = random.Random(self.op.name)  # noqa: S311 - points to test at
        low, high = self.op.sample
        found = [tuple(draw.uniform(low, high) for _ in range(self.arity)) for _ in range(count)]
        rest = found[0][1:] if found else ()
        found += [(at + offset, *rest) for at in self.kinks for offset in (-0.3, 0.3)]
        return found

    @property
    def kink_points(self) -> list[tuple[Any, ...]]:
        """A point on each kink: the first argument lies on it, the others anywhere."""
        return [(at, *self.points(1)[0][1:]) for at in self.kinks]

    def peer(self, library: str) -> Any:
        """The same function in another library; the test is skipped where that is not installed."""
        stated = self.op.peers[library]
        root = pytest.importorskip(library)
        if callable(stated):
            return lambda *arguments: stated(root, *arguments, *map(float, self.parameters))
        function = reduce(getattr, stated.split("."), root)
        return lambda *arguments: function(*arguments, *map(float, self.parameters))


def _behind(result: Node, known: set[Node]) -> list[Node]:
    order: list[Node] = []
    for source in result.inputs:
        order += [node for node in _behind(source, known) if node not in order]
    return order if result in known or result in order else [*order, result]


def _cases() -> list[Case]:
    cases: list[Case] = []
    for op in OPS.values():
        accepted = [
            [parameter.default, *(value for value in OTHER_PARAMETERS if parameter.test(value))]
            for parameter in op.parameters
        ]
        cases += [Case(op, parameters) for parameters in product(*accepted)]
    return cases


CASES = _cases()
WITH_ARGUMENTS = [case for case in CASES if case.op.arity]
WITH_KINKS = [case for case in WITH_ARGUMENTS if case.kinks]
SELECTING = [case for case in CASES if case.op.kind is Kind.SELECTING and case.op.arity == VARIADIC]
UNARY = [case for case in CASES if case.op.arity == 1]
UNARY_OR_KINKED = [case for case in WITH_ARGUMENTS if case.op.arity == 1 or case.kinks]
ACTIVATION = [case for case in UNARY if case.op.name in ACTIVATIONS]
BENT = [case for case in WITH_KINKS if case.op.kind is not Kind.PIECEWISE_CONSTANT]
TEXTBOOK = [case for case in CASES if case.op.textbook]
IN_TORCH = [case for case in WITH_ARGUMENTS if "torch" in case.op.peers]
IN_JAX = [case for case in WITH_ARGUMENTS if "jax" in case.op.peers]


def _label(case: Case) -> str:
    return f"{case.op.name}({', '.join(map(str, case.parameters))})"


@pytest.fixture(params=CASES, ids=_label)
def any_case(request):
    return request.param


@pytest.fixture(params=WITH_ARGUMENTS, ids=_label)
def case(request):
    return request.param


@pytest.fixture(params=UNARY, ids=_label)
def unary(request):
    return request.param


@pytest.fixture(params=UNARY_OR_KINKED, ids=_label)
def unary_or_kinked(request):
    return request.param


@pytest.fixture(params=ACTIVATION, ids=_label)
def activation(request):
    return request.param


@pytest.fixture(params=WITH_KINKS, ids=_label)
def kinked(request):
    return request.param


@pytest.fixture(params=BENT, ids=_label)
def bent(request):
    return request.param


@pytest.fixture(params=SELECTING, ids=_label)
def selecting(request):
    return request.param


@pytest.fixture(params=TEXTBOOK, ids=_label)
def textbook(request):
    return request.param


@pytest.fixture(params=IN_TORCH, ids=_label)
def torch_case(request):
    return request.param


@pytest.fixture(params=IN_JAX, ids=_label)
def jax_case(request):
    return request.param


@pytest.fixture
def make_case():
    """Return what makes a case of any op and parameters."""
    return Case


@pytest.fixture
def jax64():
    """JAX, computing in float64."""
    jax = pytest.importorskip("jax")
    if hasattr(jax, "enable_x64"):
        switch = jax.enable_x64(True)  # noqa: FBT003 - JAX's own signature
    else:
        switch = pytest.importorskip("jax.experimental").enable_x64()
    with switch:
        yield jax


@pytest.fixture(params=[None, 0, Fraction(1, 4), 1], ids=lambda kink: f"kink={kink}")
def kink_or_none(request):
    return request.param
