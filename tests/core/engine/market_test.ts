/**
 * Market data reaches the book of its instrument and nothing else. Proves R-CORE-8's first half: the
 * engine and the simulated venue see one book.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Draft, instrumentId, px, qty } from "../../../core/mod.ts";
import { draft, World } from "../../support/engine_world.ts";

const BTC = instrumentId(0);
const SNAPSHOT = { bids: [9_900, 1], asks: [10_000, 2], updateId: null };

function world(): World {
  return new World().start().open();
}

Deno.test("applyMarket() fills, changes, notes a trade in and invalidates the book of the instrument", () => {
  const w = world();
  const book = w.timeline.view.book(BTC);
  ok(book !== undefined && !book.isFresh);
  w.offer(draft("market_data", "BookSnapshot", SNAPSHOT, BTC));
  w.offer(draft("market_data", "BookDelta", { bids: [9_950, 3], asks: [], updateId: null }, BTC));
  strictEqual(book.best("Buy")?.price, 9_950);
  w.wait(5);
  const trade = { price: px(10_000), qty: qty(1), side: "Buy", tradeId: "t" } as const;
  w.offer(draft("market_data", "TradePrinted", trade, BTC));
  strictEqual(
    w.timeline.view.book(BTC)?.best("Sell")?.qty,
    2,
    "a trade takes nothing off the book",
  );
  w.offer(draft("market_data", "BookInvalidated", { reason: "test" }, BTC));
  ok(!book.isFresh);
});

const ELSEWHERE: readonly (readonly [string, Draft])[] = [
  ["without an instrument", draft("market_data", "BookSnapshot", SNAPSHOT)],
  ["of one that is not listed", draft("market_data", "BookSnapshot", SNAPSHOT, instrumentId(9))],
];
for (const [what, event] of ELSEWHERE) {
  Deno.test(`applyMarket() ignores market data ${what}`, () => {
    const w = world();
    w.offer(event);
    deepStrictEqual(w.effects.alarms, []);
    ok(w.timeline.view.book(BTC)?.isFresh === false);
  });
}
