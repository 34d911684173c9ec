/**
 * A soak of a third of a minute, as its task runs it: load, samples, verdicts, picture, and nothing
 * that stays. What takes minutes to show is not judged in so short a run.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { TemporaryDirectory } from "../support/temporary.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LIMIT_MS = 150_000;

type Verdict = { readonly name: string; readonly verdict: string };
type Summary = {
  readonly truth_events: number;
  readonly market_events: number;
  readonly verdicts: readonly Verdict[];
  readonly done: Readonly<Record<string, number>>;
  readonly outcome: { readonly problems: readonly string[]; readonly verified: string };
};

function verdictOf({ verdicts }: Summary, name: string): string | undefined {
  return verdicts.find((verdict) => verdict.name === name)?.verdict;
}

Deno.test("deno task soak loads a daemon, judges what it recorded, and draws it", async () => {
  using directory = new TemporaryDirectory();
  const [out, html] = [`${directory.path}/soak.json`, `${directory.path}/soak.html`];
  const executable = Deno.env.get("TAPELINE_EXECUTABLE");
  const words = ["task", "--quiet", "soak", "--minutes", "0.3", "--out", out, "--html", html];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...words, ...(executable === undefined ? [] : ["--executable", executable])],
    cwd: ROOT,
    env: { NO_COLOR: "1", TMPDIR: directory.path },
    stdin: "null",
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  const said = new TextDecoder().decode(stderr);
  // A third of a minute tells nothing of what grows: what it says of correctness must hold.
  ok(code === 0 || code === 1, said);
  const summary = JSON.parse(Deno.readTextFileSync(out)) as Summary;
  deepStrictEqual(summary.outcome.problems, []);
  match(summary.outcome.verified, /whole/);
  for (const name of ["alarms", "gaps in reports, positions that differ", "exit code"]) {
    strictEqual(verdictOf(summary, name), "held", said);
  }
  ok(summary.truth_events > 200 && summary.market_events > 1_000, said);
  const { intents = 0, fills = 0, reloads = 0, slow_ended: slow = 0 } = summary.done;
  ok(intents > 100 && fills > 0 && reloads > 0 && slow > 0, JSON.stringify(summary.done));
  const page = Deno.readTextFileSync(html);
  strictEqual(page.match(/<svg /g)?.length, 8);
  ok(!/NaN|undefined|https?:|<script/.test(page), "self-contained");
  deepStrictEqual([...Deno.readDirSync(directory.path)].map(({ name }) => name).sort(), [
    "soak.html",
    "soak.json",
  ]);
});

Deno.test("deno task soak refuses a time that is none", async () => {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "soak", "--minutes", "soon"],
    cwd: ROOT,
    stdout: "null",
    stderr: "null",
  }).output();
  strictEqual(code, 64);
});
