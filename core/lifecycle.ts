/**
 * The life cycle of an order as a table: which report is legal in which state, and what follows.
 *
 * Knows no venue, money or time. One function reads the table; `engine/reports.ts` is the only
 * place that writes an order's state.
 *
 * Ordering: rows are states, cells are legal reports, an absent cell is illegal and fails closed.
 * Known limit: a refusal made here and `OrderStatus` change no state and never ask this table.
 * @module
 */
import { EXEC_TYPES, type ExecType, type OrdStatus } from "./report.ts";

/** Every state, the one before the first report included, in the order of an order's life. */
export const ORDER_STATES = [
  "Created",
  "Submitted",
  "Accepted",
  "PartiallyFilled",
  "CancelPending",
  "ReplacePending",
  "Filled",
  "Cancelled",
  "Rejected",
  "Expired",
] as const satisfies readonly (OrdStatus | "Created")[];

/** A state of an order. */
export type OrderState = (typeof ORDER_STATES)[number];

/** `Restored`: the state in which the order would be without the request that was answered. */
type Cell = OrdStatus | "Restored";
type Row = Partial<Record<ExecType, Cell>>;

/**
 * State after each legal report. Source: R-CORE-4; FIX Order State Changes.
 *
 * `OrderStatus` moves nothing and is sent whatever the state: it has no cells. Every cell here can
 * be reached; what cannot happen is absent.
 */
export const NEXT = {
  Created: { PendingNew: "Submitted" },
  Submitted: {
    New: "Accepted",
    PendingCancel: "CancelPending",
    Rejected: "Rejected",
    Cancelled: "Cancelled",
    Expired: "Expired",
  },
  Accepted: {
    Trade: "PartiallyFilled",
    PendingCancel: "CancelPending",
    PendingReplace: "ReplacePending",
    Rejected: "Rejected",
    Cancelled: "Cancelled",
    Expired: "Expired",
    Restated: "Restored",
  },
  PartiallyFilled: {
    Trade: "PartiallyFilled",
    PendingCancel: "CancelPending",
    PendingReplace: "ReplacePending",
    Cancelled: "Cancelled",
    Expired: "Expired",
    Restated: "Restored",
    TradeCancel: "Restored",
    TradeCorrect: "Restored",
  },
  CancelPending: {
    New: "CancelPending", // acknowledged after the client asked to cancel: the cancel stays pending
    Trade: "CancelPending", // a partial fill does not clear it
    Replaced: "CancelPending",
    ReplaceRejected: "CancelPending",
    CancelRejected: "Restored",
    Rejected: "Rejected",
    Cancelled: "Cancelled",
    Expired: "Expired",
    Restated: "CancelPending",
    TradeCancel: "CancelPending",
    TradeCorrect: "CancelPending",
  },
  ReplacePending: {
    Trade: "ReplacePending",
    Replaced: "Restored",
    ReplaceRejected: "Restored",
    PendingCancel: "CancelPending",
    Rejected: "Rejected",
    Cancelled: "Cancelled",
    Expired: "Expired",
    Restated: "ReplacePending",
    TradeCancel: "ReplacePending",
    TradeCorrect: "ReplacePending",
  },
  // The venue matched before it heard of the end: book the fill, the order does not come back.
  Filled: {
    Trade: "Filled",
    CancelRejected: "Filled",
    ReplaceRejected: "Filled",
    TradeCancel: "Filled",
    TradeCorrect: "Filled",
  },
  Cancelled: {
    Trade: "Cancelled",
    CancelRejected: "Cancelled",
    ReplaceRejected: "Cancelled",
    TradeCancel: "Cancelled",
    TradeCorrect: "Cancelled",
  },
  Rejected: {
    Trade: "Rejected",
    CancelRejected: "Rejected",
    ReplaceRejected: "Rejected",
    TradeCancel: "Rejected",
    TradeCorrect: "Rejected",
  },
  Expired: {
    Trade: "Expired",
    ReplaceRejected: "Expired",
    TradeCancel: "Expired",
    TradeCorrect: "Expired",
  },
} as const satisfies Record<OrderState, Row>;

/** The table by state and report, as `nextStatus` reads it: a map is found faster by varying keys. */
const CELLS: ReadonlyMap<OrderState, ReadonlyMap<ExecType, Cell>> = new Map(
  ORDER_STATES.map((state) => [state, cellsOf(NEXT[state])]),
);

function cellsOf(row: Row): ReadonlyMap<ExecType, Cell> {
  const cells = new Map<ExecType, Cell>();
  for (const by of EXEC_TYPES) {
    const cell = row[by];
    if (cell !== undefined) cells.set(by, cell);
  }
  return cells;
}

/** Reports after which an order with nothing left has ended: fills, terms, and refused changes. */
const MAY_COMPLETE: ReadonlySet<ExecType> = new Set([
  "Trade",
  "TradeCorrect",
  "Replaced",
  "Restated",
  "ReplaceRejected",
  "CancelRejected",
]);

/** What the table cannot know of the order. */
export type StepFacts = {
  /** Nothing is left to fill, counted after the report. */
  readonly isComplete: boolean;
  /** Something is filled: an order that traded is not refused any more. */
  readonly hasFills: boolean;
  /** The state without the request that was answered, see {@link restoredStatus}. */
  readonly restored: OrdStatus;
  /** A replace by cancel and new lost the old order before the new one was refused. */
  readonly isLost?: boolean;
};

/** True if no report can bring the order back to life. */
export function isTerminal(status: OrderState): boolean {
  switch (status) {
    case "Filled":
    case "Cancelled":
    case "Rejected":
    case "Expired":
      return true;
    case "Created":
    case "Submitted":
    case "Accepted":
    case "PartiallyFilled":
    case "CancelPending":
    case "ReplacePending":
      return false;
  }
}

/**
 * Returns the state after `by`, or undefined when that report is illegal in `from`.
 * @example A completing fill beats a pending cancel
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { nextStatus } from "./lifecycle.ts";
 * const filled = { isComplete: true, hasFills: true } as const;
 * const facts = { ...filled, restored: "PartiallyFilled", isLost: false } as const;
 * strictEqual(nextStatus("CancelPending", "Trade", facts), "Filled");
 * strictEqual(nextStatus("Cancelled", "New", facts), undefined);
 * ```
 */
export function nextStatus(
  from: OrderState,
  by: ExecType,
  facts: StepFacts,
): OrdStatus | undefined {
  const cell = CELLS.get(from)?.get(by);
  if (cell === undefined || by === "Rejected" && facts.hasFills) return undefined;
  if (isTerminal(from)) return cell === "Restored" ? undefined : cell;
  if (facts.isComplete && MAY_COMPLETE.has(by)) return "Filled";
  if (by === "ReplaceRejected" && facts.isLost === true) return "Cancelled";
  return cell === "Restored" ? facts.restored : cell;
}

/** Returns the state of a live order that has no cancel pending. */
export function restoredStatus(order: {
  readonly isAccepted: boolean;
  readonly hasFills: boolean;
  readonly isReplacePending: boolean;
}): OrdStatus {
  if (order.isReplacePending) return "ReplacePending";
  if (order.hasFills) return "PartiallyFilled";
  return order.isAccepted ? "Accepted" : "Submitted";
}
