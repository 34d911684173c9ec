"""A cancel against what has not left, beside a replace in doubt, and insisted upon.

Source: orders.md sections 5, 6, 7 and 9.
"""

import unittest

from checks.resting import SECOND, RestingCase
from checks.world import CAPABILITIES, World

WON = ("ReplaceRejected", "CancelPending", "ILLEGAL_TRANSITION")


class Case(RestingCase):
    """And a replace to 12 that was issued."""

    def setUp(self):
        super().setUp()
        self.world.replace("i1", "12", "100")

    def cancel(self):
        self.assertIsNone(self.world.intent("Cancel", orig_intent_id="i1"))

    def found(self):
        """The venue has the order as it was before the replace."""
        request = self.order.requests["Lookup"].number
        terms = {"status": "open", "order_qty": 10_000, "cum_qty": 0, "price": 10_000}
        return self.world.broker("OrderFound", 1, request=request, **terms)

    def said(self, caused):
        reports = caused["reports"]
        return [(r["exec_type"], r["ord_status"], r.get("reject_code")) for r in reports]


class WinsCheck(Case):
    def test_it_waits_for_a_replace_that_may_be_on_its_way(self):
        self.cancel()
        self.assertEqual(set(self.order.requests), {"Replace"})

    def test_one_that_waited_wins_when_the_replace_did_not_leave(self):
        self.cancel()
        caused = self.fails("Replace", "notSent")
        self.assertEqual(self.said(caused), [WON])
        self.assertEqual(self.kinds(caused), ["Cancel"])
        self.assertEqual((self.order.replace, self.order.retry), (None, set()))

    def test_a_replace_to_be_sent_again_goes_after_the_cancel_is_said(self):
        self.fails("Replace", "notSent")
        caused = self.world.event("control", "KillSwitchSet", {"on": True, "reason": ""})
        pending = ("PendingCancel", "CancelPending", None)
        self.assertEqual(self.said(caused), [pending, WON])
        self.assertEqual(self.kinds(caused), ["Cancel"])

    def test_a_second_half_that_did_not_leave_ends_the_order(self):
        world = self.world = World()
        capabilities = {**CAPABILITIES, "replace": "cancel_new"}
        declared = {**world.venue(), "capabilities": capabilities}
        world.event("control", "VenueDeclared", declared, venue=0)
        world.place("Buy", "10", "100")
        world.broker("OrderAccepted", 1)
        world.replace("i1", "12", "100")
        world.broker("OrderCancelled", 1, reason="")
        self.cancel()
        caused = self.fails("Submit", "notSent")
        lost = ("ReplaceRejected", "Cancelled", "ILLEGAL_TRANSITION")
        self.assertEqual(self.said(caused), [("Cancelled", "Cancelled", None), lost])
        self.assertEqual(caused["commands"], [])

    def test_one_insisted_upon_that_is_due_with_the_replace_wins(self):
        self.fails("Replace", "notSent")
        self.order.must_cancel = "lapse"
        self.order.retry.add("Cancel")
        caused = self.later()
        pending = ("PendingCancel", "CancelPending", None)
        self.assertEqual(self.said(caused), [pending, WON])
        self.assertEqual(self.kinds(caused), ["Cancel"])


class DoubtCheck(Case):
    """The replace is in doubt, and stays so: there is no proof."""

    def setUp(self):
        super().setUp()
        self.fails("Replace", "unknown")
        self.cancel()

    def test_a_cancel_that_did_not_leave_is_sent_when_the_order_is_found(self):
        del self.order.requests["Cancel"]
        self.assertEqual(self.kinds(self.found()), ["Cancel"])
        self.assertEqual(self.order.doubt, {"Replace"})
        self.assertIsNotNone(self.order.lookup_due)

    def test_one_that_may_be_lost_is_sent_again(self):
        self.fails("Cancel", "unknown")
        self.assertEqual(self.kinds(self.found()), ["Cancel"])
        self.assertEqual(self.order.doubt, {"Replace"})

    def test_by_back_off_if_that_is_often(self):
        self.fails("Cancel", "unknown")
        self.order.attempts = 3
        self.assertEqual(self.found()["commands"], [])
        self.assertEqual((self.order.retry, self.order.attempts), ({"Cancel"}, 4))
        self.assertIn("Cancel", self.kinds(self.later()))

    def test_one_that_is_on_its_way_is_left_alone(self):
        self.assertEqual(self.found()["commands"], [])
        self.assertIsNotNone(self.order.lookup_due)


