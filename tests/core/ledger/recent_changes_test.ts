/**
 * What a position remembers of its last executions, so that one can be taken out again.
 * Proves R-CORE-6.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { RecentChanges } from "../../../core/ledger/recent_changes.ts";
import { px } from "../../../core/numbers.ts";

const AT = px(100);

function recent(...quanta: readonly number[]): RecentChanges {
  const changes = new RecentChanges();
  for (const each of quanta) changes.push({ quanta: each, px: AT });
  return changes;
}

Deno.test("take() takes out the newest of a quantity and price, and keeps the order of the others", () => {
  const changes = recent(1, 2, 1, 3);
  ok(!changes.take({ quanta: 1, px: px(101) }, 0));
  ok(changes.take({ quanta: 1, px: AT }, 0));
  deepStrictEqual([...changes.all()].map(({ quanta }) => quanta), [1, 2, 3]);
});

for (const sign of [1, -1]) {
  Deno.test(`take() leaves all where the others would pass 2^53 on their way (${sign})`, () => {
    const base = sign * (Number.MAX_SAFE_INTEGER - 5);
    const changes = recent(sign * -10, sign * 10, sign * -20);
    ok(!changes.take({ quanta: sign * -10, px: AT }, base));
    strictEqual([...changes.all()].length, 3);
    ok(changes.take({ quanta: sign * 10, px: AT }, base));
  });
}
