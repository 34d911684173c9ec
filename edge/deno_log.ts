/**
 * The log: one JSON object per line, `time`, `level`, `event`, then the event's own fields.
 *
 * Invariant: `write` neither blocks nor throws. Lines wait in a bounded queue for the sink; what
 * does not fit, or what a closed sink refuses, is dropped and counted, and the count is written
 * as `log_lines_dropped` as soon as a line goes through again.
 * Limit: `QUEUE_BYTES_MAX` of waiting text. Fields named in `SECRET_FIELDS` are never written.
 * @module
 */
import {
  configureSync,
  getLogger,
  type LogLevel as SinkLevel,
  type LogRecord,
} from "@logtape/logtape";
import type { Log, LogLevel } from "./ports.ts";

const QUEUE_BYTES_MAX = 1 << 20;
/** Safety net only: whoever holds a secret does not log it. */
const SECRET_FIELDS: ReadonlySet<string> = new Set(["token", "secret", "password", "api_key"]);

const SINK_LEVELS = {
  debug: "debug",
  info: "info",
  warning: "warning",
  error: "error",
  alarm: "fatal",
} as const satisfies Record<LogLevel, SinkLevel>;

/** Where log lines go; a promise that may stay open for ever or reject. */
export type LogSink = (bytes: Uint8Array) => Promise<number>;

/** A log that belongs to the process and can be waited for at its end. */
export interface ProcessLog extends Log {
  /** Lines dropped so far. */
  readonly dropped: number;
  /** Waits until what was written has gone out, `timeoutMs` at most. */
  flush(timeoutMs: number): Promise<void>;
}

/** Returns the log of this process; there is one, since the library behind it is configured once. */
export function processLog(options: {
  /** Least level that is written. */
  readonly level: LogLevel;
  /** Usually `(bytes) => Deno.stderr.write(bytes)`. */
  readonly sink: LogSink;
}): ProcessLog {
  const lines = new LineQueue(options.sink);
  configureSync({
    reset: true,
    sinks: { lines: (record) => lines.push(toLine(record)) },
    loggers: [
      { category: ["tapeline"], sinks: ["lines"], lowestLevel: SINK_LEVELS[options.level] },
      { category: ["logtape", "meta"], sinks: ["lines"], lowestLevel: "error" },
    ],
  });
  const logger = getLogger(["tapeline"]);
  return {
    write: (level, event, fields) => logger[SINK_LEVELS[level]](event, { ...fields }),
    counters: () => ({ log_lines_dropped: lines.dropped }),
    get dropped(): number {
      return lines.dropped;
    },
    flush: (timeoutMs) => lines.flush(timeoutMs),
  };
}

function toLine(record: LogRecord): string {
  const level = record.level === "fatal" ? "alarm" : record.level;
  const event = String(record.rawMessage);
  const head = { time: new Date(record.timestamp).toISOString(), level, event };
  return JSON.stringify({ ...head, ...record.properties }, writable) + "\n";
}

/** What JSON cannot hold becomes text; a secret becomes its absence. */
function writable(key: string, value: unknown): unknown {
  if (SECRET_FIELDS.has(key)) return "[secret]";
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return value;
}

class LineQueue {
  readonly #sink: LogSink;
  readonly #encoder = new TextEncoder();
  #waiting: string[] = [];
  #waitingBytes = 0;
  #sending: Promise<void> | undefined;
  #dropped = 0;
  #droppedTold = 0;

  constructor(sink: LogSink) {
    this.#sink = sink;
  }

  get dropped(): number {
    return this.#dropped;
  }

  push(line: string): void {
    if (this.#waitingBytes + line.length > QUEUE_BYTES_MAX) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    this.#sending ??= this.#send();
  }

  async flush(timeoutMs: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => timer = setTimeout(resolve, timeoutMs));
    await Promise.race([this.#sending ?? Promise.resolve(), timeout]);
    clearTimeout(timer);
  }

  async #send(): Promise<void> {
    await Promise.resolve(); // lines of one turn leave in one write
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      const sent = await writeAll(this.#sink, this.#encoder.encode(lines.join("")));
      this.#waitingBytes -= lines.reduce((sum, line) => sum + line.length, 0);
      if (sent) this.#tellDropped();
      else this.#dropped += lines.length;
    }
    this.#sending = undefined;
  }

  #tellDropped(): void {
    if (this.#dropped === this.#droppedTold) return;
    const lines = this.#dropped - this.#droppedTold;
    this.#droppedTold = this.#dropped;
    const time = new Date().toISOString();
    const told = { time, level: "warning", event: "log_lines_dropped", lines };
    this.push(JSON.stringify(told) + "\n");
  }
}

/** Returns false if the sink is closed. */
async function writeAll(sink: LogSink, bytes: Uint8Array): Promise<boolean> {
  try {
    for (let done = 0; done < bytes.length;) done += await sink(bytes.subarray(done));
    return true;
  } catch (error) {
    if (error instanceof Error) return false; // the sink is gone: counted by the caller
    throw error;
  }
}
