/**
 * Whether an order in a betting market or binary condition can only reduce: judged by the worst
 * outcome of the client's book, all of its live orders in the pool included. Beside one that has no
 * price to be counted with nothing is sure to reduce. Whether a bet adds nothing to what the account may
 * lose in its market: by the account's book and the live orders of all clients.
 *
 * Cost: the live orders of those clients and the outcomes of the pool. Asked only of orders that must
 * reduce, and of bets that nothing else covers.
 * @module
 */
import type { EngineState } from "./state.ts";
import type { Instrument, Side } from "../instrument.ts";
import type { BettingMarket } from "../ledger/betting_market.ts";
import type { BinaryCondition } from "../ledger/binary_condition.ts";
import { NO_PROFITS, plus, type Profits } from "../ledger/outcomes.ts";
import { isWorstKept, type OpenOf, openProfits, worstProfit } from "../ledger/stakes.ts";
import type { InstrumentId, Px, Qty } from "../numbers.ts";
import type { Outcomes, RiskRequest } from "../risk/mod.ts";

/** The worst part of what is open, by instrument. */
type Open = Map<InstrumentId, Profits>;

/** Outcomes by the engine's ledger and orders. */
export class LedgerOutcomes implements Outcomes {
  readonly #state: EngineState;

  constructor(state: EngineState) {
    this.#state = state;
  }

  isWorstKept(request: RiskRequest): boolean | undefined {
    const { instrument } = request.listed;
    const pool = this.#poolOf(instrument);
    if (pool === undefined) return undefined;
    if (request.countPx === null) return false;
    const { index } = request.client;
    const open = this.#openOf(request, { pool, clients: [index] });
    if (open === undefined) return false;
    this.#addAsked(open, { ...request, countPx: request.countPx });
    return isWorstKept(this.#state.ledger, instrument, { who: index, openOf: lossesOf(open) });
  }

  addsNoLoss(request: RiskRequest): boolean {
    const { countPx, listed: { instrument } } = request;
    if (instrument.contract?.kind !== "betting" || countPx === null) return false;
    const { ledger, clients } = this.#state;
    const of = { pool: ledger.pools.market(instrument), clients: clients.all.keys() };
    const open = this.#openOf(request, of);
    if (open === undefined) return false;
    const who = "account";
    const without = worstProfit(ledger, instrument, { who, openOf: lossesOf(open) });
    this.#addAsked(open, { ...request, countPx });
    const beside = worstProfit(ledger, instrument, { who, openOf: lossesOf(open) });
    return without !== undefined && beside !== undefined && beside >= without;
  }

  /** The betting market or binary condition of an instrument; undefined for other classes. */
  #poolOf(instrument: Instrument): BettingMarket | BinaryCondition | undefined {
    const { pools } = this.#state.ledger;
    const kind = instrument.contract?.kind;
    if (kind === "betting") return pools.market(instrument);
    return kind === "binary" ? pools.outcome(instrument).condition : undefined;
  }

  /**
   * What live orders of clients can lose, by instrument, but for the one to be replaced; undefined:
   * one in the pool has no price to be counted with, so that it cannot be told.
   */
  #openOf(
    { kept, isDryRun }: RiskRequest,
    { pool, clients }: {
      readonly pool: BettingMarket | BinaryCondition;
      readonly clients: Iterable<number>;
    },
  ): Open | undefined {
    const open: Open = new Map();
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

  #addAsked(
    open: Open,
    { listed, side, leavesQty, countPx }: RiskRequest & { readonly countPx: Px },
  ): void {
    this.#add(open, listed.instrument.id, { side, qty: leavesQty, px: countPx });
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
