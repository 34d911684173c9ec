/**
 * Documents written in pieces (R-CORE-9): the text is that of the whole document.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { jsonPieces, LongList, type LongNode, wholeNode } from "../../core/long_node.ts";
import type { CheckpointNode } from "../../core/timeline.ts";

const CASES: readonly (readonly [string, () => LongNode, CheckpointNode])[] = [
  ["a scalar", () => 1.5, 1.5],
  ["nothing", () => null, null],
  ["a short list", () => ["a", null, { b: [] }], ["a", null, { b: [] }]],
  ["no fields", () => ({}), {}],
  ["an empty long list", () => ({ rows: new LongList([]) }), { rows: [] }],
  ["a long list of one", () => new LongList([{ a: '"' }]), [{ a: '"' }]],
  [
    "long lists among other fields, at any depth",
    () => ({ x: 1, y: { rows: new LongList([1, [2], null]), z: [] }, w: new LongList(["u"]) }),
    { x: 1, y: { rows: [1, [2], null], z: [] }, w: ["u"] },
  ],
];

for (const [what, node, whole] of CASES) {
  Deno.test(`wholeNode() and jsonPieces() give the same document for ${what}`, () => {
    deepStrictEqual(wholeNode(node()), whole);
    strictEqual([...jsonPieces(node())].join(""), JSON.stringify(whole));
  });
}

Deno.test("jsonPieces() makes an item of a long list only when it is asked for", () => {
  let made = 0;
  const items = function* (): Generator<number, void> {
    for (let item = 0; item < 3; item += 1) {
      made += 1;
      yield item;
    }
  };
  const pieces = jsonPieces({ rows: new LongList(items()) });
  const after: number[] = [];
  for (const _piece of pieces) after.push(made);
  deepStrictEqual(after, [0, 1, 2, 3, 3, 3]);
});
