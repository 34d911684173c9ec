/**
 * Proves what is remembered of the touches (R-HOT-2): rates and sweeps against a naive twin that
 * keeps a list of everything and sums it whenever it is asked, and the definition of a sweep by hand.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type Near, TouchFlow, TouchLife } from "../../../core/hotloop/touch_flow.ts";

const HALF_LIFE_S = 30;
const SLOW_S = 120;
const CANCEL_WEIGHT = 0.25;

type Step = {
  readonly afterTenths: number;
  readonly kind: "trade" | "cancel" | "look";
  readonly quantity: number;
  readonly bid: number;
  readonly ask: number;
};
type Flowed = { readonly s: number; readonly quantity: number };

/** Everything that was told; ladders on which the best bid is the highest. */
class NaiveTouches {
  readonly #trades: Flowed[] = [];
  readonly #cancels: Flowed[] = [];
  readonly #sweeps: Flowed[] = [];
  readonly #seen: Flowed[] = [];
  #since: number | undefined;
  #told = 0;
  #bid: number | undefined;
  #ask: number | undefined;

  apply({ kind, quantity, bid, ask }: Step, s: number): void {
    if (kind === "trade") this.#trades.push({ s, quantity });
    else if (kind === "cancel") this.#cancels.push({ s, quantity });
    else this.#look({ bid, ask }, s);
  }

  near(s: number): Near {
    const seenS = 2 * seconds(this.#since === undefined ? 0 : s - this.#since);
    const share = seenS === 0 ? 1 : Math.min(1, 0.7 * HALF_LIFE_S / seenS);
    const told = sum(this.#seen, s) + 60;
    return {
      passed: {
        volume: sum(this.#trades, s) + CANCEL_WEIGHT * sum(this.#cancels, s),
        events: events(this.#trades, s) + CANCEL_WEIGHT * events(this.#cancels, s),
        exposureS: seenS,
      },
      share,
      sweeps: sum(this.#sweeps, s),
      lifeS: told / (sum(this.#sweeps, s) + 0.5),
    };
  }

  #look(now: { readonly bid: number; readonly ask: number }, s: number): void {
    if (this.#since === undefined) [this.#since, this.#told] = [s, s];
    const isBidSwept = this.#bid !== undefined && now.ask <= this.#bid;
    const isAskSwept = this.#ask !== undefined && now.bid >= this.#ask;
    this.#bid = isBidSwept ? now.bid : Math.max(now.bid, this.#bid ?? now.bid);
    this.#ask = isAskSwept ? now.ask : Math.min(now.ask, this.#ask ?? now.ask);
    const quantity = Number(isBidSwept) + Number(isAskSwept);
    if (quantity > 0) this.#sweeps.push({ s, quantity });
    const isLong = Math.round((s - this.#told) * 10) >= 10;
    if (quantity === 0 && !isLong) return;
    this.#seen.push({ s, quantity: 2 * seconds(s - this.#told) });
    this.#told = s;
  }
}

function left(since: number, s: number): number {
  return 2 ** (-(s - since) / SLOW_S);
}

function sum(list: readonly Flowed[], s: number): number {
  return list.reduce((total, { s: at, quantity }) => total + quantity * left(at, s), 0);
}

function events(list: readonly Flowed[], s: number): number {
  const moments = new Set(list.map(({ s: at }) => at));
  return [...moments].reduce((total, at) => total + left(at, s), 0);
}

function seconds(age: number): number {
  return SLOW_S / Math.LN2 * (1 - 2 ** (-age / SLOW_S));
}

function made(): TouchFlow {
  return new TouchFlow({
    market: new TouchLife(),
    towardsBid: 1,
    halfLifeUs: HALF_LIFE_S * 1_000_000,
  });
}

const STEPS: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    afterTenths: fc.integer({ min: 0, max: 60 }),
    kind: fc.constantFrom<Step["kind"]>("trade", "cancel", "look", "look"),
    quantity: fc.integer({ min: 1, max: 500 }),
    bid: fc.integer({ min: 90, max: 99 }),
    ask: fc.integer({ min: 91, max: 105 }),
  }).map((step) => ({ ...step, ask: Math.max(step.ask, step.bid + 1) })),
  { maxLength: 40, size: "max" },
);

Deno.test("TouchFlow remembers what its naive twin sums", () => {
  fc.assert(fc.property(STEPS, (steps) => {
    const [touch, twin] = [made(), new NaiveTouches()];
    let tenths = 10_000;
    for (const step of steps) {
      tenths += step.afterTenths;
      const us = tenths * 100_000;
      if (step.kind === "trade") touch.traded(step.quantity, us);
      else if (step.kind === "cancel") touch.cancelled(step.quantity, us);
      else touch.look(step, us);
      twin.apply(step, tenths / 10);
      agree(touch.near(us, CANCEL_WEIGHT), twin.near(tenths / 10));
    }
  }));
});

function agree(said: Near, expected: Near): void {
  const figures = ({ passed, share, sweeps, lifeS }: Near): readonly number[] => [
    passed.volume,
    passed.events,
    passed.exposureS,
    share,
    sweeps,
    lifeS,
  ];
  const twin = figures(expected);
  for (const [at, figure] of figures(said).entries()) {
    const other = twin[at] ?? 0;
    ok(Math.abs(figure - other) <= 1e-9 * Math.max(1, other), `${at}: ${figure}, ${other}`);
  }
}

const SWEEPS: readonly (readonly [string, readonly (readonly [number, number])[], number])[] = [
  ["no other side at its price", [[99, 101], [98, 100], [97, 99.5]], 0],
  ["the other side at its price", [[99, 101], [98, 99]], 1],
  ["the other side through it, once", [[99, 101], [95, 96], [95, 96]], 1],
  ["an improved touch from its new price", [[97, 101], [99, 101], [97, 99]], 1],
  ["both touches one after the other", [[99, 101], [101, 102], [98, 99]], 2],
];
for (const [what, books, expected] of SWEEPS) {
  Deno.test(`TouchFlow sweeps with ${what}`, () => {
    const touch = made();
    for (const [bid, ask] of books) touch.look({ bid, ask }, 1_000_000);
    strictEqual(touch.near(1_000_000, 0).sweeps, expected);
  });
}

Deno.test("TouchFlow knows no touch of an empty side, and nothing after clear()", () => {
  const touch = made();
  touch.look({ bid: 99, ask: undefined }, 1_000_000);
  touch.look({ bid: undefined, ask: 98 }, 2_000_000);
  strictEqual(touch.near(2_000_000, 0).sweeps, 1);
  touch.traded(5, 3_000_000);
  touch.clear();
  const { passed, sweeps } = touch.near(9_000_000, 1);
  strictEqual(passed.volume + passed.events + passed.exposureS + sweeps, 0);
});
