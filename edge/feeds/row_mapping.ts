/**
 * What the columns of rows mean: read from configuration or command line, checked, completed from a
 * header line.
 *
 * Keys and what they mean: `docs/reference/feeds.md`. A field is the name of a column, its number
 * from 1, or in JSON lines a path (`data.price`, `levels.0.px`). A name with `{}` stands for one
 * column per level, counted from 0.
 * @module
 */
import type { RawColumns } from "./capture_reader.ts";
import type { RowClock } from "./row_time.ts";
import { dayUs, TIME_UNITS, zoneMinutesOf } from "./row_time.ts";
import { type Rounding, ROUNDINGS } from "./row_values.ts";

const ROW_KINDS = ["trades", "quotes", "depth", "bars"] as const;
/** What one row is. */
export type RowKind = (typeof ROW_KINDS)[number];

const ROW_FIELDS = [
  "time",
  "symbol",
  "price",
  "size",
  "side",
  "trade_id",
  "buyer_is_maker",
  "bid_price",
  "bid_size",
  "ask_price",
  "ask_size",
  "bids",
  "asks",
  "is_snapshot",
  "update_id",
  "open",
  "high",
  "low",
  "close",
  "volume",
] as const;
export type RowField = (typeof ROW_FIELDS)[number];

/** Where fields stand: a name or path, or a number from 1. */
export type FieldPlaces = ReadonlyMap<RowField, string | number>;

/** What is said of the rows, checked. */
export type RowMapping = {
  /** undefined: told from the fields. */
  readonly rows: RowKind | undefined;
  readonly fields: FieldPlaces;
  /** Each of its characters separates columns. */
  readonly delimiter: string;
  readonly clock: RowClock;
  /** Prices count 10^-n. */
  readonly priceDecimals: number;
  /** What becomes of sizes finer than the quantum. */
  readonly rounding: Rounding;
  /** Length of a bar: its row is known at its end. */
  readonly barMs: number | undefined;
  /** Symbol of all rows, where no column says it. */
  readonly instrument: string | undefined;
};

/** What is wrong with one key. */
export type ColumnProblem = { readonly key: string; readonly text: string };

const SETTINGS: ReadonlyMap<string, (value: unknown) => string | undefined> = new Map([
  ["rows", (value) => wordProblem(value, ROW_KINDS)],
  ["time_unit", (value) => wordProblem(value, TIME_UNITS)],
  ["delimiter", (value) => ruleProblem(value, /^.{1,8}$/, "1 to 8 characters")],
  ["time_zone", (value) => ruleProblem(value, /^Z$|^[+-]\d{2}:\d{2}$/, "an offset like -05:00")],
  [
    "day",
    (value) => dayUs(String(value), 0) === undefined ? "must be a day YYYY-MM-DD" : undefined,
  ],
  ["price_decimals", (value) => ruleProblem(value, /^(1[0-2]|\d)$/, "a whole number from 0 to 12")],
  ["round_sizes", (value) => wordProblem(value, ROUNDINGS)],
  ["bar_ms", (value) => ruleProblem(value, /^\d{1,9}$/, "a whole number from 0 to 999999999")],
  ["instrument", (value) => ruleProblem(value, /^.{1,64}$/, "a symbol")],
]);

/** Returns what is wrong with a mapping, by key; nothing if it can be used. */
export function columnProblems(columns: RawColumns): ColumnProblem[] {
  return Object.entries(columns).flatMap(([key, value]) => {
    const text = problemOf(key, value);
    return text === undefined ? [] : [{ key, text: `${text}: was ${JSON.stringify(value)}` }];
  });
}

function problemOf(key: string, value: unknown): string | undefined {
  const check = SETTINGS.get(key);
  if (check !== undefined) return check(value);
  if (!isField(key)) {
    return `must be one of ${[...SETTINGS.keys(), ...ROW_FIELDS].join(", ")}`;
  }
  if (typeof value === "string" && value.length > 0 && value.length <= 200) return undefined;
  const isNumber = typeof value === "number" && Number.isInteger(value) && value >= 1;
  return isNumber && value <= 10_000
    ? undefined
    : "must be a column's name, or its number from 1 to 10000";
}

/** Returns the mapping. @throws {RangeError} If a key is wrong, with the first of them. */
export function parseColumns(columns: RawColumns): RowMapping {
  const [problem] = columnProblems(columns);
  if (problem !== undefined) {
    throw new RangeError(`Cannot map columns: ${problem.key} ${problem.text}`);
  }
  const text = (key: string): string | undefined =>
    columns[key] === undefined ? undefined : String(columns[key]);
  const zoneMinutes = zoneMinutesOf(text("time_zone") ?? "Z") ?? 0;
  const barMs = text("bar_ms");
  return {
    rows: ROW_KINDS.find((kind) => kind === text("rows")),
    fields: fieldsOf(columns),
    delimiter: text("delimiter") ?? ",",
    clock: {
      unit: TIME_UNITS.find((unit) => unit === text("time_unit")) ?? "auto",
      originUs: dayUs(text("day") ?? "1970-01-01", text("day") === undefined ? 0 : zoneMinutes) ??
        0,
      zoneMinutes,
    },
    priceDecimals: Number(text("price_decimals") ?? 0),
    rounding: ROUNDINGS.find((rounding) => rounding === text("round_sizes")) ?? "refuse",
    barMs: barMs === undefined ? undefined : Number(barMs),
    instrument: text("instrument"),
  };
}

/** Returns what the fields say of the rows, or undefined if they are those of no kind. */
export function kindOf(fields: FieldPlaces): RowKind | undefined {
  const has = (...names: RowField[]): boolean => names.every((name) => fields.has(name));
  if (has("open", "high", "low", "close")) return "bars";
  if (has("bids", "asks")) return "depth";
  if (has("bid_price", "ask_price")) {
    return String(fields.get("bid_price")).includes("{}") ? "depth" : "quotes";
  }
  if (!has("price", "size")) return undefined;
  return has("is_snapshot") ? "depth" : "trades";
}

function fieldsOf(columns: RawColumns): FieldPlaces {
  const fields = new Map<RowField, string | number>();
  for (const field of ROW_FIELDS) {
    const value = columns[field];
    if (typeof value === "number") fields.set(field, value);
    else if (typeof value === "string") fields.set(field, placeOf(value));
  }
  return fields;
}

/** A number that came as text, from the command line. */
function placeOf(text: string): string | number {
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : text;
}

function isField(key: string): key is RowField {
  return ROW_FIELDS.some((field) => field === key);
}

function wordProblem(value: unknown, words: readonly string[]): string | undefined {
  return words.some((word) => word === value) ? undefined : `must be ${words.join(" or ")}`;
}

function ruleProblem(value: unknown, rule: RegExp, what: string): string | undefined {
  return rule.test(String(value)) ? undefined : `must be ${what}`;
}
