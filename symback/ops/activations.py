"""Smooth activation functions."""

from __future__ import annotations

from typing import Any, Final

from symback.core.op import Kind, Kink, Op, Parameter
from symback.notation import forms
from symback.notation.tree import Letters
from symback.ops.sympy_numbers import exact

_LEFT: Final = 0

# The constants of self-normalising networks, Klambauer et al. 2017: λ and λα.
_SELU_SCALE: Final = 1.0507009873554805
_SELU_PRODUCT: Final = 1.7580993408473766
_QUICK_GELU: Final = 1.702
_TANH_GELU: Final = 0.7978845608028654  # √(2/π)

_LEVELS: Final = range(19, 2, -2)
_NEAR: Final = 1


def _sigmoid(xp: Any, z: Any) -> Any:
    # Only exp of negative numbers: never overflows.
    e = xp.exp(xp.negative(xp.abs(z)))
    return xp.divide(xp.where(xp.ge(z, 0), 1, e), xp.add(1, e))


def _softplus(xp: Any, z: Any) -> Any:
    return xp.add(xp.maximum(z, 0), xp.log1p(xp.exp(xp.negative(xp.abs(z)))))


def _exp_branch(xp: Any, z: Any, alpha: Any) -> Any:
    """α(eᶻ − 1) for z ≤ 0, without overflow for the others."""
    return xp.multiply(alpha, xp.expm1(xp.minimum(z, 0)))


def _gelu_tanh(xp: Any, z: Any) -> Any:
    # (1 + tanh u) / 2 is σ(2u), which keeps its digits where tanh nears −1.
    u = xp.multiply(_TANH_GELU, xp.add(z, xp.multiply(0.044715, xp.power(z, 3))))
    return xp.multiply(z, _sigmoid(xp, xp.multiply(2, u)))


def _tanhshrink(xp: Any, z: Any) -> Any:
    # Near 0, z and tanh z cancel. Lambert's continued fraction tanh z = z / (1 + q) with
    # q = z² / (3 + z² / (5 + …)) gives z · q / (1 + q) instead; nine levels are exact up to |z| = 1.
    near = xp.minimum(xp.maximum(z, -_NEAR), _NEAR)
    square = xp.multiply(near, near)
    q: Any = 0
    for level in _LEVELS:
        q = xp.divide(square, xp.add(level, q))
    small = xp.divide(xp.multiply(near, q), xp.add(1, q))
    return xp.where(xp.lt(xp.abs(z), _NEAR), small, xp.subtract(z, xp.tanh(z)))


IDENTITY = Op(
    name="identity",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: z,
    numeric=lambda xp, z: z,
    form=forms.Transparent(),
    prose="Passes everything on as it is.",
    source="Elementary calculus",
)

SIGMOID = Op(
    name="sigmoid",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: 1 / (1 + sp.exp(-z)),
    numeric=_sigmoid,
    form=forms.Function(Letters("σ")),
    textbook=(lambda f, z, y: y * (1 - y),),
    prose="Squeezes every number into (0, 1); steepest in the middle.",
    source="Goodfellow, Bengio & Courville, Deep Learning (2016), sec. 3.10",
    peers={"torch": "sigmoid", "jax": "nn.sigmoid"},
)

SOFTPLUS = Op(
    name="softplus",
    kind=Kind.ELEMENTWISE,
    parameters=(Parameter("beta", 1, "a positive number", lambda beta: beta > 0),),
    forward=lambda sp, z, beta: sp.log(1 + sp.exp(exact(sp, beta) * z)) / exact(sp, beta),
    numeric=lambda xp, z, beta: xp.divide(_softplus(xp, xp.multiply(beta, z)), beta),
    form=forms.word("softplus"),
    textbook=(lambda f, z, y, beta: f.sigmoid(z if beta == 1 else beta * z),),
    prose="A smooth ReLU; its derivative is the sigmoid.",
    source="Dugas et al., Incorporating Second-Order Functional Knowledge (2001)",
    peers={
        # PyTorch's own is linear from βz = 20 on, where a double still sees the difference.
        "torch": lambda torch, z, beta: torch.nn.functional.softplus(z, beta, 40),
        "jax": lambda jax, z, beta: jax.nn.softplus(beta * z) / beta,
    },
)

