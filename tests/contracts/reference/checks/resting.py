"""An order that rests, for checks of what becomes of requests for it."""

import unittest

from checks.world import World

SECOND = 1_000_000


class RestingCase(unittest.TestCase):
    """Order 1, a Buy of 10 at 100 that rests."""

    def setUp(self):
        self.world = World()
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 1)

    @property
    def order(self):
        return self.world.core.state.orders[1]

    def fails(self, kind, outcome):
        request = self.order.requests[kind].number
        failure = {"request": request, "outcome": outcome, "text": ""}
        return self.world.broker("RequestFailed", 1, **failure)

    def later(self):
        self.world.seq_id += 60 * SECOND
        return self.world.event("timer", "DeadlineReached", {"due_us": 0})

    def kinds(self, caused):
        return [each["kind"] for each in caused["commands"]]
