/**
 * Lines of a recording read and applied to the hot loop, beside `JSON.parse` alone on the same
 * lines: lines per second, and the time of single lines.
 *
 *   lines.ts PASSES
 *
 * The two are timed in turns, each pass whole. Prints one JSON object.
 * @module
 */
import { HotLoop } from "../../core/hotloop/mod.ts";
import { openReader } from "../../edge/feeds/betfair/reader.ts";
import { Distribution } from "../core/distribution.ts";
import { recording } from "./recording.ts";

const US_PER_MS = 1_000;

/** Reads a line and applies what it says. */
class Applier {
  readonly loop = new HotLoop();
  readonly #reader = openReader({ instruments: [], problem: () => {} });

  apply(line: string): void {
    for (const draft of this.#reader.read(line, "recording")) this.loop.apply(draft);
  }
}

/** Seconds of a pass. */
function timed(work: () => void): number {
  const begun = performance.now();
  work();
  return (performance.now() - begun) / 1_000;
}

function parseAll(lines: readonly string[]): number {
  let sum = 0;
  for (const line of lines) sum += (JSON.parse(line) as { readonly pt: number }).pt;
  return sum;
}

function eachLine(lines: readonly string[], work: (line: string) => void): Distribution {
  const times = new Distribution();
  for (const line of lines) {
    const begun = performance.now();
    work(line);
    times.add((performance.now() - begun) * US_PER_MS);
  }
  return times;
}

const [passes = "30"] = Deno.args;
const { name, lines } = recording();
let [applied, parsed] = [Infinity, Infinity];
for (let pass = 0; pass < Number(passes); pass++) {
  parsed = Math.min(parsed, timed(() => void parseAll(lines)));
  const applier = new Applier();
  applied = Math.min(applied, timed(() => lines.forEach((line) => applier.apply(line))));
}
const applier = new Applier();
const applyTimes = eachLine(lines, (line) => applier.apply(line)).summary();
const parseTimes = eachLine(lines, (line) => void JSON.parse(line)).summary();
const result = {
  recording: name,
  lines: lines.length,
  events: applier.loop.counters()["events"],
  applied_per_second: Math.round(lines.length / applied),
  parsed_per_second: Math.round(lines.length / parsed),
  ratio: parsed / applied,
  apply: applyTimes,
  parse: parseTimes,
};
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(result) + "\n"));
