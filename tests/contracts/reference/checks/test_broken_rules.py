"""An event that breaks a rule: what it says, and whom it halts. Source: events.md."""

import unittest

from checks.world import SPOT, World

NAMELESS = {"cl_ord_id": None, "venue_order_id": None, "exec_id": "e1"}
FEE = {"liquidity": None, "commission": "0", "commission_currency": "USDT", "provisional": False}


class WhoIsHalted(unittest.TestCase):
    """Where the event names no venue, that of the orders it touched, if they have one."""

    def halted_by(self, instrument):
        world = World()
        world.place("Buy", "1", "100")
        payload = {"order": 1, "last_qty": 0, "last_px": 100, **NAMELESS, **FEE}
        caused = world.event("broker_report", "OrderExecuted", payload, None, instrument)
        self.assertEqual(caused["alarms"], ["INVARIANT"])
        return caused["transitions"]

    def test_the_venue_of_the_order_that_is_meant(self):
        self.assertEqual(self.halted_by(0), [{"kind": "AccountHalted", "venue": 0}])

    def test_an_impossible_report_touches_none(self):
        self.assertEqual(self.halted_by(1), [{"kind": "AccountHalted", "venue": None}])


class Counting(unittest.TestCase):
    """What is open on a side of an instrument stays within 2^53 - 1 quanta."""

    MOST = 2**53 - 1

    def setUp(self):
        self.world = World()
        for qty in ("1", "2"):
            self.world.place("Buy", qty, "100")

    def replaced(self, order_qty, order=1):
        told = {"order_qty": order_qty, "price": 10000}
        return self.world.broker("OrderReplaced", order, **told)["alarms"]

    def test_all_that_is_left_beside_others_is_countable(self):
        self.assertEqual(self.replaced(self.MOST - 2000), [])

    def test_one_more_breaks_a_rule_and_changes_nothing(self):
        self.assertEqual(self.replaced(self.MOST - 1999), ["INVARIANT"])
        order = self.world.core.state.orders[1]
        self.assertEqual((order.status, order.order_qty), ("Submitted", 1000))

    def test_the_other_side_is_counted_by_itself(self):
        self.world.place("Sell", "1", "101")
        self.assertEqual(self.replaced(self.MOST, order=3), [])


class WhatItSays(unittest.TestCase):
    """What a broken rule refuses did not happen: nothing is said of it but that."""

    def test_a_split_that_cannot_be_booked_says_nothing_of_its_client(self):
        world = World()
        for number, name, other in ((1, "YES", "NO"), (2, "NO", "YES")):
            contract = {"kind": "binary", "condition": "sun", "outcome": name, "payout": "1"}
            contract.update(netting="perOutcome", complement=other, collateral="USD")
            terms = {**SPOT, "id": number, "name": f"test:{name}", "symbol": name}
            terms.update(base=name, quote="USD", asset_class="binary", contract=contract)
            world.event("control", "InstrumentListed", terms, 0, number)
        most = "9007199254740.991"
        alarms = [self.split(world, qty)["alarms"] for qty in (most, "0.001")]
        self.assertEqual(alarms, [["UNKNOWN_CLIENT"], ["INVARIANT"]])

    def split(self, world, qty):
        payload = {"condition": "sun", "qty": qty, "client": "stranger"}
        return world.event("broker_report", "OutcomesSplit", payload, 0, None, f"s{qty}")


if __name__ == "__main__":
    unittest.main()
