/**
 * Proves the signals of the hot loop (R-HOT-1, R-HOT-2): each as docs/reference/hotloop.md defines
 * it, for a betting market and for a market of takers; and that nothing thrown leaves it (R-HOT-4).
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Book } from "../../../core/book.ts";
import { QUEUE_MODELS } from "../../../core/hotloop/mod.ts";
import type { Instrument } from "../../../core/instrument.ts";
import { instrumentId, micros, orderId, px, qty } from "../../../core/numbers.ts";
import { runnerOf } from "../../support/runner.ts";
import { HotLoopBench, listedEvent, marketEvent, OPEN } from "../../support/hot_loop_bench.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

const RUNNER = runnerOf(0);
const SPOT: Instrument = { ...spotInstrument(), id: instrumentId(0) };

/** Unmatched backs at 3.05 and up, unmatched lays at 3.00 and down. */
function odds(settings: unknown = {}): HotLoopBench {
  return new HotLoopBench(RUNNER, settings).define()
    .snapshot({ bids: [310, 2_000, 305, 1_000, 315, 500], asks: [300, 4_000, 298, 700] });
}

function spot(settings: unknown = {}): HotLoopBench {
  return new HotLoopBench(SPOT, settings)
    .snapshot({ bids: [10_000, 50, 9_999, 70], asks: [10_002, 30, 10_005, 90] });
}

Deno.test("best() reads where our order would rest, and with take what it would take", () => {
  const { loop, id } = odds();
  deepStrictEqual(loop.best(id, { side: "Buy" }), { price: 305, qty: 1_000 });
  deepStrictEqual(loop.best(id, { side: "Sell" }), { price: 300, qty: 4_000 });
  deepStrictEqual(loop.best(id, { side: "Buy", take: true }), { price: 300, qty: 4_000 });
  const crypto = spot();
  deepStrictEqual(crypto.loop.best(id, { side: "Buy" }), { price: 10_000, qty: 50 });
  deepStrictEqual(crypto.loop.best(id, { side: "Buy", take: true }), { price: 10_002, qty: 30 });
});

Deno.test("best2Sum() adds two levels, gives the only one, and 0 where there is none", () => {
  const bench = odds();
  strictEqual(bench.loop.best2Sum(bench.id, { side: "Buy" }), 3_000);
  bench.delta({ asks: [298, 0] });
  strictEqual(bench.loop.best2Sum(bench.id, { side: "Sell" }), 4_000);
  bench.delta({ asks: [300, 0] });
  strictEqual(bench.loop.best2Sum(bench.id, { side: "Sell" }), 0);
});

Deno.test("spreadTicks() counts ticks across rows of the ladder, and says a crossed book", () => {
  const bench = odds();
  strictEqual(bench.loop.spreadTicks(bench.id), 1);
  bench.delta({ asks: [300, 0] });
  strictEqual(bench.loop.spreadTicks(bench.id), 2); // 2.98, 3.00, 3.05
  bench.delta({ asks: [310, 5] });
  strictEqual(bench.loop.spreadTicks(bench.id), -1);
  strictEqual(bench.loop.counters()["crossed_spreads"], 1);
  bench.delta({ asks: [310, 0, 298, 0] });
  strictEqual(bench.loop.spreadTicks(bench.id), null);
  strictEqual(spot().loop.spreadTicks(bench.id), 2);
});

Deno.test("ladderTop() gives three levels or as many as asked, best first", () => {
  const { loop, id } = odds();
  deepStrictEqual(loop.ladderTop(id, { side: "Buy" }).map(({ price }) => price), [305, 310, 315]);
  deepStrictEqual(loop.ladderTop(id, { side: "Sell", n: 1 }), [{ price: 300, qty: 4_000 }]);
  deepStrictEqual(loop.ladderTop(id, { side: "Sell", n: 0 }), []);
});

Deno.test("lastTradedTsMs() is the time of the last trade, and null before one", () => {
  const bench = odds();
  strictEqual(bench.loop.lastTradedTsMs(bench.id), null);
  bench.after(2.5).trade(300, { qty: 10 }).after(9).delta({ asks: [298, 1] });
  strictEqual(bench.loop.lastTradedTsMs(bench.id), 1_002_500);
});

