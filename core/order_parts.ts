/**
 * What hangs on an order: what is pending on it, its requests and its executions.
 * @module
 */
import type { OrdType, Side, TimeInForce } from "./instrument.ts";
import type { Params } from "./intent.ts";
import {
  type ClientIndex,
  type InstrumentId,
  type Micros,
  type OrderId,
  type Px,
  type Qty,
  qty,
  type RequestId,
  type SeqId,
  type VenueId,
} from "./numbers.ts";
import type { Execution } from "./report.ts";
import type { IntentRecord } from "./slots/intents.ts";

/** Why an order is being cancelled. What no intent asked for is insisted upon. */
export const CANCEL_CAUSES = ["intent", "cancelAll", "lapse", "disconnect", "kill"] as const;
export type CancelCause = (typeof CANCEL_CAUSES)[number];

export type PendingCancel = {
  readonly cause: CancelCause;
  /** The Cancel or CancelAll that asked for it. */
  readonly by: IntentRecord | null;
};

/** `cancelling` and `placing`: the two halves where a venue replaces by cancel and new. */
export const REPLACE_STAGES = ["native", "cancelling", "placing"] as const;

/** A replace under way, with the terms it would give the order. */
export type PendingReplace = {
  readonly by: IntentRecord;
  stage: (typeof REPLACE_STAGES)[number];
  readonly origIntentId: string;
  readonly orderQty: Qty;
  readonly price: Px | null;
  readonly ttlDueUs: Micros | null;
  readonly expireUs: Micros | null;
  readonly tag: string | null;
  readonly params: Params | null;
  /** Key of the new version; null until it is asked for. */
  clOrdId: string | null;
};

/** What a venue is asked. An order has at most one request of each kind without an outcome. */
export const REQUEST_KINDS = ["Submit", "Cancel", "Replace", "Lookup"] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** A request that waits for the venue's link or for pacing. */
export type WaitingRequest = {
  readonly id: RequestId;
  readonly kind: RequestKind;
  readonly order: OrderId;
};

/** One execution of an order, as it stands: booked, then perhaps corrected, confirmed, voided. */
export type Fill = {
  /** Under the id that it was first booked with. */
  execution: Execution;
  /** Ids that name it too, as they were learnt: those of its corrections. */
  correctedAs: string[] | null;
  /** Most that it ever counted: what the venue takes off does not come back to the market. */
  peakQty: Qty;
  /** The event that booked it first, or that of the execution in whose place it stands. */
  booked: SeqId;
  /** `baseVersion` of the order then; 0: the venue told it of a version before that. */
  baseVersion: number;
  /** What the order was called then. */
  tag: string | null;
  isVoided: boolean;
  isProvisional: boolean;
  /** The one that was booked after it; only `Fills` writes it. */
  next: Fill | null;
};

/** Returns what of its peak an execution does not count. */
export function takenOffBy(of: Pick<Fill, "execution" | "peakQty" | "isVoided">): Qty {
  return of.isVoided ? of.peakQty : qty(of.peakQty - of.execution.lastQty);
}

/** What a Place fixes for the life of the order. */
export type OrderTerms = {
  readonly id: OrderId;
  readonly client: ClientIndex;
  readonly venue: VenueId;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly ordType: OrdType;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  /** Nothing of it leaves for a venue. */
  readonly isDryRun: boolean;
};

/** Bits of `doubt` and `retry`. */
export const DOUBT = { Submit: 1, Cancel: 2, Replace: 4 } as const;

/** Returns the bit of a kind of request. */
export function doubtOf(kind: "Submit" | "Cancel" | "Replace"): number {
  switch (kind) {
    case "Submit":
      return DOUBT.Submit;
    case "Cancel":
      return DOUBT.Cancel;
    case "Replace":
      return DOUBT.Replace;
  }
}
