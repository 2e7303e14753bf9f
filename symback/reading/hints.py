"""What to write instead of the things that are refused."""

from __future__ import annotations

_BRACKETS_ONLY = r"use \left( \right) or \left[ \right]"
_NO_SHAPES = "only scalars are read; declare the whole as a name"

_REMEDIES = {
    "/": r"write \frac{a}{b}",
    r"\div": r"write \frac{a}{b}",
    ":": r"write \frac{a}{b}",
    "*": r"write \cdot",
    "+": "leave a leading + out",
    "-": r"put a negative factor or term in \left( \right)",
    "=": "read each side by itself (split_equation cuts there)",
    "{": "braces stand only around arguments, indices and exponents",
    "|": r"write \cdot beside bars, or \left|x\right|",
    ".": "write a digit before and after the decimal point",
    "'": r"declare the name with its prime, or use \hat{x}",
    "!": "write factorials out",
    "_": "the index follows its name at once; declare the name with it",
    "^": "an exponent follows a name, a number or brackets",
    r"\log": r"write \ln, or declare \log among the functions: its base is not clear",
    r"\sum": "write the terms out",
    r"\prod": "write the factors out",
    r"\int": "integrals are not read",
    r"\lim": "limits are not read",
    r"\partial": "declare the whole derivative as a name",
    r"\mathrm": "declare the whole as a name, or its head as a function",
    r"\operatorname": "declare its head as a function",
    r"\text": "leave words out, or declare the whole as a name",
    r"\top": "a scalar has no transpose",
    r"\odot": _NO_SHAPES,
    r"\circ": _NO_SHAPES,
    r"\lVert": _NO_SHAPES,
    r"\|": _NO_SHAPES,
    r"\binom": "write the number out",
    r"\gcd": "write the number out",
    r"\infty": "infinities are not read",
    "e": r"write \exp\left(x\right), or declare the name",
    r"\{": _BRACKETS_ONLY,
    r"\mathbf": r"write the indicator as \mathbf{1}\left(z > 0\right)",
    r"\mathbb": r"write the indicator as \mathbf{1}\left(z > 0\right)",
    r"\begin": r"only \begin{cases} is read",
}


def unexpected(token: str) -> tuple[str, str]:
    r"""Return problem and remedy for a token that begins nothing that is read.

    >>> unexpected("/")
    ("'/' is not read here", 'write \\frac{a}{b}')
    """
    return f"{token!r} is not read here", _REMEDIES.get(token, "write it with what is read, or declare it")


def undeclared(name: str) -> tuple[str, str]:
    """Return problem and remedy for a name that was not declared.

    >>> undeclared("y")
    ("the name 'y' is not declared", 'correct it, or declare it')
    """
    return f"the name {name!r} is not declared", _REMEDIES.get(name, "correct it, or declare it")


def after_factor(sign: str) -> tuple[str, str]:
    """Return problem and remedy for a sign that cannot come after a complete factor.

    >>> after_factor("^")
    ("a second '^'", 'write the exponents as one')
    """
    if sign == "^":
        return "a second '^'", "write the exponents as one"
    return f"{sign!r} after a complete factor", _REMEDIES[sign]
