/**
 * The daemon's parts. Proves R-EXEC-6 where a venue's switch is to go off: a daemon whose journal
 * hangs is none. Proves R-OPS-1 in part: the watchdog is fed by each part that must live.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createTimeline } from "../../core/mod.ts";
import { createSupervision, isAlive } from "../../daemon/parts.ts";
import { VirtualTime } from "../support/virtual_time.ts";

Deno.test("isAlive() holds while nothing has waited for the disk for more than 3 s", () => {
  const lags = [0, 2_999_999, 3_000_000, 3_000_001, 60_000_000, 0];
  deepStrictEqual(
    lags.map((durableLagUs) => isAlive({ durableLagUs })),
    [true, true, true, false, false, true],
  );
});

/** How often the manager is told of life in a minute, by a loop and a journal that may hang. */
function pingsOf(hangs: { readonly loop?: boolean; readonly journal?: boolean }): number {
  const time = new VirtualTime();
  const told: string[] = [];
  let turns = 0;
  const supervision = createSupervision({
    ...{ clock: time, timers: time },
    serviceManager: { tell: (state) => void told.push(state), watchdogUs: 3_000_000 },
  }, {
    view: createTimeline().view,
    loop: {
      get turns() {
        return turns;
      },
      wake: () => void (turns += hangs.loop === true ? 0 : 1),
    },
    journal: { probe: () => {}, hasAnswered: hangs.journal !== true },
  });
  supervision.ready();
  time.advance(60_000_000);
  return told.filter((state) => state === "WATCHDOG=1").length;
}

Deno.test("createSupervision() has the watchdog fed while the loop takes turns and the journal answers", () => {
  ok(pingsOf({}) > 50);
  strictEqual(pingsOf({ loop: true }), 0);
  strictEqual(pingsOf({ journal: true }), 0);
});
