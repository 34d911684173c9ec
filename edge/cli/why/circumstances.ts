/**
 * What happened around an order while it lived: the daemon ended and started, its venue was lost,
 * its client left, trading was halted. Told only if the order goes on after it.
 * @module
 */
import type { Names } from "./names.ts";
import { type EventRecord, numberOf, textOf } from "./record.ts";
import type { Step, StepKind } from "./steps.ts";
import { momentText } from "./times.ts";

/** Circumstances kept between two steps; of more, the newest. */
const KEPT_MAX = 100;

/** Collects circumstances between two steps of the story. */
export class Circumstances {
  readonly #names: Names;
  #kept: Step[] = [];
  #client: string | undefined;
  #venue: number | undefined;
  #isStopping = false;

  constructor(names: Names) {
    this.#names = names;
  }

  /** The client whose order it is, once an intent of it has been read. */
  get client(): string | undefined {
    return this.#client;
  }

  ofClient(client: string): void {
    this.#client ??= client;
  }

  ofVenue(venue: number | undefined): void {
    this.#venue ??= venue;
  }

  /** True if the order is at that venue, or it is not known yet where it is. */
  isAtVenue(venue: number | undefined): boolean {
    return this.#venue === undefined || this.#venue === venue;
  }

  /** Takes a control event that is not about the order itself. */
  take(event: EventRecord): void {
    const told = this.#told(event);
    if (told === undefined) return;
    const { kind, text } = told;
    this.#kept.push({
      seq_id: event.seqId,
      time_us: event.timeUs,
      kind,
      text,
      record: event.payload,
    });
    if (this.#kept.length > KEPT_MAX) this.#kept.shift();
  }

  /** Gives what was collected, and forgets it. */
  taken(): readonly Step[] {
    const kept = this.#kept;
    this.#kept = [];
    return kept;
  }

  /** How the daemon came to start: after an orderly stop or not, or without the journal's end. */
  startWords({ payload }: EventRecord): string {
    const how = this.#startCause(numberOf(payload, "lost_since_us"));
    this.#isStopping = false;
    return `the daemon started again${how}, engine ${textOf(payload, "engine_version")}`;
  }

  #startCause(lostSinceUs: number | undefined): string {
    if (lostSinceUs !== undefined) {
      return ` without the journal's end: what happened since ${momentText(lostSinceUs)} was lost`;
    }
    return this.#isStopping ? "" : " after it had ended without stopping (crash or kill)";
  }

  #told(event: EventRecord): { readonly kind: StepKind; readonly text: string } | undefined {
    const { type, payload } = event;
    const reason = textOf(payload, "reason") ?? "";
    switch (type) {
      case "Started":
        return { kind: "daemon", text: this.startWords(event) };
      case "ConfigurationReloaded":
        return { kind: "daemon", text: "the configuration was reloaded" };
      case "Stopping":
        this.#isStopping = true;
        return { kind: "daemon", text: `the daemon is stopping: ${reason}` };
      case "KillSwitchSet":
        return {
          kind: "daemon",
          text: `kill switch ${payload["on"] === true ? "on" : "off"}: ${reason}`,
        };
      case "TradingStateSet":
        return { kind: "daemon", text: `trading state ${textOf(payload, "state")}: ${reason}` };
      case "VenueStatusChanged":
        if (!this.isAtVenue(event.venue)) return undefined;
        return {
          kind: "venue",
          text: `${this.#names.venue(event.venue)} is ${textOf(payload, "status")}: ${reason}`,
        };
      case "SessionOpened":
        if (textOf(payload, "client") !== this.#client) return undefined;
        return { kind: "client", text: `${this.#client} connected` };
      case "SessionClosed": {
        const client = this.#names.clientOfSession(numberOf(payload, "session"));
        if (client === undefined || client !== this.#client) return undefined;
        return { kind: "client", text: `${client} left: ${textOf(payload, "cause")}` };
      }
      default:
        return undefined;
    }
  }
}
