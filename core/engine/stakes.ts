/**
 * What the ledger says of the worst outcome of a condition or market, for the rule of what reduces.
 * @module
 */
import type { EngineState } from "./state.ts";
import { NO_PROFITS, plus, type Profits } from "../ledger/outcomes.ts";
import { isWorstKept, type OpenOf } from "../ledger/stakes.ts";
import type { InstrumentId } from "../numbers.ts";
import type { OpenSums, Stakes } from "../risk/mod.ts";

type Question = Parameters<Stakes["isWorstKept"]>[0];

/** Stakes by the engine's ledger and sums over live orders. */
export class LedgerStakes implements Stakes {
  readonly #state: EngineState;

  constructor(state: EngineState) {
    this.#state = state;
  }

  isWorstKept({ who, instrument, added }: Question): boolean {
    let isPriced = true;
    let isOpen = false; // an outcome that has ended is not asked for
    const openOf: OpenOf = (id): Profits => {
      const sums = this.#sumsOf(who, id);
      if (sums !== undefined && sums.unpriced > 0) isPriced = false;
      const left = sums?.losses ?? NO_PROFITS;
      if (id !== instrument.id) return left;
      isOpen = true;
      return plus({ left, right: added });
    };
    const isKept = isWorstKept(this.#state.ledger, instrument, { who, openOf });
    return isKept && isPriced && isOpen;
  }

  #sumsOf(who: Question["who"], id: InstrumentId): OpenSums | undefined {
    const { risk } = this.#state;
    if (who === "account") return risk.instruments[id]?.sums;
    return risk.clients[who]?.pairs[id]?.sums;
  }
}
