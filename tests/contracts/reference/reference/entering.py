"""Positions entered at a price that may lie between two quanta, to nobody known.

Source: docs/reference/orders.md section 12, Executions of `q` quanta at a price.
"""

from __future__ import annotations

from fractions import Fraction
from typing import List

from .books import Execution, Trade, amount_of
from .decimals import SAFE
from .fills import book
from .ledger import EXTERNAL
from .model import Instrument
from .order import Fill
from .state import State, must
from .values import Values


def executions(instrument: Instrument, qty: int, price: Fraction) -> List[Execution]:
    """Returns what a signed quantity at a price is executed as: at the two quanta around it.

    Asserts that the price can be executed, booked or only compared with.
    """
    is_inverse = instrument.asset_class == "inverse"
    must(not is_inverse or price > 0, "the price of an inverse contract is above 0")
    exact = price * 10**instrument.price_scale
    low = exact.__floor__()
    share = exact - low
    if is_inverse:
        share *= (low + 1) / exact
    above = round(abs(qty) * share)
    sign = 1 if qty > 0 else -1
    parts = [(sign * (abs(qty) - above), low), (sign * above, low + 1)]
    parts = [part for part in parts if part[0] != 0]
    must(all(-SAFE <= at <= SAFE for _, at in parts), "a price is within 2^53 quanta")
    return parts


def worth(instrument: Instrument, parts: List[Execution]) -> int:
    """Returns the sum of the values of executions, in units of the cost scale."""
    values = Values(instrument)
    return sum(values.value(*part) for part in parts) * 10 ** (values.cost_scale - values.scale)


def enter(state: State, instrument: Instrument, parts: List[Execution]) -> None:
    """Books executions that are nobody's: all of them, or none."""
    _check(state, instrument, parts)
    quote = instrument.terms["quote"]
    for signed, price in parts:
        qty, side = abs(signed), "Buy" if signed > 0 else "Sell"
        fill = Fill("", qty, price, None, "0", quote, False, None, qty)
        book(state, instrument.id, EXTERNAL, side, fill)


def _check(state: State, instrument: Instrument, parts: List[Execution]) -> None:
    """Asserts that each execution can be booked after those before it."""
    quote, fee = instrument.terms["quote"], amount_of("0")
    booked = 0
    for signed, price in parts:
        booked += signed
        state.ledger.check(instrument, EXTERNAL, Trade(booked, price, quote, fee), 1)
