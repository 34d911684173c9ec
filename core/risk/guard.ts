/**
 * What a risk guard is: one rule, asked about one order that would add exposure.
 *
 * A guard is pure and changes nothing. It is never asked about a cancel. Its text names the value,
 * the limit and the configuration key, in decimals.
 * @module
 */
import type { InstrumentLimits } from "../event.ts";
import type { Instrument, Side } from "../instrument.ts";
import type { TradingState } from "../intent.ts";
import type { Micros, Px, Qty } from "../numbers.ts";
import type { RefusalCode } from "../reject_code.ts";
import type { BookView } from "../view.ts";

/** Why an order was refused. `text` is a sentence for the trader. */
export type Refusal = { readonly code: RefusalCode; readonly text: string };

/** A Place, or a Replace as the order that it would become, and what the guards look at. */
export type RiskRequest = {
  readonly instrument: Instrument;
  readonly side: Side;
  /** null for Market. */
  readonly px: Px | null;
  /** Total quantity, including what has been filled. */
  readonly qty: Qty;
  /** What would be open: for a Replace `qty` less CumQty. Absent: `qty`. */
  readonly leavesQty?: Qty;
  readonly reduceOnly: boolean;
  readonly limits: InstrumentLimits;
  readonly book: BookView | undefined;
  readonly nowUs: Micros;
  readonly operatorState: TradingState;
  readonly venueState: TradingState;
  readonly clientState: TradingState;
  readonly killSwitch: boolean;
  /** The client's own position, quanta, signed. */
  readonly clientPosition: number;
  /** What this client's other open orders would already take off that position, quanta. */
  readonly openReducing: number;
};

/** One rule. */
export type Guard = {
  readonly name: string;
  /** Returns why the order is refused, or undefined. */
  check(request: RiskRequest): Refusal | undefined;
};
