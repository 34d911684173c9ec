/**
 * Balances, positions and cash of an account, as the venue has them.
 *
 * Balances are totals: free and locked on spot, the wallet on USD-M (what is not realised is not in
 * it). A currency once reported goes on being reported, with 0 when the venue has dropped it.
 *
 * Invariant: no income is posted from before the account began here: it is in the balances that were
 * taken over, whoever reads it and however late.
 * @module
 */
import {
  canonicalDecimal,
  decimalsOf,
  fromUnits,
  powerOfTen,
  toUnits,
} from "../../../../core/decimal.ts";
import type { AccountPayloads, CashKind } from "../../../../core/event.ts";
import { px } from "../../../../core/numbers.ts";
import type { Account } from "./account.ts";
import {
  type BinanceIncome,
  parseIncome,
  parsePositions,
  parseSpotBalances,
  parseWalletBalances,
} from "./payloads.ts";
import type { Call } from "./requests.ts";
import { PayloadError } from "../payload.ts";
import { signedQtyOf } from "../reporter.ts";
import { reasonOf } from "./rest.ts";
import { readSpan, type Span } from "./spans.ts";

type Reported = AccountPayloads["AccountReported"];
type Balance = Reported["balances"][number];
/** Makes a call and hands its body on. */
type Read = (call: Call, use: (body: unknown) => void) => void;

/** What the venue calls funding. */
export const FUNDING = "FUNDING_FEE";
/** Far more than half an hour has. */
const POSTED_MAX = 10_000;
/** Income that the fills say already. */
const FROM_TRADES: ReadonlySet<string> = new Set(["REALIZED_PNL", "COMMISSION"]);

/** The account of one connection. */
export class AccountBook {
  readonly #account: Account;
  readonly #currencies = new Set<string>();
  /** Income that was posted, the newest of it. */
  readonly #posted = new Set<string>();
  #beganMs = Infinity;

  constructor(account: Account) {
    this.#account = account;
    for (const { instrument } of account.listed) {
      if (instrument.assetClass === "spot") this.#currencies.add(instrument.base);
      this.#currencies.add(instrument.quote);
    }
  }

  /**
   * When the account was taken over, or adopted, by the venue's clock; where this adapter found it so,
   * how far its first reconciliation looks back. Infinity: that is not known yet.
   */
  get beganMs(): number {
    return this.#beganMs;
  }

  beginAt(timeMs: number): void {
    this.#beganMs = timeMs;
  }

  /** Reads the account whole. What `read` throws is the caller's. */
  read(read: Read, done: (account: Reported) => void): void {
    const { requests } = this.#account;
    read(requests.account(), (body) => {
      if (requests.product === "spot") {
        return done({ balances: this.#balances(spotTotals(body)), positions: [] });
      }
      const balances = this.#balances(
        parseWalletBalances(body).map(({ asset, total }) => ({ currency: asset, total })),
      );
      read(requests.positions(), (rows) => done({ balances, positions: this.#positions(rows) }));
    });
  }

  /** Reads what came or went in a span of time, none left out. What `read` throws is the caller's. */
  readIncome(
    read: Read,
    of: {
      readonly span: Span;
      /** Absent: of every type. */
      readonly incomeType?: "FUNDING_FEE";
      readonly done: (income: readonly BinanceIncome[]) => void;
    },
  ): void {
    const { requests } = this.#account;
    const types = of.incomeType === undefined ? {} : { incomeType: of.incomeType };
    const found = new Map<string, BinanceIncome>();
    readSpan({
      ...of.span,
      product: requests.product,
      read: (span, use) =>
        read(requests.income(span, types), (body) => {
          const rows = parseIncome(body);
          for (const row of rows) found.set(keyOf(row), row);
          use(rows);
        }),
      done: () => of.done([...found.values()]),
    });
  }

  /** Reads it and posts it; `failed` says why it could not be read. */
  postIncome(
    span: Span,
    of: {
      readonly done: (income: readonly BinanceIncome[]) => void;
      readonly failed: (reason: string) => void;
    },
  ): void {
    const { failed } = of;
    const read: Read = (call, use) => {
      this.#account.rest.call(call, (result) => {
        if (result.kind !== "ok") return failed(reasonOf(result));
        try {
          use(result.body);
        } catch (error) {
          if (!(error instanceof PayloadError)) throw error;
          failed(error.message);
        }
      }, { mayWait: true });
    };
    this.readIncome(read, {
      span,
      done: (income) => {
        this.post(income);
        of.done(income);
      },
    });
  }

  /**
   * Posts cash that no execution explains. A repetition is told by the venue's number, here as well:
   * the core may be configured to remember for less long than is looked back.
   */
  post(income: readonly BinanceIncome[]): void {
    for (const row of income) {
      const key = keyOf(row);
      if (row.timeMs < this.#beganMs) continue;
      if (FROM_TRADES.has(row.incomeType) || this.#posted.has(key)) continue;
      this.#remember(key);
      const listed = row.symbol === null ? undefined : this.#account.bySymbol(row.symbol);
      const { asset: currency, income: amount, timeMs } = row;
      if (row.incomeType === FUNDING && listed !== undefined) {
        const { instrument } = listed;
        const said = { instrument, timeMs, key };
        this.#account.reporter.say("FundingPosted", { currency, amount }, said);
      } else {
        const kind = INCOME_KINDS.get(row.incomeType) ?? "adjustment";
        this.postCash({ kind, currency, amount, timeMs, key });
      }
    }
  }

  #remember(key: string): void {
    this.#posted.add(key);
    const [oldest] = this.#posted;
    if (this.#posted.size > POSTED_MAX && oldest !== undefined) this.#posted.delete(oldest);
  }

  postCash(
    cash: {
      readonly kind: CashKind;
      readonly currency: string;
      readonly amount: string;
      readonly timeMs: number;
      readonly key: string;
    },
  ): void {
    const { kind, currency, amount, timeMs, key } = cash;
    this.#currencies.add(currency);
    this.#account.reporter.say(
      "CashPosted",
      { kind, currency, amount, client: null, tag: null },
      { instrument: null, timeMs, key },
    );
  }

  #balances(rows: readonly Balance[]): readonly Balance[] {
    const totals = new Map(rows.map(({ currency, total }) => [currency, total]));
    for (const { currency, total } of rows) if (total !== "0") this.#currencies.add(currency);
    return [...this.#currencies].sort().map((currency) => ({
      currency,
      total: totals.get(currency) ?? "0",
    }));
  }

