/**
 * The command line: what each command calls, what it prints, and how it ends.
 *
 * Proves R-OPS-2 (the daemon does not start on a bad configuration) and the exit codes.
 * @module
 */
import { deepStrictEqual, doesNotMatch, match, ok, rejects, strictEqual } from "node:assert/strict";
import { dirname } from "node:path";
import type { Story } from "../../../edge/cli/why/why.ts";
import { EXIT } from "../../../edge/exit_codes.ts";
import { inspectionOf, Locked, Session } from "../../support/cli_session.ts";

Deno.test("run without a file uses the paper default, the default state directory and its port", async () => {
  const session = new Session();
  strictEqual(await session.run("run"), EXIT.ok);
  const [options] = session.runs;
  strictEqual(options?.stateDirectory, "/h/.local/state/tapeline");
  strictEqual(options.configuration.wire.port, 7411);
});

Deno.test("top looks for the token in the state directory and ends as the view does", async () => {
  const session = new Session();
  const args = ["--state-dir", "/s", "--port", "9", "--interval", "0.5", "--once", "--json"];
  strictEqual(await session.run("top", ...args), EXIT.unavailable);
  const view = { port: 9, clientId: "tapeline-top", tokenFile: "/s/token", intervalMs: 500 };
  deepStrictEqual(session.calls, [["top", { ...view, isOnce: true, isJson: true }]]);
  deepStrictEqual(session.error, ["tapeline: Cannot watch"]);
});

Deno.test("top takes the token's file, and a session's name, from its options", async () => {
  const session = new Session();
  await session.run("top", "--token-file", "/t", "--client-id", "desk-2");
  const view = { port: 7411, clientId: "desk-2", tokenFile: "/t", intervalMs: 1_000 };
  deepStrictEqual(session.calls, [["top", { ...view, isOnce: false, isJson: false }]]);
});

Deno.test("run --accept-loss is handed on, and does not come with --resume-trading", async () => {
  const session = new Session();
  strictEqual(await session.run("run", "--accept-loss"), EXIT.ok);
  strictEqual(await session.run("run"), EXIT.ok);
  deepStrictEqual(session.runs.map(({ acceptLoss }) => acceptLoss), [true, false]);
  const both = ["run", "--accept-loss", "--resume-trading"];
  strictEqual(await session.run(...both), EXIT.usage);
  match(session.error.join(), /--accept-loss halts trading/);
});

Deno.test("run --state-dir and --port go before the configuration", async () => {
  const session = new Session();
  strictEqual(await session.run("run", "--state-dir", "/s", "--port", "0"), EXIT.ok);
  const [options] = session.runs;
  strictEqual(options?.stateDirectory, "/s");
  strictEqual(options.configuration.wire.port, 0);
});

Deno.test("run ends with the code of an expected failure and prints its sentence", async () => {
  const session = new Session();
  session.runError = new Locked("Cannot use the state directory");
  strictEqual(await session.run("run"), EXIT.stateLocked);
  deepStrictEqual(session.error, ["tapeline: Cannot use the state directory"]);
});

Deno.test("run lets a fault of the program pass", async () => {
  const session = new Session();
  session.runError = new RangeError("a bug");
  await rejects(session.run("run"), /a bug/);
});

/** A file with this text that is gone at the end of the test. */
function temporaryFile(text: string): { readonly path: string } & Disposable {
  const path = Deno.makeTempFileSync({ suffix: ".yaml" });
  Deno.writeTextFileSync(path, text);
  return { path, [Symbol.dispose]: () => Deno.removeSync(path) };
}

Deno.test("run lists every problem of a bad configuration, starts nothing, and ends with 78", async () => {
  using file = temporaryFile("mod: paper\nwire: { port: -1 }\nvenues: []\n");
  const { path } = file;
  const session = new Session();
  strictEqual(await session.run("run", "--config", path), EXIT.configuration);
  deepStrictEqual(session.runs, []);
  deepStrictEqual(session.error, [
    `${path}:1:1: mod: is no key of the configuration: did you mean mode?`,
    `${path}:2:15: wire.port: must be a whole number from 0 to 65535: was -1`,
    `${path}:3:9: venues: must list one venue or more: was []`,
    "tapeline: Cannot use the configuration: each line above must be repaired",
  ]);
});

const OUTSIDE = `mode: live
venues:
  - name: x
    exchange: test
    adapter: test
    credentials: { api_key: { env: KEY }, secret: { file: s.txt } }
    instruments:
      - { symbol: A/B, base: A, quote: B, price: { quantum: 1 }, quantity: { quantum: 1 } }
`;

