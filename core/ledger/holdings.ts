/**
 * One book of the ledger: cash per currency and positions per instrument, of an account, of one
 * client, or of nobody we know (`external`).
 * @module
 */
import type { Instrument } from "../instrument.ts";
import type { NodeReader } from "../node_reader.ts";
import type { InstrumentId } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import { type Amount, amountOf, decimalOf, NOTHING, sum } from "./money.ts";
import { type Change, Position } from "./position.ts";

/** Cash and positions of one book. */
export class Holdings {
  readonly #cash = new Map<string, Amount>();
  readonly #positions = new Map<InstrumentId, Position>();

  /** Cash of a currency; nothing where none was ever posted. */
  cash(currency: string): Amount {
    return this.#cash.get(currency) ?? NOTHING;
  }

  /** Every currency ever posted. */
  currencies(): Iterable<string> {
    return this.#cash.keys();
  }

  /** Position in an instrument, or undefined before the first execution. */
  position(instrument: InstrumentId): Position | undefined {
    return this.#positions.get(instrument);
  }

  /** Every position ever held, flat ones too. */
  positions(): Iterable<Position> {
    return this.#positions.values();
  }

  /** Adds to the cash of a currency. */
  addCash(currency: string, amount: Amount): void {
    this.#cash.set(currency, sum({ left: this.cash(currency), right: amount }));
  }

  /** Books an execution into its position. */
  applyChange(instrument: Instrument, change: Change): void {
    this.#ensure(instrument).apply(change);
  }

  /** Takes an execution out of its position. */
  revokeChange(instrument: Instrument, change: Change): void {
    this.#ensure(instrument).revoke(change);
  }

  /** Returns the whole book; currencies by code unit, positions by instrument. */
  checkpoint(): CheckpointNode {
    const currencies = [...this.#cash.keys()].sort();
    const positions = [...this.#positions.values()];
    positions.sort((left, right) => left.instrument.id - right.instrument.id);
    return {
      currencies,
      cash: currencies.map((currency) => decimalOf(this.cash(currency))),
      positions: positions.map((position) => position.checkpoint()),
    };
  }

  /** Returns the book of a checkpoint. */
  static restore(
    saved: NodeReader,
    instrumentOf: (id: InstrumentId) => Instrument | undefined,
  ): Holdings {
    const holdings = new Holdings();
    const amounts = saved.texts("cash");
    for (const [at, currency] of saved.texts("currencies").entries()) {
      holdings.#cash.set(currency, amountOf(amounts[at] ?? ""));
    }
    for (const node of saved.rows("positions")) {
      const position = Position.restore(node, instrumentOf);
      holdings.#positions.set(position.instrument.id, position);
    }
    return holdings;
  }

  #ensure(instrument: Instrument): Position {
    const known = this.#positions.get(instrument.id);
    if (known !== undefined) return known;
    const position = new Position(instrument);
    this.#positions.set(instrument.id, position);
    return position;
  }
}
