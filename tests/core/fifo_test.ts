/**
 * The queue in pages against an array. Proves the order in which requests wait (R-EXEC-8) and fills
 * retire.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { Fifo } from "../../core/fifo.ts";

const burst = fc.record({ pushes: fc.nat(600), takes: fc.nat(600) });

Deno.test("Fifo agrees with an array after every burst, over many pages", () => {
  fc.assert(fc.property(fc.array(burst, { maxLength: 12, size: "max" }), (bursts) => {
    const fifo = new Fifo<number>();
    const array: number[] = [];
    let next = 0;
    for (const { pushes, takes } of bursts) {
      for (let i = 0; i < pushes; i += 1) {
        next += 1;
        fifo.push(next);
        array.push(next);
      }
      for (let i = 0; i < takes; i += 1) strictEqual(fifo.take(), array.shift());
      strictEqual(fifo.peek(), array[0]);
      strictEqual(fifo.length, array.length);
      deepStrictEqual([...fifo], array);
    }
  }));
});
