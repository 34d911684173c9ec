/**
 * The daemon's end of a venue whose Worker a test plays: what was queued, logged and told.
 * @module
 */
import type { VenueCommand } from "../../core/command.ts";
import type { Draft } from "../../core/event.ts";
import {
  type InstrumentId,
  instrumentId,
  micros,
  orderId,
  requestId,
  seqId,
  venueId,
} from "../../core/numbers.ts";
import { EngineClock } from "../../edge/engine_clock.ts";
import { Ingress, type IngressQueue } from "../../edge/ingress.ts";
import { noCommits } from "../../edge/journal/mod.ts";
import type { LogLevel } from "../../edge/ports.ts";
import { isCutOff } from "../../edge/venues/cut_off.ts";
import { VenueLink } from "../../edge/venues/link.ts";
import type { VenueInit } from "../../edge/venues/messages.ts";
import { PlayedWorkers } from "./memory_workers.ts";
import { spotInstrument, VENUE } from "./spot_instrument.ts";
import { VirtualTime } from "./virtual_time.ts";

/** One link. */
export class LinkRig {
  readonly time = new VirtualTime();
  readonly workers = new PlayedWorkers();
  readonly alarms: string[] = [];
  /** Fields of the newest alarm. */
  alarmed: unknown;
  readonly heldBack: unknown[] = [];
  readonly link: VenueLink;
  /** Whether the daemon makes progress. */
  isAlive = true;
  /** Whether the newest Worker was cut off, at each draft that was queued. */
  readonly wasCutOff: boolean[] = [];
  readonly #reports: IngressQueue;
  readonly #market: IngressQueue;

  constructor(queueMax = 100, leaving: readonly InstrumentId[] = []) {
    const ingress = new Ingress(() => {
      const newest = this.workers.started.at(-1);
      if (newest !== undefined) this.wasCutOff.push(cutOffOf(newest));
    });
    const write = (level: LogLevel, event: string, fields: unknown): void => {
      if (level === "alarm") {
        this.alarms.push(event);
        this.alarmed = fields;
      }
      if (event === "market_data_held_back") this.heldBack.push(fields);
    };
    this.link = new VenueLink({
      init: {
        adapter: "test",
        declaration: VENUE,
        instruments: [spotInstrument()],
        clOrdIdPrefix: "tl00000000",
        commits: noCommits(),
        options: { port: 1 },
        credentials: { secret: { env: "S" } },
        deadManMs: 5000,
      },
      leaving: new Set(leaving),
      ingress,
      queues: { reportsMax: queueMax, marketMax: queueMax },
      clock: new EngineClock(this.time, micros(0)),
      isAlive: () => this.isAlive,
      ports: { workers: this.workers, timers: this.time, log: { write } },
    });
    const [reports, market] = ingress.queues;
    if (reports === undefined || market === undefined) {
      throw new Error("Cannot test: the link must open its queues");
    }
    this.#reports = reports;
    this.#market = market;
  }

  /** What has been queued since, each as a word. */
  drain(): string[] {
    return wordsOf(this.#reports);
  }

  drainMarket(): string[] {
    return wordsOf(this.#market);
  }

  takeOne(): string {
    return wordOf(this.#reports.take());
  }

  drafts(...drafts: readonly Draft[]): void {
    this.workers.last.say({ kind: "drafts", drafts });
  }
}

/** Returns whether a Worker was cut off. */
export function cutOffOf(worker: PlayedWorkers["last"]): boolean {
  return isCutOff((worker.init as VenueInit).cutOff);
}

function wordsOf(queue: IngressQueue): string[] {
  const said: string[] = [];
  while (queue.length > 0) said.push(wordOf(queue.take()));
  return said;
}

function wordOf(draft: Draft): string {
  switch (draft.eventType) {
    case "RequestFailed":
      return `${draft.payload.outcome} ${draft.payload.request}`;
    case "ReconcileFailed":
      return `failed ${draft.payload.request}`;
    case "VenueStatusChanged":
      return draft.payload.status;
    case "InstrumentListed":
      return `listed ${draft.payload.qtyRule.minQuanta}`;
    case "OrderAccepted":
      return `accepted ${draft.payload.order}`;
    default:
      return draft.eventType;
  }
}

/** Returns a command as far as a link looks: its kind, its request and its order. */
export function request(
  kind: "Submit" | "Cancel" | "Lookup",
  number: number,
  order = number,
): VenueCommand {
  return {
    kind,
    seqId: seqId(1),
    request: requestId(number),
    venue: venueId(0),
    instrument: instrumentId(0),
    order: orderId(order),
    clOrdId: `tl-${order}-1`,
    venueOrderId: null,
  } as unknown as VenueCommand;
}
