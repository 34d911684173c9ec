"""A corrected trade that is told before its correction (orders.md 6, ExecutionCorrected, 4)."""

import unittest

from checks.world import SPOT, World

SAFE = 2**53 - 1
CONTRACT = {
    "kind": "binary",
    "condition": "c",
    "outcome": "yes",
    "payout": "1",
    "collateral": "USDT",
    "netting": "signed",
    "complement": None,
}


class Case(unittest.TestCase):
    def setUp(self):
        self.world = World()

    def place(self, qty, tag=None, instrument="test:BTC/USDT", price="100"):
        fields = {"order_qty": qty, "price": price, "ord_type": "Limit", "tag": tag}
        terms = {"side": "Buy", "time_in_force": "GTC", "expire_us": None, "ttl_ms": 0}
        flags = dict.fromkeys(("post_only", "reduce_only", "validate_only"), False)
        name = {"instrument": instrument, "params": None}
        refused = self.world.intent("Place", **fields, **terms, **flags, **name)
        self.assertIsNone(refused)
        self.world.broker("OrderAccepted", len(self.world.core.state.orders))

    def filled(self, exec_id, qty, **fields):
        return self.world.executed(1, qty, 10_000, exec_id=exec_id, **fields)

    def corrected(self, exec_ref_id, exec_id, qty):
        terms = {"exec_ref_id": exec_ref_id, "exec_id": exec_id, "last_qty": qty}
        fee = {"commission": "0", "commission_currency": "USDT", "liquidity": "Maker"}
        return self.world.broker("ExecutionCorrected", 1, last_px=10_000, **terms, **fee)

    def said(self, caused):
        return [(each["exec_type"], each.get("exec_ref_id")) for each in caused["reports"]]


class TagCheck(Case):
    """4 were bought for the tag a; they are 3 in truth, which were told after the tag is b."""

    def setUp(self):
        super().setUp()
        self.place("10", "a")
        self.filled("e1", 4000)
        self.world.core.state.orders[1].tag = "b"
        self.filled("e2", 3000)

    def sums(self):
        state = self.world.core.state
        return {row["tag"]: row["instruments"][0]["qty"] for row in state.tags.rows(state)}

    def test_it_counts_for_the_tag_of_what_it_corrects(self):
        self.assertEqual(self.sums(), {"a": "4", "b": "3"})
        self.assertEqual(self.said(self.corrected("e1", "e2", 3000))[0], ("TradeCancel", "e1"))
        self.assertEqual(self.sums(), {"a": "3", "b": "0"})

    def test_so_does_its_void(self):
        self.corrected("e1", "e2", 3000)
        self.world.broker("ExecutionVoided", 1, exec_ref_id="e1", exec_id="v1")
        self.assertEqual(self.sums(), {"a": "0", "b": "0"})

    def test_what_is_voided_is_not_booked_anew(self):
        self.world.broker("ExecutionVoided", 1, exec_ref_id="e2", exec_id="v1")
        self.corrected("e1", "e2", 3000)
        self.assertEqual(self.sums(), {"a": "0", "b": "0"})
        self.assertEqual(self.world.core.state.orders[1].fills["e1"].tag, "a")


class BoundCheck(Case):
    """What is booked anew must be possible to take out; what is not, need not."""

    def setUp(self):
        super().setUp()
        self.place("10", "a")
        self.filled("e1", 4000)

    def told(self, tag):
        """The other one is told, 5000; without it the position would pass its bound."""
        self.world.core.state.orders[1].tag = tag
        self.filled("e2", 5000)
        state = self.world.core.state
        for book in (state.ledger.account(0), state.ledger.seen(0, 0)):
            book.positions[0].qty = 4500 - SAFE
        return self.corrected("e1", "e2", 5000)

    def test_of_the_same_tag_only_the_first_goes(self):
        self.assertEqual(self.told("a")["alarms"], [])

    def test_of_another_tag_the_other_must_be_able_to_go(self):
        self.assertEqual(self.told("b")["alarms"], ["INVARIANT"])
        fills = self.world.core.state.orders[1].fills
        self.assertIsNot(fills["e1"], fills["e2"])
        self.assertEqual((fills["e2"].tag, fills["e1"].is_voided), ("b", False))


class FinalCheck(Case):
    """Of a binary contract, what one of the two words made final is final."""

    def setUp(self):
        super().setUp()
        listed = {**SPOT, "id": 1, "name": "test:YES", "symbol": "YES", "asset_class": "binary"}
        listed["contract"] = CONTRACT
        self.world.event("control", "InstrumentListed", listed, venue=0, instrument=1)
        self.place("10", None, "test:YES", "0.6")

    def both(self, first, other):
        """Returns what the correction causes, and what of the position is provisional then."""
        self.filled("e1", 4000, provisional=first)
        self.filled("e2", 3000, provisional=other)
        caused = self.corrected("e1", "e2", 3000)
        return self.said(caused), self.world.core.state.ledger.account(0).positions[1].provisional

    def test_the_other_becomes_final_with_the_first(self):
        expected = [("TradeCancel", "e1"), ("Restated", None), ("OrderStatus", "e2")]
        self.assertEqual(self.both(False, True), (expected, 0))

    def test_what_was_told_as_final_stays_so(self):
        expected = [("TradeCancel", "e1"), ("Restated", None)]
        self.assertEqual(self.both(True, False), (expected, 0))

    def test_it_is_provisional_if_both_were(self):
        expected = [("TradeCancel", "e1"), ("Restated", None)]
        self.assertEqual(self.both(True, True), (expected, 3000))
