/**
 * Reconciliation: everything the venue knows of the account, in an order in which it is consistent.
 *
 * 1. The open orders of each instrument: their keys name the executions that follow.
 * 2. Account, executions since, account again. Where both readings of the account are the same,
 *    nothing moved in between, and the executions explain the account; else again, some times.
 * 3. Offered: executions (each under its order's key, which is read where it is not known), cash
 *    without trades, one `AccountReported`, `Reconciled`. Of an account that never stood still nothing
 *    is reported but what happened on it: balances from before a fill and positions from after it would
 *    differ from any ledger, and two such reports halt the account. The next reconciliation tries again.
 *
 * Invariant: `Reconciled` is said only if all of it was read, but for symbols that the exchange refuses
 * to speak of (`left_out.ts`), and others' orders that our quanta cannot count (`open_orders.ts`). One
 * request at a time, so that orders never wait behind many reads. A new one ends the old, which is
 * answered as failed.
 *
 * Keys and executions that were read stay known: after a restart there may be hundreds to read, and a
 * venue that fails one request in ten would else never answer them all in a row. Nothing here is so
 * urgent that it may take the weight that orders need.
 * @module
 */
import type { ReconcileAccount } from "../../../../core/command.ts";
import type { AccountPayloads, OpenOrder, OrderRef } from "../../../../core/event.ts";
import type { Micros } from "../../../../core/numbers.ts";
import type { Account } from "./account.ts";
import { type AccountBook, FUNDING } from "./account_book.ts";
import {
  type BinanceIncome,
  type BinanceOrder,
  type BinanceTrade,
  parseOrder,
  parseOrders,
  statusOf,
} from "./payloads.ts";
import type { Call } from "./requests.ts";
import { toFailure } from "../error_classes.ts";
import { Fields } from "../payload.ts";
import { askMode, HEDGE_MODE } from "./position_mode.ts";
import { LeftOut, type Refusal } from "./left_out.ts";
import { History } from "./history.ts";
import { OpenOrders } from "./open_orders.ts";
import { execIdOf } from "./executions.ts";
import type { Span } from "./spans.ts";
import { noteTerms } from "./terms.ts";

/** Funding is listed a while after it was paid: so long it is looked for again. */
const LATE_MAX_MS = 1_800_000;
/** As much as the core asks for again, and as two clocks may be apart. */
const OVERLAP_MS = 10_000;
const ACCOUNT_READS_MAX = 3;
/** Keys that could not be read, one after the other: then the venue has other worries. */
const UNNAMED_MAX = 3;
/** With more symbols than this the open orders of all are asked for at once. */
const ONE_BY_ONE_MAX = 10;

type Failure = {
  readonly text: string;
  readonly retryAfterMs?: number;
  /** The exchange has no such thing. */
  readonly isAbsent?: boolean;
  /** It refuses the symbol that was asked about. */
  readonly isOfSymbol?: boolean;
};

/** What has been read so far. */
type Progress = {
  readonly command: ReconcileAccount;
  openOrders: { readonly row: OpenOrder; readonly order: BinanceOrder }[];
  trades: readonly BinanceTrade[];
  income: readonly BinanceIncome[];
  /** As last read, and in the end as it stood still; undefined: it did not. */
  account: AccountPayloads["AccountReported"] | undefined;
  reads: number;
  /** Since when executions are read, the venue's time; those of a refused symbol maybe for longer. */
  fromMs: number | null;
  readonly refusals: Map<string, Refusal>;
};

/** Answers the reconciliations of one account. */
export class Reconciliations {
  readonly #account: Account;
  readonly #book: AccountBook;
  readonly #skewUs: () => number;
  readonly #propagationMs: number;
  readonly #inHedgeMode: () => void;
  readonly #resting: (symbol: string) => void;
  readonly #history: History;
  readonly #leftOut: LeftOut;
  readonly #openOrders: OpenOrders;
  #current: Progress | undefined;

