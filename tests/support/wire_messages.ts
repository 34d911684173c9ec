/**
 * Random messages of every type that a client sends, QuoteIntent aside.
 * @module
 */
import fc from "fast-check";
import { QUERY_NAMES } from "../../wire/query_parser.ts";
import { mutated, NOW_US, type Plain } from "./wire_arbitraries.ts";

const key = fc.oneof(
  fc.integer(),
  fc.string({ minLength: 1, maxLength: 64, size: "max", unit: "grapheme-ascii" }),
);
const time = fc.nat(1_000_000).map((n) => NOW_US + n);
const name = fc.string({ minLength: 1, maxLength: 64, size: "max", unit: "grapheme-ascii" });
const decimal = fc.constantFrom("0", "0.5", "100.250", 3, 0.25);
const side = fc.constantFrom("Buy", "Sell");

/** Arguments valid or, one time in two, with a hostile value somewhere. */
function perhapsMutated(objects: fc.Arbitrary<Plain>): fc.Arbitrary<Plain> {
  return fc.oneof(objects, mutated(objects));
}

const hello = fc.record({
  type: fc.constant("HELLO"),
  wire: fc.constantFrom([1], [1, 2], [2], []),
  client_id: fc.constantFrom("mm", "a.b-c_d", "with space"),
  token: name,
  resume_from: fc.nat(),
  resume_journal_id: name,
  cancel_on_disconnect: fc.boolean(),
  cancel_grace_ms: fc.nat(100_000_000),
  session_mode: fc.constantFrom("stream", "lockstep"),
  agent: perhapsMutated(
    fc.record({ name, version: name, commit: name }, { requiredKeys: ["name", "version"] }),
  ),
}, { requiredKeys: ["type", "wire", "client_id", "token"] });

const heartbeat = fc.record({ type: fc.constant("HEARTBEAT"), now_us: time, echo_us: time }, {
  requiredKeys: ["type", "now_us"],
});
const goodbye = fc.record(
  { type: fc.constant("GOODBYE"), reason: name, keep_orders: fc.boolean() },
  {
    requiredKeys: ["type"],
  },
);

const selection = {
  id: key,
  channels: fc.constantFrom(["book"], ["book", "trade", "timer"], [], ["books"]),
  instruments: fc.constantFrom<unknown>("*", ["p:a"], ["p:a", "p:b"], []),
};
const subscribe = fc.record({
  type: fc.constant("SUBSCRIBE"),
  ...selection,
  depth: fc.nat(1_001),
  conflate_ms: fc.nat(60_001),
  interval_ms: fc.nat(20),
}, { requiredKeys: ["type", "id", "channels", "instruments"] });
const unsubscribe = fc.record({ type: fc.constant("UNSUBSCRIBE"), ...selection });

const args = perhapsMutated(fc.record({
  instrument: name,
  side,
  price: decimal,
  order_qty: decimal,
  horizon_ms: fc.nat(),
  take: fc.boolean(),
  n: fc.nat(1_001),
  raw: fc.boolean(),
  order_id: name,
  intent_id: name,
  venue: name,
  open: fc.boolean(),
  scope: fc.constantFrom("client", "account"),
  since_us: time,
  after_exec_id: name,
  limit: fc.nat(10_001),
  cursor: name,
}, { requiredKeys: [] }));
const onBook = fc.record({
  instrument: name,
  side,
  price: decimal,
  order_qty: decimal,
  horizon_ms: fc.nat(),
});
const query = fc.record({
  type: fc.constant("QUERY"),
  id: key,
  what: fc.constantFrom(...QUERY_NAMES, "nothing"),
  args: fc.oneof(args, perhapsMutated(onBook)),
}, { requiredKeys: ["type", "id", "what"] });

const levels = fc.constantFrom<unknown>([], [["1", "2"]], [["1", 2], [0.5, "0"]], [["1"]], ["1"]);
const payload = perhapsMutated(fc.record({
  bids: levels,
  asks: levels,
  trades: fc.constantFrom<unknown>(
    [],
    [{ price: "1", qty: "2" }],
    [{ price: "1", qty: "2", side: null, trade_id: "x" }],
    [{ price: "1", qty: "2", side: "buy" }],
  ),
  update_id: fc.constantFrom(null, 5),
}, { requiredKeys: ["bids", "asks"] }));
const publish = fc.record({
  type: fc.constant("PUBLISH"),
  instrument: name,
  kind: fc.constantFrom("snapshot", "delta", "raw"),
  payload: fc.oneof<[fc.Arbitrary<unknown>, fc.Arbitrary<unknown>]>(payload, name),
  ts_us: time,
});

/** A message of any of these types, valid or nearly so. */
export const otherMessages: fc.Arbitrary<Plain> = fc.oneof(
  hello,
  heartbeat,
  goodbye,
  subscribe,
  unsubscribe,
  { weight: 4, arbitrary: query },
  { weight: 2, arbitrary: publish },
);
