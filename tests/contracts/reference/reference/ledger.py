"""The ledger: postings to books, their digest, and what is shown of them.

Invariant: after every posting, posted cash of an account is the sum of that of its clients and of
`external`. Source: docs/reference/ledger.md.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Dict, Iterable, List, Optional, Tuple

from .books import Amount, AverageCost, BookOf, Position, amount_of
from .decimals import SAFE, canonical
from .digest import utf16_key
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

    def supports(self, terms: Json) -> bool:
        """Whether there is a policy for the instrument and its contract fits."""
        return fits(terms)

    def account(self, venue: int) -> BookOf:
        """Returns the book of an account."""
        return self.accounts.setdefault(venue, BookOf())

    def owner(self, venue: int, owner: Owner) -> BookOf:
        """Returns the book of a client, or of external."""
        return self.owners.setdefault(venue, {}).setdefault(owner, BookOf())

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
        self,
        state: State,
        kind: str,
        venue: int,
        owner: Owner,
        movements: List[Movement],
    ) -> None:
        """Posts movements of cash to the account and its owner."""
        books = [self.account(venue), self.owner(venue, owner)]
        for book in books:
            for currency, amount in movements:
                book.post(currency, amount)
        self._mix(state, kind, venue, owner, [currency for currency, _ in movements], None)

    def check(self, instrument: Instrument, owner: Owner, signed: int, price: int) -> None:
        """Asserts what an execution must not break, before anything changes."""
        must(Values(instrument).can_trade_at(price), "an inverse price is above 0")
        for book in (self.account(instrument.venue), self.owner(instrument.venue, owner)):
            position = book.positions.get(instrument.id)
            after = signed + (0 if position is None else position.qty)
            must(-SAFE <= after <= SAFE, "a position is within 2^53 quanta")

    def book(
        self,
        state: State,
        instrument: Instrument,
        owner: Owner,
        execution: Tuple[int, int],
        fee: Movement,
    ) -> None:
        """Books an execution (signed quantity, price) to the account and its owner."""
        self.check(instrument, owner, *execution)
        self._trade(state, "book", instrument, owner, execution, fee)

    def reverse(
        self,
        state: State,
        instrument: Instrument,
        owner: Owner,
        execution: Tuple[int, int],
        fee: Movement,
    ) -> None:
        """Takes an execution out again."""
        self.check(instrument, owner, -execution[0], execution[1])
        self._trade(state, "reverse", instrument, owner, execution, fee)

    def _trade(
        self,
        state: State,
        kind: str,
        instrument: Instrument,
        owner: Owner,
        execution: Tuple[int, int],
        fee: Movement,
    ) -> None:
        values = Values(instrument)
        policy = AverageCost(values)
        sign = 1 if kind == "book" else -1
        movements = _movements(values, execution, fee, sign)
        for book in (self.account(instrument.venue), self.owner(instrument.venue, owner)):
            for currency, amount in movements:
                book.post(currency, amount)
            position = book.positions.setdefault(instrument.id, Position())
            if sign > 0:
                policy.execute(position, execution)
            else:
                policy.void(position, execution)
        currencies = [currency for currency, _ in movements]
        self._mix(state, kind, instrument.venue, owner, currencies, instrument)

    def fund(self, state: State, instrument: Instrument, currency: str, amount: Amount) -> None:
        """Posts funding to the account and, by position, to its parts."""
        venue = instrument.venue
        account = self.account(venue)
        account.post(currency, amount)
        total = _qty(account, instrument)
        scale = amount.scale if total == 0 else max(12, amount.scale)
        rest = Amount(amount.at(scale), scale)
        for client in self.clients(venue):
            qty = _qty(self.owner(venue, client), instrument)
            if qty != 0 and total != 0:
                share = shares(amount, qty, total, scale)
                self.owner(venue, client).post(currency, share)
                rest = rest.plus(share.negated())
        self.owner(venue, EXTERNAL).post(currency, rest)
        self._mix_all(state, "funding", venue, currency, instrument)

    def settle(self, state: State, instrument: Instrument, price: int) -> None:
        """Closes every book's position at a price."""
        values = Values(instrument)
        policy = AverageCost(values)
        venue = instrument.venue
        parts = self.parts(venue)
        for book in [self.account(venue)] + parts:
            position = book.positions.get(instrument.id)
            if position is not None and position.qty != 0:
                execution = (-position.qty, price)
                paid = Amount(-values.value(*execution), values.scale)
                book.post(values.currency, paid)
                policy.execute(position, execution)
        self._settle_rest(instrument, values)
        self._mix_all(state, "settle", venue, values.currency, instrument)

    def _settle_rest(self, instrument: Instrument, values: Values) -> None:
        """What rounding leaves between the account and its parts goes to external."""
        venue = instrument.venue
        account, parts = self.account(venue), self.parts(venue)
        left = account.posted(values.currency)
        flow = _position(account, instrument).flow
        for book in parts:
            left = left.plus(book.posted(values.currency).negated())
            flow -= _position(book, instrument).flow
        external = self.owner(venue, EXTERNAL)
        if left.units != 0:
            external.post(values.currency, left)
        if flow != 0:
            external.positions.setdefault(instrument.id, Position()).flow += flow

    def _mix(
        self,
        state: State,
        kind: str,
        venue: int,
        owner: Owner,
        currencies: Iterable[str],
        instrument: Optional[Instrument],
    ) -> None:
        digest = state.digest
        digest.text(kind)
        digest.int(venue)
        if owner is EXTERNAL:
            digest.text("external")
        else:
            digest.int(owner)
        for book in (self.account(venue), self.owner(venue, owner)):
            mix_book(state, book, currencies, instrument)

    def _mix_all(
        self, state: State, kind: str, venue: int, currency: str, instrument: Instrument
    ) -> None:
        state.digest.text(kind)
        state.digest.int(venue)
        state.digest.text("all")
        for book in [self.account(venue)] + self.parts(venue):
            mix_book(state, book, [currency], instrument)

    def position_rows(self, state: State) -> List[Json]:
        """Returns every position ever held, of the accounts, then of each client."""
        scopes: List[Tuple[object, List[BookOf]]] = [
            ("account", [self.accounts[venue] for venue in sorted(self.accounts)])
        ]
        for client in state.clients:
            books = [owners.get(client.id) for _, owners in sorted(self.owners.items())]
            scopes.append((client.id, [book for book in books if book is not None]))
        rows: List[Json] = []
        for scope, books in scopes:
            held = {number: book.positions[number] for book in books for number in book.positions}
            for number in sorted(held):
                rows.append(position_row(state.instruments[number], scope, held[number]))
        return rows

    def balance_rows(self, state: State) -> List[Json]:
        """Returns the shown cash of each account, by currency."""
        rows: List[Json] = []
        for venue in sorted(self.accounts):
            account = self.accounts[venue]
            for currency in sorted(account.cash, key=utf16_key):
                total = canonical(shown_cash(state, account, currency))
                rows.append({"venue": venue, "currency": currency, "total": total})
        return rows


