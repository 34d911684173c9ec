"""The guards give the worked example of docs/reference/risk.md (R-CORE-7)."""

import unittest

from checks.page import table_after
from checks.world import World

CLIENT_LIMITS = {
    "max_order_qty": None,
    "max_order_notional": None,
    "max_position": 10_000,
    "max_open_orders": None,
}
VENUE_LIMITS = {
    "max_open_orders": None,
    "order_rate": None,
    "max_loss": [],
    "check_funds": True,
    "tripwire": {"reports": 2, "tolerances": []},
}
EXCHANGE_LIMITS = {"max_open_orders": None, "order_rate": None, "self_match": "refuse"}


class RiskCheck(unittest.TestCase):
    def test_the_worked_example(self):
        world = World()
        world.limits("clientInstrument", CLIENT_LIMITS, client="alice")
        world.limits("venue", VENUE_LIMITS)
        world.limits("exchange", EXCHANGE_LIMITS, exchange="test")
        balance = {"currency": "USDT", "total": "1000"}
        world.event("control", "BalanceSet", balance, venue=0)
        fill = {
            "exec_id": "e1",
            "last_qty": 6000,
            "last_px": 10_000,
            "liquidity": "Maker",
            "commission": "0",
            "commission_currency": "USDT",
            "provisional": False,
        }
        answers = [
            world.place("Buy", "6", "100"),
            world.place("Buy", "5", "50"),
            world.place("Buy", "4", "101"),
            world.broker("OrderAccepted", 1) and world.replace("i1", "8", "90"),
            world.broker("ReplaceRejected", 1, reject_code="VENUE_REJECTED") and None,
            world.place("Sell", "1", "100"),
            world.broker("OrderExecuted", 1, **fill) and None,
            world.place("Sell", "7", "110", True),
            world.place("Sell", "6", "110", True),
            world.place("Sell", "1", "110", True),
        ]
        _, rows = table_after("A worked example", "risk.md")
        for row, answer in zip(rows, answers):
            with self.subTest(row[0]):
                expected = row[-1].split("`")[1] if row[-1].startswith("`") else None
                self.assertEqual(answer, expected)
        self.assertEqual(len(rows), len(answers))


if __name__ == "__main__":
    unittest.main()
