/**
 * The simulated venue under random commands (R-CORE-8, R-CORE-9): equal to its naive twin, never
 * more filled than traded and displayed, deterministic, and the same after any checkpoint.
 * @module
 */
import fc from "fast-check";
import { deepStrictEqual, ok } from "node:assert/strict";
import { micros } from "../../../core/numbers.ts";
import { LIFE_MS, NaiveVenue } from "../../support/naive_venue.ts";
import type { NaiveCommand } from "../../support/naive_venue.ts";
import { runnerOf } from "../../support/runner.ts";
import { Bench, INSTRUMENT, NO_COSTS } from "../../support/simulated_venue.ts";

const side = fc.constantFrom("Buy" as const, "Sell" as const);
const size = fc.integer({ min: 1, max: 9 });
const price = fc.integer({ min: 97, max: 102 });
const bidLevel = fc.tuple(fc.integer({ min: 96, max: 99 }), fc.integer({ min: 0, max: 9 }));
const askLevel = fc.tuple(fc.integer({ min: 100, max: 103 }), fc.integer({ min: 0, max: 9 }));

function depth(
  kind: "snapshot" | "delta",
  most: number,
): fc.Arbitrary<Extract<NaiveCommand, { readonly kind: "snapshot" | "delta" }>> {
  const flat = (level: typeof bidLevel): fc.Arbitrary<number[]> =>
    fc.uniqueArray(level, { maxLength: most, size: "max", selector: ([at]) => at }).map((rows) =>
      rows.flat()
    );
  return fc.record({ kind: fc.constant(kind), bids: flat(bidLevel), asks: flat(askLevel) });
}

/** The best levels of one book, more or fewer of them: the same levels go out of sight and come back. */
const shown = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })).map((
  [bids, asks],
) => ({
  kind: "snapshot" as const,
  bids: [99, 5, 98, 4, 97, 3, 96, 2].slice(0, 2 * bids),
  asks: [100, 5, 101, 4, 102, 3, 103, 2].slice(0, 2 * asks),
}));

/** Changes at the end of that book: what they take out of sight comes back as it was. */
const shownByChange = fc.record({
  kind: fc.constant("delta" as const),
  bids: fc.constantFrom([], [96, 0], [96, 2], [97, 0, 96, 0], [97, 3]),
  asks: fc.constantFrom([], [103, 0], [103, 2], [102, 0, 103, 0], [102, 3]),
});

const command: fc.Arbitrary<NaiveCommand> = fc.oneof(
  { weight: 1, arbitrary: depth("snapshot", 8) },
  { weight: 2, arbitrary: shown },
  { weight: 2, arbitrary: shownByChange },
  { weight: 6, arbitrary: depth("delta", 2) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("trade" as const),
      price,
      qty: fc.integer({ min: 1, max: 12 }),
      side: fc.option(side, { freq: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "invalidate" as const }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("submit" as const),
      side,
      qty: size,
      price: fc.option(price, { freq: 9 }),
      timeInForce: fc.constantFrom("GTC", "GTC", "GTC", "GTD", "GTD", "IOC", "FOK"),
      postOnly: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("later" as const),
      ms: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("cancel" as const),
      order: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("replace" as const),
      order: fc.integer({ min: 1, max: 6 }),
      price,
      qty: size,
    }),
  },
);
/** Long enough that queues, gaps and replaces meet; the first snapshot makes it a market. */
const commands = fc.tuple(
  depth("snapshot", 8),
  fc.array(command, { minLength: 1, maxLength: 60, size: "max" }),
).map(([first, rest]) => [first, ...rest]);

/** Gives a command to the simulator. `step` makes new client order ids. */
function perform(bench: Bench, one: NaiveCommand, step: number): string[] {
  switch (one.kind) {
    case "snapshot":
      return bench.snapshot(one.bids, one.asks);
    case "delta":
      return bench.delta(one.bids, one.asks);
    case "trade":
      return bench.trade(one.price, one.qty, one.side);
    case "invalidate":
      return bench.invalidate();
    case "submit": {
      // Market means at once: it is IOC or FOK by nature.
      const isAtOnce = one.price === null && one.timeInForce !== "FOK";
      const timeInForce = isAtOnce ? "IOC" : one.timeInForce;
      const expireUs = timeInForce === "GTD" ? micros(bench.nowUs + LIFE_MS * 1000) : null;
      return bench.submit({ ...one, timeInForce, expireUs });
    }
    case "later":
      return bench.at(bench.nowUs / 1000 + one.ms);
    case "cancel":
      return bench.cancel(one.order);
    case "replace":
      return bench.replace(one.order, { ...one, newClOrdId: `r${step}` });
  }
}

