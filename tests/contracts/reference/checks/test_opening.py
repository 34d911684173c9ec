"""Accounts opened and adopted at the venue's cost, by hand (R-EXEC-5, R-CORE-6)."""

import unittest
from fractions import Fraction

from checks.test_ledger import listed
from checks.world import SPOT, World
from reference.decimals import SAFE
from reference.entering import executions, worth
from reference.ledger import position_of
from reference.state import InvariantBroken

LINEAR = {"kind": "linear", "multiplier": "0.1", "settlement": "USDT"}
INVERSE = {"kind": "inverse", "multiplier": "100", "settlement": "BTC"}


class ExecutionsCheck(unittest.TestCase):
    """Executions of `q` quanta at a price (orders.md section 12)."""

    def test_the_example_of_the_page(self):
        spot = listed("spot", 5, 0, None)
        parts = executions(spot, 300_000, Fraction("0.12345333"))
        self.assertEqual(parts, [(200_100, 12_345), (99_900, 12_346)])

    def test_the_example_of_an_inverse_contract(self):
        inverse = listed("inverse", 1, 0, INVERSE)
        self.assertEqual(executions(inverse, 10, Fraction("100.05")), [(5, 1000), (5, 1001)])

    def test_a_price_beyond_counts_only_where_something_is_executed_at_it(self):
        linear = listed("linear", 0, 0, LINEAR)
        self.assertEqual(executions(linear, 4, SAFE + Fraction("0.125")), [(4, SAFE)])
        self.assertEqual(executions(linear, 4, -SAFE - Fraction("0.125")), [(4, -SAFE)])
        self.assertEqual(executions(linear, 0, Fraction(2 * SAFE)), [])
        for price in (SAFE + Fraction("0.25"), -SAFE - Fraction("0.25")):
            with self.subTest(price), self.assertRaises(InvariantBroken):
                executions(linear, 4, price)

    def test_what_is_sold_and_what_is_below_zero(self):
        linear = listed("linear", 0, 0, LINEAR)
        self.assertEqual(executions(linear, -4, Fraction("-2.25")), [(-1, -3), (-3, -2)])

    def test_a_tie_goes_to_the_even_count(self):
        linear = listed("linear", 0, 0, LINEAR)
        self.assertEqual(executions(linear, 3, Fraction("1.5")), [(1, 1), (2, 2)])
        self.assertEqual(executions(linear, 1, Fraction("1.5")), [(1, 1)])

    def test_a_whole_price_is_one_execution(self):
        linear = listed("linear", 2, 0, LINEAR)
        self.assertEqual(executions(linear, 7, Fraction(SAFE, 100)), [(7, SAFE)])

    def test_an_inverse_price_between_zero_and_a_quantum_is_the_quantum(self):
        inverse = listed("inverse", 1, 0, INVERSE)
        self.assertEqual(executions(inverse, -9, Fraction("0.0001")), [(-9, 1)])
        for price in ("0", "-0.1"):
            with self.assertRaises(InvariantBroken):
                executions(inverse, 1, Fraction(price))


