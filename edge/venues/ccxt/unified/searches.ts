/**
 * Searches for orders of which only the key is known: through the exchange's lists, of what is open,
 * then of what has ended.
 *
 * Few exchanges let the library ask by a key, and some answer such a question with another order.
 * All who look for an order of one instrument are answered by one search: after an outage they are
 * many. Who comes while one runs waits for the next, since its lists may have been read already.
 * @module
 */
import type { Account } from "./account.ts";
import { claims } from "./exchange.ts";
import type { Listed } from "../shared_account.ts";
import { EARLIER_MS, FULL_MIN, readPages, reasonOf, spanned } from "./pages.ts";
import { type OrderMark, parseMarks } from "./rows.ts";

const PAGES_MAX = 200;
/** Lists of what has ended; the first set that the exchange really has is enough. */
const ENDED_LISTS = [
  ["fetchOrders"],
  ["fetchCanceledAndClosedOrders"],
  ["fetchClosedOrders", "fetchCanceledOrders"],
  ["fetchClosedOrders"],
] as const;
type ListMethod = (typeof ENDED_LISTS)[number][number];

/** What a search came to; undefined: it is in none of the lists. */
type Found = OrderMark | undefined | { readonly failure: string };

type Search = {
  readonly listed: Listed;
  /** Who waits, by key. */
  waiting: Map<string, ((found: Found) => void)[]>;
  isRunning: boolean;
};

/** Where orders that have ended are looked for. */
type Ended = {
  readonly listed: Listed;
  readonly waiting: Search["waiting"];
  readonly fromMs: number;
  /** The list of what is open may be longer than what was told of it. */
  readonly isOpenFull: boolean;
};
const OPEN_FULL = "more orders may be open than the exchange tells at once";

/** Searches for the orders of one account. */
export class Searches {
  readonly #account: Account;
  readonly #searches = new Map<string, Search>();

  constructor(account: Account) {
    this.#account = account;
  }

  /** Looks for an order by its key, and says once what was found. */
  find(listed: Listed, key: string, done: (found: Found) => void): void {
    const search = this.#searchOf(listed);
    search.waiting.set(key, [...search.waiting.get(key) ?? [], done]);
    if (!search.isRunning) this.#run(search);
  }

  #run(search: Search): void {
    const { listed, waiting } = search;
    search.isRunning = true;
    search.waiting = new Map();
    this.#readOpen(listed, waiting, (rest) => {
      for (const [key, all] of waiting) {
        for (const done of all) done(rest);
        waiting.delete(key);
      }
      search.isRunning = false;
      if (search.waiting.size > 0) this.#run(search);
    });
  }

  /** Tells those who are found; `end` is for the others. */
  #readOpen(
    listed: Listed,
    waiting: Search["waiting"],
    end: (rest: Exclude<Found, OrderMark>) => void,
  ): void {
    const { reads, exchange } = this.#account;
    reads.ask((there) => there.fetchOpenOrders(listed.symbol), (answer) => {
      if (answer.kind === "error") return end({ failure: answer.error.text });
      let marks: readonly OrderMark[] = [];
      const problem = this.#account.reading(() => {
        marks = parseMarks(answer.value);
      });
      if (problem !== undefined) return end({ failure: problem });
      tell(waiting, marks);
      if (!this.#isBegun(waiting)) return end({ failure: "the account is not known yet" });
      const isOpenFull = marks.length >= FULL_MIN;
      const sets = ENDED_LISTS.filter((all) => all.every((method) => claims(exchange, method)));
      const failure = "the exchange lists no orders that ended";
      this.#readSets(
        { listed, sets, failure, waiting, isOpenFull, fromMs: this.#sinceMs(waiting) },
        end,
      );
    }, { isUrgent: true });
  }

  /** What the library refuses to list may be in the next set: some lists are of another product. */
  #readSets(
    of: Ended & { readonly sets: readonly (readonly ListMethod[])[]; readonly failure: string },
    end: (rest: Exclude<Found, OrderMark>) => void,
  ): void {
    const { sets: [lists, ...sets], failure } = of;
    if (lists === undefined) return end({ failure });
    const refused = (reason: string): void => this.#readSets({ ...of, sets, failure: reason }, end);
    const isUnsure = of.isOpenFull && !lists.some((method) => method === "fetchOrders");
    this.#readEnded({ ...of, lists, refused, unsure: isUnsure ? OPEN_FULL : undefined }, end);
  }

  #readEnded(
    of: Ended & {
      readonly lists: readonly ListMethod[];
      /** Why an order that is in none of the lists may be there. */
      readonly unsure: string | undefined;
      readonly refused: (reason: string) => void;
    },
    end: (rest: Exclude<Found, OrderMark>) => void,
  ): void {
    const { listed: { symbol }, lists: [method, ...others], waiting, fromMs, refused, unsure } = of;
    if (method === undefined || waiting.size === 0) {
      return end(unsure === undefined ? undefined : { failure: unsure });
    }
    const { reads, venueMs } = this.#account;
    readPages({
      ...{ fromMs, toMs: venueMs, pagesMax: PAGES_MAX, parse: parseMarks, isProof: true },
      ask: (span, told) =>
        reads.ask((there) => there[method](symbol, ...spanned(span)), told, { isUrgent: true }),
    }, (found) => {
      if (!("failure" in found)) {
        tell(waiting, found);
        return this.#readEnded({ ...of, lists: others }, end);
      }
      const { failure, rows } = found;
      if (typeof failure !== "string" && failure.class === "rejected") return refused(failure.text);
      tell(waiting, rows);
      this.#readEnded({ ...of, lists: others, unsure: reasonOf(found) }, end);
    });
  }

  /** When an order may have been placed that is of another life is only known with the account. */
  #isBegun(waiting: Search["waiting"]): boolean {
    const { orders, beganMs } = this.#account;
    return beganMs < Infinity || [...waiting.keys()].every((key) => orders.get(key) !== undefined);
  }

  /** Those that were sent by this adapter were not there before. */
  #sinceMs(waiting: Search["waiting"]): number {
    const { orders, venueMs, sinceMs } = this.#account;
    const placed = [...waiting.keys()].map((key) => orders.get(key)?.placedMs ?? sinceMs);
    return Math.min(venueMs, ...placed) - EARLIER_MS;
  }

  #searchOf(listed: Listed): Search {
    const known = this.#searches.get(listed.symbol);
    if (known !== undefined) return known;
    const search = { listed, waiting: new Map(), isRunning: false };
    this.#searches.set(listed.symbol, search);
    return search;
  }
}

/** Tells those whose order is among the marks, and lets them go. */
function tell(waiting: Search["waiting"], marks: readonly OrderMark[]): void {
  for (const mark of marks) {
    const all = mark.key === null ? undefined : waiting.get(mark.key);
    if (mark.key === null || all === undefined) continue;
    waiting.delete(mark.key);
    for (const done of all) done(mark);
  }
}
