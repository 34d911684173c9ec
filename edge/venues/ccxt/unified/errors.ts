/**
 * What CCXT's errors mean, as data: classes of its tree with the class of ours; one without a row takes
 * that of the nearest class above it.
 *
 * Only what the library maps a venue's own refusal to is a refusal. Its general classes (an error
 * without a known code, a time-out, an answer that it could not read) decide nothing, nor does what says
 * so in words: of some exchanges it files a time-out with what was refused.
 * Source: the library's tree of errors (`errorHierarchy`, 4.5.84).
 * @module
 */
import { cutText } from "../../../../core/cut_text.ts";
import { redactor } from "../../../redaction.ts";
import type { ErrorClass } from "../error_classes.ts";

/** CCXT's classes, from the most general to the most special of each branch. */
export const ERROR_ROWS: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ["BaseError", "ambiguous"],
  ["ExchangeError", "ambiguous"],
  ["AuthenticationError", "auth"], // and permission, suspension
  ["AccountNotEnabled", "auth"],
  ["ArgumentsRequired", "rejected"],
  ["BadRequest", "rejected"],
  ["OperationRejected", "rejected"],
  ["MarketClosed", "suspended"],
  ["ContractUnavailable", "suspended"],
  ["RestrictedLocation", "auth"],
  ["ManualInteractionNeeded", "auth"],
  ["InsufficientFunds", "funds"],
  ["InvalidAddress", "rejected"],
  ["InvalidOrder", "rejected"],
  ["OrderNotFound", "notFound"],
  ["OrderImmediatelyFillable", "postOnly"],
  ["OrderNotFillable", "unfilled"],
  ["DuplicateOrderId", "duplicate"],
  ["NotSupported", "rejected"],
  ["BadResponse", "ambiguous"],
  ["CancelPending", "ambiguous"], // of a cancel: taken, and not done yet
  ["OperationFailed", "ambiguous"],
  ["NetworkError", "ambiguous"],
  ["DDoSProtection", "rate"],
  ["RateLimitExceeded", "rate"],
  ["OnMaintenance", "overload"],
  ["InvalidNonce", "clock"],
  ["ChecksumError", "ambiguous"],
]);

/**
 * Words of what decides nothing. The library has "Order creation timeout" (Bybit) and "Submitted to the
 * system for processing" as an invalid order, "Network timeout" (KuCoin) as a bad request,
 * `INTERNAL_ERROR` (One Trading) as wrong keys.
 */
const UNDECIDED = /\btimed?[ -]?out\b|\bfor processing\b|\bbeing processed\b|\binternal[ _]error/i;
/** Some exchanges have one code for many refusals, and say in words that the key is taken. */
const DUPLICATE = /\bduplicate/i;
const WORDS_MAX = 300;

/** Returns the class of what the library threw; one that is none of its own decides nothing. */
export function errorClassOf(error: unknown): ErrorClass {
  const found = rowOf(error);
  const words = error instanceof Error ? error.message : "";
  if (UNDECIDED.test(words)) return "ambiguous";
  return found === "rejected" && DUPLICATE.test(words) ? "duplicate" : found;
}

function rowOf(error: unknown): ErrorClass {
  let at: unknown = typeof error === "object" && error !== null ? error.constructor : undefined;
  while (typeof at === "function") {
    const row = ERROR_ROWS.get(at.name);
    if (row !== undefined) return row;
    at = Object.getPrototypeOf(at);
  }
  return "ambiguous";
}

/** The library names addresses, and an address may hold a signature. */
const withoutQueries = redactor([]);

/** True if the symbol is the reason: the exchange has taken it off, say. */
export function isOfSymbol(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === "BadSymbol";
}

/** Returns what the library said, on one line. */
export function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return cutText(withoutQueries(words.replaceAll(/\s+/g, " ")), WORDS_MAX);
}
