/**
 * The stricter of two limits, limit by limit: what a change without an administrator leaves.
 *
 * Fewer is stricter, `null` is the loosest; of `self_match` `refuse`, of `check_funds` `true`. A list
 * of currencies keeps every currency of either, each with the smaller amount (a tolerance: that
 * of currencies named in both). A staleness bound and a number of reports are stricter the smaller.
 * @module
 */
import { decimalsOf, toUnits } from "../decimal.ts";
import type {
  ClientLimits,
  CurrencyLimit,
  ExchangeLimits,
  FlowLimits,
  InstrumentLimits,
  OrderLimits,
  VenueLimits,
} from "../limits.ts";
import type { Rate } from "../pacing.ts";

type Pair<Value> = { readonly old: Value; readonly next: Value };

/** Of the limits on orders in an instrument. */
export function stricterOrders({ old, next }: Pair<OrderLimits>): OrderLimits {
  return {
    maxOrderQty: least({ old: old.maxOrderQty, next: next.maxOrderQty }),
    maxOrderNotional: leastAmount({ old: old.maxOrderNotional, next: next.maxOrderNotional }),
    maxPosition: least({ old: old.maxPosition, next: next.maxPosition }),
    maxOpenOrders: least({ old: old.maxOpenOrders, next: next.maxOpenOrders }),
  };
}

/** Of the limits of an instrument; of a margin the larger share is stricter. */
export function stricterInstrument({ old, next }: Pair<InstrumentLimits>): InstrumentLimits {
  return {
    ...stricterOrders({ old, next }),
    priceCollarPpm: least({ old: old.priceCollarPpm, next: next.priceCollarPpm }),
    bookStaleMs: Math.min(old.bookStaleMs, next.bookStaleMs),
    initialMarginPpm: most({ old: old.initialMarginPpm, next: next.initialMarginPpm }),
  };
}

/** Of the limits of a client. */
export function stricterClient({ old, next }: Pair<ClientLimits>): ClientLimits {
  return {
    ...stricterFlow({ old, next }),
    maxLoss: both({ old: old.maxLoss, next: next.maxLoss }),
  };
}

/** Of the limits of a venue. */
export function stricterVenue({ old, next }: Pair<VenueLimits>): VenueLimits {
  return {
    ...stricterFlow({ old, next }),
    maxLoss: both({ old: old.maxLoss, next: next.maxLoss }),
    checkFunds: old.checkFunds || next.checkFunds,
    tripwire: {
      reports: Math.min(old.tripwire.reports, next.tripwire.reports),
      tolerances: shared({ old: old.tripwire.tolerances, next: next.tripwire.tolerances }),
    },
  };
}

/** Of the limits of an exchange. */
export function stricterExchange({ old, next }: Pair<ExchangeLimits>): ExchangeLimits {
  const isRefused = old.selfMatch === "refuse" || next.selfMatch === "refuse";
  return { ...stricterFlow({ old, next }), selfMatch: isRefused ? "refuse" : "allow" };
}

/** Tells whether two limits, or plain parts of them, say the same. */
export function isSame(left: unknown, right: unknown): boolean {
  if (!isMap(left) || !isMap(right)) return left === right;
  const names = Reflect.ownKeys(left);
  return names.length === Reflect.ownKeys(right).length &&
    names.every((name) => isSame(Reflect.get(left, name), Reflect.get(right, name)));
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function stricterFlow({ old, next }: Pair<FlowLimits>): FlowLimits {
  return {
    maxOpenOrders: least({ old: old.maxOpenOrders, next: next.maxOpenOrders }),
    orderRate: slower({ old: old.orderRate, next: next.orderRate }),
  };
}

function least<Value extends number>({ old, next }: Pair<Value | null>): Value | null {
  if (old === null || next === null) return old ?? next;
  return Math.min(old, next) === old ? old : next;
}

function most({ old, next }: Pair<number | null>): number | null {
  if (old === null) return next;
  if (next === null) return old;
  return Math.max(old, next);
}

function slower({ old, next }: Pair<Rate | null>): Rate | null {
  if (old === null || next === null) return old ?? next;
  return {
    perSecond: Math.min(old.perSecond, next.perSecond),
    burst: Math.min(old.burst, next.burst),
  };
}

function leastAmount({ old, next }: Pair<string | null>): string | null {
  if (old === null || next === null) return old ?? next;
  return isLess({ left: old, right: next }) ? old : next;
}

function both({ old, next }: Pair<readonly CurrencyLimit[]>): readonly CurrencyLimit[] {
  const rest = old.filter(({ currency }) => next.every((limit) => limit.currency !== currency));
  const named = next.map((limit) => smaller(limit, old));
  return [...named, ...rest];
}

function shared({ old, next }: Pair<readonly CurrencyLimit[]>): readonly CurrencyLimit[] {
  return next.filter(({ currency }) => old.some((limit) => limit.currency === currency))
    .map((limit) => smaller(limit, old));
}

function smaller(limit: CurrencyLimit, others: readonly CurrencyLimit[]): CurrencyLimit {
  const other = others.find(({ currency }) => currency === limit.currency);
  if (other === undefined || isLess({ left: limit.most, right: other.most })) return limit;
  return other;
}

function isLess(of: { readonly left: string; readonly right: string }): boolean {
  const scale = Math.max(decimalsOf(of.left), decimalsOf(of.right));
  return (toUnits(of.left, scale) ?? 0n) < (toUnits(of.right, scale) ?? 0n);
}
