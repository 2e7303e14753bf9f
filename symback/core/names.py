"""What a quantity may be called: names that print, that differ on paper, and that do not mislead."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from symback.core.errors import NamingError

LONGEST_NAME: Final = 30
"""A name may have this many characters."""

_WANTED: Final = (
    "a name is a letter (a–z, A–Z or Greek) followed by letters, digits and single underscores, "
    "like w0, z_hidden or lambda"
)
# An underscore at the end, as in lambda_, keeps a name apart from a word of Python; it does not print.
_ALLOWED: Final = re.compile(r"[A-Za-zΑ-ΡΣ-Ωα-ρσ-ω][A-Za-z0-9Α-ΡΣ-Ωα-ρσ-ω]*(_[A-Za-z0-9Α-ΡΣ-Ωα-ρσ-ω]+)*_?\Z")


def checked_name(name: object, what: str = "name") -> str:
    """Return the name in its normal form (Unicode NFKC: x₀ is x0).

    Args:
        name: The name to check.
        what: What it names, for the message.

    Raises:
        NamingError: It is no text, empty, too long, or has characters that do not print as a
            name, that print like another's, or that look like an operation.

    >>> checked_name("x₀")
    'x0'
    >>> checked_name("x%")
    Traceback (most recent call last):
    ...
    symback.core.errors.NamingError: name 'x%': '%' cannot be part of a name; a name is ...
    """
    if not isinstance(name, str):
        raise NamingError(f"{what} {name!r}: expected text, got {type(name).__name__}; {_WANTED}")
    return _checked(name, what)


@lru_cache(maxsize=4096)
def _checked(name: str, what: str) -> str:
    if not name:
        raise NamingError(f"{what} is empty; {_WANTED}")
    if len(name) > LONGEST_NAME:
        raise NamingError(
            f"{what} {name[:20]!r}… has {len(name)} characters; at most {LONGEST_NAME} are accepted"
        )
    for character in name:
        if unicodedata.decomposition(character).startswith("<super>"):
            raise NamingError(f"{what} {name!r}: {character!r} would look like a power; {_WANTED}")
    normal = unicodedata.normalize("NFKC", name)
    if _ALLOWED.match(normal):
        return normal
    raise NamingError(f"{what} {name!r}: {_complaint(normal)}; {_WANTED}")


def _complaint(name: str) -> str:
    for character in name:
        if not re.match(r"[A-Za-z0-9Α-ΡΣ-Ωα-ρσ-ω_]", character):
            kind = unicodedata.name(character, "a control character")
            if character.isalpha():
                return f"{character!r} ({kind}) cannot be told apart on paper, or has no sign in LaTeX"
            return f"{character!r} cannot be part of a name"
    return "it must start with a letter, and underscores stand singly between letters or digits"
