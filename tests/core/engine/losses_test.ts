/**
 * What each book lost since 00:00 UTC: from which profit, of which positions, in which currency, to
 * the last unit. Proves R-CORE-7.
 * @module
 */
import { deepStrictEqual, doesNotMatch, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { readEngine } from "../../../core/engine/mod.ts";
import type { Contract, Instrument } from "../../../core/instrument.ts";
import { Ledger } from "../../../core/ledger/ledger.ts";
import { amountOf, decimalOf, NOTHING, sum } from "../../../core/ledger/money.ts";
import { createTimeline } from "../../../core/machines.ts";
import { NO_LIMITS } from "../../../core/limits.ts";
import {
  clientIndex,
  DAY_US,
  instrumentId,
  type Px,
  px,
  qty,
  venueId,
} from "../../../core/numbers.ts";
import { EngineTimeline } from "../../support/engine_timeline.ts";
import {
  CAPABILITIES,
  draft,
  spotInstrument as worldInstrument,
  START_US,
  World,
} from "../../support/engine_world.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";

const CONTRACTS: readonly (Contract | null)[] = [
  null,
  { kind: "linear", multiplier: "0.01", settlement: "USDT" },
  { kind: "inverse", multiplier: "100", settlement: "USDT" },
];

function instrument(at: number): Instrument {
  const contract = CONTRACTS[at] ?? null;
  return spotInstrument({
    id: instrumentId(at),
    name: `paper:${at}`,
    symbol: `${at}`,
    assetClass: contract?.kind ?? "spot",
    contract,
    ...(contract?.kind === "inverse" ? { base: "USDT" } : {}),
  });
}

const deal = fc.record({
  at: fc.nat({ max: CONTRACTS.length - 1 }),
  isBuy: fc.boolean(),
  qty: fc.integer({ min: 1, max: 1_000_000 }),
  px: fc.integer({ min: 1, max: 10_000_000 }),
});

Deno.test("Ledger.profit() is the sum of the rows, and unknown without a mark for what is open", () => {
  fc.assert(
    fc.property(
      fc.array(deal, { maxLength: 20, size: "max" }),
      fc.option(fc.nat({ max: 1_000_000 })),
      (deals, mark) => {
        const ledger = new Ledger();
        for (const { at, isBuy, qty: quantity, px: price } of deals) {
          ledger.book({
            venue: VENUE.id,
            client: clientIndex(0),
            instrument: instrument(at),
            side: isBuy ? "Buy" : "Sell",
            qty: qty(quantity),
            px: px(price),
            commission: "0",
            commissionCurrency: "USDT",
          });
        }
        const markOf = (): Px | undefined => mark === null ? undefined : px(mark);
        let rows: ReturnType<Ledger["profit"]> = NOTHING;
        for (const row of ledger.positions(clientIndex(0), markOf)) {
          if (row.unrealisedPnl === null || rows === undefined) rows = undefined;
          else {
            rows = sum({ left: rows, right: amountOf(row.realisedPnl) });
            rows = sum({ left: rows, right: amountOf(row.unrealisedPnl) });
          }
        }
        const profit = ledger.profit(clientIndex(0), { venue: null, currency: "USDT", markOf });
        strictEqual(
          profit === undefined ? undefined : decimalOf(profit),
          rows === undefined ? undefined : decimalOf(rows),
        );
      },
    ),
    { numRuns: 200 },
  );
});

const MIDNIGHT_US = START_US - START_US % DAY_US + DAY_US;
const [ALICE, BOB] = [clientIndex(0), clientIndex(1)];
const [FIRST, SECOND] = [venueId(0), venueId(1)];
/** Instruments by number, the last at the second venue. */
const NAMES = ["test:BTC/USDT", "test:ETH/USDT", "test:ETH/EUR", "second:BTC/USDT"] as const;

/** Two venues and four instruments; alice and bob in sessions 1 and 2. */
class Losing extends World {
  readonly engine = new EngineTimeline(() => {});
  #orders = 0;

  /** `exchange`: of the second venue. */
  constructor(exchange = "second") {
    super();
    this.timeline = this.engine;
    this.start().open().open({ session: 2, client: "bob" });
    const second = {
      id: SECOND,
      name: "second",
      exchange,
      capabilities: CAPABILITIES,
      simulation: null,
      pacing: null,
    };
    this.offer({ ...draft("control", "VenueDeclared", second), venue: SECOND });
    const up = { status: "up", reason: "test" } as const;
    this.offer({ ...draft("control", "VenueStatusChanged", up), venue: SECOND });
    for (const at of NAMES.keys()) this.#list(at);
  }

  #list(at: number): void {
    const id = instrumentId(at);
    const name = NAMES[at] ?? "";
    const symbol = name.slice(name.indexOf(":") + 1);
    const [base = "", quote = ""] = symbol.split("/");
    const venue = at === 3 ? SECOND : FIRST;
    const instrument = { ...worldInstrument(), id, venue, name, symbol, base, quote };
    this.offer({ ...draft("control", "InstrumentListed", instrument, id), venue });
    const limits = { ...NO_LIMITS, bookStaleMs: 1_000 };
    const set = { scope: "instrument", admin: true, limits } as const;
    this.offer({ ...draft("control", "LimitsSet", set, id), venue });
  }

  /** Buys 1 at 100. */
  bought(at: number, session = 1): this {
    this.#orders += 1;
    const order = this.#orders;
    this.place(`o${order}`, { instrument: NAMES[at] ?? "", price: "100", orderQty: "1" }, session);
    this.accept(order);
    this.fill(order, { id: `e${order}`, qty: 1_000 });
    return this;
  }

  marked(at: number, mid: number): this {
    const levels = { bids: [mid - 1, 1_000], asks: [mid + 1, 1_000], updateId: null };
    this.offer(draft("market_data", "BookSnapshot", levels, instrumentId(at)));
    return this;
  }

  at(us: number): this {
    this.nowUs = us;
    return this;
  }

  clientLoss(client: typeof ALICE, currency: string): string | undefined {
    const loss = this.engine.state.losses.clientLoss(client, currency);
    return loss === undefined ? undefined : decimalOf(loss);
  }

  venueLoss(venue: typeof FIRST, currency: string): string | undefined {
    const loss = this.engine.state.losses.venueLoss(venue, currency);
    return loss === undefined ? undefined : decimalOf(loss);
  }
}

