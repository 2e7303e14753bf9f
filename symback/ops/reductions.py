"""The largest and the smallest entry along axes, and constants that stand for whole arrays."""

from __future__ import annotations

from typing import Any, Final

from symback.core.op import Kind, Op, Parameter
from symback.core.shapes import Shape, count
from symback.notation.forms import Selected, word

_SOURCE: Final = "Danskin's theorem; ties as PyTorch's max(dim) and max() pass them on"


def without_axes(shape: Shape, axes: tuple[int, ...], *, keep: bool) -> Shape:
    """Return a shape without some axes, or with size 1 in their place.

    >>> without_axes(("N", 4), (1,), keep=True)
    ('N', 1)
    """
    if keep:
        return tuple(1 if n in axes else size for n, size in enumerate(shape))
    return tuple(size for n, size in enumerate(shape) if n not in axes)


def reduced_shape(shapes: list[Shape], axes: tuple[int, ...], keepdims: bool) -> Shape:  # noqa: FBT001 - a record's parameter
    """Return the shape that a reduction leaves, as the shape rule of a record.

    >>> reduced_shape([("N", 4)], (1,), False)
    ('N',)
    """
    return without_axes(shapes[0], axes, keep=keepdims)


def shares_evenly(shape: Shape, axes: tuple[int, ...]) -> bool:
    """Say whether tied entries share: over everything and over several axes, as PyTorch's max() and amax.

    Along one axis of several the first of them gets all, as with PyTorch's max(dim).

    >>> shares_evenly((3,), (0,)), shares_evenly((3, 4), (1,)), shares_evenly((3, 4), (0, 1))
    (True, False, True)
    """
    return len(axes) == len(shape) or len(axes) > 1


def _share(largest: int) -> Any:
    return lambda f, z, kink, axes, keepdims: f.extreme_share(
        z, axes, largest, int(shares_evenly(z.shape, axes))
    )


_PARAMETERS: Final = (Parameter("axes", ()), Parameter("keepdims", default=False))

AMAX = Op(
    name="amax",
    label="max",
    kind=Kind.SELECTING,
    parameters=_PARAMETERS,
    numeric=lambda xp, z, axes, keepdims: xp.amax(z, axes, keepdims),
    shape=reduced_shape,
    share=_share(1),
    form=word("max"),
    prose="The largest entry passes its change on; of tied ones along one axis the first does.",
    source=_SOURCE,
)

AMIN = Op(
    name="amin",
    label="min",
    kind=Kind.SELECTING,
    parameters=_PARAMETERS,
    numeric=lambda xp, z, axes, keepdims: xp.amin(z, axes, keepdims),
    shape=reduced_shape,
    share=_share(0),
    form=word("min"),
    prose="The smallest entry passes its change on; of tied ones along one axis the first does.",
    source=_SOURCE,
)

EXTREME_SHARE = Op(
    name="extreme_share",
    kind=Kind.PIECEWISE_CONSTANT,
    parameters=(Parameter("axes", ()), Parameter("largest", 1), Parameter("even", 0)),
    numeric=lambda xp, z, axes, largest, even: xp.extreme_share(z, axes, bool(largest), bool(even)),
    shape=lambda shapes, *parameters: shapes[0],
    form=Selected(),
    prose="1 at the entry that is selected, 0 elsewhere; tied ones may share.",
    source=_SOURCE,
)

SIZE = Op(
    name="size",
    kind=Kind.PIECEWISE_CONSTANT,
    arity=0,
    parameters=(Parameter("sizes", ()),),
    numeric=lambda xp, sizes: xp.constant(count(sizes)),
    shape=lambda shapes, sizes: (),
    form=word("size"),
    prose="A number of entries.",
    source="Counting",
)

ARRAY = Op(
    name="array",
    kind=Kind.PIECEWISE_CONSTANT,
    arity=0,
    parameters=(Parameter("entries", ()),),
    numeric=lambda xp, entries: xp.constant_array(entries),
    shape=lambda shapes, entries: _shape_of(entries),
    form=word("array"),
    prose="An array of numbers that stay what they are.",
    source="Elementary arithmetic",
)


INDICES = Op(
    name="indices",
    kind=Kind.PIECEWISE_CONSTANT,
    arity=0,
    parameters=(Parameter("entries", ()),),
    numeric=lambda xp, entries: xp.index_array(entries),
    shape=lambda shapes, entries: _shape_of(entries),
    form=word("array"),
    prose="Integers that say where to look something up.",
    source="Elementary arithmetic",
)


def _shape_of(entries: Any) -> Shape:
    return (len(entries), *_shape_of(entries[0])) if isinstance(entries, tuple) else ()


ONE_HOT = Op(
    name="one_hot",
    kind=Kind.PIECEWISE_CONSTANT,
    parameters=(Parameter("classes", (1,)),),
    numeric=lambda xp, labels, classes: xp.one_hot(labels, classes[0]),
    shape=lambda shapes, classes: (*shapes[0], classes[0]),
    index_arguments=(0,),
    form=word("onehot"),
    prose="A row for each label: 1 at the label, 0 elsewhere.",
    source="Bishop, Pattern Recognition and Machine Learning (2006), 4.1.2",
)

STOP_GRADIENT = Op(
    name="stop_gradient",
    label="stop",
    kind=Kind.PIECEWISE_CONSTANT,
    numeric=lambda xp, z: z,
    forward=lambda sp, z: z,
    form=word("stop"),
    prose="The value passes, the gradient does not.",
    source="Chen & He, Exploring Simple Siamese Representation Learning (2021)",
)

RECORDS: Final = (AMAX, AMIN, EXTREME_SHARE, SIZE, ARRAY, INDICES, ONE_HOT, STOP_GRADIENT)
