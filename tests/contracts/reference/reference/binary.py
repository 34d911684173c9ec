"""Binary contracts: pairs, split and merge, resolution, settlement, what is final.

Source: docs/reference/ledger.md section 10.
"""

from __future__ import annotations

from fractions import Fraction
from typing import List, Optional

from .books import Position, Trade, amount_of, plain_amount
from .decimals import SAFE
from .model import Instrument, Json, Share
from .state import State, must, present
from .values import Values

DIFFERENCE_MIN = Fraction(1, 100)
PAIRED = "the outcomes of the condition are a pair"


def fits_binary(state: State, terms: Json) -> bool:
    """Whether a binary listing has a contract that fits."""
    contract = terms.get("contract")
    if contract is None or contract["kind"] != "binary":
        return False
    if contract["condition"] == "" or contract["collateral"] == "":
        return False
    payout = Fraction(contract["payout"]) * 10 ** terms["price_rule"]["scale"]
    if payout.denominator != 1 or payout <= 0:
        return False
    is_signed = contract["netting"] == "signed"
    if is_signed and contract["complement"] is not None:
        return False
    if not is_signed and payout % 2 != 0:
        return False
    others = outcomes(state, terms["venue"], contract["condition"])
    return all(_same(terms, other.terms) for other in others if other.id != terms["id"])


def _same(terms: Json, other: Json) -> bool:
    names = ("collateral", "netting")
    left, right = terms["contract"], other["contract"]
    if any(left[name] != right[name] for name in names):
        return False
    if Fraction(left["payout"]) != Fraction(right["payout"]):
        return False
    return all(terms[rule]["scale"] == other[rule]["scale"] for rule in ("price_rule", "qty_rule"))


def outcomes(state: State, venue: Optional[int], condition: str) -> List[Instrument]:
    """Returns the listed outcomes of a condition at a venue, by number."""
    return [
        state.instruments[number]
        for number in sorted(state.instruments)
        if _is_outcome(state.instruments[number], venue, condition)
    ]


def _is_outcome(instrument: Instrument, venue: Optional[int], condition: str) -> bool:
    if instrument.asset_class != "binary" or instrument.venue != venue:
        return False
    return instrument.terms["contract"]["condition"] == condition


def complement(state: State, instrument: Instrument) -> Optional[Instrument]:
    """Returns the listed outcome that this one names and that names it."""
    contract = instrument.terms["contract"]
    for other in outcomes(state, instrument.venue, contract["condition"]):
        is_other = other.id != instrument.id
        names = other.terms["symbol"] == contract["complement"]
        is_named = other.terms["contract"]["complement"] == instrument.terms["symbol"]
        if is_other and names and is_named:
            return other
    return None


def pair(state: State, venue: int, condition: str) -> Optional[List[Instrument]]:
    """Returns the two outcomes of a condition, if they are a pair."""
    both = outcomes(state, venue, condition)
    if len(both) != 2 or complement(state, both[0]) is not both[1]:
        return None
    if both[0].terms["contract"]["netting"] != "perOutcome":
        return None
    return both


def check_split(state: State, venue: int, payload: Json) -> None:
    """Asserts what a split or merge must be."""
    both = present(pair(state, venue, payload["condition"]), PAIRED)
    qty = amount_of(payload["qty"]).value * 10 ** both[0].qty_scale
    must(qty.denominator == 1 and qty > 0, "a quantity is a whole number of quanta above 0")


def apply_split(state: State, event: Json, payload: Json, sign: int, owner: object) -> None:
    """Splits collateral into both outcomes, or merges them."""
    venue = event["venue"]
    both = present(pair(state, venue, payload["condition"]), PAIRED)
    values = Values(both[0])
    qty = amount_of(payload["qty"]).at(values.qty_scale)
    price = values.payout_quanta() // 2
    trade = Trade(qty * sign, price, values.currency, amount_of("0"))
    ledger = state.ledger
    for instrument in both:
        ledger.check(instrument, owner, trade, 1)
    for instrument in both:
        ledger.apply(instrument, owner, trade, 1)
    for instrument in both:
        post_difference(state, instrument)
    ledger.mix(state, "split", venue, owner, [values.currency], both)


def share_of(payload: Json, instrument: Instrument) -> Share:
    """Returns the share that an event tells, checked."""
    must(instrument.asset_class == "binary", "the instrument is a binary contract")
    numerator, denominator = payload["numerator"], payload["denominator"]
    must(denominator >= 1 and 0 <= numerator <= denominator, "a share is within 0 and 1")
    return numerator, denominator


def apply_resolved(state: State, instrument: Instrument, share: Share) -> None:
    """The share becomes the mark; no cash moves."""
    instrument.resolved = share
    both = [instrument]
    other = complement(state, instrument)
    if other is not None:
        other.resolved = (share[1] - share[0], share[1])
        both = sorted([instrument, other], key=lambda each: each.id)
    state.ledger.mix_all(state, "resolution", instrument.venue, [], both)


def apply_settled(
    state: State, instrument: Instrument, share: Share, amount: Optional[Fraction]
) -> None:
    """The share is paid; the account gets what the venue credited, external takes the rest."""
    ledger = state.ledger
    instrument.settled, instrument.credited = share, amount
    for book in [ledger.account(instrument.venue)] + ledger.parts(instrument.venue):
        if instrument.id in book.positions:
            book.positions[instrument.id].forget()
    post_difference(state, instrument)
    currency = Values(instrument).currency
    ledger.mix_all(state, "settlement", instrument.venue, [currency], [instrument])
    if abs(instrument.difference) >= DIFFERENCE_MIN:
        state.alarm("SETTLEMENT_DIFFERS")


def post_difference(state: State, instrument: Instrument) -> None:
    """Posts what the venue's figure differs by now beyond what it differed by before."""
    difference = _difference(state, instrument)
    change = difference - instrument.difference
    instrument.difference = difference
    if change == 0:
        return
    ledger = state.ledger
    for book in (ledger.account(instrument.venue), ledger.owner(instrument.venue, None)):
        book.post(Values(instrument).currency, plain_amount(change))


def _difference(state: State, instrument: Instrument) -> Fraction:
    """Returns the venue's figure less what the rules give the account; 0 without a figure."""
    if instrument.settled is None or instrument.credited is None:
        return Fraction(0)
    values = Values(instrument)
    qty = state.ledger.qty(state.ledger.account(instrument.venue), instrument)
    due = values.at_share(qty, instrument.settled)
    if instrument.terms["contract"]["netting"] == "signed":
        due += values.at_share(max(0, -qty), (1, 1))
    return instrument.credited - Fraction(due, 10**values.cost_scale)


def apply_final(state: State, instrument: Instrument, owner: object, trade: Trade) -> None:
    """A provisional execution of a binary contract is final."""
    ledger = state.ledger
    if trade.signed > 0:
        for book in (ledger.account(instrument.venue), ledger.owner(instrument.venue, owner)):
            book.positions[instrument.id].provisional -= trade.signed
    ledger.mix(state, "confirm", instrument.venue, owner, [], [instrument])


def available_to_sell(instrument: Instrument, position: Position) -> int:
    """Returns what of a position can be sold for certain."""
    if instrument.settled is not None:
        return 0
    return max(0, min(SAFE, position.qty - position.provisional))