Deno.test("doctor asks port and venues, but no venue with --offline, and ends with 2 for a failure", async () => {
  using file = temporaryFile(OUTSIDE);
  Deno.chmodSync(file.path, 0o600);
  const session = new Session();
  const doctor = ["doctor", "--config", file.path, "--state-dir", "/state", "--json"];
  strictEqual(await session.run(...doctor), EXIT.doctorFailed, "its secrets are missing");
  deepStrictEqual(session.calls, [["port", { hostname: "127.0.0.1", port: 7411 }], [
    "examine",
    "test",
  ]]);
  const answer = JSON.parse(session.out[0] ?? "");
  deepStrictEqual([answer.ok, answer.counts.fail], [false, 1]);
  session.calls.length = 0;
  await session.run(...doctor, "--offline");
  deepStrictEqual(session.calls, [["port", { hostname: "127.0.0.1", port: 7411 }]]);
});

Deno.test("doctor --json ends with 0 where nothing failed", async () => {
  const session = new Session();
  strictEqual(await session.run("doctor", "--json", "--state-dir", "/state"), EXIT.ok);
});

Deno.test("run --adopt-account takes venues outside, and refuses any other name", async () => {
  using file = temporaryFile(OUTSIDE);
  const run = ["run", "--config", file.path];
  const session = new Session();
  strictEqual(await session.run(...run, "--adopt-account", "x", "--adopt-account", "x"), EXIT.ok);
  strictEqual(await session.run(...run), EXIT.ok);
  deepStrictEqual(session.runs.map(({ adoptAccounts }) => adoptAccounts), [["x", "x"], []]);
  strictEqual(await session.run(...run, "--adopt-account", "y"), EXIT.usage);
  strictEqual(await session.run("run", "--adopt-account", "paper"), EXIT.usage);
  match(session.error[0] ?? "", /must name a venue .* has an adapter \(x\): was "y"$/);
  match(session.error[1] ?? "", /has an adapter \(there is none\): was "paper"$/);
});

Deno.test("run finds secrets beside the configuration, or where the service manager puts them", async () => {
  using file = temporaryFile(OUTSIDE);
  const session = new Session();
  await session.run("run", "--config", file.path);
  session.environment.set("CREDENTIALS_DIRECTORY", "/run/credentials/tapeline");
  await session.run("run", "--config", file.path);
  deepStrictEqual(
    session.runs.map(({ configuration }) => configuration.venues[0]?.credentials["secret"]),
    [{ file: `${dirname(file.path)}/s.txt` }, { file: "/run/credentials/tapeline/s.txt" }],
  );
});

Deno.test("check says which secrets are missing or can be read by others, and shows none", async () => {
  using file = temporaryFile(OUTSIDE);
  const session = new Session();
  strictEqual(await session.run("check", "--config", file.path), EXIT.ok);
  const text = session.out.join("\n");
  match(text, /x gives market data only: credentials\.api_key must be set: KEY was not\./);
  using exposed = temporaryFile(OUTSIDE.replace("{ env: KEY }", "{ file: k.txt }"));
  await session.run("check", "--config", exposed.path);
  match(session.out.join("\n"), /x: .*s\.txt must be readable by its owner alone/);
  await session.run("check", "--json", "--config", file.path);
  const [venue] = JSON.parse(session.out.at(-1) ?? "{}")["venues"];
  strictEqual(venue["missing_credentials"], "credentials.api_key must be set: KEY was not");
  doesNotMatch(session.out.join("\n"), /hush/);
});

Deno.test("run names a configuration file that cannot be read", async () => {
  const session = new Session();
  strictEqual(await session.run("run", "--config", "none.yaml"), EXIT.configuration);
  const sentence = /^none\.yaml:1:1: must be a UTF-8 file that can be read: was No such/;
  match(session.error[0] ?? "", sentence);
});

Deno.test("check shows what the built-in configuration means", async () => {
  const session = new Session();
  strictEqual(await session.run("check"), EXIT.ok);
  const text = session.out.join("\n");
  match(text, /listens on +127\.0\.0\.1:7411/);
  match(text, /paper:ETH\/USDT +paper +paper +generator +0\.01 +0\.001 +100/);
  match(text, /The configuration is valid\.$/);
});

