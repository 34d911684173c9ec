/**
 * A fault: the outside failed us, or refused us. What it means for the request is part of it.
 * @module
 */
import type { VenueRejectCode } from "../core/reject_code.ts";

/**
 * What became of a request: `notSent` provably never left (may be decided again), `refused` was
 * answered with a final no, `unknown` may or may not have been acted on (ask the venue).
 */
export type RequestOutcome = "notSent" | "refused" | "unknown";

/** Thrown, or handed back where nothing waits. Its message is a sentence without secrets. */
export class EdgeError extends Error {
  override readonly name = "EdgeError";
  readonly outcome: RequestOutcome;
  /** Set when refused. */
  readonly rejectCode: VenueRejectCode | null;

  constructor(
    message: string,
    what: {
      readonly outcome: RequestOutcome;
      readonly rejectCode?: VenueRejectCode;
      readonly cause?: unknown;
    },
  ) {
    super(message, what.cause === undefined ? {} : { cause: what.cause });
    this.outcome = what.outcome;
    this.rejectCode = what.rejectCode ?? null;
  }
}
