"""The ledger: postings to books and their digest.

Invariant: after every posting, posted cash of an account is the sum of that of its clients and of
`external`. Source: docs/reference/ledger.md sections 1 to 8.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

from .binary import fits_binary, post_difference
from .betting import BetPosition
from .books import Amount, AverageCost, BookOf, Position, Trade, amount_of
from .decimals import SAFE
from .markets import Markets
from .model import Instrument, Json
from .state import State, must
from .values import Values, fits, shares

EXTERNAL = None
"""The owner of what belongs to no client."""

Owner = Optional[int]
Movement = Tuple[str, Amount]


class Ledger:
    """All books of all accounts."""

    def __init__(self) -> None:
        self.accounts: Dict[int, BookOf] = {}
        self.owners: Dict[int, Dict[Owner, BookOf]] = {}
        self.opening: Dict[Tuple[int, str], Amount] = {}
        self.markets = Markets()

    def supports(self, state: State, terms: Json) -> bool:
        """Whether there is a policy for the instrument and its contract fits."""
        if terms["asset_class"] == "binary":
            return fits_binary(state, terms)
        if terms["asset_class"] == "betting":
            return self.markets.fits(state, terms)
        return fits(terms)

    def account(self, venue: int) -> BookOf:
        """Returns the book of an account."""
        return self.accounts.setdefault(venue, BookOf())

    def owner(self, venue: int, owner: Owner) -> BookOf:
        """Returns the book of a client, or of external."""
        return self.owners.setdefault(venue, {}).setdefault(owner, BookOf())

    def seen(self, venue: int, owner: Owner) -> BookOf:
        """Returns the book of an owner to look at; an empty one where nothing was posted."""
        return self.owners.get(venue, {}).get(owner, BookOf())

    def clients(self, venue: int) -> List[int]:
        """Returns the clients that have a book there, by number."""
        return sorted(owner for owner in self.owners.get(venue, {}) if owner is not None)

    def parts(self, venue: int) -> List[BookOf]:
        """Returns the books of the clients by number, then that of external."""
        books = [self.owner(venue, client) for client in self.clients(venue)]
        return books + [self.owner(venue, EXTERNAL)]

    def deposit(self, state: State, venue: int, currency: str, total: str) -> None:
        """Posts an opening balance: what it differs from the last one."""
        amount = amount_of(total)
        last = self.opening.get((venue, currency), Amount(0, 0))
        self.opening[(venue, currency)] = amount
        self.post(state, "deposit", venue, EXTERNAL, [(currency, amount.plus(last.negated()))])

    def post(
        self, state: State, kind: str, venue: int, owner: Owner, movements: List[Movement]
    ) -> None:
        """Posts movements of cash to the account and its owner."""
        for book in (self.account(venue), self.owner(venue, owner)):
            for currency, amount in movements:
                book.post(currency, amount)
        self.mix(state, kind, venue, owner, [currency for currency, _ in movements], [])

    def charge(self, venue: int, owner: Owner, currency: str, amount: Amount) -> None:
        """Counts cash that was posted for the loss of the account and of its owner."""
        for book in (self.account(venue), self.owner(venue, owner)):
            book.charge(currency, amount)

    def check(self, instrument: Instrument, owner: Owner, trade: Trade, sign: int) -> None:
        """Asserts what an execution (or its void) must not break, before anything changes."""
        books = (self.account(instrument.venue), self.seen(instrument.venue, owner))
        if instrument.asset_class == "betting":
            self.markets.check(instrument, books, trade, sign)
            return
        self._check_steps(instrument, owner, [(trade, sign)])

    def check_correction(
        self, instrument: Instrument, owner: Owner, was: Trade, now: Trade
    ) -> None:
        """Asserts that an execution can be taken out and booked as it now stands."""
        if instrument.asset_class != "betting":
            self._check_steps(instrument, owner, [(was, -1), (now, 1)])
            return
        self.check(instrument, owner, was, -1)
        grown = abs(now.signed) - abs(was.signed)
        sign = 1 if now.signed > 0 else -1
        self.check(instrument, owner, replace(now, signed=sign * max(0, grown)), 1)

    def _check_steps(
        self, instrument: Instrument, owner: Owner, steps: List[Tuple[Trade, int]]
    ) -> None:
        """Asserts that executions (or their voids) can be posted, one after the other."""
        seen = position_of(self.seen(instrument.venue, owner), instrument)
        held = (position_of(self.account(instrument.venue), instrument), seen)
        taken: Optional[Amount] = seen.taken
        moved = received = 0
        for trade, sign in steps:
            must(Values(instrument).can_trade_at(trade.price), "an inverse price is above 0")
            counted = _counted(instrument, taken, trade, sign)
            must(_is_safe(counted), "what counts of an execution is within 2^53 quanta")
            moved += counted * sign
            taken = _taken_after(instrument, taken, trade, sign)
            quantities = (each.qty + moved for each in held)
            must(all(map(_is_safe, quantities)), "a position is within 2^53 quanta")
            if _is_receipt(instrument, trade):
                received += trade.signed * sign
                counts = (each.provisional + received for each in held)
                must(all(map(_is_safe, counts)), "a provisional count is within 2^53 quanta")

    def book(self, state: State, instrument: Instrument, owner: Owner, trade: Trade) -> int:
        """Books an execution to the account and its owner; returns what positions count of it."""
        self.check(instrument, owner, trade, 1)
        return self._trade(state, instrument, owner, trade, 1)

    def reverse(self, state: State, instrument: Instrument, owner: Owner, trade: Trade) -> int:
        """Takes an execution out again; returns what positions counted of it."""
        self.check(instrument, owner, trade, -1)
        return self._trade(state, instrument, owner, trade, -1)

    def _trade(
        self, state: State, instrument: Instrument, owner: Owner, trade: Trade, sign: int
    ) -> int:
        kind = "book" if sign > 0 else "reverse"
        counted = self._counted_now(instrument, owner, trade, sign)
        currencies = self.apply(instrument, owner, trade, sign)
        if instrument.asset_class == "betting":
            currencies += self.markets.after_trade(state, self, instrument, owner)
        elif instrument.asset_class == "binary":
            post_difference(state, instrument)
        self.mix(state, kind, instrument.venue, owner, currencies, [instrument])
        return counted

    def apply(self, instrument: Instrument, owner: Owner, trade: Trade, sign: int) -> List[str]:
        """Posts an execution (or its void) to two books; returns the currencies it touched."""
        movements = _movements(instrument, trade, sign)
        moves = replace(trade, signed=self._counted_now(instrument, owner, trade, sign))
        for book in (self.account(instrument.venue), self.owner(instrument.venue, owner)):
            for currency, amount in movements:
                book.post(currency, amount)
            book.charge(*_charge(instrument, trade, sign))
            change_position(book, instrument, moves, sign)
        if instrument.asset_class == "spot":
            position: Position = self.owner(instrument.venue, owner).positions[instrument.id]
            position.taken = _taken_after(instrument, position.taken, trade, sign)
        return [currency for currency, _ in movements]

    def _counted_now(self, instrument: Instrument, owner: Owner, trade: Trade, sign: int) -> int:
        """Returns what positions count of an execution that is booked (or taken out) now."""
        if instrument.asset_class != "spot":
            return trade.signed
        position = position_of(self.seen(instrument.venue, owner), instrument)
        return _counted(instrument, position.taken, trade, sign)

    def fund(self, state: State, instrument: Instrument, currency: str, amount: Amount) -> None:
        """Posts funding to the account and, by position, to its parts."""
        venue = instrument.venue
        account = self.account(venue)
        account.post(currency, amount)
        account.charge(currency, amount)
        total = self.qty(account, instrument)
        scale = max(12, amount.scale)
        rest = Amount(amount.at(scale), scale)
        for client in self.clients(venue):
            qty = self.qty(self.owner(venue, client), instrument)
            if qty != 0 and total != 0:
                share = shares(amount, qty, total, scale)
                self.owner(venue, client).post(currency, share)
                self.owner(venue, client).charge(currency, share)
                rest = rest.plus(share.negated())
        self.owner(venue, EXTERNAL).post(currency, rest)
        self.mix_all(state, "funding", venue, [currency], [instrument])

    def qty(self, book: BookOf, instrument: Instrument) -> int:
        """Returns the signed quantity of a position."""
        position = book.positions.get(instrument.id)
        return 0 if position is None else position.qty

    def shown_qty(self, book: BookOf, instrument: Instrument) -> int:
        """Returns the quantity that `positions` shows: 0 once settled, or the runner is gone."""
        if instrument.settled is not None:
            return 0
        if instrument.asset_class == "betting" and self.markets.is_over(instrument):
            return 0
        return self.qty(book, instrument)

    def settle(self, state: State, instrument: Instrument, price: int) -> None:
        """Closes every book's position in a linear or inverse instrument at a price."""
        values = Values(instrument)
        policy = AverageCost(values)
        venue = instrument.venue
        touched: List[str] = []
        for book in [self.account(venue)] + self.parts(venue):
            position = book.positions.get(instrument.id)
            if position is not None and position.qty != 0:
                execution = (-position.qty, price)
                book.post(values.currency, Amount(-values.value(*execution), values.scale))
                policy.execute(position, execution)
                touched = [values.currency]
        self._settle_rest(instrument, values)
        self.mix_all(state, "settle", venue, touched, [instrument])

    def _settle_rest(self, instrument: Instrument, values: Values) -> None:
        """What rounding leaves between the account and its parts goes to external."""
        venue = instrument.venue
        account, parts = self.account(venue), self.parts(venue)
        left = account.posted(values.currency)
        flow = position_of(account, instrument).flow
        for book in parts:
            left = left.plus(book.posted(values.currency).negated())
            flow -= position_of(book, instrument).flow
        external = self.owner(venue, EXTERNAL)
        if left.units != 0:
            external.post(values.currency, left)
        if flow != 0:
            external.positions.setdefault(instrument.id, Position()).flow += flow

    def mix(
        self,
        state: State,
        kind: str,
        venue: int,
        owner: Owner,
        currencies: Iterable[str],
        instruments: Sequence[Instrument],
    ) -> None:
        """Mixes a posting to the account and its owner into the digest."""
        _mix_head(state, kind, venue)
        if owner is EXTERNAL:
            state.digest.text("external")
        else:
            state.digest.int(owner)
        for book in (self.account(venue), self.owner(venue, owner)):
            mix_book(state, book, currencies, instruments)

    def mix_all(
        self,
        state: State,
        kind: str,
        venue: int,
        currencies: Iterable[str],
        instruments: Sequence[Instrument],
    ) -> None:
        """Mixes a posting to all books of an account into the digest."""
        _mix_head(state, kind, venue)
        state.digest.text("all")
        for book in [self.account(venue)] + self.parts(venue):
            mix_book(state, book, currencies, instruments)


