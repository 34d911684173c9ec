/**
 * What an account has free, in the units of a purse, rounded down. Proves R-CORE-7 (funds).
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { NO_LIMITS, NO_VENUE_LIMITS } from "../../../core/limits.ts";
import { type Checkpoint, type Instrument, instrumentId, venueId } from "../../../core/mod.ts";
import { Purse } from "../../../core/risk/purse.ts";
import { inverseInstrument, linearInstrument } from "../../support/contract_instruments.ts";
import { EngineTimeline } from "../../support/engine_timeline.ts";
import { World } from "../../support/engine_world.ts";
import { runner } from "../../support/outcome_instruments.ts";

const VENUE = venueId(0);

/** Two contracts at one venue, each with a margin of a third, and USDT on the account. */
class Funded extends World {
  readonly engine = new EngineTimeline(() => {});
  readonly linear = { ...linearInstrument(), id: instrumentId(1), name: "test:LINEAR" };
  readonly inverse = { ...inverseInstrument(), id: instrumentId(2), name: "test:INVERSE" };

  constructor() {
    super();
    this.timeline = this.engine;
    this.start().open();
    for (const { id, ...rest } of [this.linear, this.inverse]) {
      this.control("InstrumentListed", { id, ...rest }, id);
      const limits = { ...NO_LIMITS, initialMarginPpm: 333_333 };
      this.control("LimitsSet", { scope: "instrument", admin: true, limits }, id);
    }
  }

  balance(currency: string, total: string): this {
    this.control("BalanceSet", { currency, total });
    return this;
  }

  /** Buys at 60 000 as order `order`. */
  bought(name: string, order: number): this {
    this.place(`a${order}`, { instrument: name, price: "60000", orderQty: "1" });
    this.accept(order);
    this.fill(order, { id: `e${order}`, qty: 1, px: 600_000, fee: "0" });
    return this;
  }

  free(currency: string, scale: number): unknown {
    const purse = new Purse(currency);
    purse.widen(scale);
    return this.engine.state.funds.cashOf(VENUE, purse);
  }
}

const ROUNDED = [
  ["12.345", 3, 12_345],
  ["12.345", 5, 1_234_500],
  ["12.345", 2, 1_234],
  ["-12.345", 2, -1_235],
  ["-12.34", 2, -1_234],
  ["-12.34", 4, -123_400],
  ["0", 0, 0],
] as const;
for (const [total, scale, expected] of ROUNDED) {
  Deno.test(`LedgerFunds.cashOf() gives ${total} as ${expected} of 10^-${scale}`, () => {
    strictEqual(new Funded().balance("USDT", total).free("USDT", scale), expected);
  });
}

Deno.test("LedgerFunds.cashOf() does not know a currency that was never reported", () => {
  strictEqual(new Funded().balance("USDT", "1").free("BTC", 8), undefined);
});

Deno.test("LedgerFunds.cashOf() takes off the margin of contracts that settle in the currency", () => {
  const w = new Funded().balance("USDT", "100").balance("BTC", "1");
  w.bought(w.linear.name, 1).bought(w.inverse.name, 2);
  // 60 USDT × 0.333333 is 19.99998; 100 ÷ 60000 BTC × 0.333333 is a little above 0.00055555.
  strictEqual(w.free("USDT", 6), 80_000_020);
  strictEqual(w.free("BTC", 8), 99_944_444);
});

Deno.test("View.balances() shows as free what the guard compares, less margins and matched bets", () => {
  const w = new Funded().balance("USDT", "100").balance("GBP", "20").bought("test:LINEAR", 1);
  w.place("a2", { instrument: "test:LINEAR", price: "60000", orderQty: "1" });
  w.control("InstrumentListed", { ...listedRunner(3, 2), name: "test:3" }, instrumentId(3));
  w.place("b1", { instrument: "test:3", price: "3", orderQty: "10" });
  w.accept(3);
  w.fill(3, { id: "f1", qty: 1_000, px: 300 });
  const rows = w.timeline.view.balances(VENUE).map((row) => [row.currency, row.reserved, row.free]);
  // Position and order of the contract: 60 USDT × 0.333333 each; the stake is matched whole.
  deepStrictEqual(rows, [["GBP", "10", "10"], ["USDT", "39.99996", "59.99004"]]);
});

Deno.test("LedgerFunds.cashOf() takes off nothing without a margin, and nothing of what has no contract", () => {
  const w = new Funded().balance("USDT", "100").bought("test:LINEAR", 1);
  w.control("LimitsSet", { scope: "instrument", admin: true, limits: NO_LIMITS }, w.linear.id);
  strictEqual(w.free("USDT", 0), 100);
  const limits = { ...NO_LIMITS, initialMarginPpm: 500_000 };
  w.control("LimitsSet", { scope: "instrument", admin: true, limits }, instrumentId(0));
  strictEqual(w.free("USDT", 0), 100);
});

