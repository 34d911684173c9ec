"""Betting markets: what a book is owed, removals, results, worst cases, what is shown.

Source: docs/reference/ledger.md section 11. Bets and runners are in `betting.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Dict, List, Optional, Sequence, Tuple

from .betting import Bet, BetPosition, Removal, bet_of, currency_of, one_of, runners_of
from .books import BookOf, Trade, plain_amount
from .decimals import SAFE, canonical, half_even
from .model import Instrument, Json
from .state import State, must
from .values import shown_price

MILLION = 10**6
DIFFERENCE_MIN = Fraction(1, 100)


@dataclass
class Market:
    """What happened in a market at a venue."""

    removals: List[Removal] = field(default_factory=list)
    result: Optional[Json] = None
    credited: Optional[Fraction] = None
    posted: Dict[object, Fraction] = field(default_factory=dict)

    def is_removed(self, instrument: int) -> bool:
        """Whether a runner was removed."""
        return any(each.instrument == instrument for each in self.removals)


class Markets:
    """All betting markets, by venue and name."""

    def __init__(self) -> None:
        self.markets: Dict[Tuple[int, str], Market] = {}

    def fits(self, state: State, terms: Json) -> bool:
        """Whether a runner's listing has a contract that fits."""
        contract = terms.get("contract")
        if contract is None or contract["kind"] != "betting":
            return False
        if contract["market"] == "" or contract["currency"] == "":
            return False
        ppms = (contract["commission_ppm"], contract["discount_ppm"])
        if not all(0 <= ppm <= MILLION for ppm in ppms):
            return False
        runners = contract["runners"]
        if contract["winners"] < 1 or (runners is not None and runners < 1):
            return False
        others = runners_of(state, terms["venue"], contract["market"])
        others = [each for each in others if each.id != terms["id"]]
        return not others or _same(terms, others[0].terms)

    def of(self, instrument: Instrument) -> Market:
        """Returns the market of a runner."""
        return self.named(instrument.venue, instrument.terms["contract"]["market"])

    def named(self, venue: int, name: str) -> Market:
        """Returns a market by its name."""
        return self.markets.setdefault((venue, name), Market())

    def is_over(self, instrument: Instrument) -> bool:
        """Whether a runner was removed, or its market is settled."""
        market = self.of(instrument)
        return market.result is not None or market.is_removed(instrument.id)

    def epoch(self, instrument: Instrument) -> int:
        """Returns the epoch of a bet that is booked now."""
        return len(self.of(instrument).removals)

    def check(
        self, instrument: Instrument, books: Sequence[BookOf], trade: Trade, sign: int
    ) -> None:
        """Asserts what a bet (or its void) must not break."""
        for book in books:
            position = book.positions.get(instrument.id, BetPosition())
            bet, stake = bet_of(trade), abs(trade.signed)
            if sign > 0:
                must(position.side(bet[0]) + stake <= SAFE, "stakes are within 2^53 quanta")
            else:
                must(position.stakes.get(bet, 0) >= stake, "a void is of a bet that is there")

    def price_now(self, state: State, instrument: Instrument, bet: Bet) -> int:
        """Returns the price of a bet after the removals from its epoch on."""
        price = bet[1]
        for removal in self.of(instrument).removals[bet[2] :]:
            price = removal.apply(price, one_of(instrument))
        return price

    def gross(self, state: State, instrument: Instrument, position: BetPosition) -> int:
        """Returns stakes times prices now, backs less lays."""
        return sum(
            bet[0] * stake * self.price_now(state, instrument, bet)
            for bet, stake in position.stakes.items()
        )

    def profit(self, state: State, instrument: Instrument, position: BetPosition) -> Fraction:
        """Returns the profit of the bets on a runner, in units of price and quantity quanta."""
        market = self.of(instrument)
        result = market.result
        if market.is_removed(instrument.id) or result is None:
            return Fraction(0)
        if result["is_void"] or instrument.id in result["voided"]:
            return Fraction(0)
        lost = -position.qty * one_of(instrument)
        for winner in result["winners"]:
            if winner["instrument"] == instrument.id:
                gross = self.gross(state, instrument, position)
                return Fraction(gross * winner["places"], winner["tied"]) + lost
        return Fraction(lost)

    def owed(self, state: State, venue: int, name: str, book: BookOf) -> Fraction:
        """Returns what the result owes a book, in the market's currency."""
        runners = runners_of(state, venue, name)
        terms = runners[0].terms["contract"]
        total = sum(
            (
                self.profit(state, runner, book.positions[runner.id])
                for runner in runners
                if runner.id in book.positions
            ),
            Fraction(0),
        )
        winnings = round(total / one_of(runners[0]))
        rate = terms["commission_ppm"] * (MILLION - terms["discount_ppm"])
        commission = round(Fraction(winnings * rate, 10**12)) if winnings > 0 else 0
        return Fraction(winnings - commission, 10 ** runners[0].qty_scale)

    def after_trade(
        self, state: State, ledger: Any, instrument: Instrument, owner: Optional[int]
    ) -> List[str]:
        """Posts what a late bet changes; returns the currencies that it touches."""
        market = self.of(instrument)
        if market.result is None:
            return []
        venue, name = instrument.venue, instrument.terms["contract"]["market"]
        owners = [] if owner is None else [owner]
        self.post_owed(state, ledger, venue, name, owners)
        return [currency_of(state, venue, name)]

    def post_owed(
        self, state: State, ledger: Any, venue: int, name: str, clients: Sequence[int]
    ) -> None:
        """Posts what the account and some clients are owed beyond what was posted to them.

        The account is owed what the venue credited, whatever the result gives, if it said that.
        """
        market = self.named(venue, name)
        currency = currency_of(state, venue, name)
        account = ledger.account(venue)
        due = market.credited
        if due is None:
            due = self.owed(state, venue, name, account)
        rest = _post(market, "account", account, currency, due)
        for client in clients:
            book = ledger.owner(venue, client)
            rest -= _post(market, client, book, currency, self.owed(state, venue, name, book))
        if rest != 0:
            ledger.owner(venue, None).post(currency, plain_amount(rest))

    def remove(self, state: State, ledger: Any, instrument: Instrument, payload: Json) -> None:
        """Records a removal; in a settled market cash follows."""
        market = self.of(instrument)
        venue, name = instrument.venue, instrument.terms["contract"]["market"]
        removal = Removal(instrument.id, payload["reduction_ppm"], payload["basis"])
        for at, known in enumerate(market.removals):
            if known.instrument == instrument.id:
                market.removals[at] = removal
                break
        else:
            market.removals.append(removal)
        if market.result is not None:
            self.post_owed(state, ledger, venue, name, ledger.clients(venue))
        self._mix(state, ledger, "removal", venue, name)

    def settle(
        self, state: State, ledger: Any, venue: int, payload: Json, amount: Optional[Fraction]
    ) -> None:
        """Takes over a result; what it owes beyond the one before is posted."""
        name = payload["market"]
        market = self.named(venue, name)
        market.result, market.credited = payload, amount
        self.post_owed(state, ledger, venue, name, ledger.clients(venue))
        self._mix(state, ledger, "result", venue, name)
        if amount is None:
            return
        if abs(amount - self.owed(state, venue, name, ledger.account(venue))) >= DIFFERENCE_MIN:
            state.alarm("SETTLEMENT_DIFFERS")

    def _mix(self, state: State, ledger: Any, kind: str, venue: int, name: str) -> None:
        runners = runners_of(state, venue, name)
        ledger.mix_all(state, kind, venue, [currency_of(state, venue, name)], runners)

    def currency(self, state: State, instrument: Instrument) -> str:
        """Returns the currency of a runner's market."""
        return currency_of(state, instrument.venue, instrument.terms["contract"]["market"])

    def held_back(self, state: State, venue: int, book: BookOf, currency: str) -> Fraction:
        """Returns what matched bets hold back: the worst loss of every open market."""
        names = sorted(
            {
                state.instruments[number].terms["contract"]["market"]
                for number in book.positions
                if state.instruments[number].asset_class == "betting"
            }
        )
        return sum(
            (
                max(Fraction(0), -self.worst_case(state, venue, name, book))
                for name in names
                if currency_of(state, venue, name) == currency
            ),
            Fraction(0),
        )

    def worst_case(self, state: State, venue: int, name: str, book: BookOf) -> Fraction:
        """Returns the worst profit of a book's matched bets in a market, commission apart."""
        market = self.named(venue, name)
        if market.result is not None:
            return Fraction(0)
        runners = runners_of(state, venue, name)
        terms, one = runners[0].terms["contract"], one_of(runners[0])
        still_open = [each for each in runners if not market.is_removed(each.id)]
        lost, differences = 0, []
        for runner in still_open:
            position = book.positions.get(runner.id, BetPosition())
            lost -= position.qty * one
            differences.append(self.gross(state, runner, position))
        worst = worst_winners(market, terms, len(still_open), differences)
        return Fraction(lost + sum(worst), one * 10 ** runners[0].qty_scale)

    def row(
        self, state: State, instrument: Instrument, position: BetPosition, mark: Optional[int]
    ) -> Json:
        """Returns the figures of a position as they are shown."""
        currency = self.currency(state, instrument)
        scale = 10 ** (instrument.price_scale + instrument.qty_scale)
        if self.is_over(instrument):
            profit = self.profit(state, instrument, position) / scale
            return {
                "qty": "0",
                "avg_px": None,
                "realised_pnl": canonical(half_even(profit, 12)),
                "unrealised_pnl": "0",
                "currency": currency,
            }
        return {
            "qty": canonical(Fraction(position.qty, 10**instrument.qty_scale)),
            "avg_px": self._average(state, instrument, position),
            "realised_pnl": "0",
            "unrealised_pnl": self._unrealised(state, instrument, position, mark),
            "currency": currency,
        }

    def _average(
        self, state: State, instrument: Instrument, position: BetPosition
    ) -> Optional[str]:
        net = position.qty
        if net == 0:
            return None
        sign = 1 if net > 0 else -1
        value = sum(
            stake * self.price_now(state, instrument, bet)
            for bet, stake in position.stakes.items()
            if bet[0] == sign
        )
        average = Fraction(value, position.side(sign) * 10**instrument.price_scale)
        return shown_price(average, instrument.price_scale)

    def _unrealised(
        self, state: State, instrument: Instrument, position: BetPosition, mark: Optional[int]
    ) -> Optional[str]:
        gross = self.gross(state, instrument, position)
        if gross == 0 and position.qty == 0:
            return "0"
        if mark is None:
            return None
        locked = (Fraction(gross, mark) - position.qty) / 10**instrument.qty_scale
        return canonical(half_even(locked, 12))


