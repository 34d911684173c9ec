/**
 * Reading a configuration: what it becomes, and every problem at once with its place.
 *
 * Proves R-OPS-2: checked with exact file, line and path in each error.
 * @module
 */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  ConfigurationRefused,
  PAPER_DEFAULT,
  parseConfiguration,
  type Registry,
  withOverrides,
} from "../../config/mod.ts";
import { SOURCES } from "../../core/event.ts";
import { adapterFacts } from "../support/adapter_facts.ts";
import { readerFor } from "../support/configuration_text.ts";

const registry: Registry = {
  adapters: new Map([["test", adapterFacts()], ["live-only", adapterFacts(["live"])]]),
  captureFormats: ["lines", "lists"],
  listingFormats: ["lists"],
  columnProblems: (columns) =>
    "wrong" in columns ? [{ key: "wrong", text: "must be right: was 1" }] : [],
  fileExists: (path) => path.endsWith("there.gz"),
};

const { read, problemsOf } = readerFor(registry);

/** A venue that is right, with lines put in where the test needs them. */
const GRID = '        price: { quantum: "0.01" }\n        quantity: { quantum: "0.1" }\n';

function venue(lines: { readonly venue?: string; readonly instrument?: string } = {}): string {
  return `venues:
  - name: paper
    exchange: paper
${lines.venue ?? ""}    instruments:
      - symbol: A/B
        base: A
        quote: B
        start_price: 10
${lines.instrument ?? GRID}`;
}

/** Such a venue outside, in mode live. */
function outsideVenue(
  lines: { readonly venue?: string; readonly instrument?: string } = {},
): string {
  return `mode: live\n${venue({ ...lines, venue: `    adapter: test\n${lines.venue ?? ""}` })}`;
}

Deno.test("parseConfiguration() takes a file that says that it is YAML 1.2", () => {
  strictEqual(read(`%YAML 1.2\n---\n${venue()}`).venues.length, 1);
});

Deno.test("parseConfiguration() refuses a second document", () => {
  match(problemsOf(`${venue()}---\n${venue()}`).join(), /^c\.yaml:11:1: must be one YAML document/);
});

Deno.test("parseConfiguration() fills in every default of the built-in paper configuration", () => {
  const configuration = parseConfiguration(PAPER_DEFAULT, registry);
  strictEqual(configuration.mode, "paper");
  strictEqual(configuration.wire.port, 7411);
  strictEqual(configuration.queues.marketData.policy, "block");
  deepStrictEqual(configuration.queues.priority, [...SOURCES]);
  const [paper] = configuration.venues;
  strictEqual(paper?.simulation?.orderLatencyUs, 2000);
  const [bitcoin, ether] = paper.instruments;
  deepStrictEqual(bitcoin?.price.ticks, [{ from: "0", step: "0.01" }]);
  deepStrictEqual(ether?.quantity, { quantum: "0.001", step: "0.001", min: "0.001", max: null });
});

Deno.test("parseConfiguration() derives feed and simulation from the adapter", () => {
  const [paper] = read(venue()).venues;
  deepStrictEqual(paper?.feed, { kind: "generator", seed: 1 });
  strictEqual(paper.simulation?.takerFeePpm, 500);
  const [outside] = read(outsideVenue()).venues;
  deepStrictEqual(outside?.feed, { kind: "adapter" });
  strictEqual(outside.simulation, null);
});

Deno.test("parseConfiguration() takes unquoted decimals by value and makes them canonical", () => {
  const [paper] = read(venue({
    instrument:
      "        price: { quantum: 0.010 }\n        quantity: { quantum: 1.0, max: 5.00 }\n",
  })).venues;
  strictEqual(paper?.instruments[0]?.price.quantum, "0.01");
  strictEqual(paper.instruments[0].quantity.max, "5");
});

Deno.test("parseConfiguration() takes 0 for both ports: each gets a free one", () => {
  const { wire, metrics } = read(`wire: {port: 0}\nmetrics: {port: 0}\n${venue()}`);
  deepStrictEqual([wire.port, metrics.port], [0, 0]);
});

Deno.test("parseConfiguration() leaves the keys of an adapter's options as they are", () => {
  const [outside] = read(outsideVenue({ venue: "    options: { base_url: x }\n" })).venues;
  deepStrictEqual(outside?.options, { base_url: "x" });
});

