"""Answers questions about signals by the Python client: from its cache, and by queries.

Usage: hot_loop_answers.py STATE_DIR PORT INSTRUMENT < questions.json > answers.json
A question is [method, keyword arguments]. Answers are lists: of the cache, then of the daemon.
"""

import json
import sys
import time
from decimal import Decimal

from tapeline import Client, Hotloop


def plain(value):
    if isinstance(value, Decimal):
        return format(value, "f")
    if hasattr(value, "price"):
        return [plain(value.price), plain(value.qty)]
    if isinstance(value, list):
        return [plain(item) for item in value]
    if hasattr(value, "ttf_ms"):
        return {name: plain(item) for name, item in vars(value).items()}
    return value


def main():
    state_dir, port, instrument = sys.argv[1:]
    questions = json.load(sys.stdin)
    news = []
    with Client.from_state_dir(state_dir, client_id="python", port=int(port)) as client:
        hot = Hotloop(client, [instrument], depth=5, emit=news.append)
        deadline = time.monotonic() + 30
        while (stale := hot.stale(instrument)) and time.monotonic() < deadline:
            time.sleep(0.01)
        answers = [
            [plain(getattr(source, method)(instrument, **args)) for source in (hot, client)]
            for method, args in questions
        ]
        json.dump({"stale": stale, "answers": answers}, sys.stdout)


main()
