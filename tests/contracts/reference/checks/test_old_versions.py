"""Reports of an old version, by our key, by a former name, or too early (orders.md 6, step 3)."""

import unittest

from checks.world import CAPABILITIES, World

TERMS = {"order_qty": 9000, "price": 10_000}
REFUSED = {"reject_code": "VENUE_REJECTED", "text": ""}
STALE = {
    "OrderAccepted": {},
    "OrderRejected": REFUSED,
    "OrderCancelled": {"reason": ""},
    "OrderExpired": {"reason": ""},
    "CancelRejected": REFUSED,
    "OrderReplaced": TERMS,
    "ReplaceRejected": REFUSED,
}
"""What does nothing if it is of an old version, and what it says."""


class Case(unittest.TestCase):
    """Order 1, a Buy of 10 at 100 with the name `a`, and a replace to 12."""

    replace = "cancel_new"

    def setUp(self):
        self.world = World()
        capabilities = {**CAPABILITIES, "replace": self.replace}
        declared = {**self.world.venue(), "capabilities": capabilities}
        self.world.event("control", "VenueDeclared", declared, venue=0)
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 1, venue_order_id="a")
        self.world.replace("i1", "12", "100")

    @property
    def order(self):
        return self.world.core.state.orders[1]

    def link(self, status):
        return self.world.event("control", "VenueStatusChanged", {"status": status}, venue=0)

    def by_name(self, event_type, name, **fields):
        """What the venue reports of an order that it only calls by its own name."""
        return self.world.broker(event_type, None, venue_order_id=name, **fields)

    def filled(self, name, qty=2000, **fields):
        return self.world.executed(None, qty, 10_000, venue_order_id=name, **fields)

    def gone(self):
        """The old version is gone: the new one is issued."""
        return self.by_name("OrderCancelled", "a", reason="")

    def said(self, caused):
        self.assertEqual(caused["alarms"], [])
        return [(each["exec_type"], each["ord_status"]) for each in caused["reports"]]

    def does_nothing(self, caused):
        self.assertEqual(self.said(caused), [])
        self.assertEqual((caused["transitions"], caused["commands"]), ([], []))


class InFlightCheck(Case):
    """While the new version is in flight."""

    def is_under_way(self, cum_qty):
        self.assertEqual(self.order.replace.stage, "placing")
        self.assertIn("Submit", self.order.requests)
        self.assertEqual((self.order.cum_qty, self.order.venue_order_id), (cum_qty, None))

    def test_the_newest_name_is_that_of_the_old_version_until_it_is_gone(self):
        (sent,) = self.gone()["commands"]
        self.assertEqual((sent["kind"], sent["cl_ord_id"]), ("Submit", "tl00-1-2"))
        self.is_under_way(0)

    def test_a_fill_by_the_former_name_does_not_accept_what_is_in_flight(self):
        self.gone()
        self.assertEqual(self.said(self.filled("a")), [("Trade", "ReplacePending")])
        self.is_under_way(2000)

    def test_a_key_that_is_none_of_ours_does_not_count(self):
        for key in ("x-1-9", "tl00-1", "tl00-0-9", "tl00-1-9-9", "tl00-1-9x", "tl00-1-9\n", ""):
            with self.subTest(key):
                self.setUp()
                self.gone()
                caused = self.filled("a", cl_ord_id=key)
                self.assertEqual(self.said(caused), [("Trade", "ReplacePending")])
                self.is_under_way(2000)

    def test_with_our_number_a_former_name_is_not_old(self):
        self.gone()
        caused = self.world.executed(1, 2000, 10_000, venue_order_id="a")
        self.assertEqual(self.said(caused)[0], ("Replaced", "Accepted"))
        self.assertEqual((self.order.replace, self.order.venue_order_id), (None, "a"))

    def test_with_our_number_a_cancel_by_a_former_name_ends_it(self):
        self.gone()
        caused = self.world.broker("OrderCancelled", 1, venue_order_id="a", reason="")
        self.assertEqual(self.said(caused), [("Replaced", "Accepted"), ("Cancelled", "Cancelled")])

    def test_with_our_number_an_old_key_is_old(self):
        self.gone()
        old = {"cl_ord_id": "tl00-1-1", "venue_order_id": "b"}
        caused = self.world.executed(1, 2000, 10_000, **old)
        self.assertEqual(self.said(caused), [("Trade", "ReplacePending")])
        self.is_under_way(2000)

    def test_the_new_key_makes_it_a_new_one(self):
        self.gone()
        caused = self.filled("a", cl_ord_id="tl00-1-2")
        self.assertEqual(self.said(caused)[0], ("Replaced", "Accepted"))
        self.assertEqual((self.order.replace, self.order.venue_order_id), (None, "a"))

    def test_our_number_alone_means_the_new_one(self):
        for name in (None, "b"):
            with self.subTest(name):
                self.setUp()
                self.gone()
                caused = self.world.executed(1, 2000, 10_000, venue_order_id=name)
                self.assertEqual(self.said(caused)[0], ("Replaced", "Accepted"))
                self.assertEqual(self.order.venue_order_id, name)

    def test_what_is_stale(self):
        for event_type, fields in STALE.items():
            with self.subTest(event_type):
                self.setUp()
                self.gone()
                self.does_nothing(self.by_name(event_type, "a", **fields))
                self.is_under_way(0)

    def test_a_void_is_applied(self):
        self.filled("a", exec_id="e")
        self.gone()
        caused = self.by_name("ExecutionVoided", "a", exec_id="v", exec_ref_id="e")
        self.assertEqual(self.said(caused), [("TradeCancel", "ReplacePending")])
        self.is_under_way(0)

    def test_what_is_found_is_the_old_version(self):
        self.gone()
        request = self.order.requests["Submit"].number
        failure = {"request": request, "outcome": "unknown", "text": ""}
        (sent,) = self.world.broker("RequestFailed", 1, **failure)["commands"]
        found = {"request": sent["request"], "status": "open", "order_qty": 10_000, "cum_qty": 0}
        self.does_nothing(self.by_name("OrderFound", "a", **found, price=10_000))
        self.assertEqual((self.order.doubt, self.order.requests), ({"Submit"}, {}))
        self.assertIsNotNone(self.order.lookup_due)

    def test_a_cancel_that_may_be_lost_goes_again_though_the_old_version_is_found(self):
        self.gone()
        self.world.broker("OrderAccepted", 1, venue_order_id="b")
        (sent,) = self.world.event("control", "KillSwitchSet", {"on": True})["commands"]
        failure = {"request": sent["request"], "outcome": "unknown", "text": ""}
        (asked,) = self.world.broker("RequestFailed", 1, **failure)["commands"]
        found = {"request": asked["request"], "status": "open", "order_qty": 10_000, "cum_qty": 0}
        self.does_nothing(self.by_name("OrderFound", "a", **found, price=10_000))
        self.assertEqual((self.order.doubt, self.order.retry), ({"Cancel"}, {"Cancel"}))
        self.assertEqual((self.order.requests, self.order.attempts), ({}, 2))