Deno.test("parseConfiguration() resolves capture files against the file's own directory", () => {
  const feed = "    feed: { kind: capture, files: [there.gz, /a/there.gz], format: lines }\n";
  const [paper] = read(venue({ venue: feed })).venues;
  deepStrictEqual(paper?.feed.kind === "capture" && paper.feed.files, [
    "etc/there.gz",
    "/a/there.gz",
  ]);
});

Deno.test("parseConfiguration() takes no instruments only of a capture that lists its own", () => {
  const of = (feed: string): string =>
    venue({ venue: `    feed: ${feed}\n` }).replace(/instruments:[^]*/, "instruments: []\n");
  const capture = (format: string): string =>
    `{ kind: capture, files: [there.gz], format: ${format} }`;
  deepStrictEqual(read(of(capture("lists"))).venues[0]?.instruments, []);
  for (const feed of [capture("lines"), "{ kind: generator }"]) {
    match(problemsOf(of(feed)).join(), /venues\[0\].instruments: must list one instrument or more/);
  }
});

Deno.test("withOverrides() changes only what the command line gave", () => {
  const before = parseConfiguration(PAPER_DEFAULT, registry);
  const changed = withOverrides(before, { port: 0, stateDirectory: undefined });
  strictEqual(changed.wire.port, 0);
  strictEqual(changed.state.directory, null);
  deepStrictEqual({ ...changed, wire: before.wire }, before);
});

Deno.test("parseConfiguration() takes a simulated venue beside one outside, also in mode live", () => {
  const [, rows = ""] = venue().split("venues:\n");
  const text = `${outsideVenue().trimEnd()}\n${rows.replace("paper", "practice")}`;
  deepStrictEqual(read(text).venues.map(({ name, adapter }) => [name, adapter]), [
    ["paper", "test"],
    ["practice", "paper"],
  ]);
});

Deno.test("parseConfiguration() lists everything that is wrong at once, in the order of the file", () => {
  const text = `mode: live
wire:
  prot: 7411
  heartbeat_ms: soon
  host: 0.0.0.0
logg: {}
${
    venue({
      venue: "    balances: [{ currency: B, total: 1 }, { currency: B, total: -1 }]\n",
      instrument: `        price: { quantum: "0.05" }
        quantity: { quantum: "0.1", step: "0.25" }
      - symbol: A/B
`,
    })
  }  - name: paper
`;
  deepStrictEqual(problemsOf(text), [
    'c.yaml:1:7: mode: must be paper or dry_run, since no venue of this file is outside: was "live"',
    "c.yaml:3:3: wire.prot: is no key of the configuration: did you mean port?",
    'c.yaml:4:17: wire.heartbeat_ms: must be a whole number from 100 to 60000: was "soon"',
    "c.yaml:5:9: wire.host: must be 127.0.0.1 or ::1, since orders never cross a network: " +
    'was "0.0.0.0"',
    "c.yaml:6:1: logg: is no key of the configuration: did you mean log?",
    "c.yaml:10:55: venues[0].balances[1].currency: must differ from every other balance's: " +
    'was "B", as in number 1 of the list',
    'c.yaml:10:65: venues[0].balances[1].total: must be a decimal of 0 or more, such as "0.01" ' +
    "(without exponent; in quotes if it has more than 15 digits): was -1",
    'c.yaml:16:27: venues[0].instruments[0].price.quantum: must be 1, 0.1, 0.01 … down to 15 decimals: was "0.05"',
    'c.yaml:17:43: venues[0].instruments[0].quantity.step: must be a multiple of the quantum 0.1, and below 2^53 of them: was "0.25"',
    ...["base", "price", "quantity", "quote"].map((key) =>
      `c.yaml:18:9: venues[0].instruments[1].${key}: is missing: ${
        {
          base: 'it must be a name of 1 to 16 letters, digits, ".", "_" or "-"',
          quote: 'it must be a name of 1 to 16 letters, digits, ".", "_" or "-"',
          price: "it must be a map of keys and values",
          quantity: "it must be a map of keys and values",
        }[key]
      }`
    ),
    "c.yaml:18:17: venues[0].instruments[1].symbol: must differ from every other instrument's: " +
    'was "A/B", as in number 1 of the list',
    'c.yaml:19:5: venues[1].exchange: is missing: it must be a name of 1 to 32 letters, digits, ".", "_" or "-"',
    "c.yaml:19:5: venues[1].instruments: is missing: it must be a list",
    'c.yaml:19:11: venues[1].name: must differ from every other venue\'s: was "paper", ' +
    "as in number 1 of the list",
  ]);
});

