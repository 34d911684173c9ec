/**
 * The stream of the core's benchmarks: many orders that live side by side, each through the same
 * life, one step of one random order at a time.
 *
 * A life: placed, accepted, replaced upwards, filled in part, then filled or cancelled; its lane goes
 * on with a new order. Steps are columns of numbers, so that the engine, the bare loop beside it
 * and the oracle read the very same stream. Deterministic from its seed.
 * @module
 */

/** The steps of a life, in order. */
export const STEP = {
  Place: 0,
  Accepted: 1,
  Replace: 2,
  Replaced: 3,
  Part: 4,
  Rest: 5,
  Cancel: 6,
  Cancelled: 7,
} as const;

export const PART_QTY = 40;
const MID_PX = 6_000_000;
const AWAY_PX = 100_000;

/** A batch of steps, a column each. */
export type Steps = {
  readonly length: number;
  readonly kind: Uint8Array;
  readonly lane: Uint32Array;
  /** Number of the order in order of placing, 1, 2, 3 … */
  readonly order: Float64Array;
  readonly px: Int32Array;
  /** Order quantity of Place, Replace and Replaced; executed quantity of Part and Rest. */
  readonly qty: Int32Array;
};

/** Makes an empty batch. */
export function stepsOf(length: number): Steps {
  return {
    length,
    kind: new Uint8Array(length),
    lane: new Uint32Array(length),
    order: new Float64Array(length),
    px: new Int32Array(length),
    qty: new Int32Array(length),
  };
}

/** True if the orders of a lane buy: lanes alternate, and the two sides never cross. */
export function isBuying(lane: number): boolean {
  return lane % 2 === 0;
}

/** Small enough that the events of a batch die young, as they do in the daemon. */
export const BATCH = 500;

/** Lanes of orders, each somewhere in its life. */
export class Lives {
  readonly lanes: number;
  readonly #next: Uint8Array;
  readonly #order: Float64Array;
  readonly #px: Int32Array;
  readonly #qty: Int32Array;
  #lastOrder = 0;
  #random: number;

  constructor(lanes: number, seed: number) {
    this.lanes = lanes;
    this.#next = new Uint8Array(lanes);
    this.#order = new Float64Array(lanes);
    this.#px = new Int32Array(lanes);
    this.#qty = new Int32Array(lanes);
    this.#random = seed;
  }

  /**
   * Places and accepts an order in every lane: two steps each, in batches. Apply each before the
   * next is made: events that pile up teach the runtime to expect that of all events to come.
   */
  *begin(): Generator<Steps, void> {
    for (let from = 0; from < 2 * this.lanes; from += BATCH) {
      const steps = stepsOf(Math.min(BATCH, 2 * this.lanes - from));
      for (let at = 0; at < steps.length; at++) this.#step(steps, at, (from + at) >> 1);
      yield steps;
    }
  }

  /** Fills a batch with the next steps of random lanes. */
  fill(steps: Steps): void {
    for (let at = 0; at < steps.length; at++) {
      this.#step(steps, at, this.#draw() % this.lanes);
    }
  }

  #step(steps: Steps, at: number, lane: number): void {
    const kind = this.#next[lane] ?? 0;
    if (kind === STEP.Place) this.#place(lane);
    if (kind === STEP.Replace) {
      this.#qty[lane] = (this.#qty[lane] ?? 0) + 50;
      this.#px[lane] = (this.#px[lane] ?? 0) + (isBuying(lane) ? -1 : 1);
    }
    steps.kind[at] = kind;
    steps.lane[at] = lane;
    steps.order[at] = this.#order[lane] ?? 0;
    steps.px[at] = this.#px[lane] ?? 0;
    steps.qty[at] = this.#executed(kind, this.#qty[lane] ?? 0);
    this.#next[lane] = this.#after(kind);
  }

  #place(lane: number): void {
    const away = AWAY_PX + this.#draw() % 1000;
    this.#order[lane] = ++this.#lastOrder;
    this.#px[lane] = isBuying(lane) ? MID_PX - away : MID_PX + away;
    this.#qty[lane] = 100 + this.#draw() % 900;
  }

  #executed(kind: number, orderQty: number): number {
    if (kind === STEP.Part) return PART_QTY;
    return kind === STEP.Rest ? orderQty - PART_QTY : orderQty;
  }

  #after(kind: number): number {
    if (kind === STEP.Part) return this.#draw() % 2 === 0 ? STEP.Rest : STEP.Cancel;
    return kind === STEP.Rest || kind === STEP.Cancelled ? STEP.Place : kind + 1;
  }

  /** A linear congruential generator; its high bits. */
  #draw(): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#random >>> 4;
  }
}
