"""What the functions in printed equations of arrays are called, and what they give."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from symback.core.shapes import resolved
from symback.evaluation.arrays import ArrayNamespace
from symback.evaluation.entries import is_elementwise
from symback.notation.forms import Function
from symback.ops.table import ARRAY_OPS, OPS
from symback.verification.matrix_grids import FIXED, OPEN, REPEATS, Grid, fitted, grid, number
from symback.verification.matrix_names import concrete
from symback.verification.matrix_syntax import Applied, NonsenseError, Part, nonsense, pieces, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from symback.core.node import Node
    from symback.core.op import Op
    from symback.verification.matrix_syntax import Formula

NAMESPACE: Final = ArrayNamespace(np.asarray([1.0]))
"""What ops compute with."""

_CALLED: Final = {
    **{name: rf"\{name}" for name in ("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "log": r"\ln",
    "atan": r"\arctan",
    "maximum": r"\max",
    "minimum": r"\min",
    "amax": r"\max",
    "amin": r"\min",
    "sigmoid": r"\sigma",
    "normal_cdf": r"\mathrm{\Phi}",
    "normal_pdf": r"\varphi",
    **{name: rf"\operatorname{{{name}}}" for name in ("expm1", "log1p", "sign", "erf", "logsumexp")},
    "asinh": r"\operatorname{arsinh}",
    "concatenate": r"\operatorname{concat}",
    "scatter_add": r"\operatorname{scatter}",
    "one_hot": r"\operatorname{onehot}",
    "log_softmax": r"\operatorname{logsoftmax}",
    "place": r"\operatorname{place}",
}
"""What is called otherwise than by its label; stated apart from how it is printed."""

EXTREMES: Final = {r"\max": np.max, r"\min": np.min}
"""Functions that may have letters beneath, over which they go."""


@cache
def ops_called(head: str) -> tuple[Op, ...]:
    r"""Return the ops that are printed with some head.

    >>> ops_called(r"\tanh"), ops_called(r"\operatorname{ReLU}")
    ((<op tanh>,), (<op relu>,))
    """
    return tuple(
        op
        for op in (*OPS.values(), *ARRAY_OPS.values())
        if isinstance(op.form, Function) and _head(op) == head
    )


def _head(op: Op) -> str:
    return _CALLED.get(op.name) or rf"\operatorname{{{op.label}}}".replace(" ", "").replace("_", r"\_")


def entrywise_op(head: str, count: int) -> Op | None:
    """Return the op on numbers that is printed with some head and so many arguments, if there is one."""
    fitting = [
        op
        for op in ops_called(head)
        if is_elementwise(op) and (op.arity == count or (op.arity < 0 and count > 1))
    ]
    return fitting[0] if fitting else None


def is_closed(formula: Formula) -> bool:
    """Say whether a formula gives a whole array to its surroundings, with letters of its own inside."""
    if isinstance(formula, Applied):
        if formula.sub and formula.head in EXTREMES:
            return False
        return entrywise_op(formula.head, len(formula.arguments)) is None
    return isinstance(formula, Part)


def applied(op: Op, arguments: Sequence[Any], parameters: Sequence[float]) -> Any:
    """Return what an op that works entry by entry gives."""
    if parameters and len(parameters) != len(op.parameters):
        raise nonsense(f"{len(parameters)} parameters for {op.name}")
    given = parameters or tuple(parameter.default for parameter in op.parameters)
    with np.errstate(all="ignore"):
        return op.numeric(NAMESPACE, *arguments, *given)


def built_in(head: str, found: Grid) -> Grid | None:
    """Return what a function gives that only matrix notation has; None if there is no such function."""
    name = head.removeprefix(r"\operatorname{").removesuffix("}")
    if name in ("rowsum", "colsum", "sum", "tr", "diag", "rowmax", "colmax", "rowmin", "colmin", "rowmean"):
        if OPEN in found.axes or found.identity:
            raise refused(f"{name} of what has an open size")
        return _BUILT_IN[name](found.array) if name in _BUILT_IN else _along(name, found.array)
    return None


def _along(name: str, array: Any) -> Grid:
    if not array.ndim:
        return number(array)
    if array.ndim != 2:  # noqa: PLR2004 - rows and columns
        raise nonsense(f"{name} of what is no matrix")
    extremes: dict[str, Any] = {"sum": np.sum, "max": np.max, "min": np.min}
    reduce = extremes[name[3:]]
    rows = name.startswith("row")
    result = reduce(array, axis=1 if rows else 0, keepdims=True)
    if result.size == 1:
        return number(result[0, 0])
    return Grid(result, (FIXED, REPEATS) if rows else (REPEATS, FIXED))


def _diagonal(array: Any) -> Grid:
    if array.ndim != 2 or array.shape[1] != 1:  # noqa: PLR2004 - rows and columns
        raise nonsense("diag of what is no vector")
    return Grid(np.diag(array[:, 0]))


def _trace(array: Any) -> Grid:
    if array.ndim != 2 or array.shape[0] != array.shape[1]:  # noqa: PLR2004 - rows and columns
        raise nonsense("a trace of what is no square matrix")
    return number(np.trace(array))


_BUILT_IN: Final[Mapping[str, Callable[[Any], Grid]]] = {
    "sum": lambda array: number(array.sum()),
    "diag": _diagonal,
    "tr": _trace,
}


class Calls:
    """Calls of ops on whole arrays, whose axes and shapes are not printed: the derivation says them.

    Args:
        nodes: The nodes of the derivation.
        sizes: What the symbols of sizes stand for.
    """

    def __init__(self, nodes: Iterable[Node], sizes: Mapping[str, int]) -> None:
        self._sizes = sizes
        self._seen: dict[str, dict[tuple[Any, ...], Node]] = {}
        for node in nodes:
            self._note(node)

    def _note(self, node: Node) -> None:
        if node.op is not None and not is_elementwise(node.op):
            shapes = tuple(concrete(source.shape, self._sizes) for source in node.inputs)
            self._seen.setdefault(node.op.name, {})[shapes, node.parameters] = node

    def _says(self, sub: tuple[str, ...], op: Op, parameters: tuple[Any, ...]) -> bool:
        """Say whether the subscript of a call, if it has one, means an op's parameters: slices."""
        if not sub:
            return True
        if op.name != "place":
            return False
        slices, sizes = resolved(parameters, self._sizes)
        keys = [_key(part) for part in pieces(sub)]
        taken = [np.arange(size)[key] for key, size in zip(keys, sizes, strict=False)]
        meant = [np.arange(size)[slice(*part)] for part, size in zip(slices, sizes, strict=True)]
        return len(taken) == len(meant) and all(map(np.array_equal, taken, meant))

    def value(self, head: str, sub: tuple[str, ...], arguments: Sequence[Grid]) -> Grid:
        """Return what a call gives, with the only axes that the derivation has for such arguments.

        Raises:
            ReadingError: There are none, or several that give different results.
        """
        results: list[Any] = []
        reasons: list[NonsenseError] = []
        for op in ops_called(head):
            for shapes, parameters in self._seen.get(op.name, ()):
                if len(shapes) != len(arguments) or not self._says(sub, op, parameters):
                    continue
                try:
                    given = [fitted(one, shape) for one, shape in zip(arguments, shapes, strict=True)]
                except NonsenseError as error:
                    reasons.append(error)
                    continue
                given = [
                    np.rint(array).astype(int) if n in op.index_arguments else array
                    for n, array in enumerate(given)
                ]
                results.append(op.numeric(NAMESPACE, *given, *resolved(parameters, self._sizes)))
        if not results:
            raise reasons[0] if reasons else refused(f"a call of {head}")
        if any(np.shape(one) != np.shape(results[0]) or not np.allclose(one, results[0]) for one in results):
            raise refused(f"{head} along which axes?")
        return grid(results[0])


def _key(part: tuple[str, ...]) -> slice:
    """Read a slice as code writes it, an integer as the slice of one entry."""
    inner = "".join(part).removeprefix(r"\mathrm{").removesuffix("}")
    if ":" not in inner:
        return slice(int(inner), int(inner) + 1)
    return slice(*(int(bound) if bound else None for bound in inner.split(":")))
