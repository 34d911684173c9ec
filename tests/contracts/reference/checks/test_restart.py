"""What a restart asks, and what an accepted loss doubts, by hand (orders.md, section 10)."""

import unittest

from checks.world import CAPABILITIES, NOW, SPOT, World
from reference.deadlines import set_due

SECOND = 1_000_000


class Case(unittest.TestCase):
    """A world whose client keeps its orders when its session ends."""

    def setUp(self):
        self.world = World()
        self.declared = self.world.venue()
        self.session(False)

    def session(self, cancel_on_disconnect):
        wishes = {"cancel_on_disconnect": cancel_on_disconnect, "cancel_grace_ms": 0}
        opened = {"session": 1, "client": "alice", **wishes}
        self.world.event("control", "SessionOpened", opened)

    @property
    def state(self):
        return self.world.core.state

    def order(self, number=1):
        return self.state.orders[number]

    def declare(self, **differs):
        self.declared.update(differs)
        return self.world.event("control", "VenueDeclared", self.declared, venue=0)

    def offers(self, **differs):
        self.declare(capabilities={**CAPABILITIES, **differs})

    def is_busy(self):
        """The venue has no token left: what is issued waits."""
        self.declare(pacing={"per_second": 1, "burst": 1})
        self.state.venues[0].bucket.held = 0

    def is_up(self):
        """The link is back, and pacing holds nothing back."""
        self.declare(pacing=None)
        return self.link("up")

    def link(self, status):
        return self.world.event("control", "VenueStatusChanged", {"status": status}, venue=0)

    def fails(self, kind, outcome, number=1):
        request = self.order(number).requests[kind]
        self.assertIsNotNone(request.left)
        failure = {"request": request.number, "outcome": outcome, "text": ""}
        return self.world.broker("RequestFailed", number, **failure)

    def later(self):
        self.world.seq_id += SECOND
        return self.world.event("timer", "DeadlineReached", {"due_us": 0})

    def loses(self):
        """A restart: the end of the journal was lost, from the beginning on, and is given up."""
        return self.world.started(lost_since_us=NOW)

    def is_active(self):
        """The operator ends the halt that a loss begins with."""
        self.world.event("control", "TradingStateSet", {"state": "Active", "reason": ""})

    def rests(self):
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 1)

    def said(self, caused):
        self.assertEqual(caused["alarms"], [])
        reports = caused["reports"]
        return [(r["exec_type"], r["ord_status"], r.get("in_doubt", False)) for r in reports]

    def sent(self, caused):
        return [each["kind"] for each in caused["commands"] if each["kind"] != "Reconcile"]


class WaitingCase(Case):
    """The ways in which something of order 1 may not have left."""

    def submit_waits(self):
        self.is_busy()
        self.world.place("Buy", "10", "100")
        self.assertTrue(self.order().is_waiting("Submit"))

    def submit_in_retry(self):
        self.world.place("Buy", "10", "100")
        self.fails("Submit", "notSent")
        self.assertEqual(self.order().retry, {"Submit"})

    def replace_waits(self):
        self.rests()
        self.is_busy()
        self.world.replace("i1", "20", "100")
        self.assertTrue(self.order().is_waiting("Replace"))

    def replace_in_retry(self):
        self.rests()
        self.world.replace("i1", "20", "100")
        self.fails("Replace", "notSent")
        self.assertEqual(self.order().retry, {"Replace"})

    def second_half(self):
        """A cancel-and-new whose old order is gone."""
        self.offers(replace="cancel_new")
        self.rests()
        self.world.replace("i1", "20", "100")

    def second_half_waits(self):
        self.second_half()
        self.is_busy()
        self.world.broker("OrderCancelled", 1)
        self.assertTrue(self.order().is_waiting("Submit"))

    def second_half_in_retry(self):
        self.second_half()
        self.world.broker("OrderCancelled", 1)
        self.fails("Submit", "notSent")

    def each(self):
        """Each way not to have left, the kind, and the state of the order."""
        for begin, kind, status in (
            (self.submit_waits, "Submit", "Submitted"),
            (self.submit_in_retry, "Submit", "Submitted"),
            (self.replace_waits, "Replace", "ReplacePending"),
            (self.replace_in_retry, "Replace", "ReplacePending"),
            (self.second_half_waits, "Submit", "ReplacePending"),
            (self.second_half_in_retry, "Submit", "ReplacePending"),
        ):
            for wait in (0, SECOND):
                with self.subTest(begin=begin.__name__, wait=wait):
                    self.setUp()
                    begin()
                    self.world.seq_id += wait
                    yield kind, status


