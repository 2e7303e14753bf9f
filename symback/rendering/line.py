"""A line, its sides, and the pen that writes the quantities in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from symback.core.node import Node
    from symback.notation.forms import Written
    from symback.notation.tree import Tree


class Side(NamedTuple):
    """An expression and how it relates to what stands before it: =, ≈ or ←."""

    relation: str
    tree: Tree


class Line(NamedTuple):
    """A quantity and what it equals.

    Attributes:
        name: The name in code; empty for a statement that defines none.
        left: The left-hand side.
        sides: The right-hand sides, each equal to the one before.
    """

    name: str
    left: Tree
    sides: tuple[Side, ...]


class Amount(NamedTuple):
    """A written number, and whether it is exact."""

    written: Written
    exact: bool


class Pen(Protocol):
    """How the quantities in a line are written."""

    def name(self, node: Node) -> Written:
        """Write a named quantity."""
        ...

    def number(self, node: Node) -> Amount | None:
        """Write the number of a quantity; None where there is none to write."""
        ...

    def gradient(self, node: Node) -> Tree:
        """Write the gradient with respect to a forward quantity."""
        ...
