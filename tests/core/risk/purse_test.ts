/**
 * One currency of an account, whose units become finer. Proves R-CORE-7 (funds).
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { Purse } from "../../../core/risk/purse.ts";

Deno.test("Purse.widen() keeps what is held back, in finer units, and never grows coarser", () => {
  const purse = new Purse("USDT");
  purse.widen(2);
  purse.reserved.set(125);
  purse.widen(5);
  strictEqual(purse.scale, 5);
  strictEqual(purse.reserved.value, 125_000);
  purse.widen(3);
  strictEqual(purse.scale, 5);
  strictEqual(purse.reserved.value, 125_000);
});

Deno.test("Purse.widen() lets the cash be read again, in the finer units", () => {
  const purse = new Purse("USDT");
  const unread = purse.cashAt;
  purse.cashAt = 7;
  purse.widen(2);
  strictEqual(purse.cashAt, unread);
});

Deno.test("Purse.lifted() gives units of a coarser scale in its own", () => {
  const purse = new Purse("USDT");
  purse.widen(4);
  strictEqual(purse.lifted(125, 2), 12_500);
  strictEqual(purse.lifted(125, 4), 125);
  strictEqual(purse.lifted(9_007_199_254_740_991, 3), 90_071_992_547_409_910n);
});
