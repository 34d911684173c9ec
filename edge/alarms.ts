/**
 * The alarms of the engine, as an operator meets them in the log (`engine_alarm`) and in the journal:
 * what each means, and what to do. `docs/reference/logs.md` is held equal to this table by a test.
 * @module
 */
import type { AlarmCode } from "../core/report.ts";

/** Raised by the engine, or by the wire where a client knows more than the journal. */
export type LoggedAlarm = AlarmCode | "RESUME_AHEAD";

/** What an alarm means. */
export type AlarmRow = { readonly says: string; readonly remedy: string };

const RESUME =
  "Look with `tapeline why`, compare with the venue; then start once with `--resume-trading`.";

/** Every alarm by its code. A code that the engine gains does not compile until it is here. */
export const ALARMS: Readonly<Record<LoggedAlarm, AlarmRow>> = {
  BREAKER_OPEN: {
    says: "Requests to a venue failed in a row; new orders are refused for a while, cancels go.",
    remedy: "Nothing if it closes again; else look at the venue's status and the network.",
  },
  CORRECTION_REFUSED: {
    says: "The venue corrects or confirms what it took back, or what an order counts twice.",
    remedy: "Compare the account's trades with `tapeline why`; report it with the journal.",
  },
  DRY_RUN_FILL: {
    says: "The venue reports a fill of an order that must never have left. It is booked.",
    remedy: "Stop at once: something was sent that must not be. Report it with the journal.",
  },
  EXTERNAL_FILL: {
    says: "The account traded without an order of ours. It is booked; the instrument is halted.",
    remedy: "Find out who else trades on this account; then start once with `--resume-trading`.",
  },
  FILLS_MISSING: {
    says: "The venue shows more filled than its executions add up to; it is asked again.",
    remedy: "If it stays, compare the account's trades with `tapeline why`.",
  },
  FILL_AFTER_ABSENCE: {
    says: "An order that the venue had proved absent was filled after all. It is booked.",
    remedy: "Raise the adapter's `propagation_ms`; report the venue.",
  },
  FILL_TOO_OLD: {
    says: "The venue reports an execution older than what is remembered; it is not booked.",
    remedy:
      "Compare the account with the ledger; take it over with `--adopt-account` if it differs.",
  },
  FUNDS_MISMATCH: {
    says: "The venue's view of the account is not the ledger's; the account is halted.",
    remedy:
      "Find the reason (deposit, trade by hand); then start once with `--adopt-account VENUE` and `--resume-trading`.",
  },
  ILLEGAL_TRANSITION: {
    says: "A report that the order's state does not allow; nothing was changed.",
    remedy: "If it repeats, report it with the journal: the adapter reads the venue wrongly.",
  },
  INVARIANT: {
    says: "A rule that must always hold was broken: a fault of ours. The account is halted.",
    remedy:
      "Cancel at the venue by hand if need be; report it with the journal; `--resume-trading` lifts it.",
  },
  LIMITS_HELD: {
    says: "A change of limits would have loosened some; of each the stricter one rules.",
    remedy: "Loosen limits by the configuration and a restart.",
  },
  LIVE_AFTER_END: {
    says: "The venue has an order that ended here.",
    remedy: "Cancel it at the venue by hand, then look with `tapeline why`.",
  },
  OPENING_WITHOUT_PRICE: {
    says: "A position was taken over whose entry price the venue does not say; it is not booked.",
    remedy: "Close it by hand, or trade it elsewhere.",
  },
  ORDER_IN_DOUBT: {
    says: "Nobody knows what the venue made of a request; it is asked, and counted as the worst.",
    remedy: "If it stays, look at the venue by hand; never place it again meanwhile.",
  },
  ORPHAN_REPORT: {
    says: "A report about an order or execution that is not known here; nothing was changed.",
    remedy: "Find out who else trades on this account, or whether a journal was lost.",
  },
  OVERFILL: {
    says: "More was filled than the order asked for. It is booked; the account is halted.",
    remedy: RESUME,
  },
  RESUME_AHEAD: {
    says: "A client has seen reports that this journal does not have: it is older than the truth.",
    remedy: "Stop. Find the newer journal; a backup that was restored has lost what came after.",
  },
  SETTLEMENT_DIFFERS: {
    says: "The venue credited something else for a market than the ledger computes; it is booked.",
    remedy: "Compare with the venue's statement; what is told late may explain it.",
  },
  UNKNOWN_CLIENT: {
    says: "Cash was posted for a client that never said HELLO; it went to `external`.",
    remedy: "Correct the name where the posting comes from.",
  },
  UNKNOWN_ORDER_AT_VENUE: {
    says: "The venue lists an open order with a key of ours that is not kept here.",
    remedy: "Cancel it at the venue by hand; find out whether another journal trades there.",
  },
  UNSUPPORTED: {
    says: "A listing that the ledger cannot hold was refused; the instrument cannot be traded.",
    remedy: "Take the instrument out of the configuration; report it.",
  },
  VENUE_AUTH: {
    says: "The venue no longer accepts the key; the venue is halted.",
    remedy: "Make a new key, see `tapeline doctor`; then start once with `--resume-trading`.",
  },
};
