/**
 * What the Python client computes from a `queue` event against the hot loop in this process, over
 * recorded betting markets: every bit of every answer, through bet delays, suspensions and the turn
 * in play.
 *
 * Proves R-HOT-2 and R-HOT-5 for betting markets.
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { fromQuanta } from "../../core/decimal.ts";
import { HotLoop, type Pfill } from "../../core/hotloop/mod.ts";
import type { Instrument, Side } from "../../core/instrument.ts";
import { px, qty } from "../../core/numbers.ts";
import { SignalEvents } from "../../wire/signal_events.ts";
import { type Need, python3, testWith } from "../support/needs.ts";
import { streamDrafts } from "../support/recorded_stream.ts";
import { CLASSIC } from "../support/runner.ts";
import { sharedData } from "../support/shared_data.ts";
import { sharedLines } from "../support/shared_lines.ts";

/** Recorded markets, and of how many events one is looked at. */
const FILES = [["betfair/1.206064380.bz2", 400], ["betfair/1.241629436.jsonl.gz", 100]] as const;
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DEPTH = 3;
const HORIZONS_MS = [1_000, 5_000, 30_000];
/** Half a tick off the ladder too. */
const OFFSETS = [-3, -1, 0, 1, 2, 3, 7];
const QUANTITIES = [1, 200, 50_000];

type Question = readonly [
  method: "size_ahead" | "match_rate_ema" | "pfill_ttf",
  side: Side,
  price: string,
  qty: string,
  horizonMs: number,
];
type Sample = { readonly request: string; readonly expected: readonly unknown[] };

const files: Need = () => {
  const absent = FILES.map(([name]) => name).filter((name) => sharedData(name) === undefined);
  return absent.length === 0 ? undefined : `needs ${absent.join(", ")}`;
};

function text(quanta: number): string {
  return fromQuanta(quanta, CLASSIC.scale);
}

function pfillText(pfill: Pfill | null): unknown {
  return {
    p: pfill?.p ?? null,
    ttf_ms: pfill?.ttfMs ?? null,
    ahead: pfill?.ahead === null || pfill === null ? null : text(pfill.ahead),
    mu: pfill?.mu ?? null,
    observed_s: pfill?.observedS ?? null,
  };
}

/** Questions around both touches of an instrument, and this process's answers. */
function sampleOf(loop: HotLoop, instrument: Instrument): Sample {
  const [questions, expected]: [Question[], unknown[]] = [[], []];
  for (const side of ["Buy", "Sell"] as const) {
    const touch = loop.best(instrument.id, { side })?.price ?? 200;
    for (const offset of OFFSETS) {
      const price = px(Math.max(101, touch + offset * 2));
      const at = text(price);
      const ahead = loop.sizeAhead(instrument.id, { side, price });
      questions.push(["size_ahead", side, at, "1", 1], ["match_rate_ema", side, at, "1", 1]);
      expected.push(ahead === null ? null : text(ahead));
      expected.push(loop.matchRateEma(instrument.id, { side, price }));
      for (const quantity of QUANTITIES) {
        for (const horizonMs of HORIZONS_MS) {
          const of = { side, price, orderQty: qty(quantity), horizonMs };
          questions.push(["pfill_ttf", side, at, text(quantity), horizonMs]);
          expected.push(pfillText(loop.pfillTtf(instrument.id, of)));
        }
      }
    }
  }
  const queue = new SignalEvents({ hotLoop: loop, emissions: [] }).queue(instrument);
  const payload = JSON.parse(queue.payload(DEPTH));
  const event = { seq_id: 1, event_type: "signal", instrument: instrument.name, payload };
  return { request: JSON.stringify({ event, questions }), expected };
}

function samplesOf(file: string, every: number): readonly Sample[] {
  const loop = new HotLoop();
  const instruments = new Map<number, Instrument>();
  const samples: Sample[] = [];
  let events = 0;
  for (const draft of streamDrafts(sharedLines(file) ?? [])) {
    loop.apply(draft);
    if (draft.eventType === "InstrumentListed") instruments.set(draft.payload.id, draft.payload);
    events += 1;
    const instrument = instruments.get(draft.instrument ?? -1);
    if (instrument === undefined || events % every !== 0) continue;
    samples.push(sampleOf(loop, instrument));
  }
  return samples;
}

async function askPython(samples: readonly Sample[]): Promise<readonly unknown[][][]> {
  const child = new Deno.Command("python3", {
    args: [`${ROOT}tests/support/hot_loop_queues.py`],
    env: { PYTHONPATH: `${ROOT}clients/python`, PYTHONDONTWRITEBYTECODE: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  const input = child.stdin.getWriter();
  await input.write(
    new TextEncoder().encode(samples.map(({ request }) => `${request}\n`).join("")),
  );
  await input.close();
  const { code, stdout, stderr } = await output;
  deepStrictEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

for (const [file, every] of FILES) {
  testWith(
    [files, python3],
    `the Python cache answers as the hot loop does on ${file}`,
    async () => {
      const samples = samplesOf(file, every);
      const answers = await askPython(samples);
      let known = 0;
      let forecasts = 0;
      for (const [at, { request, expected }] of samples.entries()) {
        for (const [n, [isKnown, answer]] of (answers[at] ?? []).entries()) {
          if (isKnown !== true) continue; // it would ask
          known += 1;
          if (((answer as { p?: number } | null)?.p ?? 0) > 0) forecasts += 1;
          deepStrictEqual(answer, expected[n], `${JSON.parse(request).questions[n]}`);
        }
      }
      ok(known > 10_000, `${known} answers`);
      ok(forecasts > 1_000, `${forecasts} forecasts above 0`);
    },
  );
}
