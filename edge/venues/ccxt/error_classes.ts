/**
 * Classes of a venue's errors, as data: each once, with what it means for a place, a cancel, a replace
 * and a read.
 *
 * What is in no class is ambiguous for whatever could have changed an order: it is asked for, never
 * guessed.
 * @module
 */
import type { VenueRejectCode } from "../../../core/reject_code.ts";

/** What was asked. */
export type RequestKind = "place" | "cancel" | "replace" | "read";

/**
 * What became of a request that was answered with an error. `refused`: looked at, final. `notSent`:
 * provably not looked at, may be decided again. `unknown`: may have been acted on. `absent`: the
 * order does not exist there. `failed`: a read that gave nothing, to be tried again.
 */
export type ErrorOutcome = "refused" | "notSent" | "unknown" | "absent" | "failed";

/** Classes of errors. */
export type ErrorClass =
  | "rejected"
  | "funds"
  | "postOnly"
  | "unfilled"
  | "selfMatch"
  | "suspended"
  | "auth"
  | "rate"
  | "orderCount"
  | "overload"
  | "clock"
  | "notFound"
  | "duplicate"
  | "ambiguous";

/** What a class means. */
export type ErrorMeaning = {
  readonly rejectCode: VenueRejectCode;
  readonly outcome: Readonly<Record<RequestKind, ErrorOutcome>>;
};

const FINAL = { place: "refused", cancel: "refused", replace: "refused", read: "failed" } as const;
const UNSEEN = { place: "notSent", cancel: "notSent", replace: "notSent", read: "failed" } as const;
const DOUBT = { place: "unknown", cancel: "unknown", replace: "unknown", read: "failed" } as const;

/** What each class means, for each kind of request. */
export const ERROR_CLASSES: Readonly<Record<ErrorClass, ErrorMeaning>> = {
  rejected: { rejectCode: "VENUE_REJECTED", outcome: FINAL },
  funds: { rejectCode: "VENUE_FUNDS", outcome: FINAL },
  postOnly: { rejectCode: "VENUE_POST_ONLY", outcome: FINAL },
  // What may not rest and found nobody to take it: reported as cancelled, as the rest of an IOC is.
  unfilled: { rejectCode: "VENUE_REJECTED", outcome: FINAL },
  selfMatch: { rejectCode: "VENUE_SELF_MATCH", outcome: FINAL },
  suspended: { rejectCode: "VENUE_SUSPENDED", outcome: FINAL },
  auth: { rejectCode: "VENUE_AUTH", outcome: FINAL },
  rate: { rejectCode: "VENUE_RATE_LIMIT", outcome: UNSEEN },
  // Of the account, not of the address: new orders have to wait, cancels and questions have not.
  orderCount: { rejectCode: "VENUE_RATE_LIMIT", outcome: UNSEEN },
  overload: { rejectCode: "VENUE_RATE_LIMIT", outcome: UNSEEN },
  clock: { rejectCode: "VENUE_REJECTED", outcome: UNSEEN },
  // Not found right after a place whose answer was lost proves nothing: a read says `absent`, and
  // the core asks until the time of proof.
  notFound: {
    rejectCode: "VENUE_NOT_FOUND",
    outcome: { place: "unknown", cancel: "refused", replace: "refused", read: "absent" },
  },
  // An order under our key is there: it is ours, and the look-up by that key says how it stands.
  duplicate: {
    rejectCode: "VENUE_DUPLICATE",
    outcome: { place: "unknown", cancel: "unknown", replace: "unknown", read: "failed" },
  },
  ambiguous: { rejectCode: "VENUE_REJECTED", outcome: DOUBT },
};

/** An error of a venue, read. */
export type VenueError = {
  readonly class: ErrorClass;
  readonly outcome: ErrorOutcome;
  readonly rejectCode: VenueRejectCode;
  /** The request was about a symbol, and is refused for its sake. */
  readonly isOfSymbol: boolean;
  /** A sentence without secrets. */
  readonly text: string;
  /** The venue asked for so long a pause. */
  readonly retryAfterMs: number | undefined;
};

/** A request that came to no answer. */
export type Failure = {
  readonly outcome: "notSent" | "unknown";
  readonly text: string;
  readonly retryAfterMs?: number;
};

/** Returns what an error that decides nothing means for its request. */
export function toFailure({ outcome, text, retryAfterMs }: VenueError): Failure {
  return {
    outcome: outcome === "notSent" ? "notSent" : "unknown",
    text,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