class NotLeftCheck(Case):
    """While the new version waits, or is in retry: it cannot be what the venue speaks of."""

    def waits(self):
        self.link("reconciling")
        self.gone()
        self.assertTrue(self.order.is_waiting("Submit"))

    def fails(self):
        """The venue did not take the new version."""
        request = self.order.requests["Submit"].number
        failure = {"request": request, "outcome": "notSent", "text": ""}
        self.world.broker("RequestFailed", 1, **failure)
        self.assertEqual(self.order.retry, {"Submit"})

    def is_in_retry(self):
        self.gone()
        self.fails()

    def is_in_retry_with_a_name(self):
        """An answer that contradicts the executions told the name `b`, and nothing else."""
        self.gone()
        found = {"request": 99, "status": "open", "order_qty": 12_000, "cum_qty": 5000}
        self.world.broker("OrderFound", 1, venue_order_id="b", price=10_000, **found)
        self.assertEqual(self.order.venue_order_id, "b")
        self.fails()

    def for_each(self, check):
        """Asks it for each way not to have left, and to name the order without a key of ours."""
        for begin in (self.waits, self.is_in_retry, self.is_in_retry_with_a_name):
            for number, name in ((None, "a"), (None, "b"), (1, "a"), (1, "b"), (1, None)):
                if number is None and name == "b" and begin != self.is_in_retry_with_a_name:
                    continue
                for key in (None, "theirs-1-9"):
                    with self.subTest(begin=begin.__name__, number=number, name=name, key=key):
                        self.setUp()
                        begin()
                        known = self.order.venue_order_id
                        check(number, {"cl_ord_id": key, "venue_order_id": name})
                        self.assertEqual(self.order.replace.stage, "placing")
                        self.assertTrue(self.order.never_left)
                        self.assertEqual(self.order.venue_order_id, known)

    def broker(self, event_type, number, named, **fields):
        """What the venue reports on the instrument of the order, whether it tells our number."""
        said = {"order": number, **named, **fields}
        return self.world.event("broker_report", event_type, said, venue=0, instrument=0)

    def test_a_fill_is_booked_and_accepts_nothing(self):
        def check(number, named):
            caused = self.world.executed(number, 2000, 10_000, **named)
            self.assertEqual(self.said(caused), [("Trade", "ReplacePending")])
            self.assertEqual(self.order.cum_qty, 2000)

        self.for_each(check)

    def test_what_is_stale(self):
        for event_type, fields in STALE.items():

            def check(number, named):
                self.does_nothing(self.broker(event_type, number, named, **fields))

            self.for_each(check)

    def test_what_is_found_is_not_the_new_one(self):
        found = {"request": 99, "status": "open", "order_qty": 12_000, "cum_qty": 0}

        def check(number, named):
            self.does_nothing(self.broker("OrderFound", number, named, **found, price=10_000))

        self.for_each(check)

    def test_with_the_new_key_it_is_never_old(self):
        for begin in (self.waits, self.is_in_retry, self.is_in_retry_with_a_name):
            for number, name in ((None, None), (1, None), (1, "a"), (None, "a")):
                with self.subTest(begin=begin.__name__, number=number, name=name):
                    self.setUp()
                    begin()
                    named = {"cl_ord_id": "tl00-1-2", "venue_order_id": name}
                    caused = self.world.executed(number, 2000, 10_000, **named)
                    self.assertEqual(self.said(caused)[0], ("Replaced", "Accepted"))
                    self.assertIsNone(self.order.replace)

    def test_once_it_left_it_is_the_new_one(self):
        self.waits()
        self.world.executed(1, 2000, 10_000)
        (sent,) = self.link("up")["commands"]
        self.assertEqual((sent["kind"], sent["order_qty"]), ("Submit", 12_000))
        caused = self.world.executed(1, 2000, 10_000)
        self.assertEqual(self.said(caused)[0], ("Replaced", "PartiallyFilled"))

    def test_in_doubt_it_has_left(self):
        self.gone()
        request = self.order.requests["Submit"].number
        failure = {"request": request, "outcome": "unknown", "text": ""}
        self.world.broker("RequestFailed", 1, **failure)
        caused = self.world.broker("OrderAccepted", 1, venue_order_id="b")
        self.assertEqual(self.said(caused)[0], ("Replaced", "Accepted"))


