/**
 * P&L and fees of one client by the tag of its orders: sums beside the books, never part of them.
 *
 * Kept per tag: quantity and flow per instrument, fees per currency. P&L is flow + value at the
 * mark, so the tags of a client add up to its total, but for rounding; funding belongs to no tag.
 * Tags drift apart while the position stays small: their quantities are as wide as amounts.
 *
 * Bound: the first `TAGS_MAX` tags are told apart, all later ones share one row, the rest. Orders
 * without a tag have a row of their own.
 * @module
 */
import type { Instrument } from "../instrument.ts";
import { type InstrumentId, instrumentId, type Px } from "../numbers.ts";
import type { NodeReader } from "../node_reader.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { TagRow } from "../view.ts";
import { Cash } from "./cash.ts";
import { ExactSum, narrowed } from "./exact_sum.ts";
import { decimalOf, sum } from "./money.ts";
import type { Accounting, CashLeg, Change } from "./policy.ts";

const TAGS_MAX = 64;

type Line = { readonly accounting: Accounting; readonly quanta: ExactSum; readonly flow: Cash };

/** One tag. */
class TagSums {
  readonly lines = new Map<InstrumentId, Line>();
  readonly fees = new Map<string, Cash>();

  lineOf(accounting: Accounting): Line {
    const known = this.lines.get(accounting.instrument.id);
    if (known !== undefined) return known;
    const line = { accounting, quanta: new ExactSum(), flow: new Cash() };
    this.lines.set(accounting.instrument.id, line);
    return line;
  }

  feeOf(currency: string): Cash {
    const known = this.fees.get(currency);
    if (known !== undefined) return known;
    const cash = new Cash();
    this.fees.set(currency, cash);
    return cash;
  }
}

/** All tags of one client. */
export class TagBook {
  readonly #untagged = new TagSums();
  readonly #rest = new TagSums();
  readonly #tags = new Map<string, TagSums>();

  /** Adds an execution. */
  add(
    tag: string | null,
    of: { readonly accounting: Accounting; readonly change: Change },
  ): void {
    const line = this.#sumsOf(tag).lineOf(of.accounting);
    line.quanta.add(of.change.quanta);
    line.flow.subtract(of.accounting.valueOf(of.change));
  }

  /** Adds what a fee moved in cash: below 0 a cost. */
  addFee(tag: string | null, leg: CashLeg): void {
    this.#sumsOf(tag).feeOf(leg.currency).subtract(leg.amount);
  }

  /** Closes what every tag has of an instrument at a price. */
  settle(accounting: Accounting, px: Px): void {
    for (const { sums } of this.#all()) {
      const line = sums.lines.get(accounting.instrument.id);
      if (line === undefined || line.quanta.isZero) continue;
      line.flow.add(accounting.valueOf({ quanta: line.quanta.value, px }));
      line.quanta.set(0);
    }
  }

  /** Returns what a client sees; instruments by number, currencies by code unit. */
  rows(markOf: (instrument: Instrument) => Px | undefined): TagRow[] {
    const rows: TagRow[] = [];
    for (const { tag, isRest, sums } of this.#all()) {
      if (sums.lines.size === 0 && sums.fees.size === 0) continue;
      const instruments = linesOf(sums).map((line) => rowOf(line, markOf));
      const fees = currenciesOf(sums).map((currency) => ({
        currency,
        amount: decimalOf(sums.feeOf(currency).amount),
      }));
      rows.push({ tag, isRest, instruments, fees });
    }
    return rows;
  }

