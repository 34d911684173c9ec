/**
 * Proves for R-CORE-5 and R-CORE-6 what facts about an account do: cash, funding and settlement are
 * posted once per key, to whom they belong, and a fact that breaks a rule changes nothing.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createTimeline, type Draft, type EventType, px } from "../../../core/mod.ts";
import { clientIndex, instrumentId, micros, qty, venueId } from "../../../core/numbers.ts";
import { inverseInstrument, linearInstrument } from "../../support/contract_instruments.ts";
import { CAPABILITIES, draft, ref, World, type WorldOptions } from "../../support/engine_world.ts";

const ALICE = clientIndex(0);
const LINEAR = { ...linearInstrument(), id: instrumentId(1), name: "test:PERP" };

type Fact = Extract<EventType, "CashPosted" | "FundingPosted" | "InstrumentSettled">;

function fact<Type extends Fact>(
  w: World,
  of: {
    readonly type: Type;
    readonly payload: Draft<Type>["payload"];
    readonly key?: string | null;
    readonly instrument?: number | null;
  },
): void {
  const { type, payload, key = "k1", instrument = null } = of;
  w.offer({
    eventTime: micros(w.nowUs),
    source: "broker_report",
    venue: venueId(0),
    instrument: instrument === null ? null : instrumentId(instrument),
    eventType: type,
    payload,
    idempotencyKey: key,
  } as Draft); // the type parameter ties payload to eventType; the union cannot say so
}

function cash(amount: string, client: string | null = null): Draft<"CashPosted">["payload"] {
  return { kind: "deposit", currency: "USDT", amount, client, tag: null };
}

function usdt(w: World): string | undefined {
  return w.timeline.view.balances().find(({ currency }) => currency === "USDT")?.total;
}

/** Alice holds 10 contracts bought at 60000. */
function holding(options?: WorldOptions): World {
  const w = new World(options).start().open();
  w.control("InstrumentListed", LINEAR, LINEAR.id);
  w.place("a1", { instrument: LINEAR.name, price: "60000", tag: "grid" });
  w.accept();
  w.broker("OrderExecuted", {
    ...ref(1),
    execId: "e1",
    lastQty: qty(10),
    lastPx: px(600_000),
    liquidity: "Taker",
    commission: "0.3",
    commissionCurrency: "USDT",
    provisional: false,
  });
  return w;
}

Deno.test("CashPosted is posted to external without a client, and once per key", () => {
  const w = new World().start().open();
  fact(w, { type: "CashPosted", payload: cash("10.5") });
  fact(w, { type: "CashPosted", payload: cash("10.5") });
  strictEqual(usdt(w), "10.5");
  strictEqual(w.timeline.view.counters()["duplicate_reports"], 1);
  fact(w, { type: "CashPosted", payload: cash("-0.5"), key: "k2" });
  strictEqual(usdt(w), "10");
});

Deno.test("A key of one kind does not hide another kind, and is forgotten after the horizon", () => {
  const w = holding({ settings: { intentHorizonMs: 60_000 } });
  fact(w, { type: "CashPosted", payload: cash("1") });
  fact(w, { type: "FundingPosted", payload: { currency: "USDT", amount: "1" }, instrument: 1 });
  strictEqual(usdt(w), "1.7");
  w.wait(59_999);
  fact(w, { type: "CashPosted", payload: cash("1") });
  strictEqual(usdt(w), "1.7");
  w.wait(1);
  fact(w, { type: "CashPosted", payload: cash("1") });
  strictEqual(usdt(w), "2.7");
});

Deno.test("A key is remembered across a checkpoint", () => {
  const w = new World().start().open();
  fact(w, { type: "CashPosted", payload: cash("7") });
  const checkpoint = JSON.parse(JSON.stringify(w.timeline.checkpoint()));
  w.timeline = createTimeline(checkpoint);
  fact(w, { type: "CashPosted", payload: cash("7") });
  strictEqual(usdt(w), "7");
});

/** Reconciles, and says what it was asked from. */
function reconcile(w: World): number {
  w.control("ReconcileAsked", { reason: "test" });
  w.reconciled();
  return w.lastReconcile().sinceUs ?? 0;
}

