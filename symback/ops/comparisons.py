"""Comparisons, worth 1 where they hold and 0 elsewhere, and the choice between two values."""

from __future__ import annotations

from typing import Any, Final

from symback.core.op import Kind, Op
from symback.notation import forms

_SOURCE: Final = "Iverson, A Programming Language (1962)"


def _comparison(name: str, sign: str, relation: str, words: str) -> Op:
    def forward(sp: Any, left: Any, right: Any) -> Any:
        return sp.Piecewise((1, getattr(sp, relation)(left, right)), (0, True))

    def numeric(xp: Any, left: Any, right: Any) -> Any:
        return xp.where(getattr(xp, name)(left, right), 1, 0)

    return Op(
        name=name,
        kind=Kind.PIECEWISE_CONSTANT,
        arity=2,
        forward=forward,
        numeric=numeric,
        form=forms.Compared(sign),
        prose=f"1 where the first is {words} the second, 0 elsewhere; it does not change with either.",
        source=_SOURCE,
    )


GT = _comparison("gt", ">", "Gt", "greater than")
GE = _comparison("ge", "≥", "Ge", "greater than or equal to")
LT = _comparison("lt", "<", "Lt", "less than")
LE = _comparison("le", "≤", "Le", "less than or equal to")
EQ = _comparison("eq", "=", "Eq", "equal to")

WHERE = Op(
    name="where",
    kind=Kind.SELECTING,
    arity=3,
    forward=lambda sp, condition, left, right: sp.Piecewise((left, sp.Ne(condition, 0)), (right, True)),
    numeric=lambda xp, condition, left, right: xp.where(xp.truth(condition), left, right),
    form=forms.Choice(),
    textbook=(
        lambda f, condition, left, right, y: f.constant(0),
        lambda f, condition, left, right, y: f.where(condition, 1, 0),
        lambda f, condition, left, right, y: f.where(condition, 0, 1),
    ),
    prose="The chosen branch passes its change on, the other one nothing.",
    source=_SOURCE,
)

RECORDS: Final = (GT, GE, LT, LE, EQ, WHERE)
