"""A cancel that may be lost, while nobody can say so; a lapse, and who takes its place.

Source: orders.md sections 5, 6, 7 and 10.
"""

from checks.resting import SECOND, RestingCase
from checks.world import CAPABILITIES
from reference.deadlines import set_due


class Case(RestingCase):
    def said(self, caused):
        return [(each["exec_type"], each["ord_status"]) for each in caused["reports"]]


class LostCheck(Case):
    """Its cancel may be lost, and the venue is asked."""

    def setUp(self):
        super().setUp()
        self.world.intent("Cancel", orig_intent_id="i1")
        self.fails("Cancel", "unknown")

    def is_round(self, attempts):
        """Both the question and the cancel are to come, as one failure."""
        self.assertEqual((self.order.retry, self.order.doubt), ({"Cancel"}, {"Cancel"}))
        self.assertEqual(self.order.attempts, attempts)
        self.assertIsNotNone(self.order.lookup_due)
        self.assertGreater(self.order.retry_due, self.order.lookup_due)

    def answer(self, event_type, **fields):
        request = self.order.requests["Lookup"].number
        return self.world.broker(event_type, 1, request=request, **fields)

    def found(self, status, cum_qty=0):
        terms = {"order_qty": 10_000, "cum_qty": cum_qty, "price": 10_000}
        return self.answer("OrderFound", status=status, **terms)

    def test_it_goes_again_where_look_ups_fail_ever_more_slowly(self):
        for attempts in (2, 3, 4):
            self.fails("Lookup", "notSent")
            self.is_round(attempts)
            self.assertEqual(set(self.kinds(self.later())), {"Cancel", "Lookup"})
            self.fails("Cancel", "unknown")

    def test_one_that_is_on_its_way_is_not_sent_again(self):
        self.fails("Lookup", "notSent")
        self.later()
        self.fails("Lookup", "notSent")
        self.assertEqual((self.order.retry, set(self.order.requests)), (set(), {"Cancel"}))

    def test_it_goes_again_where_nothing_is_found(self):
        self.answer("OrderNotFound")
        self.is_round(2)

    def test_it_goes_again_where_an_open_order_contradicts(self):
        self.found("open", 1_000)
        self.is_round(2)

    def test_not_where_an_ended_one_does(self):
        self.found("cancelled", 1_000)
        self.assertEqual((self.order.retry, self.order.attempts), (set(), 2))

    def test_an_open_order_sends_it_at_once_though_it_waits(self):
        self.fails("Lookup", "notSent")
        self.order.retry_due += 60 * SECOND
        self.assertEqual(self.kinds(self.later()), ["Lookup"])
        self.assertEqual(self.kinds(self.found("open")), ["Cancel"])
        self.assertEqual((self.order.retry, self.order.doubt), (set(), set()))

    def test_by_the_back_off_it_has_if_that_is_often(self):
        self.fails("Lookup", "notSent")
        self.order.retry_due += 60 * SECOND
        self.later()
        self.order.attempts = 3
        due = self.order.retry_due
        self.assertEqual(self.found("open")["commands"], [])
        self.assertEqual((self.order.retry, self.order.doubt), ({"Cancel"}, set()))
        self.assertEqual((self.order.retry_due, self.order.attempts), (due, 3))

    def test_an_open_order_leaves_one_alone_that_is_on_its_way(self):
        self.fails("Lookup", "notSent")
        self.later()
        self.order.attempts = 3
        self.assertEqual(self.found("open")["commands"], [])
        self.assertEqual((self.order.retry, self.order.doubt), (set(), {"Cancel"}))

    def test_a_refused_one_that_waits_is_not_hurried_by_an_open_order(self):
        self.order.must_cancel = "kill"
        self.world.broker("CancelRejected", 1, reject_code="VENUE_REJECTED", text="")
        self.assertEqual((self.order.retry, self.order.doubt), ({"Cancel"}, set()))
        self.assertEqual(self.found("open")["commands"], [])
        self.assertEqual(self.order.retry, {"Cancel"})

    def keeps_orders(self):
        """The client does not want its orders cancelled when it is gone."""
        wishes = {"cancel_on_disconnect": False, "cancel_grace_ms": 0}
        opened = {"session": 1, "client": "alice", **wishes}
        self.world.event("control", "SessionOpened", opened)

    def test_a_restart_sends_it_again_beside_its_question(self):
        self.keeps_orders()
        self.world.started()
        self.assertEqual(self.order.retry, {"Cancel"})
        self.assertEqual((self.order.attempts, set(self.order.requests)), (1, {"Lookup"}))

    def test_a_restart_that_loses_its_client_sends_it_at_once(self):
        self.world.started()
        self.assertEqual((self.order.must_cancel, self.order.retry), ("disconnect", set()))
        self.assertEqual(set(self.order.requests), {"Cancel", "Lookup"})

    def test_where_there_is_no_look_up_it_is_counted_once(self):
        self.fails("Lookup", "notSent")
        self.later()
        declared = {**self.world.venue(), "capabilities": dict(CAPABILITIES)}
        declared["capabilities"]["lookup_by_client_order_id"] = False
        self.world.event("control", "VenueDeclared", declared, venue=0)
        self.fails("Cancel", "unknown")
        attempts = self.order.attempts
        self.fails("Lookup", "notSent")
        self.assertEqual((self.order.retry, self.order.attempts), ({"Cancel"}, attempts + 1))


