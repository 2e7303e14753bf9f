"""Small sizes for the axes of some nodes, such that all of their ops still fit together.

Axes that an op ties to each other have one size: the rows of X and of X @ W. What is left free gets 2 or 3;
a size that an op depends on, such as that of an axis of which it takes a part, stays what it is.
"""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from symback.core.node import Node, postorder
from symback.core.shapes import resolved
from symback.ops.pullback import composed

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence

    from symback.core.shapes import Shape, Size

Axis: TypeAlias = "tuple[Node, int] | str"
"""An axis of a node, or the symbol of a size."""

SMALL: Final = (2, 3)
"""The sizes that free axes get in turn; two of them, so that a mix-up of axes shows."""


class Sizes:
    """Small sizes for the axes of nodes.

    Args:
        nodes: Nodes, each after its inputs.
        border: Those of them behind whose ops nothing is looked at.
        equal: Pairs of nodes that have one shape without an op between them.

    >>> from symback.ops.expression import array
    >>> X, W = array("X", "64 784"), array("W", "784 128")
    >>> sizes = Sizes(postorder([(X @ W).node]))
    >>> sizes.of(X.node), sizes.of(W.node)
    ((2, 3), (3, 2))
    """

    def __init__(
        self,
        nodes: Iterable[Node],
        border: Container[Node] = (),
        equal: Sequence[tuple[Node, Node]] = (),
    ) -> None:
        self._above: dict[Axis, Axis] = {}
        self._fixed: dict[Axis, int] = {}
        self._largest: dict[Axis, Size] = {}
        for node in nodes:
            self._note(node, inside=node not in border)
        for left, right in equal:
            self._tie_all(left, right)
        self._small: dict[Axis, int] = {}
        turn = cycle(SMALL)
        fixed: dict[Axis, int] = {}
        for axis, least in self._fixed.items():
            root = self._root(axis)
            fixed[root] = max(fixed.get(root, 1), least)
        for axis, size in self._largest.items():
            root = self._root(axis)
            if root in self._small:
                continue
            if root in fixed:
                self._small[root] = fixed[root]
            elif isinstance(size, int) and size <= max(SMALL):
                self._small[root] = size
            else:
                self._small[root] = next(turn)

    def of(self, node: Node) -> tuple[int, ...]:
        """Return the small shape of a node."""
        return tuple(self._small[self._root((node, axis))] for axis in range(len(node.shape)))

    @property
    def symbols(self) -> dict[str, int]:
        """What the symbols of sizes stand for."""
        return {axis: self._small[self._root(axis)] for axis in list(self._above) if isinstance(axis, str)}

    def parameters(self, node: Node) -> tuple[Any, ...]:
        """Return the parameters of a node at its small shape."""
        name = node.op.name if node.op else ""
        rewrite = _PARAMETERS.get(name)
        found = node.parameters if rewrite is None else rewrite(self, node)
        return resolved(found, self.symbols)  # type: ignore[no-any-return]

    def _root(self, axis: Axis) -> Axis:
        while (above := self._above.setdefault(axis, axis)) != axis:
            self._above[axis] = self._above[above]
            axis = above
        return axis

    def _tie(self, left: Axis, right: Axis) -> None:
        self._above[self._root(right)] = self._root(left)

    def _tie_all(self, left: Node, right: Node) -> None:
        for axis in range(min(len(left.shape), len(right.shape))):
            self._tie((left, axis), (right, axis))

    def _fix(self, node: Node, axis: int, least: int | None = None) -> None:
        """Let a size be what it is; a symbol stands for at least so many."""
        size = node.shape[axis] if isinstance(node.shape[axis], int) else least
        if isinstance(size, int):
            self._fixed[node, axis] = size

    def _note(self, node: Node, *, inside: bool = True) -> None:  # noqa: C901 - a case for each kind of op
        """Tie the axes of a node to those of its inputs."""
        for axis, size in enumerate(node.shape):
            self._largest[node, axis] = size
            if isinstance(size, str):
                self._tie(size, (node, axis))
        op = node.op
        if op is None or not inside:
            return
        for symbol in _symbols(node.parameters):
            self._largest.setdefault(symbol, symbol)
        if op.composition is not None:
            self._note_composition(node)
        elif op.name in _TIES:
            _TIES[op.name](self, node)
        elif op.entrywise:
            for source in node.inputs:
                if source.shape:
                    self._tie_all(node, source)
        else:
            # Of an op that is not known here, every size stays.
            for part in (node, *node.inputs):
                for axis in range(len(part.shape)):
                    self._fix(part, axis)

    def _note_composition(self, node: Node) -> None:
        inside = composed(node)
        for part in postorder([inside], set(node.inputs)):
            if part not in node.inputs:
                self._note(part)
        self._tie_all(node, inside)

    def tie_letters(self, node: Node) -> None:
        """Tie the axes that an index pattern gives one letter."""
        operands, _, result = str(node.parameters[0]).partition("->")
        first: dict[str, Axis] = {}
        for part, letters in zip((*node.inputs, node), (*operands.split(","), result), strict=True):
            for axis, letter in enumerate(letters):
                self._tie(first.setdefault(letter, (part, axis)), (part, axis))

    def tie_reshaped(self, node: Node) -> None:
        """Tie axes that a new shape leaves alone; those that are merged or split keep their sizes."""
        before, after = node.inputs[0].shape, node.shape
        i = j = 0
        while i < len(before) or j < len(after):
            start_i, start_j = i, j
            left: list[Size] = list(before[i : i + 1])
            right: list[Size] = list(after[j : j + 1])
            i, j = i + 1, j + 1
            while not _same(left, right) and (i < len(before) or j < len(after)):
                if (i < len(before) and _count(left) <= _count(right)) or j >= len(after):
                    left.append(before[i])
                    i += 1
                else:
                    right.append(after[j])
                    j += 1
            if len(left) == len(right) == 1:
                self._tie((node.inputs[0], start_i), (node, start_j))
                continue
            for axis in range(start_i, min(i, len(before))):
                self._fix(node.inputs[0], axis)
            for axis in range(start_j, min(j, len(after))):
                self._fix(node, axis)

    def tie_slices(self, node: Node, whole: Node, part: Node) -> None:
        """Tie the axes that are taken whole; those of which a part is taken keep their sizes."""
        for axis, (start, stop, step) in enumerate(node.parameters[0]):
            if _is_whole((start, stop, step), whole.shape[axis]):
                self._tie((whole, axis), (part, axis))
            else:
                self._fix(whole, axis, (stop or 0) + 1)
                self._fix(part, axis, 1)

    def tie_joined(self, node: Node) -> None:
        """Tie all axes but the one along which arrays are joined."""
        joined = node.parameters[0]
        for part in (node, *node.inputs):
            for axis in range(len(part.shape)):
                if axis == joined:
                    self._fix(part, axis)
                else:
                    self._tie((node, axis), (part, axis))

    def tie_looked_up(self, whole: Node, found: Node, indices: Sequence[Node]) -> None:
        """Tie the axes of a look-up: those of the indices come first, then those that are not indexed."""
        for index in indices:
            self._tie_all(found, index)
        common = len(found.shape) - (len(whole.shape) - len(indices))
        for axis in range(len(indices), len(whole.shape)):
            self._tie((whole, axis), (found, common + axis - len(indices)))

    def tie_reduced(self, node: Node) -> None:
        """Tie the axes that a reduction leaves."""
        axes, keepdims = node.parameters
        source = node.inputs[0]
        left = [axis for axis in range(len(source.shape)) if axis not in axes]
        for place, axis in enumerate(left):
            self._tie((source, axis), (node, axis if keepdims else place))

    def tie_leading(self, node: Node) -> None:
        """Tie all axes of the input to the leading ones of the value."""
        self._tie_all(node.inputs[0], node)

    def leave(self, node: Node) -> None:
        """Leave all axes free."""

    def tie_operands(self, node: Node) -> None:
        """Tie the axes of two operands."""
        self._tie_all(*node.inputs)

    def tie_both(self, node: Node) -> None:
        """Tie the two axes of an identity matrix."""
        self._tie((node, 0), (node, 1))


