/**
 * When a busy thread rests, so that it hears its sockets. Proves R-WIRE-6 (nobody suffers for
 * another's work) and R-OPS-3.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { Breath } from "../../edge/breath.ts";

Deno.test("Breath.isDue() is true once in 20 ms while there is more to do", () => {
  const breath = new Breath();
  breath.isDue({ nowUs: 1_000_000, hasMore: false });
  let rests = 0;
  for (let nowUs = 1_001_000; nowUs <= 1_200_000; nowUs += 1000) {
    if (breath.isDue({ nowUs, hasMore: true })) rests += 1;
  }
  strictEqual(rests, 10);
});

Deno.test("Breath.isDue() is never true for a thread that gets its work done", () => {
  const breath = new Breath();
  for (let nowUs = 0; nowUs < 1_000_000; nowUs += 7000) {
    ok(!breath.isDue({ nowUs, hasMore: false }));
    ok(!breath.isDue({ nowUs: nowUs + 1000, hasMore: true }), "it has just been idle");
  }
});
