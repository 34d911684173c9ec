/**
 * Random strategies, venues and restarts on one timeline. Proves R-CORE-5 and R-CORE-9.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import {
  type Capabilities,
  type Checkpoint,
  type ExecutionReport,
  micros,
  orderId,
  px,
  qty,
  type SimulationSettings,
} from "../../../core/mod.ts";
import { isTerminal } from "../../../core/lifecycle.ts";
import { INSTRUMENT, ref, World, type WorldOptions } from "../../support/engine_world.ts";

/** A step of a scenario: data only, so that fast-check can shrink it. */
type Step = { readonly kind: (typeof KINDS)[number]; readonly a: number; readonly b: number };

const KINDS = [
  "place",
  "place",
  "place",
  "cancel",
  "cancelAll",
  "replace",
  "replace",
  "replace",
  "repeat",
  "flag",
  "wait",
  "wait",
  "market",
  "accepted",
  "accepted",
  "accepted",
  "rejected",
  "filled",
  "filled",
  "filled",
  "voided",
  "cancelled",
  "cancelRejected",
  "expired",
  "replaced",
  "replaceRejected",
  "failed",
  "found",
  "notFound",
  "status",
  "kill",
  "resume",
  "resume",
  "session",
  "restart",
] as const;

const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...KINDS),
  a: fc.nat({ max: 1000 }),
  b: fc.nat({ max: 1000 }),
});

const SIMULATION: SimulationSettings = {
  orderLatencyUs: 20_000,
  reportLatencyUs: 10_000,
  makerFeePpm: 100,
  takerFeePpm: 500,
};

const optionsArbitrary: fc.Arbitrary<WorldOptions> = fc.record({
  capabilities: fc.record<Partial<Capabilities>>({
    replace: fc.constantFrom("native", "native", "cancel_new", "cancel_new", "none", "reduce_only"),
    lookupByClientOrderId: fc.boolean(),
    absenceProofMs: fc.constantFrom(null, 0, 2000),
  }) as fc.Arbitrary<Partial<Capabilities>>,
  settings: fc.record({ intentHorizonMs: fc.constantFrom(5_000, 3_600_000) }),
  pacing: fc.constantFrom(null, { perSecond: 2, burst: 5 }),
});

/** The session that speaks now, and how many intents were sent. */
type Play = { session: number; intents: number };

function play(w: World, p: Play, step: Step): void {
  const { a, b } = step;
  const chosen = choose(w, step);
  const order = chosen?.order?.orderId ?? 1;
  const orig = b % 5 === 0 ? `i${a % Math.max(1, p.intents)}` : chosen?.intentId ?? "none";
  switch (step.kind) {
    case "place":
      w.place(`i${p.intents++}`, {
        side: b % 2 === 0 ? "Buy" : "Sell",
        orderQty: `${2 + a % 9}`,
        price: `${95 + b % 10}`,
        ttlMs: a % 3 === 0 ? 1000 + a : 0,
        timeInForce: a % 7 === 0 ? "IOC" : "GTC",
        reduceOnly: a % 11 === 0,
      }, p.session);
      break;
    case "cancel":
      w.cancel(`i${p.intents++}`, orig, p.session);
      break;
    case "cancelAll":
      w.cancelAll(`i${p.intents++}`, {
        instrument: a % 2 === 0 ? null : INSTRUMENT,
        session: p.session,
      });
      break;
    case "replace":
      w.replace(
        `i${p.intents++}`,
        { orig, qty: `${1 + a % 12}`, price: `${95 + a % 10}` },
        p.session,
      );
      break;
    case "repeat":
      w.place(orig, { orderQty: `${1 + a % 9}` }, p.session);
      break;
    case "flag":
      w.intent({
        action: "SetRiskFlag",
        intentId: `i${p.intents++}`,
        sentUs: micros(w.nowUs),
        tag: null,
        flag: "trading_state",
        value: a % 4 === 0 ? "Reducing" : "Active",
      }, p.session);
      break;
    default:
      worldTurns(w, p, { ...step, order });
  }
}

