/**
 * How numbered orders stand, by the exchange's word: asked one by one, or many by one list.
 *
 * Exchanges take few questions a second, and whoever cancels a hundred orders asks a hundred times. So
 * where several orders of an instrument are waited for, and were placed not long ago, they are looked
 * for in its list of orders first; who is not in it is asked for by itself. Who is not found by itself is
 * looked for in that list, once. Who comes while a question is on its way joins the next.
 * @module
 */
import type { Account } from "./account.ts";
import type { VenueError } from "../error_classes.ts";
import { claims } from "./exchange.ts";
import type { Listed } from "../shared_account.ts";
import type { KnownOrder } from "./orders.ts";
import { EARLIER_MS, readPages, spanned } from "./pages.ts";
import { anotherOrder, parseMark, parseOrder, rowsOf, type UnifiedOrder } from "./rows.ts";

/** Lists with the ends of orders in them. */
const LISTS = ["fetchOrders", "fetchCanceledAndClosedOrders"] as const;
/** With fewer a list is not worth its length. */
const TOGETHER_MIN = 4;
/** A list of more than the last hour would be long. */
const RECENT_MS = 3_600_000;
const PAGES_MAX = 20;

/** Told once: the order, or why it could not be had. */
type Done = (row: UnifiedOrder | { readonly failure: VenueError | string }) => void;

type Queue = { readonly waiting: Map<KnownOrder, Done[]>; isRunning: boolean };

/** Asks for the orders of one account. */
export class OrderRows {
  readonly #account: Account;
  readonly #queues = new Map<string, Queue>();
  /** undefined: there is none, or it was refused. */
  #list: (typeof LISTS)[number] | undefined;

  constructor(account: Account) {
    this.#account = account;
    this.#list = LISTS.find((method) => claims(account.exchange, method));
  }

  /** Asks how an order stands that is numbered; the answer comes once, later. */
  ask(order: KnownOrder, done: Done): void {
    const { symbol } = order.listed;
    const queue = this.#queues.get(symbol) ?? { waiting: new Map(), isRunning: false };
    this.#queues.set(symbol, queue);
    queue.waiting.set(order, [...queue.waiting.get(order) ?? [], done]);
    if (!queue.isRunning) this.#next(queue, order.listed);
  }

  #next(queue: Queue, listed: Listed): void {
    const orders = [...queue.waiting.keys()];
    const [first] = orders;
    queue.isRunning = first !== undefined;
    if (first === undefined) return;
    const since = this.#account.venueMs - RECENT_MS;
    const recent = orders.filter(({ placedMs }) => placedMs >= since);
    const end = (): void => this.#next(queue, listed);
    if (this.#list === undefined || recent.length < TOGETHER_MIN) {
      return this.#askOne(queue, first, end);
    }
    this.#askTogether({ queue, listed, recent, list: this.#list }, end);
  }

  #askOne({ waiting }: Queue, order: KnownOrder, end: () => void): void {
    const { reads } = this.#account;
    const { venueOrderId, listed } = order;
    const all = waiting.get(order) ?? [];
    waiting.delete(order);
    reads.ask((there) => there.fetchOrder(venueOrderId ?? "", listed.symbol), (answer) => {
      const tell = (row: Parameters<Done>[0]): void => {
        for (const done of all) done(row);
        end();
      };
      if (answer.kind === "ok") return tell(this.#rowOf(order, answer.value));
      const isAbsent = answer.error.outcome === "absent" && !order.isNowhere;
      if (this.#list === undefined || !isAbsent) return tell({ failure: answer.error });
      // Some tell of the newest orders only (Bybit: 500) whoever asks for one; their lists go back further.
      this.#readList({ listed, orders: [order], list: this.#list }, (rows) => {
        const row = rows?.get(venueOrderId ?? "");
        if (row !== undefined) return tell(this.#rowOf(order, row));
        // Once is enough, but for what they may not show yet.
        const isOld = order.placedMs < this.#account.venueMs - EARLIER_MS;
        order.isNowhere = rows !== undefined && isOld;
        tell({ failure: answer.error });
      });
    }, { isUrgent: true });
  }

  /** Reads a list from before the oldest of these orders on; rows by their numbers, undefined: it fails. */
  #readList(
    { listed: { symbol }, orders, list }: {
      readonly listed: Listed;
      readonly orders: readonly KnownOrder[];
      readonly list: (typeof LISTS)[number];
    },
    done: (rows: ReadonlyMap<string, unknown> | undefined) => void,
  ): void {
    const { reads, venueMs: toMs } = this.#account;
    readPages({
      fromMs: Math.min(...orders.map(({ placedMs }) => placedMs)) - EARLIER_MS,
      ...{ toMs, pagesMax: PAGES_MAX },
      parse: (value) => rowsOf(value).map((row) => ({ ...parseMark(row), row })),
      ask: (span, told) =>
        reads.ask((there) => there[list](symbol, ...spanned(span)), told, { isUrgent: true }),
    }, (found) => {
      if (!("failure" in found)) return done(new Map(found.map(({ id, row }) => [id, row])));
      const { failure } = found;
      // A list that is refused is not asked for again: each order can be asked for by itself.
      if (typeof failure !== "string" && failure.class === "rejected") this.#list = undefined;
      done(undefined);
    });
  }

  /** Tells those that the list shows, and asks for the first of the others. */
  #askTogether(
    of: {
      readonly queue: Queue;
      readonly listed: Listed;
      readonly recent: readonly KnownOrder[];
      readonly list: (typeof LISTS)[number];
    },
    end: () => void,
  ): void {
    const { queue, listed, recent, list } = of;
    const asking = recent.map((order) => [order, queue.waiting.get(order) ?? []] as const);
    for (const order of recent) queue.waiting.delete(order); // who comes from now on waits for the next
    this.#readList({ listed, orders: recent, list }, (rows) => {
      let missing: KnownOrder | undefined;
      for (const [order, all] of asking) {
        const row = rows?.get(order.venueOrderId ?? "");
        if (row === undefined) {
          missing ??= order;
          queue.waiting.set(order, [...all, ...queue.waiting.get(order) ?? []]);
          continue;
        }
        const told = this.#rowOf(order, row);
        for (const done of all) done(told);
      }
      if (missing === undefined) return end();
      this.#askOne(queue, missing, end);
    });
  }

  #rowOf(order: KnownOrder, value: unknown): Parameters<Done>[0] {
    let row: UnifiedOrder | undefined;
    const problem = this.#account.reading(() => {
      const told = parseOrder(value);
      const isIt = told.key === null ? told.id === order.venueOrderId : told.key === order.key;
      if (!isIt) throw anotherOrder(order.venueOrderId ?? "", told.id);
      order.placedMs = Math.min(order.placedMs, told.placedMs ?? order.placedMs);
      row = told;
    });
    return row ?? { failure: problem ?? "" };
  }
}
