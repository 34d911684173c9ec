/**
 * What holds requests back, a venue's wish or its silence, or a trading state, under random streams.
 * Proves R-EXEC-1 (pacing), R-EXEC-4 (retry only where safe, circuit breaker), R-EXEC-8 and R-CORE-7:
 * nothing leaves in a pause or beyond the rate, nothing new while the breaker is open, trading is halted
 * or only reducing is allowed, and all that waited leaves in the end.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import {
  clientIndex,
  instrumentId,
  type Pacing,
  px,
  qty,
  type TradingState,
  type VenueCommand,
} from "../../../core/mod.ts";
import { EngineTimeline } from "../../support/engine_timeline.ts";
import { ref, World, type WorldOptions } from "../../support/engine_world.ts";

const KINDS = [
  "place",
  "place",
  "place",
  "cancel",
  "replace",
  "accept",
  "accept",
  "fail",
  "fail",
  "throttle",
  "ask",
  "reconcile",
  "wait",
  "wait",
  "link",
  "state",
] as const;

const STATES = ["Active", "Active", "Halted", "Reducing"] as const;

type Step = { readonly kind: (typeof KINDS)[number]; readonly a: number; readonly b: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    a: fc.nat({ max: 1000 }),
    b: fc.nat({ max: 1000 }),
  }),
  { maxLength: 80, size: "max" },
);

const cost = fc.integer({ min: 1, max: 9 });
const pacing: fc.Arbitrary<Pacing> = fc.record({
  perSecond: fc.integer({ min: 2, max: 40 }),
  burst: fc.integer({ min: 1, max: 12 }),
  costs: fc.record({ submit: cost, replace: cost, cancel: cost, lookup: cost, reconcile: cost }),
});

const options: fc.Arbitrary<WorldOptions> = fc.record({
  capabilities: fc.record({ replace: fc.constantFrom("native", "cancel_new") }),
  pacing: fc.option(pacing, { nil: null }),
  breaker: fc.record({ failures: fc.integer({ min: 1, max: 4 }), coolMs: fc.nat({ max: 3000 }) }),
  reconcileMs: fc.integer({ min: 500, max: 5000 }),
});

/** What the rules say of a venue, counted from the events alone. */
class Naive {
  pausedUntilUs = 0;
  failures = 0;
  openUntilUs: number | null = null;
  trips = 0;
  pauses = 0;
  /** The account and its one instrument: not Active, where nothing is held that could be reduced. */
  readonly restricted = { account: false, instrument: false };
  /** Tokens in 10^-9; more than the engine can have, since it is filled at every look. */
  #tokens: bigint;
  #atUs: number;
  readonly #of: WorldOptions;

  constructor(of: WorldOptions, nowUs: number) {
    this.#of = of;
    this.#tokens = BigInt(of.pacing?.burst ?? 0) * 1_000_000_000n;
    this.#atUs = nowUs;
  }

  failed(nowUs: number): void {
    this.failures += 1;
    const { breaker } = this.#of;
    if (breaker === undefined || this.failures < breaker.failures) return;
    if (this.openUntilUs === null) this.trips += 1;
    this.openUntilUs = nowUs + breaker.coolMs * 1000;
  }

  answered(): void {
    this.failures = 0;
    this.openUntilUs = null;
  }

  paused(nowUs: number, ms: number): void {
    if (ms <= 0) return;
    this.pauses += 1;
    this.pausedUntilUs = Math.max(this.pausedUntilUs, nowUs + ms * 1000);
  }

