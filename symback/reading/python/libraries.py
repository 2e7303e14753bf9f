"""The libraries whose functions are read, and what a text calls them."""

from __future__ import annotations

import ast
from typing import Final

LIBRARIES: Final = frozenset(
    [
        *("numpy", "numpy.linalg", "numpy.random", "symback", "math", "scipy", "scipy.special"),
        *("jax", "jax.numpy", "jax.nn", "jax.lax", "jax.scipy", "jax.scipy.special", "jax.numpy.linalg"),
        *("jax.random", "torch", "torch.nn", "torch.nn.functional", "torch.special", "torch.linalg"),
    ]
)
"""Modules whose functions are read. They are never imported."""

_USUAL: Final = {
    **{name: name for name in ("numpy", "symback", "math", "scipy", "jax", "torch")},
    "np": "numpy",
    "jnp": "jax.numpy",
    "sb": "symback",
    "F": "torch.nn.functional",
    "nn": "torch.nn",
    "special": "scipy.special",
}
"""What texts call the libraries where they do not say so."""


class Libraries:
    """The libraries and functions that a text has names for."""

    def __init__(self) -> None:
        self._modules = dict(_USUAL)
        self._functions: dict[str, tuple[str, str]] = {}
        self.imported: set[str] = set()
        """The names that import statements gave."""
        self.everything: str | None = None
        """The library of which all functions were imported by *, if any."""

    def enter(self, node: ast.Import | ast.ImportFrom) -> None:
        """Enter what an import statement names. Nothing is imported."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                self._modules[name] = alias.name if alias.asname else name
                self.imported.add(name)
            return
        for alias in node.names:
            full = f"{node.module}.{alias.name}"
            self.imported.add(alias.asname or alias.name)
            if alias.name == "*":
                self.everything = node.module
            elif full in LIBRARIES:
                self._modules[alias.asname or alias.name] = full
            else:
                self._functions[alias.asname or alias.name] = (node.module or "", alias.name)

    def module(self, node: ast.AST) -> str | None:
        """Return the library that a dotted name stands for, if it is one.

        >>> libraries = Libraries()
        >>> libraries.module(ast.parse("np.linalg").body[0].value)
        'numpy.linalg'
        """
        if isinstance(node, ast.Name):
            return self._modules.get(node.id)
        if isinstance(node, ast.Attribute):
            outer = self.module(node.value)
            full = f"{outer}.{node.attr}"
            return full if outer is not None and full in LIBRARIES else None
        return None

    @property
    def only_torch(self) -> bool:
        """Whether a text computes with torch, and with no other library of arrays."""
        heads = {self._modules.get(name, "").partition(".")[0] for name in self.imported}
        heads |= {module.partition(".")[0] for module, _ in self._functions.values()}
        return "torch" in heads and not heads & {"numpy", "jax"}

    def function(self, name: str) -> tuple[str, str] | None:
        """Return the library and the function that were imported under a name."""
        return self._functions.get(name)
