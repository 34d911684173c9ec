/**
 * Books of thousands of levels in the hot loop: what of them is remembered, and what is not looked
 * at is not wrong. Proves R-HOT-1 and R-HOT-2 as far as they concern them.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import type { Instrument } from "../../../core/instrument.ts";
import { instrumentId, orderId, px } from "../../../core/numbers.ts";
import { HotLoopBench } from "../../support/hot_loop_bench.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

const SPOT: Instrument = { ...spotInstrument(), id: instrumentId(0) };
/** Levels of a side, from the touch on. */
const DEPTHS = Array.from({ length: 5_000 }, (_, depth) => depth);
const BIDS = DEPTHS.flatMap((depth) => [10_000 - depth, 50]);
const ASKS = DEPTHS.toReversed().flatMap((depth) => [10_002 + depth, 50]);

Deno.test("a snapshot of 5 000 levels remembers the best, and the next one finds them", () => {
  const book = { bids: BIDS, asks: [10_002, 30] };
  const bench = new HotLoopBench(SPOT).snapshot(book);
  bench.after(3).snapshot(book).after(3).delta({ asks: [10_002, 31] });
  for (const price of [10_000, 9_990, 9_000]) {
    strictEqual(bench.loop.matchRateEma(bench.id, { side: "Buy", price: px(price) }), 0);
  }
});

const OURS = [
  ["Buy", 10_000, "the best bid"],
  ["Buy", 8_501, "a bid beyond the 1 024 that it tells"],
  ["Buy", 5_001, "the last bid"],
  ["Sell", 10_002, "the best ask"],
  ["Sell", 11_501, "an ask beyond the 1 024 that it tells"],
  ["Sell", 15_001, "the last ask"],
] as const;
for (const [side, level, what] of OURS) {
  Deno.test(`a trade before a snapshot explains nothing after it: ${what}`, () => {
    const price = px(level);
    const ours = { orderId: orderId(7), instrument: SPOT.id, side, price };
    const bench = new HotLoopBench(SPOT).snapshot({ bids: BIDS, asks: ASKS });
    bench.loop.track(ours);
    bench.after(1).trade(price, { qty: 20, side: side === "Buy" ? "Sell" : "Buy" });
    bench.after(1).snapshot({ bids: BIDS, asks: ASKS });
    strictEqual(bench.loop.sizeAhead(bench.id, ours), 30);
    // 20 are cancelled, of them 12 before ours.
    bench.after(1).delta({ [side === "Buy" ? "bids" : "asks"]: [price, 30] });
    strictEqual(bench.loop.sizeAhead(bench.id, ours), 18);
  });
}
