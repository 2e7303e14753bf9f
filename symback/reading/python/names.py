"""The names of a text: each is given once; what is assigned again gets a number."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from symback.core.errors import NameClashError, NamingError
from symback.core.names import checked_name
from symback.notation.identifier import identifier

if TYPE_CHECKING:
    from symback.notation.tree import Tree
    from symback.reading.python.source import Source


class Names:
    """A table of the names that were given, by how they look on paper.

    Args:
        source: The text; no numbered name is one that it holds.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._looks: dict[Tree, str] = {}
        self._reserved: set[Tree] | None = None
        self._numbers: dict[str, int] = {}

    def give(self, name: str, node: ast.AST, what: str = "name") -> str:
        """Give a name that is new.

        Raises:
            NamingError: It cannot be used, or prints like another.
        """
        try:
            normal = checked_name(name, what)
        except NamingError as error:
            raise NamingError(f"{self._source.place(node)}: {error}") from None
        other = self._looks.setdefault(identifier(normal), normal)
        if other != normal:
            raise NameClashError(
                f"{self._source.place(node)}: the names {other!r} and {normal!r} print alike; rename one"
            )
        return normal

    def is_given(self, name: str) -> bool:
        """Say whether a name was given."""
        return self._looks.get(identifier(name)) == name

    def is_free(self, name: str) -> bool:
        """Say whether a name is neither given nor printed like one that is given, or in the text."""
        look = identifier(name)
        return look not in self._looks and look not in self._in_text()

    def numbered(self, name: str) -> str:
        """Return a free name for a quantity whose own name is taken: h_2, h_3, and so on."""
        number = self._numbers.get(name, 1) + 1
        while not self.is_free(f"{name}_{number}"):
            number += 1
        self._numbers[name] = number
        return f"{name}_{number}"

    def _in_text(self) -> set[Tree]:
        if self._reserved is None:
            words = {node.id for node in ast.walk(self._source.tree) if isinstance(node, ast.Name)}
            words |= {node.arg for node in ast.walk(self._source.tree) if isinstance(node, ast.arg)}
            self._reserved = {identifier(word) for word in words}
        return self._reserved
