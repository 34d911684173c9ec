/**
 * Proves `feed calibrate` below the command line (R-HOT-2): a recorded file gives figures, a table, a
 * JSON map and a page that stands alone.
 * @module
 */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual, throws } from "node:assert/strict";
import type { Event } from "../../../core/event.ts";
import { DEFAULT_SETTINGS } from "../../../core/hotloop/mod.ts";
import { seqId } from "../../../core/numbers.ts";
import {
  calibrate,
  CALIBRATION_DEFAULTS,
  calibrationJson,
  type CalibrationReport,
  calibrationRows,
  decimals,
  horizonText,
  percent,
} from "../../../edge/calibration/calibrate.ts";
import { calibrationPage } from "../../../edge/calibration/calibration_page.ts";
import { fileDrafts } from "../../../edge/calibration/file_drafts.ts";
import { denoDisk } from "../../../edge/deno_disk.ts";
import { encodeEventLine } from "../../../edge/journal/event_lines.ts";
import { diskOf } from "../../support/read_only_disk.ts";
import { sharedData } from "../../support/shared_data.ts";

const PATH = sharedData("betfair/1.197931750.jsonl.gz");

function measured(files: readonly string[]): CalibrationReport {
  const read = {
    disk: denoDisk(),
    files,
    format: "betfair",
    problem: unwanted,
    progress: () => {},
    broken: unwantedEnd,
  };
  const options = { files, settings: DEFAULT_SETTINGS, ...CALIBRATION_DEFAULTS, orderQty: "2" };
  return calibrate(fileDrafts(read), options);
}

function unwanted(text: string): never {
  throw new Error(text);
}

Deno.test({
  name: "calibrate() gives figures of a recorded file, the same each time",
  ignore: PATH === undefined,
  fn: () => {
    const report = measured([PATH ?? ""]);
    strictEqual(report.result.instruments, 6);
    deepStrictEqual(measured([PATH ?? ""]), report);
    const json = JSON.parse(JSON.stringify(calibrationJson(report)));
    strictEqual(json.horizons.length, 5);
    strictEqual(json.orders_placed, report.result.ordersPlaced);
    strictEqual(calibrationRows(report).length, 6);
  },
});

Deno.test({
  name: "calibrationPage() is whole by itself: no script, nothing fetched, a picture each horizon",
  ignore: PATH === undefined,
  fn: () => {
    const page = calibrationPage(measured([PATH ?? ""]));
    doesNotMatch(page, /<script|https?:|src=|@import|url\(/);
    strictEqual(page.match(/<svg /g)?.length, 5);
    ok((page.match(/<circle /g)?.length ?? 0) > 10);
    match(page, /<\/html>\n$/);
    doesNotMatch(page, /NaN|undefined|null/);
  },
});

function unwantedEnd(): never {
  throw new Error("The files could not be read to their end");
}

/** The recording as the daemon would have journaled it. */
function journalOf(path: string): Uint8Array {
  const read = {
    disk: denoDisk(),
    files: [path],
    format: "betfair",
    problem: unwanted,
    progress: () => {},
    broken: unwantedEnd,
  };
  let text = '{"segment":{"format":1}}\n';
  let seq = 0;
  for (const draft of fileDrafts(read)) {
    const event = { ...draft, seqId: seqId(++seq), ingestTime: draft.eventTime } as Event;
    text += encodeEventLine(event);
  }
  return new TextEncoder().encode(text);
}

Deno.test({
  name: "calibrate() gives the same figures of a journal as of what was journaled",
  ignore: PATH === undefined,
  fn: () => {
    const read = {
      disk: diskOf(new Map([["1.log", journalOf(PATH ?? "")]])),
      files: ["1.log"],
      format: "journal",
      problem: unwanted,
      progress: () => {},
      broken: unwantedEnd,
    };
    const options = {
      files: [],
      settings: DEFAULT_SETTINGS,
      ...CALIBRATION_DEFAULTS,
      orderQty: "2",
    };
    deepStrictEqual(calibrate(fileDrafts(read), options).result, measured([PATH ?? ""]).result);
  },
});

const NOTHING: CalibrationReport = {
  files: ['<a>&"b"'],
  everyMs: 5_000,
  result: {
    instruments: 0,
    ordersPlaced: 0,
    ordersLapsed: 0,
    ordersFilled: 0,
    horizons: [{
      horizonMs: 500,
      samples: 0,
      baseRate: null,
      brier: null,
      skill: null,
      skillError: null,
      exponentialSkill: null,
      bins: [{ from: 0, to: 1, count: 0, meanP: null, meanOutcome: null }],
    }],
  },
};

Deno.test("calibrationPage() shows dashes for what is not known, and file names as text", () => {
  const page = calibrationPage(NOTHING);
  match(page, /&lt;a>&amp;&quot;b&quot;/);
  match(page, /<td>500 ms<\/td><td>0<\/td><td>–<\/td>/);
  doesNotMatch(page, /NaN|undefined|null/);
});

Deno.test("fileDrafts() says that files could not be read to their end", () => {
  const whole = new TextEncoder().encode('{"segment":{"format":1}}\n');
  for (const [files, ends] of [[["1.log"], 0], [["1.log", "gone.log"], 1]] as const) {
    const said: string[] = [];
    let broken = 0;
    const drafts = fileDrafts({
      disk: diskOf(new Map([["1.log", whole]])),
      files,
      format: "journal",
      problem: (text) => said.push(text),
      progress: () => {},
      broken: () => broken++,
    });
    deepStrictEqual([...drafts], []);
    strictEqual(broken, ends);
    strictEqual(said.length, ends);
  }
});

Deno.test("fileDrafts() refuses a format whose files do not list their instruments", () => {
  const options = {
    disk: denoDisk(),
    files: [],
    problem: unwanted,
    progress: () => {},
    broken: unwantedEnd,
  };
  throws(() => fileDrafts({ ...options, format: "csv" }).next(), {
    name: "RangeError",
    message: /must be one whose files list instruments \(betfair, journal\): was csv/,
  });
});

Deno.test("figures are written as people read them", () => {
  strictEqual(horizonText(250), "250 ms");
  strictEqual(horizonText(30_000), "30 s");
  strictEqual(percent(0.1234), "12.3 %");
  strictEqual(decimals(null, 3), "–");
});