class LossCheck(WaitingCase):
    """What waited at the end that is left of the journal may have left in what was lost."""

    def test_it_falls_into_doubt_before_deadlines_fire(self):
        for kind, status in self.each():
            caused = self.loses()
            self.assertEqual(self.said(caused), [("OrderStatus", status, True)])
            self.assertEqual(self.order().doubt, {kind})
            self.assertEqual(self.order().doubt_since, caused["reports"][0]["transact_us"])
            self.assertEqual((self.order().retry, set(self.order().requests)), (set(), {"Lookup"}))

    def test_it_is_looked_up_and_never_sent_again(self):
        for _ in self.each():
            self.loses()
            self.is_active()
            self.assertEqual(self.sent(self.is_up()), ["Lookup"])
            self.assertEqual(self.sent(self.later()), [])

    def test_without_a_loss_it_waits_on_and_goes(self):
        for kind, _ in self.each():
            self.assertEqual(self.said(self.world.started()), [])
            self.assertEqual(self.order().doubt, set())
            sent = self.sent(self.is_up()) + self.sent(self.later())
            self.assertEqual(sent, [kind])

    def test_the_answer_may_be_proof_of_absence(self):
        for begin in (self.submit_waits, self.submit_in_retry):
            with self.subTest(begin.__name__):
                self.setUp()
                self.offers(absence_proof_ms=1000)
                begin()
                self.loses()
                self.world.seq_id += SECOND
                (asked,) = [c for c in self.is_up()["commands"] if c["kind"] == "Lookup"]
                absent = self.world.broker("OrderNotFound", 1, request=asked["request"])
                self.assertEqual(self.said(absent), [("Rejected", "Rejected", False)])

    def test_a_fill_proves_that_the_replace_had_left(self):
        for begin in (self.replace_waits, self.replace_in_retry):
            with self.subTest(begin.__name__):
                self.setUp()
                begin()
                self.loses()
                replaced, trade = self.said(self.world.executed(1, 12_000, 10_000))
                self.assertEqual(replaced, ("Replaced", "Accepted", False))
                self.assertEqual(trade, ("Trade", "PartiallyFilled", False))

    def test_a_replace_ends_under_its_own_key_whatever_numbers_are_passed_over(self):
        for begin in (self.replace_waits, self.replace_in_retry):
            with self.subTest(begin.__name__):
                self.setUp()
                begin()
                self.loses()
                self.is_up()
                self.assertGreater(self.order().version, 2)
                terms = {"order_qty": 20_000, "price": 10_000}
                self.world.broker("OrderReplaced", 1, **terms)
                self.assertEqual(self.order().cl_ord_id, "tl00-1-2")

    def test_requests_are_made_by_number_of_order(self):
        self.is_busy()
        for _ in range(3):
            self.world.place("Buy", "10", "100")
        self.loses()
        asked = [self.order(number).requests["Lookup"].number for number in (1, 2, 3)]
        self.assertEqual(asked, [4, 5, 6])

    def test_what_had_left_falls_into_doubt_later_with_every_restart(self):
        self.world.place("Buy", "10", "100")
        self.is_busy()
        self.world.place("Buy", "10", "100")
        status = ("OrderStatus", "Submitted", True)
        self.assertEqual(self.said(self.loses()), [status, status])
        asked = [self.order(number).requests["Lookup"].number for number in (1, 2)]
        self.assertEqual(asked, [4, 3])

    def loses_its_session(self):
        """The client is lost and its grace of 0 is over: its orders are to be cancelled."""
        self.session(True)
        self.submit_waits()
        closed = {"session": 1, "cause": "lost", "keep_orders": False}
        self.world.event("control", "SessionClosed", closed)

    def test_what_falls_due_meets_an_order_in_doubt(self):
        self.loses_its_session()
        self.assertEqual(self.said(self.loses()), [("PendingCancel", "CancelPending", True)])
        self.assertEqual(self.order().doubt, {"Submit", "Cancel"})
        self.assertEqual(set(self.order().requests), {"Lookup"})

    def test_without_a_loss_it_is_gone_with_its_request(self):
        self.loses_its_session()
        caused = self.world.started()
        pending = ("PendingCancel", "CancelPending", False)
        self.assertEqual(self.said(caused), [pending, ("Cancelled", "Cancelled", False)])

    def test_a_cancel_that_waits_still_waits(self):
        self.rests()
        self.link("down")
        self.world.intent("Cancel", orig_intent_id="i1")
        waits = self.order().requests["Cancel"]
        self.loses()
        self.assertIs(self.order().requests["Cancel"], waits)
        self.assertEqual(self.sent(self.is_up()), ["Cancel", "Lookup"])

    def test_what_rests_is_not_in_doubt(self):
        self.rests()
        self.assertEqual(self.said(self.loses()), [])
        self.assertEqual((self.order().doubt, self.order().requests), (set(), {}))


