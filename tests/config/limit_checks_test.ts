/**
 * Checks across keys of the limits: what they name, and that one market counts in one quantum.
 *
 * Proves R-OPS-2: checked with exact file, line and path in each error.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Registry } from "../../config/mod.ts";
import { readerFor } from "../support/configuration_text.ts";

const registry: Registry = {
  adapters: new Map(),
  captureFormats: [],
  listingFormats: [],
  columnProblems: () => [],
  fileExists: () => true,
};

const { read, problemsOf } = readerFor(registry);

Deno.test("parseConfiguration() lists what is wrong with limits across keys", () => {
  const text = `mode: paper
exchanges: [{ name: nowhere }, { name: paper }, { name: paper }]
clients:
  - name: "*"
    max_loss: [{ currency: USDT, amount: 1 }, { currency: USDT, amount: 2 }]
    instruments:
      - { instrument: paper:X/Y }
      - { instrument: paper:BTC/USDT, max_order_qty: "0.00001", max_position: "1" }
  - { name: "no blanks" }
venues:
  - name: paper
    exchange: paper
    instruments: [${btcUsdt("0.01")}]
  - name: other
    exchange: paper
    limits: { tripwire: { reports: 0, tolerances: [{ currency: A, amount: -1 }] } }
    instruments: [${btcUsdt("0.1", "0.001")}]
`;
  deepStrictEqual(problemsOf(text).map((line) => line.replace(/^[^ ]+ /, "")), [
    'exchanges[0].name: must be the exchange of a venue: was "nowhere"',
    'exchanges[2].name: must differ from every other exchange\'s: was "paper", as in number 2 of ' +
    "the list",
    'clients[0].max_loss[1].currency: must differ from every other amount\'s: was "USDT", as in ' +
    "number 1 of the list",
    "clients[0].instruments[0].instrument: must be an instrument of this file, as venue:symbol: " +
    'was "paper:X/Y"',
    "clients[0].instruments[1].max_order_qty: must be a multiple of the quantum 0.0001, and below " +
    '2^53 of them: was "0.00001"',
    'clients[1].name: must be a client id, or "*" for every client that is not listed: was ' +
    '"no blanks"',
    "venues[1].limits.tripwire.reports: must be a whole number from 1 to 1000: was 0",
    "venues[1].limits.tripwire.tolerances[0].amount: must be a decimal of 0 or more, such as " +
    '"0.01" (without exponent; in quotes if it has more than 15 digits): was -1',
    "venues[1].instruments[0].price.quantum: must be 0.01, as of paper:BTC/USDT, since both are one " +
    'market of exchange paper; write the finer quantum at both: was "0.1"',
    "venues[1].instruments[0].quantity.quantum: must be 0.0001, as of paper:BTC/USDT, since both " +
    'are one market of exchange paper; write the finer quantum at both: was "0.001"',
  ]);
});

Deno.test("parseConfiguration() asks for one quantum only of what is one market", () => {
  const venues = (second: string): string =>
    `mode: paper
venues:
  - name: paper
    exchange: paper
    instruments: [${btcUsdt("0.01")}]
  - name: other
    ${second}
`;
  const differs = btcUsdt("0.1", "0.001");
  const linear = differs.replace("{ symbol", "{ asset_class: linear, symbol");
  deepStrictEqual(problemsOf(venues(`exchange: paper\n    instruments: [${differs}]`)).length, 2);
  for (
    const apart of [
      `exchange: paper\n    instruments: [${linear}]`,
      `exchange: elsewhere\n    instruments: [${differs}]`,
      `exchange: paper\n    instruments: [${differs.replace("BTC/", "ETH/")}]`,
    ]
  ) strictEqual(read(venues(apart)).venues.length, 2);
});

function btcUsdt(price: string, quantity = "0.0001"): string {
  return `{ symbol: BTC/USDT, base: BTC, quote: USDT, price: { quantum: "${price}" }, ` +
    `quantity: { quantum: "${quantity}" } }`;
}
