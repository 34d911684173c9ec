/**
 * The command line as a process: what is printed where, and how it ends.
 *
 * Proves the exit codes, R-OPS-2 (nothing starts on a bad configuration) and R-JRN-1 (the journal
 * is readable while the daemon runs).
 * @module
 */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import {
  DaemonProcess,
  productCommand,
  refusedStart,
  runTapeline,
} from "../support/daemon_process.ts";
import { place } from "../support/remote_client.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";

const JOURNAL_MISSING = /^tapeline: Cannot use the journal: there must be one in .*: was none/;

/** Command lines that need no daemon: arguments, code, what must be on stdout, and on stderr. */
const answers: readonly (readonly [readonly string[], number, RegExp, RegExp])[] = [
  [["version"], 0, /^\d+\.\d+\.\d+\n$/, /^$/],
  [["help"], 0, /^Usage: tapeline/, /^$/],
  [["help", "run"], 0, /--state-dir <directory>/, /^$/],
  [["journal", "verify", "--help"], 0, /--json/, /^$/],
  [["check"], 0, /paper:BTC\/USDT[^]*The configuration is valid/, /^$/],
  [["check", "--json"], 0, /^\{"ok":true,[^\n]*\}\n$/, /^$/],
  [["rum"], 64, /^$/, /^tapeline: Cannot read the command line: .*Did you mean run\?/],
  [
    ["run", "--prot", "0"],
    64,
    /^$/,
    /^tapeline: .*unknown option '--prot'\. Did you mean --port\?/,
  ],
  [["journal", "verify", "--jsno"], 64, /^$/, /^tapeline: .*Did you mean --json\?/],
];
for (const [args, code, out, error] of answers) {
  Deno.test(`tapeline ${args.join(" ")} ends with ${code}`, async () => {
    const ended = await runTapeline(...args);
    match(ended.stdout, out);
    match(ended.stderr, error);
    strictEqual(ended.code, code, ended.stderr);
  });
}

/** Journal commands on a directory without a journal: the sentence says so, nothing is made. */
const refusals: readonly (readonly [readonly string[], number, RegExp])[] = [
  [["verify"], 65, /there must be one in .*: was none\. Name the state directory/],
  [["stat"], 65, /there must be one in/],
  [["dump"], 65, JOURNAL_MISSING],
  [["export"], 65, JOURNAL_MISSING],
  [["sql", "select 1"], 64, /^tapeline: Cannot query .*: the daemon must have made it/],
  [["quarantine", "--seq", "1", "--reason", "x"], 64, /^tapeline: Cannot pass over event 1: /],
];
for (const content of ["", "too short"]) {
  Deno.test(`run ends with 69 and a sentence where the token file holds "${content}"`, async () => {
    using directory = new TemporaryDirectory();
    Deno.mkdirSync(directory.state);
    Deno.writeTextFileSync(`${directory.state}/token`, content);
    const { code, log } = await refusedStart({ stateDir: directory.state });
    strictEqual(code, 69, log);
    match(log.split("\n").at(-1) ?? "", /^tapeline: Cannot use the token file: .*remove it/);
    doesNotMatch(log, /Uncaught|\n {4}at /);
  });
}

/** Loaded before the program, from its sources: a built file takes no fault. */
const FAULT_ON_SIGWINCH = `Deno.addSignalListener("SIGWINCH", () => {
  setTimeout(() => { throw new Error("planted"); }, 0);
});`;
Deno.test("run ends with 70 and a sentence for a fault that nothing catches", async () => {
  using directory = new TemporaryDirectory();
  const fault = directory.write("planted_fault.ts", FAULT_ON_SIGWINCH);
  const stateDir = directory.state;
  const command = ["run", "--allow-all", `--preload=${fault}`, "main.ts", "run"];
  const daemon = await DaemonProcess.start({ stateDir, command });
  await until(() => daemon.log.includes('"event":"listening"'), "its log");
  strictEqual(await daemon.stop("SIGWINCH"), 70);
  match(daemon.log, /Error: planted\n {4}at [^]*planted_fault\.ts/);
  match(daemon.log, /\ntapeline: Cannot go on: a fault of the program .*: planted$/);
  await using again = await DaemonProcess.start({ stateDir });
  strictEqual(await again.stop(), 0);
});

