/**
 * Backup and restore as the runbook says: a copy of a running daemon, in the runbook's order, is put
 * back after more has happened, and started with `--accept-loss`.
 *
 * Proves R-JRN-2 and R-OPS-7 (backup and restore) on a real disk.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { DaemonProcess, refusedStart, runTapeline } from "../support/daemon_process.ts";
import { place, type RemoteClient, type Report } from "../support/remote_client.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";

const INSTRUMENT = "paper:BTC/USDT";
const PAGE = new URL("../../docs/operations/backup.md", import.meta.url);

/** The shell block below a heading of the page about backups, as it is for these directories. */
function commandsOf(heading: string, at: { readonly from: string; readonly to: string }): string {
  const section = Deno.readTextFileSync(PAGE).split(/^## /m)
    .find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const block = /```sh\n(.*?)```/s.exec(section)?.[1] ?? "";
  ok(block !== "", heading);
  return block.replaceAll("sudo ", "").replaceAll("/var/lib/tapeline", at.from)
    .replaceAll("COPY", at.to);
}

/** Copies as the page says, of a daemon that runs. */
function copy(from: string, to: string): boolean {
  return copied("While it runs", { from, to });
}

function copied(heading: string, at: { readonly from: string; readonly to: string }): boolean {
  const script = commandsOf(heading, at);
  return new Deno.Command("sh", { args: ["-euc", script], stderr: "null" }).outputSync().success;
}

/** Asks of a copy what the page says is to be asked; true if it is good. */
async function isGood(to: string): Promise<boolean> {
  const asked = commandsOf("A copy is good when it verifies", { from: "", to })
    .trim().split("\n").map((line) => line.split(" ").slice(1));
  ok(asked.length > 0);
  for (const args of asked) if ((await runTapeline(...args)).code !== 0) return false;
  return true;
}

/** Copies until a copy is whole, as the runbook says. */
async function backup(from: string, to: string): Promise<void> {
  await until(
    async () => {
      await Deno.remove(to, { recursive: true }).catch(() => {});
      return copy(from, to) && await isGood(to);
    },
    "a copy that is whole",
    60_000,
  );
}

async function connect(
  daemon: DaemonProcess,
  hello: Readonly<Record<string, unknown>> = {},
): Promise<RemoteClient> {
  return await daemon.connect("maker", { cancel_on_disconnect: false, ...hello });
}

async function accepted(client: RemoteClient, intentId: string): Promise<Report> {
  await client.market(INSTRUMENT);
  await client.send(place(intentId, { instrument: INSTRUMENT, order_qty: "0.01", price: "58000" }));
  return await client.report(
    (report) => report["intent_id"] === intentId && report["ord_status"] === "Accepted",
    intentId,
  );
}

Deno.test("a backup of a running daemon is put back, its loss accepted, and trading resumed", async () => {
  using directory = new TemporaryDirectory();
  const state = directory.state;
  const saved = `${directory.path}/backup`;
  const first = await DaemonProcess.start({ stateDir: state });
  const client = await connect(first);
  await accepted(client, "before");
  await backup(state, saved);
  const lost = await accepted(client, "lost");
  const journalId = client.ack?.["journal_id"];
  client.close();
  await first.stop("SIGKILL");

  Deno.removeSync(state, { recursive: true });
  ok(copy(saved, state));
  const both = await refusedStart({
    stateDir: state,
    flags: ["--accept-loss", "--resume-trading"],
  });
  strictEqual(both.code, 64);
  const halted = await DaemonProcess.start({
    stateDir: state,
    flags: ["--accept-loss"],
  });
  strictEqual(halted.alarms("loss_accepted").length, 1);
  const stranger = await connect(halted, {
    resume_from: lost.report_seq,
    resume_journal_id: journalId,
  });
  deepStrictEqual(stranger.messages.map((message) => message["code"]), ["JOURNAL_CHANGED"]);
  stranger.close();
  const late = await connect(halted);
  strictEqual(late.ack?.["trading_state"], "Halted");
  const { result } = await late.query("orders");
  const rows = result as readonly Readonly<Record<string, unknown>>[];
  deepStrictEqual(rows.map((row) => row["intent_id"]), ["before"]);
  late.close();
  strictEqual(await halted.stop(), 0);

  await using resumed = await DaemonProcess.start({
    stateDir: state,
    flags: ["--resume-trading"],
  });
  const again = await connect(resumed);
  const report = await accepted(again, "after");
  ok(Number(report["order_id"]) > 1_000, `${report["order_id"]}`);
  again.close();
  const [aside = ""] = [...Deno.readDirSync(`${state}/lost`)].map(({ name }) => name);
  const old = await runTapeline("journal", "verify", "--state-dir", `${state}/lost/${aside}`);
  match(old.stdout, /The journal is whole/);
  const now = await runTapeline("journal", "verify", "--state-dir", state);
  match(now.stdout, /The journal is whole/);
});

Deno.test("a backup takes what was said of poison events along, and is for its owner alone", () => {
  using directory = new TemporaryDirectory();
  const [state, saved] = [directory.state, `${directory.path}/backup`];
  Deno.mkdirSync(`${state}/journal`, { recursive: true });
  const small = ["high_water", "poison", "quarantine", "token"];
  for (const name of [...small, "lock", "events.sqlite"]) {
    Deno.writeTextFileSync(`${state}/${name}`, "");
  }
  ok(copy(state, saved));
  deepStrictEqual([...Deno.readDirSync(saved)].map(({ name }) => name).sort(), [
    "high_water",
    "journal",
    "poison",
    "quarantine",
    "token",
  ]);
  strictEqual((Deno.statSync(saved).mode ?? 0) & 0o777, 0o700);
});

Deno.test("a backup of a stopped daemon is of the directory, where its unit has a link to it", () => {
  using directory = new TemporaryDirectory();
  const [link, saved] = [`${directory.path}/linked`, `${directory.path}/backup`];
  Deno.mkdirSync(`${directory.state}/journal`, { recursive: true });
  Deno.writeTextFileSync(`${directory.state}/high_water`, "7");
  Deno.symlinkSync(directory.state, link);
  ok(copied("While the daemon is stopped", { from: link, to: saved }));
  Deno.removeSync(directory.state, { recursive: true });
  ok(Deno.lstatSync(saved).isDirectory);
  deepStrictEqual([...Deno.readDirSync(saved)].map(({ name }) => name).sort(), [
    "high_water",
    "journal",
  ]);
});
