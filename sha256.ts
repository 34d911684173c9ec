/**
 * SHA-256 without what a start has no time for: the runtime's own comes with modules of Node that
 * take longer to be ready than a new journal to be written. Until `useRuntimeSha256` is called, or
 * so much was hashed that it pays, a library does it, at a quarter of the speed.
 *
 * Invariant: both give the same digest, and a hash that was begun stays with whom began it.
 * @module
 */
import { sha256 as librarySha256 } from "@noble/hashes/sha2";

/** What the library hashes in about the time that the runtime's own takes to be ready, bytes. */
const LIBRARY_BYTES_MAX = 1 << 18;

let libraryBytes = 0;
let createHash: typeof import("node:crypto").createHash | undefined;

/** Makes the runtime's own ready: once, some 20 ms of a thread that has them. */
export function useRuntimeSha256(): void {
  createHash ??= process.getBuiltinModule("node:crypto").createHash;
}

/** Returns the SHA-256 of `data`, a text's in UTF-8, as 64 hex digits. */
export function sha256(data: string | Uint8Array): string {
  if (createHash !== undefined) return createHash("sha256").update(data).digest("hex");
  const hash = new Sha256();
  hash.update(typeof data === "string" ? new TextEncoder().encode(data) : data);
  return hash.hex();
}

/** SHA-256 of what comes piece by piece. */
export class Sha256 {
  readonly #hash = createHash === undefined ? librarySha256.create() : createHash("sha256");

  /** Adds bytes and returns them. */
  update(bytes: Uint8Array): Uint8Array {
    this.#hash.update(bytes);
    libraryBytes += bytes.length;
    if (libraryBytes > LIBRARY_BYTES_MAX) useRuntimeSha256();
    return bytes;
  }

  /** The digest, 64 hex digits; once, at the end. */
  hex(): string {
    return this.#hash.digest().toHex();
  }
}
