/**
 * What the index needs of an SQL database; the one implementation is `sqlite_database.ts`.
 * @module
 */

/** A value in a column. */
export type SqlValue = string | number | null;
/** A row by column name. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface Statement {
  /** What of the text that it was made from is its own; only of one that `all` has run. */
  text(): string;
  run(...values: readonly SqlValue[]): void;
  all(...values: readonly SqlValue[]): SqlRow[];
}

/** Every method throws if the database refuses. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** Opens a database file, making it if it is missing and may be written. */
export type OpenDatabase = (path: string, access: "write" | "read") => Database;
