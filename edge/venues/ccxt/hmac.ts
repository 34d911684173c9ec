/**
 * HMAC-SHA256 by the runtime, for CCXT, which brings one of its own written in the language: that
 * took a third of all that a venue's Worker does for an order.
 *
 * The two hashes that begin with the key are made once per key and copied (RFC 2104, section 4).
 * Anything that is not HMAC-SHA256 in hexadecimal is left to CCXT.
 *
 * Known limit: a signature leaves some 400 bytes outside the heap until a full collection, as every
 * hash of the runtime does (see `edge/journal/hash_garbage.ts`).
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, type Hash } from "node:crypto";

/** As CCXT passes them: texts are UTF-8. */
type Words = string | Uint8Array;
/** A hash as CCXT knows it. */
type CcxtHash = (bytes: Uint8Array) => Uint8Array;

/** `exchange.hmac`. `digest`: how the result is written, `hex` where absent. */
export type CcxtHmac = (
  ...of: readonly [request: Words, secret: Words, hash: CcxtHash, digest?: string]
) => unknown;

const BLOCK_BYTES = 64;
const INNER = 0x36;
const OUTER = 0x5c;
const EMPTY_SHA256 = createHash("sha256").digest("hex");

/** Returns a replacement for `exchange.hmac`, which is asked for whatever else there is. */
export function nativeHmac(theirs: CcxtHmac): CcxtHmac {
  let sha256: CcxtHash | undefined;
  let key: Key | undefined;
  return (...of) => {
    const [request, secret, hash, digest = "hex"] = of;
    if (hash !== sha256 && !isSha256(hash)) return theirs(...of);
    if (digest !== "hex") return theirs(...of);
    sha256 = hash;
    if (key?.isOf(secret) !== true) key = new Key(secret);
    return key.sign(request);
  };
}

function isSha256(hash: CcxtHash): boolean {
  return bytesOf(hash(new Uint8Array(0))).toString("hex") === EMPTY_SHA256;
}

function bytesOf(words: Words): Buffer {
  return typeof words === "string" ? Buffer.from(words, "utf8") : Buffer.from(words);
}

class Key {
  readonly #secret: Buffer;
  readonly #inner: Hash;
  readonly #outer: Hash;

  constructor(secret: Words) {
    this.#secret = bytesOf(secret);
    const isLong = this.#secret.length > BLOCK_BYTES;
    const block = new Uint8Array(BLOCK_BYTES);
    block.set(isLong ? createHash("sha256").update(this.#secret).digest() : this.#secret);
    this.#inner = createHash("sha256").update(block.map((byte) => byte ^ INNER));
    this.#outer = createHash("sha256").update(block.map((byte) => byte ^ OUTER));
  }

  isOf(secret: Words): boolean {
    return this.#secret.equals(bytesOf(secret));
  }

  sign(request: Words): string {
    const inner = this.#inner.copy().update(request).digest();
    return this.#outer.copy().update(inner).digest("hex");
  }
}