  /** Asserts that a command may leave now. */
  leaves(kind: VenueCommand["kind"], nowUs: number): void {
    ok(nowUs >= this.pausedUntilUs, `${kind} left in a pause`);
    const isOrder = kind === "Submit" || kind === "Replace";
    ok(!isOrder || this.openUntilUs === null || nowUs >= this.openUntilUs, `${kind}: breaker`);
    const { account, instrument } = this.restricted;
    ok(!isOrder || !(account || instrument), `${kind} left though it would add to nothing held`);
    const { pacing } = this.#of;
    if (pacing === null || pacing === undefined) return;
    const most = BigInt(pacing.burst) * 1_000_000_000n;
    const gained = BigInt(nowUs - this.#atUs) * BigInt(pacing.perSecond) * 1000n;
    this.#tokens = this.#tokens + gained > most ? most : this.#tokens + gained;
    this.#atUs = nowUs;
    const reserve = kind === "Cancel" ? 0 : Math.floor(pacing.burst / 5);
    const word = kind.toLowerCase() as keyof NonNullable<Pacing["costs"]>;
    const wanted = Math.min(pacing.costs?.[word] ?? 1, pacing.burst - reserve);
    this.#tokens -= BigInt(wanted) * 1_000_000_000n;
    ok(this.#tokens >= BigInt(reserve) * 1_000_000_000n, `${kind} left beyond the rate`);
  }
}

/** One world, what was asked of its venue and is unanswered, and the naive count. */
class Play {
  readonly w: World;
  readonly naive: Naive;
  #seen = 0;
  #intents = 0;
  /** Requests that left and have no answer. */
  #open: VenueCommand[] = [];

  constructor(of: WorldOptions) {
    this.w = new World(of).start().open({ cancelOnDisconnect: false });
    this.naive = new Naive(of, this.w.events[1]?.ingestTime ?? 0);
    this.#look();
  }

  turn(step: Step): void {
    this.#act(step);
    this.#look();
  }

  /** The venue answers everything, and time passes, until nothing waits any more. */
  heal(): void {
    this.#setTrading("account", "Active");
    this.#setTrading("instrument", "Active");
    this.#up();
    for (let round = 0; round < 400; round += 1) {
      for (const command of this.#open.splice(0)) this.#answer(command);
      this.#look();
      const dueUs = this.w.timeline.nextDeadlineUs() ?? 0;
      this.w.wait(Math.min(Math.max(0, dueUs - this.w.nowUs) / 1000, 5000)).fire();
      this.#look();
    }
  }

  #act({ kind, a, b }: Step): void {
    const { w } = this;
    const live = w.timeline.view.orders(clientIndex(0), { open: true, limit: 100 });
    const orig = live[a % Math.max(1, live.length)]?.intentId ?? "none";
    switch (kind) {
      case "place":
        w.place(`i${this.#intents++}`, { orderQty: "1" });
        break;
      case "cancel":
        w.cancel(`i${this.#intents++}`, orig);
        break;
      case "replace":
        w.replace(`i${this.#intents++}`, { orig, qty: `${1 + b % 3}` });
        break;
      case "accept":
        this.#answer(this.#take(a));
        break;
      case "fail":
      case "throttle":
        this.#fail(this.#take(a), { b, retryAfterMs: kind === "throttle" ? b % 700 : 0 });
        break;
      case "ask":
        w.control("ReconcileAsked", { reason: "test" });
        break;
      case "reconcile":
        this.#answer(this.#take(this.#open.findIndex(({ kind }) => kind === "Reconcile")));
        break;
      case "wait":
        w.wait(a).fire();
        break;
      case "link":
        if (a % 3 !== 0) this.#up();
        else w.venueStatus(b % 2 === 0 ? "down" : "reconciling");
        break;
      case "state":
        this.#setTrading(a % 2 === 0 ? "account" : "instrument", STATES[b % STATES.length]);
        break;
    }
  }

  #setTrading(what: "account" | "instrument", state: TradingState = "Active"): void {
    const instrument = what === "account" ? null : instrumentId(0);
    this.w.control("TradingStateSet", { state, reason: "test" }, instrument);
    this.naive.restricted[what] = state !== "Active";
  }

  #up(): void {
    this.naive.answered();
    this.w.venueStatus("up");
  }