ELU = Op(
    name="elu",
    label="ELU",
    kind=Kind.ELEMENTWISE,
    parameters=(Parameter("alpha", 1),),
    forward=lambda sp, z, alpha: sp.Piecewise((z, z > 0), (exact(sp, alpha) * (sp.exp(z) - 1), True)),
    numeric=lambda xp, z, alpha: xp.where(xp.gt(z, 0), z, _exp_branch(xp, z, alpha)),
    form=forms.word("ELU"),
    kinks=lambda alpha: (Kink(0, _LEFT),) if alpha != 1 else (),
    prose="Passes positive values on and lets the others saturate at −α.",
    source="Clevert, Unterthiner & Hochreiter, Fast and Accurate Deep Network Learning by ELUs (2015)",
    peers={"torch": "nn.functional.elu", "jax": "nn.elu"},
)

CELU = Op(
    name="celu",
    label="CELU",
    kind=Kind.ELEMENTWISE,
    parameters=(Parameter("alpha", 1, "a positive number", lambda alpha: alpha > 0),),
    forward=lambda sp, z, alpha: sp.Piecewise(
        (z, z > 0), (exact(sp, alpha) * (sp.exp(z / exact(sp, alpha)) - 1), True)
    ),
    numeric=lambda xp, z, alpha: xp.where(xp.gt(z, 0), z, _exp_branch(xp, xp.divide(z, alpha), alpha)),
    form=forms.word("CELU"),
    prose="An ELU whose two parts meet with the same slope for every α.",
    source="Barron, Continuously Differentiable Exponential Linear Units (2017)",
    # PyTorch's own rounds 1/α to float32.
    peers={
        "torch": lambda torch, z, alpha: torch.where(
            z > 0, z, alpha * torch.expm1(torch.clamp(z, max=0) / alpha)
        ),
        "jax": "nn.celu",
    },
)

SELU = Op(
    name="selu",
    label="SELU",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.Piecewise(
        (exact(sp, _SELU_SCALE) * z, z > 0),
        (exact(sp, _SELU_PRODUCT) * (sp.exp(z) - 1), True),
    ),
    numeric=lambda xp, z: xp.where(
        xp.gt(z, 0), xp.multiply(_SELU_SCALE, z), _exp_branch(xp, z, _SELU_PRODUCT)
    ),
    form=forms.word("SELU"),
    kinks=lambda: (Kink(0, _LEFT),),
    prose="A scaled ELU that keeps mean and variance from layer to layer.",
    source="Klambauer et al., Self-Normalizing Neural Networks (2017)",
    peers={"torch": "nn.functional.selu", "jax": "nn.selu"},
)

SILU = Op(
    name="silu",
    label="SiLU",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: z / (1 + sp.exp(-z)),
    numeric=lambda xp, z: xp.multiply(z, _sigmoid(xp, z)),
    form=forms.word("SiLU"),
    textbook=(lambda f, z, y: f.sigmoid(z) * (1 + z * (1 - f.sigmoid(z))),),
    prose="A value times its own sigmoid; also called swish.",
    source="Elfwing, Uchibe & Doya, Sigmoid-Weighted Linear Units (2017)",
    peers={"torch": "nn.functional.silu", "jax": "nn.silu"},
)

GELU = Op(
    name="gelu",
    label="GELU",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: z * (1 + sp.erf(z / sp.sqrt(2))) / 2,
    numeric=lambda xp, z: xp.multiply(xp.multiply(0.5, z), xp.add(1, xp.erf(xp.multiply(z, 0.5**0.5)))),
    form=forms.word("GELU"),
    textbook=(lambda f, z, y: f.normal_cdf(z) + z * f.normal_pdf(z),),
    prose="A value times the share of the standard normal distribution below it.",
    source="Hendrycks & Gimpel, Gaussian Error Linear Units (2016)",
    peers={
        "torch": "nn.functional.gelu",
        "jax": lambda jax, z: jax.nn.gelu(z, approximate=False),
    },
)

