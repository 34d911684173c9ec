/**
 * Bars as trades: what a bar says of the trades in it, without looking ahead.
 *
 * A bar becomes four trades that share its volume: the open at its beginning, the extreme that is
 * nearer to the open after a third of it, the other after two thirds, the close in its last
 * microsecond. So nothing is known before it was. Which extreme came first a bar does not say: this
 * is the usual assumption. A bar without volume gives nothing.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import { qty } from "../../core/numbers.ts";
import type { Px, Qty } from "../../core/numbers.ts";
import { timeOfUs } from "./capture_line.ts";
import type { RowAt } from "./depth_rows.ts";
import { marketDraft } from "./market_draft.ts";

export type Bar = {
  readonly open: Px;
  readonly high: Px;
  readonly low: Px;
  readonly close: Px;
  readonly volume: Qty;
};

/** Returns the trades of a bar that begins at the row's time. */
export function barTrades({ instrument, eventTime }: RowAt, bar: Bar, lengthUs: number): Draft[] {
  const { open, high, low, close, volume } = bar;
  const extremes = high - open < open - low ? [high, low] : [low, high];
  const [second = open, third = open] = extremes;
  const last = Math.max(lengthUs - 1, 0);
  const moments: readonly (readonly [number, Px])[] = [
    [0, open],
    [Math.floor(last / 3), second],
    [Math.floor(last * 2 / 3), third],
    [last, close],
  ];
  return moments.flatMap(([afterUs, price], at) => {
    // What does not divide by four goes to the later ones, so that a lone lot is the close.
    const share = Math.floor(volume / 4) + (at >= 4 - volume % 4 ? 1 : 0);
    if (share === 0) return [];
    const payload = { price, qty: qty(share), side: null, tradeId: null };
    return [marketDraft(instrument, timeOfUs(eventTime + afterUs), {
      eventType: "TradePrinted",
      payload,
    })];
  });
}

/** True if the prices can be those of one bar. */
export function isBar({ open, high, low, close }: Bar): boolean {
  return low <= open && low <= close && open <= high && close <= high;
}
