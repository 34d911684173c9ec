/**
 * Numbers of instruments that feeds list themselves (R-MODE-2).
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { venueId } from "../../../core/numbers.ts";
import { discovererOf, type Discovery, sharedNumbers } from "../../../edge/feeds/discovery.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

function discovery(numbers: SharedArrayBuffer, venue: number): Discovery {
  const name = `v${venue}`;
  return { numbers, venue: { id: venueId(venue), name }, currency: "GBP", known: [] };
}

Deno.test("discovererOf() gives each symbol one number, and no number twice across feeds", () => {
  const numbers = sharedNumbers(5);
  const [first, second] = [0, 1].map((venue) => discovererOf(discovery(numbers, venue)));
  const found = [first?.("a"), second?.("a"), first?.("b"), first?.("a")];
  deepStrictEqual(found.map((instrument) => instrument?.id), [5, 6, 7, 5]);
  deepStrictEqual(found.map((instrument) => instrument?.name), ["v0:a", "v1:a", "v0:b", "v0:a"]);
});

Deno.test("discovererOf() keeps what was listed before", () => {
  const known = spotInstrument();
  const of = { ...discovery(sharedNumbers(9), 0), known: [known] };
  const discover = discovererOf(structuredClone({ ...of, numbers: of.numbers }));
  strictEqual(discover(known.symbol).id, known.id);
  strictEqual(discover("other").id, 9);
});
