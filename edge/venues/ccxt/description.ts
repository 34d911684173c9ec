/**
 * What a CCXT venue can do, said before it runs. Loads nothing of the library.
 * @module
 */
import type { Capabilities } from "../../../core/instrument.ts";
import type { AdapterDescription } from "../../venue.ts";
import { deadManMinMs } from "./binance/dead_man.ts";
import { isExperimental, optionProblems, readOptions } from "./options.ts";
import { readUnifiedOptions, unifiedProblems } from "./unified/options.ts";

/**
 * Keys are unique among open orders only, which is a window. GTD is not offered: the exchange has no
 * such order of any length; `ttl_ms` ends an order here. A request that is not acted on within its
 * receive window is refused, so that an order which is not found some time after it never was.
 */
const TESTED = {
  ordTypes: ["Limit", "Market"],
  timeInForce: ["GTC", "IOC", "FOK"],
  postOnly: true,
  clientOrderId: "window",
  lookupByClientOrderId: true,
  cancelAll: true,
  batchMax: 1,
  orderStream: true,
  fillsReplay: true,
  trades: true,
  queueSignals: false,
  fillsProvisional: false,
  tradingModes: ["live", "dry_run"],
  params: [],
} as const satisfies Partial<Capabilities>;

/**
 * Of an exchange that is not tested here, what a request can be seen to say, and nothing else: each
 * instrument is listed with less where its requests do not (`unified/evidence.ts`).
 */
const EXPERIMENTAL = {
  ordTypes: ["Limit"],
  timeInForce: ["GTC", "IOC", "FOK"],
  postOnly: true,
  reduceOnly: false,
  replace: "cancel_new",
  clientOrderId: "echoed",
  lookupByClientOrderId: true,
  cancelAll: true,
  batchMax: 1,
  deadMan: false,
  orderStream: true,
  fillsReplay: true,
  trades: false,
  queueSignals: false,
  assetClass: "spot",
  fillsProvisional: false,
  tradingModes: ["live", "dry_run"],
  params: [],
} as const satisfies Partial<Capabilities>;

/** The adapter as the configuration, the core and the documents see it. */
export const CCXT_DESCRIPTION: AdapterDescription = {
  capabilities(options): Capabilities {
    if (isExperimental(options)) {
      const { book, absenceProofMs } = readUnifiedOptions(options);
      return { ...EXPERIMENTAL, book, absenceProofMs };
    }
    const { product, book, recvWindowMs, propagationMs } = readOptions(options);
    const isSpot = product === "spot";
    return {
      ...TESTED,
      reduceOnly: !isSpot,
      ...(isSpot ? {} : { reduceOnlyAnyNotional: true }), // -4164 "unless you choose reduce only"
      replace: isSpot ? "cancel_new" : "native",
      deadMan: !isSpot,
      assetClass: isSpot ? "spot" : "linear",
      book,
      absenceProofMs: recvWindowMs + propagationMs,
    };
  },
  problems: (options) =>
    isExperimental(options) ? unifiedProblems(options) : optionProblems(options),
  deadManMinMs,
  credentials: (options) =>
    isExperimental(options) && readUnifiedOptions(options).hasPassphrase
      ? [...KEYS, "password"]
      : KEYS,
};

const KEYS = ["api_key", "secret"];
