/**
 * Frames of one open session to whoever serves them.
 *
 * A mistake of ours in one request costs that request, not the session and nobody else anything.
 * @module
 */
import type { Intent } from "../core/intent.ts";
import { InvariantError, unreachable } from "../core/invariant.ts";
import type { Micros, SessionId } from "../core/numbers.ts";
import type { Backend } from "./backend.ts";
import { parseGeneralMessage } from "./client_message.ts";
import type { WireCounters } from "./counters.ts";
import { bodyOf, type FrameBody } from "./frame.ts";
import type { Inlet } from "./inlet.ts";
import type { ClientHeartbeat, ClientMessage, MessageProblem, Publish } from "./message.ts";
import { PlainIntentReader } from "./plain_intent.ts";
import { toDrafts } from "./publish.ts";
import type { PublishedBooks } from "./published_books.ts";
import type { SessionRequests } from "./session_requests.ts";
import type { WirePorts, WireSettings } from "./settings.ts";

const SECOND_HELLO = "type: HELLO must be the first frame of a connection: was a later one";
const NOT_LOCKSTEP =
  "type: ADVANCE exists only in a lock-step session: was sent in a stream session";
const INTERNAL = "Cannot serve the request: the daemon made a mistake; its log says which";

export type DispatchOptions = {
  readonly backend: Backend;
  readonly ports: WirePorts;
  readonly settings: WireSettings;
  readonly counters: WireCounters;
  readonly requests: SessionRequests;
  readonly clientId: string;
  readonly session: SessionId;
  readonly inlet: Inlet;
  readonly published: PublishedBooks;
  /** GOODBYE: `keep` leaves the orders resting. */
  readonly leave: (keepOrders: boolean) => void;
};

/** Parses and hands out frames. */
export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #plain = new PlainIntentReader();
  #echoUs: number | undefined;

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  /** Newest `now_us` of the client's heartbeats. */
  get echoUs(): number | undefined {
    return this.#echoUs;
  }

  /** Serves one frame's body, read at `nowUs`. */
  serve(frame: FrameBody, nowUs: Micros): void {
    const intent = this.#plain.read(frame);
    const message = intent === undefined ? parseGeneralMessage(bodyOf(frame)) : undefined;
    try {
      if (intent !== undefined) this.#offerIntent(intent, nowUs);
      else if (message !== undefined) this.#serve(message, nowUs);
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      this.#internal(error);
    }
  }

  #serve(message: ClientMessage | MessageProblem, nowUs: Micros): void {
    const { requests, leave } = this.#options;
    switch (message.type) {
      case "QuoteIntent":
        return this.#offerIntent(message.intent, nowUs);
      case "HEARTBEAT":
        return this.#heartbeat(message, nowUs);
      case "SUBSCRIBE":
      case "UNSUBSCRIBE":
      case "QUERY":
        return requests.serve(message);
      case "PUBLISH":
        return this.#publish(message);
      case "GOODBYE":
        return leave(message.keepOrders);
      case "HELLO":
        return requests.error({ code: "BAD_MESSAGE", message: SECOND_HELLO });
      case "ADVANCE":
        return requests.error({ code: "BAD_MESSAGE", message: NOT_LOCKSTEP });
      case "problem":
        return requests.reject(message);
      default:
        return unreachable(message);
    }
  }

  #heartbeat({ nowUs: theirsUs, echoUs }: ClientHeartbeat, nowUs: Micros): void {
    const { counters } = this.#options;
    this.#echoUs = theirsUs;
    counters.add("wire_heartbeats_in");
    if (echoUs !== undefined) counters.echoed(nowUs - echoUs);
  }

  #offerIntent(intent: Intent, nowUs: Micros): void {
    this.#options.inlet.offerOne({
      eventTime: intent.sentUs,
      source: "intent",
      venue: null,
      instrument: null,
      eventType: "IntentReceived",
      payload: { session: this.#options.session, recvUs: nowUs, intent },
      idempotencyKey: null,
    });
  }

  #publish(message: Publish): void {
    const { backend, settings, inlet, published, requests } = this.#options;
    const outcome = toDrafts(message, {
      view: backend.view,
      clientFeeds: settings.clientFeeds,
      readRaw: (of) => backend.readRaw?.(of),
    });
    if (!outcome.ok) return requests.error({ code: "BAD_MESSAGE", message: outcome.message });
    published.note(outcome.drafts);
    inlet.offer(outcome.drafts);
  }

  #internal(error: unknown): void {
    this.#options.ports.log.write("error", "wire_request_failed", {
      client_id: this.#options.clientId,
      error: error instanceof Error ? error.stack : String(error),
    });
    this.#options.requests.error({ code: "INTERNAL", message: INTERNAL });
  }
}
