/**
 * What an account can come to at its venue, held against its limits while requests, answers and fills
 * get lost: whatever was let in may fill whole, at once and unheard. Proves R-CORE-7 (position,
 * funds, reduce-only) and R-EXEC-3: doubt counts at its worst.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { NO_LIMITS, NO_VENUE_LIMITS } from "../../../core/limits.ts";
import {
  clientIndex,
  type Instrument,
  instrumentId,
  type OrderCommand,
  qty,
} from "../../../core/mod.ts";
import { spotInstrument, World, type WorldOptions } from "../../support/engine_world.ts";
import { ModelVenue } from "../../support/model_venue.ts";
import { runner, signedContract, token } from "../../support/outcome_instruments.ts";
import { lossyVenues, type VenueStep, venueStep } from "../../support/venue_steps.ts";

const KINDS = [
  "place",
  "place",
  "place",
  "cancel",
  "replace",
  "replace",
  "execute",
  "execute",
  "deliver",
  "deliver",
  "deliver",
  "wait",
  "wait",
  "restart",
] as const;

type Step = VenueStep<(typeof KINDS)[number]>;

const steps = fc.array(venueStep(KINDS), { maxLength: 80, size: "max" });

type Terms = {
  readonly instruments: readonly Instrument[];
  /** A price as text, of any number. */
  readonly priceOf: (n: number) => string;
  /** Quanta of a unit of quantity. */
  readonly unit: number;
};

/** One client and a venue that keeps to its orders. */
class Play {
  readonly world: World;
  readonly venue = new ModelVenue();
  reduceOnly = false;
  readonly #terms: Terms;
  #intents = 0;
  #session = 1;

  constructor(of: WorldOptions, terms: Terms) {
    this.#terms = terms;
    this.world = new World(of).start().open({ cancelOnDisconnect: false });
    for (const each of terms.instruments) this.world.control("InstrumentListed", each, each.id);
    const limits = { ...NO_VENUE_LIMITS, checkFunds: true };
    this.world.control("LimitsSet", { scope: "venue", admin: true, limits });
  }

