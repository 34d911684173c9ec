/**
 * One binary condition of an account: its outcomes, what they were resolved to and settled at.
 *
 * A resolution marks and may be amended; a settlement pays, and is remembered, so that what is
 * booked or voided after it is paid or taken back at the same share.
 * @module
 */
import type { Instrument } from "../instrument.ts";
import type { NodeReader } from "../node_reader.ts";
import { type InstrumentId, instrumentId, type Px } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import {
  type BinaryTerms,
  binaryTerms,
  complementOf,
  payoutPx,
  type PayoutShare,
} from "./binary_terms.ts";
import { type Amount, amountShown, decimalOf, NOTHING } from "./money.ts";

/** One outcome, shared by the positions of all books. */
export class Outcome {
  #instrument: Instrument;
  #payout: Px;
  /** What it was resolved to, or null. */
  resolved: PayoutShare | null = null;
  /** What it was settled at, or null. */
  settled: PayoutShare | null = null;
  /** What the venue said at the settlement that it credited to the account in all; null: nothing. */
  stated: Amount | null = null;
  /** What that is above what the rules give the account; posted to it, so that it has the figure. */
  adjustment: Amount = NOTHING;

  constructor(instrument: Instrument) {
    this.#instrument = instrument;
    this.#payout = payoutPx(instrument);
  }

  /** As last listed. */
  get instrument(): Instrument {
    return this.#instrument;
  }

  get terms(): BinaryTerms {
    return binaryTerms(this.#instrument);
  }

  /** What a contract pays, price quanta. */
  get payout(): Px {
    return this.#payout;
  }

  /** Takes the terms of a later listing. */
  list(instrument: Instrument): void {
    this.#instrument = instrument;
    this.#payout = payoutPx(instrument);
  }
}

/** The outcomes of a condition. */
export class BinaryCondition {
  readonly name: string;
  readonly #outcomes = new Map<InstrumentId, Outcome>();
  /** The same by number of instrument. */
  #sorted: readonly Outcome[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** Outcomes by number of instrument. */
  get outcomes(): readonly Outcome[] {
    return this.#sorted;
  }

  outcome(instrument: InstrumentId): Outcome | undefined {
    return this.#outcomes.get(instrument);
  }

  /** The outcome that names another as its complement and is named by it, if both are listed. */
  complementOf(outcome: Outcome): Outcome | undefined {
    return this.outcomes.find((other) =>
      other !== outcome && other.instrument.symbol === outcome.terms.complement &&
      other.terms.complement === outcome.instrument.symbol
    );
  }

  /** The two outcomes of a condition that has just these and holds them apart, else undefined. */
  get pair(): readonly [Outcome, Outcome] | undefined {
    const [left, right, ...rest] = this.outcomes;
    if (left === undefined || right === undefined || rest.length > 0) return undefined;
    const isPair = this.complementOf(left) === right && left.terms.netting === "perOutcome";
    return isPair ? [left, right] : undefined;
  }

  /** Returns what forbids an outcome beside those that are listed, or undefined. */
  problemOf(instrument: Instrument): string | undefined {
    const [first] = this.outcomes.filter((outcome) => outcome.instrument.id !== instrument.id);
    if (first === undefined) return undefined;
    const terms = binaryTerms(instrument);
    for (const key of ["collateral", "payout", "netting"] as const) {
      if (terms[key] !== first.terms[key]) {
        return `contract ${key} must be the condition's ${first.terms[key]}: was ${terms[key]}`;
      }
    }
    if (instrument.priceRule.scale !== first.instrument.priceRule.scale) {
      const { scale } = first.instrument.priceRule;
      return `price scale must be the condition's ${scale}: was ${instrument.priceRule.scale}`;
    }
    if (instrument.qtyRule.scale === first.instrument.qtyRule.scale) return undefined;
    const { scale } = first.instrument.qtyRule;
    return `quantity scale must be the condition's ${scale}: was ${instrument.qtyRule.scale}`;
  }

  /** Lists an outcome; listed again, it keeps its state. */
  list(instrument: Instrument): void {
    const known = this.#outcomes.get(instrument.id);
    if (known !== undefined) return known.list(instrument);
    this.#outcomes.set(instrument.id, new Outcome(instrument));
    this.#sorted = [...this.#outcomes.values()].sort((left, right) =>
      left.instrument.id - right.instrument.id
    );
  }

  /** Marks an outcome, and its complement with the rest. */
  resolve(outcome: Outcome, share: PayoutShare): void {
    outcome.resolved = share;
    const other = this.complementOf(outcome);
    if (other !== undefined) other.resolved = complementOf(share);
  }

  /** Returns the state; outcomes come from their listings. */
  checkpoint(): CheckpointNode {
    const outcomes = this.outcomes;
    return {
      name: this.name,
      instruments: outcomes.map((outcome) => outcome.instrument.id),
      resolved: outcomes.map((outcome) => shareNode(outcome.resolved)),
      settled: outcomes.map((outcome) => shareNode(outcome.settled)),
      stated: outcomes.map(({ stated }) => stated === null ? "" : decimalOf(stated)),
      adjustments: outcomes.map((outcome) => decimalOf(outcome.adjustment)),
    };
  }

  /**
   * Takes the state of a checkpoint. An old one does not say what was stated: `learnStated` in
   * `binary_facts.ts` does, once the account's position is there.
   */
  restore(saved: NodeReader): void {
    const stated = saved.has("stated") ? saved.texts("stated") : [];
    const [resolved, settled] = [saved.texts("resolved"), saved.texts("settled")];
    const adjustments = saved.texts("adjustments");
    for (const [at, id] of saved.integers("instruments").entries()) {
      const outcome = this.#outcomes.get(instrumentId(id));
      if (outcome === undefined) continue;
      outcome.resolved = readShare(resolved[at]);
      outcome.settled = readShare(settled[at]);
      const figure = stated[at] ?? "";
      outcome.stated = figure === "" ? null : amountShown(figure);
      outcome.adjustment = amountShown(adjustments[at] ?? "0");
    }
  }
}

function shareNode(share: PayoutShare | null): string {
  return share === null ? "" : `${share.numerator}/${share.denominator}`;
}

function readShare(text: string | undefined): PayoutShare | null {
  if (text === undefined || text === "") return null;
  const [numerator, denominator] = text.split("/").map(Number);
  return { numerator: numerator ?? 0, denominator: denominator ?? 1 };
}
