/**
 * Times of rows: counts since 1970 or since a day's beginning, and written dates.
 *
 * Written: `2024-01-31 23:59:00.123456`, `2024-01-31T23:59Z`, `2013-01-01 22:00:00+00:00`,
 * `20200101 170000065`. One without an offset is in the mapping's zone.
 * @module
 */
import { micros } from "../../core/numbers.ts";
import type { Micros } from "../../core/numbers.ts";
import { quantaOf } from "./venue_decimal.ts";

export const TIME_UNITS = ["auto", "s", "ms", "us", "ns", "text"] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** How times are written. */
export type RowClock = {
  /** `auto`: told from the size of the number, or that it is none. */
  readonly unit: TimeUnit;
  /** Where counts begin, microseconds since 1970. */
  readonly originUs: number;
  /** Of written times without one, minutes east of Greenwich. */
  readonly zoneMinutes: number;
};

/** Decimals of a count that are microseconds. */
const US_DECIMALS = { s: 6, ms: 3, us: 0, ns: 0 } as const;
const MINUTE_US = 60_000_000;
const DAY_US = 86_400_000_000;
const DATE = /^(\d{4})-?(\d{2})-?(\d{2})/;
const TIME = /^[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]?(\d{1,9}))?)?/;
const ZONE = /^ ?(?:Z|UTC|([+-])(\d{2}):?(\d{2})?)$/;

/** Returns the time, or undefined if it is none. */
export function timeOf(text: string, clock: RowClock): Micros | undefined {
  const unit = clock.unit === "auto" ? guessUnit(text) : clock.unit;
  const us = unit === "text" ? writtenUs(text, clock.zoneMinutes) : countedUs(text, unit);
  if (us === undefined) return undefined;
  const sum = unit === "text" ? us : us + clock.originUs;
  return Number.isSafeInteger(sum) && sum >= 0 ? micros(sum) : undefined;
}

/** Returns the midnight that begins a day `YYYY-MM-DD` in a zone, or undefined if it is none. */
export function dayUs(day: string, zoneMinutes: number): number | undefined {
  const match = DATE.exec(day);
  const isWhole = match !== null && match[0].length === day.length;
  return isWhole ? midnightUs(match, zoneMinutes) : undefined;
}

/** Returns the minutes of an offset `+HH:MM` or `Z`, or undefined if it is none. */
export function zoneMinutesOf(text: string): number | undefined {
  const match = ZONE.exec(text);
  if (match === null) return undefined;
  const [, sign, hours = "0", minutes = "0"] = match;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) + 0;
}

/** Seconds have up to 11 digits, milliseconds to 14, microseconds to 17. */
function guessUnit(text: string): Exclude<TimeUnit, "auto"> {
  const digits = /^(\d+)(?:\.\d+)?$/.exec(text)?.[1]?.length;
  if (digits === undefined) return "text";
  if (digits <= 11) return "s";
  if (digits <= 14) return "ms";
  return digits <= 17 ? "us" : "ns";
}

/** Finer than a microsecond is cut off. */
function countedUs(text: string, unit: keyof typeof US_DECIMALS): number | undefined {
  if (unit === "ns") return /^\d{4,19}$/.test(text) ? Number(text.slice(0, -3)) : undefined;
  const decimals = US_DECIMALS[unit];
  const point = text.indexOf(".");
  return quantaOf(point < 0 ? text : text.slice(0, point + 1 + decimals) || "0", decimals);
}

function writtenUs(text: string, zoneMinutes: number): number | undefined {
  const date = DATE.exec(text);
  if (date === null) return undefined;
  const afterDate = text.slice(date[0].length);
  const time = TIME.exec(afterDate);
  const zone = afterDate.slice(time?.[0].length ?? 0);
  const minutes = zone === "" ? zoneMinutes : zoneMinutesOf(zone);
  if (minutes === undefined) return undefined;
  const midnight = midnightUs(date, minutes);
  const within = time === null ? 0 : withinDayUs(time);
  return midnight === undefined || within === undefined ? undefined : midnight + within;
}

function withinDayUs([, hours, minutes, seconds, parts]: RegExpExecArray): number | undefined {
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds ?? 0)];
  if (h > 24 || m > 59 || s > 60) return undefined;
  const us = Number((parts ?? "").padEnd(6, "0").slice(0, 6));
  return ((h * 60 + m) * 60 + s) * 1_000_000 + us;
}

/** Source: days from civil, Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
function midnightUs([, y, m, d]: RegExpExecArray, zoneMinutes: number): number | undefined {
  const [year, month, day] = [Number(y), Number(m), Number(d)];
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) +
    dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * DAY_US - zoneMinutes * MINUTE_US;
}
