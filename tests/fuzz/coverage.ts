/**
 * What streams have reached: cells of the life cycle, reject codes, kinds of events, asset classes.
 * @module
 */
import type { AssetClass } from "../../core/instrument.ts";
import type { EventType } from "../../core/event.ts";
import { NEXT, ORDER_STATES, type OrderState } from "../../core/lifecycle.ts";
import { REFUSAL_CODES, VENUE_REJECT_CODES } from "../../core/reject_code.ts";
import { EXEC_TYPES } from "../../core/report.ts";
import type { JsonObject, JsonValue } from "../contracts/trace/json.ts";
import type { Stream } from "./stream.ts";

/** Least hits of each cell and least share of each class, over a run of a million events. */
const CELL_LEAST_PER_MILLION = 100;
const CLASS_LEAST_PERCENT = 10;
const MILLION = 1_000_000;

const CLASSES: readonly AssetClass[] = ["spot", "linear", "inverse", "binary", "betting"];

/** Requests that must leave, those of dry orders told apart. */
const REQUESTS = [
  ...["Submit", "Cancel", "Replace", "Lookup"].flatMap((kind) => [kind, `dry ${kind}`]),
  ...["connected", "periodic", "asked"].map((cause) => `Reconcile ${cause}`),
];

/** Alarms that tell of a rule which is hard to come by. */
const ALARMS = [
  "BREAKER_OPEN",
  "DRY_RUN_FILL",
  "FUNDS_MISMATCH",
  "LIVE_AFTER_END",
  "OPENING_WITHOUT_PRICE",
  "UNKNOWN_ORDER_AT_VENUE",
  "VENUE_AUTH",
];

/** Every kind of event: a new one does not compile until it is here, and is missed until it is made. */
const KINDS: Readonly<Record<EventType, number>> = {
  Started: 0,
  ConfigurationReloaded: 0,
  VenueDeclared: 0,
  InstrumentListed: 0,
  LimitsSet: 0,
  BalanceSet: 0,
  TradingStateSet: 0,
  KillSwitchSet: 0,
  DryRunSet: 0,
  ReconcileAsked: 0,
  AccountAdopted: 0,
  VenueStatusChanged: 0,
  SessionOpened: 0,
  SessionClosed: 0,
  Stopping: 0,
  IntentReceived: 0,
  OrderAccepted: 0,
  OrderRejected: 0,
  OrderExecuted: 0,
  ExecutionVoided: 0,
  ExecutionCorrected: 0,
  ExecutionConfirmed: 0,
  AccountReported: 0,
  CashPosted: 0,
  FundingPosted: 0,
  InstrumentSettled: 0,
  OutcomesSplit: 0,
  OutcomesMerged: 0,
  InstrumentResolved: 0,
  OutcomeSettled: 0,
  RunnerRemoved: 0,
  MarketSettled: 0,
  OrderCancelled: 0,
  OrderExpired: 0,
  CancelRejected: 0,
  OrderReplaced: 0,
  ReplaceRejected: 0,
  RequestFailed: 0,
  OrderFound: 0,
  OrderNotFound: 0,
  Reconciled: 0,
  ReconcileFailed: 0,
  BookSnapshot: 0,
  BookDelta: 0,
  QuoteUpdated: 0,
  TradePrinted: 0,
  BookInvalidated: 0,
  MarketDefined: 0,
  DeadlineReached: 0,
  IntervalElapsed: 0,
};

/** What a run must reach. */
export type Goal = "cells" | "codes" | "kinds" | "requests" | "alarms" | "classes";

/** Counts over all streams of a run. */
export class Coverage {
  events = 0;
  streams = 0;
  readonly cells = new Map<string, number>();
  readonly codes = new Map<string, number>();
  readonly kinds = new Map<string, number>(Object.entries(KINDS));
  readonly classes = new Map<string, number>();
  readonly alarms = new Map<string, number>(ALARMS.map((code) => [code, 0]));
  readonly requests = new Map<string, number>(REQUESTS.map((name) => [name, 0]));

  constructor() {
    for (const from of ORDER_STATES) {
      for (const by of EXEC_TYPES) if (by in NEXT[from]) this.cells.set(`${from} ${by}`, 0);
    }
    for (const code of [...REFUSAL_CODES, ...VENUE_REJECT_CODES]) this.codes.set(code, 0);
    for (const each of CLASSES) this.classes.set(each, 0);
  }

