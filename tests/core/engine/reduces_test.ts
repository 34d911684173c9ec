/**
 * What only reduces in markets and conditions, against every way in which they can end and in which
 * open orders can fill. Proves R-CORE-7 (`REDUCE_ONLY` by the worst outcome) and R-CORE-9.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import type { Instrument } from "../../../core/instrument.ts";
import { type CurrencyLimit, NO_VENUE_LIMITS } from "../../../core/limits.ts";
import { instrumentId } from "../../../core/numbers.ts";
import { Story } from "../../contracts/engine/story.ts";
import { INSTRUMENT, World } from "../../support/engine_world.ts";
import { runner, signedContract, token } from "../../support/outcome_instruments.ts";

type Side = "Buy" | "Sell";
/** Quantity in hundredths above one; price in hundredths above the least. */
type Step = {
  readonly kind: "deal" | "rest" | "reduce" | "fill" | "replace";
  readonly on: number;
  readonly side: Side;
  readonly qty: number;
  readonly px: number;
  readonly which: number;
};
type Bet = { on: number; side: Side; qty: number; px: number };

const ONE = 100;

/** A market or condition, and what a unit earns in one of its ends, in quanta². */
type Pool = {
  readonly instruments: readonly Instrument[];
  /** Sets of instruments that can come true together. */
  readonly ends: readonly ReadonlySet<number>[];
  readonly least: number;
  earned(bet: Bet, end: ReadonlySet<number>): number;
};

function numbered(instruments: readonly Instrument[]): readonly Instrument[] {
  return instruments.map((instrument, at) => ({
    ...instrument,
    id: instrumentId(at),
    name: `test:${instrument.symbol}`,
  }));
}

function bets(of: Pick<Pool, "instruments" | "ends">): Pool {
  return {
    ...of,
    least: 101,
    earned: ({ on, side, qty, px }, end) => {
      const sign = side === "Buy" ? 1 : -1;
      return sign * qty * (end.has(on) ? px - ONE : -ONE);
    },
  };
}

const ALL = [[], [0], [1], [2], [0, 1], [0, 2], [1, 2]].map((won) => new Set(won));
const POOLS: readonly (readonly [string, Pool])[] = [
  [
    "a market of which all runners are listed",
    bets({
      instruments: numbered([1, 2, 3].map((id) => runner(id, { runners: 3 }))),
      ends: ALL.filter((end) => end.size === 1),
    }),
  ],
  [
    "a market of two places with runners that are not listed",
    bets({ instruments: numbered([1, 2, 3].map((id) => runner(id, { winners: 2 }))), ends: ALL }),
  ],
  ["a pair of outcomes", {
    instruments: numbered([token("YES"), token("NO")]).map((instrument) => ({
      ...instrument,
      priceRule: { scale: 2, ticks: [{ fromQuanta: 1, stepQuanta: 1 }] },
    })),
    ends: [new Set([0]), new Set([1])],
    least: 1,
    earned: ({ on, side, qty, px }, end) => {
      const sign = side === "Buy" ? 1 : -1;
      return sign * qty * ((end.has(on) ? ONE : 0) - px);
    },
  }],
];

