/**
 * A disk that fails once, under load from several clients: the daemon tells them, ends with 74, and
 * nothing that it ever said is taken back.
 *
 * A library preloaded into the daemon makes one write or sync of a journal segment fail and lets the
 * next ones succeed, as a kernel does. Proves R-JRN-2 and the part of DESIGN "a journal error ends
 * the process".
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DaemonProcess, refusedStart } from "../support/daemon_process.ts";
import { Draws } from "../support/draws.ts";
import { compiler, mounting, testWith } from "../support/needs.ts";
import { place, RemoteClient, type Report } from "../support/remote_client.ts";
import { pause, TemporaryDirectory, until } from "../support/temporary.ts";

const CLIENTS = 4;
const ROUNDS = 3;
const FAULTS = [
  { operation: "fdatasync", error: "EIO", said: /os error 5/, callsMax: 120 },
  { operation: "write", error: "ENOSPC", said: /os error 28/, callsMax: 200 },
] as const;

async function compileShim(directory: TemporaryDirectory): Promise<string> {
  const library = `${directory.path}/disk_fault.so`;
  const source = fileURLToPath(new URL("./disk_fault.c", import.meta.url));
  const args = ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"];
  const { success, stderr } = await new Deno.Command("cc", { args }).output();
  ok(success, new TextDecoder().decode(stderr));
  return library;
}

type Sent = Readonly<Record<string, unknown>> & { readonly intent_id: string };

/** A client that trades as fast as it is answered, until its connection ends. */
class Load {
  readonly id: string;
  readonly sent: Sent[] = [];
  readonly #client: RemoteClient;
  constructor(id: string, client: RemoteClient) {
    this.id = id;
    this.#client = client;
  }

  get reports(): readonly Report[] {
    return this.#client.reports;
  }

  get lastMessage(): Readonly<Record<string, unknown>> | undefined {
    return this.#client.messages.at(-1);
  }

  async run(): Promise<void> {
    for (let at = 1; !this.#client.isClosed; at++) {
      const order = { instrument: "paper:BTC/USDT", order_qty: "0.001", price: "58000.00" };
      const intent = place(`${this.id}-${at}`, order) as Sent;
      this.sent.push(intent);
      await this.#client.send(intent).catch(() => this.#client.close());
      await pause(1);
    }
  }

  close(): void {
    this.#client.close();
  }
}

async function connect(
  daemon: DaemonProcess,
  clientId: string,
  hello: Readonly<Record<string, unknown>> = {},
): Promise<RemoteClient> {
  const { listening: { port }, token } = daemon;
  const keep = { cancel_on_disconnect: false };
  return await RemoteClient.connect({ port, token, clientId, hello: { ...keep, ...hello } });
}

/** Trades until the disk fails; returns what each client sent and heard. */
async function tradeUntilFault(daemon: DaemonProcess, said: RegExp): Promise<readonly Load[]> {
  const loads = await Promise.all(
    Array.from(
      { length: CLIENTS },
      async (_, at) => new Load(`load-${at}`, await connect(daemon, `load-${at}`)),
    ),
  );
  const running = Promise.all(loads.map((load) => load.run()));
  strictEqual(await daemon.ended(), 74, daemon.log);
  await running;
  match(daemon.log, /^tapeline: Cannot write the journal: /m);
  match(daemon.log, said);
  for (const load of loads) {
    strictEqual(load.lastMessage?.["code"], "JOURNAL_UNAVAILABLE", load.id);
    ok(load.lastMessage["fatal"]);
  }
  return loads;
}

/** Everything a client was told is there word for word; what it was not told it sends again. */
async function isUnbroken(daemon: DaemonProcess, load: Load): Promise<void> {
  const client = await connect(daemon, load.id, { resume_from: 0 });
  const replayed = Number(client.ack?.["report_seq"]);
  await until(() => client.reports.length >= replayed, `${replayed} reports of ${load.id}`);
  const told = load.reports.map((report) => JSON.stringify(report));
  const kept = client.reports.slice(0, told.length).map((report) => JSON.stringify(report));
  deepStrictEqual(kept, told);
  deepStrictEqual(
    client.reports.map(({ report_seq }) => report_seq),
    client.reports.map((_, at) => at + 1),
  );
  await resend(client, load);
  client.close();
}

