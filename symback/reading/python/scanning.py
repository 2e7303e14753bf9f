"""What is looked at before Python's own parser sees a text: its depth, and sums of very many terms.

The parser's trees are as deep as a formula is long, and some versions of Python refuse or crash on
deep ones. A sum of many terms is therefore given to it as a list, and anything else of that depth is
refused.
"""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

LONG_SUM: Final = 200
"""Sums of more operators than this are given to the parser as lists."""

MOST_TOKENS: Final = 2_500
"""A formula may have this many signs and words between two commas, besides the terms of a sum."""

_TOKEN: Final = re.compile(
    r"""
      (?P<skip>[ \t\f]+ | \\\n | \#[^\n]*)
    | (?P<newline>\n)
    | (?P<string>(?i:[rbuft]{0,2})(?:'''(?:[^\\]|\\.)*?''' | \"\"\"(?:[^\\]|\\.)*?\"\"\"
                                   | '(?:[^\\\n']|\\.)*' | "(?:[^\\\n"]|\\.)*"))
    | (?P<number>(?:\d|\.\d)(?:[eE][+-]?\d|[\w.])*)
    | (?P<name>\w+)
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<add>[+-](?!=))
    | (?P<factor>\*\*?(?!=) | //?(?!=) | %(?!=) | @(?!=) | ~ | \.(?!\.))
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPERANDS: Final = frozenset(["None", "True", "False"])


class Insertion(NamedTuple):
    """A bracket that was put into the text: its line and column, counted from 0, in the new text."""

    line: int
    column: int


@dataclass
class Scanned:
    """A text as the parser gets it.

    Attributes:
        text: The text, long sums written as lists.
        insertions: The brackets that were put in, in order.
        sums: For each opening bracket that was put in, the signs between the terms.
        too_deep: The place in the text given (counted from 0) where a formula gets too deep.
    """

    text: str
    insertions: list[Insertion] = field(default_factory=list)
    sums: dict[Insertion, str] = field(default_factory=dict)
    too_deep: int | None = None


def scan(text: str) -> Scanned:
    """Find the long sums of a text, and whether anything else in it is too deep.

    >>> scan("y = a + b").text
    'y = a + b'
    >>> scan("+".join("x" * 300)).text[:9]
    '[x,x,x,x,'
    """
    if len(text) <= MOST_TOKENS and text.count("+") + text.count("-") <= LONG_SUM:
        return Scanned(text)
    scanner = _Scanner()
    for match in _TOKEN.finditer(text):
        scanner.take(match)
        if scanner.tokens > MOST_TOKENS:
            return Scanned(text, too_deep=match.start())
    scanner.levels[0].end(scanner.found)
    return _rewritten(text, sorted(scanner.found))


class _Sum(NamedTuple):
    """Where a long sum starts and ends, and where its signs are."""

    start: int
    stop: int
    signs: list[int]


@dataclass
class _Level:
    """What is known of one level of brackets: the sum that is being read there."""

    start: int | None = None
    stop: int = 0
    signs: list[int] = field(default_factory=list)
    tokens: int = 0
    after_operand: bool = False

    def part(self, start: int, stop: int, *, operand: bool) -> None:
        """Take a token that belongs to the sum."""
        if self.start is None:
            self.start = start
        self.stop = stop
        self.after_operand = operand

    def sign(self, place: int) -> None:
        """Take a sign between two terms."""
        self.signs.append(place)
        self.tokens = min(len(self.signs), LONG_SUM)
        self.after_operand = False

    def end(self, found: list[_Sum]) -> None:
        """End the sum; keep it if it is long."""
        if self.start is not None and len(self.signs) > LONG_SUM and self.after_operand:
            found.append(_Sum(self.start, self.stop, self.signs))
        self.start, self.signs, self.after_operand = None, [], False


class _Scanner:
    """The levels of brackets at a place in a text."""

    def __init__(self) -> None:
        self.levels = [_Level()]
        self.found: list[_Sum] = []
        self.tokens = 0

    def take(self, match: re.Match[str]) -> None:
        """Take the next token."""
        kind, level = match.lastgroup, self.levels[-1]
        if kind == "skip" or (kind == "newline" and len(self.levels) > 1):
            return
        self.tokens -= level.tokens
        if kind == "close":
            level.end(self.found)
            if len(self.levels) > 1:
                self.levels.pop()
            else:
                self.tokens += level.tokens
            self.levels[-1].part(match.start(), match.end(), operand=True)
            return
        self._within(level, match)
        self.tokens += level.tokens
        if kind == "open":
            self.levels.append(_Level())

    def _within(self, level: _Level, match: re.Match[str]) -> None:
        kind, word = match.lastgroup, match[0]
        level.tokens += 1
        if kind == "string" and "f" in word[:2].lower():
            # The parser also reads what stands in the braces of an f-string.
            level.tokens += len(word)
        if kind == "add" and level.after_operand:
            level.sign(match.start())
        elif kind in ("open", "add") or (kind == "factor" and (level.after_operand or word == "~")):
            level.part(match.start(), match.end(), operand=False)
        elif kind in ("name", "number", "string") and not _separates(word):
            level.part(match.start(), match.end(), operand=True)
        else:
            level.end(self.found)
            level.tokens = 0 if word in ",;\n" else level.tokens


def _separates(word: str) -> bool:
    return keyword.iskeyword(word) and word not in _OPERANDS


def _rewritten(text: str, found: list[_Sum]) -> Scanned:
    """Put each sum into brackets, with commas for its signs."""
    if not found:
        return Scanned(text)
    edits: list[tuple[int, int, str, str]] = []
    for start, stop, signs in found:
        # At one place a sum's end stands before the beginning of another.
        edits += [(start, 1, "[", "".join(text[sign] for sign in signs)), (stop, 0, "]", "")]
        edits += [(sign, 2, ",", "") for sign in signs]
    parts, position = [], 0
    scanned = Scanned("")
    line, column = 0, 0
    for place, order, sign, signs_between in sorted(edits):
        kept = text[position:place]
        parts += [kept, sign]
        position = place + (order == 2)  # noqa: PLR2004 - a comma takes the place of a sign
        lines = kept.count("\n")
        line, column = line + lines, len(kept) - kept.rfind("\n") - 1 if lines else column + len(kept)
        if sign != ",":
            scanned.insertions.append(Insertion(line, column))
        if sign == "[":
            scanned.sums[Insertion(line, column)] = signs_between
        column += 1
    scanned.text = "".join([*parts, text[position:]])
    return scanned