Deno.test("A key is remembered, however long the daemon is down, while its fact may be told again", () => {
  for (const isRestored of [false, true]) {
    const w = new World({ settings: { intentHorizonMs: 60_000 } }).start().open();
    w.control("BalanceSet", { currency: "USDT", total: "0" });
    reconcile(w);
    w.wait(300_000);
    const paidUs = w.nowUs;
    fact(w, { type: "CashPosted", payload: cash("7") });
    w.wait(5000);
    reconcile(w);
    w.wait(86_400_000);
    if (isRestored) {
      w.timeline = createTimeline(JSON.parse(JSON.stringify(w.timeline.checkpoint())));
    }
    fact(w, { type: "CashPosted", payload: cash("2"), key: "another, which forgets" });
    w.restart();
    w.venueStatus("reconciling");
    ok((w.lastReconcile().sinceUs ?? 0) <= paidUs, "it is asked for again");
    fact(w, { type: "CashPosted", payload: cash("7") });
    strictEqual(usdt(w), "9");
  }
});

Deno.test("A key is forgotten once its fact is a minute older than what is asked for", () => {
  const w = new World({ settings: { intentHorizonMs: 60_000 } }).start().open();
  w.control("BalanceSet", { currency: "USDT", total: "0" });
  reconcile(w);
  w.wait(300_000);
  fact(w, { type: "CashPosted", payload: cash("7") });
  const again = (): string | undefined => {
    fact(w, { type: "CashPosted", payload: cash("7") });
    return usdt(w);
  };
  w.wait(69_999);
  reconcile(w);
  strictEqual(again(), "7");
  w.wait(1);
  reconcile(w);
  strictEqual(again(), "14");
});

Deno.test("A key is remembered from the first request to reconcile on, while none was answered", () => {
  const w = new World({ settings: { intentHorizonMs: 60_000 } }).start().open();
  fact(w, { type: "CashPosted", payload: cash("1"), key: "long before" });
  w.wait(60_000);
  fact(w, { type: "CashPosted", payload: cash("1"), key: "before" });
  w.wait(59_999);
  w.control("ReconcileAsked", { reason: "test" });
  w.wait(86_400_000);
  for (const key of ["long before", "before"]) {
    fact(w, { type: "CashPosted", payload: cash("1"), key });
  }
  strictEqual(usdt(w), "3");
});

Deno.test("CashPosted of a client that never said HELLO goes to external with an alarm", () => {
  const w = new World().start().open();
  fact(w, { type: "CashPosted", payload: cash("3", "nobody") });
  deepStrictEqual(w.effects.alarms.map(({ code }) => code), ["UNKNOWN_CLIENT"]);
  strictEqual(usdt(w), "3");
});

Deno.test("A fee with a client and a tag counts for the tag of its orders", () => {
  const w = holding();
  const fee = { ...cash("-0.2", "alice"), kind: "fee", tag: "grid" } as const;
  fact(w, { type: "CashPosted", payload: fee });
  deepStrictEqual(w.timeline.view.tags(ALICE), [{
    tag: "grid",
    isRest: false,
    instruments: [{ instrument: 1, qty: "10", pnl: null, currency: "USDT" }],
    fees: [{ currency: "USDT", amount: "0.5" }],
  }]);
});

Deno.test("InstrumentSettled closes the positions at its price and pays what they made", () => {
  const w = holding();
  fact(w, { type: "InstrumentSettled", payload: { price: px(610_000) }, instrument: 1 });
  const [row] = w.timeline.view.positions(ALICE);
  deepStrictEqual([row?.qty, row?.realisedPnl], ["0", "10"]);
  strictEqual(usdt(w), "9.7");
});

