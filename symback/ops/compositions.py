"""Named functions that are compositions of other ops, with numbers of their own for stability."""

from __future__ import annotations

from typing import Any, Final

from symback.core.op import Kind, Op, Parameter
from symback.notation.forms import word
from symback.ops.reductions import reduced_shape

_SOURCE: Final = "Goodfellow, Bengio & Courville, Deep Learning (2016), 4.1 and 6.2.2.3"


def _softmax(f: Any, z: Any, axis: int) -> Any:
    e = f.exp(z)
    return e / f.sum(e, axis=axis, keepdims=True)


SOFTMAX = Op(
    name="softmax",
    kind=Kind.COMPOSITION,
    parameters=(Parameter("axis", -1),),
    numeric=lambda xp, z, axis: xp.softmax(z, axis),
    composition=_softmax,
    pullback=lambda f, upstream, z, y, axis: y * (upstream - f.sum(upstream * y, axis=axis, keepdims=True)),
    form=word("softmax"),
    prose="Exponentials divided by their sum: each change is weighed against the mean change.",
    source=_SOURCE,
)

LOG_SOFTMAX = Op(
    name="log_softmax",
    kind=Kind.COMPOSITION,
    parameters=(Parameter("axis", -1),),
    numeric=lambda xp, z, axis: xp.log_softmax(z, axis),
    composition=lambda f, z, axis: z - f.log(f.sum(f.exp(z), axis=axis, keepdims=True)),
    pullback=lambda f, upstream, z, y, axis: (
        upstream - f.softmax(z, axis=axis) * f.sum(upstream, axis=axis, keepdims=True)
    ),
    form=word("log softmax"),
    prose="The logarithm of softmax: what is passed on, less the total weighed by softmax.",
    source=_SOURCE,
)


def _logsumexp_pullback(f: Any, upstream: Any, z: Any, y: Any, axes: tuple[int, ...], keepdims: bool) -> Any:  # noqa: FBT001, PLR0913 - the record's signature
    weights = (
        f.softmax(z, axis=axes[0]) if len(axes) == 1 else f.exp(z - f.spread(y, z.shape, axes, keepdims))
    )
    return f.spread(upstream, z.shape, axes, keepdims) * weights


LOGSUMEXP = Op(
    name="logsumexp",
    label="lse",
    kind=Kind.COMPOSITION,
    parameters=(Parameter("axes", ()), Parameter("keepdims", default=False)),
    numeric=lambda xp, z, axes, keepdims: xp.logsumexp(z, axes, keepdims),
    shape=reduced_shape,
    composition=lambda f, z, axes, keepdims: f.log(f.sum(f.exp(z), axis=axes, keepdims=keepdims)),
    pullback=_logsumexp_pullback,
    form=word("logsumexp"),
    prose="The logarithm of a sum of exponentials: each change is weighed by softmax.",
    source=_SOURCE,
)

RECORDS: Final = (SOFTMAX, LOG_SOFTMAX, LOGSUMEXP)
