/**
 * How the ledger of an account begins: with what its venue says that it holds. Proves R-EXEC-5
 * (balances, positions).
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { AccountPayloads } from "../../../core/event.ts";
import { decimalOf } from "../../../core/ledger/money.ts";
import { NO_LIMITS, NO_VENUE_LIMITS } from "../../../core/limits.ts";
import {
  type Checkpoint,
  clientIndex,
  instrumentId,
  px,
  qty,
  seqId,
  venueId,
} from "../../../core/mod.ts";
import { encodeEventLine, parseEventLine } from "../../../edge/journal/event_lines.ts";
import { inverseInstrument, linearInstrument } from "../../support/contract_instruments.ts";
import { EngineTimeline } from "../../support/engine_timeline.ts";
import { draft, World } from "../../support/engine_world.ts";
import { alarms } from "../../support/venue_words.ts";

const PERP = instrumentId(1);

const REALISES = { liquidity: "Taker", commission: "0", commissionCurrency: "USDT" } as const;

/** An account that one report which differs halts, with a linear instrument. */
class Opened extends World {
  #reports = 0;
  #trades = 0;

  override start(listed = linearInstrument({ id: PERP, name: "test:PERP" })): this {
    super.start();
    const limits = { ...NO_VENUE_LIMITS, tripwire: { reports: 1, tolerances: [] } };
    this.control("LimitsSet", { scope: "venue", admin: true, limits });
    this.control("InstrumentListed", listed, PERP);
    return this;
  }

  says(
    balances: readonly (readonly [string, string])[],
    positions: AccountPayloads["AccountReported"]["positions"] = [],
  ): this {
    this.#reports += 1;
    const reported = {
      balances: balances.map(([currency, total]) => ({ currency, total })),
      positions,
    };
    this.broker("AccountReported", reported, `report ${this.#reports}`);
    return this;
  }

  /** An operator has looked: the next report is taken over. */
  adopts(): this {
    this.control("TradingStateSet", { state: "Active", reason: "looked at" });
    this.control("AccountAdopted", { reason: "looked at" });
    return this;
  }

  /** Somebody trades on the account, and the venue tells. */
  trades(side: "Buy" | "Sell", of: { readonly qty: number; readonly px: number }): this {
    this.#trades += 1;
    const stranger = { order: null, clOrdId: "by hand", venueOrderId: "v9", side } as const;
    const execution = { execId: `e${this.#trades}`, lastQty: qty(of.qty), lastPx: px(of.px) };
    const payload = { ...stranger, ...execution, ...REALISES, provisional: false };
    this.offer(draft("broker_report", "OrderExecuted", payload, PERP));
    return this;
  }

  get realised(): readonly string[] {
    return this.timeline.view.positions("account").map(({ realisedPnl }) => realisedPnl);
  }

  get totals(): readonly (readonly [string, string])[] {
    return this.timeline.view.balances().map(({ currency, total }) => [currency, total]);
  }

  get held(): readonly (readonly [string, string | null])[] {
    return this.timeline.view.positions("account").map(({ qty, avgPx }) => [qty, avgPx]);
  }

  counted(name: string): number {
    return this.timeline.view.counters()[name] ?? -1;
  }
}

Deno.test("apply() begins the ledger with the first report of an account, and compares the next", () => {
  const w = new Opened().start().says([["USDT", "1000.5"], ["BTC", "2"]]);
  deepStrictEqual(w.totals, [["BTC", "2"], ["USDT", "1000.5"]]);
  deepStrictEqual([w.counted("accounts_adopted"), w.counted("account_mismatches")], [1, 0]);
  w.says([["USDT", "1000.5"], ["BTC", "2"]]);
  deepStrictEqual(alarms(w), []);
  w.says([["USDT", "1000.4"]]);
  deepStrictEqual(alarms(w), ["FUNDS_MISMATCH"]);
  deepStrictEqual(w.totals, [["BTC", "2"], ["USDT", "1000.5"]], "it changes no book");
  strictEqual(w.counted("account_reports"), 3);
});

