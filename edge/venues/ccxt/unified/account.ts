/**
 * What the parts of this adapter share besides: calls and questions, the orders seen, the venue's
 * clock.
 * @module
 */
import type { Micros } from "../../../../core/numbers.ts";
import { type Listed, SharedAccount, type SharedParts } from "../shared_account.ts";
import type { Calls } from "./calls.ts";
import type { UnifiedExchange } from "./exchange.ts";
import { Orders } from "./orders.ts";
import type { Reads } from "./reads.ts";

/** How far back lists are gone through where it is not known when an order was placed. */
const BACK_MS = 7 * 86_400_000;

/** One account, as one connection to its exchange sees it. */
export class Account extends SharedAccount {
  readonly exchange: UnifiedExchange;
  readonly calls: Calls;
  readonly reads: Reads;
  readonly orders = new Orders();
  /** Lists are not told from before it: that was told, or is part of the account. The venue's clock. */
  beganMs = Infinity;
  /** When the account was taken over here: what was executed before is part of it. The venue's clock. */
  takenOverMs = -Infinity;
  readonly #skewUs: () => number;
  readonly #leftOut = new Set<string>();

  constructor(
    parts: SharedParts & {
      readonly exchange: UnifiedExchange;
      readonly calls: Calls;
      readonly reads: Reads;
      /** The venue's clock less ours, microseconds, as last measured. */
      readonly skewUs: () => number;
    },
  ) {
    super(parts);
    this.exchange = parts.exchange;
    this.calls = parts.calls;
    this.reads = parts.reads;
    this.#skewUs = parts.skewUs;
  }

  /** The venue's time, milliseconds, as well as is known. */
  get venueMs(): number {
    return Math.floor((this.host.nowUs() + this.#skewUs()) / 1000);
  }

  /** Since when an order may have been placed of which that is not known: it was before the daemon ended. */
  get sinceMs(): number {
    return Math.max(0, Math.min(this.venueMs, this.beganMs) - BACK_MS);
  }

  /** A time of our clock by the venue's, rather too early than too late. */
  venueMsOf(sinceUs: Micros): number {
    return Math.floor((sinceUs + Math.min(0, this.#skewUs())) / 1000);
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
}
