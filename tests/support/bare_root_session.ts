/**
 * Trades with the executable in a bare root, as a user without name, home, environment or network,
 * kills it and goes on. Runs in a network and a mount namespace of its own: `ROOT`, its directory.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { DaemonProcess } from "./daemon_process.ts";
import { place, RemoteClient } from "./remote_client.ts";
import { until } from "./temporary.ts";

const INSTRUMENT = "paper:BTC/USDT";
/** Rests: below the generated market, inside its collar. */
const RESTING = { instrument: INSTRUMENT, order_qty: "0.001", price: "58000.00" };
const NOBODY = 65_534;
/** All of its environment. */
const PATH = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";

const [root = ""] = Deno.args;

function start(): Promise<DaemonProcess> {
  const user = ["chroot", `--userspec=${NOBODY}:${NOBODY}`, root];
  return DaemonProcess.start({ stateDir: "/tmp/state", wrap: ["env", "-i", PATH, ...user] });
}

function connect(daemon: DaemonProcess, hello = {}): Promise<RemoteClient> {
  const { port, token_file } = daemon.listening;
  const token = Deno.readTextFileSync(`${root}${token_file}`).trim();
  return RemoteClient.connect({ port, token, clientId: "bare", hello });
}

async function best(client: RemoteClient): Promise<unknown> {
  return (await client.query("best", { instrument: INSTRUMENT, side: "Buy" }))["result"];
}

await using killed = await start();
const before = await connect(killed, { cancel_on_disconnect: false });
await until(async () => await best(before) !== null, "a market");
await before.send(place("b-1", RESTING));
await before.report((report) => report["exec_type"] === "New", "an accepted order");
strictEqual(await killed.stop("SIGKILL"), 137);
await before.closed();

await using daemon = await start();
const resume_journal_id = before.ack?.["journal_id"];
const hello = { cancel_on_disconnect: false, resume_from: 0, resume_journal_id };
const after = await connect(daemon, hello);
await after.report((report) => report["exec_type"] === "New", "the reports");
deepStrictEqual(after.reports, before.reports, "the same reports, word for word");
const orders = await after.query("orders", { open: true });
strictEqual((orders["result"] as unknown[]).length, 1, "the order rests");
after.close();
strictEqual(await daemon.stop(), 0);
ok(Deno.statSync(`${root}/var/tmp/tapeline-${NOBODY}`).isDirectory);
