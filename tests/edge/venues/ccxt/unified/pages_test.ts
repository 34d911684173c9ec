/**
 * Lists that come in pages of unknown length: read to their end, each row once.
 *
 * Proves: R-REC-2 for experimental exchanges.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { PayloadError } from "../../../../../edge/venues/ccxt/payload.ts";
import {
  type PartlyRead,
  readPages,
  reasonOf,
} from "../../../../../edge/venues/ccxt/unified/pages.ts";
import type { Answer } from "../../../../../edge/venues/ccxt/unified/calls.ts";
import { micros } from "../../../../../core/numbers.ts";
import { Draws } from "../../../../support/draws.ts";

type Row = { readonly id: string; readonly timeMs: number };
type Found = readonly Row[] | PartlyRead<Row>;

const DAY_MS = 86_400_000;
const FROM_MS = 1_795_000_000_000;
const stamps = { submitUs: micros(1), ackUs: micros(2) };

function rowsOf(value: unknown): readonly Row[] {
  if (Array.isArray(value)) return value as readonly Row[];
  throw new PayloadError("Cannot read the answer: it must be a list");
}

/** Reads what an exchange answers from a time on; every question is kept. */
function read(
  answer: (fromMs: number, untilMs?: number) => unknown,
  of: { readonly toMs: number; readonly pagesMax?: number; readonly isProof?: boolean },
): { readonly found: Found; readonly asked: readonly number[] } {
  const asked: number[] = [];
  const results: Found[] = [];
  readPages<Row>({
    ...{ fromMs: FROM_MS, pagesMax: 100, parse: rowsOf },
    ...of,
    ask: ({ fromMs, untilMs }, done) => {
      if (untilMs === undefined) asked.push(fromMs);
      done({ kind: "ok", value: answer(fromMs, untilMs), stamps });
    },
  }, (found) => results.push(found));
  strictEqual(results.length, 1);
  const [found = []] = results;
  return { found, asked };
}

function ids(found: Found): readonly string[] {
  if ("failure" in found) throw new Error(`Cannot find rows: ${reasonOf(found)}`);
  return found.map(({ id }) => id);
}

/** The first `size` of what is not older than a time, within a window of the exchange's. */
function served(
  rows: readonly Row[],
  { size, windowMs = Infinity }: { readonly size: number; readonly windowMs?: number },
): (fromMs: number) => readonly Row[] {
  return (fromMs) =>
    rows.filter(({ timeMs }) => timeMs >= fromMs && timeMs < fromMs + windowMs).slice(0, size);
}

function rows(count: number, everyMs: number): readonly Row[] {
  return Array.from(
    { length: count },
    (_, at) => ({ id: `${at}`, timeMs: FROM_MS + at * everyMs }),
  );
}

Deno.test("readPages() reads pages to the end, each row once", () => {
  const all = rows(10, 1000);
  const { found, asked } = read(served(all, { size: 3 }), { toMs: FROM_MS + 20_000 });
  deepStrictEqual(ids(found), all.map(({ id }) => id));
  deepStrictEqual(asked.slice(0, 3), [FROM_MS, FROM_MS + 2000, FROM_MS + 4000]);
});

Deno.test("readPages() asks once where nothing is there and no window can hide anything", () => {
  const { found, asked } = read(() => [], { toMs: FROM_MS + DAY_MS - 1 });
  deepStrictEqual([found, asked], [[], [FROM_MS]]);
});

Deno.test("readPages() goes on behind windows without rows, up to now", () => {
  const all = [{ id: "late", timeMs: FROM_MS + 5 * DAY_MS + 1000 }];
  const { found, asked } = read(served(all, { size: 10, windowMs: DAY_MS }), {
    toMs: FROM_MS + 6 * DAY_MS,
  });
  deepStrictEqual(ids(found), ["late"]);
  ok((asked.at(-1) ?? 0) <= FROM_MS + 6 * DAY_MS);
});

Deno.test("readPages() ends on an exchange that answers the same page again and again", () => {
  const all = rows(5, 1000);
  const { found, asked } = read(() => all, { toMs: FROM_MS + 10_000 });
  deepStrictEqual([ids(found), asked.length], [["0", "1", "2", "3", "4"], 2]);
  const old = [{ id: "old", timeMs: FROM_MS - 7 * DAY_MS }];
  strictEqual(read(() => old, { toMs: FROM_MS + 10_000 }).asked.length, 2);
});