Deno.test("apply() takes nothing over once an operator has said what the account holds", () => {
  const w = new Opened().start();
  w.control("BalanceSet", { currency: "USDT", total: "1000" });
  w.says([["USDT", "999"]]);
  deepStrictEqual(alarms(w), ["FUNDS_MISMATCH"]);
  strictEqual(w.counted("accounts_adopted"), 0);
});

Deno.test("apply() adopts the next report when an operator says so, once", () => {
  const w = new Opened().start().says([["USDT", "1000"]]);
  w.says([["USDT", "900"]]);
  deepStrictEqual(alarms(w), ["FUNDS_MISMATCH"]);
  w.control("TradingStateSet", { state: "Active", reason: "looked at" });
  w.control("AccountAdopted", { reason: "looked at" });
  w.says([["USDT", "900"]]).says([["USDT", "900"]]);
  deepStrictEqual([alarms(w), w.totals], [[], [["USDT", "900"]]]);
  w.says([["USDT", "901"]]);
  deepStrictEqual(alarms(w), ["FUNDS_MISMATCH"]);
});

Deno.test("apply() opens positions at the price that the venue says, without one not at all", () => {
  const w = new Opened().start();
  w.says([["USDT", "1000"]], [{ instrument: PERP, qty: -3, avgPx: px(10_000) }]);
  deepStrictEqual([w.totals, w.held], [[["USDT", "1000"]], [["-3", "1000"]]]);
  w.says([["USDT", "1000"]], [{ instrument: PERP, qty: -3 }]);
  deepStrictEqual(alarms(w), []);
  const bare = new Opened().start();
  bare.says([["USDT", "1000"]], [{ instrument: PERP, qty: 3 }]);
  deepStrictEqual([alarms(bare), bare.held], [["OPENING_WITHOUT_PRICE"], []]);
  bare.says([], [{ instrument: PERP, qty: 3 }]);
  deepStrictEqual(alarms(bare), ["FUNDS_MISMATCH"]);
});

Deno.test("apply() adopts that nothing is held any more, at what it was entered at", () => {
  const w = new Opened().start();
  w.says([["USDT", "1000"]], [{ instrument: PERP, qty: 10, avgPx: px(10_000) }]);
  w.control("AccountAdopted", { reason: "closed while nobody looked" });
  w.says([["USDT", "990"]], [{ instrument: PERP, qty: 0 }]);
  deepStrictEqual([alarms(w), w.totals, w.held], [[], [["USDT", "990"]], [["0", null]]]);
  const [row] = w.timeline.view.positions("account");
  strictEqual(row?.realisedPnl, "0", "what it brought is in the balance");
  w.says([["USDT", "990"]], [{ instrument: PERP, qty: 0 }]);
  deepStrictEqual(alarms(w), []);
});

Deno.test("apply() shows in the end the cash that was reported, whatever its positions realised", () => {
  const w = new Opened().start();
  w.says([["USDT", "1000"]], [{ instrument: PERP, qty: 4, avgPx: px(10_000) }]);
  w.control("AccountAdopted", { reason: "test" });
  w.says([["USDT", "1000"]], [{ instrument: PERP, qty: 1, avgPx: px(12_000) }]);
  deepStrictEqual([w.totals, w.held[0]?.[0]], [[["USDT", "1000"]], "1"]);
});

Deno.test("apply() adopts what was added at the venue's entry price of the whole", () => {
  const w = new Opened().start();
  w.says([["USDT", "1000000"]], [{ instrument: PERP, qty: 1_000, avgPx: px(10_000) }]);
  const added = { instrument: PERP, qty: 1_500, avgPx: px(11_000) };
  w.says([["USDT", "1000000"]], [added]);
  deepStrictEqual(alarms(w), ["FUNDS_MISMATCH"]);
  w.adopts().says([["USDT", "1000000"]], [added]);
  deepStrictEqual([w.totals, w.held], [[["USDT", "1000000"]], [["1500", "1100"]]]);
  deepStrictEqual(w.realised, ["100"], "what the new cost takes from the unrealised");
  w.trades("Sell", { qty: 1_500, px: 12_000 });
  deepStrictEqual(w.totals, [["USDT", "1000150"]], "what the venue realises");
  w.says([["USDT", "1000150"]], [{ instrument: PERP, qty: 0 }]);
  deepStrictEqual(alarms(w), []);
});

