/**
 * Compressed files of every kind, told apart by their bytes, against the tools that write them
 * (R-MODE-2).
 * @module
 */
import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { PackedDataError } from "../../../edge/feeds/packed_data.ts";
import { unpack } from "../../../edge/feeds/unpack.ts";
import type { DiskFile } from "../../../edge/ports.ts";
import { fileOf } from "../../support/read_only_disk.ts";
import { BZIP2_OF_ABC, zipOf } from "../../support/packed_files.ts";
import { heldBytes } from "../../support/held_bytes.ts";

function contentOf(file: DiskFile): Uint8Array {
  const pieces: Uint8Array[] = [];
  const { next } = unpack(file);
  for (let piece = next(); piece !== undefined; piece = next()) pieces.push(piece.slice());
  return Buffer.concat(pieces);
}

/** Gives at most `step` bytes at a time. */
function inSteps(bytes: Uint8Array, step: number): DiskFile {
  const whole = fileOf(bytes);
  const readAt = (buffer: Uint8Array, offset: number): number =>
    whole.readAt(buffer.subarray(0, Math.min(step, buffer.length)), offset);
  return { ...whole, readAt };
}

function sampleOf(size: number): Uint8Array {
  let text = "";
  for (let n = 0; text.length < size; n++) {
    text += `${n * 7919 % 1013}:${n % 17}|${"x".repeat(n % 9)}`;
  }
  return new TextEncoder().encode(text);
}

/** Compresses with the tool of that name; undefined where the machine has none. */
function packedBy(tool: "bzip2" | "zstd", bytes: Uint8Array, level = "-9"): Uint8Array | undefined {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(path, bytes);
    const output = new Deno.Command(tool, { args: [level, "-c", path], stderr: "null" })
      .outputSync();
    return output.success ? output.stdout : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  } finally {
    Deno.removeSync(path);
  }
}

const packers = [
  ["gzip", (bytes: Uint8Array) => gzipSync(bytes)],
  ["zstd", (bytes: Uint8Array) => zstdCompressSync(bytes)],
  ["zip", (bytes: Uint8Array) => zipOf([bytes])],
  ["bzip2", (bytes: Uint8Array) => packedBy("bzip2", bytes)],
  ["none", (bytes: Uint8Array) => bytes],
] as const;
for (const [name, pack] of packers) {
  for (const size of [1, 5_000, 300_000, 2_000_000]) {
    Deno.test(`unpack() gives back ${size} bytes of ${name} and says what it is`, () => {
      const sample = sampleOf(size);
      const packed = pack(sample);
      if (packed === undefined) return;
      strictEqual(unpack(fileOf(packed)).compression, name);
      ok(Buffer.from(contentOf(fileOf(packed))).equals(sample));
      if (name !== "zip" && size < 10_000) {
        ok(Buffer.from(contentOf(inSteps(packed, 7))).equals(sample), "in small reads");
      }
    });
  }
}

for (const [name, pack] of packers.slice(0, 4)) {
  Deno.test(`unpack() reads several members of ${name} as one stream`, () => {
    const [first, second] = [sampleOf(90_000), sampleOf(10)];
    const packed = name === "zip"
      ? zipOf([first, second])
      : Buffer.concat([pack(first) ?? Uint8Array.of(), pack(second) ?? Uint8Array.of()]);
    if (packed.length === 0) return;
    ok(Buffer.from(contentOf(fileOf(packed))).equals(Buffer.concat([first, second])));
  });

  Deno.test(`unpack() notices ${name} that is cut`, () => {
    const packed = pack(sampleOf(3000)) ?? BZIP2_OF_ABC;
    for (let end = 5; end < packed.length; end += 7) {
      throws(() => contentOf(fileOf(packed.subarray(0, end))), PackedDataError, `cut at ${end}`);
    }
  });
}

Deno.test("unpack() notices every flipped bit of bzip2, or it changes nothing", () => {
  for (let bit = 32; bit < BZIP2_OF_ABC.length * 8; bit++) {
    const flipped = BZIP2_OF_ABC.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    let content: string;
    try {
      content = new TextDecoder().decode(contentOf(fileOf(flipped)));
    } catch (error) {
      ok(error instanceof PackedDataError, String(error));
      continue;
    }
    strictEqual(content, "abc\n", `bit ${bit}`);
  }
});

Deno.test("unpack() gives back runs of every length of bzip2, across blocks", () => {
  const runs: Uint8Array[] = [];
  for (let length = 1; length < 600; length++) runs.push(new Uint8Array(length).fill(length % 251));
  const sample = Buffer.concat(runs);
  const packed = packedBy("bzip2", sample, "-1");
  if (packed !== undefined) ok(Buffer.from(contentOf(fileOf(packed))).equals(sample));
});

/** So often it is looked at what unpacking holds. */
const LOOK_BYTES = 20_000_000;

for (const [name, times] of [["gzip", 20], ["zstd", 20], ["bzip2", 2]] as const) {
  Deno.test(`unpack() of ${times * 10} MB of ${name} takes a few megabytes`, () => {
    const line = new TextEncoder().encode('{"b":[["100.01","2"]],"a":[]}\n'.repeat(350_000));
    const member = packers.find(([packer]) => packer === name)?.[1](line);
    if (member === undefined) return;
    const { next } = unpack(fileOf(repeated(member, times)));
    let [total, most, grown] = [0, 0, 0];
    const before = heldBytes("external");
    for (let piece = next(); piece !== undefined; piece = next()) {
      if (total % LOOK_BYTES + piece.length >= LOOK_BYTES) {
        grown = Math.max(grown, heldBytes("external") - before);
      }
      total += piece.length;
      most = Math.max(most, piece.length);
    }
    strictEqual(total, line.length * times);
    ok(most <= 131_072, `a piece of ${most} bytes`);
    ok(grown < 40_000_000, `${grown} bytes`);
  });
}

function repeated(member: Uint8Array, times: number): Uint8Array {
  const whole = new Uint8Array(member.length * times);
  for (let n = 0; n < times; n++) whole.set(member, n * member.length);
  return whole;
}

Deno.test("unpack() refuses a zip archive without its directory and one that is encrypted", () => {
  const archive = zipOf([sampleOf(100)]);
  throws(
    () => unpack(fileOf(archive.subarray(0, 60))),
    /Cannot decompress zip data: it must not end/,
  );
  const locked = archive.slice();
  locked[archive.length - 22 - 46 - 1 + 8] = 1;
  throws(() => unpack(fileOf(locked)), PackedDataError);
});

Deno.test("unpack() passes over skippable frames of zstd", () => {
  const skippable = Uint8Array.of(0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9);
  const packed = Buffer.concat([skippable, zstdCompressSync(sampleOf(500))]);
  deepStrictEqual(contentOf(fileOf(packed)).length, sampleOf(500).length);
});