Deno.test("check says which signals an instrument has, and which rows fit none", async () => {
  const rows = '"x:*": { trend_lens: { on: true } }, "y:*": { signals: false }';
  using file = temporaryFile(`hotloop: { instruments: { ${rows} } }\n${OUTSIDE}`);
  const session = new Session();
  strictEqual(await session.run("check", "--config", file.path), EXIT.ok);
  const text = session.out.join("\n");
  match(text, /^x:\S+ .* on trend_lens$/m);
  match(text, /^hotloop\.instruments\.y:\* fits no instrument of this file\.$/m);
  await session.run("check", "--json", "--config", file.path);
  deepStrictEqual(JSON.parse(session.out.at(-1) ?? "{}").venues[0].signals, ["on trend_lens"]);
});

Deno.test("check --json gives one object, for a good configuration and for a bad one", async () => {
  const good = new Session();
  strictEqual(await good.run("check", "--json"), EXIT.ok);
  const summary = JSON.parse(good.out.join("\n"));
  ok(summary.ok);
  deepStrictEqual(summary.venues[0].instruments, ["paper:BTC/USDT", "paper:ETH/USDT"]);
  const bad = new Session();
  strictEqual(await bad.run("check", "--json", "--config", "none.yaml"), EXIT.configuration);
  const answer = JSON.parse(bad.out.join("\n"));
  strictEqual(answer.problems[0].file, "none.yaml");
});

Deno.test("journal verify and stat end with 65 when a record is bad, and verify says which", async () => {
  const session = new Session();
  strictEqual(await session.run("journal", "verify", "--state-dir", "/s"), EXIT.ok);
  strictEqual(session.out.at(-1), "The journal is whole.");
  session.verifyOk = false;
  strictEqual(await session.run("journal", "verify", "--state-dir", "/s"), EXIT.journalRefused);
  strictEqual(session.out.at(-1), "bad 7");
  strictEqual(await session.run("journal", "verify", "--json"), EXIT.journalRefused);
  strictEqual(JSON.parse(session.out.at(-1) ?? "").problem, "bad 7");
  strictEqual(await session.run("journal", "stat"), EXIT.journalRefused);
});

Deno.test("journal stat shows figures as a table, maps below their name, or as JSON", async () => {
  const session = new Session();
  strictEqual(await session.run("journal", "stat"), EXIT.ok);
  deepStrictEqual(session.out, [
    "events          9",
    "first time us   none",
    "events by type",
    "  NoOp          9",
    "versions        1, 2",
  ]);
  strictEqual(await session.run("journal", "stat", "--json"), EXIT.ok);
  strictEqual(JSON.parse(session.out.at(-1) ?? "").events, 9);
});

const commands: readonly (readonly [readonly string[], readonly unknown[]])[] = [
  [["stat"], ["stat", "/h/.local/state/tapeline"]],
  [["dump", "--state-dir", "/s"], ["dump", "/s", {}]],
  [
    ["dump", "--state-dir", "/s", "--from", "3", "--to", "9", "--kind", "report"],
    ["dump", "/s", { fromSeq: 3, toSeq: 9, kind: "report" }],
  ],
  [["export", "--state-dir", "/s"], ["export", "/s", { format: "jsonl", what: "fills" }]],
  [
    ["export", "--state-dir", "/s", "--what", "orders", "--format", "csv"],
    ["export", "/s", { format: "csv", what: "orders" }],
  ],
  [["sql", "--state-dir", "/s", "select 1"], ["sql", "/s", "select 1"]],
  [
    ["quarantine", "--state-dir", "/s", "--seq", "7", "--reason", "poison"],
    ["quarantine", "/s", { seq: 7, reason: "poison" }],
  ],
];
for (const [args, expected] of commands) {
  Deno.test(`journal ${args.join(" ")} calls the journal's tool`, async () => {
    const session = new Session();
    strictEqual(await session.run("journal", ...args), EXIT.ok);
    deepStrictEqual(session.calls, [expected]);
  });
}

const STORY: Story = {
  subject: "Intent a/b",
  journal_id: "00",
  first_seq: 1,
  last_seq: 9,
  order: null,
  intents: [],
  steps: [],
  left_out: 0,
  ignored: { events: 0, last_seq_id: 0 },
  latency: [],
};

Deno.test("why prints the story, and ends with 66 and a sentence where there is none", async () => {
  const session = new Session();
  strictEqual(await session.run("why", "9", "--state-dir", "/s"), EXIT.notFound);
  deepStrictEqual(session.calls, [["why", "/s", "9"]]);
  deepStrictEqual(session.error, ["tapeline: Cannot tell the story of 9: no"]);
  session.whyResult = { kind: "told", story: STORY };
  strictEqual(await session.run("why", "a/b"), EXIT.ok);
  strictEqual(session.out[0], "Intent a/b");
  strictEqual(await session.run("why", "a/b", "--json"), EXIT.ok);
  deepStrictEqual(JSON.parse(session.out.at(-1) ?? ""), STORY);
});