const BROKEN: readonly (readonly [string, (w: World) => void])[] = [
  ["no key", (w) => fact(w, { type: "CashPosted", payload: cash("1"), key: null })],
  ["an amount that is no decimal", (w) => fact(w, { type: "CashPosted", payload: cash("1e3") })],
  [
    "funding of no instrument",
    (w) => fact(w, { type: "FundingPosted", payload: { currency: "USDT", amount: "1" } }),
  ],
  [
    "funding of an instrument that is not listed",
    (w) =>
      fact(w, {
        type: "FundingPosted",
        payload: { currency: "USDT", amount: "1" },
        instrument: 9,
      }),
  ],
  [
    "a settlement of an inverse contract at no price, though flat",
    (w) => {
      const inverse = { ...inverseInstrument(), id: instrumentId(2), name: "test:COIN" };
      w.control("InstrumentListed", inverse, inverse.id);
      fact(w, { type: "InstrumentSettled", payload: { price: px(0) }, instrument: 2 });
    },
  ],
  [
    "an instrument of another venue than it came from",
    (w) => {
      const venue = venueId(1);
      const declared = { id: venue, name: "other", exchange: "other", capabilities: CAPABILITIES };
      const declaration = { ...declared, simulation: null, pacing: null };
      w.offer({ ...draft("control", "VenueDeclared", declaration), venue });
      const payload = { price: px(610_000) };
      w.offer({
        ...draft("broker_report", "InstrumentSettled", payload, LINEAR.id),
        venue,
        idempotencyKey: "k1",
      });
    },
  ],
  [
    "a settlement of spot",
    (w) => fact(w, { type: "InstrumentSettled", payload: { price: px(1) }, instrument: 0 }),
  ],
];
for (const [what, offer] of BROKEN) {
  Deno.test(`A fact with ${what} breaks a rule and changes nothing`, () => {
    const w = holding();
    const before = JSON.stringify([w.timeline.view.balances(), w.timeline.view.positions(ALICE)]);
    offer(w);
    deepStrictEqual(w.effects.alarms.map(({ code }) => code), ["INVARIANT"]);
    const after = JSON.stringify([w.timeline.view.balances(), w.timeline.view.positions(ALICE)]);
    strictEqual(after, before);
    strictEqual(w.timeline.view.tradingState(), "Halted");
  });
}

Deno.test("A void is taken out of the tag that the order bore when it was booked", () => {
  const w = holding();
  w.replace("r1", { orig: "a1", qty: "20", tag: "other", hasTag: true });
  w.broker("OrderReplaced", {
    ...ref(1),
    orderQty: qty(20),
    price: px(600_000),
  });
  w.broker("ExecutionVoided", { ...ref(1), execId: "v1", execRefId: "e1" });
  const [row, ...others] = w.timeline.view.tags(ALICE);
  deepStrictEqual([row?.tag, row?.instruments[0]?.pnl, row?.fees[0]?.amount], ["grid", "0", "0"]);
  deepStrictEqual(others, []);
});

/** Applies what the simulated venue says until it is silent. */
function listen(w: World): void {
  for (let rounds = 0; rounds < 100; rounds++) {
    w.wait(10).fire();
    for (const answer of w.timeline.takeOutputs(micros(w.nowUs))) w.offer(answer);
  }
}

for (
  const [instrument, settlement, cash, pnl] of [
    [LINEAR, "USDT", "-0.3", "0"],
    [
      { ...inverseInstrument(), id: instrumentId(1), name: "test:COIN" },
      "BTC",
      "-0.000008333333",
      "0",
    ],
  ] as const
) {
  Deno.test(`A simulated venue trades ${instrument.assetClass} contracts and charges their notional`, () => {
    const simulation = {
      orderLatencyUs: 0,
      reportLatencyUs: 0,
      makerFeePpm: 100,
      takerFeePpm: 500,
    };
    const w = new World({ simulation }).start().open();
    w.control("InstrumentListed", instrument, instrument.id);
    w.offer({
      eventTime: micros(w.nowUs),
      source: "market_data",
      venue: venueId(0),
      instrument: instrument.id,
      eventType: "BookSnapshot",
      payload: { bids: [599_999, 50], asks: [600_000, 50], updateId: 1 },
      idempotencyKey: null,
    });
    w.place("a1", { instrument: instrument.name, price: "60000" });
    listen(w);
    const [row] = w.timeline.view.positions(ALICE);
    deepStrictEqual([row?.qty, row?.avgPx, row?.realisedPnl], ["10", "60000", pnl]);
    strictEqual(row?.currency, settlement);
    const [balance] = w.timeline.view.balances();
    deepStrictEqual([balance?.currency, balance?.total], [settlement, cash]);
  });
}
