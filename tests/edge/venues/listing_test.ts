/**
 * What a venue lists of an instrument. Proves R-VENUE-1 in part: quanta are configured, rules are
 * the venue's, and what does not fit is a sentence that says what to write.
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { listingProblem, type VenueRules, withVenueRules } from "../../../edge/venues/listing.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

const RULES: VenueRules = {
  tickSize: "0.05000000",
  stepSize: "0.00100000",
  minQty: "0.00250000",
  maxQty: "9.9995",
  minNotional: "5.00",
  status: "open",
};

/** Price quantum 0.01, quantity quantum 0.0001. */
const CONFIGURED = spotInstrument();

function listed(changes: Partial<VenueRules>): ReturnType<typeof withVenueRules> {
  return withVenueRules(CONFIGURED, { ...RULES, ...changes });
}

Deno.test("withVenueRules() counts the venue's decimals in the configured quanta", () => {
  const listing = listed({ capabilities: { postOnly: true } });
  if (!listing.ok) throw new Error(listing.reason);
  const { priceRule, qtyRule, minNotional, capabilities, ...rest } = listing.instrument;
  deepStrictEqual(priceRule, { scale: 2, ticks: [{ fromQuanta: 5, stepQuanta: 5 }] });
  deepStrictEqual(qtyRule, { scale: 4, stepQuanta: 10, minQuanta: 30, maxQuanta: 99_990 });
  deepStrictEqual([minNotional, capabilities], ["5", { postOnly: true }]);
  strictEqual(rest.name, CONFIGURED.name);
  strictEqual(listingProblem(listing.instrument, [CONFIGURED]), undefined);
});

const QUANTITIES: readonly (readonly [string, Partial<VenueRules>, number, number | null])[] = [
  ["a minimum of none is the step", { minQty: null }, 10, 99_990],
  ["a minimum finer than the quantum is moved up", { minQty: "0.00000001" }, 10, 99_990],
  ["no maximum is none", { maxQty: null }, 30, null],
  ["a maximum below the minimum is the minimum", { maxQty: "0.001" }, 30, 30],
  [
    "a maximum beyond all counting is the largest count",
    { maxQty: "9000000000000000.5" },
    30,
    9_007_199_254_740_990,
  ],
];
for (const [what, rules, least, most] of QUANTITIES) {
  Deno.test(`withVenueRules() keeps quantities on the venue's step: ${what}`, () => {
    const listing = listed(rules);
    if (!listing.ok) throw new Error(listing.reason);
    const { minQuanta, maxQuanta } = listing.instrument.qtyRule;
    deepStrictEqual([minQuanta, maxQuanta], [least, most]);
  });
}

const REFUSED: readonly (readonly [string, Partial<VenueRules>, RegExp])[] = [
  [
    "a finer tick",
    { tickSize: "0.00500" },
    /^paper:BTC\/USDT: price\.quantum must divide the venue's step, which is 0\.00500; write price: \{ quantum: "0\.001" \}$/,
  ],
  [
    "a finer step",
    { stepSize: "0.00001" },
    /quantity\.quantum must divide .*; write quantity: \{ quantum: "0\.00001" \}$/,
  ],
  [
    "a tick of 0",
    { tickSize: "0.00" },
    /price\.quantum must divide the venue's step, which is 0\.00$/,
  ],
  ["a tick that is no decimal", { tickSize: "1e-2" }, /which is 1e-2$/],
  ["a minimum that is no decimal", { minQty: "some" }, /cannot read its limits/],
  ["a notional that is no decimal", { minNotional: "" }, /cannot read its limits/],
];
for (const [what, rules, expected] of REFUSED) {
  Deno.test(`withVenueRules() says what to write for ${what}`, () => {
    const listing = listed(rules);
    match(listing.ok ? "it was taken" : listing.reason, expected);
  });
}

Deno.test("withVenueRules() takes a whole step for a quantum of 1 and asks for no finer one", () => {
  const coarse = spotInstrument({ qtyRule: { ...CONFIGURED.qtyRule, scale: 0 } });
  const listing = withVenueRules(coarse, { ...RULES, stepSize: "1.00", minQty: "1", maxQty: "5" });
  deepStrictEqual(listing.ok && listing.instrument.qtyRule, {
    scale: 0,
    stepQuanta: 1,
    minQuanta: 1,
    maxQuanta: 5,
  });
});

const WRONG: readonly (readonly [string, unknown, RegExp])[] = [
  ["nothing", null, /^listing must be a map/],
  [
    "another's instrument",
    { id: 9 },
    /^listing\.id must be the number of an instrument of this venue: was 9/,
  ],
  ["other names", { symbol: "X" }, /^listing\.symbol must be what is configured, "BTC\/USDT"/],
  ["another venue", { venue: 3 }, /^listing\.venue must be what is configured, 0: was 3/],
  ["another class", { assetClass: "linear" }, /^listing\.assetClass must be what is configured/],
  [
    "other quanta",
    { qtyRule: { ...CONFIGURED.qtyRule, scale: 5 } },
    /^listing must keep the configured quanta/,
  ],
  ["no ticks", { priceRule: { scale: 2, ticks: [] } }, /ticks must be rows that ascend/],
  [
    "ticks that fall",
    {
      priceRule: {
        scale: 2,
        ticks: [{ fromQuanta: 5, stepQuanta: 1 }, { fromQuanta: 5, stepQuanta: 1 }],
      },
    },
    /^listing\.priceRule\.ticks must be rows that ascend/,
  ],
  ["a state that is none", { status: "halted" }, /^listing\.status must be open or suspended/],
  ["a notional of 0", { minNotional: "0" }, /^listing\.minNotional must be a decimal above 0/],
  [
    "a capability that is none",
    { capabilities: { speed: 1 } },
    /capabilities\.speed must be absent/,
  ],
  [
    "a capability of another type",
    { capabilities: { postOnly: 1 } },
    /postOnly must be true or false/,
  ],
  ["a key of its own", { info: {} }, /^listing\.info must be absent/],
];
for (const [what, changes, expected] of WRONG) {
  Deno.test(`listingProblem() refuses ${what}`, () => {
    const value = changes === null ? null : { ...CONFIGURED, ...changes as object };
    match(listingProblem(value, [CONFIGURED]) ?? "it was taken", expected);
  });
}
