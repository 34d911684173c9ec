/**
 * What is on its way out of a venue's Worker: two lanes with credit of their own.
 *
 * Reports keep their order and are never dropped; a status or a listing stands between the reports
 * where it was said, so that `up` does not overtake what the venue replayed. Market data waits apart
 * and merges, so that no report stands behind a book.
 * Limit: `WAITING_MAX` reports; beyond it `report` is refused, so that the adapter stops reading.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import type { Lane } from "../inlet.ts";
import type { Timers, WorkerScope } from "../ports.ts";
import { MarketRoom } from "./market_room.ts";
import type { MarketCounts, VenueReportMessage } from "./messages.ts";

const WAITING_MAX = 16_384;
const MARKET_WAITING_MAX = 1024;

/** What needs no credit and keeps its place among the reports. */
export type Notice = Extract<
  VenueReportMessage,
  { readonly kind: "status" } | { readonly kind: "listed" }
>;
type Waiting = Notice | { readonly kind: "draft"; readonly draft: Draft };

/** The two lanes. */
export class Outlet {
  readonly #scope: WorkerScope;
  readonly #timers: Timers;
  readonly #credit: Record<Lane, number> = { reports: 0, market: 0 };
  readonly #room = new MarketRoom(MARKET_WAITING_MAX);
  #waiting: Waiting[] = [];
  /** Market data of this turn, which leaves in one message. */
  #batch: Draft[] = [];

  constructor(scope: WorkerScope, timers: Timers) {
    this.#scope = scope;
    this.#timers = timers;
  }

  /** What became of market data that had to wait. */
  get statistics(): MarketCounts {
    return this.#room.statistics;
  }

  /** Takes a report; false: too many wait. */
  report(draft: Draft): boolean {
    if (this.#waiting.length >= WAITING_MAX) return false;
    this.#waiting.push({ kind: "draft", draft });
    this.#flush();
    return true;
  }

  /** Takes market data; false: it is lost, and if it was of a book, that book is invalid. */
  market(draft: Draft): boolean {
    if (this.#credit.market === 0 || this.#room.length > 0) return this.#room.put(draft);
    this.#credit.market--;
    this.#batch.push(draft);
    if (this.#batch.length === 1) this.#timers.soon(() => this.#postMarket());
    return true;
  }

  /** Says something between the reports. */
  say(notice: Notice): void {
    this.#waiting.push(notice);
    this.#flush();
  }

  /** The daemon has room for so many more. */
  credit(lane: Lane, drafts: number): void {
    this.#credit[lane] += drafts;
    if (lane === "reports") this.#flush();
    else this.#flushMarket();
  }

  #flush(): void {
    let taken = 0;
    let drafts: Draft[] = [];
    for (const waiting of this.#waiting) {
      if (waiting.kind === "draft") {
        if (this.#credit.reports === 0) break;
        this.#credit.reports--;
        drafts.push(waiting.draft);
      } else {
        this.#postReports(drafts);
        drafts = [];
        this.#post(waiting);
      }
      taken++;
    }
    this.#postReports(drafts);
    if (taken > 0) this.#waiting = this.#waiting.slice(taken);
  }

  #postReports(drafts: readonly Draft[]): void {
    if (drafts.length > 0) this.#post({ kind: "drafts", drafts });
  }

  #flushMarket(): void {
    while (this.#credit.market > 0) {
      const draft = this.#room.take();
      if (draft === undefined) break;
      this.#credit.market--;
      this.#batch.push(draft);
    }
    this.#postMarket();
  }

  #postMarket(): void {
    const drafts = this.#batch;
    if (drafts.length === 0) return;
    this.#batch = [];
    this.#post({ kind: "market", drafts });
  }

  #post(message: VenueReportMessage): void {
    this.#scope.post(message);
  }
}
