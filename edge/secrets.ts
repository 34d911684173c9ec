/**
 * Secrets: where the configuration says they are, and how they are read. Their values are handed to
 * the adapter that signs with them and to nobody else.
 * @module
 */
import type { Credentials } from "./venue.ts";

/**
 * A secret. Whatever prints, joins or serialises it gets its absence; only `reveal` gives the text,
 * and is called where the secret is used.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * const secret = new Secret("k3y");
 * strictEqual(`${secret} ${JSON.stringify({ secret })}`, '[secret] {"secret":"[secret]"}');
 * strictEqual(secret.reveal(), "k3y");
 * ```
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Returns the text itself: to sign with, and to take it out of other texts. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }
}

const HIDDEN = "[secret]";

/** Where a secret is to be had. */
export type SecretSource = { readonly file: string } | { readonly env: string };

/** What became of reading a secret; a reason is a sentence without the secret. */
export type SecretRead =
  | {
    readonly ok: true;
    readonly value: Secret;
    /** Others than the owner may read the file. */
    readonly isExposed: boolean;
  }
  | { readonly ok: false; readonly reason: string };

/** Reads secrets. A port: production reads files and the environment. */
export interface Secrets {
  read(source: SecretSource): SecretRead;
}

/** What the secrets of a venue came to: all of them, or a sentence. */
export type CredentialsRead =
  | { readonly ok: true; readonly values: Credentials; readonly exposed: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/** Reads what an adapter needs; all that is missing is named in one sentence. */
export function readCredentials(
  names: readonly string[],
  sources: Readonly<Record<string, SecretSource>>,
  secrets: Secrets,
): CredentialsRead {
  const values = new Map<string, Secret>();
  const exposed: string[] = [];
  const missing: string[] = [];
  for (const name of names) {
    const source = sources[name];
    const read = source === undefined
      ? { ok: false, reason: "must say where it is: was not given" } as const
      : secrets.read(source);
    if (!read.ok) missing.push(`credentials.${name} ${read.reason}`);
    else values.set(name, read.value);
    if (read.ok && read.isExposed && source !== undefined) exposed.push(placeOf(source));
  }
  if (missing.length > 0) return { ok: false, reason: missing.join("; ") };
  return { ok: true, values, exposed };
}

/** Returns where a secret is, for people. */
export function placeOf(source: SecretSource): string {
  return "file" in source ? source.file : `$${source.env}`;
}
