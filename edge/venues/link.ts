/**
 * The daemon's end of a venue: starts its adapter in a Worker, hands it released commands, takes
 * its reports, and restarts it when it dies.
 *
 * A dead adapter is `venue down`; what it had in flight has no outcome, so each such request is
 * answered `RequestFailed unknown` and the core asks the venue after the restart. Nothing is resent
 * here.
 * @module
 */
import type { RequestId } from "../../core/numbers.ts";
import type { Draft, VenueDeclaration, VenueStatus } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { EngineClock } from "../engine_clock.ts";
import { Inlet } from "../inlet.ts";
import type { Ingress, IngressQueue } from "../ingress.ts";
import type { Cancel, Log, Timers, WorkerLink, Workers } from "../ports.ts";
import type { ReleasedCommand } from "../venue.ts";

/** First and longest pause before a dead adapter is started again. */
const RESTART_MIN_US = 250_000;
const RESTART_MAX_US = 30_000_000;

/** What the Worker is started with. Structured-cloneable. */
export type VenueInit = {
  readonly adapter: string;
  readonly declaration: VenueDeclaration;
  readonly instruments: readonly Instrument[];
  readonly clOrdIdPrefix: string;
  readonly options: Readonly<Record<string, unknown>>;
};

/** To the Worker. */
export type VenueCommandMessage =
  | { readonly kind: "send"; readonly released: ReleasedCommand }
  | { readonly kind: "cancelAll" }
  | { readonly kind: "stop" };

/** From the Worker. */
export type VenueReportMessage =
  | { readonly kind: "drafts"; readonly drafts: readonly Draft[] }
  | { readonly kind: "status"; readonly status: VenueStatus; readonly reason: string };

export type VenueLinkOptions = {
  readonly init: VenueInit;
  readonly ingress: Ingress;
  readonly queueMax: number;
  readonly clock: EngineClock;
  readonly ports: {
    readonly workers: Workers;
    readonly timers: Timers;
    readonly log: Log;
  };
};

/** One venue outside the timeline. */
export class VenueLink {
  readonly #options: VenueLinkOptions;
  readonly #queue: IngressQueue;
  readonly #unanswered = new Map<RequestId, ReleasedCommand>();
  #worker: WorkerLink | undefined;
  #inlet: Inlet | undefined;
  #pauseUs = RESTART_MIN_US;
  #cancelRestart: Cancel | undefined;
  #isStopped = false;

  constructor(options: VenueLinkOptions) {
    this.#options = options;
    this.#queue = options.ingress.open({
      name: `reports ${options.init.declaration.name}`,
      max: options.queueMax,
      policy: "block",
    });
  }

  start(): void {
    const { ports, init } = this.#options;
    const worker = ports.workers.start("venue", init);
    this.#worker = worker;
    if (this.#inlet === undefined) this.#inlet = new Inlet(this.#queue, worker);
    else this.#inlet.reconnect(worker);
    worker.onMessage((message) => this.#heard(message as VenueReportMessage));
    worker.onError((reason) => this.#died(reason));
  }

  send(released: ReleasedCommand): void {
    this.#unanswered.set(released.command.request, released);
    if (this.#worker === undefined) this.#fail(released, "the venue's adapter is not running");
    else this.#post({ kind: "send", released });
  }

  /** Best effort, when the journal is gone. */
  cancelAll(): void {
    this.#post({ kind: "cancelAll" });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelRestart?.();
    this.#post({ kind: "stop" });
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #post(message: VenueCommandMessage): void {
    this.#worker?.post(message);
  }

  #heard(message: VenueReportMessage): void {
    switch (message.kind) {
      case "drafts":
        for (const draft of message.drafts) this.#answered(draft);
        this.#inlet?.accept(message.drafts);
        break;
      case "status":
        if (message.status === "up") this.#pauseUs = RESTART_MIN_US;
        this.#offerStatus(message.status, message.reason);
        break;
    }
  }

  /** Only the answers that name their request can be told here; the rest settle in the core. */
  #answered(draft: Draft): void {
    switch (draft.eventType) {
      case "RequestFailed":
      case "OrderFound":
      case "OrderNotFound":
      case "Reconciled":
      case "ReconcileFailed":
        this.#unanswered.delete(draft.payload.request);
        break;
      default:
        this.#settleByOrder(draft);
    }
  }

  #settleByOrder(draft: Draft): void {
    const kind = ANSWERS.get(draft.eventType);
    if (kind === undefined || !("order" in draft.payload)) return;
    const order = draft.payload.order;
    for (const [request, { command }] of this.#unanswered) {
      if (command.kind === kind && command.order === order) this.#unanswered.delete(request);
    }
  }

  #died(reason: string): void {
    if (this.#isStopped || this.#worker === undefined) return;
    const { ports, init } = this.#options;
    this.#worker = undefined;
    ports.log.write("alarm", "venue_adapter_died", { venue: init.declaration.name, reason });
    this.#offerStatus("down", `the adapter stopped: ${reason}`);
    for (const released of [...this.#unanswered.values()]) this.#fail(released, reason);
    this.#cancelRestart = ports.timers.after(this.#pauseUs, () => this.start());
    this.#pauseUs = Math.min(this.#pauseUs * 2, RESTART_MAX_US);
  }

  #fail(released: ReleasedCommand, reason: string): void {
    const { command } = released;
    const { request, venue } = command;
    this.#unanswered.delete(request);
    const head = {
      eventTime: this.#options.clock.nowUs(),
      source: "broker_report",
      venue,
      idempotencyKey: null,
    } as const;
    const text = `No answer can come: ${reason}`;
    if (command.kind === "Reconcile") {
      const payload = { request, text };
      this.#offer({ ...head, instrument: null, eventType: "ReconcileFailed", payload });
      return;
    }
    const { instrument, order } = command;
    const payload = { request, order, outcome: "unknown", text } as const;
    this.#offer({ ...head, instrument, eventType: "RequestFailed", payload });
  }

  #offerStatus(status: VenueStatus, reason: string): void {
    this.#offer({
      eventTime: this.#options.clock.nowUs(),
      source: "control",
      venue: this.#options.init.declaration.id,
      instrument: null,
      eventType: "VenueStatusChanged",
      payload: { status, reason },
      idempotencyKey: null,
    });
  }

  #offer(draft: Draft): void {
    if (this.#inlet !== undefined) this.#inlet.insert(draft);
    else if (!this.#queue.offer(draft)) {
      this.#options.ports.timers.after(1000, () => this.#offer(draft));
    }
  }
}

/** Which kind of request a report answers. */
const ANSWERS = new Map<Draft["eventType"], "Submit" | "Cancel" | "Replace">([
  ["OrderAccepted", "Submit"],
  ["OrderRejected", "Submit"],
  ["OrderCancelled", "Cancel"],
  ["CancelRejected", "Cancel"],
  ["OrderReplaced", "Replace"],
  ["ReplaceRejected", "Replace"],
]);
