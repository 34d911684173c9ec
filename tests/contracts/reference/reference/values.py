"""What a quantity is worth at a price: spot, linear, inverse and binary instruments.

Source: docs/reference/ledger.md sections 4 and 10.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Optional

from .books import Amount, Position, amount_of
from .decimals import canonical, half_even
from .model import Instrument, Json, Share

INVERSE_SCALE = 24
AVG_PX_SCALE = 12
COST_SCALE_MIN = 12


class Values:
    """The values of one instrument, in units of 10**-`scale` of `currency`."""

    def __init__(self, instrument: Instrument) -> None:
        terms = instrument.terms
        self.instrument = instrument
        self.asset_class: str = terms["asset_class"]
        self.price_scale = instrument.price_scale
        self.qty_scale = instrument.qty_scale
        self.multiplier = Amount(1, 0)
        self.currency: str = terms["quote"]
        self.base: str = terms["base"]
        self.scale = self.price_scale + self.qty_scale
        if self.asset_class in ("linear", "inverse"):
            self.multiplier = amount_of(terms["contract"]["multiplier"])
            self.currency = terms["contract"]["settlement"]
            self.scale += self.multiplier.scale
        if self.asset_class == "inverse":
            self.scale = INVERSE_SCALE
        if self.asset_class == "binary":
            self.currency = terms["contract"]["collateral"]

    @property
    def cost_scale(self) -> int:
        """The scale of costs: that of values, but at least 12."""
        return max(COST_SCALE_MIN, self.scale)

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

    def payout_quanta(self) -> int:
        """Returns the payout of a binary contract, in price quanta."""
        payout = Fraction(self.instrument.terms["contract"]["payout"])
        return int(payout * 10**self.price_scale)

    def at_share(self, qty: int, share: Share) -> int:
        """Returns what a quantity of a binary contract pays at a share, in units of the cost scale."""
        numerator, denominator = share
        finer = 10 ** (self.cost_scale - self.scale)
        return qty * self.payout_quanta() * finer * numerator // denominator

    def average_price(self, position: Position) -> Optional[str]:
        """Returns the average price as it is shown."""
        if position.qty == 0:
            return None
        cost = Fraction(position.cost, 10**self.cost_scale)
        size = Fraction(position.qty, 10**self.qty_scale) * self.multiplier.value
        if self.asset_class == "inverse":
            return "0" if cost == 0 else canonical(half_even(-size / cost, AVG_PX_SCALE))
        return shown_price(cost / size, self.price_scale)


def shown_price(average: Fraction, price_scale: int) -> str:
    """Returns an average: exact if it is a whole number of quanta, else half-even to 12 decimals."""
    if (average * 10**price_scale).denominator == 1:
        return canonical(average)
    return canonical(half_even(average, AVG_PX_SCALE))


def usable(instrument: Instrument, mark: Optional[int]) -> Optional[int]:
    """Returns a mark that can value a position: above 0, unless the class is linear."""
    if mark is None or (mark <= 0 and instrument.asset_class != "linear"):
        return None
    return mark


def mark_of(instrument: Instrument) -> Optional[int]:
    """Returns the price at which a position is shown."""
    return usable(instrument, instrument.book.mark())


def fits(terms: Json) -> bool:
    """Whether a spot, linear or inverse listing has the contract that its class asks for."""
    asset_class, contract = terms["asset_class"], terms.get("contract")
    if asset_class == "spot":
        return contract is None
    if asset_class not in ("linear", "inverse") or contract is None:
        return False
    return contract["kind"] == asset_class and amount_of(contract["multiplier"]).units > 0


def shares(amount: Amount, qty: int, of: int, scale: int) -> Amount:
    """Returns amount x qty / of, half-even at a scale."""
    return Amount(round(amount.value * Fraction(qty, of) * 10**scale), scale)
