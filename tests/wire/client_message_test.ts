/**
 * Proves for R-WIRE-1, R-WIRE-2, R-WIRE-6: a problem names path and value, never a secret; nothing
 * that a client sends makes the parser throw; what a refused intent contained is kept for
 * idempotence.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Intent, MalformedIntent } from "../../core/intent.ts";
import { parseClientMessage } from "../../wire/client_message.ts";
import type { MessageProblem } from "../../wire/message.ts";
import { INSTRUMENT, World } from "../support/engine_world.ts";
import { bytesOf, intents, mutated, NOW_US } from "../support/wire_arbitraries.ts";
import { otherMessages } from "../support/wire_messages.ts";

function parse(value: unknown): ReturnType<typeof parseClientMessage> {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return parseClientMessage(new TextEncoder().encode(text));
}

function problem(value: unknown): MessageProblem {
  const parsed = parse(value);
  ok(parsed.type === "problem");
  return parsed;
}

function intentOf(value: unknown): Intent {
  const parsed = parse(value);
  ok(parsed.type === "QuoteIntent");
  return parsed.intent;
}

function malformed(value: unknown): MalformedIntent {
  const intent = intentOf(value);
  ok(intent.action === "Malformed");
  return intent;
}

const noOp = { type: "QuoteIntent", v: 1, intent_id: "n", action: "NoOp", sent_us: NOW_US };
const place = {
  ...noOp,
  action: "Place",
  instrument: "p:x",
  side: "Buy",
  order_qty: "1",
  price: "1",
};
const hello = { type: "HELLO", wire: [1], client_id: "mm", token: "s3cret" };

Deno.test("parseClientMessage() throws for nothing that a client can send", () => {
  const frames = fc.oneof(
    fc.uint8Array({ maxLength: 60, size: "max" }),
    bytesOf(mutated(intents)),
    bytesOf(mutated(otherMessages)),
  );
  fc.assert(
    fc.property(frames, (bytes) => {
      parseClientMessage(bytes);
    }),
    { numRuns: 5_000 },
  );
});

const sentences = [
  [
    { order_qty: "1e5" },
    'order_qty: must be a decimal string such as "0.5", of at most 38 digits: was "1e5"',
  ],
  [
    { order_qty: "1".repeat(39) },
    'order_qty: must be a decimal string such as "0.5", of at most 38 digits: was ' +
    `"${"1".repeat(39)}"`,
  ],
  [{ params: [] }, "params: must be an object: was an array of 0"],
  [{ side: "BUY" }, 'side: must be one of "Buy", "Sell": was "BUY"'],
  [
    { price: null },
    'price: must be a decimal string such as "0.5", of at most 38 digits: was null',
  ],
  [{ ttl_ms: -1 }, "ttl_ms: must be an integer of at least 0 and below 2^53: was -1"],
  [{ tag: "x".repeat(80) }, `tag: must be a string of 0 to 64 characters: was "${"x".repeat(59)}…`],
  [
    { tag: "😀".repeat(65) },
    `tag: must be a string of 0 to 64 characters: was "${"😀".repeat(29)}…`,
  ],
  [
    { ["x" + "😀".repeat(40)]: 1 },
    `x${"😀".repeat(19)}…: must be absent: Place has no such field`,
  ],
  [{ post_onli: "s3cret" }, "post_onli: must be absent: Place has no such field"],
  [{ time_in_force: "GTD" }, "expire_us: must be given: was absent"],
  [
    { time_in_force: "IOC", post_only: true },
    "post_only: must be false for a Market, IOC or FOK order, which never rests: was true",
  ],
  [{ sent_us: 1.5 }, "sent_us: must be an integer of at least 0 and below 2^53: was 1.5"],
] as const;
for (const [change, sentence] of sentences) {
  Deno.test(`parseClientMessage() says: ${sentence}`, () => {
    strictEqual(malformed({ ...place, ...change }).text, sentence);
  });
}

Deno.test("parseClientMessage() cuts a type that nobody knows between characters", () => {
  const { message } = problem({ type: "x" + "😀".repeat(40) });
  strictEqual(
    message,
    `type: must be a message that a client sends: was "x${"😀".repeat(19)}…"`,
  );
});

Deno.test("parseClientMessage() never shows a token", () => {
  const wrong = [
    { ...hello, client_id: "s p" },
    { ...hello, token: ["s3cret"] },
    { ...hello, token: "s3cret".repeat(60) },
    { ...hello, wire: [2] },
    { ...hello, agent: { token: "s3cret" } },
    { ...place, token: "s3cret" },
  ];
  for (const message of wrong) {
    const parsed = parse(message);
    const text = parsed.type === "problem"
      ? parsed.message
      : parsed.type === "QuoteIntent" && parsed.intent.action === "Malformed"
      ? parsed.intent.text
      : "s3cret";
    ok(!text.includes("s3cret"), text);
  }
});

Deno.test("parseClientMessage() hands a bad HELLO's token over, to be judged first", () => {
  strictEqual(problem({ ...hello, client_id: 1 }).helloToken, "s3cret");
  strictEqual(problem({ ...hello, wire: [2] }).helloToken, "s3cret");
  strictEqual(problem({ ...hello, token: 5 }).helloToken, null);
  strictEqual(problem({ type: "HEARTBEAT" }).helloToken, undefined);
});

Deno.test("parseClientMessage() refers to the id of what it could not read", () => {
  strictEqual(problem({ ...noOp, v: 2 }).ref, "n");
  strictEqual(problem({ type: "PING", id: 7 }).ref, 7);
  strictEqual(problem({ type: "PING", id: {} }).ref, undefined);
  strictEqual(problem({ id: "q" }).ref, "q");
});

Deno.test("parseClientMessage() keeps a refused intent's content without sent_us and key order", () => {
  const first = malformed({ ...place, side: "BUY", sent_us: NOW_US - 1 });
  const second = malformed(Object.fromEntries(Object.entries({ ...place, side: "BUY" }).reverse()));
  strictEqual(first.content, second.content);
  strictEqual(first.sentUs, NOW_US - 1);
  ok(!first.content.includes("sent_us"));
  const other = malformed({ ...place, side: "BUY", price: "1.0" });
  ok(other.content !== first.content, "the whole object is content, as it was spelt");
});

for (const more of [{}, { params: {} }]) {
  const door = "params" in more ? "general" : "fast";
  const order = { ...place, instrument: INSTRUMENT, ...more };

  Deno.test(`a live order is repeated however far ahead sent_us lies, by the ${door} parser`, () => {
    const w = new World().start().open();
    w.intent(intentOf({ ...order, sent_us: w.nowUs }));
    deepStrictEqual(w.intent(intentOf({ ...order, sent_us: w.nowUs + 60_000_000 })), []);
    deepStrictEqual(w.effects.repeats.map(({ reportSeqs }) => reportSeqs), [[1]]);
  });

  Deno.test(`a refusal for sent_us is repeated when its time has come, by the ${door} parser`, () => {
    const w = new World().start().open();
    const ahead = intentOf({ ...order, sent_us: w.nowUs + 1_200_000 });
    strictEqual(w.intent(ahead)[0]?.rejectCode, "SCHEMA");
    w.wait(1_000);
    deepStrictEqual(w.intent(intentOf({ ...order, sent_us: ahead.sentUs })), []);
    deepStrictEqual(w.effects.repeats.map(({ reportSeqs }) => reportSeqs), [[1]]);
  });
}

Deno.test("parseClientMessage() returns a refused intent's tag if it is one", () => {
  strictEqual(malformed({ ...place, side: 1, tag: "t" }).tag, "t");
  strictEqual(malformed({ ...place, side: 1, tag: "t".repeat(65) }).tag, null);
});

Deno.test("parseClientMessage() leaves a refused intent's bad sent_us at 0", () => {
  strictEqual(malformed({ ...noOp, sent_us: "soon" }).sentUs, 0);
});

Deno.test("parseClientMessage() gives an ADVANCE its malformed intents, paths with their index", () => {
  const intent = { ...place, at_seq: 3 };
  const advance = parse({ type: "ADVANCE", seq_id: 3, intents: [intent, { ...intent, side: 1 }] });
  ok(advance.type === "ADVANCE");
  const [first, second] = advance.intents;
  strictEqual(first?.intent.action, "Place");
  ok(second?.intent.action === "Malformed");
  strictEqual(second.intent.text, 'intents[1].side: must be one of "Buy", "Sell": was 1');
  ok(!second.intent.content.includes("at_seq"));
});

Deno.test("parseClientMessage() sorts params by name: their order is not content", () => {
  const parsed = parse({ ...place, params: { b: 1, a: "x" } });
  ok(parsed.type === "QuoteIntent" && parsed.intent.action === "Place");
  deepStrictEqual(Object.keys(parsed.intent.params ?? {}), ["a", "b"]);
});
