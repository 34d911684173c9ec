/**
 * How long betting markets in play hold a bet back before it meets the book: those that watch the
 * game would take the prices of those who do not.
 *
 * Bounded by the listed instruments: a market that is closed or not in play has no delay.
 * @module
 */
import type { MarketPayloads } from "../event.ts";
import type { Instrument } from "../instrument.ts";
import type { NodeReader } from "../node_reader.ts";
import { instrumentId } from "../numbers.ts";
import type { InstrumentId } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";

const US_PER_MS = 1_000;

/** `isPassiveFree`: a bet that takes nothing on arrival is not held back. */
export type BetDelay = { readonly delayUs: number; readonly isPassiveFree: boolean };

/** The delays of one venue. */
export class BetDelays {
  readonly #delays = new Map<InstrumentId, BetDelay>();

  /** The source says what the market of an instrument is now. */
  define({ id, assetClass }: Instrument, market: MarketPayloads["MarketDefined"]): void {
    const { inPlay, status, betDelayMs, isPassiveFree } = market;
    const isHeld = assetClass === "betting" && inPlay && status !== "closed" && betDelayMs > 0;
    if (isHeld) this.#delays.set(id, { delayUs: betDelayMs * US_PER_MS, isPassiveFree });
    else this.#delays.delete(id);
  }

  /** The delay of an instrument's market, or undefined. */
  of(id: InstrumentId): BetDelay | undefined {
    return this.#delays.get(id);
  }

  /** Rows by instrument. */
  checkpoint(): CheckpointNode[] {
    const delays = [...this.#delays].sort(([first], [second]) => first - second);
    return delays.map(([instrument, { delayUs, isPassiveFree }]) => ({
      instrument,
      delay_us: delayUs,
      is_passive_free: isPassiveFree,
    }));
  }

  /** Reads back what `checkpoint` wrote, into new delays. */
  restore(rows: readonly NodeReader[]): void {
    for (const row of rows) {
      this.#delays.set(instrumentId(row.integer("instrument")), {
        delayUs: row.integer("delay_us"),
        isPassiveFree: row.flag("is_passive_free"),
      });
    }
  }
}
