"""Symbolic backpropagation: write the forward pass, get the backward pass derived, checked, typeset.

>>> import symback as sb
>>> d = sb.derive(sb.Neuron(3, activation="relu"))
>>> d.evaluate(x=[1, -2, 3], w=[-3, -1, 2], b=1).gradients["x0"]
-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symback.api import Derivation, Evaluation, derive
    from symback.core.errors import (
        DerivationError,
        DomainError,
        GraphError,
        InputError,
        KinkError,
        LimitError,
        NameClashError,
        NamingError,
        ReadingError,
        SymbackError,
        UnknownNameError,
    )
    from symback.models.neuron import Neuron
    from symback.ops.expression import Expression, symbols
    from symback.verification.comparison import compare
    from symback.verification.sweep import sweep

__version__ = "0.1.0"

_PLACES = {
    "symback.api": ("Derivation", "Evaluation", "derive"),
    "symback.core.errors": (
        "DerivationError",
        "DomainError",
        "GraphError",
        "InputError",
        "KinkError",
        "LimitError",
        "NameClashError",
        "NamingError",
        "ReadingError",
        "SymbackError",
        "UnknownNameError",
    ),
    "symback.models.neuron": ("Neuron",),
    "symback.ops.expression": ("Expression", "symbols"),
    "symback.verification.comparison": ("compare",),
    "symback.verification.sweep": ("sweep",),
}
_MODULES = {name: module for module, names in _PLACES.items() for name in names}

__all__ = [  # noqa: PLE0604 - the names of the table
    "__version__",
    *sorted(_MODULES),
]


def __getattr__(name: str) -> Any:
    """Find a public name, or the function of an op, when it is first used."""
    import importlib

    if name in _MODULES:
        value = getattr(importlib.import_module(_MODULES[name]), name)
    elif name.startswith("_"):
        raise AttributeError(f"module 'symback' has no attribute {name!r}")
    else:
        from symback.ops.table import OPS, function

        if name not in OPS:
            raise AttributeError(f"module 'symback' has no attribute {name!r}")
        value = function(OPS[name])
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    from symback.ops.table import OPS

    return sorted({*__all__, *OPS})
