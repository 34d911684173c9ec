/**
 * Reconciliation of an account that moves between any two readings of it, in virtual time: what is
 * offered, and what would only look like a difference. Proves R-EXEC-5 and R-CORE-7 for an account
 * that trades several times a second.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { micros, requestId, seqId, venueId } from "../../../../../core/numbers.ts";
import { AccountBook } from "../../../../../edge/venues/ccxt/binance/account_book.ts";
import { Reconciliations } from "../../../../../edge/venues/ccxt/binance/reconciliation.ts";
import { PlayedExchange } from "../../../../support/played_exchange.ts";

const SYMBOL = "C0USDT";
/** Of anything else there is none, and the account holds one position an instrument. */
const NOTHING: Readonly<Record<string, unknown>> = {
  openOrders: [],
  income: [],
  "positionSide/dual": { dualSidePosition: false },
};

/** An account that buys 1 between its balance and its position, so many times. */
class Rig {
  readonly #exchange = new PlayedExchange("usdm");
  readonly #reconciliations: Reconciliations;
  readonly #startedMs = this.#exchange.time.wallUs() / 1000;
  #held = 0;
  #requests = 0;

  constructor(fills: number) {
    const { account } = this.#exchange;
    this.#exchange.answer = ({ path }) => {
      if (path === "positionRisk" && this.#held < fills) this.#held++;
      return { body: this.#bodyOf(path) };
    };
    this.#reconciliations = new Reconciliations(account, {
      ...{ book: new AccountBook(account), skewUs: () => 0, propagationMs: 100 },
      inHedgeMode: () => {},
      resting: () => {},
    });
  }

  /** Reconciles from the start on, and returns what was said, each as a word. */
  reconcile(): readonly string[] {
    const { reports, time } = this.#exchange;
    reports.length = 0;
    const request = requestId(++this.#requests);
    const names = { seqId: seqId(1), request, venue: venueId(0), cause: "periodic" } as const;
    const sinceUs = micros(this.#startedMs * 1000);
    this.#reconciliations.start({ kind: "Reconcile", ...names, sinceUs });
    time.advance(10_000_000);
    const executed = reports.filter(({ eventType }) => eventType === "OrderExecuted").length;
    const others = reports.map(({ eventType }) => eventType)
      .filter((eventType) => eventType !== "OrderExecuted");
    return [`${executed} executed`, ...others];
  }

  get logged(): readonly string[] {
    return this.#exchange.logged;
  }

  #bodyOf(path: string): unknown {
    switch (path) {
      case "account":
        return { assets: [{ asset: "USDT", walletBalance: `${1000 - this.#held}` }] };
      case "positionRisk": {
        const position = { positionAmt: `${this.#held}`, entryPrice: "100" };
        return [{ symbol: SYMBOL, ...position, positionSide: "BOTH" }];
      }
      case "userTrades":
        return Array.from({ length: this.#held }, (_, at) => this.#trade(at + 1));
      case "order":
        return this.#order();
      default:
        return NOTHING[path];
    }
  }

  #trade(id: number): unknown {
    const money = { price: "100", qty: "1", commission: "1", commissionAsset: "USDT" };
    const names = { symbol: SYMBOL, id, orderId: 7, buyer: true, maker: false };
    return { ...names, ...money, time: this.#startedMs + id };
  }

  #order(): unknown {
    const names = { symbol: SYMBOL, orderId: 7, clientOrderId: "by hand", side: "BUY" };
    const terms = { price: "100", origQty: "99", executedQty: "9", timeInForce: "GTC" };
    return { ...names, ...terms, type: "LIMIT", status: "NEW", updateTime: this.#startedMs };
  }
}

Deno.test("reconcile() reports the account as it was when it stood still", () => {
  const rig = new Rig(2);
  deepStrictEqual(rig.reconcile(), ["2 executed", "AccountReported", "Reconciled"]);
  deepStrictEqual(rig.logged, []);
});

Deno.test("reconcile() says no more of an account that never stood still than what happened on it", () => {
  const rig = new Rig(6);
  deepStrictEqual(rig.reconcile(), ["3 executed", "Reconciled"]);
  deepStrictEqual(rig.logged, ["account_not_compared"]);
  deepStrictEqual(rig.reconcile(), ["6 executed", "AccountReported", "Reconciled"]);
});
