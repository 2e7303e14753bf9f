r"""One printed line, cut at its equality signs, so that each side can be read by itself."""

from __future__ import annotations

from typing import NamedTuple

from symback.reading.tokens import BRACKETS, fault, scan

_EQUALITIES = frozenset(["=", r"\approx"])
_OPENING = {**BRACKETS, "{": "}", r"\left\{": r"\right.", r"\left.": r"\right|"}
_CLOSING = frozenset(_OPENING.values())


class _Sign(NamedTuple):
    """A token of the line with where it begins and ends, and how many groups it stands in."""

    text: str
    start: int
    end: int
    depth: int


def split_equation(text: str) -> list[str]:
    r"""Cut a line at every ``=`` and ``\approx`` that stands outside of brackets, braces and cases.

    Alignment marks beside the signs, a tag, words after a wide space and the end of the row are left out.

    Args:
        text: One printed line.

    Returns:
        Sides and signs in turn: ``parts[::2]`` are the sides, ``parts[1::2]`` the signs between them.
        A line without a sign is one side.

    Raises:
        ReadingError: A side is empty, a bracket does not match, or ``&`` stands elsewhere.

    >>> split_equation(r"a &= \frac{1}{3} \approx 0.333 \tag*{seed} \\")
    ['a', '=', '\\frac{1}{3}', '\\approx', '0.333']
    """
    signs = _signs(text)
    parts: list[str] = []
    side: list[_Sign] = []
    for sign in signs[: _end_of_equation(text, signs)]:
        if sign.depth == 0 and sign.text in _EQUALITIES:
            parts += [_side(text, side, sign.start), sign.text]
            side = []
        else:
            side.append(sign)
    return [*parts, _side(text, side, len(text))]


def _signs(text: str) -> list[_Sign]:
    """Return the tokens of a line, checking that whatever is opened is closed."""
    tokens = scan(text)
    signs: list[_Sign] = []
    expected: list[str] = []
    for token, start in zip(tokens.texts, tokens.places, strict=True):
        sign = "".join(token.split())
        if (sign in _CLOSING or sign == r"\end") and (not expected or expected.pop() != sign):
            raise fault(text, start, f"{sign!r} closes nothing that is open", "match brackets and braces")
        signs.append(_Sign(sign, start, start + len(token), len(expected)))
        if sign in _OPENING or sign == r"\begin":
            expected.append(_OPENING.get(sign, r"\end"))
    if expected:
        raise fault(text, len(text), f"{expected[-1]!r} is missing at the end", "match brackets and braces")
    return signs


def _end_of_equation(text: str, signs: list[_Sign]) -> int:
    """Return the index where tags, words after a wide space, and row ends begin at the end of a line."""
    end = len(signs)
    while end:
        last = signs[end - 1]
        if last.text.startswith("\\\\") or last.text in ("&", r"\nonumber", r"\notag"):
            end -= 1
        elif last.text == "}" and last.depth == 0:
            head = _head_of_group(signs, end - 1)
            if not _is_label(text, signs, head):
                return end
            end = head
        else:
            return end
    return end


def _head_of_group(signs: list[_Sign], closing: int) -> int:
    """Return the index of the command whose argument ends at a brace, or of what stands in its place."""
    opening = closing - 1
    while signs[opening].depth > 0:
        opening -= 1
    starred = opening > 1 and signs[opening - 1].text == "*"
    return max(opening - (2 if starred else 1), 0)


def _is_label(text: str, signs: list[_Sign], head: int) -> bool:
    """Tell whether a command with its argument stands clearly outside of the formula."""
    command = signs[head].text
    if command in (r"\tag", r"\label"):
        return True
    if command != r"\text" or head == 0:
        return False
    before = signs[head - 1]
    gap = text[before.end : signs[head].start]
    return before.text == "&" or r"\quad" in gap or r"\qquad" in gap


def _side(text: str, side: list[_Sign], place: int) -> str:
    """Return the text of one side, without the alignment marks at its ends."""
    formula = [index for index, sign in enumerate(side) if sign.text != "&"]
    if not formula:
        raise fault(text, place, "one side of the equation is empty", "write both sides")
    kept = side[formula[0] : formula[-1] + 1]
    for sign in kept:
        if sign.depth == 0 and (sign.text == "&" or sign.text.startswith("\\\\")):
            raise fault(text, sign.start, f"{sign.text!r} inside a formula", "keep it beside = or at the end")
    return text[kept[0].start : kept[-1].end]