/** A client's dealings, told to an engine and kept by hand. */
class Play {
  readonly story = new Story().begin({ instruments: [] });
  readonly #pool: Pool;
  readonly #held: Bet[] = [];
  readonly #open = new Map<number, Bet>();
  #orders = 0;
  #intents = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
    for (const instrument of pool.instruments) this.story.list(instrument);
  }

  turn(step: Step): void {
    const bet = this.#priced(step);
    switch (step.kind) {
      case "deal":
        this.#take(bet, { reduceOnly: false });
        return this.#fill(this.#orders);
      case "rest":
        this.#take(bet, { reduceOnly: false });
        return;
      case "reduce":
        return this.#reduce(bet);
      case "fill":
        return this.#fill(this.#chosen(step));
      case "replace":
        return this.#replace(this.#chosen(step), bet);
    }
  }

  #reduce(bet: Bet): void {
    const isKept = this.#isKept([...this.#open], bet);
    strictEqual(this.#isLetInByALoss(bet), isKept);
    strictEqual(this.#take(bet, { reduceOnly: true }), isKept);
  }

  /** Under a limit of the client and one of the account that any loss is beyond. */
  #isLetInByALoss(bet: Bet): boolean {
    const maxLoss = ["GBP", "USDC"].map((currency) => ({ currency, most: "-1000000" }));
    const taken = (["client", "venue"] as const).map((scope) => {
      this.#limit(scope, maxLoss);
      const terms = { on: bet.on, side: bet.side, ...shown(bet) };
      this.story.place(`i${this.#intents++}`, { ...terms, validateOnly: true });
      const [report] = this.story.effects.reports;
      this.#limit(scope, []);
      strictEqual(report?.rejectCode ?? "MAX_LOSS", "MAX_LOSS");
      return report?.execType !== "Rejected";
    });
    strictEqual(taken[0], taken[1], "all of the account is this client's");
    return taken[0] ?? false;
  }

  #limit(scope: "client" | "venue", maxLoss: readonly CurrencyLimit[]): void {
    const limits = { ...NO_VENUE_LIMITS, maxLoss };
    const scoped = scope === "venue" ? { scope, limits } : { scope, client: "alice", limits };
    this.story.control("LimitsSet", { ...scoped, admin: true }, { venue: 0, instrument: 0 });
  }

  #chosen({ which }: Step): number | undefined {
    const all = [...this.#open.keys()];
    return all[which % Math.max(1, all.length)];
  }

  #take(bet: Bet, of: { readonly reduceOnly: boolean }): boolean {
    const id = `i${this.#intents++}`;
    const terms = { on: bet.on, side: bet.side, ...shown(bet) };
    this.story.place(id, { ...terms, ...of });
    const [report] = this.story.effects.reports;
    if (report?.execType !== "PendingNew") return false;
    this.#orders += 1;
    this.#open.set(this.#orders, bet);
    this.story.accept(this.#orders);
    return true;
  }

  #fill(order: number | undefined): void {
    const bet = order === undefined ? undefined : this.#open.get(order);
    if (order === undefined || bet === undefined) return;
    this.story.fill(order, { id: `e${order}`, ...shown(bet) });
    this.#held.push(bet);
    this.#open.delete(order);
  }

  /** The client only reduces from here to the end of the replace, which the venue makes. */
  #replace(order: number | undefined, to: Bet): void {
    const bet = order === undefined ? undefined : this.#open.get(order);
    if (order === undefined || bet === undefined) return;
    const next = { ...to, on: bet.on, side: bet.side };
    const others = [...this.#open].filter(([number]) => number !== order);
    const placed = this.story.timeline.view.orders("account", { open: true, limit: 99 });
    const orig = placed.find((report) => report.order?.orderId === order)?.intentId ?? "";
    this.story.riskFlag(`f${this.#intents++}`, "Reducing");
    const { qty, px: price } = shown(next);
    this.story.replace(`r${this.#intents++}`, { orig, qty, price });
    const isTaken = this.story.effects.reports[0]?.execType === "PendingReplace";
    strictEqual(isTaken, this.#isKept(others, next));
    if (isTaken) this.story.replaced(order, { qty, px: price });
    if (isTaken) this.#open.set(order, next);
    this.story.riskFlag(`f${this.#intents++}`, "Active");
  }

  #priced({ on, side, qty, px }: Step): Bet {
    const { instruments, least } = this.#pool;
    return { on: on % instruments.length, side, qty: 1 + qty, px: least + px };
  }

  /** By every end and every choice of orders that fill. */
  #isKept(open: readonly (readonly [number, Bet])[], added: Bet): boolean {
    const orders = [...open.map(([, bet]) => bet), added];
    const { ends, earned } = this.#pool;
    const now = Math.min(...ends.map((end) => sum(this.#held, (bet) => earned(bet, end))));
    for (const end of ends) {
      const held = sum(this.#held, (bet) => earned(bet, end));
      for (let chosen = 0; chosen < 2 ** orders.length; chosen += 1) {
        const filled = orders.filter((_, at) => (chosen >> at) % 2 === 1);
        if (held + sum(filled, (bet) => earned(bet, end)) < now) return false;
      }
    }
    return true;
  }
}

function shown({ qty, px }: Bet): { readonly qty: string; readonly px: string } {
  return { qty: `${qty / 100}`, px: `${px / 100}` };
}

function sum(all: readonly Bet[], of: (bet: Bet) => number): number {
  return all.reduce((total, bet) => total + of(bet), 0);
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("deal", "deal", "rest", "reduce", "reduce", "reduce", "fill", "replace"),
  on: fc.nat(2),
  side: fc.constantFrom("Buy", "Sell"),
  qty: fc.nat(9),
  px: fc.nat(98),
  which: fc.nat(9),
});

for (const [what, pool] of POOLS) {
  Deno.test(`firstRefusal() takes what leaves no outcome worse than the worst in ${what}`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14, size: "max" }), (steps) => {
        const play = new Play(pool);
        for (const one of steps) play.turn(one);
      }),
      { numRuns: 150 },
    );
  });
}

const MARKET = { ordType: "Market", price: null, timeInForce: "IOC" } as const;