Deno.test("getMbr() is the market's base rate, else the contract's, and null without either", () => {
  const bench = odds();
  strictEqual(bench.loop.getMbr(bench.id), "0.05");
  bench.define({ baseRatePpm: 65_000 });
  strictEqual(bench.loop.getMbr(bench.id), "0.065");
  bench.define({ baseRatePpm: null });
  strictEqual(bench.loop.getMbr(bench.id), "0.05");
  strictEqual(spot().loop.getMbr(bench.id), null);
});

Deno.test("marketRate() takes the account's discount off where the market allows it", () => {
  const { contract } = RUNNER;
  if (contract?.kind !== "betting") {
    throw new Error("Cannot go on: a runner has a betting contract");
  }
  const bench = new HotLoopBench({ ...RUNNER, contract: { ...contract, discountPpm: 200_000 } });
  bench.define();
  deepStrictEqual(bench.loop.marketRate(bench.id), { mbr: "0.05", effective: "0.04" });
  bench.define({ discountAllowed: false });
  deepStrictEqual(bench.loop.marketRate(bench.id), { mbr: "0.05", effective: "0.05" });
});

Deno.test("sizeAhead() is what is displayed; 0 better than the best and where the order crosses", () => {
  const { loop, id } = odds();
  const ahead = (price: number): number | null =>
    loop.sizeAhead(id, { side: "Buy", price: px(price) });
  strictEqual(ahead(310), 2_000);
  strictEqual(ahead(312), 0);
  strictEqual(ahead(300), 0);
  strictEqual(loop.sizeAhead(id, { side: "Sell", price: px(298) }), 700);
  strictEqual(spot().loop.sizeAhead(id, { side: "Buy", price: px(10_001) }), 0);
});

Deno.test("sizeAhead() follows an order: trades take from the front, cancels in proportion", () => {
  const bench = odds();
  const order = { orderId: orderId(7), instrument: bench.id, side: "Buy", price: px(310) } as const;
  bench.loop.track(order);
  const ahead = (): number | null => bench.loop.sizeAhead(bench.id, order);
  strictEqual(ahead(), 2_000);
  bench.delta({ bids: [310, 3_000] });
  strictEqual(ahead(), 2_000);
  bench.after(1).delta({ bids: [310, 2_400] }); // 600 cancelled: a third of 3 000 was behind
  strictEqual(ahead(), 1_600);
  bench.after(1).trade(310, { qty: 1_000 }).delta({ bids: [310, 1_900] }); // 500 of a side
  strictEqual(ahead(), 1_100);
  bench.after(1).delta({ bids: [310, 300] });
  strictEqual(ahead(), 174); // 1 600 cancelled, 8 of 19 behind
  bench.loop.untrack(order);
  strictEqual(ahead(), null);
});

for (const queue_model of QUEUE_MODELS) {
  Deno.test(`an order placed before the book is known stands at the end of its level: ${queue_model}`, () => {
    const bench = new HotLoopBench(RUNNER, { queue_model }).define();
    const first = {
      orderId: orderId(7),
      instrument: bench.id,
      side: "Buy",
      price: px(310),
    } as const;
    const second = { ...first, orderId: orderId(8) };
    const ahead = (of: typeof first): number | null => bench.loop.sizeAhead(bench.id, of);
    bench.loop.track(first);
    strictEqual(bench.loop.queueOf(bench.id, first.orderId), null, "no book says");
    bench.snapshot({ bids: [310, 2_000], asks: [300, 4_000] });
    strictEqual(ahead(first), 2_000);
    bench.tell({ eventType: "BookInvalidated", payload: { reason: "test" } });
    bench.loop.track(second);
    bench.snapshot({ bids: [310, 9_000], asks: [300, 4_000] });
    deepStrictEqual([ahead(first), ahead(second)], [2_000, 9_000], "the level has grown meanwhile");
    bench.snapshot({ bids: [310, 9_500], asks: [300, 4_000] });
    strictEqual(ahead(second), 9_000, "what comes later is behind it");
  });
}

