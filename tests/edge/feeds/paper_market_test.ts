/**
 * Generated and recorded markets through the simulated venue: worth quoting against, and paper
 * trading on a real capture (R-MODE-1, R-VENUE-6, R-CORE-8).
 * @module
 */
import { deepStrictEqual, fail, ok, strictEqual } from "node:assert/strict";
import { micros } from "../../../core/numbers.ts";
import { openReader } from "../../../edge/feeds/binance_capture.ts";
import { MarketGenerator } from "../../../edge/feeds/generator.ts";
import { LineReader } from "../../../edge/feeds/line_reader.ts";
import { fileOf } from "../../support/read_only_disk.ts";
import { sharedData } from "../../support/shared_data.ts";
import { INSTRUMENT } from "../../support/simulated_venue.ts";
import { Quoter } from "../../support/quoter.ts";

const USDM = "crypto/hftbacktest/usdm_btcusdt_20240808.gz";

for (const seed of [1, 2, 3]) {
  Deno.test(`a maker at the best prices of a generated market is filled on both sides and earns: seed ${seed}`, () => {
    const startUs = micros(1_700_000_000_000_000);
    const generator = new MarketGenerator({
      instrument: INSTRUMENT,
      seed,
      startPrice: undefined,
      startUs,
    });
    const quoter = new Quoter();
    for (const draft of generator.next(micros(startUs + 1_800_000_000))) quoter.feed(draft);
    ok(quoter.bought > 1000 && quoter.sold > 1000, `${quoter.bought} and ${quoter.sold} quanta`);
    ok(quoter.profit() > 0n, `profit ${quoter.profit()}`);
  });
}

/** Plays the whole capture; with `cutAt`, the simulator goes through a checkpoint there. */
function tradeCapture(cutAt: number): Quoter {
  const quoter = new Quoter();
  const problem = (text: string): never => fail(text);
  const capture = openReader({ instruments: [INSTRUMENT], problem });
  const lines = new LineReader(fileOf(Deno.readFileSync(sharedData(USDM) ?? "")));
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    if (lines.lineNumber === cutAt) quoter.roundTrip();
    for (const draft of capture.read(line, `${lines.lineNumber}`)) quoter.feed(draft);
  }
  return quoter;
}

const isThere = sharedData(USDM) !== undefined;
Deno.test({
  name: `paper trading on a USD-M capture fills both sides, the same through a checkpoint${
    isThere ? "" : ` [skipped: needs ${USDM}]`
  }`,
  ignore: !isThere,
  fn(): void {
    const whole = tradeCapture(0);
    ok(whole.bought > 100 && whole.sold > 100, `${whole.bought} and ${whole.sold} quanta`);
    const cut = tradeCapture(47_000);
    strictEqual(cut.said.length, whole.said.length);
    deepStrictEqual(cut.said, whole.said);
  },
});
