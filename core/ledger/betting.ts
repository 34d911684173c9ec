/**
 * Accounting of betting: a bet moves no cash, the result of its market does. A Buy backs, a Sell
 * lays, at decimal odds; the quantity is the stake.
 * @module
 */
import type { Instrument } from "../instrument.ts";
import type { NodeReader } from "../node_reader.ts";
import type { Account, Owner } from "./account.ts";
import { settleLate } from "./betting_facts.ts";
import { type BettingMarket, bettingTerms } from "./betting_market.ts";
import { BettingPosition } from "./betting_position.ts";
import { narrowed, productOf } from "./exact_sum.ts";
import type { Amount } from "./money.ts";
import { NO_PROFITS, type Profits, worstPart } from "./outcomes.ts";
import type {
  Accounting,
  AccountingPolicy,
  CashLeg,
  Change,
  TagFigures,
  TagSum,
  Valued,
} from "./policy.ts";
import type { Pools } from "./pools.ts";

const MILLION = 1_000_000;

/** Rules of one runner. */
export class BettingAccounting implements Accounting {
  readonly instrument: Instrument;
  readonly market: BettingMarket;

  constructor(instrument: Instrument, market: BettingMarket) {
    this.instrument = instrument;
    this.market = market;
  }

  get currency(): string {
    return this.market.currency;
  }

  legsOf(): readonly CashLeg[] {
    return [];
  }

  /** Stake × price: a gross return, of which `flow` is the sum. */
  valueOf({ quanta, px }: Valued): Amount {
    const { priceRule, qtyRule } = this.instrument;
    const units = productOf({ left: quanta, right: px });
    return { units, scale: priceRule.scale + qtyRule.scale };
  }

  /** The liability: the stake of a back, stake × (price − 1) of a lay. */
  notionalOf(change: Change): Amount {
    const { ifWon, ifLost } = this.openProfits(change);
    const { priceRule, qtyRule } = this.instrument;
    return { units: narrowed(-(ifWon + ifLost)), scale: priceRule.scale + qtyRule.scale };
  }

  /** What an open order can lose if the runner wins and if it loses, both 0 or below. */
  openProfits({ quanta, px }: Change): Profits {
    if (this.market.shareOf(this.instrument.id) !== undefined) return NO_PROFITS;
    const { one } = this.market;
    const ifWon = BigInt(quanta) * (BigInt(px) - one);
    return worstPart({ ifWon, ifLost: -BigInt(quanta) * one });
  }

  /** Net stake as traded; results are by market, not by tag. */
  tagFigures({ quanta }: TagSum): TagFigures {
    return { quanta, pnl: null };
  }

  open(): BettingPosition {
    return new BettingPosition(this.instrument, this.market);
  }

  restore(saved: NodeReader): BettingPosition {
    return this.open().restore(saved);
  }

  followUp(account: Account, owner: Owner): readonly string[] {
    return settleLate(account, { market: this.market, owner });
  }
}

/** The policy of betting. */
export const BETTING: AccountingPolicy = {
  problemOf: bettingProblem,

  accountingOf(instrument: Instrument, pools: Pools): Accounting {
    return new BettingAccounting(instrument, pools.market(instrument));
  },
};

function bettingProblem(instrument: Instrument): string | undefined {
  const { market, currency, commissionPpm, discountPpm, winners, runners } = bettingTerms(
    instrument,
  );
  if (market === "") return "contract market must name one: was empty";
  if (currency === "") return "contract currency must be a currency: was empty";
  if (!isShare(commissionPpm)) {
    return `contract commission_ppm must be 0 to ${MILLION}: was ${commissionPpm}`;
  }
  if (!isShare(discountPpm)) {
    return `contract discount_ppm must be 0 to ${MILLION}: was ${discountPpm}`;
  }
  if (!Number.isSafeInteger(winners) || winners < 1) {
    return `contract winners must be 1 or more: was ${winners}`;
  }
  if (runners === null || (Number.isSafeInteger(runners) && runners >= 1)) return undefined;
  return `contract runners must be 1 or more, or null: was ${runners}`;
}

function isShare(ppm: number): boolean {
  return Number.isSafeInteger(ppm) && ppm >= 0 && ppm <= MILLION;
}
