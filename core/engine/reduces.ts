/**
 * Whether an order in a betting market or binary condition can only reduce: judged by the worst
 * outcome of the client's book, all of its live orders in the pool included. Beside one that has no
 * price to be counted with nothing is sure to reduce.
 *
 * Cost: the client's live orders and the outcomes of the pool. Asked only of orders that must reduce.
 * @module
 */
import type { EngineState } from "./state.ts";
import type { Instrument, Side } from "../instrument.ts";
import type { BettingMarket } from "../ledger/betting_market.ts";
import type { BinaryCondition } from "../ledger/binary_condition.ts";
import { NO_PROFITS, plus, type Profits } from "../ledger/outcomes.ts";
import { isWorstKept, openProfits } from "../ledger/stakes.ts";
import type { InstrumentId, Px, Qty } from "../numbers.ts";
import type { Outcomes, RiskRequest } from "../risk/mod.ts";

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
    const open = this.#openOf(request, pool);
    if (open === undefined) return false;
    const { side, leavesQty, countPx } = request;
    this.#add(open, instrument.id, { side, qty: leavesQty, px: countPx });
    return isWorstKept(this.#state.ledger, instrument, {
      who: request.client.index,
      openOf: (id) => open.get(id) ?? NO_PROFITS,
    });
  }

  /** The betting market or binary condition of an instrument; undefined for other classes. */
  #poolOf(instrument: Instrument): BettingMarket | BinaryCondition | undefined {
    const { pools } = this.#state.ledger;
    const kind = instrument.contract?.kind;
    if (kind === "betting") return pools.market(instrument);
    return kind === "binary" ? pools.outcome(instrument).condition : undefined;
  }

  /**
   * What the client's live orders can lose, by instrument, but for the one to be replaced; undefined:
   * one in the pool has no price to be counted with, so that it cannot be told.
   */
  #openOf(
    { client, kept, isDryRun }: RiskRequest,
    pool: BettingMarket | BinaryCondition,
  ): Map<InstrumentId, Profits> | undefined {
    const open = new Map<InstrumentId, Profits>();
    for (const order of this.#state.clients.all[client.index]?.open ?? []) {
      if (order.isDryRun !== isDryRun) continue;
      const { countedQty } = order;
      // The more aggressive price loses more; a Market order has its reference.
      const px = order.countedPx ?? order.countedDearPx;
      if (order.id === kept?.order || !order.isCounted) continue;
      if (px !== null) this.#add(open, order.instrument, { side: order.side, qty: countedQty, px });
      else if (this.#poolOf(this.#instrument(order.instrument)) === pool) return undefined;
    }
    return open;
  }

  #add(
    open: Map<InstrumentId, Profits>,
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
