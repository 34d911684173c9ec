/**
 * Random client messages for property tests: valid ones, ones with a hostile value or key, and
 * broken bytes.
 * @module
 */
import fc from "fast-check";

/** The engine clock of the tests. */
export const NOW_US = 1_700_000_000_000_000;

/** JSON as tests build it. */
export type Plain = { readonly [key: string]: unknown };

const id = fc.stringMatching(/^[A-Za-z0-9._:-]{1,64}$/);
const digits = fc.stringMatching(/^(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?$/);
const decimal = fc.oneof(
  digits,
  fc.nat(1_000_000),
  fc.integer({ min: 1, max: 99_999 }).map((n) => n / 1000),
);
const time = fc.nat(2_000_000_000).map((n) => NOW_US - n);
const duration = fc.nat(1_000_000);
const tag = fc.string({ maxLength: 20, size: "max", unit: "grapheme" });
const instrument = fc.constantFrom("paper:BTC/USDT", "binance-main:ÄÖ/€", "x:y");

const common = {
  type: fc.constant("QuoteIntent"),
  v: fc.constant(1),
  intent_id: id,
  sent_us: time,
};
const scalar = fc.oneof(fc.string({ maxLength: 8 }), fc.boolean(), fc.integer(), fc.constant(0.25));
const params = fc.dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/), scalar, {
  maxKeys: 3,
});

/** A Place; the rules between its fields hold or not, as it falls. */
const place = fc.record({
  ...common,
  action: fc.constant("Place"),
  instrument,
  side: fc.constantFrom("Buy", "Sell"),
  order_qty: decimal,
  price: decimal,
  ord_type: fc.constantFrom("Limit", "Market"),
  time_in_force: fc.constantFrom("GTC", "IOC", "FOK", "GTD", "DAY"),
  expire_us: time,
  post_only: fc.boolean(),
  reduce_only: fc.boolean(),
  ttl_ms: duration,
  tag,
  validate_only: fc.boolean(),
  params,
}, {
  requiredKeys: ["type", "v", "intent_id", "sent_us", "action", "instrument", "side", "order_qty"],
});
const replace = fc.record({
  ...common,
  action: fc.constant("Replace"),
  orig_intent_id: id,
  order_qty: decimal,
  price: decimal,
  expire_us: time,
  ttl_ms: duration,
  tag,
  validate_only: fc.boolean(),
  params,
}, {
  requiredKeys: ["type", "v", "intent_id", "sent_us", "action", "orig_intent_id", "order_qty"],
});
const small = fc.oneof(
  fc.record({ ...common, action: fc.constant("Cancel"), orig_intent_id: id }),
  fc.record({ ...common, action: fc.constant("CancelAll"), instrument }),
  fc.record({
    ...common,
    action: fc.constant("SetRiskFlag"),
    flag: fc.constant("trading_state"),
    value: fc.constantFrom("Active", "Reducing", "Halted"),
  }),
  fc.record({ ...common, action: fc.constant("NoOp"), tag }),
);

/** Makes the rules between the fields of a Place hold. */
function lawful(intent: Plain): Plain {
  if (intent["action"] !== "Place") return intent;
  const { price = "1.50", expire_us = NOW_US, post_only, ...rest } = intent;
  const isMarket = intent["ord_type"] === "Market";
  const tif = intent["time_in_force"];
  const rests = !isMarket && tif !== "IOC" && tif !== "FOK";
  return {
    ...rest,
    ...(isMarket ? {} : { price }),
    ...(tif === "GTD" ? { expire_us } : {}),
    ...(post_only === undefined ? {} : { post_only: rests && post_only }),
  };
}

