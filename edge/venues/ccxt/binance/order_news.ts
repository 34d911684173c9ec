/**
 * The user stream's word on orders, as reports.
 *
 * Ordering: as the stream says it, but an end waits for the executions that it counts. An
 * acceptance that overtakes the answer to its submit bears that submit's stamps. An amendment that was
 * told already, or whose order was said to have ended, is passed over.
 * Of orders that are not ours only executions are reported: they move the account.
 * @module
 */
import type { OrderRef, RequestStamps } from "../../../../core/event.ts";
import type { VenueRejectCode } from "../../../../core/reject_code.ts";
import type { Account } from "./account.ts";
import type { Listed } from "../shared_account.ts";
import type { OrderNews } from "./stream.ts";
import type { Endings } from "./endings.ts";
import type { KnownOrder } from "./known_orders.ts";
import { statusOf } from "./payloads.ts";
import { limitPxOf, qtyOf } from "../reporter.ts";
import { amendmentKey, isTold, noteAmendment, noteTerms } from "./terms.ts";

/** Why spot's matching engine refuses, as `r` spells it. */
const REASONS: ReadonlyMap<string, VenueRejectCode> = new Map([
  ["INSUFFICIENT_BALANCES", "VENUE_FUNDS"],
  ["INSUFFICIENT_BALANCE", "VENUE_FUNDS"],
  ["WOULD_MATCH_IMMEDIATELY", "VENUE_POST_ONLY"],
]);

/** Reports what the stream says of orders. */
export class NewsDesk {
  readonly #account: Account;
  readonly #endings: Endings;
  readonly #stampsOf: (key: string) => RequestStamps | undefined;

  constructor(
    account: Account,
    also: {
      readonly endings: Endings;
      /** Of a submit that has left and is not answered yet. */
      readonly stampsOf: (key: string) => RequestStamps | undefined;
    },
  ) {
    this.#account = account;
    this.#endings = also.endings;
    this.#stampsOf = also.stampsOf;
  }

  /** @throws {PayloadError} If a figure is finer than its quantum. */
  take(news: OrderNews): void {
    const listed = this.#account.bySymbol(news.symbol);
    if (listed === undefined) return this.#elsewhere(news);
    const key = news.clientOrderId;
    const ref = { order: null, clOrdId: key === "" ? null : key, venueOrderId: news.orderId };
    if (news.trade !== null) {
      this.#account.execute(news.trade, { instrument: listed.instrument, ref });
    }
    if (!this.#account.isOurs(key)) return;
    const { symbol, side, orderId: venueOrderId } = news;
    const known = this.#account.orders.note({ key, symbol, side, venueOrderId });
    const executed = qtyOf(news.cumQty, listed.instrument);
    this.#endings.expect({ key, listed, executed });
    this.#tell(news, { listed, ref, known });
    if (news.status === "FILLED") this.#endings.forget(key); // after its last terms
  }

  #tell(
    news: OrderNews,
    of: { readonly listed: Listed; readonly ref: OrderRef; readonly known: KnownOrder },
  ): void {
    switch (news.type) {
      case "NEW":
        return this.#accepted(news, of);
      case "REJECTED":
        return this.#rejected(news, of, REASONS.get(news.reason ?? "") ?? "VENUE_REJECTED");
      case "CANCELED":
        return this.#ended(news, of.listed);
      case "EXPIRED":
        return this.#expired(news, of);
      case "AMENDMENT":
      case "REPLACED":
        return this.#amended(news, of);
      case "TRADE_PREVENTION":
      case "TRADE":
      case "CALCULATED":
        // Else the state before it stands, or its executions end it.
        return statusOf(news) === "cancelled" ? this.#ended(news, of.listed) : undefined;
    }
  }

  #accepted(news: OrderNews, { listed, ref }: { listed: Listed; ref: OrderRef }): void {
    const { host, reporter } = this.#account;
    const left = this.#stampsOf(news.clientOrderId);
    const stamps = left === undefined ? {} : { ...left, ackUs: host.nowUs() };
    const said = { instrument: listed.instrument, timeMs: news.timeMs };
    reporter.say("OrderAccepted", { ...ref, ...stamps }, said);
  }

  #rejected(
    news: OrderNews,
    { listed, ref }: { readonly listed: Listed; readonly ref: OrderRef },
    rejectCode: VenueRejectCode,
  ): void {
    this.#endings.forget(news.clientOrderId);
    const text = `The exchange said ${news.type}, reason ${news.reason ?? "not given"}`;
    const said = { instrument: listed.instrument, timeMs: news.timeMs };
    this.#account.reporter.say("OrderRejected", { ...ref, rejectCode, text }, said);
  }

  /** A post-only order that would have taken expires before its submit is answered. */
  #expired(news: OrderNews, of: { readonly listed: Listed; readonly ref: OrderRef }): void {
    const isFresh = this.#stampsOf(news.clientOrderId) !== undefined;
    if (news.timeInForce === "GTX" && news.cumQty === "0" && isFresh) {
      return this.#rejected(news, of, "VENUE_POST_ONLY");
    }
    this.#ended(news, of.listed);
  }

  #ended(news: OrderNews, listed: Listed): void {
    const { type, status } = news;
    const how = type === status ? type : `${type}, ${status}`;
    const why = news.reason === null ? "" : `, reason ${news.reason}`;
    this.#endings.end({
      key: news.clientOrderId,
      listed,
      executed: qtyOf(news.cumQty, listed.instrument),
      reason: `${news.timeInForce}: the exchange said ${how}${why}`,
      timeMs: news.timeMs,
    });
  }

  #amended(
    news: OrderNews,
    of: { readonly listed: Listed; readonly ref: OrderRef; readonly known: KnownOrder },
  ): void {
    const { listed: { instrument }, ref, known } = of;
    const { orderId, timeMs, orderQty: origQty, price } = news;
    const amended = { orderId, updatedMs: timeMs, origQty, price };
    // The answer to a cancel may overtake the amendment: who ended the order does not hear of it.
    if (known.isOver || isTold(amended, known)) return;
    // Of one millisecond the stream's last word counts, also where it repeats what was told before the
    // one in between: it must not be taken for a repetition.
    const isSameMs = known.terms?.updatedMs === timeMs;
    const toldUs = this.#account.host.nowUs();
    const key = amendmentKey(amended);
    noteTerms(known, amended, toldUs);
    if (!isSameMs) noteAmendment(known, { terms: amended, key, toldUs });
    this.#account.reporter.say("OrderReplaced", {
      ...ref,
      orderQty: qtyOf(origQty, instrument),
      price: limitPxOf(price, instrument),
    }, { instrument, timeMs, ...isSameMs ? {} : { key } });
  }

  #elsewhere(news: OrderNews): void {
    if (news.trade === null) return;
    this.#account.host.log("warning", "execution_elsewhere", { symbol: news.symbol });
  }
}
