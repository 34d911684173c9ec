/**
 * What a venue says of an account as a whole, and what an operator asks of it, told in few words.
 * @module
 */
import { ok } from "node:assert/strict";
import type { Draft, EventType, ReconcilePayloads } from "../../../core/event.ts";
import { instrumentId, requestId } from "../../../core/numbers.ts";
import type { Told } from "./chronicle.ts";
import { Story } from "./story.ts";

/** An order that a venue lists as open, under the key of our order `order` unless said otherwise. */
export type OpenSpec = {
  readonly order?: number;
  readonly clOrdId?: string | null;
  readonly venueOrderId?: string;
  readonly qty: string;
  readonly cum?: string;
  readonly px?: string | null;
  readonly on?: number;
  /** The instrument that is told, where it is not the one that is meant. */
  readonly told?: number;
};

/** Which request to reconcile is answered: the newest of the first venue unless said otherwise. */
export type Answered = { readonly at?: number; readonly request?: number };

/** An execution on the account that nobody here ordered. */
export type ExternalSpec = {
  readonly id: string;
  readonly side: "Buy" | "Sell";
  readonly qty: string;
  readonly px?: string;
  readonly venueOrderId?: string;
  readonly on?: number;
};

/** What a venue says that an account holds; quantities and prices in decimals. */
export type AccountSpec = {
  readonly balances?: Readonly<Record<string, string>>;
  readonly positions?: readonly {
    readonly on: number;
    readonly qty: string;
    readonly px?: string;
    readonly entry?: string;
  }[];
  readonly key?: string;
};

/** A story of orders and of their account. */
export class VenueStory extends Story {
  readonly #reconciles = new Map<number, number>();
  #reported = 0;

  /** As a story does, and remembers requests to reconcile. */
  override offer<Type extends EventType>(told: Told<Type>): this {
    super.offer(told);
    for (const command of this.effects.commands) {
      if (command.kind === "Reconcile") this.#reconciles.set(command.venue, command.request);
    }
    return this;
  }

  /** The operator wants a venue reconciled. */
  reconcileAsked(at = 0): this {
    return this.control("ReconcileAsked", { reason: "told" }, { venue: at });
  }

  /** The operator takes what a venue reports next for the truth. */
  adopted(at = 0): this {
    return this.control("AccountAdopted", { reason: "told" }, { venue: at });
  }

  /** Dry runs of a client, else of an instrument. */
  dryRun(
    position: "on" | "off",
    of: { readonly client?: string; readonly on?: number } = {},
  ): this {
    const about = of.on === undefined ? {} : { instrument: of.on };
    return this.control("DryRunSet", { client: of.client ?? null, on: position === "on" }, about);
  }

  /** Answer to a request to reconcile: what is open there. */
  reconciled(rows: readonly OpenSpec[] = [], of: Answered = {}): this {
    const { at = 0, request = this.#newest(at) } = of;
    const openOrders = rows.map((row) => this.#open(row));
    const payload = { request: requestId(request), openOrders };
    return this.offer({ source: "broker_report", eventType: "Reconciled", payload, venue: at });
  }

  /** A request to reconcile came to nothing. */
  reconcileFailed(of: Answered & { readonly retryAfterMs?: number } = {}): this {
    const { at = 0, request = this.#newest(at), ...pause } = of;
    const payload = { request: requestId(request), text: "told", ...pause };
    const eventType = "ReconcileFailed";
    return this.offer({ source: "broker_report", eventType, payload, venue: at });
  }

  /** What the venue says that the account holds; each report has a key of its own. */
  accountReported(spec: AccountSpec, at = 0): this {
    this.#reported += 1;
    const { balances = {}, positions = [], key = `account ${this.#reported}` } = spec;
    const payload: Draft<"AccountReported">["payload"] = {
      balances: Object.entries(balances).map(([currency, total]) => ({ currency, total })),
      positions: positions.map(({ on, qty, px, entry }) => {
        const sign = qty.startsWith("-") ? -1 : 1;
        const quanta = this.quanta(on, { qty: qty.replace("-", ""), px: px ?? "1" });
        const held = { instrument: instrumentId(on), qty: sign * quanta.lastQty };
        return {
          ...held,
          ...(px === undefined ? {} : { avgPx: quanta.lastPx }),
          ...(entry === undefined ? {} : { entryPrice: entry }),
        };
      }),
    };
    const eventType = "AccountReported";
    return this.offer({ source: "broker_report", eventType, payload, venue: at, key });
  }

  /** An execution that belongs to no order of ours, on the first instrument unless said otherwise. */
  externalFill(spec: ExternalSpec): this {
    const { id: execId, side, qty, px = "100", venueOrderId = "theirs", on = 0 } = spec;
    const payload = {
      order: null,
      clOrdId: null,
      venueOrderId,
      execId,
      ...this.quanta(on, { qty, px }),
      liquidity: null,
      commission: "0",
      commissionCurrency: "USDT",
      provisional: false,
      side,
    };
    const about = { source: "broker_report", venue: 0, instrument: on } as const;
    return this.offer({ ...about, eventType: "OrderExecuted", payload });
  }

  #open(row: OpenSpec): ReconcilePayloads["Reconciled"]["openOrders"][number] {
    const { order, on = 0, cum = "0", px = "100" } = row;
    const { lastQty: orderQty, lastPx } = this.quanta(on, { qty: row.qty, px: px ?? "1" });
    const { lastQty: cumQty } = this.quanta(on, { qty: cum, px: "1" });
    const ours = order === undefined ? null : `tl01234567-${order}-1`;
    return {
      clOrdId: row.clOrdId === undefined ? ours : row.clOrdId,
      venueOrderId: row.venueOrderId ?? `v${order ?? "?"}`,
      instrument: instrumentId(row.told ?? on),
      side: "Buy",
      orderQty,
      cumQty,
      price: px === null ? null : lastPx,
    };
  }

  #newest(venue: number): number {
    const request = this.#reconciles.get(venue);
    ok(request !== undefined, `a story must have a Reconcile of venue ${venue} before its answer`);
    return request;
  }
}
