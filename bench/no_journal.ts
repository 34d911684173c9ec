/**
 * The same daemon with a journal that keeps nothing: what the benchmark compares durability with.
 * Not for trading: it says "durable" at once.
 * @module
 */
import { type Micros, type SeqId, seqId } from "../core/numbers.ts";
import type { DaemonJournal } from "../daemon/mod.ts";
import { type Journal, type JournalOptions, noCommits } from "../edge/journal/mod.ts";
import type { Timers } from "../edge/ports.ts";
import { tapeline } from "../main.ts";

/** Says of everything that it is durable, as soon as the loop has had its turn. */
class VoidJournal implements DaemonJournal {
  readonly journalId: string;
  readonly canAccept = true;
  readonly hasAnswered = true;
  readonly openCommit = 0;
  /** Nobody waits for a commit: there are no venues outside. */
  readonly cells = noCommits();
  readonly #timers: Timers;
  readonly #nowUs: () => Micros;
  #durableSeq: SeqId;
  #lastSeq: SeqId;
  #isTold = true;
  #handler: (upTo: SeqId, atUs: Micros) => void = () => {};

  constructor(options: JournalOptions, timers: Timers) {
    this.journalId = options.tail.journalId;
    this.#timers = timers;
    this.#nowUs = options.nowUs;
    this.#durableSeq = seqId(options.tail.seq);
    this.#lastSeq = this.#durableSeq;
  }

  get durableSeq(): SeqId {
    return this.#durableSeq;
  }

  record({ event }: Parameters<Journal["record"]>[0]): void {
    this.#lastSeq = event.seqId;
  }

  flush(): void {
    if (!this.#isTold || this.#durableSeq === this.#lastSeq) return;
    this.#isTold = false;
    this.#timers.soon(() => {
      this.#isTold = true;
      this.#durableSeq = this.#lastSeq;
      this.#handler(this.#durableSeq, this.#nowUs());
    });
  }

  onDurable(handler: (upTo: SeqId, atUs: Micros) => void): void {
    this.#handler = handler;
  }

  settle(): void {}

  onFailure(): void {}

  reportFirstSeq(): number {
    return 1;
  }

  readReports(): { firstSeq: number; texts: readonly string[]; isFromMemory: boolean } {
    return { firstSeq: 1, texts: [], isFromMemory: true };
  }

  counters(): Readonly<Record<string, number>> {
    return {};
  }

  probe(): void {}

  stop(done: () => void): void {
    done();
  }
}

if (import.meta.main) {
  const code = await tapeline(Deno.args, {
    workersModule: new URL("../workers.ts", import.meta.url),
    adapters: new Map(),
    openJournal: (options, timers) => new VoidJournal(options, timers),
  });
  Deno.exit(code);
}
