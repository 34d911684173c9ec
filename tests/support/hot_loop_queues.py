"""Answers questions about queues from single `queue` events, as the Python cache does.

Reads lines `{"event": …, "questions": [[method, side, price, qty, horizon_ms]…]}`, writes for each
the list of `[is_known, answer]`.
"""

import json
import sys
from decimal import Decimal

from tapeline.rows import Event
from tapeline.signals import Queues


def answer(queues, method, side, price, qty, horizon_ms):
    if method == "size_ahead":
        known, ahead = queues.size_ahead(side, Decimal(price))
        return [known, None if ahead is None else format(ahead, "f")]
    if method == "match_rate_ema":
        return list(queues.match_rate(side, Decimal(price)))
    known, forecast = queues.pfill_ttf(side, Decimal(price), Decimal(qty), horizon_ms)
    row = dict(vars(forecast))
    if row["ahead"] is not None:
        row["ahead"] = format(row["ahead"], "f")
    return [known, row]


for line in sys.stdin:
    request = json.loads(line)
    queues = Queues.from_event(Event.from_wire(request["event"]))
    answers = [answer(queues, *question) for question in request["questions"]]
    sys.stdout.write(json.dumps(answers) + "\n")
