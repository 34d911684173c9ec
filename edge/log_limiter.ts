/**
 * How many lines of one kind are written: the first `LINES_MAX` of an event at one venue, peer, client,
 * queue or code within a window, and besides each that says something else in its `text`; what comes
 * on top is counted, and told when the window is over.
 *
 * A storm of one peer then costs nobody else a line, an alarm that names another order is no
 * repetition, and the count of what was left out is exact.
 * Limits: `SUBJECTS_MAX` pairs of event and subject are told apart, beyond it all subjects of an
 * event share one window; of a window `TEXTS_MAX` texts. Pure: time is given.
 * @module
 */
import type { LogEvent } from "./log_events.ts";

/** Most lines of one event and subject in a window that say nothing new. */
export const LINES_MAX = 30;
/** Most texts of one event and subject in a window, each written once at least. */
export const TEXTS_MAX = 1000;
/** Length of a window. */
export const WINDOW_MS = 60_000;
const SUBJECTS_MAX = 1024;
/** Each reconciliation says what it finds at an event of its own. */
const SEQ_ID = /seq_id \d+/g;
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
  readonly texts: Set<string>;
  lines: number;
  leftOut: number;
};

/** Counts lines by event and subject. */
export class LogLimiter {
  readonly #windows = new Map<string, Window>();

  /** True if the line may be written. */
  admit(event: LogEvent, fields: Readonly<Record<string, unknown>>, nowMs: number): boolean {
    const window = this.#windowOf(event, subjectOf(fields), nowMs);
    window.lines += 1;
    const isAdmitted = addText(window.texts, fields["text"]) || window.lines <= LINES_MAX;
    if (!isAdmitted) window.leftOut += 1;
    return isAdmitted;
  }

  /** Ends the windows that are over at `nowMs` and returns what they left out. */
  end(nowMs: number): readonly LeftOut[] {
    const told: LeftOut[] = [];
    for (const [key, { event, subject, leftOut, endMs }] of this.#windows) {
      if (endMs > nowMs) continue;
      this.#windows.delete(key);
      if (leftOut > 0) told.push({ event, subject, lines: leftOut });
    }
    return told;
  }

  /** When the first window ends of those that left something out, or undefined. */
  nextEndMs(): number | undefined {
    const all = [...this.#windows.values()].filter(({ leftOut }) => leftOut > 0);
    return all.length === 0 ? undefined : Math.min(...all.map(({ endMs }) => endMs));
  }

  #windowOf(event: LogEvent, named: Window["subject"], nowMs: number): Window {
    const isFull = this.#windows.size >= SUBJECTS_MAX;
    const whole = `${event} ${JSON.stringify(named)}`;
    const isShared = isFull && !this.#windows.has(whole);
    const [key, subject] = isShared ? [event, {}] : [whole, named];
    const known = this.#windows.get(key);
    // One that left something out stays until that is told, the others end by themselves.
    if (known !== undefined && (nowMs < known.endMs || known.leftOut > 0)) return known;
    const endMs = nowMs + WINDOW_MS;
    const window = { event, subject, endMs, texts: new Set<string>(), lines: 0, leftOut: 0 };
    this.#windows.set(key, window);
    return window;
  }
}

/** True if a window has not had this text, at whatever event, and has room to know it. */
function addText(texts: Set<string>, said: unknown): boolean {
  if (typeof said !== "string") return false;
  const text = said.replace(SEQ_ID, "seq_id");
  if (texts.has(text) || texts.size >= TEXTS_MAX) return false;
  texts.add(text);
  return true;
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
