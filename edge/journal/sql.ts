/**
 * `journal sql`: one query on the derived database, read-only.
 * @module
 */
import type { Database } from "./database.ts";
import { indexPath } from "./index_worker.ts";
import { openSqlite } from "./sqlite_database.ts";

/**
 * Prints the rows of a query as JSON lines. It sees what the index has reached; the table `meta` says
 * under `last_seq` how far that is.
 * @throws {RangeError} If there is no derived database, or it refuses the query.
 */
export function journalSql(
  stateDirectory: string,
  query: string,
  print: (line: string) => void,
): void {
  const path = indexPath(stateDirectory);
  const database = openForReading(path);
  try {
    for (const row of database.prepare(query).all()) print(JSON.stringify(row));
  } catch (error) {
    throw new RangeError(
      `Cannot query ${path}: the query must be one that reads: was ${reasonOf(error)}`,
      { cause: error },
    );
  } finally {
    database.close();
  }
}

function openForReading(path: string): Database {
  try {
    return openSqlite(path, "read");
  } catch (error) {
    throw new RangeError(
      `Cannot query ${path}: the daemon must have made it: was ${reasonOf(error)}. Start the ` +
        "daemon once with journal.index on",
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
