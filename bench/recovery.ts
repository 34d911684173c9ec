/**
 * How long recovery takes beside decoding and parsing the same bytes: `recovery.ts STATE_DIRECTORY`.
 *
 * Both are taken in this process, in turns, and the medians printed as one JSON object.
 * @module
 */
import { createTimeline } from "../core/mod.ts";
import { denoDisk } from "../edge/deno_disk.ts";
import { journalStat } from "../edge/journal/inspect.ts";
import { recover, replayInto } from "../edge/journal/mod.ts";
import { NO_POISON } from "../edge/poison.ts";
import { writeReport } from "../wire/encode_report.ts";
import { median } from "./measure.ts";

const TURNS = 3;
const [stateDirectory = ""] = Deno.args;
const disk = denoDisk();

function timed(task: () => void): number {
  const start = performance.now();
  task();
  return (performance.now() - start) / 1000;
}

function recoverOnce(): void {
  const timeline = createTimeline();
  const recovery = recover({
    disk,
    randomness: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    log: { write: () => {} },
    stateDirectory,
    engineVersion: undefined,
    from: "zero",
  });
  replayInto(recovery, { timeline, writeReport }, NO_POISON);
}

/** Every line of every segment, read, decoded and parsed; nothing else. */
function parseOnce(): void {
  const decoder = new TextDecoder();
  for (const name of disk.list(`${stateDirectory}/journal`)) {
    if (!name.endsWith(".log")) continue;
    const bytes = Deno.readFileSync(`${stateDirectory}/journal/${name}`);
    const end = bytes.indexOf(0); // space taken ahead is zero
    for (const line of decoder.decode(end < 0 ? bytes : bytes.subarray(0, end)).split("\n")) {
      if (line !== "") JSON.parse(line);
    }
  }
}

const recoveries: number[] = [];
const parses: number[] = [];
for (let turn = 0; turn < TURNS; turn++) {
  parses.push(timed(parseOnce));
  recoveries.push(timed(recoverOnce));
}
const stat = journalStat(disk, stateDirectory);
Deno.stdout.writeSync(
  new TextEncoder().encode(JSON.stringify({
    seconds: median(recoveries),
    parse_seconds: median(parses),
    events: stat.events,
    bytes: stat.truth_bytes + stat.market_bytes,
    truth_bytes_per_event: stat.truth_bytes_per_event,
  })),
);
