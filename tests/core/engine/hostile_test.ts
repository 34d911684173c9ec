/**
 * A venue that says anything, in any order, of orders that are ours, gone or nobody's: the engine never
 * breaks one of its rules, never leaves the table, keeps its books whole, and goes on from a
 * checkpoint exactly as it would have. Proves R-CORE-4, R-CORE-5 and R-CORE-9.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { instrumentId, orderId, px, qty, requestId } from "../../../core/mod.ts";
import { isTerminal, NEXT, type OrderState } from "../../../core/lifecycle.ts";
import type { ExecType } from "../../../core/report.ts";
import { draft, World, type WorldOptions } from "../../support/engine_world.ts";

const WORDS = [
  "OrderAccepted",
  "OrderRejected",
  "OrderExecuted",
  "OrderExecuted",
  "OrderExecuted",
  "ExecutionVoided",
  "ExecutionCorrected",
  "ExecutionConfirmed",
  "OrderCancelled",
  "OrderExpired",
  "CancelRejected",
  "OrderReplaced",
  "ReplaceRejected",
  "RequestFailed",
  "RequestFailed",
  "OrderFound",
  "OrderFound",
  "OrderNotFound",
] as const;
const OURS = ["place", "place", "cancel", "replace", "replace", "replace"] as const;
const WORLD = ["wait", "wait", "wait", "up", "up", "restart", "down", "cancelAll", "kill"] as const;

type Step = {
  readonly what: (typeof WORDS)[number] | (typeof OURS)[number] | (typeof WORLD)[number];
  readonly order: number;
  readonly qty: number;
  readonly n: number;
};

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...WORDS) },
    { weight: 3, arbitrary: fc.constantFrom(...OURS) },
    { weight: 1, arbitrary: fc.constantFrom(...WORLD) },
  ),
  order: fc.nat(5),
  qty: fc.integer({ min: 1, max: 12 }),
  n: fc.nat(7),
});

const options: fc.Arbitrary<WorldOptions> = fc.record({
  capabilities: fc.record({
    replace: fc.constantFrom("native" as const, "cancel_new" as const, "reduce_only" as const),
    absenceProofMs: fc.constantFrom(0, 2000, null),
    lookupByClientOrderId: fc.boolean(),
  }),
  pacing: fc.constantFrom(null, { perSecond: 5, burst: 5 }),
});

const CODES = ["VENUE_REJECTED", "VENUE_RATE_LIMIT"] as const;
const FOUND = ["open", "filled", "cancelled", "rejected", "expired"] as const;

/** What a venue says, whether or not it makes sense. */
function speak({ w, orders }: Play, { what, order, qty: lots, n }: Step): void {
  const number = n === 7 ? order + 1 : Math.max(1, orders - order % 3);
  const reference = {
    order: n === 0 ? null : orderId(number),
    clOrdId: `tl01234567-${number}-${1 + n % 3}`,
    venueOrderId: n % 2 === 0 ? `v${number % 3}` : null,
  };
  const execution = {
    execId: `e${number}-${n % 5}`,
    lastQty: qty(lots * 250),
    lastPx: px(10_000 + n),
    liquidity: null,
    commission: "0.01",
    commissionCurrency: "USDT",
  };
  const execRefId = `e${number}-${lots % 5}`;
  const terms = { orderQty: qty(lots * 1000), price: px(10_000 + n) };
  const request = [...w.commands].reverse().find((command) => command.order === number)?.request ??
    requestId(1);
  const refusal = { rejectCode: CODES[n % 2] ?? CODES[0], text: "no" };
  const payloads: Readonly<Record<string, object>> = {
    OrderAccepted: reference,
    OrderRejected: { ...reference, ...refusal },
    OrderExecuted: { ...reference, ...execution, provisional: n % 2 === 0, side: "Buy" },
    ExecutionVoided: { ...reference, execId: `x${n}`, execRefId },
    // Its id is new, or that of an execution: the one that it corrects, another, or none.
    ExecutionCorrected: {
      ...reference,
      ...execution,
      ...(n < 4 && { execId: `x${n}` }),
      execRefId,
    },
    ExecutionConfirmed: { ...reference, execRefId },
    OrderCancelled: { ...reference, reason: "gone" },
    OrderExpired: { ...reference, reason: "gone" },
    CancelRejected: { ...reference, ...refusal },
    OrderReplaced: { ...reference, ...terms },
    ReplaceRejected: { ...reference, ...refusal },
    RequestFailed: {
      request,
      order: orderId(number),
      outcome: n % 2 === 0 ? "unknown" : "notSent",
      text: "failed",
    },
    OrderFound: {
      ...reference,
      ...terms,
      request,
      status: FOUND[n % 5] ?? "open",
      cumQty: qty(n < 4 ? cumOf(w, number) : lots * 500),
    },
    OrderNotFound: { request, order: orderId(number) },
  };
  const said = draft("broker_report", what as "OrderAccepted", payloads[what] as never);
  w.offer({ ...said, instrument: instrumentId(0) });
}

