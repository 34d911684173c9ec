/**
 * Reconciliation: everything the exchange knows of the account, in an order in which it is consistent.
 *
 * 1. The open orders of each instrument. 2. Balances, executions since, balances again: where both
 * readings are the same nothing moved in between, and the executions explain the account; else again,
 * some times. An account that is taken over has nothing to explain: it begins as the first of two equal
 * readings was asked for, or the last where it never stands still.
 * 3. Offered: executions, one `AccountReported` unless the account never stood still, `Reconciled`.
 *
 * Invariant: `Reconciled` is said only if all of it was read, but for symbols that the exchange refuses
 * to speak of, and others' orders that our quanta cannot count. A new one ends the old, which is
 * answered as failed.
 * @module
 */
import type { ReconcileAccount } from "../../../../core/command.ts";
import type { AccountPayloads, OpenOrder } from "../../../../core/event.ts";
import { PayloadError } from "../payload.ts";
import { pxOf, qtyOf } from "../reporter.ts";
import type { Account } from "./account.ts";
import type { Executions } from "./executions.ts";
import type { Answer, Method } from "./calls.ts";
import type { Listed } from "../shared_account.ts";
import { reasonOf } from "./pages.ts";
import {
  parseMark,
  parseOrder,
  parseTotals,
  rowsOf,
  type UnifiedOrder,
  type UnifiedTrade,
} from "./rows.ts";

const ACCOUNT_READS_MAX = 3;

type Balances = AccountPayloads["AccountReported"]["balances"];

/** What has been read so far. */
type Progress = {
  readonly command: ReconcileAccount;
  /** With whether it had been said to be over before it was read. */
  readonly openOrders: { readonly row: OpenOrder; readonly wasOver: boolean }[];
  readonly trades: Map<Listed, readonly UnifiedTrade[]>;
  balances: Balances | undefined;
  reads: number;
  /** Of which the exchange does not speak. */
  readonly leftOut: Set<Listed>;
};

/** Answers the reconciliations of one account. */
export class Reconciliations {
  readonly #account: Account;
  readonly #executions: Executions;
  /** Once reported, a currency goes on being reported. */
  readonly #currencies = new Set<string>();
  #current: Progress | undefined;

  constructor(account: Account, executions: Executions) {
    this.#account = account;
    this.#executions = executions;
    for (const { instrument: { base, quote } } of account.listed) {
      this.#currencies.add(base).add(quote);
    }
  }

