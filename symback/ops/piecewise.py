"""Activation functions made of straight pieces, with kinks or jumps between them."""

from __future__ import annotations

from typing import Any, Final

from symback.core.op import Kind, Kink, Op, Parameter
from symback.notation import forms
from symback.ops.sympy_numbers import exact

_LEFT: Final = 0
_RIGHT: Final = 1

RELU = Op(
    name="relu",
    label="ReLU",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.Piecewise((z, z > 0), (0, True)),
    numeric=lambda xp, z: xp.maximum(z, 0),
    form=forms.word("ReLU"),
    kinks=lambda: (Kink(0, _LEFT),),
    prose="Passes positive values on and turns the others into 0.",
    source="Nair & Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines (2010)",
    peers={"torch": "nn.functional.relu", "jax": "nn.relu"},
)

LEAKY_RELU = Op(
    name="leaky_relu",
    label="LeakyReLU",
    kind=Kind.ELEMENTWISE,
    parameters=(Parameter("negative_slope", 0.01),),
    forward=lambda sp, z, slope: sp.Piecewise((z, z > 0), (exact(sp, slope) * z, True)),
    numeric=lambda xp, z, slope: xp.where(xp.gt(z, 0), z, xp.multiply(slope, z)),
    form=forms.word("LeakyReLU"),
    kinks=lambda slope: (Kink(0, _LEFT),) if slope != 1 else (),
    prose="Passes positive values on and shrinks the others by its slope.",
    source="Maas et al., Rectifier Nonlinearities Improve Neural Network Acoustic Models (2013)",
    peers={
        "torch": "nn.functional.leaky_relu",
        "jax": lambda jax, z, slope: jax.nn.leaky_relu(z, slope),
    },
)

PRELU = Op(
    name="prelu",
    label="PReLU",
    kind=Kind.ELEMENTWISE,
    arity=2,
    forward=lambda sp, z, slope: sp.Piecewise((z, z > 0), (slope * z, True)),
    numeric=lambda xp, z, slope: xp.where(xp.gt(z, 0), z, xp.multiply(slope, z)),
    form=forms.word("PReLU"),
    # At z = 0: the slope with respect to z; 0 with respect to the slope, from either side.
    kinks=lambda: (Kink(0, _LEFT),),
    prose="A leaky ReLU whose slope is learned.",
    source="He et al., Delving Deep into Rectifiers (2015)",
    peers={
        "torch": "nn.functional.prelu",
        "jax": lambda jax, z, slope: jax.numpy.where(z > 0, z, slope * z),
    },
)

RELU6 = Op(
    name="relu6",
    label="ReLU6",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.Piecewise((0, z < 0), (z, z < 6), (6, True)),  # noqa: PLR2004 - its name
    numeric=lambda xp, z: xp.minimum(xp.maximum(z, 0), 6),
    form=forms.word("ReLU6"),
    kinks=lambda: (Kink(0, _LEFT), Kink(6, _RIGHT)),
    sample=(-3.0, 9.0),
    prose="Passes values between 0 and 6 on and cuts the others off.",
    source="Krizhevsky, Convolutional Deep Belief Networks on CIFAR-10 (2010)",
    peers={"torch": "nn.functional.relu6", "jax": "nn.relu6"},
)


def _clamp(sp: Any, z: Any, low: Any, high: Any) -> Any:
    if low >= high:
        # As in PyTorch, the upper end wins.
        return exact(sp, high)
    return sp.Piecewise(
        (exact(sp, low), z < exact(sp, low)), (z, z < exact(sp, high)), (exact(sp, high), True)
    )


CLAMP = Op(
    name="clamp",
    kind=Kind.ELEMENTWISE,
    parameters=(Parameter("min", -1), Parameter("max", 1)),
    forward=_clamp,
    numeric=lambda xp, z, low, high: xp.minimum(xp.maximum(z, low), high),
    form=forms.word("clamp"),
    kinks=lambda low, high: (Kink(low, _RIGHT), Kink(high, _LEFT)) if low < high else (),
    prose="Passes values between its ends on and cuts the others off.",
    source="The clamp function of graphics libraries; its derivative at the ends as PyTorch has it",
    peers={"torch": lambda torch, z, low, high: torch.clamp(z, low, high)},
)

