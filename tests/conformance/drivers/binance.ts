/**
 * Binance spot and USD-M futures, played by the fakes of `tests/venues/`.
 * @module
 */
import {
  ABSENCE_MS,
  type LiveConfiguration,
  liveConfiguration,
  REQUEST_TIMEOUT_MS,
} from "../../support/live_configuration.ts";
import { DRY_CASE } from "../cases/clients.ts";
import type { Terms } from "../driver.ts";
import { keyOf, spelled } from "../../../edge/venues/ccxt/unified/keys.ts";
import { type FakeVenue, fakeVenueDriver } from "./fake_venue.ts";

const TERMS: Omit<Terms, "instrument"> = {
  venue: "main",
  base: "BTC",
  quote: "USDT",
  buyResting: "49000",
  sellResting: "51000",
  inside: "50000",
  buyCrossing: "50500",
  sellCrossing: "49500",
  qty: "2",
  part: "0.5",
  rest: "1.5",
  tooMuch: "900",
};
const ARGS = ["--empty", "--speed", "0", "--order-limit", "100000", "--weight-limit", "1000000"];
const COMMON = {
  args: ARGS,
  answerLateMs: REQUEST_TIMEOUT_MS + 1000,
  absenceMs: ABSENCE_MS,
  pacingBurst: 20,
} as const;
const PACING = { perSecond: 50, burst: COMMON.pacingBurst };
/** None by the clock overtakes a report. */
const RARELY_RECONCILED = "reconcile_ms: 3600000";
/** Longer than any restart takes: it strikes when it is told to. */
const DEAD_MAN_MS = 600_000;
const DRY_CLIENT = `${DRY_CASE}-0`;

/** A daemon on the spot market, by whichever adapter. */
function spotConfiguration(
  by: Pick<LiveConfiguration, "exchange" | "isExperimental">,
): FakeVenue["config"] {
  return (port, directory) =>
    liveConfiguration({
      ...by,
      venue: [RARELY_RECONCILED],
      pacing: PACING,
      dryClient: DRY_CLIENT,
      port,
      directory,
    });
}

const SPOT: FakeVenue = {
  ...COMMON,
  name: "binance-spot",
  process: "binance_spot",
  args: [...ARGS, "--balances", "BTC=1000,USDT=10000000,BNB=10"],
  terms: { ...TERMS, instrument: "main:BTC/USDT" },
  routes: {
    place: "POST /api/v3/order",
    cancel: "DELETE /api/v3/order",
    lookup: "GET /api/v3/order",
    reconcile: "GET /api/v3/account",
  },
  isFutures: false,
  tickerPath: "/api/v3/ticker/bookTicker?symbol=BTCUSDT",
  lacking: {},
  config: spotConfiguration({ exchange: "binance" }),
};

const USDM: FakeVenue = {
  ...COMMON,
  name: "binance-usdm",
  process: "binance_usdm",
  args: [...ARGS, "--balances", "USDT=1000000"],
  terms: { ...TERMS, instrument: "main:BTC/USDT" },
  routes: {
    place: "POST /fapi/v1/order",
    cancel: "DELETE /fapi/v1/order",
    replace: "PUT /fapi/v1/order",
    lookup: "GET /fapi/v1/order",
    reconcile: "GET /fapi/v1/openOrders",
  },
  isFutures: true,
  deadManMs: DEAD_MAN_MS,
  tickerPath: "/fapi/v1/ticker/bookTicker?symbol=BTCUSDT",
  lacking: {},
  config: (port, directory) =>
    liveConfiguration({
      exchange: "binanceusdm",
      venue: [RARELY_RECONCILED, `dead_man_ms: ${DEAD_MAN_MS}`],
      pacing: PACING,
      dryClient: DRY_CLIENT,
      port,
      directory,
    }),
};

/** Its protocol under another name, for which there are no parsers here. */
const EXPERIMENTAL: FakeVenue = {
  ...SPOT,
  name: "ccxt-experimental",
  // By key; by its number an order is asked for to confirm a cancel.
  routes: { ...SPOT.routes, lookup: "GET /api/v3/allOrders" },
  spelling: { spelled, keyOf },
  lacking: {
    disturb: "what its stream says is not read: executions and ends come from its lists",
    halfOpen: "nothing depends on its stream: it is asked by the clock as well",
    endStream: "nothing depends on its stream: it is asked by the clock as well",
    drop: "nothing depends on its stream: it is asked by the clock as well",
    deposit: "cash that comes and goes is not told: the account halts until it is taken over",
  },
  config: spotConfiguration({ exchange: "binanceus", isExperimental: true }),
};

/** Any exchange of CCXT that is not tested here. */
export const CCXT_EXPERIMENTAL_DRIVER = fakeVenueDriver(EXPERIMENTAL);
/** Binance spot. */
export const BINANCE_SPOT_DRIVER = fakeVenueDriver(SPOT);
/** Binance USD-M futures. */
export const BINANCE_USDM_DRIVER = fakeVenueDriver(USDM);
