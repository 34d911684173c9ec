/**
 * Streaming gunzip against the runtime's own (R-MODE-2).
 * @module
 */
import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { constants, crc32, gzipSync } from "node:zlib";
import fc from "fast-check";
import { Gunzip } from "../../../edge/feeds/gunzip.ts";
import { PackedDataError } from "../../../edge/feeds/packed_data.ts";

/** Decompresses with input coming in reads of at most `step` bytes. */
function gunzip(bytes: Uint8Array, step = 65_536): Uint8Array {
  let at = 0;
  const reader = new Gunzip((buffer) => {
    const part = bytes.subarray(at, at + Math.min(step, buffer.length));
    buffer.set(part);
    at += part.length;
    return part.length;
  });
  const pieces: Uint8Array[] = [];
  for (let piece = reader.next(); piece !== undefined; piece = reader.next()) {
    pieces.push(piece.slice());
  }
  return Buffer.concat(pieces);
}

/** Text with repetitions near and far, `size` bytes or so. */
function sampleOf(size: number): Uint8Array {
  let text = "";
  for (let n = 0; text.length < size; n++) text += `${n * 7919 % 1013}:${n % 17}|`;
  return new TextEncoder().encode(text);
}

const codings = [
  ["stored", { level: 0 }],
  ["fixed", { strategy: constants.Z_FIXED }],
  ["fast", { level: 1 }],
  ["best", { level: 9 }],
] as const;
for (const [name, options] of codings) {
  for (const size of [0, 1, 70_000, 300_000]) {
    Deno.test(`Gunzip gives back ${size} bytes of ${name} coding, whatever the reads`, () => {
      const sample = sampleOf(size);
      const packed = gzipSync(sample, options);
      for (const step of [1, 777, 65_536]) {
        ok(Buffer.from(gunzip(packed, step)).equals(sample), `in reads of ${step}`);
      }
    });
  }
}

Deno.test("Gunzip inverts the runtime's gzip for any bytes", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 3000, size: "max" }),
      fc.integer({ min: 0, max: 9 }),
      (bytes, level) => {
        deepStrictEqual(Buffer.from(gunzip(gzipSync(bytes, { level }))), Buffer.from(bytes));
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("Gunzip reads several members as one stream", () => {
  const [first, second] = [sampleOf(90_000), sampleOf(10)];
  const packed = Buffer.concat([gzipSync(first), gzipSync(second)]);
  ok(Buffer.from(gunzip(packed)).equals(Buffer.concat([first, second])));
});

Deno.test("Gunzip gives pieces of at most 64 KiB however much one read expands to", () => {
  const packed = gzipSync(new Uint8Array(5_000_000));
  let total = 0;
  let read = 0;
  const reader = new Gunzip((buffer) => {
    const part = packed.subarray(read, read + buffer.length);
    buffer.set(part);
    read += part.length;
    return part.length;
  });
  for (let piece = reader.next(); piece !== undefined; piece = reader.next()) {
    ok(piece.length <= 65_536);
    total += piece.length;
  }
  strictEqual(total, 5_000_000);
});

Deno.test("Gunzip skips every optional field of the header", () => {
  const packed = gzipSync(sampleOf(50));
  const fields = [2, 0, 7, 7, ...new TextEncoder().encode("name\0note\0")];
  const header = Uint8Array.from([...packed.subarray(0, 10), ...fields]);
  header[3] = 4 | 8 | 16 | 2;
  const check = crc32(header);
  const full = Uint8Array.from([...header, check & 255, check >> 8 & 255, ...packed.subarray(10)]);
  ok(Buffer.from(gunzip(full)).equals(sampleOf(50)));
});

Deno.test("Gunzip notices a stream that is cut anywhere", () => {
  const packed = gzipSync(sampleOf(2000));
  for (let end = 1; end < packed.length; end++) {
    throws(() => gunzip(packed.subarray(0, end)), PackedDataError, `cut at ${end}`);
  }
});

/** Bits between the last code and the checksum mean nothing: flipping one is harmless. */
function outcomeOf(packed: Uint8Array, sample: Uint8Array): string {
  try {
    return Buffer.from(gunzip(packed)).equals(sample) ? "noticed or harmless" : "wrong bytes";
  } catch (error) {
    return error instanceof PackedDataError ? "noticed or harmless" : String(error);
  }
}

Deno.test("Gunzip never gives other bytes for a flipped bit without an error", () => {
  const sample = sampleOf(1500);
  const packed = gzipSync(sample);
  for (let at = 10; at < packed.length; at++) {
    for (const bit of [1, 16, 128]) {
      const flipped = Uint8Array.from(packed);
      flipped[at] = (flipped[at] ?? 0) ^ bit;
      deepStrictEqual(outcomeOf(flipped, sample), "noticed or harmless", `byte ${at}, bit ${bit}`);
    }
  }
});

Deno.test("Gunzip refuses what is not gzip", () => {
  const text = new TextEncoder().encode("hello");
  throws(() => gunzip(text), /must be as it was written: was "incorrect header check"/);
  const trailed = Buffer.concat([gzipSync(sampleOf(10)), text]);
  throws(() => gunzip(trailed), /must be as it was written: was "incorrect header check"/);
  strictEqual(gunzip(new Uint8Array(0)).length, 0);
});