Deno.test("Simulator says what its naive twin says, command by command", () => {
  fc.assert(
    fc.property(commands, (all) => {
      const bench = new Bench();
      const twin = new NaiveVenue();
      for (const [step, one] of all.entries()) {
        deepStrictEqual(perform(bench, one, step), twin.apply(one), `command ${step}`);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("Simulator goes on the same way from a checkpoint taken anywhere", () => {
  const latency = fc.record({
    orderLatencyUs: fc.constantFrom(0, 700, 2500),
    reportLatencyUs: fc.constantFrom(0, 900, 3100),
  });
  const delayMs = fc.constantFrom(0, 0, 2, 5);
  fc.assert(
    fc.property(commands, latency, delayMs, fc.nat({ max: 60 }), (all, settings, delay, where) => {
      const whole = new Bench(settings);
      const cut = new Bench(settings);
      for (const bench of delay > 0 ? [whole, cut] : []) {
        bench.instrument = { ...runnerOf(bench.instrument.id), priceRule: INSTRUMENT.priceRule };
        bench.define({ betDelayMs: delay, isPassiveFree: delay === 2 });
      }
      for (const [step, one] of all.entries()) {
        if (step === where % all.length) {
          cut.roundTrip();
          for (const bench of [whole, cut]) bench.redeclare(NO_COSTS); // nothing may overtake
        }
        for (const bench of [whole, cut]) bench.at(bench.nowUs / 1000 + 1);
        deepStrictEqual(perform(cut, one, step), perform(whole, one, step));
      }
      deepStrictEqual(cut.at(9000), whole.at(9000));
      deepStrictEqual(cut.simulator.checkpoint(), whole.simulator.checkpoint());
      deepStrictEqual(cut.applied, whole.applied);
    }),
    { numRuns: 300 },
  );
});

/** What happens at a level of 9 at 100: it is set, all of it or a part trades, orders come. */
const atLevel = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), size: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ kind: fc.constant("trade" as const), size: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ kind: fc.constant("submit" as const), size }),
);

Deno.test("Simulator fills the same whichever comes first of a trade's print and its change of the book", () => {
  fc.assert(
    fc.property(fc.array(atLevel, { minLength: 2, maxLength: 40, size: "max" }), (all) => {
      const [printFirst, bookFirst] = [new Bench(), new Bench()];
      for (const bench of [printFirst, bookFirst]) bench.snapshot([100, 9, 99, 5], [102, 4]);
      let shown = 9;
      for (const { kind, size } of all) {
        const traded = Math.min(size, shown);
        if (kind === "set") shown = size;
        if (kind === "trade") shown -= traded;
        const print = (bench: Bench): string[] => bench.trade(100, traded, "Sell");
        const change = (bench: Bench): string[] => bench.delta([100, shown], []);
        const said = [printFirst, bookFirst].map((bench) => {
          if (kind === "submit") return bench.submit({ side: "Buy", qty: size, price: 100 });
          if (kind === "set") return change(bench);
          if (traded === 0) return [];
          return bench === printFirst
            ? [...print(bench), ...change(bench)]
            : [...change(bench), ...print(bench)];
        });
        deepStrictEqual(said[1], said[0]);
      }
      for (const bench of [printFirst, bookFirst]) bench.delta([100, shown], []); // news of the level
      deepStrictEqual(bookFirst.simulator.checkpoint(), printFirst.simulator.checkpoint());
    }),
    { numRuns: 500 },
  );
});

/** Quantity that a command fills, by who rested. */
function filledBy(said: readonly string[], who: "Maker" | "Taker"): number {
  return said.filter((text) => text.endsWith(who))
    .reduce((sum, text) => sum + Number(text.split(" ")[2]?.split("@")[0]), 0);
}

Deno.test("Simulator never fills more by a trade than was traded", () => {
  fc.assert(
    fc.property(commands, (all) => {
      const bench = new Bench();
      for (const [step, one] of all.entries()) {
        const said = perform(bench, one, step);
        if (one.kind === "trade") ok(filledBy(said, "Maker") <= one.qty);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("Simulator never fills more against the book than it displayed", () => {
  fc.assert(
    fc.property(commands, (all) => {
      const bench = new Bench();
      let displayed = 0;
      let filled = 0;
      for (const [step, one] of all.entries()) {
        const said = perform(bench, one, step);
        if (one.kind === "snapshot" || one.kind === "delta") {
          for (const flat of [one.bids, one.asks]) {
            displayed += flat.reduce((sum, quantity, at) => at % 2 === 1 ? sum + quantity : sum, 0);
          }
        }
        if (one.kind !== "trade") filled += filledBy(said, "Maker") + filledBy(said, "Taker");
        ok(filled <= displayed, `${filled} filled, ${displayed} displayed`);
      }
    }),
    { numRuns: 500 },
  );
});
