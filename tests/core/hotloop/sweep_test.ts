/**
 * The watch of one side's trades by itself: levels, window and bound. Proves R-HOT-3.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { SweepWatch } from "../../../core/hotloop/sweep.ts";

const SETTINGS = { on: true, windowMs: 1, minLevels: 2, minRatio: 0.5 };

/** Buyers take from the offers, whose best is the lowest. */
function watch(): SweepWatch {
  return new SweepWatch({ taker: "Buy", towardsBest: -1 });
}

Deno.test("SweepWatch.look() counts what a level displayed once, and all that was traded there", () => {
  const offers = watch();
  offers.print({ us: 10, price: 100, qty: 4, before: 10 });
  offers.print({ us: 11, price: 100, qty: 6, before: 6 });
  offers.print({ us: 12, price: 101, qty: 5, before: 10 });
  const found = offers.look(SETTINGS, { us: 12, best: 102 });
  deepStrictEqual(found, { side: "Buy", levels: 2, volume: 15, ratio: 0.75, atUs: 12 });
  strictEqual(offers.look(SETTINGS, { us: 12, best: 102 }), undefined, "said once");
});

Deno.test("SweepWatch.look() leaves out what is older than the window", () => {
  const offers = watch();
  offers.print({ us: 0, price: 100, qty: 10, before: 10 });
  offers.print({ us: 1_500, price: 101, qty: 10, before: 10 });
  strictEqual(offers.look(SETTINGS, { us: 1_500, best: 102 }), undefined);
  const later = watch();
  later.print({ us: 0, price: 100, qty: 10, before: 10 });
  strictEqual(later.look(SETTINGS, { us: 5_000, best: undefined }), undefined, "none is left");
});

Deno.test("SweepWatch.look() sees none where the levels had displayed nothing", () => {
  const offers = watch();
  offers.print({ us: 1, price: 100, qty: 10, before: 0 });
  offers.print({ us: 1, price: 101, qty: 10, before: 0 });
  strictEqual(offers.look(SETTINGS, { us: 1, best: 102 }), undefined);
});

Deno.test("SweepWatch.look() sees none where a price better than the last one taken is left", () => {
  const offers = watch();
  offers.print({ us: 1, price: 100, qty: 10, before: 10 });
  offers.print({ us: 1, price: 102, qty: 10, before: 10 });
  strictEqual(offers.look(SETTINGS, { us: 1, best: 101 }), undefined);
});

Deno.test("SweepWatch.look() looks at the last 256 trades", () => {
  const offers = watch();
  offers.print({ us: 1, price: 99, qty: 10, before: 10 });
  for (let count = 0; count < 256; count++) {
    offers.print({ us: 1, price: 100, qty: 1, before: 256 });
  }
  strictEqual(offers.look(SETTINGS, { us: 1, best: 101 }), undefined, "one level is left of two");
});
