/**
 * The checks of the gate: golden traces on both cores, fuzzing, coverage, benchmark, integration.
 * @module
 */
import { record } from "../../tests/contracts/engine/record.ts";
import { SCENARIOS } from "../../tests/contracts/engine/scenarios/mod.ts";
import { changesOf } from "../../tests/contracts/trace/changes.ts";
import { readFixtures } from "../../tests/contracts/trace/files.ts";
import { type Fixture, playFixture, playInPieces } from "../../tests/contracts/trace/fixture.ts";
import { changesOn, ReferenceCore } from "../../tests/contracts/trace/reference.ts";
import { fuzz, type FuzzResult } from "../../tests/fuzz/fuzz.ts";
import { python3 } from "../../tests/support/needs.ts";
import { skipped, type Verdict, verdictOf } from "./verdict.ts";

const PROCESSES = 2;
const INTEGRATION = ["tests/simulation", "tests/clients", "tests/e2e"];

function allFixtures(): readonly Fixture[] {
  return [...readFixtures("scenarios"), ...readFixtures("found")];
}

/** Why there is no second core here; undefined if there is one. */
export function whyNoReference(): string | undefined {
  return python3() ?? (ReferenceCore.isThere() ? undefined : "the reference core is not there");
}

/** The traces as the core that trades plays them, whole and from checkpoints. */
export function checkTraces(): Verdict {
  const fixtures = allFixtures();
  const recorded = new Map(SCENARIOS.map((scenario) => [scenario.name, scenario]));
  const problems = fixtures.flatMap((fixture) => {
    const scenario = recorded.get(fixture.name);
    return [
      ...changesOf({ before: fixture, after: playFixture(fixture) }),
      ...changesOf({ before: fixture, after: playInPieces(fixture) }),
      ...(scenario === undefined ? [] : changesOf({ before: fixture, after: record(scenario) })),
    ].map((line) => `${fixture.name}${line}`);
  });
  const missing = [...recorded.keys()].filter((name) => !fixtures.some((one) => one.name === name));
  const detail = `${fixtures.length} traces, also restored after every event`;
  const unrecorded = missing.map((name) => `${name} is not recorded`);
  return verdictOf("golden traces", detail, [...problems, ...unrecorded]);
}

/** The traces as the reference core plays them. */
export async function checkReference(): Promise<Verdict> {
  const name = "golden traces, reference core";
  const lack = whyNoReference();
  if (lack !== undefined) return skipped(name, lack);
  const core = new ReferenceCore();
  const problems: string[] = [];
  for (const fixture of allFixtures()) {
    const lines = await changesOn(core, fixture);
    problems.push(...lines.map((line) => `${fixture.name}${line}`));
  }
  await core.close();
  return verdictOf(name, `${allFixtures().length} traces`, problems);
}

/** Random streams on both cores: one verdict for parity, one for each goal of coverage. */
export async function checkFuzz(
  of: { readonly events: number; readonly seed: number },
): Promise<readonly Verdict[]> {
  const lack = whyNoReference();
  const others = lack === undefined
    ? Array.from({ length: PROCESSES }, () => new ReferenceCore())
    : [];
  const result = await fuzz({
    seed: of.seed,
    others,
    isEnough: (coverage) => coverage.events >= of.events,
  });
  await Promise.all(others.map((other) => other.close()));
  return [parityOf(result, lack), ...coverageOf(result)];
}

function parityOf({ coverage, disagreement }: FuzzResult, lack: string | undefined): Verdict {
  const against = lack === undefined ? "the reference core" : `restored cores only: ${lack}`;
  const detail = `${coverage.events} events in ${coverage.streams} streams against ${against}`;
  return verdictOf("fuzzed streams", detail, disagreement?.lines ?? []);
}

function coverageOf({ coverage }: FuzzResult): readonly Verdict[] {
  const gaps = coverage.gapsByGoal();
  return [
    verdictOf("life-cycle cells", `${coverage.cells.size} cells`, gaps.cells),
    verdictOf("reject codes", `${coverage.codes.size} codes`, gaps.codes),
    verdictOf("event kinds", `${coverage.kinds.size} kinds`, gaps.kinds),
    verdictOf("requests", `${coverage.requests.size} kinds`, gaps.requests),
    verdictOf("rare alarms", `${coverage.alarms.size} codes`, gaps.alarms),
    verdictOf("asset classes", `${coverage.classes.size} classes`, gaps.classes),
  ];
}

async function deno(...words: readonly string[]): Promise<{ readonly ok: boolean; text: string }> {
  const command = new Deno.Command(Deno.execPath(), { args: [...words], stderr: "piped" });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { ok: success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** The core's benchmark, small: each figure against what it must reach. */
export async function checkBenchmark(): Promise<Verdict> {
  const out = Deno.makeTempFileSync();
  const script = "bench/core/run.ts";
  const { ok, text } = await deno("run", "-A", "--no-check", script, "--quick", "--out", out);
  if (!ok) return verdictOf("core benchmark", script, [text]);
  const { figures } = JSON.parse(Deno.readTextFileSync(out));
  Deno.removeSync(out);
  const missed = figures.filter((one: { verdict: string }) => one.verdict === "missed")
    .map(({ name, value, must }: Figure) => `${name}: ${value.toFixed(3)}, must be ${must}`);
  return verdictOf("core benchmark", `${figures.length} figures, a quick round`, missed);
}

type Figure = { readonly name: string; readonly value: number; readonly must: number };

/** Simulation, clients and end-to-end tests. */
export async function checkIntegration(): Promise<Verdict> {
  const { ok, text } = await deno("test", "-A", "--no-check", "--quiet", ...INTEGRATION);
  const summary = text.trim().split("\n").at(-1) ?? "";
  return verdictOf("integration", INTEGRATION.join(", "), ok ? [] : [summary]);
}