class FirstVersionCheck(unittest.TestCase):
    """The first version has none before it, whether it left or not."""

    def test_a_report_while_it_is_in_retry_is_not_old(self):
        world = World()
        world.place("Buy", "10", "100")
        order = world.core.state.orders[1]
        request = order.requests["Submit"].number
        world.broker("RequestFailed", 1, request=request, outcome="notSent", text="")
        self.assertTrue(order.never_left)
        caused = world.broker("OrderAccepted", 1)
        self.assertEqual([each["exec_type"] for each in caused["reports"]], ["New"])


class AcceptedCheck(Case):
    """Once the new version is at the venue, with the name `b`."""

    def accepted(self, name="b"):
        self.gone()
        accepted = {"cl_ord_id": "tl00-1-2", "venue_order_id": name}
        self.world.broker("OrderAccepted", None, **accepted)
        self.assertEqual((self.order.base_version, self.order.venue_order_id), (2, name))

    def test_what_is_stale(self):
        for event_type, fields in STALE.items():
            with self.subTest(event_type):
                self.setUp()
                self.accepted()
                self.does_nothing(self.by_name(event_type, "a", **fields))
                self.assertEqual(self.order.status, "Accepted")

    def test_a_fill_by_the_former_name_is_booked_and_the_newest_stays(self):
        self.accepted()
        self.assertEqual(self.said(self.filled("a")), [("Trade", "PartiallyFilled")])
        self.assertEqual(self.order.venue_order_id, "b")

    def test_the_newest_name_is_never_old(self):
        self.accepted()
        caused = self.by_name("OrderCancelled", "b", reason="")
        self.assertEqual(self.said(caused), [("Cancelled", "Cancelled")])

    def test_a_name_that_came_back_is_the_newest(self):
        self.accepted("a")
        caused = self.gone()
        self.assertEqual(self.said(caused), [("Cancelled", "Cancelled")])

    def test_an_old_key_is_old_whatever_the_name(self):
        self.accepted()
        old = {"cl_ord_id": "tl00-1-1", "venue_order_id": "b", "reason": ""}
        self.does_nothing(self.world.broker("OrderCancelled", None, **old))

    def test_with_our_number_no_name_is_old(self):
        self.accepted()
        former = {"venue_order_id": "a", "reason": ""}
        caused = self.world.broker("OrderCancelled", 1, **former)
        self.assertEqual(self.said(caused), [("Cancelled", "Cancelled")])

    def test_with_the_new_key_no_name_is_old(self):
        self.accepted()
        former = {"cl_ord_id": "tl00-1-2", "venue_order_id": "a", "reason": ""}
        caused = self.world.broker("OrderCancelled", None, **former)
        self.assertEqual(self.said(caused), [("Cancelled", "Cancelled")])

    def test_the_key_of_another_is_not_old(self):
        self.accepted()
        other = {"cl_ord_id": "theirs-1-1", "venue_order_id": "b", "reason": ""}
        caused = self.world.broker("OrderCancelled", None, **other)
        self.assertEqual(self.said(caused), [("Cancelled", "Cancelled")])


class NativeCheck(Case):
    """A name is only old where the first version at the venue is no more the first of all."""

    replace = "native"

    def test_a_former_name_is_not_old(self):
        replaced = {"cl_ord_id": "tl00-1-2", "order_qty": 12_000, "price": 10_000}
        self.by_name("OrderReplaced", "a", **replaced)
        self.world.broker("OrderReplaced", 1, venue_order_id="b", **TERMS)
        self.assertEqual((self.order.base_version, self.order.venue_order_id), (1, "b"))
        self.assertEqual(self.said(self.gone()), [("Cancelled", "Cancelled")])


if __name__ == "__main__":
    unittest.main()
