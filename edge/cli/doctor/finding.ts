/**
 * What a check of `doctor` found, in one line for people and one object for programs.
 * @module
 */

/** The checks, in the order in which they are made and shown. */
export const CHECKS = [
  "configuration",
  "configuration_file",
  "credentials",
  "state_directory",
  "token",
  "lock",
  "port",
  "metrics_port",
  "journal",
  "disk_space",
  "disk_sync",
  "clock",
  "runtime",
  "unit",
  "venue",
  "key",
] as const;
export type Check = (typeof CHECKS)[number];

/** `warn`: it runs, but somebody should look; `skip`: it could not, or need not, be looked at. */
export type Verdict = "pass" | "warn" | "fail" | "skip";

/** One line of `doctor`. */
export type Finding = {
  readonly check: Check;
  /** The venue, or the file; absent: there is one only. */
  readonly about?: string;
  readonly verdict: Verdict;
  /** What was found. */
  readonly text: string;
  /** What to do; there for every `warn` and `fail`. */
  readonly remedy?: string;
};

/** What a check is about. */
export type Subject = Pick<Finding, "check" | "about">;

/** All is as it must be. */
export function pass(subject: Subject, text: string): Finding {
  return { ...subject, verdict: "pass", text };
}

/** It was not looked at. */
export function skip(subject: Subject, text: string): Finding {
  return { ...subject, verdict: "skip", text };
}

/** It runs, but somebody should look. */
export function warn(
  subject: Subject,
  of: { readonly text: string; readonly remedy: string },
): Finding {
  return { ...subject, verdict: "warn", ...of };
}

/** It must be repaired before anything trades. */
export function fail(
  subject: Subject,
  of: { readonly text: string; readonly remedy: string },
): Finding {
  return { ...subject, verdict: "fail", ...of };
}
