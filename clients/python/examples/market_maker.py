"""Quotes both sides of one instrument and prints its fills and its profit.

python3 examples/market_maker.py STATE_DIR PORT [SECONDS]
"""

import sys
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tapeline import Client, ExecutionReport, QuoteIntent, Strategy, run

INSTRUMENT, SIZE, LIMIT = "paper:BTC/USDT", Decimal("0.01"), Decimal("0.05")


class MarketMaker(Strategy):
    """Keeps one bid and one ask at the touch; leans against its position."""

    channels, instruments = ["book"], [INSTRUMENT]
    cash = Decimal(0)

    def on_start(self, ctx):
        self.held_before = ctx.position(INSTRUMENT)
        return []

    def on_event(self, ctx, event):
        if isinstance(event, ExecutionReport):
            self.note(ctx, event)
        book = ctx.books.get(INSTRUMENT)
        if ctx.unanswered or book is None or book.mid is None:
            return []
        return self.quote(ctx, "Buy", book.bids[0]) + self.quote(ctx, "Sell", book.asks[0])

    def quote(self, ctx, side, touch):
        """One order per side, at the touch, as long as the position allows it."""
        held = ctx.position(INSTRUMENT) * (1 if side == "Buy" else -1)
        resting = ctx.open_orders(INSTRUMENT, side)
        if not resting and held + SIZE <= LIMIT:
            return [QuoteIntent.place(INSTRUMENT, side, SIZE, touch.price, post_only=True)]
        moved = (o for o in resting if o.price != touch.price or held + SIZE > LIMIT)
        return [QuoteIntent.cancel(o.intent_id) for o in moved if o.ord_status == "Accepted"]

    def note(self, ctx, report):
        for fill in report.executions:
            sign = -1 if report.side == "Buy" else 1
            self.cash += sign * fill.last_qty * fill.last_px - (fill.commission or 0)
            held, book = ctx.position(INSTRUMENT), ctx.books.get(INSTRUMENT)
            price = book.mid if book and book.mid else fill.last_px
            profit = self.cash + (held - self.held_before) * price
            print(f"{report.side} {fill.last_qty} @ {fill.last_px}  holds {held}  P&L {profit:.4f}")

    def on_stop(self, ctx):
        return [QuoteIntent.cancel_all()]


if __name__ == "__main__":
    state_dir, port, *seconds = sys.argv[1:] if len(sys.argv) > 2 else sys.exit(__doc__)
    with Client.from_state_dir(state_dir, port=int(port), client_id="market-maker") as client:
        run(MarketMaker(), client, timeout=float(seconds[0]) if seconds else None)
