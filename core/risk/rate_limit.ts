/**
 * Guard: how many orders may be sent per second, by client, venue and exchange.
 *
 * A Place and a Replace cost one token of each bucket that is in force, taken when the order is let
 * in; what is refused, a cancel and `validate_only` cost nothing.
 * @module
 */
import type { Micros } from "../numbers.ts";
import { type Bucket, fullBucket, hasToken, type Rate, refill, takeToken } from "../pacing.ts";
import { type Guard, type Refusal, refusal, type RiskRequest } from "./guard.ts";
import type { ClientScope, InstrumentScope } from "./scopes.ts";

/** Refuses an order that comes too soon after others. */
export const RATE_LIMIT: Guard = { name: "rate_limit", check: checkRate };

type Scope = {
  readonly limits: { readonly orderRate: Rate | null };
  bucket: Bucket | null;
  readonly key: string;
};

function checkRate({ client, listed, nowUs }: RiskRequest): Refusal | undefined {
  const { venue } = listed;
  return checkScope(client, nowUs) ?? checkScope(venue, nowUs) ??
    checkScope(venue.exchange, nowUs);
}

function checkScope(scope: Scope, nowUs: Micros): Refusal | undefined {
  const rate = scope.limits.orderRate;
  if (rate === null || hasToken(filled(scope, { rate, nowUs }))) return undefined;
  const { perSecond, burst } = rate;
  const rule = `orders must come at no more than ${perSecond} per second ` +
    `(${scope.key}.order_rate.per_second), ${burst} at once`;
  return refusal("RATE_LIMIT", `${rule}: was faster`);
}

/** Takes the token of an order that was let in, of every bucket that is in force. */
export function chargeOrder(
  of: { readonly client: ClientScope; readonly listed: InstrumentScope; readonly nowUs: Micros },
): void {
  const { client, listed, nowUs } = of;
  charge(client, nowUs);
  charge(listed.venue, nowUs);
  charge(listed.venue.exchange, nowUs);
}

function charge(scope: Scope, nowUs: Micros): void {
  const rate = scope.limits.orderRate;
  if (rate !== null) takeToken(filled(scope, { rate, nowUs }));
}

/** The bucket with what has accrued; one that was never looked at is full. */
function filled(
  scope: Scope,
  of: { readonly rate: Rate; readonly nowUs: Micros },
): Bucket {
  scope.bucket ??= fullBucket(of.rate, of.nowUs);
  refill(scope.bucket, of.rate, of.nowUs);
  return scope.bucket;
}