  constructor(
    account: Account,
    also: {
      readonly book: AccountBook;
      /** The venue's clock less ours, microseconds, as last measured. */
      readonly skewUs: () => number;
      /** How long an order may not be found although it is there. */
      readonly propagationMs: number;
      /** The account holds long and short apart. */
      readonly inHedgeMode: () => void;
      /** An order of ours was found resting on this symbol. */
      readonly resting: (symbol: string) => void;
    },
  ) {
    this.#account = account;
    this.#leftOut = new LeftOut(account);
    this.#openOrders = new OpenOrders(account);
    this.#book = also.book;
    this.#skewUs = also.skewUs;
    this.#history = new History(account.requests, () => this.#venueMs());
    this.#propagationMs = also.propagationMs;
    this.#inHedgeMode = also.inHedgeMode;
    this.#resting = also.resting;
  }

  start(command: ReconcileAccount): void {
    const progress: Progress = {
      command,
      openOrders: [],
      trades: [],
      income: [],
      account: undefined,
      reads: 0,
      fromMs: null,
      refusals: new Map(),
    };
    if (this.#current !== undefined) this.#fail(this.#current, { text: "another took its place" });
    this.#current = progress;
    this.#begin(command);
    askMode(this.#account, (isOneWay) => {
      if (this.#current !== progress) return;
      if (isOneWay) return this.#readOrders(progress);
      this.#fail(progress, { text: HEDGE_MODE });
      this.#inHedgeMode();
    });
  }

  #begin({ sinceUs }: ReconcileAccount): void {
    if (sinceUs === null) {
      this.#book.beginAt(Math.floor(this.#venueMs()));
    } else if (this.#book.beganMs === Infinity) {
      this.#book.beginAt(this.#spanSince(sinceUs).fromMs);
    }
  }