GELU_TANH = Op(
    name="gelu_tanh",
    label="GELUtanh",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: (
        z / 2 * (1 + sp.tanh(sp.sqrt(2 / sp.pi) * (z + sp.Rational(44715, 1000000) * z**3)))
    ),
    numeric=_gelu_tanh,
    form=forms.Function(Letters("GELUtanh", "upright")),
    textbook=(
        lambda f, z, y: (
            (1 + _gelu_tanh_inner(f, z)) / 2
            + z / 2 * (1 - _gelu_tanh_inner(f, z) ** 2) * f.sqrt(2 / f.pi()) * (1 + 0.134145 * z**2)
        ),
    ),
    prose="GELU with the normal distribution approximated through tanh.",
    source="Hendrycks & Gimpel, Gaussian Error Linear Units (2016)",
    peers={
        "torch": lambda torch, z: torch.nn.functional.gelu(z, approximate="tanh"),
        "jax": lambda jax, z: jax.nn.gelu(z, approximate=True),
    },
)


def _gelu_tanh_inner(f: Any, z: Any) -> Any:
    return f.tanh(f.sqrt(2 / f.pi()) * (z + 0.044715 * z**3))


QUICK_GELU = Op(
    name="quick_gelu",
    label="QuickGELU",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: z / (1 + sp.exp(-exact(sp, _QUICK_GELU) * z)),
    numeric=lambda xp, z: xp.multiply(z, _sigmoid(xp, xp.multiply(_QUICK_GELU, z))),
    form=forms.word("QuickGELU"),
    textbook=(
        lambda f, z, y: f.sigmoid(_QUICK_GELU * z) * (1 + _QUICK_GELU * z * (1 - f.sigmoid(_QUICK_GELU * z))),
    ),
    prose="GELU with the normal distribution approximated through the sigmoid.",
    source="Hendrycks & Gimpel, Gaussian Error Linear Units (2016)",
    peers={
        "torch": lambda torch, z: z * torch.sigmoid(_QUICK_GELU * z),
        "jax": lambda jax, z: z * jax.nn.sigmoid(_QUICK_GELU * z),
    },
)

TANHSHRINK = Op(
    name="tanhshrink",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: z - sp.tanh(z),
    numeric=_tanhshrink,
    form=forms.word("tanhshrink"),
    textbook=(lambda f, z, y: f.tanh(z) ** 2,),
    prose="What tanh leaves of a value.",
    source="PyTorch documentation, torch.nn.Tanhshrink",
    peers={"torch": "nn.functional.tanhshrink", "jax": lambda jax, z: z - jax.numpy.tanh(z)},
)

MISH = Op(
    name="mish",
    label="Mish",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: z * sp.tanh(sp.log(1 + sp.exp(z))),
    numeric=lambda xp, z: xp.multiply(z, xp.tanh(_softplus(xp, z))),
    form=forms.word("Mish"),
    textbook=(lambda f, z, y: f.tanh(f.softplus(z)) + z * (1 - f.tanh(f.softplus(z)) ** 2) * f.sigmoid(z),),
    prose="A value times the tanh of its softplus.",
    source="Misra, Mish: A Self Regularized Non-Monotonic Activation Function (2019)",
    peers={"torch": "nn.functional.mish", "jax": "nn.mish"},
)

SOFTSIGN = Op(
    name="softsign",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.Piecewise((z / (1 + z), z > 0), (z / (1 - z), True)),
    numeric=lambda xp, z: xp.divide(z, xp.add(1, xp.abs(z))),
    form=forms.word("softsign"),
    textbook=(lambda f, z, y: 1 / (1 + f.abs(z)) ** 2,),
    prose="Squeezes every number into (−1, 1), more slowly than tanh.",
    source="Glorot & Bengio, Understanding the Difficulty of Training Deep Networks (2010)",
    peers={"torch": "nn.functional.softsign", "jax": "nn.soft_sign"},
)

LOGSIGMOID = Op(
    name="logsigmoid",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: -sp.log(1 + sp.exp(-z)),
    numeric=lambda xp, z: xp.negative(_softplus(xp, xp.negative(z))),
    form=forms.word("logsigmoid"),
    textbook=(lambda f, z, y: f.sigmoid(-z),),
    prose="The logarithm of the sigmoid, computed without overflow.",
    source="Goodfellow, Bengio & Courville, Deep Learning (2016), sec. 6.2.2",
    peers={"torch": "nn.functional.logsigmoid", "jax": "nn.log_sigmoid"},
)

RECORDS: Final = (
    IDENTITY,
    SIGMOID,
    SOFTPLUS,
    ELU,
    CELU,
    SELU,
    SILU,
    GELU,
    GELU_TANH,
    QUICK_GELU,
    TANHSHRINK,
    MISH,
    SOFTSIGN,
    LOGSIGMOID,
)
