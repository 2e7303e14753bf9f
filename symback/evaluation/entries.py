"""One pass over the nodes of a derivation with a number, a ball or a formula for each entry of an array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from symback.core.errors import DomainError
from symback.core.op import Kind
from symback.core.shapes import resolved
from symback.evaluation.boxes import as_objects, each
from symback.evaluation.objects import ObjectNamespace
from symback.ops.arithmetic import CONSTANT
from symback.ops.expression import Expression, apply, constant
from symback.ops.sympy_numbers import exact
from symback.ops.table import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from symback.core.node import Node
    from symback.core.op import Op


class Entries(Protocol):
    """What entries are, and how ops apply to them."""

    namespace: ObjectNamespace

    def elementwise(self, op: Op, arguments: Sequence[Any], parameters: tuple[Any, ...]) -> Any:
        """Apply an op that works entry by entry."""


class NumberEntries:
    """Entries are numbers, or balls, of a namespace such as `scalars`; ops apply by their numbers."""

    def __init__(self, one: Any) -> None:
        self.namespace = ObjectNamespace(one)

    def elementwise(self, op: Op, arguments: Sequence[Any], parameters: tuple[Any, ...]) -> Any:
        """Apply an op to each entry."""
        one = self.namespace.one
        return each(lambda *entries: op.numeric(one, *entries, *parameters), *arguments)


class SympyEntries:
    """Entries are SymPy's expressions; ops apply by their forward function.

    >>> import sympy
    >>> from symback.ops.arithmetic import MUL
    >>> x, y = sympy.symbols("x y")
    >>> SympyEntries(sympy).elementwise(MUL, [as_objects(x), as_objects(y)], ())[()]
    x*y
    """

    def __init__(self, sp: Any) -> None:
        self.sp = sp
        self.namespace = ObjectNamespace(SympyScalars(sp))

    def elementwise(self, op: Op, arguments: Sequence[Any], parameters: tuple[Any, ...]) -> Any:
        """Apply an op's forward function to each entry."""
        return each(lambda *entries: op.forward(self.sp, *entries, *parameters), *arguments)


class ExpressionEntries:
    """Entries are expressions over scalars; ops apply as they are.

    >>> from symback.ops.arithmetic import MUL
    >>> from symback.ops.expression import symbols
    >>> x, y = symbols("x y")
    >>> ExpressionEntries().elementwise(MUL, [as_objects(x), as_objects(y)], ())[()]
    <mul(x, y)>
    """

    def __init__(self) -> None:
        self.namespace = ObjectNamespace(ExpressionScalars())

    def elementwise(self, op: Op, arguments: Sequence[Any], parameters: tuple[Any, ...]) -> Any:
        """Apply an op to each entry."""
        return each(lambda *entries: apply(op, *entries, parameters=parameters), *arguments)


def compute_entries(
    order: Iterable[Node],
    inputs: Mapping[str, Any],
    entries: Entries,
    sizes: Mapping[str, int] | None = None,
    finish: Callable[[Node, Any], Any] | None = None,
) -> dict[Node, Any]:
    """Compute every node of an order, each after its inputs, as an array of entries.

    Args:
        order: Nodes, each after its inputs.
        inputs: An array, or one entry, for each node that comes from outside, by name.
        entries: What entries are.
        sizes: What the symbols in shapes stand for.
        finish: What becomes of each node's value before others use it; to name its entries, say.

    Returns:
        For each node a NumPy array of objects; that of a number has no axes.

    >>> from symback.evaluation import scalars
    >>> from symback.ops.expression import symbols
    >>> x, = symbols("x,")
    >>> compute_entries([x.node, (y := -x).node], {"x": 2}, NumberEntries(scalars))[y.node][()]
    -2
    """
    values: dict[Node, Any] = {}
    for node in order:
        op = node.op
        if op is None:
            values[node] = as_objects(inputs[str(node.name)])
            continue
        arguments = [values[source] for source in node.inputs]
        parameters = resolved(node.parameters, sizes) if sizes else node.parameters
        try:
            if is_elementwise(op):
                value = entries.elementwise(op, arguments, parameters)
            else:
                value = op.numeric(entries.namespace, *arguments, *parameters)
        except OverflowError:
            raise DomainError(
                f"{node.name or op.label} is beyond ±1.8e308: an exact number too large for a double "
                "meets a float"
            ) from None
        values[node] = value if finish is None else finish(node, value)
    return values