Deno.test("a tracked order fills by what trades beyond its queue, at its price or through it", () => {
  const bench = odds();
  const order = { orderId: orderId(7), instrument: bench.id, side: "Buy", price: px(305) } as const;
  bench.loop.track(order);
  bench.trade(305, { qty: 2_000 }).delta({ bids: [305, 0] });
  deepStrictEqual(bench.loop.queueOf(bench.id, order.orderId), { ahead: 0, filled: 0 });
  bench.after(1).trade(310, { qty: 600 }).delta({ bids: [310, 1_700] });
  deepStrictEqual(bench.loop.queueOf(bench.id, order.orderId), { ahead: 0, filled: 300 });
});

for (
  const [what, change] of [
    ["a suspension", { status: "suspended" }],
    ["the turn in play", { inPlay: true }],
  ] as const
) {
  Deno.test(`tracked orders lapse at ${what}`, () => {
    const bench = odds();
    bench.loop.track({ orderId: orderId(7), instrument: bench.id, side: "Buy", price: px(310) });
    bench.define(change);
    strictEqual(bench.loop.queueOf(bench.id, orderId(7)), null);
  });
}

Deno.test("tracked orders stay when a market is defined for the first time, whatever it is", () => {
  const bench = new HotLoopBench(RUNNER);
  bench.loop.track({ orderId: orderId(7), instrument: bench.id, side: "Buy", price: px(310) });
  bench.define({ status: "suspended", inPlay: true }).snapshot({ bids: [310, 2_000] });
  deepStrictEqual(bench.loop.queueOf(bench.id, orderId(7)), { ahead: 2_000, filled: 0 });
  bench.define().define({ status: "suspended" });
  strictEqual(bench.loop.queueOf(bench.id, orderId(7)), null);
});

/** Trades of 100 a second at the best bid, in the venue's own count. */
function flowing(
  bench: HotLoopBench,
  of: { readonly counted: number; readonly seconds: number },
): void {
  for (let at = 0; at < of.seconds; at++) {
    bench.after(1).trade(305, { qty: of.counted }).delta({ bids: [305, 900] });
    bench.delta({ bids: [305, 1_000] });
  }
}

Deno.test("matchRateEma() reads a steady flow once the level was seen for five seconds", () => {
  const bench = odds();
  flowing(bench, { counted: 200, seconds: 4 });
  strictEqual(bench.loop.matchRateEma(bench.id, { side: "Buy" }), null);
  flowing(bench, { counted: 200, seconds: 300 });
  const rate = bench.loop.matchRateEma(bench.id, { side: "Buy" }) ?? 0;
  ok(Math.abs(rate - 1) < 0.02, `1.00 a second: was ${rate}`);
  const other = bench.loop.matchRateEma(bench.id, { side: "Buy", price: px(310) });
  strictEqual(other, 0);
});

Deno.test("matchRateEma() halves within its half-life, by time and not by messages", () => {
  const bench = odds({ half_life_s: 10 });
  flowing(bench, { counted: 200, seconds: 300 });
  const before = bench.loop.matchRateEma(bench.id, { side: "Buy" }) ?? 0;
  for (let at = 0; at < 10; at++) bench.after(1).delta({ asks: [298, 700 + at] });
  const after = bench.loop.matchRateEma(bench.id, { side: "Buy" }) ?? 0;
  ok(Math.abs(after / before - 0.5) < 1e-9, `half: was ${after / before}`);
});

Deno.test("a print that equals the decrease is one-sided already", () => {
  const both = odds();
  both.after(6).trade(305, { qty: 400 }).delta({ bids: [305, 800] });
  const matched = odds();
  matched.after(6).trade(305, { qty: 400 }).delta({ bids: [305, 600] });
  const rate = (bench: HotLoopBench): number =>
    bench.loop.matchRateEma(bench.id, { side: "Buy" }) ?? 0;
  ok(Math.abs(rate(matched) / rate(both) - 2) < 1e-9);
});

