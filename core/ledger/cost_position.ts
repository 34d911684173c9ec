/**
 * The position of one book in one instrument, by the average-cost method.
 *
 * Kept: signed quantity, the cost of what is open, and the flow (Σ sold − Σ bought, by value).
 * Realised P&L is flow + cost and unrealised is value − cost, so their sum is exact whatever the
 * cost is; commission is no part of either.
 *
 * A voided execution is taken out of the history and the cost is computed again without it, as if
 * it had never been; so the order of voids does not matter. The last 256 executions are kept for
 * that (`recent_changes.ts`). Known limit: an older one, or one without which the quantity would pass
 * 2^53 on the way, is voided as an opposite execution at its price; quantity, flow and total P&L are
 * exact then too, only the split of the total may differ.
 * @module
 */
import { fromQuanta, fromUnits } from "../decimal.ts";
import type { Digest } from "../digest.ts";
import type { Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import type { Px } from "../numbers.ts";
import type { NodeReader } from "../node_reader.ts";
import type { CheckpointNode } from "../timeline.ts";
import { ExactSum, narrowed } from "./exact_sum.ts";
import { type Amount, NOTHING } from "./money.ts";
import { OpenCost } from "./open_cost.ts";
import type { Change, Exposure, PositionFigures } from "./policy.ts";
import { RecentChanges } from "./recent_changes.ts";
import type { Valuation } from "./valuation.ts";

/** Position of one book in one instrument. */
export class CostPosition {
  readonly kind = "cost";
  readonly instrument: Instrument;
  readonly currency: string;
  /** Σ sold − Σ bought, units of the valuation. */
  readonly flow: ExactSum = new ExactSum();
  readonly #valuation: Valuation;
  readonly #open = new OpenCost();
  /** The open position before the oldest of the recent changes. */
  readonly #base = new OpenCost();
  readonly #recent = new RecentChanges();

  constructor(
    instrument: Instrument,
    of: { readonly currency: string; readonly valuation: Valuation },
  ) {
    this.instrument = instrument;
    this.currency = of.currency;
    this.#valuation = of.valuation;
  }

  /** Signed quantity, quanta. */
  get quanta(): number {
    return this.#open.quanta;
  }

  /** The same: a settlement closes it. */
  get heldQuanta(): number {
    return this.quanta;
  }

  /** Cost of what is open; below 0 for a short. */
  get cost(): Amount {
    return { units: narrowed(this.#costUnits), scale: this.#valuation.costScale };
  }

  /** Where an execution moves its whole value, nothing is carried. */
  get mayCarry(): boolean {
    return !this.#valuation.isPaidInFull;
  }

  /** Cost of what is open, if the class moves cash by realised P&L alone. */
  get carried(): Amount {
    return this.#valuation.isPaidInFull || this.quanta === 0 ? NOTHING : this.cost;
  }

  /** @throws {InvariantError} If the position would pass 2^53 quanta. */
  assertBookable(change: Change): void {
    const after = this.quanta + change.quanta;
    invariant(Number.isSafeInteger(after), "A position must stay within 2^53 quanta");
  }

  /** @throws {InvariantError} If the position would pass 2^53 quanta. */
  assertReversible(change: Change): void {
    this.assertBookable({ ...change, quanta: -change.quanta });
  }

  /** Books an execution. */
  book(change: Change): void {
    this.#open.apply(this.#valuation, change);
    this.flow.subtract(this.#valuation.valueOf(change));
    const oldest = this.#recent.push(change);
    if (oldest !== undefined) this.#base.apply(this.#valuation, oldest);
  }

  /** Takes an execution out again. */
  reverse(change: Change): void {
    const isTaken = this.#recent.take(change, this.#base.quanta);
    if (!isTaken) return this.book({ ...change, quanta: -change.quanta });
    this.#open.copy(this.#base);
    for (const kept of this.#recent.all()) this.#open.apply(this.#valuation, kept);
    this.flow.add(this.#valuation.valueOf(change));
  }

  /** Remembers no executions any more: one that is voided from now on is too old. */
  forgetExecutions(): void {
    this.#base.copy(this.#open);
    this.#recent.clear();
  }

  /** Returns what a row shows. */
  figures(mark: Px | undefined): PositionFigures {
    const { quanta } = this;
    const scale = this.#valuation.costScale;
    const cost = this.#costUnits;
    const flow = this.flow.units * BigInt(this.#valuation.fractions);
    return {
      qty: fromQuanta(quanta, this.instrument.qtyRule.scale),
      avgPx: quanta === 0 ? null : this.#valuation.averagePx({ quanta, cost }),
      realisedPnl: fromUnits(flow + cost, scale),
      unrealisedPnl: quanta === 0
        ? "0"
        : mark === undefined
        ? null
        : fromUnits(this.#valueAt(mark) - cost, scale),
    };
  }

  /** Returns the value of what is open, without its sign. */
  exposure(mark: Px | undefined): Exposure {
    if (this.quanta === 0) return { atEntry: NOTHING, atMark: NOTHING };
    const scale = this.#valuation.costScale;
    const atMark = mark === undefined
      ? null
      : { units: narrowed(magnitudeOf(this.#valueAt(mark))), scale };
    return { atEntry: { units: narrowed(magnitudeOf(this.#costUnits)), scale }, atMark };
  }

  /** Mixes quantity, cost and flow. */
  mixInto(digest: Digest): void {
    this.#open.mixInto(digest);
    this.flow.mixInto(digest);
  }

  /** Returns the whole state; costs as integers in text. */
  checkpoint(): CheckpointNode {
    return {
      instrument: this.instrument.id,
      open: this.#open.checkpoint(),
      base: this.#base.checkpoint(),
      flow: `${this.flow.units}`,
      ...this.#recent.checkpoint(),
    };
  }

  /** Takes the state of a checkpoint. */
  restore(saved: NodeReader): this {
    this.#open.restore(saved.child("open"));
    this.#base.restore(saved.child("base"));
    this.flow.set(narrowed(BigInt(saved.text("flow"))));
    this.#recent.restore(saved);
    return this;
  }

  get #costUnits(): bigint {
    return this.#open.units(this.#valuation);
  }

  #valueAt(mark: Px): bigint {
    const value = this.#valuation.valueOf({ quanta: this.quanta, px: mark });
    return BigInt(value) * BigInt(this.#valuation.fractions);
  }
}

function magnitudeOf(units: bigint): bigint {
  return units < 0n ? -units : units;
}
