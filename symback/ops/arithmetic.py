"""Arithmetic: constants, sums, products, quotients, powers."""

from __future__ import annotations

from typing import Any, Final

from symback.core.op import VARIADIC, Kind, Op, Parameter
from symback.notation import forms
from symback.notation.tree import Letters
from symback.ops.sympy_numbers import exact

_ARITHMETIC: Final = "Elementary arithmetic"
_CALCULUS: Final = "Spivak, Calculus, ch. 10"
_POSITIVE: Final = (0.2, 3.0)

CONSTANT = Op(
    name="constant",
    kind=Kind.PIECEWISE_CONSTANT,
    arity=0,
    parameters=(Parameter("value", 0),),
    forward=exact,
    numeric=lambda xp, value: xp.constant(value),
    form=forms.Numeral(),
    prose="A number that stays what it is.",
    source=_ARITHMETIC,
)

PI = Op(
    name="pi",
    kind=Kind.PIECEWISE_CONSTANT,
    arity=0,
    forward=lambda sp: sp.pi,
    numeric=lambda xp: xp.constant(3.141592653589793),
    form=forms.Constant(Letters("π")),
    prose="The ratio of a circle's circumference to its diameter.",
    source=_ARITHMETIC,
)

ADD = Op(
    name="add",
    label="sum",
    kind=Kind.ELEMENTWISE,
    arity=VARIADIC,
    forward=lambda sp, *terms: sp.Add(*terms),
    numeric=lambda xp, *terms: xp.add(*terms),
    form=forms.Plus(),
    # SymPy gives the same, but imports a tenth of itself when it first adds two symbols.
    textbook=(lambda f, *terms: f.constant(1),) * 2,
    prose="Each term passes its change on to the sum unchanged.",
    source=_CALCULUS,
)

SUB = Op(
    name="sub",
    kind=Kind.ELEMENTWISE,
    arity=2,
    forward=lambda sp, left, right: left - right,
    numeric=lambda xp, left, right: xp.subtract(left, right),
    form=forms.Minus(),
    prose="What is taken away passes its change on with the opposite sign.",
    source=_CALCULUS,
)

NEG = Op(
    name="neg",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: -z,
    numeric=lambda xp, z: xp.negative(z),
    form=forms.Negative(),
    prose="The sign changes, and so does that of the derivative.",
    source=_CALCULUS,
)

MUL = Op(
    name="mul",
    kind=Kind.ELEMENTWISE,
    arity=2,
    forward=lambda sp, left, right: left * right,
    numeric=lambda xp, left, right: xp.multiply(left, right),
    form=forms.Times(),
    prose="The derivative of a product with respect to one factor is the other factor.",
    source=_CALCULUS,
)

DIV = Op(
    name="div",
    kind=Kind.ELEMENTWISE,
    arity=2,
    forward=lambda sp, left, right: left / right,
    numeric=lambda xp, left, right: xp.divide(left, right),
    form=forms.Over(),
    textbook=(lambda f, left, right, y: 1 / right, lambda f, left, right, y: -(left / right**2)),
    sample=_POSITIVE,
    prose="A quotient is a product with the reciprocal.",
    source=_CALCULUS,
)


def _power_rule(f: Any, z: Any, y: Any, exponent: Any) -> Any:  # noqa: ARG001 - the record's signature
    if exponent in (0, 1):
        return f.constant(exponent)
    return exponent * z ** (exponent - 1)


POWER = Op(
    name="power",
    kind=Kind.ELEMENTWISE,
    parameters=(Parameter("exponent", 2),),
    forward=lambda sp, z, exponent: z ** exact(sp, exponent),
    numeric=lambda xp, z, exponent: xp.power(z, exponent),
    form=forms.Power(),
    textbook=(_power_rule,),
    sample=_POSITIVE,
    prose="The exponent comes down as a factor and is lowered by one.",
    source=_CALCULUS,
)

POW = Op(
    name="pow",
    kind=Kind.ELEMENTWISE,
    arity=2,
    forward=lambda sp, base, exponent: base**exponent,
    numeric=lambda xp, base, exponent: xp.power(base, exponent),
    form=forms.Power(),
    textbook=(
        lambda f, base, exponent, y: exponent * base ** (exponent - 1),
        lambda f, base, exponent, y: y * f.log(base),
    ),
    sample=_POSITIVE,
    prose="In the base it is a power, in the exponent an exponential function.",
    source=_CALCULUS,
)

RECORDS: Final = (CONSTANT, PI, ADD, SUB, NEG, MUL, DIV, POWER, POW)
