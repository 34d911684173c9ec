/**
 * Positions of spot in an account that is adopted: its venue has none, so what the balance of their
 * base says is gone is taken off them. Proves R-EXEC-5 (balances, positions) and part of R-CORE-7.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { AccountPayloads } from "../../../core/event.ts";
import { decimalOf } from "../../../core/ledger/money.ts";
import { NO_LIMITS, NO_VENUE_LIMITS } from "../../../core/limits.ts";
import {
  type Checkpoint,
  clientIndex,
  type InstrumentId,
  instrumentId,
  px,
  qty,
  venueId,
} from "../../../core/mod.ts";
import { encodeEventLine, parseEventLine } from "../../../edge/journal/event_lines.ts";
import { linearInstrument } from "../../support/contract_instruments.ts";
import { EngineTimeline } from "../../support/engine_timeline.ts";
import { draft, spotInstrument, World } from "../../support/engine_world.ts";
import { alarms } from "../../support/venue_words.ts";

const BTC = instrumentId(0);
const OTHER = instrumentId(1);
const PAIR = instrumentId(2);
const TAKEN = { liquidity: "Taker", commission: "0", commissionCurrency: "USDT" } as const;

type Totals = Readonly<Record<string, string>>;
type Traded = {
  readonly side: "Buy" | "Sell";
  readonly qty: number;
  readonly px: number;
  readonly on?: InstrumentId;
};

/** An account with BTC against USDT and against USDC, that one report which differs halts. */
class Spot extends World {
  #told = 0;

  override start(): this {
    super.start();
    const limits = { ...NO_VENUE_LIMITS, tripwire: { reports: 1, tolerances: [] } };
    this.control("LimitsSet", { scope: "venue", admin: true, limits });
    return this.lists(OTHER, "BTC", "USDC");
  }

  lists(id: InstrumentId, base: string, quote: string): this {
    const symbol = `${base}/${quote}`;
    const listed = { symbol, name: `test:${symbol}`, base, quote, id };
    this.control("InstrumentListed", { ...spotInstrument(), ...listed }, id);
    return this;
  }

  says(
    totals: Totals,
    positions: AccountPayloads["AccountReported"]["positions"] = [],
  ): this {
    this.#told += 1;
    const balances = Object.entries(totals).map(([currency, total]) => ({ currency, total }));
    this.broker("AccountReported", { balances, positions }, `report ${this.#told}`);
    return this;
  }

  adopts(): this {
    this.control("AccountAdopted", { reason: "looked at" });
    return this;
  }

  /** Somebody trades on the account, and the venue tells. */
  trades(traded: Traded): this {
    this.#told += 1;
    const { side, on = BTC } = traded;
    const stranger = { order: null, clOrdId: "by hand", venueOrderId: "v9", side } as const;
    const execution = { lastQty: qty(traded.qty), lastPx: px(traded.px), execId: `e${this.#told}` };
    const payload = { ...stranger, ...execution, ...TAKEN, provisional: false };
    this.offer(draft("broker_report", "OrderExecuted", payload, on));
    return this;
  }

  /** Quantity, average and realised P&L of each position of the account. */
  get held(): readonly (readonly [string, string | null, string])[] {
    return this.timeline.view.positions("account")
      .map(({ qty: held, avgPx, realisedPnl }) => [held, avgPx, realisedPnl]);
  }

  get totals(): Totals {
    return Object.fromEntries(
      this.timeline.view.balances().map(({ currency, total }) => [currency, total]),
    );
  }
}

const BOUGHT: Traded = { side: "Buy", qty: 10_000, px: 10_000 };
const SOLD: Traded = { side: "Sell", qty: 10_000, px: 10_000 };
const OF_USDC: Traded = { side: "Buy", qty: 5_000, px: 10_000, on: OTHER };
const USDC = { USDC: "0" };

for (const order of [["BTC", "ETH", "USDT"], ["USDT", "BTC", "ETH"], ["ETH", "USDT", "BTC"]]) {
  const inOrder = (totals: Totals): Totals =>
    Object.fromEntries(order.map((currency) => [currency, totals[currency] ?? "0"]));

  Deno.test(`AccountAdopted takes off spot what was paid for with other spot that is gone, told as ${order}`, () => {
    const all = inOrder({ BTC: "0", ETH: "0", USDT: "2000" });
    const w = new Spot().start().lists(PAIR, "ETH", "BTC").says(all);
    w.trades(BOUGHT).trades({ side: "Buy", qty: 100_000, px: 10, on: PAIR });
    w.adopts().says(all); // all of it was sold by hand
    deepStrictEqual(w.held, [["0", null, "0"], ["0", null, "0"]]);
    deepStrictEqual(w.totals, all);
  });

  Deno.test(`AccountAdopted takes off spot a short whose buying back was paid with spot, told as ${order}`, () => {
    const w = new Spot().start().lists(PAIR, "ETH", "BTC");
    w.lists(instrumentId(3), "USDT", "ETH"); // nothing is held in it, so it makes no circle
    w.says(inOrder({ BTC: "0", ETH: "10", USDT: "300" }));
    w.trades({ side: "Buy", qty: 2_000, px: 10_000 });
    w.trades({ side: "Sell", qty: 10_000, px: 10, on: PAIR });
    w.adopts().says(inOrder({ BTC: "2", ETH: "10", USDT: "100" })); // bought back for 1 BTC by hand
    deepStrictEqual(w.held, [["2", "100", "0"], ["0", null, "0"]]);
    deepStrictEqual(w.totals, inOrder({ BTC: "2", ETH: "10", USDT: "100" }));
  });
}