  /** Returns the whole state; the order in which tags came matters only while there is room. */
  checkpoint(): CheckpointNode {
    return {
      untagged: nodeOf(this.#untagged),
      rest: nodeOf(this.#rest),
      names: [...this.#tags.keys()],
      tags: [...this.#tags.values()].map(nodeOf),
    };
  }

  /** Returns the tags of a checkpoint. */
  static restore(
    saved: NodeReader,
    accountingOf: (id: InstrumentId) => Accounting | undefined,
  ): TagBook {
    const book = new TagBook();
    read(book.#untagged, saved.child("untagged"), accountingOf);
    read(book.#rest, saved.child("rest"), accountingOf);
    const names = saved.texts("names");
    for (const [at, row] of saved.rows("tags").entries()) {
      const sums = new TagSums();
      read(sums, row, accountingOf);
      book.#tags.set(names[at] ?? "", sums);
    }
    return book;
  }

  #sumsOf(tag: string | null): TagSums {
    if (tag === null) return this.#untagged;
    const known = this.#tags.get(tag);
    if (known !== undefined) return known;
    if (this.#tags.size >= TAGS_MAX) return this.#rest;
    const sums = new TagSums();
    this.#tags.set(tag, sums);
    return sums;
  }

  #all(): { readonly tag: string | null; readonly isRest: boolean; readonly sums: TagSums }[] {
    const named = [...this.#tags].sort(([left], [right]) => (left < right ? -1 : 1));
    return [
      { tag: null, isRest: false, sums: this.#untagged },
      ...named.map(([tag, sums]) => ({ tag, isRest: false, sums })),
      { tag: null, isRest: true, sums: this.#rest },
    ];
  }
}

function rowOf(
  { accounting, quanta, flow }: Line,
  markOf: (instrument: Instrument) => Px | undefined,
): TagRow["instruments"][number] {
  const { instrument, currency } = accounting;
  const open = quanta.value;
  const own = accounting.tagFigures?.({ quanta: open, flow: flow.amount });
  if (own !== undefined) {
    const qty = decimalOf({ units: own.quanta, scale: instrument.qtyRule.scale });
    return {
      instrument: instrument.id,
      qty,
      pnl: own.pnl === null ? null : decimalOf(own.pnl),
      currency,
    };
  }
  const mark = markOf(instrument);
  const isMarked = open === 0 || mark !== undefined;
  const left = flow.amount;
  const pnl = open === 0 || mark === undefined
    ? left
    : sum({ left, right: accounting.valueOf({ quanta: open, px: mark }) });
  return {
    instrument: instrument.id,
    qty: decimalOf({ units: open, scale: instrument.qtyRule.scale }),
    pnl: isMarked ? decimalOf(pnl) : null,
    currency,
  };
}

function linesOf(sums: TagSums): Line[] {
  return [...sums.lines.values()].sort((left, right) =>
    left.accounting.instrument.id - right.accounting.instrument.id
  );
}

function currenciesOf(sums: TagSums): string[] {
  return [...sums.fees.keys()].sort();
}

function nodeOf(sums: TagSums): CheckpointNode {
  const lines = linesOf(sums);
  const currencies = currenciesOf(sums);
  const fees = currencies.map((currency) => sums.feeOf(currency));
  return {
    instruments: lines.map((line) => line.accounting.instrument.id),
    quanta: lines.map((line) => `${line.quanta.units}`),
    flows: lines.map((line) => `${line.flow.sum.units}`),
    flow_scales: lines.map((line) => line.flow.scale),
    currencies,
    fees: fees.map((fee) => `${fee.sum.units}`),
    fee_scales: fees.map((fee) => fee.scale),
  };
}

function read(
  sums: TagSums,
  saved: NodeReader,
  accountingOf: (id: InstrumentId) => Accounting | undefined,
): void {
  const [quanta, flows] = [saved.texts("quanta"), saved.texts("flows")];
  const scales = saved.integers("flow_scales");
  for (const [at, id] of saved.integers("instruments").entries()) {
    const accounting = accountingOf(instrumentId(id));
    if (accounting === undefined) continue;
    const line = sums.lineOf(accounting);
    line.quanta.set(narrowed(BigInt(quanta[at] ?? "")));
    line.flow.add({ units: narrowed(BigInt(flows[at] ?? "")), scale: scales[at] ?? 0 });
  }
  const fees = saved.texts("fees");
  const feeScales = saved.integers("fee_scales");
  for (const [at, currency] of saved.texts("currencies").entries()) {
    const amount = { units: narrowed(BigInt(fees[at] ?? "")), scale: feeScales[at] ?? 0 };
    sums.feeOf(currency).add(amount);
  }
}
