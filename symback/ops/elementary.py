"""Elementary functions: exponential, logarithm, roots, trigonometric and hyperbolic functions."""

from __future__ import annotations

from typing import Final

from symback.core.op import Kind, Kink, Op
from symback.notation import forms
from symback.notation.tree import Letters

_CALCULUS: Final = "Abramowitz & Stegun, Handbook of Mathematical Functions, ch. 4"
_NORMAL: Final = "Abramowitz & Stegun, Handbook of Mathematical Functions, ch. 7 and 26"
_POSITIVE: Final = (0.2, 3.0)

EXP = Op(
    name="exp",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.exp(z),
    numeric=lambda xp, z: xp.exp(z),
    form=forms.word("exp"),
    textbook=(lambda f, z, y: y,),
    prose="The exponential function is its own derivative.",
    source=_CALCULUS,
    peers={"torch": "exp", "jax": "numpy.exp"},
)

LOG = Op(
    name="log",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.log(z),
    numeric=lambda xp, z: xp.log(z),
    form=forms.word("ln"),
    sample=_POSITIVE,
    prose="The natural logarithm grows in inverse proportion to its argument.",
    source=_CALCULUS,
    peers={"torch": "log", "jax": "numpy.log"},
)

SQRT = Op(
    name="sqrt",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.sqrt(z),
    numeric=lambda xp, z: xp.sqrt(z),
    form=forms.SquareRoot(),
    textbook=(lambda f, z, y: 1 / (2 * y),),
    sample=_POSITIVE,
    prose="The square root's derivative is one over twice the root.",
    source=_CALCULUS,
    peers={"torch": "sqrt", "jax": "numpy.sqrt"},
)

SQUARE = Op(
    name="square",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: z**2,
    numeric=lambda xp, z: xp.multiply(z, z),
    form=forms.Power(2),
    prose="The square's derivative is twice its argument.",
    source=_CALCULUS,
    peers={"torch": "square", "jax": "numpy.square"},
)

RECIPROCAL = Op(
    name="reciprocal",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: 1 / z,
    numeric=lambda xp, z: xp.divide(1, z),
    form=forms.Reciprocal(),
    textbook=(lambda f, z, y: -(y**2),),
    sample=_POSITIVE,
    prose="The reciprocal falls with the square of its value.",
    source=_CALCULUS,
    peers={"torch": "reciprocal", "jax": "numpy.reciprocal"},
)

SIN = Op(
    name="sin",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.sin(z),
    numeric=lambda xp, z: xp.sin(z),
    form=forms.word("sin"),
    prose="The sine's derivative is the cosine.",
    source=_CALCULUS,
    peers={"torch": "sin", "jax": "numpy.sin"},
)

COS = Op(
    name="cos",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.cos(z),
    numeric=lambda xp, z: xp.cos(z),
    form=forms.word("cos"),
    prose="The cosine's derivative is minus the sine.",
    source=_CALCULUS,
    peers={"torch": "cos", "jax": "numpy.cos"},
)

SINH = Op(
    name="sinh",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.sinh(z),
    numeric=lambda xp, z: xp.sinh(z),
    form=forms.word("sinh"),
    prose="The hyperbolic sine's derivative is the hyperbolic cosine.",
    source=_CALCULUS,
    peers={"torch": "sinh", "jax": "numpy.sinh"},
)

COSH = Op(
    name="cosh",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.cosh(z),
    numeric=lambda xp, z: xp.cosh(z),
    form=forms.word("cosh"),
    prose="The hyperbolic cosine's derivative is the hyperbolic sine.",
    source=_CALCULUS,
    peers={"torch": "cosh", "jax": "numpy.cosh"},
)

TANH = Op(
    name="tanh",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.tanh(z),
    numeric=lambda xp, z: xp.tanh(z),
    form=forms.word("tanh"),
    textbook=(lambda f, z, y: 1 - y**2,),
    prose="The hyperbolic tangent flattens where its value nears ±1.",
    source=_CALCULUS,
    peers={"torch": "tanh", "jax": "numpy.tanh"},
)

EXPM1 = Op(
    name="expm1",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.exp(z) - 1,
    numeric=lambda xp, z: xp.expm1(z),
    form=forms.word("expm1"),
    # Not y + 1, which loses its digits where y nears −1.
    textbook=(lambda f, z, y: f.exp(z),),
    prose="The exponential less 1, exact near 0; its derivative is the exponential.",
    source=_CALCULUS,
    peers={"torch": "expm1", "jax": "numpy.expm1"},
)

LOG1P = Op(
    name="log1p",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.log(1 + z),
    numeric=lambda xp, z: xp.log1p(z),
    form=forms.word("log1p"),
    textbook=(lambda f, z, y: 1 / (1 + z),),
    sample=_POSITIVE,
    prose="The logarithm of 1 more than its argument, exact near 0.",
    source=_CALCULUS,
    peers={"torch": "log1p", "jax": "numpy.log1p"},
)

