/**
 * The golden traces, held against the core (R-TEST-1): as they were recorded, as the scenarios tell
 * them today, and with a core that is put away and restored after every event (R-CORE-9); and against
 * the reference core, where Python is there (R-TEST-2).
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { changesOf } from "../trace/changes.ts";
import { fixtureNames, readFixtures } from "../trace/files.ts";
import { fixtureText, playFixture, playInPieces } from "../trace/fixture.ts";
import { changesOn, ReferenceCore } from "../trace/reference.ts";
import { python3, testWith } from "../../support/needs.ts";
import { record } from "./record.ts";
import { SCENARIOS } from "./scenarios/mod.ts";

/** The least number of traces that the project promises. */
const TRACES_LEAST = 80;

for (const fixture of [...readFixtures("scenarios"), ...readFixtures("found")]) {
  Deno.test(`the core keeps to the trace ${fixture.name}`, () => {
    deepStrictEqual(changesOf({ before: fixture, after: playFixture(fixture) }), []);
  });
}

Deno.test("a core restored from a checkpoint after every event keeps to every trace", () => {
  for (const fixture of readFixtures("scenarios")) {
    const lines = changesOf({ before: fixture, after: playInPieces(fixture) });
    deepStrictEqual({ name: fixture.name, lines }, { name: fixture.name, lines: [] });
  }
});

Deno.test("each scenario has its fixture, word for word, and there are no others", () => {
  const recorded = new Map(SCENARIOS.map((each) => [each.name, fixtureText(record(each))]));
  deepStrictEqual([...recorded.keys()].sort(), fixtureNames("scenarios"));
  deepStrictEqual(SCENARIOS.length, recorded.size, "names of scenarios are unique");
  for (const fixture of readFixtures("scenarios")) {
    deepStrictEqual(fixtureText(fixture), recorded.get(fixture.name), fixture.name);
  }
});

Deno.test("there are at least as many traces as promised", () => {
  ok(SCENARIOS.length >= TRACES_LEAST, `was ${SCENARIOS.length}`);
});

Deno.test("the example of the page about traces is an event of the trace that it names", () => {
  const page = Deno.readTextFileSync(new URL("../../../docs/reference/traces.md", import.meta.url));
  const [event, caused] = [...page.matchAll(/```json\n([\s\S]*?)```/g)]
    .map(([, text]) => JSON.parse(text ?? ""));
  const fixture = readFixtures("scenarios").find(({ name }) => name === "worked_example_of_events");
  const at = fixture?.events.findIndex(({ seq_id }) => seq_id === event["seq_id"]) ?? -1;
  deepStrictEqual(event, fixture?.events[at]);
  deepStrictEqual(caused, fixture?.expect[at]);
});

function reference(): string | undefined {
  return ReferenceCore.isThere() ? undefined : "needs the reference core";
}

testWith([python3, reference], "the reference core keeps to every trace", async () => {
  const core = new ReferenceCore();
  const problems: string[] = [];
  for (const fixture of [...readFixtures("scenarios"), ...readFixtures("found")]) {
    const lines = await changesOn(core, fixture);
    problems.push(...lines.map((line) => `${fixture.name}${line}`));
  }
  await core.close();
  deepStrictEqual(problems, []);
});