Deno.test("readPages() goes on behind an instant that fills a page, not a day later", () => {
  const instant = Array.from({ length: 4 }, (_, at) => ({ id: `${at}`, timeMs: FROM_MS + 10 }));
  const all = [...instant, { id: "next", timeMs: FROM_MS + 11 }];
  const { found } = read(served(all, { size: 3 }), { toMs: FROM_MS + 60_000 });
  deepStrictEqual(ids(found), ["0", "1", "2", "next"]); // of the instant itself not all: a known limit
});

Deno.test("readPages() keeps the newest of what it knows under one name", () => {
  const answers = [[{ id: "1", timeMs: FROM_MS }], [{ id: "1", timeMs: FROM_MS + 5 }]];
  const { found } = read(() => answers.shift() ?? [], { toMs: FROM_MS + 10 });
  deepStrictEqual(found, [{ id: "1", timeMs: FROM_MS + 5 }]);
});

Deno.test("readPages() asks once more where a page ends now: it may have been full", () => {
  const all = [0, 1, 1].map((afterMs, at) => ({ id: `${at}`, timeMs: FROM_MS + afterMs }));
  const { found } = read(served(all, { size: 2 }), { toMs: FROM_MS + 1 });
  deepStrictEqual(ids(found), ["0", "1", "2"]);
});

Deno.test("readPages() is told of rows later than now, and ends", () => {
  const ahead = [{ id: "1", timeMs: FROM_MS + 60_000 }];
  deepStrictEqual(ids(read(() => ahead, { toMs: FROM_MS }).found), ["1"]);
});

Deno.test("readPages() says so where there are more pages than it reads", () => {
  const { found, asked } = read(served(rows(50, 1000), { size: 2 }), {
    toMs: FROM_MS + DAY_MS,
    pagesMax: 5,
  });
  ok("failure" in found);
  match(reasonOf(found), /more than 5 pages since/);
  strictEqual(asked.length, 5);
});

Deno.test("readPages() brings what it has read, and why no more, where one page fails", () => {
  let pages = 0;
  const failure: Extract<Answer, { readonly kind: "error" }> = {
    kind: "error",
    error: {
      ...{ class: "rate", outcome: "failed", rejectCode: "VENUE_RATE_LIMIT" },
      ...{ text: "too fast", retryAfterMs: 1000, isOfSymbol: false },
    },
    stamps,
  };
  const results: Found[] = [];
  readPages<Row>({
    ...{ fromMs: FROM_MS, toMs: FROM_MS + 9000, pagesMax: 9, parse: rowsOf },
    ask: ({ fromMs }, done) => {
      pages += 1;
      done(pages < 2 ? { kind: "ok", value: [{ id: "1", timeMs: fromMs }], stamps } : failure);
    },
  }, (found) => results.push(found));
  deepStrictEqual(results, [{ failure: failure.error, rows: [{ id: "1", timeMs: FROM_MS }] }]);
  const { found } = read(() => ({ rows: [] }), { toMs: FROM_MS });
  deepStrictEqual(found, { failure: "Cannot read the answer: it must be a list", rows: [] });
});

Deno.test("readPages() does not take a fault of ours for an answer", () => {
  throws(() =>
    readPages<Row>({
      ...{ fromMs: FROM_MS, toMs: FROM_MS, pagesMax: 1 },
      parse: () => {
        throw new RangeError("ours");
      },
      ask: (_fromMs, done) => done({ kind: "ok", value: [], stamps }),
    }, () => {}), RangeError);
});

Deno.test("readPages() finds every row of random lists, whatever pages and windows are", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const draw = new Draws(seed);
    const count = draw.below(60);
    let timeMs = FROM_MS;
    const all = Array.from({ length: count }, (_, at) => {
      timeMs += draw.below(4) === 0 ? 1 + draw.below(3 * DAY_MS) : 1 + draw.below(1000);
      return { id: `${at}`, timeMs };
    });
    const size = 2 + draw.below(5); // of one: a page that brings what is known is the last
    const windowMs = draw.below(2) === 0 ? Infinity : DAY_MS;
    const { found } = read(served(all, { size, windowMs }), { toMs: timeMs + 1, pagesMax: 5000 });
    deepStrictEqual(ids(found), all.map(({ id }) => id), `seed ${seed}`);
  }
});

