"""The largest and the smallest of several values."""

from __future__ import annotations

from typing import Final

from symback.core.op import VARIADIC, Kind, Op
from symback.notation import forms

_SOURCE: Final = "Danskin's theorem; ties as PyTorch's amax splits them"

MAXIMUM = Op(
    name="maximum",
    label="max",
    kind=Kind.SELECTING,
    arity=VARIADIC,
    forward=lambda sp, *values: sp.Max(*values),
    numeric=lambda xp, *values: xp.maximum(*values),
    form=forms.word("max"),
    prose="The largest value passes its change on; tied ones share it evenly.",
    source=_SOURCE,
    peers={"torch": lambda torch, *values: torch.stack(torch.broadcast_tensors(*values)).amax(0)},
)

MINIMUM = Op(
    name="minimum",
    label="min",
    kind=Kind.SELECTING,
    arity=VARIADIC,
    forward=lambda sp, *values: sp.Min(*values),
    numeric=lambda xp, *values: xp.minimum(*values),
    form=forms.word("min"),
    prose="The smallest value passes its change on; tied ones share it evenly.",
    source=_SOURCE,
    peers={"torch": lambda torch, *values: torch.stack(torch.broadcast_tensors(*values)).amin(0)},
)

RECORDS: Final = (MAXIMUM, MINIMUM)
