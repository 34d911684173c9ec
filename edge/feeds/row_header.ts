/**
 * Names of columns that are known without a mapping.
 *
 * A mapping always wins: names are only looked up for fields that it leaves out, and none if it
 * names any but `rows` and settings of how values are written.
 * @module
 */
import type { RowField } from "./row_mapping.ts";

/** In lower case; of several that are there the first counts. */
const NAMES: ReadonlyMap<RowField, readonly string[]> = new Map([
  ["time", ["timestamp", "time", "ts", "datetime", "timestamp_utc", "time_seconds", "date"]],
  ["symbol", ["symbol", "instrument", "ticker", "pair"]],
  ["price", ["price", "px"]],
  ["size", ["size", "amount", "qty", "quantity"]],
  ["side", ["side"]],
  ["trade_id", ["trade_id", "id"]],
  ["buyer_is_maker", ["buyer_is_maker", "is_buyer_maker"]],
  ["bid_price", ["bid_price", "bid", "bids[0].price"]],
  ["bid_size", ["bid_size", "bid_amount", "bid_qty", "bids[0].amount"]],
  ["ask_price", ["ask_price", "ask", "asks[0].price"]],
  ["ask_size", ["ask_size", "ask_amount", "ask_qty", "asks[0].amount"]],
  ["bids", ["bids"]],
  ["asks", ["asks"]],
  ["is_snapshot", ["is_snapshot", "update_type"]],
  ["update_id", ["update_id", "last_update_id"]],
  ["open", ["open"]],
  ["high", ["high"]],
  ["low", ["low"]],
  ["close", ["close"]],
  ["volume", ["volume"]],
]);

/** Returns which field stands in which of these columns; `[0]` stands for every level. */
export function knownFields(columns: readonly string[]): Map<RowField, string> {
  const spelt = new Map(columns.map((name) => [name.trim().toLowerCase(), name]));
  const fields = new Map<RowField, string>();
  for (const [field, names] of NAMES) {
    const name = names.find((candidate) => spelt.has(candidate));
    const found = name === undefined ? undefined : spelt.get(name);
    if (found !== undefined) fields.set(field, found.replace("[0]", "[{}]"));
  }
  return fields;
}
