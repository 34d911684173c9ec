/**
 * The token: the secret that tells the owner's strategies from other local users and browsers.
 *
 * It lies in the state directory, mode 0600, 32 random bytes as base64url. It is never logged.
 * @module
 */
import type { Disk, Randomness } from "../edge/ports.ts";

const TOKEN_BYTES = 32;
/** A longer file holds no token, whatever blanks are around it. */
const TOKEN_FILE_BYTES_MAX = 1_024;
/** As long as HELLO may carry it. */
const TOKEN = /^[\x21-\x7e]{16,256}$/;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The token file is there and holds no token. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
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

/** Returns the token that a token file's text holds; undefined if it holds none. */
export function parseToken(text: string): string | undefined {
  const token = text.trim();
  return TOKEN.test(token) ? token : undefined;
}

function readToken(disk: Disk, path: string): Uint8Array {
  const file = disk.open(path, "read");
  try {
    const buffer = new Uint8Array(TOKEN_FILE_BYTES_MAX + 1);
    const length = file.readAt(buffer, 0);
    const token = parseToken(new TextDecoder().decode(buffer.subarray(0, length)));
    if (length <= TOKEN_FILE_BYTES_MAX && token !== undefined) {
      return new TextEncoder().encode(token);
    }
  } finally {
    file.close();
  }
  throw new TokenRefused(
    `Cannot use the token file: it must hold one line of 16 to 256 visible ASCII characters; ` +
      `remove it to have a new one made: was ${path}`,
  );
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
