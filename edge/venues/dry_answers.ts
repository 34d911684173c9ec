/**
 * What a venue that takes everything and fills nothing answers: the end of a dry run's requests
 * (R-EXEC-7).
 *
 * It remembers no order. A cancel or replace tells all that its answer needs; a look-up follows only
 * the death of a Worker, and a venue that keeps its dry book in memory has lost it then: the order
 * is gone, cancelled, nothing filled.
 * @module
 */
import type { OrderCommand } from "../../core/command.ts";
import type { Draft, OrderRef } from "../../core/event.ts";
import { mayRest } from "../../core/instrument.ts";
import { unreachable } from "../../core/invariant.ts";
import { type Micros, qty } from "../../core/numbers.ts";

/** When the answer is made, and when the command became durable, if that is known. */
export type DryTimes = { readonly nowUs: Micros; readonly journalUs: Micros | undefined };

/** Returns the answers to a command of a dry run, in order. What may not rest ends at once. */
export function dryAnswers(command: OrderCommand, { nowUs, journalUs }: DryTimes): Draft[] {
  const head = {
    eventTime: nowUs,
    source: "broker_report",
    venue: command.venue,
    instrument: command.instrument,
    idempotencyKey: null,
  } as const;
  const { order, clOrdId, venueOrderId } = command;
  const ref: OrderRef = { order, clOrdId, venueOrderId };
  const stamps = journalUs === undefined ? {} : { journalUs };
  switch (command.kind) {
    case "Submit": {
      const accepted: Draft = {
        ...head,
        eventType: "OrderAccepted",
        payload: { ...ref, ...stamps },
      };
      const reason = "nothing fills in a dry run";
      const cancelled: Draft = {
        ...head,
        eventType: "OrderCancelled",
        payload: { ...ref, reason },
      };
      return mayRest(command) ? [accepted] : [accepted, cancelled];
    }
    case "Cancel":
      return [{
        ...head,
        eventType: "OrderCancelled",
        payload: { ...ref, reason: "as requested" },
      }];
    case "Replace": {
      const { orderQty, price, newClOrdId } = command;
      const payload = { ...ref, clOrdId: newClOrdId, orderQty, price, ...stamps };
      return [{ ...head, eventType: "OrderReplaced", payload }];
    }
    case "Lookup": {
      const { request } = command;
      const none = { orderQty: qty(0), cumQty: qty(0), price: null };
      const payload = { ...ref, request, status: "cancelled", ...none } as const;
      return [{ ...head, eventType: "OrderFound", payload }];
    }
    default:
      return unreachable(command);
  }
}
