/**
 * Writes batches of the journal into the derived database.
 *
 * Everything of one turn, and how far it came, is one transaction: after any crash the file agrees
 * with itself and goes on where it was. Market data stays in the segments.
 * @module
 */
import type { Database, SqlValue, Statement } from "./database.ts";
import { batchLines, type EventLines } from "./batch_lines.ts";
import { isOfSource } from "./event_head.ts";
import { INDEX_FORMAT, INDEX_SCHEMA } from "./index_schema.ts";
import { PnlBook, type PnlTerms } from "./pnl_book.ts";
import {
  ClientNames,
  fillRows,
  ORDER_FIELDS,
  orderIntentId,
  parseWireReport,
  type WireReport,
} from "./report_rows.ts";
import { reportLines } from "./report_store.ts";
import type { Batch } from "./segment_reader.ts";
import type { JournalTail } from "./writer.ts";

/** What is read of an `InstrumentListed`. */
type Listing = {
  readonly name: string;
  readonly asset_class: string;
  readonly base: string;
  readonly qty_rule: { readonly scale: number };
  readonly contract: { readonly multiplier?: string } | null;
};

type Statements = Readonly<Record<StatementName, Statement>>;
type StatementName = keyof typeof SQL;

const SQL = {
  meta: "INSERT OR REPLACE INTO meta VALUES (?, ?)",
  event: "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  effect: "INSERT INTO effects VALUES (?, ?, ?)",
  report: "INSERT OR REPLACE INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  order: "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  instrument: "INSERT OR REPLACE INTO instruments VALUES (?, ?, ?, ?, ?)",
  termsOf: "SELECT * FROM instruments WHERE instrument = ?",
  fill: "INSERT OR REPLACE INTO fill_rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
  void: "UPDATE fill_rows SET voided = 1 WHERE order_id = ? AND exec_id = ?",
  correct: "UPDATE fill_rows SET last_qty = ?, last_px = ?, liquidity = ?, commission = ?, " +
    "commission_currency = ? WHERE order_id = ? AND exec_id = ?",
  pnl: "INSERT OR REPLACE INTO pnl_rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  pnlOf: "SELECT * FROM pnl_rows WHERE client = ? AND instrument = ?",
  fillsOf: "SELECT * FROM fill_rows WHERE client = ? AND instrument = ? AND voided = 0 " +
    "ORDER BY seq_id, exec_id",
} as const;

/** Returns how far an existing database has come, or undefined if it is not of this journal. */
export function readIndexTail(database: Database, journalId: string): JournalTail | undefined {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE name = 'meta'").all();
  if (tables.length === 0) return undefined;
  const meta = new Map(
    database.prepare("SELECT key, value FROM meta").all().map((row) => [row["key"], row["value"]]),
  );
  const agrees = meta.get("format") === INDEX_FORMAT && meta.get("journal_id") === journalId;
  const tail = meta.get("tail");
  return agrees && typeof tail === "string" ? JSON.parse(tail) as JournalTail : undefined;
}

/** Makes the tables of an empty database; `from`: where the journal begins. */
export function createIndex(database: Database, from: JournalTail): void {
  database.exec(`BEGIN; ${INDEX_SCHEMA}`);
  const meta = database.prepare(SQL.meta);
  meta.run("format", INDEX_FORMAT);
  meta.run("journal_id", from.journalId);
  meta.run("begins_after_seq", String(from.seq));
  meta.run("last_seq", String(from.seq));
  meta.run("tail", JSON.stringify(from));
  meta.run("clients", JSON.stringify(new ClientNames().toDocument()));
  database.exec("COMMIT");
}

/** The writer. `begin`, any number of `take`, `commit`. */
export class IndexWriter {
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #names: ClientNames;
  readonly #books = new Map<string, PnlBook>();
  readonly #changed = new Map<string, readonly [client: string, instrument: string]>();

