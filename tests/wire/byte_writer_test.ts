/**
 * Proves for R-WIRE-1: what is written as bytes is what the engine's own text functions and encoder
 * give, whatever is written before and behind it.
 * @module
 */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { fromQuanta } from "../../core/decimal.ts";
import { ByteWriter, fixed } from "../../wire/byte_writer.ts";

const FULL_SCALE = 15;

/** A write, and the text that it must leave. */
type Write = { readonly write: (to: ByteWriter) => void; readonly text: string };

const safeInteger = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: 0, max: 20_000 }),
  fc.constantFrom(0, 9_999, 10_000, 99_999_999, 100_000_000, 2 ** 31, Number.MAX_SAFE_INTEGER),
);
const writes: fc.Arbitrary<Write> = fc.oneof(
  safeInteger.map((value) => ({
    write: (to: ByteWriter): void => to.integer(value),
    text: String(value),
  })),
  fc.tuple(safeInteger, fc.nat(FULL_SCALE)).map(([quanta, scale]) => ({
    write: (to: ByteWriter): void => to.quanta(quanta, scale),
    text: fromQuanta(quanta, scale),
  })),
  fc.string({ unit: "binary", maxLength: 40, size: "max" }).map((value) => ({
    write: (to: ByteWriter): void => to.string(value),
    text: JSON.stringify(value),
  })),
  fc.string({ maxLength: 40, size: "max" }).map((value) => ({
    write: (to: ByteWriter): void => to.string(value),
    text: JSON.stringify(value),
  })),
  fc.string({ unit: "grapheme", maxLength: 40, size: "max" }).map((value) => ({
    write: (to: ByteWriter): void => to.raw(value),
    text: value,
  })),
  fc.stringMatching(/^[ -~]{0,90}$/).map((value) => ({
    write: (to: ByteWriter): void => to.fixed(fixed(value)),
    text: value,
  })),
  fc.stringMatching(/^[A-Za-z0-9.]{0,30}$/).map((value) => ({
    write: (to: ByteWriter): void => to.plain(value),
    text: value,
  })),
  fc.boolean().map((value) => ({
    write: (to: ByteWriter): void => to.boolean(value),
    text: String(value),
  })),
  fc.constantFrom<Write>(
    { write: (to) => to.stringOrNull(null), text: "null" },
    { write: (to) => to.integerOrNull(null), text: "null" },
  ),
);

Deno.test("ByteWriter leaves the bytes of the texts, one behind the other, on random writes", () => {
  const to = new ByteWriter();
  fc.assert(
    fc.property(fc.array(writes, { maxLength: 60, size: "max" }), (all) => {
      to.clear();
      for (const { write } of all) write(to);
      const expected = new TextEncoder().encode(all.map(({ text }) => text).join(""));
      deepStrictEqual([...to.bytes], [...expected]);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("ByteWriter.integer() writes every number of up to five digits", () => {
  const to = new ByteWriter();
  for (let number = 0; number < 100_000; number++) {
    to.clear();
    to.integer(number);
    strictEqual(to.textFrom(0), String(number));
  }
});

Deno.test("ByteWriter.length32() says how many bytes came behind it, big-endian", () => {
  const to = new ByteWriter();
  to.plain("ab");
  const at = to.skip32();
  to.raw("é".repeat(200));
  to.length32(at);
  deepStrictEqual([...to.bytes.subarray(0, 6)], [0x61, 0x62, 0, 0, 1, 0x90]);
});

Deno.test("ByteWriter keeps what is written while it grows, and copies bytes", () => {
  const to = new ByteWriter();
  const piece = Uint8Array.from({ length: 1_000 }, (_, at) => at & 127);
  for (let i = 0; i < 100; i++) to.copy(piece);
  strictEqual(to.length, 100_000);
  for (let i = 0; i < 100; i++) {
    deepStrictEqual(to.bytes.subarray(i * 1_000, (i + 1) * 1_000), piece);
  }
});

Deno.test("fixed() refuses what is not ASCII", () => {
  throws(() => fixed("é"), /must be ASCII: was é/);
});