RSQRT = Op(
    name="rsqrt",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: 1 / sp.sqrt(z),
    numeric=lambda xp, z: xp.divide(1, xp.sqrt(z)),
    form=forms.ReciprocalRoot(),
    textbook=(lambda f, z, y: -(y**3 / 2),),
    sample=_POSITIVE,
    prose="The reciprocal of the square root.",
    source=_CALCULUS,
    peers={"torch": "rsqrt", "jax": "lax.rsqrt"},
)

CUBE = Op(
    name="cube",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: z**3,
    numeric=lambda xp, z: xp.power(z, 3),
    form=forms.Power(3),
    prose="The cube's derivative is three times the square.",
    source=_CALCULUS,
    peers={"torch": lambda torch, z: z**3, "jax": lambda jax, z: z**3},
)

TAN = Op(
    name="tan",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.tan(z),
    numeric=lambda xp, z: xp.tan(z),
    form=forms.word("tan"),
    textbook=(lambda f, z, y: 1 + y**2,),
    sample=(-1.2, 1.2),
    prose="The tangent's derivative is 1 plus its own square.",
    source=_CALCULUS,
    peers={"torch": "tan", "jax": "numpy.tan"},
)

ATAN = Op(
    name="atan",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.atan(z),
    numeric=lambda xp, z: xp.atan(z),
    form=forms.word("arctan"),
    textbook=(lambda f, z, y: 1 / (1 + z**2),),
    prose="The angle whose tangent is given.",
    source=_CALCULUS,
    peers={"torch": "atan", "jax": "numpy.arctan"},
)

ASINH = Op(
    name="asinh",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.asinh(z),
    numeric=lambda xp, z: xp.asinh(z),
    form=forms.word("arsinh"),
    textbook=(lambda f, z, y: 1 / f.sqrt(1 + z**2),),
    prose="The inverse of the hyperbolic sine.",
    source=_CALCULUS,
    peers={"torch": "asinh", "jax": "numpy.arcsinh"},
)

ABS = Op(
    name="abs",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.Piecewise((z, z > 0), (-z, True)),
    numeric=lambda xp, z: xp.abs(z),
    form=forms.Bars(),
    textbook=(lambda f, z, y: f.sign(z),),
    # Halfway between the slopes −1 and 1: 0 at 0, as PyTorch has it.
    kinks=lambda: (Kink(0, 0.5),),
    prose="The absolute value rises where its argument is positive and falls where it is negative.",
    source=_CALCULUS,
    peers={"torch": "abs", "jax": "numpy.abs"},
)

SIGN = Op(
    name="sign",
    kind=Kind.PIECEWISE_CONSTANT,
    forward=lambda sp, z: sp.Piecewise((1, z > 0), (0, sp.Eq(z, 0)), (-1, True)),
    numeric=lambda xp, z: xp.subtract(xp.where(xp.gt(z, 0), 1, 0), xp.where(xp.lt(z, 0), 1, 0)),
    form=forms.word("sign"),
    kinks=lambda: (Kink(0, 0),),
    prose="The sign is constant wherever it does not jump: its derivative is 0.",
    source=_CALCULUS,
    peers={"torch": "sign", "jax": "numpy.sign"},
)

ERF = Op(
    name="erf",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.erf(z),
    numeric=lambda xp, z: xp.erf(z),
    form=forms.word("erf"),
    prose="The error function; its derivative is a Gaussian bell.",
    source=_NORMAL,
    peers={"torch": "erf", "jax": "scipy.special.erf"},
)

NORMAL_CDF = Op(
    name="normal_cdf",
    label="Φ",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: (1 + sp.erf(z / sp.sqrt(2))) / 2,
    numeric=lambda xp, z: xp.multiply(0.5, xp.add(1, xp.erf(xp.multiply(z, 0.5**0.5)))),
    form=forms.Function(Letters("Φ", "upright")),
    textbook=(lambda f, z, y: f.normal_pdf(z),),
    prose="The distribution function of the standard normal; its derivative is the density.",
    source=_NORMAL,
    peers={"torch": "special.ndtr", "jax": "scipy.special.ndtr"},
)

NORMAL_PDF = Op(
    name="normal_pdf",
    label="φ",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi),
    numeric=lambda xp, z: xp.multiply(0.3989422804014327, xp.exp(xp.multiply(-0.5, xp.multiply(z, z)))),
    form=forms.Function(Letters("ϕ")),
    textbook=(lambda f, z, y: -(z * y),),
    prose="The density of the standard normal distribution.",
    source=_NORMAL,
)

RECORDS: Final = (
    EXP,
    LOG,
    SQRT,
    SQUARE,
    RECIPROCAL,
    SIN,
    COS,
    SINH,
    COSH,
    TANH,
    EXPM1,
    LOG1P,
    RSQRT,
    CUBE,
    TAN,
    ATAN,
    ASINH,
    ABS,
    SIGN,
    ERF,
    NORMAL_CDF,
    NORMAL_PDF,
)
