"""Dry runs, by hand: what they leave alone, and what they hold in (orders.md, sections 8, 13)."""

from checks.resting import RestingCase
from checks.world import CAPABILITIES


class Case(RestingCase):
    """Order 1 rests for real."""

    def dry(self, on=True, client="alice"):
        self.world.event("control", "DryRunSet", {"client": client, "on": on}, instrument=0)

    @property
    def venue(self):
        return self.world.core.state.venues[0]


class BreakerCheck(Case):
    """Order 2 is a dry one of the same venue."""

    def setUp(self):
        super().setUp()
        self.dry()
        self.world.place("Buy", "10", "100")

    def fails_dry(self, **fields):
        failure = {"outcome": "notSent", "text": "", **fields}
        request = self.world.core.state.orders[2].requests["Submit"].number
        self.world.broker("RequestFailed", 2, request=request, **failure)

    def test_its_failure_is_none_of_the_venue(self):
        self.fails_dry()
        self.assertEqual(self.venue.failures, 0)

    def test_it_pauses_the_venue_all_the_same(self):
        self.fails_dry(retry_after_ms=1000)
        self.assertEqual(self.venue.paused_until, self.world.core.state.now + 1_000_000)

    def test_its_answers_end_no_failures(self):
        self.world.intent("Cancel", orig_intent_id="i1")
        self.fails("Cancel", "notSent")
        self.world.broker("OrderAccepted", 2)
        self.world.broker("CancelRejected", 2, reject_code="VENUE_REJECTED", text="")
        self.assertEqual(self.venue.failures, 1)
        self.world.broker("CancelRejected", 1, reject_code="VENUE_REJECTED", text="")
        self.assertEqual(self.venue.failures, 0)


class PacingCheck(Case):
    """A venue that lets three requests out at once."""

    def setUp(self):
        super().setUp()
        paced = {**self.world.venue(), "pacing": {"per_second": 1, "burst": 3}}
        self.world.event("control", "VenueDeclared", paced, venue=0)

    def leaves(self):
        """Places an order; returns whether its request left."""
        self.world.place("Buy", "10", "100")
        orders = self.world.core.state.orders
        return orders[max(orders)].requests["Submit"].left is not None

    def test_a_dry_order_beside_real_ones_takes_no_tokens(self):
        self.dry()
        held = self.venue.bucket.held
        self.assertEqual([self.leaves() for _ in range(4)], [True] * 4)
        self.assertEqual(self.venue.bucket.held, held)
        self.dry(on=False)
        self.assertEqual([self.leaves() for _ in range(4)], [True] * 3 + [False])

    def test_it_leaves_when_there_are_none(self):
        self.venue.bucket.held = 0
        self.dry()
        self.assertTrue(self.leaves())

    def test_it_takes_them_where_everything_runs_dry(self):
        self.world.core.state.mode = "dry_run"
        self.assertEqual([self.leaves() for _ in range(4)], [True] * 3 + [False])


class HeldInCheck(Case):
    """What is new of order 1 waits for its turn, or is asked for."""

    def codes(self, caused):
        return [each.get("reject_code") for each in caused["reports"]]

    def test_the_switch_itself_turns_nothing_back(self):
        self.world.replace("i1", "12", "100")
        self.fails("Replace", "notSent")
        self.dry()
        self.dry(on=False)
        self.assertEqual(self.kinds(self.later()), ["Replace"])

    def test_each_switch_holds_it_in_by_itself(self):
        self.dry()
        self.dry(client=None)
        self.assertEqual(self.world.replace("i1", "12", "100"), "TRADING_HALTED")
        self.dry(on=False)
        self.assertEqual(self.world.replace("i1", "12", "100"), "TRADING_HALTED")
        self.dry(on=False, client=None)
        self.assertIsNone(self.world.replace("i1", "12", "100"))

    def test_no_switch_of_another_client_does(self):
        self.dry(client="bob")
        self.assertIsNone(self.world.replace("i1", "12", "100"))

    def test_it_is_asked_before_reduce_only(self):
        self.world.replace("i1", "12", "100")
        self.fails("Replace", "notSent")
        self.world.event("control", "TradingStateSet", {"state": "Reducing", "reason": ""})
        self.dry()
        self.assertEqual(self.codes(self.later()), ["TRADING_HALTED"])

    def test_the_cancel_of_a_replace_goes_when_it_is_in_doubt(self):
        offered = {**CAPABILITIES, "replace": "cancel_new", "lookup_by_client_order_id": False}
        declared = {**self.world.venue(), "capabilities": offered}
        self.world.event("control", "VenueDeclared", declared, venue=0)
        self.world.replace("i1", "12", "100")
        self.fails("Cancel", "unknown")
        self.dry()
        self.assertEqual(self.kinds(self.later()), ["Cancel"])

    def test_a_dry_order_is_replaced_while_all_runs_dry(self):
        self.dry()
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 2)
        self.dry(client=None)
        self.assertIsNone(self.world.replace("i2", "12", "100"))
