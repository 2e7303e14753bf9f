"""Every gradient enclosed in interval arithmetic: python-flint's balls hold the truth, rounding and all."""

from __future__ import annotations

import math
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from symback.core.errors import DomainError, InputError
from symback.evaluation import balls
from symback.evaluation.boxes import as_objects, boxed, each
from symback.evaluation.contraction import terms_of
from symback.evaluation.entries import is_elementwise
from symback.evaluation.objects import ObjectNamespace
from symback.ops.multilinear import JACOBIAN
from symback.verification.report import Enclosed
from symback.verification.tensors.points import Point, drawn_points, given_point

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symback.core.node import Node
    from symback.derivation.backward import Backward
    from symback.derivation.steps import Step

PRECISION: Final = 128
"""Bits that balls are computed with: enough for radii far below a double's last bit."""

_SHORT: Final = 20
"""Fractions of so many bits are meant exactly."""

MOST_ULPS: Final = 4096
"""Doubles farther from the truth, by about 1e-12 of the largest entry, are not explained by rounding."""


def point_of(backward: Backward, at: Mapping[str, Any] | None, upstream: Any, seed: int) -> Point:
    """Return the point of some data, or a drawn one.

    Raises:
        InputError: The data cannot be used, or no point inside all domains was found.
    """
    if at is not None:
        return given_point(backward, at, upstream)
    points = drawn_points(backward, seed)
    if not points:
        raise InputError("no point inside all domains was found; give data")
    return points[0]


def enclosed(point: Point) -> list[Enclosed]:
    """Enclose every gradient at a point, and say how tightly and how far the doubles are from the truth.

    Raises:
        InputError: python-flint is missing, or an op has no enclosure.
        DomainError: A comparison cannot be decided, or a value cannot be enclosed.

    Source: Johansson, Arb: Efficient Arbitrary-Precision Midpoint-Radius Interval Arithmetic (2017).
    """
    if find_spec("flint") is None:
        raise InputError("rigorous = True needs python-flint: pip install 'symback[rigorous]'")
    with balls.library().ctx.workprec(PRECISION):
        values = _computed(point)
        return [
            _judged(
                name, values[step.node], np.asarray(point.values[step.node], dtype=float), _scale(point, step)
            )
            for name, step in point.backward.gradients.items()
        ]


def _computed(point: Point) -> dict[Node, Any]:
    one = Widened()
    namespace = BallNamespace(one)
    values: dict[Node, Any] = {}
    for node in point.backward.order:
        op = node.op
        if op is None:
            given = np.asarray(point.inputs[str(node.name)])
            values[node] = as_objects(given) if given.dtype.kind in "iu" else _points(given)
            continue
        if op is JACOBIAN:
            continue
        arguments = [values[source] for source in node.inputs]
        parameters = point.parameters(node)
        try:
            if is_elementwise(op):
                values[node] = each(lambda *z, op=op, p=parameters: op.numeric(one, *z, *p), *arguments)
            else:
                values[node] = as_objects(op.numeric(namespace, *arguments, *parameters))
        except AttributeError as error:
            raise InputError(f"rigorous = True: {op.name} cannot be enclosed ({error})") from None
        except DomainError as error:
            raise DomainError(f"{node.name or op.label} cannot be enclosed: {error}") from None
    return values


def _points(given: Any) -> Any:
    """Return doubles as balls, each what it is exactly."""
    return boxed(map(balls.library().arb, given.reshape(-1).tolist()), given.shape)


def _scale(point: Point, step: Step) -> float:
    """Return the largest entry of a gradient, or of what is summed to it and may cancel."""
    nodes = [step.node, *(part.node for part in step.parts if part.contributes)]
    return max(float(np.max(np.abs(point.values[node]), initial=0.0)) for node in nodes)


def _judged(name: str, value: Any, doubles: Any, largest: float) -> Enclosed:
    entries = _balls(value)
    flat = np.broadcast_to(doubles, value.shape).reshape(-1)
    middles = np.asarray(list(map(float, entries)))
    radii = np.asarray(list(map(float, map(balls.library().arb.rad, entries))))
    if not (np.all(np.isfinite(middles)) and np.all(np.isfinite(radii))):
        raise DomainError(f"d{name} cannot be enclosed: an entry is not finite")
    radius = float(np.max(radii, initial=0.0))
    distance = _distance(entries, middles, radii, flat)
    unit = float(np.spacing(largest)) if largest else float(np.spacing(1.0))
    ulps = distance / unit
    relative = radius / largest if largest else radius
    holds = bool(ulps <= MOST_ULPS)
    verdict = (
        f"the doubles lie within {ulps:.3g} last bits of the largest entry"
        if holds
        else f"the doubles are {ulps:.3g} last bits of the largest entry away, more than rounding explains"
    )
    how = f"d{name}: enclosed to ±{radius:.1e} ({relative:.1e} of the largest entry or summand); {verdict}"
    return Enclosed(name, radius, relative, ulps, holds, how)