  start(command: ReconcileAccount): void {
    if (this.#current !== undefined) this.#fail(this.#current, "another took its place");
    const progress: Progress = {
      command,
      openOrders: [],
      trades: new Map(),
      balances: undefined,
      reads: 0,
      leftOut: new Set(),
    };
    this.#current = progress;
    this.#begin(command);
    this.#each(progress, this.#account.listed, {
      read: (listed, next) => this.#readOpenOrders(progress, listed, next),
      done: () => this.#readAccount(progress),
    });
  }

  /** An account that was known began where the core last knew it. */
  #begin({ sinceUs }: ReconcileAccount): void {
    const account = this.#account;
    if (sinceUs === null || account.beganMs < Infinity) return;
    account.beganMs = account.venueMsOf(sinceUs);
  }

  #readOpenOrders(progress: Progress, listed: Listed, next: () => void): void {
    const leaveOut = (text: string): void => {
      this.#account.leaveOut(listed, text);
      progress.leftOut.add(listed);
      next();
    };
    this.#ask(progress, (there) => there.fetchOpenOrders(listed.symbol), {
      use: (value) => {
        for (const row of rowsOf(value)) this.#note(progress, { listed, row });
        next();
      },
      leaveOut,
    });
  }

  /** A stranger's order that cannot be counted is not shown, and holds up nothing. */
  #note(
    { openOrders }: Progress,
    { listed, row }: { readonly listed: Listed; readonly row: unknown },
  ): void {
    const { key, id, timeMs } = parseMark(row);
    const isOurs = this.#account.isOurs(key);
    if (isOurs) {
      const placedMs = timeMs === 0 ? this.#account.venueMs : timeMs;
      this.#account.orders.note({ key, listed, venueOrderId: id, placedMs });
    } else {
      this.#account.orders.noteStranger(listed, id);
    }
    const wasOver = isOurs && this.#account.orders.get(key)?.isOver === true;
    try {
      openOrders.push({ row: openOrderOf(parseOrder(row), listed), wasOver });
    } catch (error) {
      if (!(error instanceof PayloadError) || isOurs) throw error;
      const reason = `${error.message}; order ${id} is not ours and is not shown`;
      this.#account.host.log("alarm", "market_changed", { reason });
    }
  }

  /** Reads balances, and what explains them, until they stand still. */
  #readAccount(progress: Progress): void {
    const account = this.#account;
    let askedMs = 0;
    const use = (value: unknown): void => {
      const balances = this.#balancesOf(parseTotals(value));
      const before = progress.balances;
      const isStill = JSON.stringify(before) === JSON.stringify(balances);
      progress.balances = balances;
      progress.reads++;
      const { sinceUs } = progress.command;
      if (isStill) return this.#offer(progress);
      const isLast = progress.reads > ACCOUNT_READS_MAX;
      if (sinceUs === null) {
        account.beganMs = account.takenOverMs = askedMs;
        return isLast ? this.#offer(progress) : this.#readAccount(progress);
      }
      if (isLast) {
        progress.balances = undefined;
        return this.#offer(progress);
      }
      const fromMs = Math.max(account.beganMs, account.venueMsOf(sinceUs));
      const told = account.listed.filter((listed) => !progress.leftOut.has(listed));
      this.#each(progress, told, {
        read: (listed, next) => this.#readTrades(progress, { listed, fromMs }, next),
        done: () => this.#readAccount(progress),
      });
    };
    this.#ask(progress, (there) => {
      askedMs = account.venueMs; // when it leaves: questions wait for their turn
      return there.fetchBalance();
    }, { use });
  }

  #readTrades(
    progress: Progress,
    of: { readonly listed: Listed; readonly fromMs: number },
    next: () => void,
  ): void {
    this.#executions.readSince(of, (found) => {
      if (this.#current !== progress) return;
      if ("failure" in found) return this.#fail(progress, reasonOf(found));
      progress.trades.set(of.listed, found);
      next();
    });
  }

  #offer(progress: Progress): void {
    const { command, balances, trades, openOrders } = progress;
    const { reporter, host, orders } = this.#account;
    this.#each(progress, [...trades], {
      read: ([listed, found], next) => {
        this.#executions.offer(listed, found, (offered) => {
          if (this.#current !== progress) return;
          if (offered !== undefined) return this.#fail(progress, reasonOf(offered));
          next();
        });
      },
      done: () => {
        const said = { instrument: null, timeMs: null };
        const key = `account ${command.request}`;
        if (balances === undefined) host.log("warning", "account_not_compared");
        else reporter.say("AccountReported", { balances, positions: [] }, { ...said, key });
        // Not those whose end was told since their list was read; one that was over is there after all.
        const open = openOrders.filter(({ row: { clOrdId }, wasOver }) =>
          clOrdId === null || wasOver || orders.get(clOrdId)?.isOver !== true
        ).map(({ row }) => row);
        this.#current = undefined;
        reporter.say("Reconciled", { request: command.request, openOrders: open }, said);
      },
    });
  }

  /** Those of our instruments, and whatever else is there. */
  #balancesOf(totals: ReadonlyMap<string, string>): Balances {
    for (const [currency, total] of totals) {
      if (total !== "0") this.#currencies.add(currency);
    }
    return [...this.#currencies].toSorted()
      .map((currency) => ({ currency, total: totals.get(currency) ?? "0" }));
  }

  #ask(
    progress: Progress,
    method: Method,
    { use, leaveOut }: {
      readonly use: (value: unknown) => void;
      readonly leaveOut?: (text: string) => void;
    },
  ): void {
    this.#account.reads.ask(method, (answer: Answer) => {
      if (this.#current !== progress) return;
      const isLeftOut = answer.kind === "error" && answer.error.isOfSymbol;
      if (isLeftOut && leaveOut !== undefined) return leaveOut(answer.error.text);
      if (answer.kind === "error") {
        const { text, retryAfterMs } = answer.error;
        return this.#fail(progress, text, retryAfterMs);
      }
      const problem = this.#account.reading(() => use(answer.value));
      if (problem !== undefined && this.#current === progress) this.#fail(progress, problem);
    });
  }

  /** One after the other, as long as nobody else is reconciled. */
  #each<Of>(
    progress: Progress,
    all: readonly Of[],
    { read, done }: {
      readonly read: (one: Of, next: () => void) => void;
      readonly done: () => void;
    },
  ): void {
    if (this.#current !== progress) return;
    const [first, ...others] = all;
    if (first === undefined) return done();
    read(first, () => this.#each(progress, others, { read, done }));
  }

  #fail({ command }: Progress, text: string, retryAfterMs?: number): void {
    this.#current = undefined;
    const said = { instrument: null, timeMs: null };
    const pause = retryAfterMs === undefined ? {} : { retryAfterMs };
    const { request } = command;
    this.#account.reporter.say("ReconcileFailed", { request, text, ...pause }, said);
  }
}

function openOrderOf(order: UnifiedOrder, { instrument }: Listed): OpenOrder {
  return {
    clOrdId: order.key,
    venueOrderId: order.id,
    instrument: instrument.id,
    side: order.side,
    orderQty: qtyOf(order.orderQty, instrument),
    cumQty: qtyOf(order.cumQty, instrument),
    price: order.price === null ? null : pxOf(order.price, instrument),
  };
}
