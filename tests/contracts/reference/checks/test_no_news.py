"""A replace that is no news to the venue, by hand (orders.md, section 5)."""

from checks.resting import RestingCase
from checks.world import CAPABILITIES


class NoNewsCheck(RestingCase):
    """Order 1 is given another tag or more time, or what it has already."""

    def declare(self, **differs):
        declared = {**self.world.venue(), "capabilities": {**CAPABILITIES, **differs}}
        self.world.event("control", "VenueDeclared", declared, venue=0)

    def replace(self, **terms):
        fields = {"orig_intent_id": "i1", "order_qty": "10", **terms}
        return self.world.intent("Replace", has_tag=False, validate_only=False, **fields)

    def is_done(self):
        """The newest Replace is in force, and nothing was asked for."""
        self.assertEqual((self.order.replace, self.order.requests), (None, {}))
        self.assertEqual(self.order.bearer.intent_id, f"i{self.world.intents}")
        self.assertEqual((self.order.version, self.order.cl_ord_id), (1, "tl00-1-1"))

    def test_it_is_done_wherever_the_venue_replaces(self):
        for mode in ("native", "reduce_only", "cancel_new"):
            with self.subTest(mode):
                self.setUp()
                self.declare(replace=mode)
                self.assertIsNone(self.replace(ttl_ms=1000))
                self.is_done()

    def test_it_is_checked_as_any_other(self):
        self.declare(replace="none")
        self.assertEqual(self.replace(), "UNSUPPORTED")
        self.declare(replace="reduce_only")
        self.assertEqual(self.replace(price="100"), "UNSUPPORTED")
        self.world.event("control", "VenueStatusChanged", {"status": "down"}, venue=0)
        self.assertEqual(self.replace(), "VENUE_DOWN")

    def test_params_are_news_whatever_they_say(self):
        self.declare(params=["a"])
        self.order.params = {"a": 1}
        self.assertIsNone(self.replace(params={"a": 1}))
        self.assertEqual(set(self.order.requests), {"Replace"})

    def test_it_takes_a_token_of_each_rate(self):
        rate = {"per_second": 1, "burst": 1}
        limits = {"max_open_orders": None, "order_rate": rate, "max_loss": []}
        self.world.limits("client", limits, None, client="alice")
        self.assertIsNone(self.replace())
        self.is_done()
        self.assertEqual(self.replace(), "RATE_LIMIT")

    def test_a_cancel_that_is_insisted_upon_keeps_its_back_off(self):
        self.world.event("control", "KillSwitchSet", {"on": True, "reason": ""})
        self.world.broker("CancelRejected", 1, reject_code="VENUE_RATE_LIMIT", text="")
        self.world.event("control", "KillSwitchSet", {"on": False, "reason": ""})
        due, attempts = self.order.retry_due, self.order.attempts
        self.assertIsNone(self.replace(ttl_ms=0))
        self.is_done()
        self.assertEqual((self.order.must_cancel, self.order.retry), ("kill", {"Cancel"}))
        self.assertEqual((self.order.retry_due, self.order.attempts), (due, attempts))
