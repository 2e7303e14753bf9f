"""From a name in code to its look on paper: `w10` is w with the subscript 10, `yhat` is ŷ."""

from __future__ import annotations

import re
from typing import Final, cast

from symback.notation.tree import Accent, AccentMark, Index, Letters, Number, Script, Sign, Tree, row

_GREEK_NAMES: Final = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"),
    *("nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
)
_GREEK_SMALL: Final = "αβγδεζηθικλμνξοπρστυφχψω"

GREEK: Final = {
    **dict(zip(_GREEK_NAMES, _GREEK_SMALL, strict=True)),
    **{name.capitalize(): letter.upper() for name, letter in zip(_GREEK_NAMES, _GREEK_SMALL, strict=True)},
}
"""The letter for each Greek name, small and capital."""

_GREEK_SPELLED: Final = {letter: name for name, letter in GREEK.items()}
# Greek letters that look Latin: on paper they are the Latin ones.
LATIN_LOOKING: Final = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True))
_LATIN_NAMES: Final = re.compile("|".join(name for name, letter in GREEK.items() if letter in LATIN_LOOKING))
_BASE: Final = re.compile(r"([^\W\d_]+)(\d*)\Z")
_ACCENTED: Final = re.compile(r"(.+)(hat|bar|tilde)\Z")


def identifier(name: str) -> Tree:
    """Give the look of a name.

    Letters, then digits as a subscript; what follows an underscore is a further subscript. The
    suffixes `hat`, `bar` and `tilde` on a single letter are accents; no other suffix means
    anything. Greek letters may be spelled out. The look of two names is equal exactly if they
    would print alike.

    >>> identifier("w0") == identifier("w_0")
    True
    >>> identifier("xprime")
    Letters(text='xprime', style='italic')
    """
    first, *rest = name.split("_")
    match = _BASE.match(first)
    if match is None:
        return Letters(name, "code")
    letters, digits = match.groups()
    subscripts = [part for part in (digits, *rest) if part]
    base = _base(letters)
    if not subscripts:
        return base
    looks: list[Tree] = []
    for part in subscripts:
        looks += (_subscript(part), Sign(","))
    return Script(base, sub=row(*looks[:-1]))


def indexed(name: str, letter: str) -> Tree:
    """Give the look of one entry of a quantity that stands for several numbers: x_k.

    >>> indexed("x", "k")
    Script(base=Letters(text='x', style='italic'), sub=Index(letter='k'), sup=None)
    """
    look = identifier(name)
    if isinstance(look, Script) and look.sub is not None:
        return Script(look.base, sub=row(Index(letter), Sign(","), look.sub))
    return Script(look, sub=Index(letter))


def coarse_spelling(name: str) -> str:
    """Return a text that is equal for any two names that print alike, and cheap to make.

    >>> coarse_spelling("theta_0") == coarse_spelling("θ0")
    True
    """
    spelled = in_ascii(name).replace("_", "")
    return spelled if spelled.islower() and "omicron" not in spelled else _LATIN_NAMES.sub(_in_latin, spelled)


def _in_latin(match: re.Match[str]) -> str:
    return LATIN_LOOKING[GREEK[match[0]]]


def in_ascii(name: str) -> str:
    """Spell out the Greek letters of a name.

    >>> in_ascii("θ_0")
    'theta_0'
    """
    if name.isascii():
        return name
    return "".join(_GREEK_SPELLED.get(character, character) for character in name)


def _base(letters: str) -> Tree:
    # The constant π appears in formulas of its own: a quantity of that name must not look like it.
    if letters in {"pi", "π"}:
        return Letters("pi")
    letters = GREEK.get(letters, letters)
    letters = LATIN_LOOKING.get(letters, letters)
    if len(letters) == 1:
        return Letters(letters)
    match = _ACCENTED.match(letters)
    if match:
        stem, mark = match.groups()
        stem = GREEK.get(stem, stem)
        if len(stem) == 1:
            return Accent(Letters(stem), cast("AccentMark", mark))
    return Letters(letters)


def _subscript(part: str) -> Tree:
    if part.isdigit():
        return Number(part)
    part = GREEK.get(part, part)
    if len(part) == 1:
        return Letters(LATIN_LOOKING.get(part, part))
    match = _BASE.match(part)
    if match and match.group(2):
        letters, digits = match.groups()
        return row(_subscript(letters), Number(digits))
    return Letters(part, "upright")
