/**
 * Proves for R-WIRE-1, R-WIRE-6: frames survive any fragmentation, and a claimed length costs no
 * memory.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { encodeFrame, encodeFrames, FrameReader, FrameSizeError } from "../../wire/frame.ts";

/** Cuts bytes at random places; the reader's memory is overwritten after each push. */
function readInPieces(bytes: Uint8Array, cuts: readonly number[]): string[] {
  const reader = new FrameReader({ maxFrameBytes: 1_000 });
  const edges = [
    0,
    ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ];
  const texts: string[] = [];
  for (const [index, edge] of edges.entries()) {
    const piece = bytes.slice(edge, edges[index + 1] ?? bytes.length);
    reader.push(piece);
    for (let body = reader.next(); body !== undefined; body = reader.next()) {
      texts.push(new TextDecoder().decode(body));
    }
    piece.fill(0xff);
  }
  strictEqual(reader.bufferedBytes, 0);
  return texts;
}

Deno.test("FrameReader.next() inverts encodeFrames(), however the bytes are cut", () => {
  const texts = fc.array(
    fc.string({ minLength: 1, maxLength: 100, size: "max", unit: "grapheme" }),
  );
  fc.assert(
    fc.property(texts, fc.array(fc.nat(), { maxLength: 30, size: "max" }), (sent, cuts) => {
      deepStrictEqual(readInPieces(encodeFrames(sent), cuts), sent);
    }),
    { numRuns: 500 },
  );
});

Deno.test("FrameReader.keep() lets the rest of a chunk be read later", () => {
  const reader = new FrameReader({ maxFrameBytes: 100 });
  const chunk = encodeFrames(["one", "two", "three"]);
  reader.push(chunk);
  strictEqual(new TextDecoder().decode(reader.next()), "one");
  reader.keep();
  chunk.fill(0);
  reader.push(encodeFrame("four"));
  const rest = [reader.next(), reader.next(), reader.next()];
  deepStrictEqual(rest.map((body) => new TextDecoder().decode(body)), ["two", "three", "four"]);
});

Deno.test("FrameReader.next() keeps throwing after a bad length", () => {
  const reader = new FrameReader({ maxFrameBytes: 10 });
  reader.push(Uint8Array.of(0, 0, 0, 11));
  for (let again = 0; again < 2; again++) throws(() => reader.next(), FrameSizeError);
});

Deno.test("FrameSizeError says what was claimed and what is allowed", () => {
  const error = new FrameSizeError(1_195_725_856, 1_048_576);
  strictEqual(
    error.message,
    "Cannot read a frame: its length must be 1 to 1048576 bytes: was 1195725856",
  );
});

Deno.test("FrameReader holds no more than it was given, whatever length is claimed", () => {
  const reader = new FrameReader({ maxFrameBytes: 1_048_576 });
  reader.push(Uint8Array.of(0, 0x10, 0, 0, 1));
  strictEqual(reader.next(), undefined);
  strictEqual(reader.bufferedBytes, 5);
});

Deno.test("FrameReader takes a large frame byte by byte in linear time", () => {
  const frame = encodeFrame("x".repeat(300_000));
  const reader = new FrameReader({ maxFrameBytes: 1_048_576 });
  const started = performance.now();
  for (const byte of frame) {
    reader.push(Uint8Array.of(byte));
    if (reader.bufferedBytes < frame.length) strictEqual(reader.next(), undefined);
  }
  strictEqual(reader.next()?.length, 300_000);
  ok(performance.now() - started < 5_000);
});
