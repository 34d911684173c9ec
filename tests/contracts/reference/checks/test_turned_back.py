"""What has not left when trading is halted, by hand (orders.md, section 8)."""

import unittest

from checks.world import CAPABILITIES, World

SECOND = 1_000_000


class TurnedBackCheck(unittest.TestCase):
    def setUp(self):
        self.world = World()

    def declare(self, **differs):
        self.world.event("control", "VenueDeclared", {**self.world.venue(), **differs}, venue=0)

    def trading(self, value, venue=None):
        payload = {"state": value, "reason": ""}
        self.world.event("control", "TradingStateSet", payload, venue=venue)

    def up(self):
        return self.world.event("control", "VenueStatusChanged", {"status": "up"}, venue=0)

    def not_sent(self, request):
        failure = {"request": request, "outcome": "notSent", "text": ""}
        self.world.broker("RequestFailed", 1, **failure)

    def later(self):
        self.world.seq_id += SECOND
        return self.world.event("timer", "DeadlineReached", {"due_us": 0})

    def said(self, caused):
        reports = caused["reports"]
        return [(r["exec_type"], r["ord_status"], r.get("reject_code")) for r in reports]

    def is_turned_back(self, caused, exec_type, ord_status):
        self.assertEqual(self.said(caused), [(exec_type, ord_status, "TRADING_HALTED")])
        self.assertEqual(caused["commands"], [])

    def test_a_second_attempt(self):
        self.world.place("Buy", "10", "100")
        self.not_sent(1)
        self.trading("Halted")
        self.is_turned_back(self.later(), "Rejected", "Rejected")

    def test_a_replace(self):
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 1)
        self.world.replace("i1", "12", "100")
        self.not_sent(2)
        self.trading("Halted", venue=0)
        self.is_turned_back(self.later(), "ReplaceRejected", "Accepted")

    def test_the_second_half_of_a_cancel_and_new(self):
        self.declare(capabilities={**CAPABILITIES, "replace": "cancel_new"})
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 1)
        self.world.replace("i1", "12", "100")
        self.trading("Halted")
        caused = self.world.broker("OrderCancelled", 1)
        self.is_turned_back(caused, "ReplaceRejected", "Cancelled")

    def test_it_neither_needs_nor_takes_tokens(self):
        self.declare(pacing={"per_second": 1, "burst": 1})
        self.world.place("Buy", "10", "100")
        self.world.place("Buy", "10", "100")
        self.trading("Halted")
        self.is_turned_back(self.up(), "Rejected", "Rejected")
        bucket = self.world.core.state.venues[0].bucket
        self.assertEqual(bucket.held, (bucket.asked - self.placed()) * bucket.gain)

    def placed(self):
        """Returns when the first request left, which emptied the bucket."""
        return self.world.core.state.orders[1].requests["Submit"].left

    def test_what_cannot_leave_waits_and_may_leave_when_the_halt_is_over(self):
        self.world.place("Buy", "10", "100")
        self.not_sent(1)
        self.world.event("control", "VenueStatusChanged", {"status": "reconciling"}, venue=0)
        self.trading("Halted")
        self.assertEqual(self.said(self.later()), [])
        self.trading("Active")
        self.assertEqual([each["kind"] for each in self.up()["commands"]], ["Submit"])

    def test_reducing_turns_nothing_back(self):
        self.world.place("Buy", "10", "100")
        self.not_sent(1)
        self.trading("Reducing")
        self.assertEqual([each["kind"] for each in self.later()["commands"]], ["Submit"])

    def test_a_cancel_goes_that_waited_for_the_replace(self):
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 1)
        self.world.replace("i1", "12", "100")
        self.world.intent("Cancel", orig_intent_id="i1")
        self.not_sent(2)
        self.trading("Halted")
        caused = self.later()
        refused = ("ReplaceRejected", "CancelPending", "TRADING_HALTED")
        self.assertEqual(self.said(caused), [refused])
        self.assertEqual([each["kind"] for each in caused["commands"]], ["Cancel"])

    def cancel_and_new(self, pacing=None, **differs):
        """An order that rests, and a replace of it whose cancel was issued."""
        capabilities = {**CAPABILITIES, "replace": "cancel_new", **differs}
        self.declare(capabilities=capabilities, pacing=pacing)
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 1)
        self.world.replace("i1", "12", "100")

    def goes(self, caused):
        self.assertEqual(self.said(caused), [])
        self.assertEqual([each["kind"] for each in caused["commands"]], ["Cancel"])

    def test_a_cancel_that_only_serves_a_replace_and_waits_for_pacing(self):
        self.cancel_and_new(pacing={"per_second": 1, "burst": 1})
        self.trading("Halted")
        self.is_turned_back(self.up(), "ReplaceRejected", "Accepted")
        order = self.world.core.state.orders[1]
        self.assertEqual((order.order_qty, order.replace, order.requests), (10_000, None, {}))

    def test_its_second_attempt(self):
        self.cancel_and_new()
        self.not_sent(2)
        self.trading("Halted", venue=0)
        self.is_turned_back(self.later(), "ReplaceRejected", "Accepted")
        self.assertEqual(self.said(self.later()), [])

    def test_it_goes_when_it_is_in_doubt(self):
        self.cancel_and_new(lookup_by_client_order_id=False)
        self.world.broker("RequestFailed", 1, request=2, outcome="unknown", text="")
        self.trading("Halted")
        self.goes(self.later())

    def test_it_goes_when_the_client_wants_it_too(self):
        self.cancel_and_new(pacing={"per_second": 1, "burst": 1})
        self.world.intent("Cancel", orig_intent_id="i1")
        self.trading("Halted")
        self.goes(self.later())


if __name__ == "__main__":
    unittest.main()
