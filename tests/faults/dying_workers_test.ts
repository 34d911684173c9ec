/**
 * Workers that die of a fault of their own, in the process that users run: it ends with a code that a
 * supervisor restarts, no half of anything is told, and the next start finds what was under way.
 *
 * Proves R-EXEC-3 and R-JRN-2 where a heap is full and where the journal's Worker is gone.
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { DaemonProcess } from "../support/daemon_process.ts";
import { place, type RemoteClient } from "../support/remote_client.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";
import { testVenueConfiguration } from "../venue/capabilities.ts";
import { ExchangeProcess } from "../venue/exchange_process.ts";
import { DYING_DIRECTORY } from "../venue/dying_workers.ts";

const FIELDS = { instrument: "x:TST/USD", order_qty: "1", price: "90" };
/** A signal ends a process with 128 and its number: SIGTRAP, which a full heap is. */
const HEAP_FULL = 133;
const FAULT = 70;

type Life = {
  readonly exchange: ExchangeProcess;
  readonly start: () => Promise<DaemonProcess>;
  readonly dies: (worker: "journal" | "venue") => void;
  readonly lives: (worker: "journal" | "venue") => void;
};

async function withLife(use: (life: Life) => Promise<void>): Promise<void> {
  using directory = new TemporaryDirectory();
  const exchange = await ExchangeProcess.start(1, directory.path);
  try {
    await exchange.calm();
    const config = directory.write("test.yaml", testVenueConfiguration(exchange.port));
    const start = (): Promise<DaemonProcess> =>
      DaemonProcess.start({
        ...{ stateDir: directory.state, config, main: "tests/venue/dying_main.ts" },
        env: { [DYING_DIRECTORY]: directory.path, DENO_V8_FLAGS: "--max-old-space-size=96" },
      });
    await use({
      exchange,
      start,
      dies: (worker) => void directory.write(worker, ""),
      lives: (worker) => Deno.removeSync(`${directory.path}/${worker}`),
    });
  } finally {
    await exchange.stop();
  }
}

/** Connects, and waits until the venue can be traded on. */
async function trader(daemon: DaemonProcess): Promise<RemoteClient> {
  const client = await daemon.connect("alice", { resume_from: 0, cancel_on_disconnect: false });
  await until(() => {
    const venues = client.heartbeats.at(-1)?.["venues"];
    return (venues as Readonly<Record<string, unknown>> | undefined)?.["x"] === "up";
  }, "the venue");
  return client;
}

function kinds(client: RemoteClient): unknown[] {
  return client.reports.map((report) => report["exec_type"]);
}

Deno.test("a Worker whose heap is full takes the process, and its order is found and not sent again", async () => {
  await withLife(async ({ exchange, start, dies, lives }) => {
    const dying = await start();
    const before = await trader(dying);
    dies("venue");
    await before.send(place("a1", FIELDS));
    await before.closed();
    strictEqual(await dying.ended(), HEAP_FULL, dying.log);
    deepStrictEqual(kinds(before), ["PendingNew"]);
    lives("venue");
    await using daemon = await start();
    const after = await trader(daemon);
    await after.report((report) => report["exec_type"] === "New", "what became of it");
    deepStrictEqual(after.reports[0], before.reports[0]);
    const { duplicates, orders } = await exchange.audit();
    deepStrictEqual([duplicates, orders.map(({ state }) => state)], [0, ["open"]]);
    after.close();
  });
});

Deno.test("a journal's Worker that dies ends the daemon with 70, and what it did not write has not happened", async () => {
  await withLife(async ({ exchange, start, dies, lives }) => {
    const dying = await start();
    const before = await trader(dying);
    dies("journal");
    await before.send(place("a1", FIELDS));
    await before.closed();
    strictEqual(await dying.ended(), FAULT, dying.log);
    match(dying.log, /^tapeline: Cannot write the journal: its Worker must live: .*allocation/m);
    strictEqual(before.messages.at(-1)?.["code"], "JOURNAL_UNAVAILABLE");
    deepStrictEqual(kinds(before), []);
    lives("journal");
    await using daemon = await start();
    const after = await trader(daemon);
    deepStrictEqual((await exchange.audit()).orders, []);
    await after.send(place("a1", FIELDS));
    await after.report((report) => report["exec_type"] === "New", "its order");
    deepStrictEqual(kinds(after), ["PendingNew", "New"]);
    after.close();
  });
});
