/**
 * What live orders may do at worst, kept by difference, against a naive twin that counts anew after
 * every event; and that what was let in never exceeds a limit at its worst. Proves R-CORE-7 and
 * R-CORE-9.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { fromQuanta } from "../../../core/decimal.ts";
import {
  type Checkpoint,
  type Event,
  instrumentId,
  px,
  qty,
  type ReplaceRequest,
  seqId,
} from "../../../core/mod.ts";
import { NO_LIMITS, NO_VENUE_LIMITS } from "../../../core/limits.ts";
import { engineNode, type EngineState, readEngine } from "../../../core/engine/mod.ts";
import type { Order } from "../../../core/order.ts";
import { inverseInstrument } from "../../support/contract_instruments.ts";
import { runner } from "../../support/outcome_instruments.ts";
import { EngineTimeline } from "../../support/engine_timeline.ts";
import { draft, ref, World, type WorldOptions } from "../../support/engine_world.ts";
import { corrected, found } from "../../support/venue_words.ts";

const BTC = instrumentId(0);
const MAX_POSITION = 20_000;
/** The fee of a fill, 0.01, in units of 10^-5: fees are not held back. */
const FEE_UNITS = 1000n;
/** A venue never fills worse than the limit: no Buy is priced below this. */
const NEVER_WORSE = 9_500;

type Step = { readonly kind: (typeof KINDS)[number]; readonly a: number; readonly b: number };

const KINDS = [
  "place",
  "place",
  "place",
  "replace",
  "replace",
  "cancel",
  "accepted",
  "accepted",
  "filled",
  "filled",
  "filledLate",
  "voided",
  "corrected",
  "cancelled",
  "rejected",
  "replaced",
  "agreed",
  "agreed",
  "replaceRejected",
  "failed",
  "down",
  "wait",
  "restart",
  "limits",
  "dry",
] as const;

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    a: fc.nat({ max: 1000 }),
    b: fc.nat({ max: 1000 }),
  }),
  { maxLength: 80, size: "max" },
);
const options: fc.Arbitrary<WorldOptions> = fc.record({
  capabilities: fc.record({
    replace: fc.constantFrom("native" as const, "cancel_new" as const),
    lookupByClientOrderId: fc.boolean(),
  }),
});

/** Two clients, one instrument, every limit that looks at the worst case. */
class Play {
  readonly world: World;
  readonly #answers = new Set<number>();
  #intents = 0;
  #session = 0;

  constructor(of: WorldOptions, timeline: EngineTimeline) {
    this.world = new World(of);
    this.world.timeline = timeline;
    this.world.start();
    this.#open();
    this.world.control("LimitsSet", {
      scope: "instrument",
      admin: true,
      limits: { ...NO_LIMITS, maxPosition: qty(MAX_POSITION), bookStaleMs: 1 },
    }, BTC);
    this.world.control("LimitsSet", {
      scope: "venue",
      admin: true,
      limits: { ...NO_VENUE_LIMITS, checkFunds: true },
    });
    this.world.control("BalanceSet", { currency: "USDT", total: "1500" });
    this.world.control("BalanceSet", { currency: "BTC", total: "15" });
  }

  /** The last Replace of the order that had no answer; it has one now. */
  #answered(order: number): ReplaceRequest | undefined {
    const asked = this.world.commands.findLast((one) =>
      one.kind === "Replace" && one.order === order
    );
    if (asked?.kind !== "Replace" || this.#answers.has(asked.request)) return undefined;
    this.#answers.add(asked.request);
    return asked;
  }