function cumOf(w: World, number: number): number {
  const rows = w.timeline.view.orders("account", { open: false, limit: 99 });
  return rows.find(({ order }) => order?.orderId === number)?.order?.cumQty ?? 0;
}

type Play = { readonly w: World; intents: number; session: number; orders: number };

function act(play: Play, step: Step): void {
  const { w, session } = play;
  const live = w.timeline.view.orders("account", { limit: 99 });
  const orig = live[step.n % Math.max(1, live.length)]?.intentId ?? "i0";
  switch (step.what) {
    case "place":
      w.place(`i${play.intents++}`, {
        orderQty: `${step.qty}`,
        ttlMs: step.n < 6 ? 0 : step.qty * 900,
      }, session);
      play.orders = w.reports.at(-1)?.order?.orderId ?? play.orders;
      break;
    case "cancel":
      w.cancel(`i${play.intents++}`, orig, session);
      break;
    case "replace":
      w.replace(`i${play.intents++}`, { orig, qty: `${step.qty}` }, session);
      break;
    case "cancelAll":
      w.cancelAll(`i${play.intents++}`, { session });
      break;
    case "wait":
      w.wait(step.qty * 400).fire();
      break;
    case "restart":
      w.wait(100).restart();
      play.session += 1;
      w.open({ session: play.session, cancelOnDisconnect: step.n % 2 === 0 });
      break;
    case "down":
    case "up":
      w.venueStatus(step.what);
      break;
    case "kill":
      w.control("KillSwitchSet", { on: step.n === 0, reason: "test" });
      break;
    default:
      speak(play, step);
  }
  // An overfill halts the account and a stranger's fill the instrument: look, and go on.
  const active = { state: "Active", reason: "looked" } as const;
  for (const transition of w.effects.transitions) {
    if (transition.kind === "AccountHalted") w.control("TradingStateSet", active);
    if (transition.kind === "InstrumentHalted") {
      w.control("TradingStateSet", active, transition.instrument);
    }
  }
}

/** Reports that move an order keep to the table; those that do not move keep its state. */
function assertTable(w: World): void {
  const states = new Map<number, OrderState>();
  for (const { order, ordStatus, execType } of w.reports) {
    if (order === null || ordStatus === null) continue;
    const from = states.get(order.orderId) ?? "Created";
    const row: Partial<Record<ExecType, string>> = NEXT[from];
    ok(from === ordStatus || row[execType] !== undefined, `${from} ${execType} ${ordStatus}`);
    ok(!isTerminal(from) || from === ordStatus, `${from} is the end`);
    states.set(order.orderId, ordStatus);
  }
}

function play(of: WorldOptions, steps: readonly Step[]): World {
  const w = new World(of).start().open({ cancelOnDisconnect: false });
  const played: Play = { w, intents: 0, session: 1, orders: 0 };
  for (const each of steps) act(played, each);
  return w;
}

const steps = fc.array(step, { maxLength: 120, size: "max" });

Deno.test("apply() breaks no rule and leaves no cell of the table, whatever a venue says", () => {
  fc.assert(
    fc.property(options, steps, (of, words) => {
      const w = play(of, words);
      strictEqual(w.timeline.view.counters()["invariant_failures"], 0);
      assertTable(w);
    }),
    { numRuns: 200 },
  );
});

Deno.test("apply() goes on from a checkpoint exactly as without it, whatever a venue says", () => {
  fc.assert(
    fc.property(options, steps, fc.nat(), (of, words, at) => {
      const w = play(of, words);
      const cut = at % w.events.length;
      const before = new World();
      for (const event of w.events.slice(0, cut)) before.apply(event);
      const document = JSON.parse(JSON.stringify(before.timeline.checkpoint()));
      const after = new World({}, document);
      for (const event of w.events.slice(cut)) after.apply(event);
      deepStrictEqual(after.lines, w.lines.slice(cut));
    }),
    { numRuns: 60 },
  );
});
