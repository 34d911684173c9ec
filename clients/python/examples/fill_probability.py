"""Prints how likely an order at each touch fills within ten seconds, once a second.

Usage: fill_probability.py STATE_DIR PORT [SECONDS [INSTRUMENT]]
"""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from tapeline import Client, Hotloop

state_dir, port, *more = sys.argv[1:] if len(sys.argv) > 2 else sys.exit(__doc__)
seconds = float(more[0]) if more else 10
instrument = more[1] if len(more) > 1 else "paper:BTC/USDT"


def chance(hot, side):
    touch = hot.best(instrument, side)
    if touch is None:
        return f"{side}: no book"
    forecast = hot.pfill_ttf(instrument, side, touch.price, "0.01", 10_000)
    if forecast.p is None:
        return f"{side} {touch.price}: seen for {forecast.observed_s:.1f} s, too short a time"
    return f"{side} {touch.price}: {forecast.ahead} ahead, {forecast.p:.0%} within 10 s"


with Client.from_state_dir(state_dir, port=int(port), client_id="signals") as client:
    hot = Hotloop(client, [instrument], depth=5)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(min(1, seconds / 2))
        if hot.stale(instrument):
            print("stale", flush=True)
        else:
            print(f"{chance(hot, 'Buy')}   {chance(hot, 'Sell')}", flush=True)
