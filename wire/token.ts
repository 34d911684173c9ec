/**
 * The token: the secret that tells the owner's strategies from other local users and browsers.
 *
 * It lies in the state directory, mode 0600, 32 random bytes as base64url. It is never logged.
 * @module
 */
import type { Disk, Randomness } from "../edge/ports.ts";

const TOKEN_BYTES = 32;
const TOKEN_LENGTH_MIN = 16;
/** A token file longer than this is none. */
const TOKEN_FILE_BYTES_MAX = 1_024;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The file that is there holds no token: people have to look at it. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
  constructor(path: string) {
    super(
      `Cannot use the token file: it must hold one line of at least ${TOKEN_LENGTH_MIN} visible ` +
        `ASCII characters: was another text in ${path}; remove it to have a new one made`,
    );
  }
}

/** Returns the path of the token file. */
export function tokenPath(stateDirectory: string): string {
  return `${stateDirectory}/token`;
}

/**
 * Returns the bytes of the token's text; makes the file, durably, if there is none.
 * @throws {DiskError} If it can neither be read nor made.
 * @throws {TokenRefused} If the file holds no token.
 */
export function readOrCreateToken(
  ports: { readonly disk: Disk; readonly randomness: Randomness },
  stateDirectory: string,
): Uint8Array {
  const path = tokenPath(stateDirectory);
  if (ports.disk.exists(path)) return readToken(ports.disk, path);
  const text = base64url(ports.randomness.bytes(TOKEN_BYTES));
  const bytes = new TextEncoder().encode(text);
  writeToken({ disk: ports.disk, directory: stateDirectory, path }, bytes);
  return bytes;
}

function readToken(disk: Disk, path: string): Uint8Array {
  const file = disk.open(path, "read");
  try {
    const buffer = new Uint8Array(TOKEN_FILE_BYTES_MAX);
    const text = new TextDecoder().decode(buffer.subarray(0, file.readAt(buffer, 0))).trim();
    const isToken = text.length >= TOKEN_LENGTH_MIN && /^[\x21-\x7e]+$/.test(text);
    if (isToken) return new TextEncoder().encode(text);
  } finally {
    file.close();
  }
  throw new TokenRefused(path);
}

/** Written beside and renamed: a crash leaves either no token or a whole one. */
function writeToken(
  at: { readonly disk: Disk; readonly directory: string; readonly path: string },
  bytes: Uint8Array,
): void {
  const draft = `${at.path}.new`;
  const file = at.disk.open(draft, "create");
  try {
    file.truncate(0);
    file.writeAt(bytes, 0);
    file.syncData();
  } finally {
    file.close();
  }
  at.disk.rename(draft, at.path);
  at.disk.syncDirectory(at.directory);
}

/**
 * Returns whether a client's token is the right one, in a time that tells nothing of where they
 * differ.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(isToken(new TextEncoder().encode("secret"), "secret"), true);
 * ```
 */
export function isToken(token: Uint8Array, given: string): boolean {
  const bytes = new TextEncoder().encode(given);
  let difference = bytes.length ^ token.length;
  for (let at = 0; at < token.length; at++) difference |= (token[at] ?? 0) ^ (bytes[at] ?? 0);
  return difference === 0 && token.length > 0;
}

function base64url(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = held << 8 | byte;
    for (bits += 8; bits >= 6; bits -= 6) text += ALPHABET.charAt(held >> (bits - 6) & 63);
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET.charAt(held << (6 - bits) & 63);
}