Deno.test("LedgerFunds.cashOf() is told again after a posting, and only then", () => {
  const w = new Funded().balance("USDT", "100");
  const purse = new Purse("USDT");
  const { funds } = w.engine.state;
  strictEqual(funds.cashOf(VENUE, purse), 100);
  purse.cash = 7;
  strictEqual(funds.cashOf(VENUE, purse), 7);
  w.balance("USDT", "101");
  strictEqual(funds.cashOf(VENUE, purse), 101);
});

/** Runner `id` of a market of so many runners. */
function listedRunner(id: number, runners: number): Instrument {
  return { ...runner(id, { runners }), name: `test:${id}` };
}

/** The last intent, on this world and on one that was restored before it. */
function refusals(
  w: World,
  act: () => void,
): readonly (readonly [string | undefined, string | undefined])[] {
  const saved = JSON.parse(JSON.stringify(w.timeline.checkpoint())) as Checkpoint;
  act();
  const last = w.events.at(-1);
  if (last === undefined) throw new Error("Cannot go on without an event");
  const live = w.reports.at(-1);
  const [restored] = new World({}, saved).apply(last);
  return [live, restored].map((report) => [report?.rejectCode, report?.text] as const);
}

function funded(total: string): World {
  const w = new World().start().open();
  const limits = { ...NO_VENUE_LIMITS, checkFunds: true };
  w.control("LimitsSet", { scope: "venue", admin: true, limits });
  w.control("BalanceSet", { currency: "USDT", total });
  return w;
}

Deno.test("a Replace of an order that has ended is judged alike by a core of a checkpoint", () => {
  const w = funded("1000");
  w.place("i1", { price: "100", orderQty: "10" });
  w.accept(1);
  w.cancelled(1);
  w.place("i2", { price: "100", orderQty: "0.5" });
  const [live, restored] = refusals(
    w,
    () => w.replace("r1", { orig: "i1", qty: "10", price: "90" }),
  );
  strictEqual(live?.[0], "ILLEGAL_TRANSITION", "it keeps nothing: 900 of 950 are free for it");
  deepStrictEqual(restored, live);
});

for (
  const [total, shown] of [["100.12345678", "100.12345"], ["-100.12345678", "-100.12346"], [
    "0",
    "0",
  ], ["-7", "-7"]]
) {
  Deno.test(`a refusal for funds says ${shown} after a margin of fewer decimals, live and restored`, () => {
    const w = funded(total ?? "");
    const perp = { ...linearInstrument({ id: instrumentId(1) }), name: "test:PERP" };
    w.control("InstrumentListed", perp, perp.id);
    for (const initialMarginPpm of [50_000, 100_000]) {
      const limits = { ...NO_LIMITS, initialMarginPpm };
      w.control("LimitsSet", { scope: "instrument", admin: true, limits }, perp.id);
    }
    const [live, restored] = refusals(
      w,
      () => w.place("i1", { instrument: perp.name, price: "60000", orderQty: "1000" }),
    );
    strictEqual(live?.[0], "FUNDS");
    ok(live[1]?.endsWith(`: was ${shown} USDT`), live[1]);
    deepStrictEqual(restored, live);
  });
}

Deno.test("LedgerFunds.cashOf() is told again when a market is listed with another runner", () => {
  const w = new World().start().open();
  for (const id of [1, 2]) w.control("InstrumentListed", listedRunner(id, 2), instrumentId(id));
  const limits = { ...NO_VENUE_LIMITS, checkFunds: true };
  w.control("LimitsSet", { scope: "venue", admin: true, limits });
  w.control("BalanceSet", { currency: "GBP", total: "20" });
  for (const order of [1, 2]) {
    w.place(`a${order}`, { instrument: `test:${order}`, price: "3", orderQty: "10" });
    w.accept(order);
    w.fill(order, { id: `e${order}`, qty: 1_000, px: 300 });
  }
  // One of the two wins: +20 − 10. With a third that may win, both stakes can be lost.
  w.place("asked", { instrument: "test:1", price: "3", orderQty: "20", validateOnly: true });
  w.control("InstrumentListed", listedRunner(1, 3), instrumentId(1));
  const saved = JSON.parse(JSON.stringify(w.timeline.checkpoint())) as Checkpoint;
  const [live] = w.place("b", { instrument: "test:1", price: "3", orderQty: "10" });
  strictEqual(live?.rejectCode, "FUNDS");
  const last = w.events.at(-1);
  if (last === undefined) throw new Error("Cannot go on without an event");
  const [restored] = new World({}, saved).apply(last);
  strictEqual(restored?.rejectCode, "FUNDS", "a core of a checkpoint refuses the same");
});