Deno.test("why ends with 65 and the first bad record where the journal is not intact", async () => {
  const session = new Session();
  session.whyResult = { kind: "told", story: { ...STORY, problem: "Cannot use the journal: bad" } };
  strictEqual(await session.run("why", "a/b"), EXIT.journalRefused);
  deepStrictEqual(session.error, ["tapeline: Cannot use the journal: bad"]);
  match(session.out.join("\n"), /the story up to its first bad record/);
  session.whyResult = { kind: "unknown", sentence: "no", problem: "Cannot use the journal: worse" };
  strictEqual(await session.run("why", "9"), EXIT.journalRefused);
  strictEqual(session.error.at(-1), "tapeline: Cannot use the journal: worse");
});

Deno.test("journal dump refuses a first record behind the last", async () => {
  const session = new Session();
  strictEqual(await session.run("journal", "dump", "--from", "9", "--to", "3"), EXIT.usage);
  deepStrictEqual(session.error, [
    "tapeline: Cannot dump records: --from must not be above --to, 3: was 9",
  ]);
  deepStrictEqual(session.calls, []);
});

const BAD: readonly (readonly [readonly string[], number])[] = [
  [["journal", "verify", "--state-dir", "/s"], EXIT.journalRefused],
  [["journal", "stat", "--state-dir", "/s"], EXIT.journalRefused],
  [["why", "a/b"], EXIT.journalRefused],
  [["feed", "inspect", "cut.gz"], EXIT.captureRefused],
  [["feed", "calibrate", "cut.gz", "--json", "/j"], EXIT.captureRefused],
  [["check", "--json", "--config", "none.yaml"], EXIT.configuration],
  [["doctor", "--config", "none.yaml"], EXIT.doctorFailed],
];
for (const [args, code] of BAD) {
  Deno.test(`${args.join(" ")} ends with ${code} although nobody reads what it found`, async () => {
    const session = new Session();
    session.hasReader = session.verifyOk = session.isWhole = false;
    session.inspection = inspectionOf({ isWhole: false });
    session.whyResult = { kind: "told", story: { ...STORY, problem: "bad" } };
    strictEqual(await session.run(...args), code);
    strictEqual(JSON.stringify(session.calls).includes('["write"'), args.includes("/j"));
  });
}

const refused: readonly (readonly [readonly string[], RegExp])[] = [
  [["rnu"], /unknown command 'rnu'\. Did you mean run\?/],
  [["run", "--prot", "1"], /unknown option '--prot'\. Did you mean --port\?/],
  [["run", "--port", "x"], /It must be a whole number: was "x"/],
  [["top", "--interval", "0"], /It must be from 0.2 to 3600 seconds: was "0"/],
  [["run", "--port", "70000"], /It must be a port from 0 to 65535: was 70000/],
  [["run", "extra"], /too many arguments/],
  [["journal", "dump", "--kind", "x"], /Allowed choices are event, transition/],
  [["journal", "sql"], /missing required argument 'query'/],
  [["journal", "quarantine", "--seq", "1"], /required option '--reason <text>' not specified/],
];
for (const [args, expected] of refused) {
  Deno.test(`the command line refuses "${args.join(" ")}" with a sentence and 64`, async () => {
    const session = new Session();
    strictEqual(await session.run(...args), EXIT.usage);
    match(session.error.join("\n"), /^tapeline: Cannot read the command line: /);
    match(session.error.join("\n"), expected);
    deepStrictEqual(session.out, []);
  });
}

Deno.test("the command line without a command shows its help and ends with 64", async () => {
  const session = new Session();
  strictEqual(await session.run(), EXIT.usage);
  match(session.error.join("\n"), /Usage: tapeline/);
});

Deno.test("version --json tells what tells builds of a version apart", async () => {
  const session = new Session();
  strictEqual(await session.run("version", "--json"), EXIT.ok);
  deepStrictEqual(session.out.map((line) => JSON.parse(line)), [
    { version: "tapeline 0.0.0", commit: "abc", runtime: "deno 0.0.0", kind: "portable" },
  ]);
});

Deno.test("help and version are printed and end with 0", async () => {
  const session = new Session();
  for (const args of [["help"], ["help", "run"], ["run", "--help"], ["version"], ["--version"]]) {
    strictEqual(await session.run(...args), EXIT.ok);
  }
  match(session.out.join("\n"), /journal +read and check the journal/);
  deepStrictEqual(session.out.slice(-2), ["tapeline 0.0.0", "tapeline 0.0.0"]);
  deepStrictEqual(session.error, []);
});