const refused: readonly (readonly [string, string, RegExp])[] = [
  ["broken YAML", "wire: {port: 1\nlog: x", /^c\.yaml:2:\d+: must be YAML: was/],
  ["a tab as indentation", "wire:\n\tport: 1\n", /^c\.yaml:2:1: must be YAML/],
  ["a key given twice", `mode: paper\nmode: paper\n${venue()}`, /^c\.yaml:2:1: .*each key once/],
  [
    "another version of YAML, in which some values are others",
    `%YAML 1.1\n---\nwire: { port: 1:30 }\n${venue()}`,
    /^c\.yaml:1:1: must be YAML 1\.2, .*: was another directive$/,
  ],
  [
    "a version of YAML that nobody knows",
    `# a comment\n%YAML 1.3\n---\n${venue()}`,
    /^c\.yaml:2:1: must be YAML 1\.2, .*: was another directive$/,
  ],
  [
    "a merge of what is no map",
    `log: { !!merge <<: 5 }\n${venue()}`,
    /^c\.yaml:1:1: must hold values that YAML 1\.2 has: was Merge sources must be maps/,
  ],
  ["an empty file", "", /^c\.yaml:1:1: venues: is missing: it must be a list/],
  ["a list at the top", "- a", /^c\.yaml:1:1: must be a map of keys and values: was \["a"\]/],
  [
    "an alias without anchor",
    "mode: live\nwire: *nothing",
    /^c\.yaml:2:7: .*no anchor: was Unresolved alias/,
  ],
  ["a venue without instruments", "venues: [{name: a, exchange: b, instruments: []}]", /one instr/],
  [
    "an adapter nobody registered",
    venue({ venue: "    adapter: tset\n" }),
    /paper, test, live-only\): was/,
  ],
  [
    "a simulation of a venue outside",
    outsideVenue({ venue: "    simulation: {}\n" }),
    /^c\.yaml:6:5: venues\[0\]\.simulation: must be left out/,
  ],
  [
    "the adapter's feed for paper",
    venue({ venue: "    feed: {kind: adapter}\n" }),
    /paper has no feed/,
  ],
  [
    "reports that go before the intents whose answers they are",
    `engine: {intent_horizon_ms: 864000000}\njournal: {truth_retention_days: 9}\n${venue()}`,
    /^c\.yaml:2:\d+: journal\.truth_retention_days: must be no shorter than .*864000000: was 9 days/,
  ],
  [
    "a time that is a number",
    venue({ instrument: `${GRID}        session_end: 1630\n` }),
    /"16:30"/,
  ],
  ["an unknown feed", venue({ venue: "    feed: {kind: x}\n" }), /kind is generator, capture/],
  [
    "a capture whose file and format are not there",
    venue({ venue: "    feed: {kind: capture, files: [gone.gz], format: x}\n" }),
    /files\[0\]: must be a file that can be read: was "gone\.gz".*format.*\(lines, lists\): was "x"/s,
  ],
  [
    "a capture beside whose file is not there",
    venue({
      venue: "    feed: {kind: capture, files: [there.gz], format: lines, " +
        "beside: [{files: [gone.gz], format: lines}]}\n",
    }),
    /feed\.beside\[0\]\.files\[0\]: must be a file that can be read/,
  ],
  [
    "columns that the format refuses",
    venue({
      venue: "    feed: {kind: capture, files: [there.gz], format: lines, columns: {wrong: 1}}\n",
    }),
    /feed\.columns\.wrong: must be right: was 1/,
  ],
  [
    "a policy that could lose an intent",
    `queues: {intents: {policy: drop}}\n${venue()}`,
    /must be block, since an intent is never dropped: was "drop"/,
  ],
  [
    "an order of sources that leaves one out",
    `queues: {priority: [control, timer, intent, market_data]}\n${venue()}`,
    /queues\.priority: must name each of control, timer, broker_report, intent, market_data once/,
  ],
  [
    "an order of sources that names one twice",
    `queues: {priority: [control, timer, intent, intent, market_data]}\n${venue()}`,
    /queues\.priority: must name each of control, timer, broker_report, intent, market_data once/,
  ],
  [
    "more quanta than an integer holds",
    venue({
      instrument:
        '        price: { quantum: "0.01" }\n        quantity: { quantum: "0.00000001", max: "100000000" }\n',
    }),
    /quantity\.max: must be a multiple of the quantum 0\.00000001, and below 2\^53 of them/,
  ],
  [
    "ticks that do not ascend",
    venue({
      instrument:
        '        price: { quantum: "1", ticks: [{from: 5, step: 1}, {from: 5, step: 1}] }\n        quantity: { quantum: 1 }\n',
    }),
    /ticks\[1\]\.from: must be above the row before it/,
  ],
  [
    "a largest quantity below the least",
    venue({
      instrument:
        "        price: { quantum: 1 }\n        quantity: { quantum: 1, min: 5, max: 4 }\n",
    }),
    /quantity\.max: must be at least quantity\.min, which is 5: was 4/,
  ],
  [
    "a least quantity off the step",
    venue({
      instrument:
        "        price: { quantum: 1 }\n        quantity: { quantum: 1, step: 2, min: 3 }\n",
    }),
    /quantity\.min: must be a multiple of quantity\.step, which is 2: was 3/,
  ],
  [
    "a decimal with an exponent",
    venue({ instrument: "        price: { quantum: 1e-9 }\n        quantity: { quantum: 1 }\n" }),
    /price\.quantum: must be a decimal above 0/,
  ],
  [
    "one port for clients and metrics",
    `wire: {port: 9000}\nmetrics: {port: 9000}\n${venue()}`,
    /^c\.yaml:2:17: metrics\.port: must differ from wire\.port, which is 9000: was 9000$/,
  ],
  [
    "the default port for metrics",
    `metrics: {port: 7411}\n${venue()}`,
    /metrics\.port: must differ from wire\.port, which is 7411: was 7411/,
  ],
  ["a speed of 0", venue({ venue: "    feed: {kind: capture, speed: 0}\n" }), /realtime, fastest/],
  [
    "a ring that is no power of two",
    `journal: {ring_bytes: 1048577}\n${venue()}`,
    /a power of two/,
  ],
  ["a prototype as a key", `__proto__: {}\n${venue()}`, /__proto__: is no key/],
  ["a colon in a symbol", venue().replace("A/B", "A:B"), /symbol without blanks or ":": was "A:B"/],
];