Deno.test("a taker's trade counts whole, and explains the level's next decrease", () => {
  const asked = { side: "Buy", price: px(10_000), orderQty: qty(1), horizonMs: 1_000 } as const;
  const traded = (cancel_weight: number): HotLoopBench =>
    spot({ cancel_weight }).after(6).trade(10_000, { qty: 20, side: "Sell" }).after(0.1)
      .delta({ bids: [10_000, 30] });
  const cancelled = (cancel_weight: number): HotLoopBench =>
    spot({ cancel_weight }).after(6).delta({ bids: [10_000, 30] });
  const mu = ({ loop, id }: HotLoopBench): number => loop.pfillTtf(id, asked)?.mu ?? 0;
  strictEqual(mu(traded(1)), mu(traded(0)), "nothing was cancelled");
  ok((traded(1).loop.matchRateEma(traded(1).id, { side: "Buy" }) ?? 0) > 0);
  strictEqual(cancelled(1).loop.matchRateEma(cancelled(1).id, { side: "Buy" }), 0);
  ok(mu(cancelled(1)) > mu(cancelled(0)), "a cancel moves the queue");
});

const ASKED = { side: "Buy", price: px(305), orderQty: qty(200), horizonMs: 10_000 } as const;

Deno.test("pfillTtf() is 1 − (1 + x/¾)^−¾ with x = mu·H/need, and its median", () => {
  const bench = odds();
  flowing(bench, { counted: 200, seconds: 60 });
  const said = bench.loop.pfillTtf(bench.id, ASKED);
  if (said === null || said.mu === null || said.p === null) throw new Error("Cannot go on");
  const need = (1_000 + 200) / 100;
  const x = said.mu * 10 / need;
  ok(Math.abs(said.p - (1 - (1 + x / 0.75) ** -0.75)) < 1e-12);
  const atMedian = bench.loop.pfillTtf(bench.id, { ...ASKED, horizonMs: said.ttfMs ?? 0 });
  ok(Math.abs((atMedian?.p ?? 0) - 0.5) < 1e-12);
  strictEqual(said.ahead, 1_000);
});

const EDGES: readonly (readonly [string, (bench: HotLoopBench) => HotLoopBench, unknown])[] = [
  ["nothing before the level was seen for long enough", (bench) => bench.after(1), {
    p: null,
    ttfMs: null,
  }],
  ["0 while the market is suspended", (bench) => bench.define({ status: "suspended" }), {
    p: 0,
    ttfMs: null,
  }],
];
for (const [what, tell, expected] of EDGES) {
  Deno.test(`pfillTtf() says ${what}`, () => {
    const bench = tell(odds());
    const said = bench.loop.pfillTtf(bench.id, ASKED);
    deepStrictEqual({ p: said?.p, ttfMs: said?.ttfMs }, expected);
  });
}

Deno.test("pfillTtf() says little where nothing was seen to flow, and less the longer it is", () => {
  const p = (seconds: number): number => {
    const bench = odds();
    for (let at = 0; at < seconds; at++) bench.after(1).delta({ asks: [298, at] });
    return bench.loop.pfillTtf(bench.id, ASKED)?.p ?? 1;
  };
  ok(p(10) < 0.1, `was ${p(10)}`);
  ok(p(600) < p(10) / 2 && p(600) > 0, `was ${p(600)}`);
});

Deno.test("pfillTtf() of an order behind the touch waits for what is before it, and longer", () => {
  const bench = odds();
  flowing(bench, { counted: 200, seconds: 60 });
  const p = (price: number): number =>
    bench.loop.pfillTtf(bench.id, { ...ASKED, price: px(price) })?.p ?? 1;
  ok(p(305) > 2 * p(310), `${p(305)}, ${p(310)}`);
  const before = p(310);
  bench.delta({ bids: [305, 5_000] });
  ok(p(310) < before, "more stands before it");
});

