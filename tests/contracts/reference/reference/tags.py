"""Sums by the tag of orders, beside the books. Source: docs/reference/ledger.md section 7."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Dict, List, Optional, Tuple

from .betting import currency_of
from .books import Amount, Trade
from .decimals import canonical
from .digest import utf16_key
from .model import Instrument, Json
from .state import State
from .values import Values, mark_of

TAGS_MAX = 64

Key = Tuple[bool, Optional[str]]
"""Whether it is the rest, and the tag (None: without one)."""


@dataclass
class Sums:
    """What a tag adds up to: per instrument quantity and flow, per currency fees."""

    traded: Dict[int, List[int]] = field(default_factory=dict)
    fees: Dict[str, Fraction] = field(default_factory=dict)


class Tags:
    """The sums of all clients."""

    def __init__(self) -> None:
        self.clients: Dict[int, Dict[Key, Sums]] = {}

    def _sums(self, client: int, tag: Optional[str]) -> Sums:
        rows = self.clients.setdefault(client, {})
        key: Key = (False, tag)
        if tag is not None and key not in rows:
            if sum(1 for is_rest, name in rows if not is_rest and name is not None) >= TAGS_MAX:
                key = (True, None)
        return rows.setdefault(key, Sums())

    def trade(
        self,
        instrument: Instrument,
        client: Optional[int],
        tag: Optional[str],
        trade: Trade,
        sign: int,
    ) -> None:
        """Counts an execution, or takes it out; its quantity is the one that positions count."""
        if client is None:
            return
        sums = self._sums(client, tag)
        _add(sums, instrument, trade.signed * sign, trade.price)
        if trade.fee.units != 0:
            _charge(sums, trade.fee_currency, trade.fee.value * sign)

    def charge(self, client: int, tag: Optional[str], currency: str, amount: Amount) -> None:
        """Counts a fee (below 0 received) or a rebate."""
        _charge(self._sums(client, tag), currency, -amount.value)

    def settle(self, instrument: Instrument, price: int) -> None:
        """Closes every tag's quantity at a price."""
        for rows in self.clients.values():
            for sums in rows.values():
                if instrument.id in sums.traded:
                    _add(sums, instrument, -sums.traded[instrument.id][0], price)

    def rows(self, state: State) -> List[Json]:
        """Returns what is shown of every tag that was used."""
        shown: List[Json] = []
        for client in sorted(self.clients):
            rows = self.clients[client]
            for key in sorted(rows, key=_order):
                shown.append(
                    {
                        "client": client,
                        "tag": key[1],
                        "is_rest": key[0],
                        "instruments": [
                            _instrument_row(state, state.instruments[number], *sums)
                            for number, sums in sorted(rows[key].traded.items())
                        ],
                        "fees": [
                            {"currency": currency, "amount": canonical(rows[key].fees[currency])}
                            for currency in sorted(rows[key].fees, key=utf16_key)
                        ],
                    }
                )
        return shown


def _order(key: Key) -> Tuple[int, bytes]:
    is_rest, tag = key
    if is_rest:
        return 2, b""
    return (0, b"") if tag is None else (1, utf16_key(tag))


def _add(sums: Sums, instrument: Instrument, signed: int, price: int) -> None:
    traded = sums.traded.setdefault(instrument.id, [0, 0])
    traded[0] += signed
    if instrument.asset_class != "betting":
        traded[1] -= Values(instrument).value(signed, price)


def _charge(sums: Sums, currency: str, amount: Fraction) -> None:
    sums.fees[currency] = sums.fees.get(currency, Fraction(0)) + amount


def _instrument_row(state: State, instrument: Instrument, qty: int, flow: int) -> Json:
    row: Json = {
        "instrument": instrument.id,
        "qty": canonical(Fraction(qty, 10**instrument.qty_scale)),
    }
    if instrument.asset_class == "betting":
        market = instrument.terms["contract"]["market"]
        row.update(pnl=None, currency=currency_of(state, instrument.venue, market))
        return row
    values = Values(instrument)
    worth = _worth(instrument, values, qty)
    if instrument.settled is not None:
        row["qty"] = "0"
    pnl = None if worth is None else Fraction(flow, 10**values.scale) + worth
    row.update(pnl=None if pnl is None else canonical(pnl), currency=values.currency)
    return row


def _worth(instrument: Instrument, values: Values, qty: int) -> Optional[Fraction]:
    share = instrument.settled if instrument.settled is not None else instrument.resolved
    if share is not None:
        return Fraction(values.at_share(qty, share), 10**values.cost_scale)
    if qty == 0:
        return Fraction(0)
    mark = mark_of(instrument)
    if mark is None:
        return None
    return Fraction(values.value(qty, mark), 10**values.scale)
