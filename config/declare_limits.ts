/**
 * From the limits of a configuration to those that the core is told. Pure.
 * @module
 */
import { toQuanta } from "../core/decimal.ts";
import type { Instrument } from "../core/instrument.ts";
import type {
  ClientLimits,
  CurrencyLimit,
  ExchangeLimits,
  FlowLimits,
  InstrumentLimits,
  OrderLimits,
  VenueLimits,
} from "../core/limits.ts";
import { type Qty, qty } from "../core/numbers.ts";
import type {
  ClientConfiguration,
  Configuration,
  ExchangeConfiguration,
  InstrumentConfiguration,
  VenueConfiguration,
} from "./configuration.ts";

/** One client with limits of its own, or `*` for the rest. */
export type DeclaredClient = {
  readonly client: string;
  readonly limits: ClientLimits;
  /** Its orders are run dry. */
  readonly isDryRun: boolean;
};

/** Returns the limits of clients, in the order of the file. */
export function declareClients({ clients }: Configuration): readonly DeclaredClient[] {
  return clients.map((client) => ({
    client: client.name,
    limits: { ...flowOf(client), maxLoss: amountsOf(client.maxLoss) },
    isDryRun: client.dryRun,
  }));
}

/** Returns the limits of a venue. */
export function venueLimitsOf(limits: VenueConfiguration["limits"]): VenueLimits {
  const { reports, tolerances } = limits.tripwire;
  return {
    ...flowOf(limits),
    maxLoss: amountsOf(limits.maxLoss),
    checkFunds: limits.checkFunds,
    tripwire: { reports, tolerances: amountsOf(tolerances) },
  };
}

/** Returns the limits of an exchange: without a row of its own, self-match is refused. */
export function exchangeLimitsOf(
  exchanges: readonly ExchangeConfiguration[],
  name: string,
): ExchangeLimits {
  const found = exchanges.find((exchange) => exchange.name === name);
  if (found === undefined) return { maxOpenOrders: null, orderRate: null, selfMatch: "refuse" };
  return { ...flowOf(found), selfMatch: found.selfMatch };
}

/** Returns the limits of an instrument whose quantities have so many decimals. */
export function instrumentLimitsOf(
  limits: InstrumentConfiguration["limits"],
  scale: number,
): InstrumentLimits {
  return {
    ...orderLimitsOf(limits, scale),
    priceCollarPpm: limits.priceCollarPpm,
    bookStaleMs: limits.bookStaleMs,
    initialMarginPpm: limits.initialMarginPpm,
  };
}

/** Returns the limits of single clients in one instrument, in the order of the file. */
export function pairLimitsOf(
  clients: readonly ClientConfiguration[],
  { name, qtyRule }: Instrument,
): { readonly client: string; readonly limits: OrderLimits }[] {
  return clients.flatMap((client) =>
    client.instruments.filter(({ instrument }) => instrument === name)
      .map((limits) => ({ client: client.name, limits: orderLimitsOf(limits, qtyRule.scale) }))
  );
}

function orderLimitsOf(
  limits: ClientConfiguration["instruments"][number] | InstrumentConfiguration["limits"],
  scale: number,
): OrderLimits {
  return {
    maxOrderQty: quantityOf(limits.maxOrderQty, scale),
    maxOrderNotional: limits.maxOrderNotional,
    maxPosition: quantityOf(limits.maxPosition, scale),
    maxOpenOrders: limits.maxOpenOrders,
  };
}

function flowOf(limits: FlowLimits): FlowLimits {
  return { maxOpenOrders: limits.maxOpenOrders, orderRate: limits.orderRate };
}

function amountsOf(
  amounts: readonly { readonly currency: string; readonly amount: string }[],
): readonly CurrencyLimit[] {
  return amounts.map(({ currency, amount }) => ({ currency, most: amount }));
}

function quantityOf(decimal: string | null, scale: number): Qty | null {
  if (decimal === null) return null;
  const quanta = toQuanta(decimal, scale);
  if (quanta !== undefined) return qty(quanta);
  throw new RangeError(
    `Cannot declare a limit: it must be on the grid of 10^-${scale}: was ${decimal}`,
  );
}
