/**
 * Outcomes that exclude each other, runners of a market or tokens of a condition: what a book earns
 * by each, and the worst that can happen.
 *
 * A row says what is held in one outcome: its profit if the outcome comes true and if it does not.
 * The profit of a scenario is the sum over rows. Amounts are money units of one scale.
 * @module
 */
import { invariant } from "../invariant.ts";

/** What one outcome's holdings earn if it comes true, and if it does not. */
export type Profits = { readonly ifWon: bigint; readonly ifLost: bigint };

/** Holdings of nothing. */
export const NO_PROFITS: Profits = { ifWon: 0n, ifLost: 0n };

/** Which scenarios there are. */
export type Scenarios = {
  /** How many of the outcomes come true together. */
  readonly winners: number;
  /** True if every outcome that can come true has its row, so that `winners` of them must. */
  readonly isComplete: boolean;
};

/** Returns the sum of two rows of one outcome. */
export function plus(of: { readonly left: Profits; readonly right: Profits }): Profits {
  return {
    ifWon: of.left.ifWon + of.right.ifWon,
    ifLost: of.left.ifLost + of.right.ifLost,
  };
}

/**
 * Returns the part of an open order that can hurt: it may be filled in each scenario in which it
 * loses, and left in each in which it would win.
 */
export function worstPart(of: Profits): Profits {
  return { ifWon: least(of.ifWon, 0n), ifLost: least(of.ifLost, 0n) };
}

/**
 * Returns the least profit over all scenarios; above 0, it is locked in.
 *
 * With L = Σ ifLost, the scenario in which the set W wins earns L + Σ over W of (ifWon − ifLost).
 * The worst W holds the `winners` smallest differences; where another, unlisted outcome may win in
 * a row's place, only those below 0.
 */
export function worstProfit(rows: Iterable<Profits>, of: Scenarios): bigint {
  invariant(Number.isInteger(of.winners) && of.winners >= 1, "Winners must be 1 or more");
  let profit = 0n;
  const smallest: bigint[] = []; // ascending, at most `winners`
  for (const { ifWon, ifLost } of rows) {
    profit += ifLost;
    insert(smallest, ifWon - ifLost);
    if (smallest.length > of.winners) smallest.pop();
  }
  for (const difference of smallest) {
    if (of.isComplete || difference < 0n) profit += difference;
  }
  return profit;
}

function insert(ascending: bigint[], value: bigint): void {
  let at = ascending.length;
  while (at > 0 && (ascending[at - 1] ?? value) > value) at--;
  ascending.splice(at, 0, value);
}

function least(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}
