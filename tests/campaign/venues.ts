/**
 * The fake venues on which the kill campaign is run.
 * @module
 */
import { liveConfiguration } from "../support/live_configuration.ts";
import type { Draws } from "../support/draws.ts";
import { keyOf } from "../../edge/venues/ccxt/unified/keys.ts";
import type { AuditReport } from "../venues/control_protocol.ts";
import type { CampaignVenue } from "./venue_campaign.ts";

const ARGS = ["--speed", "40", "--order-limit", "100000", "--weight-limit", "10000000"];
const PACING = { perSecond: 300, burst: 100 };

/**
 * The venue rounds what each trade realises, the ledger does not, and an execution that only the
 * look-up of its order will tell moves what is realised until it is told: in the end all is flat.
 */
const ROUNDED = '{ reports: 50, tolerances: [{ currency: USDT, amount: "100" }] }';
const CLOSING = { buy: "51000", sell: "49000" };

/** Around the price at which the fakes start, where the crowd trades. */
function price(draws: Draws): string {
  return `${49_990 + draws.below(20)}.${draws.below(10)}`;
}

function qty(draws: Draws): string {
  return `0.0${10 + draws.below(40)}`;
}

/** Keys and symbols as the adapter of untested exchanges spells them for its clients. */
function asTold(audit: AuditReport): AuditReport {
  const told = <Row extends { readonly clientOrderId?: string }>(row: Row): Row => {
    const key = keyOf(row.clientOrderId);
    return key === null ? row : { ...row, clientOrderId: key };
  };
  return {
    ...audit,
    orders: audit.orders.map(told),
    seen: audit.seen.map(told),
    requests: audit.requests.map(told),
    trades: audit.trades.map((trade) => ({ ...told(trade), symbol: "BTC/USDT" })),
  };
}

/** All of them. */
export const CAMPAIGN_VENUES: readonly CampaignVenue[] = [
  {
    name: "binance-spot",
    process: "binance_spot",
    args: [...ARGS, "--balances", "BTC=1000,USDT=10000000,BNB=10"],
    reads: ["/api/v3/openOrders", "/api/v3/account", "/api/v3/myTrades"],
    trading: { instrument: "main:BTC/USDT", price, qty },
    config: (port, directory) =>
      liveConfiguration({
        pacing: PACING,
        venue: ["reconcile_ms: 2000"],
        port,
        directory,
      }),
  },
  {
    name: "ccxt-experimental",
    process: "binance_spot",
    args: [...ARGS, "--balances", "BTC=1000,USDT=10000000,BNB=10"],
    reads: ["/api/v3/openOrders", "/api/v3/account", "/api/v3/myTrades", "/api/v3/order"],
    trading: { instrument: "main:BTC/USDT", price, qty },
    asTold,
    replacesWithin: 1000,
    config: (port, directory) =>
      liveConfiguration({
        exchange: "binanceus",
        isExperimental: true,
        pacing: PACING,
        venue: ["reconcile_ms: 4000"],
        port,
        directory,
      }),
  },
  {
    name: "binance-usdm",
    process: "binance_usdm",
    args: [...ARGS, "--balances", "USDT=10000000"],
    reads: [
      "/fapi/v1/positionSide/dual",
      "/fapi/v1/openOrders",
      "/fapi/v3/account",
      "/fapi/v3/positionRisk",
      "/fapi/v1/userTrades",
      "/fapi/v1/income",
    ],
    trading: { instrument: "main:BTC/USDT", price, qty, closing: CLOSING },
    config: (port, directory) =>
      liveConfiguration({
        exchange: "binanceusdm",
        tripwire: ROUNDED,
        pacing: PACING,
        venue: ["reconcile_ms: 4000"], // dear reads: more of them would wait for the next minute
        port,
        directory,
      }),
  },
];
