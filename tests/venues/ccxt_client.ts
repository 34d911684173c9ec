/**
 * CCXT pointed at a fake venue: an outside judge of whether the fake speaks the venue's protocol.
 * @module
 */
import ccxt from "ccxt";
import type { VenueProcess } from "./control.ts";

const KEYS = { apiKey: "test-api-key", secret: "test-secret", enableRateLimit: false };
const OPTIONS = { fetchMargins: false, fetchCurrencies: false };

/** The urls under which CCXT's `binance` finds a fake spot venue. */
function spotUrls(port: number): Readonly<Record<string, unknown>> {
  const rest = `http://127.0.0.1:${port}/api/v3`;
  const socket = `ws://127.0.0.1:${port}`;
  const ws = { spot: `${socket}/stream/ws`, "ws-api": { spot: `${socket}/ws-api/v3` } };
  return { api: { public: rest, private: rest, ws } };
}

/** The urls under which CCXT's `binanceusdm` finds a fake futures venue. */
function usdmUrls(port: number): Readonly<Record<string, unknown>> {
  const base = `http://127.0.0.1:${port}/fapi`;
  const versions = ["", "V2", "V3"].flatMap((version) => {
    const path = `${base}/${version === "" ? "v1" : version.toLowerCase()}`;
    return [[`fapiPublic${version}`, path], [`fapiPrivate${version}`, path]];
  });
  return { api: { ...Object.fromEntries(versions), ws: { future: `ws://127.0.0.1:${port}/ws` } } };
}

/** A CCXT client of a fake spot venue. */
export function spotClient(venue: VenueProcess): InstanceType<typeof ccxt.pro.binance> {
  return new ccxt.pro.binance({
    ...KEYS,
    urls: spotUrls(venue.port),
    options: { ...OPTIONS, fetchMarkets: { types: ["spot"] }, defaultType: "spot" },
  });
}

/** A CCXT client of a fake futures venue. */
export function usdmClient(venue: VenueProcess): InstanceType<typeof ccxt.pro.binanceusdm> {
  return new ccxt.pro.binanceusdm({
    ...KEYS,
    urls: usdmUrls(venue.port),
    options: { ...OPTIONS, fetchMarkets: { types: ["linear"] } },
  });
}
