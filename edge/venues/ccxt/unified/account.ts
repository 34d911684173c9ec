/**
 * What the parts of one adapter share: the daemon's end, calls and questions, reports, the
 * instruments, the orders seen, the venue's clock.
 * @module
 */
import type { OrderCommand } from "../../../../core/command.ts";
import type { OrderRef } from "../../../../core/event.ts";
import { instrumentAt } from "../../../../core/instrument.ts";
import type { InstrumentId, Micros } from "../../../../core/numbers.ts";
import type { Timers } from "../../../ports.ts";
import type { VenueHost } from "../../../venue.ts";
import { PayloadError } from "../payload.ts";
import type { Reporter } from "../reporter.ts";
import type { Failure } from "../error_classes.ts";
import type { Calls } from "./calls.ts";
import type { UnifiedExchange } from "./exchange.ts";
import type { Listed } from "./markets.ts";
import { Orders } from "./orders.ts";
import type { Reads } from "./reads.ts";

/** One account, as one connection to its exchange sees it. */
export class Account {
  readonly host: VenueHost;
  readonly timers: Timers;
  readonly exchange: UnifiedExchange;
  readonly calls: Calls;
  readonly reads: Reads;
  readonly reporter: Reporter;
  readonly orders = new Orders();
  readonly listed: readonly Listed[];
  /** Lists are not told from before it: that was told, or is part of the account. The venue's clock. */
  beganMs = Infinity;
  /** When the account was taken over here: what was executed before is part of it. The venue's clock. */
  takenOverMs = -Infinity;
  readonly #skewUs: () => number;
  readonly #leftOut = new Set<string>();

  constructor(of: {
    readonly host: VenueHost;
    readonly timers: Timers;
    readonly exchange: UnifiedExchange;
    readonly calls: Calls;
    readonly reads: Reads;
    readonly reporter: Reporter;
    readonly listed: readonly Listed[];
    /** The venue's clock less ours, microseconds, as last measured. */
    readonly skewUs: () => number;
  }) {
    this.host = of.host;
    this.timers = of.timers;
    this.exchange = of.exchange;
    this.calls = of.calls;
    this.reads = of.reads;
    this.reporter = of.reporter;
    this.listed = of.listed;
    this.#skewUs = of.skewUs;
  }

  /** The venue's time, milliseconds, as well as is known. */
  get venueMs(): number {
    return Math.floor((this.host.nowUs() + this.#skewUs()) / 1000);
  }

  /** A time of our clock by the venue's, rather too early than too late. */
  venueMsOf(sinceUs: Micros): number {
    return Math.floor((sinceUs + Math.min(0, this.#skewUs())) / 1000);
  }

  byId(id: InstrumentId): Listed | undefined {
    return this.listed.find(({ instrument }) => instrument.id === id);
  }

  /** True if the key was made by this journal. */
  isOurs(key: string | null): key is string {
    return key !== null && key.startsWith(`${this.host.clOrdIdPrefix}-`);
  }

  /**
   * The exchange refuses to speak of a symbol: it is left out, alarmed about once, and holds up nothing.
   */
  leaveOut({ symbol, instrument }: Listed, reason: string): void {
    if (this.#leftOut.has(symbol)) return;
    this.#leftOut.add(symbol);
    this.host.log("alarm", "market_changed", {
      reason: `${instrument.name} is left out: ${reason}`,
    });
  }

  /** It speaks of it again. */
  spokenOf({ symbol }: Listed): void {
    this.#leftOut.delete(symbol);
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
