/**
 * Verdicts: what each check of the gate found, as a table for people and as JSON.
 * @module
 */

/** One row of the table. */
export type Verdict = {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** What was counted, or why it was skipped. */
  readonly detail: string;
  /** What is wrong, a line each. */
  readonly problems: readonly string[];
};

/** Problems shown per check; the rest is counted. */
const SHOWN_MAX = 12;

/** Returns a verdict from the problems that a check found. */
export function verdictOf(name: string, detail: string, problems: readonly string[]): Verdict {
  return { name, outcome: problems.length === 0 ? "passed" : "failed", detail, problems };
}

/** Returns the verdict of a check that was not made. */
export function skipped(name: string, detail: string): Verdict {
  return { name, outcome: "skipped", detail, problems: [] };
}

/** Returns the table, one line per check, its problems below it. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const width = Math.max(...verdicts.map(({ name }) => name.length));
  return verdicts.flatMap(({ name, outcome, detail, problems }) => {
    const rest = problems.length - SHOWN_MAX;
    return [
      `${outcome.padEnd(8)} ${name.padEnd(width)}  ${detail}`,
      ...problems.slice(0, SHOWN_MAX).map((problem) => `         ${problem}`),
      ...(rest > 0 ? [`         … and ${rest} more`] : []),
    ];
  }).join("\n");
}
