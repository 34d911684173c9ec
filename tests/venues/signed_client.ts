/**
 * The least client of a fake venue: signs, asks once on a connection of its own, and says what came back. Streams are
 * collected message by message.
 * @module
 */
import { until } from "../support/temporary.ts";
import type { VenueProcess } from "./control.ts";
import { signatureOf } from "./signature.ts";

/** Longest wait for an answer. */
const ANSWER_MS = 10_000;

/** What a request came to. `failed`: no whole answer. */
export type Outcome = {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
};
export type Params = Readonly<Record<string, string>>;

/** Asks a venue. */
export class SignedClient implements Disposable {
  readonly #venue: VenueProcess;
  /** Keeps no connection, so that nothing is sent twice by the runtime. */
  readonly #http = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

  constructor(venue: VenueProcess) {
    this.#venue = venue;
  }

  /** Asks with a signature. Undefined: no whole answer, or given up by `signal`. */
  async ask(method: string, path: string, of: {
    readonly params?: Params;
    readonly signal?: AbortSignal;
    readonly timestamp?: number;
    readonly secret?: string;
    readonly key?: string;
  } = {}): Promise<Outcome | undefined> {
    const timestamp = String(of.timestamp ?? Date.now());
    const text = new URLSearchParams({ ...of.params, timestamp }).toString();
    const signed = `${text}&signature=${signatureOf(text, of.secret ?? "test-secret")}`;
    try {
      const response = await fetch(`${this.#venue.url}${path}?${signed}`, {
        method,
        client: this.#http,
        headers: { "X-MBX-APIKEY": of.key ?? "test-api-key" },
        signal: AbortSignal.any([
          AbortSignal.timeout(ANSWER_MS),
          ...(of.signal ? [of.signal] : []),
        ]),
      });
      return { status: response.status, text: await response.text(), headers: response.headers };
    } catch (error) {
      if (error instanceof Error) return undefined;
      throw error;
    }
  }

  /** Asks, and reads the answer. @throws {Error} If it is none. */
  async get<Body>(path: string, params: Params = {}): Promise<Body> {
    const outcome = await this.ask("GET", path, { params });
    if (outcome?.status !== 200) throw new Error(`Cannot get ${path}: ${outcome?.text}`);
    return JSON.parse(outcome.text) as Body;
  }

  [Symbol.dispose](): void {
    this.#http.close();
  }
}

/** A stream's messages so far. */
export class Listening<Message> implements AsyncDisposable {
  readonly messages: Message[] = [];
  isClosed = false;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.messages.push(JSON.parse(String(data)) as Message);
    socket.onclose = () => this.isClosed = true;
    socket.onerror = () => this.isClosed = true;
  }

  /** Opens a stream, says `first` and waits for the answer to it. */
  static async open<Message>(url: string, first?: unknown): Promise<Listening<Message>> {
    const socket = new WebSocket(url);
    const listening = new Listening<Message>(socket);
    await until(() => socket.readyState === WebSocket.OPEN, "an open stream");
    if (first === undefined) return listening;
    socket.send(JSON.stringify(first));
    await until(() => listening.messages.length > 0, "an answer on the stream");
    listening.messages.length = 0;
    return listening;
  }

  send(message: unknown): void {
    this.#socket.send(JSON.stringify(message));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isClosed) return;
    this.#socket.close();
    // A half-open peer never answers the close; the runtime then gives up by itself.
    await until(() => this.isClosed, "the end of a stream", 500).catch(() => {
      this.isClosed = true;
    });
  }
}

/** Subscribes to the spot venue's user stream. */
export function listenToSpotUser<Message>(venue: VenueProcess): Promise<Listening<Message>> {
  const timestamp = String(Date.now());
  const text = `apiKey=test-api-key&timestamp=${timestamp}`;
  return Listening.open<Message>(`ws://127.0.0.1:${venue.port}/ws-api/v3`, {
    id: 1,
    method: "userDataStream.subscribe.signature",
    params: { apiKey: "test-api-key", timestamp, signature: signatureOf(text, "test-secret") },
  });
}

/** Opens the USD-M venue's user stream, with a listen key. */
export async function listenToUsdmUser<Message>(venue: VenueProcess): Promise<Listening<Message>> {
  using client = new SignedClient(venue);
  const answer = await client.ask("POST", "/fapi/v1/listenKey");
  const { listenKey } = JSON.parse(answer?.text ?? "{}") as { readonly listenKey: string };
  return await Listening.open(`ws://127.0.0.1:${venue.port}/private/ws?listenKey=${listenKey}`);
}
