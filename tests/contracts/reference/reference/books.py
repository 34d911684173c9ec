"""Books: posted cash at a scale, and positions by average cost.

Money is integers of units and a scale; there is no fraction and no float. Source:
docs/reference/ledger.md sections 1 to 5.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Deque, Dict, List, Optional, Tuple

from .decimals import SAFE, canonical

HISTORY_MAX = 256


@dataclass
class Amount:
    """`units` x 10**-`scale`."""

    units: int
    scale: int

    def at(self, scale: int) -> int:
        """Returns the units at a scale that is at least as fine."""
        return self.units * 10 ** (scale - self.scale)

    def plus(self, other: "Amount") -> "Amount":
        """Returns the sum, at the finer of the two scales."""
        scale = max(self.scale, other.scale)
        return Amount(self.at(scale) + other.at(scale), scale)

    def negated(self) -> "Amount":
        """Returns the opposite."""
        return Amount(-self.units, self.scale)

    @property
    def value(self) -> Fraction:
        return Fraction(self.units, 10**self.scale)


def amount_of(text: str) -> Amount:
    """Returns the amount that a decimal text says; its scale counts no trailing zeros."""
    sign = -1 if text.startswith("-") else 1
    whole, _, decimals = text.lstrip("-").partition(".")
    decimals = decimals.rstrip("0")
    return Amount(sign * int(whole + decimals), len(decimals))


def rounded_div(dividend: int, divisor: int) -> int:
    """Divides, half-even."""
    return round(Fraction(dividend, divisor))


Execution = Tuple[int, int]
"""Signed quantity and price, in quanta."""


@dataclass
class Position:
    """Quantity, flow (value scale) and cost (cost scale), with the newest executions.

    `taken`: the commissions of an owner that were charged in what is held; None: never any.
    """

    qty: int = 0
    flow: int = 0
    cost: int = 0
    before_qty: int = 0
    before_cost: int = 0
    provisional: int = 0
    taken: Optional[Amount] = None
    history: Deque[Execution] = field(default_factory=deque)

    def forget(self) -> None:
        """Forgets the executions: what they did is in the quantity and cost before."""
        self.before_qty, self.before_cost = self.qty, self.cost
        self.history.clear()


@dataclass
class BookOf:
    """The book of an account, of a client in it, or of what belongs to nobody known."""

    cash: Dict[str, Amount] = field(default_factory=dict)
    charges: Dict[str, Amount] = field(default_factory=dict)
    positions: Dict[int, Any] = field(default_factory=dict)

    def post(self, currency: str, amount: Amount) -> None:
        """Adds an amount; the scale becomes the finest ever posted."""
        self.cash[currency] = self.cash.get(currency, Amount(0, 0)).plus(amount)

    def charge(self, currency: str, amount: Amount) -> None:
        """Counts an amount for the loss of the day. Source: docs/reference/risk.md section 8."""
        self.charges[currency] = self.charges.get(currency, Amount(0, 0)).plus(amount)

    def posted(self, currency: str) -> Amount:
        """Returns the posted cash."""
        return self.cash.get(currency, Amount(0, 0))


class AverageCost:
    """How a position of one instrument changes. `value` is in units of `scale`."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def _cost_of(self, qty: int, price: int) -> int:
        return self.values.value(qty, price) * 10 ** (self.values.cost_scale - self.values.scale)

    def next(self, qty: int, cost: int, execution: Execution) -> Tuple[int, int]:
        """Returns quantity and cost after an execution."""
        signed, price = execution
        after = qty + signed
        if qty == 0 or (qty > 0) == (signed > 0):
            return after, cost + self._cost_of(signed, price)
        if after == 0 or (after > 0) != (qty > 0):
            return after, self._cost_of(after, price)
        return after, cost - rounded_div(cost * abs(signed), abs(qty))

    def execute(self, position: Position, execution: Execution) -> None:
        """Books an execution."""
        position.flow -= self.values.value(*execution)
        position.qty, position.cost = self.next(position.qty, position.cost, execution)
        position.history.append(execution)
        if len(position.history) > HISTORY_MAX:
            oldest = position.history.popleft()
            position.before_qty, position.before_cost = self.next(
                position.before_qty, position.before_cost, oldest
            )

    def void(self, position: Position, execution: Execution) -> None:
        """Takes an execution out as if it had never been, or books its opposite."""
        kept = _without_newest(position, execution)
        if kept is None:
            self.execute(position, (-execution[0], execution[1]))
            return
        position.history = deque(kept)
        position.flow += self.values.value(*execution)
        qty, cost = position.before_qty, position.before_cost
        for each in kept:
            qty, cost = self.next(qty, cost, each)
        position.qty, position.cost = qty, cost


def _without_newest(position: Position, execution: Execution) -> Optional[List[Execution]]:
    """Returns what remains when an execution is taken out; None if it is old or may not be."""
    if execution not in position.history:
        return None
    kept = list(position.history)
    newest = len(kept) - 1 - kept[::-1].index(execution)
    del kept[newest]
    qty = position.before_qty
    for signed, _ in kept:
        qty += signed
        if not -SAFE <= qty <= SAFE:
            return None
    return kept


@dataclass
class Trade:
    """An execution as the ledger books it: signed quanta at a price, and its fee."""

    signed: int
    price: int
    fee_currency: str
    fee: Amount
    provisional: bool = False
    epoch: Optional[int] = None

    @property
    def execution(self) -> Execution:
        """Returns quantity and price."""
        return self.signed, self.price


def plain_amount(value: Fraction) -> Amount:
    """Returns an amount whose scale is that of its decimal without trailing zeros."""
    return amount_of(canonical(value))
