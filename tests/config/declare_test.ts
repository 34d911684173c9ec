/**
 * From configuration to declarations, and to the canonical text of the journal.
 *
 * Proves R-CORE-5 in part: the same configuration gives the same declarations and digest.
 * @module
 */
import {
  deepStrictEqual,
  doesNotMatch,
  match,
  notStrictEqual,
  strictEqual,
  throws,
} from "node:assert/strict";
import {
  canonicalConfiguration,
  type Configuration,
  declareClients,
  declareVenues,
  type DeclaringAdapters,
  defaultStateDirectory,
  feedSourceOf,
  PAPER_DEFAULT,
  parseConfiguration,
  withOverrides,
} from "../../config/mod.ts";
import type { Capabilities } from "../../core/instrument.ts";
import { PAPER_CAPABILITIES } from "../../core/simulator/mod.ts";
import { adapterFacts } from "../support/adapter_facts.ts";

const registry = {
  adapters: new Map([["test", adapterFacts()]]),
  captureFormats: [],
  fileExists: () => false,
};
const configuration = parseConfiguration(PAPER_DEFAULT, registry);
const capabilities: Capabilities = {
  ...PAPER_CAPABILITIES,
  ordTypes: ["Limit"],
  timeInForce: ["GTC"],
  tradingModes: ["paper"],
};
const known: DeclaringAdapters = new Map([
  ["paper", { capabilities: () => capabilities }],
  ["test", { capabilities: adapterFacts().capabilities }],
]);

Deno.test("declareVenues() numbers venues and instruments in file order and counts quanta", () => {
  const [paper, ...rest] = declareVenues(configuration, known);
  deepStrictEqual(rest, []);
  strictEqual(paper?.declaration.name, "paper");
  strictEqual(paper.declaration.simulation?.orderLatencyUs, 2000);
  deepStrictEqual(paper.balances[0], { currency: "USDT", total: "1000000" });
  const [bitcoin, ether] = paper.instruments;
  strictEqual(ether?.instrument.id, 1);
  strictEqual(bitcoin?.instrument.name, "paper:BTC/USDT");
  deepStrictEqual(bitcoin.instrument.priceRule, {
    scale: 2,
    ticks: [{ fromQuanta: 0, stepQuanta: 1 }],
  });
  deepStrictEqual(bitcoin.instrument.qtyRule, {
    scale: 4,
    stepQuanta: 1,
    minQuanta: 1,
    maxQuanta: null,
  });
  strictEqual(bitcoin.limits.maxOrderQty, 50_000);
});

function feedOf(feed: string): unknown {
  const text = PAPER_DEFAULT.text.replace("{ kind: generator, seed: 1 }", feed);
  const registered = { adapters: new Map(), captureFormats: ["lines"], fileExists: () => true };
  const read = parseConfiguration({ ...PAPER_DEFAULT, text }, registered);
  return declareVenues(read, known).map(feedSourceOf)[0];
}

Deno.test("feedSourceOf() gives a feed's Worker its source, and nothing where a client is the source", () => {
  const startPrices = { "BTC/USDT": "60000", "ETH/USDT": "3000" };
  deepStrictEqual(feedOf("{ kind: generator, seed: 7 }"), {
    kind: "generator",
    seed: 7,
    startPrices,
  });
  const plain = { columns: {}, merge: false };
  const files = { files: ["a.gz"], format: "lines", ...plain };
  const capture = { kind: "capture", ...files, beside: [], strict: false, speed: 10 };
  deepStrictEqual(feedOf("{ kind: capture, files: [a.gz], format: lines, speed: 10 }"), capture);
  const expect = "{ depth_messages: 3, first_update_id: 1, last_update_id: 9 }";
  deepStrictEqual(
    feedOf(`{ kind: capture, files: [a.gz], format: lines, speed: 10, expect: ${expect} }`),
    { ...capture, expect: { depthMessages: 3, firstUpdateId: 1, lastUpdateId: 9 } },
  );
  const other = "{ files: [b.csv], format: lines, columns: { bid_price: 2 }, merge: true }";
  deepStrictEqual(
    feedOf(`{ kind: capture, files: [a.gz], format: lines, speed: 10, beside: [${other}] }`),
    {
      ...capture,
      beside: [{ files: ["b.csv"], format: "lines", columns: { bid_price: 2 }, merge: true }],
    },
  );
  strictEqual(feedOf("{ kind: client }"), undefined);
});

Deno.test("declareVenues() counts a session's end in microseconds of the day", () => {
  const text = PAPER_DEFAULT.text.replace("base: BTC", 'base: BTC\n        session_end: "16:30"');
  const [paper] = declareVenues(parseConfiguration({ ...PAPER_DEFAULT, text }, registry), known);
  strictEqual(paper?.instruments[0]?.instrument.sessionEndUs, 59_400_000_000);
});

const CONTRACTS = [
  ["", null, null],
  ["asset_class: linear", { kind: "linear", multiplier: "1", settlement: "USDT" }, "linear"],
  ["asset_class: inverse", { kind: "inverse", multiplier: "1", settlement: "BTC" }, "inverse"],
  [
    'asset_class: inverse\n        contract: { multiplier: "100", settlement: ETH }',
    { kind: "inverse", multiplier: "100", settlement: "ETH" },
    "inverse",
  ],
] as const;
for (const [lines, contract, assetClass] of CONTRACTS) {
  Deno.test(`declareVenues() settles a contract in what follows from "${lines}"`, () => {
    const text = PAPER_DEFAULT.text.replace("base: BTC", `base: BTC\n        ${lines}`);
    const [paper] = declareVenues(parseConfiguration({ ...PAPER_DEFAULT, text }, registry), known);
    const instrument = paper?.instruments[0]?.instrument;
    deepStrictEqual(instrument?.contract, contract);
    deepStrictEqual(instrument?.capabilities, assetClass === null ? null : { assetClass });
  });
}

