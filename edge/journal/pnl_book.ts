/**
 * Realised profit and position of one client in one instrument, from its fills, by average cost.
 *
 * For people and charts: the account's truth is the ledger. Sums are exact to 18 decimals, more than
 * the grids of prices and quantities have; the cost taken out by a partial close is rounded half-even
 * to 18. Fees are summed apart, by currency, exactly: a commission may be any decimal. What they take
 * off the base of a spot instrument comes off the position as in the ledger.
 * Known limit: money is counted as price × quantity × multiplier, which is what spot and linear
 * contracts are worth; of the other classes the view `pnl` shows none.
 * @module
 */
import {
  decimalsOf,
  divideDown,
  divideHalfEven,
  fromUnits,
  powerOfTen,
  toUnits,
} from "../../core/decimal.ts";
import type { SqlRow } from "./database.ts";
import type { WireFill } from "./report_rows.ts";

const SCALE = 18;
/** No decimal has more digits. */
const FINEST_SCALE = 38;
/** What the product of a quantity, a price and a multiplier has above {@link SCALE}. */
const VALUE_UNIT = powerOfTen(SCALE + FINEST_SCALE);

/** Where the next sum begins; a venue's name of a currency may hold commas and spaces itself. */
const NEXT_FEE = /, (?=-?[0-9]+(?:\.[0-9]+)? )/;

/** The columns of `pnl_rows` beside client and instrument. */
export type PnlColumns = {
  readonly fills: number;
  readonly position: string;
  readonly cost: string;
  readonly realised: string;
  readonly boughtQty: string;
  readonly soldQty: string;
  /** `0.12 USDT, 0.001 BTC`. */
  readonly fees: string;
};

/** What a book must know of its instrument. */
export type PnlTerms = {
  /** That of the contract, a decimal. */
  readonly multiplier: string;
  /** What is held of a spot instrument, or null where commission takes nothing off what is held. */
  readonly base: string | null;
  /** Decimals of a quantity. */
  readonly qtyScale: number;
};

/** One book. */
export class PnlBook {
  /** What one unit of quantity is worth at price 1, at the finest scale. */
  readonly #multiplier: bigint;
  readonly #base: string | null;
  /** A quantum of quantity, at the finest scale. */
  readonly #quantum: bigint;
  #fills = 0;
  /** Signed quantity, units. */
  #position = 0n;
  /** What the position cost, signed like it, units. */
  #cost = 0n;
  #realised = 0n;
  #bought = 0n;
  #sold = 0n;
  /** By currency, at the finest scale. */
  readonly #fees = new Map<string, bigint>();

  /** @throws {RangeError} If the multiplier is not a decimal. */
  constructor({ multiplier, base, qtyScale }: PnlTerms) {
    this.#multiplier = units(multiplier, FINEST_SCALE);
    this.#base = base;
    this.#quantum = powerOfTen(FINEST_SCALE - qtyScale);
  }

  /** Books a fill. @throws {RangeError} If price or quantity have more than 18 decimals. */
  book(
    fill: Pick<WireFill, "last_qty" | "last_px" | "commission" | "commission_currency"> & {
      readonly side: string | null;
    },
  ): void {
    const qty = units(fill.last_qty, SCALE);
    const price = units(fill.last_px, SCALE);
    this.#fills += 1;
    if (fill.side === "Buy") this.#bought += qty;
    else this.#sold += qty;
    const { commission, commission_currency: currency } = fill;
    const before = this.#fees.get(currency) ?? 0n;
    const after = before + units(commission, FINEST_SCALE);
    this.#fees.set(currency, after);
    const isTaken = currency === this.#base;
    const taken = isTaken ? this.#wholeQuanta(after) - this.#wholeQuanta(before) : 0n;
    this.#move((fill.side === "Buy" ? qty : -qty) - taken, price);
  }

  toColumns(): PnlColumns {
    return {
      fills: this.#fills,
      position: fromUnits(this.#position, SCALE),
      cost: fromUnits(this.#cost, SCALE),
      realised: fromUnits(this.#realised, SCALE),
      boughtQty: fromUnits(this.#bought, SCALE),
      soldQty: fromUnits(this.#sold, SCALE),
      fees: [...this.#fees]
        .map(([currency, sum]) => `${fromUnits(sum, FINEST_SCALE)} ${currency}`).join(", "),
    };
  }

  /** Returns the book that a row of `pnl_rows` was made of. */
  static from(row: SqlRow, terms: PnlTerms): PnlBook {
    const book = new PnlBook(terms);
    book.#fills = Number(row["fills"]);
    book.#position = sumShown(String(row["position_exact"]), SCALE);
    book.#cost = sumShown(String(row["cost_exact"]), SCALE);
    book.#realised = sumShown(String(row["realised_exact"]), SCALE);
    book.#bought = sumShown(String(row["bought_qty_exact"]), SCALE);
    book.#sold = sumShown(String(row["sold_qty_exact"]), SCALE);
    for (const fee of String(row["fees"]).split(NEXT_FEE).filter((part) => part !== "")) {
      const end = fee.indexOf(" ");
      book.#fees.set(fee.slice(end + 1), sumShown(fee.slice(0, end), FINEST_SCALE));
    }
    return book;
  }

  /** A sum of fees in whole quanta, rounded up, as a quantity. */
  #wholeQuanta(fees: bigint): bigint {
    const quanta = -divideDown({ numerator: -fees, denominator: this.#quantum });
    return quanta * this.#quantum / powerOfTen(FINEST_SCALE - SCALE);
  }

  #move(change: bigint, price: bigint): void {
    const isReducing = this.#position !== 0n && (this.#position > 0n) !== (change > 0n);
    if (!isReducing) return this.#open(change, price);
    const held = magnitude(this.#position);
    const closed = magnitude(change) < held ? magnitude(change) : held;
    const cost = closed === held
      ? this.#cost
      : divideHalfEven({ numerator: this.#cost * closed, denominator: held });
    const signed = change > 0n ? closed : -closed;
    this.#realised += -this.#value(signed, price) - cost;
    this.#position += signed;
    this.#cost -= cost;
    if (signed !== change) this.#open(change - signed, price);
  }

  #open(change: bigint, price: bigint): void {
    this.#position += change;
    this.#cost += this.#value(change, price);
  }

  #value(qty: bigint, price: bigint): bigint {
    const numerator = qty * price * this.#multiplier;
    return divideHalfEven({ numerator, denominator: VALUE_UNIT });
  }
}

function magnitude(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

function units(decimal: string, scale: number): bigint {
  const amount = toUnits(decimal, scale);
  if (amount !== undefined) return amount;
  throw new RangeError(
    `Cannot sum a decimal: it must have at most ${scale} decimals: was ${decimal}`,
  );
}

/** Reads a sum that was shown: unlike what it was made of it may have any number of digits. */
function sumShown(decimal: string, scale: number): bigint {
  return BigInt(decimal.replace(".", "")) * powerOfTen(scale - decimalsOf(decimal));
}
