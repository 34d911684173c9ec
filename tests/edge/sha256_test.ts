/**
 * The two hashes behind one: the library's until the runtime's is wanted, with the same digest.
 * Proves R-JRN-2 in part: the chain does not depend on who hashed.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { Sha256, sha256, useRuntimeSha256 } from "../../sha256.ts";

function oracle(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Around the lengths where a block or its padding ends, and texts beyond ASCII. */
function assertAgrees(): void {
  for (const length of [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 4096]) {
    const bytes = new Uint8Array(length).map((_, at) => at * 7 + length);
    strictEqual(sha256(bytes), oracle(bytes), `${length} bytes`);
  }
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => sha256(text) === oracle(text)));
  const pieces = fc.array(fc.uint8Array({ maxLength: 200, size: "max" }), { maxLength: 8 });
  fc.assert(fc.property(pieces, (all) => {
    const hash = new Sha256();
    for (const piece of all) strictEqual(hash.update(piece), piece);
    return hash.hex() === oracle(new Uint8Array(all.flatMap((piece) => [...piece])));
  }));
}

Deno.test("sha256() gives one digest, by the library and by the runtime's own", () => {
  assertAgrees();
  const begun = new Sha256();
  begun.update(Uint8Array.of(97));
  useRuntimeSha256();
  begun.update(Uint8Array.of(98, 99));
  strictEqual(begun.hex(), oracle("abc"));
  assertAgrees();
});

Deno.test("sha256() asks for the runtime's own when much is hashed, not before", async () => {
  const { Sha256 } = await import("../../sha256.ts?much");
  const asked: string[] = [];
  const { getBuiltinModule } = process;
  process.getBuiltinModule = ((name: "node:crypto") => {
    asked.push(name);
    return getBuiltinModule(name);
  }) as typeof getBuiltinModule;
  try {
    const much = new Uint8Array(1 << 17).fill(5);
    const begun = new Sha256();
    for (const times of [1, 2]) {
      begun.update(much);
      deepStrictEqual(asked, [], `${times} times`);
    }
    for (let time = 0; time < 2; time++) begun.update(much);
    deepStrictEqual(asked, ["node:crypto"]);
    strictEqual(begun.hex(), oracle(new Uint8Array(1 << 19).fill(5)));
  } finally {
    process.getBuiltinModule = getBuiltinModule;
  }
});