class InsistedCheck(unittest.TestCase):
    """Order 1 rests; the kill switch cancels it, and the venue refuses that."""

    def setUp(self):
        self.world = World()
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 1)
        self.insist("KillSwitchSet", on=True)
        self.refuses()

    @property
    def order(self):
        return self.world.core.state.orders[1]

    def insist(self, event_type, **payload):
        return self.world.event("control", event_type, {"reason": "", **payload})

    def refuses(self):
        code = {"reject_code": "VENUE_RATE_LIMIT", "text": ""}
        return self.world.broker("CancelRejected", 1, **code)

    def status(self, status):
        payload = {"status": status, "reason": ""}
        return self.world.event("control", "VenueStatusChanged", payload, venue=0)

    def later(self):
        self.world.seq_id += 60 * SECOND
        return self.world.event("timer", "DeadlineReached", {"due_us": 0})

    def goes_out_anew(self, caused):
        self.assertEqual([each["kind"] for each in caused["commands"]], ["Cancel"])
        self.assertEqual(self.order.retry, set())

    def test_each_refusal_is_one_more_failure(self):
        seen = [self.order.attempts]
        for _ in range(3):
            self.goes_out_anew(self.later())
            self.refuses()
            seen.append(self.order.attempts)
        self.assertEqual(seen, [1, 2, 3, 4])

    def test_the_venue_is_asked_before_it_is_tried_again(self):
        self.later()
        self.order.attempts = 0
        caused = self.world.broker("CancelRejected", 1, reject_code="VENUE_REJECTED", text="")
        self.assertEqual([each["kind"] for each in caused["commands"]], ["Lookup"])
        self.assertEqual((self.order.retry, self.order.attempts), ({"Cancel"}, 2))

    def test_one_that_is_not_insisted_upon_leaves_no_failures(self):
        self.order.must_cancel = None
        self.later()
        self.world.intent("Cancel", orig_intent_id="i1")
        self.order.attempts = 5
        self.refuses()
        self.assertEqual(self.order.attempts, 0)

    def test_the_same_cause_does_not_hurry_it(self):
        self.later()
        self.refuses()
        due = self.order.retry_due
        caused = self.insist("KillSwitchSet", on=True)
        self.assertEqual((caused["reports"], caused["commands"]), ([], []))
        self.assertEqual((self.order.retry_due, self.order.attempts), (due, 2))

    def test_another_cause_sends_it_at_once(self):
        self.later()
        self.refuses()
        lost = {"session": 1, "cause": "goodbye", "keep_orders": False}
        self.goes_out_anew(self.world.event("control", "SessionClosed", lost))
        self.assertEqual((self.order.must_cancel, self.order.attempts), ("disconnect", 1))

    def test_it_goes_out_when_the_venue_comes_up(self):
        self.later()
        self.refuses()
        self.assertEqual(self.status("reconciling")["reports"], [])
        self.goes_out_anew(self.status("up"))
        self.assertEqual((self.order.cancel.cause, self.order.attempts), ("kill", 1))

    def test_nothing_else_that_is_tried_again_goes_out_with_it(self):
        self.order.retry.add("Replace")
        self.status("up")
        self.assertEqual(self.order.retry, {"Replace"})


class UnlookedCheck(Case):
    """Order 1 rests; a cancel may be lost, and the venue does not even look at the next."""

    def setUp(self):
        self.world = World()
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 1)
        self.cancel()
        self.fails("Cancel", "unknown")
        self.found()
        self.order.doubt.add("Cancel")

    def refuses(self, code):
        return self.world.broker("CancelRejected", 1, reject_code=code, text="")

    def test_the_one_before_stays_in_doubt_and_is_asked_about(self):
        self.order.attempts = 0
        caused = self.refuses("VENUE_SUSPENDED")
        self.assertNotIn("CancelRejected", [each[0] for each in self.said(caused)])
        self.assertEqual(self.kinds(caused), ["Lookup"])
        self.assertEqual((self.order.doubt, self.order.retry), ({"Cancel"}, set()))
        self.assertEqual(set(self.order.requests), {"Lookup"})
        self.assertEqual(self.kinds(self.found()), ["Cancel"])

    def test_one_that_is_insisted_upon_is_tried_again_after_that(self):
        self.order.must_cancel = "kill"
        self.order.attempts = 0
        self.assertEqual(self.kinds(self.refuses("VENUE_RATE_LIMIT")), ["Lookup"])
        self.assertEqual((self.order.retry, self.order.attempts), ({"Cancel"}, 2))

    def test_a_venue_that_looked_refused_both(self):
        caused = self.refuses("VENUE_REJECTED")
        self.assertEqual(self.said(caused)[0][0], "CancelRejected")
        self.assertEqual((self.order.doubt, self.order.cancel), (set(), None))

    def test_so_does_one_that_refuses_the_only_one(self):
        del self.order.requests["Cancel"]
        self.refuses("VENUE_SUSPENDED")
        self.assertEqual((self.order.doubt, self.order.cancel), (set(), None))


class OutdatedCheck(Case):
    """The replace is in doubt; an answer comes to a look-up that is not open any more."""

    def setUp(self):
        super().setUp()
        self.fails("Replace", "unknown")
        del self.order.requests["Lookup"]

    def outdated(self, order_qty, name):
        found = {"status": "open", "order_qty": order_qty, "cum_qty": 0, "price": 10_000}
        return self.world.broker("OrderFound", 1, request=0, venue_order_id=name, **found)

    def test_it_does_not_prove_the_replace(self):
        self.assertEqual(self.outdated(12_000, None)["reports"], [])
        self.assertEqual((self.order.order_qty, self.order.doubt), (10_000, {"Replace"}))

    def test_its_name_is_learned_where_there_is_none(self):
        self.outdated(10_000, "v1")
        self.outdated(10_000, "v2")
        self.assertEqual(self.order.venue_order_id, "v1")
