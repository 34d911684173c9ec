/**
 * The sink: what one event caused, in the order in which it was caused.
 *
 * The caller owns it, hands it to `apply`, records what it holds in the journal, and releases it
 * when the event is durable. It is reused: `clear()` between events.
 * @module
 */
import type { VenueCommand } from "./command.ts";
import type { ClientIndex } from "./numbers.ts";
import type { Alarm, ExecutionReport, Transition } from "./report.ts";

/** A known intent was repeated: send these recorded reports of this client again. */
export type RepeatReports = {
  readonly client: ClientIndex;
  readonly reportSeqs: readonly number[];
};

/** Effects of one event. */
export class Effects {
  readonly transitions: Transition[] = [];
  readonly reports: ExecutionReport[] = [];
  readonly commands: VenueCommand[] = [];
  readonly repeats: RepeatReports[] = [];
  readonly alarms: Alarm[] = [];

  /** True if the event caused nothing that is recorded. */
  get isEmpty(): boolean {
    return this.transitions.length === 0 && this.reports.length === 0 &&
      this.commands.length === 0 && this.repeats.length === 0 && this.alarms.length === 0;
  }

  /** Forgets everything, for the next event. */
  clear(): void {
    empty(this.transitions);
    empty(this.reports);
    empty(this.commands);
    empty(this.repeats);
    empty(this.alarms);
  }
}

/** Pops one by one: `length = 0` drops the storage, and the next event would have to make it anew. */
function empty(list: unknown[]): void {
  while (list.length > 0) list.pop();
}
