/**
 * The ledger's naive twin: keeps every posting of an account and computes each figure anew, with
 * exact fractions, from the page alone. Slow, plain, shares nothing with the ledger.
 * @module
 */
import type { Instrument, Side } from "../../core/instrument.ts";

/** An exact fraction, denominator above 0. */
export type Fraction = { readonly n: bigint; readonly d: bigint };

/** An execution as the twin needs it; `owner` null: external. */
export type NaiveExecution = {
  readonly owner: number | null;
  readonly instrument: Instrument;
  readonly side: Side;
  readonly qty: number;
  readonly px: number;
  readonly commission: string;
  readonly commissionCurrency: string;
  /** By how many quanta it moves positions, if not by its quantity; of {@link netted}. */
  readonly net?: bigint;
};

/** What a position shows, exact but for `cost`, which is rounded as the page says. */
export type NaivePosition = {
  readonly quanta: bigint;
  readonly flow: Fraction;
  readonly cost: Fraction;
};

/** Returns the fraction that a decimal says. */
export function fraction(decimal: string): Fraction {
  const [whole = "", decimals = ""] = decimal.split(".");
  return { n: BigInt(whole + decimals), d: 10n ** BigInt(decimals.length) };
}

export function plus(left: Fraction, right: Fraction): Fraction {
  return { n: left.n * right.d + right.n * left.d, d: left.d * right.d };
}

export function times(left: Fraction, right: Fraction): Fraction {
  return { n: left.n * right.n, d: left.d * right.d };
}

export function minus({ n, d }: Fraction): Fraction {
  return { n: -n, d };
}

/** Returns the fraction rounded half-even to a scale. */
export function rounded({ n, d }: Fraction, scale: number): Fraction {
  const power = 10n ** BigInt(scale);
  const [top, negative] = n < 0n ? [-n * power, true] : [n * power, false];
  const floor = top / d;
  const twice = (top - floor * d) * 2n;
  const up = twice > d || (twice === d && floor % 2n === 1n);
  const units = up ? floor + 1n : floor;
  return { n: negative ? -units : units, d: power };
}

/** Tells whether two fractions are the same number. */
export function same(left: Fraction, right: Fraction): boolean {
  return left.n * right.d === right.n * left.d;
}

function inverse({ n, d }: Fraction): Fraction {
  return n < 0n ? { n: -d, d: -n } : { n: d, d: n };
}

/** Returns the scale to which a cost is rounded. */
function costScaleOf({ assetClass, contract, priceRule, qtyRule }: Instrument): number {
  if (assetClass === "inverse") return 24;
  const multiplier = contract?.kind === "linear" ? contract.multiplier : "1";
  const decimals = multiplier.split(".")[1]?.length ?? 0;
  return Math.max(12, priceRule.scale + qtyRule.scale + decimals);
}

/** Returns what a quantity is worth at a price. */
export function naiveValue(instrument: Instrument, quanta: bigint, px: number): Fraction {
  const quantity = { n: quanta, d: 10n ** BigInt(instrument.qtyRule.scale) };
  const price = { n: BigInt(px), d: 10n ** BigInt(instrument.priceRule.scale) };
  const { contract } = instrument;
  if (contract?.kind === "inverse") {
    const worth = times(times(quantity, fraction(contract.multiplier)), inverse(price));
    return rounded(minus(worth), 24);
  }
  const multiplier = contract?.kind === "linear" ? contract.multiplier : "1";
  return times(times(quantity, price), fraction(multiplier));
}

/** Returns the currency in which an instrument is valued. */
function naiveCurrency({ contract, quote }: Instrument): string {
  return contract?.kind === "linear" || contract?.kind === "inverse" ? contract.settlement : quote;
}

function signed({ side, qty }: NaiveExecution): bigint {
  return side === "Buy" ? BigInt(qty) : -BigInt(qty);
}

/** Returns executions with what each moves positions by: less what its commission takes off a base. */
export function netted(executions: readonly NaiveExecution[]): readonly NaiveExecution[] {
  return executions.map((each, at) => {
    const before = executions.slice(0, at).filter(({ owner, instrument }) =>
      owner === each.owner && instrument === each.instrument
    );
    return { ...each, net: signed(each) - takenQuanta([...before, each]) + takenQuanta(before) };
  });
}

/** Whole quanta that commissions of one owner took off the base of one instrument, rounded up. */
function takenQuanta(executions: readonly NaiveExecution[]): bigint {
  let taken: Fraction = { n: 0n, d: 1n };
  for (const { instrument, commission, commissionCurrency } of executions) {
    if (instrument.assetClass !== "spot" || commissionCurrency !== instrument.base) continue;
    const quanta = { n: 10n ** BigInt(instrument.qtyRule.scale), d: 1n };
    taken = plus(taken, times(fraction(commission), quanta));
  }
  const { n, d } = taken;
  return n > 0n ? (n + d - 1n) / d : n / d;
}

/** Returns the position that executions of one book in one instrument lead to. */
export function naivePosition(executions: readonly NaiveExecution[]): NaivePosition {
  let quanta = 0n;
  let flow: Fraction = { n: 0n, d: 1n };
  let cost: Fraction = { n: 0n, d: 1n };
  for (const each of executions) {
    const change = each.net ?? signed(each);
    const after = quanta + change;
    const value = naiveValue(each.instrument, change, each.px);
    flow = plus(flow, minus(value));
    if (quanta === 0n || quanta > 0n === change > 0n) cost = plus(cost, value);
    else if (after === 0n || after > 0n !== quanta > 0n) {
      cost = naiveValue(each.instrument, after, each.px);
    } else {
      const share = { n: change < 0n ? -change : change, d: quanta < 0n ? -quanta : quanta };
      cost = plus(cost, minus(rounded(times(cost, share), costScaleOf(each.instrument))));
    }
    quanta = after;
  }
  return { quanta, flow, cost };
}

/** Returns the shown cash of one book, from its executions in order. */
export function naiveCash(executions: readonly NaiveExecution[], currency: string): Fraction {
  let cash: Fraction = { n: 0n, d: 1n };
  const instruments = new Set(executions.map((each) => each.instrument));
  for (const each of executions) {
    if (each.commissionCurrency === currency) {
      cash = plus(cash, minus(fraction(each.commission)));
    }
    if (each.instrument.assetClass !== "spot") continue;
    const { instrument } = each;
    if (instrument.base === currency) {
      cash = plus(cash, { n: signed(each), d: 10n ** BigInt(instrument.qtyRule.scale) });
    }
    if (instrument.quote === currency) {
      cash = plus(cash, minus(naiveValue(instrument, signed(each), each.px)));
    }
  }
  for (const instrument of instruments) {
    if (instrument.assetClass === "spot" || naiveCurrency(instrument) !== currency) continue;
    const { flow, cost } = naivePosition(
      executions.filter((each) => each.instrument === instrument),
    );
    cash = plus(plus(cash, flow), cost);
  }
  return cash;
}