Deno.test("why ends with 65 where there is no journal, and with 66 for what it does not hold", async () => {
  using directory = new TemporaryDirectory();
  const args = ["why", "7", "--state-dir", directory.state];
  const missing = await runTapeline(...args);
  strictEqual(missing.code, 65, missing.stderr);
  match(missing.stderr, JOURNAL_MISSING);
  await using daemon = await DaemonProcess.start({ stateDir: directory.state });
  const unknown = await runTapeline(...args);
  strictEqual(unknown.code, 66, unknown.stderr);
  match(unknown.stderr, /^tapeline: Cannot tell the story of 7: the journal holds seq_id 1 to \d+/);
  strictEqual(await daemon.stop(), 0);
});

for (const [args, code, sentence] of refusals) {
  Deno.test(`journal ${args[0]} ends with ${code} where there is no journal`, async () => {
    using directory = new TemporaryDirectory();
    const ended = await runTapeline("journal", ...args, "--state-dir", directory.state);
    strictEqual(ended.code, code, ended.stderr);
    match(ended.stderr + ended.stdout, sentence);
    deepStrictEqual([...Deno.readDirSync(directory.path)], []);
  });
}

const BAD = `mode: papper
wire: { port: 70000, hots: 127.0.0.1 }
venues:
  - name: "p p"
    exchange: paper
    instruments: []
`;
const PROBLEMS = [
  /:1:7: mode: must be paper or dry_run or live: was "papper"/,
  /:2:15: wire\.port: .* was 70000/,
  /:2:22: wire\.hots: is no key of the configuration: did you mean host\?/,
  /:4:11: venues\[0\]\.name: /,
  /:6:18: venues\[0\]\.instruments: /,
];
for (const command of ["check", "run"]) {
  Deno.test(`${command} lists every problem of a configuration with its place and ends with 78`, async () => {
    using directory = new TemporaryDirectory();
    const config = directory.write("bad.yaml", BAD);
    const args = command === "run" ? ["--state-dir", directory.state, "--port", "0"] : [];
    const ended = await runTapeline(command, "--config", config, ...args);
    strictEqual(ended.code, 78, ended.stderr);
    strictEqual(ended.stdout, "");
    for (const problem of PROBLEMS) match(ended.stderr, problem);
    strictEqual(ended.stderr.trimEnd().split("\n").length, PROBLEMS.length + 1);
    deepStrictEqual([...Deno.readDirSync(directory.path)].map(({ name }) => name), ["bad.yaml"]);
  });
}

Deno.test("check --json gives the problems as data", async () => {
  using directory = new TemporaryDirectory();
  const config = directory.write("bad.yaml", BAD);
  const { code, stdout } = await runTapeline("check", "--json", "--config", config);
  strictEqual(code, 78);
  const { ok: isGood, problems } = JSON.parse(stdout) as { ok: boolean; problems: object[] };
  ok(!isGood);
  strictEqual(problems.length, PROBLEMS.length);
  deepStrictEqual(Object.keys(problems[0] ?? {}).sort(), [
    "column",
    "file",
    "line",
    "path",
    "text",
  ]);
});

Deno.test("run ends with 75 where another daemon holds the state, and that one goes on", async () => {
  using directory = new TemporaryDirectory();
  await using daemon = await DaemonProcess.start({ stateDir: directory.state });
  const { code, log } = await refusedStart({ stateDir: directory.state });
  strictEqual(code, 75);
  match(log, /^tapeline: Cannot use the state directory .*: only one daemon may hold it/m);
  Deno.removeSync(`${directory.state}/lock`); // as somebody does who takes it for stale
  strictEqual((await refusedStart({ stateDir: directory.state })).code, 75);
  const client = await daemon.connect("still-there");
  ok(client.ack !== undefined);
  client.close();
  strictEqual(await daemon.stop(), 0);
});

