/**
 * Places, cancels and replaces: one request, one answer each.
 *
 * Invariants: an acknowledgement names the order we asked about, or the request's fate is unknown.
 * A cancel is confirmed only after every execution that it counts was offered: what replaces the
 * order is sized by them. What the venue could not be understood about is unknown, never refused.
 * @module
 */
import type {
  CancelRequest,
  OrderCommand,
  ReplaceRequest,
  SubmitOrder,
  VenueCommand,
} from "../../../../core/command.ts";
import type { RequestStamps } from "../../../../core/event.ts";
import { mayRest } from "../../../../core/instrument.ts";
import type { Micros, RequestId } from "../../../../core/numbers.ts";
import type { Account } from "./account.ts";
import { type BinanceOrder, parseOrder } from "./payloads.ts";
import type { ChangeCommand } from "./requests.ts";
import type { Listed } from "../shared_account.ts";
import type { Endings } from "./endings.ts";
import { type Failure, toFailure, type VenueError } from "../error_classes.ts";
import { Fields } from "../payload.ts";
import { limitPxOf, qtyOf } from "../reporter.ts";
import type { CallResult, ReadyCall } from "./rest.ts";
import type { CallStamps } from "../server_clock.ts";
import { answerKey, noteTerms } from "./terms.ts";

type Released<Command extends OrderCommand> = {
  readonly command: Command;
  readonly journalUs: Micros;
};

/** When a request that was answered left, and when its answer was there. */
type AnswerStamps = RequestStamps & CallStamps;

/** A command with when its request left and was answered. */
type Answered<Command extends OrderCommand> = {
  readonly command: Command;
  readonly listed: Listed;
  readonly stamps: AnswerStamps;
};

/** Who else wants to know. */
export type CommandHooks = {
  /** A new order leaves for this symbol. */
  readonly placing: (symbol: string) => void;
  /** A command on this key leaves; was acknowledged; was not, or that is not known. */
  readonly leaving: (key: string, request: RequestId) => void;
  readonly acknowledged: (key: string, request: RequestId) => void;
  readonly refused: (key: string, request: RequestId) => void;
};

/** Ended as they took nothing more: the rest of what could not wait. */
const ENDED = new Set(["CANCELED", "EXPIRED", "EXPIRED_IN_MATCH"]);

/** Sends the commands of one account. */
export class Commands {
  readonly #account: Account;
  readonly #endings: Endings;
  readonly #hooks: CommandHooks;
  /** Calls whose command is being written, by request. */
  readonly #ready = new Map<RequestId, ReadyCall>();
  /** Submits on their way, by key: when they left. */
  readonly #leaving = new Map<string, RequestStamps>();

  constructor(
    account: Account,
    also: { readonly endings: Endings; readonly hooks: CommandHooks },
  ) {
    this.#account = account;
    this.#endings = also.endings;
    this.#hooks = also.hooks;
  }

  /** Returns the stamps of a submit that has left and is not answered yet. */
  stampsOf(key: string): RequestStamps | undefined {
    return this.#leaving.get(key);
  }

  /** Signs what a command will send, while that is being written. */
  prepare(command: VenueCommand): void {
    if (command.kind === "Reconcile" || command.kind === "Lookup") return;
    const listed = this.#account.byId(command.instrument);
    const ready = listed === undefined ? undefined : this.#readyCall(command, listed);
    if (ready !== undefined) this.#ready.set(command.request, ready);
  }

