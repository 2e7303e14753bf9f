"""One pass over the nodes of a derivation, with a number for each."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from symback.core.errors import DomainError, KinkError, UnknownNameError
from symback.core.shapes import resolved
from symback.evaluation import scalars
from symback.evaluation.array_inputs import spread_arrays
from symback.evaluation.inputs import spread
from symback.evaluation.kinks import AtKink, kinks_hit
from symback.notation.numeral import in_words, spell
from symback.ops.expression import described

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symback.core.node import Node
    from symback.derivation.backward import Backward


_LARGEST: Final = int(sys.float_info.max)


class Values(Mapping[str, Any]):
    """A value for every named quantity and every step of a derivation.

    Attributes:
        backward: The derivation.
        gradients: The gradient of each quantity that was asked for.
        notes: What the reader must know: points on kinks, and what was taken there.
    """

    def __init__(self, backward: Backward, given: Mapping[str, Any], upstream: Any = None) -> None:
        self.backward = backward
        self.sizes: dict[str, int] = {}
        if backward.has_arrays:
            from symback.evaluation.plan import planned

            inputs, self.sizes = spread_arrays(backward, given, upstream)
            self._values = planned(backward, inputs, self.sizes)
        else:
            self._values = run(backward.order, spread(backward, given, upstream))
        hits = kinks_hit(backward.graph.nodes, self._values)
        if hits and backward.kink == "error":
            raise KinkError(f"{hits[0].where}: the derivative of {_label(hits[0])} does not exist there")
        self.at_kinks = hits
        self.notes = [_note(hit, backward.kink) for hit in hits]
        self._by_name = {
            str(node.name): value for node, value in self._values.items() if node.name is not None
        }
        self.gradients = {name: self._values[step.node] for name, step in backward.gradients.items()}
        refuse_undefined(self._worth_a_look(), backward.order, self._values)

    def __getitem__(self, name: str) -> Any:
        """Return the value of a step, an input or a forward quantity.

        Raises:
            UnknownNameError: Nothing in the derivation has the name.
        """
        try:
            return self._by_name[name]
        except (KeyError, TypeError):
            raise UnknownNameError(f"no value named {name!r}; e.backward.steps lists the steps") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def _worth_a_look(self) -> dict[str, Any]:
        """Return the values in which anything undefined shows: all numbers; of arrays, the ends."""
        if not any(hasattr(value, "dtype") for value in self.inputs.values()):
            return self._by_name
        ends = [*self.backward.forward, *self.backward.gradients.values()]
        return {end.name: self._by_name[end.name] for end in ends}

    def __reduce__(self) -> tuple[object, ...]:
        # Computing again is as fast as unpickling every node, and never recurses.
        inputs = self.inputs
        upstream = inputs.pop(self.backward.seed.name)
        return type(self), (self.backward, inputs, upstream)

    @property
    def inputs(self) -> dict[str, Any]:
        """The values that came in, the upstream gradient among them."""
        return {str(node.name): self._values[node] for node in self._values if node.op is None}


def run(
    order: Iterable[Node], inputs: Mapping[str, Any], sizes: Mapping[str, int] | None = None
) -> dict[Node, Any]:
    """Compute every node of an order, each after its inputs.

    Numbers stay exact where they can. As soon as one input is an array, everything is computed
    with arrays of its library.

    Args:
        order: Nodes, each after its inputs.
        inputs: A value for each node that comes from outside, by name.
        sizes: What the symbols in shapes stand for.
    """
    arrays = [value for value in inputs.values() if hasattr(value, "dtype")]
    if arrays:
        # Numbers take the precision of what has axes and is no index.
        like = min(arrays, key=lambda a: (str(a.dtype).startswith("int"), not a.shape))
        return _run_arrays(order, inputs, like, sizes or {})
    return compute(order, inputs, scalars)


def compute(
    order: Iterable[Node], inputs: Mapping[str, Any], namespace: Any, sizes: Mapping[str, int] | None = None
) -> dict[Node, Any]:
    """Compute every node of an order with the functions of a namespace.

    >>> from symback.ops.expression import symbols
    >>> x, = symbols("x,")
    >>> order = [x.node, (y := -x).node]
    >>> compute(order, {"x": 2}, scalars)[y.node]
    -2
    """
    values: dict[Node, Any] = {}
    for node in order:
        op = node.op
        if op is None:
            values[node] = inputs[str(node.name)]
        else:
            arguments = [values[source] for source in node.inputs]
            parameters = resolved(node.parameters, sizes) if sizes else node.parameters
            try:
                values[node] = op.numeric(namespace, *arguments, *parameters)
            except OverflowError:
                raise DomainError(beyond(node)) from None
    return values


def beyond(node: Node) -> str:
    """Say of a node that it needs a number that no double can hold."""
    what = node.name or (node.op.label if node.op else "")
    return f"{what} is beyond ±1.8e308: an exact number too large for a double meets a float"


def _run_arrays(
    order: Iterable[Node], inputs: Mapping[str, Any], like: Any, sizes: Mapping[str, int]
) -> dict[Node, Any]:
    import numpy as np

    from symback.evaluation.arrays import ArrayNamespace

    namespace = ArrayNamespace(like)
    arrays = {name: namespace.constant(value) for name, value in inputs.items()}
    # What is undefined is reported by name afterwards; NumPy's own warnings name nothing.
    with np.errstate(all="ignore"):
        return compute(order, arrays, namespace, sizes)


def refuse_undefined(
    values: Mapping[str, Any], order: Iterable[Node], every: Mapping[Node, Any] | None = None
) -> None:
    """Refuse values that are undefined or too large for a double.

    Args:
        values: The values that are looked at, by name.
        order: The nodes, each after its inputs.
        every: The value of every node, if there is one: then the cause is found among the unnamed, too.

    Raises:
        DomainError: One is; the message names the first step in which it arose.
    """
    if all(_is_defined(value) for value in values.values()):
        return
    for node in order:
        if node.name is None or node.name not in values or _is_defined(values[node.name]):
            continue
        if every is None:
            every = {n: values[str(n.name)] for n in (node, *node.inputs) if n.name in values}
        raise DomainError(_undefined(_cause(node, every), every))


def _cause(node: Node, values: Mapping[Node, Any]) -> Node:
    """Go back from an undefined value to the first of those that made it so."""
    while True:
        before = next((n for n in node.inputs if n in values and not _is_defined(values[n])), None)
        if before is None:
            return node
        node = before


def _undefined(node: Node, values: Mapping[Node, Any]) -> str:
    value = values[node]
    place: tuple[int, ...] | None = None
    if getattr(value, "shape", ()):
        import numpy as np

        place = tuple(int(n) for n in np.argwhere(~np.isfinite(np.asarray(value)))[0])
        value = np.asarray(value)[place]
    used = {described(n): values[n] for n in node.inputs if n in values and not _is_number(n)}
    entries = {name: _entry(value, place) for name, value in used.items()}
    at = ", ".join(
        f"{name} = {_spelled(entry)}" for name, entry in list(entries.items())[:5] if entry is not None
    )
    where = f", entry {list(place)}," if place is not None else ""
    outside = f": outside the domain of {node.op.label}, or too large for a double" if node.op else ""
    return f"{described(node)}{where} is {_spelled(value)}{f' at {at}' if at else ''}{outside}"


def _is_number(node: Node) -> bool:
    return node.op is not None and node.op.arity == 0


def _entry(value: Any, place: tuple[int, ...] | None) -> Any:
    """Return what stands at a place, if the value is a number or has one there."""
    shape = getattr(value, "shape", ())
    if not shape:
        return value
    fits = (
        place is not None
        and len(shape) == len(place)
        and all(n < size for n, size in zip(place, shape, strict=True))
    )
    return value[place] if fits else None


def _is_defined(value: Any) -> bool:
    if hasattr(value, "dtype"):
        from array_api_compat import array_namespace

        xp = array_namespace(value)
        return bool(xp.all(xp.isfinite(value)))
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int | Fraction) or -_LARGEST <= value <= _LARGEST


def _spelled(value: Any) -> str:
    if getattr(value, "shape", None) == ():
        value = value.item()
    if hasattr(value, "dtype") or (isinstance(value, float) and not math.isfinite(value)):
        return "undefined" if hasattr(value, "dtype") or math.isnan(value) else str(value)
    if not _is_defined(value):
        return "beyond ±1.8e308"
    return spell(value)[0]


def _label(hit: AtKink) -> str:
    return hit.node.op.label if hit.node.op else ""


def _note(hit: AtKink, kink: Any) -> str:
    where = hit.where if hit.points == 1 else f"{hit.where} at {hit.points} points"
    if hit.jump:
        what = "the comparison" if len(hit.node.inputs) == 2 else _label(hit)  # noqa: PLR2004 - two are compared
        return f"{where}: {what} jumps there; its derivative is taken as 0"
    start = f"{where}: the derivative of {_label(hit)} does not exist there; "
    if hit.ties:
        return start + hit.ties
    if hit.share is None and kink is None:
        return start + "tied arguments share the gradient evenly"
    share = hit.share if kink is None else kink
    side = {0: "the one from the left", 1: "the one from the right"}.get(
        share, f"(1 − s) · left + s · right with s = {in_words(share)}"
    )
    return start + f"{side} is used"
