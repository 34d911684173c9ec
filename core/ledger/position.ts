/**
 * The position of one book in one instrument, by the average-cost method.
 *
 * Kept: signed quantity, the cost of what is open, and the flow (Σ sold − Σ bought, price ×
 * quantity). Realised P&L is flow + cost and unrealised is value − cost, so their sum is exact
 * whatever the cost is; commission is no part of either.
 *
 * Rounding, the only one: an execution that closes part of a position takes its share of the cost
 * half-even to 10^-12 of the currency (finer if price × quantity is finer). Flat costs exactly 0.
 *
 * A voided execution is taken out of the history and the cost is computed again without it, as if
 * it had never been; so the order of voids does not matter. The history holds the last
 * `HISTORY_MAX` executions. Known limit: an older one is voided as an opposite execution at its
 * price; quantity, flow and total P&L are exact then too, only the split of the total may differ.
 * @module
 */
import {
  averagePx,
  divideHalfEven,
  fromQuanta,
  fromUnits,
  powerOfTen,
  toUnits,
} from "../decimal.ts";
import type { Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import { type InstrumentId, instrumentId, type Px, px } from "../numbers.ts";
import type { NodeReader } from "../node_reader.ts";
import type { CheckpointNode } from "../timeline.ts";

const HISTORY_MAX = 256;
const COST_SCALE_LEAST = 12;

/** An execution as the position sees it: quanta bought (above 0) or sold (below), at a price. */
export type Change = { readonly quanta: number; readonly px: Px };

/** `cost` is what the open quanta were bought for (sold: below 0), at the position's cost scale. */
type Open = { readonly quanta: number; readonly cost: bigint };

/** Position of one book in one instrument. */
export class Position {
  readonly instrument: Instrument;
  readonly #scaling: bigint;
  readonly #costScale: number;
  #open: Open = { quanta: 0, cost: 0n };
  #flow = 0n;
  /** The open position before the oldest change in the history. */
  #base: Open = { quanta: 0, cost: 0n };
  readonly #history: Change[] = [];

  constructor(instrument: Instrument) {
    const scale = instrument.priceRule.scale + instrument.qtyRule.scale;
    this.instrument = instrument;
    this.#costScale = Math.max(COST_SCALE_LEAST, scale);
    this.#scaling = powerOfTen(this.#costScale - scale);
  }

  /** Signed quantity, quanta. */
  get quanta(): number {
    return this.#open.quanta;
  }

  /** Signed quantity, decimal. */
  get qty(): string {
    return fromQuanta(this.#open.quanta, this.instrument.qtyRule.scale);
  }

  /** Σ sold − Σ bought, price × quantity, in units of 10^-costScale. */
  get flow(): bigint {
    return this.#flow;
  }

  /** Cost of what is open, in units of 10^-costScale; below 0 for a short position. */
  get cost(): bigint {
    return this.#open.cost;
  }

  /** Books an execution. @throws {InvariantError} If the position would pass 2^53 quanta. */
  apply(change: Change): void {
    this.#open = this.#after(this.#open, change);
    this.#flow -= this.#valueOf(change);
    this.#history.push(change);
    if (this.#history.length <= HISTORY_MAX) return;
    const oldest = this.#history.shift();
    if (oldest !== undefined) this.#base = this.#after(this.#base, oldest);
  }

  /** Takes an execution out again. @throws {InvariantError} As `apply`, before anything changed. */
  revoke(change: Change): void {
    const at = this.#history.findLastIndex((kept) =>
      kept.quanta === change.quanta && kept.px === change.px
    );
    if (at < 0) return this.apply(opposite(change));
    let open = this.#base;
    for (const [index, kept] of this.#history.entries()) {
      if (index !== at) open = this.#after(open, kept);
    }
    this.#history.splice(at, 1);
    this.#flow += this.#valueOf(change);
    this.#open = open;
  }

  /** Average price of what is open, decimal; null when flat. */
  get avgPx(): string | null {
    const { quanta, cost } = this.#open;
    if (quanta === 0) return null;
    const sign = quanta < 0 ? -1n : 1n;
    return averagePx({
      notional: sign * cost,
      cumQty: sign * BigInt(quanta) * this.#scaling,
      priceScale: this.instrument.priceRule.scale,
    });
  }

  /** P&L of what was closed, before commission, decimal. */
  get realisedPnl(): string {
    return fromUnits(this.#flow + this.#open.cost, this.#costScale);
  }

  /** P&L of what is open at `mark`, decimal; null if there is no mark and something is open. */
  unrealisedPnl(mark: Px | undefined): string | null {
    const { quanta, cost } = this.#open;
    if (quanta === 0) return "0";
    if (mark === undefined) return null;
    return fromUnits(this.#valueOf({ quanta, px: mark }) - cost, this.#costScale);
  }

  /** Returns the whole state; costs as decimal strings. */
  checkpoint(): CheckpointNode {
    return {
      instrument: this.instrument.id,
      quanta: this.#open.quanta,
      cost: fromUnits(this.#open.cost, this.#costScale),
      flow: fromUnits(this.#flow, this.#costScale),
      base_quanta: this.#base.quanta,
      base_cost: fromUnits(this.#base.cost, this.#costScale),
      history_quanta: this.#history.map((change) => change.quanta),
      history_px: this.#history.map((change) => change.px),
    };
  }

  /** Returns the position of a checkpoint; `instrumentOf` gives the instrument by its number. */
  static restore(
    saved: NodeReader,
    instrumentOf: (id: InstrumentId) => Instrument | undefined,
  ): Position {
    const instrument = instrumentOf(instrumentId(saved.integer("instrument")));
    invariant(instrument !== undefined, "A position's instrument must be listed");
    const position = new Position(instrument);
    position.#open = { quanta: saved.integer("quanta"), cost: position.#costAt(saved, "cost") };
    position.#flow = position.#costAt(saved, "flow");
    position.#base = {
      quanta: saved.integer("base_quanta"),
      cost: position.#costAt(saved, "base_cost"),
    };
    const prices = saved.integers("history_px");
    for (const [at, quanta] of saved.integers("history_quanta").entries()) {
      position.#history.push({ quanta, px: px(prices[at] ?? 0) });
    }
    return position;
  }

  #costAt(saved: NodeReader, name: string): bigint {
    const units = toUnits(saved.text(name), this.#costScale);
    invariant(units !== undefined, "A cost of a checkpoint must be a decimal of its scale");
    return units;
  }

  #valueOf(change: Change): bigint {
    return BigInt(change.quanta) * BigInt(change.px) * this.#scaling;
  }

  #after(open: Open, change: Change): Open {
    const quanta = open.quanta + change.quanta;
    invariant(Number.isSafeInteger(quanta), "A position must stay within 2^53 quanta");
    if (open.quanta === 0 || Math.sign(open.quanta) === Math.sign(change.quanta)) {
      return { quanta, cost: open.cost + this.#valueOf(change) };
    }
    if (Math.sign(quanta) !== Math.sign(open.quanta)) { // flat, or turned by this execution alone
      return { quanta, cost: this.#valueOf({ quanta, px: change.px }) };
    }
    const closed = divideHalfEven({
      numerator: open.cost * BigInt(Math.abs(change.quanta)),
      denominator: BigInt(Math.abs(open.quanta)),
    });
    return { quanta, cost: open.cost - closed };
  }
}

/** The execution that undoes another's quantity, at its price. */
export function opposite(change: Change): Change {
  return { quanta: -change.quanta, px: change.px };
}
