/**
 * Differential fuzzing: `deno task fuzz --seconds N --seed S [--events N] [--processes N]
 * [--reference FOLDER]`. Prints what was reached; exit code 1 if two cores disagree or a goal is
 * missed. A disagreement is kept under `tests/contracts/engine/found`.
 * @module
 */
import { fixtureUrl } from "../tests/contracts/trace/files.ts";
import { eventOf, fixtureText, recordFixture } from "../tests/contracts/trace/fixture.ts";
import { print } from "../tests/contracts/trace/print.ts";
import { ReferenceCore } from "../tests/contracts/trace/reference.ts";
import { type Disagreement, fuzz } from "../tests/fuzz/fuzz.ts";

const SECONDS = 60;
const PROCESSES = 2;

function option(name: string): string | undefined {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? undefined : Deno.args[at + 1];
}

function keep(found: Disagreement): void {
  const name = `fuzz_${found.seed}`;
  const description = `Found by fuzzing: ${found.lines[1] ?? found.lines[0] ?? "a difference"}`;
  const head = { name, requires: ["R-TEST-3"], description };
  Deno.mkdirSync(new URL(".", fixtureUrl("found", name)), { recursive: true });
  const fixture = recordFixture(head, found.events.map(eventOf));
  Deno.writeTextFileSync(fixtureUrl("found", name), fixtureText(fixture));
  print(
    `The cores disagree, seed ${found.seed}; ${found.events.length} events kept as ${name}.json`,
  );
  for (const line of found.lines) print(`  ${line}`);
}

const seconds = Number(option("seconds") ?? SECONDS);
const events = Number(option("events") ?? Infinity);
const seed = Number(option("seed") ?? 1);
const folder = option("reference");
const isThere = ReferenceCore.isThere(folder);
const count = isThere ? Number(option("processes") ?? PROCESSES) : 0;
const others = Array.from({ length: count }, () => new ReferenceCore(folder));
if (!isThere) print("There is no reference core: compared with cores restored from checkpoints");
const until = Date.now() + seconds * 1000;
const { coverage, disagreement } = await fuzz({
  seed,
  others,
  isEnough: (reached) => reached.events >= events || Date.now() >= until,
});
await Promise.all(others.map((other) => other.close()));
for (const line of coverage.lines()) print(line);
const gaps = coverage.gaps();
for (const gap of gaps) print(`goal missed: ${gap}`);
if (disagreement !== undefined) keep(disagreement);
if (disagreement !== undefined || gaps.length > 0) Deno.exit(1);
