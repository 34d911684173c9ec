/**
 * Fills are facts: what the venue executed is booked, whatever the state of the order says.
 *
 * Early fills infer the acceptance, late ones leave the order ended, those above the order's
 * quantity halt the account. A repeated execution changes nothing; one that was told before by a name
 * that is nobody's moves to its order (`take_over.ts`). What the venue says of an
 * execution afterwards is in `corrections.ts`.
 *
 * Invariants: after a posting the account's book is the sum of the sub-books and `external`; what the
 * ledger cannot book proves nothing of its order.
 * @module
 */
import { forgetRequest } from "./doubt.ts";
import { accept, raiseLive } from "./outcomes.ts";
import { closePosting } from "./postings.ts";
import { finishReplace } from "./replaced.ts";
import { type Step, toExecution, UNSAID } from "./reports.ts";
import { advance } from "./settle.ts";
import { assertTakenOver, externalFillOf, isSettledElsewhere, takeOver } from "./take_over.ts";
import { haltAccount, raise, type Turn } from "./turn.ts";
import type { ClientFill } from "../clients.ts";
import type { BrokerPayloads } from "../event.ts";
import type { Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import type { Posting } from "../ledger/account.ts";
import type { LedgerExecution } from "../ledger/ledger.ts";
import { qty } from "../numbers.ts";
import type { Fill, Order } from "../order.ts";

/** Books a fill and reports it. */
export function applyExecuted(
  turn: Turn,
  order: Order,
  of: { readonly payload: BrokerPayloads["OrderExecuted"]; readonly isOldVersion: boolean },
): void {
  const { payload } = of;
  if (order.fillOf(payload.execId) !== undefined) {
    turn.state.count("duplicate_reports");
    return;
  }
  const external = externalFillOf(turn, order, payload.execId);
  if (external !== undefined && isSettledElsewhere(order, external)) {
    turn.state.count("duplicate_reports");
    return;
  }
  invariant(payload.lastQty > 0, "An execution must have a quantity");
  const { provisional: isProvisional, venueOrderId } = payload;
  const execution = external?.execution ?? toExecution(payload);
  const booked = external?.booked ?? turn.seqId;
  assertCountable(order, execution.lastQty);
  const posting = turn.state.ledger.toPosting(
    toLedgerExecution(turn, order, { execution, booked, tag: null, isProvisional }),
  );
  if (external !== undefined) assertTakenOver(turn, external);
  if (venueOrderId !== null && !of.isOldVersion) {
    turn.state.blotter.nameAtVenue(order, venueOrderId);
  }
  const isLate = order.isTerminal;
  if (!isLate && !of.isOldVersion) {
    accept(turn, order, { inferred: true });
    inferIncrease(turn, order, { executed: execution.lastQty, clOrdId: payload.clOrdId });
  }
  const fill: Fill = {
    execution,
    correctedAs: external === undefined ? null : [...external.correctedAs],
    peakQty: execution.lastQty,
    booked,
    baseVersion: of.isOldVersion ? 0 : order.baseVersion,
    tag: order.tag,
    isVoided: false,
    isProvisional,
    next: null,
  };
  if (external !== undefined) takeOver(turn, external);
  book(turn, order, { booking: fill, posting });
  remember(turn, order, fill);
  advanceExecuted(turn, order, {
    ...UNSAID,
    execType: "Trade",
    reason: "executed by the venue",
    execution,
    late: isLate,
    provisional: isProvisional,
  });
  checkFill(turn, order, { isLate, execId: execution.execId });
}

/**
 * Moves the order by what was executed of it, or corrected, and reports it. It ends by the sum of all
 * its versions; the one at the venue knows nothing of those before it, and may go on: alarmed.
 */
export function advanceExecuted(turn: Turn, order: Order, step: Step): void {
  const wasLive = !order.isTerminal;
  advance(turn, order, step);
  if (!wasLive || !order.isTerminal || order.openHere === 0) return;
  raiseLive(turn, order, `was placed anew, and ${order.openHere} quanta of that are open`);
}

/** @throws {InvariantError} If the order's sums could not be kept once so much more was executed. */
export function assertCountable(order: Order, more: number): void {
  const isSafe = Number.isSafeInteger(order.cumQty + order.voidedQty + Math.max(0, more));
  invariant(isSafe, "What is executed of an order must stay within 2^53 quanta");
}

/**
 * An execution of more than the old quantity leaves proves that the increase was made, and by its key
 * under which name: some venues keep the first.
 */
export function inferIncrease(
  turn: Turn,
  order: Order,
  of: { readonly executed: number; readonly clOrdId: string | null },
): void {
  const { replace } = order;
  if (replace?.stage !== "native" || !order.mayGrow || of.executed <= order.openQty) return;
  forgetRequest(order, "Replace");
  const { orderQty, price } = replace;
  const { clOrdId } = of;
  finishReplace(turn, order, { replace, orderQty, price, clOrdId, details: { inferred: true } });
}

/** An execution, the event and tag that it was booked with first, and whether it may be voided. */
export type Booking = Pick<Fill, "execution" | "booked" | "tag" | "isProvisional">;

/**
 * Books an execution into the ledger and its order; one that has ended is kept anew. `posting`: what
 * it posts, where that is known.
 */
export function book(
  turn: Turn,
  order: Order,
  of: { readonly booking: Booking; readonly posting?: Posting },
): void {
  const { state } = turn;
  const { booking, posting } = of;
  const { execution } = booking;
  state.ledger.book(toLedgerExecution(turn, order, booking), posting);
  closePosting(turn);
  order.cumQty = qty(order.cumQty + execution.lastQty);
  order.addNotional(execution.lastPx, execution.lastQty);
  if (order.isTerminal) state.blotter.keep(order, turn.nowUs);
}

/** Takes an execution out of the ledger and its order again; likewise. */
export function bookBack(turn: Turn, order: Order, booking: Booking): void {
  const { state } = turn;
  const { execution } = booking;
  state.ledger.reverse(toLedgerExecution(turn, order, booking));
  closePosting(turn);
  order.cumQty = qty(order.cumQty - execution.lastQty);
  order.addNotional(execution.lastPx, -execution.lastQty);
  if (order.isTerminal) state.blotter.keep(order, turn.nowUs);
}

/** Halts the account if more is executed than was ordered: it is booked all the same. */
export function checkOverfill(turn: Turn, order: Order, what: string): void {
  const executed = order.cumQty + order.voidedQty;
  if (executed <= order.orderQty) return;
  const reason = `Booked ${what}: what is executed must be at most order_qty of ` +
    `${order.orderQty} quanta: was ${executed}`;
  haltAccount(turn, { venue: order.terms.venue, reason });
  raise(turn, { code: "OVERFILL", text: reason });
}

function remember(turn: Turn, order: Order, fill: Fill): void {
  const { state } = turn;
  order.addFill(fill);
  const shown: ClientFill = {
    client: order.client,
    ingestUs: turn.nowUs,
    seqId: turn.seqId,
    eventUs: turn.venueUs ?? turn.nowUs,
    orderId: order.id,
    intentId: order.bearerId,
    instrument: order.instrument,
    side: order.side,
    execution: fill.execution,
  };
  state.clients.all[order.client]?.fills.push(shown);
  state.blotter.fills.push(shown);
  state.count("fills");
}

/** The booking as the ledger takes it. */
export function toLedgerExecution(turn: Turn, order: Order, booking: Booking): LedgerExecution {
  const { execution, booked, tag, isProvisional } = booking;
  return {
    venue: order.terms.venue,
    client: order.terms.client,
    instrument: instrumentOf(turn, order),
    side: order.terms.side,
    qty: execution.lastQty,
    px: execution.lastPx,
    commission: execution.commission,
    commissionCurrency: execution.commissionCurrency,
    tag,
    booked,
    isProvisional,
  };
}

function checkFill(
  turn: Turn,
  order: Order,
  of: { readonly isLate: boolean; readonly execId: string },
): void {
  if (of.isLate) turn.state.count("late_fills");
  const isOver = order.cumQty + order.voidedQty > order.orderQty;
  if (!isOver && !order.wasAbsent && !order.isDryRun) return;
  const name = `execution ${of.execId} of order ${order.terms.id} at seq_id ${turn.seqId}`;
  if (order.isDryRun) {
    raise(turn, {
      code: "DRY_RUN_FILL",
      text: `Booked ${name}: nothing of a dry run may reach the venue`,
    });
  }
  if (order.wasAbsent) {
    raise(turn, {
      code: "FILL_AFTER_ABSENCE",
      text: `Booked ${name}: the venue had proved that it never had this order`,
    });
  }
  checkOverfill(turn, order, name);
}

function instrumentOf(turn: Turn, order: Order): Instrument {
  return turn.state.instrument(order.terms.instrument).instrument;
}
