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
    from symback.ops.expression import Array, Expression, array, symbols
    from symback.reading.data import load_data
    from symback.reading.model import Model, model
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
    "symback.ops.expression": ("Array", "Expression", "array", "symbols"),
    "symback.reading.data": ("load_data",),
    "symback.reading.model": ("Model", "model"),
    "symback.verification.comparison": ("compare",),
    "symback.verification.sweep": ("sweep",),
}
_MODULES = {name: module for module, names in _PLACES.items() for name in names}

__all__ = [  # noqa: PLE0604 - the names of the table
    "__version__",
    *sorted(_MODULES),
]


def __getattr__(name: str) -> Any:
    """Find a public name, or a function on expressions, when it is first used."""
    import importlib

    if name in _MODULES:
        value = getattr(importlib.import_module(_MODULES[name]), name)
    elif name.startswith("_"):
        raise AttributeError(f"module 'symback' has no attribute {name!r}")
    else:
        from symback.core.errors import UnknownNameError
        from symback.ops.functions import function_named

        try:
            value = function_named(name)
        except UnknownNameError as error:
            raise AttributeError(f"module 'symback' has no attribute {name!r}: {error}") from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    from symback.ops.functions import FUNCTION_TABLE

    return sorted({*__all__, *FUNCTION_TABLE})
