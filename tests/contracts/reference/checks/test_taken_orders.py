"""Orders whose executions are charged in base: tags, corrections, what moves from external."""

import unittest

from checks.world import World
from reference.books import Amount

HALF = "0.0005"
"""Half a quantum."""


class Case(unittest.TestCase):
    """Order 1 buys 10 for the tag a, at quanta of 0.001."""

    def setUp(self):
        self.world = World()
        self.place("a")

    def place(self, tag):
        terms = {"side": "Buy", "time_in_force": "GTC", "expire_us": None, "ttl_ms": 0}
        flags = dict.fromkeys(("post_only", "reduce_only", "validate_only"), False)
        fields = {"order_qty": "10", "price": "100", "ord_type": "Limit", "params": None}
        name = {"instrument": "test:BTC/USDT", "tag": tag}
        self.assertIsNone(self.world.intent("Place", **name, **fields, **terms, **flags))
        self.world.broker("OrderAccepted", len(self.world.core.state.orders))

    def filled(self, exec_id, qty, commission, price=10_000, order=1, **fields):
        fee = {"commission": commission, "commission_currency": "BTC"}
        return self.world.executed(order, qty, price, exec_id=exec_id, **fee, **fields)

    def corrected(self, exec_ref_id, exec_id, qty, commission, currency="BTC"):
        terms = {"exec_ref_id": exec_ref_id, "exec_id": exec_id, "last_qty": qty}
        fee = {"commission": commission, "commission_currency": currency}
        terms = {"last_px": 10_000, "liquidity": "Maker", **terms, **fee}
        return self.world.broker("ExecutionCorrected", 1, **terms)

    def voided(self, exec_ref_id, order=1):
        name = {"exec_ref_id": exec_ref_id, "exec_id": "v" + exec_ref_id}
        return self.world.broker("ExecutionVoided", order, **name)

    def held(self, owner=0):
        return self.world.core.state.ledger.seen(0, owner).positions[0]

    def account(self):
        return self.world.core.state.ledger.account(0).positions[0]

    def tags(self):
        state = self.world.core.state
        return {row["tag"]: row["instruments"][0]["qty"] for row in state.tags.rows(state)}

    def traded(self):
        """Quantity and flow of each tag."""
        sums = self.world.core.state.tags.clients[0]
        return {tag: tuple(each.traded[0]) for (_, tag), each in sums.items()}


class TagCheck(Case):
    """A tag counts what its owner's position does."""

    def test_it_moves_by_what_is_left(self):
        self.filled("e1", 1000, HALF)
        self.world.core.state.orders[1].tag = "b"
        self.filled("e2", 1000, HALF)
        self.assertEqual(self.tags(), {"a": "0.999", "b": "1"})
        self.assertEqual(self.held().qty, 1999)

    def test_a_void_takes_out_what_the_position_does(self):
        self.filled("e1", 1000, HALF)
        self.world.core.state.orders[1].tag = "b"
        self.filled("e2", 1000, HALF, 9_000)
        self.voided("e1")
        expected = {"a": (-1, 999 * -10_000 + 1000 * 10_000), "b": (1000, 1000 * -9_000)}
        self.assertEqual(self.traded(), expected)
        self.assertEqual(self.held().qty, sum(qty for qty, _ in expected.values()))
        self.assertEqual(self.held().flow, sum(flow for _, flow in expected.values()))

    def test_its_fees_are_what_was_charged(self):
        self.filled("e1", 1000, "0.0015")
        state = self.world.core.state
        fees = state.tags.rows(state)[0]["fees"]
        self.assertEqual(fees, [{"currency": "BTC", "amount": "0.0015"}])

    def test_the_order_counts_what_was_executed(self):
        self.filled("e1", 1000, "0.0015")
        order = self.world.core.state.orders[1]
        self.assertEqual((order.cum_qty, order.leaves_qty), (1000, 9000))


