/**
 * Takes secrets out of text that is going to be logged, thrown or reported.
 *
 * Three nets, each enough for its kind: known secrets by value and by line, whatever stands before the `@`
 * and behind the `?` of an address, and values of fields that are named like a secret. Too much is taken rather than too
 * little: a text that lost a word is still read, a key that was logged is lost.
 * @module
 */

/** Shorter ones would take ordinary words out of sentences. */
const SECRET_LENGTH_MIN = 4;
/** User and password, which end before the path. */
const ADDRESS_USER = /\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#"'()<>@]+@/gi;
/** A colon before a blank is the sentence's. */
const ADDRESS_QUERY = /((?:https?|wss?):\/\/[^\s?"'()<>]*)\?(?:(?!:\s)[^\s"'()<>])*/g;
const NAMED =
  /\b((?:x-[\w-]*-)?(?:api[_-]?key|apikey|secret|signature|passphrase|password|token|listen[_-]?key|authorization)["']?\s*[=:]\s*["']?)[^\s"'&,;)}]+/gi;

/** Returns a text without what must not be seen. */
export type Redact = (text: string) => string;

/**
 * Returns a redactor that knows these secrets.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * const redact = redactor(["k3y-of-mine"]);
 * strictEqual(redact("GET http://h/p?a=1&signature=00ff failed"), "GET http://h/p?[removed] failed");
 * strictEqual(redact("X-MBX-APIKEY: k3y-of-mine"), "X-MBX-APIKEY: [secret]");
 * ```
 */
export function redactor(secrets: readonly string[]): Redact {
  const known = [...new Set(secrets.flatMap(spellings))]
    .filter((spelling) => spelling.length >= SECRET_LENGTH_MIN)
    .toSorted((left, right) => right.length - left.length);
  return (text) => {
    let clean = text.replace(ADDRESS_USER, "$1[removed]@").replace(ADDRESS_QUERY, "$1?[removed]");
    for (const spelling of known) clean = clean.replaceAll(spelling, "[secret]");
    return clean.replace(NAMED, "$1[secret]");
  };
}

/**
 * A secret as addresses and JSON spell it. A key of several lines (PEM) is a secret line by line:
 * JSON writes its ends of lines in another way, and errors quote a part of it.
 */
function spellings(secret: string): readonly string[] {
  return [secret, ...secret.split(/\r?\n/)].flatMap((text) => [
    text,
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
  ]);
}
