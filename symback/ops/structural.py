"""Structural ops: entries are moved, not changed; the derivative is the transposed move."""

from __future__ import annotations

from typing import Any, Final

from symback.core.errors import InputError
from symback.core.op import VARIADIC, Kind, Op, Parameter
from symback.core.shapes import Shape, Size
from symback.notation.forms import word

_SOURCE: Final = "Griewank & Walther, Evaluating Derivatives (2008), ch. 3: linear moves"

Slices = tuple[tuple[Size, "Size | None", int], ...]
"""For each axis where to start, where to stop, and the step."""

RESHAPE = Op(
    name="reshape",
    kind=Kind.STRUCTURAL,
    parameters=(Parameter("sizes", ()),),
    numeric=lambda xp, z, sizes: xp.reshape(z, sizes),
    shape=lambda shapes, sizes: sizes,
    transposed=lambda f, upstream, position, arguments, sizes: f.reshape(upstream, arguments[0].shape),
    form=word("reshape"),
    prose="The entries keep their order and get other axes; so does the gradient, backwards.",
    source=_SOURCE,
)


def _sliced_shape(shapes: list[Shape], slices: Slices) -> Shape:
    return tuple(_length(size, part) for size, part in zip(shapes[0], slices, strict=True))


def _length(size: Size, part: tuple[Any, Any, int]) -> Size:
    """Return how many entries a slice takes; of an axis of unknown size all, or some from its start."""
    if isinstance(size, int):
        return len(range(size)[slice(*part)])
    return size if part == (0, size, 1) else part[1] - part[0]


def _taken(xp: Any, z: Any, slices: Any) -> Any:
    # Whether an entry exists along an axis of unknown size is known only now.
    for axis, (size, part) in enumerate(zip(z.shape, slices, strict=False)):
        if not range(size)[slice(*part)]:
            raise InputError(f"the index {part[0]} is out of range: axis {axis} has the size {size}")
    return xp.take_slices(z, slices)


SLICES = Op(
    name="slices",
    kind=Kind.STRUCTURAL,
    parameters=(Parameter("slices", ()),),
    numeric=_taken,
    shape=_sliced_shape,
    transposed=lambda f, upstream, position, arguments, slices: f.place(upstream, slices, arguments[0].shape),
    form=word("slice"),
    prose="Some entries are taken; their gradients go back to where they were, 0 to the others.",
    source=_SOURCE,
)

PLACE = Op(
    name="place",
    kind=Kind.STRUCTURAL,
    parameters=(Parameter("slices", ()), Parameter("sizes", ())),
    numeric=lambda xp, z, slices, sizes: xp.place(z, slices, sizes),
    shape=lambda shapes, slices, sizes: sizes,
    transposed=lambda f, upstream, position, arguments, slices, sizes: f.take_slices(upstream, slices),
    form=word("place"),
    prose="The entries stand among zeros; the gradient is read where they stand.",
    source=_SOURCE,
)


def _joined_shape(shapes: list[Shape], axis: int) -> Shape:
    joined = list(shapes[0])
    for shape in shapes[1:]:
        joined[axis] += shape[axis]  # type: ignore[operator]
    return tuple(joined)


def _part(f: Any, upstream: Any, position: int, arguments: Any, axis: int) -> Any:
    start = sum(argument.shape[axis] for argument in arguments[:position])
    stop = start + arguments[position].shape[axis]
    return f.take_slices(
        upstream,
        tuple((start, stop, 1) if n == axis else (0, size, 1) for n, size in enumerate(upstream.shape)),
    )


CONCATENATE = Op(
    name="concatenate",
    kind=Kind.STRUCTURAL,
    arity=VARIADIC,
    parameters=(Parameter("axis", 0),),
    numeric=lambda xp, *given: xp.concatenate(given[:-1], given[-1]),
    shape=_joined_shape,
    transposed=_part,
    form=word("concat"),
    prose="Arrays stand one after the other; each gets back its part of the gradient.",
    source=_SOURCE,
)

GATHER = Op(
    name="gather",
    kind=Kind.STRUCTURAL,
    arity=VARIADIC,
    parameters=(Parameter("sizes", ()),),
    numeric=lambda xp, z, *given: xp.gather(z, given[:-1]),
    shape=lambda shapes, sizes: sizes,
    transposed=lambda f, upstream, position, arguments, sizes: f.scatter_add(
        upstream, arguments[1:], arguments[0].shape
    ),
    index_arguments=(1, 2, 3, 4),
    form=word("look"),
    label="look-up",
    prose="Rows are looked up; where one is looked up several times, its gradients add up.",
    source=_SOURCE,
)

SCATTER_ADD = Op(
    name="scatter_add",
    kind=Kind.STRUCTURAL,
    arity=VARIADIC,
    parameters=(Parameter("sizes", ()),),
    numeric=lambda xp, z, *given: xp.scatter_add(z, given[:-1], given[-1]),
    shape=lambda shapes, sizes: sizes,
    transposed=lambda f, upstream, position, arguments, sizes: f.gather(upstream, arguments[1:]),
    index_arguments=(1, 2, 3, 4),
    form=word("scatter"),
    prose="Rows are added up where their indices say; the gradient is looked up there.",
    source=_SOURCE,
)

RECORDS: Final = (RESHAPE, SLICES, PLACE, CONCATENATE, GATHER, SCATTER_ADD)
