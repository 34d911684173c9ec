"""What an event causes: five lists, in the form in which traces show them, and their digest.

Sources: docs/reference/traces.md ("What one event causes"), events.md ("The digest").
"""

from __future__ import annotations

from typing import List

from .digest import Digest
from .model import Json
from .table import EXEC_TYPES, STATES

FLAGS = (("in_doubt", 1), ("late", 2), ("inferred", 4), ("provisional", 8), ("dry_run", 16))
STAMPS = ("event_us", "sent_us", "recv_us", "journal_us", "submit_us", "ack_us")
PARTS = (("order", 32), ("execution", 64), ("exec_ref_id", 128), ("reject_code", 256)) + tuple(
    (name, 512 << at) for at, name in enumerate(STAMPS)
)
SIDES = {"Buy": 0, "Sell": 1}
ORD_TYPES = {"Limit": 0, "Market": 2}
TIMES_IN_FORCE = {"GTC": 0, "IOC": 4, "FOK": 8, "GTD": 12, "DAY": 16}
COMMANDS = {"Submit": 1, "Cancel": 2, "Replace": 3, "Lookup": 4, "Reconcile": 5}
DRY_COMMAND = 16
STATE_NUMBER = {name: at for at, name in enumerate(STATES)}
EXEC_TYPE_NUMBER = {name: at for at, name in enumerate(EXEC_TYPES)}


class Effects:
    """The five lists of one event."""

    def __init__(self) -> None:
        self.transitions: List[Json] = []
        self.reports: List[Json] = []
        self.commands: List[Json] = []
        self.repeats: List[Json] = []
        self.alarms: List[str] = []

    def to_json(self) -> Json:
        """Returns the lists as a trace holds them."""
        return {
            "transitions": self.transitions,
            "reports": self.reports,
            "commands": self.commands,
            "repeats": self.repeats,
            "alarms": self.alarms,
        }

    def clear(self) -> None:
        """Empties all five lists."""
        for each in (self.transitions, self.reports, self.commands, self.repeats):
            each.clear()
        self.alarms.clear()

    def mix(self, digest: Digest, seq_id: int) -> None:
        """Mixes the event's number and its effects into the digest, list by list."""
        digest.int(seq_id)
        for transition in self.transitions:
            _mix_transition(digest, transition)
        for report in self.reports:
            _mix_report(digest, report)
        for command in self.commands:
            _mix_command(digest, command)
        for repeat in self.repeats:
            digest.pair(5, repeat["client"])
            for number in repeat["report_seqs"]:
                digest.int(number)
        for alarm in self.alarms:
            digest.pair(6, 0)
            digest.text(alarm)


def _mix_transition(digest: Digest, transition: Json) -> None:
    if transition["kind"] == "order":
        states = 16 * STATE_NUMBER[transition["from"]] + STATE_NUMBER[transition["to"]]
        digest.pair(1, states)
        digest.int(transition["order"])
    elif transition["kind"] == "AccountHalted":
        digest.pair(2, 0)
        digest.int_or_absent(transition["venue"])
    else:
        digest.pair(7, transition["instrument"])


def _mix_report(digest: Digest, report: Json) -> None:
    status = report["ord_status"]
    number = 15 if status is None else STATE_NUMBER[status]
    digest.pair(3, 16 * EXEC_TYPE_NUMBER[report["exec_type"]] + number)
    digest.pair(report["client"], _report_flags(report))
    digest.int(report["report_seq"])
    digest.int(report["transact_us"])
    if report["order"] is not None:
        _mix_order(digest, report["order"])
    if report.get("execution") is not None:
        _mix_execution(digest, report["execution"])
    for name in ("exec_ref_id", "reject_code"):
        if report.get(name) is not None:
            digest.text(report[name])
    for name in STAMPS:
        if report.get(name) is not None:
            digest.int(report[name])
    _mix_names(digest, report)


def _report_flags(report: Json) -> int:
    said = sum(bit for name, bit in FLAGS if report.get(name))
    return said + sum(bit for name, bit in PARTS if report.get(name) is not None)


def _mix_names(digest: Digest, report: Json) -> None:
    if report["exec_type"] in ("PendingNew", "Replaced"):
        digest.text_or_absent(report["intent_id"])
        digest.text_or_absent(report["tag"])
    if report["exec_type"] in ("New", "Replaced"):
        digest.text_or_absent(report["order"]["venue_order_id"])


def _mix_order(digest: Digest, order: Json) -> None:
    digest.int(order["order_id"])
    terms = SIDES[order["side"]] + ORD_TYPES[order["ord_type"]]
    digest.pair(order["instrument"], terms + TIMES_IN_FORCE[order["time_in_force"]])
    digest.int_or_absent(order["price"])
    for name in ("order_qty", "cum_qty", "leaves_qty"):
        digest.int(order[name])
    digest.big(int(order["notional"]))


def _mix_execution(digest: Digest, execution: Json) -> None:
    digest.text(execution["exec_id"])
    digest.int(execution["last_qty"])
    digest.int(execution["last_px"])
    digest.text_or_absent(execution["liquidity"])
    digest.text(execution["commission"])
    digest.text(execution["commission_currency"])


def _mix_command(digest: Digest, command: Json) -> None:
    kind = command["kind"]
    digest.pair(4, COMMANDS[kind] + (DRY_COMMAND if command.get("dry_run") else 0))
    digest.int(command["request"])
    if kind == "Reconcile":
        digest.int_or_absent(command["since_us"])
        return
    digest.int(command["order"])
    if kind == "Submit":
        digest.int_or_absent(command["price"])
        digest.int(command["order_qty"])
        digest.int_or_absent(command["expire_us"])
    elif kind == "Replace":
        digest.int_or_absent(command["price"])
        digest.int(command["order_qty"])
        digest.int_or_absent(command["expire_us"])