def _movements(instrument: Instrument, trade: Trade, sign: int) -> List[Movement]:
    """Returns what an execution (or its void) posts, in order."""
    movements: List[Movement] = []
    signed = trade.signed * sign
    if instrument.asset_class != "betting":
        values = Values(instrument)
        if values.asset_class == "spot":
            movements.append((values.base, Amount(signed, values.qty_scale)))
        paid = Amount(-values.value(signed, trade.price), values.scale)
        movements.append((values.currency, paid))
    if trade.fee.units != 0:
        movements.append((trade.fee_currency, Amount(-trade.fee.units * sign, trade.fee.scale)))
    return movements


def _is_in_base(instrument: Instrument, trade: Trade) -> bool:
    """True of a commission that is charged in what a spot instrument trades."""
    return instrument.asset_class == "spot" and trade.fee_currency == instrument.terms["base"]


def _taken_after(
    instrument: Instrument, taken: Optional[Amount], trade: Trade, sign: int
) -> Optional[Amount]:
    """Returns the sum of an owner's commissions in base after an execution (or its void)."""
    if trade.fee.units == 0 or not _is_in_base(instrument, trade):
        return taken
    charged = Amount(trade.fee.units * sign, trade.fee.scale)
    return (Amount(0, 0) if taken is None else taken).plus(charged)