Deno.test("DayLosses.roll() begins a day at 00:00 UTC to the microsecond, the first without a profit", () => {
  const w = new Losing().bought(0);
  const { losses } = w.engine.state;
  strictEqual(losses.nextDayUs, MIDNIGHT_US);
  deepStrictEqual(losses.baselines, []);
  w.at(MIDNIGHT_US - 1).marked(0, 9_000);
  strictEqual(losses.nextDayUs, MIDNIGHT_US);
  strictEqual(w.clientLoss(ALICE, "USDT"), "10.01", "with its commission");
  w.at(MIDNIGHT_US).marked(0, 8_500);
  strictEqual(losses.nextDayUs, MIDNIGHT_US + DAY_US);
  strictEqual(w.clientLoss(ALICE, "USDT"), "5", "counted from what stood before the event");
});

Deno.test("DayLosses.roll() notes the profit of each book less its charges, by venue and currency", () => {
  const w = new Losing().bought(0).bought(1).bought(2).bought(3).bought(0, 2);
  for (const [at, mid] of [11_000, 10_500, 10_700, 10_900].entries()) w.marked(at, mid);
  w.at(MIDNIGHT_US + 5);
  w.venueStatus("up");
  const rows = w.engine.state.losses.baselines.map((
    { client, venue, currency, profit },
  ) => [client, venue, currency, decimalOf(profit)]);
  deepStrictEqual(rows, [
    [null, 0, "USDT", "24.96"],
    [null, 0, "EUR", "7"],
    [null, 1, "USDT", "8.99"],
    [ALICE, 0, "USDT", "14.97"],
    [ALICE, 0, "EUR", "7"],
    [ALICE, 1, "USDT", "8.99"],
    [BOB, 0, "USDT", "9.99"],
  ]);
});

