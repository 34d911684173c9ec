/**
 * `journal sql`: one query on the derived database, read-only.
 * @module
 */
import type { Database, SqlRow } from "./database.ts";
import { indexPath } from "./index_worker.ts";
import { openSqlite } from "./sqlite_database.ts";

/** What says nothing in SQL: spaces, semicolons, comments. */
const SAYS_NOTHING = /^(?:[\s;]|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$))*$/;

/**
 * Prints the rows of a query as JSON lines. It sees what the index has reached; the table `meta` says
 * under `last_seq` how far that is.
 * @throws {RangeError} If there is no derived database, or it refuses the query, or there is a second one.
 */
export function journalSql(
  stateDirectory: string,
  query: string,
  print: (line: string) => void,
): void {
  if (SAYS_NOTHING.test(query)) {
    throw new RangeError(`Cannot query: there must be a query: was ${JSON.stringify(query)}`);
  }
  const path = indexPath(stateDirectory);
  const database = openForReading(path);
  let rows: readonly SqlRow[];
  try {
    rows = rowsOf(database, query);
  } catch (error) {
    throw new RangeError(
      `Cannot query ${path}: the query must be one that reads: was ${reasonOf(error)}`,
      { cause: error },
    );
  } finally {
    database.close();
  }
  for (const row of rows) print(JSON.stringify(row));
}

/** The database prepares the first statement of a text and passes over the others without a word. */
function rowsOf(database: Database, query: string): readonly SqlRow[] {
  const statement = database.prepare(query);
  const rows = statement.all();
  const rest = query.slice(statement.text().length);
  if (SAYS_NOTHING.test(rest)) return rows;
  throw new RangeError(
    `there must be one statement: was followed by ${JSON.stringify(rest.trim())}`,
  );
}

function openForReading(path: string): Database {
  try {
    return openSqlite(path, "read");
  } catch (error) {
    throw new RangeError(
      `Cannot query ${path}: the daemon must have made it: was ${reasonOf(error)}. Start the ` +
        "daemon once with journal.index on, or ask as a user who may read it",
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
