/**
 * One book of the ledger: cash per currency and positions per instrument, of an account, of one
 * client, or of nobody we know (`external`).
 *
 * Posted cash is what was booked and conserves; shown cash is posted cash and what the positions
 * carry (`policy.ts`).
 * @module
 */
import { invariant } from "../invariant.ts";
import type { NodeReader } from "../node_reader.ts";
import { type InstrumentId, instrumentId } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import { Carried } from "./carried.ts";
import { Cash } from "./cash.ts";
import { narrowed } from "./exact_sum.ts";
import { type Amount, amountShown, decimalOf, NOTHING, sum } from "./money.ts";
import type { Accounting, CashLeg, Position } from "./policy.ts";
import type { Totals } from "./totals.ts";

/** Cash and positions of one book. */
export class Holdings {
  readonly #cash = new Map<string, Cash>();
  /** What it was charged, by the currency in which that counts; part of what was posted. */
  readonly #charged = new Map<string, Cash>();
  /** What commissions took off the base of its spot trades, which its cash has lost already. */
  readonly #taken = new Map<InstrumentId, Cash>();
  readonly #positions = new Map<InstrumentId, Position>();
  /** Of those that may carry; it changes only when they do or say that they did. */
  readonly #carried = new Carried();
  readonly #totals: Totals | null;

  /** `totals` follow the book if it is part of an account. */
  constructor(totals: Totals | null) {
    this.#totals = totals;
  }

  /** Posted cash of a currency, or undefined where none was ever posted. */
  posted(currency: string): Cash | undefined {
    return this.#cash.get(currency);
  }

  /** Shown cash of a currency. */
  cash(currency: string): Amount {
    const left = this.#cash.get(currency)?.amount ?? NOTHING;
    return sum({ left, right: this.#carried.in(currency) });
  }

  /** What the book was charged and paid beside its trades, by currency; below 0 a cost. */
  *charges(): Iterable<CashLeg> {
    for (const [currency, { amount }] of this.#charged) yield { currency, amount };
  }

  /** Every currency ever posted. */
  currencies(): Iterable<string> {
    return this.#cash.keys();
  }

  /** What was taken off the base of an instrument, or undefined where nothing ever was. */
  taken(instrument: InstrumentId): Cash | undefined {
    return this.#taken.get(instrument);
  }

  /** Position in an instrument, or undefined before anything was booked. */
  position(instrument: InstrumentId): Position | undefined {
    return this.#positions.get(instrument);
  }

  /** Every position ever held, flat ones too. */
  positions(): Iterable<Position> {
    return this.#positions.values();
  }

  /** Returns the position in an instrument, empty if there was none. */
  ensure(accounting: Accounting): Position {
    const { id } = accounting.instrument;
    const known = this.#positions.get(id);
    if (known !== undefined) return known;
    const position = accounting.open();
    this.#keep(position);
    return position;
  }

  /** Posts cash. */
  addCash({ currency, amount }: CashLeg): void {
    this.#ensureCash(currency).add(amount);
  }

  /** Notes a charge that is posted beside this. */
  noteCharge({ currency, amount }: CashLeg): void {
    const known = this.#charged.get(currency);
    if (known !== undefined) return known.add(amount);
    const first = new Cash();
    first.add(amount);
    this.#charged.set(currency, first);
  }

  /** Takes so much more off the base of an instrument: less, if it is below 0. */
  take(instrument: InstrumentId, amount: Amount): void {
    const taken = this.#taken.get(instrument) ?? new Cash();
    taken.add(amount);
    this.#taken.set(instrument, taken);
  }

  /** Changes a position of this book; whatever `change` does, the totals follow. */
  changePosition(position: Position, change: (position: Position) => void): void {
    this.#totals?.leave(position);
    change(position);
    this.#totals?.enter(position);
    this.#note(position);
  }

  /** Returns the whole book; currencies by code unit, positions by instrument. */
  checkpoint(): CheckpointNode {
    const currencies = [...this.#cash.keys()].sort();
    const cash = currencies.map((currency) => this.#ensureCash(currency));
    const charges = [...this.charges()];
    charges.sort((left, right) => left.currency < right.currency ? -1 : 1);
    const positions = [...this.#positions.values()];
    positions.sort((left, right) => left.instrument.id - right.instrument.id);
    const taken = [...this.#taken].sort(([left], [right]) => left - right);
    return {
      currencies,
      cash: cash.map((each) => decimalOf(each.amount)),
      units: cash.map((each) => `${each.sum.units}`),
      scales: cash.map((each) => each.scale),
      charged_currencies: charges.map(({ currency }) => currency),
      charged: charges.map(({ amount }) => decimalOf(amount)),
      taken_instruments: taken.map(([instrument]) => instrument),
      taken: taken.map(([, cash]) => `${cash.sum.units}`),
      taken_scales: taken.map(([, cash]) => cash.scale),
      instruments: positions.map((position) => position.instrument.id),
      positions: positions.map((position) => position.checkpoint()),
    };
  }

  /** Takes the book of a checkpoint; this one must be empty. */
  restore(saved: NodeReader, accountingOf: (id: InstrumentId) => Accounting | undefined): void {
    const units = saved.texts("units");
    const scales = saved.integers("scales");
    for (const [at, currency] of saved.texts("currencies").entries()) {
      const amount = { units: narrowed(BigInt(units[at] ?? "")), scale: scales[at] ?? 0 };
      this.addCash({ currency, amount });
    }
    this.#restoreCharges(saved);
    this.#restoreTaken(saved);
    const ids = saved.integers("instruments");
    for (const [at, node] of saved.rows("positions").entries()) {
      const id = instrumentId(ids[at] ?? -1);
      const accounting = accountingOf(id);
      invariant(accounting !== undefined, "A position's instrument must be listed");
      const position = accounting.restore(node);
      this.#keep(position);
      this.#totals?.enter(position);
    }
  }

  /** A checkpoint from before there were any has none; nor have the day's baselines in it. */
  #restoreCharges(saved: NodeReader): void {
    if (!saved.has("charged")) return;
    const amounts = saved.texts("charged");
    for (const [at, currency] of saved.texts("charged_currencies").entries()) {
      this.noteCharge({ currency, amount: amountShown(amounts[at] ?? "") });
    }
  }

  /** A checkpoint from before there were any has none: it counted them nowhere. */
  #restoreTaken(saved: NodeReader): void {
    if (!saved.has("taken")) return;
    const [units, scales] = [saved.texts("taken"), saved.integers("taken_scales")];
    for (const [at, id] of saved.integers("taken_instruments").entries()) {
      this.take(instrumentId(id), {
        units: narrowed(BigInt(units[at] ?? "")),
        scale: scales[at] ?? 0,
      });
    }
  }

  #keep(position: Position): void {
    this.#positions.set(position.instrument.id, position);
    this.#note(position);
  }

  #note(position: Position): void {
    if (position.mayCarry) this.#carried.note(position);
  }

  #ensureCash(currency: string): Cash {
    const known = this.#cash.get(currency);
    if (known !== undefined) return known;
    const cash = new Cash(this.#totals?.ensureCash(currency) ?? null);
    this.#cash.set(currency, cash);
    return cash;
  }
}
