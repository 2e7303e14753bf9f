"""Every gradient enclosed in interval arithmetic: python-flint's balls hold the truth, rounding and all."""

from __future__ import annotations

import importlib
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
    flint = importlib.import_module("flint")
    with flint.ctx.workprec(PRECISION):
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
            values[node] = as_objects(given) if given.dtype.kind in "iu" else each(balls.constant, given)
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


def _scale(point: Point, step: Step) -> float:
    """Return the largest entry of a gradient, or of what is summed to it and may cancel."""
    nodes = [step.node, *(part.node for part in step.parts if part.contributes)]
    return max(float(np.max(np.abs(point.values[node]), initial=0.0)) for node in nodes)


def _judged(name: str, value: Any, doubles: Any, largest: float) -> Enclosed:
    entries = value.reshape(-1)
    flat = np.broadcast_to(doubles, value.shape).reshape(-1)
    if not all(entry.is_finite() for entry in map(balls.constant, entries)):
        raise DomainError(f"d{name} cannot be enclosed: an entry is not finite")
    radius = distance = 0.0
    for entry, double in zip(map(balls.constant, entries), flat, strict=True):
        radius = max(radius, float(entry.rad()))
        distance = max(distance, float((entry - float(double)).abs_lower()))
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
            return function(*map(_widened, values))

        setattr(self, name, applied)
        return applied


def _widened(value: Any) -> Any:
    if not isinstance(value, float) or value * 2**_SHORT == int(value * 2**_SHORT):
        return value
    return importlib.import_module("flint").arb(value, float(np.spacing(abs(value))))


class BallNamespace(ObjectNamespace):
    """The functions of `ObjectNamespace` for balls, with python-flint's own matrix products."""

    def einsum(self, operands: Sequence[Any], pattern: str, shape: tuple[int, ...]) -> Any:
        """Sum products over the indices of a pattern, as a matrix product where it is one."""
        terms, result = terms_of(pattern)
        arrays = [as_objects(operand) for operand in operands]
        if len(arrays) == 1 and len(set(terms[0])) == len(terms[0]) and set(terms[0]) <= set(result):
            return _moved(arrays[0], terms[0], result, shape)
        if len(arrays) == 2 and _is_matrix_product(terms[0], terms[1], result):  # noqa: PLR2004 - a product of two
            return _matrix_product(arrays, terms, result, shape)
        return super().einsum(arrays, pattern, shape)


def _moved(array: Any, term: str, result: str, shape: tuple[int, ...]) -> Any:
    kept = [letter for letter in result if letter in term]
    moved = array.transpose([term.index(letter) for letter in kept])
    wide = moved.reshape([size if letter in term else 1 for letter, size in zip(result, shape, strict=True)])
    return np.broadcast_to(wide, shape)


def _is_matrix_product(left: str, right: str, result: str) -> bool:
    single = all(len(set(term)) == len(term) for term in (left, right, result))
    only_one = (set(left) ^ set(right)) <= set(result)
    return single and only_one and set(result) <= set(left + right)


def _matrix_product(arrays: Sequence[Any], terms: Sequence[str], result: str, shape: tuple[int, ...]) -> Any:
    flint = importlib.import_module("flint")
    left, right = terms
    sizes = dict(zip(left + right, (*arrays[0].shape, *arrays[1].shape), strict=True))
    batch = [letter for letter in left if letter in right and letter in result]
    summed = [letter for letter in left if letter in right and letter not in result]
    rows = [letter for letter in left if letter not in right]
    columns = [letter for letter in right if letter not in left]
    count = [int(np.prod([sizes[letter] for letter in group])) for group in (batch, rows, summed, columns)]
    first = arrays[0].transpose([left.index(c) for c in (*batch, *rows, *summed)]).reshape(count[0], -1)
    second = arrays[1].transpose([right.index(c) for c in (*batch, *summed, *columns)]).reshape(count[0], -1)
    entries: list[Any] = []
    for a, b in zip(first, second, strict=True):
        one = flint.arb_mat(count[1], count[2], list(map(balls.constant, a)))
        other = flint.arb_mat(count[2], count[3], list(map(balls.constant, b)))
        entries += (one * other).entries()
    order = [*batch, *rows, *columns]
    made = boxed(entries, tuple(sizes[letter] for letter in order))
    return made.transpose([order.index(letter) for letter in result]).reshape(shape)