  /** Buys and has it filled. */
  bought(units: number): this {
    this.#place({ a: units - 1, b: 0 });
    this.venue.hear(this.world, () => "arrives");
    this.venue.execute({ at: 0, qty: units * this.#terms.unit, isReported: true });
    this.venue.deliver(this.world, 10);
    return this;
  }

  turn({ kind, fate, a, b }: Step): void {
    const { world, venue } = this;
    const live = world.timeline.view.orders(clientIndex(0), { open: true, limit: 100 });
    const orig = live[a % Math.max(1, live.length)]?.intentId ?? "none";
    switch (kind) {
      case "place":
        this.#place({ a, b });
        break;
      case "cancel":
        world.cancel(`i${this.#intents++}`, orig, this.#session);
        break;
      case "replace":
        world.replace(`i${this.#intents++}`, {
          orig,
          qty: `${1 + b % 12}`,
          price: this.#terms.priceOf(a),
        }, this.#session);
        break;
      case "execute": {
        const size = this.#terms.unit * (1 + b % 8) / 2;
        venue.execute({ at: a, qty: size, isReported: b % 3 !== 0 });
        break;
      }
      case "deliver":
        venue.deliver(world, 1 + a % 4);
        break;
      case "wait":
        world.wait(a * 3).fire();
        break;
      case "restart":
        if (a % 4 === 0) this.#restart();
        break;
    }
    venue.hear(world, () => fate);
  }

  #place({ a, b }: Pick<Step, "a" | "b">): void {
    const { instruments, priceOf } = this.#terms;
    this.world.place(`i${this.#intents++}`, {
      instrument: instruments[a % instruments.length]?.name ?? "",
      side: b % 2 === 0 ? "Buy" : "Sell",
      orderQty: `${1 + a % 9}`,
      price: priceOf(a + b),
      reduceOnly: this.reduceOnly,
      ttlMs: b % 5 === 0 ? 1 + b * 5 : 0,
    }, this.#session);
  }

  #restart(): void {
    const { world, venue } = this;
    venue.disconnect(world);
    world.wait(100).restart();
    this.#session += 1;
    world.open({ session: this.#session, cancelOnDisconnect: false });
    venue.reconcile();
    world.venueStatus("up");
  }
}

/** A piece of an order, filled or still to come; below 0 it is sold. */
type Piece = { readonly on: number; readonly quanta: number; readonly px: number };

/** What has happened at the venue, and what of each live order may still. */
function pieces({ venue }: Play): { readonly done: Piece[]; readonly open: Piece[] } {
  const [done, open]: [Piece[], Piece[]] = [[], []];
  for (const order of venue.orders) {
    const sign = order.side === "Buy" ? 1 : -1;
    const on = order.instrument;
    for (const fill of order.fills) done.push({ on, quanta: sign * fill.qty, px: fill.px });
    const left = order.orderQty - venue.executed(order);
    if (order.status === "open") open.push({ on, quanta: sign * left, px: order.price });
  }
  return { done, open };
}

function total(of: readonly Piece[], value: (piece: Piece) => number): number {
  return of.reduce((sum, piece) => sum + value(piece), 0);
}

const held = ({ quanta }: Piece): number => quanta;
const sold = ({ quanta }: Piece): number => Math.min(0, quanta);
const bought = ({ quanta }: Piece): number => Math.max(0, quanta);

const SPOT: Terms = {
  instruments: [spotInstrument()],
  priceOf: (n) => `${95 + n % 10}`,
  unit: 1000,
};
const MAX_POSITION = 12_000;
const [USDT, BTC] = [1100, 9];

Deno.test("no account can be beyond max_position or its funds at the venue, whatever got lost", () => {
  fc.assert(
    fc.property(lossyVenues, steps, (of, turns) => {
      const play = new Play(of, SPOT);
      const limits = { ...NO_LIMITS, maxPosition: qty(MAX_POSITION), bookStaleMs: 1 };
      const payload = { scope: "instrument", admin: true, limits } as const;
      play.world.control("LimitsSet", payload, instrumentId(0));
      play.world.control("BalanceSet", { currency: "USDT", total: `${USDT}` });
      play.world.control("BalanceSet", { currency: "BTC", total: `${BTC}` });
      for (const turn of turns) {
        play.turn(turn);
        const { done, open } = pieces(play);
        const position = total(done, held);
        ok(position + total(open, bought) <= MAX_POSITION, "the longest");
        ok(-position - total(open, sold) <= MAX_POSITION, "the shortest");
        const paid = total(done, ({ quanta, px }) => quanta * px) +
          total(open, (piece) => bought(piece) * piece.px);
        ok(paid <= USDT * 100_000, "what all that is open would cost");
        ok(BTC * 1000 + position + total(open, sold) >= 0, "what all that is open would deliver");
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("no reduce-only orders can turn a position at the venue, whatever got lost", () => {
  fc.assert(
    fc.property(lossyVenues, steps, (of, turns) => {
      const play = new Play(of, SPOT);
      play.world.control("BalanceSet", { currency: "USDT", total: "1000" });
      play.bought(9);
      play.reduceOnly = true;
      for (const turn of turns) {
        play.turn(turn);
        const { done, open } = pieces(play);
        strictEqual(total(open, bought), 0);
        ok(total(done, held) + total(open, sold) >= 0, "all that is open would leave it long");
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("nothing that adds leaves while only reducing is allowed, whatever held it back", () => {
  let left = 0;
  fc.assert(
    fc.property(lossyVenues, steps, fc.nat({ max: 40 }), (of, turns, from) => {
      const play = new Play(of, SPOT);
      const { world } = play;
      world.control("BalanceSet", { currency: "USDT", total: "9000" });
      play.bought(9);
      for (const [at, turn] of turns.entries()) {
        if (at === from) world.control("TradingStateSet", { state: "Reducing", reason: "test" });
        const before = world.commands.length;
        play.turn(turn);
        if (at >= from) left += checkReduces(world, world.commands.slice(before));
      }
    }),
    { numRuns: 150 },
  );
  ok(left > 100, `enough must have left to tell: was ${left}`);
});

/** Holds what just left against what is held and what else is open; returns how many orders it was. */
function checkReduces({ timeline: { view } }: World, left: readonly OrderCommand[]): number {
  const long = Number(view.positions(clientIndex(0))[0]?.qty ?? 0) * SPOT.unit;
  const live = view.orders(clientIndex(0), { open: true, limit: 1000 });
  let checked = 0;
  for (const command of left) {
    if (command.kind !== "Submit" && command.kind !== "Replace") continue;
    const { side } = command;
    let [own, others] = [command.orderQty as number, 0];
    for (const { order } of live) {
      if (order?.side !== side) continue;
      if (order.orderId !== command.order) others += order.leavesQty;
      else if (command.kind === "Replace") own = Math.max(0, own - order.cumQty);
    }
    const reducible = Math.max(0, (side === "Buy" ? -long : long) - others);
    ok(own <= reducible, `${side} of ${own} beside ${others}, ${long} held`);
    checked += 1;
  }
  return checked;
}

type Pool = Terms & {
  readonly name: string;
  /** Numbers of instruments that can come true together. */
  readonly ends: readonly (readonly number[])[];
  /** What a quantum earns if its instrument comes true. */
  readonly pays: number;
  /** Of the account. */
  readonly cash: number;
  /** The stake comes back with what it wins. */
  readonly isBetting: boolean;
};

function numbered(instruments: readonly Instrument[]): readonly Instrument[] {
  return instruments.map((instrument, at) => ({
    ...instrument,
    id: instrumentId(at + 1),
    name: `test:${instrument.symbol}`,
  }));
}

function market(name: string, of: Parameters<typeof runner>[1], ends: Pool["ends"]): Pool {
  const instruments = numbered([1, 2, 3].map((id) => runner(id, of)));
  const priceOf = (n: number): string => `${1 + n % 5}.5`;
  return { name, instruments, ends, pays: 100, priceOf, unit: 100, cash: 30, isBetting: true };
}

function condition(name: string, of: readonly Instrument[], ends: Pool["ends"]): Pool {
  const priceOf = (n: number): string => `0.${5 + n % 90}`;
  const instruments = numbered(of);
  return { name, instruments, ends, pays: 1e4, priceOf, unit: 100, cash: 5, isBetting: false };
}

const POOLS: readonly Pool[] = [
  market("a market whose runners are all listed", { runners: 3 }, [[1], [2], [3]]),
  market("a market with runners that are not listed", { runners: 5 }, [[1], [2], [3], []]),
  market("a market of two places", { runners: 3, winners: 2 }, [[1, 2], [1, 3], [2, 3]]),
  condition("a pair of outcomes", [token("YES"), token("NO")], [[1], [2]]),
  condition("a signed contract", [signedContract()], [[1], []]),
];

/** What a piece earns if these come true, quanta². */
function earned(
  { on, quanta, px }: Piece,
  { pays, isBetting }: Pool,
  end: readonly number[],
): number {
  if (isBetting) return quanta * (end.includes(on) ? px - pays : -pays);
  return quanta * ((end.includes(on) ? pays : 0) - px);
}

for (const pool of POOLS) {
  Deno.test(`no account can lose more than it has at the venue in ${pool.name}`, () => {
    const currency = pool.isBetting ? "GBP" : "USD";
    fc.assert(
      fc.property(lossyVenues, steps, (of, turns) => {
        const play = new Play(of, pool);
        play.world.control("BalanceSet", { currency, total: `${pool.cash}` });
        for (const turn of turns) {
          play.turn(turn);
          const { done, open } = pieces(play);
          for (const end of pool.ends) {
            const profit = total(done, (piece) => earned(piece, pool, end)) +
              total(open, (piece) => Math.min(0, earned(piece, pool, end)));
            ok(profit >= -pool.cash * pool.unit * pool.pays, `if ${end} come true`);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
}