_WHOLE_ARRAYS: Final = (Kind.MULTILINEAR, Kind.STRUCTURAL, Kind.COMPOSITION)


def is_elementwise(op: Op) -> bool:
    """Say whether an op makes each entry from the same entry of its arguments.

    >>> from symback.ops.comparisons import GT
    >>> from symback.ops.multilinear import EINSUM
    >>> is_elementwise(GT), is_elementwise(EINSUM)
    (True, False)
    """
    along_axes = any(parameter.name in ("axes", "axis") for parameter in op.parameters)
    return op.entrywise and op.kind not in _WHOLE_ARRAYS and not along_axes


class SympyScalars:
    """SymPy's functions under the names that ops use.

    >>> import sympy
    >>> SympyScalars(sympy).maximum(sympy.Symbol("x"), 0)
    Max(0, x)
    """

    ordered = False
    shift = None

    def __init__(self, sp: Any) -> None:
        self._sp = sp
        self.add, self.multiply = sp.Add, sp.Mul
        self.maximum, self.minimum = sp.Max, sp.Min
        self.gt, self.ge, self.lt, self.le = sp.Gt, sp.Ge, sp.Lt, sp.Le

    def constant(self, value: Any) -> Any:
        """Return the exact number of an integer, a fraction or a float."""
        return value if isinstance(value, self._sp.Basic) else exact(self._sp, value)

    def subtract(self, left: Any, right: Any) -> Any:
        """Subtract the right from the left."""
        return left - right

    def divide(self, over: Any, under: Any) -> Any:
        """Divide one by the other."""
        return over / under

    def where(self, condition: Any, left: Any, right: Any) -> Any:
        """Choose the left where the condition holds, else the right."""
        return self._sp.Piecewise((left, condition), (right, True))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sp, name)


class ExpressionScalars:
    """The functions of all ops under the names that namespaces use.

    A term 0 and a factor 1 are left out: they are what is left of a δ, not a step.

    >>> from symback.ops.expression import symbols
    >>> x, = symbols("x,")
    >>> ExpressionScalars().add(ExpressionScalars().multiply(x, 1), 0)
    <input x>
    """

    ordered = False
    shift = None

    def constant(self, value: Any) -> Expression:
        """Make an expression of a number."""
        return value if isinstance(value, Expression) else constant(value)

    def add(self, *terms: Any) -> Expression:
        """Add all terms that are not 0, in their order."""
        left = [term for term in terms if _literal(term) != 0]
        if len(left) > 1:
            return FUNCTIONS.add(*left)
        return self.constant(left[0] if left else 0)

    def subtract(self, left: Any, right: Any) -> Expression:
        """Subtract the right from the left."""
        return FUNCTIONS.sub(left, right)

    def multiply(self, left: Any, right: Any) -> Expression:
        """Multiply, unless one factor is 0 or 1."""
        for factor, other in ((left, right), (right, left)):
            if _literal(factor) == 0:
                return self.constant(0)
            if _literal(factor) == 1:
                return self.constant(other)
        return FUNCTIONS.mul(left, right)

    def divide(self, over: Any, under: Any) -> Expression:
        """Divide one by the other."""
        return FUNCTIONS.div(over, under)

    def where(self, condition: Any, left: Any, right: Any) -> Expression:
        """Choose the left where the condition holds, else the right; a comparison is worth 1 or 0 itself."""
        if (_literal(left), _literal(right)) == (1, 0):
            return self.constant(condition)
        return FUNCTIONS.where(condition, left, right)

    def __getattr__(self, name: str) -> Any:
        return getattr(FUNCTIONS, name)


def _literal(value: Any) -> Any:
    """Return the number that an expression is, if it is one."""
    if not isinstance(value, Expression):
        return value
    return value.node.parameters[0] if value.node.op is CONSTANT else None
