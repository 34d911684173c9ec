/**
 * Lists that an exchange answers in pages of unknown length, from a time on: read to their end.
 *
 * A page that brought something may have been full, so the next one begins where it ended; one that
 * brought nothing new may have been a window's, so the next one begins a day later, up to now. Some
 * exchanges answer the newest of what was asked for, or of a window of it: of a page that may be full,
 * what is before the oldest of it is asked for as well.
 * Known limits: more rows of one millisecond than a page holds are not all found; nor is what is before
 * the one page of an exchange that answers the newest and takes no notice of an end. Such a page is no
 * proof that something is nowhere, if it shows that: it has a row that is later than the end.
 * @module
 */
import { PayloadError } from "../payload.ts";
import type { VenueError } from "../error_classes.ts";
import type { Answer } from "./calls.ts";

/** Lists are read from so long before an order was placed: exchanges date by several clocks. */
export const EARLIER_MS = 60_000;
/** Some exchanges answer no more than a day from where they are asked. */
const WINDOW_MS = 86_400_000;

/** No page of a list that is known is shorter when it is full (CoinEx: 10). */
export const FULL_MIN = 10;

/** From a time on, to another if it is given. */
export type Span = { readonly fromMs: number; readonly untilMs?: number };

/** A row with its name and its time. */
type Row = { readonly id: string; readonly timeMs: number };

/** Why a list could not be read. */
export type Unread = { readonly failure: VenueError | string };
/** Why not all of a list could be read, and what was: evidence of what is there, of nothing else. */
export type PartlyRead<Of> = Unread & { readonly rows: readonly Of[] };

/** What is read. */
export type Pages<Of extends Row> = {
  readonly fromMs: number;
  /** The end of it: now, by the venue's clock. */
  readonly toMs: number;
  readonly pagesMax: number;
  /** Asks for what is in a span of time. */
  readonly ask: (span: Span, done: (answer: Answer) => void) => void;
  /** @throws {PayloadError} If it cannot be read. */
  readonly parse: (value: unknown) => readonly Of[];
  /** What tells a row from all others; absent: its id. */
  readonly nameOf?: (row: Of) => string;
  /** What is not in it is to be nowhere. */
  readonly isProof?: boolean;
};

/** Reads pages, and says once what they hold, each row once. */
export function readPages<Of extends Row>(of: Pages<Of>, done: Done<Of>): void {
  readPage({ of, found: { rows: new Map<string, Of>() }, fromMs: of.fromMs, pages: 1 }, done);
}

/** A list that is being read. */
type Reading<Of extends Row> = {
  readonly of: Pages<Of>;
  readonly found: { readonly rows: Map<string, Of>; noProof?: string };
  readonly pages: number;
};
type Done<Of extends Row> = (found: readonly Of[] | PartlyRead<Of>) => void;

function readPage<Of extends Row>(
  at: Reading<Of> & { readonly fromMs: number },
  done: Done<Of>,
): void {
  const { of, found, fromMs, pages } = at;
  const end = ({ failure }: Partial<Unread>): void => {
    const rows = [...found.rows.values()];
    done(failure === undefined ? rows : { failure, rows });
  };
  askPage(at, { fromMs }, (page) => {
    if ("failure" in page) return end(page);
    const before = found.rows.size;
    for (const row of page) found.rows.set(nameIn(of, row), row);
    const isNews = found.rows.size > before;
    const nextMs = isNews
      ? page.reduce((latestMs, { timeMs }) => Math.max(latestMs, timeMs), fromMs)
      : fromMs + (isOneInstant(page, fromMs) ? 1 : WINDOW_MS);
    const goOn = (pages: number): void => {
      if (nextMs > of.toMs) {
        return end(found.noProof === undefined ? {} : { failure: found.noProof });
      }
      readPage({ ...at, fromMs: nextMs, pages: pages + 1 }, done);
    };
    if (!isNews || page.length < FULL_MIN) return goOn(pages);
    const untilMs = page.reduce((oldestMs, { timeMs }) => Math.min(oldestMs, timeMs), Infinity);
    const told = new Map(page.map((row) => [nameIn(of, row), row]));
    readBefore({ of, found, pages, fromMs, untilMs, told }, (pages) => {
      if (typeof pages === "number") goOn(pages);
      else end(pages);
    });
  });
}

