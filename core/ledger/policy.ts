/**
 * Accounting policies: the seam between the books and the classes of instrument.
 *
 * One class = one policy (`spot.ts`, `linear.ts`, …): a constant that makes the rules of an instrument
 * (`Accounting`, made once per listing) and, with them, one kind of position per book.
 * What a policy promises:
 *
 * 1. *Executions are additive.* `legsOf` depends on the execution alone, never on what a book holds,
 *    and is odd in the quantity: the legs of a sale are those of a purchase with opposite signs. The
 *    same legs are posted to the account book and to the owner's.
 * 2. *A position says what it adds to posted cash.* Where cash follows what a book holds (realised
 *    P&L by its own average cost, collateral bound by a short), the policy posts the full flow and
 *    `carried` gives the difference: shown cash = posted + Σ `carried`. A flat position carries 0.
 * 3. *Two integers conserve*: `quanta` and `flow`, which `book` and `reverse` change additively.
 *    After every posting they are those of the sub-books and `external` together. A class that has
 *    nothing to say with one of them leaves it 0.
 * 4. *Check first, change after*: `assertBookable` throws for what `book` cannot take exactly, and
 *    changes nothing; after it `book` and `reverse` do not throw.
 * 5. `reverse` undoes a booked execution to the last unit of `quanta`, `flow` and cash.
 *
 * Facts that are not executions (settlement, split, resolution, funding) are functions over an
 * `Account`: they change the books through its `post` and `settle`, which keep the sums.
 * @module
 */
import type { Digest } from "../digest.ts";
import type { AssetClass, Instrument } from "../instrument.ts";
import { unreachable } from "../invariant.ts";
import type { NodeReader } from "../node_reader.ts";
import type { Px, SeqId } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { Account, Owner } from "./account.ts";
import { BETTING } from "./betting.ts";
import type { BettingPosition } from "./betting_position.ts";
import { BINARY } from "./binary.ts";
import type { BinaryPosition } from "./binary_position.ts";
import type { CostPosition } from "./cost_position.ts";
import type { ExactSum, Wide } from "./exact_sum.ts";
import { INVERSE } from "./inverse.ts";
import { LINEAR } from "./linear.ts";
import type { Amount } from "./money.ts";
import type { Profits } from "./outcomes.ts";
import type { Pools } from "./pools.ts";
import { SPOT } from "./spot.ts";

/** Quanta, signed, to be valued at a price: of an execution, a position, a tag. */
export type Valued = { readonly quanta: Wide; readonly px: Px };

/** An execution as a position sees it: quanta bought (above 0) or sold (below), at a price. */
export type Change = {
  readonly quanta: number;
  readonly px: Px;
  /** The event that booked it; bets need it. */
  readonly booked?: SeqId | undefined;
  /** The venue may still void it: what is bought may not be sold yet (binary). */
  readonly isProvisional?: boolean | undefined;
};

/** A movement of cash: above 0 is received. */
export type CashLeg = { readonly currency: string; readonly amount: Amount };

/** What a row of `positions` shows; decimals in the position's currency. */
export type PositionFigures = {
  /** Signed. */
  readonly qty: string;
  /** null when flat. */
  readonly avgPx: string | null;
  readonly realisedPnl: string;
  /** null without a mark while something is open. */
  readonly unrealisedPnl: string | null;
};

/** Sums of one tag in one instrument; `flow` is Σ sold − Σ bought. */
export type TagSum = { readonly quanta: Wide; readonly flow: Amount };

/** What a tag's row shows; `pnl` null: not known. */
export type TagFigures = { readonly quanta: Wide; readonly pnl: Amount | null };

/** What is at stake, in the position's currency; both 0 or above. */
export type Exposure = {
  readonly atEntry: Amount;
  /** null without a mark while something is open. */
  readonly atMark: Amount | null;
};

/** What every kind of position can do: one book's holding of one instrument. */
export interface PositionBase {
  readonly instrument: Instrument;
  /** Currency of average cost, P&L, `carried` and exposure. */
  readonly currency: string;
  /** Signed quantity; conserves. */
  readonly quanta: number;
  /** Signed quantity that is open: 0 once it is settled. */
  readonly heldQuanta: number;
  /** Σ sold − Σ bought of the class's value; conserves. */
  readonly flow: ExactSum;
  /** False: `carried` is always nothing. */
  readonly mayCarry: boolean;
  /** What shown cash has beyond posted cash. */
  readonly carried: Amount;
  /** @throws {InvariantError} If `book` could not take it. */
  assertBookable(change: Change): void;
  /** @throws {InvariantError} If `reverse` could not take it. */
  assertReversible(change: Change): void;
  book(change: Change): void;
  reverse(change: Change): void;
  figures(mark: Px | undefined): PositionFigures;
  exposure(mark: Px | undefined): Exposure;
  checkpoint(): CheckpointNode;
  /** Mixes what it holds into a digest. */
  mixInto(digest: Digest): void;
}

/** A position, told apart by `kind`. */
export type Position = CostPosition | BinaryPosition | BettingPosition;

/** How one instrument is accounted. */
export interface Accounting {
  readonly instrument: Instrument;
  /** Currency of average cost, P&L, `carried` and exposure. */
  readonly currency: string;
  /** Cash that an execution posts, commission apart. @throws {InvariantError} If it has none. */
  legsOf(change: Change): readonly CashLeg[];
  /** What so much is worth at a price, in `currency`: `book` takes it from `flow`. */
  valueOf(of: Valued): Amount;
  /** The same without its sign: what is at stake. */
  notionalOf(change: Change): Amount;
  /** What a tag's sums show where price × quantity does not say it; undefined: it does. */
  tagFigures?(of: TagSum): TagFigures | undefined;
  /** What an open order can lose by outcome; absent where a class has no outcomes. */
  openProfits?(change: Change): Profits;
  /** Posts what an execution booked or reversed late changes; returns the currencies touched. */
  followUp?(account: Account, owner: Owner): readonly string[];
  /** Returns an empty position. */
  open(): Position;
  /** Returns the position that a checkpoint holds. */
  restore(saved: NodeReader): Position;
}

/** How one class of instrument is accounted. */
export interface AccountingPolicy {
  /** Returns what is wrong with the terms, "<what must hold>: was <value>", or undefined. */
  problemOf(instrument: Instrument): string | undefined;
  /** Returns the rules for an instrument without a problem, listed in `pools`. */
  accountingOf(instrument: Instrument, pools: Pools): Accounting;
}

/** Returns the policy of a class. */
export function policyOf(assetClass: AssetClass): AccountingPolicy {
  switch (assetClass) {
    case "spot":
      return SPOT;
    case "linear":
      return LINEAR;
    case "inverse":
      return INVERSE;
    case "binary":
      return BINARY;
    case "betting":
      return BETTING;
    default:
      return unreachable(assetClass);
  }
}

/** Returns the sentence that refuses to list the instrument, or undefined if its class takes it. */
export function policyProblem(instrument: Instrument): string | undefined {
  const { assetClass, contract, name } = instrument;
  const kind = assetClass === "spot" ? undefined : assetClass;
  const problem = contract?.kind === kind
    ? policyOf(assetClass).problemOf(instrument)
    : `contract must be ${kind ?? "absent"}: was ${contract?.kind ?? "absent"}`;
  return problem === undefined ? undefined : `Cannot list ${name}: ${problem}`;
}
