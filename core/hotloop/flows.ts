/**
 * The flows of the levels of one side, by price: an array where the ladder is bounded, else two
 * generations of a map.
 *
 * Bounds: a bounded ladder holds one flow for each tick that was ever seen. Elsewhere, when the
 * young generation holds `GENERATION` levels it becomes the old one, and what it was is forgotten:
 * a level that comes back after that was never seen. Of a deep book a snapshot tells the
 * best levels only: all of it would push out those that matter.
 * @module
 */
import type { TickTable } from "../tick_ladder.ts";
import { LevelFlow } from "./level_flow.ts";

/** Levels of a generation. */
const GENERATION = 2_048;

/** Flows by price. */
export interface Flows {
  /** Flows of the other side: trades at a price are shared with it. */
  partner: Flows | undefined;
  /** Of so many levels a snapshot may tell: the next of that size then finds each of them. */
  readonly snapshotMax: number;
  /** Returns the flow of a level, or undefined if it was never seen. */
  find(price: number): LevelFlow | undefined;
  /** Returns the flow of a level, made if it was never seen; undefined: off the ladder. */
  at(price: number, nowUs: number): LevelFlow | undefined;
  /** The same where the caller has the price's tick already; it counts on bounded ladders only. */
  atTick(tick: number, of: { readonly price: number; readonly nowUs: number }): LevelFlow;
  /** Forgets every flow. */
  clear(): void;
}

/** Returns the flows of a side. */
export function makeFlows(table: TickTable | undefined): Flows {
  return table === undefined ? new RecentFlows() : new TickFlows(table);
}

class TickFlows implements Flows {
  partner: Flows | undefined;
  readonly snapshotMax = Infinity;
  readonly #table: TickTable;
  readonly #flows: (LevelFlow | undefined)[];

  constructor(table: TickTable) {
    this.#table = table;
    this.#flows = new Array(table.count).fill(undefined);
  }

  find(price: number): LevelFlow | undefined {
    const tick = this.#table.tickOf(price);
    return tick === undefined ? undefined : this.#flows[tick];
  }

  at(price: number, nowUs: number): LevelFlow | undefined {
    const tick = this.#table.tickOf(price);
    return tick === undefined ? undefined : this.atTick(tick, { price, nowUs });
  }

  atTick(tick: number, of: { readonly price: number; readonly nowUs: number }): LevelFlow {
    const known = this.#flows[tick];
    if (known !== undefined) return known;
    const made = new LevelFlow(of.nowUs, this.partner?.find(of.price)?.trades);
    this.#flows[tick] = made;
    return made;
  }

  clear(): void {
    this.#flows.fill(undefined);
  }
}

class RecentFlows implements Flows {
  partner: Flows | undefined;
  /** The levels of two snapshots, in whatever order, fill no more than one generation. */
  readonly snapshotMax = GENERATION / 2;
  #young = new Map<number, LevelFlow>();
  #old = new Map<number, LevelFlow>();

  find(price: number): LevelFlow | undefined {
    return this.#young.get(price) ?? this.#old.get(price);
  }

  at(price: number, nowUs: number): LevelFlow {
    const young = this.#young.get(price);
    if (young !== undefined) return young;
    const flow = this.#old.get(price) ??
      new LevelFlow(nowUs, this.partner?.find(price)?.trades);
    if (this.#young.size === GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(price, flow);
    return flow;
  }

  atTick(_tick: number, of: { readonly price: number; readonly nowUs: number }): LevelFlow {
    return this.at(of.price, of.nowUs);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
