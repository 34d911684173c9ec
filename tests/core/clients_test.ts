/**
 * What makes two intents the same (R-WIRE-2): everything that was asked for, not when it was sent.
 * @module
 */
import { notStrictEqual, strictEqual } from "node:assert/strict";
import { mixContent } from "../../core/clients.ts";
import { Digest } from "../../core/digest.ts";
import type {
  CancelAll,
  CancelOrder,
  Intent,
  MalformedIntent,
  NoOp,
  PlaceOrder,
  ReplaceOrder,
  SetRiskFlag,
} from "../../core/intent.ts";
import { micros } from "../../core/numbers.ts";
import { placeOrder } from "../support/place_order.ts";

const COMMON = { intentId: "i1", sentUs: micros(1), tag: null } as const;
const PLACE: PlaceOrder = placeOrder({ ...COMMON, params: { speed: 1 } });
const REPLACE: ReplaceOrder = {
  ...COMMON,
  action: "Replace",
  origIntentId: "p1",
  orderQty: "10",
  hasTag: false,
  validateOnly: false,
};
const CANCEL: CancelOrder = { ...COMMON, action: "Cancel", origIntentId: "p1" };
const CANCEL_ALL: CancelAll = { ...COMMON, action: "CancelAll", instrument: "test:BTC/USDT" };
const FLAG: SetRiskFlag = {
  ...COMMON,
  action: "SetRiskFlag",
  flag: "trading_state",
  value: "Reducing",
};
const NO_OP: NoOp = { ...COMMON, action: "NoOp" };
const MALFORMED: MalformedIntent = { ...COMMON, action: "Malformed", text: "t", content: "{}" };

/** Intents of one id that all ask for something else. */
const APART: readonly Intent[] = [
  PLACE,
  { ...PLACE, tag: "t" },
  { ...PLACE, tag: "" },
  { ...PLACE, instrument: "test:ETH/USDT" },
  { ...PLACE, side: "Sell" },
  { ...PLACE, orderQty: "11" },
  { ...PLACE, price: "99" },
  { ...PLACE, price: null },
  { ...PLACE, ordType: "Market" },
  { ...PLACE, timeInForce: "IOC" },
  { ...PLACE, expireUs: micros(2) },
  { ...PLACE, expireUs: micros(0) },
  { ...PLACE, postOnly: true },
  { ...PLACE, reduceOnly: true },
  { ...PLACE, validateOnly: true },
  { ...PLACE, postOnly: true, reduceOnly: true },
  { ...PLACE, postOnly: true, validateOnly: true },
  { ...PLACE, ttlMs: 1 },
  { ...PLACE, params: null },
  { ...PLACE, params: {} },
  { ...PLACE, params: { speed: 2 } },
  { ...PLACE, params: { speed: "1" } },
  { ...PLACE, params: { haste: 1 } },
  { ...PLACE, params: { speed: 1, haste: 1 } },
  REPLACE,
  { ...REPLACE, tag: "t" },
  { ...REPLACE, origIntentId: "p2" },
  { ...REPLACE, orderQty: "11" },
  { ...REPLACE, price: "99" },
  { ...REPLACE, expireUs: micros(2) },
  { ...REPLACE, ttlMs: 0 },
  { ...REPLACE, ttlMs: 1 },
  { ...REPLACE, hasTag: true },
  { ...REPLACE, validateOnly: true },
  { ...REPLACE, params: { speed: 1 } },
  CANCEL,
  { ...CANCEL, tag: "t" },
  { ...CANCEL, origIntentId: "p2" },
  CANCEL_ALL,
  { ...CANCEL_ALL, instrument: null },
  // Of one text each, as a Cancel is.
  { ...CANCEL_ALL, instrument: "p1" },
  FLAG,
  { ...FLAG, value: "Halted" },
  NO_OP,
  { ...NO_OP, tag: "t" },
  MALFORMED,
  { ...MALFORMED, content: "[]" },
];

function contentOf(intent: Intent): string {
  const digest = new Digest();
  mixContent(digest, intent);
  return digest.hex;
}

for (const [at, intent] of APART.entries()) {
  Deno.test(`mixContent() tells ${intent.action} ${at} of the list from all before it`, () => {
    for (const other of APART.slice(0, at)) notStrictEqual(contentOf(intent), contentOf(other));
  });
}

Deno.test("mixContent() takes intents for the same whenever they were sent, however params stand", () => {
  for (const intent of APART) {
    const again = { ...intent, intentId: "i2", sentUs: micros(9) };
    strictEqual(contentOf(again), contentOf(intent));
  }
  const turned = { ...PLACE, params: { haste: 1, speed: 1 } };
  strictEqual(contentOf({ ...PLACE, params: { speed: 1, haste: 1 } }), contentOf(turned));
  // What a malformed one broke is said in our words.
  strictEqual(contentOf({ ...MALFORMED, text: "other" }), contentOf(MALFORMED));
});