  /** Counts a stream. */
  add(stream: Stream): void {
    this.streams += 1;
    this.events += stream.events.length;
    const states = new Map<JsonValue, string>();
    for (const [at, event] of stream.events.entries()) {
      const answer = stream.answers[at];
      if (answer === undefined) continue;
      count(this.kinds, String(event["event_type"]));
      this.#countClass(stream, { event, reports: answer.reports });
      for (const code of answer.alarms) count(this.alarms, code);
      for (const command of answer.commands) count(this.requests, requestName(command));
      for (const report of answer.reports) this.#countReport(states, report);
    }
  }

  /** What is missing for a run of so many events, a sentence each. */
  gaps(): readonly string[] {
    return Object.values(this.gapsByGoal()).flat();
  }

  /** The same by goal. */
  gapsByGoal(): Readonly<Record<Goal, readonly string[]>> {
    const least = Math.floor(CELL_LEAST_PER_MILLION * Math.min(1, this.events / MILLION));
    const unmet = Math.max(1, least);
    const never = (counts: ReadonlyMap<string, number>, what: string): readonly string[] =>
      [...counts].filter(([, hits]) => hits === 0).map(([name]) => `${what} ${name}: never`);
    return {
      cells: [...this.cells].filter(([, hits]) => hits < unmet)
        .map(([cell, hits]) => `cell ${cell}: ${hits} of ${unmet}`),
      codes: never(this.codes, "reject code"),
      kinds: never(this.kinds, "event kind"),
      requests: never(this.requests, "request"),
      alarms: never(this.alarms, "alarm"),
      classes: [...this.classes].filter(([, hits]) => percent(hits, this) < CLASS_LEAST_PERCENT)
        .map(([each, hits]) =>
          `asset class ${each}: ${percent(hits, this).toFixed(1)} % of events`
        ),
    };
  }

  /** The counts as lines for people. */
  lines(): readonly string[] {
    return [
      `${this.events} events in ${this.streams} streams`,
      `asset classes  ${
        [...this.classes].map(([each, hits]) => `${each} ${percent(hits, this).toFixed(1)} %`)
          .join(", ")
      }`,
      `event kinds    ${table(this.kinds)}`,
      `reject codes   ${table(this.codes)}`,
      `requests       ${table(this.requests)}`,
      `alarms         ${table(this.alarms)}`,
      `cells          ${table(this.cells)}`,
    ];
  }

  #countReport(states: Map<JsonValue, string>, report: JsonObject): void {
    const code = report["reject_code"];
    if (typeof code === "string") count(this.codes, code);
    const order = report["order"];
    if (typeof order !== "object" || order === null || Array.isArray(order)) return;
    const id = (order as JsonObject)["order_id"] ?? null;
    const from: OrderState | string = states.get(id) ?? "Created";
    const cell = `${from} ${report["exec_type"]}`;
    if (this.cells.has(cell)) count(this.cells, cell);
    states.set(id, String(report["ord_status"]));
  }

  #countClass(
    stream: Stream,
    of: { readonly event: JsonObject; readonly reports: readonly JsonObject[] },
  ): void {
    const number = of.event["instrument"] ?? instrumentOfReport(of.reports[0]) ??
      instrumentOfIntent(stream, of.event);
    if (typeof number !== "number") return;
    const each = stream.scene.instruments[number]?.assetClass;
    if (each !== undefined) count(this.classes, each);
  }
}

function requestName(command: JsonObject): string {
  if (command["kind"] === "Reconcile") return `Reconcile ${command["cause"]}`;
  return `${command["dry_run"] === true ? "dry " : ""}${command["kind"]}`;
}

function instrumentOfReport(report: JsonObject | undefined): JsonValue | undefined {
  const order = report?.["order"];
  return typeof order === "object" && order !== null && !Array.isArray(order)
    ? (order as JsonObject)["instrument"]
    : undefined;
}

function instrumentOfIntent(stream: Stream, event: JsonObject): number | undefined {
  const payload = event["payload"] as JsonObject;
  const intent = payload["intent"] as JsonObject | undefined;
  const name = intent?.["instrument"];
  if (typeof name !== "string") return undefined;
  return stream.scene.instruments.find((each) => each.name === name)?.id;
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function percent(hits: number, { events }: Coverage): number {
  return events === 0 ? 0 : hits * 100 / events;
}

function table(counts: ReadonlyMap<string, number>): string {
  return [...counts].sort(([, a], [, b]) => a - b).map(([name, hits]) => `${name} ${hits}`)
    .join(", ");
}