def _counted(instrument: Instrument, taken: Optional[Amount], trade: Trade, sign: int) -> int:
    """Returns what positions count of an execution that is booked (or taken out) at that sum."""
    after = _taken_after(instrument, taken, trade, sign)
    off = _quanta_off(instrument, after) - _quanta_off(instrument, taken)
    return trade.signed - off * sign


def _quanta_off(instrument: Instrument, taken: Optional[Amount]) -> int:
    """Returns the quanta that a sum of commissions takes off a quantity, rounded up."""
    return 0 if taken is None else ceil(taken.value * 10**instrument.qty_scale)


def _is_safe(quanta: int) -> bool:
    return -SAFE <= quanta <= SAFE


def _charge(instrument: Instrument, trade: Trade, sign: int) -> Movement:
    """Returns as what a commission counts for a loss; one of base in quote, at the trade's price."""
    terms, fee = instrument.terms, Amount(-trade.fee.units * sign, trade.fee.scale)
    if not _is_in_base(instrument, trade):
        return trade.fee_currency, fee
    scale: int = terms["price_rule"]["scale"]
    return terms["quote"], Amount(fee.units * trade.price, fee.scale + scale)


def change_position(book: BookOf, instrument: Instrument, trade: Trade, sign: int) -> None:
    """Books an execution in a position, or takes it out."""
    if instrument.asset_class == "betting":
        bets: BetPosition = book.positions.setdefault(instrument.id, BetPosition())
        bets.change(trade, sign)
        return
    position: Position = book.positions.setdefault(instrument.id, Position())
    policy = AverageCost(Values(instrument))
    if sign > 0:
        policy.execute(position, trade.execution)
    else:
        policy.void(position, trade.execution)
    if instrument.settled is not None:
        position.forget()
    if _is_receipt(instrument, trade):
        position.provisional += trade.signed * sign


