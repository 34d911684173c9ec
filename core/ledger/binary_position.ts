/**
 * What one book holds of one binary outcome: an average-cost position with collateral, provisional
 * receipts and settlement.
 *
 * Executions post their whole value; `carried` is what shown cash has beyond that: less the
 * collateral that a short binds, and once settled, the value paid. So a settlement needs no posting,
 * and what is booked or voided after it is paid or taken back by itself.
 *
 * `quanta` conserves and is remembered after settlement; `heldQuanta` is 0 from then on. What is
 * settled shows no cost, so its executions are not remembered: it stays small for good.
 * @module
 */
import { fromUnits } from "../decimal.ts";
import type { Digest } from "../digest.ts";
import type { Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import type { NodeReader } from "../node_reader.ts";
import type { Px } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { Outcome } from "./binary_condition.ts";
import { boundCollateral, heldProfits, type PayoutShare, settledValue } from "./binary_terms.ts";
import type { CostPosition } from "./cost_position.ts";
import { type ExactSum, narrowed } from "./exact_sum.ts";
import { type Amount, NOTHING, unitsAt } from "./money.ts";
import { NO_PROFITS, type Profits } from "./outcomes.ts";
import type { Change, Exposure, PositionFigures } from "./policy.ts";
import type { Valuation } from "./valuation.ts";

/** Position of one book in one outcome. */
export class BinaryPosition {
  readonly kind = "binary";
  readonly mayCarry = true;
  readonly #cost: CostPosition;
  readonly #outcome: Outcome;
  readonly #valuation: Valuation;
  #provisional = 0;

  constructor(
    cost: CostPosition,
    of: { readonly outcome: Outcome; readonly valuation: Valuation },
  ) {
    this.#cost = cost;
    this.#outcome = of.outcome;
    this.#valuation = of.valuation;
  }

  get instrument(): Instrument {
    return this.#cost.instrument;
  }

  get currency(): string {
    return this.#cost.currency;
  }

  get quanta(): number {
    return this.#cost.quanta;
  }

  get heldQuanta(): number {
    return this.#outcome.settled === null ? this.quanta : 0;
  }

  get flow(): ExactSum {
    return this.#cost.flow;
  }

  /** Bought by provisional executions that are neither confirmed nor voided, quanta. */
  get provisionalQuanta(): number {
    return this.#provisional;
  }

  /** What may be sold, quanta: held and not provisional. */
  get availableQuanta(): number {
    return Math.max(0, this.heldQuanta - this.#provisional);
  }

  /** Value paid by a settlement; else less the collateral that a short binds. */
  get carried(): Amount {
    if (this.quanta === 0) return NOTHING;
    const { settled, payout, terms: { netting } } = this.#outcome;
    if (settled !== null) {
      return { units: narrowed(this.#valueAt(settled)), scale: this.#valuation.costScale };
    }
    const bound = boundCollateral({ quanta: this.quanta, payout, netting });
    return bound === 0n ? NOTHING : { units: narrowed(-bound), scale: this.#valuation.scale };
  }

  /** @throws {InvariantError} If the position, or its provisional part, would pass 2^53 quanta. */
  assertBookable(change: Change): void {
    this.#cost.assertBookable(change);
    if (!isReceipt(change)) return;
    const isSafe = Number.isSafeInteger(this.#provisional + change.quanta);
    invariant(isSafe, "What is provisional of a position must stay within 2^53 quanta");
  }

  book(change: Change): void {
    this.#cost.book(change);
    this.forgetIfSettled();
    if (isReceipt(change)) this.#provisional += change.quanta;
  }

  /** @throws {InvariantError} If `reverse` could not take it. */
  assertReversible(change: Change): void {
    this.#cost.assertReversible(change);
    if (isReceipt(change)) this.assertProvisional(change.quanta);
  }

  reverse(change: Change): void {
    this.#cost.reverse(change);
    this.forgetIfSettled();
    if (isReceipt(change)) this.#provisional -= change.quanta;
  }

  /** Forgets executions, if they tell nothing any more. */
  forgetIfSettled(): void {
    if (this.#outcome.settled !== null) this.#cost.forgetExecutions();
  }

  /** @throws {InvariantError} If less is provisional. */
  assertProvisional(quanta: number): void {
    invariant(this.#provisional >= quanta, "A provisional execution must have been booked as one");
  }

  /** Makes a provisional receipt final. */
  confirm(quanta: number): void {
    this.#provisional -= quanta;
  }

  /** Profit of an open outcome if it holds and if not, units of price × quantity. */
  get profits(): Profits {
    if (this.#outcome.settled !== null) return NO_PROFITS;
    const { payout } = this.#outcome;
    return heldProfits({ quanta: this.quanta, payout, flow: this.flow.units });
  }

  /** Returns what a row shows; once resolved, the mark is the share of the payout. */
  figures(mark: Px | undefined): PositionFigures {
    const { settled, resolved } = this.#outcome;
    if (settled !== null) return this.#settledFigures(settled);
    if (resolved === null || this.quanta === 0) return this.#cost.figures(mark);
    const { costScale } = this.#valuation;
    const cost = unitsAt(this.#cost.cost, costScale);
    const unrealisedPnl = fromUnits(this.#valueAt(resolved) - cost, costScale);
    return { ...this.#cost.figures(undefined), unrealisedPnl };
  }

  exposure(mark: Px | undefined): Exposure {
    if (this.#outcome.settled !== null) return { atEntry: NOTHING, atMark: NOTHING };
    return this.#cost.exposure(mark);
  }

  /** Mixes the position, what of it is provisional, and the shares. */
  mixInto(digest: Digest): void {
    this.#cost.mixInto(digest);
    digest.int(this.#provisional);
    for (const share of [this.#outcome.resolved, this.#outcome.settled]) {
      digest.mix(share?.numerator ?? 0);
      digest.mix(share?.denominator ?? 0);
    }
  }

  checkpoint(): CheckpointNode {
    return { cost: this.#cost.checkpoint(), provisional: this.#provisional };
  }

  /** Takes the state of a checkpoint. */
  restore(saved: NodeReader): this {
    this.#cost.restore(saved.child("cost"));
    this.#provisional = saved.integer("provisional");
    return this;
  }

  #settledFigures(settled: PayoutShare): PositionFigures {
    const { costScale, fractions } = this.#valuation;
    const earned = this.flow.units * BigInt(fractions) + this.#valueAt(settled);
    return {
      qty: "0",
      avgPx: null,
      realisedPnl: fromUnits(earned, costScale),
      unrealisedPnl: "0",
    };
  }

  #valueAt(share: PayoutShare): bigint {
    const { payout } = this.#outcome;
    const { fractions } = this.#valuation;
    return settledValue({ quanta: this.quanta, payout, share, finer: BigInt(fractions) });
  }
}

function isReceipt(change: Change): boolean {
  return change.isProvisional === true && change.quanta > 0;
}
