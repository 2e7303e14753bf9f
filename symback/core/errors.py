"""The exceptions of symback.

Every message names the argument that is at fault, its value, and what would be accepted.
"""

from __future__ import annotations


class SymbackError(Exception):
    """Base of all errors that symback raises on purpose.

    >>> issubclass(NameClashError, SymbackError)
    True
    """


class InputError(SymbackError, ValueError):
    """A number, a sequence or an option cannot be used as it was given."""


class NamingError(SymbackError, ValueError):
    """A name cannot be used: empty, not printable, or misleading."""


class NameClashError(NamingError):
    """Two things would carry the same name, or print alike."""


class UnknownNameError(SymbackError, KeyError):
    """Something was asked for by a name that nothing carries."""

    def __str__(self) -> str:
        """Return the plain message (KeyError would print its repr)."""
        return str(self.args[0]) if self.args else ""


class DomainError(SymbackError, ArithmeticError):
    """A value lies outside the domain of an op (log of a negative number, division by zero)."""


class KinkError(SymbackError, ArithmeticError):
    """A point lies on a kink and the kink policy is to refuse."""


class DerivationError(SymbackError, ValueError):
    """A derivative cannot be derived in the requested form."""


class LimitError(SymbackError, ValueError):
    """A request exceeds a stated size limit."""


class ReadingError(SymbackError, ValueError):
    """A text is outside the grammar; the message says where and what would do."""


class GraphError(SymbackError, ValueError):
    """A graph is not well formed: a cycle, or a foreign node."""
