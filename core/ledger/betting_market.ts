/**
 * One betting market of an account: its runners, removals and result.
 *
 * Bets move no cash; a result does. The cash of a client is a function of its bets and the result,
 * that of the account too unless the venue said what it credited: then it is that. So a bet that
 * comes or is voided after settlement, a removal reported late and a second settlement each post
 * just the difference. Account = Σ clients + external: `external` takes what rounding, commission by
 * client and the venue's own figure leave.
 *
 * Ordering: the state does not depend on the order of bets; removals apply in order of events.
 * @module
 */
import { powerOfTen } from "../decimal.ts";
import type { Contract, Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import type { NodeReader } from "../node_reader.ts";
import { clientIndex, type InstrumentId, instrumentId, seqId } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { Bets, PriceNow } from "./betting_bets.ts";
import { reducedPx, type Removal } from "./betting_reduction.ts";
import {
  commissionOn,
  type MarketResult,
  netWinnings,
  type Share,
  shareOf,
} from "./betting_result.ts";
import { narrowed } from "./exact_sum.ts";
import { type Amount, amountShown, decimalOf, negated, NOTHING, sum } from "./money.ts";
import { NO_PROFITS, plus, type Profits, worstProfit } from "./outcomes.ts";
import type { Scope } from "./pool.ts";

/** The terms of a runner. */
export type BettingTerms = Extract<Contract, { kind: "betting" }>;

/** Bets of one book by runner. */
export type BetsOf = (runner: InstrumentId) => Bets | undefined;

/** Returns the terms of an instrument. @throws {InvariantError} If it is no runner. */
export function bettingTerms({ contract }: Instrument): BettingTerms {
  invariant(contract?.kind === "betting", "A betting instrument must have the terms of one");
  return contract;
}

/** A market of one account. */
export class BettingMarket {
  readonly name: string;
  /** The listed runner with the least number: its terms are the market's. */
  #first: Instrument;
  readonly #runners = new Map<InstrumentId, Instrument>();
  readonly #removals: Removal[] = [];
  #result: MarketResult | null = null;
  /** What the venue said with the result that it credited to the account in all; null: nothing. */
  #stated: Amount | null = null;
  /** Cash that the result has moved so far. */
  readonly #posted = new Map<Scope, Amount>();

  /** Begins with its first runner. */
  constructor(first: Instrument) {
    this.#first = first;
    this.name = bettingTerms(first).market;
  }

  get currency(): string {
    return this.#terms.currency;
  }

  /** Listed runners, by number. */
  get runners(): readonly Instrument[] {
    return [...this.#runners.values()].sort((left, right) => left.id - right.id);
  }

  /** The result in force, or null while the market is not settled. */
  get result(): MarketResult | null {
    return this.#result;
  }

  /** What the venue's figure is above what the rules give the account for its bets; 0 without one. */
  adjustment(account: BetsOf): Amount {
    if (this.#stated === null) return NOTHING;
    return sum({ left: this.#stated, right: negated(this.#earned(account)) });
  }

  /** Removed runners, oldest first. */
  get removals(): readonly Removal[] {
    return this.#removals;
  }

  /** The price 1, price quanta. */
  get one(): bigint {
    return powerOfTen(this.#first.priceRule.scale);
  }

  /** Returns what forbids a runner beside the others that are listed, or undefined. */
  problemOf(runner: Instrument): string | undefined {
    const first = this.runners.find((other) => other.id !== runner.id);
    if (first === undefined) return undefined;
    const [terms, others] = [bettingTerms(runner), bettingTerms(first)];
    if (terms.currency !== others.currency) {
      return `contract currency must be the market's ${others.currency}: was ${terms.currency}`;
    }
    if (terms.winners !== others.winners) {
      return `contract winners must be the market's ${others.winners}: was ${terms.winners}`;
    }
    const { scale } = runner.priceRule;
    if (scale !== first.priceRule.scale) {
      return `price scale must be the market's ${first.priceRule.scale}: was ${scale}`;
    }
    if (runner.qtyRule.scale === first.qtyRule.scale) return undefined;
    return `quantity scale must be the market's ${first.qtyRule.scale}: was ${runner.qtyRule.scale}`;
  }

  /** Lists a runner, or lists it again. */
  list(runner: Instrument): void {
    this.#runners.set(runner.id, runner);
    if (runner.id <= this.#first.id) this.#first = runner;
  }

  has(runner: InstrumentId): boolean {
    return this.#runners.has(runner);
  }

  /** Decimals of an amount of price quanta × stake quanta. */
  get scale(): number {
    return this.#first.priceRule.scale + this.#first.qtyRule.scale;
  }

  /** Records a removal; a second one of a runner replaces factor and basis, in its place. */
  recordRemoval(removal: Removal): void {
    const at = this.#removals.findIndex((known) => known.runner === removal.runner);
    const known = this.#removals[at];
    if (known === undefined) this.#removals.push(removal);
    else this.#removals[at] = { ...removal, seqId: known.seqId };
  }

  /**
   * Records a result. `stated` is what the venue credited to the account in all, commission taken;
   * null: not said.
   */
  recordResult(result: MarketResult, stated: Amount | null): void {
    this.#result = result;
    this.#stated = stated;
  }

  /** The price now of a bet. */
  readonly priceNow: PriceNow = (traded, epoch) =>
    reducedPx(traded, {
      removals: this.#removals,
      epoch,
      priceScale: this.#first.priceRule.scale,
    });

  /** The part of a stake on a runner that wins; undefined while that is not known. */
  shareOf(runner: InstrumentId): Share | undefined {
    if (this.#removals.some((removal) => removal.runner === runner)) return null;
    return this.#result === null ? undefined : shareOf(this.#result, runner);
  }

  /** Returns the cash that the result owes a book beyond what it was posted, and counts it posted. */
  due(scope: Scope, betsOf: BetsOf): Amount {
    const target = this.#target(scope, betsOf);
    const posted = this.#posted.get(scope) ?? NOTHING;
    this.#posted.set(scope, target);
    return sum({ left: target, right: negated(posted) });
  }

  /**
   * Returns the least profit of a book over the ways the market can end, before commission, in
   * price quanta × stake quanta. `openOf` gives the worst part of open orders on a runner.
   */
  worstProfit(betsOf: BetsOf, openOf: (runner: InstrumentId) => Profits): bigint {
    const rows: Profits[] = [];
    const one = this.one;
    for (const runner of this.#runners.keys()) {
      if (this.shareOf(runner) !== undefined) continue;
      const held = betsOf(runner)?.profits(one) ?? NO_PROFITS;
      rows.push(plus({ left: held, right: openOf(runner) }));
    }
    const { winners, runners } = this.#terms;
    const isComplete = runners !== null && rows.length + this.#removals.length >= runners;
    return worstProfit(rows, { winners, isComplete });
  }

  /** Returns the state; runners come from their listings. */
  checkpoint(): CheckpointNode {
    const posted = [...this.#posted];
    return {
      name: this.name,
      removed: this.#removals.map((removal) => removal.runner),
      removed_ppm: this.#removals.map((removal) => removal.reductionPpm),
      removed_basis: this.#removals.map((removal) => removal.basis),
      removed_seq: this.#removals.map((removal) => removal.seqId),
      result: this.#result === null ? null : {
        winners: this.#result.winners.map((winner) => winner.instrument),
        places: this.#result.winners.map((winner) => winner.places),
        tied: this.#result.winners.map((winner) => winner.tied),
        voided: [...this.#result.voided],
        is_void: this.#result.isVoid,
      },
      stated: this.#stated === null ? null : decimalOf(this.#stated),
      account_posted: decimalOf(this.#posted.get("account") ?? NOTHING),
      clients: posted.map(([scope]) => scope).filter((scope) => typeof scope === "number")
        .sort((left, right) => left - right),
      posted: posted.flatMap(([scope, amount]) =>
        typeof scope === "number" ? [{ scope, amount }] : []
      ).sort((left, right) => left.scope - right.scope).map(({ amount }) => decimalOf(amount)),
    };
  }

  /** Takes the state of a checkpoint. */
  restore(saved: NodeReader): void {
    const ppm = saved.integers("removed_ppm");
    const basis = saved.texts("removed_basis");
    const seq = saved.integers("removed_seq");
    for (const [at, runner] of saved.integers("removed").entries()) {
      this.#removals.push({
        runner: instrumentId(runner),
        reductionPpm: ppm[at] ?? 0,
        basis: basis[at] === "winnings" ? "winnings" : "price",
        seqId: seqId(seq[at] ?? 0),
      });
    }
    if (saved.node("result") !== null) this.#result = readResult(saved.child("result"));
    this.#posted.set("account", amountShown(saved.text("account_posted")));
    const stated = statedIn(saved);
    this.#stated = stated === null ? null : amountShown(stated);
    const posted = saved.texts("posted");
    for (const [at, client] of saved.integers("clients").entries()) {
      this.#posted.set(clientIndex(client), amountShown(posted[at] ?? "0"));
    }
  }

  get #terms(): BettingTerms {
    return bettingTerms(this.#first);
  }

  /** Cash that a book has from the result in all. */
  #target(scope: Scope, betsOf: BetsOf): Amount {
    if (scope === "account" && this.#stated !== null) return this.#stated;
    return this.#earned(betsOf);
  }

  /** Cash that the rules give a book for the result: net winnings less commission. */
  #earned(betsOf: BetsOf): Amount {
    if (this.#result === null) return NOTHING;
    const claims = [];
    for (const runner of this.#runners.keys()) {
      const bets = betsOf(runner);
      if (bets === undefined) continue;
      const share = this.shareOf(runner) ?? null;
      claims.push({ netQuanta: bets.netQuanta, gross: bets.gross, share });
    }
    const winnings = netWinnings(claims, this.one);
    const units = narrowed(winnings - commissionOn(winnings, this.#terms));
    return { units, scale: this.#first.qtyRule.scale };
  }
}

/**
 * What was stated. An old checkpoint says only what that was above the rules when it came: the
 * figure is then what the account has; one that agreed with the rules counts as not said.
 */
function statedIn(saved: NodeReader): string | null {
  if (saved.has("stated")) return saved.textOrNull("stated");
  return saved.text("adjustment") === "0" ? null : saved.text("account_posted");
}

function readResult(saved: NodeReader): MarketResult {
  const [places, tied] = [saved.integers("places"), saved.integers("tied")];
  return {
    winners: saved.integers("winners").map((winner, at) => ({
      instrument: instrumentId(winner),
      places: places[at] ?? 0,
      tied: tied[at] ?? 1,
    })),
    voided: saved.integers("voided").map(instrumentId),
    isVoid: saved.flag("is_void"),
  };
}
