"""Binary contracts and betting give the worked examples of docs/reference/ledger.md (R-CORE-6)."""

import unittest
from fractions import Fraction

from checks.page import table_after
from reference.betting import one_of
from reference.binary import apply_final, apply_resolved, apply_settled, apply_split
from reference.books import Trade, amount_of
from reference.decimals import canonical
from reference.ledger import Ledger
from reference.model import Instrument
from reference.rows import position_row, shown_cash
from reference.state import State
from reference.tags import Tags

ZERO = amount_of("0")


def listed(number, symbol, asset_class, scales, contract):
    terms = {
        "id": number,
        "venue": 0,
        "name": f"test:{symbol}",
        "symbol": symbol,
        "base": symbol,
        "quote": "USD",
        "asset_class": asset_class,
        "price_rule": {"scale": scales[0], "ticks": []},
        "qty_rule": {"scale": scales[1]},
        "contract": contract,
    }
    return Instrument(terms, {})


def world(instruments):
    state = State()
    state.ledger = Ledger()
    state.tags = Tags()
    for instrument in instruments:
        state.instruments[instrument.id] = instrument
    return state


def outcome(number, symbol, complement, netting):
    contract = {
        "kind": "binary",
        "condition": "c",
        "outcome": symbol,
        "complement": complement,
        "collateral": "USD",
        "payout": "1",
        "netting": netting,
    }
    return listed(number, symbol, "binary", (4, 2), contract)


def trade(instrument, qty, price, provisional=False):
    signed = int(Fraction(qty) * 10**instrument.qty_scale)
    quanta = int(Fraction(price) * 10**instrument.price_scale)
    epoch = None
    return Trade(signed, quanta, "USD", ZERO, provisional, epoch)


class BinaryCheck(unittest.TestCase):
    def test_a_pair_of_tokens(self):
        yes = outcome(0, "YES", "NO", "perOutcome")
        no = outcome(1, "NO", "YES", "perOutcome")
        state = world([yes, no])
        _, rows = table_after("**A pair of tokens.**")
        for event, qty, price, usd, of_yes, of_no, realised_yes, realised_no in rows:
            with self.subTest(event):
                self.step(state, yes, no, (event, qty, price))
                book = state.ledger.owner(0, 0)
                shown = [
                    position_row(state, each, book.positions[each.id], None) for each in (yes, no)
                ]
                self.assertEqual(canonical(shown_cash(state, book, "USD")), usd)
                self.assertEqual([row["qty"] for row in shown], [of_yes, of_no])
                realised = [row["realised_pnl"] for row in shown]
                self.assertEqual(realised, [realised_yes, realised_no])

    def step(self, state, yes, no, row):
        event, qty, price = row
        words = event.split()
        instrument = yes if "YES" in words else no
        if words[0] in ("Split", "Merge"):
            sign = 1 if words[0] == "Split" else -1
            apply_split(state, {"venue": 0}, {"condition": "c", "qty": qty}, sign, 0)
        elif words[0] == "Sell":
            state.ledger.book(state, instrument, 0, trade(instrument, f"-{qty}", price))
        elif words[0] == "Buy":
            state.ledger.book(state, instrument, 0, trade(instrument, qty, price, True))
        elif words[0] == "Void":
            state.ledger.reverse(state, instrument, 0, trade(instrument, qty, price, True))
        elif words[0] == "Resolve":
            apply_resolved(state, instrument, (int(words[2]), int(words[4])))
        else:
            apply_settled(state, instrument, (int(words[2]), int(words[4])), None)

    def test_the_venues_figure(self):
        yes, no = outcome(0, "YES", "NO", "perOutcome"), outcome(1, "NO", "YES", "perOutcome")
        state = world([yes, no])
        _, rows = table_after("**The venue's figure.**")
        for event, qty, price, amount, account, alice, external, difference in rows:
            with self.subTest((event, qty)):
                self.step_of_figure(state, yes, (event, qty, price, amount))
                books = (state.ledger.account(0), state.ledger.owner(0, 0))
                cash = [shown_cash(state, book, "USD") for book in books]
                shown = [canonical(each) for each in (*cash, cash[0] - cash[1], yes.difference)]
                self.assertEqual(shown, [account, alice, external, difference])
        self.assertEqual(state.effects.alarms, ["SETTLEMENT_DIFFERS"])

    def step_of_figure(self, state, yes, row):
        event, qty, price, amount = row
        if event.startswith("Settle"):
            share = (int(event.split()[1]), int(event.split()[3]))
            apply_settled(state, yes, share, None if amount == "null" else Fraction(amount))
        elif event == "Buy":
            state.ledger.book(state, yes, 0, trade(yes, qty, price, True))
            if qty == "90":
                apply_final(state, yes, 0, trade(yes, qty, price, True))
        elif event == "Sell":
            state.ledger.book(state, yes, 0, trade(yes, f"-{qty}", price))
        else:
            state.ledger.reverse(state, yes, 0, trade(yes, qty, price, True))

    def test_a_figure_of_a_split_and_a_short(self):
        yes, no = outcome(0, "YES", "NO", "perOutcome"), outcome(1, "NO", "YES", "perOutcome")
        state = world([yes, no])
        apply_settled(state, yes, (1, 1), Fraction(3))
        apply_split(state, {"venue": 0}, {"condition": "c", "qty": "5"}, 1, 0)
        self.assertEqual((yes.difference, no.difference), (-2, 0))
        account = state.ledger.account(0)
        self.assertEqual(shown_cash(state, account, "USD"), 3 - 5)
        short = outcome(0, "X", None, "signed")
        state = world([short])
        apply_settled(state, short, (1, 3), Fraction(3))
        state.ledger.book(state, short, 0, trade(short, "-10", "0.4"))
        account = state.ledger.account(0)
        self.assertEqual(shown_cash(state, account, "USD"), 3 + 4 - 10)

    def test_one_signed_count(self):
        instrument = outcome(0, "X", None, "signed")
        state = world([instrument])
        state.ledger.post(state, "cash", 0, 0, [("USD", amount_of("100"))])
        _, rows = table_after("**One signed count.**")
        for event, qty, price, usd, position, _ in rows:
            with self.subTest(event):
                if event.startswith("Settle"):
                    apply_settled(state, instrument, (1, 1), None)
                else:
                    signed = qty if event == "Buy" else f"-{qty}"
                    state.ledger.book(state, instrument, 0, trade(instrument, signed, price))
                book = state.ledger.owner(0, 0)
                row = position_row(state, instrument, book.positions[0], None)
                self.assertEqual(canonical(shown_cash(state, book, "USD")), usd)
                self.assertEqual(row["qty"], position)


