/**
 * One connection of the view to a daemon: HELLO, heartbeats, queries, one subscription, GOODBYE.
 *
 * It owns no orders and takes none: its HELLO says `cancel_on_disconnect: false`, its GOODBYE
 * `keep_orders: true`, and it never sends an intent.
 *
 * Ordering: `opened` first; `event` and answers in the order of their frames; `closed` once, last.
 * @module
 */
import { encodeFrame, FrameReader, FrameSizeError, MAX_FRAME_BYTES } from "../../../wire/frame.ts";
import { JsonError, type JsonObject, type JsonValue, parseJson } from "../../../wire/json.ts";
import type { Cancel, Ports, Socket } from "../../ports.ts";
import { isTrueAt, numberAt, objectOf, objectsOf, textAt } from "./reading.ts";

/** Longest wait for the connection and HELLO_ACK. */
const OPEN_US = 5_000_000;
/** Silent heartbeats after which the daemon is gone. */
const SILENT_BEATS = 3;

/** What becomes of a query. */
export type Answer = {
  readonly ok: boolean;
  readonly result: JsonValue | undefined;
  readonly nextCursor: string | null;
  /** Why not. */
  readonly message: string;
};

/** Why a connection ended. */
export type LinkEnd = {
  readonly reason: string;
  /** True: connecting again by itself would be wrong or in vain. */
  readonly isFinal: boolean;
};

export type LinkHandlers = {
  readonly opened: (ack: JsonObject) => void;
  readonly heartbeat: (beat: JsonObject) => void;
  /** One event of an EVENTS. */
  readonly event: (event: JsonObject) => void;
  readonly closed: (end: LinkEnd) => void;
};

export type LinkOptions = {
  readonly ports: Pick<Ports, "sockets" | "timers" | "clock">;
  readonly address: { readonly hostname: string; readonly port: number };
  readonly token: string;
  readonly clientId: string;
  /** Of this program. */
  readonly version: string;
  readonly handlers: LinkHandlers;
};

/** These end a session whatever is tried again. */
const FINAL_CODES: ReadonlySet<string> = new Set(["AUTH", "SESSION_REPLACED", "WIRE_VERSION"]);

/** The connection. */
export class TopLink {
  readonly #options: LinkOptions;
  readonly #socket: Socket;
  readonly #frames = new FrameReader({ maxFrameBytes: MAX_FRAME_BYTES });
  readonly #asked = new Map<number, (answer: Answer) => void>();
  #nextId = 1;
  #heardUs: number;
  #cancelTimer: Cancel = () => {};
  #isOpen = false;
  #isEnded = false;
  /** Its fatal ERROR, which says more than the end of the connection. */
  #lastWords: LinkEnd | undefined;

  constructor(options: LinkOptions) {
    const { ports, address } = options;
    this.#options = options;
    this.#heardUs = ports.clock.monotonicUs();
    this.#socket = ports.sockets.connect(address);
    this.#cancelTimer = ports.timers.after(OPEN_US, () => this.#end("the daemon does not answer"));
    this.#socket.attach({
      opened: () => this.#hello(),
      data: (bytes) => this.#take(bytes),
      ended: () => this.#end("the daemon has closed the connection"),
      drained: () => {},
      closed: (reason) => this.#end(reason),
    });
  }

  /** Sends a query; `answered` is called once, unless the connection ends. */
  query(
    what: string,
    args: Readonly<Record<string, unknown>>,
    answered: (answer: Answer) => void,
  ): void {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#asked.set(id, answered);
    this.#send({ type: "QUERY", id, what, args });
  }

  /** Subscribes to channels of all instruments. */
  subscribe(channels: readonly string[], answered: (answer: Answer) => void): void {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#asked.set(id, answered);
    this.#send({ type: "SUBSCRIBE", id, channels, instruments: "*" });
  }

  /** Takes leave. `closed` is not called. */
  leave(): void {
    if (this.#isEnded) return;
    if (this.#isOpen) this.#send({ type: "GOODBYE", reason: "the view ends", keep_orders: true });
    this.#isEnded = true;
    this.#cancelTimer();
    this.#socket.end();
  }

  #hello(): void {
    const { token, clientId, version } = this.#options;
    this.#send({
      type: "HELLO",
      wire: [1],
      client_id: clientId,
      token,
      cancel_on_disconnect: false,
      agent: { name: "tapeline top", version },
    });
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    this.#socket.write(encodeFrame(JSON.stringify(message)));
  }

  #take(bytes: Uint8Array): void {
    this.#heardUs = this.#options.ports.clock.monotonicUs();
    try {
      this.#frames.push(bytes);
      while (!this.#isEnded) {
        const body = this.#frames.next();
        if (body === undefined) return;
        this.#message(objectOf(parseJson(body)));
      }
    } catch (error) {
      if (!(error instanceof FrameSizeError || error instanceof JsonError)) throw error;
      this.#lastWords = { reason: `it is no Tapeline: ${error.message}`, isFinal: false };
      this.#end(error.message);
    }
  }

  #message(message: JsonObject): void {
    const { handlers } = this.#options;
    switch (textAt(message, "type")) {
      case "HELLO_ACK":
        return this.#opened(message);
      case "HEARTBEAT":
        return handlers.heartbeat(message);
      case "EVENTS":
        for (const event of objectsOf(message.get("events"))) handlers.event(event);
        return;
      case "RESULT":
        return this.#answer(message);
      case "ERROR":
        return this.#error(message);
      default:
        return; // reports of nobody, and what later versions say
    }
  }

  #opened(ack: JsonObject): void {
    this.#isOpen = true;
    this.#cancelTimer();
    const beatUs = (numberAt(ack, "heartbeat_ms") ?? 1_000) * 1_000;
    this.#beat(beatUs);
    this.#options.handlers.opened(ack);
  }

  #beat(periodUs: number): void {
    const { timers, clock } = this.#options.ports;
    this.#cancelTimer = timers.after(periodUs, () => {
      if (clock.monotonicUs() - this.#heardUs > SILENT_BEATS * periodUs) {
        return this.#end("the daemon is silent");
      }
      this.#send({ type: "HEARTBEAT", now_us: clock.wallUs() });
      this.#beat(periodUs);
    });
  }

  #answer(message: JsonObject): void {
    const id = numberAt(message, "id");
    const answered = id === null ? undefined : this.#asked.get(id);
    if (id === null || answered === undefined) return;
    this.#asked.delete(id);
    answered({
      ok: isTrueAt(message, "ok"),
      result: message.get("result"),
      nextCursor: textAt(message, "next_cursor"),
      message: textAt(message, "message") ?? "",
    });
  }

  #error(message: JsonObject): void {
    if (!isTrueAt(message, "fatal")) return;
    const code = textAt(message, "code") ?? "";
    const reason = `${code}: ${textAt(message, "message") ?? ""}`;
    this.#lastWords = { reason, isFinal: FINAL_CODES.has(code) };
  }

  #end(reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#cancelTimer();
    this.#asked.clear();
    this.#socket.destroy();
    this.#options.handlers.closed(this.#lastWords ?? { reason, isFinal: false });
  }
}
