/**
 * Places and cancels: one request, one answer each.
 *
 * Invariants: an acknowledgement names the order, or the request's fate is unknown. A cancel is
 * confirmed by asking how the order stands, since the library's answer to one says little.
 * @module
 */
import type { CancelRequest, OrderCommand, SubmitOrder } from "../../../../core/command.ts";
import { fromQuanta } from "../../../../core/decimal.ts";
import type { Micros } from "../../../../core/numbers.ts";
import type { Account } from "./account.ts";
import { toFailure, type VenueError } from "../error_classes.ts";
import type { CallResult } from "./calls.ts";
import type { CallStamps } from "../server_clock.ts";
import { BY_ITSELF, type Endings, type Standing } from "./endings.ts";
import { spelled } from "./keys.ts";
import type { Listed } from "../shared_account.ts";
import type { KnownOrder } from "./orders.ts";
import { placing } from "./requests.ts";
import { parseAcknowledgement } from "./rows.ts";

/** A submit that was answered. */
type Answered = {
  readonly command: SubmitOrder;
  readonly listed: Listed;
  readonly stamps: CallStamps & { readonly journalUs: Micros };
};

/** Finds the exchange's number of a command's order; undefined: no list shows it. */
export type FindOrder = (
  command: OrderCommand,
  done: (found: KnownOrder | undefined | { readonly failure: string }) => void,
) => void;

/** A cancelled order may be shown as open for a moment. */
const CONFIRM_READS_MAX = 8;
const CONFIRM_AGAIN_US = 250_000;

/** Sends the commands of one account. */
export class Commands {
  readonly #account: Account;
  readonly #endings: Endings;
  readonly #find: FindOrder;
  readonly #placed: (listed: Listed) => void;

  constructor(account: Account, also: {
    readonly endings: Endings;
    readonly find: FindOrder;
    /** Something was placed there: it may have been executed at once. */
    readonly placed: (listed: Listed) => void;
  }) {
    this.#account = account;
    this.#endings = also.endings;
    this.#find = also.find;
    this.#placed = also.placed;
  }

