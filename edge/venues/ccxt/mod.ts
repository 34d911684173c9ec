/**
 * Venues over CCXT: loads the library, opens one exchange, hands over one adapter.
 *
 * What is imported here loads some 60 MB: only a venue's Worker does, when it is configured.
 * @module
 */
import type { Ports } from "../../ports.ts";
import type { VenueAdapter, VenueHost, VenueOptions } from "../../venue.ts";
import { CcxtVenue } from "./binance/adapter.ts";
import { examineBinance } from "./binance/examine.ts";
import { type Examination, type ExaminerOptions, nothingSaid } from "../examination.ts";
import { apiUrls } from "./binance/addresses.ts";
import { type CcxtExchange, type CcxtLibrary, loadCcxt, openExchange } from "./library.ts";
import { type CcxtOptions, isExperimental, readOptions } from "./options.ts";
import { UnifiedVenue } from "./unified/adapter.ts";
import { examineUnified } from "./unified/examine.ts";
import { openExchanges, openUnified } from "./unified/exchange.ts";
import { readUnifiedOptions, type UnifiedOptions } from "./unified/options.ts";

/** Makes the adapter of a venue over CCXT. Rejects if the library cannot be used as it must be. */
export function ccxtVenue(
  host: VenueHost,
  ports: Ports,
  options: VenueOptions,
): Promise<VenueAdapter> {
  if (isExperimental(options)) return unifiedVenue(host, ports, readUnifiedOptions(options));
  const read = readOptions(options);
  return loadCcxt()
    .then((library) => open(library, read))
    .then((exchange) => new CcxtVenue(host, ports, { options: read, exchange }));
}

function unifiedVenue(
  host: VenueHost,
  ports: Ports,
  options: UnifiedOptions,
): Promise<VenueAdapter> {
  return loadCcxt()
    .then((library) => openExchanges(library, options))
    .then((exchanges) => new UnifiedVenue(host, ports, { options, exchanges }));
}

/** Examines a venue over CCXT. What the library cannot do is said as a venue that is not reached. */
export function ccxtExaminer(of: ExaminerOptions, done: (found: Examination) => void): void {
  const unusable = (cause: unknown): void => {
    const reason = `CCXT cannot be used: ${cause instanceof Error ? cause.message : cause}`;
    done(nothingSaid(reason, { kind: "unknown", reason }));
  };
  if (isExperimental(of.options)) {
    const read = readUnifiedOptions(of.options);
    return void loadCcxt()
      .then((library) => openUnified(library, read, { decimals: true }))
      .then((exchange) => examineUnified({ ...of, read, exchange }, done), unusable);
  }
  const read = readOptions(of.options);
  loadCcxt().then((library) => open(library, read))
    .then((exchange) => examineBinance({ ...of, read, exchange }, done), unusable);
}

function open(library: CcxtLibrary, options: CcxtOptions): Promise<CcxtExchange> {
  const { exchange, product, environment, endpoints, recvWindowMs, keepAliveMs } = options;
  return openExchange(library, exchange, {
    enableRateLimit: false, // pacing is the core's
    streaming: { keepAlive: keepAliveMs },
    options: { recvWindow: recvWindowMs, fetchMargins: false, fetchCurrencies: false },
    ...(endpoints === null ? {} : { urls: { api: apiUrls(endpoints, product) } }),
  }).then((opened) => {
    const isOn = true;
    if (environment === "testnet") opened.setSandboxMode(isOn);
    if (environment === "demo") opened.enableDemoTrading(isOn);
    return opened;
  });
}