  constructor(database: Database) {
    this.#database = database;
    const prepared = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]);
    this.#statements = Object.fromEntries(prepared) as Statements;
    const clients = database.prepare("SELECT value FROM meta WHERE key = 'clients'").all()[0];
    this.#names = ClientNames.from(JSON.parse(String(clients?.["value"])));
  }

  begin(): void {
    this.#database.exec("BEGIN IMMEDIATE");
  }

  /** Takes a batch, event by event; it may be left to rest in between. */
  *take(batch: Batch): Generator<void, void> {
    for (const lines of batchLines(batch)) {
      this.#takeEvent(lines);
      this.#takeEffects(lines);
      yield;
    }
  }

  /** Ends the transaction; `tail` is how far it came. */
  commit(tail: JournalTail): void {
    for (const [key, [client, instrument]] of this.#changed) {
      const book = this.#books.get(key)?.toColumns();
      if (book === undefined) continue;
      const { fills, position, cost, realised, boughtQty, soldQty, fees } = book;
      const amounts = [position, cost, realised, boughtQty, soldQty, fees];
      this.#statements.pnl.run(client, instrument, fills, ...amounts);
    }
    this.#changed.clear();
    this.#statements.meta.run("last_seq", String(tail.seq));
    this.#statements.meta.run("tail", JSON.stringify(tail));
    this.#statements.meta.run("clients", JSON.stringify(this.#names.toDocument()));
    this.#database.exec("COMMIT");
  }

  #takeEvent({ event, effects }: EventLines): void {
    if (event === undefined || isOfSource(event, "market_data")) return;
    const { event: raw } = JSON.parse(event) as { event: Readonly<Record<string, SqlValue>> };
    this.#statements.event.run(
      raw["seq_id"] ?? null,
      raw["event_time"] ?? null,
      raw["ingest_time"] ?? null,
      raw["source"] ?? null,
      raw["venue"] ?? null,
      raw["instrument"] ?? null,
      raw["event_type"] ?? null,
      JSON.stringify(raw["payload"]),
      raw["idempotency_key"] ?? null,
    );
    // One that the engine refused has an alarm, and what was listed before stays.
    const isListed = raw["event_type"] === "InstrumentListed" && !effects.includes('{"alarm":');
    if (isListed) this.#takeListing(event);
  }

  #takeListing(event: string): void {
    const { payload } = (JSON.parse(event) as { event: { payload: Listing } }).event;
    const { name, asset_class: assetClass, contract, base, qty_rule: { scale } } = payload;
    this.#statements.instrument.run(name, assetClass, contract?.multiplier ?? "1", base, scale);
  }

  #takeEffects({ seq, event, effects }: EventLines): void {
    const reports = [...reportLines(effects)];
    this.#names.learn(event ?? "", reports.map((report) => report.client));
    if (effects === "") return;
    for (const line of effects.slice(0, -1).split("\n")) {
      const kind = line.slice(2, line.indexOf('"', 2));
      if (kind !== "report") {
        this.#statements.effect.run(seq, kind, line.slice(kind.length + 5, -1));
      }
    }
    for (const report of reports) {
      this.#takeReport(parseWireReport(report), {
        client: this.#names.nameOf(report.client),
        wire: report.text,
      });
    }
  }

  #takeReport(report: WireReport, of: { client: string; wire: string }): void {
    const { client, wire } = of;
    const timeUs = report.event_us ?? report.transact_us ?? null;
    this.#statements.report.run(
      client,
      report.report_seq,
      report.seq_id,
      timeUs,
      report.exec_type,
      report.ord_status,
      report.intent_id,
      report.order_id ?? null,
      report.instrument ?? null,
      report.reject_code ?? null,
      report.text ?? null,
      wire,
    );
    this.#takeOrder(report, client);
    for (const fill of fillRows(report, client)) {
      if (fill.kind !== "Trade") continue;
      this.#statements.fill.run(
        fill.exec_id,
        fill.order_id,
        fill.seq_id,
        fill.time_us,
        client,
        fill.intent_id,
        fill.instrument,
        fill.side,
        fill.last_qty,
        fill.last_px,
        fill.liquidity,
        fill.commission,
        fill.commission_currency,
      );
      this.#bookOf(client, fill.instrument ?? "").book(fill);
    }
    if (report.exec_type === "TradeCancel") this.#void(report, client);
    if (report.exec_type === "TradeCorrect") this.#correct(report, client);
  }

  #takeOrder(report: WireReport, client: string): void {
    if (report.order_id === null || report.order_id === undefined) return;
    const values = ORDER_FIELDS.map((column) => report[column] ?? null);
    const time = report.transact_us ?? null;
    const intentId = orderIntentId(report);
    this.#statements.order.run(report.order_id, client, intentId, ...values, report.seq_id, time);
  }

  #void(report: WireReport, client: string): void {
    this.#statements.void.run(report.order_id, report.exec_ref_id ?? report.exec_id ?? null);
    this.#rebook(report.instrument ?? "", client);
  }

  #correct(report: WireReport, client: string): void {
    this.#statements.correct.run(
      report.last_qty ?? null,
      report.last_px ?? null,
      report.liquidity ?? null,
      report.commission ?? null,
      report.commission_currency ?? null,
      report.order_id,
      report.exec_ref_id ?? null,
    );
    this.#rebook(report.instrument ?? "", client);
  }

  /** Books a client's executions in an instrument anew, as they stand. */
  #rebook(instrument: string, client: string): void {
    const book = new PnlBook(this.#termsOf(instrument));
    for (const row of this.#statements.fillsOf.all(client, instrument)) {
      book.book({
        side: String(row["side"]),
        last_qty: String(row["last_qty"]),
        last_px: String(row["last_px"]),
        commission: String(row["commission"]),
        commission_currency: String(row["commission_currency"]),
      });
    }
    this.#bookOf(client, instrument);
    this.#books.set(bookKey(client, instrument), book);
  }

  #bookOf(client: string, instrument: string): PnlBook {
    const key = bookKey(client, instrument);
    this.#changed.set(key, [client, instrument]);
    const known = this.#books.get(key);
    if (known !== undefined) return known;
    const row = this.#statements.pnlOf.all(client, instrument)[0];
    const terms = this.#termsOf(instrument);
    const book = row === undefined ? new PnlBook(terms) : PnlBook.from(row, terms);
    this.#books.set(key, book);
    return book;
  }

  /** Of what is not known as listed any will do: `pnl` shows neither position nor money of it. */
  #termsOf(instrument: string): PnlTerms {
    const row = this.#statements.termsOf.all(instrument)[0];
    if (row === undefined) return { multiplier: "1", base: null, qtyScale: 0 };
    return {
      multiplier: String(row["multiplier"]),
      base: row["asset_class"] === "spot" ? String(row["base"]) : null,
      qtyScale: Number(row["qty_scale"]),
    };
  }
}

function bookKey(client: string, instrument: string): string {
  return `${client} ${instrument}`;
}
