/**
 * Names of orders at their venues, by the thousand and where an index cannot tell them apart. What
 * becomes of them with their orders is in `tests/core/blotter_test.ts`. Proves a part of R-CORE-4: a
 * report is of the order that its venue named.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { instrumentId, orderId, venueId } from "../../../core/numbers.ts";
import { VenueNames } from "../../../core/slots/venue_names.ts";
import { colliding } from "../../support/colliding_texts.ts";
import { heldBytes } from "../../support/held_bytes.ts";

const VENUE = venueId(0);
const INSTRUMENT = instrumentId(1);

function opened(): VenueNames {
  const names = new VenueNames();
  names.open(VENUE);
  return names;
}

Deno.test("VenueNames.find() tells names apart that have one hash", () => {
  const names = opened();
  const all = colliding(20, Math.imul(INSTRUMENT + 1, 0x9e3779b1));
  const of = (at: number) => ({
    instrument: INSTRUMENT,
    name: all[at] ?? "",
    order: orderId(at + 1),
  });
  for (const at of all.keys()) names.add(VENUE, of(at));
  for (const at of all.keys()) strictEqual(names.find(of(at)), at + 1);
  for (const at of all.keys()) if (at % 2 === 0) names.delete(of(at));
  for (const at of all.keys()) strictEqual(names.find(of(at)), at % 2 === 0 ? undefined : at + 1);
});

Deno.test("VenueNames.delete() changes nothing if the order does not have the name", () => {
  const names = opened();
  const known = { instrument: INSTRUMENT, name: "V", order: orderId(1) };
  names.add(VENUE, known);
  names.delete({ ...known, order: orderId(2) });
  names.delete({ ...known, name: "W" });
  names.delete({ ...known, instrument: instrumentId(2) });
  strictEqual(names.find(known), 1);
});

Deno.test("VenueNames keep thousands apart, over many pages, and in the same room again", () => {
  const names = opened();
  const of = (at: number) => ({
    instrument: instrumentId(at % 3),
    name: `V${Math.floor(at / 3)}`,
    order: orderId(at + 1),
  });
  const pass = (): void => {
    for (let at = 0; at < 6000; at += 1) names.add(VENUE, of(at));
    for (let at = 0; at < 6000; at += 1) strictEqual(names.find(of(at)), at + 1);
    for (let at = 0; at < 6000; at += 1) {
      names.delete(of(at));
      strictEqual(names.find(of(at)), undefined);
    }
  };
  pass();
  const before = heldBytes("external");
  for (let again = 0; again < 10; again += 1) pass();
  const grown = heldBytes("external") - before;
  ok(grown < 500_000, `${grown} bytes, which would be 8 for each name`);
  strictEqual(names.find(of(0)), undefined);
});