def _movements(
    values: Values, execution: Tuple[int, int], fee: Movement, sign: int
) -> List[Movement]:
    """Returns what an execution (or its void) posts, in order."""
    signed = execution[0] * sign
    movements: List[Movement] = []
    if values.asset_class == "spot":
        movements.append((values.base, Amount(signed, values.qty_scale)))
    paid = Amount(-values.value(signed, execution[1]), values.scale)
    movements.append((values.currency, paid))
    currency, commission = fee
    if commission.units != 0:
        movements.append((currency, Amount(-commission.units * sign, commission.scale)))
    return movements


def _position(book: BookOf, instrument: Instrument) -> Position:
    return book.positions.get(instrument.id, Position())


def _qty(book: BookOf, instrument: Instrument) -> int:
    return _position(book, instrument).qty


def shown_cash(state: State, book: BookOf, currency: str) -> Fraction:
    """Returns posted cash and the cost of open linear and inverse positions settled in it."""
    total = book.posted(currency).value
    for number, position in book.positions.items():
        instrument = state.instruments[number]
        if instrument.asset_class in ("linear", "inverse"):
            values = Values(instrument)
            if values.currency == currency:
                total += Fraction(position.cost, 10 ** AverageCost(values).cost_scale)
    return total


def position_row(instrument: Instrument, scope: object, position: Position) -> Json:
    """Returns a position as it is shown."""
    values = Values(instrument)
    cost_scale = AverageCost(values).cost_scale
    cost = Fraction(position.cost, 10**cost_scale)
    mark = values.usable_mark(instrument.book.mark())
    unrealised: Optional[str] = None
    if position.qty == 0:
        unrealised = "0"
    elif mark is not None:
        worth = Fraction(values.value(position.qty, mark), 10**values.scale)
        unrealised = canonical(worth - cost)
    return {
        "scope": scope,
        "instrument": instrument.id,
        "qty": canonical(Fraction(position.qty, 10**values.qty_scale)),
        "avg_px": values.average_price(position, cost_scale),
        "realised_pnl": canonical(Fraction(position.flow, 10**values.scale) + cost),
        "unrealised_pnl": unrealised,
        "currency": values.currency,
    }


def mix_book(
    state: State, book: BookOf, currencies: Iterable[str], instrument: Optional[Instrument]
) -> None:
    """Mixes the figures of a book that a posting touched."""
    digest = state.digest
    for currency in dict.fromkeys(currencies):
        posted = book.posted(currency)
        digest.text(currency)
        digest.int(posted.scale)
        digest.big(posted.units)
    if instrument is None:
        return
    digest.int(instrument.id)
    position = book.positions.get(instrument.id)
    if position is None:
        digest.int(0)
        return
    values = Values(instrument)
    finer = 10 ** (AverageCost(values).cost_scale - values.scale)
    digest.int(position.qty)
    digest.big(position.cost // finer)
    digest.int(position.cost % finer)
    digest.big(position.flow)
