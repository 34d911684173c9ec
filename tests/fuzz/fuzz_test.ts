/**
 * A short run of the fuzzer (R-TEST-3): the generator makes what it promises, the core goes on from a
 * checkpoint as it would have, a core that errs is found out, and the reference core, where Python is
 * there, agrees.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { JsonObject } from "../contracts/trace/json.ts";
import { ReferenceCore } from "../contracts/trace/reference.ts";
import { python3, testWith } from "../support/needs.ts";
import { disagreement } from "./compare.ts";
import { fuzz, type OtherCore } from "./fuzz.ts";
import { playStream } from "./stream.ts";

const EVENTS = 5_000;

function enough(coverage: { readonly events: number }): boolean {
  return coverage.events >= EVENTS;
}

Deno.test("fuzz() finds the core restored from checkpoints to be the same core", async () => {
  const { coverage, disagreement: found } = await fuzz({ seed: 7, others: [], isEnough: enough });
  deepStrictEqual(found, undefined);
  ok(coverage.events >= EVENTS);
  deepStrictEqual(coverage.gapsByGoal().classes, []);
});

Deno.test("fuzz() shrinks a disagreement to the events that show it", async () => {
  const forgetful: OtherCore = {
    play: (events) => {
      const played = playStream(events);
      ok(played !== undefined, "the stream must be one that was made");
      const answers = played.answers.map((answer, at): JsonObject => {
        const isFill = events[at]?.["event_type"] === "OrderExecuted";
        return isFill ? { ...answer, reports: [] } : answer;
      });
      return { answers, final: played.final };
    },
  };
  const { disagreement: found } = await fuzz({ seed: 7, others: [forgetful], isEnough: enough });
  ok(found !== undefined, "the core that says nothing of fills must be found out");
  ok(found.events.length <= 14, `was ${found.events.length} events`);
  strictEqual(found.events.at(-1)?.["event_type"], "OrderExecuted");
  strictEqual(found.events.filter((event) => event["event_type"] === "OrderExecuted").length, 1);
});

Deno.test("disagreement() names the first event on which two cores part", () => {
  const answers = [{ digest: "a" }, { digest: "b" }];
  const stream = { events: [{ seq_id: 1 }, { seq_id: 2 }], answers, final: {} };
  deepStrictEqual(disagreement(stream, { answers, final: {} }), []);
  deepStrictEqual(
    disagreement(stream, { answers: [{ digest: "a" }, { digest: "c" }], final: {} }),
    [
      'event 2: {"seq_id":2}',
      '.digest: expected "b", was "c"',
    ],
  );
});

function reference(): string | undefined {
  return ReferenceCore.isThere() ? undefined : "needs the reference core";
}

testWith([python3, reference], "the reference core agrees on random streams", async () => {
  const core = new ReferenceCore();
  const { disagreement: found } = await fuzz({ seed: 7, others: [core], isEnough: enough });
  await core.close();
  deepStrictEqual(found?.lines, undefined);
});
