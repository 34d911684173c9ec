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

/** A configuration as the journal keeps it. */
export type Canonical = {
  /** JSON with sorted keys; of a secret its presence alone. */
  readonly configuration: string;
  /** SHA-256 of that text, 64 hex digits. */
  readonly configDigest: string;
};

/** Returns the canonical text of a configuration, and its digest. */
export function canonicalConfiguration(given: Configuration): Canonical {
  const { state: _place, ...rest } = given;
  const configuration = JSON.stringify(sorted(rest, namesSecret));
  return { configuration, configDigest: sha256(configuration) };
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
