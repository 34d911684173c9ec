/**
 * The `risk` query: limits and states in force, and how far they are used.
 *
 * Limit: its rows of instruments take what a frame has room for; how many more there are is said.
 * The state knows every instrument that was ever listed, and a feed lists more of them every day.
 * @module
 */
import type { RiskRow } from "../core/view.ts";
import { type QueryContext, RESULT_HEAD_BYTES, utf8BytesMax } from "./query_answer.ts";

/** Returns the answer's JSON: the view's map, and `instruments_left_out`. */
export function riskText({ view, client, maxFrameBytes }: QueryContext): string {
  const { instruments, ...rest } = view.risk(client);
  const ranked = instruments.map((row, at) => ({
    at,
    rank: rankOf(row),
    text: JSON.stringify(row),
  }))
    .sort((left, right) => left.rank - right.rank || left.at - right.at);
  let room = maxFrameBytes - RESULT_HEAD_BYTES - utf8BytesMax(JSON.stringify(rest));
  const shown = ranked.filter(({ text }) => (room -= utf8BytesMax(text) + 1) >= 0)
    .sort((left, right) => left.at - right.at);
  const map = JSON.stringify({ ...rest, instruments_left_out: ranked.length - shown.length });
  return `${map.slice(0, -1)},"instruments":[${shown.map(({ text }) => text).join(",")}]}`;
}

/** What is closed goes last; before it, and within it, what nobody asks for: free and without orders. */
function rankOf(row: RiskRow): number {
  const isClosed = row["status"] === "closed";
  const isQuiet = row["trading_state"] === "Active" && row["open_orders"] === 0;
  return (isClosed ? 2 : 0) + (isQuiet ? 1 : 0);
}