  submit({ command, journalUs }: Released<SubmitOrder>): void {
    const { host, orders } = this.#account;
    const listed = this.#account.byId(command.instrument);
    if (listed === undefined) return this.#unlisted(command);
    const { clOrdId: key, side } = command;
    const submitUs = host.nowUs();
    this.#send({ command, listed, journalUs }, {
      answered: () => this.#leaving.delete(key),
      order: (order, stamps) => this.#acknowledged(order, { command, listed, stamps }),
      refused: (error, stamps) => this.#rejected(error, { command, listed, stamps }),
    });
    if (command.dryRun === true) return;
    // Nothing was heard of it yet: what it takes to remember need not hold it up.
    orders.note({ key, symbol: listed.symbol, side, venueOrderId: null });
    this.#leaving.set(key, { journalUs, submitUs });
    this.#hooks.placing(listed.symbol);
  }

  cancel({ command, journalUs }: Released<CancelRequest>): void {
    const listed = this.#account.byId(command.instrument);
    if (listed === undefined) return this.#unlisted(command);
    this.#send({ command, listed, journalUs }, {
      order: (order) => this.#cancelled(order, { command, listed }),
      refused: ({ rejectCode, text }) => {
        const ref = this.#account.refOf(command, command.venueOrderId);
        const said = { instrument: listed.instrument, timeMs: null };
        this.#account.reporter.say("CancelRejected", { ...ref, rejectCode, text }, said);
      },
    });
  }

  replace({ command, journalUs }: Released<ReplaceRequest>): void {
    const listed = this.#account.byId(command.instrument);
    if (listed === undefined) return this.#unlisted(command);
    this.#send({ command, listed, journalUs }, {
      order: (order, stamps) => this.#replaced(order, { command, listed, stamps }),
      refused: (error) => this.#notReplaced(error, { command, listed }),
    });
  }

  /** Undefined: the venue has no request that does it. */
  #readyCall(command: ChangeCommand, listed: Listed): ReadyCall | undefined {
    const { requests, rest } = this.#account;
    const call = requests.of(command, listed);
    return call === undefined ? undefined : rest.prepare(call);
  }

  /** Says one thing of an answer: the order it shows, the refusal, or that its fate is not known. */
  #send(
    of: {
      readonly command: ChangeCommand;
      readonly listed: Listed;
      readonly journalUs: Micros;
    },
    say: {
      /** Before the rest, whatever the answer is. */
      readonly answered?: () => void;
      readonly order: (order: BinanceOrder, stamps: AnswerStamps) => void;
      readonly refused: (error: VenueError, stamps: AnswerStamps) => void;
    },
  ): void {
    const { command, listed, journalUs } = of;
    const { clOrdId: key, request } = command;
    const { rest, host } = this.#account;
    const ready = this.#ready.get(request) ?? this.#readyCall(command, listed);
    this.#ready.delete(request);
    if (ready === undefined) return this.#notReplaced(NOT_AMENDABLE, { command, listed });
    const isDryRun = command.dryRun === true;
    rest.send(ready, (result) => {
      if (result.kind === "dryRun") return host.answerDry(command);
      say.answered?.();
      if (result.kind !== "ok") this.#hooks.refused(key, request);
      if (result.kind === "ok") {
        const stamps = { journalUs, ...result.stamps };
        return this.#reading(command, () => {
          const order = parseOrder(Fields.of(result.body, ""));
          if (order.clientOrderId !== key) return this.#account.failed(command, NOT_UNDERSTOOD);
          this.#hooks.acknowledged(key, request);
          say.order(order, stamps);
        });
      }
      if (result.kind === "error" && isFinal(result.error, command)) {
        return say.refused(result.error, { journalUs, ...result.stamps });
      }
      this.#unanswered(command, result);
    }, { isDryRun });
    if (!isDryRun) this.#hooks.leaving(key, request);
  }

  #rejected(
    { class: kind, rejectCode, text }: VenueError,
    { command, listed, stamps }: Answered<SubmitOrder>,
  ): void {
    const { reporter } = this.#account;
    const said = { instrument: listed.instrument, timeMs: null };
    const ref = this.#account.refOf(command, null);
    this.#endings.forget(command.clOrdId);
    if (kind === "unfilled") reporter.say("OrderCancelled", { ...ref, reason: text }, said);
    else reporter.say("OrderRejected", { ...ref, ...stamps, rejectCode, text }, said);
  }

  #acknowledged(
    order: BinanceOrder,
    { command, listed, stamps }: Answered<SubmitOrder>,
  ): void {
    const { orders, reporter } = this.#account;
    const { instrument, symbol } = listed;
    const ref = this.#account.refOf(command, order.orderId);
    const said = { instrument, timeMs: order.updatedMs === 0 ? null : order.updatedMs };
    const { clOrdId: key, side } = command;
    orders.note({ key, symbol, side, venueOrderId: order.orderId });
    const isDead = order.status === "REJECTED" ||
      (order.status === "EXPIRED" && command.postOnly && order.executedQty === "0");
    if (isDead) {
      const rejectCode = command.postOnly ? "VENUE_POST_ONLY" : "VENUE_REJECTED";
      this.#endings.forget(key);
      const text = `The exchange answered ${order.status}`;
      return reporter.say("OrderRejected", { ...ref, ...stamps, rejectCode, text }, said);
    }
    reporter.say("OrderAccepted", { ...ref, ...stamps }, said);
    for (const trade of order.fills) this.#account.execute(trade, { instrument, ref });
    const executed = qtyOf(order.executedQty, instrument);
    if (!ENDED.has(order.status)) return this.#endings.expect({ key, listed, executed });
    const reason = `${command.timeInForce}: the exchange answered ${order.status}`;
    this.#endings.end({ key, listed, executed, reason, timeMs: said.timeMs });
  }

  #cancelled(
    order: BinanceOrder,
    { command, listed }: { readonly command: CancelRequest; readonly listed: Listed },
  ): void {
    if (!ENDED.has(order.status)) return this.#account.failed(command, NOT_UNDERSTOOD);
    this.#end(order, { command, listed, reason: "as requested" });
  }

  /** An answer that is older than what was told meanwhile ends the request, with the newer terms. */
  #replaced(
    order: BinanceOrder,
    { command, listed, stamps }: Answered<ReplaceRequest>,
  ): void {
    const { instrument, symbol } = listed;
    const said = { instrument, timeMs: order.updatedMs === 0 ? null : order.updatedMs };
    if (ENDED.has(order.status)) {
      // An amendment that left nothing, or would have taken, cancels the order.
      const reason = `the exchange answered ${order.status} to an amendment`;
      return this.#end(order, { command, listed, reason });
    }
    const { clOrdId: key, side } = command;
    const venueOrderId = order.orderId;
    const known = this.#account.orders.note({ key, symbol, side, venueOrderId });
    const executed = qtyOf(order.executedQty, instrument);
    const { origQty, price } = noteTerms(known, order, this.#account.host.nowUs());
    this.#account.reporter.say("OrderReplaced", {
      ...this.#account.refOf(command, venueOrderId),
      ...stamps,
      orderQty: qtyOf(origQty, instrument),
      price: limitPxOf(price, instrument),
    }, { ...said, key: answerKey(order, { order: known, leftUs: stamps.submitUs }) });
    this.#endings.expect({ key, listed, executed });
  }

  #notReplaced(
    { rejectCode, text }: Pick<VenueError, "rejectCode" | "text">,
    { command, listed }: { readonly command: ChangeCommand; readonly listed: Listed },
  ): void {
    const ref = this.#account.refOf(command, command.venueOrderId);
    const said = { instrument: listed.instrument, timeMs: null };
    this.#account.reporter.say("ReplaceRejected", { ...ref, rejectCode, text }, said);
  }

  /** Says that the order has ended; the request's fate is unknown if its executions cannot be read. */
  #end(
    order: BinanceOrder,
    of: {
      readonly command: CancelRequest | ReplaceRequest;
      readonly listed: Listed;
      readonly reason: string;
    },
  ): void {
    const { command, listed, reason } = of;
    const { clOrdId: key } = command;
    const { side, orderId: venueOrderId, symbol } = order;
    this.#account.orders.note({ key, symbol, side, venueOrderId });
    this.#endings.end({
      ...{ key, listed, reason },
      executed: qtyOf(order.executedQty, listed.instrument),
      timeMs: order.updatedMs === 0 ? null : order.updatedMs,
      notEstablished: () =>
        this.#account.failed(command, {
          outcome: "unknown",
          text: "ended, and not all of its executions could be read",
        }),
    });
  }

  /** Of an answer with a figure that cannot be read, or counted, nothing is taken for certain. */
  #reading(command: OrderCommand, read: () => void): void {
    const problem = this.#account.reading(read);
    if (problem !== undefined) this.#account.failed(command, NOT_UNDERSTOOD);
  }

  #unanswered(
    command: OrderCommand,
    result: Extract<CallResult, { readonly kind: "error" | "failed" }>,
  ): void {
    switch (result.kind) {
      case "error":
        return this.#account.failed(command, toFailure(result.error));
      case "failed":
        return this.#account.failed(command, {
          outcome: result.error.outcome === "notSent" ? "notSent" : "unknown",
          text: result.error.message,
        });
    }
  }

  #unlisted(command: OrderCommand): void {
    this.#account.failed(command, {
      outcome: "notSent",
      text: "the exchange has not listed it yet",
    });
  }
}

/**
 * True if nothing of the request is tried again. The venue names no end of an order count, and a pause
 * of everything would hold cancels: what may not rest would leave at a market that nobody has seen.
 */
function isFinal({ outcome, class: kind }: VenueError, command: ChangeCommand): boolean {
  if (outcome === "refused") return true;
  return kind === "orderCount" && command.kind === "Submit" && !mayRest(command);
}

const NOT_AMENDABLE = {
  rejectCode: "VENUE_REJECTED",
  text: "Only an order with a price can be amended",
} as const;

const NOT_UNDERSTOOD: Failure = {
  outcome: "unknown",
  text: "the exchange answered, and not with the order",
};