SIMULATION = {
    "order_latency_us": 0,
    "report_latency_us": 0,
    "maker_fee_ppm": 0,
    "taker_fee_ppm": 0,
}


class SimulatedCheck(WaitingCase):
    """A simulated venue lives on the same timeline and has lost nothing."""

    def setUp(self):
        super().setUp()
        self.declare(simulation=SIMULATION)

    def test_what_waits_waits_on_and_goes(self):
        for kind, _ in self.each():
            caused = self.loses()
            self.assertEqual(self.said(caused), [])
            self.assertEqual((self.order().doubt, self.order().doubt_since), (set(), None))
            self.assertEqual(set(self.order().requests) | self.order().retry, {kind})
            self.is_active()
            let_go = self.declare(pacing=None)
            all_caused = (caused, let_go, self.is_up(), self.later())
            self.assertEqual([sent for each in all_caused for sent in self.sent(each)], [kind])

    def test_a_venue_outside_beside_it_is_doubted(self):
        self.submit_waits()
        outside = {**self.world.venue(), "id": 1, "name": "other"}
        outside["pacing"] = {"per_second": 1, "burst": 1}
        self.world.event("control", "VenueDeclared", outside, venue=1)
        listed = {**SPOT, "id": 1, "venue": 1, "name": "other:BTC/USDT"}
        self.world.event("control", "InstrumentListed", listed, venue=1, instrument=1)
        self.world.event("control", "VenueStatusChanged", {"status": "up"}, venue=1)
        self.state.venues[1].bucket.held = 0
        place = {"side": "Buy", "order_qty": "10", "price": "100", "ord_type": "Limit"}
        wishes = {"time_in_force": "GTC", "post_only": False, "reduce_only": False}
        none = {"expire_us": None, "ttl_ms": 0, "validate_only": False, "params": None}
        there = {"instrument": "other:BTC/USDT", **place, **wishes, **none}
        self.assertIsNone(self.world.intent("Place", **there))
        self.assertEqual(self.said(self.loses()), [("OrderStatus", "Submitted", True)])
        self.assertEqual((self.order(1).doubt, self.order(2).doubt), (set(), {"Submit"}))


class GraceCheck(Case):
    """A grace that is due when the daemon starts again."""

    def setUp(self):
        super().setUp()
        self.rests()
        self.graced(5)

    def graced(self, grace_ms):
        wishes = {"cancel_on_disconnect": True, "cancel_grace_ms": grace_ms}
        opened = {"session": 1, "client": "alice", **wishes}
        self.world.event("control", "SessionOpened", opened)

    def is_lost(self):
        """The client is gone, and its grace is over before the daemon starts again."""
        closed = {"session": 1, "cause": "lost", "keep_orders": False}
        self.world.event("control", "SessionClosed", closed)
        self.world.seq_id += SECOND

    def test_it_runs_anew_at_each_restart(self):
        self.is_lost()
        for _ in range(2):
            self.assertEqual(self.said(self.world.started()), [])
            self.assertEqual(self.state.clients[0].grace_due, self.state.now + 5_000)
            self.world.seq_id += SECOND

    def test_a_lapse_that_is_due_beside_it_fires(self):
        self.order().ttl_due = self.state.now
        set_due(self.state, self.order(), "lapse", self.state.now)
        self.is_lost()
        self.assertEqual(self.said(self.world.started())[0][0], "PendingCancel")
        self.assertEqual(self.order().cancel.cause, "lapse")

    def test_one_of_0_ms_lets_the_cancel_out_to_a_simulated_venue(self):
        self.declare(simulation=SIMULATION)
        self.graced(0)
        self.assertEqual(self.sent(self.world.started()), ["Cancel"])
        self.assertEqual(self.order().cancel.cause, "disconnect")