def _symbols(value: Any) -> Iterable[str]:
    """Yield the symbols of sizes inside the tuples among some parameters."""
    for part in value:
        if isinstance(part, tuple):
            yield from (symbol for symbol in part if isinstance(symbol, str))
            yield from _symbols(part)


def _same(left: Sequence[Size], right: Sequence[Size]) -> bool:
    symbols = [sorted(str(size) for size in sizes if isinstance(size, str)) for sizes in (left, right)]
    return symbols[0] == symbols[1] and _count(left) == _count(right)


def _count(sizes: Iterable[Size]) -> int:
    total = 1
    for size in sizes:
        total *= size if isinstance(size, int) else 1
    return total


def _is_whole(part: tuple[Any, Any, int], size: Size) -> bool:
    return part == (0, size, 1) or (isinstance(size, int) and part == (0, None, 1))


def _small_slices(sizes: Sizes, node: Node, whole: Node) -> tuple[Any, ...]:
    return tuple(
        (0, size, 1) if _is_whole(part, before) else part
        for part, before, size in zip(node.parameters[0], whole.shape, sizes.of(whole), strict=True)
    )


_TIES: Final[Mapping[str, Callable[[Sizes, Node], None]]] = {
    "einsum": Sizes.tie_letters,
    "inner": Sizes.tie_operands,
    "eye": Sizes.tie_both,
    "reshape": Sizes.tie_reshaped,
    "slices": lambda sizes, node: sizes.tie_slices(node, node.inputs[0], node),
    "place": lambda sizes, node: sizes.tie_slices(node, node, node.inputs[0]),
    "concatenate": Sizes.tie_joined,
    "gather": lambda sizes, node: sizes.tie_looked_up(node.inputs[0], node, node.inputs[1:]),
    "scatter_add": lambda sizes, node: sizes.tie_looked_up(node, node.inputs[0], node.inputs[1:]),
    "amax": Sizes.tie_reduced,
    "amin": Sizes.tie_reduced,
    "extreme_share": Sizes.tie_leading,
    "one_hot": Sizes.tie_leading,
    "constant": Sizes.leave,
    "size": Sizes.leave,
    "pi": Sizes.leave,
}
"""How the ops on arrays tie the axes of their value to those of their arguments."""

