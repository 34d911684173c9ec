/**
 * What a venue said, as draft events: decimals become quanta, names become ours.
 *
 * Invariant: what is offered is in the order in which it was said; what the queue refuses waits here
 * and is offered again, before anything newer. A figure that is finer than its quantum is refused
 * loudly: rounding would invent money.
 * Limit: `HELD_MAX` drafts wait; beyond that the adapter ends, and its restart reads anew.
 * @module
 */
import { canonicalDecimal, fromQuanta } from "../../../core/decimal.ts";
import type { Draft } from "../../../core/event.ts";
import type { Instrument } from "../../../core/instrument.ts";
import { type Micros, micros, type Px, px, type Qty, qty } from "../../../core/numbers.ts";
import { quantaOf } from "../../feeds/venue_decimal.ts";
import type { Timers } from "../../ports.ts";
import type { VenueHost } from "../../venue.ts";
import { quantumOf } from "../listing.ts";
import { PayloadError } from "./payload.ts";

const HELD_MAX = 100_000;
const OFFER_AGAIN_US = 5000;

/** Kinds of events that an adapter offers as broker reports. */
type ReportType = Extract<Draft, { readonly source: "broker_report" }>["eventType"];
type PayloadOf<Type extends ReportType> = Extract<Draft, { readonly eventType: Type }>["payload"];

/** A figure that is no count of its instrument's quantum. */
export class QuantumError extends PayloadError {
  /** What would have to be configured to count it; undefined: nothing would do. */
  readonly needed: string | undefined;

  constructor(message: string, needed: string | undefined) {
    super(message);
    this.needed = needed;
  }
}

/** What a report says besides its payload. */
export type Said = {
  readonly instrument: Instrument | null;
  /** The venue's time; null: it did not say. */
  readonly timeMs: number | null;
  readonly key?: string;
};

/** Offers drafts of one venue, patiently. */
export class Reporter {
  readonly #host: VenueHost;
  readonly #timers: Timers;
  #held: Draft[] = [];

  constructor(host: VenueHost, timers: Timers) {
    this.#host = host;
    this.#timers = timers;
  }

  /** @throws {Error} If more waits than fits. */
  say<Type extends ReportType>(eventType: Type, payload: PayloadOf<Type>, said: Said): void {
    const { instrument, timeMs, key } = said;
    const draft = {
      eventTime: timeMs === null ? this.#host.nowUs() : timeOfMs(timeMs),
      source: "broker_report",
      venue: this.#host.declaration.id,
      instrument: instrument?.id ?? null,
      eventType,
      payload,
      idempotencyKey: key ?? null,
    } as unknown as Draft; // the generic names one member of the union, which the compiler cannot see
    if (this.#held.length > 0 || !this.#host.offer(draft)) this.#hold(draft);
  }

  #hold(draft: Draft): void {
    if (this.#held.length === 0) this.#later();
    if (this.#held.length >= HELD_MAX) {
      throw new Error(`Cannot hold another report: at most ${HELD_MAX} may wait`);
    }
    this.#held.push(draft);
  }

  #later(): void {
    this.#timers.after(OFFER_AGAIN_US, () => {
      let taken = 0;
      for (const draft of this.#held) {
        if (!this.#host.offer(draft)) break;
        taken++;
      }
      this.#held = this.#held.slice(taken);
      if (this.#held.length > 0) this.#later();
    });
  }
}

/** Returns a venue's time. @throws {PayloadError} If it is further off than can be counted. */
export function timeOfMs(timeMs: number): Micros {
  const us = timeMs * 1000;
  if (Number.isSafeInteger(us)) return micros(us);
  throw new PayloadError(`Cannot read a time: it must be in milliseconds: was ${timeMs}`);
}

/** Returns a quantity. @throws {PayloadError} If it is finer than the quantum, or below 0. */
export function qtyOf(decimal: string, instrument: Instrument): Qty {
  const quanta = quantaOf(decimal, instrument.qtyRule.scale);
  if (quanta !== undefined && quanta >= 0) return qty(quanta);
  throw tooFine("quantity", decimal, instrument);
}

/** Returns a signed count of quanta. @throws {PayloadError} If it is finer than the quantum. */
export function signedQtyOf(decimal: string, instrument: Instrument): number {
  const quanta = quantaOf(decimal, instrument.qtyRule.scale);
  if (quanta !== undefined) return quanta;
  throw tooFine("quantity", decimal, instrument);
}

/** Returns a price. @throws {PayloadError} If it is finer than the quantum. */
export function pxOf(decimal: string, instrument: Instrument): Px {
  const quanta = quantaOf(decimal, instrument.priceRule.scale);
  if (quanta !== undefined) return px(quanta);
  throw tooFine("price", decimal, instrument);
}

/** Returns a price, or null where the venue writes 0 for "none", as for a market order. */
export function limitPxOf(decimal: string, instrument: Instrument): Px | null {
  return decimal === "0" ? null : pxOf(decimal, instrument);
}

function tooFine(what: "price" | "quantity", decimal: string, of: Instrument): PayloadError {
  const { scale } = what === "price" ? of.priceRule : of.qtyRule;
  const figure = canonicalDecimal(decimal);
  if (figure === undefined) {
    return new PayloadError(
      `Cannot read a ${what} of ${of.name}: it must be a decimal: was ${decimal}`,
    );
  }
  const isFiner = (figure.split(".")[1]?.length ?? 0) > scale; // else it is too large, or below 0
  const quantum = isFiner ? quantumOf(figure) : undefined;
  return new QuantumError(
    `Cannot read a ${what} of ${of.name}: it must be a count of its quantum, ` +
      `${fromQuanta(1, scale)}: was ${figure}`,
    quantum === undefined ? undefined : `${what}: { quantum: "${quantum}" }`,
  );
}
