/**
 * Fills are facts: what the venue executed is booked, whatever the state of the order says.
 *
 * Early fills infer the acceptance, late ones leave the order ended, those above the order's
 * quantity halt the account, voided ones are booked back. A repeated execution changes nothing.
 *
 * Invariant: after a posting the account's book is the sum of the sub-books and `external`.
 * @module
 */
import { forgetRequest } from "./doubt.ts";
import { accept } from "./outcomes.ts";
import { closePosting } from "./postings.ts";
import { finishReplace } from "./replaced.ts";
import { type Step, toExecution } from "./reports.ts";
import { advance } from "./settle.ts";
import { haltAccount, raise, type Turn } from "./turn.ts";
import type { BrokerPayloads } from "../event.ts";
import { invariant } from "../invariant.ts";
import type { LedgerExecution } from "../ledger/ledger.ts";
import { type Qty, qty } from "../numbers.ts";
import type { Fill, Order } from "../order.ts";
import type { Execution } from "../report.ts";

/** Books a fill and reports it. */
export function applyExecuted(
  turn: Turn,
  order: Order,
  of: { readonly payload: BrokerPayloads["OrderExecuted"]; readonly isOldVersion: boolean },
): void {
  const { payload } = of;
  if (order.fills?.has(payload.execId) === true) {
    turn.state.count("duplicate_reports");
    return;
  }
  invariant(payload.lastQty > 0, "An execution must have a quantity");
  const { venueOrderId } = payload;
  if (venueOrderId !== null && !of.isOldVersion) {
    turn.state.blotter.nameAtVenue(order, venueOrderId);
  }
  const isLate = order.isTerminal;
  if (!isLate && !of.isOldVersion) inferFromFill(turn, order, payload.lastQty);
  const execution = toExecution(payload);
  book(turn, order, execution);
  advance(turn, order, {
    execType: "Trade",
    reason: `execution ${execution.execId}`,
    execution,
    late: isLate,
    provisional: payload.provisional,
  });
  checkFill(turn, order, { isLate, execId: execution.execId });
}

/** Books an execution back that the venue voided. The order does not re-open. */
export function applyVoided(
  turn: Turn,
  order: Order,
  payload: BrokerPayloads["ExecutionVoided"],
): void {
  const fill = order.fills?.get(payload.execRefId);
  if (fill === undefined) {
    raise(turn, {
      code: "ORPHAN_REPORT",
      text: `Cannot void an execution of order ${order.terms.id} at seq_id ${turn.seqId}: ` +
        `it must be booked: was ${payload.execRefId}`,
    });
    return;
  }
  if (fill.isVoided) {
    turn.state.count("duplicate_reports");
    return;
  }
  takeBack(turn, order, fill);
  const voided = { execId: payload.execId, lastQty: qty(0), commission: "0" };
  const step: Step = {
    execType: "TradeCancel",
    reason: `execution ${payload.execRefId} voided`,
    execRefId: payload.execRefId,
    execution: { ...fill.execution, ...voided },
  };
  advance(turn, order, step);
}

/** A fill proves the acceptance, and one above the old quantity that the increase was made. */
function inferFromFill(turn: Turn, order: Order, lastQty: Qty): void {
  accept(turn, order, { inferred: true });
  const { replace } = order;
  if (replace === null || !order.mayGrow || lastQty <= order.openQty) return;
  forgetRequest(order, "Replace");
  const { orderQty, price } = replace;
  finishReplace(turn, order, { replace, orderQty, price, details: { inferred: true } });
}

function book(turn: Turn, order: Order, execution: Execution): void {
  const { state } = turn;
  const { terms } = order;
  state.ledger.book(ledgerExecution(turn, order, execution));
  closePosting(turn);
  order.cumQty = qty(order.cumQty + execution.lastQty);
  order.notional += BigInt(execution.lastPx) * BigInt(execution.lastQty);
  order.fills ??= new Map();
  order.fills.set(execution.execId, { execution, isVoided: false });
  const fill = {
    client: terms.client,
    ingestUs: turn.nowUs,
    row: {
      seqId: turn.seqId,
      eventUs: turn.venueUs ?? turn.nowUs,
      orderId: terms.id,
      intentId: order.bearer.intentId,
      instrument: terms.instrument,
      side: terms.side,
      execution,
    },
  };
  state.clients.all[terms.client]?.fills.push(fill);
  state.blotter.fills.push(fill);
  state.count("fills");
}

function takeBack(turn: Turn, order: Order, fill: Fill): void {
  const { execution } = fill;
  turn.state.ledger.reverse(ledgerExecution(turn, order, execution));
  closePosting(turn);
  fill.isVoided = true;
  order.cumQty = qty(order.cumQty - execution.lastQty);
  order.voidedQty = qty(order.voidedQty + execution.lastQty);
  order.notional -= BigInt(execution.lastPx) * BigInt(execution.lastQty);
}

function ledgerExecution(turn: Turn, order: Order, execution: Execution): LedgerExecution {
  return {
    venue: order.terms.venue,
    client: order.terms.client,
    instrument: turn.state.instrument(order.terms.instrument).instrument,
    side: order.terms.side,
    qty: execution.lastQty,
    px: execution.lastPx,
    commission: execution.commission,
    commissionCurrency: execution.commissionCurrency,
  };
}

function checkFill(
  turn: Turn,
  order: Order,
  of: { readonly isLate: boolean; readonly execId: string },
): void {
  if (of.isLate) turn.state.count("late_fills");
  const name = `execution ${of.execId} of order ${order.terms.id} at seq_id ${turn.seqId}`;
  if (order.wasAbsent) {
    raise(turn, {
      code: "FILL_AFTER_ABSENCE",
      text: `Booked ${name}: the venue had proved that it never had this order`,
    });
  }
  const executed = order.cumQty + order.voidedQty;
  if (executed <= order.orderQty) return;
  const reason = `Booked ${name}: what is executed must be at most order_qty of ` +
    `${order.orderQty} quanta: was ${executed}`;
  haltAccount(turn, { venue: order.terms.venue, reason });
  raise(turn, { code: "OVERFILL", text: reason });
}
