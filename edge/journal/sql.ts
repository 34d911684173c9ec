/**
 * `journal sql`: one query on the derived database, read-only.
 * @module
 */
import type { Disk } from "../ports.ts";
import type { OpenDatabase } from "./database.ts";
import { indexPath } from "./index_worker.ts";

/**
 * Prints the rows of a query as JSON lines. It sees what the index has reached; `meta.last_seq` says
 * how far that is.
 * @throws {RangeError} If there is no derived database yet.
 * @throws {Error} What the database says of the query.
 */
export function journalSql(
  source: { readonly disk: Disk; readonly stateDirectory: string; readonly open: OpenDatabase },
  query: string,
  print: (line: string) => void,
): void {
  const path = indexPath(source.stateDirectory);
  if (!source.disk.exists(path)) {
    throw new RangeError(
      `Cannot query ${path}: the daemon must have made it: was missing. Start the daemon once`,
    );
  }
  const database = source.open(path, "read");
  try {
    for (const row of database.prepare(query).all()) print(JSON.stringify(row));
  } finally {
    database.close();
  }
}
