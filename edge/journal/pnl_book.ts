/**
 * Realised profit and position of one client in one instrument, from its fills, by average cost.
 *
 * For people and charts: the account's truth is the ledger. Sums are exact to 18 decimals; the cost
 * taken out by a partial close is rounded half-even to 18. Fees are summed apart, by currency.
 * Known limit: money is counted as price × quantity × multiplier, which is what spot and linear
 * contracts are worth; of the other classes the view `pnl` shows none.
 * @module
 */
import { divideHalfEven, fromUnits, powerOfTen, toUnits } from "../../core/decimal.ts";
import type { SqlRow } from "./database.ts";
import type { WireFill } from "./report_rows.ts";

const SCALE = 18;

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

/** One book. */
export class PnlBook {
  /** What one unit of quantity is worth at price 1, units. */
  readonly #multiplier: bigint;
  #fills = 0;
  /** Signed quantity, units. */
  #position = 0n;
  /** What the position cost, signed like it, units. */
  #cost = 0n;
  #realised = 0n;
  #bought = 0n;
  #sold = 0n;
  readonly #fees = new Map<string, bigint>();

  /**
   * `multiplier`: that of the contract, a decimal.
   * @throws {RangeError} If it has more than 18 decimals.
   */
  constructor(multiplier = "1") {
    this.#multiplier = units(multiplier);
  }

  /** Books a fill. */
  book(
    fill: Pick<WireFill, "last_qty" | "last_px" | "commission" | "commission_currency"> & {
      readonly side: string | null;
    },
  ): void {
    const qty = units(fill.last_qty);
    const price = units(fill.last_px);
    this.#fills += 1;
    if (fill.side === "Buy") this.#bought += qty;
    else this.#sold += qty;
    this.#move(fill.side === "Buy" ? qty : -qty, price);
    const { commission_currency: currency } = fill;
    this.#fees.set(currency, (this.#fees.get(currency) ?? 0n) + units(fill.commission));
  }

  toColumns(): PnlColumns {
    return {
      fills: this.#fills,
      position: text(this.#position),
      cost: text(this.#cost),
      realised: text(this.#realised),
      boughtQty: text(this.#bought),
      soldQty: text(this.#sold),
      fees: [...this.#fees].map(([currency, sum]) => `${text(sum)} ${currency}`).join(", "),
    };
  }

  /** Returns the book that a row of `pnl_rows` was made of. */
  static from(row: SqlRow, multiplier = "1"): PnlBook {
    const book = new PnlBook(multiplier);
    book.#fills = Number(row["fills"]);
    book.#position = units(String(row["position_exact"]));
    book.#cost = units(String(row["cost_exact"]));
    book.#realised = units(String(row["realised_exact"]));
    book.#bought = units(String(row["bought_qty_exact"]));
    book.#sold = units(String(row["sold_qty_exact"]));
    for (const fee of String(row["fees"]).split(", ").filter((part) => part !== "")) {
      const [sum = "0", currency = ""] = fee.split(" ");
      book.#fees.set(currency, units(sum));
    }
    return book;
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
    return divideHalfEven({ numerator, denominator: powerOfTen(2 * SCALE) });
  }
}

function magnitude(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

function units(decimal: string): bigint {
  const amount = toUnits(decimal, SCALE);
  if (amount !== undefined) return amount;
  throw new RangeError(
    `Cannot sum a decimal: it must have at most ${SCALE} decimals: was ${decimal}`,
  );
}

function text(amount: bigint): string {
  return fromUnits(amount, SCALE);
}
