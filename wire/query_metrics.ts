/**
 * The `metrics` query: what the process counts, and what each tag of each client has made.
 *
 * Limit: the rows of tags take at most half a frame; how many more there are is said.
 * @module
 */
import { instrumentAt } from "../core/instrument.ts";
import type { ClientIndex } from "../core/numbers.ts";
import type { TagRow, View } from "../core/view.ts";
import type { QueryContext } from "./query_answer.ts";

/** Returns the answer's JSON: counters by name, `pnl_by_tag`, `pnl_by_tag_left_out`. */
export function metricsText({ view, counters, maxFrameBytes }: QueryContext): string {
  const rows = view.clients.flatMap((client) =>
    view.tags(client).map((row) => JSON.stringify(tagRow(view, client, row)))
  );
  let room = maxFrameBytes / 2 / UTF8_BYTES_MAX;
  const shown = rows.filter((text) => (room -= text.length) >= 0);
  const counted = JSON.stringify({
    ...counters(),
    pnl_by_tag_left_out: rows.length - shown.length,
  });
  return `${counted.slice(0, -1)},"pnl_by_tag":[${shown.join(",")}]}`;
}

/** Most bytes of a character of a text. */
const UTF8_BYTES_MAX = 3;

function tagRow(view: View, client: ClientIndex, row: TagRow): Readonly<Record<string, unknown>> {
  return {
    client: view.clientName(client),
    tag: row.tag,
    rest: row.isRest,
    instruments: row.instruments.map(({ instrument, qty, pnl, currency }) => ({
      instrument: instrumentAt(view.instruments, instrument)?.name ?? null,
      qty,
      pnl,
      currency,
    })),
    fees: row.fees,
  };
}