HARDTANH = Op(
    name="hardtanh",
    kind=Kind.ELEMENTWISE,
    parameters=CLAMP.parameters,
    forward=_clamp,
    numeric=CLAMP.numeric,
    form=forms.word("hardtanh"),
    kinks=lambda low, high: (Kink(low, _LEFT), Kink(high, _RIGHT)) if low < high else (),
    prose="Passes values between −1 and 1, or other ends, on and cuts the others off.",
    source="Collobert, Large Scale Machine Learning (2004)",
    peers={
        "torch": lambda torch, z, low, high: (
            torch.nn.functional.hardtanh(z, low, high) if low <= high else torch.clamp(z, low, high)
        ),
        "jax": lambda jax, z, low, high: jax.numpy.clip(z, low, high),
    },
)

HARDSIGMOID = Op(
    name="hardsigmoid",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.Piecewise((0, z < -3), (z / 6 + sp.Rational(1, 2), z < 3), (1, True)),  # noqa: PLR2004
    numeric=lambda xp, z: xp.divide(xp.minimum(xp.maximum(xp.add(z, 3), 0), 6), 6),
    form=forms.word("hardsigmoid"),
    kinks=lambda: (Kink(-3, _LEFT), Kink(3, _RIGHT)),
    sample=(-6.0, 6.0),
    prose="A sigmoid made of three straight pieces.",
    source="Courbariaux, Bengio & David, BinaryConnect (2015); the slope as PyTorch has it",
    # PyTorch's own goes through float32.
    peers={"jax": "nn.hard_sigmoid"},
)

HARDSWISH = Op(
    name="hardswish",
    kind=Kind.ELEMENTWISE,
    forward=lambda sp, z: sp.Piecewise((0, z < -3), (z * (z + 3) / 6, z < 3), (z, True)),  # noqa: PLR2004
    numeric=lambda xp, z: xp.multiply(z, xp.divide(xp.minimum(xp.maximum(xp.add(z, 3), 0), 6), 6)),
    form=forms.word("hardswish"),
    kinks=lambda: (Kink(-3, _LEFT), Kink(3, _RIGHT)),
    sample=(-6.0, 6.0),
    prose="A value times its own hard sigmoid.",
    source="Howard et al., Searching for MobileNetV3 (2019)",
    peers={"jax": "nn.hard_swish"},
)

_MARGIN = Parameter("lambd", 0.5, "a positive number", lambda lambd: lambd > 0)

SOFTSHRINK = Op(
    name="softshrink",
    kind=Kind.ELEMENTWISE,
    parameters=(_MARGIN,),
    forward=lambda sp, z, lambd: sp.Piecewise(
        (z + exact(sp, lambd), z < -exact(sp, lambd)),
        (0, z < exact(sp, lambd)),
        (z - exact(sp, lambd), True),
    ),
    numeric=lambda xp, z, lambd: xp.subtract(
        xp.maximum(xp.subtract(z, lambd), 0), xp.maximum(xp.subtract(xp.negative(z), lambd), 0)
    ),
    form=forms.word("softshrink"),
    kinks=lambda lambd: (Kink(-lambd, _RIGHT), Kink(lambd, _LEFT)),
    prose="Moves every value towards 0 by its margin, and what is nearer to 0 itself.",
    source="Donoho, De-Noising by Soft-Thresholding (1995)",
    peers={
        "torch": "nn.functional.softshrink",
        "jax": lambda jax, z, lambd: z - jax.numpy.clip(z, -lambd, lambd),
    },
)

HARDSHRINK = Op(
    name="hardshrink",
    kind=Kind.ELEMENTWISE,
    parameters=(_MARGIN,),
    forward=lambda sp, z, lambd: sp.Piecewise(
        (z, z < -exact(sp, lambd)), (0, z <= exact(sp, lambd)), (z, True)
    ),
    numeric=lambda xp, z, lambd: xp.where(xp.gt(xp.abs(z), lambd), z, 0),
    form=forms.word("hardshrink"),
    kinks=lambda lambd: (Kink(-lambd, _RIGHT), Kink(lambd, _LEFT)),
    prose="Keeps what is farther from 0 than its margin and turns the rest into 0.",
    source="Donoho & Johnstone, Ideal Spatial Adaptation by Wavelet Shrinkage (1994)",
    peers={
        "torch": "nn.functional.hardshrink",
        "jax": lambda jax, z, lambd: jax.numpy.where(abs(z) > lambd, z, 0),
    },
)