class Lapsed(Case):
    """It has lapsed, and the venue refuses its cancel."""

    def setUp(self):
        super().setUp()
        self.lapses()
        self.refuses()

    def lapses(self):
        self.order.ttl_due = self.world.core.state.now
        return self.reaches("lapse")

    def reaches(self, name):
        """A deadline of the order is due now."""
        state = self.world.core.state
        set_due(state, self.order, name, state.now)
        return self.world.event("timer", "DeadlineReached", {"due_us": 0})

    def refuses(self):
        code = {"reject_code": "VENUE_RATE_LIMIT", "text": ""}
        return self.world.broker("CancelRejected", 1, **code)

    def replace(self, **terms):
        fields = {"orig_intent_id": "i1", "order_qty": "12", "price": "100", **terms}
        refused = self.world.intent("Replace", has_tag=False, validate_only=False, **fields)
        self.assertIsNone(refused)

    def replaced(self):
        terms = {"order_qty": 12_000, "price": 10_000}
        return self.world.broker("OrderReplaced", 1, **terms)

    def loses_its_client(self):
        lost = {"session": 1, "cause": "goodbye", "keep_orders": False}
        return self.world.event("control", "SessionClosed", lost)


class LapseCheck(Lapsed):
    """It is replaced, or its client is lost."""

    def test_more_time_ends_it(self):
        self.replace(ttl_ms=120_000)
        self.assertEqual(self.said(self.replaced()), [("Replaced", "Accepted")])
        self.assertEqual((self.order.must_cancel, self.order.retry), (None, set()))
        self.assertEqual(self.order.attempts, 0)

    def test_so_does_a_life_for_ever(self):
        self.replace(ttl_ms=0)
        self.replaced()
        self.assertEqual((self.order.must_cancel, self.order.retry), (None, set()))

    def test_no_more_time_does_not(self):
        self.order.ttl_due = self.world.core.state.now + 2
        self.replace()
        self.replaced()
        self.assertEqual(self.order.lapse_due, self.world.core.state.now)
        self.assertEqual((self.order.must_cancel, self.order.retry), ("lapse", {"Cancel"}))

    def test_a_cancel_that_is_pending_goes_on(self):
        self.replace(ttl_ms=120_000)
        self.assertEqual(self.said(self.reaches("retry")), [("PendingCancel", "CancelPending")])
        self.assertEqual(self.kinds(self.replaced()), ["Cancel"])
        self.assertEqual(self.order.must_cancel, "lapse")

    def test_more_time_while_it_was_on_its_way_ends_it_with_the_refusal(self):
        self.replace(ttl_ms=120_000)
        self.reaches("retry")
        self.replaced()
        self.order.attempts = 5
        self.assertEqual(self.said(self.refuses()), [("CancelRejected", "Accepted")])
        self.assertEqual((self.order.must_cancel, self.order.retry), (None, set()))
        self.assertEqual(self.order.attempts, 0)

    def test_so_does_a_life_for_ever_since(self):
        self.replace(ttl_ms=0)
        self.reaches("retry")
        self.replaced()
        self.assertIsNone(self.order.lapse_due)
        self.refuses()
        self.assertEqual((self.order.must_cancel, self.order.retry), (None, set()))

    def test_a_time_that_is_over_again_does_not(self):
        self.replace(ttl_ms=120_000)
        self.reaches("retry")
        self.replaced()
        self.order.ttl_due = self.world.core.state.now + 1
        self.refuses()
        self.assertEqual((self.order.must_cancel, self.order.retry), ("lapse", {"Cancel"}))

    def test_the_earlier_of_two_times_decides(self):
        self.order.must_cancel, self.order.retry = None, set()
        self.order.expire_us = self.world.core.state.now + 60 * SECOND
        self.lapses()
        self.refuses()
        self.assertEqual((self.order.must_cancel, self.order.retry), ("lapse", {"Cancel"}))

    def test_a_lost_client_goes_on_insisting(self):
        self.loses_its_client()
        self.refuses()
        self.lapses()
        self.assertEqual((self.order.must_cancel, self.order.retry), ("disconnect", {"Cancel"}))

    def test_a_lapse_that_follows_a_lost_client_is_why_the_order_is_cancelled(self):
        self.loses_its_client()
        self.refuses()
        self.order.retry.clear()
        caused = self.lapses()
        self.assertEqual((self.order.must_cancel, self.order.cancel.cause), ("disconnect", "lapse"))
        self.assertEqual(self.kinds(caused), ["Cancel"])

    def test_told_again_it_takes_back_a_replace_that_did_not_leave(self):
        self.replace()
        self.fails("Replace", "notSent")
        caused = self.lapses()
        won = [("PendingCancel", "CancelPending"), ("ReplaceRejected", "CancelPending")]
        self.assertEqual((self.said(caused), self.kinds(caused)), (won, ["Cancel"]))
        self.assertEqual((self.order.replace, self.order.retry), (None, set()))

    def test_told_again_it_follows_a_replace_that_did(self):
        self.replace()
        caused = self.lapses()
        self.assertEqual(self.said(caused), [("PendingCancel", "CancelPending")])
        self.assertEqual(caused["commands"], [])
        self.assertEqual(self.kinds(self.replaced()), ["Cancel"])


