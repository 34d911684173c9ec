/**
 * The pools of a ledger: betting markets and binary conditions, by venue and name.
 *
 * Bound: one per market or condition that a listed instrument names.
 * @module
 */
import type { Instrument } from "../instrument.ts";
import { invariant, unreachable } from "../invariant.ts";
import { NodeReader } from "../node_reader.ts";
import { type VenueId, venueId } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import { BettingMarket, bettingTerms } from "./betting_market.ts";
import { BinaryCondition, type Outcome } from "./binary_condition.ts";
import { binaryTerms } from "./binary_terms.ts";

/** Pools by the venue's number and their name at the venue. */
type ByVenue<Pool> = Map<VenueId, Map<string, Pool>>;

/** Markets and conditions of every venue. */
export class Pools {
  readonly #markets: ByVenue<BettingMarket> = new Map();
  readonly #conditions: ByVenue<BinaryCondition> = new Map();

  /**
   * Lists an instrument in its pool. Returns what forbids it beside those already there, "<what
   * must hold>: was <value>", or undefined.
   */
  list(instrument: Instrument): string | undefined {
    switch (instrument.assetClass) {
      case "spot":
      case "linear":
      case "inverse":
        return undefined;
      case "binary":
        return listIn(this.#conditionOf(instrument), instrument);
      case "betting":
        return listIn(this.#marketOf(instrument), instrument);
      default:
        return unreachable(instrument.assetClass);
    }
  }

  /** Returns a betting market, or undefined if no runner of it is listed. */
  marketNamed(venue: VenueId, name: string): BettingMarket | undefined {
    return this.#markets.get(venue)?.get(name);
  }

  /** Returns the betting markets of a venue, in order of listing. */
  marketsOf(venue: VenueId): Iterable<BettingMarket> {
    return this.#markets.get(venue)?.values() ?? [];
  }

  /** Returns the binary conditions of a venue, in order of listing. */
  conditionsOf(venue: VenueId): Iterable<BinaryCondition> {
    return this.#conditions.get(venue)?.values() ?? [];
  }

  /** Returns a binary condition, or undefined if no outcome of it is listed. */
  conditionNamed(venue: VenueId, name: string): BinaryCondition | undefined {
    return this.#conditions.get(venue)?.get(name);
  }

  /** Returns the market of a runner. @throws {InvariantError} If it is not listed. */
  market(runner: Instrument): BettingMarket {
    const market = this.marketNamed(runner.venue, bettingTerms(runner).market);
    invariant(market?.has(runner.id) === true, "A runner must be listed in its market");
    return market;
  }

  /** Returns the condition and outcome of an instrument. @throws {InvariantError} As `market`. */
  outcome(
    instrument: Instrument,
  ): { readonly condition: BinaryCondition; readonly outcome: Outcome } {
    const { condition: name } = binaryTerms(instrument);
    const condition = this.conditionNamed(instrument.venue, name);
    const outcome = condition?.outcome(instrument.id);
    const isListed = condition !== undefined && outcome !== undefined;
    invariant(isListed, "An outcome must be listed in its condition");
    return { condition, outcome };
  }

  /** Returns the whole state: venues by number, pools by name. */
  checkpoint(): CheckpointNode {
    return { markets: poolNodes(this.#markets), conditions: poolNodes(this.#conditions) };
  }

  /** Takes the state of a checkpoint; its instruments must be listed. */
  restore(saved: NodeReader): void {
    for (const { venue, name, pool } of readPools(saved.rows("markets"))) {
      this.marketNamed(venue, name)?.restore(pool);
    }
    for (const { venue, name, pool } of readPools(saved.rows("conditions"))) {
      this.conditionNamed(venue, name)?.restore(pool);
    }
  }

  #marketOf(runner: Instrument): BettingMarket {
    const { market: name } = bettingTerms(runner);
    return ensure(this.#markets, {
      venue: runner.venue,
      name,
      make: () => new BettingMarket(runner),
    });
  }

  #conditionOf(instrument: Instrument): BinaryCondition {
    const { condition: name } = binaryTerms(instrument);
    return ensure(this.#conditions, {
      venue: instrument.venue,
      name,
      make: () => new BinaryCondition(name),
    });
  }
}

function listIn(
  pool: { problemOf(instrument: Instrument): string | undefined; list(each: Instrument): void },
  instrument: Instrument,
): string | undefined {
  const problem = pool.problemOf(instrument);
  if (problem === undefined) pool.list(instrument);
  return problem;
}

function ensure<Pool>(
  pools: ByVenue<Pool>,
  of: { readonly venue: VenueId; readonly name: string; readonly make: () => Pool },
): Pool {
  const named = pools.get(of.venue) ?? new Map<string, Pool>();
  pools.set(of.venue, named);
  const pool = named.get(of.name) ?? of.make();
  named.set(of.name, pool);
  return pool;
}

function poolNodes(pools: ByVenue<{ checkpoint(): CheckpointNode }>): CheckpointNode {
  return [...pools].sort(([left], [right]) => left - right).map(([venue, named]) => {
    const names = [...named.keys()].sort();
    return { venue, names, pools: names.map((name) => named.get(name)?.checkpoint() ?? null) };
  });
}

function* readPools(
  rows: readonly NodeReader[],
): Generator<{ readonly venue: VenueId; readonly name: string; readonly pool: NodeReader }> {
  for (const row of rows) {
    const names = row.texts("names");
    for (const [at, pool] of row.rows("pools").entries()) {
      yield { venue: venueId(row.integer("venue")), name: names[at] ?? "", pool };
    }
  }
}
