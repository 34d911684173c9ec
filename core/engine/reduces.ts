/**
 * Whether an order in a betting market or binary condition can only reduce: judged by the worst
 * outcome of a book, the client's or the account's, all of its live orders in the pool included.
 * Beside one that has no price to be counted with nothing is sure to reduce. Whether a bet adds nothing
 * to what the account may lose in its market: by its book, with what is open on both sides.
 *
 * Cost: the live orders of those clients and the outcomes of the pool. Asked only of orders that must
 * reduce, by their state or by a loss, and of bets that nothing else covers.
 * @module
 */
import type { EngineState } from "./state.ts";
import type { Instrument, Side } from "../instrument.ts";
import type { BettingMarket } from "../ledger/betting_market.ts";
import type { BinaryCondition } from "../ledger/binary_condition.ts";
import { NO_PROFITS, plus, type Profits } from "../ledger/outcomes.ts";
import { isWorstKept, NOTHING_OPEN, type OpenOf, openProfits } from "../ledger/stakes.ts";
import type { InstrumentId, Px, Qty } from "../numbers.ts";
import type { BookOf, Outcomes, RiskRequest } from "../risk/mod.ts";

/** The worst part of what is open, by instrument. */
type Open = Map<InstrumentId, Profits>;
/** Whose book and orders are looked at, in which pool. */
type Among = {
  readonly pool: BettingMarket | BinaryCondition;
  readonly book: BookOf;
};

/** Outcomes by the engine's ledger and orders. */
export class LedgerOutcomes implements Outcomes {
  readonly #state: EngineState;

  constructor(state: EngineState) {
    this.#state = state;
  }

  isWorstKept(request: RiskRequest, book: BookOf): boolean | undefined {
    const pool = this.#poolOf(request.listed.instrument);
    if (pool === undefined) return undefined;
    return this.#keepsWorst(request, { pool, book, held: "matched" });
  }

  addsNoLoss(request: RiskRequest): boolean {
    const { instrument } = request.listed;
    if (instrument.contract?.kind !== "betting") return false;
    const pool = this.#state.ledger.pools.market(instrument);
    return this.#keepsWorst(request, { pool, book: "account", held: "open too" });
  }

  /** True if the order, beside all that is open, leaves the worst outcome of what is held as it is. */
  #keepsWorst(
    request: RiskRequest,
    of: Among & {
      /** What the order is held against: what has matched alone, or with what is open. */
      readonly held: "matched" | "open too";
    },
  ): boolean {
    const { client, countPx, leavesQty, side, listed: { instrument } } = request;
    const open = countPx === null ? undefined : this.#openOf(request, of);
    if (countPx === null || open === undefined) return false;
    const heldOf = of.held === "matched" ? NOTHING_OPEN : lossesOf(new Map(open));
    this.#add(open, instrument.id, { side, qty: leavesQty, px: countPx });
    const openOf = lossesOf(open);
    const who = of.book === "client" ? client.index : of.book;
    return isWorstKept(this.#state.ledger, instrument, { who, openOf, heldOf });
  }

  /** The betting market or binary condition of an instrument; undefined for other classes. */
  #poolOf(instrument: Instrument): BettingMarket | BinaryCondition | undefined {
    const { pools } = this.#state.ledger;
    const kind = instrument.contract?.kind;
    if (kind === "betting") return pools.market(instrument);
    return kind === "binary" ? pools.outcome(instrument).condition : undefined;
  }

  /**
   * What live orders of a book can lose, by instrument, but for the one to be replaced; undefined:
   * one in the pool has no price to be counted with, so that it cannot be told.
   */
  #openOf(
    { kept, isDryRun, client: { index } }: RiskRequest,
    { pool, book }: Among,
  ): Open | undefined {
    const open: Open = new Map();
    const clients = book === "client" ? [index] : this.#state.clients.all.keys();
    for (const client of clients) {
      for (const order of this.#state.clients.all[client]?.open ?? []) {
        if (order.isDryRun !== isDryRun) continue;
        const { countedQty, instrument, side } = order;
        // The more aggressive price loses more; a Market order has its reference.
        const px = order.countedPx ?? order.countedDearPx;
        if (order.id === kept?.order || !order.isCounted) continue;
        if (px !== null) this.#add(open, instrument, { side, qty: countedQty, px });
        else if (this.#poolOf(this.#instrument(instrument)) === pool) return undefined;
      }
    }
    return open;
  }

  #add(
    open: Open,
    id: InstrumentId,
    of: { readonly side: Side; readonly qty: Qty; readonly px: Px },
  ): void {
    const right = openProfits(this.#state.ledger, this.#instrument(id), of);
    open.set(id, plus({ left: open.get(id) ?? NO_PROFITS, right }));
  }

  #instrument(id: InstrumentId): Instrument {
    return this.#state.risk.instrument(id).instrument;
  }
}

function lossesOf(open: Open): OpenOf {
  return (id) => open.get(id) ?? NO_PROFITS;
}
