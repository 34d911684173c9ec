/**
 * Requests of one open session: SUBSCRIBE, UNSUBSCRIBE, QUERY, and what is no message at all.
 *
 * Invariants: a request with a valid `id` gets exactly one RESULT, no longer than a frame; anything
 * else that is wrong gets at most one ERROR.
 * Limits: `otherFramesPerSecond`; beyond it a request is refused, other frames share one ERROR per
 * second.
 * @module
 */
import { unreachable } from "../core/invariant.ts";
import type { ClientIndex } from "../core/numbers.ts";
import type { Backend } from "./backend.ts";
import type { WireCounters } from "./counters.ts";
import type { Feed, Refusal } from "./feed.ts";
import type { MessageProblem, Query, RequestKey, Subscribe, Unsubscribe } from "./message.ts";
import type { Outbox } from "./outbox.ts";
import { answerQuery } from "./queries.ts";
import { tooLong, utf8Bytes, utf8BytesMax } from "./query_answer.ts";
import { RateLimit } from "./rate.ts";
import { encodeError, encodeResult, type ErrorCode } from "./server_message.ts";
import type { WirePorts, WireSettings } from "./settings.ts";

export type Request = Subscribe | Unsubscribe | Query;

export type RequestsOptions = {
  readonly backend: Backend;
  readonly ports: WirePorts;
  readonly settings: WireSettings;
  readonly counters: WireCounters;
  readonly outbox: Outbox;
  readonly feed: Feed;
  readonly client: ClientIndex;
  readonly clientId: string;
  /** Everything that the server counts. */
  readonly metrics: () => Readonly<Record<string, number>>;
  readonly subscriptionsChanged: () => void;
};

const ERROR_PAUSE_US = 1_000_000;

/** Answers requests. */
export class SessionRequests {
  readonly #options: RequestsOptions;
  readonly #limit: RateLimit;
  #rateErrorUs = Number.NEGATIVE_INFINITY;

  constructor(options: RequestsOptions) {
    this.#options = options;
    this.#limit = new RateLimit({
      perSecond: options.settings.otherFramesPerSecond,
      nowUs: options.ports.clock.monotonicUs(),
    });
  }

  /** Answers one request. */
  serve(request: Request): void {
    if (!this.#mayPass()) return this.#refuse(request.id, this.#rateRefusal());
    switch (request.type) {
      case "SUBSCRIBE":
        return this.#subscribe(request);
      case "UNSUBSCRIBE":
        return this.#unsubscribe(request);
      case "QUERY":
        return this.#query(request);
      default:
        return unreachable(request);
    }
  }

  /** Answers a frame that is no message. */
  reject(problem: MessageProblem): void {
    const { code, message, ref, reply } = problem;
    if (reply === "result" && ref !== undefined) {
      return this.#refuse(
        ref,
        this.#mayPass() ? { ok: false, code, message } : this.#rateRefusal(),
      );
    }
    this.error({ code, message, ...(ref === undefined ? {} : { ref }) });
  }

  /** Sends a non-fatal ERROR, unless there were too many. */
  error(
    of: { readonly code: ErrorCode; readonly message: string; readonly ref?: RequestKey },
  ): void {
    const { outbox, counters, clientId } = this.#options;
    if (!this.#mayPass()) return this.#rateError();
    counters.problem({ peer: clientId, code: of.code, message: of.message });
    outbox.answer(encodeError({ ...of, fatal: false }), 0);
  }

  #mayPass(): boolean {
    return this.#limit.take(this.#options.ports.clock.monotonicUs());
  }

  #rateRefusal(): Refusal {
    this.#options.counters.add("wire_rate_limited");
    const most = this.#options.settings.otherFramesPerSecond;
    const message = `Cannot serve the request: frames that are not intents must not exceed ` +
      `wire.other_frames_per_second: was above ${most}`;
    return { ok: false, code: "RATE_LIMIT", message };
  }

  #rateError(): void {
    const { outbox, counters, clientId, ports } = this.#options;
    const refusal = this.#rateRefusal();
    const nowUs = ports.clock.monotonicUs();
    if (nowUs - this.#rateErrorUs < ERROR_PAUSE_US) return;
    this.#rateErrorUs = nowUs;
    const { message } = refusal;
    counters.problem({ peer: clientId, code: "RATE_LIMIT", message });
    outbox.answer(encodeError({ code: "RATE_LIMIT", message, fatal: false }), 0);
  }

  #subscribe(request: Subscribe): void {
    const accepted = (): void => this.#settle(request.id, undefined);
    const refusal = this.#options.feed.subscribe(request, accepted);
    this.#options.subscriptionsChanged();
    if (refusal !== undefined) this.#refuse(request.id, refusal);
  }

  #unsubscribe(request: Unsubscribe): void {
    const refusal = this.#options.feed.unsubscribe(request);
    this.#options.subscriptionsChanged();
    this.#settle(request.id, refusal);
  }

  #query(query: Query): void {
    const { backend, client, metrics, outbox, settings: { maxFrameBytes } } = this.#options;
    const { view } = backend;
    const answer = answerQuery(query, {
      view,
      hotLoop: backend.signals?.hotLoop,
      client,
      maxFrameBytes,
      counters: () => ({ ...backend.counters(), ...metrics() }),
    });
    const { seqId } = view;
    const head = { id: query.id, seqId, reportSeq: view.reportSeq(client) };
    const text = encodeResult({ ...head, ...answer });
    const bytes = utf8BytesMax(text) > maxFrameBytes ? utf8Bytes(text) : 0;
    if (bytes > maxFrameBytes) {
      return this.#refuse(query.id, tooLong(query.what, { bytes, maxFrameBytes }));
    }
    outbox.answer(text, seqId);
  }

  #settle(id: RequestKey, refusal: Refusal | undefined): void {
    if (refusal !== undefined) return this.#refuse(id, refusal);
    const { seqId } = this.#options.backend.view;
    this.#options.outbox.answer(encodeResult({ id, seqId, ok: true }), seqId);
  }

  #refuse(id: RequestKey, refusal: Refusal): void {
    const { seqId } = this.#options.backend.view;
    const { code, message } = refusal;
    this.#options.counters.problem({ peer: this.#options.clientId, code, message });
    this.#options.outbox.answer(encodeResult({ id, seqId, ok: false, code, message }), seqId);
  }
}