async function resend(client: RemoteClient, { id, sent }: Load): Promise<void> {
  const answered = (): Set<unknown> => new Set(client.reports.map((report) => report["intent_id"]));
  const unanswered = sent.filter(({ intent_id }) => !answered().has(intent_id));
  for (const intent of unanswered) await client.send(intent);
  await until(() => answered().size === sent.length, `answers to all of ${id}`);
  const placed = client.reports.filter((report) => report["exec_type"] === "PendingNew");
  strictEqual(placed.length, new Set(placed.map((report) => report["intent_id"])).size);
  strictEqual(placed.length, new Set(placed.map((report) => report["order_id"])).size);
}

for (const { operation, error, said, callsMax } of FAULTS) {
  testWith(
    [compiler],
    `a ${operation} that fails with ${error} under load ends the daemon with 74 and takes nothing back`,
    async () => {
      using tools = new TemporaryDirectory();
      const library = await compileShim(tools);
      const seed = Date.now() % 1_000_000;
      const draws = new Draws(seed);
      for (let round = 0; round < ROUNDS; round++) {
        const number = 15 + draws.below(callsMax - 15);
        const fault = `${operation}:${error}:${number}`;
        await survives({ library, fault, said }).catch((cause) => {
          throw new Error(`with DISK_FAULT=${fault} (seed ${seed})`, { cause });
        });
      }
    },
  );
}

testWith(
  [compiler],
  "a first commit that fails ends the start with 74, before anything is served",
  async () => {
    using directory = new TemporaryDirectory();
    const library = await compileShim(directory);
    const env = { LD_PRELOAD: library, DISK_FAULT: "fdatasync:EIO:1" };
    const { code, log } = await refusedStart({ stateDir: directory.state, env });
    strictEqual(code, 74);
    match(log, /^tapeline: Cannot write the journal: /m);
  },
);

testWith(
  [mounting],
  "a disk that fills up ends the daemon with 74, and with more room it goes on",
  async () => {
    using directory = new TemporaryDirectory();
    using disk = new SmallDisk(directory.path, "6m");
    const stateDir = `${disk.path}/state`;
    await using failing = await DaemonProcess.start({ stateDir });
    const loads = await tradeUntilFault(failing, /os error 28/);
    disk.resize("64m");
    await using daemon = await DaemonProcess.start({ stateDir });
    for (const load of loads) await isUnbroken(daemon, load);
    strictEqual(await daemon.stop(), 0);
  },
);

/** A file system of its own, in memory. */
class SmallDisk implements Disposable {
  readonly path: string;
  constructor(folder: string, size: string) {
    this.path = `${folder}/disk`;
    Deno.mkdirSync(this.path);
    mount("-t", "tmpfs", "-o", `size=${size}`, "tmpfs", this.path);
  }

  resize(size: string): void {
    mount("-o", `remount,size=${size}`, this.path);
  }

  [Symbol.dispose](): void {
    new Deno.Command("umount", { args: [this.path] }).outputSync();
  }
}

function mount(...args: string[]): void {
  const { success, stderr } = new Deno.Command("mount", { args }).outputSync();
  ok(success, new TextDecoder().decode(stderr));
}

async function survives(
  of: { readonly library: string; readonly fault: string; readonly said: RegExp },
): Promise<void> {
  using directory = new TemporaryDirectory();
  const stateDir = directory.state;
  const env = { LD_PRELOAD: of.library, DISK_FAULT: of.fault };
  await using failing = await DaemonProcess.start({ stateDir, env });
  const loads = await tradeUntilFault(failing, of.said);
  await using daemon = await DaemonProcess.start({ stateDir });
  for (const load of loads) await isUnbroken(daemon, load);
  strictEqual(await daemon.stop(), 0);
}