class BettingCheck(unittest.TestCase):
    def setUp(self):
        contract = {
            "kind": "betting",
            "market": "m",
            "currency": "GBP",
            "commission_ppm": 50_000,
            "discount_ppm": 0,
            "winners": 1,
            "runners": 3,
        }
        self.runners = [
            listed(at, symbol, "betting", (2, 2), contract) for at, symbol in enumerate("ABC")
        ]
        self.state = world(self.runners)
        self.markets = self.state.ledger.markets
        for owner in (0, 1):
            for runner in self.runners:
                self.bet(owner, runner, "0.01", "2")
                self.unbet(owner, runner, "0.01", "2")

    def bet(self, owner, runner, qty, price):
        self.state.ledger.book(self.state, runner, owner, trade(runner, qty, price))

    def unbet(self, owner, runner, qty, price):
        self.state.ledger.reverse(self.state, runner, owner, trade(runner, qty, price))

    def profit_if(self, owner, winner):
        """Profit of a client if a runner wins, before commission."""
        book = self.state.ledger.owner(0, owner)
        total = 0
        for runner in self.runners:
            if self.markets.of(runner).is_removed(runner.id):
                continue
            position = book.positions[runner.id]
            total -= position.qty * one_of(runner)
            if runner is winner:
                total += self.markets.gross(self.state, runner, position)
        return canonical(Fraction(total, 10**4))

    def play(self):
        yield self.bet, (0, self.runners[0], "2", "12")
        yield self.bet, (1, self.runners[1], "-10", "3")
        removal = {"reduction_ppm": 211_000, "basis": "price"}
        yield self.markets.remove, (self.state, self.state.ledger, self.runners[2], removal)

    def test_a_market(self):
        a, b, _ = self.runners
        _, rows = table_after("**A market** of three runners")
        for (step, arguments), row in zip(self.play(), rows):
            step(*arguments)
            with self.subTest(row[0]):
                shown = [self.profit_if(owner, runner) for owner in (0, 1) for runner in (a, b)]
                self.assertEqual(shown, row[3:])

    def settle(self, winners):
        for step, arguments in self.play():
            step(*arguments)
        result = {"market": "m", "winners": winners, "voided": [], "is_void": False}
        self.markets.settle(self.state, self.state.ledger, 0, result, None)
        ledger = self.state.ledger
        books = [ledger.owner(0, 0), ledger.owner(0, 1), ledger.account(0), ledger.owner(0, None)]
        return [canonical(book.posted("GBP").value) for book in books]

    def test_a_winner(self):
        winner = {"instrument": 0, "places": 1, "tied": 1}
        self.assertEqual(self.settle([winner]), ["16.09", "9.5", "25.59", "0"])

    def test_a_dead_heat(self):
        winners = [{"instrument": at, "places": 1, "tied": 2} for at in (0, 1)]
        self.assertEqual(self.settle(winners), ["7.1", "-1.85", "5.34", "0.09"])

    def test_the_venues_figure(self):
        _, rows = table_after("**The venue's figure of a market**")
        for event, stake, price, amount, *cash in rows:
            with self.subTest((event, amount)):
                self.step_of_figure(event, stake, price, amount)
                ledger = self.state.ledger
                books = [ledger.account(0), ledger.owner(0, 0), ledger.owner(0, None)]
                self.assertEqual([canonical(book.posted("GBP").value) for book in books], cash)
        self.assertEqual(self.state.effects.alarms, ["SETTLEMENT_DIFFERS"])

    def step_of_figure(self, event, stake, price, amount):
        words = event.split()
        if words[1] == "removed":
            removal = {"reduction_ppm": int(words[2]), "basis": "price"}
            self.markets.remove(self.state, self.state.ledger, self.runners[2], removal)
        elif words[1] == "backs":
            self.bet(0, self.runners[0], stake, price)
        else:
            winners = [{"instrument": 0, "places": 1, "tied": 1}]
            result = {"market": "m", "winners": winners, "voided": [], "is_void": False}
            credited = None if amount == "null" else Fraction(amount)
            self.markets.settle(self.state, self.state.ledger, 0, result, credited)


if __name__ == "__main__":
    unittest.main()
