/**
 * Proves that a checkpoint (R-CORE-9) is read by name and type, or refused by its path.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { NodeReader } from "../../core/node_reader.ts";

const DOCUMENT = {
  count: 3,
  none: null,
  name: "a",
  open: true,
  numbers: [1, 2],
  names: ["a", "b"],
  child: { count: 4 },
  rows: [{ count: 5 }, { count: 6 }],
  table: { columns: ["count"], rows: [[7], [8]] },
  short: { columns: ["count", "name"], rows: [[7, "a"], [8]] },
  loose: { columns: ["count"], rows: [[7], "8"] },
};

Deno.test("NodeReader gives each field with its type", () => {
  const reader = new NodeReader(DOCUMENT);
  strictEqual(reader.integer("count"), 3);
  strictEqual(reader.integerOrNull("none"), null);
  strictEqual(reader.integerOrNull("count"), 3);
  strictEqual(reader.text("name"), "a");
  strictEqual(reader.oneOf("name", ["b", "a"]), "a");
  ok(reader.flag("open"));
  deepStrictEqual(reader.integers("numbers"), [1, 2]);
  deepStrictEqual(reader.texts("names"), ["a", "b"]);
  strictEqual(reader.child("child").integer("count"), 4);
  deepStrictEqual(reader.rows("rows").map((row) => row.integer("count")), [5, 6]);
  deepStrictEqual(reader.node("none"), null);
  deepStrictEqual([reader.has("none"), reader.has("nothing")], [true, false]);
  deepStrictEqual(reader.table("table").map((row) => row.integer("count")), [7, 8]);
});

const MISMATCHES: readonly (readonly [string, (reader: NodeReader) => unknown, string])[] = [
  ["an absent field", (reader) => reader.node("nothing"), "checkpoint.nothing"],
  ["a string as integer", (reader) => reader.integer("name"), "checkpoint.name"],
  ["null as integer", (reader) => reader.integer("none"), "checkpoint.none"],
  ["an integer as string", (reader) => reader.text("count"), "checkpoint.count"],
  ["a string as boolean", (reader) => reader.flag("name"), "checkpoint.name"],
  ["another string", (reader) => reader.oneOf("name", ["b"]), "checkpoint.name"],
  ["an object as list", (reader) => reader.list("child"), "checkpoint.child"],
  ["a list as object", (reader) => reader.child("rows"), "checkpoint.rows"],
  ["strings as integers", (reader) => reader.integers("names"), "checkpoint.names"],
  ["integers as strings", (reader) => reader.texts("numbers"), "checkpoint.numbers"],
  ["strings as rows", (reader) => reader.rows("names"), "checkpoint.names[0]"],
  ["a field of a row", (reader) => reader.rows("rows")[1]?.text("count"), "rows[1].count"],
  ["a row without a column", (reader) => reader.table("short"), "checkpoint.short.rows[1]"],
  ["a string as row of a table", (reader) => reader.table("loose"), "checkpoint.loose.rows[1]"],
  ["what is no object", () => new NodeReader(7, "engine"), "engine must be an object: was 7"],
];
for (const [what, read, named] of MISMATCHES) {
  Deno.test(`NodeReader refuses ${what} and names ${named}`, () => {
    throws(() => read(new NodeReader(DOCUMENT)), (error) => {
      ok(error instanceof RangeError);
      return error.message.includes(named);
    });
  });
}
