/**
 * A story: what happens to a core, told in few words, kept as events.
 *
 * Quantities and prices are told in decimals. A client's intent is 1 ms old when it comes and was read
 * 0.2 ms before.
 * @module
 */
import { ok } from "node:assert/strict";
import type { OrderCommand, VenueCommand } from "../../../core/command.ts";
import type { BrokerPayloads, Draft, EventType, OrderRef } from "../../../core/event.ts";
import type { PlaceOrder, ReplaceOrder, TradingState } from "../../../core/intent.ts";
import { micros, orderId } from "../../../core/numbers.ts";
import type { VenueRejectCode } from "../../../core/reject_code.ts";
import { placeOrder } from "../../support/place_order.ts";
import { Chronicle, type Told } from "./chronicle.ts";

/** How a venue names an order, and which key its report bears. */
export type Naming = {
  readonly clOrdId?: string;
  readonly venueOrderId?: string;
  /** Leave out our number: found by the other names. */
  readonly unnumbered?: boolean;
  readonly key?: string;
  /** The instrument of the envelope, by number, if it is not the order's. */
  readonly on?: number;
};

/** An execution as a story tells it. */
export type FillSpec = Naming & {
  readonly id: string;
  readonly qty: string;
  readonly px: string;
  readonly fee?: string;
  readonly feeCurrency?: string;
  readonly liquidity?: "Maker" | "Taker" | null;
  readonly provisional?: boolean;
};

/** Terms of a Place: `qty` and `px` for short, `on` an instrument by number. */
export type PlaceSpec =
  & Partial<Omit<PlaceOrder, "action" | "intentId">>
  & { readonly qty?: string; readonly px?: string | null; readonly on?: number };

/** Levels of a book: price, quantity, price, quantity … */
export type Ladder = { readonly bids?: readonly string[]; readonly asks?: readonly string[] };

/** One story. */
export class Story extends Chronicle {
  readonly #commands: VenueCommand[] = [];
  readonly #ordersOn = new Map<number, number>();

  /** As a chronicle does, and remembers requests and orders. */
  override offer<Type extends EventType>(told: Told<Type>): this {
    super.offer(told);
    this.#commands.push(...this.effects.commands);
    for (const { order } of this.effects.reports) {
      if (order !== null) this.#ordersOn.set(order.orderId, order.instrument);
    }
    return this;
  }

  /** Place; by default a limit order to buy 10 at 100. */
  place(intentId: string, spec: PlaceSpec = {}, session = 1): this {
    const { qty: orderQty = "10", px: price = "100", on = 0, ...rest } = spec;
    const instrument = this.instruments[on]?.name ?? "test:none";
    const isMarket = rest.ordType === "Market";
    const terms = { instrument, orderQty, price: isMarket ? null : price };
    return this.intent(placeOrder({ intentId, sentUs: this.sentUs, ...terms, ...rest }), session);
  }

  /** Replace of what `orig` means. */
  replace(
    intentId: string,
    spec: { readonly orig: string; readonly qty: string } & Partial<ReplaceOrder>,
    session = 1,
  ): this {
    const { orig, qty: orderQty, ...rest } = spec;
    const usual = { tag: null, hasTag: false, validateOnly: false, sentUs: this.sentUs };
    const terms = { origIntentId: orig, orderQty };
    return this.intent({ action: "Replace", intentId, ...usual, ...terms, ...rest }, session);
  }

  /** Cancel of what `orig` means. */
  cancel(intentId: string, of: { readonly orig: string }, session = 1): this {
    const usual = { intentId, sentUs: this.sentUs, tag: null };
    return this.intent({ action: "Cancel", ...usual, origIntentId: of.orig }, session);
  }

  /** CancelAll, on one instrument by its name if given. */
  cancelAll(intentId: string, of: { readonly instrument?: string } = {}, session = 1): this {
    const usual = { intentId, sentUs: this.sentUs, tag: null };
    const instrument = of.instrument ?? null;
    return this.intent({ action: "CancelAll", ...usual, instrument }, session);
  }

  /** The client's own trading state. */
  riskFlag(intentId: string, value: TradingState, session = 1): this {
    const usual = { intentId, sentUs: this.sentUs, tag: null };
    return this.intent({ action: "SetRiskFlag", ...usual, flag: "trading_state", value }, session);
  }

  /** NoOp. */
  noOp(intentId: string, session = 1): this {
    return this.intent({ action: "NoOp", intentId, sentUs: this.sentUs, tag: null }, session);
  }

  /** A report of a venue about an order, named by number unless `naming` says otherwise. */
  report<Type extends keyof BrokerPayloads>(
    eventType: Type,
    payload: Omit<Draft<Type>["payload"], keyof OrderRef>,
    of: { readonly order: number } & Naming,
  ): this {
    const ref: OrderRef = {
      order: of.unnumbered === true ? null : orderId(of.order),
      clOrdId: of.clOrdId ?? null,
      venueOrderId: of.venueOrderId ?? null,
    };
    const told = { ...ref, ...payload } as unknown as Draft<Type>["payload"];
    return this.#broker(eventType, told, of);
  }

  /** The venue acknowledges. */
  accept(order: number, naming: Naming = {}): this {
    const stamps = {
      journalUs: micros(this.nowUs - 900),
      submitUs: micros(this.nowUs - 800),
      ackUs: micros(this.nowUs - 100),
    };
    const named = { venueOrderId: `v${order}`, ...naming };
    return this.report("OrderAccepted", stamps, { order, ...named });
  }

  /** The venue refuses the order. */
  reject(order: number, rejectCode: VenueRejectCode, naming: Naming = {}): this {
    return this.report("OrderRejected", { rejectCode, text: "told" }, { order, ...naming });
  }