  #take(at: number): VenueCommand | undefined {
    return at < 0 ? undefined : this.#open.splice(at % Math.max(1, this.#open.length), 1)[0];
  }

  #answer(command: VenueCommand | undefined): void {
    if (command === undefined) return;
    const { w, naive } = this;
    if (command.kind === "Reconcile") {
      const before = w.timeline.view.counters()["reconciliations"] ?? 0;
      w.broker("Reconciled", { request: command.request, openOrders: [] });
      if (w.timeline.view.counters()["reconciliations"] !== before) naive.answered();
      return;
    }
    naive.answered();
    const order = ref(command.order);
    switch (command.kind) {
      case "Submit":
        w.accept(command.order);
        break;
      case "Cancel":
        w.broker("OrderCancelled", { ...order, reason: "test" });
        break;
      case "Replace":
        w.broker("OrderReplaced", { ...order, orderQty: command.orderQty, price: command.price });
        break;
      case "Lookup":
        w.broker("OrderFound", {
          ...order,
          request: command.request,
          status: "cancelled",
          orderQty: qty(1000),
          cumQty: qty(0),
          price: px(10_000),
        });
        break;
    }
  }

  #fail(
    command: VenueCommand | undefined,
    of: { readonly b: number; readonly retryAfterMs: number },
  ): void {
    if (command === undefined) return;
    const { w, naive } = this;
    const { request } = command;
    const said = of.retryAfterMs === 0 ? {} : { retryAfterMs: of.retryAfterMs };
    naive.paused(w.nowUs, of.retryAfterMs);
    const before = w.timeline.view.counters()["stale_reports"] ?? 0;
    if (command.kind === "Reconcile") {
      w.broker("ReconcileFailed", { request, text: "test", ...said });
    } else {
      const outcome = of.b % 2 === 0 ? "unknown" : "notSent";
      w.broker("RequestFailed", { request, order: command.order, outcome, text: "test", ...said });
    }
    if (w.timeline.view.counters()["stale_reports"] === before) naive.failed(w.nowUs);
  }

  /** Every command since the last look, by what the rules were when it left. */
  #look(): void {
    const { w } = this;
    for (; this.#seen < w.trail.length; this.#seen += 1) {
      const left = w.trail[this.#seen];
      if (left === undefined) continue;
      this.#open.push(left.command);
      this.naive.leaves(left.command.kind, left.atUs);
    }
    const counters = w.timeline.view.counters();
    strictEqual(counters["breaker_trips"], this.naive.trips, "trips");
    strictEqual(counters["venue_pauses"], this.naive.pauses, "pauses");
  }
}

Deno.test("nothing leaves in a pause, beyond the rate, or new while the breaker is open or a state forbids it", () => {
  fc.assert(
    fc.property(options, steps, (of, turns) => {
      const play = new Play(of);
      for (const turn of turns) play.turn(turn);
    }),
    { numRuns: 150 },
  );
});

Deno.test("all that waited leaves once the venue answers again", () => {
  fc.assert(
    fc.property(options, steps, (of, turns) => {
      const play = new Play(of);
      for (const turn of turns) play.turn(turn);
      play.heal();
      const { w } = play;
      w.cancelAll("end");
      play.heal();
      const open = w.timeline.view.orders(clientIndex(0), { open: true, limit: 100 });
      deepStrictEqual(open.map(({ ordStatus }) => ordStatus), []);
    }),
    { numRuns: 60 },
  );
});

const wishes = [[undefined, 0], [0, 0], [-1, 0], [1, 1]] as const;
for (const [retryAfterMs, pauses] of wishes) {
  Deno.test(`apply() pauses ${pauses} times for a wish of ${retryAfterMs} ms`, () => {
    const w = new World().start().open();
    w.place("a1");
    const { request, order } = w.lastCommand();
    const failed = { request, order, outcome: "notSent", text: "no" } as const;
    w.broker("RequestFailed", retryAfterMs === undefined ? failed : { ...failed, retryAfterMs });
    strictEqual(w.timeline.view.counters()["venue_pauses"], pauses);
  });
}