Deno.test("apply() adopts the entry price of what was closed and opened again", () => {
  for (const sign of [1, -1]) {
    const w = new Opened().start();
    const position = { instrument: PERP, qty: sign * 1_000 };
    w.says([["USDT", "1000000"]], [{ ...position, avgPx: px(10_000) }]);
    w.says([["USDT", "999900"]], [{ ...position, avgPx: px(9_500) }]);
    w.adopts().says([["USDT", "999900"]], [{ ...position, avgPx: px(9_500) }]);
    deepStrictEqual([w.totals, w.held], [[["USDT", "999900"]], [[`${sign * 1_000}`, "950"]]]);
    deepStrictEqual(w.realised, [`${sign * -50}`]);
    w.trades(sign > 0 ? "Sell" : "Buy", { qty: 1_000, px: 9_500 });
    deepStrictEqual(w.totals, [["USDT", "999900"]], "at its entry no wallet moves");
  }
});

Deno.test("apply() books nothing by adopting a position that agrees", () => {
  const timeline = new EngineTimeline(() => {});
  const w = new Opened();
  w.timeline = timeline;
  w.start().says([], [{ instrument: PERP, qty: 1_000, avgPx: px(10_000) }]);
  const { revision } = timeline.state.ledger;
  w.adopts().says([], [{ instrument: PERP, qty: 1_000, avgPx: px(10_000) }]);
  w.adopts().says([], [{ instrument: PERP, qty: 1_000 }]);
  strictEqual(timeline.state.ledger.revision, revision);
  strictEqual(w.counted("accounts_adopted"), 3);
});

Deno.test("apply() adopts a client's position without touching its book", () => {
  const timeline = new EngineTimeline(() => {});
  const w = new Opened();
  w.timeline = timeline;
  w.start().open().says([["USDT", "1000"]]);
  w.place("a1", { instrument: "test:PERP", orderQty: "10", price: "1000" });
  const { order } = w.lastCommand();
  const fill = { execId: "f1", lastQty: qty(10), lastPx: px(10_000), provisional: false };
  const filled = { order, clOrdId: null, venueOrderId: "v1", ...fill, ...REALISES };
  w.offer(draft("broker_report", "OrderExecuted", filled, PERP));
  const { view } = timeline;
  const before = view.positions(clientIndex(0));
  w.adopts().says([["USDT", "990"]], [{ instrument: PERP, qty: -4, avgPx: px(9_000) }]);
  deepStrictEqual([w.totals, w.held], [[["USDT", "990"]], [["-4", "900"]]]);
  deepStrictEqual(view.positions(clientIndex(0)), before);
  timeline.state.ledger.assertConserved(venueId(0));
  deepStrictEqual(alarms(w), []);
});

Deno.test("apply() books nothing of a position that external could not hold in the end", () => {
  const largest = Number.MAX_SAFE_INTEGER;
  const w = new Opened().start().open();
  w.says([]);
  w.trades("Sell", { qty: largest, px: 1 });
  w.control("TradingStateSet", { state: "Active", reason: "looked at" }, PERP);
  w.place("a1", { instrument: "test:PERP", orderQty: "10", price: "1" });
  const { order } = w.lastCommand();
  const fill = { execId: "f1", lastQty: qty(10), lastPx: px(10), provisional: false };
  const filled = { order, clOrdId: null, venueOrderId: "v1", ...fill, ...REALISES };
  w.offer(draft("broker_report", "OrderExecuted", filled, PERP));
  const before = w.held;
  w.adopts().says([], [{ instrument: PERP, qty: -largest, avgPx: px(1) }]);
  deepStrictEqual([alarms(w), w.held], [["INVARIANT"], before]);
});

/** 200 000 at 0.12345 and 100 000 at 0.12346, as its venue says it. */
const DOGE = linearInstrument({
  id: PERP,
  name: "test:DOGE",
  contract: { kind: "linear", multiplier: "1", settlement: "USDT" },
  priceRule: { scale: 5, ticks: [{ fromQuanta: 1, stepQuanta: 1 }] },
});
const FINE = { instrument: PERP, qty: 300_000, avgPx: px(12_345), entryPrice: "0.12345333" };

