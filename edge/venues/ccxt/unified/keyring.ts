/**
 * An account's secrets, as the library wants them.
 * @module
 */
import type { Credentials } from "../../../venue.ts";
import type { UnifiedExchange } from "./exchange.ts";

/** What the library calls our secrets. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["api_key", "apiKey"],
  ["secret", "secret"],
  ["password", "password"],
]);

/** Gives secrets to an exchange object. */
export function giveKeys(exchange: UnifiedExchange, secrets: Credentials): void {
  for (const [name, secret] of secrets) {
    const theirs = NAMES.get(name);
    if (theirs !== undefined) Object.assign(exchange, { [theirs]: secret.reveal() });
  }
}

/** Returns what an exchange needs besides what can be given to it, as a sentence; undefined: nothing. */
export function missingKeys(
  { id, requiredCredentials }: Pick<UnifiedExchange, "id" | "requiredCredentials">,
  { hasPassphrase }: { readonly hasPassphrase: boolean },
): string | undefined {
  const needed = Object.keys(requiredCredentials).filter((name) => requiredCredentials[name]);
  const given = new Set(["apiKey", "secret", ...(hasPassphrase ? ["password"] : [])]);
  const missing = needed.filter((name) => !given.has(name));
  if (missing.length === 0) return undefined;
  if (missing.length === 1 && missing[0] === "password") {
    return `Cannot trade on ${id}: its keys have a passphrase: write passphrase: true in the ` +
      "options, and where it is in credentials.password";
  }
  return `Cannot trade on ${id}: CCXT signs there with ${
    missing.join(", ")
  }, which is not supported`;
}
