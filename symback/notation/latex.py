"""The LaTeX script: spells a notation tree for amsmath, or for GitHub's Markdown."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal, TypeAlias

from symback.notation import tree as t
from symback.notation.identifier import GREEK, LATIN_LOOKING
from symback.notation.pattern import spell_slot

Dialect: TypeAlias = Literal["amsmath", "github", "line"]
"""For LaTeX with amsmath; for GitHub's Markdown, whose MathJax knows no \\operatorname and which
takes a backslash before a punctuation mark for itself; for an equation in one line, without & and \\\\."""

GRADIENT_MACRO: Final = r"\symbackgrad"
"""The macro around everything that is a gradient; an author may define it anew."""

_SIGNS: Final = {
    "·": r"\cdot",
    "−": "-",
    "≈": r"\approx",
    "≥": r"\ge",
    "≤": r"\le",
    "≠": r"\ne",
    "→": r"\to",
    "←": r"\gets",
    "⋯": r"\cdots",
    "…": r"\dots",
    "⊙": r"\odot",
    "⊘": r"\oslash",
    "↦": r"\mapsto",
    "\u2062": r"\,",
    "\u2063": r"\,",
}

_LETTERS: Final = {
    "∂": r"\partial",
    "∇": r"\nabla",
    "⋯": r"\cdots",
    "⊤": r"\top",
    "ϕ": r"\varphi",
    "η": r"\eta",
    **{letter: rf"\{name}" for name, letter in GREEK.items() if letter not in LATIN_LOOKING},
    "ε": r"\varepsilon",
    "Υ": r"\Upsilon",
}

_DELIMITERS: Final = {"‖": r"\Vert"}

_NAMED_FUNCTIONS: Final = frozenset(
    ["arctan", "cos", "cosh", "exp", "ln", "log", "max", "min", "sin", "sinh", "tan", "tanh"],
)

_STYLES: Final = {"italic": "mathit", "upright": "mathrm", "bold": "mathbf", "code": "mathtt"}

_ESCAPES: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "∂": r"$\partial$",
    "−": "$-$",
    "≠": r"$\ne$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "·": r"$\cdot$",
    "±": r"$\pm$",
    "⊙": r"$\odot$",
    "⊘": r"$\oslash$",
    "‖": r"$\Vert$",
    "×": r"$\times$",
    "ᵀ": r"$^\top$",
    "ᵢ": "$_i$",
    "ⱼ": "$_j$",
    **{letter: f"${spelled}$" for letter, spelled in {**_LETTERS, **LATIN_LOOKING}.items() if letter != "∂"},
    "…": r"\dots{}",
    '"': r"\textquotedbl{}",
}


def escape(text: str) -> str:
    r"""Spell running text so that LaTeX prints it as it stands.

    >>> escape("100 % of a_b")
    '100 \\% of a\\_b'
    """
    return "".join(_ESCAPES.get(character, character) for character in text)


@lru_cache(maxsize=4096)
def latex(tree: t.Tree, dialect: Dialect = "amsmath") -> str:
    r"""Spell a tree in LaTeX.

    >>> from symback.notation.identifier import identifier
    >>> latex(identifier("w10"))
    'w_{10}'
    """
    return _spell(tree, dialect)


def _spell(tree: t.Tree, dialect: Dialect) -> str:  # noqa: C901, PLR0911, PLR0912 - one branch per class of tree
    def inner(part: t.Tree) -> str:
        return _spell(part, dialect)

    match tree:
        case t.Letters(text, style):
            return _letters(text, style)
        case t.Number(text):
            return text
        case t.Sign(text):
            spelled = _SIGNS.get(text, text)
            # GitHub takes the backslash of a thin space for itself.
            return r"\thinspace" if spelled == r"\," and dialect == "github" else spelled
        case t.Row(items):
            return _row(items, dialect)
        case t.Fraction(numerator, denominator):
            return rf"\frac{{{inner(numerator)}}}{{{inner(denominator)}}}"
        case t.Script(base, sub, sup):
            below = "" if sub is None else f"_{{{inner(sub).replace(', ', ',')}}}"
            above = "" if sup is None else f"^{{{inner(sup)}}}"
            return f"{inner(base)}{below}{above}"
        case t.Accent(base, mark):
            return rf"\{mark}{{{inner(base)}}}"
        case t.Fence(left, body, right):
            return _fenced(left, body, right, dialect)
        case t.Root(body):
            return rf"\sqrt{{{inner(body)}}}"
        case t.Call(head, arguments):
            listed = _separated(arguments)
            return _head(head, dialect) + ("()" if listed is None else _fenced("(", listed, ")", dialect))
        case t.Indicator(condition):
            return r"\mathbf{1}" + _fenced("(", condition, ")", dialect)
        case t.Cases(rows):
            return _cases(rows, dialect)
        case t.Matrix(rows):
            return _matrix(rows, dialect)
        case t.Sum(lower, upper, body):
            limit = "" if upper is None else f"^{{{inner(upper)}}}"
            return rf"\sum_{{{inner(lower)}}}{limit} {inner(body)}"
        case t.Brace(body, label):
            return rf"\underbrace{{{inner(body)}}}_{{{inner(label)}}}"
        case t.Colour(_, body):
            if dialect == "line":
                return inner(body)
            if dialect == "github":
                return rf"{{\color{{red}}{{{inner(body)}}}}}"
            return rf"{GRADIENT_MACRO}{{{inner(body)}}}"
        case t.Words(text):
            return rf"\text{{{escape(text)}}}"
        case t.Index(letter):
            return letter
        case t.Name(_, look, _):
            return inner(look)
        case t.Slot(number):
            place = spell_slot(number)
            return rf"\left( {place} \right)" if tree.bracketed else place
        case _:
            return t.never(tree)


def _letters(text: str, style: str) -> str:
    if len(text) == 1:
        letter = _LETTERS.get(text) or LATIN_LOOKING.get(text, text)
        return letter if style == "italic" else rf"\{_STYLES[style]}{{{letter}}}"
    spelled = "".join(_LETTERS.get(c, LATIN_LOOKING.get(c, c)) + (" " if c in _LETTERS else "") for c in text)
    return rf"\{_STYLES[style]}{{{spelled.strip()}}}".replace("_", r"\_")


def _row(items: tuple[t.Tree, ...], dialect: Dialect) -> str:
    parts: list[str] = []
    for position, item in enumerate(items):
        spelled = _spell(item, dialect)
        if position and not (position == 1 and items[0] == t.Sign("−")) and spelled != ",":
            parts.append(" ")
        parts.append(spelled)
    return "".join(parts)


def _separated(arguments: tuple[t.Tree, ...]) -> t.Tree | None:
    if not arguments:
        return None
    items: list[t.Tree] = []
    for argument in arguments:
        items += (argument, t.Sign(","))
    return t.Row(tuple(items[:-1]))


def _head(head: t.Tree, dialect: Dialect) -> str:
    """Spell the word in front of a call as an operator, which has its own space around it."""
    if isinstance(head, t.Script) and head.sub is not None and head.sup is None:
        return f"{_head(head.base, dialect)}_{{{_spell(head.sub, dialect)}}}"
    if isinstance(head, t.Letters) and head.style == "upright" and len(head.text) > 1:
        if head.text in _NAMED_FUNCTIONS:
            return rf"\{head.text}"
        if dialect != "github":
            return rf"\operatorname{{{head.text}}}".replace("_", r"\_")
    return _spell(head, dialect)


def _fenced(left: str, body: t.Tree, right: str, dialect: Dialect) -> str:
    spelled = _spell(body, dialect)
    left, right = _DELIMITERS.get(left, left), _DELIMITERS.get(right, right)
    if left and right and not is_tall(body):
        # A command needs a space after it.
        return f"{left}{' ' if left.startswith(chr(92)) else ''}{spelled}{right}"
    return rf"\left{left or '.'} {spelled} \right{right or '.'}"


def is_tall(tree: t.Tree) -> bool:  # noqa: PLR0911 - one branch per class of tree
    """Say whether a tree rises above one line, so that brackets around it must grow.

    >>> is_tall(t.Fraction(t.Number("1"), t.Number("2")))
    True
    """
    match tree:
        case t.Fraction() | t.Cases() | t.Matrix() | t.Sum() | t.Brace():
            return True
        case t.Row(items):
            return any(map(is_tall, items))
        case t.Call(_, arguments):
            return any(map(is_tall, arguments))
        case t.Fence(_, body, _) | t.Root(body) | t.Colour(_, body) | t.Indicator(body) | t.Name(_, body, _):
            return is_tall(body)
        case t.Script(base, _, _):
            return is_tall(base)
        case t.Slot(_, _, tall):
            return tall
        case _:
            return False


def _matrix(rows: tuple[tuple[t.Tree, ...], ...], dialect: Dialect) -> str:
    """Spell an array of numbers; in one line commas part its columns and semicolons its rows."""
    spelled = [[_spell(entry, dialect) for entry in entries] for entries in rows]
    if dialect == "line":
        return r"\left[ " + "; ".join(", ".join(entries) for entries in spelled) + r" \right]"
    end = r" \cr " if dialect == "github" else r" \\ "
    return r"\begin{bmatrix} " + end.join(" & ".join(entries) for entries in spelled) + r" \end{bmatrix}"


def _cases(rows: tuple[tuple[t.Tree, t.Tree | None], ...], dialect: Dialect) -> str:
    gap = " " if dialect == "line" else " & "
    lines = [f"{_spell(value, dialect)}{gap}{_condition(condition, dialect)}" for value, condition in rows]
    if dialect == "line":
        return r"\left\{ " + r",\quad ".join(lines) + r" \right."
    return r"\begin{cases} " + (r" \cr " if dialect == "github" else r" \\ ").join(lines) + r" \end{cases}"


def _condition(condition: t.Tree | None, dialect: Dialect) -> str:
    if condition is None:
        return r"\text{otherwise}"
    spelled = _spell(condition, dialect)
    # Right after text a minus would be taken for a binary one.
    return rf"\text{{if }} {{{spelled}}}" if spelled.startswith("-") else rf"\text{{if }} {spelled}"
