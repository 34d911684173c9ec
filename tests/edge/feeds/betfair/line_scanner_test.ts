/**
 * JSON read by hand, beside `JSON.parse` (R-MODE-2).
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { LineError } from "../../../../edge/feeds/capture_line.ts";
import { ChangeBuffer } from "../../../../edge/feeds/betfair/change_buffer.ts";
import { keyCode, LineScanner, OTHER_KEY } from "../../../../edge/feeds/betfair/line_scanner.ts";
import { MessageScanner, noFields } from "../../../../edge/feeds/betfair/scan_message.ts";
import { Draws } from "../../../support/draws.ts";
import { defined, line } from "../../../support/stream_lines.ts";

function at(text: string): LineScanner {
  const scanner = new LineScanner();
  scanner.open(text);
  return scanner;
}

const numbers = [
  ["0", 0],
  ["1.01", 101],
  ["1000", 100_000],
  ["47.2", 4_720],
  ["0.30000000000000004", 30],
  ["2.675", 268],
  ["2.674999", 267],
  ["-0.5", -50],
  ["-0", 0],
  ["1e3", 100_000],
  ["1.5E-1", 15],
  ["90071992547409", 9_007_199_254_740_900],
] as const;
for (const [text, expected] of numbers) {
  Deno.test(`hundredths() reads ${text} as ${expected}`, () => {
    strictEqual(at(text).hundredths(), expected);
    strictEqual(at(` \t${text},`).hundredths(), expected);
  });
}

for (const text of ["", "x", "-", ".5", "1.", '"NaN"', "900719925474100", "1e400", "1e"]) {
  Deno.test(`hundredths() refuses ${JSON.stringify(text)}`, () => {
    throws(() => at(text).hundredths(), LineError);
  });
}

Deno.test("hundredths() and levels() read any price and size that JSON.parse reads", () => {
  const draws = new Draws(7);
  const target = new Float64Array(4);
  for (let round = 0; round < 20_000; round++) {
    const [price, size] = [draws.below(100_001), draws.below(1_000_000_000)];
    const texts = [price, size].map((quanta) => String(quanta / 100));
    strictEqual(at(texts[1] ?? "").hundredths(), size);
    const scanner = at(`[${texts.join(",")}]]`);
    strictEqual(scanner.levels(target, { from: 1, width: 2 }), 2);
    deepStrictEqual([...target.subarray(1, 3)], [price, size]);
  }
});

Deno.test("levels() leaves to its caller what is written in another way", () => {
  const target = new Float64Array(8);
  const others = ["[ 1,2]", "[1, 2]", "[1e1,2]", "[1,2,3]", "[-1,2]", "[1.005,2]", "[1]", "[]"];
  for (const text of others) strictEqual(at(text).levels(target, { from: 0, width: 2 }), 0, text);
  for (const text of ["[0.5,2,3]", "[1000,2,3]", "[1,2]"]) {
    strictEqual(at(text).levels(target, { from: 0, width: 3 }), 0, text);
  }
  const mixed = at("[1,2],[3,4],[5, 6]");
  strictEqual(mixed.levels(target, { from: 0, width: 2 }), 4);
  ok(mixed.nextInList());
  strictEqual(mixed.levels(target, { from: 4, width: 2 }), 0);
});

Deno.test("whole() reads up to 15 digits, wholeOrQuoted() also in quotes", () => {
  strictEqual(at("1667711593760}").whole(), 1_667_711_593_760);
  strictEqual(at("-12").whole(), -12);
  strictEqual(at('"19248890"').wholeOrQuoted(), 19_248_890);
  for (const text of ["1234567890123456", "", "x"]) throws(() => at(text).whole(), LineError);
  throws(() => at('"1').wholeOrQuoted(), LineError);
});

Deno.test("key() knows short keys by their code and gives others as text", () => {
  const keys: readonly (readonly [string, number])[] = [
    ["id", keyCode("id")],
    ["atb", keyCode("atb")],
    ["batb", keyCode("batb")],
    ["marketDefinition", OTHER_KEY],
    ["", OTHER_KEY],
    ["é", OTHER_KEY],
    ['a\\"b', OTHER_KEY],
  ];
  for (const [key, code] of keys) {
    const scanner = at(`{ "${key}" : 1}`);
    ok(scanner.firstInMap());
    strictEqual(scanner.key(), code, key);
    if (code === OTHER_KEY && key !== "") strictEqual(scanner.keyText, key);
    strictEqual(scanner.whole(), 1);
    ok(!scanner.nextInMap());
    scanner.close();
  }
});

Deno.test("skip() passes over any value and stands behind it", () => {
  const values = ['"a\\"b\\\\"', "[]", "{}", '[1,{"a":[null,true,"]"]}]', "-1.5e3", "null", '"é√"'];
  for (const value of values) {
    const scanner = at(`[${value}, 7]`);
    ok(scanner.firstInList());
    scanner.skip();
    ok(scanner.nextInList());
    strictEqual(scanner.whole(), 7);
  }
  for (const levels of ["[]", "[[0,1,2]]", "[[0,1,2],[1,3,4]]", "[ [0,1,2] ]", "null"]) {
    const scanner = at(`[${levels},7]`);
    ok(scanner.firstInList());
    scanner.skipLevels();
    ok(scanner.nextInList());
    strictEqual(scanner.whole(), 7);
  }
  for (const text of ["", "]", '"a', "[1", '{"a"}', "[".repeat(40)]) {
    throws(() => at(text).skip(), LineError, text);
  }
});

Deno.test("MessageScanner reads a damaged line as JSON.parse does, or refuses it", () => {
  const draws = new Draws(11);
  const rc = [
    { id: 1, atb: [[1.01, 47.23], [2, 0]], trd: [[3.5, 1]], ltp: 3.5, spn: "NaN" },
    { id: 2, hc: -1.5, batb: [[0, 2, 3], [1, 0, 0]], atl: [] },
  ];
  const marketDefinition = defined([[1, "ACTIVE"]], { name: "Müller √" });
  const whole = line({ rc, marketDefinition, img: false }, { id: 3, ct: null, clk: 'A"\\' });
  const buffer = new ChangeBuffer();
  const scanner = new MessageScanner({ scanner: new LineScanner(), buffer, fields: noFields() });
  const alphabet = '{}[],:"0.e-tn \\';
  let read = 0;
  for (let round = 0; round < 20_000; round++) {
    const place = draws.below(whole.length);
    const char = alphabet[draws.below(alphabet.length)] ?? "";
    const cut = draws.below(2);
    const text = whole.slice(0, place) + char + whole.slice(place + cut);
    buffer.clear();
    try {
      const head = scanner.read(text);
      const parsed = parsedOrUndefined(text);
      if (parsed === undefined) continue; // laxer in what it skips
      read++;
      strictEqual(head.publishedMs, parsed["pt"], text);
      const markets = (parsed["mc"] ?? []) as readonly { readonly rc?: readonly unknown[] }[];
      strictEqual(buffer.marketCount, markets.length, text);
      strictEqual(buffer.runnerCount, markets.flatMap((market) => market.rc ?? []).length, text);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
    }
  }
  ok(read > 1_000, `${read} damaged lines could be read`);
});

function parsedOrUndefined(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined; // no JSON
  }
}