function worldTurns(w: World, p: Play, step: Step & { readonly order: number }): void {
  const { a, b } = step;
  switch (step.kind) {
    case "wait":
      w.wait(a);
      pump(w);
      break;
    case "market":
      market(w, a);
      break;
    case "status":
      w.venueStatus(a % 3 === 0 ? "down" : "up");
      break;
    case "kill":
      if (a % 8 === 0) w.control("KillSwitchSet", { on: true, reason: "test" });
      w.control("KillSwitchSet", { on: false, reason: "test" });
      break;
    case "resume":
      w.control("TradingStateSet", { state: "Active", reason: "test" });
      break;
    case "session":
      if (a % 2 === 0) w.close({ session: p.session, cause: "lost" });
      p.session += 1;
      w.open({ session: p.session, cancelOnDisconnect: b % 2 === 0, graceMs: 100 });
      break;
    case "restart":
      if (a % 3 !== 0) break;
      w.start();
      p.session += 1;
      w.open({ session: p.session });
      break;
    default:
      venueSpeaks(w, step, step.order);
  }
}

function venueSpeaks(w: World, step: Step, order: number): void {
  if (w.isSimulated) return;
  const { a, b } = step;
  const about = ref(order);
  const refusal = {
    rejectCode: b % 2 === 0 ? "VENUE_REJECTED" : "VENUE_NOT_FOUND",
    text: "no",
  } as const;
  const request = w.commands.at(-1 - a % Math.min(4, Math.max(1, w.commands.length)));
  switch (step.kind) {
    case "accepted":
      w.accept(order);
      break;
    case "rejected":
      w.broker("OrderRejected", { ...about, rejectCode: "VENUE_REJECTED", text: "no" });
      break;
    case "filled":
      w.fill(order, { id: `e${b % 40}`, qty: 1000 * (1 + a % 2), px: 9_500 + a });
      break;
    case "voided":
      w.broker("ExecutionVoided", { ...about, execId: `v${b}`, execRefId: `e${b % 40}` });
      break;
    case "cancelled":
      w.cancelled(order);
      break;
    case "expired":
      w.broker("OrderExpired", { ...about, reason: "expired" });
      break;
    case "cancelRejected":
      w.broker("CancelRejected", { ...about, ...refusal });
      break;
    case "replaced":
      w.broker("OrderReplaced", {
        ...about,
        orderQty: qty(1000 * (1 + a % 12)),
        price: px(9_500 + b),
      });
      break;
    case "replaceRejected":
      w.broker("ReplaceRejected", { ...about, ...refusal });
      break;
    case "failed":
      if (request === undefined) break;
      w.broker("RequestFailed", {
        request: request.request,
        order: request.order,
        outcome: b % 2 === 0 ? "unknown" : "notSent",
        text: "lost",
      });
      break;
    case "notFound":
      if (request === undefined) break;
      w.broker("OrderNotFound", { request: request.request, order: request.order });
      break;
    case "found": {
      if (request === undefined) break;
      const known = orderOf(w, request.order);
      w.broker("OrderFound", {
        ...ref(request.order),
        request: request.request,
        status: (["open", "open", "filled", "cancelled", "rejected", "expired"] as const)[b % 6] ??
          "open",
        orderQty: known?.orderQty ?? qty(1000),
        cumQty: a % 4 === 0 ? qty(a) : known?.cumQty ?? qty(0),
        price: known?.price ?? null,
      });
      break;
    }
  }
}

function market(w: World, a: number): void {
  const instrument = w.timeline.view.instruments[0]?.id ?? null;
  const mid = 9_900 + a % 300;
  w.offer({
    eventTime: micros(w.nowUs),
    source: "market_data",
    venue: w.timeline.view.instruments[0]?.venue ?? null,
    instrument,
    eventType: "BookSnapshot",
    payload: {
      bids: [mid - 5, 3000, mid - 10, 4000],
      asks: [mid + 5, 3000, mid + 10, 9000],
      updateId: null,
    },
    idempotencyKey: null,
  });
}

/** Deadlines and the simulator's reports, until nothing is due. */
function pump(w: World): void {
  for (let rounds = 0; rounds < 200; rounds += 1) {
    w.fire();
    const outputs = w.timeline.takeOutputs(micros(w.nowUs));
    for (const output of outputs) w.offer(output);
    if (outputs.length === 0) return;
  }
}

/** Mostly a live order, now and then any that is kept. */
function choose(w: World, { a, b }: Step): ExecutionReport | undefined {
  const filter = { open: b % 6 !== 0, limit: 1000 };
  const orders = w.timeline.view.orders("account", filter);
  return orders[a % Math.max(1, orders.length)];
}

