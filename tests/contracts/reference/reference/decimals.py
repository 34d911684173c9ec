"""Numbers: canonical decimal text, counts of quanta, and the two roundings that the documents use.

Money is `fractions.Fraction` inside and canonical decimal text outside; there is no float. Source:
docs/reference/events.md, "Words and numbers".
"""

from __future__ import annotations

from fractions import Fraction
from typing import Optional, Union

SAFE = 2**53 - 1
"""The largest magnitude of an integer in an event."""

Number = Union[int, Fraction]


class NotFinite(ValueError):
    """A fraction has no finite decimal form. The books hold finite decimals only, so it is a bug."""


def parse(text: str) -> Fraction:
    """Returns the value of a decimal text, exactly."""
    return Fraction(text)


def quanta(text: str, scale: int) -> Optional[int]:
    """Returns the count of quanta (10**-scale) in a decimal text, or None if it is not whole."""
    value = Fraction(text) * 10**scale
    return value.numerator if value.denominator == 1 else None


def canonical(value: Number) -> str:
    """Returns the canonical decimal text: no trailing zeros, never -0.

    Raises NotFinite if the value needs more than 2 and 5 in its denominator.
    """
    value = Fraction(value)
    denominator = value.denominator
    if denominator == 1:
        return str(value.numerator)
    twos = fives = 0
    while denominator % 2 == 0:
        denominator //= 2
        twos += 1
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    if denominator != 1:
        raise NotFinite(f"Cannot write a decimal: it must be finite: was {value}")
    scale = max(twos, fives)
    digits = str(abs(value.numerator) * (10**scale // value.denominator)).rjust(scale + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}"


def half_even(value: Number, scale: int) -> Fraction:
    """Rounds to 10**-scale; a tie goes to the even neighbour."""
    return Fraction(round(Fraction(value) * 10**scale), 10**scale)


def half_up(value: Number) -> int:
    """Rounds to an integer; a tie goes up."""
    return (Fraction(value) * 2 + 1).__floor__() // 2


def ceil_div(value: int, by: int) -> int:
    """Returns value / by, rounded up."""
    return -(-value // by)