Deno.test("pfillTtf() falls with the root of the spread, and an order before the touch narrows it", () => {
  const mu = (ask: number, price: number): number => {
    const bench = spot();
    bench.snapshot({ bids: [10_000, 50], asks: [ask, 30] }).after(6).delta({ asks: [ask, 31] });
    const asked = { side: "Buy", price: px(price), orderQty: qty(50), horizonMs: 10_000 } as const;
    return bench.loop.pfillTtf(bench.id, asked)?.mu ?? 0;
  };
  const ratio = (one: number, other: number): number => Math.round(one / other * 1e9) / 1e9;
  strictEqual(ratio(mu(10_001, 10_000), mu(10_004, 10_000)), 2);
  strictEqual(ratio(mu(10_036, 10_027), mu(10_036, 10_032)), ratio(2, 3));
});

Deno.test("pfillTtf() of a level that is new goes by what passed at the touches before", () => {
  const p = (counted: number): number => {
    const bench = odds();
    flowing(bench, { counted, seconds: 60 });
    bench.delta({ bids: [304, 1_000] }).after(6).delta({ asks: [298, 1] });
    return bench.loop.pfillTtf(bench.id, { ...ASKED, price: px(304) })?.p ?? 1;
  };
  ok(p(2_000) > 1.5 * p(0), `${p(2_000)}, ${p(0)}`);
});

Deno.test("pfillTtf() of a touch goes by how often touches of the market are swept", () => {
  const p = (sweeps: number): number => {
    const [bench, other] = [odds(), { ...runnerOf(1), name: "betfair:m.1" }];
    bench.loop.apply(listedEvent(other));
    for (let at = 0; at < sweeps; at++) {
      const bids = at % 2 === 0 ? [305, 10] : [320, 10];
      const levels = { bids, asks: [at % 2 === 0 ? 300 : 310, 10], updateId: null };
      const us = 1_000_000_000 + at * 1_000_000;
      bench.loop.apply(marketEvent(other, us, { eventType: "BookSnapshot", payload: levels }));
    }
    bench.after(60).delta({ asks: [298, 1] });
    return bench.loop.pfillTtf(bench.id, ASKED)?.p ?? 1;
  };
  ok(p(50) > 2 * p(1), `${p(50)}, ${p(1)}`);
});

Deno.test("pfillTtf() of a crossing order is 1 and comes after delay and latency", () => {
  const bench = odds({ latency_ms: 120 });
  const crossing = { ...ASKED, price: px(300) };
  const said = bench.loop.pfillTtf(bench.id, crossing);
  deepStrictEqual([said?.p, said?.ttfMs], [1, 120]);
  bench.define({ betDelayMs: 5_000, isPassiveFree: true });
  const delayed = bench.loop.pfillTtf(bench.id, crossing);
  deepStrictEqual([delayed?.p, delayed?.ttfMs], [1, 5_120]);
  strictEqual(bench.loop.pfillTtf(bench.id, { ...crossing, horizonMs: 5_000 })?.p, 0);
});

Deno.test("pfillTtf() takes the delay off the horizon, unless passive orders are free of it", () => {
  const bench = odds();
  flowing(bench, { counted: 200, seconds: 60 });
  const undelayed = bench.loop.pfillTtf(bench.id, { ...ASKED, horizonMs: 5_000 })?.p;
  bench.define({ betDelayMs: 5_000 });
  strictEqual(bench.loop.pfillTtf(bench.id, { ...ASKED, horizonMs: 10_000 })?.p, undelayed);
  strictEqual(bench.loop.pfillTtf(bench.id, { ...ASKED, horizonMs: 5_000 })?.p, 0);
  bench.define({ betDelayMs: 5_000, isPassiveFree: true });
  strictEqual(bench.loop.pfillTtf(bench.id, { ...ASKED, horizonMs: 5_000 })?.p, undelayed);
});

Deno.test("pfillTtf() counts of an event no more than the order needs", () => {
  const p = (quantity: number): number => {
    const bench = spot({ cancel_weight: 0 });
    for (let at = 0; at < 400; at++) {
      bench.after(10).trade(10_000, { qty: quantity, side: "Sell" }).delta({ bids: [10_000, 50] });
    }
    const asked = { side: "Buy", price: px(10_000), orderQty: qty(50), horizonMs: 10_000 } as const;
    return bench.loop.pfillTtf(bench.id, asked)?.p ?? 0;
  };
  strictEqual(p(5_000), p(200), "one event fills the order, however large it is");
  ok(p(200) > p(20), "small ones do not");
});