function listed(w: World, instrument: Instrument): string {
  const name = `test:${instrument.symbol}`;
  w.control("InstrumentListed", { ...instrument, name }, instrument.id);
  return name;
}

/** Lists an instrument of which the client then buys 10. */
function holding(w: World, instrument: Instrument): string {
  const name = listed(w, instrument);
  const placed = w.place(`open ${name}`, { instrument: name, orderQty: "10", price: "0.5" });
  const order = placed[0]?.order?.orderId ?? 0;
  w.accept(order);
  w.fill(order, { id: `e${order}`, qty: 1_000, px: 5_000 });
  return name;
}

for (
  const [what, first, second] of [
    ["a signed contract", signedContract(), signedContract()],
    ["an outcome", token("YES"), token("YES")],
    ["the other outcome", token("YES"), token("NO")],
  ] as const
) {
  Deno.test(`isWorstKept() refuses what reduces while a Market order without a price is live in ${what}`, () => {
    const w = new World().start().open();
    const held = holding(w, first);
    const other = second.id === first.id ? held : listed(w, second);
    const sell = { side: "Sell", orderQty: "10" } as const;
    const only = { ...sell, instrument: held, price: "0.6", reduceOnly: true } as const;
    const unpriced = w.place("m1", { ...sell, ...MARKET, instrument: other })[0];
    strictEqual(unpriced?.execType, "PendingNew");
    strictEqual(w.place("a1", only)[0]?.rejectCode, "REDUCE_ONLY");
    w.control("DryRunSet", { client: "alice", on: true });
    strictEqual(w.place("a2", only)[0]?.execType, "PendingNew", "the other set has none");
    w.control("DryRunSet", { client: "alice", on: false });
    w.cancelled(unpriced?.order?.orderId);
    strictEqual(w.place("a3", only)[0]?.execType, "PendingNew", "it is live no more");
  });
}

Deno.test("isWorstKept() looks past a Market order without a price in another market or condition", () => {
  const w = new World().start().open();
  const [yes, signed] = [holding(w, token("YES")), holding(w, signedContract())];
  const back = { ...runner(1, { runners: 1 }), name: "test:A" };
  w.control("InstrumentListed", back, back.id);
  const sell = { side: "Sell", orderQty: "10", ...MARKET } as const;
  for (const instrument of [signed, back.name, INSTRUMENT]) {
    strictEqual(w.place(`m ${instrument}`, { ...sell, instrument })[0]?.execType, "PendingNew");
  }
  const only = { instrument: yes, side: "Sell", orderQty: "10", reduceOnly: true } as const;
  strictEqual(w.place("a1", { ...only, price: "0.6" })[0]?.execType, "PendingNew");
});

Deno.test("isWorstKept() refuses a Market order without a price, and beside one, in a betting market", () => {
  const w = new World({ capabilities: { ordTypes: ["Limit", "Market"] } }).start().open();
  const back = { ...runner(1), name: "test:A" };
  w.control("InstrumentListed", back, back.id);
  const on = { instrument: back.name, orderQty: "10" };
  w.place("open", { ...on, price: "3" });
  w.fill(1, { id: "e1", qty: 1_000, px: 300 });
  const only = { ...on, side: "Sell", reduceOnly: true } as const;
  const rejected = w.place("a1", { ...only, ...MARKET })[0];
  strictEqual(rejected?.rejectCode, "REDUCE_ONLY");
  strictEqual(w.place("a2", { ...on, ...MARKET })[0]?.execType, "PendingNew");
  strictEqual(w.place("a3", { ...only, price: "3" })[0]?.rejectCode, "REDUCE_ONLY");
  w.cancelled(2);
  strictEqual(w.place("a4", { ...only, price: "3" })[0]?.execType, "PendingNew");
});

Deno.test("isWorstKept() counts the orders of one set: dry ones apart from real ones", () => {
  const w = new World().start().open();
  const yes = { ...token("YES"), name: "test:YES" };
  w.control("InstrumentListed", yes, yes.id);
  const on = { instrument: yes.name, orderQty: "10", price: "0.4" };
  w.place("a1", on);
  w.accept();
  w.fill(1, { id: "e1", qty: 1_000, px: 4_000 });
  const sell = { ...on, side: "Sell", reduceOnly: true } as const;
  strictEqual(w.place("a2", sell)[0]?.execType, "PendingNew");
  strictEqual(w.place("a3", sell)[0]?.rejectCode, "REDUCE_ONLY");
  w.control("DryRunSet", { client: "alice", on: true });
  strictEqual(w.place("a4", sell)[0]?.execType, "PendingNew");
  strictEqual(w.place("a5", sell)[0]?.rejectCode, "REDUCE_ONLY");
});
