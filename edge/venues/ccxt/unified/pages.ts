/**
 * Lists that an exchange answers in pages of unknown length, from a time on: read to their end.
 *
 * A page that brought something may have been full, so the next one begins where it ended; one that
 * brought nothing new may have been a window's, so the next one begins a day later, up to now.
 * Known limit: more rows of one millisecond than a page holds are not all found.
 * @module
 */
import { PayloadError } from "../payload.ts";
import type { CallError } from "./calls.ts";
import type { Answer } from "./reads.ts";

/** Some exchanges answer no more than a day from where they are asked. */
const WINDOW_MS = 86_400_000;

/** A row with its name and its time. */
type Row = { readonly id: string; readonly timeMs: number };

/** Why a list could not be read. */
export type Unread = { readonly failure: CallError | string };

/** What is read. */
export type Pages<Of extends Row> = {
  readonly fromMs: number;
  /** The end of it: now, by the venue's clock. */
  readonly toMs: number;
  readonly pagesMax: number;
  /** Asks for what is not older than a time. */
  readonly ask: (fromMs: number, done: (answer: Answer) => void) => void;
  /** @throws {PayloadError} If it cannot be read. */
  readonly parse: (value: unknown) => readonly Of[];
};

/** Reads pages, and says once what they hold, each row once. */
export function readPages<Of extends Row>(
  of: Pages<Of>,
  done: (found: readonly Of[] | Unread) => void,
): void {
  readPage({ of, found: new Map<string, Of>(), fromMs: of.fromMs, pages: 1 }, done);
}

function readPage<Of extends Row>(
  at: {
    readonly of: Pages<Of>;
    readonly found: Map<string, Of>;
    readonly fromMs: number;
    readonly pages: number;
  },
  done: (found: readonly Of[] | Unread) => void,
): void {
  const { of, found, fromMs, pages } = at;
  if (pages > of.pagesMax) {
    return done({ failure: `there are more than ${of.pagesMax} pages since ${of.fromMs} ms` });
  }
  of.ask(fromMs, (answer) => {
    if (answer.kind === "error") return done({ failure: answer.error });
    const before = found.size;
    let rows: readonly Of[] = [];
    try {
      rows = of.parse(answer.value);
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      return done({ failure: error.message });
    }
    for (const row of rows) found.set(row.id, row);
    const nextMs = found.size > before
      ? rows.reduce((latestMs, { timeMs }) => Math.max(latestMs, timeMs), fromMs)
      : fromMs + (isOneInstant(rows, fromMs) ? 1 : WINDOW_MS);
    if (nextMs > of.toMs) return done([...found.values()]);
    readPage({ of, found, fromMs: nextMs, pages: pages + 1 }, done);
  });
}

/** True if a page is full of one instant, as far as can be seen: what comes after it is behind it. */
function isOneInstant(rows: readonly Row[], atMs: number): boolean {
  return rows.length > 1 && rows.every(({ timeMs }) => timeMs === atMs);
}

/** Returns why a list could not be read, in words. */
export function reasonOf({ failure }: Unread): string {
  return typeof failure === "string" ? failure : failure.text;
}
