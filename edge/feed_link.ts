/**
 * The daemon's end of a market data feed: starts it in a Worker and lets what it posts into one
 * ingress queue.
 *
 * A feed that dies leaves its books without a reference: each is invalidated, the venue is `down`,
 * and the feed is started again after a pause that doubles.
 * @module
 */
import type { Draft } from "../core/event.ts";
import type { Instrument } from "../core/instrument.ts";
import { unreachable } from "../core/invariant.ts";
import type { InstrumentId, VenueId } from "../core/numbers.ts";
import { controlDraft } from "./control_draft.ts";
import type { EngineClock } from "./engine_clock.ts";
import { marketDraft } from "./feeds/market_draft.ts";
import { Inlet } from "./inlet.ts";
import type { MetricSource } from "./metrics/registry.ts";
import type { Samples } from "./metrics/samples.ts";
import type { Ingress, IngressQueue, QueuePolicy } from "./ingress.ts";
import type { Cancel, Log, Timers, WorkerLink, Workers } from "./ports.ts";

const RESTART_MIN_US = 250_000;
const RESTART_MAX_US = 30_000_000;

/** From the Worker. */
export type FeedMessage =
  | { readonly kind: "drafts"; readonly drafts: readonly Draft[] }
  | { readonly kind: "ended"; readonly summary: string }
  | { readonly kind: "problem"; readonly text: string };

export type FeedLinkOptions = {
  /**
   * Makes what the Worker's entry is handed, structured-cloneable. Told what the feed listed before
   * it was started again.
   */
  readonly init: (listed: readonly Instrument[]) => unknown;
  readonly venue: { readonly id: VenueId; readonly name: string };
  readonly instruments: readonly Instrument[];
  readonly ingress: Ingress;
  readonly queue: { readonly max: number; readonly policy: QueuePolicy };
  readonly clock: EngineClock;
  readonly ports: { readonly workers: Workers; readonly timers: Timers; readonly log: Log };
};

/** One feed. */
export class FeedLink implements MetricSource {
  readonly #options: FeedLinkOptions;
  readonly #queue: IngressQueue;
  /** Instruments that the feed listed itself. */
  readonly #listed = new Map<InstrumentId, Instrument>();
  #worker: WorkerLink | undefined;
  #inlet: Inlet | undefined;
  #pauseUs = RESTART_MIN_US;
  #deaths = 0;
  #cancelRestart: Cancel | undefined;
  #isStopped = false;

  constructor(options: FeedLinkOptions) {
    this.#options = options;
    this.#queue = options.ingress.open({ name: `feed ${options.venue.name}`, ...options.queue });
  }

  start(): void {
    const { ports, init } = this.#options;
    const worker = ports.workers.start("feed", init([...this.#listed.values()]));
    this.#worker = worker;
    worker.onMessage((message) => this.#heard(message as FeedMessage));
    worker.onError((reason) => this.#died(reason));
    if (this.#inlet === undefined) this.#inlet = new Inlet(this.#queue, worker);
    else this.#inlet.reconnect(worker);
    this.#offerStatus("up", "the feed has started");
  }

  measure(into: Samples): void {
    const { name: venue } = this.#options.venue;
    into.put("tapeline_venue_adapter_deaths_total", this.#deaths, { venue });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelRestart?.();
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #heard(message: FeedMessage): void {
    const { ports, venue } = this.#options;
    switch (message.kind) {
      case "drafts":
        this.#pauseUs = RESTART_MIN_US;
        for (const draft of message.drafts) {
          if (draft.eventType === "InstrumentListed") {
            this.#listed.set(draft.payload.id, draft.payload);
          }
        }
        this.#inlet?.accept(message.drafts);
        break;
      case "ended":
        ports.log.write("info", "feed_ended", { venue: venue.name, summary: message.summary });
        break;
      case "problem":
        ports.log.write("alarm", "feed_problem", { venue: venue.name, text: message.text });
        break;
      default:
        unreachable(message);
    }
  }

  #died(reason: string): void {
    if (this.#isStopped || this.#worker === undefined) return;
    const { ports, venue, instruments } = this.#options;
    this.#worker = undefined;
    this.#deaths += 1;
    ports.log.write("alarm", "feed_died", { venue: venue.name, reason });
    for (const instrument of [...instruments, ...this.#listed.values()]) {
      this.#invalidate(instrument, reason);
    }
    this.#offerStatus("down", `the feed stopped: ${reason}`);
    this.#cancelRestart = ports.timers.after(this.#pauseUs, () => this.start());
    this.#pauseUs = Math.min(this.#pauseUs * 2, RESTART_MAX_US);
  }

  #invalidate(instrument: Instrument, reason: string): void {
    this.#inlet?.insert(marketDraft(instrument, this.#options.clock.nowUs(), {
      eventType: "BookInvalidated",
      payload: { reason: `the feed stopped: ${reason}` },
    }));
  }

  #offerStatus(status: "up" | "down", reason: string): void {
    const { venue, clock } = this.#options;
    const payload = { status, reason };
    const said = { eventType: "VenueStatusChanged", payload, venue: venue.id } as const;
    this.#inlet?.insert(controlDraft(said, clock.nowUs()));
  }
}