THRESHOLD = Op(
    name="threshold",
    kind=Kind.ELEMENTWISE,
    parameters=(Parameter("threshold", 0), Parameter("value", 0)),
    forward=lambda sp, z, threshold, value: sp.Piecewise(
        (z, z > exact(sp, threshold)), (exact(sp, value), True)
    ),
    numeric=lambda xp, z, threshold, value: xp.where(xp.gt(z, threshold), z, value),
    form=forms.word("threshold"),
    kinks=lambda threshold, value: (Kink(threshold, _LEFT),),
    prose="Passes values above its threshold on and turns the others into a constant.",
    source="PyTorch documentation, torch.nn.Threshold",
    peers={
        "torch": "nn.functional.threshold",
        "jax": lambda jax, z, threshold, value: jax.numpy.where(z > threshold, z, value),
    },
)


def _rounding(sp: Any, name: str) -> Any:
    """Return SymPy's floor or ceiling with the derivative 0, which SymPy leaves undone.

    A pickle holds SymPy's own function.
    """
    own = getattr(sp, name)

    def fdiff(self: Any, argindex: int = 1) -> Any:  # noqa: ARG001 - as SymPy calls it
        return sp.Integer(0)

    def reduce_ex(self: Any, protocol: int) -> Any:  # noqa: ARG001 - as pickle calls it
        return own, self.args

    return type(name, (own,), {"fdiff": fdiff, "__reduce_ex__": reduce_ex})


def _round(sp: Any, z: Any) -> Any:
    # One half is added before the floor; halves that land on an odd number, where z/2 − 1/4 is
    # whole, go one down again: ⌊a⌋ + ⌊−a⌋ + 1 is 1 where a is whole, 0 elsewhere.
    floor = _rounding(sp, "floor")
    a = z / 2 - sp.Rational(1, 4)
    return floor(z + sp.Rational(1, 2)) - floor(a) - floor(-a) - 1


_WHOLE: Final = "Iverson, A Programming Language (1962)"

FLOOR = Op(
    name="floor",
    kind=Kind.PIECEWISE_CONSTANT,
    forward=lambda sp, z: _rounding(sp, "floor")(z),
    numeric=lambda xp, z: xp.floor(z),
    form=forms.word("floor"),
    prose="The largest whole number that is not above its argument; it does not change between jumps.",
    source=_WHOLE,
    peers={"torch": "floor", "jax": "numpy.floor"},
)

CEIL = Op(
    name="ceil",
    kind=Kind.PIECEWISE_CONSTANT,
    forward=lambda sp, z: _rounding(sp, "ceiling")(z),
    numeric=lambda xp, z: xp.ceil(z),
    form=forms.word("ceil"),
    prose="The smallest whole number that is not below its argument; it does not change between jumps.",
    source=_WHOLE,
    peers={"torch": "ceil", "jax": "numpy.ceil"},
)

ROUND = Op(
    name="round",
    kind=Kind.PIECEWISE_CONSTANT,
    forward=_round,
    numeric=lambda xp, z: xp.round(z),
    form=forms.word("round"),
    prose="The nearest whole number, of two the even one; it does not change between jumps.",
    source="IEEE Standard for Floating-Point Arithmetic (IEEE 754), sec. 4.3.1",
    peers={"torch": "round", "jax": "numpy.round"},
)

RECORDS: Final = (
    RELU,
    LEAKY_RELU,
    PRELU,
    RELU6,
    HARDTANH,
    CLAMP,
    HARDSIGMOID,
    HARDSWISH,
    SOFTSHRINK,
    HARDSHRINK,
    THRESHOLD,
    FLOOR,
    CEIL,
    ROUND,
)
