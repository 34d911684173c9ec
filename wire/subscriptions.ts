/**
 * Which channels of which instruments one session has asked for.
 *
 * A later entry replaces the options of an earlier one; `*` covers what is listed later, less what
 * was unsubscribed by name since.
 * @module
 */
import type { Instrument } from "../core/instrument.ts";
import type { InstrumentId, VenueId } from "../core/numbers.ts";
import type { Channel } from "./message.ts";

/** How books are sent. */
export type BookOptions = { readonly depth: number; readonly conflateUs: number };

/** Channels with instruments by number. */
export type Chosen = {
  readonly channels: readonly Channel[];
  readonly instruments: readonly InstrumentId[] | "*";
};

type Share = {
  all: BookOptions | undefined;
  readonly except: Set<InstrumentId>;
  readonly some: Map<InstrumentId, BookOptions>;
};

/** The table of one session. */
export class Subscriptions {
  readonly #shares = new Map<Channel, Share>();

  get isEmpty(): boolean {
    return this.#shares.size === 0;
  }

  has(channel: Channel): boolean {
    return this.#shares.has(channel);
  }

  add(chosen: Chosen, options: BookOptions): void {
    for (const channel of chosen.channels) {
      const share = this.#shares.get(channel) ?? emptyShare();
      this.#shares.set(channel, share);
      if (chosen.instruments === "*") {
        share.all = options;
        share.except.clear();
        share.some.clear();
        continue;
      }
      for (const instrument of chosen.instruments) {
        share.some.set(instrument, options);
        share.except.delete(instrument);
      }
    }
  }

  clear(): void {
    this.#shares.clear();
  }

  /** Returns whether anything matched. */
  remove(chosen: Chosen): boolean {
    let matched = false;
    for (const channel of chosen.channels) {
      const share = this.#shares.get(channel);
      if (share !== undefined && removeFrom(share, chosen.instruments)) matched = true;
      if (share?.all === undefined && share?.some.size === 0) this.#shares.delete(channel);
    }
    return matched;
  }

  /** Returns the options of a channel's instrument if it is subscribed; null: of no instrument. */
  find(channel: Channel, instrument: InstrumentId | null): BookOptions | undefined {
    const share = this.#shares.get(channel);
    if (share === undefined) return undefined;
    if (instrument === null) return share.all;
    return share.some.get(instrument) ??
      (share.except.has(instrument) ? undefined : share.all);
  }

  /** Returns whether the venue channel is subscribed for any instrument of a venue. */
  coversVenue(venue: VenueId, instruments: readonly Instrument[]): boolean {
    const share = this.#shares.get("venue");
    if (share === undefined) return false;
    if (share.all !== undefined) return true;
    return instruments.some((row) => row.venue === venue && share.some.has(row.id));
  }
}

function emptyShare(): Share {
  return { all: undefined, except: new Set(), some: new Map() };
}

function removeFrom(share: Share, instruments: Chosen["instruments"]): boolean {
  if (instruments === "*") {
    share.all = undefined;
    share.some.clear();
    return true;
  }
  let matched = false;
  for (const instrument of instruments) {
    if (share.some.delete(instrument)) matched = true;
    if (share.all !== undefined && !share.except.has(instrument)) {
      share.except.add(instrument);
      matched = true;
    }
  }
  return matched;
}