Deno.test("pfillTtf() does not fall with the horizon, nor rise with quantity or queue", () => {
  const natural = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(natural, natural, natural, natural, (traded, displayed, size, horizonMs) => {
      const of = (ahead: number, orderQty: number, ms: number): number => {
        const bench = new HotLoopBench(RUNNER).define().snapshot({
          bids: [305, 1_000],
          asks: [300, 1],
        });
        bench.after(7).trade(305, { qty: traded }).delta({ bids: [305, ahead] });
        bench.after(1).delta({ asks: [300, 2] });
        return bench.loop.pfillTtf(bench.id, { ...ASKED, orderQty: qty(orderQty), horizonMs: ms })
          ?.p ?? -1;
      };
      const base = of(1_000 + displayed, size, horizonMs);
      ok(base >= 0 && base <= 1);
      ok(of(1_000 + displayed, size, horizonMs + 1_000) >= base);
      ok(of(1_000 + displayed, size + 100, horizonMs) <= base);
      ok(of(1_000 + displayed + 100, size, horizonMs) <= base);
    }),
    { numRuns: 200 },
  );
});

Deno.test("a snapshot in mid-stream replaces the book and leaves what flowed", () => {
  const bench = odds();
  flowing(bench, { counted: 200, seconds: 60 });
  const before = bench.loop.matchRateEma(bench.id, { side: "Buy" });
  bench.snapshot({ bids: [305, 40], asks: [300, 7] });
  deepStrictEqual(bench.loop.ladderTop(bench.id, { side: "Buy" }), [{ price: 305, qty: 40 }]);
  strictEqual(bench.loop.matchRateEma(bench.id, { side: "Buy" }), before);
});

Deno.test("after a gap nothing is said until a snapshot, and what flowed is forgotten", () => {
  const bench = odds();
  flowing(bench, { counted: 200, seconds: 60 });
  bench.tell({ eventType: "BookInvalidated", payload: { reason: "test" } });
  strictEqual(bench.loop.best(bench.id, { side: "Buy" }), null);
  strictEqual(bench.loop.pfillTtf(bench.id, ASKED)?.p, null);
  bench.delta({ bids: [305, 1] });
  strictEqual(bench.loop.best(bench.id, { side: "Buy" }), null);
  bench.snapshot({ bids: [305, 40], asks: [300, 7] });
  deepStrictEqual(bench.loop.best(bench.id, { side: "Buy" }), { price: 305, qty: 40 });
  strictEqual(bench.loop.matchRateEma(bench.id, { side: "Buy" }), null);
});

Deno.test("quotes are a book of one level while the feed has no depth", () => {
  const bench = new HotLoopBench(SPOT);
  const quote = { bidPx: px(5), bidQty: qty(3), askPx: px(9), askQty: qty(1), updateId: null };
  bench.tell({ eventType: "QuoteUpdated", payload: quote });
  deepStrictEqual(bench.loop.best(bench.id, { side: "Buy" }), { price: 5, qty: 3 });
  bench.snapshot({ bids: [4, 1] }).tell({ eventType: "QuoteUpdated", payload: quote });
  deepStrictEqual(bench.loop.best(bench.id, { side: "Buy" }), { price: 4, qty: 1 });
});

Deno.test("prices off the ladder are counted and ignored", () => {
  const bench = odds().delta({ bids: [303, 10], asks: [99, 1] });
  strictEqual(bench.loop.counters()["off_ladder"], 2);
  deepStrictEqual(bench.loop.best(bench.id, { side: "Buy" }), { price: 305, qty: 1_000 });
});

Deno.test("an instrument that is not listed, or off, is answered with null and never throws", () => {
  const { loop, id } = odds({ instruments: { "betfair:*": { signals: false } } });
  strictEqual(loop.best(id, { side: "Buy" }), null);
  strictEqual(loop.pfillTtf(instrumentId(99), ASKED), null);
  ok(!loop.capabilities(id)["best"]);
  strictEqual(loop.counters()["unknown_instrument"], 2);
});