Deno.test("apply() keeps the longer of two pauses", () => {
  const w = new World().start().open();
  w.place("a1");
  const { request, order } = w.lastCommand();
  const failed = { request, order, outcome: "notSent", text: "no" } as const;
  w.broker("RequestFailed", { ...failed, retryAfterMs: 3000 });
  w.broker("RequestFailed", { ...failed, retryAfterMs: 1000 });
  w.wait(2999).fire();
  strictEqual(w.commands.length, 1);
  w.wait(1).fire();
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Submit"]);
});

Deno.test("apply() lets out what waits when a reconciliation closes the breaker", () => {
  const w = new World({ breaker: { failures: 1, coolMs: 60_000 } }).start().open();
  w.place("a1");
  w.accept();
  w.place("a2");
  w.control("ReconcileAsked", { reason: "test" });
  const { request, order } = w.lastCommand();
  w.broker("RequestFailed", { request, order, outcome: "notSent", text: "no" });
  w.wait(10_000).fire();
  strictEqual(w.commands.length, 2, "the breaker holds it back");
  w.reconciled();
  deepStrictEqual(w.effects.commands.map(({ kind }) => kind), ["Lookup", "Submit"]);
});

/** Alice runs dry beside bob, whose orders go to the venue. */
function beside(failures: number): World {
  const w = new World({ breaker: { failures, coolMs: 60_000 } }).start().open();
  w.open({ session: 2, client: "bob" });
  w.control("DryRunSet", { client: "alice", on: true });
  return w;
}

Deno.test("apply() closes no breaker by an answer to a dry order, which the venue never saw", () => {
  const w = beside(1);
  w.place("a1");
  w.accept();
  w.place("b1", {}, 2);
  w.failed("unknown");
  w.cancel("c1", "a1");
  w.cancelled();
  strictEqual(w.place("b2", {}, 2)[0]?.rejectCode, "VENUE_DOWN");
});

Deno.test("apply() goes on counting failures in a row over the answers to dry orders", () => {
  const w = beside(2);
  w.place("b1", {}, 2);
  w.failed("unknown");
  w.place("a1");
  w.accept(2);
  w.place("b2", {}, 2);
  w.failed("unknown");
  strictEqual(w.place("b3", {}, 2)[0]?.rejectCode, "VENUE_DOWN");
});

Deno.test("apply() counts no failure of a dry order's request", () => {
  const w = beside(1);
  w.place("a1");
  w.failed("notSent");
  w.place("a2");
  w.failed("unknown");
  strictEqual(w.lastCommand().kind, "Lookup", "doubt is as that of any other");
  strictEqual(w.place("b1", {}, 2)[0]?.execType, "PendingNew");
});

Deno.test("nextDeadlineUs() is when what waits first may leave: cancels do not wait for the breaker", () => {
  const w = new World({ breaker: { failures: 1, coolMs: 60_000 } }).start().open();
  w.place("a1");
  w.accept();
  w.place("a2");
  w.accept(2);
  w.replace("r2", { orig: "a2", qty: "12" });
  const { request, order } = w.lastCommand();
  const failed = { request, order, outcome: "unknown", text: "no", retryAfterMs: 1000 } as const;
  w.broker("RequestFailed", failed);
  w.cancel("c1", "a1");
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Submit", "Replace"]);
  strictEqual(w.timeline.nextDeadlineUs(), w.nowUs + 1_000_000);
  w.wait(1000).fire();
  deepStrictEqual(w.commands.slice(3).map(({ kind }) => kind), ["Cancel", "Lookup"]);
});

Deno.test("apply() lets a request that was withheld wait again, and leave later under its number", () => {
  const timeline = new EngineTimeline(() => {});
  const w = new World();
  w.timeline = timeline;
  w.start().open();
  w.place("a1");
  w.accept();
  const [alice] = timeline.state.clients.all;
  if (alice === undefined) throw new Error("Cannot go on without a client");
  alice.checkedReportSeq += 1; // the next report breaks the rule of report numbers
  w.cancel("c1", "a1");
  strictEqual(w.commands.length, 1);
  w.venueStatus("up");
  deepStrictEqual(w.commands.map(({ kind, request }) => [kind, request]), [
    ["Submit", 1],
    ["Cancel", 2],
  ]);
});
