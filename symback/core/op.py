"""The record of one operation: all that symback knows of it, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from symback.core.errors import DerivationError, InputError
from symback.core.shapes import Shape, broadcast_shape, spelled
from symback.notation.forms import Function

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symback.notation.forms import Form, Written

VARIADIC: Final = -1
"""The arity of an op that takes any number of arguments, such as a sum."""


class Kind(Enum):
    """What sort of map an op is; each kind has one derivative rule."""

    ELEMENTWISE = "elementwise"
    MULTILINEAR = "multilinear"
    STRUCTURAL = "structural"
    SELECTING = "selecting"
    PIECEWISE_CONSTANT = "piecewise constant"
    COMPOSITION = "composition"


@dataclass(frozen=True, slots=True)
class Kink:
    """A value of the first argument at which the derivative does not exist.

    At the kink the derivative is taken as (1 − s)·left + s·right; `convention` is the op's own s.
    """

    at: Any
    convention: Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that an op takes besides its arguments, such as the slope of leaky ReLU."""

    name: str
    default: Any
    accepts: str = "a number"
    test: Callable[[Any], bool] = field(default=lambda value: True)  # noqa: ARG005 - accepts all


def _no_kinks(*parameters: Any) -> tuple[Kink, ...]:  # noqa: ARG001 - numbers of any type
    return ()


def _no_scalar_form(*arguments: Any) -> Any:  # noqa: ARG001 - a record's signature
    raise DerivationError("an op on arrays has no formula in scalars; its entries have one each")


def common_shape(shapes: Sequence[Shape], *parameters: Any) -> Shape:  # noqa: ARG001 - the record's signature
    """Return the shape of an op that works entry by entry: that of its arguments.

    Raises:
        InputError: The arguments do not broadcast to one shape.

    >>> common_shape([("N", 4), ()])
    ('N', 4)
    """
    if not any(shapes):
        return ()
    shape = broadcast_shape(shapes)
    if shape is None:
        raise InputError("the shapes " + " and ".join(map(spelled, shapes)) + " do not broadcast")
    return shape


@dataclass(frozen=True, eq=False)
class Op:
    """One operation.

    Attributes:
        name: Its name in Python and in step names.
        kind: Which derivative rule it follows.
        numeric: The value in numbers: `numeric(namespace, *arguments, *parameters)`.
        form: How it is written.
        prose: One sentence on what it does.
        source: Where that is stated.
        forward: For an op on scalars, or entry by entry, the value as a SymPy expression:
            `forward(sympy, *arguments, *parameters)`.
        label: Its word in nested calls; the name unless given.
        arity: How many arguments it takes, or VARIADIC.
        parameters: The numbers that it takes besides.
        textbook: For each argument, the derivative as textbooks write it, built from expressions:
            `textbook[k](*arguments, y, *parameters)`, y being the op's own value.
        kinks: From the parameters, the kinks in the first argument.
        pattern: For a multilinear op, its index pattern: "ij,jk->ik"; empty if it is a parameter.
        shape: The shape of the value: `shape(shapes of the arguments, *parameters)`.
        transposed: For a structural op, what its transpose makes of an upstream gradient:
            `transposed(f, upstream, position, arguments, *parameters)`, `f` holding the functions of all ops.
        share: For an op that selects along axes, the share of the upstream that each entry gets:
            `share(f, argument, kink, *parameters)`.
        composition: For a composition, its value in other ops: `composition(f, *arguments, *parameters)`.
        pullback: For a composition, the gradient as textbooks write it, which a test proves equal:
            `pullback(f, upstream, *arguments, y, *parameters)`.
        index_arguments: The positions of arguments that only say where: integers.
        sample: An interval from which the tests draw each argument.
        peers: The same function elsewhere, by library: a dotted name, or a function of
            (library, *arguments, *parameters).
    """

    name: str
    kind: Kind
    numeric: Callable[..., Any]
    form: Form
    prose: str
    source: str
    forward: Callable[..., Any] = _no_scalar_form
    label: str = ""
    arity: int = 1
    parameters: tuple[Parameter, ...] = ()
    textbook: tuple[Callable[..., Any], ...] = ()
    kinks: Callable[..., tuple[Kink, ...]] = _no_kinks
    pattern: str = ""
    sample: tuple[float, float] = (-3.0, 3.0)
    peers: Mapping[str, str | Callable[..., Any]] = field(default_factory=dict)
    shape: Callable[..., Shape] = common_shape
    transposed: Callable[..., Any] | None = None
    share: Callable[..., Any] | None = None
    composition: Callable[..., Any] | None = None
    pullback: Callable[..., Any] | None = None
    index_arguments: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.label:
            object.__setattr__(self, "label", self.name)

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    @property
    def entrywise(self) -> bool:
        """Whether each entry of the value is made from the same entry of each argument."""
        return self.kind is not Kind.COMPOSITION and self.shape is common_shape and self.share is None

    def write(self, arguments: Sequence[Written], parameters: Sequence[Any]) -> Written:
        """Write the op around its written arguments; a function's default parameters are left out."""
        usual = isinstance(self.form, Function) and all(
            value == parameter.default for value, parameter in zip(parameters, self.parameters, strict=True)
        )
        return self.form.write(arguments, () if usual else parameters)

    def bind(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """Complete the parameters from their defaults and check them.

        Raises:
            InputError: Too many, or one that the op does not accept.
        """
        if len(given) > len(self.parameters):
            wanted = ", ".join(p.name for p in self.parameters) or "none"
            count = "1 parameter" if len(given) == 1 else f"{len(given)} parameters"
            raise InputError(f"{self.name}: {count} given, it takes {wanted}")
        values = (*given, *(p.default for p in self.parameters[len(given) :]))
        for parameter, value in zip(self.parameters, values, strict=True):
            if not parameter.test(value):
                raise InputError(
                    f"{self.name}: {parameter.name} = {value} cannot be used; it accepts {parameter.accepts}"
                )
        return values