/** The newest `size` of what is in a span, as some exchanges answer. */
function newest(
  rows: readonly Row[],
  { size, isBounded = true, windowMs = Infinity }: {
    readonly size: number;
    readonly isBounded?: boolean;
    readonly windowMs?: number;
  },
): (fromMs: number, untilMs?: number) => readonly Row[] {
  return (fromMs, untilMs = Infinity) =>
    rows.filter(({ timeMs }) =>
      timeMs >= fromMs && timeMs < fromMs + windowMs && (!isBounded || timeMs <= untilMs)
    ).slice(-size);
}

Deno.test("readPages() finds every row of an exchange that answers the newest first", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const draw = new Draws(seed);
    let timeMs = FROM_MS;
    const all = Array.from({ length: draw.below(300) }, (_, at) => {
      timeMs += draw.below(20) === 0 ? 1 + draw.below(3 * DAY_MS) : 1 + draw.below(1000);
      return { id: `${at}`, timeMs };
    });
    const size = 10 + draw.below(40);
    const windowMs = [Infinity, DAY_MS, 7 * DAY_MS][draw.below(3)] ?? Infinity;
    const { found } = read(newest(all, { size, windowMs }), { toMs: timeMs + 1, pagesMax: 5000 });
    const sorted = (ids: readonly string[]): string[] =>
      ids.toSorted((a, b) => Number(a) - Number(b));
    deepStrictEqual(sorted(ids(found)), all.map(({ id }) => id), `seed ${seed}`);
  }
});

Deno.test("readPages() says so where an exchange tells the newest only and has told more before", () => {
  const all = [...rows(60, 1000)];
  const later = { id: "later", timeMs: FROM_MS + 61_000 };
  const answers = [all.slice(-50), [...all, later].slice(-50)];
  const ask = newest([...all, later], { size: 50, isBounded: false });
  const { found } = read((fromMs) => answers.shift() ?? ask(fromMs), { toMs: FROM_MS + 61_000 });
  ok("failure" in found);
  match(reasonOf(found), /tells the newest only/);
});

Deno.test("readPages() believes an exchange that begins where it is asked and takes no notice of an end", () => {
  const all = rows(60, 1000);
  const { found } = read((fromMs) => served(all, { size: 25 })(fromMs), { toMs: FROM_MS + 61_000 });
  deepStrictEqual(ids(found), all.map(({ id }) => id));
});

Deno.test("readPages() takes no list for a proof whose rows are later than the end that it was asked for", () => {
  const all = rows(60, 1001);
  for (const isBounded of [true, false]) {
    const newestOnes = newest(all.slice(1, 13), { size: 50, isBounded });
    const { found } = read(newestOnes, { toMs: FROM_MS + 61_000, isProof: true });
    strictEqual("failure" in found, !isBounded);
    if (!("failure" in found)) continue;
    match(reasonOf(found), /takes no notice of the end/);
    deepStrictEqual(found.rows, all.slice(1, 13), "what is there is there");
  }
});

Deno.test("readPages() takes a list for a proof whose ends are whole seconds", () => {
  const all = rows(12, 90).map(({ id, timeMs }) => ({ id, timeMs: timeMs + 500 }));
  const { found } = read((fromMs, untilMs) => {
    const endMs = untilMs === undefined ? Infinity : Math.floor(untilMs / 1000 + 1) * 1000;
    return all.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= endMs);
  }, { toMs: FROM_MS + 2000, isProof: true });
  deepStrictEqual(ids(found), all.map(({ id }) => id));
});

Deno.test("readPages() believes one that begins behind where it is asked and takes no notice of an end", () => {
  const all = rows(90, 1000);
  const { found } = read((fromMs) => served(all, { size: 25 })(fromMs + 1), {
    toMs: FROM_MS + 91_000,
  });
  deepStrictEqual(ids(found), all.slice(1).map(({ id }) => id));
});