def _is_receipt(instrument: Instrument, trade: Trade) -> bool:
    """True of what was bought and may still be voided."""
    return instrument.asset_class == "binary" and trade.provisional and trade.signed > 0


def position_of(book: BookOf, instrument: Instrument) -> Any:
    """Returns a position, an empty one if the book has none."""
    return book.positions.get(instrument.id, Position())


def _mix_head(state: State, kind: str, venue: int) -> None:
    state.digest.text(kind)
    state.digest.int(venue)


def mix_book(
    state: State, book: BookOf, currencies: Iterable[str], instruments: Sequence[Instrument]
) -> None:
    """Mixes the figures of a book that a posting touched."""
    digest = state.digest
    for currency in dict.fromkeys(currencies):
        digest.text(currency)
        posted = book.cash.get(currency)
        if posted is None:
            digest.int(0)
        else:
            digest.int(posted.scale)
            digest.wide(posted.units)
    for instrument in instruments:
        digest.int(instrument.id)
        position = book.positions.get(instrument.id)
        if position is None:
            digest.int(0)
        elif instrument.asset_class == "betting":
            digest.int(position.qty)
            digest.big(-state.ledger.markets.gross(state, instrument, position))
        else:
            _mix_position(state, instrument, position)


def _mix_position(state: State, instrument: Instrument, position: Position) -> None:
    digest = state.digest
    values = Values(instrument)
    finer = 10 ** (values.cost_scale - values.scale)
    digest.int(position.qty)
    digest.wide(position.cost // finer)
    digest.int(position.cost % finer)
    digest.wide(position.flow)
    if position.taken is not None:
        digest.int(position.taken.scale)
        digest.wide(position.taken.units)
    if instrument.asset_class == "binary":
        digest.int(position.provisional)
        for share in (instrument.resolved, instrument.settled):
            numerator, denominator = share if share is not None else (0, 0)
            digest.int(numerator)
            digest.int(denominator)
