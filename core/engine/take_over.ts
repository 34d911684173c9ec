/**
 * Executions that were booked to `external`, and turn out to be of an order of ours: the venue told
 * them by a name that was not known, as a history does that is asked for by a daemon that crashed
 * before the venue's answer, and tells them again under the order's key.
 *
 * Such an execution moves to its order as it stands: it was told once, and what was told of it since
 * holds. So does one that was voided: it counts nowhere, but took something of its order. That it
 * moved stays known, since a history may tell it by the same name again.
 *
 * Invariant: it counts once, in one book.
 * @module
 */
import { closePosting } from "./postings.ts";
import type { Turn } from "./turn.ts";
import type { ExternalFill } from "../external_fills.ts";
import type { LedgerExecution } from "../ledger/ledger.ts";
import { qty } from "../numbers.ts";
import { type Order, takenOffBy } from "../order.ts";

/**
 * The execution in `external` that an order's execution is, or undefined. Venues number trades by
 * instrument: what is on another, or on the other side, is not it.
 */
export function externalFillOf(turn: Turn, order: Order, execId: string): ExternalFill | undefined {
  const fill = turn.state.externalFills.find(order.venue, execId);
  if (fill === undefined || fill.isTakenOver) return undefined;
  return fill.instrument === order.instrument && fill.side === order.side ? fill : undefined;
}

/** True of one that the order has already, by another of its ids. */
export function isBookedFor(order: Order, fill: ExternalFill | undefined): boolean {
  if (fill === undefined) return false;
  const { execution, correctedAs } = fill;
  return [execution.execId, ...correctedAs].some((id) => order.fillOf(id) !== undefined);
}

/** @throws {InvariantError} If the execution cannot be taken out of `external`. */
export function assertTakenOver(turn: Turn, fill: ExternalFill): void {
  const was = toExternalExecution(turn, fill);
  turn.state.ledger.assertCorrectable({ was, now: was });
}

/**
 * Takes the execution out of `external`, if it counts there, and off the order what the venue took
 * off it since; the order's booking of what is left must follow.
 */
export function takeOver(turn: Turn, order: Order, fill: ExternalFill): void {
  const { externalFills, ledger } = turn.state;
  if (!fill.isVoided) {
    ledger.reverse(toExternalExecution(turn, fill));
    closePosting(turn);
  }
  order.voidedQty = qty(order.voidedQty + takenOffBy(fill));
  fill.isTakenOver = true;
  externalFills.keep(fill, turn.nowUs);
}

/** The execution as the ledger takes it. */
export function toExternalExecution(turn: Turn, fill: ExternalFill): LedgerExecution {
  const { execution } = fill;
  return {
    venue: fill.venue,
    client: null,
    instrument: turn.state.instrument(fill.instrument).instrument,
    side: fill.side,
    qty: execution.lastQty,
    px: execution.lastPx,
    commission: execution.commission,
    commissionCurrency: execution.commissionCurrency,
    booked: fill.booked,
  };
}
