/**
 * Reading a configuration while a daemon runs. Proves R-OPS-2 in part: no file ends the daemon, and
 * each that cannot be used is told.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ConfigurationRefused } from "../../config/mod.ts";
import { tryReread } from "../../daemon/reread.ts";
import { DeclarationError } from "../../edge/declarations.ts";

const problem = { file: "c.yaml", line: 2, column: 3, path: "wire", text: "must be a map" };

const failures = [
  ["a refused file", new ConfigurationRefused([problem]), "c.yaml:2:3: wire: must be a map"],
  [
    "one that contradicts the journal",
    new DeclarationError("Cannot change it"),
    "Cannot change it",
  ],
  [
    "a fault of the program",
    new TypeError("it is not iterable"),
    "Cannot read it, a fault of the program: TypeError: it is not iterable",
  ],
] as const;

for (const [what, error, expected] of failures) {
  Deno.test(`tryReread() logs ${what} and gives undefined`, () => {
    const said: unknown[] = [];
    const log = { write: (...line: readonly unknown[]) => void said.push(line) };
    const read = (): never => {
      throw error;
    };
    strictEqual(tryReread(read, log), undefined);
    deepStrictEqual(said, [["error", "configuration_refused", { problems: [expected] }]]);
  });
}

Deno.test("tryReread() gives what was read", () => {
  strictEqual(tryReread(() => 7, { write: () => {} }), 7);
});
