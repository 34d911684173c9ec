/**
 * Reads the language-neutral byte vectors.
 * @module
 */

export type Vectors<T> = {
  readonly about: string;
  readonly now_us?: number;
  readonly vectors: readonly T[];
};

/** Returns a file of `tests/contracts/wire`. */
export function readVectors<T>(name: string): Vectors<T> {
  const file = new URL(`../contracts/wire/${name}.json`, import.meta.url);
  return JSON.parse(Deno.readTextFileSync(file));
}

/** Returns the bytes of base64. */
export function bytesOfBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
