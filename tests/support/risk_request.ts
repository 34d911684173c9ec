/**
 * A request to the guards, with everything that they look at, made by hand.
 * @module
 */
import { Book } from "../../core/book.ts";
import type { Instrument, Side } from "../../core/instrument.ts";
import type { Amount } from "../../core/ledger/money.ts";
import {
  type ClientLimits,
  type ExchangeLimits,
  type InstrumentLimits,
  NO_CLIENT_LIMITS,
  NO_EXCHANGE_LIMITS,
  NO_LIMITS,
  NO_ORDER_LIMITS,
  NO_VENUE_LIMITS,
  type OrderLimits,
  type VenueLimits,
} from "../../core/limits.ts";
import { hasToken } from "../../core/pacing.ts";
import { clientIndex, micros, orderId, px, qty } from "../../core/numbers.ts";
import type { OpenSums } from "../../core/risk/mod.ts";
import { chargeOrder, type RiskRequest, RiskState } from "../../core/risk/mod.ts";
import { spotInstrument, VENUE } from "./spot_instrument.ts";

/** Makes a book. */
export function bookOf(
  levels: { readonly bids?: readonly number[]; readonly asks?: readonly number[] },
): Book {
  const made = new Book();
  made.applySnapshot({ bids: levels.bids ?? [], asks: levels.asks ?? [] }, micros(1_000_000));
  return made;
}

/** Bids 99.00 and 98.00, asks 100.00, 101.00 and 110.00. */
export const BOOK: Book = bookOf({
  bids: [9_900, 20_000, 9_800, 30_000],
  asks: [10_000, 20_000, 10_100, 10_000, 11_000, 90_000],
});

type Sums = Partial<Pick<OpenSums, "orders" | "buyQty" | "sellQty">>;

/** What a request may have differently. */
export type RequestChanges = Partial<Omit<RiskRequest, "client" | "pair" | "listed" | "kept">> & {
  readonly instrument?: Instrument;
  readonly book?: Book;
  readonly limits?: Partial<InstrumentLimits>;
  readonly pairLimits?: Partial<OrderLimits>;
  readonly clientLimits?: Partial<ClientLimits>;
  readonly venueLimits?: Partial<VenueLimits>;
  readonly exchangeLimits?: Partial<ExchangeLimits>;
  /** Of the client in the instrument, and of all clients. */
  readonly pairSums?: Sums;
  readonly sums?: Sums;
  readonly clientOrders?: number;
  readonly venueOrders?: number;
  readonly exchangeOrders?: number;
  /** Cash of every currency in whole units; undefined: never reported. */
  readonly cash?: number | null;
  /** What orders hold back of it, in whole units. */
  readonly reserved?: number;
  readonly loss?: Amount | null;
  /** Live orders of ours in the same market; null has no price. */
  readonly own?: readonly (readonly [Side, number | null])[];
  /** Every rate's tokens are spent, down to the last. */
  readonly isCharged?: boolean;
  readonly kept?: { readonly qty: number; readonly dearPx?: number } | null;
};

/** Makes a request of client alice for 1 BTC at 100, within every limit unless changed. */
export function riskRequest(changes: RequestChanges = {}): RiskRequest {
  const { risk, client, pair, listed } = scopesOf(changes);
  const { kept, cash, loss, ...rest } = changes;
  for (const purse of listed.venue.purses.values()) {
    purse.reserved.set(BigInt(changes.reserved ?? 0) * 10n ** BigInt(purse.scale));
  }
  const nowUs = changes.nowUs ?? micros(1_500_000);
  for (const [side, at] of changes.own ?? []) listed.group.own.add(side, at === null ? at : px(at));
  for (let rounds = 0; changes.isCharged === true && rounds < 1000; rounds += 1) {
    if (!isCharging({ client, listed, nowUs })) break;
  }
  const price = changes.px === undefined ? px(10_000) : changes.px;
  return {
    side: "Buy",
    px: price,
    countPx: price,
    qty: qty(10_000),
    leavesQty: rest.qty ?? qty(10_000),
    reduceOnly: false,
    isDryRun: false,
    drySwitch: null,
    kept: kept === undefined || kept === null
      ? null
      : { order: orderId(1), qty: qty(kept.qty), dearPx: px(kept.dearPx ?? 10_000) },
    nowUs,
    operatorState: "Active",
    venueState: "Active",
    instrumentState: "Active",
    clientState: "Active",
    killSwitch: false,
    clientPosition: 0,
    accountPosition: 0,
    funds: {
      cashOf: (_venue, { scale }) => {
        if (cash === null) return undefined;
        return BigInt(cash ?? 1_000_000) * 10n ** BigInt(scale);
      },
      holdingOf: () => rest.accountPosition ?? 0,
    },
    outcomes: { isWorstKept: () => undefined, addsNoLoss: () => false },
    losses: {
      clientLoss: () => lossOf(loss),
      venueLoss: () => lossOf(loss),
    },
    ...rest,
    client: risk.client(client.index, client.name),
    pair,
    listed,
  };
}

/** Takes a token; false once every rate in force has none left. */
function isCharging(of: Parameters<typeof chargeOrder>[0]): boolean {
  const { client, listed } = of;
  const scopes = [client, listed.venue, listed.venue.exchange];
  chargeOrder(of);
  return scopes.some(({ bucket }) => bucket !== null && hasToken(bucket));
}

function lossOf(loss: Amount | null | undefined): Amount | undefined {
  if (loss === null) return undefined;
  return loss ?? { units: 0, scale: 0 };
}

type Scopes = Pick<RiskRequest, "client" | "pair" | "listed"> & { readonly risk: RiskState };

function scopesOf(changes: RequestChanges): Scopes {
  const risk = new RiskState();
  risk.declare(VENUE);
  const instrument = changes.instrument ?? spotInstrument();
  risk.list({ instrument, venueName: VENUE.name, book: changes.book ?? BOOK });
  const listed = risk.instrument(instrument.id);
  listed.limits = {
    ...NO_LIMITS,
    maxOrderQty: qty(50_000),
    priceCollarPpm: 10_000,
    bookStaleMs: 1_000,
    ...changes.limits,
  };
  risk.revalue(listed);
  risk.setClientLimits("alice", { ...NO_CLIENT_LIMITS, ...changes.clientLimits });
  risk.setPairLimits("alice", instrument.id, { ...NO_ORDER_LIMITS, ...changes.pairLimits });
  listed.venue.limits = { ...NO_VENUE_LIMITS, ...changes.venueLimits };
  listed.venue.exchange.limits = { ...NO_EXCHANGE_LIMITS, ...changes.exchangeLimits };
  const client = risk.client(clientIndex(0), "alice");
  const pair = risk.pair(client, listed);
  Object.assign(pair.sums, changes.pairSums);
  Object.assign(listed.sums, changes.sums);
  client.orders = changes.clientOrders ?? 0;
  listed.venue.orders = changes.venueOrders ?? 0;
  listed.venue.exchange.orders = changes.exchangeOrders ?? 0;
  return { risk, client, pair, listed };
}