class CorrectionCheck(Case):
    """A correction of the commission alone moves the position."""

    CASES = [
        ("0.002", "0.003", "BTC", 997),
        ("0.002", "0", "BTC", 1000),
        ("0.002", "0.002", "USDT", 1000),
        ("0.002", "-0.002", "BTC", 1002),
        ("0", "0.0001", "BTC", 999),
        (HALF, "0.0006", "BTC", 999),
    ]

    def test_it_stands_as_if_it_had_been_so(self):
        for was, now, currency, qty in self.CASES:
            with self.subTest((was, now, currency)):
                self.setUp()
                self.filled("e1", 1000, was)
                self.assertEqual(self.corrected("e1", "c1", 1000, now, currency)["alarms"], [])
                for position in (self.held(), self.account()):
                    self.assertEqual((position.qty, position.flow), (qty, qty * -10_000))
                    self.assertEqual(list(position.history), [(qty, 10_000)])
                self.assertEqual(self.traded(), {"a": (qty, qty * -10_000)})
                self.assertEqual(self.world.core.state.orders[1].cum_qty, 1000)

    def test_others_that_came_since_count(self):
        """The first is without its rest 1000; the sum of the second alone takes a quantum off."""
        self.filled("e1", 1000, HALF)
        self.filled("e2", 1000, HALF, 9_000)
        self.corrected("e1", "c1", 1000, "0.0006")
        self.assertEqual(self.held().taken, Amount(11, 4))
        self.assertEqual(self.held().qty, 1998)
        expected = [(999, 10_000), (1000, 9_000), (-1000, 10_000), (999, 10_000)]
        self.assertEqual(list(self.held().history), expected)

    def test_what_cannot_be_booked_changes_nothing(self):
        """The void would be possible: 2^53 - 1 quanta less 999, and then 1001 more."""
        self.filled("e1", 1000, "0.001")
        for position in (self.held(), self.account()):
            position.qty = 2**53 - 1
        self.assertEqual(self.corrected("e1", "c1", 1000, "-0.001")["alarms"], ["INVARIANT"])
        self.assertEqual((self.held().qty, self.held().taken), (2**53 - 1, Amount(1, 3)))
        self.assertEqual(self.corrected("e1", "c1", 1000, "0.0005")["alarms"], [])

    def test_one_that_was_told_before_under_another_tag(self):
        """It is taken out and booked for the other tag, then the first goes."""
        self.filled("e1", 1000, HALF)
        self.world.core.state.orders[1].tag = "b"
        self.filled("e2", 900, HALF)
        self.assertEqual(self.corrected("e1", "e2", 900, HALF)["alarms"], [])
        self.assertEqual((self.held().qty, self.held().taken), (899, Amount(5, 4)))
        self.assertEqual(sum(qty for qty, _ in self.traded().values()), 899)
        self.assertEqual(self.tags(), {"a": "0.899", "b": "0"})


class ExternalCheck(Case):
    """An execution moves from external to its order: each by its own sum."""

    def outside(self, exec_id, commission):
        return self.filled(exec_id, 1000, commission, order=None, side="Buy")

    def test_each_sum_is_its_own(self):
        self.filled("e1", 1000, HALF)
        self.outside("e2", HALF)
        self.assertEqual((self.held().qty, self.held(None).qty), (999, 999))
        self.filled("e2", 1000, HALF)
        self.assertEqual((self.held().qty, self.held(None).qty), (1999, 0))
        self.assertEqual((self.held().taken, self.held(None).taken), (Amount(10, 4), Amount(0, 4)))
        self.assertEqual(self.account().qty, 1999)
        self.assertEqual(self.traded()["a"][0], 1999)

    def test_it_is_charged_as_it_stands_in_external(self):
        self.outside("e1", "0.002")
        self.filled("e1", 1000, "0.007")
        self.assertEqual((self.held().qty, self.held().taken), (998, Amount(2, 3)))
        self.assertEqual((self.held(None).qty, self.held(None).taken), (0, Amount(0, 3)))

    def test_it_is_voided_by_its_sum(self):
        self.outside("e1", HALF)
        self.outside("e2", HALF)
        self.voided("e1", None)
        self.assertEqual((self.held(None).qty, self.account().qty), (999, 999))


if __name__ == "__main__":
    unittest.main()
