/**
 * What one event caused, as a trace spells it: quanta, canonical decimals, no sentences.
 *
 * Each field is written out, so that the format of `docs/reference/traces.md` changes only when
 * someone means it to.
 * @module
 */
import type { VenueCommand } from "../../../core/command.ts";
import type { Effects } from "../../../core/effects.ts";
import { unreachable } from "../../../core/invariant.ts";
import type { ExecutionReport, OrderFields, Transition } from "../../../core/report.ts";
import type { JsonObject, JsonValue } from "./json.ts";

/** The five lists of one event. */
export type Caused = {
  readonly transitions: readonly JsonObject[];
  readonly reports: readonly JsonObject[];
  readonly commands: readonly JsonObject[];
  readonly repeats: readonly JsonObject[];
  readonly alarms: readonly string[];
};

/** Returns what the sink holds. */
export function causedOf(effects: Effects): Caused {
  return {
    transitions: effects.transitions.map(transitionJson),
    reports: effects.reports.map(reportJson),
    commands: effects.commands.map(commandJson),
    repeats: effects.repeats.map(({ client, reportSeqs }) => ({
      client,
      report_seqs: [...reportSeqs],
    })),
    alarms: effects.alarms.map(({ code }) => code),
  };
}

/** Returns an order's fields, or null without one. */
export function orderJson(order: OrderFields | null): JsonValue {
  if (order === null) return null;
  return {
    order_id: order.orderId,
    venue_order_id: order.venueOrderId,
    instrument: order.instrument,
    side: order.side,
    ord_type: order.ordType,
    time_in_force: order.timeInForce,
    price: order.price,
    order_qty: order.orderQty,
    cum_qty: order.cumQty,
    leaves_qty: order.leavesQty,
    notional: order.notional.toString(),
  };
}

function transitionJson(transition: Transition): JsonObject {
  switch (transition.kind) {
    case "order": {
      const { kind, order, from, to } = transition;
      return { kind, order, from, to };
    }
    case "AccountHalted":
      return { kind: transition.kind, venue: transition.venue };
    case "InstrumentHalted":
      return { kind: transition.kind, instrument: transition.instrument };
    default:
      return unreachable(transition);
  }
}

function reportJson(report: ExecutionReport): JsonObject {
  return {
    client: report.client,
    report_seq: report.reportSeq,
    intent_id: report.intentId,
    exec_type: report.execType,
    ord_status: report.ordStatus,
    order: orderJson(report.order),
    tag: report.tag,
    ...detailsJson(report),
    transact_us: report.transactUs,
    ...given({
      event_us: report.eventUs,
      sent_us: report.sentUs,
      recv_us: report.recvUs,
      journal_us: report.journalUs,
      submit_us: report.submitUs,
      ack_us: report.ackUs,
    }),
  };
}

function detailsJson(report: ExecutionReport): JsonObject {
  const { execution } = report;
  return given({
    orig_intent_id: report.origIntentId,
    cause_intent_id: report.causeIntentId,
    execution: execution === undefined ? undefined : {
      exec_id: execution.execId,
      last_qty: execution.lastQty,
      last_px: execution.lastPx,
      liquidity: execution.liquidity,
      commission: execution.commission,
      commission_currency: execution.commissionCurrency,
    },
    exec_ref_id: report.execRefId,
    reject_code: report.rejectCode,
    in_doubt: report.inDoubt,
    late: report.late,
    inferred: report.inferred,
    provisional: report.provisional,
    dry_run: report.dryRun,
  });
}

function commandJson(command: VenueCommand): JsonObject {
  if (command.kind === "Reconcile") {
    const { kind, request, venue, cause, sinceUs } = command;
    return { kind, request, venue, cause, since_us: sinceUs };
  }
  const common = {
    kind: command.kind,
    request: command.request,
    venue: command.venue,
    instrument: command.instrument,
    order: command.order,
    cl_ord_id: command.clOrdId,
    venue_order_id: command.venueOrderId,
    ...(command.dryRun === true ? { dry_run: true } : {}),
  };
  switch (command.kind) {
    case "Submit":
      return {
        ...common,
        side: command.side,
        ord_type: command.ordType,
        time_in_force: command.timeInForce,
        expire_us: command.expireUs,
        price: command.price,
        order_qty: command.orderQty,
        post_only: command.postOnly,
        reduce_only: command.reduceOnly,
        params: command.params === null ? null : { ...command.params },
      };
    case "Replace":
      return {
        ...common,
        side: command.side,
        new_cl_ord_id: command.newClOrdId,
        order_qty: command.orderQty,
        price: command.price,
        expire_us: command.expireUs,
        params: command.params === null ? null : { ...command.params },
      };
    case "Cancel":
    case "Lookup":
      return common;
    default:
      return unreachable(command);
  }
}

/** Leaves out what is not there. */
function given(fields: { readonly [key: string]: JsonValue | undefined }): JsonObject {
  const there: [string, JsonValue][] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) there.push([key, value]);
  }
  return Object.fromEntries(there);
}
