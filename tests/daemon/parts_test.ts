/**
 * The daemon's parts. Proves R-EXEC-6 where a venue's switch is to go off: a daemon whose journal
 * hangs is none.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { isAlive } from "../../daemon/parts.ts";

Deno.test("isAlive() holds while nothing has waited for the disk for more than 3 s", () => {
  const lags = [0, 2_999_999, 3_000_000, 3_000_001, 60_000_000, 0];
  deepStrictEqual(
    lags.map((durableLagUs) => isAlive({ durableLagUs })),
    [true, true, true, false, false, true],
  );
});
