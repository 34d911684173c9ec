/**
 * Measures what passes through the loop: events, reports, refusals, transitions, and how long things
 * take from the stamps that they carry anyway.
 *
 * Observes after the wire server, so that "report written" is when its bytes were handed to the
 * socket. Everything is counted from the start of the process.
 * Invariant: no event allocates here; words are looked up in closed lists.
 * @module
 */
import { putAt } from "../../core/by_number.ts";
import type { Effects } from "../../core/effects.ts";
import { type Event, type Source, SOURCES } from "../../core/event.ts";
import type { Micros, SeqId, VenueId } from "../../core/numbers.ts";
import { REFUSAL_CODES, VENUE_REJECT_CODES } from "../../core/reject_code.ts";
import {
  EXEC_TYPES,
  type ExecutionReport,
  ORD_STATUSES,
  type Transition,
} from "../../core/report.ts";
import type { Observer } from "../../wire/backend.ts";
import { flatHistogram } from "./flat.ts";
import { Histogram } from "./histogram.ts";
import type { MetricSource } from "./registry.ts";
import type { Samples } from "./samples.ts";
import { OpenTally, Tally } from "./tally.ts";
import { VenueMeter } from "./venue_meter.ts";
import { WaitingTimes } from "./waiting_times.ts";

/** Most codes of alarms that are told apart. */
const ALARM_CODES_MAX = 64;

export type LoopMeterOptions = {
  /** Engine clock. */
  readonly nowUs: () => Micros;
  /** Names of the venues that are declared, by number. */
  readonly venues: () => readonly { readonly id: VenueId; readonly name: string }[];
};

/** Watches the loop. */
export class LoopMeter implements Observer, MetricSource {
  readonly #options: LoopMeterOptions;
  readonly #startedUs: Micros;
  readonly #events = new Tally(SOURCES);
  readonly #reports = new Tally(EXEC_TYPES);
  readonly #rejects = new Tally([...REFUSAL_CODES, ...VENUE_REJECT_CODES]);
  readonly #transitions = new Tally(ORD_STATUSES);
  readonly #alarms = new OpenTally(ALARM_CODES_MAX);
  readonly #lag: Readonly<Record<"broker_report" | "market_data", Histogram>> = {
    broker_report: new Histogram(),
    market_data: new Histogram(),
  };
  readonly #intentDurable = new Histogram();
  readonly #intentReported = new Histogram();
  readonly #fillReported = new Histogram();
  readonly #intents = new WaitingTimes();
  readonly #fills = new WaitingTimes();
  readonly #venues: (VenueMeter | undefined)[] = [];
  #repeated = 0;
  #accountHalts = 0;
  #instrumentHalts = 0;

  constructor(options: LoopMeterOptions) {
    this.#options = options;
    this.#startedUs = options.nowUs();
  }

  applied(event: Event, effects: Effects): void {
    this.#events.add(event.source);
    const venue = event.venue === null ? undefined : this.#venue(event.venue);
    if (isFromVenue(event.source)) {
      this.#lag[event.source].observe(event.ingestTime - event.eventTime);
      if (venue !== undefined) venue.lastMessageUs = event.ingestTime;
    }
    if (event.eventType === "IntentReceived") this.#intents.put(event.seqId, event.payload.recvUs);
    if (event.eventType === "AccountReported" && venue !== undefined) {
      venue.accountReportedUs = event.ingestTime;
    }
    if (event.eventType === "VenueStatusChanged") venue?.cameInto(event.payload.status);
    for (const transition of effects.transitions) this.#moved(transition);
    for (const report of effects.reports) this.#reported(report, venue);
    for (const command of effects.commands) this.#venue(command.venue).requests.add(command.kind);
    for (const alarm of effects.alarms) this.#alarms.add(alarm.code);
    for (const repeat of effects.repeats) this.#repeated += repeat.reportSeqs.length;
  }

  released(upTo: SeqId, atUs: Micros): void {
    const nowUs = this.#options.nowUs();
    for (let us = this.#intents.take(upTo); us !== undefined; us = this.#intents.take(upTo)) {
      this.#intentDurable.observe(atUs - us);
      this.#intentReported.observe(nowUs - us);
    }
    for (let us = this.#fills.take(upTo); us !== undefined; us = this.#fills.take(upTo)) {
      this.#fillReported.observe(nowUs - us);
    }
  }

  counters(): Readonly<Record<string, number>> {
    const rejects = [...this.#rejects].filter(([, count]) => count > 0)
      .map(([code, count]) => [`rejects_${code.toLowerCase()}`, count] as const);
    return {
      ...Object.fromEntries(rejects),
      ...flatHistogram("intent_durable", this.#intentDurable),
      ...flatHistogram("intent_report", this.#intentReported),
      ...flatHistogram("fill_report", this.#fillReported),
      ...Object.assign(
        {},
        ...this.#options.venues().map(({ id, name }) => this.#venue(id).counters(name)),
      ),
    };
  }

  measure(into: Samples): void {
    for (const [source, count] of this.#events) {
      into.put("tapeline_events_total", count, { source });
    }
    for (const [type, count] of this.#reports) {
      into.put("tapeline_reports_total", count, { exec_type: type });
    }
    for (const [code, count] of this.#rejects) into.put("tapeline_rejects_total", count, { code });
    for (const [to, count] of this.#transitions) {
      into.put("tapeline_order_transitions_total", count, { to });
    }
    for (const [code, count] of this.#alarms) into.put("tapeline_alarms_total", count, { code });
    into.put("tapeline_reports_repeated_total", this.#repeated);
    into.put("tapeline_halts_total", this.#accountHalts, { of: "account" });
    into.put("tapeline_halts_total", this.#instrumentHalts, { of: "instrument" });
    into.histogram("tapeline_event_lag_seconds", this.#lag.broker_report, {
      source: "broker_report",
    });
    into.histogram("tapeline_event_lag_seconds", this.#lag.market_data, { source: "market_data" });
    into.histogram("tapeline_intent_durable_seconds", this.#intentDurable);
    into.histogram("tapeline_intent_report_seconds", this.#intentReported);
    into.histogram("tapeline_fill_report_seconds", this.#fillReported);
    for (const { id, name } of this.#options.venues()) this.#venue(id).measure(into, name);
  }

  #moved(transition: Transition): void {
    switch (transition.kind) {
      case "order":
        return this.#transitions.add(transition.to);
      case "AccountHalted":
        this.#accountHalts += 1;
        return;
      case "InstrumentHalted":
        this.#instrumentHalts += 1;
        return;
    }
  }

  #reported(report: ExecutionReport, venue: VenueMeter | undefined): void {
    this.#reports.add(report.execType);
    if (report.rejectCode !== undefined) this.#rejects.add(report.rejectCode);
    if (report.ackUs !== undefined) venue?.acknowledged(report);
    if (report.execType === "Trade" && report.eventUs !== undefined) {
      this.#fills.put(report.seqId, report.eventUs);
    }
  }

  #venue(id: VenueId): VenueMeter {
    const known = this.#venues[id];
    if (known !== undefined) return known;
    const meter = new VenueMeter(this.#startedUs);
    putAt(this.#venues, id, meter);
    return meter;
  }
}

function isFromVenue(source: Source): source is "broker_report" | "market_data" {
  return source === "broker_report" || source === "market_data";
}