Deno.test("declareVenues() throws for an adapter without capabilities", () => {
  throws(() => declareVenues(configuration, new Map()), /adapter must be known: was paper/);
});

Deno.test("canonicalConfiguration() is the same text whatever the order of keys and the place of state", () => {
  const text = PAPER_DEFAULT.text.replace("mode: paper\n", "") + "log: {}\nmode: paper\n";
  const other = parseConfiguration({ ...PAPER_DEFAULT, text }, registry);
  deepStrictEqual(canonicalConfiguration(other), canonicalConfiguration(configuration));
  const elsewhere = withOverrides(other, { port: undefined, stateDirectory: "/elsewhere" });
  const { configDigest } = canonicalConfiguration(configuration);
  strictEqual(canonicalConfiguration(elsewhere).configDigest, configDigest);
  match(configDigest, /^[0-9a-f]{64}$/);
});

Deno.test("canonicalConfiguration() changes with a value but never shows a secret", () => {
  const changed = withOverrides(configuration, { port: 1, stateDirectory: undefined });
  const [now, before] = [changed, configuration].map(canonicalConfiguration);
  notStrictEqual(now?.configDigest, before?.configDigest);
  const [paper] = configuration.venues;
  if (paper === undefined) throw new Error("the paper default has a venue");
  const options = { apiKey: "hush", nested: { client_secret: "hush", url: "shown" } };
  const secretive: Configuration = { ...configuration, venues: [{ ...paper, options }] };
  doesNotMatch(canonicalConfiguration(secretive).configuration, /hush/);
  match(canonicalConfiguration(secretive).configuration, /shown/);
});

Deno.test("canonicalConfiguration() keeps settings of instruments that are named like a secret", () => {
  const hotloop = { instruments: { "paper:TOKEN/USDT": { half_life_s: 3 } } };
  match(
    canonicalConfiguration({ ...configuration, hotloop }).configuration,
    /"paper:TOKEN\/USDT":\{"half_life_s":3\}/,
  );
});

const OUTSIDE = `mode: live
clients: [{ name: alice, dry_run: true }, { name: bob }]
venues:
  - name: x
    exchange: test
    adapter: test
    options: { dead_man: true }
    credentials: { secret: { file: hush.txt } }
    pacing: { per_second: 10, burst: 20, costs: { reconcile: 5 } }
    reconcile_ms: 1000
    dead_man_ms: 2000
    instruments:
      - { symbol: A/B, base: A, quote: B, price: { quantum: 1 }, quantity: { quantum: 1 }, dry_run: true }
`;

Deno.test("declareVenues() hands on what a venue outside needs, and says nothing that is as ever", () => {
  const read = parseConfiguration({ ...PAPER_DEFAULT, text: OUTSIDE }, registry);
  const [x] = declareVenues(read, known);
  const { pacing, breaker, reconcileMs, capabilities } = x?.declaration ?? {};
  deepStrictEqual([breaker, reconcileMs, capabilities?.deadMan], [
    { failures: 5, coolMs: 10_000 },
    1000,
    true,
  ]);
  const costs = { submit: 1, replace: 1, cancel: 1, lookup: 1, reconcile: 5 };
  deepStrictEqual(pacing, { perSecond: 10, burst: 20, costs });
  deepStrictEqual([x?.deadManMs, x?.credentials], [2000, { secret: { file: "hush.txt" } }]);
  deepStrictEqual(x?.instruments.map(({ isDryRun }) => isDryRun), [true]);
  deepStrictEqual(declareClients(read).map(({ isDryRun }) => isDryRun), [true, false]);
  const plain = OUTSIDE.replace(", costs: { reconcile: 5 }", "").replace(
    "reconcile_ms: 1000",
    "breaker: null\n    reconcile_ms: null",
  );
  const [quiet] = declareVenues(
    parseConfiguration({ ...PAPER_DEFAULT, text: plain }, registry),
    known,
  );
  deepStrictEqual(quiet?.declaration.pacing, { perSecond: 10, burst: 20 });
  deepStrictEqual(["breaker" in quiet.declaration, "reconcileMs" in quiet.declaration], [
    false,
    false,
  ]);
});

Deno.test("canonicalConfiguration() never says where a secret is", () => {
  const read = parseConfiguration({ ...PAPER_DEFAULT, text: OUTSIDE }, registry);
  doesNotMatch(canonicalConfiguration(read).configuration, /hush/);
  match(canonicalConfiguration(read).configuration, /"credentials":"\[secret\]"/);
});

const homes: readonly (readonly [Record<string, string>, string | undefined])[] = [
  [{ XDG_STATE_HOME: "/s", HOME: "/h" }, "/s/tapeline"],
  [{ XDG_STATE_HOME: "relative", HOME: "/h" }, "/h/.local/state/tapeline"],
  [{ HOME: "/h" }, "/h/.local/state/tapeline"],
  [{}, undefined],
];
for (const [variables, expected] of homes) {
  Deno.test(`defaultStateDirectory() gives ${expected} for ${JSON.stringify(variables)}`, () => {
    strictEqual(defaultStateDirectory((name) => variables[name]), expected);
  });
}
