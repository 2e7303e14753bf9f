"""From a number to its look: six significant digits, and whether anything was rounded away."""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact
from fractions import Fraction as ExactFraction
from typing import Final

from symback.notation.tree import Fraction, Number, Script, Sign, Tree, row

# ASCII only: Fraction itself would take "١" and "1_000", and a long exponent would fill the memory.
_NUMERAL: Final = re.compile(
    r"[+-]?(\d{1,400}/\d{1,400}|(\d{1,400}\.?\d{0,400}|\.\d{1,400})([eE][+-]?\d{1,6})?)\Z", re.ASCII
)
_LARGEST_EXPONENT: Final = 400

DIGITS: Final = 6
"""Significant digits of a printed result."""

# A longer fraction is written in a line, which can be broken.
_LONGEST_FRACTION: Final = 60

# Floats carry noise in the last bits (0.1 + 0.2); that alone does not make a printed value rounded.
_FLOAT_NOISE: Final = 1e-14


class TypedNumber(ExactFraction):
    """An exact number that prints as it was typed.

    >>> TypedNumber.parse("0.10").text
    '0.10'
    >>> TypedNumber.parse("-1/3") * 3
    Fraction(-1, 1)
    """

    __slots__ = ("text",)

    text: str

    @classmethod
    def parse(cls, text: str) -> TypedNumber:
        """Read an integer, decimal, fraction or scientific number.

        Raises:
            ValueError: The text is none of these.
            OverflowError: The exponent is out of all reason.
            ZeroDivisionError: The denominator is zero.
        """
        if not _NUMERAL.match(text):
            raise ValueError(text)
        exponent = text.lower().partition("e")[2]
        if exponent and abs(int(exponent)) > _LARGEST_EXPONENT:
            raise OverflowError(text)
        number = cls(text)
        number.text = text
        return number

    def __str__(self) -> str:
        return self.text

    def __copy__(self) -> TypedNumber:
        return self

    def __deepcopy__(self, memo: object) -> TypedNumber:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return TypedNumber.parse, (self.text,)


def spell(value: object) -> tuple[str, bool]:
    """Spell a real number in ASCII, and say whether the spelling is exact.

    Integers and typed numbers are whole; others have six significant digits.

    >>> spell(5.985), spell(ExactFraction(1, 3)), spell(1e-7)
    (('5.985', True), ('1/3', True), ('1e-7', True))
    >>> spell(2 / 3)
    ('0.666667', False)
    """
    if isinstance(value, TypedNumber):
        return value.text.replace("E", "e").replace("e+", "e").lstrip("+"), True
    if isinstance(value, int):
        text = str(value)
        return (text, True) if len(text) <= 15 else (_trim(f"{value:.6g}"), False)  # noqa: PLR2004 - a double's digits
    if isinstance(value, ExactFraction):
        return _spell_fraction(value)
    number = float(value)  # type: ignore[arg-type]
    text = _trim(f"{number:.{DIGITS}g}") if number else "0"
    return text, abs(float(text) - number) <= _FLOAT_NOISE * abs(number)


def spell_whole(value: object) -> str:
    """Spell a real number in ASCII with all its digits: what a formula states must not be rounded.

    >>> spell_whole(0.044715), spell_whole(ExactFraction(44715, 1000000)), spell_whole(1e-7)
    ('0.044715', '0.044715', '1e-7')
    """
    if isinstance(value, TypedNumber):
        return spell(value)[0]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, ExactFraction):
        return _decimal(value) or str(value)
    return _trim(repr(float(value)).removesuffix(".0"))  # type: ignore[arg-type]


def in_words(value: object) -> str:
    """Spell a real number for a sentence: all its digits, with a minus sign.

    >>> in_words(-0.5)
    '−0.5'
    """
    return spell_whole(value).replace("-", "−")


def _decimal(value: ExactFraction) -> str | None:
    """Spell a fraction as a decimal, if it is one of few digits."""
    context = Context(prec=40, traps=[])
    quotient = context.divide(Decimal(value.numerator), Decimal(value.denominator)).normalize(context)
    if context.flags[Inexact]:
        return None
    plain = -7 <= quotient.adjusted() <= 16  # noqa: PLR2004 - where Python itself writes no exponent
    return format(quotient, "f") if plain else _trim(format(quotient, "e"))


def _spell_fraction(value: ExactFraction) -> tuple[str, bool]:
    text = _trim(f"{float(value):.{DIGITS}g}")
    if ExactFraction(text) == value:
        return text, True
    if len(str(value.numerator)) + len(str(value.denominator)) <= DIGITS:
        return str(value), True
    return text, False


def _trim(text: str) -> str:
    """Drop what Python adds to an exponent: 1e-07 is 1e-7."""
    mantissa, mark, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if mark else text


def numeral(value: object) -> Tree:
    """Give the look of a real number; a negative one starts with a minus sign.

    >>> numeral(-3)
    Row(items=(Sign(text='−'), Number(text='3')))
    """
    return numeral_of_text(spell(value)[0])


def numeral_of_text(text: str) -> Tree:
    """Give the look of a number that is already spelled in ASCII.

    >>> numeral_of_text("0.1")
    Number(text='0.1')
    """
    negative = text.startswith("-")
    look = _unsigned(text.lstrip("-"))
    return row(Sign("−"), *(look.items if hasattr(look, "items") else (look,))) if negative else look


def _unsigned(text: str) -> Tree:
    if "/" in text:
        numerator, _, denominator = text.partition("/")
        if len(text) > _LONGEST_FRACTION:
            return row(Number(numerator), Sign("/"), Number(denominator))
        return Fraction(Number(numerator), Number(denominator))
    mantissa, mark, exponent = text.partition("e")
    if not mark:
        return Number(text)
    power = Script(Number("10"), sup=numeral_of_text(exponent))
    return row(Number(mantissa), Sign("·"), power)
