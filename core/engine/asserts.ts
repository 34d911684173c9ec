/**
 * R-CORE-5, asserted after each event over the orders that the event touched.
 * @module
 */
import type { Turn } from "./turn.ts";
import { invariant } from "../invariant.ts";
import { isTerminal } from "../lifecycle.ts";
import type { ExecutionReport } from "../report.ts";

/** Asserts what every report must show. @throws {InvariantError} If one does not. */
export function assertReports(turn: Turn): void {
  const { reports } = turn.effects;
  for (const report of reports) {
    if (report.order !== null) assertOrder(report, report.order);
  }
}

function assertOrder(report: ExecutionReport, order: NonNullable<ExecutionReport["order"]>): void {
  const status = report.ordStatus;
  invariant(status !== null, "An order report must have a status");
  if (isTerminal(status)) {
    invariant(order.leavesQty === 0, "Nothing must be left of a terminal order");
    invariant(report.inDoubt !== true, "A terminal report must not be in doubt");
    return;
  }
  invariant(order.cumQty <= order.orderQty, "CumQty must not exceed OrderQty of a live order");
  invariant(
    order.cumQty + order.leavesQty <= order.orderQty,
    "CumQty and LeavesQty must not exceed OrderQty",
  );
  const isFilled = report.execType === "Trade";
  invariant(!isFilled || status !== "Submitted", "No fill must come before acceptance");
}
