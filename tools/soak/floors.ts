/**
 * The machine beside the daemon: a round trip through a bare echo server, and a write with its
 * sync, ten times a second for as long as the load lasts. What they cost is what the machine is
 * like in that minute.
 * @module
 */
import { pause } from "./client.ts";
import { TimingLog } from "./recording.ts";

const EVERY_MS = 100;
/** About an intent. */
const ECHO_BYTES = 300;
/** About the batch of an intent. */
const APPEND_BYTES = 4_096;
/** The file is filled before, and written around: no space is taken. */
const FILE_BYTES = 1_048_576;

/** Measures until it is stopped. */
export class Floors {
  readonly echo = new TimingLog();
  readonly sync = new TimingLog();
  readonly #startMs: number;
  #isStopped = false;

  constructor({ startMs }: { readonly startMs: number }) {
    this.#startMs = startMs;
  }

  /** Measures both, one after the other. */
  async run(of: { readonly echoPort: number; readonly path: string }): Promise<void> {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: of.echoPort });
    connection.setNoDelay();
    using file = await Deno.open(of.path, { write: true, create: true });
    await file.write(new Uint8Array(FILE_BYTES));
    const block = new Uint8Array(APPEND_BYTES).fill(1);
    for (let offset = 0; !this.#isStopped; offset = (offset + APPEND_BYTES) % FILE_BYTES) {
      await pause(EVERY_MS);
      await this.#measure(this.echo, () => roundTrip(connection));
      await file.seek(offset, Deno.SeekMode.Start);
      await this.#measure(this.sync, async () => {
        await file.write(block);
        await file.syncData();
      });
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #measure(into: TimingLog, work: () => Promise<unknown>): Promise<void> {
    const beganMs = performance.now();
    await work();
    const nowMs = performance.now();
    into.add({ atMs: nowMs - this.#startMs, us: (nowMs - beganMs) * 1_000 });
  }
}

async function roundTrip(connection: Deno.TcpConn): Promise<void> {
  const bytes = new Uint8Array(ECHO_BYTES);
  await connection.write(bytes);
  for (let read = 0; read < ECHO_BYTES;) {
    const count = await connection.read(bytes);
    if (count === null) throw new Error("Cannot measure the echo: the server must stay");
    read += count;
  }
}
