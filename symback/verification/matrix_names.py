"""Which quantity of a derivation of arrays a printed symbol stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from symback.derivation.backward import places_among
from symback.derivation.steps import StepKind
from symback.notation.identifier import identifier
from symback.notation.latex import latex
from symback.verification.matrix_syntax import Derivative, Symbol, nonsense, pieces, refused, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symback.core.node import Node
    from symback.derivation.backward import Backward
    from symback.derivation.steps import Step

DELTA = r"\delta"
IDENTITY = "I"
OTHER_IDENTITY = r"\mathbf{I}"
"""An identity matrix where a quantity is called I."""


class Meant(NamedTuple):
    """What a symbol stands for.

    Attributes:
        node: The quantity.
        rest: What its subscript says besides: indices, or which part is taken.
    """

    node: Node
    rest: tuple[tuple[str, ...], ...] = ()


class Names:
    """The printed names of one derivation.

    Attributes:
        loss: The look of what gradients are gradients of.
        sizes: The look of each symbol that stands for a size.
    """

    def __init__(self, backward: Backward) -> None:
        self._backward = backward
        self._nodes: dict[Symbol, Node] = {}
        steps = {step.node for step in backward.steps}
        for node in backward.graph.nodes:
            if node.name is not None and node not in steps:
                self._nodes[look_of(node.name)] = node
        self._places: set[Node | None] = {*places_among(backward.graph)}
        self.sizes: dict[Symbol, str] = {}
        for node in backward.order:
            for size in node.shape:
                if isinstance(size, str):
                    self.sizes[look_of(size)] = size
        output = backward.output
        names = backward.graph.names
        letter = next(name for name in ("L", "J", "L_final") if name not in names)
        self.loss = look_of(letter if output.shape else str(output.name))
        self._gradients: dict[tuple[Node, str], Step] = {}
        for step in backward.steps:
            if step.kind is not StepKind.LOCAL:
                self._gradients[step.of, _label(step)] = step
        self.local = {
            (step.consumer, step.of, str(step.ordinal or "")): step
            for step in backward.steps
            if step.kind is StepKind.LOCAL
        }

    def size(self, symbol: Symbol) -> str | None:
        """Return the size that a symbol stands for, if it does.

        Raises:
            ReadingError: It may also stand for a quantity.
        """
        size = self.sizes.get(symbol)
        if size is not None and symbol in self._nodes:
            raise refused(f"{size} is both a size and a quantity")
        return size

    def is_free(self, base: str) -> bool:
        """Say whether no quantity is written with a letter, so that it keeps its own meaning."""
        return all(symbol.base != base for symbol in self._nodes)

    def is_letter(self, part: Symbol) -> bool:
        """Say whether a symbol can only be the letter of an index."""
        alone = len(part.base) == 1 and part.base.isalpha() and not part.sub
        return alone and part not in self._nodes and part not in self.sizes

    def is_index(self, letter: str) -> bool:
        """Say whether a letter is a quantity that says where to look something up."""
        return self._nodes.get(Symbol(letter)) in self._places

    def plain(self, symbol: Symbol) -> Meant:
        """Return the quantity of a symbol, and what its subscript says besides; longest names first.

        Raises:
            ReadingError: There is no such quantity.
        """
        parts = pieces(symbol.sub)
        for count in range(len(parts), -1, -1):
            node = self._nodes.get(Symbol(symbol.base, _joined(parts[:count])))
            if node is not None:
                return Meant(node, parts[count:])
        raise nonsense(f"{symbol.base} with the subscript {''.join(symbol.sub) or 'none'} is no quantity")

    def gradient(self, derivative: Derivative) -> Meant:
        """Return the adjoint, or the contribution, that a derivative of the loss stands for.

        Raises:
            ReadingError: There is none.
        """
        if derivative.above != self.loss:
            raise nonsense(f"a derivative of {derivative.above.base}, which is not what gradients are of")
        of = self.plain(derivative.below)
        step = self._gradients.get((of.node, derivative.label))
        if step is None:
            raise nonsense(f"no gradient of {of.node.name} with the label {derivative.label!r}")
        return Meant(step.node, of.rest)

    def meant(self, symbol: Symbol | Derivative) -> Meant:
        """Return what a symbol or a derivative of the loss stands for."""
        return self.plain(symbol) if isinstance(symbol, Symbol) else self.gradient(symbol)


def look_of(name: str) -> Symbol:
    """Return the symbol that a name is printed as.

    >>> look_of("W1"), look_of("x")
    (Symbol(base='W', sub=('1',)), Symbol(base='x', sub=()))
    """
    base, *rest = tokens(latex(identifier(name), "line"))
    return Symbol(base, tuple(rest[2:-1]))


def _label(step: Step) -> str:
    """Return what stands beneath the bar of a contribution; nothing for a whole gradient."""
    if not step.contributes or step.consumer is None:
        return ""
    label = "".join(tokens(latex(identifier(str(step.consumer.name)), "line")))
    return f"{label},{step.ordinal}" if step.ordinal else label


def _joined(parts: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    joined: list[str] = []
    for part in parts:
        joined += (*part, ",")
    return tuple(joined[:-1])


def concrete(shape: tuple[int | str, ...], sizes: Mapping[str, int]) -> tuple[int, ...]:
    """Put numbers in for the symbols in a shape.

    >>> concrete(("N", 4), {"N": 2})
    (2, 4)
    """
    return tuple(sizes[size] if isinstance(size, str) else size for size in shape)
