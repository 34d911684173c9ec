/**
 * Records every scenario again and compares with the golden traces: `deno task traces`. Shows what
 * differs and ends with exit code 1 if anything does; with `--write` it writes the fixtures.
 * @module
 */
import { record } from "../tests/contracts/engine/record.ts";
import { SCENARIOS } from "../tests/contracts/engine/scenarios/mod.ts";
import { changesOf } from "../tests/contracts/trace/changes.ts";
import { fixtureNames, fixtureUrl, readFixtures } from "../tests/contracts/trace/files.ts";
import { fixtureText } from "../tests/contracts/trace/fixture.ts";
import { print } from "../tests/contracts/trace/print.ts";

const before = new Map(readFixtures("scenarios").map((fixture) => [fixture.name, fixture]));
const after = new Map(SCENARIOS.map((scenario) => [scenario.name, record(scenario)]));
const names = [...new Set([...after.keys(), ...fixtureNames("scenarios")])].sort();
const isWriting = Deno.args.includes("--write");
let changed = 0;

for (const name of names) {
  const recorded = after.get(name);
  const lines = changesOf({ before: before.get(name), after: recorded });
  if (lines.length === 0) continue;
  changed += 1;
  print([name, ...lines].join("\n"));
  if (!isWriting) continue;
  if (recorded === undefined) Deno.removeSync(fixtureUrl("scenarios", name));
  else Deno.writeTextFileSync(fixtureUrl("scenarios", name), fixtureText(recorded));
}

const what = isWriting ? "written" : "different";
print(`${names.length} traces, ${changed} ${what}`);
if (changed > 0 && !isWriting) Deno.exit(1);