Deno.test("feed calibrate shows a row for each horizon and writes what it was asked to", async () => {
  const session = new Session();
  const words = ["feed", "calibrate", "a.gz", "b.gz", "--json", "f.json", "--html", "f.html"];
  strictEqual(await session.run(...words, "--order-qty", "2", "--every", "1000"), EXIT.ok);
  deepStrictEqual(session.calls, [
    ["calibrate", ["a.gz", "b.gz"], 1_000, "2"],
    ["write", "f.json", '{"files":["a.gz'],
    ["write", "f.html", "<!doctype html>"],
  ]);
  deepStrictEqual(session.out, [
    "7 virtual orders in 2 instruments: 3 filled, 1 lapsed.",
    "",
    "horizon  orders  filled  Brier   skill  error  exponential",
    "10 s     5       60.0 %  0.2000  0.167  –      –",
  ]);
});

Deno.test("feed calibrate gives one JSON object on stdout for --json -", async () => {
  const session = new Session();
  strictEqual(await session.run("feed", "calibrate", "a.gz", "--json", "-"), EXIT.ok);
  const [text = ""] = session.out;
  strictEqual(session.out.length, 1);
  deepStrictEqual(JSON.parse(text).horizons[0].bins[0], {
    from: 0,
    to: 1,
    count: 5,
    mean_p: 0.5,
    mean_outcome: 0.6,
  });
});

Deno.test("feed calibrate ends with 65 where the files could not be read to their end", async () => {
  const session = new Session();
  session.isWhole = false;
  strictEqual(await session.run("feed", "calibrate", "cut.gz"), EXIT.captureRefused);
  match(session.out.join("\n"), /7 virtual orders/);
});

for (
  const [option, value, problem] of [
    ["--order-qty", "two", /It must be a decimal above 0: was "two"/],
    ["--order-qty", "0.00", /It must be a decimal above 0: was "0.00"/],
    ["--order-qty", "-1", /It must be a decimal above 0: was "-1"/],
    ["--every", "0", /It must be above 0: was "0"/],
    ["--horizons", "5,0", /It must be above 0: was "0"/],
  ] as const
) {
  Deno.test(`feed calibrate refuses ${option} ${value}, and measures nothing else instead`, async () => {
    const session = new Session();
    strictEqual(await session.run("feed", "calibrate", "a.gz", option, value), EXIT.usage);
    match(session.error.join("\n"), problem);
    deepStrictEqual(session.calls, []);
  });
}

for (
  const [setting, problem] of [
    ["half_life_s=0", /half_life_s must be a number 0.1 to 86400: was 0/],
    ["half=3", /hotloop.half must be a known key/],
    ["half", /It must be key=value: was "half"/],
  ] as const
) {
  Deno.test(`feed calibrate refuses --set ${setting}`, async () => {
    const session = new Session();
    const code = await session.run("feed", "calibrate", "a.gz", "--set", setting);
    strictEqual(code, EXIT.usage);
    match(session.error.join("\n"), problem);
    deepStrictEqual(session.calls, []);
  });
}
Deno.test("feed inspect shows what files hold, problems and progress apart from it", async () => {
  const session = new Session();
  const columns = "time=1 price=px delimiter=\\t";
  const code = await session.run("feed", "inspect", "a.csv", "b.csv", "--columns", columns);
  strictEqual(code, EXIT.ok);
  deepStrictEqual(session.calls, [[
    "inspect",
    ["a.csv", "b.csv"],
    { columns: { time: "1", price: "px", delimiter: "\t" }, isStrict: false },
  ]]);
  deepStrictEqual(session.error, ["half", "a.csv:3: bad"]);
  match(
    session.out.join("\n"),
    /BTC +1970-01-01T00:00:01.000Z +1970-01-01T00:00:03.500Z +2 +0 +2.5/,
  );
});

Deno.test("feed inspect ends with 65 when a file was not read to its end", async () => {
  const session = new Session();
  session.inspection = inspectionOf({ isWhole: false });
  strictEqual(await session.run("feed", "inspect", "a.csv", "--strict", "--json"), 65);
  const shown = JSON.parse(session.out.join(""));
  deepStrictEqual([shown.whole, shown.bad_lines, shown.instruments[0].counts.TradePrinted], [
    false,
    1,
    2,
  ]);
});

Deno.test("feed inspect refuses columns that are no pairs", async () => {
  const session = new Session();
  strictEqual(await session.run("feed", "inspect", "a.csv", "--columns", "time"), EXIT.usage);
  match(session.error.join(), /must be pairs key=value/);
});
