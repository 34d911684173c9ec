"""The price with which a Market order is counted, by class and side, by hand (risk.md 4 and 5)."""

import unittest
from decimal import Decimal

from checks.world import SPOT, World

BID, ASK = 400, 500
"""The book: 4.00 and 5.00. A Sell takes the first and a Buy the second, in betting too."""
TENTH = 100_000
"""A collar of 10 %: in it a Buy goes to 5.50 and a Sell to 3.60; a back to 4.50, a lay to 4.40."""

OUTCOME = {"kind": "binary", "condition": "c", "collateral": "USD", "payout": "10"}
CLASSES = {
    "spot": None,
    "linear": {"kind": "linear", "multiplier": "2", "settlement": "USD"},
    "inverse": {"kind": "inverse", "multiplier": "10", "settlement": "BTC"},
    "signed": {**OUTCOME, "outcome": "YES", "complement": None, "netting": "signed"},
    "perOutcome": {**OUTCOME, "outcome": "YES", "complement": None, "netting": "perOutcome"},
    "betting": {
        "kind": "betting",
        "market": "m",
        "currency": "USD",
        "commission_ppm": 0,
        "discount_ppm": 0,
        "winners": 1,
        "runners": 2,
    },
}
PRICES = {
    ("spot", "Buy"): 550,
    ("spot", "Sell"): BID,
    ("linear", "Buy"): 550,
    ("linear", "Sell"): BID,
    ("inverse", "Buy"): ASK,
    ("inverse", "Sell"): 360,
    ("signed", "Buy"): 550,
    ("signed", "Sell"): 360,
    ("perOutcome", "Buy"): 550,
    ("perOutcome", "Sell"): BID,
    ("betting", "Buy"): ASK,
    ("betting", "Sell"): 440,
}
"""What counts in the collar; the bound stands where it is neither bid nor ask."""
HELD = {
    ("spot", "Buy"): ("USD", "5", "5.5"),
    ("spot", "Sell"): ("XYZ", "1", "1"),
    ("linear", "Buy"): ("USD", "5", "5.5"),
    ("linear", "Sell"): ("USD", "4", "4"),
    ("inverse", "Buy"): ("BTC", "1", "1"),
    ("inverse", "Sell"): ("BTC", "1.25", "1.388888888889"),
    ("signed", "Buy"): ("USD", "5", "5.5"),
    ("signed", "Sell"): ("USD", "6", "6.4"),
    ("perOutcome", "Buy"): ("USD", "5", "5.5"),
    ("betting", "Buy"): ("USD", "1", "1"),
    ("betting", "Sell"): ("USD", "3", "3.4"),
}
"""What 1 holds back, of which currency: without a collar, and in it. The margin is a half."""
WORTH = {
    ("spot", "Buy"): ("5", "5.5"),
    ("spot", "Sell"): ("4", "4"),
    ("linear", "Buy"): ("10", "11"),
    ("linear", "Sell"): ("8", "8"),
    ("inverse", "Buy"): ("10", "10"),
    ("inverse", "Sell"): ("10", "10"),
    ("signed", "Buy"): ("5", "5.5"),
    ("signed", "Sell"): ("6", "6.4"),
    ("perOutcome", "Buy"): ("5", "5.5"),
    ("perOutcome", "Sell"): ("4", "4"),
    ("betting", "Buy"): ("1", "1"),
    ("betting", "Sell"): ("3", "3.4"),
}
"""The notional of 1: without a collar, and in it."""
LITTLE = Decimal("0.000000000001")


