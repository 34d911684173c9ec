/**
 * A plain client for end-to-end tests and benches, written from the protocol page: it frames JSON,
 * says HELLO, remembers every report by number, reconnects and resumes on request.
 *
 * It shares no code with `wire/`. All waiting is bounded.
 * @module
 */
import { until } from "./temporary.ts";

export type Message = { readonly type: string; readonly [key: string]: unknown };
/** A report as received; `reportSeq` is its number. */
export type Report = Message & { readonly report_seq: number };

export type ConnectOptions = {
  readonly port: number;
  readonly token: string;
  readonly clientId: string;
  /** Extra HELLO fields. */
  readonly hello?: Readonly<Record<string, unknown>>;
};

/** Long enough for a machine that is busy with other work. */
const WAIT_MS = 30_000;
/** What a failure shows of the last messages. */
const SUMMARY_CHARS = 1500;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Frames a message. */
export function toFrame(message: Readonly<Record<string, unknown>>): Uint8Array {
  const body = encoder.encode(JSON.stringify(message));
  const frame = new Uint8Array(4 + body.length);
  new DataView(frame.buffer).setUint32(0, body.length);
  frame.set(body, 4);
  return frame;
}

/** One connection to a daemon. */
export class RemoteClient {
  /** Everything received, oldest first, but reports and heartbeats. */
  readonly messages: Message[] = [];
  readonly reports: Report[] = [];
  readonly heartbeats: Message[] = [];
  #connection: Deno.TcpConn | undefined;
  #buffered = new Uint8Array(0);
  #changed: (() => void)[] = [];
  #isClosed = false;
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  /** Connects without saying anything. */
  static async open(port: number): Promise<RemoteClient> {
    const client = new RemoteClient();
    client.#connection = await Deno.connect({ hostname: "127.0.0.1", port });
    client.#connection.setNoDelay();
    client.#read();
    return client;
  }

  /** Connects, says HELLO and waits for the answer. */
  static async connect(options: ConnectOptions): Promise<RemoteClient> {
    const client = await RemoteClient.open(options.port);
    await client.send({
      type: "HELLO",
      wire: [1],
      client_id: options.clientId,
      token: options.token,
      ...options.hello,
    });
    await client.message((message) => message.type === "HELLO_ACK" || message.type === "ERROR");
    const heartbeat = (): Promise<void> =>
      client.send({ type: "HEARTBEAT", now_us: Date.now() * 1000 });
    client.#heartbeat = setInterval(() => heartbeat().catch(() => client.close()), 500);
    return client;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get ack(): Message | undefined {
    return this.messages.find((message) => message.type === "HELLO_ACK");
  }

  async send(message: Readonly<Record<string, unknown>>): Promise<void> {
    await this.sendBytes(toFrame(message));
  }

  async sendBytes(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      const count = await this.#connection?.write(bytes.subarray(sent));
      if (count === undefined) throw new Error("Cannot send: the client must be connected");
      sent += count;
    }
  }

  /** Waits for a message that is neither report nor heartbeat. */
  message(is: (message: Message) => boolean, what = "a message"): Promise<Message> {
    return this.#find(this.messages, is, what);
  }

  report(is: (report: Report) => boolean, what = "a report"): Promise<Report> {
    return this.#find(this.reports, is, what);
  }

  /** Sends a query and waits for its result. */
  async query(what: string, args: Readonly<Record<string, unknown>> = {}): Promise<Message> {
    const id = `${what}-${this.messages.length}-${Math.random()}`.slice(0, 64);
    await this.send({ type: "QUERY", id, what, args });
    return await this.message((message) => message.type === "RESULT" && message["id"] === id, what);
  }

  /** Waits until both sides have a price: no order is taken before there is one to hold it to. */
  async market(instrument: string): Promise<void> {
    for (const side of ["Buy", "Sell"]) {
      const hasPrice = async (): Promise<boolean> => {
        const best = await this.query("best", { instrument, side });
        return best["ok"] === true && best["result"] !== null;
      };
      await until(hasPrice, "a price", WAIT_MS);
    }
  }

  /** Waits until the other side has closed. */
  async closed(): Promise<void> {
    await this.#until(() => this.#isClosed, "the connection to close");
  }

  close(): void {
    clearInterval(this.#heartbeat);
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.#connection?.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
    this.#announce();
  }

  async #find<Found extends Message>(
    list: readonly Found[],
    is: (message: Found) => boolean,
    what: string,
  ): Promise<Found> {
    await this.#until(() => list.some(is), what);
    const found = list.find(is);
    if (found === undefined) throw new Error(`Cannot find ${what}`);
    return found;
  }

  /** Waits until `holds`, polling whenever something arrived. */
  async #until(holds: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + WAIT_MS;
    while (!holds()) {
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`Cannot wait longer for ${what}: ${this.#summary()}`);
      if (this.#isClosed) throw new Error(`Closed before ${what}: ${this.#summary()}`);
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, leftMs);
        this.#changed.push(resolve);
      });
      clearTimeout(timer);
    }
  }

  #summary(): string {
    const last = [...this.messages.slice(-3), ...this.reports.slice(-2)];
    return `last received ${JSON.stringify(last).slice(-SUMMARY_CHARS)}`;
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    while (!this.#isClosed) {
      const count = await this.#connection?.read(buffer).catch(() => null);
      if (count === null || count === undefined) break;
      this.#take(buffer.subarray(0, count));
    }
    this.close();
  }

  #take(chunk: Uint8Array): void {
    const bytes = new Uint8Array(this.#buffered.length + chunk.length);
    bytes.set(this.#buffered);
    bytes.set(chunk, this.#buffered.length);
    const view = new DataView(bytes.buffer);
    let at = 0;
    while (bytes.length - at >= 4 && bytes.length - at - 4 >= view.getUint32(at)) {
      const length = view.getUint32(at);
      this.#sort(JSON.parse(decoder.decode(bytes.subarray(at + 4, at + 4 + length))) as Message);
      at += 4 + length;
    }
    this.#buffered = bytes.slice(at);
    this.#announce();
  }

  #sort(message: Message): void {
    if (message.type === "ExecutionReport") this.reports.push(message as Report);
    else if (message.type === "HEARTBEAT") this.heartbeats.push(message);
    else this.messages.push(message);
  }

  #announce(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const resolve of waiting) resolve();
  }
}

/** A `Place` with what most tests want; override by key. */
export function place(
  intentId: string,
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return {
    type: "QuoteIntent",
    v: 1,
    action: "Place",
    intent_id: intentId,
    sent_us: Date.now() * 1000,
    side: "Buy",
    ...fields,
  };
}

/** A `Cancel` of what `origIntentId` placed. */
export function cancel(
  intentId: string,
  origIntentId: string,
): Readonly<Record<string, unknown>> {
  return {
    type: "QuoteIntent",
    v: 1,
    action: "Cancel",
    intent_id: intentId,
    orig_intent_id: origIntentId,
    sent_us: Date.now() * 1000,
  };
}
