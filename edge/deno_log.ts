/**
 * The log: one JSON object per line, `time`, `level`, `event`, `category`, then the event's own
 * fields. Under systemd each line begins with its priority, `<6>` and the like, which the journal
 * takes off again.
 *
 * 1. the level of the event's category decides whether a line is written
 * 2. of one event at one venue or peer so many are written, and what says something else; the rest is
 *    counted (`log_limiter.ts`)
 * 3. the line waits in a bounded queue for the sink (`deno_log_queue.ts`)
 *
 * Invariant: `write` neither blocks nor throws. A `Secret` is written as its absence, and so is any
 * field named in `SECRET_FIELDS`.
 * @module
 */
import { LineQueue, type LogSink } from "./deno_log_queue.ts";
import { LOG_EVENTS, type LogCategory, type LogEvent, type LogLevelOf } from "./log_events.ts";
import { type LeftOut, LogLimiter } from "./log_limiter.ts";
import type { Cancel, Clock, Log, LogLevel, Timers } from "./ports.ts";

/** Safety net only: whoever holds a secret does not log it. */
const SECRET_FIELDS: ReadonlySet<string> = new Set(["token", "secret", "password", "api_key"]);

/** Priorities of syslog(3), the lowest first, as sd-daemon(3) writes them before a line. */
const PRIORITIES = {
  debug: 7,
  info: 6,
  warning: 4,
  error: 3,
  alarm: 1,
} as const satisfies Record<LogLevel, number>;

/** Least levels that are written: of a category that is not named, `level`, or of one that is null. */
export type LogLevels = {
  readonly level: LogLevel;
  readonly categories: Readonly<Partial<Record<LogCategory, LogLevel | null>>>;
};

/** A log that belongs to the process and can be waited for at its end. */
export interface ProcessLog extends Log {
  /** Lines dropped so far. */
  readonly dropped: number;
  /** From now on other levels are written. */
  setLevels(levels: LogLevels): void;
  /** Says what was left out, and waits until all has gone out, `timeoutMs` at most. */
  flush(timeoutMs: number): Promise<void>;
}

/** Returns a log of this process. */
export function processLog(options: {
  readonly levels: LogLevels;
  /** Usually `(bytes) => Deno.stderr.write(bytes)`. */
  readonly sink: LogSink;
  /** How lines begin: for the journal of systemd each with its priority. */
  readonly form: "plain" | "journal";
  readonly clock: Clock;
  readonly timers: Timers;
}): ProcessLog {
  return new LimitedLog(options);
}

/**
 * Returns the form for what stderr is: `JOURNAL_STREAM` names the journal's end of it by device
 * and inode. Source: systemd.exec(5).
 */
export function stderrForm(): "plain" | "journal" {
  const stream = Deno.env.get("JOURNAL_STREAM");
  if (stream === undefined) return "plain";
  const { dev, ino } = process.getBuiltinModule("node:fs").fstatSync(2);
  return stream === `${dev}:${ino}` ? "journal" : "plain";
}

/** Returns a text for stderr beside the log: to the journal each of its lines is an error. */
export function errorText(text: string): string {
  return stderrForm() === "plain" ? text : text.replaceAll(/^/gm, `<${PRIORITIES.error}>`);
}

class LimitedLog implements ProcessLog {
  readonly #lines: LineQueue;
  readonly #limiter = new LogLimiter();
  readonly #form: "plain" | "journal";
  #levels: LogLevels;
  readonly #said: Record<LogLevel, number> = { debug: 0, info: 0, warning: 0, error: 0, alarm: 0 };
  readonly #clock: Clock;
  readonly #timers: Timers;
  #leftOut = 0;
  /** Calls off what will tell of the next window that is over. */
  #cancelTelling: Cancel | undefined;

  constructor({ levels, sink, form, clock, timers }: Parameters<typeof processLog>[0]) {
    this.#form = form;
    this.#clock = clock;
    this.#timers = timers;
    this.#levels = levels;
    this.#lines = new LineQueue({
      sink,
      tell: (lines) => this.#log("warning", "log_lines_dropped", { lines }),
    });
  }

  get dropped(): number {
    return this.#lines.dropped;
  }

  setLevels(levels: LogLevels): void {
    this.#levels = levels;
  }

  write<Event extends LogEvent>(
    level: LogLevelOf<Event>,
    event: Event,
    fields: Readonly<Record<string, unknown>> = {},
  ): void {
    this.#said[level] += 1;
    if (!this.#isWritten(level, event)) return; // or what nobody sees would leave out what counts
    if (this.#limiter.admit(event, fields, this.#nowMs())) {
      return this.#log(level, event, fields);
    }
    this.#leftOut += 1;
    this.#cancelTelling ??= this.#tellLater();
  }

  counters(): Readonly<Record<string, number>> {
    const { debug, info, warning, error, alarm } = this.#said;
    return {
      log_lines_debug: debug,
      log_lines_info: info,
      log_lines_warning: warning,
      log_lines_error: error,
      log_lines_alarm: alarm,
      log_lines_left_out: this.#leftOut,
      log_lines_dropped: this.#lines.dropped,
    };
  }

  async flush(timeoutMs: number): Promise<void> {
    this.#cancelTelling?.();
    this.#cancelTelling = undefined;
    this.#tellLeftOut(this.#limiter.end(Infinity));
    await this.#lines.flush(timeoutMs);
  }

  #log(level: LogLevel, event: LogEvent, fields: Readonly<Record<string, unknown>>): void {
    if (!this.#isWritten(level, event)) return;
    const { category } = LOG_EVENTS[event];
    const time = new Date().toISOString();
    const line = toLine({ time, level, event, category }, fields);
    this.#lines.push(this.#form === "journal" ? `<${PRIORITIES[level]}>${line}` : line);
  }

  #isWritten(level: LogLevel, event: LogEvent): boolean {
    const { level: least, categories } = this.#levels;
    return PRIORITIES[level] <= PRIORITIES[categories[LOG_EVENTS[event].category] ?? least];
  }

  #nowMs(): number {
    return this.#clock.monotonicUs() / 1000;
  }

  /** Tells what was left out when the first window is over that left something out, and so on. */
  #tellLater(): Cancel | undefined {
    const endMs = this.#limiter.nextEndMs();
    if (endMs === undefined) return undefined;
    return this.#timers.after(Math.ceil((endMs - this.#nowMs()) * 1000), () => {
      this.#tellLeftOut(this.#limiter.end(this.#nowMs()));
      this.#cancelTelling = this.#tellLater(); // a window that nobody ends leaves out for ever
    });
  }

  #tellLeftOut(all: readonly LeftOut[]): void {
    for (const { event, subject, lines } of all) {
      this.#log("warning", "log_lines_left_out", { left_out_event: event, ...subject, lines });
    }
  }
}

function toLine(
  head: Readonly<Record<string, string>>,
  fields: Readonly<Record<string, unknown>>,
): string {
  try {
    return `${JSON.stringify({ ...head, ...fields }, writable)}\n`;
  } catch (error) {
    return `${JSON.stringify({ ...head, unwritable: String(error) })}\n`; // a circle, say
  }
}

/** What JSON cannot hold becomes text; a secret becomes its absence. */
function writable(key: string, value: unknown): unknown {
  if (SECRET_FIELDS.has(key)) return "[secret]";
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return value;
}