Deno.test("a broken rule is counted and said, the instrument begins anew, and the daemon goes on", () => {
  const bench = odds();
  bench.delta({ bids: [305, -5] });
  strictEqual(bench.loop.best(bench.id, { side: "Buy" }), null);
  bench.snapshot({ bids: [305, 1] });
  strictEqual(bench.loop.counters()["errors"], 1);
  deepStrictEqual(bench.loop.best(bench.id, { side: "Buy" }), { price: 305, qty: 1 });
  strictEqual(bench.emitted[0]?.kind, "diagnostic");
});

Deno.test("Started begins anew, and a listing that changes no grid keeps the book", () => {
  const bench = odds();
  bench.loop.apply(listedEvent({ ...RUNNER, status: "suspended" }));
  deepStrictEqual(bench.loop.best(bench.id, { side: "Buy" }), { price: 305, qty: 1_000 });
  bench.loop.apply({
    ...marketEvent(RUNNER, 1, { eventType: "MarketDefined", payload: OPEN }),
    eventType: "Started",
  } as never);
  strictEqual(bench.loop.best(bench.id, { side: "Buy" }), null);
  deepStrictEqual(bench.loop.instruments, []);
});

Deno.test("updateConfig() takes all or nothing, counts versions and keeps books", () => {
  const bench = odds();
  const refused = bench.loop.updateConfig({ half_life_s: 10, cancel_weight: 3 });
  ok(!refused.ok);
  deepStrictEqual(bench.loop.updateConfig({ half_life_s: 10 }), { ok: true, version: 2 });
  deepStrictEqual(bench.loop.best(bench.id, { side: "Buy" }), { price: 305, qty: 1_000 });
  strictEqual(bench.loop.configVersion, 2);
});

Deno.test("the clock of a feed stays for a late message, and follows one that begins anew", () => {
  const bench = odds();
  bench.after(50).delta({ asks: [298, 1] }).after(-3).delta({ asks: [298, 2] });
  strictEqual(bench.loop.nowUs(bench.id), 1_050_000_000);
  strictEqual(bench.loop.counters()["time_went_back"], 1);
  bench.after(-40).delta({ asks: [298, 3] });
  strictEqual(bench.loop.nowUs(bench.id), 1_007_000_000);
  deepStrictEqual(bench.loop.ladderTop(bench.id, { side: "Sell", n: 2 })[1], {
    price: 298,
    qty: 3,
  });
});

const DETECTORS = { big_move_trigger: { on: true }, trend_lens: { on: true } };

/** Ten seconds in which ten are traded each, and the touch goes up a tick. */
function tenSeconds(bench: HotLoopBench): HotLoopBench {
  for (let at = 0; at < 10; at++) {
    bench.after(1).trade(10_000, { qty: 10, side: "Sell" });
    bench.delta({ bids: [9_990 + at, 5] });
  }
  return bench;
}

function said({ loop, id }: HotLoopBench): unknown {
  return [
    loop.matchRateEma(id, { side: "Buy", price: px(10_000) }),
    loop.trendLens(id),
    loop.bigMoveTrigger(id),
    loop.sweepSniffer(id),
    loop.lastTradedTsMs(id),
  ];
}

Deno.test("one message from the future leaves no times behind that neither decay nor grow old", () => {
  const misled = tenSeconds(spot(DETECTORS)).after(3_600);
  misled.trade(10_000, { qty: 9, side: "Sell" }).delta({ bids: [9_980, 1] }).after(-3_599);
  misled.delta({ bids: [9_980, 0] });
  deepStrictEqual(said(misled), [null, null, null, null, null], "nothing can be said at once");
  const { loop, id } = misled;
  const [bids, asks] = (["Buy", "Sell"] as const).map((side) =>
    loop.ladderTop(id, { side, n: 50 }).flatMap(({ price, qty: size }) => [price, size])
  );
  const begun = new HotLoopBench(SPOT, DETECTORS).after(misled.atS - 1_000);
  begun.snapshot({ bids: bids ?? [], asks: asks ?? [] });
  deepStrictEqual(said(tenSeconds(misled)), said(tenSeconds(begun)));
});