for (const [what, text, expected] of refused) {
  Deno.test(`parseConfiguration() refuses ${what}`, () => {
    match(problemsOf(text).join("\n"), expected);
  });
}

const outsideRefused: readonly (readonly [string, string, RegExp])[] = [
  ["a mode that nobody has", `mode: lively\n${venue()}`, /mode: must be paper or dry_run or live/],
  [
    "an adapter in mode paper",
    venue({ venue: "    adapter: test\n" }),
    /venues\[0\]\.adapter: must be paper in mode paper, .* say mode: dry_run or mode: live: was "test"/,
  ],
  [
    "a mode that the adapter does not know",
    `mode: dry_run\n${venue({ venue: "    adapter: live-only\n" })}`,
    /adapter: must be an adapter for mode dry_run; this one knows live: was "live-only"/,
  ],
  [
    "options that the adapter refuses",
    outsideVenue({ venue: "    options: { bad: { inner: 1 } }\n" }),
    /^c\.yaml:6:30: venues\[0\]\.options\.bad\.inner: must be left out: was given/,
  ],
  [
    "a secret in the file itself",
    outsideVenue({ venue: "    credentials: { secret: hush }\n" }),
    /credentials\.secret: must say where the secret is, .* never the secret/,
  ],
  [
    "a secret that the adapter does not know",
    outsideVenue({ venue: "    credentials: { token: { env: A } }\n" }),
    /^c\.yaml:6:20: venues\[0\]\.credentials: holds a name that is none of api_key, secret \(is there a blank behind the colon\?\)$/,
  ],
  [
    "a variable that cannot be",
    outsideVenue({ venue: '    credentials: { secret: { env: "A=B" } }\n' }),
    /credentials\.secret/,
  ],
  [
    "a dead-man switch where the venue has none",
    outsideVenue({ venue: "    dead_man_ms: 5000\n" }),
    /dead_man_ms: must be null, since this venue has no dead-man switch/,
  ],
  [
    "a dead-man switch that cannot be renewed in time",
    outsideVenue({
      venue: "    options: { dead_man: true }\n    dead_man_ms: 1999\n",
      instrument: `${GRID}      - symbol: C/B\n        base: C\n        quote: B\n${GRID}`,
    }),
    /dead_man_ms: must be at least 2000, for the .* instruments, 2: .*: was 1999/,
  ],
  [
    "balances of a venue that reports them",
    outsideVenue({ venue: "    balances: [{ currency: B, total: 1 }]\n" }),
    /balances: must be left out, since the venue reports/,
  ],
  [
    "grids that the venue lists",
    outsideVenue({
      instrument: "        price: { quantum: 1 }\n        quantity: { quantum: 1, step: 2 }\n" +
        "        min_notional: 5\n",
    }),
    /quantity\.step: must be left out, since the venue lists it.*min_notional: must be left out/s,
  ],
  [
    "a client's market data for a venue outside",
    outsideVenue({ venue: "    feed: { kind: client }\n" }),
    /feed\.kind: must be adapter, since test brings its own market data: was "client"/,
  ],
  [
    "secrets of a simulated venue",
    venue({ venue: "    credentials: { secret: { env: A } }\n    reconcile_ms: 1000\n" }),
    /credentials: must be left out, since a simulated venue has none.*reconcile_ms: must be left out/s,
  ],
  [
    "a dry run of everybody",
    `clients: [{ name: "*", dry_run: true }]\n${venue()}`,
    /clients\[0\]\.dry_run: must be false for "\*", since it is switched by name/,
  ],
];
for (const [what, text, expected] of outsideRefused) {
  Deno.test(`parseConfiguration() refuses ${what}`, () => {
    match(problemsOf(text).join("\n"), expected);
  });
}

