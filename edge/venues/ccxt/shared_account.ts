/**
 * What every adapter over CCXT has of its account: the daemon's end, reports, the instruments as the
 * venue lists them, and how its words name orders.
 * @module
 */
import type { OrderCommand } from "../../../core/command.ts";
import type { OrderRef } from "../../../core/event.ts";
import { type Instrument, instrumentAt } from "../../../core/instrument.ts";
import type { InstrumentId } from "../../../core/numbers.ts";
import type { Timers } from "../../ports.ts";
import type { VenueHost } from "../../venue.ts";
import type { Failure } from "./error_classes.ts";
import { PayloadError } from "./payload.ts";
import type { Reporter } from "./reporter.ts";

/** An instrument with the venue's name of its market. */
export type Listed = { readonly instrument: Instrument; readonly symbol: string };

/** What became of the configured instruments: listed, or what is wrong, a sentence each. */
export type Listings = { readonly listed: readonly Listed[]; readonly problems: readonly string[] };

/** What it is made of. */
export type SharedParts = {
  readonly host: VenueHost;
  readonly timers: Timers;
  readonly reporter: Reporter;
  /** As the venue lists them, with its own names. */
  readonly listed: readonly Listed[];
};

/** One account, as one connection to its exchange sees it. */
export class SharedAccount {
  readonly host: VenueHost;
  readonly timers: Timers;
  readonly reporter: Reporter;
  readonly listed: readonly Listed[];

  constructor({ host, timers, reporter, listed }: SharedParts) {
    this.host = host;
    this.timers = timers;
    this.reporter = reporter;
    this.listed = listed;
  }

  /** Returns the venue's name of an instrument. */
  byId(id: InstrumentId): Listed | undefined {
    return this.listed.find(({ instrument }) => instrument.id === id);
  }

  /** True if the key was made by this journal. */
  isOurs(key: string | null): key is string {
    return key !== null && key.startsWith(`${this.host.clOrdIdPrefix}-`);
  }

  /** How the answer to a command names its order. */
  refOf(command: OrderCommand, venueOrderId: string | null): OrderRef {
    return { order: command.order, clOrdId: command.clOrdId, venueOrderId };
  }

  /**
   * Reads an answer with `read`.
   * @returns Why it could not be read, which the log then has too; undefined if it could.
   */
  reading(read: () => void): string | undefined {
    try {
      read();
      return undefined;
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      this.host.log("warning", "answer_not_understood", { reason: error.message });
      return error.message;
    }
  }

  /** Reports that a request came to no answer. */
  failed({ request, order, instrument: id }: OrderCommand, failure: Failure): void {
    const instrument = instrumentAt(this.host.instruments, id) ?? null;
    const said = { instrument, timeMs: null };
    this.reporter.say("RequestFailed", { request, order, ...failure }, said);
  }
}
