/**
 * Pipelining client on the same runtime as the server: keeps a window of intents outstanding, scans
 * the frames that come back, counts the answers. The clock starts when as many answers have come as
 * the warm-up asks for: the days after count, not a young process' compiler. An echo measured with it does the same framing work
 * on both sides as the daemon measured with it, so their ratio says what the daemon adds.
 *
 *   pipe_client.ts echo PORT COUNT WARM_UP WINDOW
 *   pipe_client.ts daemon PORT COUNT WARM_UP WINDOW TOKEN_FILE CLIENT VENUE
 *
 * Prints one JSON object: count, seconds, per_second.
 * @module
 */
import { Buffer } from "node:buffer";

const HEADER_BYTES = 4;
const READ_BYTES = 1 << 20;
const WRITE_BYTES_MAX = 60_000;
const HEARTBEAT_MS = 500;

type Setting = {
  readonly connection: Deno.TcpConn;
  readonly count: number;
  readonly warmUp: number;
  readonly window: number;
  readonly client: string;
  readonly venue: string;
  /** Part of every answer that counts, and of no other frame. */
  readonly mark: string;
  readonly hasHeartbeat: boolean;
};

const encoder = new TextEncoder();

function frameOf(text: string): Uint8Array {
  const body = encoder.encode(text);
  const frame = new Uint8Array(HEADER_BYTES + body.length);
  new DataView(frame.buffer).setUint32(0, body.length);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/** One resting order far from any market, as `load.c` builds it. */
function intentText({ client, venue }: Setting, number: number): string {
  return `{"type":"QuoteIntent","v":1,"intent_id":"${client}-${String(number).padStart(9, "0")}",` +
    `"action":"Place","sent_us":${Date.now()}000,"instrument":"${venue}:BTC/USDT","side":"Buy",` +
    `"order_qty":"0.0100","price":"60123.45","ord_type":"Limit","time_in_force":"GTC",` +
    `"post_only":false,"tag":"bench"}`;
}

/** Frames received so far that were not counted yet. */
class Frames {
  readonly #mark: Uint8Array;
  readonly #bytes = Buffer.alloc(2 * READ_BYTES);
  #length = 0;

  constructor(mark: string) {
    this.#mark = encoder.encode(mark);
  }

  /** Where the next bytes go. */
  get room(): Uint8Array {
    return this.#bytes.subarray(this.#length, this.#length + READ_BYTES);
  }

  /** Takes `count` bytes that were read into `room`; returns how many answers they completed. */
  take(count: number): number {
    this.#length += count;
    const end = this.#wholeEnd();
    const whole = this.#bytes.subarray(0, end);
    if (whole.includes('"type":"ERROR"')) throw new Error(`Cannot go on: was told ${whole}`);
    let found = 0;
    for (let at = whole.indexOf(this.#mark); at >= 0; at = whole.indexOf(this.#mark, at + 1)) {
      found += 1;
    }
    this.#bytes.copyWithin(0, end, this.#length);
    this.#length -= end;
    return found;
  }

  /** Steps from frame to frame; returns where the last whole one ends. */
  #wholeEnd(): number {
    let at = 0;
    while (this.#length - at >= HEADER_BYTES) {
      const next = at + HEADER_BYTES + this.#bytes.readUInt32BE(at);
      if (next > this.#length) break;
      at = next;
    }
    return at;
  }
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

async function readOnce(connection: Deno.TcpConn, frames: Frames): Promise<number> {
  const count = await connection.read(frames.room);
  if (count === null) throw new Error("Cannot go on: the server must stay: was gone");
  return frames.take(count);
}

/** What was timed: answers after the warm-up. */
type Timed = { readonly count: number; readonly seconds: number };

/** Keeps the window full; resolves when every answer has come. */
async function pipelined(setting: Setting): Promise<Timed> {
  const { connection, warmUp, window } = setting;
  const count = warmUp + setting.count;
  const frames = new Frames(setting.mark);
  let done = 0;
  let wake: () => void = () => {};
  const write = async (): Promise<void> => {
    const buffer = new Uint8Array(WRITE_BYTES_MAX + 1024);
    let beatMs = performance.now();
    for (let sent = 0; sent < count;) {
      let length = 0;
      while (sent < count && sent - done < window && length < WRITE_BYTES_MAX) {
        length += putFrame(intentText(setting, sent++), buffer.subarray(length));
      }
      if (setting.hasHeartbeat && performance.now() - beatMs > HEARTBEAT_MS) {
        const beat = `{"type":"HEARTBEAT","now_us":${Date.now()}000}`;
        length += putFrame(beat, buffer.subarray(length));
        beatMs = performance.now();
      }
      if (length > 0) await writeAll(connection, buffer.subarray(0, length));
      else await new Promise<void>((resolve) => wake = resolve);
    }
  };
  let [warmAt, warmMs] = [0, performance.now()];
  const read = async (): Promise<void> => {
    while (done < count) {
      done += await readOnce(connection, frames);
      wake();
      if (done < warmUp || warmAt > 0) continue;
      [warmAt, warmMs] = [done, performance.now()];
    }
  };
  await Promise.all([write(), read()]);
  return { count: count - warmAt, seconds: (performance.now() - warmMs) / 1000 };
}

function putFrame(text: string, target: Uint8Array): number {
  const { written } = encoder.encodeInto(text, target.subarray(HEADER_BYTES));
  new DataView(target.buffer, target.byteOffset).setUint32(0, written);
  return HEADER_BYTES + written;
}

async function hello(
  connection: Deno.TcpConn,
  of: { readonly client: string; readonly tokenFile: string },
): Promise<void> {
  const token = Deno.readTextFileSync(of.tokenFile).trim();
  await writeAll(
    connection,
    frameOf(JSON.stringify({
      type: "HELLO",
      wire: [1],
      client_id: of.client,
      token,
      cancel_on_disconnect: false,
    })),
  );
  const frames = new Frames('"type":"HELLO_ACK"');
  while (await readOnce(connection, frames) === 0);
}

async function main(): Promise<void> {
  const [kind, port, count, warmUp, window, ...rest] = Deno.args;
  const [tokenFile = "", client = "echo", venue = "bench"] = rest;
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  connection.setNoDelay();
  const isDaemon = kind === "daemon";
  if (isDaemon) await hello(connection, { client, tokenFile });
  const timed = await pipelined({
    connection,
    client,
    venue,
    count: Number(count),
    warmUp: Number(warmUp),
    window: Number(window),
    mark: isDaemon ? '"exec_type":"PendingNew"' : '"type":"QuoteIntent"',
    hasHeartbeat: isDaemon,
  });
  connection.close();
  const result = { ...timed, per_second: timed.count / timed.seconds };
  Deno.stdout.writeSync(encoder.encode(JSON.stringify(result) + "\n"));
}

await main();
