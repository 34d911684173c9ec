/**
 * Instruments by number, also where a refused listing left a gap (R-CORE-1).
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { instrumentAt } from "../../core/instrument.ts";
import { instrumentId } from "../../core/numbers.ts";
import { spotInstrument } from "../support/spot_instrument.ts";

const first = { ...spotInstrument(), id: instrumentId(0) };
const third = { ...spotInstrument(), id: instrumentId(2) };

Deno.test("instrumentAt() finds an instrument by its number, not by its place", () => {
  strictEqual(instrumentAt([first, third], instrumentId(0)), first);
  strictEqual(instrumentAt([first, third], instrumentId(2)), third);
  strictEqual(instrumentAt([first, third], instrumentId(1)), undefined);
});
