/**
 * `deno task soak [--minutes N] [--executable FILE] [--out FILE.json] [--html FILE.html]`: an hour
 * of load with a trading day's events in it, or a part of one, and a verdict on what must stay
 * flat. Exits 1 if anything is broken, 64 if the command line is wrong.
 * @module
 */
import { parseArgs } from "node:util";
import { say } from "../../bench/harness.ts";
import { holds, judge, type Verdict } from "./judge.ts";
import { soakPage } from "./page.ts";
import { soak } from "./soak.ts";
import { summaryOf } from "./summary.ts";

type Options = {
  readonly minutes: string;
  readonly executable?: string | undefined;
  readonly out?: string | undefined;
  readonly html?: string | undefined;
};

const MINUTES_MAX = 60 * 24 * 7;

async function main(): Promise<number> {
  let values;
  try {
    values = optionsOf(Deno.args);
    // What cannot be written is said now, not when an hour has been measured.
    for (const path of [values.out, values.html]) {
      if (path !== undefined) Deno.writeTextFileSync(path, "");
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    say(`Cannot soak: the command line must be right: was ${error.message}`);
    return 64;
  }
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= MINUTES_MAX)) {
    say(`Cannot soak: --minutes must be above 0 and at most ${MINUTES_MAX}: was ${values.minutes}`);
    return 64;
  }
  const result = await soak({ minutes, executable: values.executable });
  const verdicts = judge(result.recording);
  for (const verdict of verdicts) say(lineOf(verdict));
  const summary = summaryOf(result, verdicts);
  const text = `${JSON.stringify(summary, undefined, 2)}\n`;
  if (values.out === undefined) Deno.stdout.writeSync(new TextEncoder().encode(text));
  else Deno.writeTextFileSync(values.out, text);
  if (values.html !== undefined) {
    Deno.writeTextFileSync(values.html, soakPage(result.recording, verdicts));
  }
  return holds(verdicts) ? 0 : 1;
}

/** @throws {TypeError} If an option is unknown, or lacks its value. */
function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: "string", default: "60" },
      executable: { type: "string" },
      out: { type: "string" },
      html: { type: "string" },
    },
  });
  return values;
}

function lineOf({ verdict, name, value, bound, unit, detail }: Verdict): string {
  return `${verdict.padEnd(10)}  ${name}: ${value} (at most ${bound}) ${unit}; ${detail}`;
}

Deno.exit(await main());
