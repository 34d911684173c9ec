/**
 * Matched bets of one book on one runner: stakes added up by side, traded price and epoch.
 *
 * Kept so, they are bounded by the ladder of prices (times the removals of the market), a removal
 * re-prices all of them, and any single execution can be taken out again exactly.
 *
 * Invariant: `backed` and `laid` are the sums over the rows, at the prices of now. All is exact:
 * stakes are quanta, gross returns (stake × price) wide integers in price quanta × stake quanta.
 * @module
 */
import { averagePx } from "../decimal.ts";
import type { Side } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import type { NodeReader } from "../node_reader.ts";
import { type Px, px, type Qty } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { Profits } from "./outcomes.ts";

/** A bet: `Buy` backs, `Sell` lays. */
export type Bet = {
  readonly side: Side;
  /** As traded. */
  readonly px: Px;
  readonly qty: Qty;
  /** Removals of the market before it was booked. */
  readonly epoch: number;
};

/** The price now of what was traded at a price in an epoch. */
export type PriceNow = (traded: Px, epoch: number) => Px;

/** Stakes at one traded price. */
type Row = { backed: number; laid: number };
/** Stakes of one side and what they return if the runner wins. */
type Total = { stake: number; gross: bigint };

/** Bets of one book on one runner. */
export class Bets {
  readonly #epochs: Map<Px, Row>[] = [];
  readonly #backed: Total = { stake: 0, gross: 0n };
  readonly #laid: Total = { stake: 0, gross: 0n };

  /** Stake backed less stake laid, quanta. */
  get netQuanta(): number {
    return this.#backed.stake - this.#laid.stake;
  }

  /** Σ stake × price of now, laid below 0: what comes back if the runner wins. */
  get gross(): bigint {
    return this.#backed.gross - this.#laid.gross;
  }

  /** Books a bet. @throws {InvariantError} If a side would pass 2^53 quanta; nothing changed. */
  apply(bet: Bet, priceNow: PriceNow): void {
    this.#add(bet, { quanta: bet.qty, price: priceNow(bet.px, bet.epoch) });
  }

  /** Takes a booked bet out. @throws {InvariantError} If it is not there; nothing changed. */
  revoke(bet: Bet, priceNow: PriceNow): void {
    this.#add(bet, { quanta: -bet.qty, price: priceNow(bet.px, bet.epoch) });
  }

  /** @throws {InvariantError} If `apply` would throw. */
  check(bet: Bet): void {
    const { stake } = bet.side === "Buy" ? this.#backed : this.#laid;
    const isSafe = Number.isSafeInteger(stake + bet.qty);
    invariant(isSafe, "Stakes of a side must stay within 2^53 quanta");
  }

  /** @throws {InvariantError} If `revoke` would throw. */
  checkBooked(bet: Bet): void {
    const row = this.#epochs[bet.epoch]?.get(bet.px);
    const there = (bet.side === "Buy" ? row?.backed : row?.laid) ?? 0;
    invariant(there >= bet.qty, "A bet taken out must have been booked");
  }

  /** Adds up again, after the prices of now have changed. */
  reprice(priceNow: PriceNow): void {
    this.#backed.gross = 0n;
    this.#laid.gross = 0n;
    for (const [epoch, rows] of this.#epochs.entries()) {
      for (const [traded, row] of rows) {
        const price = BigInt(priceNow(traded, epoch));
        this.#backed.gross += BigInt(row.backed) * price;
        this.#laid.gross += BigInt(row.laid) * price;
      }
    }
  }

  /** Profit if the runner wins and if it loses; `one` is the price 1 in quanta. */
  profits(one: bigint): Profits {
    const stake = BigInt(this.netQuanta) * one;
    return { ifWon: this.gross - stake, ifLost: -stake };
  }

  /** Average price of now of the side that prevails, decimal; null where neither does. */
  averagePx(priceScale: number): string | null {
    const net = this.netQuanta;
    if (net === 0) return null;
    const { stake, gross } = net > 0 ? this.#backed : this.#laid;
    return averagePx({ notional: gross, cumQty: stake, priceScale });
  }

  /** Returns the rows in columns, by epoch and traded price; empty rows left out. */
  checkpoint(): CheckpointNode {
    const rows = this.#epochs.flatMap((prices, epoch) =>
      [...prices].filter(([, row]) => row.backed !== 0 || row.laid !== 0)
        .sort(([left], [right]) => left - right)
        .map(([traded, row]) => ({ epoch, traded, ...row }))
    );
    return {
      epoch: rows.map((row) => row.epoch),
      price: rows.map((row) => row.traded),
      backed: rows.map((row) => row.backed),
      laid: rows.map((row) => row.laid),
    };
  }

  /** Returns the bets of a checkpoint. */
  static restore(saved: NodeReader, priceNow: PriceNow): Bets {
    const bets = new Bets();
    const [prices, backed, laid] = ["price", "backed", "laid"].map((name) => saved.integers(name));
    for (const [at, epoch] of saved.integers("epoch").entries()) {
      const traded = px(prices?.[at] ?? 0);
      const of = { px: traded, epoch };
      const price = priceNow(traded, epoch);
      bets.#add({ ...of, side: "Buy" }, { quanta: backed?.[at] ?? 0, price });
      bets.#add({ ...of, side: "Sell" }, { quanta: laid?.[at] ?? 0, price });
    }
    return bets;
  }

  #add(
    of: { readonly side: Side; readonly px: Px; readonly epoch: number },
    change: { readonly quanta: number; readonly price: Px },
  ): void {
    const total = of.side === "Buy" ? this.#backed : this.#laid;
    const row = this.#row(of.epoch, of.px);
    const column = of.side === "Buy" ? "backed" : "laid";
    const { quanta } = change;
    invariant(row[column] + quanta >= 0, "A bet taken out must have been booked");
    const stake = total.stake + quanta;
    invariant(Number.isSafeInteger(stake), "Stakes of a side must stay within 2^53 quanta");
    row[column] += quanta;
    total.stake = stake;
    total.gross += BigInt(quanta) * BigInt(change.price);
  }

  #row(epoch: number, traded: Px): Row {
    while (this.#epochs.length <= epoch) this.#epochs.push(new Map());
    const rows = this.#epochs[epoch];
    const known = rows?.get(traded);
    if (known !== undefined) return known;
    const row = { backed: 0, laid: 0 };
    rows?.set(traded, row);
    return row;
  }
}
