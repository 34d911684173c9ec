/**
 * A disk that fails once, under load from several clients: the daemon tells them, ends with 74, and
 * nothing that it ever said is taken back.
 *
 * A library preloaded into the daemon makes one write or sync of a journal segment fail and lets the
 * next ones succeed, as a kernel does. Proves R-JRN-2 and the part of DESIGN "a journal error ends
 * the process".
 * @module
 */
import { match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DaemonProcess, refusedStart } from "../support/daemon_process.ts";
import { Draws } from "../support/draws.ts";
import { isUnbroken, type Load, startLoads } from "../support/load.ts";
import { compiler, mounting, testWith } from "../support/needs.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";

const CLIENTS = 4;
const ROUNDS = 3;
/** Longest time until a disk fails under load. */
const FAULT_MS = 120_000;
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

/** Trades until the disk fails, which it may once all clients trade; returns what each sent and heard. */
async function tradeUntilFault(
  daemon: DaemonProcess,
  said: RegExp,
  allow: () => void = () => {},
): Promise<readonly Load[]> {
  const { loads, running } = await startLoads(daemon, CLIENTS);
  allow();
  let isOver = false;
  running.then(() => isOver = true);
  await until(() => isOver, "the fault", FAULT_MS);
  strictEqual(await daemon.ended(), 74, daemon.log);
  match(daemon.log, /^tapeline: Cannot write the journal: /m);
  match(daemon.log, said);
  for (const load of loads) {
    strictEqual(load.lastMessage?.["code"], "JOURNAL_UNAVAILABLE", load.id);
    ok(load.lastMessage["fatal"]);
  }
  return loads;
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
        const number = 1 + draws.below(callsMax);
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
  const armed = `${directory.path}/armed`;
  const env = { LD_PRELOAD: of.library, DISK_FAULT: of.fault, DISK_FAULT_ARMED: armed };
  await using failing = await DaemonProcess.start({ stateDir, env });
  const loads = await tradeUntilFault(failing, of.said, () => Deno.writeTextFileSync(armed, ""));
  await using daemon = await DaemonProcess.start({ stateDir });
  for (const load of loads) await isUnbroken(daemon, load);
  strictEqual(await daemon.stop(), 0);
}
