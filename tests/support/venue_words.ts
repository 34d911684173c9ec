/**
 * What a venue can say of an order, as short calls on a world; and the shortest way into each state.
 * @module
 */
import { type BrokerPayloads, type ExecutionReport, px, qty } from "../../core/mod.ts";
import type { OrdStatus } from "../../core/report.ts";
import { brief, ref, World, type WorldOptions } from "./engine_world.ts";

type Said = readonly ExecutionReport[];

/** The venue refuses the order. */
export function rejected(w: World, order = 1): Said {
  return w.broker("OrderRejected", { ...ref(order), rejectCode: "VENUE_REJECTED", text: "no" });
}

/** The order ran out at the venue. */
export function expired(w: World, order = 1): Said {
  return w.broker("OrderExpired", { ...ref(order), reason: "ran out" });
}

/** The venue would not cancel: too late, or it does not know the order. */
export function cancelRefused(w: World, order = 1): Said {
  return w.broker("CancelRejected", { ...ref(order), rejectCode: "VENUE_NOT_FOUND", text: "late" });
}

/** The venue replaced the order, or changed it by itself. */
export function replacedTo(
  w: World,
  of: { readonly qty: number; readonly px?: number; readonly order?: number },
): Said {
  const { order = 1, px: price = 10_000 } = of;
  return w.broker("OrderReplaced", { ...ref(order), orderQty: qty(of.qty), price: px(price) });
}

/** The venue would not replace. */
export function replaceRefused(w: World, order = 1): Said {
  const refusal = { rejectCode: "VENUE_REJECTED", text: "no" } as const;
  return w.broker("ReplaceRejected", { ...ref(order), ...refusal });
}

/** The venue takes an execution back. */
export function voided(w: World, execRefId: string, order = 1): Said {
  return w.broker("ExecutionVoided", { ...ref(order), execId: `${execRefId}-void`, execRefId });
}

/** The venue corrects an execution. */
export function corrected(
  w: World,
  of: {
    readonly ref: string;
    readonly id: string;
    readonly qty: number;
    readonly px?: number;
    readonly order?: number;
  },
): Said {
  return w.broker("ExecutionCorrected", {
    ...ref(of.order ?? 1),
    execId: of.id,
    execRefId: of.ref,
    lastQty: qty(of.qty),
    lastPx: px(of.px ?? 10_000),
    liquidity: "Maker",
    commission: "0.01",
    commissionCurrency: "USDT",
  });
}

/** The venue says that a provisional execution is final. */
export function confirmed(w: World, execRefId: string, order = 1): Said {
  return w.broker("ExecutionConfirmed", { ...ref(order), execRefId });
}

/** A fill that the venue may still void. */
export function provisionalFill(
  w: World,
  of: { readonly id: string; readonly qty: number; readonly order?: number },
): Said {
  return w.broker("OrderExecuted", {
    ...ref(of.order ?? 1),
    execId: of.id,
    lastQty: qty(of.qty),
    lastPx: px(10_000),
    liquidity: "Maker",
    commission: "0.01",
    commissionCurrency: "USDT",
    provisional: true,
  });
}

/** An execution of nobody we know: it halts its instrument. */
export function strangerFills(w: World): void {
  w.broker("OrderExecuted", {
    order: null,
    clOrdId: "somebody-else",
    venueOrderId: "v99",
    execId: "e1",
    side: "Sell",
    lastQty: qty(2000),
    lastPx: px(10_000),
    liquidity: "Taker",
    commission: "0.5",
    commissionCurrency: "USDT",
    provisional: false,
  });
}

type Found = BrokerPayloads["OrderFound"];

/** The venue answers the newest look-up, or one that was never made. */
export function found(
  w: World,
  of: { readonly status: Found["status"] } & Partial<Found>,
): Said {
  return w.broker("OrderFound", {
    ...ref(1),
    request: w.lastCommand().request,
    orderQty: qty(10_000),
    cumQty: qty(0),
    price: px(10_000),
    ...of,
  });
}

/** The venue answers the newest look-up: it does not have the order. */
export function notFound(w: World): Said {
  const { request, order } = w.lastCommand();
  return w.broker("OrderNotFound", { request, order });
}

/** Short forms of reports, see `brief`. */
export function briefs(reports: Said): readonly string[] {
  return reports.map(brief);
}

/** Codes of the alarms of the last event. */
export function alarms(w: World): readonly string[] {
  return w.effects.alarms.map(({ code }) => code);
}

/** A world with order 1 of 10000 quanta at 10000, placed as `a1`. */
export function placed(options: WorldOptions = {}): World {
  const w = new World(options).start().open({ cancelOnDisconnect: false });
  w.place("a1");
  return w;
}

/** The shortest way from `Submitted` into each state, for order 1. */
const WAY_TO: Readonly<Record<OrdStatus, (w: World) => void>> = {
  Submitted: () => {},
  Accepted: (w) => {
    w.accept();
  },
  PartiallyFilled: (w) => {
    w.accept();
    w.fill(1, { id: "e0", qty: 4000 });
  },
  CancelPending: (w) => {
    w.accept();
    w.cancel("c1", "a1");
  },
  ReplacePending: (w) => {
    w.accept();
    w.replace("r1", { orig: "a1", qty: "12" });
  },
  Filled: (w) => {
    w.accept();
    w.fill(1, { id: "e0", qty: 10_000 });
  },
  Cancelled: (w) => {
    w.accept();
    w.cancelled();
  },
  Rejected: (w) => {
    rejected(w);
  },
  Expired: (w) => {
    w.accept();
    expired(w);
  },
};

/** A world whose order 1 is in a state. */
export function worldIn(status: OrdStatus, options: WorldOptions = {}): World {
  const w = placed(options);
  WAY_TO[status](w);
  return w;
}
