/**
 * The parity gate (R-TEST-5): `deno task parity [--events N] [--seed S] [--skip-benchmark]
 * [--with-integration] [--json]`. One table; exit code 1 if a check failed.
 *
 * Goals of coverage are counted over the fuzzed events: below a million of them each cell must be
 * hit in proportion, at least once.
 * @module
 */
import { print } from "../../tests/contracts/trace/print.ts";
import {
  checkBenchmark,
  checkFuzz,
  checkIntegration,
  checkReference,
  checkTraces,
} from "./checks.ts";
import { skipped, tableOf, type Verdict } from "./verdict.ts";

const EVENTS = 100_000;
const flags = new Set(Deno.args);

function numberOf(name: string, usual: number): number {
  const at = Deno.args.indexOf(name);
  return at < 0 ? usual : Number(Deno.args[at + 1]);
}

async function main(): Promise<void> {
  const options = { events: numberOf("--events", EVENTS), seed: numberOf("--seed", 1) };
  const verdicts: Verdict[] = [
    checkTraces(),
    await checkReference(),
    ...await checkFuzz(options),
    flags.has("--skip-benchmark")
      ? skipped("core benchmark", "--skip-benchmark")
      : await checkBenchmark(),
    flags.has("--with-integration")
      ? await checkIntegration()
      : skipped("integration", "only with --with-integration"),
  ];
  const isPassed = verdicts.every(({ outcome }) => outcome !== "failed");
  if (flags.has("--json")) print(JSON.stringify({ isPassed, verdicts }, undefined, 2));
  else print(`${tableOf(verdicts)}\n${isPassed ? "parity" : "no parity"}`);
  if (!isPassed) Deno.exit(1);
}

await main();
