"""The ledger gives the worked examples of docs/reference/ledger.md, read from the page (R-CORE-6)."""

import unittest
from fractions import Fraction

from checks.page import table_after
from reference.books import Trade, amount_of
from reference.decimals import canonical
from reference.ledger import Ledger
from reference.model import Instrument
from reference.rows import position_row, shown_cash
from reference.state import State


def listed(asset_class, price_scale, qty_scale, contract):
    terms = {
        "id": 0,
        "venue": 0,
        "name": "test:X",
        "base": "BTC",
        "quote": "USDT",
        "asset_class": asset_class,
        "price_rule": {"scale": price_scale, "ticks": []},
        "qty_rule": {"scale": qty_scale},
        "contract": contract,
    }
    return Instrument(terms, {})


class World:
    """One account and one client, whose sub-book is looked at."""

    def __init__(self, instrument, currency, opening):
        self.state = State()
        self.ledger = Ledger()
        self.state.ledger = self.ledger
        self.instrument = instrument
        self.state.instruments[0] = instrument
        self.currency = currency
        self.ledger.post(self.state, "cash", 0, 0, [(currency, amount_of(opening))])

    def apply(self, row):
        if row["side"] == "Funding":
            amount = amount_of(canonical(-Fraction(row["commission"])))
            self.ledger.fund(self.state, self.instrument, self.currency, amount)
            return
        qty = int(Fraction(row["qty"]) * 10**self.instrument.qty_scale)
        price = int(Fraction(row["price"]) * 10**self.instrument.price_scale)
        signed = qty if row["side"] == "Buy" else -qty
        trade = Trade(signed, price, self.currency, amount_of(row["commission"]))
        self.ledger.book(self.state, self.instrument, 0, trade)

    def shown(self):
        book = self.ledger.owner(0, 0)
        row = position_row(self.state, self.instrument, book.positions[0], None)
        return {
            "cash": canonical(shown_cash(self.state, book, self.currency)),
            "qty": row["qty"],
            "avg_px": row["avg_px"] or "null",
            "realised_pnl": row["realised_pnl"],
        }


class LedgerCheck(unittest.TestCase):
    def check(self, heading, world):
        columns, rows = table_after(heading)
        for cells in rows:
            with self.subTest(cells):
                world.apply(dict(zip(columns[:4], cells[:4])))
                qty, average, realised = cells[-3:]
                expected = {
                    "cash": cells[4],
                    "qty": qty,
                    "avg_px": average,
                    "realised_pnl": realised,
                }
                self.assertEqual(world.shown(), expected)

    def test_spot(self):
        self.check("**Spot**", World(listed("spot", 2, 4, None), "USDT", "1000"))

    def test_linear(self):
        contract = {"kind": "linear", "multiplier": "0.001", "settlement": "USDT"}
        self.check("**Linear**", World(listed("linear", 1, 0, contract), "USDT", "1000"))

    def test_inverse(self):
        contract = {"kind": "inverse", "multiplier": "100", "settlement": "BTC"}
        self.check("**Inverse**", World(listed("inverse", 1, 0, contract), "BTC", "1"))

    def test_a_void_in_any_order_leaves_nothing(self):
        contract = {"kind": "inverse", "multiplier": "100", "settlement": "BTC"}
        world = World(listed("inverse", 1, 0, contract), "BTC", "1")
        fee = amount_of("0.0001")
        executions = [(100, 500000), (-50, 625000), (30, 600000), (-80, 610005)]
        trades = [Trade(qty, price, "BTC", fee) for qty, price in executions]
        for trade in trades:
            world.ledger.book(world.state, world.instrument, 0, trade)
        for trade in (trades[2], trades[0], trades[3], trades[1]):
            world.ledger.reverse(world.state, world.instrument, 0, trade)
        self.assertEqual(
            world.shown(), {"cash": "1", "qty": "0", "avg_px": "null", "realised_pnl": "0"}
        )


if __name__ == "__main__":
    unittest.main()
