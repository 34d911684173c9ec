/**
 * The settings of the hot loop in a configuration: read as they are written, refused at their place.
 *
 * Proves R-OPS-2: checked with exact file, line and path in each error.
 * @module
 */
import { deepStrictEqual, match } from "node:assert/strict";
import { readerFor } from "../support/configuration_text.ts";

const { read, problemsOf } = readerFor({
  adapters: new Map(),
  captureFormats: [],
  fileExists: () => true,
});

const VENUES = `venues:
  - name: paper
    exchange: paper
    instruments:
      - { symbol: A/B, base: A, quote: B, price: { quantum: 1 }, quantity: { quantum: 1 } }
`;

Deno.test("parseConfiguration() gives the settings of the hot loop as they are written", () => {
  const rows = '  instruments: { "paper:A/B": { min_obs_s: 2 }, "paper:*": { signals: false } }';
  const { hotloop } = read(`hotloop:\n  half_life_s: 10\n${rows}\n${VENUES}`);
  deepStrictEqual(hotloop, {
    half_life_s: 10,
    instruments: { "paper:A/B": { min_obs_s: 2 }, "paper:*": { signals: false } },
  });
  deepStrictEqual(read(VENUES).hotloop, {});
});

Deno.test("parseConfiguration() says where settings of the hot loop are wrong", () => {
  const text = `hotloop:
  half_life_s: 0
  halflife: 3
  instruments:
    "paper:A.B":
      queue_model: best
      sweep_sniffer: { on: 1 }
${VENUES}`;
  deepStrictEqual(problemsOf(text), [
    "c.yaml:2:16: hotloop.half_life_s: must be a number 0.1 to 86400: was 0",
    "c.yaml:3:3: hotloop.halflife: must be a known key (signals, half_life_s, cancel_weight, " +
    "min_obs_s, max_ttf_ms, latency_ms, queue_model, trade_counts, sweep_sniffer, " +
    "big_move_trigger, rf_seen_recently, trend_lens, instruments): was halflife",
    "c.yaml:6:20: hotloop.instruments.paper:A.B.queue_model: must be one of prob, riskaverse, " +
    "flumine: was best",
    "c.yaml:7:28: hotloop.instruments.paper:A.B.sweep_sniffer.on: must be true or false: was 1",
  ]);
  match(problemsOf(`hotloop: 3\n${VENUES}`)[0] ?? "", /hotloop: must be a map/);
});
