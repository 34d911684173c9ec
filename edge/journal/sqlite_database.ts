/**
 * `Database` over the runtime's SQLite. WAL and shared locking, so that other processes query the
 * file while it is written. NORMAL: a power cut may lose the last commits, which are made again from
 * the journal, but never damages the file.
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type { Database, SqlRow, SqlValue } from "./database.ts";

const BUSY_MS = 5000;
/** What SQLite says of a file that is damaged or none of its own; the runtime gives no code. */
const DAMAGE = /malformed|not a database|unsupported file format|no such (table|column)/;

/** Opens an SQLite file. */
export function openSqlite(path: string, access: "write" | "read"): Database {
  if (access === "write") makePrivate(path);
  const database = new DatabaseSync(path, { readOnly: access === "read", timeout: BUSY_MS });
  if (access === "write") database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;");
  return wrap(database);
}

/** Returns whether a file is at fault, and not the machine: a full disk spoils none. */
export function isDamage(error: unknown): boolean {
  return error instanceof Error && DAMAGE.test(error.message);
}

/** SQLite makes files that everybody may read, and gives its own two the mode of the database. */
function makePrivate(path: string): void {
  Deno.openSync(path, { append: true, create: true, mode: 0o600 }).close();
}

function wrap(database: DatabaseSync): Database {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        text: () => statement.sourceSQL, // of an empty statement it would end the process
        run: (...values: SqlValue[]) => void statement.run(...values),
        all: (...values: SqlValue[]) => statement.all(...values) as SqlRow[],
      };
    },
    close: () => database.close(),
  };
}