  #readOrders(progress: Progress): void {
    const symbols = this.#account.listed.map(({ symbol }) => symbol);
    this.#each(symbols.length > ONE_BY_ONE_MAX ? [null] : symbols, {
      read: (symbol, next) => this.#readOpenOrders(progress, symbol, next),
      done: () => this.#readAccount(progress),
    });
  }

  #readOpenOrders(progress: Progress, symbol: string | null, next: () => void): void {
    this.#ask(progress, this.#account.requests.openOrders(symbol), {
      use: (body) => {
        for (const order of parseOrders(body)) {
          const listed = this.#account.bySymbol(order.symbol);
          if (listed === undefined) continue;
          this.#note(order);
          const row = this.#openOrders.rowOf(order, listed);
          if (row !== undefined) progress.openOrders.push({ row, order });
        }
        next();
      },
      failed: (failure) => {
        if (symbol === null || failure.isOfSymbol !== true) return this.#fail(progress, failure);
        progress.refusals.set(symbol, { text: failure.text, unreadMs: null });
        next();
      },
    });
  }

  /** Goes on without the executions of a symbol. */
  #leaveOut(progress: Progress, symbol: string, { text }: Failure): void {
    const { fromMs } = progress;
    const unreadMs = fromMs === null ? null : this.#leftOut.sinceMs(symbol, fromMs);
    progress.refusals.set(symbol, { text, unreadMs });
  }

  /** Reads the account, and what explains it, until it stands still. */
  #readAccount(progress: Progress): void {
    this.#book.read((call, use) => this.#call(progress, call, use), (account) => {
      const before = progress.account;
      progress.account = account;
      progress.reads++;
      const isStill = before !== undefined && JSON.stringify(before) === JSON.stringify(account);
      const { sinceUs } = progress.command;
      if (sinceUs === null || isStill) return this.#nameOrders(progress);
      if (progress.reads > ACCOUNT_READS_MAX) {
        progress.account = undefined;
        return this.#nameOrders(progress);
      }
      this.#readSince(progress, this.#spanSince(sinceUs), () => this.#readAccount(progress));
    });
  }

  /**
   * The venue dates what happened by its clock, and `sinceUs` is by ours: where ours is ahead the span
   * begins earlier, where it is behind it ends later. In between is what was before the account began:
   * that is part of it, and is not told again. It ends later than now: the venue's clock is known but
   * to the slowness of its answers, and what happened just now may be dated beyond what we believe.
   */
  #spanSince(sinceUs: Micros): Span {
    const skewUs = this.#skewUs();
    const sinceMs = Math.floor((sinceUs + Math.min(0, skewUs)) / 1000);
    const latestMs = Math.floor((sinceUs + skewUs) / 1000);
    const { beganMs } = this.#book;
    const fromMs = beganMs === Infinity ? sinceMs : Math.max(sinceMs, Math.min(latestMs, beganMs));
    return {
      fromMs: this.#notAhead(fromMs),
      toMs: Math.ceil((this.#account.host.nowUs() + Math.max(0, skewUs)) / 1000) + OVERLAP_MS,
    };
  }

  /**
   * What has not come yet was told by another clock than the one that was measured, and a span that
   * begins there holds nothing: what can still be told is read, and nothing from before the account began.
   */
  #notAhead(fromMs: number): number {
    const nowMs = Math.floor(this.#venueMs());
    if (fromMs <= nowMs) return fromMs;
    const { beganMs } = this.#book;
    return beganMs === Infinity ? nowMs - OVERLAP_MS : Math.max(beganMs, nowMs - OVERLAP_MS);
  }

  #readSince(progress: Progress, span: Span, done: () => void): void {
    const trades: BinanceTrade[] = [];
    progress.fromMs = span.fromMs;
    this.#each(this.#account.listed, {
      read: ({ symbol }, next) => {
        const failed = (failure: Failure): void => {
          if (failure.isOfSymbol !== true) return this.#fail(progress, failure);
          this.#leaveOut(progress, symbol, failure);
          next();
        };
        this.#history.read((call, use) => this.#ask(progress, call, { use, failed }), {
          symbol,
          span: { ...span, fromMs: this.#leftOut.sinceMs(symbol, span.fromMs) },
          done: (found) => {
            trades.push(...found);
            next();
          },
        });
      },
      done: () => {
        progress.trades = trades;
        this.#readIncome(progress, { span, done });
      },
    });
  }

  #readIncome(
    progress: Progress,
    { span, done }: { readonly span: Span; readonly done: () => void },
  ): void {
    const { requests } = this.#account;
    if (requests.product === "spot") return done();
    const lateMs = Math.max(this.#book.beganMs, span.fromMs - LATE_MAX_MS);
    const late = { fromMs: lateMs, toMs: span.fromMs - 1 };
    const read = (call: Call, use: (body: unknown) => void): void =>
      this.#call(progress, call, use);
    this.#book.readIncome(read, {
      span: late,
      incomeType: FUNDING,
      done: (before) =>
        this.#book.readIncome(read, {
          span,
          done: (income) => {
            progress.income = [...before, ...income];
            done();
          },
        }),
    });
  }

  /**
   * Reads the orders whose key is not known: an execution without it would be a stranger's, unless its
   * number is one that is remembered. So it is told where the exchange shows its order no more.
   */
  #nameOrders(progress: Progress): void {
    const { orders, requests } = this.#account;
    const unknown = new Map<string, BinanceTrade>();
    for (const trade of progress.trades) {
      if (orders.keyOf(trade) !== undefined) continue;
      unknown.set(`${trade.symbol} ${trade.orderId}`, trade);
    }
    const failures: Failure[] = [];
    let inARow = 0;
    this.#each([...unknown.values()], {
      read: (trade, next) => {
        if (isUnread(progress, trade)) return next();
        this.#ask(progress, requests.orderById(trade), {
          use: (body) => {
            this.#note(parseOrder(Fields.of(body, "")));
            inARow = 0;
            next();
          },
          failed: (failure) => {
            if (failure.isAbsent === true && this.#isSettled(trade)) return next();
            if (failure.isOfSymbol === true) {
              this.#leaveOut(progress, trade.symbol, failure);
              return next();
            }
            failures.push(failure);
            inARow += 1;
            if (inARow < UNNAMED_MAX) next();
            else this.#fail(progress, failure);
          },
        });
      },
      done: () => {
        const [failure] = failures;
        if (failure === undefined) this.#offer(progress);
        else this.#fail(progress, failure);
      },
    });
  }

  /** Its order is not just too young to be shown. */
  #isSettled({ timeMs }: BinanceTrade): boolean {
    return timeMs < this.#venueMs() - this.#propagationMs;
  }

  #venueMs(): number {
    return (this.#account.host.nowUs() + this.#skewUs()) / 1000;
  }

  #offer(progress: Progress): void {
    const { command, account, openOrders } = progress;
    const { reporter, host } = this.#account;
    for (const trade of progress.trades.toSorted(byTime)) {
      if (!isUnread(progress, trade)) this.#execute(trade);
    }
    this.#book.post(progress.income);
    const said = { instrument: null, timeMs: null };
    const key = `account ${command.request}`;
    if (account === undefined) host.log("warning", "account_not_compared");
    else reporter.say("AccountReported", account, { ...said, key });
    const open = openOrders.filter(({ row }) => !this.#hasEnded(row.clOrdId));
    for (const { order } of open) this.#noteTerms(order);
    this.#history.forget();
    this.#leftOut.settle(progress.refusals);
    this.#current = undefined; // not before: what cannot be said of it has to fail it
    const rows = open.map(({ row }) => row);
    reporter.say("Reconciled", { request: command.request, openOrders: rows }, said);
  }

  /** Not when they are read: of what is not offered the core knows nothing. */
  #noteTerms(order: BinanceOrder): void {
    const known = this.#account.orders.get(order.clientOrderId);
    if (known !== undefined) noteTerms(known, order, this.#account.host.nowUs());
  }

  /** The exchange does not revive orders: its list was read before the end that it has told since. */
  #hasEnded(key: string | null): boolean {
    return key !== null && this.#account.orders.get(key)?.isOver === true;
  }

  #execute(trade: BinanceTrade): void {
    const listed = this.#account.bySymbol(trade.symbol);
    if (listed === undefined) return;
    const clOrdId = this.#account.orders.keyOf(trade) ?? null;
    const ref: OrderRef = { order: null, clOrdId, venueOrderId: trade.orderId };
    this.#account.execute(trade, { instrument: listed.instrument, ref });
  }

  #note(order: BinanceOrder): void {
    const { clientOrderId: key, symbol, side, orderId: venueOrderId } = order;
    if (key === "") return; // it has its number only
    const known = this.#account.orders.note({ key, symbol, side, venueOrderId });
    if (statusOf(order) !== "open") known.isGone = true;
    if (this.#account.orders.mayRest(known)) this.#resting(symbol);
  }

  /** Reads one after the other; `#call` lets go of what is not wanted any more. */
  #each<Item>(
    items: readonly Item[],
    of: {
      readonly read: (item: Item, next: () => void) => void;
      readonly done: () => void;
    },
  ): void {
    const [first, ...rest] = items;
    if (first === undefined) return of.done();
    of.read(first, () => this.#each(rest, of));
  }

  #call(progress: Progress, call: Call, use: (body: unknown) => void): void {
    this.#ask(progress, call, { use, failed: (failure) => this.#fail(progress, failure) });
  }

  #ask(
    progress: Progress,
    call: Call,
    of: {
      readonly use: (body: unknown) => void;
      readonly failed: (failure: Failure) => void;
    },
  ): void {
    this.#account.rest.call(call, (result) => {
      if (this.#current !== progress) return;
      switch (result.kind) {
        case "error":
          return of.failed({
            ...toFailure(result.error),
            isAbsent: result.error.outcome === "absent",
            isOfSymbol: result.error.isOfSymbol,
          });
        case "failed":
          return of.failed({ text: result.error.message });
        case "dryRun":
          return of.failed({ text: "this is a dry run" });
        case "ok":
          return this.#use(() => of.use(result.body), of.failed);
      }
    }, { mayWait: true });
  }

  #use(use: () => void, failed: (failure: Failure) => void): void {
    const problem = this.#account.reading(use);
    if (problem !== undefined) failed({ text: problem });
  }

  #fail(progress: Progress, failure: Failure): void {
    if (this.#current !== progress) return;
    this.#current = undefined;
    const { text, retryAfterMs } = failure;
    const { request } = progress.command;
    const pause = retryAfterMs === undefined ? {} : { retryAfterMs };
    this.#account.reporter.say("ReconcileFailed", { request, text, ...pause }, {
      instrument: null,
      timeMs: null,
    });
  }
}

/** Its symbol is refused: all of that symbol is read later, or none. */
function isUnread({ refusals }: Progress, { symbol }: BinanceTrade): boolean {
  const refusal = refusals.get(symbol);
  return refusal !== undefined && refusal.unreadMs !== null;
}

function byTime(left: BinanceTrade, right: BinanceTrade): number {
  return left.timeMs - right.timeMs ||
    (execIdOf(left) < execIdOf(right) ? -1 : execIdOf(left) === execIdOf(right) ? 0 : 1);
}
