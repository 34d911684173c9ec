/**
 * The market maker side of the generated market: a ladder of sizes on each side of a moving middle.
 *
 * Positions are rungs: rung n of a side lies n rungs away from rung 0 of the price line, so bids are
 * below asks by construction. What changed since the last look is collected for the next delta.
 *
 * Invariant: best bid rung < best ask rung; each side has at least `RUNGS_MIN` rungs.
 * @module
 */
import { type Side, SIDES } from "../../core/instrument.ts";
import type { Prng } from "./prng.ts";

/** Rungs that each side has at least. */
const RUNGS_MIN = 12;
const RUNGS_MAX = 24;
/** Largest size of a rung, lots. */
const LOTS_MAX = 12;

/** Sizes in lots by rung. */
type Ladder = Map<number, number>;

/** Sizes that changed: rung and lots, 0: gone. */
export type Changes = { readonly Buy: Ladder; readonly Sell: Ladder };

/** The resting orders of everybody else. */
export class GeneratorBook {
  readonly #random: Prng;
  readonly #ladders: Changes = { Buy: new Map(), Sell: new Map() };
  #changes: Changes = { Buy: new Map(), Sell: new Map() };
  #best: Record<Side, number>;

  constructor(of: { readonly random: Prng; readonly middle: number; readonly spread: number }) {
    this.#random = of.random;
    this.#best = { Buy: of.middle, Sell: of.middle + of.spread };
    for (const side of SIDES) this.#topUp(side);
  }

  /** Rung of the best order. */
  best(side: Side): number {
    return this.#best[side];
  }

  /** Rungs between the two sides. */
  get spread(): number {
    return this.#best.Sell - this.#best.Buy;
  }

  lotsAt(side: Side, rung: number): number {
    return this.#ladders[side].get(rung) ?? 0;
  }

  /** All rungs, in the order in which they came. */
  rungs(side: Side): ReadonlyMap<number, number> {
    return this.#ladders[side];
  }

  /** Gives somebody's order another size. */
  resize(side: Side): void {
    const depth = this.#random.below(RUNGS_MIN);
    this.#set(side, { rung: this.#best[side] - depth * outward(side), lots: this.#someLots() });
  }

  /** Puts an order before the best one, if there is room. */
  improve(side: Side): void {
    if (this.spread < 2) return;
    const rung = this.#best[side] + outward(side);
    this.#set(side, { rung, lots: this.#someLots() });
    this.#best[side] = rung;
    this.#trim(side);
  }

  /** Takes up to `lots` from the best rung; returns how many. */
  consume(side: Side, lots: number): number {
    const rung = this.#best[side];
    const there = this.lotsAt(side, rung);
    const taken = Math.min(lots, there);
    this.#set(side, { rung, lots: there - taken });
    if (taken === there) this.#stepBack(side);
    return taken;
  }

  /** What changed since the last call. */
  takeChanges(): Changes {
    const changes = this.#changes;
    this.#changes = { Buy: new Map(), Sell: new Map() };
    return changes;
  }

  #stepBack(side: Side): void {
    while (this.lotsAt(side, this.#best[side]) === 0) this.#best[side] -= outward(side);
    this.#topUp(side);
  }

  #topUp(side: Side): void {
    for (let depth = 0; depth < RUNGS_MIN; depth++) {
      const rung = this.#best[side] - depth * outward(side);
      if (this.lotsAt(side, rung) === 0) this.#set(side, { rung, lots: this.#someLots() });
    }
  }

  #trim(side: Side): void {
    for (const rung of [...this.#ladders[side].keys()]) {
      const depth = (this.#best[side] - rung) * outward(side);
      if (depth >= RUNGS_MAX) this.#set(side, { rung, lots: 0 });
    }
  }

  #someLots(): number {
    return this.#random.between({ least: 1, most: LOTS_MAX });
  }

  #set(side: Side, level: { readonly rung: number; readonly lots: number }): void {
    if (level.lots === 0) this.#ladders[side].delete(level.rung);
    else this.#ladders[side].set(level.rung, level.lots);
    this.#changes[side].set(level.rung, level.lots);
  }
}

/** Direction from a side towards the other one. */
function outward(side: Side): 1 | -1 {
  return side === "Buy" ? 1 : -1;
}
