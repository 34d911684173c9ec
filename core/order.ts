/**
 * One order: what the engine knows of it, and the sums derived from that.
 *
 * Owns no behaviour: `engine/reports.ts` writes the state, the other files of `engine/` the rest.
 *
 * Invariants: `cumQty` and `notional` are exact sums over the executions that were not voided;
 * while the order lives `leaves + cumQty + voidedQty === orderQty`, and 0 is left when it ended.
 * Known limit: a voided quantity does not come back to the market.
 * @module
 */
import type { OrdType, Side, TimeInForce } from "./instrument.ts";
import type { IntentAction, Params } from "./intent.ts";
import { isTerminal, type OrderState, restoredStatus } from "./lifecycle.ts";
import {
  type ClientIndex,
  type InstrumentId,
  type Micros,
  type OrderId,
  type Px,
  type Qty,
  qty,
  type RequestId,
  type VenueId,
} from "./numbers.ts";
import type { Execution, OrderFields, OrdStatus } from "./report.ts";

/** An intent that was taken: what answers a repetition, and the stamps its reports carry. */
export type IntentRecord = {
  readonly intentId: string;
  readonly client: ClientIndex;
  readonly action: IntentAction;
  /** Content digest, two signed 32-bit lanes. */
  readonly contentLow: number;
  readonly contentHigh: number;
  readonly sentUs: Micros;
  readonly recvUs: Micros;
  readonly ingestUs: Micros;
  readonly tag: string | null;
  /** The order it placed, or meant. */
  order: OrderId | null;
  /** Newest report that bore this id; null: none yet. */
  newestReport: number | null;
};

/** Why an order is being cancelled. All but `intent` are insisted upon. */
export type CancelCause = "intent" | "cancelAll" | "lapse" | "disconnect" | "kill";

export type PendingCancel = {
  readonly cause: CancelCause;
  /** The Cancel or CancelAll that asked for it. */
  readonly by: IntentRecord | null;
};

/** A replace under way, with the terms it would give the order. */
export type PendingReplace = {
  readonly by: IntentRecord;
  /** `cancelling` and `placing`: the two halves where a venue replaces by cancel and new. */
  stage: "native" | "cancelling" | "placing";
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

export type RequestKind = "Submit" | "Cancel" | "Replace" | "Lookup";

/** A request to the venue that has no outcome yet. `sentUs` null: it waits in the core. */
export type Request = {
  readonly id: RequestId;
  readonly kind: RequestKind;
  readonly order: OrderId;
  readonly venue: VenueId;
  sentUs: Micros | null;
};

/** One execution of an order. */
export type Fill = { readonly execution: Execution; isVoided: boolean };

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
};

/** An order as the blotter keeps it. */
export class Order {
  readonly terms: OrderTerms;
  status: OrderState = "Created";
  isAccepted = false;
  price: Px | null = null;
  orderQty: Qty = qty(0);
  cumQty: Qty = qty(0);
  voidedQty: Qty = qty(0);
  /** Σ LastPx·LastQty, quanta². */
  notional = 0n;
  params: Params | null = null;
  tag: string | null = null;
  /** The intent that placed or last replaced it: its reports bear this id. */
  bearer: IntentRecord;
  venueOrderId: string | null = null;
  /** Names that the venue gave it before, oldest first. */
  formerVenueOrderIds: string[] | null = null;
  clOrdId = "";
  /** Last version that was given out, and the first that belongs to the order at the venue. */
  version = 0;
  baseVersion = 1;
  /** Quantity executed before the order now at the venue was submitted. */
  baseCumQty: Qty = qty(0);
  ttlDueUs: Micros | null = null;
  expireUs: Micros | null = null;
  /** Earliest of the two above, until it fired. */
  lapseDueUs: Micros | null = null;
  /** A cancel that must come true: it is tried again until the order has ended. */
  mustCancel: CancelCause | null = null;
  cancel: PendingCancel | null = null;
  replace: PendingReplace | null = null;
  submitRequest: Request | null = null;
  cancelRequest: Request | null = null;
  replaceRequest: Request | null = null;
  lookupRequest: Request | null = null;
  /** Requests whose outcome is unknown, see {@link DOUBT}. */
  doubt = 0;
  /** What the newest report said of it. */
  isDoubtReported = false;
  /** When the last of them could still have left. */
  doubtSinceUs: Micros | null = null;
  lookupDueUs: Micros | null = null;
  /** Requests that never left and are tried again at `retryDueUs`, see {@link DOUBT}. */
  retry = 0;
  retryDueUs: Micros | null = null;
  /** Failures in a row: sets the back-off. */
  attempts = 0;
  lastReport = 0;
  endedUs: Micros | null = null;
  /** The venue proved that it never had it. */
  wasAbsent = false;
  fills: Map<string, Fill> | null = null;
  /** What a Market order is counted with by risk: the reference when it was let in. */
  referencePx: Px | null = null;
  /** True while the order is in the sums of `engine/exposure.ts`, with the next three. */
  isCounted = false;
  countedQty: Qty = qty(0);
  /** Most aggressive price that it has or may have; null: none, it may meet anything. */
  countedPx: Px | null = null;
  /** The price of those at which it holds back most; null: none is known. */
  countedDearPx: Px | null = null;
  /** Newest idempotency keys of events about this order, executions aside. */
  seenKeys: string[] | null = null;

