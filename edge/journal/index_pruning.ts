/**
 * Takes out of the derived database what retention has removed from the journal: events, effects and
 * reports. Orders, fills and profit stay, since fills are booked anew when one of them changes.
 *
 * The file does not get smaller: what is freed in it is used again.
 * Bound: a slice is one transaction of at most `SLICE_ROWS` rows, and rests after each of them.
 * @module
 */
import type { Database, SqlRow, SqlValue, Statement } from "./database.ts";

/** Rows of a transaction: what has become durable meanwhile waits for its end. */
const SLICE_ROWS = 256;
/** Rows that are looked for at a time. */
const PAGE_ROWS = 32;

const SQL = {
  oldEvents: "SELECT seq_id AS id FROM events WHERE seq_id < ? ORDER BY seq_id LIMIT ?",
  dropEvent: "DELETE FROM events WHERE seq_id = ?",
  oldEffects: "SELECT rowid AS id FROM effects WHERE seq_id < ? ORDER BY seq_id LIMIT ?",
  dropEffect: "DELETE FROM effects WHERE rowid = ?",
  clientAfter: "SELECT min(client) AS client FROM reports WHERE client > ?",
  // A client's reports are numbered in the order of events: the first that is kept ends the search.
  oldReports:
    "SELECT report_seq AS id FROM (SELECT report_seq, seq_id FROM reports WHERE client = ? " +
    "ORDER BY report_seq LIMIT ?) WHERE seq_id < ?",
  dropReport: "DELETE FROM reports WHERE client = ? AND report_seq = ?",
} as const;

type Statements = Readonly<Record<keyof typeof SQL, Statement>>;

/** What is due of one database. */
export class IndexPruning {
  readonly #database: Database;
  readonly #statements: Statements;
  #steps: Generator<void, void> | undefined;

  constructor(database: Database) {
    this.#database = database;
    const prepared = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]);
    this.#statements = Object.fromEntries(prepared) as Statements;
  }

  /** True if there may be something to do. */
  get isDue(): boolean {
    return this.#steps !== undefined;
  }

  /** The journal begins with this event now: what was before it is due. */
  dropBefore(seq: number): void {
    this.#steps = this.#drop(seq);
  }

  /** Does some of it. No other transaction must be open; it may be left to rest in between. */
  *slice(): Generator<void, void> {
    const steps = this.#steps;
    if (steps === undefined) return;
    this.#database.exec("BEGIN IMMEDIATE");
    for (let count = 0; count < SLICE_ROWS; count += 1) {
      if (steps.next().done === true) {
        if (this.#steps === steps) this.#steps = undefined;
        break;
      }
      yield;
    }
    this.#database.exec("COMMIT");
  }

  *#drop(seq: number): Generator<void, void> {
    const { oldEvents, dropEvent, oldEffects, dropEffect, oldReports, dropReport } =
      this.#statements;
    yield* dropPages(() => oldEvents.all(seq, PAGE_ROWS), (id) => dropEvent.run(id));
    yield* dropPages(() => oldEffects.all(seq, PAGE_ROWS), (id) => dropEffect.run(id));
    for (let client = this.#clientAfter(""); client !== null; client = this.#clientAfter(client)) {
      const name = client;
      yield* dropPages(
        () => oldReports.all(name, PAGE_ROWS, seq),
        (id) => dropReport.run(name, id),
      );
    }
  }

  #clientAfter(client: string): string | null {
    const found = this.#statements.clientAfter.all(client)[0]?.["client"] ?? null;
    return found === null ? null : String(found);
  }
}

/** Drops what is found until nothing is, row by row. */
function* dropPages(
  find: () => readonly SqlRow[],
  drop: (id: SqlValue) => void,
): Generator<void, void> {
  for (;;) {
    const found = find();
    for (const { id } of found) {
      drop(id ?? null);
      yield;
    }
    if (found.length < PAGE_ROWS) return;
  }
}
