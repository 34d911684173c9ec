"""What a quantity is worth at a price: spot, linear and inverse instruments.

Source: docs/reference/ledger.md section 4.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Optional

from .books import Amount, Position, amount_of
from .decimals import canonical, half_even
from .model import Instrument, Json

INVERSE_SCALE = 24
AVG_PX_SCALE = 12


class Values:
    """The values of one instrument, in units of 10**-`scale` of `currency`."""

    def __init__(self, instrument: Instrument) -> None:
        terms = instrument.terms
        self.asset_class: str = terms["asset_class"]
        self.price_scale = instrument.price_scale
        self.qty_scale = instrument.qty_scale
        self.multiplier = Amount(1, 0)
        self.currency: str = terms["quote"]
        self.base: str = terms["base"]
        self.scale = self.price_scale + self.qty_scale
        if self.asset_class != "spot":
            self.multiplier = amount_of(terms["contract"]["multiplier"])
            self.currency = terms["contract"]["settlement"]
            self.scale += self.multiplier.scale
        if self.asset_class == "inverse":
            self.scale = INVERSE_SCALE

    def value(self, qty: int, price: int) -> int:
        """Returns what a signed quantity is worth at a price, in units."""
        if self.asset_class != "inverse":
            return qty * price * self.multiplier.units
        worth = self.multiplier.value * Fraction(qty, 10**self.qty_scale)
        worth = worth / Fraction(price, 10**self.price_scale)
        return -round(worth * 10**INVERSE_SCALE)

    def can_trade_at(self, price: int) -> bool:
        """Whether an execution or a settlement may have that price."""
        return self.asset_class != "inverse" or price > 0

    def usable_mark(self, mark: Optional[int]) -> Optional[int]:
        """Returns the mark, or None if it cannot value a position."""
        if mark is None or not self.can_trade_at(mark):
            return None
        return mark

    def average_price(self, position: Position, cost_scale: int) -> Optional[str]:
        """Returns the average price as it is shown."""
        if position.qty == 0:
            return None
        cost = Fraction(position.cost, 10**cost_scale)
        size = Fraction(position.qty, 10**self.qty_scale) * self.multiplier.value
        if self.asset_class == "inverse":
            return "0" if cost == 0 else canonical(half_even(-size / cost, AVG_PX_SCALE))
        average = cost / size
        if (average * 10**self.price_scale).denominator == 1:
            return canonical(average)
        return canonical(half_even(average, AVG_PX_SCALE))


def fits(terms: Json) -> bool:
    """Whether a listing of one of these classes has the contract that its class asks for."""
    asset_class, contract = terms["asset_class"], terms.get("contract")
    if asset_class == "spot":
        return contract is None
    if asset_class not in ("linear", "inverse") or contract is None:
        return False
    return contract["kind"] == asset_class and amount_of(contract["multiplier"]).units > 0


def shares(amount: Amount, qty: int, of: int, scale: int) -> Amount:
    """Returns amount x qty / of, half-even at a scale."""
    return Amount(round(amount.value * Fraction(qty, of) * 10**scale), scale)


