/**
 * Configurations of a daemon that trades live on the fake venues of `tests/venues/`.
 * @module
 */

/** The adapter's deadline for an answer. */
export const REQUEST_TIMEOUT_MS = 1500;
/** When an order that is not found is proved absent. */
export const ABSENCE_MS = 3000;

/** What differs between venues and between tests. */
export type LiveConfiguration = {
  /** The exchange as the adapter calls it; absent: Binance spot. */
  readonly exchange?: string;
  /** Where the fake listens. */
  readonly port: number;
  /** A directory of the test's own, for the secrets. */
  readonly directory: string;
  readonly pacing?: { readonly perSecond: number; readonly burst: number };
  /** A client whose orders are never sent. */
  readonly dryClient?: string;
  /** When the account halts because it is not what the ledger shows, as YAML. */
  readonly tripwire?: string;
  /** Further entries of the venue, as lines of YAML. */
  readonly venue?: readonly string[];
  /** It is traded on by the library's unified methods. */
  readonly isExperimental?: boolean;
};

const TESTED = [`recv_window_ms: ${ABSENCE_MS / 2}`, `propagation_ms: ${ABSENCE_MS / 2}`];
const EXPERIMENTAL = ["experimental: true", `absence_proof_ms: ${ABSENCE_MS}`, "poll_ms: 1000"];

/** The least quantity of spot. */
export const SPOT_QUANTUM = "0.00001";
/** The one instrument: BTC against USDT, spot or the perpetual. */
const SPOT = ['price: { quantum: "0.01" }', `quantity: { quantum: "${SPOT_QUANTUM}" }`];
const PERPETUAL = [
  'price: { quantum: "0.1" }',
  'quantity: { quantum: "0.001" }',
  "asset_class: linear",
];

/** Returns the YAML of a daemon whose one venue `main` is a fake; writes the secrets it names. */
export function liveConfiguration(of: LiveConfiguration): string {
  Deno.writeTextFileSync(`${of.directory}/api_key`, "test-api-key", { mode: 0o600 });
  Deno.writeTextFileSync(`${of.directory}/secret`, "test-secret", { mode: 0o600 });
  const { exchange = "binance", pacing: { perSecond, burst } = { perSecond: 50, burst: 100 } } = of;
  return [
    "mode: live",
    "wire: { intents_per_second: 100000, burst: 100000, heartbeat_ms: 1000, cancel_grace_ms: 300 }",
    "engine: { lookup_retry_ms: 200 }",
    "journal: { segment_bytes: 1048576, checkpoint_events: 2000, index: false }",
    `exchanges: [{ name: ${exchange}, self_match: allow }]`,
    ...(of.dryClient === undefined ? [] : [
      `clients: [{ name: ${of.dryClient}, dry_run: true }]`,
    ]),
    "venues:",
    "  - name: main",
    `    exchange: ${exchange}`,
    "    adapter: ccxt",
    "    options:",
    `      exchange: ${exchange}`,
    `      endpoints: { rest: "http://127.0.0.1:${of.port}", stream: "ws://127.0.0.1:${of.port}" }`,
    `      request_timeout_ms: ${REQUEST_TIMEOUT_MS}`,
    ...(of.isExperimental === true ? EXPERIMENTAL : TESTED).map((line) => `      ${line}`),
    "    credentials: { api_key: { file: api_key }, secret: { file: secret } }",
    `    pacing: { per_second: ${perSecond}, burst: ${burst} }`,
    "    breaker: { failures: 20, cool_ms: 500 }",
    ...(of.tripwire === undefined ? [] : [`    limits: { tripwire: ${of.tripwire} }`]),
    ...(of.venue ?? []).map((line) => `    ${line}`),
    "    instruments:",
    "      - symbol: BTC/USDT",
    "        base: BTC",
    "        quote: USDT",
    ...(exchange === "binanceusdm" ? PERPETUAL : SPOT).map((line) => `        ${line}`),
    "        limits: { price_collar_ppm: null }",
    "",
  ].join("\n");
}
