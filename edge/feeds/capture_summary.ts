/**
 * What a capture contained, told when it ends, and what it should have contained.
 *
 * A capture that begins one message later or ends one earlier is a valid capture: nothing in it can
 * say otherwise. So the one who recorded it may state the counts and ids; they are compared here.
 * @module
 */

/** Counts over all files of a capture. Update ids are null where no depth message came. */
export type CaptureSummary = {
  lines: number;
  badLines: number;
  ignored: number;
  depthMessages: number;
  snapshots: number;
  quotes: number;
  trades: number;
  bars: number;
  gaps: number;
  firstUpdateId: number | null;
  lastUpdateId: number | null;
  /** Quotes after the last depth message whose update id is beyond it. */
  quotesBeyondBook: number;
};

/** What the recorder says of a capture. Ids are `u` of the first and the last depth message. */
export type CaptureExpectation = {
  readonly depthMessages: number;
  readonly firstUpdateId: number;
  readonly lastUpdateId: number;
};

/** Makes a summary of nothing. */
export function emptySummary(): CaptureSummary {
  return {
    lines: 0,
    badLines: 0,
    ignored: 0,
    depthMessages: 0,
    snapshots: 0,
    quotes: 0,
    trades: 0,
    bars: 0,
    gaps: 0,
    firstUpdateId: null,
    lastUpdateId: null,
    quotesBeyondBook: 0,
  };
}

/** Returns the counts as a sentence. */
export function sayCounts(summary: Readonly<CaptureSummary>): string {
  const { depthMessages, firstUpdateId, lastUpdateId } = summary;
  return `${summary.lines} lines: ${depthMessages} depth messages (updates ${firstUpdateId} to ` +
    `${lastUpdateId}), ${summary.snapshots} snapshots, ${summary.quotes} quotes ` +
    `(${summary.quotesBeyondBook} beyond the book's end), ${summary.trades} trades, ` +
    `${summary.bars > 0 ? `${summary.bars} bars, ` : ""}` +
    `${summary.gaps} gaps, ${summary.badLines} bad lines, ${summary.ignored} not used`;
}

/** Returns what is wrong with a finished capture, a sentence each. */
export function problemsOf(
  summary: Readonly<CaptureSummary>,
  expectation: CaptureExpectation | undefined,
): string[] {
  const problems: string[] = [];
  if (summary.depthMessages > 0 && summary.snapshots === 0) {
    problems.push("the capture has depth messages and no snapshot: its book was never known");
  }
  if (expectation === undefined) return problems;
  for (const name of ["depthMessages", "firstUpdateId", "lastUpdateId"] as const) {
    if (summary[name] === expectation[name]) continue;
    problems.push(
      `the capture is not whole: ${name} must be ${expectation[name]}: was ${summary[name]}`,
    );
  }
  return problems;
}
