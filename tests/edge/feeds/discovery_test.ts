/**
 * Numbers of instruments that feeds list themselves (R-MODE-2).
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { instrumentId, venueId } from "../../../core/numbers.ts";
import { discovererOf, type Discovery, sharedNumbers } from "../../../edge/feeds/discovery.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

function discovery(numbers: SharedArrayBuffer, venue: number): Discovery {
  const name = `v${venue}`;
  return { numbers, venue: { id: venueId(venue), name }, currency: "GBP", known: [] };
}

function unexpected(text: string): void {
  throw new Error(text);
}

Deno.test("discovererOf() gives each symbol one number, and no number twice across feeds", () => {
  const numbers = sharedNumbers(5);
  const [first, second] = [0, 1].map((venue) =>
    discovererOf(discovery(numbers, venue), unexpected)
  );
  const found = [first?.("a"), second?.("a"), first?.("b"), first?.("a")];
  deepStrictEqual(found.map((instrument) => instrument?.id), [5, 6, 7, 5]);
  deepStrictEqual(found.map((instrument) => instrument?.name), ["v0:a", "v1:a", "v0:b", "v0:a"]);
});

Deno.test("discovererOf() keeps what was listed before", () => {
  const known = spotInstrument();
  const of = { ...discovery(sharedNumbers(9), 0), known: [known] };
  const discover = discovererOf(structuredClone({ ...of, numbers: of.numbers }), unexpected);
  strictEqual(discover(known.symbol).id, known.id);
  strictEqual(discover("other").id, 9);
});

Deno.test("discovererOf() tells once of a betting market that is in the journal from before", () => {
  const known = ["1.5.7", "1.5.8"].map((symbol, id) => ({
    ...spotInstrument(),
    id: instrumentId(id),
    name: `v0:${symbol}`,
    symbol,
    assetClass: "betting" as const,
  }));
  const problems: string[] = [];
  const of = { ...discovery(sharedNumbers(2), 0), known };
  const discover = discovererOf(of, (text) => problems.push(text));
  for (const symbol of ["1.6.7", "1.5.8", "1.5.7", "1.6.7"]) discover(symbol);
  strictEqual(problems.length, 1);
  match(
    problems[0] ?? "",
    /^v0:1\.5\.8 is in the journal from before this start: .*new state directory$/,
  );
});