Deno.test("DayLosses counts a client at all venues, an account at its own, each currency by itself", () => {
  const w = new Losing().bought(0).bought(1).bought(2).bought(3).bought(0, 2);
  for (const at of NAMES.keys()) w.marked(at, 11_000);
  w.at(MIDNIGHT_US);
  for (const [at, mid] of [10_900, 10_800, 10_600, 10_200].entries()) w.marked(at, mid);
  strictEqual(w.clientLoss(ALICE, "USDT"), "11");
  strictEqual(w.clientLoss(ALICE, "EUR"), "4");
  strictEqual(w.clientLoss(BOB, "USDT"), "1");
  strictEqual(w.clientLoss(BOB, "EUR"), "0");
  strictEqual(w.venueLoss(FIRST, "USDT"), "4");
  strictEqual(w.venueLoss(SECOND, "USDT"), "8");
  strictEqual(w.venueLoss(SECOND, "EUR"), "0");
});

Deno.test("DayLosses cannot tell a loss by an old book, and begins a day by one all the same", () => {
  const w = new Losing().bought(0).marked(0, 11_000);
  w.at(w.nowUs + 1_000_001);
  w.venueStatus("up");
  strictEqual(w.clientLoss(ALICE, "USDT"), undefined);
  w.at(MIDNIGHT_US).marked(0, 10_500);
  strictEqual(w.clientLoss(ALICE, "USDT"), "5");
  const empty = new Losing().bought(0);
  empty.at(MIDNIGHT_US).marked(0, 9_900);
  strictEqual(empty.clientLoss(ALICE, "USDT"), "1", "an empty book counts nothing of what is open");
});

Deno.test("DayLosses.roll() begins a day by the same book by which it tells the loss", () => {
  const w = new Losing("test").bought(3).marked(0, 15_000);
  w.at(MIDNIGHT_US - 1).marked(0, 15_000);
  w.at(MIDNIGHT_US).marked(0, 15_000);
  strictEqual(w.venueLoss(SECOND, "USDT"), "0", "what was won or lost the day before");
  w.marked(0, 10_000);
  strictEqual(w.venueLoss(SECOND, "USDT"), "50");
});

Deno.test("DayLosses.roll() begins a day with more digits of profit than an amount may be sent with", () => {
  const w = new World().start().open();
  const most = Number.MAX_SAFE_INTEGER;
  w.place("b1", { orderQty: "9000000000000", price: "1" });
  w.place("s1", { orderQty: "4000000000000", price: "1", side: "Sell" });
  w.fill(1, { id: "e1", qty: 2_000_000_000_000_000, px: most });
  w.fill(1, { id: "e2", qty: 7_000_000_000_000_000, px: most - 1 });
  w.fill(2, { id: "e3", qty: 4_000_000_000_000_000, px: 1 });
  w.wait(DAY_US / 1000);
  strictEqual(w.fire().length, 0);
  const realised = w.timeline.view.positions("account")[0]?.realisedPnl ?? "";
  ok(realised.length > 39, realised);
  const saved = JSON.parse(JSON.stringify(w.timeline.checkpoint()));
  deepStrictEqual(createTimeline(saved).checkpoint(), w.timeline.checkpoint());
});

Deno.test("DayLosses counts charges across a checkpoint, and none from before there were any", () => {
  const w = new Losing().bought(0).bought(3).marked(0, 10_000).marked(3, 10_000);
  strictEqual(w.clientLoss(ALICE, "USDT"), "0.02");
  const saved = JSON.stringify(w.engine.checkpoint());
  const lossOf = (checkpoint: string): string | undefined => {
    const loss = readEngine(JSON.parse(checkpoint)).losses.clientLoss(ALICE, "USDT");
    return loss === undefined ? undefined : decimalOf(loss);
  };
  strictEqual(lossOf(saved), "0.02");
  const older = saved.replaceAll(/"charged_currencies":\[[^\]]*\],"charged":\[[^\]]*\],/g, "");
  doesNotMatch(older, /charged/);
  strictEqual(lossOf(older), "0");
});
