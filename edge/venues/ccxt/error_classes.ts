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
  /** Deciding the same again later may succeed. */
  readonly retryable: boolean;
};

const FINAL = { place: "refused", cancel: "refused", replace: "refused", read: "failed" } as const;
const UNSEEN = { place: "notSent", cancel: "notSent", replace: "notSent", read: "failed" } as const;
const DOUBT = { place: "unknown", cancel: "unknown", replace: "unknown", read: "failed" } as const;

export const ERROR_CLASSES: Readonly<Record<ErrorClass, ErrorMeaning>> = {
  rejected: { rejectCode: "VENUE_REJECTED", outcome: FINAL, retryable: false },
  funds: { rejectCode: "VENUE_FUNDS", outcome: FINAL, retryable: false },
  postOnly: { rejectCode: "VENUE_POST_ONLY", outcome: FINAL, retryable: false },
  // What may not rest and found nobody to take it: reported as cancelled, as the rest of an IOC is.
  unfilled: { rejectCode: "VENUE_REJECTED", outcome: FINAL, retryable: false },
  selfMatch: { rejectCode: "VENUE_SELF_MATCH", outcome: FINAL, retryable: false },
  suspended: { rejectCode: "VENUE_SUSPENDED", outcome: FINAL, retryable: true },
  auth: { rejectCode: "VENUE_AUTH", outcome: FINAL, retryable: false },
  rate: { rejectCode: "VENUE_RATE_LIMIT", outcome: UNSEEN, retryable: true },
  // Of the account, not of the address: new orders have to wait, cancels and questions have not.
  orderCount: { rejectCode: "VENUE_RATE_LIMIT", outcome: UNSEEN, retryable: true },
  overload: { rejectCode: "VENUE_RATE_LIMIT", outcome: UNSEEN, retryable: true },
  clock: { rejectCode: "VENUE_REJECTED", outcome: UNSEEN, retryable: true },
  // Not found right after a place whose answer was lost proves nothing: a read says `absent`, and
  // the core asks until the time of proof.
  notFound: {
    rejectCode: "VENUE_NOT_FOUND",
    outcome: { place: "unknown", cancel: "refused", replace: "refused", read: "absent" },
    retryable: false,
  },
  // An order under our key is there: it is ours, and the look-up by that key says how it stands.
  duplicate: {
    rejectCode: "VENUE_DUPLICATE",
    outcome: { place: "unknown", cancel: "unknown", replace: "unknown", read: "failed" },
    retryable: false,
  },
  ambiguous: { rejectCode: "VENUE_REJECTED", outcome: DOUBT, retryable: true },
};
