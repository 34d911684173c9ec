/**
 * The machine that `doctor` looks at, and whom it asks: the port, and the venues through their
 * adapters.
 *
 * Limits: a lock is tried and let go at once, so a daemon that starts in that very moment finds it
 * held and ends with code 75. A daemon that answers at the port counts and logs one refused session.
 * @module
 */
import { getHeapStatistics } from "node:v8";
import { denoDisk } from "../deno_disk.ts";
import { journalVerify } from "../journal/inspect.ts";
import { hasJournal } from "../journal/opening.ts";
import { DiskError, type Workers } from "../ports.ts";
import { type Examination, type ExaminationInit, nothingSaid } from "../venues/examination.ts";
import { encodeFrame, FrameReader } from "../../wire/frame.ts";
import type { Entry, LockState, Machine, MetricsState, PortState } from "./doctor/machine.ts";

const BLOCK_BYTES = 4096;
const BLOCKS = 256;
/** However slow the disk is, the measurement ends. */
const MEASURE_MS_MAX = 3000;
const PORT_MS_MAX = 3000;
const EXAMINATION_MS_MAX = 60_000;
const FRAME_BYTES_MAX = 65_536;

/** Returns this machine. */
export function denoMachine(): Machine {
  const disk = denoDisk();
  return {
    uid: Deno.build.os === "windows" ? null : Deno.uid(),
    runtimeVersion: Deno.version.deno,
    heapLimitBytes: getHeapStatistics().heap_size_limit,
    wallMs: Date.now(),
    entry: entryOf,
    readText: (path) => orNothing(() => Deno.readTextFileSync(path)),
    list: (path) =>
      orNothing(() => [...Deno.readDirSync(path)].map(({ name }) => name).sort()) ?? [],
    freeBytes: (path) => disk.freeBytes(path),
    lockOf,
    syncTimes,
    verifyJournal: (directory) =>
      hasJournal(disk, directory) ? journalVerify(disk, directory) : "none",
  };
}

function entryOf(path: string): Entry | "absent" | "denied" {
  try {
    const { isFile, isDirectory, mode, uid, gid } = Deno.statSync(path);
    const kind = isDirectory ? "directory" : isFile ? "file" : "other";
    return { kind, mode: (mode ?? 0) & 0o7777, uid: uid ?? 0, gid: gid ?? 0 };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "absent";
    if (error instanceof Error) return "denied"; // whatever else it is, it was not seen
    throw error;
  }
}

function orNothing<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error) return undefined; // what cannot be read is not there for a check
    throw error;
  }
}

/** A daemon holds the directory as well as the file, which somebody may have removed. */
function lockOf(stateDirectory: string): LockState {
  return triedLock(stateDirectory) === "held" ? "held" : triedLock(`${stateDirectory}/lock`);
}

/** Tries a lock and lets it go. */
function triedLock(path: string): LockState {
  try {
    const file = denoDisk().open(path, "read");
    try {
      return file.tryLock() ? "free" : "held";
    } finally {
      file.close();
    }
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return error.code === "NotFound" ? "absent" : "denied";
  }
}

/** As the journal writes: into space that was taken ahead, each write synced. */
function syncTimes(directory: string): readonly number[] | string {
  const disk = denoDisk();
  const path = `${directory}/.doctor-${crypto.randomUUID()}`;
  const times: number[] = [];
  const block = new Uint8Array(BLOCK_BYTES).fill(0x2e);
  try {
    const file = disk.open(path, "create");
    try {
      file.writeAt(new Uint8Array(BLOCK_BYTES * BLOCKS), 0);
      file.syncData();
      const startMs = performance.now();
      for (let at = 0; at < BLOCKS && performance.now() - startMs < MEASURE_MS_MAX; at++) {
        const beganMs = performance.now();
        file.writeAt(block, at * BLOCK_BYTES);
        file.syncData();
        times.push((performance.now() - beganMs) * 1000);
      }
    } finally {
      file.close();
      disk.remove(path);
    }
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return error.message;
  }
  return times;
}

/** Asks who listens at an address: whoever refuses a session in our frames is a daemon. */
export async function portState(
  address: { readonly hostname: string; readonly port: number },
): Promise<PortState> {
  try {
    using connection = await Deno.connect({ ...address, signal: AbortSignal.timeout(PORT_MS_MAX) });
    const timer = setTimeout(() => connection.closeWrite().catch(() => undefined), PORT_MS_MAX);
    try {
      return await answersAsDaemon(connection);
    } finally {
      clearTimeout(timer);
    }
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return "free";
    if (error instanceof Error) return "other"; // something is there, and it is not ours
    throw error;
  }
}

/** Asks who answers where metrics are to be had. */
export async function metricsState(
  { hostname, port }: { readonly hostname: string; readonly port: number },
): Promise<MetricsState> {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  const signal = AbortSignal.timeout(PORT_MS_MAX);
  try {
    (await Deno.connect({ hostname, port, signal })).close();
    const answer = await fetch(`http://${host}:${port}/healthz`, { signal });
    const said: unknown = await answer.json();
    if (!isHealth(said)) return { state: "other" };
    return { state: "tapeline", version: said.version, mode: said.mode };
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return { state: "free" };
    if (error instanceof Error) return { state: "other" }; // whatever it speaks, it is not ours
    throw error;
  }
}

function isHealth(said: unknown): said is { readonly version: string; readonly mode: string } {
  return typeof said === "object" && said !== null &&
    typeof Reflect.get(said, "version") === "string" &&
    typeof Reflect.get(said, "mode") === "string";
}

async function answersAsDaemon(connection: Deno.TcpConn): Promise<PortState> {
  const hello = {
    type: "HELLO",
    wire: [1],
    client_id: "doctor",
    token: "not-the-token-of-anybody",
  };
  await connection.write(encodeFrame(JSON.stringify(hello)));
  const reader = new FrameReader({ maxFrameBytes: FRAME_BYTES_MAX });
  const chunk = new Uint8Array(FRAME_BYTES_MAX);
  for (;;) {
    const count = await Promise.race([connection.read(chunk), later()]);
    if (count === null) return "other";
    reader.push(chunk.subarray(0, count));
    const body = reader.next(); // what is no frame throws, and is taken for another's
    if (body !== undefined) return isError(body);
  }
}

/** null, as an end of the stream is. */
function later(): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), PORT_MS_MAX));
}

function isError(body: Uint8Array): PortState {
  return /^\{"type":"ERROR"/.test(new TextDecoder().decode(body)) ? "tapeline" : "other";
}

/** Examines a venue in a Worker of its own, which is ended whatever it does. */
export async function examineVenue(
  workers: Workers,
  init: ExaminationInit,
): Promise<Examination> {
  const link = workers.start("examination", init);
  const said = Promise.withResolvers<Examination>();
  const give = (reason: string): void =>
    said.resolve(nothingSaid(reason, { kind: "unknown", reason }));
  link.onMessage((message) => said.resolve(message as Examination));
  link.onError(give);
  const timer = setTimeout(() => give("it did not answer in time"), EXAMINATION_MS_MAX);
  const found = await said.promise;
  clearTimeout(timer);
  link.terminate();
  return found;
}