class AccountCheck(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.keys = 0
        perp = {**SPOT, "id": 1, "name": "test:PERP", "symbol": "PERP", "base": "PERP"}
        perp.update(asset_class="linear", contract=LINEAR)
        perp["qty_rule"] = {**SPOT["qty_rule"], "scale": 0}
        self.list(perp)

    @property
    def venue(self):
        return self.world.core.state.venues[0]

    def list(self, terms):
        self.world.event("control", "InstrumentListed", terms, venue=0, instrument=terms["id"])

    def report(self, positions, **totals):
        balances = [{"currency": name, "total": total} for name, total in totals.items()]
        payload = {"balances": balances, "positions": positions}
        self.keys += 1
        key = f"a{self.keys}"
        return self.world.event("broker_report", "AccountReported", payload, venue=0, key=key)

    def adopt(self, positions, **totals):
        self.world.event("control", "AccountAdopted", {"reason": ""}, venue=0)
        return self.report(positions, **totals)

    def held(self, instrument):
        ledger = self.world.core.state.ledger
        return position_of(ledger.account(0), self.world.core.state.instruments[instrument])

    def shown(self, instrument):
        rows = self.world.core.final()["positions"]
        of = ("account", instrument)
        (row,) = [row for row in rows if (row["scope"], row["instrument"]) == of]
        return row["qty"], row["avg_px"], row["realised_pnl"]


class CostCheck(AccountCheck):
    """Step 1: positions at the venue's cost."""

    def test_what_is_held_is_closed_at_the_new_price(self):
        self.report([{"instrument": 1, "qty": 10, "avg_px": 10_000}])
        self.adopt([{"instrument": 1, "qty": 20, "avg_px": 1, "entry_price": "110.005"}])
        self.assertEqual(self.shown(1), ("20", "110.005", "10.005"))

    def test_a_cost_that_agrees_is_left(self):
        named = {"instrument": 1, "qty": 3, "entry_price": "100.003"}
        self.report([named])
        executed = list(self.held(1).history)
        self.adopt([named])
        self.assertEqual(list(self.held(1).history), executed)
        self.adopt([{**named, "entry_price": "100.01"}])
        self.assertEqual(self.shown(1), ("3", "100.01", "0.002"))

    def test_the_cost_is_that_of_what_executions_can_say(self):
        self.report([{"instrument": 1, "qty": 3, "entry_price": "100.003"}])
        self.assertEqual(self.shown(1), ("3", "100.003333333333", "0"))

    def test_what_is_gone_is_closed_at_its_average(self):
        self.report([{"instrument": 1, "qty": 3, "entry_price": "100.003"}])
        self.adopt([{"instrument": 1, "qty": 0}])
        self.assertEqual(self.shown(1), ("0", None, "0"))

    def test_without_a_price_there_is_an_alarm_if_something_is_missing(self):
        self.report([{"instrument": 1, "qty": 3, "avg_px": 10_000}])
        self.assertEqual(self.adopt([{"instrument": 1, "qty": 3}])["alarms"], [])
        caused = self.adopt([{"instrument": 1, "qty": 4}])
        self.assertEqual(caused["alarms"], ["OPENING_WITHOUT_PRICE"])
        self.assertEqual(self.shown(1), ("3", "100", "0"))

    def test_what_cannot_be_opened_is_not_closed(self):
        self.report([{"instrument": 1, "qty": 3, "avg_px": 10_000}])
        over = f"{(SAFE + 1) // 100}.99"
        caused = self.adopt([{"instrument": 1, "qty": 4, "entry_price": over}])
        self.assertEqual(caused["alarms"], ["INVARIANT"])
        self.assertEqual(self.shown(1), ("3", "100", "0"))
        self.assertTrue(self.venue.is_adopting)

    def test_a_price_beyond_breaks_a_rule_though_the_cost_agrees(self):
        inverse = {**SPOT, "id": 2, "name": "test:INV", "symbol": "INV", "base": "INV"}
        self.list({**inverse, "asset_class": "inverse", "contract": INVERSE})
        self.report([{"instrument": 2, "qty": 5, "avg_px": SAFE}])
        executed, cost = [(5, SAFE)], self.held(2).cost
        self.assertEqual(worth(self.world.core.state.instruments[2], [(5, SAFE + 1)]), cost)
        first = {"instrument": 1, "qty": 3, "avg_px": 10_000}
        over = {"instrument": 2, "qty": 5, "entry_price": f"{(SAFE + 1) // 100}.92"}
        self.assertEqual(self.adopt([first, over], BTC="1")["alarms"], ["INVARIANT"])
        self.assertEqual((list(self.held(2).history), self.held(2).cost), (executed, cost))
        self.assertEqual(self.shown(1), ("3", "100", "0"))
        self.assertTrue(self.venue.is_adopting)
        # So near to it that none of the 5 is executed beyond: what is held agrees.
        near = {**over, "entry_price": f"{(SAFE + 1) // 100}.9101"}
        self.assertEqual(self.report([near])["alarms"], [])
        self.assertEqual(list(self.held(2).history), executed)
        self.assertFalse(self.venue.is_adopting)

    def test_a_price_that_is_none_breaks_a_rule_of_any_report(self):
        self.report([], USDT="1")
        for text in ("1.", "-0", "-0.0", ".5", "1\n", "1" * 39):
            with self.subTest(text):
                caused = self.report([{"instrument": 1, "qty": 0, "entry_price": text}], USDT="1")
                self.assertEqual(caused["alarms"], ["INVARIANT"])
        caused = self.report([{"instrument": 1, "qty": 0, "entry_price": "-0.10"}], USDT="1")
        self.assertEqual(caused["alarms"], [])


class SpotCheck(AccountCheck):
    """Step 2: positions of spot, as far as the balances say that they are gone."""

    def setUp(self):
        super().setUp()
        other = {**SPOT, "id": 2, "name": "test:BTC/USDC", "symbol": "BTC/USDC", "quote": "USDC"}
        self.list({**other, "qty_rule": {**SPOT["qty_rule"], "scale": 1}})
        first = {"instrument": 0, "qty": 2000, "entry_price": "100.0005"}
        second = {"instrument": 2, "qty": 20, "avg_px": 10_000}
        self.report([first, second], USDT="0", USDC="0", BTC="4")

    def test_it_is_taken_off_by_number_at_its_average(self):
        self.adopt([], BTC="1.45", USDT="0", USDC="0")
        self.assertEqual(self.shown(0), ("0", None, "0"))
        self.assertEqual(self.shown(2), ("1.5", "100", "0"))

    def test_only_where_the_quote_is_named_and_the_position_is_not(self):
        self.adopt([{"instrument": 0, "qty": 2000}], BTC="0", USDT="0")
        self.assertEqual((self.held(0).qty, self.held(2).qty), (2000, 20))

    def test_the_last_total_of_a_currency_counts(self):
        totals = [("BTC", "0"), ("USDT", "0"), ("BTC", "3.5")]
        balances = [{"currency": name, "total": total} for name, total in totals]
        self.world.event("control", "AccountAdopted", {"reason": ""}, venue=0)
        payload = {"balances": balances, "positions": []}
        self.world.event("broker_report", "AccountReported", payload, venue=0, key="b")
        self.assertEqual(self.held(0).qty, 1500)

    def test_what_was_paid_with_may_be_a_base_itself(self):
        # In the order of the balances ETH comes first, and is short only once BTC/ETH is closed.
        self.list({**SPOT, "id": 3, "name": "test:BTC/ETH", "symbol": "BTC/ETH", "quote": "ETH"})
        eth = {**SPOT, "id": 4, "name": "test:ETH/EUR", "symbol": "ETH/EUR", "base": "ETH"}
        self.list({**eth, "quote": "EUR"})
        crossed = {"instrument": 3, "qty": 1000, "entry_price": "2"}
        bought = {"instrument": 4, "qty": 3000, "entry_price": "10"}
        self.adopt([crossed, bought], ETH="1", BTC="5")
        self.adopt([], ETH="1", BTC="4", EUR="0")
        self.assertEqual((self.held(3).qty, self.held(4).qty), (0, 1000))

    def test_a_deposit_is_no_position(self):
        self.adopt([], BTC="5", USDT="0", USDC="0")
        self.assertEqual((self.held(0).qty, self.held(2).qty), (2000, 20))

    def test_it_is_no_loss_of_the_day(self):
        state = self.world.core.state
        began = dict(state.day_began)
        self.world.book(0, 5_000, 5_000)
        self.adopt([], BTC="2", USDT="0", USDC="0")
        gained = state.day_began[0, "account", "USDT"] - began[0, "account", "USDT"]
        self.assertEqual(gained, Fraction("100.001"))


if __name__ == "__main__":
    unittest.main()