_PARAMETERS: Final[Mapping[str, Callable[[Sizes, Node], tuple[Any, ...]]]] = {
    "einsum": lambda sizes, node: (node.parameters[0], sizes.of(node)),
    "inner": lambda sizes, node: sizes.of(node.inputs[0]),
    "eye": lambda sizes, node: (sizes.of(node),),
    "reshape": lambda sizes, node: (sizes.of(node),),
    "gather": lambda sizes, node: (sizes.of(node),),
    "scatter_add": lambda sizes, node: (sizes.of(node),),
    "slices": lambda sizes, node: (_small_slices(sizes, node, node.inputs[0]),),
    "place": lambda sizes, node: (_small_slices(sizes, node, node), sizes.of(node)),
    "one_hot": lambda sizes, node: (sizes.of(node)[-1:],),
}
"""The parameters of ops that state sizes, at small ones."""


def small_nodes(order: Sequence[Node], stops: set[Node], sizes: Sizes) -> dict[Node, Node]:
    """Return the nodes of an order at small shapes; those in `stops` come from outside.

    >>> from symback.ops.expression import array
    >>> Z = (array("X", "64 784") @ array("W", "784 128")).node
    >>> order = list(postorder([Z]))
    >>> small_nodes(order, set(order[:2]), Sizes(order))[Z].shape
    (2, 2)
    """
    made: dict[Node, Node] = {}
    for node in order:
        shape: Shape = sizes.of(node)
        if node in stops or node.op is None:
            made[node] = Node(None, (), (), node.name, node.role, shape)
        else:
            inputs = tuple([made[source] for source in node.inputs])
            made[node] = Node(node.op, inputs, sizes.parameters(node), node.name, node.role, shape)
    return made
