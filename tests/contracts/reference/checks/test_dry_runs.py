"""Dry runs, by hand: what they leave alone (orders.md, sections 8 and 13)."""

from checks.resting import RestingCase


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
