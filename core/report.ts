/**
 * Execution reports and transitions: what the engine says happened.
 *
 * A report is a plain object in quanta; the wire encodes it with its instrument's scales. Field
 * presence follows the protocol: order fields always, `null` if unknown; the rest only when set.
 * @module
 */
import type { OrdType, Side, TimeInForce } from "./instrument.ts";
import type {
  ClientIndex,
  InstrumentId,
  Micros,
  OrderId,
  Px,
  Qty,
  SeqId,
  VenueId,
} from "./numbers.ts";
import type { RejectCode } from "./reject_code.ts";

/** FIX ExecType (150): why a report was sent. */
export const EXEC_TYPES = [
  "PendingNew",
  "New",
  "Trade",
  "PendingCancel",
  "Cancelled",
  "PendingReplace",
  "Replaced",
  "Rejected",
  "CancelRejected",
  "ReplaceRejected",
  "Expired",
  "TradeCancel",
  "TradeCorrect",
  "Restated",
  "OrderStatus",
  "IntentDone",
] as const;
export type ExecType = (typeof EXEC_TYPES)[number];

/** FIX OrdStatus (39): the state after it. */
export const ORD_STATUSES = [
  "Submitted",
  "Accepted",
  "PartiallyFilled",
  "Filled",
  "CancelPending",
  "ReplacePending",
  "Cancelled",
  "Rejected",
  "Expired",
] as const;
export type OrdStatus = (typeof ORD_STATUSES)[number];

/** One execution. */
export type Execution = {
  readonly execId: string;
  readonly lastQty: Qty;
  readonly lastPx: Px;
  readonly liquidity: "Maker" | "Taker" | null;
  /** Decimal, > 0 is a cost. */
  readonly commission: string;
  readonly commissionCurrency: string;
};

/** True if two executions say the same, their ids apart. */
export function saysTheSame(left: Execution, right: Execution): boolean {
  return left.lastQty === right.lastQty && left.lastPx === right.lastPx &&
    left.liquidity === right.liquidity && left.commission === right.commission &&
    left.commissionCurrency === right.commissionCurrency;
}

/** The order as a report shows it. `notional` is Σ LastPx·LastQty, exact, in quanta². */
export type OrderFields = {
  readonly orderId: OrderId;
  readonly venueOrderId: string | null;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly ordType: OrdType;
  readonly timeInForce: TimeInForce;
  readonly price: Px | null;
  readonly orderQty: Qty;
  readonly cumQty: Qty;
  readonly leavesQty: Qty;
  readonly notional: bigint;
};

/** What is not said is absent or undefined: all reports are made in one shape, which is read fast. */
export type ExecutionReport = {
  readonly client: ClientIndex;
  /** 1, 2, 3 … without gaps per client and journal. */
  readonly reportSeq: number;
  readonly seqId: SeqId;
  readonly intentId: string | null;
  readonly origIntentId?: string | undefined;
  readonly causeIntentId?: string | undefined;
  readonly execType: ExecType;
  readonly ordStatus: OrdStatus | null;
  /** null: the report concerns no order. */
  readonly order: OrderFields | null;
  readonly tag: string | null;
  readonly execution?: Execution | undefined;
  readonly execRefId?: string | undefined;
  readonly rejectCode?: RejectCode | undefined;
  readonly text?: string | undefined;
  readonly inDoubt?: true | undefined;
  readonly late?: true | undefined;
  readonly inferred?: true | undefined;
  readonly provisional?: true | undefined;
  readonly dryRun?: true | undefined;
  /** Venue time. */
  readonly eventUs?: Micros | undefined;
  /** Engine time. */
  readonly transactUs: Micros;
  readonly sentUs?: Micros | undefined;
  readonly recvUs?: Micros | undefined;
  readonly journalUs?: Micros | undefined;
  readonly submitUs?: Micros | undefined;
  readonly ackUs?: Micros | undefined;
};

/** A change of state, for the journal: old, new and why. */
export type Transition =
  | {
    readonly kind: "order";
    readonly order: OrderId;
    readonly from: OrdStatus | "Created";
    readonly to: OrdStatus;
    readonly reason: string;
  }
  | { readonly kind: "AccountHalted"; readonly venue: VenueId | null; readonly reason: string }
  | {
    readonly kind: "InstrumentHalted";
    readonly instrument: InstrumentId;
    readonly reason: string;
  };

/** What an alarm is about. */
export type AlarmCode =
  | "BREAKER_OPEN"
  | "CORRECTION_REFUSED"
  | "DRY_RUN_FILL"
  | "EXTERNAL_FILL"
  | "FILLS_MISSING"
  | "FILL_AFTER_ABSENCE"
  | "FILL_TOO_OLD"
  | "FUNDS_MISMATCH"
  | "ILLEGAL_TRANSITION"
  | "INVARIANT"
  | "LIMITS_HELD"
  | "LIVE_AFTER_END"
  | "OPENING_WITHOUT_PRICE"
  | "ORDER_IN_DOUBT"
  | "ORPHAN_REPORT"
  | "OVERFILL"
  | "SETTLEMENT_DIFFERS"
  | "UNKNOWN_CLIENT"
  | "UNKNOWN_ORDER_AT_VENUE"
  | "UNSUPPORTED"
  | "VENUE_AUTH";

/** Something an operator must know. `code` is stable, the text is a sentence. */
export type Alarm = { readonly code: AlarmCode; readonly text: string };