def _distance(entries: Sequence[Any], middles: Any, radii: Any, doubles: Any) -> float:
    """Return a lower bound of the largest distance of a double from what its ball encloses.

    Only where it may be the largest is it computed in balls.

    Args:
        entries: The balls.
        middles: Their middles, rounded to doubles.
        radii: Their radii.
        doubles: The doubles.
    """
    if not len(entries):
        return 0.0
    roughly = np.abs(middles - doubles)
    slack = radii + np.spacing(np.abs(middles)) + np.spacing(roughly)
    chosen = np.flatnonzero(roughly + slack >= np.max(roughly - slack))
    return max(float((entries[n] - float(doubles[n])).abs_lower()) for n in chosen.tolist())


class Widened:
    """The functions of `balls`, for which a long decimal in an op's implementation is a ball.

    0.3989422804014327 stands for 1/√(2π) and is off by up to half of its last bit; 0.5 is exact. Data come in
    as balls already, each a point.

    >>> import pytest
    >>> _ = pytest.importorskip("flint")
    >>> Widened().multiply(0.1, 1).overlaps(balls.constant(1) / 10)
    True
    """

    def __getattr__(self, name: str) -> Any:
        function = getattr(balls, name)
        if not callable(function):
            return function

        def applied(*values: Any) -> Any:
            return function(*[_widened(value) if isinstance(value, float) else value for value in values])

        setattr(self, name, applied)
        return applied


def _widened(value: float) -> Any:
    if value * 2**_SHORT == int(value * 2**_SHORT):
        return value
    return balls.library().arb(value, float(np.spacing(abs(value))))


class BallNamespace(ObjectNamespace):
    """The functions of `ObjectNamespace` for balls, with python-flint's own matrix products."""

    def __init__(self, one: Any) -> None:
        super().__init__(one)
        # By the array that they were made from, which is kept so that no other takes its place.
        self._matrices: dict[int, tuple[Any, Any]] = {}

    def einsum(self, operands: Sequence[Any], pattern: str, shape: tuple[int, ...]) -> Any:
        """Sum products over the indices of a pattern, as a matrix product where it is one."""
        terms, result = terms_of(pattern)
        arrays = [as_objects(operand) for operand in operands]
        if len(arrays) == 1 and len(set(terms[0])) == len(terms[0]) and set(terms[0]) <= set(result):
            return _moved(arrays[0], terms[0], result, shape)
        if len(arrays) == 2 and _is_matrix_product(terms[0], terms[1], result):  # noqa: PLR2004 - a product of two
            return self._product(arrays, terms, result, shape)
        return super().einsum(arrays, pattern, shape)

    def _product(
        self, arrays: Sequence[Any], terms: Sequence[str], result: str, shape: tuple[int, ...]
    ) -> Any:
        left, right = terms
        sizes = dict(zip(left + right, (*arrays[0].shape, *arrays[1].shape), strict=True))
        batch = [letter for letter in left if letter in right and letter in result]
        summed = [letter for letter in left if letter in right and letter not in result]
        rows = [letter for letter in left if letter not in right]
        columns = [letter for letter in right if letter not in left]
        entries: list[Any] = []
        for one, other in zip(
            self._laid(arrays[0], left, (batch, rows, summed)),
            self._laid(arrays[1], right, (batch, summed, columns)),
            strict=True,
        ):
            entries += (one * other).entries()
        order = [*batch, *rows, *columns]
        made = boxed(entries, tuple(sizes[letter] for letter in order))
        return made.transpose([order.index(letter) for letter in result]).reshape(shape)

    def _laid(self, array: Any, term: str, groups: Sequence[Sequence[str]]) -> list[Any]:
        """Lay an array out as matrices, one for each index of the first group."""
        batch, rows, columns = groups
        if not batch and len(rows) == len(columns) == 1:
            matrix = self._matrix(array)
            return [matrix if term == rows[0] + columns[0] else matrix.transpose()]
        count = [math.prod(array.shape[term.index(letter)] for letter in group) for group in groups]
        flat = array.transpose([term.index(c) for c in (*batch, *rows, *columns)]).reshape(count[0], -1)
        return [_arb_mat(count[1], count[2], part) for part in flat]

    def _matrix(self, array: Any) -> Any:
        """Return the matrix of an array; that of a weight is used on the way there and back."""
        if id(array) not in self._matrices:
            rows, columns = array.shape
            self._matrices[id(array)] = array, _arb_mat(rows, columns, array)
        return self._matrices[id(array)][1]


def _arb_mat(rows: int, columns: int, array: Any) -> Any:
    return balls.library().arb_mat(rows, columns, _balls(array))


def _balls(array: Any) -> list[Any]:
    entries: list[Any] = array.reshape(-1).tolist()
    # Nearly always all are balls, which is quickly seen.
    return entries if {*map(type, entries)} == {balls.library().arb} else list(map(balls.constant, entries))


def _moved(array: Any, term: str, result: str, shape: tuple[int, ...]) -> Any:
    kept = [letter for letter in result if letter in term]
    moved = array.transpose([term.index(letter) for letter in kept])
    wide = moved.reshape([size if letter in term else 1 for letter, size in zip(result, shape, strict=True)])
    return np.broadcast_to(wide, shape)


def _is_matrix_product(left: str, right: str, result: str) -> bool:
    single = all(len(set(term)) == len(term) for term in (left, right, result))
    only_one = (set(left) ^ set(right)) <= set(result)
    return single and only_one and set(result) <= set(left + right)
