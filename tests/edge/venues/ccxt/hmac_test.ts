/**
 * Signatures made by the runtime for CCXT: those of the standard, whatever the key, and CCXT's own for
 * everything else. Proves that requests stay as CCXT would sign them (R-VENUE-2).
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { type CcxtHmac, nativeHmac } from "../../../../edge/venues/ccxt/hmac.ts";

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();
const sha512 = (bytes: Uint8Array): Uint8Array => createHash("sha512").update(bytes).digest();
const theirs: CcxtHmac = () => "theirs";

/** Test cases 1, 2 and 6 of RFC 4231: a key shorter than a block, a text, one longer than a block. */
const VECTORS = [
  [
    new Uint8Array(20).fill(0x0b),
    "Hi There",
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  ],
  [
    "Jefe",
    "what do ya want for nothing?",
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  [
    new Uint8Array(131).fill(0xaa),
    "Test Using Larger Than Block-Size Key - Hash Key First",
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  ],
] as const;
Deno.test("nativeHmac() gives the signatures of RFC 4231, with one key after the other", () => {
  const hmac = nativeHmac(theirs);
  for (const [key, text, expected] of [...VECTORS, ...VECTORS]) {
    strictEqual(hmac(text, key, sha256), expected);
    strictEqual(hmac(new TextEncoder().encode(text), key, sha256, "hex"), expected);
  }
});

Deno.test("nativeHmac() signs any text with any key as the runtime's own HMAC does", () => {
  const hmac = nativeHmac(theirs);
  const words = fc.string({ unit: "grapheme", maxLength: 200, size: "max" });
  fc.assert(fc.property(words, words, (key, text) => {
    strictEqual(hmac(text, key, sha256), createHmac("sha256", key).update(text).digest("hex"));
  }));
});

Deno.test("nativeHmac() leaves another hash and another spelling to CCXT", () => {
  const hmac = nativeHmac(theirs);
  strictEqual(hmac("a", "key", sha512), "theirs");
  strictEqual(hmac("a", "key", sha256, "base64"), "theirs");
  strictEqual(hmac("a", "key", sha256), createHmac("sha256", "key").update("a").digest("hex"));
});
