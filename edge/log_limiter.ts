/**
 * How many lines of one kind are written: the first `LINES_MAX` of an event at one venue, peer, client
 * or queue within a window; what comes on top is counted, and told when the window is over.
 *
 * A storm of one peer then costs nobody else a line, and the count of what was left out is exact.
 * Limit: `SUBJECTS_MAX` pairs of event and subject are told apart; beyond it all subjects of an
 * event share one window. Pure: time is given.
 * @module
 */
import type { LogEvent } from "./log_events.ts";

/** Most lines of one event and subject in a window. */
export const LINES_MAX = 30;
/** Length of a window. */
export const WINDOW_MS = 60_000;
const SUBJECTS_MAX = 1024;
/** Fields that say whom a line is about. */
const SUBJECT_FIELDS = ["venue", "client_id", "code", "name"] as const;

/** What a window left out. */
export type LeftOut = {
  readonly event: LogEvent;
  readonly subject: Readonly<Record<string, string>>;
  readonly lines: number;
};

type Window = {
  readonly event: LogEvent;
  readonly subject: Readonly<Record<string, string>>;
  readonly endMs: number;
  lines: number;
};

/** Counts lines by event and subject. */
export class LogLimiter {
  readonly #windows = new Map<string, Window>();

  /** True if the line may be written. */
  admit(event: LogEvent, fields: Readonly<Record<string, unknown>>, nowMs: number): boolean {
    const window = this.#windowOf(event, subjectOf(fields), nowMs);
    window.lines += 1;
    return window.lines <= LINES_MAX;
  }

  /** Ends the windows that are over at `nowMs` and returns what they left out. */
  end(nowMs: number): readonly LeftOut[] {
    const told: LeftOut[] = [];
    for (const [key, { event, subject, lines, endMs }] of this.#windows) {
      if (endMs > nowMs) continue;
      this.#windows.delete(key);
      if (lines > LINES_MAX) told.push({ event, subject, lines: lines - LINES_MAX });
    }
    return told;
  }

  #windowOf(event: LogEvent, named: Window["subject"], nowMs: number): Window {
    const isFull = this.#windows.size >= SUBJECTS_MAX;
    const whole = `${event} ${JSON.stringify(named)}`;
    const isShared = isFull && !this.#windows.has(whole);
    const [key, subject] = isShared ? [event, {}] : [whole, named];
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    const window = { event, subject, endMs: nowMs + WINDOW_MS, lines: 0 };
    this.#windows.set(key, window);
    return window;
  }
}

/** A peer is its address: each of its connections has a port of its own. */
function subjectOf(fields: Readonly<Record<string, unknown>>): Window["subject"] {
  const found: Record<string, string> = {};
  for (const field of SUBJECT_FIELDS) {
    const value = fields[field];
    if (typeof value === "string") found[field] = value;
  }
  const peer = fields["peer"];
  if (typeof peer === "string") found["peer"] = peer.replace(/:\d+$/, "");
  return found;
}
