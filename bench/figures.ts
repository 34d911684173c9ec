/**
 * What the benchmark claims: one ratio per figure, with what was asked of it.
 * @module
 */
import { type Figure, figure, type Latency, median, type Rate } from "./measure.ts";

/** What one round measured, the floors beside the product. */
export type Round = {
  readonly echo: Latency;
  readonly append: Latency;
  /** The first round trips of a daemon, its code not yet compiled. */
  readonly young: Latency;
  readonly durable: Latency;
  readonly pipelined: Rate;
  readonly journalOff: Rate;
  /** Journal off, at a venue that answers each order at once: twice the events and reports. */
  readonly answered: Rate;
  readonly runtimeEcho: Rate;
};

/** One recovery beside its floor, decode and parse of the same bytes. */
export type Recovery = {
  readonly seconds: number;
  readonly parse_seconds: number;
  readonly events: number;
  readonly bytes: number;
  readonly truth_bytes_per_event: number;
};

/** Returns the figures over all rounds. */
export function figures(rounds: readonly Round[], recoveries: readonly Recovery[]): Figure[] {
  return [...roundTrips(rounds), ...throughputs(rounds), recoveryTime(recoveries)];
}

function roundTrips(rounds: readonly Round[]): Figure[] {
  const { each, mid } = over(rounds);
  return [
    figure({
      name: "durable round trip p50: (rtt - raw echo) / raw append+fdatasync",
      values: each(({ durable, echo, append }) => (durable.p50 - echo.p50) / append.p50),
      unit: "k",
      must: 2,
      goal: 1.4,
      better: "lower",
      detail: {
        rtt_us: mid(({ durable }) => durable.p50),
        echo_us: mid(({ echo }) => echo.p50),
        append_us: mid(({ append }) => append.p50),
        young_rtt_us: mid(({ young }) => young.p50),
      },
    }),
    figure({
      name: "durable round trip p99 / (raw echo p99 + raw append p99)",
      values: each(({ durable, echo, append }) => durable.p99 / (echo.p99 + append.p99)),
      unit: "x",
      must: 2,
      goal: 1.3,
      better: "lower",
      detail: {
        rtt_us: mid(({ durable }) => durable.p99),
        echo_us: mid(({ echo }) => echo.p99),
        append_us: mid(({ append }) => append.p99),
        young_rtt_us: mid(({ young }) => young.p99),
      },
    }),
  ];
}

function throughputs(rounds: readonly Round[]): Figure[] {
  const { each, mid } = over(rounds);
  return [
    figure({
      name: "pipelined durable intents / the same server with the journal off",
      values: each(({ pipelined, journalOff }) => pipelined.per_second / journalOff.per_second),
      unit: "x",
      must: 0.5,
      goal: 0.7,
      better: "higher",
      detail: {
        durable_per_second: mid(({ pipelined }) => pipelined.per_second),
        journal_off_per_second: mid(({ journalOff }) => journalOff.per_second),
      },
    }),
    figure({
      name: "journal off / raw echo of the same bytes on the same runtime",
      values: each(({ runtimeEcho, journalOff }) => journalOff.per_second / runtimeEcho.per_second),
      unit: "x",
      must: 0.4,
      goal: 0.6,
      better: "higher",
      detail: {
        runtime_echo_per_second: mid(({ runtimeEcho }) => runtimeEcho.per_second),
        with_the_venues_answers_per_second: mid(({ answered }) => answered.per_second),
      },
    }),
  ];
}

function recoveryTime(recoveries: readonly Recovery[]): Figure {
  const { each, mid } = over(recoveries);
  return figure({
    name: "recovery / decode and parse of the same bytes",
    values: each(({ seconds, parse_seconds }) => seconds / parse_seconds),
    unit: "x",
    must: 3,
    goal: 2,
    better: "lower",
    detail: {
      events: mid(({ events }) => events),
      bytes: mid(({ bytes }) => bytes),
      seconds: mid(({ seconds }) => seconds),
      truth_bytes_per_event: mid((one) => one.truth_bytes_per_event),
    },
  });
}

type Over<Row> = {
  readonly each: (of: (row: Row) => number) => number[];
  readonly mid: (of: (row: Row) => number) => number;
};

function over<Row>(rows: readonly Row[]): Over<Row> {
  return { each: (of) => rows.map(of), mid: (of) => median(rows.map(of)) };
}