/** Reads what an exchange that answers the newest has left out of a page, newer before older. */
function readBefore<Of extends Row>(
  at: Reading<Of> & {
    readonly fromMs: number;
    readonly untilMs: number;
    /** The page, and what was found before it. */
    readonly told: Map<string, Of>;
  },
  done: (read: Reading<Of>["pages"] | Unread) => void,
): void {
  const { of, found, pages, untilMs, told } = at;
  if (untilMs <= at.fromMs) return done(pages);
  const fromMs = Math.max(at.fromMs, untilMs - WINDOW_MS);
  askPage({ ...at, pages: pages + 1 }, { fromMs, untilMs }, (page) => {
    if ("failure" in page) return done(page);
    const news = page.filter((row) => !found.rows.has(nameIn(of, row)) && row.timeMs >= at.fromMs);
    const isEndIgnored = page.some(({ timeMs }) => timeMs > untilMs + SECOND_MS);
    if (isEndIgnored && of.isProof === true) found.noProof = END_IGNORED;
    if (news.length === 0 && page.some(({ timeMs }) => timeMs > untilMs)) {
      return done(isNewestOnly(page, told) ? NEWEST_ONLY : pages + 1);
    }
    for (const row of news) {
      found.rows.set(nameIn(of, row), row);
      told.set(nameIn(of, row), row);
    }
    const oldestMs = Math.min(...news.map(({ timeMs }) => timeMs));
    const nextMs = news.length === 0 ? fromMs : Math.min(oldestMs, untilMs - 1);
    readBefore({ ...at, pages: pages + 1, untilMs: nextMs }, done);
  });
}

function nameIn<Of extends Row>({ nameOf }: Pages<Of>, row: Of): string {
  return nameOf?.(row) ?? row.id;
}

/** Some count an end in seconds, and answer the whole of the last one. */
const SECOND_MS = 1000;
const END_IGNORED =
  "the exchange takes no notice of the end that is asked for: what it does not list may be older";
const NEWEST_ONLY: Unread = {
  failure: "the exchange tells the newest only, and there is more than it tells at once",
};

/** True if a page of an exchange that takes no notice of an end leaves out the oldest that it told. */
function isNewestOnly(page: readonly Row[], before: ReadonlyMap<string, Row>): boolean {
  const rows = [...before.values()].toSorted((left, right) => left.timeMs - right.timeMs);
  const told = new Set(page.map(({ id }) => id));
  return told.has(rows.at(-1)?.id ?? "") && !told.has(rows[0]?.id ?? "");
}

function askPage<Of extends Row>(
  { of, pages }: Reading<Of>,
  span: Span,
  use: (page: readonly Of[] | Unread) => void,
): void {
  if (pages > of.pagesMax) {
    return use({ failure: `there are more than ${of.pagesMax} pages since ${of.fromMs} ms` });
  }
  of.ask(span, (answer) => {
    if (answer.kind === "error") return use({ failure: answer.error });
    let page: readonly Of[] | Unread;
    try {
      page = of.parse(answer.value);
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      page = { failure: error.message };
    }
    use(page);
  });
}

/** Returns a span as the library's methods take it, behind a symbol. */
export function spanned(
  { fromMs, untilMs }: Span,
): readonly [sinceMs: number, limit: undefined, params: Readonly<Record<string, number>>] {
  return [fromMs, undefined, untilMs === undefined ? {} : { until: untilMs }];
}

/** True if a page is full of one instant, as far as can be seen: what comes after it is behind it. */
function isOneInstant(rows: readonly Row[], atMs: number): boolean {
  return rows.length > 1 && rows.every(({ timeMs }) => timeMs === atMs);
}

/** Returns why a list could not be read, in words. */
export function reasonOf({ failure }: Unread): string {
  return typeof failure === "string" ? failure : failure.text;
}