Deno.test("parseConfiguration() derives breaker and reconciliation from the adapter", () => {
  const of = (text: string): readonly unknown[] => {
    const [first] = read(text).venues;
    return [first?.breaker, first?.reconcileMs];
  };
  deepStrictEqual(of(venue()), [null, null]);
  deepStrictEqual(of(outsideVenue()), [{ failures: 5, coolMs: 10_000 }, 60_000]);
  deepStrictEqual(
    of(outsideVenue({ venue: "    breaker: null\n    reconcile_ms: null\n" })),
    [null, null],
  );
});

Deno.test("parseConfiguration() keeps the names of secrets and resolves where they are", () => {
  const text = outsideVenue({
    venue: "    credentials: { api_key: { env: KEY }, secret: { file: s.txt } }\n",
  });
  deepStrictEqual(read(text).venues[0]?.credentials, {
    api_key: { env: "KEY" },
    secret: { file: "etc/s.txt" },
  });
  const file = { file: "c.yaml", text, directory: "etc", credentialsDirectory: "/run/creds" };
  const [loaded] = parseConfiguration(file, registry).venues;
  deepStrictEqual(loaded?.credentials["secret"], { file: "/run/creds/s.txt" });
});

Deno.test("parseConfiguration() does not repeat a secret that stands where its place should", () => {
  const places = [
    "{ secret: hush-hush }",
    "{ secret: { value: hush-hush } }",
    "{ secret: [hush-hush] }",
    '{ secret: { env: "hush-hush" } }',
    "hush-hush",
    "[hush-hush]",
    "{ secret: *hush-hush }",
    "]hush-hush",
    "|hush-hush",
    "{ secret:hush-hush }",
    "{ secret:hush-hush: { env: 1, other: 1 } }",
    "{ hush-hush: { env: A } }",
    "{ ? [hush-hush] : { env: A } }",
    "{ secret: { env: A, file:hush-hush } }",
  ];
  for (const place of places) {
    const lines = { venue: `    credentials: ${place}\n` };
    for (const text of [outsideVenue(lines), venue(lines)]) {
      const problems = problemsOf(text).join("\n");
      match(problems, /^c\.yaml:\d+:\d+: /);
      doesNotMatch(problems, /hush/);
    }
  }
});

