"""The guards give the worked example of docs/reference/risk.md (R-CORE-7)."""

import unittest

from checks.page import table_after
from checks.world import NOW, SPOT, World
from reference.exposure import reference_book
from reference.loss import DAY, loss

CLIENT_LIMITS = {
    "max_order_qty": None,
    "max_order_notional": None,
    "max_position": 10_000,
    "max_open_orders": None,
}
VENUE_LIMITS = {
    "max_open_orders": None,
    "order_rate": None,
    "max_loss": [],
    "check_funds": True,
    "tripwire": {"reports": 2, "tolerances": []},
}
EXCHANGE_LIMITS = {"max_open_orders": None, "order_rate": None, "self_match": "refuse"}


class RiskCheck(unittest.TestCase):
    def test_the_worked_example(self):
        world = World()
        world.limits("clientInstrument", CLIENT_LIMITS, client="alice")
        world.limits("venue", VENUE_LIMITS)
        world.limits("exchange", EXCHANGE_LIMITS, exchange="test")
        balance = {"currency": "USDT", "total": "1000"}
        world.event("control", "BalanceSet", balance, venue=0)
        fill = {
            "exec_id": "e1",
            "last_qty": 6000,
            "last_px": 10_000,
            "liquidity": "Maker",
            "commission": "0",
            "commission_currency": "USDT",
            "provisional": False,
        }
        answers = [
            world.place("Buy", "6", "100"),
            world.place("Buy", "5", "50"),
            world.place("Buy", "4", "101"),
            world.broker("OrderAccepted", 1) and world.replace("i1", "8", "90"),
            world.broker("ReplaceRejected", 1, reject_code="VENUE_REJECTED") and None,
            world.place("Sell", "1", "100"),
            world.broker("OrderExecuted", 1, **fill) and None,
            world.place("Sell", "7", "110", True),
            world.place("Sell", "6", "110", True),
            world.place("Sell", "1", "110", True),
        ]
        _, rows = table_after("A worked example", "risk.md")
        for row, answer in zip(rows, answers):
            with self.subTest(row[0]):
                expected = row[-1].split("`")[1] if row[-1].startswith("`") else None
                self.assertEqual(answer, expected)
        self.assertEqual(len(rows), len(answers))


class DayCheck(unittest.TestCase):
    """At what price a day begins (section 8): 10 were bought at 100 the day before."""

    def setUp(self):
        self.world = World()
        other = {**self.world.venue(), "id": 1, "name": "other"}
        self.world.event("control", "VenueDeclared", other, venue=1)
        listed = {**SPOT, "id": 1, "venue": 1, "name": "other:BTC/USDT"}
        self.world.event("control", "InstrumentListed", listed, venue=1, instrument=1)
        for instrument in (0, 1):
            self.world.collar(instrument, None)
        self.world.place("Buy", "10", "100")
        self.world.executed(1, 10_000, 10_000)

    def until(self, time):
        """The next event is that many seconds before or after 00:00 UTC."""
        now = NOW + self.world.seq_id + 1
        self.world.seq_id += DAY - now % DAY + time * 1_000_000

    def begins(self):
        """The first event of the day is one that changes no price."""
        self.until(1)
        self.world.event("timer", "DeadlineReached", {"due_us": 0})

    def is_lost(self, amount, now=110):
        """What is lost when both books are at a price."""
        for instrument in (0, 1):
            self.world.book(instrument, now * 100, now * 100)
        state = self.world.core.state
        for venues, owner in (([0], "account"), ([0, 1], 0)):
            self.assertEqual(loss(state, venues, owner, "USDT"), amount)

    def test_by_its_own_book(self):
        self.until(-60)
        self.world.book(0, 12_000, 12_000)
        self.world.book(1, 13_000, 13_000)
        self.begins()
        self.is_lost(100)

    def test_by_the_book_of_the_same_market_when_its_own_is_old(self):
        self.world.book(0, 11_500, 11_500)
        self.until(-60)
        self.world.book(1, 12_000, 12_000)
        self.begins()
        self.is_lost(100)

    def test_by_its_own_as_it_stands_when_all_are_old(self):
        self.world.book(0, 11_500, 11_500)
        self.world.book(1, 12_000, 12_000)
        self.begins()
        self.is_lost(50)

    def test_by_its_own_before_a_restart_when_no_feed_has_said_anything(self):
        self.until(-60)
        self.world.book(0, 11_500, 11_500)
        self.world.book(1, 12_000, 12_000)
        self.world.started()
        self.begins()
        self.is_lost(50)

    def test_by_what_it_realised_when_there_is_no_book(self):
        self.begins()
        self.is_lost(-100)

    def test_by_that_of_the_same_market_when_its_own_is_empty(self):
        self.until(-60)
        self.world.book(1, 12_000, 12_000)
        self.begins()
        self.is_lost(100)


if __name__ == "__main__":
    unittest.main()


class MarketCheck(unittest.TestCase):
    """What is one market with BTC/USDT, of which a Buy of 10 at 100 rests (section 4)."""

    def setUp(self):
        self.world = World()
        other = {**self.world.venue(), "id": 1, "name": "other"}
        self.world.event("control", "VenueDeclared", other, venue=1)
        self.world.event("control", "VenueStatusChanged", {"status": "up"}, venue=1)
        self.world.limits("exchange", EXCHANGE_LIMITS, exchange="test")
        self.world.place("Buy", "10", "100")

    def sells(self, venue=1, **differs):
        """Returns why a Sell of another instrument is refused, and whether its book is ours."""
        name = f"{'test' if venue == 0 else 'other'}:X"
        listed = {**SPOT, "id": 1, "venue": venue, "name": name, **differs}
        self.world.event("control", "InstrumentListed", listed, venue=venue, instrument=1)
        for instrument in (0, 1):
            self.world.collar(instrument, None)
        price = 10 ** listed["price_rule"]["scale"] * 100
        bids, asks = [price, 1], [price + 1, 1]
        payload = {"bids": bids, "asks": asks, "update_id": None}
        self.world.event("market_data", "BookSnapshot", payload, venue, 1)
        state = self.world.core.state
        is_reference = reference_book(state, state.instruments[0]) is not None
        fields = {"side": "Sell", "order_qty": "1", "price": "100", "ord_type": "Limit"}
        terms = {"time_in_force": "GTC", "expire_us": None, "ttl_ms": 0, "params": None}
        flags = dict.fromkeys(("post_only", "reduce_only", "validate_only"), False)
        code = self.world.intent("Place", instrument=name, **fields, **terms, **flags)
        return code, is_reference

    def test_the_same_symbol_at_another_venue(self):
        self.assertEqual(self.sells(), ("SELF_MATCH", True))

    def test_or_at_the_same_venue(self):
        self.assertEqual(self.sells(0), ("SELF_MATCH", True))

    def test_another_class_is_another_market(self):
        contract = {"kind": "linear", "multiplier": "1", "settlement": "USDT"}
        self.assertEqual(self.sells(asset_class="linear", contract=contract), (None, False))

    def test_so_is_another_price_scale(self):
        rule = {**SPOT["price_rule"], "scale": 3}
        self.assertEqual(self.sells(price_rule=rule), (None, False))

    def test_another_quantity_scale_meets_and_measures_nothing(self):
        rule = {**SPOT["qty_rule"], "scale": 2}
        self.assertEqual(self.sells(qty_rule=rule), ("SELF_MATCH", False))