  /** Instruments that the venue does not name are flat. */
  #positions(body: unknown): Reported["positions"] {
    const rows = new Map(parsePositions(body).map((row) => [row.symbol, row]));
    return this.#account.listed.map(({ instrument, symbol }) => {
      const row = rows.get(symbol);
      if (row === undefined) return { instrument: instrument.id, qty: 0 };
      if (row.positionSide !== "BOTH") {
        throw new PayloadError(
          `Cannot read a position of ${symbol}: the account must hold long and short together ` +
            `(one-way mode): was ${row.positionSide}`,
        );
      }
      const qty = signedQtyOf(row.amount, instrument);
      const { entryPrice } = row;
      const avgPx = qty === 0 ? undefined : nearest(entryPrice, instrument.priceRule.scale);
      return {
        instrument: instrument.id,
        qty,
        ...(avgPx === undefined ? {} : { avgPx: px(avgPx), entryPrice }),
      };
    });
  }
}

/** The venue's number is one of its kind of income. */
function keyOf({ incomeType, tranId, asset }: BinanceIncome): string {
  return `income ${incomeType} ${tranId} ${asset}`;
}

const INCOME_KINDS: ReadonlyMap<string, CashKind> = new Map([
  ["TRANSFER", "transfer"],
  ["INTERNAL_TRANSFER", "transfer"],
  ["CROSS_COLLATERAL_TRANSFER", "transfer"],
  ["FUNDING_FEE", "fee"],
  ["INSURANCE_CLEAR", "adjustment"],
  ["REFERRAL_KICKBACK", "rebate"],
  ["COMMISSION_REBATE", "rebate"],
  ["API_REBATE", "rebate"],
  ["WELCOME_BONUS", "deposit"],
  ["AUTO_EXCHANGE", "adjustment"],
]);

function spotTotals(body: unknown): readonly Balance[] {
  return parseSpotBalances(body).map(({ asset, free, locked }) => ({
    currency: asset,
    total: sumOf(free, locked),
  }));
}

/** Exact; both are canonical. */
function sumOf(...parts: readonly string[]): string {
  const scale = Math.max(...parts.map(decimalsOf));
  const units = parts.reduce((sum, part) => sum + (toUnits(part, scale) ?? 0n), 0n);
  return canonicalDecimal(fromUnits(units, scale)) ?? "0";
}

/** The count of quanta nearest to a price, halves away from zero; undefined: beyond counting. */
function nearest(decimal: string, scale: number): number | undefined {
  const digits = decimalsOf(decimal);
  const units = toUnits(decimal, digits);
  if (units === undefined) return undefined;
  const divisor = powerOfTen(Math.max(0, digits - scale));
  const quanta = Number(
    (units * powerOfTen(Math.max(0, scale - digits)) + divisor / 2n) / divisor,
  );
  return Number.isSafeInteger(quanta) ? quanta : undefined;
}