Deno.test("updateConfig() goes on following orders where they stand", () => {
  const bench = odds();
  bench.loop.track({ orderId: orderId(7), instrument: bench.id, side: "Buy", price: px(310) });
  bench.trade(310, { qty: 800 }).delta({ bids: [310, 1_600] });
  bench.loop.updateConfig({ half_life_s: 10 });
  bench.after(1).trade(310, { qty: 200 }).delta({ bids: [310, 1_500] });
  strictEqual(bench.loop.queueOf(bench.id, orderId(7))?.ahead, 1_500);
});

Deno.test("updateConfig() in a gap keeps that the feed has depth, and when it last traded", () => {
  const bench = odds().after(2).trade(300, { qty: 10 });
  bench.tell({ eventType: "BookInvalidated", payload: { reason: "test" } });
  bench.loop.updateConfig({ half_life_s: 10 });
  const quote = { bidPx: px(305), bidQty: qty(3), askPx: px(300), askQty: qty(1), updateId: null };
  bench.tell({ eventType: "QuoteUpdated", payload: quote });
  strictEqual(bench.loop.best(bench.id, { side: "Buy" }), null);
  strictEqual(bench.loop.lastTradedTsMs(bench.id), 1_002_000);
});

/** A runner whose signals are off, then on, with a book that is known elsewhere. */
function switchedOn(tell: (bench: HotLoopBench) => HotLoopBench): HotLoopBench {
  const bench = tell(new HotLoopBench(RUNNER, { signals: false }).define());
  bench.loop.updateConfig({});
  bench.loop.apply(listedEvent(RUNNER));
  const book = new Book(RUNNER);
  book.applySnapshot({ bids: [305, 1_000], asks: [300, 4_000] }, micros(1));
  bench.loop.takeBook(bench.id, book);
  return bench;
}

Deno.test("takeBook() begins at the time of the feed, in the market as it was told of while it was off", () => {
  const bench = switchedOn((off) =>
    off.after(600).define({ status: "suspended", baseRatePpm: 20_000 })
  );
  strictEqual(bench.loop.getMbr(bench.id), "0.02");
  strictEqual(bench.loop.pfillTtf(bench.id, ASKED)?.p, 0);
  strictEqual(bench.loop.nowUs(bench.id), 1_600_000_000);
  bench.define().after(1).delta({ asks: [300, 4_001] });
  strictEqual(bench.loop.matchRateEma(bench.id, { side: "Buy" }), null, "seen for a second");
  bench.after(5).delta({ asks: [300, 4_002] });
  strictEqual(bench.loop.matchRateEma(bench.id, { side: "Buy" }), 0);
});

Deno.test("takeBook() takes no book of a market that is closed", () => {
  const bench = switchedOn((off) => off.define({ status: "closed" }));
  strictEqual(bench.loop.best(bench.id, { side: "Buy" }), null);
});

Deno.test("a closed market has no book any more, whichever runner was told of first", () => {
  const bench = odds();
  const other = { ...runnerOf(1), name: "betfair:m.1" };
  bench.loop.apply(listedEvent(other));
  const levels = { bids: [310, 5], asks: [300, 6], updateId: null };
  bench.loop.apply(
    marketEvent(other, 1_000_000_000, { eventType: "BookSnapshot", payload: levels }),
  );
  deepStrictEqual(bench.loop.best(other.id, { side: "Buy" }), { price: 310, qty: 5 });
  bench.define({ status: "closed" });
  strictEqual(bench.loop.best(bench.id, { side: "Buy" }), null);
  strictEqual(bench.loop.best(other.id, { side: "Buy" }), null);
  bench.delta({ bids: [310, 0] }).trade(310, { qty: 5 });
  const said = bench.loop.pfillTtf(bench.id, ASKED);
  deepStrictEqual([said?.p, said?.ahead], [null, null]);
});
