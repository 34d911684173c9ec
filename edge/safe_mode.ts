/**
 * Safe mode: the daemon comes up where recovery fails at the same event again.
 *
 * No sessions and no intents; every venue outside the timeline is asked to cancel what rests, again
 * and again, and an alarm is repeated, until an operator restarts: once the record is quarantined,
 * or, where what it caused was shown and sent, with what a recovery needs.
 * @module
 */
import type { Configuration, DeclaredVenue } from "../config/mod.ts";
import { clOrdIdPrefix } from "../core/command.ts";
import { micros } from "../core/numbers.ts";
import { EngineClock } from "./engine_clock.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import { Ingress, type IngressQueue } from "./ingress.ts";
import { EFFECTS_ADVICE, type PoisonEvent } from "./journal/refusal.ts";
import { noCommits } from "./journal/ring.ts";
import type { Cancel, Ports } from "./ports.ts";
import { Supervision } from "./supervision.ts";
import { VenueSide } from "./venue_side.ts";

/** How often venues are asked again and the alarm is repeated. */
const REPEAT_US = 10_000_000;

export type SafeModeOptions = {
  readonly ports: Ports;
  readonly configuration: Configuration;
  readonly venues: readonly DeclaredVenue[];
  /** The event at which recovery failed. */
  readonly event: Pick<PoisonEvent, "seqId" | "hasEffects">;
  readonly journalId: string;
  readonly onEnd: (end: { readonly code: ExitCode; readonly sentence: string }) => void;
};

/** A daemon that only cancels. */
export class SafeMode {
  readonly #options: SafeModeOptions;
  readonly #venues: VenueSide;
  readonly #supervision: Supervision;
  #cancelRepeat: Cancel = () => {};
  #isEnded = false;

  constructor(options: SafeModeOptions) {
    const { ports, configuration, venues, journalId } = options;
    // What the venues report is let go, lest full queues stop the adapters.
    const ingress: Ingress = new Ingress(() => ingress.queues.forEach(discard));
    this.#options = options;
    this.#venues = new VenueSide({
      venues: venues.filter(({ declaration }) => declaration.simulation === null),
      known: [],
      hasMarket: () => false,
      leaving: [],
      ports,
      ingress,
      clock: new EngineClock(ports.clock, micros(0)),
      clOrdIdPrefix: clOrdIdPrefix(journalId),
      commits: noCommits(),
      isAlive: () => false, // what rests is to go: a venue's own switch may go off
      queues: configuration.queues,
      offer: () => {},
    });
    this.#supervision = new Supervision(ports, {
      ask: () => {},
      hasAnswered: () => true,
      status: () =>
        `safe mode: recovery failed at event ${options.event.seqId} again; no intents are taken`,
    });
    this.#venues.start();
    this.#supervision.ready();
    this.#insist();
  }

  stop(reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#supervision.stopping(`stopping: ${reason}`);
    this.#cancelRepeat();
    this.#venues.stop();
    this.#options.onEnd({ code: EXIT.ok, sentence: `stopped in safe mode: ${reason}` });
  }

  /** Nothing is compared: what the venues say is let go. */
  reconcile(_reason: string): void {}

  /** Nothing is traded, so nothing is changed. */
  reload(): boolean {
    const problems = ["Cannot reload in safe mode: the daemon must recover first"];
    this.#options.ports.log.write("error", "configuration_refused", { problems });
    return false;
  }

  #insist(): void {
    const { ports, event } = this.#options;
    const { seqId: seq } = event;
    ports.log.write("alarm", "safe_mode", {
      seq_id: seq,
      text: `Recovery failed at event ${seq} again: no intents are taken, venues are asked to ` +
        `cancel everything; look at it with "tapeline journal dump --from ${seq} --to ${seq}", ` +
        `stop the daemon${wayOut(event)}`,
    });
    this.#venues.cancelAll();
    this.#cancelRepeat = ports.timers.after(REPEAT_US, () => this.#insist());
  }
}

function wayOut({ seqId: seq, hasEffects }: SafeModeOptions["event"]): string {
  return hasEffects
    ? `. What it caused was shown and sent, so that it cannot be passed over. ${EFFECTS_ADVICE}`
    : `, pass over it with "tapeline journal quarantine --seq ${seq} --reason WHY", and start again`;
}

function discard(queue: IngressQueue): void {
  while (queue.length > 0) queue.take();
}
