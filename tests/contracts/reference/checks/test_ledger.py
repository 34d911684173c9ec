"""The ledger gives the worked examples of docs/reference/ledger.md, read from the page (R-CORE-6)."""

import unittest
from fractions import Fraction

from checks.page import table_after
from reference.books import Trade, amount_of
from reference.decimals import SAFE, canonical
from reference.ledger import Ledger
from reference.model import Instrument
from reference.rows import position_row, shown_cash
from reference.state import State


def listed(asset_class, price_scale, qty_scale, contract):
    terms = {
        "id": 0,
        "venue": 0,
        "name": "test:X",
        "base": "BTC",
        "quote": "USDT",
        "asset_class": asset_class,
        "price_rule": {"scale": price_scale, "ticks": []},
        "qty_rule": {"scale": qty_scale},
        "contract": contract,
    }
    return Instrument(terms, {})


class World:
    """One account and one client, whose sub-book is looked at."""

    def __init__(self, instrument, currency, opening):
        self.state = State()
        self.ledger = Ledger()
        self.state.ledger = self.ledger
        self.instrument = instrument
        self.state.instruments[0] = instrument
        self.currency = currency
        self.ledger.post(self.state, "cash", 0, 0, [(currency, amount_of(opening))])

    def apply(self, row):
        if row["side"] == "Funding":
            amount = amount_of(canonical(-Fraction(row["commission"])))
            self.ledger.fund(self.state, self.instrument, self.currency, amount)
            return
        qty = int(Fraction(row["qty"]) * 10**self.instrument.qty_scale)
        price = int(Fraction(row["price"]) * 10**self.instrument.price_scale)
        signed = qty if row["side"] == "Buy" else -qty
        trade = Trade(signed, price, self.currency, amount_of(row["commission"]))
        self.ledger.book(self.state, self.instrument, 0, trade)

    def shown(self):
        book = self.ledger.owner(0, 0)
        row = position_row(self.state, self.instrument, book.positions[0], None)
        return {
            "cash": canonical(shown_cash(self.state, book, self.currency)),
            "qty": row["qty"],
            "avg_px": row["avg_px"] or "null",
            "realised_pnl": row["realised_pnl"],
        }


class ChargedInBase(World):
    """Its rows name the currency of the commission; a Void takes a Buy of the same terms out."""

    def apply(self, row):
        commission, currency = row["commission"].split(" ")
        qty = int(Fraction(row["qty"]) * 10**self.instrument.qty_scale)
        price = int(Fraction(row["price"]) * 10**self.instrument.price_scale)
        trade = Trade(qty, price, currency, amount_of(commission))
        post = self.ledger.reverse if row["side"] == "Void" else self.ledger.book
        post(self.state, self.instrument, 0, trade)

    def shown_of_base(self):
        book = self.ledger.owner(0, 0)
        base = self.instrument.terms["base"]
        taken = book.positions[0].taken
        cash = shown_cash(self.state, book, base)
        return {"base": canonical(cash), "taken": canonical(taken.value)}


class LedgerCheck(unittest.TestCase):
    def check(self, heading, world):
        columns, rows = table_after(heading)
        for cells in rows:
            with self.subTest(cells):
                world.apply(dict(zip(columns[:4], cells[:4])))
                qty, average, realised = cells[-3:]
                expected = {
                    "cash": cells[4],
                    "qty": qty,
                    "avg_px": average,
                    "realised_pnl": realised,
                }
                self.assertEqual(world.shown(), expected)

    def test_spot(self):
        self.check("**Spot**", World(listed("spot", 2, 4, None), "USDT", "1000"))

    def test_linear(self):
        contract = {"kind": "linear", "multiplier": "0.001", "settlement": "USDT"}
        self.check("**Linear**", World(listed("linear", 1, 0, contract), "USDT", "1000"))

    def test_inverse(self):
        contract = {"kind": "inverse", "multiplier": "100", "settlement": "BTC"}
        self.check("**Inverse**", World(listed("inverse", 1, 0, contract), "BTC", "1"))

    def test_spot_charged_in_base(self):
        world = ChargedInBase(listed("spot", 2, 4, None), "USDT", "1000")
        columns, rows = table_after("**Spot, charged in base.**")
        self.assertEqual(len(rows), 4)
        for cells in rows:
            with self.subTest(cells):
                world.apply(dict(zip(columns[:4], cells[:4])))
                names = ("cash", "base", "taken", "qty", "avg_px", "realised_pnl")
                shown = {**world.shown(), **world.shown_of_base()}
                self.assertEqual(shown, dict(zip(names, cells[4:])))

    def test_a_void_in_any_order_leaves_nothing(self):
        contract = {"kind": "inverse", "multiplier": "100", "settlement": "BTC"}
        world = World(listed("inverse", 1, 0, contract), "BTC", "1")
        fee = amount_of("0.0001")
        executions = [(100, 500000), (-50, 625000), (30, 600000), (-80, 610005)]
        trades = [Trade(qty, price, "BTC", fee) for qty, price in executions]
        for trade in trades:
            world.ledger.book(world.state, world.instrument, 0, trade)
        for trade in (trades[2], trades[0], trades[3], trades[1]):
            world.ledger.reverse(world.state, world.instrument, 0, trade)
        self.assertEqual(
            world.shown(), {"cash": "1", "qty": "0", "avg_px": "null", "realised_pnl": "0"}
        )