def worst_winners(
    market: Market, terms: Json, open_runners: int, differences: List[int]
) -> List[int]:
    """Returns, of profit if won less profit if lost, those of the winners that cost most."""
    smallest = sorted(differences)[: terms["winners"]]
    known = open_runners + len(market.removals)
    if terms["runners"] is not None and known >= terms["runners"]:
        return smallest
    return [each for each in smallest if each < 0]


def _post(market: Market, key: object, book: BookOf, currency: str, due: Fraction) -> Fraction:
    """Posts what is due beyond what was posted before; returns it."""
    change = due - market.posted.get(key, Fraction(0))
    market.posted[key] = due
    if change != 0:
        book.post(currency, plain_amount(change))
    return change


def _same(terms: Json, other: Json) -> bool:
    left, right = terms["contract"], other["contract"]
    if left["currency"] != right["currency"] or left["winners"] != right["winners"]:
        return False
    return all(terms[rule]["scale"] == other[rule]["scale"] for rule in ("price_rule", "qty_rule"))


def check_result(state: State, venue: int, payload: Json) -> None:
    """Asserts what a result must be."""
    numbers = [runner.id for runner in runners_of(state, venue, payload["market"])]
    must(len(numbers) > 0, "the market has a listed runner at the venue")
    named = [winner["instrument"] for winner in payload["winners"]] + list(payload["voided"])
    must(all(number in numbers for number in named), "a result names listed runners")
    must(len(set(named)) == len(named), "a result names a runner once")
    for winner in payload["winners"]:
        must(winner["tied"] >= 1, "tied is 1 or more")
        must(1 <= winner["places"] <= winner["tied"], "places are 1 to tied")