Deno.test("parseConfiguration() does not repeat a secret that became part of a key elsewhere", () => {
  for (const [map, at] of [["options", 16], ["breaker", 16], ["limits", 15]] as const) {
    const text = outsideVenue({ venue: `    ${map}: { apiKey:hush.hush }\n` });
    const problems = problemsOf(text).join("\n");
    match(problems, new RegExp(`^c\\.yaml:6:${at}: venues\\[0\\]\\.${map}: holds `, "m"));
    doesNotMatch(problems, /hush/);
  }
});

Deno.test("parseConfiguration() says once, and where, that a blank behind a colon is missing", () => {
  const credentials = "    credentials: { api_key: { env: KEY }, secret:hush }\n";
  deepStrictEqual(problemsOf(outsideVenue({ venue: credentials })), [
    "c.yaml:6:43: venues[0].credentials: holds a name that is none of api_key, secret (is there a " +
    "blank behind the colon?)",
  ]);
});

Deno.test("parseConfiguration() stops aliases that multiply", () => {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level}, `.repeat(9)}]`,
  );
  match(problemsOf(`a0: &a0 [x]\n${levels.join("\n")}`).join("\n"), /aliases that multiply/);
});

Deno.test("parseConfiguration() ends in a configuration or in problems with places for any text", () => {
  const lines = PAPER_DEFAULT.text.split("\n");
  const mutation = fc.record({
    line: fc.nat({ max: lines.length - 1 }),
    with: fc.oneof(
      fc.constant(""),
      fc.string({ maxLength: 20, size: "max" }),
      fc.constantFrom(...lines),
    ),
  });
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 3 }), (mutations) => {
      const mutated = [...lines];
      for (const { line, with: text } of mutations) mutated[line] = text;
      try {
        parseConfiguration({ ...PAPER_DEFAULT, text: mutated.join("\n") }, registry);
      } catch (error) {
        if (!(error instanceof ConfigurationRefused)) throw error;
        ok(error.problems.length > 0);
        ok(error.problems.every(({ line, column, text }) => line > 0 && column > 0 && text !== ""));
      }
    }),
    { numRuns: 300 },
  );
});

function listed(lines: string): string {
  return venue({ instrument: `${lines}${GRID}` });
}

const CONTRACTS = [
  [
    "betting",
    "        asset_class: betting\n",
    /asset_class: must be spot or linear or inverse, since/,
  ],
  [
    "a contract on spot",
    '        contract: { multiplier: "2" }\n',
    /contract: must be absent for spot/,
  ],
  [
    "a multiplier of 0",
    '        asset_class: linear\n        contract: { multiplier: "0" }\n',
    /contract\.multiplier: must be a decimal above 0/,
  ],
  [
    "a multiplier that is too fine",
    `        asset_class: inverse\n        contract: { multiplier: "0.${"0".repeat(18)}1" }\n`,
    /contract\.multiplier: must have at most 18 decimals/,
  ],
] as const;
for (const [what, lines, expected] of CONTRACTS) {
  Deno.test(`parseConfiguration() refuses ${what} and says where`, () => {
    const [problem = "", ...others] = problemsOf(listed(lines));
    match(problem, expected);
    strictEqual(others.length, 0);
  });
}

Deno.test("parseConfiguration() takes a contract's terms by class", () => {
  const lines =
    "        asset_class: linear\n        contract: { multiplier: 0.001, settlement: C }\n";
  const [instrument] = read(listed(lines)).venues[0]?.instruments ?? [];
  deepStrictEqual(instrument?.contract, { multiplier: "0.001", settlement: "C" });
});

Deno.test("parseConfiguration() knows the formats of raw lines that clients publish", () => {
  const feed = (format: string): string =>
    venue({ venue: `    feed: { kind: client, raw_format: ${format} }\n` });
  const [configured] = read(feed("lines")).venues;
  deepStrictEqual(configured?.feed, { kind: "client", rawFormat: "lines" });
  match(problemsOf(feed("other"))[0] ?? "", /venues\[0\]\.feed\.raw_format: must be a format/);
});