Deno.test("apply() opens a position at what its venue says it was entered at, to the last digit", () => {
  for (const adopts of [false, true]) {
    const w = new Opened().start(DOGE);
    if (adopts) w.says([], [{ ...FINE, qty: 200_000, entryPrice: "0.12345" }]).adopts();
    w.says([["USDT", "10000"]], [FINE]);
    deepStrictEqual([w.totals, w.held], [[["USDT", "10000"]], [["300000", "0.12345333"]]]);
    w.trades("Sell", { qty: 300_000, px: 12_400 });
    w.says([["USDT", "10164.001"]], [{ instrument: PERP, qty: 0 }]);
    deepStrictEqual(alarms(w), [], "300 000 × (0.124 − 0.12345333)");
  }
});

Deno.test("apply() books nothing by adopting a fine entry price that agrees", () => {
  const timeline = new EngineTimeline(() => {});
  const w = new Opened();
  w.timeline = timeline;
  w.start(DOGE).says([], [FINE]);
  const { revision } = timeline.state.ledger;
  w.adopts().says([], [FINE]);
  strictEqual(timeline.state.ledger.revision, revision);
  w.adopts().says([], [{ ...FINE, entryPrice: "0.12345334" }]);
  deepStrictEqual(w.held, [["300000", "0.12345334"]]);
});

Deno.test("apply() closes what is not held any more without a profit between two quanta", () => {
  const w = new Opened().start(DOGE);
  w.says([["USDT", "10000"]], [{ ...FINE, qty: 200_000, entryPrice: "0.12345" }]);
  w.trades("Buy", { qty: 100_000, px: 12_346 }).adopts();
  w.says([["USDT", "10000"]], [{ instrument: PERP, qty: 0 }]);
  deepStrictEqual([w.held, w.realised], [[["0", null]], ["0"]]);
});

Deno.test("apply() breaks a rule by an entry price that is no decimal, before anything is posted", () => {
  const w = new Opened().start();
  w.says([["USDT", "1"]], [{ instrument: PERP, qty: 1, avgPx: px(1) }, {
    ...FINE,
    entryPrice: "",
  }]);
  deepStrictEqual([alarms(w), w.totals, w.held], [["INVARIANT"], [], []]);
});

Deno.test("apply() goes on from a checkpoint, and replays, what was taken over, to the same digest", () => {
  const w = new Opened().start(DOGE);
  w.says([["USDT", "10000"]], [{ ...FINE, qty: 200_000 }]).adopts();
  const saved = JSON.parse(JSON.stringify(w.timeline.checkpoint())) as Checkpoint;
  w.says([["USDT", "10000"]], [FINE]).trades("Sell", { qty: 100_000, px: 12_400 });
  const restored = new Opened({}, saved);
  for (const event of w.events.slice(-2)) restored.apply(parseEventLine(encodeEventLine(event)));
  deepStrictEqual(restored.lines, w.lines.slice(-2));
  const replayed = new Opened();
  for (const event of w.events) replayed.apply(parseEventLine(encodeEventLine(event)));
  deepStrictEqual(replayed.lines, w.lines);
  for (const each of [restored, replayed]) {
    deepStrictEqual(each.timeline.checkpoint(), w.timeline.checkpoint());
  }
});

