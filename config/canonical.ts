/**
 * The canonical text of a configuration: what the journal keeps and what the digest is made of.
 *
 * Invariant: equal configurations give equal text, whatever the order of keys in the file. Secrets
 * and the place of the state directory are not in it.
 * @module
 */
import { sha256 } from "../sha256.ts";
import type { Configuration } from "./configuration.ts";
import { namesSecret } from "./problems.ts";

/** Below these no key names a secret, and some are names of instruments. */
const PLAIN: ReadonlySet<string> = new Set(["hotloop"]);

/** Returns the configuration as JSON with sorted keys; of a secret its presence alone. */
export function canonicalConfiguration(configuration: Configuration): string {
  const { state: _place, ...rest } = configuration;
  return JSON.stringify(sorted(rest, namesSecret));
}

/** Returns the SHA-256 of the canonical text, 64 hex digits. */
export function configurationDigest(configuration: Configuration): string {
  return sha256(canonicalConfiguration(configuration));
}

function sorted(value: unknown, isSecret: (key: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((inner) => sorted(inner, isSecret));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([key, inner]) => {
      const below = PLAIN.has(key) ? () => false : isSecret;
      return [key, isSecret(key) ? "[secret]" : sorted(inner, below)] as const;
    });
  return Object.fromEntries(entries);
}
