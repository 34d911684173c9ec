/**
 * What the ledger says of an account to the funds guard.
 *
 * Read again only after a posting: until then a purse keeps what it was told.
 * @module
 */
import type { EngineState } from "./state.ts";
import { type Amount, negated, NOTHING, sum, unitsBelow } from "../ledger/money.ts";
import { availableQuanta, betsHoldBack } from "../ledger/stakes.ts";
import type { InstrumentId, VenueId } from "../numbers.ts";
import type { Funds, InstrumentScope } from "../risk/mod.ts";
import type { Purse } from "../risk/purse.ts";
import { narrowed, type Wide } from "../risk/wide.ts";

const PPM_SCALE = 6;

/** Funds by the engine's ledger. */
export class LedgerFunds implements Funds {
  readonly #state: EngineState;

  constructor(state: EngineState) {
    this.#state = state;
  }

  cashOf(venue: VenueId, purse: Purse): Wide | undefined {
    const { ledger } = this.#state;
    if (purse.cashAt !== ledger.revision) {
      purse.cash = this.#readCash(venue, purse);
      purse.cashAt = ledger.revision;
    }
    return purse.cash;
  }

  holdingOf(instrument: InstrumentId): number {
    const { instrument: listed } = this.#state.risk.instrument(instrument);
    return availableQuanta(this.#state.ledger, listed, "account");
  }

  #readCash(venue: VenueId, { currency, scale }: Purse): Wide | undefined {
    const { ledger } = this.#state;
    if (!ledger.hasCash({ venue, currency })) return undefined;
    const right = negated(this.positionsHoldBack(venue, currency));
    const free = sum({ left: ledger.cash("account", { venue, currency }), right });
    if (free.scale === scale) return free.units;
    return narrowed(unitsBelow(free, scale));
  }

  /** What matched bets hold back of an account's currency, and margins of positions. */
  positionsHoldBack(venue: VenueId, currency: string): Amount {
    const { ledger, risk } = this.#state;
    let held = betsHoldBack(ledger, { venue, currency });
    for (const listed of risk.instruments) {
      if (listed?.instrument.venue !== venue) continue;
      const margin = this.#marginOf(listed, currency);
      if (margin !== NOTHING) held = sum({ left: held, right: margin });
    }
    return held;
  }

  /** Margin of the account's position at what it cost; nothing where none is configured. */
  #marginOf({ instrument, limits }: InstrumentScope, currency: string): Amount {
    const { contract, id } = instrument;
    const ppm = limits.initialMarginPpm;
    if (ppm === null || (contract?.kind !== "linear" && contract?.kind !== "inverse")) {
      return NOTHING;
    }
    if (contract.settlement !== currency) return NOTHING;
    const { atEntry } = this.#state.ledger.exposure("account", { instrument: id, mark: undefined });
    const units = narrowed(BigInt(atEntry.units) * BigInt(ppm));
    return { units, scale: atEntry.scale + PPM_SCALE };
  }
}