Deno.test("AccountAdopted compares each currency of a circle once, the one that it enters by last", () => {
  const REVERSE = { side: "Buy", qty: 10_000, px: 100, on: PAIR } as const; // 10 USDT for 10 BTC
  for (
    const [order, held] of [
      [["BTC", "USDT"], [["4", "1", "0"], ["9", "1", "0"]]],
      [["USDT", "BTC"], [["5", "1", "0"], ["4", "1", "0"]]],
    ] as const
  ) {
    const w = new Spot().start().lists(PAIR, "USDT", "BTC");
    const told = (totals: Totals): Totals =>
      Object.fromEntries(order.map((currency) => [currency, totals[currency] ?? ""]));
    w.says(told({ BTC: "10", USDT: "10" }));
    w.trades({ side: "Buy", qty: 10_000, px: 100 }).trades(REVERSE);
    w.adopts().says(told({ BTC: "5", USDT: "9" }));
    deepStrictEqual(w.held, held);
  }
});

Deno.test("AccountAdopted takes off what is held of its own venue's spot alone", () => {
  const w = new Spot().start();
  w.control("InstrumentListed", linearInstrument({ id: PAIR, name: "test:PERP" }), PAIR);
  w.says({ BTC: "10", USDT: "0" }, [{ instrument: PAIR, qty: 5, avgPx: px(10_000) }]);
  w.adopts().says({ BTC: "5", USDT: "0" });
  deepStrictEqual(w.held, [["5", "1000", "0"]]);
});

/** What was opened, traded at 100 and adopted; quantity, average and realised P&L after it. */
const CASES: readonly (readonly [
  why: string,
  opened: Totals,
  traded: readonly Traded[],
  adopted: Totals,
  held: readonly (readonly [string, string | null, string])[],
])[] = [
  [
    "nothing is left of what was sold",
    { USDT: "2000", BTC: "0" },
    [BOUGHT],
    { USDT: "2000", BTC: "0" },
    [["0", null, "0"]],
  ],
  [
    "a part is left, at what it was entered at",
    { USDT: "2000", BTC: "0" },
    [BOUGHT],
    { USDT: "1700", BTC: "4" },
    [["4", "100", "0"]],
  ],
  [
    "by the difference, whatever else is held",
    { USDT: "2000", BTC: "50" },
    [BOUGHT],
    { USDT: "1300", BTC: "57" },
    [["7", "100", "0"]],
  ],
  [
    "a deposit is no position",
    { USDT: "2000", BTC: "0" },
    [BOUGHT],
    { USDT: "1000", BTC: "15" },
    [["10", "100", "0"]],
  ],
  [
    "more than the position was withdrawn",
    { USDT: "2000", BTC: "50" },
    [BOUGHT],
    { USDT: "1000", BTC: "1" },
    [["0", null, "0"]],
  ],
  [
    "what was sold and bought back is short no more",
    { USDT: "0", BTC: "20" },
    [SOLD],
    { USDT: "600", BTC: "14.5" },
    [["-5.5", "100", "0"]],
  ],
  [
    "a short is never turned",
    { USDT: "0", BTC: "20" },
    [SOLD],
    { USDT: "0", BTC: "40" },
    [["0", null, "0"]],
  ],
  [
    "a short is never enlarged",
    { USDT: "0", BTC: "20" },
    [SOLD],
    { USDT: "2000", BTC: "0" },
    [["-10", "100", "0"]],
  ],
  [
    "one instrument after the other, in the order of listing",
    { USDT: "2000", BTC: "0", USDC: "2000" },
    [OF_USDC, BOUGHT],
    { USDT: "2000", BTC: "3", USDC: "1700" },
    [["0", null, "0"], ["3", "100", "0"]],
  ],
  [
    "only where the quote is told too",
    { USDT: "2000", BTC: "0", USDC: "2000" },
    [BOUGHT, OF_USDC],
    { BTC: "0", ...USDC },
    [["10", "100", "0"], ["0", null, "0"]],
  ],
  [
    "whole quanta of the difference",
    { USDT: "2000", BTC: "0" },
    [BOUGHT],
    { USDT: "1700", BTC: "3.9995" },
    [["4", "100", "0"]],
  ],
  [
    "an average between two quanta",
    { USDT: "2000", BTC: "0" },
    [{ side: "Buy", qty: 1_000, px: 10_000 }, { side: "Buy", qty: 2_000, px: 10_001 }],
    { USDT: "2000", BTC: "0" },
    [["0", null, "0"]],
  ],
  [
    "nothing of a currency that agrees",
    { USDT: "2000", BTC: "1" },
    [BOUGHT],
    { USDT: "7", BTC: "11" },
    [["10", "100", "0"]],
  ],
];
for (const [why, opened, traded, adopted, held] of CASES) {
  Deno.test(`apply() takes off spot positions what an adopted balance says is gone: ${why}`, () => {
    const timeline = new EngineTimeline(() => {});
    const w = new Spot();
    w.timeline = timeline;
    w.start().says(opened);
    for (const each of traded) w.trades(each);
    const before = w.totals;
    w.adopts().says(adopted);
    deepStrictEqual([alarms(w), w.held], [[], held]);
    deepStrictEqual(w.totals, { ...before, ...adopted });
    timeline.state.ledger.assertConserved(venueId(0));
    w.says(adopted);
    deepStrictEqual(alarms(w), []);
  });
}

