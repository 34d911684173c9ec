"""One core: applies events one at a time. Source: docs/reference/events.md.

Ordering: events are applied in the order of their numbers; anything else is refused and changes
nothing.
"""

from __future__ import annotations

from collections import deque

from .broker import apply_broker_report
from .cash import HANDLERS as ACCOUNT_FACTS
from .cash import apply_account_fact
from .control import apply_control
from .effects import Effects
from .final import final_state
from .firing import RETIRED_BY_THE_WAY_MAX, fire_all, next_wanted, retire
from .intents import apply_intent
from .ledger import Ledger
from .limits import Limits
from .loss import begin_day
from .market import apply_market_data
from .model import Json, Waiting
from .reconcile import HANDLERS as ABOUT_ACCOUNT
from .reconcile import apply_about_account
from .state import CannotApply, InvariantBroken, State
from .tags import Tags


class Core:
    """A core that knows nothing at first."""

    def __init__(self) -> None:
        self.state = State()
        self.state.ledger = Ledger()
        self.state.tags = Tags()
        self.state.limits = Limits()

    def apply(self, event: Json) -> Json:
        """Applies an event and returns what it caused, as a trace shows it."""
        state = self.state
        if event["seq_id"] <= state.seq_id or event["ingest_time"] < state.now:
            raise CannotApply("Cannot apply an event: it must follow the last one")
        state.seq_id, state.now, state.event = event["seq_id"], event["ingest_time"], event
        state.effects = Effects()
        state.born_orders = []
        state.touched = []
        begin_day(state)
        try:
            _dispatch(state, event)
        except InvariantBroken:
            if state.settings["invariants"] == "strict":
                withhold(state)
                halt_account(state, event)
            state.alarm("INVARIANT")
        state.effects.mix(state.digest, event["seq_id"])
        caused = state.effects.to_json()
        caused["digest"] = state.digest.hex()
        caused["next_deadline_us"] = next_wanted(state)
        return caused

    def final(self) -> Json:
        """Returns the state, as a trace shows it at its end."""
        return final_state(self.state)


def _dispatch(state: State, event: Json) -> None:
    source = event["source"]
    if source in ("intent", "broker_report", "market_data"):
        retire(state, RETIRED_BY_THE_WAY_MAX)
    if source == "control":
        apply_control(state, event)
    elif source == "intent":
        apply_intent(state, event)
    elif source == "broker_report" and event["event_type"] in ACCOUNT_FACTS:
        apply_account_fact(state, event)
    elif source == "broker_report" and event["event_type"] in ABOUT_ACCOUNT:
        apply_about_account(state, event)
    elif source == "broker_report":
        apply_broker_report(state, event)
    elif source == "market_data":
        apply_market_data(state, event)
    elif event["event_type"] == "DeadlineReached":
        fire_all(state)


def withhold(state: State) -> None:
    """Takes back what the event would have shown; what else was changed stays."""
    for sent in reversed(state.effects.reports):
        client = state.clients[sent["client"]]
        client.report_seq = sent["report_seq"] - 1
        record = client.intents.get(sent["intent_id"])
        if record is not None and record.newest_report == sent["report_seq"]:
            record.newest_report = None
            if record.taken == state.now:
                del client.intents[record.intent_id]
                state.taken = deque(each for each in state.taken if each[2] is not record)
    for number in state.born_orders:
        order = state.orders.pop(number)
        state.live.discard(number)
        state.clients[order.client].live.discard(number)
    for command in state.effects.commands:
        if command["kind"] == "Reconcile":
            _withhold_reconcile(state, command)
            continue
        kept = state.order(command["order"])
        request = None if kept is None else kept.requests.get(command["kind"])
        if kept is not None and request is not None and request.number == command["request"]:
            request.left = None
            waiting = Waiting(command["kind"], kept.id, request.number)
            state.venues[kept.venue].queue(command["kind"]).append(waiting)
    state.effects.clear()


def _withhold_reconcile(state: State, command: Json) -> None:
    """A request to reconcile that would have left waits again."""
    reconcile = state.venues[command["venue"]].reconcile
    if reconcile is not None and reconcile.request == command["request"]:
        reconcile.sent = None


def halt_account(state: State, event: Json) -> None:
    """Halts the event's account, or everything if it cannot be told."""
    venue = event["venue"]
    if event["event_type"] == "IntentReceived":
        intent = event["payload"]["intent"]
        number = state.instrument_names.get(intent.get("instrument"))
        venue = None
        if intent["action"] == "Place" and number is not None:
            venue = state.instruments[number].venue
    touched = {order.venue for order in state.touched}
    if venue is None and len(touched) == 1:
        venue = touched.pop()
    declared = state.venue(venue)
    if declared is None:
        state.operator_state = "Halted"
        state.effects.transitions.append({"kind": "AccountHalted", "venue": None})
    else:
        declared.trading_state = "Halted"
        state.effects.transitions.append({"kind": "AccountHalted", "venue": venue})