class MarketOrderCheck(unittest.TestCase):
    def begin(self, name, ppm, **limits):
        """Instrument 1 of a class, its limits and its book."""
        contract = CLASSES[name]
        terms = {
            **SPOT,
            "id": 1,
            "name": "test:XYZ",
            "symbol": "XYZ",
            "base": "XYZ",
            "quote": "USD",
            "asset_class": "spot" if contract is None else contract["kind"],
            "contract": contract,
            "price_rule": {"scale": 2, "ticks": [{"from_quanta": 1, "step_quanta": 1}]},
            "qty_rule": {**SPOT["qty_rule"], "scale": 2},
        }
        self.world = World()
        listed = self.world.event("control", "InstrumentListed", terms, venue=0, instrument=1)
        self.assertEqual(listed["alarms"], [])
        self.world.collar(1, ppm, initial_margin_ppm=500_000, **limits)
        self.world.book(1, BID, ASK)

    def place(self, side):
        return self.world.place(side, "1", None, symbol="XYZ")

    def counted(self, name, side, ppm):
        """The price with which a Market order was let in."""
        self.begin(name, ppm)
        self.assertIsNone(self.place(side))
        return self.world.core.state.orders[1].entry_price

    def test_without_a_collar_it_is_the_best_that_it_would_take(self):
        for name, side in PRICES:
            with self.subTest(name, side=side):
                self.assertEqual(self.counted(name, side, None), ASK if side == "Buy" else BID)

    def test_in_a_collar_it_is_the_bound_where_it_costs_more(self):
        for (name, side), price in PRICES.items():
            with self.subTest(name, side=side):
                self.assertEqual(self.counted(name, side, TENTH), price)

    def test_the_width_of_a_collar_is_rounded_down(self):
        self.assertEqual(self.counted("spot", "Buy", 3999), 501)
        self.assertEqual(self.counted("inverse", "Sell", 4999), 399)
        self.assertEqual(self.counted("betting", "Sell", 2499), 400)

    def test_a_collar_of_nothing_is_the_best(self):
        for name, side in PRICES:
            with self.subTest(name, side=side):
                self.assertEqual(self.counted(name, side, 0), ASK if side == "Buy" else BID)

    def test_without_such_a_level_it_has_no_price(self):
        for name, side in PRICES:
            with self.subTest(name, side=side):
                self.begin(name, None)
                self.world.book(1, *((BID, None) if side == "Buy" else (None, ASK)))
                self.assertIsNone(self.place(side))
                self.assertIsNone(self.world.core.state.orders[1].entry_price)
                self.world.collar(1, None, max_order_notional="1000000")
                self.assertEqual(self.place(side), "MAX_NOTIONAL")

    def test_the_notional(self):
        for (name, side), worth in WORTH.items():
            for ppm, most in zip((None, TENTH), worth):
                with self.subTest(name, side=side, ppm=ppm):
                    self.begin(name, ppm, max_order_notional=most)
                    self.assertIsNone(self.place(side))
                    less = f"{Decimal(most) - LITTLE:f}"
                    self.begin(name, ppm, max_order_notional=less)
                    self.assertEqual(self.place(side), "MAX_NOTIONAL")

    def test_what_is_held_back(self):
        for (name, side), (currency, *held) in HELD.items():
            for ppm, most in zip((None, TENTH), held):
                with self.subTest(name, side=side, ppm=ppm):
                    self.begin(name, ppm)
                    self.holds(currency, most)
                    self.assertIsNone(self.place(side))
                    self.assertEqual(self.place(side), "FUNDS")
                    self.begin(name, ppm)
                    self.holds(currency, f"{Decimal(most) - LITTLE:f}")
                    self.assertEqual(self.place(side), "FUNDS")

    def holds(self, currency, total):
        """The account has so much, and what orders hold back is asked of it."""
        tripwire = {"reports": 2, "tolerances": []}
        limits = {"max_open_orders": None, "order_rate": None, "max_loss": []}
        self.world.limits("venue", {**limits, "check_funds": True, "tripwire": tripwire})
        balance = {"currency": currency, "total": total}
        self.world.event("control", "BalanceSet", balance, venue=0)

    def test_what_it_holds_back_does_not_move_with_the_book(self):
        self.begin("spot", TENTH)
        self.holds("USD", "11")
        self.assertIsNone(self.place("Buy"))
        self.world.collar(1, None)
        self.world.book(1, BID, 551)
        self.assertEqual(self.place("Buy"), "FUNDS")
        self.world.book(1, BID, 550)
        self.assertIsNone(self.place("Buy"))


if __name__ == "__main__":
    unittest.main()
