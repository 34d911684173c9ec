/**
 * Proves for R-WIRE-1, R-WIRE-6: the fast door never gives another answer than the general parser.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseClientMessage, parseGeneralMessage } from "../../wire/client_message.ts";
import type { FrameBody } from "../../wire/frame.ts";
import { PlainIntentReader, readPlainIntent } from "../../wire/plain_intent.ts";
import {
  bytesOf,
  intents,
  mutated,
  NOW_US,
  plainIntents,
  shuffled,
} from "../support/wire_arbitraries.ts";

const frames = fc.oneof(
  bytesOf(plainIntents),
  bytesOf(shuffled(plainIntents)),
  bytesOf(mutated(plainIntents)),
  bytesOf(intents),
  bytesOf(shuffled(intents)),
  bytesOf(mutated(intents)),
  bytesOf(shuffled(mutated(intents))),
);

Deno.test("readPlainIntent() gives the general parser's answer or none, on random frames", () => {
  let plain = 0;
  fc.assert(
    fc.property(frames, (bytes) => {
      const fast = readPlainIntent(bytes);
      const general = parseGeneralMessage(bytes);
      if (fast === undefined) return;
      plain++;
      deepStrictEqual({ type: "QuoteIntent", intent: fast }, general);
    }),
    { numRuns: 20_000 },
  );
  ok(plain > 2_000, `too few frames took the fast door: ${plain}`);
});

/** A frame's body as a socket gives it: in a chunk, with other frames before and behind it. */
function inChunk(body: Uint8Array): FrameBody {
  const around = new TextEncoder().encode('{"tag":"x","ttl_ms":12,"post_only":true}');
  const memory = new Uint8Array(2 * around.length + body.length);
  memory.set(around);
  memory.set(body, around.length);
  memory.set(around, around.length + body.length);
  return { memory, from: around.length, to: around.length + body.length };
}

Deno.test("PlainIntentReader keeps nothing of one intent for the next, nor of the bytes around it", () => {
  const reader = new PlainIntentReader();
  let after = 0;
  let wasTaken = false;
  fc.assert(
    fc.property(fc.oneof(frames, bytesOf(plainIntents)), (bytes) => {
      const fresh = readPlainIntent(bytes);
      deepStrictEqual(reader.read(inChunk(bytes)), fresh);
      if (fresh !== undefined && wasTaken) after++;
      wasTaken = fresh !== undefined;
    }),
    { numRuns: 5_000 },
  );
  ok(after > 200, `too few intents followed another through the fast door: ${after}`);
});

Deno.test("PlainIntentReader takes no intent that ends before or behind its frame", () => {
  const reader = new PlainIntentReader();
  const memory = new TextEncoder().encode(`${JSON.stringify(base)}{"type":"HEARTBEAT"}`);
  const end = memory.indexOf(0x7d) + 1;
  for (let to = 0; to <= memory.length; to++) {
    const intent = reader.read({ memory, from: 0, to });
    strictEqual(intent !== undefined, to === end, `a frame of ${to} bytes`);
  }
});

Deno.test("parseClientMessage() equals parseGeneralMessage() on random frames", () => {
  fc.assert(
    fc.property(frames, (bytes) => {
      deepStrictEqual(parseClientMessage(bytes), parseGeneralMessage(bytes));
    }),
    { numRuns: 3_000 },
  );
});

const base = {
  type: "QuoteIntent",
  v: 1,
  intent_id: "a-1",
  action: "Place",
  sent_us: NOW_US,
  instrument: "paper:BTC/USDT",
  side: "Buy",
  order_qty: "0.50",
  price: "100",
};
const left = [
  [{ params: { x: 1 } }, "params"],
  [{ tag: "é" }, "text that is not ASCII"],
  [{ order_qty: 1 }, "a decimal as a number"],
  [{ order_qty: "-1" }, "a negative decimal"],
  [{ sent_us: 1.5 }, "a fraction"],
  [{ time_in_force: "GTD" }, "a GTD without expire_us"],
] as const;
for (const [change, why] of left) {
  Deno.test(`readPlainIntent() leaves ${why} to the general parser`, () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...base, ...change }));
    strictEqual(readPlainIntent(bytes), undefined);
  });
}

Deno.test("readPlainIntent() takes a plain Place, also with spaces and in another order", () => {
  const reversed = Object.fromEntries(Object.entries(base).reverse());
  for (const text of [JSON.stringify(base), JSON.stringify(reversed, null, 2)]) {
    const intent = readPlainIntent(new TextEncoder().encode(text));
    ok(intent?.action === "Place");
    strictEqual(intent.orderQty, "0.5");
  }
});
