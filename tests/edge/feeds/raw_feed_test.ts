/**
 * Raw lines of a client through the reader of a format.
 * Proves R-HOT-5 (raw lines).
 * @module
 */
import { deepStrictEqual, match } from "node:assert/strict";
import { micros } from "../../../core/numbers.ts";
import { openFormat } from "../../../edge/feeds/capture_formats.ts";
import { RawFeed } from "../../../edge/feeds/raw_feed.ts";
import { instrument } from "../../support/fake_backend.ts";

const BTC = instrument(0, "BTC/USDT");
const TS = micros(1_700_000_000_000_000);

function feed(): RawFeed {
  return new RawFeed({ format: "binance", instruments: [BTC], open: openFormat });
}

const TRADE = JSON.stringify({
  e: "trade",
  E: 1_700_000_000_500,
  T: 1_700_000_000_499,
  s: "BTCUSDT",
  t: 5,
  p: "100.10",
  q: "0.5",
  m: true,
});

Deno.test("RawFeed.read() turns a line as the venue sent it into events", () => {
  const outcome = feed().read(TRADE, TS);
  if (!outcome.ok) throw new Error(outcome.problem);
  deepStrictEqual(outcome.drafts.map(({ eventType, instrument }) => [eventType, instrument]), [
    ["TradePrinted", BTC.id],
  ]);
});

Deno.test("RawFeed.read() says what is wrong with a line, and goes on with the next", () => {
  const raw = feed();
  const outcome = raw.read("{", TS);
  match(outcome.ok ? "" : outcome.problem, /^payload: Cannot read/);
  deepStrictEqual(raw.read(TRADE, TS).ok && "read", "read");
});