  /** The venue replaces the order as it was asked to; by itself it would admit what nobody asked. */
  #agree(order: number): void {
    const asked = this.#answered(order);
    if (asked === undefined) return;
    const { orderQty, price } = asked;
    this.world.broker("OrderReplaced", { ...ref(order), orderQty, price });
  }

  #open(): void {
    this.#session += 2;
    this.world.open({ session: this.#session, client: "alice" });
    this.world.open({ session: this.#session + 1, client: "bob" });
  }

  turn({ kind, a, b }: Step): void {
    const w = this.world;
    const live = w.timeline.view.orders("account", { open: true, limit: 100 });
    const chosen = b % 7 === 0 ? undefined : live[b % Math.max(1, live.length)];
    const session = this.#session +
      (chosen === undefined || kind === "place" ? a % 2 : chosen.client);
    const order = chosen?.order?.orderId ?? 1 + a % Math.max(1, this.#intents);
    const orig = chosen?.intentId ?? `i${b % Math.max(1, this.#intents)}`;
    switch (kind) {
      case "place":
        w.place(`i${this.#intents++}`, {
          side: b % 2 === 0 ? "Buy" : "Sell",
          orderQty: `${1 + a % 9}`,
          price: `${95 + b % 10}`,
        }, session);
        break;
      case "replace":
        w.replace(`i${this.#intents++}`, {
          orig,
          qty: `${1 + a % 12}`,
          price: `${95 + a % 10}`,
        }, session);
        break;
      case "cancel":
        w.cancel(`i${this.#intents++}`, orig, session);
        break;
      case "accepted":
        w.accept(order);
        break;
      case "filled":
        w.fill(order, {
          id: `e${b % 40}`,
          qty: 500 * (1 + b % 3),
          px: chosen?.order?.side === "Sell" ? NEVER_WORSE + a % 1000 : NEVER_WORSE,
        });
        break;
      case "voided":
        w.broker("ExecutionVoided", { ...ref(order), execId: `v${b}`, execRefId: `e${b % 40}` });
        break;
      case "corrected":
        corrected(w, {
          order,
          ref: `e${b % 40}`,
          id: a % 2 === 0 ? `e${a % 40}` : `c${a}`,
          qty: 500 * (1 + a % 4),
          px: NEVER_WORSE,
        });
        break;
      case "cancelled":
        w.cancelled(order);
        break;
      default:
        this.#venueTurns({ kind, a, b }, order);
    }
  }

  #venueTurns({ kind, a, b }: Step, order: number): void {
    const w = this.world;
    const text = "no";
    switch (kind) {
      case "rejected":
        w.broker("OrderRejected", { ...ref(order), rejectCode: "VENUE_REJECTED", text });
        break;
      case "replaced":
        w.broker("OrderReplaced", {
          ...ref(order),
          orderQty: qty(1000 * (1 + b % 12)),
          price: px(9_500 + a),
        });
        break;
      case "agreed":
        this.#agree(order);
        break;
      case "replaceRejected":
        this.#answered(order);
        w.broker("ReplaceRejected", { ...ref(order), rejectCode: "VENUE_REJECTED", text });
        break;
      case "filledLate":
        w.fill(order, { id: `l${b % 40}`, qty: 500, px: NEVER_WORSE, clOrdId: "tl-x-1" });
        break;
      case "failed":
        if (w.commands.length > 0) w.failed(b % 2 === 0 ? "unknown" : "notSent");
        break;
      case "down":
        w.venueStatus(a % 3 === 0 ? "down" : "up");
        break;
      case "wait":
        w.wait(a);
        w.fire();
        break;
      case "restart":
        w.start();
        this.#open();
        break;
      case "dry":
        if (a % 2 === 0) w.control("DryRunSet", { client: "alice", on: b % 3 !== 0 });
        else w.control("DryRunSet", { client: null, on: b % 3 === 0 }, BTC);
        break;
      default:
        break;
    }
  }
}

function worstOf(order: Order): number {
  const executed = order.cumQty + order.voidedQty;
  const { replace } = order;
  const isPlacing = replace?.stage === "placing";
  const placing = isPlacing ? replace.orderQty - order.baseCumQty : 0;
  const fills = [...order.fills].filter((fill) => fill.baseVersion >= order.baseVersion);
  const here = fills.reduce((sum, { peakQty }) => sum + peakQty, 0);
  const rests = isPlacing ? 0 : order.orderQty - order.baseCumQty - here;
  return Math.max(
    0,
    order.orderQty - executed,
    (replace?.orderQty ?? 0) - executed,
    placing,
    rests,
  );
}

/** Everything that the sums of real or of dry orders say, counted from the orders alone. */
function naive(state: EngineState, of: { readonly isDryRun: boolean }): unknown {
  const live = [...state.blotter.values()].filter((order) =>
    !order.isTerminal && order.isDryRun === of.isDryRun
  );
  const quantity = (of: readonly Order[], side: string): number =>
    of.filter((order) => order.side === side).reduce((sum, o) => sum + worstOf(o), 0);
  const sums = (of: readonly Order[]): unknown => ({
    orders: of.length,
    buyQty: quantity(of, "Buy"),
    sellQty: quantity(of, "Sell"),
  });
  const cash = live.filter((order) => order.side === "Buy").reduce((sum, order) => {
    const price = Math.max(order.price ?? 0, order.replace?.price ?? 0);
    return sum + BigInt(price) * BigInt(worstOf(order));
  }, 0n);
  const prices = (side: string): number[] =>
    live.filter((order) => order.side === side).map((order) => {
      const all = [order.price ?? 0, order.replace?.price ?? order.price ?? 0];
      return side === "Buy" ? Math.max(...all) : Math.min(...all);
    });
  const buys = prices("Buy");
  const sells = prices("Sell");
  return {
    account: sums(live),
    clients: state.clients.all.map(({ index }) =>
      sums(live.filter((order) => order.client === index))
    ),
    venue: live.length,
    exchange: live.length,
    quote: cash,
    base: BigInt(quantity(live, "Sell")),
    bestBuy: buys.length === 0 ? undefined : Math.max(...buys),
    bestSell: sells.length === 0 ? undefined : Math.min(...sells),
  };
}

/** The same, as the engine keeps it. */
function kept(state: EngineState, of: { readonly isDryRun: boolean }): unknown {
  const risk = state.riskOf(of);
  const listed = risk.instrument(BTC);
  return {
    account: { ...listed.sums },
    clients: state.clients.all.map(({ index, name }) => ({
      ...risk.pair(risk.client(index, name), listed).sums,
    })),
    venue: listed.venue.orders,
    exchange: listed.venue.exchange.orders,
    quote: listed.venue.purses.get("USDT")?.reserved.units,
    base: listed.venue.purses.get("BTC")?.reserved.units,
    bestBuy: listed.group.own.bestOf("Buy"),
    bestSell: listed.group.own.bestOf("Sell"),
  };
}

const REAL = { isDryRun: false } as const;
const BOOKS = [REAL, { isDryRun: true }] as const;

/** What the account could come to if everything open on a side filled, and nothing else. */
function assertWithinLimits(state: EngineState): void {
  const listed = state.risk.instrument(BTC);
  const position = state.ledger.positionQuanta("account", BTC);
  ok(position + listed.sums.buyQty <= MAX_POSITION, "the worst long position");
  ok(listed.sums.sellQty - position <= MAX_POSITION, "the worst short position");
}

Deno.test("exposure equals a count from scratch after every event", () => {
  fc.assert(
    fc.property(options, steps, (of, turns) => {
      const check = (state: EngineState): void => {
        if (state.instruments.length === 0) return;
        for (const book of BOOKS) deepStrictEqual(kept(state, book), naive(state, book));
      };
      const play = new Play(of, new EngineTimeline(check));
      for (const turn of turns) play.turn(turn);
    }),
    { numRuns: 150 },
  );
});

Deno.test("exposure, rates and limits come back from a checkpoint as they were", () => {
  fc.assert(
    fc.property(options, steps, (of, turns) => {
      const timeline = new EngineTimeline(() => {});
      const play = new Play(of, timeline);
      for (const turn of turns) play.turn(turn);
      const saved = JSON.parse(JSON.stringify(timeline.checkpoint())) as Checkpoint;
      const restored = readEngine(saved);
      for (const book of BOOKS) deepStrictEqual(kept(restored, book), kept(timeline.state, book));
      deepStrictEqual(engineNode(restored), saved.engine);
    }),
    { numRuns: 60 },
  );
});

/**
 * True once the venue filled what was not open: no order's worst case covers that. It may be a fill
 * of a terminal order, more than was ordered, a fill of a dry run, or of the old version of an order
 * after the venue said that it is cancelled.
 */
function isBeyondWhatIsOpen(state: EngineState): boolean {
  return (state.counters.get("late_fills") ?? 0) > 0 ||
    [...state.blotter.values()].some(({ cumQty, orderQty, replace, baseCumQty, isDryRun }) =>
      cumQty > orderQty || (replace?.stage === "placing" && cumQty > baseCumQty) ||
      (isDryRun && cumQty > 0)
    );
}

Deno.test("no set of orders is let in whose worst case is beyond a limit", () => {
  const orderly = steps.map((turns) =>
    turns.filter(({ kind }) => !["voided", "corrected", "replaced"].includes(kind))
  );
  fc.assert(
    fc.property(options, orderly, (of, turns) => {
      let wasBeyond = false;
      const check = (state: EngineState, event: Event): void => {
        wasBeyond ||= isBeyondWhatIsOpen(state);
        if (event.eventType !== "IntentReceived" || wasBeyond) return;
        assertWithinLimits(state);
        for (const purse of state.risk.instrument(BTC).venue.purses.values()) {
          const cash = state.funds.cashOf(state.risk.instrument(BTC).instrument.venue, purse);
          const fees = BigInt(state.counters.get("fills") ?? 0) * FEE_UNITS;
          ok(
            BigInt(cash ?? 0) + fees >= purse.reserved.units,
            `${purse.currency} covers all orders`,
          );
        }
      };
      const play = new Play(of, new EngineTimeline(check));
      for (const turn of turns) play.turn(turn);
    }),
    { numRuns: 100 },
  );
});

/** A world of which the engine's state is seen. */
function seen(): { readonly w: World; readonly timeline: EngineTimeline } {
  const timeline = new EngineTimeline(() => {});
  const w = new World();
  w.timeline = timeline;
  w.start().open();
  return { w, timeline };
}

const VAST = 5_000_000_000_000_000;

Deno.test("what is open counts a larger version of an order without counting the order twice", () => {
  const { w, timeline } = seen();
  w.place("a1", { orderQty: `${VAST / 1000}` });
  w.accept();
  w.replace("a2", { orig: "a1", qty: `${(VAST + 1000) / 1000}` });
  deepStrictEqual(w.effects.alarms, []);
  strictEqual(timeline.state.risk.instrument(BTC).sums.buyQty, VAST + 1000);
});

/** An order that leaves room for so many quanta beside it on its side. */
function leaveRoom(w: World, quanta: number): void {
  const orderQty = fromQuanta(Number.MAX_SAFE_INTEGER - quanta, 3);
  strictEqual(w.place("b1", { orderQty })[0]?.execType, "PendingNew");
}

/** Order 2 sells what was bought, since a position takes room as well. */
function sellAll(w: World, quanta: number): void {
  w.place("s1", { side: "Sell", orderQty: fromQuanta(quanta, 3) });
  w.fill(2, { id: "s1", qty: quanta });
}

const TERMS = { ...ref(1), price: px(10_000) } as const;

/** What comes before, and a word that would raise what order 1 of 10 counts with by `more`. */
const RAISING: readonly (readonly [
  what: string,
  before: (w: World) => void,
  raise: (w: World, more: 0 | 1) => void,
  options?: WorldOptions,
])[] = [
  [
    "a restatement",
    (w) => leaveRoom(w, 10_000),
    (w, more) => w.broker("OrderReplaced", { ...TERMS, orderQty: qty(10_000 + more) }),
  ],
  [
    "the answer to a replace",
    (w) => {
      w.replace("r1", { orig: "a1", qty: "11" });
      leaveRoom(w, 11_000);
    },
    (w, more) => w.broker("OrderReplaced", { ...TERMS, orderQty: qty(11_000 + more) }),
  ],
  [
    "a restatement of what is placed anew",
    (w) => {
      w.fill(1, { id: "e1", qty: 4_000 });
      sellAll(w, 5_000);
      w.replace("r1", { orig: "a1", qty: "11" });
      w.cancelled(1);
      w.fill(1, { id: "e2", qty: 1_000, clOrdId: "tl01234567-1-1" });
      leaveRoom(w, 8_000);
    },
    (w, more) => w.broker("OrderReplaced", { ...TERMS, orderQty: qty(12_000 + more) }),
    { capabilities: { replace: "cancel_new" } },
  ],
  [
    "what a look-up finds",
    (w) => {
      leaveRoom(w, 10_000);
      w.cancel("c1", "a1");
      w.failed("unknown");
    },
    (w, more) => found(w, { status: "open", orderQty: qty(10_000 + more) }),
  ],
  [
    "an execution that was counted twice",
    (w) => {
      w.fill(1, { id: "e0", qty: 5_000 });
      w.fill(1, { id: "x1", qty: 4_000 });
      sellAll(w, 9_000);
      leaveRoom(w, 1_000);
    },
    (w, more) => corrected(w, { ref: "e0", id: more === 1 ? "x1" : "x2", qty: 4_000 }),
  ],
];
for (const [what, before, raise, options] of RAISING) {
  Deno.test(`what is open stays as it was, and so does the order, where ${what} is beyond counting`, () => {
    const timeline = new EngineTimeline((state) => {
      if (state.instruments.length > 0) deepStrictEqual(kept(state, REAL), naive(state, REAL));
    });
    const w = new World(options);
    w.timeline = timeline;
    w.start().open();
    w.place("a1");
    w.accept();
    before(w);
    const terms = (): unknown =>
      w.timeline.view.orders("account", { open: true, limit: 9 }).map(({ order }) => order);
    const was = [terms(), kept(timeline.state, REAL)];
    raise(w, 1);
    deepStrictEqual(w.effects.alarms.map(({ code }) => code), ["INVARIANT"]);
    deepStrictEqual([terms(), kept(timeline.state, REAL)], was);
    const restored = new World(options, JSON.parse(JSON.stringify(timeline.checkpoint())));
    const from = w.events.length;
    raise(w, 0);
    deepStrictEqual(w.effects.alarms, [], "as much as there is room for");
    w.control("TradingStateSet", { state: "Active", reason: "looked at" });
    w.cancelled(1);
    w.place("a9", { orderQty: "9007199254740" });
    for (const event of w.events.slice(from)) restored.apply(event);
    deepStrictEqual(restored.lines, w.lines.slice(from));
  });
}

Deno.test("what is open breaks a rule by an order of an old checkpoint that cannot be counted", () => {
  const { w } = seen();
  w.place("a1", { orderQty: "7.777" });
  w.place("a2");
  const saved = JSON.stringify(w.timeline.checkpoint());
  const vast = saved.replace(/\b7777\b/, `${Number.MAX_SAFE_INTEGER}`);
  ok(vast !== saved);
  const restored = new World({}, JSON.parse(vast));
  const event = { ...draft("broker_report", "OrderAccepted", { ...ref(2), venueOrderId: "v2" }) };
  restored.apply({ ...event, seqId: seqId(w.timeline.seqId + 1), ingestTime: w.timeline.nowUs });
  deepStrictEqual(restored.effects.alarms.map(({ code }) => code), ["INVARIANT"]);
});

Deno.test("what is open counts a new version whole until it ends, whatever the old one fills late", () => {
  const timeline = new EngineTimeline(() => {});
  const w = new World({ capabilities: { replace: "cancel_new" } });
  w.timeline = timeline;
  w.start().open();
  w.place("a1");
  w.accept();
  w.replace("a2", { orig: "a1", qty: "12" });
  w.cancelled();
  w.broker("OrderAccepted", { ...ref(1, "tl01234567-1-2"), venueOrderId: "v2" });
  const open = (): number => timeline.state.risk.instrument(BTC).sums.buyQty;
  w.fill(1, { id: "e1", qty: 4000, clOrdId: "tl01234567-1-1" });
  strictEqual(open(), 12_000);
  w.fill(1, { id: "n1", qty: 1000 });
  strictEqual(open(), 11_000);
});

Deno.test("what is open holds back at the dearer price of a version that is no more aggressive", () => {
  const { w, timeline } = seen();
  const inverse = { ...inverseInstrument(), id: instrumentId(1), name: "test:INVERSE" };
  w.control("InstrumentListed", inverse, inverse.id);
  const limits = { ...NO_LIMITS, initialMarginPpm: 1_000_000 };
  w.control("LimitsSet", { scope: "instrument", admin: true, limits }, inverse.id);
  w.place("a1", { instrument: inverse.name, price: "100", orderQty: "1" });
  w.accept();
  const purse = timeline.state.risk.instrument(inverse.id).venue.purses.get("BTC");
  strictEqual(purse?.reserved.value, 1_000_000_000_000);
  w.replace("a2", { orig: "a1", qty: "1", price: "50" });
  strictEqual(purse.reserved.value, 2_000_000_000_000);
  const { own } = timeline.state.risk.instrument(inverse.id).group;
  strictEqual(own.bestOf("Buy"), 1_000, "until it is replaced it may trade at 100");
});

Deno.test("an order without a price holds back what no price is in, and nothing else", () => {
  const { w, timeline } = seen();
  const back = { ...runner(1), name: "test:A" };
  w.control("InstrumentListed", back, back.id);
  const market = { ordType: "Market", price: null, timeInForce: "IOC", orderQty: "10" } as const;
  const held = (currency: string) =>
    timeline.state.risk.instrument(BTC).venue.purses.get(currency)?.reserved.value ?? 0;
  w.place("a1", { ...market, side: "Buy" });
  strictEqual(held("USDT"), 0);
  w.place("a2", { ...market, side: "Sell" });
  strictEqual(held("BTC"), 10_000);
  w.place("a3", { ...market, side: "Sell", instrument: back.name });
  strictEqual(held("GBP"), 0);
  w.place("a4", { ...market, side: "Buy", instrument: back.name });
  strictEqual(held("GBP"), 1_000 * 100, "ten pounds, by stake and odds of two decimals each");
});

Deno.test("what is open is counted anew when what it holds back changes", () => {
  const { w, timeline } = seen();
  const inverse = { ...inverseInstrument(), id: instrumentId(1), name: "test:INVERSE" };
  w.control("InstrumentListed", inverse, inverse.id);
  w.place("a1", { instrument: inverse.name, price: "100", orderQty: "1" });
  for (const [ppm, held] of [[500_000, 500_000_000_000], [250_000, 250_000_000_000]] as const) {
    const limits = { ...NO_LIMITS, initialMarginPpm: ppm };
    w.control("LimitsSet", { scope: "instrument", admin: true, limits }, inverse.id);
    const { venue, group } = timeline.state.risk.instrument(inverse.id);
    strictEqual(venue.purses.get("BTC")?.reserved.value, held);
    strictEqual(group.own.bestOf("Buy"), 1_000);
  }
});

Deno.test("what is open of a larger version is less by what was executed, voided or not", () => {
  const { w, timeline } = seen();
  w.place("a1", { orderQty: "10" });
  w.accept();
  w.fill(1, { id: "e1", qty: 4_000 });
  w.fill(1, { id: "e2", qty: 1_000 });
  w.broker("ExecutionVoided", { ...ref(1), execId: "v1", execRefId: "e1" });
  const { sums } = timeline.state.risk.instrument(BTC);
  strictEqual(sums.buyQty, 5_000);
  w.replace("a2", { orig: "a1", qty: "12" });
  strictEqual(sums.buyQty, 7_000);
});
