/**
 * The daemon as a process with a venue outside, a fake one on this machine: with keys, without, and
 * without a network. Proves R-EXEC-5 (it trades once reconciled, and compares when asked), R-OPS-2
 * in part (secrets by place), and that what is missing is one sentence, without a stack or a secret.
 * @module
 */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import { DaemonProcess } from "../support/daemon_process.ts";
import { freePort } from "../support/free_port.ts";
import { liveConfiguration } from "../support/live_configuration.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";
import { VenueProcess } from "../venues/control.ts";

/** What the task `live` allows, with the narrowest network that does. */
const PERMISSIONS = [
  "--no-check",
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-net=127.0.0.1,[::1]",
  "--allow-env",
  "--allow-sys",
];

/** A library of some megabytes is loaded, on a machine that has other things to do. */
const WAIT_MS = 30_000;

function statuses(daemon: DaemonProcess): readonly unknown[] {
  return daemon.logged("venue_status").map(({ status }) => status);
}

/** Starts the daemon with the narrowest permissions that are enough. */
function start(directory: TemporaryDirectory, config: string): Promise<DaemonProcess> {
  const path = `${directory.path}/live.yaml`;
  Deno.writeTextFileSync(path, config);
  return DaemonProcess.start({
    permissions: PERMISSIONS,
    config: path,
    stateDir: `${directory.path}/state`,
  });
}

function journalOf(directory: TemporaryDirectory): string {
  const journal = `${directory.path}/state/journal`;
  return [...Deno.readDirSync(journal)].map(({ name }) =>
    new TextDecoder().decode(Deno.readFileSync(`${journal}/${name}`))
  ).join("");
}

const RECONCILED_AS_ASKED = /"event_type":"ReconcileAsked"[^]*"event_type":"Reconciled"/;

function eventsIn(directory: TemporaryDirectory, type: string): number {
  return journalOf(directory).split(`"event_type":"${type}"`).length - 1;
}

Deno.test("run with keys reconciles, is up, compares on SIGUSR2, and shows no secret anywhere", async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--seed", "7"]);
  using directory = new TemporaryDirectory();
  const config = liveConfiguration({ port: venue.port, directory: directory.path });
  await using daemon = await start(directory, config);
  strictEqual(daemon.listening.mode, "live");
  await until(() => statuses(daemon).includes("up"), "up", WAIT_MS);
  // An answer that comes too late has it try again: what comes before "up" is the same.
  const said = statuses(daemon);
  strictEqual(said[said.indexOf("up") - 1], "reconciling");
  await until(() => eventsIn(directory, "BookSnapshot") > 0, "a book", WAIT_MS);
  daemon.signal("SIGUSR2");
  const isDone = (): boolean => RECONCILED_AS_ASKED.test(journalOf(directory));
  await until(isDone, "another reconciliation", WAIT_MS);
  strictEqual(eventsIn(directory, "ReconcileAsked"), 1);
  ok(eventsIn(directory, "InstrumentListed") >= 2, "the venue's rules are listed");
  strictEqual(await daemon.stop(), 0);
  const everything = journalOf(directory) + daemon.log + daemon.stdout.join("\n");
  doesNotMatch(everything, /test-secret|test-api-key/);
  ok(daemon.stdout.some((line) => line.includes("trades LIVE on main (binance)")));
  ok(
    !daemon.stdout.some((line) => line.includes("c.place")),
    "nobody is given a live order to paste",
  );
});

Deno.test("run without keys says so in one sentence and gives market data", async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--seed", "7"]);
  using directory = new TemporaryDirectory();
  const config = liveConfiguration({ port: venue.port, directory: directory.path });
  Deno.removeSync(`${directory.path}/secret`);
  await using daemon = await start(directory, config);
  await until(() => eventsIn(directory, "BookSnapshot") > 0, "a book", WAIT_MS);
  deepStrictEqual(new Set(statuses(daemon)), new Set(["down"]));
  // The markets may come at the second attempt only, which is another reason.
  const reasons = daemon.logged("venue_status").map(({ reason }) => String(reason));
  const missing = /^credentials\.secret must be a file that can be read: was /;
  strictEqual(reasons.filter((reason) => missing.test(reason)).length, 1, reasons.join("\n"));
  doesNotMatch(daemon.log, /^\s+at /m, "no stack");
  strictEqual(await daemon.stop(), 0);
});

Deno.test("run without a network says so and tries again, and is up once there is one", async () => {
  using directory = new TemporaryDirectory();
  const port = freePort();
  await using daemon = await start(
    directory,
    liveConfiguration({ port, directory: directory.path }),
  );
  await until(() => statuses(daemon).includes("down"), "down", WAIT_MS);
  match(
    String(daemon.logged("venue_status")[0]?.["reason"]),
    /^Cannot load the markets .*Connection refused/,
  );
  doesNotMatch(daemon.log, /^\s+at /m, "no stack");
  await using _venue = await VenueProcess.start("binance_spot", ["--port", String(port)]);
  await until(() => statuses(daemon).includes("up"), "up", WAIT_MS);
  strictEqual(daemon.logged("venue_adapter_died").length, 0);
  strictEqual(await daemon.stop(), 0);
});