class TakenPlaceCheck(Lapsed):
    """The venue replaces by cancel and new, and that cancel takes the place of the refused one."""

    def setUp(self):
        super().setUp()
        declared = {**self.world.venue(), "capabilities": {**CAPABILITIES, "replace": "cancel_new"}}
        self.world.event("control", "VenueDeclared", declared, venue=0)

    def comes_under_new_terms(self):
        self.world.broker("OrderCancelled", 1, reason="")
        self.assertEqual((self.order.retry, self.order.attempts), (set(), 0))
        return self.world.broker("OrderAccepted", 1)

    def goes_on(self, caused, attempts=1):
        """The new terms are told, and the cancel is to be tried again by back-off."""
        self.assertEqual(self.said(caused), [("Replaced", "Accepted")])
        self.assertEqual((caused["commands"], self.order.retry), ([], {"Cancel"}))
        self.assertEqual(self.order.attempts, attempts)
        self.assertGreater(self.order.retry_due, self.world.core.state.now)
        self.assertEqual(self.kinds(self.later()), ["Cancel"])

    def test_the_kill_switch_goes_on(self):
        self.order.must_cancel = "kill"
        self.replace(ttl_ms=120_000)
        self.goes_on(self.comes_under_new_terms())
        self.assertEqual(self.order.cancel.cause, "kill")

    def test_a_lapse_without_more_time_goes_on(self):
        self.replace()
        self.goes_on(self.comes_under_new_terms())
        self.assertEqual(self.order.cancel.cause, "lapse")

    def test_one_with_more_time_does_not(self):
        self.replace(ttl_ms=120_000)
        self.comes_under_new_terms()
        self.assertEqual((self.order.must_cancel, self.order.retry), (None, set()))

    def test_nothing_goes_on_that_nobody_insists_upon(self):
        self.order.must_cancel, self.order.retry = None, set()
        self.replace()
        self.comes_under_new_terms()
        self.assertEqual((self.order.retry, self.order.attempts), (set(), 0))

    def test_a_pending_cancel_is_sent_and_not_also_tried_again(self):
        self.order.must_cancel = "kill"
        self.replace()
        self.world.broker("OrderCancelled", 1, reason="")
        self.world.event("control", "KillSwitchSet", {"on": True, "reason": ""})
        self.assertEqual(self.kinds(self.world.broker("OrderAccepted", 1)), ["Cancel"])
        self.assertEqual(self.order.retry, set())

    def test_an_order_that_ends_with_the_new_terms_is_left(self):
        self.order.must_cancel = "kill"
        self.replace(order_qty="3")
        self.world.executed(1, 3_000, 10_000)
        caused = self.world.broker("OrderCancelled", 1, reason="")
        self.assertEqual(self.said(caused), [("Replaced", "Filled")])
        self.assertEqual((self.order.retry, self.order.retry_due), (set(), None))