Deno.test("run ends with 69 and a sentence where its port is taken", async () => {
  using directory = new TemporaryDirectory();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const { code, log } = await refusedStart({ stateDir: directory.state, port });
  strictEqual(code, 69);
  match(
    log,
    new RegExp(
      `^tapeline: Cannot listen on 127\\.0\\.0\\.1:${port}: .*--port or metrics\\.port$`,
      "m",
    ),
  );
  const { code: verified } = await runTapeline("journal", "verify", "--state-dir", directory.state);
  strictEqual(verified, 0, "what it wrote before is whole");
});

Deno.test("run ends with 69 and a sentence where its state directory is a file", async () => {
  using directory = new TemporaryDirectory();
  const { code, log } = await refusedStart({ stateDir: directory.write("file", "") });
  strictEqual(code, 69);
  match(log, /^tapeline: Cannot make directory .*file: .*File exists/m);
});

/** Runs a journal command and returns its stdout. */
async function journal(directory: TemporaryDirectory, ...args: string[]): Promise<string> {
  const ended = await runTapeline("journal", ...args, "--state-dir", directory.state);
  strictEqual(ended.code, 0, ended.stderr + ended.stdout);
  return ended.stdout;
}

async function tradeOnce(daemon: DaemonProcess): Promise<void> {
  const client = await daemon.connect("user");
  const fields = { instrument: "paper:BTC/USDT", order_qty: "0.01", ord_type: "Market" };
  await client.market("paper:BTC/USDT");
  await client.send(place("a-1", fields));
  await client.report((report) => report["ord_status"] === "Filled", "the fill");
  client.close();
}

