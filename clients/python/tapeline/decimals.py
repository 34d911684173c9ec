"""Decimals as the wire spells them. Binary floats are refused: they are not the price you meant."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact
from typing import Union

from .errors import InvalidIntent, ProtocolViolation

__all__ = ["DecimalLike", "parse_decimal", "ratio", "to_wire_decimal"]

#: What the package takes for a price or a quantity.
DecimalLike = Union[str, int, Decimal]

_WIRE = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
_NEGATIVE_ZERO = re.compile(r"-0(\.0+)?", re.ASCII)
_MAX_DIGITS = 38
_TWELVE = Decimal("1e-12")


def to_wire_decimal(value: DecimalLike, what: str) -> str:
    """Returns ``value`` in plain notation, as the wire wants it.

    :raises InvalidIntent: If it is a float, no finite number, or longer than 38 digits.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise InvalidIntent(
            f"Cannot write {what}: it must be a str, an int or a Decimal: was {value!r}"
        )
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise InvalidIntent(f"Cannot write {what}: it must be finite: was {value}")
        text = format(value, "f")
    else:
        text = str(value)
    if _NEGATIVE_ZERO.fullmatch(text):
        text = text[1:]
    if _WIRE.fullmatch(text) is None or sum(c.isdigit() for c in text) > _MAX_DIGITS:
        raise InvalidIntent(
            f"Cannot write {what}: it must be a plain decimal of at most 38 digits: was {text!r}"
        )
    return text


def parse_decimal(value: object, what: str) -> Decimal | None:
    """Returns a decimal of the daemon, ``None`` for ``None``.

    :raises ProtocolViolation: If it is neither a decimal string nor an integer.
    """
    if value is None:
        return None
    if isinstance(value, str) and _WIRE.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise ProtocolViolation(f"Cannot read {what}: it must be a decimal: was {value!r}")


def ratio(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Returns the quotient, exact or half-even to 12 decimals, as the daemon gives ``avg_px``."""
    context = Context(prec=90, rounding=ROUND_HALF_EVEN)
    quotient = context.divide(dividend, divisor)
    if context.flags[Inexact] or quotient.as_tuple().exponent < -12:  # type: ignore[operator]
        return quotient.quantize(_TWELVE, context=context)
    return quotient