  constructor(terms: OrderTerms, bearer: IntentRecord) {
    this.terms = terms;
    this.bearer = bearer;
  }

  get isTerminal(): boolean {
    return isTerminal(this.status);
  }

  /** Quantity still open, whatever the state: what a fill may at most take. */
  get openQty(): Qty {
    return qty(Math.max(0, this.orderQty - this.cumQty - this.voidedQty));
  }

  /**
   * Nothing is left and nothing can come: an increase on its way may already rule at the venue, so
   * filling the old quantity does not end the order while one is unanswered.
   */
  get isComplete(): boolean {
    return this.openQty === 0 && !this.mayGrow;
  }

  /** A replace that would raise the quantity has left and is unanswered. */
  get mayGrow(): boolean {
    const { replace, replaceRequest, doubt } = this;
    if (replace?.stage !== "native" || replace.orderQty <= this.orderQty) return false;
    return (doubt & DOUBT.Replace) !== 0 ||
      (replaceRequest !== null && replaceRequest.sentUs !== null);
  }

  /** FIX LeavesQty (151): 0 when terminal. */
  get leavesQty(): Qty {
    return this.isTerminal ? qty(0) : this.openQty;
  }

  /** The state without its pending cancel. */
  get restored(): OrdStatus {
    return restoredStatus({
      isAccepted: this.isAccepted,
      hasFills: this.cumQty > 0,
      isReplacePending: this.replace !== null,
    });
  }

  /** The order as a report shows it. */
  get fields(): OrderFields {
    const terms = this.terms;
    return {
      orderId: terms.id,
      venueOrderId: this.venueOrderId,
      instrument: terms.instrument,
      side: terms.side,
      ordType: terms.ordType,
      timeInForce: terms.timeInForce,
      price: this.price,
      orderQty: this.orderQty,
      cumQty: this.cumQty,
      leavesQty: this.leavesQty,
      notional: this.notional,
    };
  }
}

/** Bits of `doubt` and `retry`. */
export const DOUBT = { Submit: 1, Cancel: 2, Replace: 4 } as const;

/** Returns the request of a kind that has no outcome yet. */
export function requestOf(order: Order, kind: RequestKind): Request | null {
  switch (kind) {
    case "Submit":
      return order.submitRequest;
    case "Cancel":
      return order.cancelRequest;
    case "Replace":
      return order.replaceRequest;
    case "Lookup":
      return order.lookupRequest;
  }
}

/** Remembers or, with null, forgets the request of a kind. */
export function setRequest(order: Order, kind: RequestKind, request: Request | null): void {
  switch (kind) {
    case "Submit":
      order.submitRequest = request;
      break;
    case "Cancel":
      order.cancelRequest = request;
      break;
    case "Replace":
      order.replaceRequest = request;
      break;
    case "Lookup":
      order.lookupRequest = request;
      break;
  }
}
