/**
 * Records every scenario again, and plays the streams that fuzzing found, and compares with the
 * golden traces: `deno task traces`. Shows what differs and ends with exit code 1 if anything does;
 * with `--write` it writes the fixtures.
 * @module
 */
import { record } from "../tests/contracts/engine/record.ts";
import { SCENARIOS } from "../tests/contracts/engine/scenarios/mod.ts";
import { changesOf } from "../tests/contracts/trace/changes.ts";
import {
  type FixtureFolder,
  fixtureNames,
  fixtureUrl,
  readFixtures,
} from "../tests/contracts/trace/files.ts";
import { type Fixture, fixtureText, playFixture } from "../tests/contracts/trace/fixture.ts";
import { print } from "../tests/contracts/trace/print.ts";

type Recorded = { readonly folder: FixtureFolder; readonly fixture: Fixture };

const before = new Map(allFixtures().map(({ fixture }) => [fixture.name, fixture]));
const after = new Map([
  ...SCENARIOS.map((scenario): [string, Recorded] => [
    scenario.name,
    { folder: "scenarios", fixture: record(scenario) },
  ]),
  ...readFixtures("found").map((found): [string, Recorded] => [
    found.name,
    { folder: "found", fixture: playFixture(found) },
  ]),
]);
const names = [...new Set([...after.keys(), ...fixtureNames("scenarios")])].sort();
const isWriting = Deno.args.includes("--write");
let changed = 0;

function allFixtures(): readonly Recorded[] {
  const folders: readonly FixtureFolder[] = ["scenarios", "found"];
  return folders.flatMap((folder) =>
    readFixtures(folder).map((fixture): Recorded => ({ folder, fixture }))
  );
}

for (const name of names) {
  const recorded = after.get(name);
  const lines = changesOf({ before: before.get(name), after: recorded?.fixture });
  if (lines.length === 0) continue;
  changed += 1;
  print([name, ...lines].join("\n"));
  if (!isWriting) continue;
  if (recorded === undefined) Deno.removeSync(fixtureUrl("scenarios", name));
  else Deno.writeTextFileSync(fixtureUrl(recorded.folder, name), fixtureText(recorded.fixture));
}

const what = isWriting ? "written" : "different";
print(`${names.length} traces, ${changed} ${what}`);
if (changed > 0 && !isWriting) Deno.exit(1);