class CancelCheck(Case):
    """What is asked beside a cancel that had left."""

    def setUp(self):
        super().setUp()
        self.rests()

    def cancels(self):
        self.assertIsNone(self.world.intent("Cancel", orig_intent_id="i1"))
        self.assertIsNotNone(self.order().requests["Cancel"].left)

    def restart(self):
        """Restarts; what is sent when the link is back."""
        caused = self.world.started()
        self.assertEqual(caused["alarms"], [])
        return self.sent(self.is_up())

    def test_it_alone_is_sent_again_and_nothing_is_asked(self):
        self.cancels()
        self.assertEqual(self.restart(), ["Cancel"])
        self.assertEqual(self.order().doubt, {"Cancel"})

    def test_it_alone_again_though_it_was_in_doubt_before(self):
        self.offers(lookup_by_client_order_id=False)
        self.cancels()
        self.fails("Cancel", "unknown")
        self.assertEqual(self.sent(self.later()), ["Cancel"])
        self.assertEqual(self.order().doubt, {"Cancel"})
        self.assertEqual(self.restart(), ["Cancel"])

    def test_one_that_is_in_doubt_and_has_not_left_is_asked_for(self):
        self.link("down")
        self.world.intent("Cancel", orig_intent_id="i1")
        self.assertEqual(self.restart(), ["Cancel", "Lookup"])

    def replace_in_doubt(self):
        """A Replace in doubt, whose look-up is to be tried again."""
        self.world.replace("i1", "20", "100")
        self.fails("Replace", "unknown")
        self.fails("Lookup", "unknown")
        self.assertIsNotNone(self.order().lookup_due)

    def test_a_replace_in_doubt_is_asked_for_too(self):
        self.replace_in_doubt()
        self.cancels()
        since = self.order().doubt_since
        self.assertEqual(self.restart(), ["Cancel", "Lookup"])
        self.assertEqual(self.order().doubt, {"Replace", "Cancel"})
        self.assertEqual(self.order().doubt_since, since)

    def test_so_is_one_whose_look_up_had_left(self):
        self.world.replace("i1", "20", "100")
        self.fails("Replace", "unknown")
        self.cancels()
        first = self.order().requests["Lookup"].number
        self.assertEqual(self.restart(), ["Cancel", "Lookup"])
        self.assertGreater(self.order().requests["Lookup"].number, first)

    def test_a_look_up_that_waits_is_not_asked_twice(self):
        self.replace_in_doubt()
        self.cancels()
        self.world.seq_id += SECOND
        self.assertEqual(self.restart(), ["Cancel", "Lookup"])

    def test_the_answer_ends_the_doubt_of_the_replace(self):
        self.replace_in_doubt()
        self.cancels()
        self.restart()
        request = self.order().requests["Lookup"].number
        self.world.broker("CancelRejected", 1, reject_code="VENUE_SUSPENDED", text="")
        found = {"status": "open", "order_qty": 20_000, "cum_qty": 0, "price": 10_000}
        caused = self.world.broker("OrderFound", 1, request=request, **found)
        self.assertEqual(self.said(caused), [("Replaced", "CancelPending", True)])
        self.assertEqual([each["kind"] for each in caused["commands"]], ["Cancel"])
        self.assertEqual(self.order().doubt, {"Cancel"})  # until that one is answered


if __name__ == "__main__":
    unittest.main()
