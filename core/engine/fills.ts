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
import { assertTakenOver, externalFillOf, isBookedFor, takeOver } from "./take_over.ts";
import { haltAccount, raise, type Turn } from "./turn.ts";
import type { ClientFill } from "../clients.ts";
import type { BrokerPayloads } from "../event.ts";
import type { ExternalFill } from "../external_fills.ts";
import type { Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import type { Posting } from "../ledger/account.ts";
import type { LedgerExecution } from "../ledger/ledger.ts";
import { qty } from "../numbers.ts";
import type { Fill, Order } from "../order.ts";

/** What a venue told of an execution, and the one in `external` that it is, if it is one. */
type Told = {
  readonly payload: BrokerPayloads["OrderExecuted"];
  readonly isOldVersion: boolean;
  readonly external: ExternalFill | undefined;
};

/** That, and the execution as its order is to keep it. */
type Taken = Told & { readonly fill: Fill };

/** Books a fill and reports it. */
export function applyExecuted(
  turn: Turn,
  order: Order,
  of: { readonly payload: BrokerPayloads["OrderExecuted"]; readonly isOldVersion: boolean },
): void {
  const { payload, isOldVersion } = of;
  const external = externalFillOf(turn, order, payload.execId);
  if (order.fillOf(payload.execId) !== undefined || isBookedFor(order, external)) {
    turn.state.count("duplicate_reports");
    return;
  }
  invariant(payload.lastQty > 0, "An execution must have a quantity");
  const fill = toFill(turn, order, { payload, isOldVersion, external });
  assertCountable(order, fill.peakQty);
  const taken = { payload, isOldVersion, external, fill };
  if (fill.isVoided) applyVoidedBefore(turn, order, taken);
  else applyTrade(turn, order, taken);
  checkFill(turn, order, fill.execution.execId);
}

function applyTrade(turn: Turn, order: Order, of: Taken): void {
  const { fill, external } = of;
  const posting = turn.state.ledger.toPosting(toLedgerExecution(turn, order, fill));
  if (external !== undefined) assertTakenOver(turn, external);
  const isLate = order.isTerminal;
  prove(turn, order, of);
  if (external !== undefined) takeOver(turn, order, external);
  book(turn, order, { booking: fill, posting });
  remember(turn, order, fill);
  if (isLate) turn.state.count("late_fills");
  advanceExecuted(turn, order, {
    ...UNSAID,
    execType: "Trade",
    reason: "executed by the venue",
    execution: fill.execution,
    late: isLate,
    provisional: fill.isProvisional,
  });
}

/**
 * Takes over an execution that was voided while its order was not known: nothing is booked, and what
 * it took of the order does not come back to the market. Its client is only told what is left.
 */
function applyVoidedBefore(turn: Turn, order: Order, of: Taken): void {
  const { fill, external } = of;
  prove(turn, order, of);
  const { leavesQty } = order;
  if (external !== undefined) takeOver(turn, order, external);
  order.addFill(fill);
  if (order.isTerminal) turn.state.blotter.keep(order, turn.nowUs);
  if (order.leavesQty === leavesQty) return;
  const reason = `execution ${fill.execution.execId} was voided before its order was known`;
  advanceExecuted(turn, order, { ...UNSAID, execType: "Restated", reason });
}

/** The execution as it was told, or as it stands in `external`; without a tag yet. */
function toFill(turn: Turn, order: Order, { payload, isOldVersion, external }: Told): Fill {
  return {
    execution: external?.execution ?? toExecution(payload),
    correctedAs: external === undefined ? null : [...external.correctedAs],
    peakQty: external?.peakQty ?? payload.lastQty,
    booked: external?.booked ?? turn.seqId,
    baseVersion: isOldVersion ? 0 : order.baseVersion,
    tag: null,
    isVoided: external?.isVoided ?? false,
    isProvisional: payload.provisional,
    next: null,
  };
}

/**
 * Does what an execution proves of its order: its name, that the venue has it, that it was replaced.
 * The execution bears the tag that the order has after that.
 */
function prove(turn: Turn, order: Order, of: Taken): void {
  const { fill, isOldVersion, payload: { venueOrderId, clOrdId } } = of;
  if (!isOldVersion) {
    if (venueOrderId !== null) turn.state.blotter.nameAtVenue(order, venueOrderId);
    if (!order.isTerminal) {
      accept(turn, order, { inferred: true });
      inferIncrease(turn, order, { executed: fill.peakQty, clOrdId });
    }
  }
  fill.tag = order.tag;
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
  haltAccount(turn, { venue: order.venue, reason });
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
    venue: order.venue,
    client: order.client,
    instrument: instrumentOf(turn, order),
    side: order.side,
    qty: execution.lastQty,
    px: execution.lastPx,
    commission: execution.commission,
    commissionCurrency: execution.commissionCurrency,
    tag,
    booked,
    isProvisional,
  };
}

function checkFill(turn: Turn, order: Order, execId: string): void {
  const isOver = order.cumQty + order.voidedQty > order.orderQty;
  if (!isOver && !order.wasAbsent && !order.isDryRun) return;
  const name = `execution ${execId} of order ${order.id} at seq_id ${turn.seqId}`;
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
  return turn.state.instrument(order.instrument).instrument;
}
