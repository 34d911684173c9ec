/**
 * A small strategy for the demonstration where there is no Python: quotes both sides of one
 * instrument at the touch, each quote for a second. `trader.ts STATE_DIR PORT`.
 *
 * Its orders expire by themselves (`ttl_ms`), so that it keeps no state.
 * @module
 */
import { encodeFrame, FrameReader, MAX_FRAME_BYTES } from "../../wire/frame.ts";
import { type JsonObject, parseJson } from "../../wire/json.ts";

const INSTRUMENT = "paper:BTC/USDT";
const QTY = "0.01";
const QUOTE_MS = 1_000;

/** One session that quotes until it is ended. */
class Trader {
  readonly #connection: Deno.TcpConn;
  readonly #frames = new FrameReader({ maxFrameBytes: MAX_FRAME_BYTES });
  readonly #start = Date.now();
  #next = 0;

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Trades until the daemon ends the session. */
  async run(token: string): Promise<void> {
    await this.#send({ type: "HELLO", wire: [1], client_id: "demo-trader", token });
    const quoting = setInterval(() => void this.#ask(), QUOTE_MS);
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const read = await this.#connection.read(buffer);
      if (read === null) break;
      this.#frames.push(buffer.subarray(0, read));
      for (let body = this.#frames.next(); body !== undefined; body = this.#frames.next()) {
        const message = parseJson(body);
        if (message instanceof Map) await this.#take(message);
      }
      this.#frames.keep();
    }
    clearInterval(quoting);
  }

  async #ask(): Promise<void> {
    await this.#send({ type: "HEARTBEAT", now_us: Date.now() * 1_000 });
    for (const side of ["Buy", "Sell"]) {
      const args = { instrument: INSTRUMENT, side };
      await this.#send({ type: "QUERY", id: side, what: "best", args });
    }
  }

  async #take(message: JsonObject): Promise<void> {
    const level = message.get("result");
    const price = level instanceof Map ? level.get("price") : undefined;
    if (message.get("type") !== "RESULT" || typeof price !== "string") return;
    this.#next += 1;
    await this.#send({
      type: "QuoteIntent",
      v: 1,
      intent_id: `${this.#start}-${this.#next}`,
      action: "Place",
      sent_us: Date.now() * 1_000,
      instrument: INSTRUMENT,
      side: message.get("id"),
      order_qty: QTY,
      price,
      ttl_ms: QUOTE_MS,
      tag: "demo",
    });
  }

  async #send(message: Readonly<Record<string, unknown>>): Promise<void> {
    const bytes = encodeFrame(JSON.stringify(message));
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }
}

if (import.meta.main) {
  const [directory = "", port = ""] = Deno.args;
  const token = Deno.readTextFileSync(`${directory}/token`).trim();
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  await new Trader(connection).run(token);
}