Deno.test("apply() breaks a rule, and ends nothing, by an entry price that cannot be counted", () => {
  const w = new Opened().start();
  const listed = inverseInstrument({
    id: instrumentId(2),
    name: "test:DUST",
    contract: { kind: "inverse", multiplier: "0.00000001", settlement: "BTC" },
    priceRule: { scale: 8, ticks: [{ fromQuanta: 1, stepQuanta: 1 }] },
    qtyRule: { scale: 8, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
  });
  w.control("InstrumentListed", listed, listed.id);
  const dust = { instrument: listed.id, qty: 1, avgPx: px(7_140_000_000_000_000) };
  w.says([], [dust]);
  w.control("AccountAdopted", { reason: "told" });
  w.says([], [{ instrument: dust.instrument, qty: 0 }]);
  deepStrictEqual([alarms(w), w.held], [["INVARIANT"], [["0.00000001", "100000000"]]]);
});

Deno.test("apply() opens and adopts positions without a change to the loss of the day", () => {
  const timeline = new EngineTimeline(() => {});
  const w = new Opened();
  w.timeline = timeline;
  w.start();
  w.control("LimitsSet", {
    scope: "instrument",
    admin: true,
    limits: { ...NO_LIMITS, bookStaleMs: 1_000 },
  }, PERP);
  const marked = (mid: number): string | undefined => {
    const levels = { bids: [mid, 1], asks: [mid, 1], updateId: null };
    w.offer(draft("market_data", "BookSnapshot", levels, PERP));
    const loss = timeline.state.losses.venueLoss(venueId(0), "USDT");
    return loss === undefined ? undefined : decimalOf(loss);
  };
  strictEqual(marked(9_000), "0");
  w.says([["USDT", "1000"]], [{ instrument: PERP, qty: 1_000, avgPx: px(10_000) }]);
  strictEqual(marked(9_000), "0", "100 USDT were lost before");
  strictEqual(marked(8_990), "1");
  w.control("AccountAdopted", { reason: "test" });
  w.says([["USDT", "899"]], [{ instrument: PERP, qty: 0 }]);
  strictEqual(marked(9_500), "1", "what was lost today stays lost");
});

Deno.test("apply() opens an account without a change to the day of another venue or client", () => {
  const timeline = new EngineTimeline(() => {});
  const w = new Opened();
  w.timeline = timeline;
  w.start();
  const levels = { bids: [9_000, 1], asks: [9_000, 1], updateId: null };
  w.offer(draft("market_data", "BookSnapshot", levels, PERP));
  const { losses } = timeline.state;
  const profit = { units: 7n, scale: 0 };
  const others = [
    { client: null, venue: venueId(7), currency: "USDT", profit },
    { client: clientIndex(0), venue: venueId(0), currency: "USDT", profit },
    { client: null, venue: venueId(0), currency: "BTC", profit },
  ];
  losses.baselines = [...others];
  w.says([["USDT", "1000"]], [{ instrument: PERP, qty: 1_000, avgPx: px(10_000) }]);
  deepStrictEqual(losses.baselines.slice(0, 3), others);
  deepStrictEqual(
    losses.baselines.slice(3).map(({ client, venue, currency }) => [client, venue, currency]),
    [[null, 0, "USDT"]],
  );
});

Deno.test("apply() breaks a rule by a position that is further away than 2^53 quanta", () => {
  const largest = Number.MAX_SAFE_INTEGER;
  const w = new Opened().start();
  w.says([["USDT", "1000"]], [{ instrument: PERP, qty: -largest, avgPx: px(1) }]);
  const unpriced = { instrument: PERP, qty: 1 };
  for (const position of [{ ...unpriced, avgPx: px(1) }, unpriced]) {
    w.control("TradingStateSet", { state: "Active", reason: "looked at" });
    w.control("AccountAdopted", { reason: "test" });
    w.says([["USDT", "999"]], [position]);
    deepStrictEqual(alarms(w), ["INVARIANT"]);
    strictEqual(w.effects.transitions.at(-1)?.kind, "AccountHalted");
    deepStrictEqual([w.totals, w.held[0]?.[0]], [[["USDT", "1000"]], `-${largest}`]);
  }
  w.says([["USDT", "999"]], [{ instrument: PERP, qty: 0, avgPx: px(1) }]);
  deepStrictEqual([alarms(w), w.totals, w.held[0]?.[0]], [[], [["USDT", "999"]], "0"]);
});

Deno.test("apply() opens nothing again in a core that was restored", () => {
  const w = new Opened().start().says([["USDT", "1000"]]);
  const saved = JSON.parse(JSON.stringify(w.timeline.checkpoint())) as Checkpoint;
  const restored = new Opened({}, saved);
  const last = w.events.at(-1);
  if (last?.eventType !== "AccountReported") throw new Error("Cannot go on without a report");
  const payload = { ...last.payload, balances: [{ currency: "USDT", total: "999" }] };
  restored.apply({ ...last, seqId: seqId(1000), payload, idempotencyKey: "another" });
  deepStrictEqual(alarms(restored), ["FUNDS_MISMATCH"]);
});