Deno.test("apply() takes nothing off a spot position by the first report of an account", () => {
  const w = new Spot().start().trades(SOLD).says({ USDT: "1000", BTC: "10" });
  deepStrictEqual(w.held, [["-10", "100", "0"]]);
  const early = new Spot().start().trades(SOLD).adopts().says({ USDT: "1000", BTC: "10" });
  deepStrictEqual(early.held, [["-10", "100", "0"]]);
});

Deno.test("apply() takes nothing off a spot position that the report names", () => {
  const w = new Spot().start().says({ USDT: "2000", BTC: "0" }).trades(BOUGHT);
  w.adopts().says({ USDT: "1200", BTC: "1" }, [{ instrument: BTC, qty: 8_000, avgPx: px(10_000) }]);
  deepStrictEqual([w.held, w.totals], [[["8", "100", "0"]], { USDT: "1200", BTC: "1" }]);
});

Deno.test("apply() lets the book of a client stand when its account's spot position is gone", () => {
  const w = new Spot().start().open().says({ USDT: "2000", BTC: "0" });
  w.place("a1");
  w.fill(1, { id: "f1", qty: 10_000 });
  const before = w.timeline.view.positions(clientIndex(0));
  w.adopts().says({ USDT: "1999", BTC: "0" });
  deepStrictEqual([alarms(w), w.held[0]?.[0]], [[], "0"]);
  deepStrictEqual(w.timeline.view.positions(clientIndex(0)), before);
});

Deno.test("apply() measures max_position and the loss of the day by what is left of spot", () => {
  const timeline = new EngineTimeline(() => {});
  const w = new Spot();
  w.timeline = timeline;
  w.start().open().says({ USDT: "2000", BTC: "0" });
  const limits = { ...NO_LIMITS, bookStaleMs: 10_000, maxPosition: qty(12_000) };
  w.control("LimitsSet", { scope: "instrument", admin: true, limits }, BTC);
  const lossAt = (mid: number): string | undefined => {
    const levels = { bids: [mid, 90_000], asks: [mid, 90_000], updateId: null };
    w.offer(draft("market_data", "BookSnapshot", levels, BTC));
    const loss = timeline.state.losses.venueLoss(venueId(0), "USDT");
    return loss === undefined ? undefined : decimalOf(loss);
  };
  w.trades(BOUGHT);
  w.control("TradingStateSet", { state: "Active", reason: "looked at" }, BTC);
  strictEqual(lossAt(9_900), "10");
  w.adopts().says({ USDT: "2000", BTC: "0" });
  strictEqual(lossAt(9_900), "10", "what was lost before it");
  strictEqual(lossAt(8_000), "10", "nothing is held");
  strictEqual(w.place("a1", { orderQty: "12", price: "79" })[0]?.execType, "PendingNew");
});

Deno.test("apply() goes on from a checkpoint, and replays, an adopted spot account, to the same digest", () => {
  const w = new Spot().start().says({ USDT: "2000", BTC: "0" }).trades(BOUGHT).adopts();
  const saved = JSON.parse(JSON.stringify(w.timeline.checkpoint())) as Checkpoint;
  w.says({ USDT: "1700", BTC: "4" }).trades(SOLD);
  const restored = new Spot({}, saved);
  for (const event of w.events.slice(-2)) restored.apply(parseEventLine(encodeEventLine(event)));
  deepStrictEqual(restored.lines, w.lines.slice(-2));
  const replayed = new Spot();
  for (const event of w.events) replayed.apply(parseEventLine(encodeEventLine(event)));
  deepStrictEqual(replayed.lines, w.lines);
  for (const each of [restored, replayed]) {
    deepStrictEqual(each.timeline.checkpoint(), w.timeline.checkpoint());
  }
});
