"""What may not rest does not wait for its venue, by hand (orders.md, section 8)."""

import unittest

from checks.world import World

SECOND = 1_000_000


class InVainCheck(unittest.TestCase):
    """Order 1 was sent and not answered; order 2 may not rest, and is to be tried again."""

    def setUp(self):
        self.world = World()
        self.world.place("Buy", "10", "100")
        self.world.place("Buy", "10", "100")
        self.order(2).time_in_force = "IOC"
        self.fails(2, "notSent")

    def order(self, number):
        return self.world.core.state.orders[number]

    def fails(self, number, outcome, **fields):
        request = self.order(number).requests["Submit"].number
        failure = {"request": request, "outcome": outcome, "text": "", **fields}
        return self.world.broker("RequestFailed", number, **failure)

    def said(self, caused):
        reports = caused["reports"]
        return [(r["order"]["order_id"], r["exec_type"], r.get("reject_code")) for r in reports]

    def link(self, status):
        return self.world.event("control", "VenueStatusChanged", {"status": status}, venue=0)

    def later(self):
        self.world.seq_id += SECOND
        return self.world.event("timer", "DeadlineReached", {"due_us": 0})

    def test_a_back_off_is_no_wait_for_the_venue(self):
        self.assertEqual([each["order"] for each in self.later()["commands"]], [2])

    def test_a_doubt_is_said_after_what_is_turned_back(self):
        caused = self.fails(1, "unknown", retry_after_ms=1000)
        turned_back = (2, "Rejected", "VENUE_DOWN")
        self.assertEqual(self.said(caused), [turned_back, (1, "OrderStatus", None)])

    def test_every_end_of_the_link_turns_back(self):
        for status in ("reconciling", "down"):
            with self.subTest(status):
                self.setUp()
                turned_back = (2, "Rejected", "VENUE_DOWN")
                self.assertEqual(self.said(self.link(status)), [turned_back])
                self.assertEqual(self.link("up")["commands"], [])

    def test_a_failure_that_no_order_explains_asks_for_no_pause(self):
        failure = {"request": 1, "outcome": "notSent", "text": "", "retry_after_ms": 1000}
        self.assertEqual(self.said(self.world.broker("RequestFailed", 9, **failure)), [])
        self.assertEqual([each["order"] for each in self.later()["commands"]], [2])

    def test_what_rests_waits(self):
        self.order(2).time_in_force = "DAY"
        self.assertEqual(self.said(self.link("reconciling")), [])
        self.later()
        self.assertEqual([each["order"] for each in self.link("up")["commands"]], [2])

    def test_what_is_in_doubt_is_not_turned_back(self):
        self.order(1).time_in_force = "FOK"
        self.fails(1, "unknown")
        self.assertEqual(self.said(self.link("down")), [(2, "Rejected", "VENUE_DOWN")])
        self.assertEqual(self.order(1).doubt, {"Submit"})