function orderOf(w: World, id: number): ExecutionReport["order"] | undefined {
  return w.timeline.view.orders("account", { open: false, limit: 10_000 })
    .find((report) => report.order?.orderId === orderId(id))?.order;
}

function run(
  options: WorldOptions,
  steps: readonly Step[],
): { world: World; checkpoints: Checkpoint[] } {
  const world = new World(options).start().open();
  const p: Play = { session: 1, intents: 0 };
  const checkpoints: Checkpoint[] = [];
  for (const step of steps) {
    play(world, p, step);
    const text = JSON.stringify(world.timeline.checkpoint());
    strictEqual([...world.timeline.checkpointPieces()].join(""), text);
    checkpoints.push(JSON.parse(text) as Checkpoint);
  }
  return { world, checkpoints };
}

function assertStream(w: World): void {
  const ended = new Map<number, string>();
  const accepted = new Set<number>();
  for (const report of w.reports) {
    const { order, execType, ordStatus } = report;
    if (order === null || ordStatus === null) continue;
    const before = ended.get(order.orderId);
    if (before !== undefined) strictEqual(ordStatus, before, "a terminal order stays as it ended");
    if (execType === "New" || execType === "Replaced") accepted.add(order.orderId);
    if (execType === "Trade" && before === undefined) {
      ok(accepted.has(order.orderId), "no fill before acceptance");
    }
    if (isTerminal(ordStatus)) {
      ended.set(order.orderId, ordStatus);
      strictEqual(report.inDoubt, undefined);
    }
  }
}

/** Every Submit has its own key: nothing is sent twice under another. */
function assertKeys(w: World): void {
  const sent = new Map<string, number>();
  for (const command of w.commands) {
    if (command.kind !== "Submit") continue;
    const order = sent.get(command.clOrdId);
    if (order !== undefined) strictEqual(order, command.order);
    sent.set(command.clOrdId, command.order);
  }
}

const world = optionsArbitrary;

Deno.test("apply() keeps its invariants and its reports whole under any order of events", () => {
  fc.assert(
    fc.property(
      world,
      fc.array(stepArbitrary, { maxLength: 120, size: "max" }),
      (options, steps) => {
        const { world: w } = run(options, steps);
        assertStream(w);
        assertKeys(w);
        strictEqual(w.timeline.view.counters()["invariant_failures"], 0, w.lines.join("\n"));
      },
    ),
    { numRuns: 150 },
  );
});

const simulated = optionsArbitrary.map((options) => ({ ...options, simulation: SIMULATION }));

for (const [name, worlds] of [["outside", world], ["simulated", simulated]] as const) {
  Deno.test(`createTimeline() goes on from a checkpoint as the full run did, venue ${name}`, () => {
    fc.assert(
      fc.property(
        worlds,
        fc.array(stepArbitrary, { minLength: 1, maxLength: 80, size: "max" }),
        fc.nat(),
        (options, steps, choice) => {
          const { world: full, checkpoints } = run(options, steps);
          const checkpoint = checkpoints[choice % checkpoints.length];
          if (checkpoint === undefined) throw new Error("there must be a checkpoint");
          const restored = new World({ ...options, secret: "another" }, checkpoint);
          deepStrictEqual(
            restored.timeline.checkpoint(),
            checkpoint,
            "a checkpoint restores whole",
          );
          const suffix = full.events.filter((event) => event.seqId > checkpoint.seqId);
          for (const event of suffix) restored.apply(event);
          deepStrictEqual(restored.lines, full.lines.slice(full.lines.length - suffix.length));
          strictEqual(restored.timeline.digest, full.timeline.digest);
          strictEqual(restored.timeline.nextDeadlineUs(), full.timeline.nextDeadlineUs());
          deepStrictEqual(
            JSON.parse(JSON.stringify(restored.timeline.checkpoint())),
            JSON.parse(JSON.stringify(full.timeline.checkpoint())),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
}

Deno.test("createTimeline() replays a whole journal to the same lines and digests", () => {
  fc.assert(
    fc.property(
      simulated,
      fc.array(stepArbitrary, { maxLength: 80, size: "max" }),
      (options, steps) => {
        const { world: live } = run(options, steps);
        const replay = new World({ ...options, secret: "another" });
        for (const event of live.events) replay.apply(event);
        deepStrictEqual(replay.lines, live.lines);
      },
    ),
    { numRuns: 40 },
  );
});
