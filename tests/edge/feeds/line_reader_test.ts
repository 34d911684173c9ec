/**
 * Lines of plain and gzip files (R-MODE-2).
 * @module
 */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { LineReader } from "../../../edge/feeds/line_reader.ts";
import { fileOf } from "../../support/read_only_disk.ts";

function linesOf(bytes: Uint8Array): string[] {
  const reader = new LineReader(fileOf(bytes));
  const lines: string[] = [];
  for (let line = reader.next(); line !== undefined; line = reader.next()) {
    lines.push(line);
    strictEqual(reader.lineNumber, lines.length);
  }
  return lines;
}

const long = "€".repeat(90_000); // three bytes each: pieces end inside a character
const texts = [
  ["nothing", "", []],
  ["a last line without a line feed", "one\ntwo", ["one", "two"]],
  ["empty lines", "one\n\ntwo\n", ["one", "", "two"]],
  ["carriage returns before line feeds", "one\r\n\r\ntwo\r\n", ["one", "", "two"]],
  ["carriage returns alone", "one\r\rtwo\rthree", ["one", "", "two", "three"]],
  ["pairs that end a piece", `${"x".repeat(65_535)}\r\n\r\n${"y".repeat(3)}`, [
    "x".repeat(65_535),
    "",
    "yyy",
  ]],
  ["lines longer than a piece", `${long}\n${long}\nend\n`, [long, long, "end"]],
] as const;
for (const [what, text, lines] of texts) {
  Deno.test(`LineReader reads ${what}, plain and gzip`, () => {
    const bytes = new TextEncoder().encode(text);
    deepStrictEqual(linesOf(bytes), lines);
    deepStrictEqual(linesOf(gzipSync(bytes)), lines);
  });
}

Deno.test("LineReader refuses a line without an end in sight", () => {
  throws(() => linesOf(new Uint8Array(17_000_000).fill(65)), /must have at most 16777216 bytes/);
});