async function readEverything(directory: TemporaryDirectory): Promise<void> {
  const verified = JSON.parse(await journal(directory, "verify", "--json")) as { ok: boolean };
  ok(verified.ok);
  match(await journal(directory, "verify"), /The journal is whole\.\n$/);
  match(await journal(directory, "stat"), /events by type/);
  const dump = await journal(directory, "dump", "--kind", "report");
  match(dump, /^\{"report":\{.*"PendingNew"/);
  match(await journal(directory, "export"), /"exec_id"/);
  const csv = await journal(directory, "export", "--what", "orders", "--format", "csv");
  match(csv.split("\n")[1] ?? "", /a-1/);
  const { code, stdout } = await runTapeline("why", "user/a-1", "--state-dir", directory.state);
  strictEqual(code, 0);
  match(stdout, /^Order 1 of user: Buy 0\.01 Market[^]*Filled, 0\.01 filled at[^]*intents a-1\n/);
  match(stdout, /executed [^]*Latency of Place a-1\n {2}sent → received/);
  const sql = ["sql", "select intent_id, last_qty from fills", "--state-dir", directory.state];
  const isThere = async (): Promise<boolean> =>
    (await runTapeline("journal", ...sql)).stdout.includes('"a-1"');
  await until(isThere, "the fill in the derived database");
}

Deno.test("the journal's commands answer while the daemon runs and after it", async () => {
  using directory = new TemporaryDirectory();
  await using daemon = await DaemonProcess.start({ stateDir: directory.state });
  await tradeOnce(daemon);
  await readEverything(directory);
  strictEqual(await daemon.stop(), 0);
  await readEverything(directory);
});

Deno.test("journal sql refuses what is no query that reads, with a sentence", async () => {
  using directory = new TemporaryDirectory();
  await using daemon = await DaemonProcess.start({ stateDir: directory.state });
  const isMade = async (): Promise<boolean> =>
    (await runTapeline("journal", "sql", "select 1", "--state-dir", directory.state)).code === 0;
  await until(isMade, "the derived database");
  for (const query of ["selec 1", "delete from events"]) {
    const ended = await runTapeline("journal", "sql", query, "--state-dir", directory.state);
    strictEqual(ended.code, 64, ended.stderr);
    match(ended.stderr, /^tapeline: Cannot query .*events\.sqlite: [^\n]*\n$/);
  }
  strictEqual(await daemon.stop(), 0);
});

/** Lets the program be started by a shell that sends its output somewhere else. */
async function redirected(words: string, args: readonly string[]): Promise<Deno.CommandStatus> {
  const command = [...productCommand(), ...args];
  return await new Deno.Command("sh", {
    args: ["-c", `exec "$@" ${words}`, "sh", ...command],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    env: { NO_COLOR: "1" },
  }).spawn().status;
}

/** Lets the program write to a reader that has left before the first byte. */
async function unheard(stream: 1 | 2, args: readonly string[]): Promise<number> {
  using directory = new TemporaryDirectory();
  const end = `${directory.path}/end`;
  const into = stream === 1 ? "2>/dev/null" : "2>&1 >/dev/null";
  const script = `{ sleep 0.2; "$@" ${into}; echo $? > ${end}; } | true`;
  await new Deno.Command("sh", {
    args: ["-c", script, "sh", ...productCommand(), ...args],
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  return Number(Deno.readTextFileSync(end));
}

Deno.test("how it ends does not depend on whether somebody takes its words", async () => {
  using directory = new TemporaryDirectory();
  const gone = ["check", "--config", `${directory.path}/gone.yaml`];
  strictEqual((await redirected("2>/dev/full", gone)).code, 78);
  strictEqual(await unheard(2, gone), 78);
  const verify = ["journal", "verify", "--state-dir", directory.state];
  strictEqual(await unheard(1, verify), 65);
  strictEqual(await unheard(1, ["version"]), 0);
  strictEqual((await redirected(">/dev/full", ["version"])).code, 69);
  const full = await new Deno.Command("sh", {
    args: ["-c", 'exec "$@" >/dev/full', "sh", ...productCommand(), "version"],
    env: { NO_COLOR: "1" },
  }).output();
  match(new TextDecoder().decode(full.stderr), /^tapeline: Cannot write the output: .*\n$/);
});

Deno.test("the journal of systemd is given the sentences of an end as errors", async () => {
  using directory = new TemporaryDirectory();
  const config = directory.write("live.yaml", "mode: nonsense\n");
  const file = directory.write("stderr", "");
  const { dev, ino } = Deno.statSync(file);
  const run = ["run", "--state-dir", directory.state];
  for (const [args, code] of [[["--config", config], 78], [["--port", "x"], 64]] as const) {
    const ended = await new Deno.Command("sh", {
      args: ["-c", `exec "$@" 2>${file}`, "sh", ...productCommand(), ...run, ...args],
      stdin: "null",
      env: { NO_COLOR: "1", JOURNAL_STREAM: `${dev}:${ino}` },
    }).output();
    strictEqual(ended.code, code);
    const lines = Deno.readTextFileSync(file).trimEnd().split("\n");
    match(lines.at(-1) ?? "", /^<3>tapeline: Cannot /);
    ok(lines.every((line) => line.startsWith("<3>")), lines.join("\n"));
  }
});

Deno.test("a daemon whose words nobody takes trades on, and ends with its code", async () => {
  using directory = new TemporaryDirectory();
  const log = directory.write("log", "");
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      `exec "$@" >/dev/full 2>${log}`,
      "sh",
      ...productCommand(),
      ...["run", "--state-dir", directory.state, "--port", "0"],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until(() => /"event":"listening"/.test(Deno.readTextFileSync(log)), "listening");
  const second = ["run", "--state-dir", directory.state, "--port", "0"];
  strictEqual(await unheard(2, second), 75);
  strictEqual((await redirected("2>/dev/full", second)).code, 75);
  child.kill("SIGTERM");
  strictEqual((await child.status).code, 0);
});

Deno.test("a daemon ends with its code though the reader of its log stands still", async () => {
  using directory = new TemporaryDirectory();
  await using first = await DaemonProcess.start({ stateDir: directory.state });
  const script = `mkfifo "$0" && { sleep 30 <"$0" & } && exec 3>"$0" && ` +
    'dd if=/dev/zero bs=4096 count=16 >&3 2>/dev/null; timeout -s KILL 20 "$@" >/dev/null 2>&3; ' +
    "code=$?; kill $!; exit $code";
  const ended = await new Deno.Command("sh", {
    args: [
      ...["-c", script, `${directory.path}/stderr`, ...productCommand(), "run"],
      ...["--state-dir", `${directory.path}/other`, "--port", String(first.listening.port)],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  strictEqual(ended.code, 69);
});
