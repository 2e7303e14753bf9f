r"""LaTeX text as a list of tokens in one normal form, and the faults that point into it.

Two spellings of one thing give the same tokens: spaces go, an index always stands in braces
(``x_0`` is ``x_{0}``), ``\leq`` is ``\le``, and colour is looked through.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from symback.core.errors import ReadingError

MAX_CHARACTERS = 200_000
MAX_TOKENS = 60_000

TRANSPARENT = {r"\gradcolor": 0, r"\symbackgrad": 0, r"\mathcolor": 1, r"\textcolor": 1}
"""Macros that only colour their last argument, and how many arguments come before it."""

ALIASES = {
    r"\dfrac": r"\frac",
    r"\tfrac": r"\frac",
    r"\leq": r"\le",
    r"\geq": r"\ge",
    r"\neq": r"\ne",
    r"\cr": "\\\\",
    r"\lt": "<",
    r"\gt": ">",
}

BRACKETS = {
    "(": ")",
    "[": "]",
    r"\left(": r"\right)",
    r"\left[": r"\right]",
    r"\left|": r"\right|",
}
"""Each opening bracket that is read, and the one that closes it."""

RELATIONS = frozenset([">", "<", r"\ge", r"\le", "=", r"\ne"])

_SPACES = r"(?:\s|~|\\[,;:!>\s]|\\q?quad(?![A-Za-z]))*"
_TOKEN = re.compile(
    _SPACES
    + r"""(
        \\(?:left|right)(?![A-Za-z])\s*(?:\\[A-Za-z]+|\\.|[^\s\\])?  # with its bracket: one token
        | \\\\(?:\[-?[0-9.]+[a-z]{2}\])?                             # a new row, perhaps with a skip
        | \\[A-Za-z]+
        | \\.
        | \S
    )""",
    re.VERBOSE,
)


class Tokens(NamedTuple):
    """Normalised tokens, and for each the place in the text it was read from."""

    source: str
    texts: list[str]
    places: list[int]


def fault(source: str, place: int, problem: str, remedy: str) -> ReadingError:
    r"""Build the error for a problem at a place (counted from 0) of a text.

    >>> print(fault("a + $", 4, "'$' is not read", "leave it out"))
    column 5: '$' is not read; leave it out
    """
    line = source.count("\n", 0, place) + 1
    column = place - source.rfind("\n", 0, place)
    where = f"column {column}" if line == 1 else f"line {line}, column {column}"
    return ReadingError(f"{where}: {problem}; {remedy}")


def scan(text: str) -> Tokens:
    r"""Cut a text into tokens as TeX does, dropping spaces and changing nothing else.

    >>> scan(r"\alpha x_10").texts
    ['\\alpha', 'x', '_', '1', '0']
    """
    if len(text) > MAX_CHARACTERS:
        problem = f"the text has {len(text)} characters, more than {MAX_CHARACTERS}"
        raise fault(text, MAX_CHARACTERS, problem, "read it in parts")
    texts = []
    places = []
    for match in _TOKEN.finditer(text):
        texts.append(match[1])
        places.append(match.start(1))
    if len(texts) > MAX_TOKENS:
        problem = f"the text has {len(texts)} tokens, more than {MAX_TOKENS}"
        raise fault(text, places[MAX_TOKENS], problem, "read it in parts")
    return Tokens(text, texts, places)


def tokenize(text: str) -> Tokens:
    r"""Cut a text into tokens and bring them into normal form.

    >>> "".join(tokenize(r"\gradcolor{x_0} \leq \left ( y^2").texts)
    'x_{0}\\le\\left(y^{2}'
    """
    tokens = scan(text)
    texts = tokens.texts
    for index, token in enumerate(texts):
        if token[0] == "\\":
            if token.startswith((r"\left", r"\right")):
                texts[index] = "".join(token.split())
            elif token.startswith("\\\\"):
                texts[index] = "\\\\"
            else:
                texts[index] = ALIASES.get(token, token)
    if any(macro in text for macro in TRANSPARENT):
        tokens = _without_colour(tokens)
    return _with_braced_scripts(tokens)


def _without_colour(tokens: Tokens) -> Tokens:
    """Drop each transparent macro together with the braces around what it colours."""
    source, texts, places = tokens
    kept = Tokens(source, [], [])
    transparent: list[bool] = []  # for each open brace, whether it belongs to a colour
    index = 0
    while index < len(texts):
        sign = texts[index]
        if sign in TRANSPARENT:
            if kept.texts and kept.texts[-1] in ("_", "^"):
                # Without the braces, only the first sign of the argument would be the script.
                raise fault(source, places[index], f"{sign} right after {kept.texts[-1]}", "put it in braces")
            index = _start_of_coloured(tokens, index)
            transparent.append(True)
            continue
        dropped = False
        if sign == "{":
            transparent.append(False)
        elif sign == "}" and transparent:
            dropped = transparent.pop()
        if not dropped:
            kept.texts.append(sign)
            kept.places.append(places[index])
        index += 1
    if True in transparent:
        raise fault(source, len(source), "the braces of a colour are not closed", "add the missing '}'")
    return kept


def _start_of_coloured(tokens: Tokens, macro: int) -> int:
    """Return the index right after the brace that opens the coloured argument."""
    source, texts, places = tokens
    index = macro + 1
    for _ in range(TRANSPARENT[texts[macro]]):
        if index >= len(texts) or texts[index] != "{" or texts[-1] != "}":
            raise fault(source, places[macro], f"{texts[macro]} without a colour", "give it in braces")
        index = texts.index("}", index) + 1
    if index >= len(texts) or texts[index] != "{":
        raise fault(source, places[macro], f"{texts[macro]} without an argument", "give it in braces")
    return index + 1


def _with_braced_scripts(tokens: Tokens) -> Tokens:
    """Put braces around every index and exponent that is a single sign."""
    source, texts, places = tokens
    if not any(sign in ("_", "^") and following != "{" for sign, following in pairwise(texts)):
        return tokens
    braced = Tokens(source, [], [])
    script = False
    for sign, place in zip(texts, places, strict=True):
        single = script and (sign.isalnum() or (sign[0] == "\\" and sign[1:].isalpha()))
        braced.texts.extend(("{", sign, "}") if single else (sign,))
        braced.places.extend((place, place, place) if single else (place,))
        script = sign in ("_", "^")
    return braced