/** A valid intent that the fast door takes. */
export const plainIntents: fc.Arbitrary<Plain> = fc.tuple(
  fc.oneof({ weight: 3, arbitrary: place }, { weight: 1, arbitrary: replace }),
  digits,
  fc.stringMatching(/^[ -!#-[\]-~]{0,64}$/),
).map(([intent, text, ascii]) => {
  const { params: _params, ...rest } = lawful(intent);
  return {
    ...rest,
    order_qty: text,
    ...("price" in rest ? { price: text } : {}),
    ...("tag" in rest ? { tag: ascii } : {}),
    ...("instrument" in rest ? { instrument: "paper:BTC/USDT" } : {}),
  };
});

/** A QuoteIntent that is valid or nearly so. */
export const intents: fc.Arbitrary<Plain> = fc.oneof(
  { weight: 5, arbitrary: place.map(lawful) },
  { weight: 2, arbitrary: place },
  { weight: 3, arbitrary: replace },
  { weight: 2, arbitrary: small },
);

/** Values that have broken parsers before. */
const hostileValues: readonly unknown[] = [
  null,
  true,
  0,
  -0,
  -1,
  1.5,
  0.30000000000000004,
  1e-7,
  1e21,
  1e38,
  1e300,
  2 ** 53,
  2 ** 53 - 1,
  "",
  "0",
  "-0",
  "-0.00",
  "00.1",
  "1.",
  ".5",
  "1e5",
  "+1",
  " 1",
  "1.500",
  "NaN",
  "9".repeat(38),
  "9".repeat(39),
  "\u0000",
  "é".repeat(64),
  "😀".repeat(64),
  "😀".repeat(65),
  "x".repeat(64),
  "x".repeat(65),
  "x".repeat(128),
  "x".repeat(129),
  "__proto__",
  [],
  {},
  ["0.5"],
  { a: 1 },
  "Limit",
  "Market",
  "GTD",
  "*",
];

const strangeKeys = ["post_onli", "__proto__", "constructor", "at_seq", "id", "Price", "", "flag"];
const strangeKey = fc.constantFrom(...strangeKeys);

/** One key set to a hostile value, removed, or added. */
export function mutated(messages: fc.Arbitrary<Plain>): fc.Arbitrary<Plain> {
  return fc.tuple(messages, fc.nat(), fc.constantFrom(...hostileValues), fc.nat(3), strangeKey)
    .map(([message, at, value, how, strange]) => {
      const entries = Object.entries(message);
      const index = at % Math.max(1, entries.length);
      const key = entries[index]?.[0] ?? "type";
      if (how === 0) return Object.fromEntries(entries.filter(([name]) => name !== key));
      if (how === 1) return withOwn(entries, strange, value);
      return withOwn(entries, key, value);
    });
}

/** `__proto__` becomes a key like any other. */
function withOwn(entries: [string, unknown][], key: string, value: unknown): Plain {
  const message = Object.fromEntries(entries);
  Object.defineProperty(message, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return message;
}

/** Entries in another order. */
export function shuffled(messages: fc.Arbitrary<Plain>): fc.Arbitrary<Plain> {
  return messages.chain((message) =>
    fc.shuffledSubarray(Object.entries(message), { minLength: Object.keys(message).length })
      .map((entries) => Object.fromEntries(entries))
  );
}

const encoder = new TextEncoder();

/** The bytes of a message, compact or spaced, perhaps with one byte changed, cut or inserted. */
export function bytesOf(messages: fc.Arbitrary<Plain>): fc.Arbitrary<Uint8Array> {
  return fc.tuple(messages, fc.constantFrom(undefined, 1), fc.nat(), fc.nat(255), fc.nat(7))
    .map(([message, indent, at, byte, how]) => {
      const bytes = encoder.encode(JSON.stringify(message, undefined, indent));
      const index = at % bytes.length;
      if (how === 0) bytes[index] = byte;
      if (how === 1) return bytes.subarray(0, index);
      if (how === 2) {
        return Uint8Array.of(...bytes.subarray(0, index), byte, ...bytes.subarray(index));
      }
      return bytes;
    });
}