class BoundCheck(unittest.TestCase):
    """An execution is not taken out where what remains would pass 2^53 - 1 quanta (section 5)."""

    def world(self, *executions):
        """Books a price of its own for each: what is realised tells whether it is there."""
        world = World(listed("spot", 2, 4, None), "USDT", "1000")
        self.trades = [self.trade(qty, 100 + at) for at, qty in enumerate(executions)]
        for trade in self.trades:
            world.ledger.book(world.state, world.instrument, 0, trade)
        return world

    def trade(self, qty, price):
        return Trade(qty, price, "USDT", amount_of("0"))

    def positions(self, world):
        """Quantity, flow, cost and what is remembered, of the account and of the client."""
        books = (world.ledger.account(0), world.ledger.owner(0, 0))
        held = [book.positions[0] for book in books]
        return [(each.qty, each.flow, each.cost, list(each.history)) for each in held]

    def taken_back(self, at, *executions):
        """One execution is voided."""
        world = self.world(*executions)
        world.ledger.reverse(world.state, world.instrument, 0, self.trades[at])
        return self.positions(world)

    def opposite(self, at, *executions):
        """The opposite of one execution is booked, at its price."""
        world = self.world(*executions)
        against = self.trade(-executions[at], 100 + at)
        world.ledger.book(world.state, world.instrument, 0, against)
        return self.positions(world)

    def test_it_is_booked_the_other_way_round(self):
        for sign in (1, -1):
            executions = [sign * qty for qty in (-10, SAFE, 5, -20)]
            with self.subTest(sign):
                self.assertEqual(self.taken_back(0, *executions), self.opposite(0, *executions))

    def test_up_to_the_bound_it_is_taken_out(self):
        for sign in (1, -1):
            executions = [sign * qty for qty in (-10, SAFE, -20)]
            with self.subTest(sign):
                for qty, _, _, history in self.taken_back(0, *executions):
                    self.assertEqual(qty, sign * (SAFE - 20))
                    self.assertEqual([each for each, _ in history], executions[1:])

    def test_what_was_forgotten_counts(self):
        rest = [1, -1] * 126
        executions = [SAFE - 1, -10, 10, *rest, -20, -1]
        self.assertEqual(len(executions), 257)
        self.assertEqual(self.taken_back(1, *executions), self.opposite(1, *executions))

    def test_each_book_is_judged_by_itself(self):
        world = World(listed("spot", 2, 4, None), "USDT", "1000")
        booked = [(0, -10), (1, SAFE - 5), (2, 15), (2, -20)]
        for at, (client, qty) in enumerate(booked):
            world.ledger.book(world.state, world.instrument, client, self.trade(qty, 100 + at))
        world.ledger.reverse(world.state, world.instrument, 0, self.trade(-10, 100))
        account = world.ledger.account(0).positions[0]
        parts = [world.ledger.owner(0, client).positions[0] for client in range(3)]
        self.assertEqual(list(account.history)[-1], (10, 100))
        self.assertEqual(list(parts[0].history), [])
        self.assertEqual(account.qty, sum(part.qty for part in parts))
        self.assertEqual(account.flow, sum(part.flow for part in parts))


if __name__ == "__main__":
    unittest.main()