  /** The venue executes. */
  fill(order: number, spec: FillSpec): this {
    const { id, fee = "0", feeCurrency = "USDT", liquidity = "Maker", provisional = false } = spec;
    const execution = {
      execId: id,
      ...this.quanta(this.#ordersOn.get(order) ?? 0, spec),
      liquidity,
      commission: fee,
      commissionCurrency: feeCurrency,
      provisional,
    };
    return this.report("OrderExecuted", execution, { order, ...spec });
  }

  /** The venue voids an execution. */
  void(order: number, of: { readonly execId: string; readonly ref: string } & Naming): this {
    const { execId, ref } = of;
    return this.report("ExecutionVoided", { execId, execRefId: ref }, { order, ...of });
  }

  /** The order is gone from the venue. */
  cancelled(order: number, naming: Naming = {}): this {
    return this.report("OrderCancelled", { reason: "told" }, { order, ...naming });
  }

  /** The order ran out at the venue. */
  expired(order: number, naming: Naming = {}): this {
    return this.report("OrderExpired", { reason: "told" }, { order, ...naming });
  }

  /** The venue would not cancel. */
  cancelRejected(order: number, rejectCode: VenueRejectCode = "VENUE_REJECTED"): this {
    return this.report("CancelRejected", { rejectCode, text: "told" }, { order });
  }

  /** The venue replaced, or restates. */
  replaced(
    order: number,
    to: { readonly qty: string; readonly px: string } & Naming,
  ): this {
    const terms = this.quanta(this.#ordersOn.get(order) ?? 0, to);
    const payload = { orderQty: terms.lastQty, price: terms.lastPx };
    return this.report("OrderReplaced", payload, { order, ...to });
  }

  /** The venue would not replace. */
  replaceRejected(order: number, rejectCode: VenueRejectCode = "VENUE_REJECTED"): this {
    return this.report("ReplaceRejected", { rejectCode, text: "told" }, { order });
  }

  /** The newest request of a kind about an order came to nothing. */
  failed(
    order: number,
    of: {
      readonly kind: OrderCommand["kind"];
      readonly outcome: "notSent" | "unknown";
      readonly retryAfterMs?: number;
      readonly on?: number;
    },
  ): this {
    const { kind, outcome, retryAfterMs, on } = of;
    const { request } = this.#newest(order, kind);
    const told = { request, order: orderId(order), outcome, text: "told" };
    const payload = retryAfterMs === undefined ? told : { ...told, retryAfterMs };
    return this.#broker("RequestFailed", payload, on === undefined ? { order } : { order, on });
  }

  /** Answer to the newest look-up, or to the one before it that was `earlier`: the venue has it. */
  found(
    order: number,
    of: Naming & {
      readonly earlier?: number;
      readonly status: BrokerPayloads["OrderFound"]["status"];
      readonly qty: string;
      readonly cum: string;
      readonly px: string;
    },
  ): this {
    const on = this.#ordersOn.get(order) ?? 0;
    const payload = {
      request: this.#newest(order, "Lookup", of.earlier).request,
      status: of.status,
      orderQty: this.quanta(on, { qty: of.qty, px: of.px }).lastQty,
      cumQty: this.quanta(on, { qty: of.cum, px: of.px }).lastQty,
      price: this.quanta(on, { qty: of.qty, px: of.px }).lastPx,
    };
    return this.report("OrderFound", payload, { order, ...of });
  }

  /** Answer to the newest look-up: the venue does not have the order. */
  notFound(order: number): this {
    const { request } = this.#newest(order, "Lookup");
    return this.#broker("OrderNotFound", { request, order: orderId(order) }, { order });
  }

  /** A whole book. */
  book(ladder: Ladder, on = 0): this {
    return this.#market("BookSnapshot", this.#levels(ladder, on), on);
  }

  /** Levels that changed. */
  bookDelta(ladder: Ladder, on = 0): this {
    return this.#market("BookDelta", this.#levels(ladder, on), on);
  }

  /** Market data of an instrument. */
  #market<Type extends EventType>(
    eventType: Type,
    payload: Draft<Type>["payload"],
    on: number,
  ): this {
    const venue = this.instruments[on]?.venue ?? 0;
    return this.offer({ source: "market_data", eventType, payload, venue, instrument: on });
  }

  #levels(ladder: Ladder, on: number): Draft<"BookSnapshot">["payload"] {
    const flat = (side: readonly string[]): number[] =>
      side.flatMap((price, at) => {
        if (at % 2 === 1) return [];
        const { lastPx, lastQty } = this.quanta(on, { px: price, qty: side[at + 1] ?? "0" });
        return [lastPx, lastQty];
      });
    return { bids: flat(ladder.bids ?? []), asks: flat(ladder.asks ?? []), updateId: null };
  }

  #broker<Type extends keyof BrokerPayloads>(
    eventType: Type,
    payload: Draft<Type>["payload"],
    of: { readonly order: number } & Pick<Naming, "key" | "on">,
  ): this {
    const instrument = of.on ?? this.#ordersOn.get(of.order) ?? 0;
    const venue = this.instruments[instrument]?.venue ?? 0;
    const key = of.key ?? null;
    return this.offer({ source: "broker_report", eventType, payload, venue, instrument, key });
  }

  #newest(order: number, kind: OrderCommand["kind"], earlier = 0): OrderCommand {
    const found = this.#commands.filter((command): command is OrderCommand =>
      command.kind === kind && command.order === order
    ).at(-1 - earlier);
    ok(found !== undefined, `a story must have a ${kind} of order ${order} before its answer`);
    return found;
  }
}
