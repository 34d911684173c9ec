/**
 * `tapeline doctor` as a process. Proves R-OPS-7: it finds a running daemon and does not disturb it,
 * examines a venue and its key, changes nothing, and ends with a code that a script can use.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { JOURNAL_DEFAULTS } from "../../edge/journal/journal.ts";
import type { Finding } from "../../edge/cli/doctor/finding.ts";
import { DaemonProcess, runTapeline } from "../support/daemon_process.ts";
import { liveConfiguration } from "../support/live_configuration.ts";
import { Patience, TemporaryDirectory, until } from "../support/temporary.ts";
import { VenueProcess } from "../venues/control.ts";

type Answer = { readonly ok: boolean; readonly findings: readonly Finding[] };

async function doctor(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly answer: Answer }> {
  const { code, stdout, stderr } = await runTapeline("doctor", "--json", ...args);
  ok(stdout !== "", stderr);
  return { code, answer: JSON.parse(stdout) as Answer };
}

/** Longest time for a machine to keep up with what doctor measures, while it is asked. */
const CALM_MS = 5_000;

/**
 * Asks until it finds nothing to fail and what must pass does, or for some time: a disk, a venue or
 * a daemon that was late is a finding, and none of the test's.
 */
async function doctorOnceCalm(
  args: readonly string[],
  mustPass: readonly string[],
): ReturnType<typeof doctor> {
  const patience = new Patience(CALM_MS);
  for (;;) {
    const found = await doctor(...args);
    const isCalm = found.answer.findings.every(({ check, verdict }) =>
      verdict !== "fail" && !(verdict === "warn" && mustPass.includes(check))
    );
    if (isCalm || patience.isOver) return found;
  }
}

function verdicts({ findings }: Answer, ...checks: readonly string[]): readonly string[] {
  return findings.filter(({ check }) => checks.includes(check))
    .map(({ check, verdict }) => `${check} ${verdict}`);
}

/** Every file below a directory with its size and time of change. */
function snapshot(path: string): readonly string[] {
  return [...Deno.readDirSync(path)].flatMap(({ name, isDirectory }) => {
    const below = `${path}/${name}`;
    if (isDirectory) return snapshot(below);
    const { size, mtime } = Deno.statSync(below);
    return [`${below} ${size} ${mtime?.getTime()}`];
  }).sort();
}

function live(directory: TemporaryDirectory, port: number): string {
  const text = liveConfiguration({
    port,
    directory: directory.path,
  }).replace("wire: {", "wire: { port: 0,"); // the usual one may be somebody else's
  const path = directory.write("live.yaml", text);
  Deno.chmodSync(path, 0o600);
  return path;
}

Deno.test("doctor passes a venue with a narrow key, and fails one that may withdraw", async () => {
  using directory = new TemporaryDirectory();
  {
    await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
    const args = ["--config", live(directory, venue.port), "--state-dir", directory.state];
    const mustPass = ["configuration", "credentials", "venue", "key", "clock"];
    const { code, answer } = await doctorOnceCalm(args, mustPass);
    deepStrictEqual(verdicts(answer, ...mustPass), [
      "configuration pass",
      "credentials pass",
      "clock pass",
      "venue pass",
      "key pass",
    ]);
    deepStrictEqual([code, answer.ok], [0, true], JSON.stringify(answer));
    ok(!JSON.stringify(answer).includes("test-secret"));
  }
  const wide = ["--key-may", "trade,withdraw", "--speed", "0"];
  await using venue = await VenueProcess.start("binance_spot", wide);
  const config = live(directory, venue.port);
  const said: (readonly unknown[])[] = [];
  const isRefused = async (): Promise<boolean> => {
    const { code, answer } = await doctor("--config", config);
    const found = answer.findings.find(({ check }) => check === "key");
    said.push([found?.verdict, found?.remedy, code, answer.ok]);
    return found?.verdict === "fail"; // or the venue was late
  };
  await until(isRefused, "the key to be refused");
  deepStrictEqual(said.at(-1), ["fail", "make a key without withdrawals", 2, false]);
});

Deno.test("doctor says what is wrong with a machine that is not ready, and ends with 2", async () => {
  using directory = new TemporaryDirectory();
  const config = live(directory, 9);
  Deno.chmodSync(config, 0o666);
  Deno.chmodSync(`${directory.path}/secret`, 0o644);
  Deno.mkdirSync(directory.state, { mode: 0o755 });
  Deno.chmodSync(directory.state, 0o755);
  const args = ["--config", config, "--state-dir", directory.state];
  const { code, stdout } = await runTapeline("doctor", ...args);
  strictEqual(code, 2);
  match(stdout, /^fail {2}configuration_file .*0666\n +→ chmod go-w /m);
  match(stdout, /^fail {2}credentials main .*secret can be read by others.*\n +→ chmod 0600 /m);
  match(stdout, /^fail {2}state_directory .*0755\n +→ chmod 0700 /m);
  match(stdout, /^fail {2}venue main .*cannot be reached/m);
  match(stdout, /\d+ passed, \d+ to look at, [4-9] failed, \d+ skipped\n$/);
});

Deno.test("doctor finds a daemon that runs, does not disturb it, and changes nothing", async () => {
  using directory = new TemporaryDirectory();
  const text = `mode: paper
wire: { port: PORT }
metrics: { port: METRICS }
venues:
  - name: paper
    exchange: sim
    feed: { kind: client }
    instruments:
      - { symbol: A/B, base: A, quote: B, price: { quantum: "1" }, quantity: { quantum: "1" } }
`;
  const first = directory.write("first.yaml", text.replace("PORT", "0").replace("METRICS", "0"));
  await using daemon = await DaemonProcess.start({ stateDir: directory.state, config: first });
  const { port, metrics_port: metrics } = daemon.listening;
  const ports = text.replace("PORT", `${port}`).replace("METRICS", `${metrics}`);
  const config = directory.write("c.yaml", ports);
  Deno.chmodSync(config, 0o600);
  const journal = `${directory.state}/journal`;
  const segment = `${journal}/00000001.log`;
  await until(() => Deno.statSync(segment).size > JOURNAL_DEFAULTS.fillBytes, "its Worker's space");
  const before = snapshot(journal);
  const looked = ["state_directory", "token", "lock", "port", "metrics_port", "journal"];
  const args = ["--config", config, "--state-dir", directory.state];
  const { code, answer } = await doctorOnceCalm(args, looked);
  strictEqual(code, 0, JSON.stringify(answer));
  deepStrictEqual(
    verdicts(answer, ...looked, "disk_sync"),
    [
      "state_directory pass",
      "token pass",
      "lock pass",
      "port pass",
      "metrics_port pass",
      "journal pass",
      "disk_sync skip",
    ],
  );
  deepStrictEqual(snapshot(journal), before);
  const left = [...Deno.readDirSync(directory.state)].filter(({ name }) => name.startsWith("."));
  deepStrictEqual(left, []);
  using elsewhere = new TemporaryDirectory();
  const other = await doctor("--config", config, "--state-dir", elsewhere.state);
  deepStrictEqual(verdicts(other.answer, "port"), ["port fail"]);
  strictEqual(await daemon.stop(), 0);
});
