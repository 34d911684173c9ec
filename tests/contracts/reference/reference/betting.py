"""Betting: stakes by price and epoch, removed runners, the runners of a market.

Source: docs/reference/ledger.md section 11. What happens to a market is in `markets.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Dict, List, Optional, Tuple

from .books import Trade
from .model import Instrument
from .state import State

PRICE_BASIS_MIN_PPM = 25_000
MILLION = 10**6

Bet = Tuple[int, int, int]
"""Sign of the side (1 back, -1 lay), traded price, epoch."""


@dataclass
class BetPosition:
    """The stakes on one runner in one book."""

    stakes: Dict[Bet, int] = field(default_factory=dict)

    def side(self, sign: int) -> int:
        """Returns the stakes of a side."""
        return sum(stake for bet, stake in self.stakes.items() if bet[0] == sign)

    @property
    def qty(self) -> int:
        """Returns net: stakes backed less stakes laid."""
        return self.side(1) - self.side(-1)

    def change(self, trade: Trade, sign: int) -> None:
        """Adds the stake of a bet, or takes it out."""
        bet = bet_of(trade)
        self.stakes[bet] = self.stakes.get(bet, 0) + abs(trade.signed) * sign
        if self.stakes[bet] == 0:
            del self.stakes[bet]


def bet_of(trade: Trade) -> Bet:
    """Returns what tells a bet among those of its book and runner."""
    return (1 if trade.signed > 0 else -1, trade.price, trade.epoch or 0)


@dataclass
class Removal:
    """A runner that was removed."""

    instrument: int
    reduction_ppm: int
    basis: str

    def apply(self, price: int, one: int) -> int:
        """Returns the price after the removal."""
        kept = MILLION - self.reduction_ppm
        if self.basis == "price":
            if self.reduction_ppm < PRICE_BASIS_MIN_PPM:
                return price
            after = round(Fraction(price * kept, MILLION))
        else:
            after = round(one + Fraction((price - one) * kept, MILLION))
        return one + 1 if after <= one else after


def one_of(instrument: Instrument) -> int:
    """Returns the price 1 in quanta."""
    return 10**instrument.price_scale


def runners_of(state: State, venue: Optional[int], market: str) -> List[Instrument]:
    """Returns the listed runners of a market at a venue, by number."""
    return [
        state.instruments[number]
        for number in sorted(state.instruments)
        if _is_runner(state.instruments[number], venue, market)
    ]


def _is_runner(instrument: Instrument, venue: Optional[int], market: str) -> bool:
    if instrument.asset_class != "betting" or instrument.venue != venue:
        return False
    return instrument.terms["contract"]["market"] == market


def currency_of(state: State, venue: int, market: str) -> str:
    """Returns the currency of a market: that of its listed runner with the least number."""
    return runners_of(state, venue, market)[0].terms["contract"]["currency"]