  submit(
    { command, journalUs }: { readonly command: SubmitOrder; readonly journalUs: Micros },
  ): void {
    const listed = this.#account.byId(command.instrument);
    if (listed === undefined || command.price === null) return this.#unlisted(command);
    const { instrument: { priceRule, qtyRule } } = listed;
    const { side, timeInForce, postOnly, clOrdId } = command;
    const quantity = fromQuanta(command.orderQty, qtyRule.scale);
    const price = fromQuanta(command.price, priceRule.scale);
    const order = { side, timeInForce, postOnly, quantity, price };
    const { figures, method } = placing(order, { listed, key: spelled(clOrdId) });
    const isDryRun = command.dryRun === true;
    const call = { kind: "place", figures, isDryRun } as const;
    const placedMs = this.#account.venueMs;
    if (!isDryRun) {
      const noted = { key: clOrdId, listed, venueOrderId: null, placedMs };
      this.#account.orders.note(noted).isOfMoment = timeInForce !== "GTC";
    }
    this.#account.calls.change(call, method, (result) => {
      if (result.kind === "dryRun") return this.#account.host.answerDry(command);
      const stamps = { journalUs, ...result.stamps };
      if (result.kind === "ok") {
        return this.#acknowledged(result.value, { command, listed, stamps });
      }
      if (result.error.outcome !== "refused") return this.#failed(command, result.error, listed);
      this.#rejected(result.error, { command, listed, stamps });
    });
  }

  cancel(command: CancelRequest): void {
    const listed = this.#account.byId(command.instrument);
    if (listed === undefined) return this.#unlisted(command);
    if (command.dryRun === true) return this.#account.host.answerDry(command);
    this.#find(command, (found) => {
      if (found === undefined) {
        return this.#cancelRejected(command, { ...NOT_THERE, listed, venueOrderId: null });
      }
      if ("failure" in found) {
        return this.#account.failed(command, { outcome: "notSent", text: found.failure });
      }
      found.isCancelling = true; // who replaces it must know that this cancel ended it, not the market
      this.cancelOrder(found, (result) => {
        found.isCancelling = false;
        if (result.kind === "ok") return this.#confirm(command, found);
        if (result.kind === "error" && result.error.outcome === "unknown") {
          found.hasLostCancel = true;
        }
        if (result.kind === "error") this.#notCancelled(command, { found, error: result.error });
      });
    });
  }

  /** Sends a cancel for an order that is numbered. */
  cancelOrder(
    { venueOrderId, listed }: Pick<KnownOrder, "venueOrderId" | "listed">,
    done: (result: CallResult) => void,
  ): void {
    const id = venueOrderId ?? "";
    const figures = { key: id, decimals: [] };
    const call = { kind: "cancel", figures, isDryRun: false } as const;
    this.#account.calls.change(call, (there) => there.cancelOrder(id, listed.symbol), done);
  }

  #acknowledged(
    value: unknown,
    of: Answered,
  ): void {
    const { command, listed, stamps } = of;
    const { clOrdId: key } = command;
    const problem = this.#account.reading(() => {
      const { id, key: named } = parseAcknowledgement(value);
      const isAnother = named !== null && named !== key;
      if (isAnother) return this.#account.failed(command, NOT_UNDERSTOOD);
      const placedMs = this.#account.venueMs; // it was noted as it left: the earlier time stays
      this.#account.orders.note({ key, listed, venueOrderId: id, placedMs });
      const said = { instrument: listed.instrument, timeMs: null };
      const ref = this.#account.refOf(command, id);
      this.#account.reporter.say("OrderAccepted", { ...ref, ...stamps }, said);
    });
    if (problem !== undefined) this.#account.failed(command, NOT_UNDERSTOOD);
    this.#placed(listed);
  }

  #rejected(
    { class: kind, rejectCode, text }: VenueError,
    of: Answered,
  ): void {
    const { command, listed: { instrument }, stamps } = of;
    const ref = this.#account.refOf(command, null);
    const said = { instrument, timeMs: null };
    const { reporter, orders } = this.#account;
    const order = orders.get(command.clOrdId);
    if (order !== undefined) order.isOver = true;
    if (kind === "unfilled") reporter.say("OrderCancelled", { ...ref, reason: text }, said);
    else reporter.say("OrderRejected", { ...ref, ...stamps, rejectCode, text }, said);
  }

  #failed(command: SubmitOrder, error: VenueError, listed: Listed): void {
    this.#account.failed(command, toFailure(error));
    if (error.outcome !== "notSent") this.#placed(listed);
  }

  /** Asks until the order is not open any more. */
  #confirm(command: CancelRequest, order: KnownOrder, reads = 1): void {
    const done = (standing: Standing): void => {
      if (standing.kind === "over") return this.#filled(command, order);
      if (reads >= CONFIRM_READS_MAX) {
        order.hasLostCancel = true;
        const why = standing.kind === "open"
          ? "the exchange still shows it as open"
          : standing.text;
        return this.#account.failed(command, { outcome: "unknown", text: `cancelled, but ${why}` });
      }
      this.#account.timers.after(
        CONFIRM_AGAIN_US * reads,
        () => this.#confirm(command, order, reads + 1),
      );
    };
    this.#endings.settle(order, "as requested", { done });
  }

  /** A cancel of what has taken everything is refused, whatever the exchange says of it. */
  #filled(command: CancelRequest, { isFilled, venueOrderId, listed }: KnownOrder): void {
    if (!isFilled) return;
    const text = "It was executed before it could be cancelled";
    this.#cancelRejected(command, { rejectCode: "VENUE_NOT_FOUND", text, listed, venueOrderId });
  }

  /** Says that a cancel did nothing. */
  #cancelRejected(
    command: CancelRequest,
    why: Pick<VenueError, "rejectCode" | "text"> & Pick<KnownOrder, "listed" | "venueOrderId">,
  ): void {
    const { rejectCode, text, listed: { instrument }, venueOrderId } = why;
    const ref = this.#account.refOf(command, venueOrderId);
    const said = { instrument, timeMs: null };
    this.#account.reporter.say("CancelRejected", { ...ref, rejectCode, text }, said);
  }

  /**
   * The order has ended by itself, or cannot be cancelled: that is said before its end is, since what
   * replaces it is placed where a cancel ended it. One that was lost may have done so.
   */
  #notCancelled(
    command: CancelRequest,
    { found, error }: { readonly found: KnownOrder; readonly error: VenueError },
  ): void {
    if (error.outcome !== "refused") return this.#account.failed(command, toFailure(error));
    let isAnswered = false;
    const refuse = (): void => {
      if (isAnswered) return;
      isAnswered = true;
      const { listed, venueOrderId } = found;
      this.#cancelRejected(command, { ...error, listed, venueOrderId });
    };
    this.#endings.settle(found, found.hasLostCancel ? "as requested" : BY_ITSELF, {
      ending: (status) => {
        if (found.hasLostCancel && status === "cancelled") isAnswered = true;
        else refuse();
      },
      done: refuse,
    });
  }

  #unlisted(command: OrderCommand): void {
    const text = "the exchange has not listed it yet";
    this.#account.failed(command, { outcome: "notSent", text });
  }
}

const NOT_THERE = {
  rejectCode: "VENUE_NOT_FOUND",
  text: "The exchange shows no such order",
} as const;

const NOT_UNDERSTOOD = {
  outcome: "unknown",
  text: "the exchange answered, and not with the order",
} as const;
