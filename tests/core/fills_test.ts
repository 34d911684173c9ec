/**
 * The executions of an order (R-CORE-4, R-CORE-5): found by each id, few and many alike.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Fills } from "../../core/fills.ts";
import { fillOf } from "../support/fills.ts";

for (const count of [0, 1, 16, 17, 40]) {
  Deno.test(`Fills.get() finds each of ${count} executions by every id`, () => {
    const fills = new Fills();
    const all = Array.from({ length: count }, (_, at) => fillOf(`x-${at}`));
    for (const [at, fill] of all.entries()) {
      strictEqual(fills.get(fill.execution.execId), undefined);
      fills.add(fill);
      if (at % 3 === 0) fills.correct(fill, `c-${at}`);
    }
    for (const [at, fill] of all.entries()) {
      strictEqual(fills.get(`x-${at}`), fill);
      strictEqual(fills.get(`c-${at}`), at % 3 === 0 ? fill : undefined);
    }
    deepStrictEqual([...fills], all);
  });
}

for (const count of [3, 16, 17, 40]) {
  for (const [one, into] of [[0, 1], [1, 0], [count - 1, 0]] as const) {
    Deno.test(`Fills.join() lets ${into} of ${count} be found by the ids of ${one} too`, () => {
      const fills = new Fills();
      const all = Array.from({ length: count }, (_, at) => fillOf(`x-${at}`));
      for (const [at, fill] of all.entries()) {
        fills.add(fill);
        fills.correct(fill, `c-${at}`);
      }
      const [fill, other] = [all[one], all[into]];
      if (fill === undefined || other === undefined) throw new Error("both are there");
      fills.join(fill, other);
      for (const id of ["x", "c"]) strictEqual(fills.get(`${id}-${one}`), other);
      const rest = all.filter((each) => each !== fill);
      deepStrictEqual([...fills], rest);
      const more = Array.from({ length: 20 }, (_, at) => fillOf(`y-${at}`));
      for (const each of more) fills.add(each);
      deepStrictEqual([...fills], [...rest, ...more]);
      for (const each of more) strictEqual(fills.get(each.execution.execId), each);
      for (const id of ["x", "c"]) strictEqual(fills.get(`${id}-${one}`), other);
    });
  }
}

Deno.test("Fills.get() looks at no other execution of an order that traded in many pieces", () => {
  const fills = new Fills();
  let looks = 0;
  for (let at = 0; at < 100; at += 1) {
    const fill = fillOf(`x-${at}`);
    const { execution } = fill;
    fills.add(Object.defineProperty(fill, "execution", {
      get: () => {
        looks += 1;
        return execution;
      },
    }));
  }
  looks = 0;
  for (const id of ["x-0", "x-99", "y"]) fills.get(id);
  strictEqual(looks, 0);
});
